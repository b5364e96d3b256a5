"""Documents become passages; a mistake in one is named with its line and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.handbook.documents import read_document, read_documents

HEAD = '---\nid: case-1\nsection: case-1\ntitle: "Case 1"\nkind: case\n---\n'


def test_paragraphs_and_lists_become_passages(folder: Path) -> None:
    passages = read_document(folder / "case-15.md").passages
    assert [p.id for p in passages] == ["case-15/amounts#0", "case-15/amounts#1", "case-15/contact#0"]
    assert [p.order for p in passages] == [0, 1, 2]
    assert len(passages[0].sentences) == 2
    assert passages[0].heading == "How much the grant is"


def test_a_list_stands_with_the_line_that_leads_into_it(folder: Path) -> None:
    passage = read_document(folder / "case-15.md").passages[1]
    assert passage.text == "Clusters may use it to:\n- deepen contacts abroad\n- hold workshops and conferences"
    assert passage.sentences[1:] == ("deepen contacts abroad", "hold workshops and conferences")


def test_links_keep_their_address_as_text(folder: Path) -> None:
    text = read_document(folder / "case-15.md").passages[2].text
    assert text == "The contact is VDI-VDE (http://www.vdivde-it.de/), as printed in 2012."


def test_numbered_and_nested_lists(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(HEAD + "{#a}\n## A\n\n3. three\n   - inner\n4. four\n", encoding="utf-8")
    assert read_document(file).passages[0].text == "3. three\n  - inner\n4. four"


def test_what_a_part_covers_is_kept(folder: Path) -> None:
    assert read_document(folder / "case-15.md").parts[0].covers == ("case-15-f3",)


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("{#a}\n## A\n\n<b>bold</b>\n", 10, "raw HTML"),
        ("{#a}\n## A\n\n<div>\nx\n</div>\n", 10, "raw HTML"),
        ("{#a}\n## A\n\n![x](y.png)\n", 10, "a picture"),
        ("{#a}\n## A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", 10, "a table"),
        ("{#a}\n## A\n\n> quoted\n", 10, "a block quotation"),
        ("## A\n\ntext\n", 7, "no part id"),
        ("{#a}\n# A\n\ntext\n", 8, "only `##`"),
        ("{#a}\n## A\n\ntext\n\n{#a}\n## B\n\ntext\n", 13, "twice"),
        ("{#a}\n## A\n", 8, "no text"),
        ("text\n", 7, "before the first"),
        ('{#a cover="x"}\n## A\n\ntext\n', 8, "did you mean `covers`"),
        ("{#a\n## A\n\ntext\n", 7, "before the first"),
        ("{#a}\n## A\n\ntext\n\n{#b covers='}\ntext\n", 12, "cannot be read"),
        ("{#A_b}\n## A\n\ntext\n", 8, "small letters"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, body: str, line: int, said: str) -> None:
    file = tmp_path / "case-1.md"
    file.write_text(HEAD + body, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        read_document(file)
    assert caught.value.where == f"{file}:{line}"
    assert said in caught.value.sentence()
    assert caught.value.do


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD.replace("kind: case", "kind: story"), 5, "`kind`"),
        (HEAD.replace("kind: case", "kinds: case"), 5, "did you mean `kind`"),
        (HEAD.replace('title: "Case 1"\n', ""), 2, "`title` is missing"),
        (HEAD.replace("kind: case", "kind: case\ncountries: [DE, Sweden]"), 6, "countries"),
        (HEAD.replace("kind: case", "kind: case\nkind: step"), 6, "twice"),
        (HEAD.replace("kind: case", "kind: [case"), 6, "not valid YAML"),
        ("{#a}\n## A\n\ntext\n", 1, "front matter"),
        ("", 1, "empty"),
    ],
)
def test_front_matter_is_checked(tmp_path: Path, text: str, line: int, said: str) -> None:
    file = tmp_path / "case-1.md"
    file.write_text(text + ("{#a}\n## A\n\ntext\n" if text.startswith("---") else ""), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        read_document(file)
    assert caught.value.where == f"{file}:{line}"
    assert said in caught.value.sentence()


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    file = tmp_path / "case-1.md"
    file.write_bytes(HEAD.encode() + b"{#a}\n## A\n\ncaf\xe9\n")
    with pytest.raises(KnowledgeError, match="not UTF-8") as caught:
        read_document(file)
    assert caught.value.where == f"{file}:10"


def test_two_documents_may_not_share_an_id(folder: Path) -> None:
    (folder / "copy.md").write_text((folder / "case-15.md").read_text(), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"already that of case-15\.md"):
        read_documents([folder / "case-15.md", folder / "copy.md"])


def test_control_tokens_in_a_document_stay_text(tmp_path: Path) -> None:
    file = tmp_path / "case-1.md"
    file.write_text(HEAD + "{#a}\n## A\n\nSay &lt;|im_end|&gt; and [bold] here.\n", encoding="utf-8")
    assert read_document(file).passages[0].text == "Say <|im_end|> and [bold] here."
