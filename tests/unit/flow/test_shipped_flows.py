"""The flows that ship: complete, clean, honest about what is ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assistant import paths
from assistant.flow.lint import check
from assistant.flow.load import load
from assistant.flow.models import AUDIENCES, Audience, FlowSet, Question
from assistant.handbook.corpus import load_corpus

CLUSTER: tuple[Audience, ...] = ("cluster_organisation",)
POLICY: tuple[Audience, ...] = ("policy_maker",)


def items(step: str, cluster: int, policy: int) -> dict[str, tuple[Audience, ...]]:
    """The ids of a step's checklist that has a part for each audience."""
    ours = {f"{step}-co-{n}": CLUSTER for n in range(1, cluster + 1)}
    return ours | {f"{step}-pm-{n}": POLICY for n in range(1, policy + 1)}


CHECKLIST: dict[str, dict[str, tuple[Audience, ...]]] = {
    "step-1": {"s01-both-1": AUDIENCES, "s01-both-2": AUDIENCES, "s01-both-3": AUDIENCES},
    "step-2": {"s02-both-1": AUDIENCES, "s02-both-2": AUDIENCES, "s02-both-3": AUDIENCES},
    "step-3": items("s03", 3, 3),
    "step-4": {"s04-both-1": AUDIENCES, "s04-both-2": AUDIENCES},
    "step-5": {"s05-both-1": AUDIENCES, "s05-both-2": AUDIENCES, "s05-both-3": AUDIENCES},
    "step-6": items("s06", 4, 2),
    "step-7": items("s07", 2, 1),
    "step-8": items("s08", 5, 2),
    "step-9": items("s09", 4, 3),
    "step-10": items("s10", 2, 1),
    "utilise-funding": {"uf-co-1": CLUSTER, "uf-co-2": CLUSTER, "uf-pm-1": POLICY, "uf-pm-2": POLICY},
}
ROUTES = {
    ("t-01-next", "step-1", "step-2"),
    ("t-map-not", "step-1", "step-1"),
    ("t-02-next", "step-2", "step-3"),
    ("t-02-train", "step-2", "step-5"),
    ("t-03-next", "step-3", "step-4"),
    ("t-04-next", "step-4", "step-5"),
    ("t-05-next", "step-5", "step-6"),
    ("t-map-training", "step-5", "step-2"),
    ("t-06-next", "step-6", "step-7"),
    ("t-map-shortcut", "step-6", "step-6"),
    ("t-07-next", "step-7", "step-8"),
    ("t-map-results-plan", "step-7", "step-4"),
    ("t-map-results-plan", "step-7", "step-3"),
    ("t-08-next", "step-8", "step-9"),
    ("t-08-fail", "step-8", "step-6"),
    ("t-08-unexpected", "step-8", "step-3"),
    ("t-map-unexpected", "step-8", "step-9"),
    ("t-map-projfail", "step-8", "step-7"),
    ("t-map-results-plan", "step-8", "step-4"),
    ("t-09-next", "step-9", "step-10"),
    ("t-09-learn-readiness", "step-9", "step-2"),
    ("t-09-learn-ideas", "step-9", "step-3"),
    ("t-09-learn-plan", "step-9", "step-4"),
    ("t-map-eval", "step-9", "step-3"),
    ("t-map-eval", "step-9", "step-2"),
    ("t-10-loop", "step-10", "step-3"),
    ("t-10-loop", "step-10", "step-1"),
    ("t-10-loop", "step-10", "step-2"),
    ("t-map-lifecycle", "step-10", "step-1"),
    ("t-uf-never", "utilise-funding", "utilise-funding"),
}
DIAGNOSTICS = {
    "readiness-cluster-organisation": (
        "cluster_organisation",
        {
            "drivers",
            "priority and commitment",
            "staff and money",
            "expectations",
            "management and governance",
            "evidence of need",
            "collaboration so far",
            "partners and networks",
            "skills and languages",
            "visibility",
            "finance and cash flow",
        },
    ),
    "readiness-policy-maker": (
        "policy_maker",
        {
            "drivers",
            "priority and commitment",
            "framework conditions",
            "strategy fit",
            "support schemes",
            "funding",
            "coordination",
            "evidence of need",
            "benchmarking",
            "expectations",
        },
    ),
}


@pytest.fixture(scope="module")
def flows() -> FlowSet:
    return load(paths.shipped("flows"))


def test_the_flows_are_clean_and_every_passage_they_name_is_in_the_corpus(flows: FlowSet) -> None:
    found = check(flows, set(load_corpus().parts))
    assert [finding.sentence() for finding in found] == []


@pytest.mark.parametrize("file", sorted(paths.shipped("flows").glob("*.yaml")), ids=lambda f: f.stem)
def test_a_flow_file_reads_the_same_where_there_is_no_libyaml(file: Path) -> None:
    c_loader = getattr(yaml, "CSafeLoader", None)
    if c_loader is None:
        pytest.skip("this Python has no libyaml")
    text = file.read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader) == yaml.load(text, Loader=c_loader)


def test_every_checklist_item_of_the_handbook_is_asked_of_its_audience_and_nothing_else_claims_to_be_one(
    flows: FlowSet,
) -> None:
    for flow_id, expected in CHECKLIST.items():
        items = {q.id: q.audience for q in flows.flow(flow_id).questions if not q.ours}
        assert items == expected


def test_the_pointer_among_the_checklist_of_step_2_is_told_and_never_scored(flows: FlowSet) -> None:
    pointer = question(flows, "s02-both-3")
    assert pointer.kind == "statement"
    assert not pointer.scored
    assert not pointer.counts


def test_need_and_market_failure_are_asked_for_each(flows: FlowSet) -> None:
    assert {"need", "market_failure"} <= question(flows, "s01-both-2").counts.keys()


@pytest.mark.parametrize("flow_id", DIAGNOSTICS)
def test_a_diagnostic_is_ours_has_no_pass_mark_and_covers_the_areas(flows: FlowSet, flow_id: str) -> None:
    audience, areas = DIAGNOSTICS[flow_id]
    flow = flows.flow(flow_id)

    assert flow.kind == "diagnostic"
    assert flow.audience == (audience,)
    assert flow.ours
    assert "our own" in flow.ours_note
    assert "no right or wrong" in flow.ours_note
    assert "no pass mark" in flow.ours_note
    assert len(flow.questions) >= 12
    assert len({q.area for q in flow.questions}) == len(flow.questions)
    assert areas <= {q.area for q in flow.questions}


def test_what_skills_are_missing_points_to_the_training_of_step_5(flows: FlowSet) -> None:
    for question_id in ("rco-skills", "rpm-skills"):
        gap = question(flows, question_id).gap
        assert gap is not None
        assert "Step 5" in gap.say
        assert "Step 5" in gap.action


def test_every_question_that_is_scored_says_what_counts_what_would_show_it_and_what_to_do_about_a_gap(
    flows: FlowSet,
) -> None:
    for flow in flows.flows.values():
        for q in flow.questions:
            if q.scored:
                assert 1 <= len(q.counts) <= 4, q.id
                assert q.probe.keys() == q.counts.keys(), q.id
                assert q.evidence, q.id
                assert q.example, q.id
                assert q.gap is not None, q.id
                assert q.gap.offer, q.id
            assert len(q.ask.split()) <= 20, f"{q.id} is too long to be said in one breath"


def test_the_journey_has_ten_numbered_stops_and_funding_without_a_number_in_no_phase(flows: FlowSet) -> None:
    journey = flows.journey
    assert [stop.number for stop in journey.stops] == [*range(1, 11), None]
    assert journey.stops[-1].id == "utilise-funding"
    assert flows.flow("utilise-funding").never_done
    in_phases = [step for phase in journey.phases for step in phase.steps]
    assert sorted(in_phases) == sorted(stop.id for stop in journey.stops if stop.number)
    assert "our reading" in journey.phases_note
    assert all(stop.about for stop in journey.stops)


def test_leaders_of_networks_are_told_that_their_path_is_ours(flows: FlowSet) -> None:
    for flow_id in CHECKLIST:
        flow = flows.flow(flow_id)
        assert "network" in flow.ours_note
        assert flow.asked_of("network")
    assert all(q.ours for q in flows.flow("utilise-funding").asked_of("network"))


def test_the_stages_of_money_are_those_of_the_funding_directory(flows: FlowSet) -> None:
    stages = [option.id for option in question(flows, "uf-stage").options]
    assert stages == ["why", "strategy", "first_contact", "trust_building", "project", "sustain"]
    directory = load_corpus().funding
    known = {stage for entry in directory.instruments for stage in entry.stage}
    assert set(stages) <= known


def test_a_positive_answer_goes_on_by_the_handbooks_rule_and_staying_is_marked_as_ours(flows: FlowSet) -> None:
    routes = {(r.because, f.id, r.go or r.suggest) for f in flows.flows.values() for r in f.after if r.because}
    assert routes == ROUTES
    for flow in flows.flows.values():
        assert all(route.because or route.ours for route in flow.after)


def test_the_checklists_hold_47_items_and_every_rule_is_told_somewhere(flows: FlowSet) -> None:
    assert sum(map(len, CHECKLIST.values())) == 47
    told = {because for because, _, _ in ROUTES}
    assert flows.journey.rules.keys() - told == {"t-map-closed"}  # that one is a warning on the way in


def test_what_asks_under_a_condition_is_asked_only_then(flows: FlowSet) -> None:
    for conditional in ("s08-co-5", "s09-co-4"):
        assert question(flows, conditional).kind == "conditional"
        assert question(flows, conditional).when is not None
    kinds = {q.id: q.kind for f in flows.flows.values() for q in f.questions if not q.ours and q.kind != "yes_no"}
    assert kinds == {
        "s02-both-3": "statement",
        "s04-both-2": "several_part",
        "s08-co-3": "either_or",
        "s08-co-5": "conditional",
        "s09-co-3": "several_part",
        "s09-co-4": "conditional",
    }


def test_each_part_for_every_project_is_a_criterion(flows: FlowSet) -> None:
    assert list(question(flows, "s09-co-3").counts) == ["start", "monitoring", "evaluation", "long_term"]


def test_the_four_parts_of_the_plan_are_all_needed(flows: FlowSet) -> None:
    plan = question(flows, "s04-both-2")
    assert plan.kind == "several_part"
    assert list(plan.counts) == ["targets", "actions", "monitoring", "buy_in"]


def question(flows: FlowSet, question_id: str) -> Question:
    found = flows.question(question_id)
    assert found is not None, f"{question_id} is not asked"
    return found[1]
