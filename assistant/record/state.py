"""What a record says: the state that replaying its events gives. Plain data, no input or output."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Rating = Literal["yes", "partly", "no"]
SkipReason = Literal["dont_know", "not_applicable", "later"]
EvidenceKind = Literal["document", "date", "figure", "organisation", "person", "link", "other"]
Stage = Literal["question", "confirm", "evidence", "probe", "gap", "owner", "due"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Subject(_Data):
    """Whom the record is about."""

    organisation: str
    audience: str
    country: str | None = None
    language: str = "en"


class Criterion(_Data):
    """Whether one criterion holds, with the person's own words for it. Without a quotation it is unknown (met=None)."""

    id: str
    met: bool | None = None
    quote: str | None = None


class Evidence(_Data):
    """Something that backs an answer: what it is, and the person's words it was read from."""

    kind: EvidenceKind
    text: str
    quote: str


class Citation(_Data):
    """A source shown to the person: section label, passage id, its title, the words it rests on (our rendering)."""

    section: str
    passage: str
    title: str
    quote: str = ""


class Answer(_Data):
    """The answer to one question. Never asked = absent; asked without content = `skipped`.

    `rating` is what counts; `read_as` what the coach had read, kept when the person said otherwise.
    """

    flow: str
    question: str
    said: str
    also_said: tuple[str, ...] = ()  # replies to follow-ups about evidence and criteria, verbatim
    rating: Rating | None = None
    rated_by: Literal["coach", "person"] | None = None
    read_as: Rating | None = None
    choice: str | None = None  # option id of a choice, number of a scale
    criteria: tuple[Criterion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    evidence_asked: bool = False
    skipped: SkipReason | None = None
    set_aside: str | None = None  # why a later correction put it aside; asked again, old value as default
    asked_under: str = ""  # version of the flows
    at: str = ""


class Action(_Data):
    """A gap turned into something to do. `due` is an ISO date or the person's own words."""

    id: str
    question: str | None
    what: str
    owner: str | None = None
    due: str | None = None
    cites: tuple[str, ...] = ()
    state: Literal["open", "done", "dropped"] = "open"


class Consulted(_Data):
    """A question put to the handbook during the conversation, and what came back."""

    asked: str
    answer: str
    abstained: bool = False
    citations: tuple[Citation, ...] = ()
    during: str | None = None  # the question that was pending
    at: str = ""


class Pending(_Data):
    """What the person is being asked right now, so that a resumed conversation stands where it stopped."""

    flow: str
    question: str
    stage: Stage = "question"
    criterion: str | None = None  # of a probe
    probes: int = 0  # follow-ups already used for this question


class JourneyState(_Data):
    """One journey (or pilot): where it stands."""

    id: str = "main"
    title: str = ""
    flows: dict[str, Literal["begun", "done"]] = {}
    answers: dict[str, Answer] = {}
    pending: Pending | None = None
    history: tuple[str, ...] = ()  # question ids in the order asked, for "back"


class State(_Data):
    """The whole state of a record."""

    subject: Subject
    journey: JourneyState = JourneyState()
    actions: tuple[Action, ...] = ()
    consulted: tuple[Consulted, ...] = ()
    snapshots: tuple[str, ...] = ()
    stopped: bool = False
