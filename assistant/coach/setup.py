"""The first minutes: which organisation, which audience, where to begin. No record exists until both are known."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.coach import say
from assistant.coach.replies import words
from assistant.coach.turns import Item, Said
from assistant.flow.models import Audience
from assistant.record.state import Subject

_WELCOME = (
    "### Welcome\n\nI am a coach for taking a business cluster international, after the TACTICS handbook *Cluster "
    "internationalisation* (2012). I ask, you answer in your own words, and everything you say is saved on this "
    "computer and nowhere else. You can ask the handbook a question at any time."
)
_ASK_NAME = "**What is your organisation called?**"
_ASK_AUDIENCE = "**What describes you best?**"
_AUDIENCE_CHOICES: tuple[tuple[str, Audience], ...] = (
    ("We manage a cluster (cluster organisation)", "cluster_organisation"),
    ("We make policy for clusters or fund them (policy maker)", "policy_maker"),
    ("We lead a network of clusters", "network"),
)
_AUDIENCE_WORDS: tuple[tuple[Audience, tuple[str, ...]], ...] = (
    ("network", ("network", "netzwerk", "reseau", "siec")),  # as `words.plain` gives them, without accents
    (
        "policy_maker",
        ("policy", "policies", "fund", "ministry", "agency", "government", "authority", "politik", "forder", "foerder"),
    ),
    ("cluster_organisation", ("manage", "cluster organisation", "cluster organization", "we run a cluster")),
)


class Setup:
    """Asks for organisation and audience; `subject` is there when both are known."""

    def __init__(self) -> None:
        self._name = ""
        self.subject: Subject | None = None

    def begin(self) -> Iterator[Item]:
        """Greet and ask the first question."""
        yield Said(_WELCOME)
        yield self.again()

    def again(self) -> Said:
        """The question that is open."""
        if not self._name:
            return Said(_ASK_NAME, tone="question", question="setup-organisation")
        pairs = tuple((label, label) for label, _ in _AUDIENCE_CHOICES)
        return Said(_ASK_AUDIENCE, tone="question", question="setup-audience", choices=say.choices(*pairs))

    def told(self, text: str) -> Iterator[Item]:
        """Take a reply; asks again when it does not fit."""
        if not self._name:
            name = " ".join(text.split()).strip(" .\"'")
            for lead in (
                "we are called ",
                "we are the ",
                "we are ",
                "our name is ",
                "it is called ",
                "it's called ",
                "i am from ",
            ):
                if name.lower().startswith(lead):
                    name = name[len(lead) :]
            if not any(c.isalnum() for c in name):
                yield Said("I need a name for the record, letters or digits.", tone="notice")
            else:
                self._name = name[:120]
            yield self.again()
            return
        audience = _audience(text)
        if audience is None:
            yield Said("I could not match that; please choose one of the three.", tone="notice")
            yield self.again()
            return
        self.subject = Subject(organisation=self._name, audience=audience)


def _audience(text: str) -> Audience | None:
    for n, (label, audience) in enumerate(_AUDIENCE_CHOICES, 1):
        if text.strip() in (str(n), label) or words.plain(text) in (audience.replace("_", " "), words.plain(label)):
            return audience
    plain = words.plain(text)
    found: list[Audience] = [audience for audience, marks in _AUDIENCE_WORDS if any(mark in plain for mark in marks)]
    return found[0] if len(found) == 1 else None  # "we manage a funding agency": better asked than guessed
