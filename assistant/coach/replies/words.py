"""Typed shortcuts and plain words, recognised by code in seven languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import cast

import yaml

from assistant.coach.replies.commands import AskHandbook, Change, Command, Do, Go, Plain, SetRating, Skip
from assistant.record.state import Rating, SkipReason

_RATINGS: dict[str, Rating] = {"yes": "yes", "partly": "partly", "no": "no"}
_SKIPS: dict[str, SkipReason] = {
    "unknown": "dont_know",
    "dontknow": "dont_know",
    "skip": "dont_know",
    "na": "not_applicable",
    "n/a": "not_applicable",
    "later": "later",
}
_COMMANDS = ("why", "example", "back", "repeat", "summary", "stop", "help", "review", "menu", "steps")
# "change our statutes" is something to do and no correction: a number or the word "answer" has to be there
_CHANGE = re.compile(
    r"^(?:please )?(?:i (?:want|need|would like) to |let me |can (?:i|we) )?(?:change|correct|edit|revise)\s+"
    r"(?:(?:number|no\.?|#)?\s*(?P<number>\d+)|(?:my |the |our )?(?:\w+ )?(?:answer|reply|question)s?\b\s*"
    r"(?:to|about|on|for|number|no\.?|#)?\s*(?P<about>.*?))[.!?]*$",
    re.I | re.S,
)
_GO = re.compile(
    r"^(?:please )?(?:(?P<away>go to|take me to|jump to)|start|open|continue with|let'?s (?:do|go to|start))\s+"
    r"(?P<stop>[^\n]+?)[.!?]*$",
    re.I,
)
_MOST_QUESTIONS = 3  # in one reply
_LONGEST_PLACE = 4  # words; "go to the fair in Hanover in April" is a plan, not a place of the journey
_STEP = re.compile(r"^(?:the )?step\s*(10|[1-9])\b(?=\W*$|:)", re.I)
_FUNDING = re.compile(r"^(?:the )?(?:utili[sz]e )?funding(?: (?:theme|part|questions))?$")
# Not after the day in "3. Mai": small letters are no beginning, and German months have capitals.
_ENDS = re.compile(
    r"(?<=[!?…;])(?=\s)|(?<=\.)(?<!\d\.)(?=\s)|(?=\n)"
    r"|(?<=\d\.)(?=\s+(?![a-zà-ÿ]|Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))"
)
_QUESTION_START = re.compile(
    r"^(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|do|does|did|can|could|may|should|would|will|has|have"
    r"|tell me|explain|define|was|wer|wie|wo|wann|warum|welche[rs]?|qu'?est|que|quel(?:le)?s?|qui|o[uù]|quand|comment"
    r"|pourquoi|che|cosa|chi|come|dove|quando|perch[eé]|co|kto|jak|gdzie|kiedy|dlaczego|vad|vem|hur|var|n[aä]r|varf[oö]r"
    r"|qu[eé]|qui[eé]n|c[oó]mo|d[oó]nde|cu[aá]ndo)\b",
    re.I,
)
# a question without its mark turns the verb round: "what does it cost", not "what we have is a plan"
_ASKS = re.compile(
    r"^(?:tell me|explain|define|(?:what|who|how|where|when|which|why)(?:'s|\s+(?:is|are|was|were|do|does|did|can|could"
    r"|should|would|will|has|have|much|many|long|often|pays?|gets?|decides?)))\b",
    re.I,
)
_TURN_TO_QUESTION = re.compile(
    r"[,;:–-]\s+(?=(?:but |and |by the way |so )?(?:what|who|how|where|when|which|why)\b)", re.I
)
_HESITATION = re.compile(r"^(?:(?:h+m+|u+m+|e+r+m?|u+h+|well|sorry|ok(?:ay)?)\b[\s,.!-]+)+", re.I)
_COURTESY = re.compile(
    r"[\s,]+(?:pls|plz|please|thx|thanks|thank you|bitte|danke|merci|s['’]il (?:vous|te) pla[iî]t|per favore|grazie"
    r"|por favor|gracias|prosz[eę]|tack)[\s.!]*$",
    re.I,
)
_FEW_WORDS = 4
_TAG = re.compile(
    r",?\s*\b(?:right|no|ok|okay|you know|or not|you see|(?:isn|don|haven|aren|do|have|are)['’]?t (?:it|we|they))\?$",
    re.I,
)


def plain(text: str) -> str:
    """A reply for comparing: small letters, no accents, no punctuation at the ends, single spaces."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(folded.replace("’", "'").split()).strip(" .!,;:") or folded.strip()


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    file = Path(__file__).with_name("words.yaml")
    # BaseLoader: every value is text, so that "no" stays a word
    read = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    raw = cast("dict[str, dict[str, list[str]] | list[str]]", read)
    table: dict[str, dict[str, str]] = {}
    for kind, groups in raw.items():
        named = groups if isinstance(groups, dict) else {kind: groups}
        table[kind] = {plain(word): name for name, group in named.items() for word in group}
    return table


def rating_word(text: str) -> Rating | None:
    """The rating that a whole reply states in plain words."""
    return _RATINGS.get(_table()["rating"].get(plain(text), ""))


def skip_word(text: str) -> SkipReason | None:
    """The reason for skipping that a whole reply states in plain words."""
    found = _table()["skip"].get(plain(_bare(text)))
    return cast("SkipReason", found) if found else None


def says_nothing(text: str) -> bool:
    """Whether a reply to "what shows it?" says that there is nothing."""
    return plain(text) in _table()["nothing"]


def command(text: str) -> Command | None:
    """The command of a whole reply: a slash command, or plain words for one. None when it is something else."""
    if text.strip().startswith("/"):
        return _slash(text.strip()[1:])
    stripped = _bare(text)
    if _STEP.match(stripped):
        return Go(stripped)
    word = _table()["command"].get(plain(stripped.rstrip("?")))
    if word:
        return Do(cast("Plain", word))
    changed = _CHANGE.match(stripped)
    if changed:
        return Change((changed.group("number") or changed.group("about") or "").strip())
    if plain(stripped) == "change":
        return Change("")
    going = _GO.match(stripped)
    if going:
        stop = going.group("stop").strip()
        if stop_id(stop) or (going.group("away") and len(stop.split()) <= _LONGEST_PLACE):
            return Go(stop)
    return None


def _bare(text: str) -> str:
    """A reply without a hum before it or a courtesy behind it."""
    return _COURTESY.sub("", _HESITATION.sub("", text.strip())) or text.strip()


def _slash(text: str) -> Command | None:
    name, _, rest = text.strip().partition(" ")
    name = name.lower()
    if name in _COMMANDS:
        return Do(name)
    if name in _RATINGS:
        return SetRating(f"/{text}", _RATINGS[name])
    if name in _SKIPS:
        return Skip(f"/{text}", _SKIPS[name])
    if name == "ask" and rest.strip():
        return AskHandbook(rest.strip())
    if name in ("change", "correct"):
        return Change(rest.strip())
    if name == "go" and rest.strip():
        return Go(rest.strip())
    if name in ("quit", "exit"):
        return Do("stop")
    return Do("help") if re.fullmatch(r"[a-z?]{1,12}", name) and not rest else None  # a path or a link is a reply


def stop_id(text: str) -> str | None:
    """The stop that a few words name, as far as a number or its usual name does."""
    match = _STEP.match(text.strip())
    if match:
        return f"step-{match.group(1)}"
    word = plain(text)
    if _FUNDING.match(word):
        return "utilise-funding"
    return word if re.fullmatch(r"(?:step-(?:10|[1-9])|utilise-funding)", word) else None


def split_questions(text: str) -> tuple[str, list[str]]:
    """A reply cut into what it tells, word for word, and the questions it asks back."""
    told = ""
    asked: list[str] = []
    sentences = _ENDS.split(text.strip())  # each keeps the space before it
    for sentence in sentences:
        clean = sentence.strip()
        if not clean.endswith("?") or len(clean) <= 2 or _tag_question(clean):
            told += sentence
            continue
        clause = _TURN_TO_QUESTION.split(clean, maxsplit=1)
        if len(clause) == 2 and _answers(clause[0]):
            told += sentence[: sentence.index(clause[0]) + len(clause[0])]
            clean = clause[1].strip()
        asked.append(clean)
    told = told.strip()
    if len(asked) > _MOST_QUESTIONS:  # the rest is kept with the last, nobody waits for a hundred answers
        asked[_MOST_QUESTIONS - 1 :] = [" ".join(asked[_MOST_QUESTIONS - 1 :])]
    if not asked and len(sentences) == 1 and _ASKS.match(told) and len(told.split()) >= 3:
        return "", [told]
    return told, asked


def _answers(clause: str) -> bool:
    """Whether what stands before a question answers: in `yes since May, what is EEN?`, not in `we met, who pays?`"""
    first = clause.split()
    told = bool(first) and (rating_word(first[0]) is not None or len(first) <= _FEW_WORDS)
    return told and not _QUESTION_START.match(clause)


def _tag_question(sentence: str) -> bool:
    """`we have one, right?` tells; it does not ask the handbook."""
    return bool(_TAG.search(sentence)) and not _QUESTION_START.match(sentence)
