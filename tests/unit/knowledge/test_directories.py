"""The directories are complete, cite sections that exist, and agree with each other and with the documents."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic import BaseModel

from assistant.handbook.corpus import Corpus, load_corpus
from assistant.handbook.figures import Figure
from assistant.handbook.labels import HANDBOOK_LABELS

HERE = Path(__file__).parent
THINGS = {"networks": 29, "tools": 39, "programmes": 49, "organisations": 68, "events": 8, "publications": 8 + 15}
WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()
OPENS_WITHOUT_A_SUBJECT = ("it", "they", "its", "their", "he", "she", "this", "that")
COUNTRY = re.compile(r"[A-Z]{2}")


class Expected(BaseModel):
    links: list[str]
    networks: list[str]
    tools: list[str]
    programmes: list[str]
    organisations: list[str]
    events: list[str]
    publications: list[str]
    figures: list[str]
    people: list[str]
    headings: list[str]
    addresses: list[str]


EXPECTED = Expected.model_validate(yaml.safe_load((HERE / "directories.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(shipped=HERE.parents[2] / "knowledge")


def texts(corpus: Corpus) -> dict[str, str]:
    """What the documents of each section say, in small letters."""
    found: dict[str, str] = {}
    for document in corpus.documents:
        said = " ".join(f"{p.heading} {p.text}" for p in document.passages)
        found[document.head.section] = f"{found.get(document.head.section, '')} {said.lower()}"
    return found


@pytest.mark.parametrize(("name", "size"), THINGS.items())
def test_a_directory_of_things_is_complete(corpus: Corpus, name: str, size: int) -> None:
    ids = [thing.id for thing in corpus.things[name].entries]
    assert ids == getattr(EXPECTED, name)
    assert len(set(ids)) == size


def test_every_thing_is_a_passage_of_the_section_that_treats_it(corpus: Corpus) -> None:
    for things in corpus.things.values():
        for thing in things.entries:
            passage = corpus.by_id[things.passage_id(thing)]
            assert passage.section == thing.section
            assert passage.text.split()[0].lower() not in OPENS_WITHOUT_A_SUBJECT, thing.id
            assert 5 <= len(thing.about.split()) <= 75, thing.id
            assert len(passage.text.split()) <= 130, thing.id


def test_every_thing_is_found_by_its_name_id_and_other_names(corpus: Corpus) -> None:
    for things in corpus.things.values():
        for thing in things.entries:
            assert things.find(thing.id) == thing
            assert things.find(thing.name) == thing
            for alias in thing.aliases:
                assert things.find(alias), alias


def test_no_two_things_are_told_in_the_same_sentence(corpus: Corpus) -> None:
    seen: dict[str, str] = {}
    for things in corpus.things.values():
        for thing in things.entries:
            assert thing.about not in seen, (thing.id, seen.get(thing.about))
            seen[thing.about] = thing.id


def test_sections_links_kinds_and_countries_are_known(corpus: Corpus) -> None:
    for things in corpus.things.values():
        for thing in things.entries:
            assert set(thing.sections) <= HANDBOOK_LABELS, thing.id
            assert len(set(thing.sections)) == len(thing.sections), thing.id
            assert set(thing.links) <= set(corpus.links.by_id), thing.id
            assert not things.kinds or thing.kind in things.kinds, thing.id
            assert all(COUNTRY.fullmatch(c) for c in thing.countries), thing.id
    for link in corpus.links.links:
        assert {link.section, *link.also_in} <= HANDBOOK_LABELS, link.id
    assert {f.section for f in corpus.figures.figures} <= HANDBOOK_LABELS
    assert {p.section for p in corpus.people.people} <= HANDBOOK_LABELS


def test_the_handbooks_classes_of_networks_are_told_apart_from_ours(corpus: Corpus) -> None:
    networks = corpus.things["networks"]
    assert len([k for k in networks.kinds.values() if not k.ours]) == 6
    assert "(our grouping)" in corpus.by_id["networks/net-linkedin"].text
    assert "Class in the handbook" in corpus.by_id["networks/net-taftie"].text


def test_all_addresses_are_there_repaired_and_dated(corpus: Corpus) -> None:
    links = corpus.links.links
    assert [link.id for link in links] == EXPECTED.links
    assert [link.url for link in links] == EXPECTED.addresses
    assert len({link.url for link in links}) == 58
    for link in links:
        parts = urlsplit(link.url)
        assert parts.scheme == "http", link.id
        assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), link.id
        assert not re.search(r"\s|\.$", link.url), link.id
        assert link.url.removeprefix("http://") == link.printed.removeprefix("http://").replace(" N", "n"), link.id
        assert link.note, link.id
        assert link.note.startswith("as printed in 2012"), link.id
        assert "as printed in 2012" in corpus.by_id[link.passage_id].text
    assert [email.address for email in corpus.links.emails] == ["office@eu-japan.eu"]


def test_two_sites_and_two_reports_that_look_alike_are_told_apart(corpus: Corpus) -> None:
    by_id = corpus.links.by_id
    assert by_id["url-58"].better == "url-36"
    assert by_id["url-36"].url in corpus.by_id["links/url-58"].text
    assert "not the same site as" in (by_id["url-06"].note or "")
    assert "not the same site as" in (by_id["url-08"].note or "")


def test_the_linkology_is_whole(corpus: Corpus) -> None:
    groups = corpus.links.linkology
    assert [g.heading for g in groups] == EXPECTED.headings
    assert len(groups) == 17
    entries = [entry for group in groups for entry in group.entries]
    assert len(entries) == 53
    listed = [i for entry in entries for i in entry.links]
    assert set(listed) == set(EXPECTED.links) - {"url-36"}  # stands in Steps 9 and 10 only
    assert [i for i in sorted(set(listed)) if listed.count(i) > 1] == ["url-06"]  # Denmark and Europe General
    for group in groups:
        for entry in group.entries:
            assert all(
                "linkology" in (*corpus.links.by_id[i].also_in, corpus.links.by_id[i].section) for i in entry.links
            )
            assert all(corpus.links.by_id[i].country == group.country for i in entry.links if group.country)
    said = " ".join(p.text for p in corpus.passages if p.id.startswith("links/linkology-"))
    assert all(entry.name in said for entry in entries)


def test_all_figures_are_there(corpus: Corpus) -> None:
    assert [f.id for f in corpus.figures.figures] == EXPECTED.figures
    assert len(set(EXPECTED.figures)) == 133
    assert not any("/fig-" in p.id for p in corpus.passages)


@pytest.mark.parametrize(
    ("figure", "mark"),
    [
        ("fig-case4-money", "ambiguous"),
        ("fig-case6-date", "ambiguous"),
        ("fig-lessons", "derived"),
        ("fig-case2-regions", "derived"),
        ("fig-case15-months", "approx"),
        ("fig-case9-countries", "lower_bound"),
        ("fig-url-2013", "trap"),
        ("fig-case13-money", "trap"),
        ("fig-case15-money", "trap"),
    ],
)
def test_a_figure_that_is_easily_told_wrong_is_marked_and_has_a_caveat(corpus: Corpus, figure: str, mark: str) -> None:
    found = corpus.figures.by_id[figure]
    assert getattr(found, mark)
    assert found.caveat


def test_every_figure_with_a_mark_or_an_amount_has_a_caveat(corpus: Corpus) -> None:
    for f in corpus.figures.figures:
        marked = f.ambiguous or f.derived or f.approx or f.lower_bound or f.trap or f.kind == "money"
        assert f.caveat or not marked, f.id


def test_figures_agree_with_the_documents(corpus: Corpus) -> None:
    said = texts(corpus)
    for figure in corpus.figures.figures:
        if figure.kind in ("money", "count", "duration"):
            for label in (figure.section, *figure.also_in):
                for number in _numbers(figure):
                    text = said.get(label)
                    assert text is None or _stands(number, text), (figure.id, number, label)


def _numbers(figure: Figure) -> list[int]:
    values = figure.value if isinstance(figure.value, tuple) else (figure.value,)
    return [value for value in values if isinstance(value, int)]


def _stands(number: int, text: str) -> bool:
    forms = [f"{number:,}", str(number)]
    forms += [WORDS[number]] if number < len(WORDS) else []
    forms += [f"{number // 1_000_000} million"] if number >= 1_000_000 else []
    return any(re.search(rf"(?<![\w,]){re.escape(form)}(?![\w,]\d)", text) for form in forms)


def test_all_people_are_there_and_stand_in_a_document(corpus: Corpus) -> None:
    people = corpus.people.people
    assert [p.id for p in people] == EXPECTED.people
    assert len({p.id for p in people}) == 47
    said = texts(corpus)
    for person in people:
        surname = person.name.split(",")[0].split()[-1].lower()
        assert surname in said.get(person.section, surname), person.id
