"""Questions that ask two things of one subject ("what did it cost, and who paid?"): each half can be asked alone."""

from __future__ import annotations

import re

from assistant.coach.answers import facts

_ASKS = r"(?:who|whom|whose|what|which|when|where|why|how)\b"
_BEFORE = r"(?:(?:for|on|in|by|to|from|at|with|since|of|under|out of|into) )?"
_SECOND = re.compile(rf"(?:[,;?.&]+\s*(?:and|&|n|plus|or)?|\s(?:and|&|n|plus))\s+(?={_BEFORE}{_ASKS})", re.I)
_FIRST = re.compile(
    rf"(?:^|[,:.;–-] ?|\band ){_BEFORE}{_ASKS}|(?:^|[,:.;] )(?:is|are|was|were|do|does|did|can|could|has|have|may)\b",
    re.I,
)


def halves(text: str) -> tuple[str, ...]:
    """The two questions of a double one, the second as it stands; empty when a text asks one thing.

    >>> halves("When was EACP founded, and on what does it rest?")
    ('When was EACP founded?', 'on what does it rest?')
    >>> halves("We are small, who funds us?")
    ()
    """
    for join in _SECOND.finditer(text):
        first, second = text[: join.start()].strip(" ,;.&?"), text[join.end() :].strip(" ?.")
        if _FIRST.search(first) and facts.content(first) and facts.content(second):
            return f"{first}?", f"{second}?"
    return ()
