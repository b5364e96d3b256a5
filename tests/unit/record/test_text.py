"""Text at the border: what a record cannot hold is taken out, and nothing is shortened in silence."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest

from assistant.record.text import LONGEST_TEXT, characters_cut, clean_text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("plain", "plain"),
        ("two\r\nlines\rthree\u2028four", "two\nlines\nthree\nfour"),
        ("tab\tstays", "tab\tstays"),
        ("\x00\x07\x1b[2J\x7f\x9b", "[2J"),
        ("half \ud83d emoji", "half \ufffd emoji"),
        ("whole 🚀 emoji", "whole 🚀 emoji"),
        ("\ufeffmark", "mark"),
        ("e\u0301", "é"),
        ("[/markup] <|im_end|> {{x}}", "[/markup] <|im_end|> {{x}}"),
    ],
)
def test_only_what_yaml_cannot_hold_is_taken_out(said: str, kept: str) -> None:
    assert clean_text(said) == kept


def test_a_reply_of_100_kb_is_cut_and_says_by_how_much() -> None:
    said = "word " * 20_000
    kept = clean_text(said)
    assert len(kept) <= LONGEST_TEXT
    told = re.search(r"\n\[cut here: ([\d,]+) more characters were not kept\]$", kept)
    assert told
    cut = int(told[1].replace(",", ""))
    assert cut == characters_cut(said) == len(said) - told.start()
    assert kept[: told.start()] == said[: told.start()]
    assert characters_cut("short") == 0


def test_cleaning_twice_changes_nothing() -> None:
    chance = random.Random(7)
    for _ in range(300):
        length = chance.choice((0, 1, 20, LONGEST_TEXT - 1, LONGEST_TEXT, LONGEST_TEXT + 1, LONGEST_TEXT + 400))
        said = "".join(map(chr, chance.choices(range(0x3100), k=min(length, 60)))) + "é\r\n" * (length // 3)
        once = clean_text(said)
        assert clean_text(once) == once
        assert unicodedata.is_normalized("NFC", once)
