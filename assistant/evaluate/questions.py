"""Question files: what is asked, and what a right answer has to hold. A mistake is told with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from assistant.errors import KnowledgeError, UsageError
from assistant.handbook.yamlfile import parse, read_text

FOLDER = Path("tests/answers")  # where the project's own question files lie in a checkout
_LONGEST = 4000  # characters of a question, as for `coach ask`


def _regex(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return re.compile(value, re.I | re.S)
    except re.error as error:
        raise ValueError(f"the regex {value!r} cannot be read ({error})") from None


Regex = Annotated[re.Pattern[str], BeforeValidator(_regex)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Asked = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Entry):
    """One question. The docstring under each field is its documentation."""

    id: Name
    """Told apart from all other questions, in other files too."""
    kind: Name
    """The row of the tables that it counts in."""
    question: Asked
    """The words, as a person types them."""
    before: tuple[Asked, ...] = ()
    """Questions of the same talk asked just before, for one that leans on them."""
    audience: Literal["cluster_organisation", "policy_maker", "network"] | None = None
    """Who asks."""
    language: str = "en"
    """Language of the question."""
    sections: tuple[Name, ...] = ()
    """Labels of the sections that hold the answer: any one of them will do."""
    all_sections: bool = False
    """Each of `sections` is needed, not just any."""
    must: tuple[Regex, ...] = ()
    """Each has to be found in the answer."""
    must_not: tuple[Regex, ...] = ()
    """None of them may be found, in a refusal neither."""
    abstain: bool = False
    """The handbook does not answer it."""
    example: str = ""
    """A concise right answer, for people and for the tests of the file."""

    @model_validator(mode="after")
    def _answerable_or_not(self) -> Question:
        if self.abstain and self.must:
            raise ValueError("`abstain` and `must` exclude each other")
        if not self.abstain and not (self.must and self.sections):
            raise ValueError("a question that can be answered needs `must` and `sections`")
        return self


class _File(_Entry):
    figures: tuple[str, ...] = ()  # regexes with a YAML anchor, for use in several questions
    questions: tuple[Question, ...] = Field(min_length=1)


@dataclass(frozen=True)
class QuestionSet:
    """The questions of one file."""

    file: Path
    questions: tuple[Question, ...]


def read_questions(file: Path) -> QuestionSet:
    """The questions of a file; `UsageError` names the line of the first mistake."""
    return read_sets([file])[0]


def read_sets(files: Sequence[Path]) -> list[QuestionSet]:
    """The questions of several files; no id may stand there twice. `UsageError` names file and line of a mistake."""
    sets: list[QuestionSet] = []
    at: dict[str, str] = {}
    for file in files:
        try:
            text = read_text(file)
            read = parse(text, _File, file)
        except KnowledgeError as error:
            raise UsageError(error.what, where=error.where, do=error.do) from None
        lines = _lines_of_ids(text)
        for question in read.questions:
            where = f"{file}:{next(lines.get(question.id, iter(())), 1)}"
            if question.id in at:
                what = f"the id `{question.id}` stands in {at[question.id]} already"
                raise UsageError(what, where=where, do="give one of the two another id")
            at[question.id] = where
        sets.append(QuestionSet(file, read.questions))
    return sets


def of_kinds(sets: Sequence[QuestionSet], kinds: Sequence[str]) -> list[QuestionSet]:
    """Only questions of these kinds (all, when none is named); `UsageError` for a kind that no question has."""
    known = list(dict.fromkeys(q.kind for some in sets for q in some.questions))
    for kind in kinds:
        if kind not in known:
            raise UsageError(f"no question is of the kind `{kind}`", do=f"the kinds are {', '.join(known)}")
    left = [QuestionSet(s.file, tuple(q for q in s.questions if not kinds or q.kind in kinds)) for s in sets]
    return [some for some in left if some.questions]


def default_files(folder: Path) -> list[Path]:
    """The question files of the checkout that `folder` is; `UsageError` where it is none."""
    files = sorted(FOLDER.glob("*.yaml")) if folder == Path() else sorted((folder / FOLDER).glob("*.yaml"))
    if not files:
        what = f"no question file is given, and there is none in {FOLDER.as_posix()} here"
        raise UsageError(what, do="name one: coach eval questions.yaml")
    return files


def _lines_of_ids(text: str) -> dict[str, Iterator[int]]:
    """Where each id stands in the text, in order."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(r"(?:^\s*(?:- +)?|[{,]\s*)id:\s*(['\"]?)(.+?)\1\s*(?=[,}]|#|$)", line):
            found.setdefault(match[2], []).append(number)
    return {name: iter(numbers) for name, numbers in found.items()}
