"""Markdown as plain words: whole paragraphs, no signs that a screen reader would spell out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.plain import visible

_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*(?:\s*\[\d+\])*\s+|\n+")


def plain(markdown: str) -> list[str]:
    """The paragraphs, list items, headings and table rows of a Markdown text, one string each."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(visible(markdown))
    lines: list[str] = []
    counters: list[int | None] = []  # one for each list we are in: the next number, or None for bullets
    mark = ""
    cells: list[str] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                counters.append(None)
            case "ordered_list_open":
                counters.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                counters.pop()
            case "list_item_open":
                number = counters[-1]
                mark = "- " if number is None else f"{number}. "
                counters[-1] = None if number is None else number + 1
            case "tr_open":
                cells = []
            case "tr_close":
                lines.append("; ".join(cells) + ".")
            case "inline" if token.level and _in_cell(token, tokens):
                cells.append(_words(token))
            case "inline":
                lines.append(mark + _words(token))
                mark = ""
            case "fence" | "code_block":
                lines.append(mark + " ".join(token.content.split()))
                mark = ""
            case _:
                pass
    return [line for line in lines if line.strip()]


def sentences(text: str) -> tuple[list[str], str]:
    """The whole sentences at the start of a text that is still growing, and the rest."""
    done: list[str] = []
    at = 0
    for end in _SENTENCE_END.finditer(text):
        done.append(text[at : end.end()].strip())
        at = end.end()
    return [sentence for sentence in done if sentence], text[at:]


def _in_cell(token: Token, tokens: Sequence[Token]) -> bool:
    before = tokens[tokens.index(token) - 1]
    return before.type in ("td_open", "th_open")


def _words(token: Token) -> str:
    parts: list[str] = []
    address = ""
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline":
                parts.append(child.content)
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "link_open":
                address = str(child.attrGet("href") or "")
            case "link_close":
                if address and address not in "".join(parts):
                    parts.append(f" ({address})")
            case "image":
                parts.append(child.content)
            case _:
                pass
    return " ".join("".join(parts).split())
