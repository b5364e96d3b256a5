"""Flow files as typed models: what the coach asks, of whom, why, what would count, and where the answers lead."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Audience = Literal["cluster_organisation", "policy_maker", "network"]
AUDIENCES: tuple[Audience, ...] = ("cluster_organisation", "policy_maker", "network")
QuestionKind = Literal["yes_no", "either_or", "conditional", "several_part", "statement", "text", "choice", "scale"]
FlowKind = Literal["step", "diagnostic", "theme"]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Why(_Strict):
    """Why a question is asked, in our words, and the passage it rests on (part id such as `step-1/overview`)."""

    text: str
    passage: str | None = None


class Gap(_Strict):
    """What is offered when the condition is not met: parts and cases of the corpus, and the action it could become."""

    say: str = ""
    offer: tuple[str, ...] = ()
    action: str


class Option(_Strict):
    """One option of a choice question."""

    id: Id
    label: str


class Condition(_Strict):
    """A condition as data; exactly one key. `met`: question ids with rating yes; `gaps`: partly or no."""

    all: tuple[Condition, ...] | None = None
    any: tuple[Condition, ...] | None = None
    none: tuple[Condition, ...] | None = None
    answered: Id | None = None
    met: Id | None = None
    gap: Id | None = None
    chosen: dict[Id, Id] | None = None  # choice question -> option
    audience: Audience | None = None
    all_met: bool | None = None  # every scored question of this flow
    any_gap: bool | None = None  # some scored question of this flow is partly or no
    gaps_in: Id | None = None  # some scored question of another flow is partly or no
    done: Id | None = None  # a flow is finished

    @model_validator(mode="after")
    def _one_key(self) -> Condition:
        if len(self.model_fields_set) != 1:
            raise ValueError("a condition has exactly one key")
        return self


class Question(_Strict):
    """One question. `counts` are the criteria (id -> what must hold); `probe` asks for one that was left open."""

    id: Id
    audience: tuple[Audience, ...] = Field(default=AUDIENCES, alias="for")
    kind: QuestionKind = "yes_no"
    ask: str
    ours: bool = False  # not a checklist item of the handbook
    area: str | None = None  # of a diagnostic
    why: Why
    counts: dict[Id, str] = {}
    evidence: tuple[str, ...] = ()
    example: str = ""
    probe: dict[Id, str] = {}
    options: tuple[Option, ...] = ()
    gap: Gap | None = None
    counts_as_yes: tuple[str, ...] = ()
    depends_on: tuple[Id, ...] = ()
    when: Condition | None = None

    @property
    def scored(self) -> bool:
        """Whether yes, partly or no is the answer."""
        return self.kind in ("yes_no", "either_or", "conditional", "several_part")


class Route(_Strict):
    """Where to go when a flow has been gone through: `go` is the next stop, `suggest` a reason to look elsewhere."""

    when: Condition | None = None  # None: always
    go: Id | None = None
    suggest: Id | None = None
    say: str
    because: str | None = None  # a rule id of the journey, e.g. t-01-next
    ours: bool = False  # the handbook gives no rule here; staying or warning is the coach's own

    @model_validator(mode="after")
    def _one_target(self) -> Route:
        if (self.go is None) == (self.suggest is None):
            raise ValueError("a route has either `go` or `suggest`")
        return self


class Flow(_Strict):
    """One flow file. `id` is the step's, the diagnostic's or the theme's."""

    id: Id
    kind: FlowKind
    title: str
    purpose: str
    audience: tuple[Audience, ...] = Field(default=AUDIENCES, alias="for")
    ours: bool = False  # the whole flow is the coach's own (label shown to the person)
    ours_note: str = ""
    step: Id | None = None  # a diagnostic's step
    questions: tuple[Question, ...]
    after: tuple[Route, ...] = ()
    never_done: bool = False  # Utilise Funding

    def asked_of(self, audience: Audience) -> tuple[Question, ...]:
        """The questions for an audience, in order."""
        return tuple(q for q in self.questions if audience in q.audience)


class Phase(_Strict):
    """A phase of the journey. `reading`: the grouping is ours, the handbook's drawing of it is lost."""

    id: Id
    title: str
    about: str
    steps: tuple[Id, ...]


class Stop(_Strict):
    """A stop of the journey: a step or the cross-cutting theme, and the flows gone through there, in order."""

    id: Id
    number: int | None
    title: str
    about: str
    flows: tuple[Id, ...] = ()  # empty: guided questions come later, the handbook can be asked already


class Journey(_Strict):
    """journey.yaml: phases, stops, and the version of the whole set. `rules`: the handbook's, in our words, by id."""

    version: str
    phases: tuple[Phase, ...]
    phases_note: str
    stops: tuple[Stop, ...]
    rules: dict[Id, str] = {}


class FlowSet(_Strict):
    """All flows together, with the journey and a hash of the files they were read from.

    `files` and `lines` say where a flow (`journey` for journey.yaml) came from: file by id, and by id the line of each
    value under its dotted path (`questions.0.ask`). Empty in a set that was not read from files.
    """

    journey: Journey
    flows: dict[str, Flow]
    digest: str
    files: dict[str, str] = {}
    lines: dict[str, dict[str, int]] = {}

    def flow(self, flow_id: str) -> Flow:
        """The flow of that id; `KeyError` when there is none."""
        return self.flows[flow_id]

    def question(self, question_id: str) -> tuple[Flow, Question] | None:
        """A question and the flow it stands in."""
        for flow in self.flows.values():
            for question in flow.questions:
                if question.id == question_id:
                    return flow, question
        return None
