"""Has the model look at the passages found, the best first, and says which one answers and whether it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

from assistant.coach.answers import gate
from assistant.coach.answers.check import Checked
from assistant.coach.answers.tell import Chosen, Side
from assistant.handbook.models import Hit, Passage
from assistant.model.port import Usage

PLACE = 0.43  # taken from how well a passage answers for each one that the search put before it (fitted with the probe)
NEAR = -4.0  # log-odds by the probe from which on a passage that does not state the detail is worth telling
_FAR = -6.0  # from which down nothing counts as found for one of the things compared, when it is for another
_LEAST_LOOKS = 3
_SECONDS = 2.9  # after which no further passage is looked at; passages read before take half a second each


class Looking:
    """The looks at passages for one question, and what they cost."""

    def __init__(
        self, question: str, at: Callable[[str, Passage], Checked], clock: Callable[[], float] = monotonic
    ) -> None:
        self._question, self._at, self._clock, self._start = question, at, clock, clock()
        self.usage = Usage()
        self.decided: Checked | None = None
        """The look that decided whether there is an answer."""
        self.nearest: Passage | None = None
        """The passage of that look, where it is not far from stating the detail."""

    def led(self, chosen: Chosen, *, lenient: bool) -> Chosen | None:
        """What was chosen, the passages first that answer best; None when the first does not state the detail."""
        looked = self._looked(self._question, chosen.candidates)
        first, self.decided = looked[0]
        self._near(first, self.decided)
        if not gate.after_check(self.decided, chosen.left_out, lenient=lenient).answer:
            return None
        stating = [hit for hit, look in looked if hit is first or gate.after_check(look).answer]
        return chosen.led_by(stating, [hit for hit, _ in looked])

    def completed(self, chosen: Chosen, halves: Sequence[Side]) -> Chosen:
        """The same with what answers the other half of a double question, right behind the first passage."""
        first, (asked, other) = chosen.hits[0], halves
        leads = self._at(asked.text, first.passage)
        self.usage = self.usage + leads.usage
        missing = other if gate.after_check(leads).answer else asked
        hit, look = self._looked(missing.text, missing.hits)[0] if missing.hits else (first, leads)
        if hit.passage == first.passage or not gate.after_check(look, of_sides=True).answer:
            return chosen
        return chosen.led_by(
            [first, hit, *(h for h in chosen.hits if h.passage not in (first.passage, hit.passage))], chosen.hits
        )

    def compared(self, chosen: Chosen, *, lenient: bool) -> Chosen | None:
        """The passages of each side that answer best, where they come near; None when no side states the detail."""
        looked = [self._looked(side.text, side.hits) for side in chosen.sides]
        best, self.decided = max((side[0] for side in looked), key=lambda pair: pair[1].odds)
        self._near(best, self.decided)
        if not gate.after_check(self.decided, lenient=lenient, of_sides=True).answer:
            return None
        stating = [hit for (hit, look), *_ in looked if look is self.decided or look.odds >= _FAR]
        unstated = tuple(hit.passage.title for (hit, _), *_ in looked if hit not in stating)
        further = [hit for _, *rest in looked for hit, look in rest if gate.after_check(look).answer]
        return replace(chosen, unstated=unstated).led_by([*stating, *further], chosen.hits)

    def _near(self, hit: Hit, look: Checked) -> None:
        if look.by == "probe" and look.odds >= NEAR:
            self.nearest = hit.passage

    def _looked(self, question: str, hits: Sequence[Hit]) -> list[tuple[Hit, Checked]]:
        """The hits that were looked at until one was enough or the time was up, the one that answers best first."""
        found: list[tuple[float, Hit, Checked]] = []
        for place, hit in enumerate(hits):
            look = self._at(question, hit.passage)
            self.usage = self.usage + look.usage
            found.append((PLACE * place - look.lead, hit, look))
            found.sort(key=lambda one: one[0])
            late = place + 1 >= _LEAST_LOOKS and self._clock() - self._start > _SECONDS
            if late or gate.is_enough([look for *_, look in found], found[0][2]):
                break
        return [(hit, look) for _, hit, look in found]
