"""Somebody adds the handbook itself: it is recognised, and its parts get the labels of our corpus.

The handbook's text is nobody's to copy into a project, so these tests write a book of the same form: its fixed headings
(and the defects of its pages) around words of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.handbook.labels import HANDBOOK_LABELS
from assistant.handbook.models import Passage
from assistant.handbook.own.library import passages_of
from assistant.handbook.own.store import DocumentStore
from tests.support import files

STEPS = {n: f"STEP {n}. TITLE & MORE" for n in range(1, 11)}
CASES = {
    3: ["Case 1: One", "Case 2: Two"],
    4: ["Case 3: Three", "Case 4: Four"],
    5: ["Proposal for a European Cluster Mentoring Programme"],
    6: [f"Case {n}: Same title" for n in ("5", "6", "7a", "7b", "8", "9")] + ["Case 10: (RIE) Ten", "Case 11: Eleven"],
    7: [f"Case {n}: Title" for n in range(12, 19)],
    10: ["Case 19: Nineteen"],
}
FILL = "Plain words about nothing at all, written so that this part has a length that parts of books have. " * 4


def told(mark: str) -> str:
    return f"This part is about {mark} and about no other thing. {FILL}"


def book(*, defects: bool = True) -> list[str]:
    """The lines of a book with the handbook's headings, in its order."""
    lines = ["Cluster internationalisation", "handbook", "Table of contents"]
    lines += [f"| STEP {n} - TITLE & MORE | {n + 10} |" for n in STEPS] + ["| UTILISE FUNDING | 51 |"]
    lines += ["Executive Summary", told("the summary"), "Introduction", told("the beginning")]
    lines += ["BEYOND THE “TRIPLE HELIX”", told("the helix"), "FUTURE POLICY DEVELOPMENTS", told("future policy")]
    lines += ["14 AIMS OF THE HANDBOOK" if defects else "AIMS OF THE HANDBOOK", told("the aims")]
    page = 16
    for number, title in STEPS.items():
        page += 2
        overview = f"{page} OVERVIEW" if defects else "OVERVIEW"
        lines += [title, overview, told(f"step {number} first"), "USEFUL TOOLS", told(f"tools of step {number}")]
        lines += ["- Step 3 and Step 4 help with this.", "PRACTICAL EXAMPLES"]
        for case in CASES.get(number, []):
            page += 2 if defects and "7a" in case else 0
            lines += [f"{page} *{case}*" if defects and "7a" in case else case, "Description of case", told(case)]
        lines += ["STEP COMPLETION", told(f"the end of step {number}")]
    lines += [] if defects else ["Utilise Funding"]
    lines += ["OVERVIEW", told("paying"), "Case 20: Twenty", told("case twenty"), "STEP SUCCESS CRITERIA", told("paid")]
    lines += ["The tube map", told("lines"), "Addressing the outstanding issues", told("what is open")]
    lines += ["Conclusions and recommendations", told("advice"), "References", "- A. Author, A Book, 2001."]
    lines += ["Linkology", "EFQM", "http://www.example.org", "Glossary of key terms", "Tool", told("a tool")]
    return [*lines, "TACTICS consortium", told("people")]


def added(folder: Path, name: str, content: bytes | str) -> list[Passage]:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    document = DocumentStore().add(file).document
    assert document
    assert document.handbook
    return passages_of(document)


def sections(passages: Sequence[Passage], mark: str) -> set[str]:
    return {p.section for p in passages if f"about {mark} and" in p.text}


EXPECTED = {
    "the summary": "executive-summary",
    "the helix": "pentagonal-helix",
    "future policy": "future-policy",
    "the aims": "introduction",
    "step 1 first": "step-1",
    "tools of step 3": "step-3",
    "Case 1: One": "case-1",
    "the end of step 3": "step-3",
    "Proposal for a European Cluster Mentoring Programme": "case-mentoring",
    "Case 7a: Same title": "case-7a",
    "Case 7b: Same title": "case-7b",
    "Case 10: (RIE) Ten": "case-10",
    "step 8 first": "step-8",
    "the end of step 10": "step-10",
    "paying": "utilise-funding",
    "case twenty": "case-20",
    "paid": "utilise-funding",
    "lines": "tube-map",
    "what is open": "outstanding-issues",
    "advice": "recommendations",
    "a tool": "glossary",
    "people": "introduction",
}


@pytest.mark.parametrize("defects", [True, False])
def test_its_parts_get_the_labels_of_our_corpus(tmp_path: Path, defects: bool) -> None:
    passages = added(tmp_path, "handbook.txt", "\n\n".join(book(defects=defects)))
    assert {mark: sections(passages, mark) for mark in EXPECTED} == {mark: {label} for mark, label in EXPECTED.items()}
    assert {p.section for p in passages} <= HANDBOOK_LABELS


def test_the_pdf_of_it_is_recognised_with_pages_and_running_heads(tmp_path: Path) -> None:
    import textwrap

    lines: list[files.Line] = [text for part in book() for text in (*textwrap.wrap(part, 80), "")]
    pages = [["TACTICS handbook", "", *lines[at : at + 30], "", f"page {at}"] for at in range(0, len(lines), 30)]
    passages = added(tmp_path, "handbook.pdf", files.pdf(*pages))
    found = {mark: sections(passages, mark) for mark in EXPECTED}
    assert {mark: labels for mark, labels in found.items() if labels != {EXPECTED[mark]}} == {}
    assert not any("TACTICS handbook" in p.text for p in passages[5:])
    assert passages[-1].page == len(pages)


def test_its_sources_name_section_document_and_page(tmp_path: Path) -> None:
    passages = added(tmp_path, "tactics.txt", "\n\n".join(book()))
    case = next(p for p in passages if p.section == "case-7a")
    assert case.title == "Case 7a: Same title"
    assert case.source == "the TACTICS handbook (2012), Case 7a, in your document tactics.txt"
    assert "*" not in case.title + case.heading


def test_no_words_get_lost(tmp_path: Path) -> None:
    passages = added(tmp_path, "handbook.txt", "\n\n".join(book()))
    whole = " ".join(f"{p.title} {p.heading} {p.text}" for p in passages)
    for words in ("EFQM", "http://www.example.org", "A. Author, A Book, 2001.", "Step 3 and Step 4 help with this."):
        assert words in whole


@pytest.mark.parametrize("without", ["Cluster internationalisation", "STEP", "Case"])
def test_a_document_about_the_handbook_is_not_the_handbook(tmp_path: Path, without: str) -> None:
    file = tmp_path / "review.txt"
    file.write_text("\n\n".join(line for line in book() if without not in line))
    document = DocumentStore().add(file).document
    assert document
    assert not document.handbook
    assert {p.section for p in passages_of(document)} == {"own:review.txt"}
