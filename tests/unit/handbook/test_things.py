"""Directories of things, links, figures and people: looked up as people name them; mistakes named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.handbook.corpus import Corpus, load_corpus, problems
from assistant.handbook.labels import HANDBOOK_LABELS, spoken

LINKS = """\
links:
  - {id: url-1, about: Example, aliases: [EN], printed: e.eu, url: "http://e.eu", section: step-6, country: DE}
  - {id: url-2, about: Example report, printed: example.eu/r, url: "http://example.eu/r", section: step-6}
  - {id: url-3, about: Again, printed: example.eu/s, url: "http://example.eu/s", section: step-6, better: url-2}
linkology:
  - id: linkology-germany
    heading: Germany
    country: DE
    entries:
      - {name: Example, links: [url-1]}
"""
NETWORKS = """\
title: Networks
kinds:
  social: {text: social network}
entries:
  - id: net-en
    name: Example Network (EN)
    aliases: [The Example]
    kind: social
    about: Example Network links examples.
    roles: [funder, contact]
    sections: [step-6, case-15]
    links: [url-1]
  - id: net-other
    name: Other
    about: Other is only named.
    sections: [case-15]
"""
FIGURES = """\
figures:
  - {id: fig-a, kind: money, value: 30000, unit: EUR, text: "30k", meaning: grant, section: case-15, also_in: [step-7]}
  - {id: fig-b, kind: duration, value: [2, 3], unit: years, text: 2 to 3 years, meaning: stay abroad, section: step-7}
"""
PEOPLE = """\
people:
  - {id: person-a, name: Ada Müller, groups: [author], role: author, section: references}
  - {id: person-b, name: "Müller, B.", groups: [author], role: author, section: references}
"""


@pytest.fixture
def things_folder(folder: Path) -> Path:
    """The small corpus with directories of things."""
    files = {"links.yaml": LINKS, "networks.yaml": NETWORKS, "figures.yaml": FIGURES, "people.yaml": PEOPLE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def things(things_folder: Path) -> Corpus:
    """It, read."""
    return load_corpus(shipped=things_folder)


def test_a_thing_is_found_by_name_bracket_alias_and_id(things: Corpus) -> None:
    networks = things.things["networks"]
    for name in ("example network", "EN", "the Example", "net-en", "Example Networks"):
        found = networks.find(name)
        assert found
        assert found.id == "net-en"
    assert networks.find("lottery") is None
    assert [t.id for t in networks.in_section("case-15")] == ["net-other", "net-en"]
    assert [t.id for t in networks.of_kind("social")] == ["net-en"]


def test_a_thing_is_found_in_whatever_directory_it_stands(things: Corpus, shipped_corpus: Corpus) -> None:
    assert list(things.find_things("EN")) == ["networks/net-en"]
    assert things.find_things("lottery") == {}
    assert set(shipped_corpus.find_things("BSR Stars")) == {"networks/net-bsrstars", "programmes/prog-bsr-stars"}
    assert list(shipped_corpus.find_things("ECCP")) == ["tools/tool-eccp"]


def test_a_passage_of_a_thing_says_class_part_address_and_places(things: Corpus) -> None:
    passage = things.by_id["networks/net-en"]
    assert passage.section == "step-6"
    assert passage.kind == "directory"
    assert passage.sentences == (
        "Example Network links examples.",
        "Class (our grouping): social network.",
        "Part it plays in the handbook: funder and contact.",
        "Address for Example: http://e.eu (as printed in 2012).",
        "Named in Step 6 and Case 15.",
    )
    assert "the handbook prints no web address" in things.by_id["networks/net-other"].text


def test_links_are_found_by_other_names_and_the_better_form_wins(things: Corpus) -> None:
    assert [link.id for link in things.links.find("EN")] == ["url-1"]
    assert [link.id for link in things.links.find("example report")] == ["url-2"]
    assert things.links.find("again") == []
    assert "The better form of it is http://example.eu/r." in things.by_id["links/url-3"].text


def test_the_linkology_is_found_by_heading_and_by_country(things: Corpus) -> None:
    group = things.links.under("germany")
    assert group is not None
    assert group == things.links.under("DE")
    assert things.links.under("Atlantis") is None
    assert "Example: http://e.eu." in things.by_id["links/linkology-germany"].text


def test_figures_are_found_by_section_kind_and_words_and_are_no_passages(things: Corpus) -> None:
    assert [f.id for f in things.figures.in_section("step-7")] == ["fig-b", "fig-a"]
    assert [f.id for f in things.figures.in_section("step-7", "money")] == ["fig-a"]
    assert [f.value for f in things.figures.find("stay years")] == [(2, 3)]
    assert not any("fig-" in p.id or "person-" in p.id for p in things.passages)


def test_people_are_found_by_name_and_surname(things: Corpus) -> None:
    assert [p.id for p in things.people.find("ada muller")] == ["person-a"]
    assert [p.id for p in things.people.find("Müller")] == ["person-a", "person-b"]
    assert things.people.find("Nobody") == []
    assert len(things.people.in_group("author")) == 2


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        ("networks.yaml", "links: [url-1]", "links: [url-11]", 12, "did you mean `url-1`"),
        ("networks.yaml", "kind: social", "kind: socal", 8, "did you mean `social`"),
        ("networks.yaml", "sections: [case-15]", "sections: [case-55]", 16, "no `case-55` in the corpus"),
        ("links.yaml", "better: url-2", "better: url-9", 4, "no `url-9`"),
        ("links.yaml", "links: [url-1]", "links: [url-7]", 10, "no `url-7`"),
        ("links.yaml", "section: step-6, country", "section: step-66, country", 2, "did you mean `step-6`"),
        ("figures.yaml", "id: fig-b", "id: fig-a", 3, "stands here twice"),
        ("figures.yaml", "kind: money", "kind: monny", 2, "kind"),
        ("figures.yaml", "also_in: [step-7]", "also_in: [step-77]", 2, "no `step-77`"),
        ("people.yaml", "section: references}", "section: refs}", 2, "no `refs`"),
        ("people.yaml", "role: author", "rolle: author", 2, "did you mean `role`"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    things_folder: Path, name: str, old: str, new: str, line: int, said: str
) -> None:
    file = things_folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    (problem,) = problems(shipped=things_folder)
    assert problem.where == f"{file}:{line}"
    assert said in problem.sentence()


def test_a_thing_that_stands_twice_is_refused(things_folder: Path) -> None:
    file = things_folder / "networks.yaml"
    file.write_text(file.read_text().replace("net-other", "net-en"))
    with pytest.raises(KnowledgeError, match="twice"):
        load_corpus(shipped=things_folder)


def test_a_label_is_said_as_people_say_it() -> None:
    assert spoken("case-7a") == "Case 7a"
    assert spoken("case-mentoring") == "the mentoring case"
    assert spoken("something-else") == "something-else"
    assert len(HANDBOOK_LABELS) == 43
