"""Has the model look at the passages found, the best first, and says which one answers and whether it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

from assistant.coach.answers import gate
from assistant.coach.answers.check import Checked
from assistant.coach.answers.tell import Chosen
from assistant.handbook.models import Hit, Passage
from assistant.model.port import Usage

PLACE = 0.52  # taken from how well a passage answers for each one that the search put before it (fitted with the probe)
_LEAST_LOOKS = 3
_SECONDS = 5.0  # after which no further passage is looked at; passages read before take half a second each


class Looking:
    """The looks at passages for one question, each passage once, and what they cost."""

    def __init__(self, at: Callable[[Passage], Checked], clock: Callable[[], float] = monotonic) -> None:
        self._at, self._clock, self._start = at, clock, clock()
        self._seen: dict[str, Checked] = {}
        self.usage = Usage()
        self.decided: Checked | None = None
        """The look that decided whether there is an answer."""

    def led(self, chosen: Chosen, *, lenient: bool) -> Chosen | None:
        """What was chosen, the passages first that answer best; None when the first does not state the detail."""
        looked = self._looked(chosen.candidates)
        first, self.decided = looked[0]
        if not gate.after_check(self.decided, chosen.left_out, lenient=lenient).answer:
            return None
        stating = [hit for hit, look in looked if hit is first or gate.after_check(look).answer]
        return chosen.led_by(stating, [hit for hit, _ in looked])

    def compared(self, chosen: Chosen, *, lenient: bool) -> Chosen | None:
        """The passage of each side that answers best, of the sides that state the detail; None when none does."""
        firsts = [self._looked(side)[0] for side in chosen.sides]
        self.decided = max((look for _, look in firsts), key=lambda look: look.odds)
        stating = [hit for hit, look in firsts if gate.after_check(look, lenient=lenient).answer]
        return replace(chosen, hits=tuple(stating)) if stating else None

    def _looked(self, hits: Sequence[Hit]) -> list[tuple[Hit, Checked]]:
        """The hits that were looked at until one was enough or the time was up, the one that answers best first."""
        found: list[tuple[float, Hit, Checked]] = []
        for place, hit in enumerate(hits):
            look = self._look(hit.passage)
            found.append((PLACE * place - look.lead, hit, look))
            found.sort(key=lambda one: one[0])
            late = place + 1 >= _LEAST_LOOKS and self._clock() - self._start > _SECONDS
            if late or gate.is_enough([look for *_, look in found], found[0][2]):
                break
        return [(hit, look) for _, hit, look in found]

    def _look(self, passage: Passage) -> Checked:
        if passage.id not in self._seen:
            self._seen[passage.id] = self._at(passage)
            self.usage = self.usage + self._seen[passage.id].usage
        return self._seen[passage.id]
