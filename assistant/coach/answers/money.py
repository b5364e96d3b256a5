"""Answers about money from the funding directory: amounts with caveats, who can get it, and what is not given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.coach.answers.halves import halves
from assistant.coach.answers.lines import Direct, Line, whole
from assistant.coach.answers.question import Detail, Understood, detail, matches, rules
from assistant.handbook.corpus import Corpus
from assistant.handbook.directory import listed, sentence
from assistant.handbook.funding import Instrument
from assistant.handbook.models import Passage
from assistant.handbook.named import Names

_SCHEME = re.compile(r"\b(?:schemes?|calls?|programmes?|programs?|grants?|money|funds?|funding)\b", re.I)
_OTHER_SUM = re.compile(
    r"\b(?:(?:month|annual|yearly|daily|hourly|weekly|salar|wage|rent|fee)\w*|follow-?up|next|later|second|bigger|larger)\b",
    re.I,
)
_MOST_COMPARED = 3
_COMPARES = re.compile(r"\b(?:which one|compare|difference|versus|vs|next to|side by side)\b", re.I)
_MOST_SOURCES = 2  # funding sources in one answer
_NEVER_GIVEN = {"payment_date", "form", "deadline", "rate", "minimum", "decision_time", "criteria", "partners_needed"}
_COUNTRIES = {"SE": "Sweden", "DE": "Germany", "KR": "Korea", "JP": "Japan", "DK": "Denmark", "GR": "Greece"}


class Money:
    """Answers from the funding directory of one corpus."""

    def __init__(self, corpus: Corpus, names: Names) -> None:
        self._corpus, self._names = corpus, names
        self._named = _instrument_patterns(corpus.funding.instruments)

    def answer(self, asked: Understood, about: str | None) -> Direct | None:
        """The answer, or None when it is not for this directory. `about`: a section named before (follow-up)."""
        instruments = self.instruments(asked.text) or self._of_section(about)
        if len(instruments) > 1 and (_COMPARES.search(asked.text) or asked.detail):
            found = self._compared(instruments[:_MOST_COMPARED], asked)
            if found:
                return found
        if asked.detail and len(instruments) == 1:
            found = self._named_details(instruments[0], asked)
            if found:
                return found
        if asked.detail and not instruments and asked.detail.id in _NEVER_GIVEN and self._about_money(asked):
            return self._never_given(asked.detail)
        if (
            asked.need
            and not matches(rules().not_by_stage, asked.text)
            and not instruments
            and not any(name.kind == "thing" for name in self._names.find(asked.text))  # it is about that one
            and (asked.detail is None or asked.detail.id in ("amount", "eligible", "place"))
        ):
            return self.by_stage(asked.need)
        return None

    def instruments(self, text: str) -> list[Instrument]:
        """The funding entries a text names, each once, longest name first; parts of a longer name do not count."""
        return list(dict.fromkeys(instrument for _, _, instrument in self.mentions(text)))

    def mentions(self, text: str) -> list[tuple[int, int, Instrument]]:
        """Where a text names or describes funding entries: start, end, entry."""
        taken: list[tuple[int, int, Instrument]] = []
        for pattern, instrument in self._named:
            for match in pattern.finditer(text):
                if not any(a <= match.start() and match.end() <= b for a, b, _ in taken):
                    taken.append((*match.span(), instrument))
        named = [instrument for _, _, instrument in taken]
        return taken + [found for found in self._described(text) if found[2] not in named]

    def _described(self, text: str) -> list[tuple[int, int, Instrument]]:
        """Sources meant by their country or their funder: "the German scheme", "the grant of VINNOVA"."""
        if not _SCHEME.search(text):
            return []
        countries = {n.label: (n.start, n.end) for n in self._names.find(text) if n.kind == "country"}
        found: list[tuple[int, int, Instrument]] = []
        for code, (start, end) in countries.items():
            of_country = [
                i for i in self._corpus.funding.instruments if i.countries == (code,) and i.amounts and i.case
            ]
            found += [(start, end, of_country[0])] if len(of_country) == 1 else []
        for i in self._corpus.funding.instruments:
            match = re.search(rf"\b{re.escape(i.funder)}", text, re.I) if i.funder and i.amounts else None
            if match and i not in [f for _, _, f in found]:
                found.append((*match.span(), i))
        return found

    def refusal(self, detail: Detail, instrument: Instrument | None, nearest: Sequence[Passage]) -> Direct:
        """The handbook does not say it; what it does say nearby."""
        whom = f" for {_the(instrument.name)}" if instrument else ""
        lines = [Line(f"The handbook does not say {detail.words}{whom}.", self._not_given_place(instrument))]
        if instrument:
            said = [a.text for a in instrument.amounts] + ([instrument.duration] if instrument.duration else [])
            said += list(instrument.figures[:2]) if not said else []
            if said:
                lines.append(
                    Line(
                        sentence(f"What it does say about {_the(instrument.name)}: {listed(said)}"),
                        self._place(instrument),
                    )
                )
        elif nearest:
            lines.append(
                Line(
                    sentence(f"The nearest it comes: {nearest[0].sentences[0]}"),
                    ((nearest[0], nearest[0].sentences[0]),),
                )
            )
        lines.append(Line("Ask the funding body for today's rules.", ()))
        return Direct(tuple(lines), abstained=True)

    def _compared(self, instruments: Sequence[Instrument], asked: Understood) -> Direct | None:
        """The same detail of several sources, one paragraph each; without a detail what each is for and pays."""
        lines: list[Line] = []
        for instrument in instruments:
            detailed = self._named_detail(instrument, asked.detail, asked.text) if asked.detail else None
            if asked.detail and asked.detail.id not in ("amount", "duration", "eligible", "date"):
                return None
            told = list(detailed.lines) if detailed and not detailed.abstained else []
            if not told:
                amount = f" It paid {instrument.amounts[0].text}." if instrument.amounts else ""
                funds = _lower(instrument.funds).rstrip(".")
                told = [Line(f"{instrument.name} pays for {funds}.{amount}", self._entry(instrument))]
            lines += [replace(line, paragraph=n == 0) for n, line in enumerate(told)]
        return Direct(tuple(lines))

    def _named_details(self, instrument: Instrument, asked: Understood) -> Direct | None:
        """What is asked for, one detail or two; None when one of two is not for this directory."""
        wanted = asked.details or ((asked.detail,) if asked.detail and not halves(asked.text) else ())
        if len(wanted) == 1:
            return self._named_detail(instrument, wanted[0], asked.text)
        found = [self._named_detail(instrument, detail, asked.text) for detail in wanted]
        if not found or not all(direct and not direct.abstained for direct in found):
            return None
        return Direct(tuple(dict.fromkeys(line for direct in found if direct for line in direct.lines)))

    def _named_detail(self, instrument: Instrument, wanted: Detail, question: str) -> Direct | None:
        if wanted.id in _NEVER_GIVEN or wanted.not_given(instrument.not_given):
            return self.refusal(wanted, instrument, ())
        place = self._place(instrument)
        if wanted.id in ("amount", "maximum"):
            other = _OTHER_SUM.search(question)
            if not instrument.amounts or (other and not any(other[0].lower() in a.text for a in instrument.amounts)):
                return self.refusal(detail("amount"), instrument, ())
            lines = [Line(sentence(f"{instrument.name} paid {a.text}"), place) for a in instrument.amounts]
            lines += [Line(sentence(f"Mind that: {a.caveat}"), place) for a in instrument.amounts if a.caveat]
            lines.append(Line(sentence(f"Who can get it: {instrument.who}"), self._entry(instrument)))
            return Direct(tuple(lines))
        if wanted.id == "duration" and instrument.duration and not re.search(r"\b(trust|decision)\b", question, re.I):
            return Direct((Line(sentence(f"{instrument.name}: {instrument.duration}"), place),))
        if wanted.id in ("contact", "address"):
            return None
        if wanted.id == "date":
            return Direct((Line(sentence(f"{instrument.name}: {instrument.when}"), self._entry(instrument)),))
        if wanted.id == "eligible":
            named = {n.label for n in self._names.find(question) if n.kind == "country"}
            if named and not instrument.countries:
                return self.refusal(detail("countries"), instrument, ())
            lines = [Line(sentence(f"{instrument.name} is for {_lower(instrument.who)}"), self._entry(instrument))]
            return Direct(tuple(lines))
        return None

    def by_stage(self, stage: str) -> Direct | None:
        """The funding sources described in a case that fit a stage of the need, those made for it first."""
        sources = [
            i for i in self._corpus.funding.instruments if i.as_available_source and i.passage and stage in i.stage
        ]
        sources.sort(key=lambda i: (len(i.stage), not i.amounts))
        if not sources:
            return None
        lines: list[Line] = []
        for n, source in enumerate(sources[:_MOST_SOURCES]):
            place, entry = self._place(source), self._entry(source)
            only = f" ({listed([_COUNTRIES.get(c, c) for c in source.countries])} only)" if source.countries else ""
            amount = f": {source.amounts[0].text}" if source.amounts else ""
            kind = f"a {source.kind}{only}{amount}"
            if n == 0:
                lines.append(Line(f"The closest fit in the handbook is {_the(source.name)}, {kind}.", place))
            else:
                lines.append(Line(sentence(f"{_the(source.name)} fits too, {kind}"), place, paragraph=True))
            lines.append(Line(sentence(f"It pays for {_lower(source.funds)}"), entry))
            lines.append(Line(sentence(f"Who can get it: {source.who}"), entry))
            if source.amounts and source.amounts[0].caveat:
                lines.append(Line(sentence(f"Mind that: {source.amounts[0].caveat}"), place))
        return Direct(tuple(lines))

    def _never_given(self, detail: Detail) -> Direct:
        passage = self._corpus.by_id.get("funding/never-given")
        place = ((passage, passage.sentences[0]),) if passage else ()
        lines = [
            Line(f"The handbook does not say {detail.words}, for any of the funding sources it describes.", place),
            Line("It gives, as of 2012, what a source pays for, who can get it and in a few cases an amount.", place),
            Line("Ask the funding body for today's rules.", ()),
        ]
        return Direct(tuple(lines), abstained=True)

    # -- places -----------------------------------------------------------------------------------------------------

    def _of_section(self, section: str | None) -> list[Instrument]:
        of_case = [i for i in self._corpus.funding.instruments if section and i.case == section]
        return [i for i in of_case if i.amounts] or of_case

    def _about_money(self, asked: Understood) -> bool:
        return asked.money or bool(
            re.search(
                r"\b(money|grants?|fund\w*|calls?|appl\w+|subsid\w+|paid|paying|payout|scheme|programme|project)\b",
                asked.text,
                re.I,
            )
        )

    def _entry(self, instrument: Instrument) -> tuple[tuple[Passage, str], ...]:
        return whole(self._corpus.by_id[instrument.passage_id])

    def _place(self, instrument: Instrument) -> tuple[tuple[Passage, str], ...]:
        passages = self._corpus.parts.get(instrument.passage or "")
        return ((passages[0], passages[0].text),) if passages else self._entry(instrument)

    def _not_given_place(self, instrument: Instrument | None) -> tuple[tuple[Passage, str], ...]:
        if instrument is None:
            passage = self._corpus.by_id.get("funding/never-given")
            return ((passage, passage.sentences[0]),) if passage else ()
        part = next((p for p in (instrument.passage, *instrument.also) if p and p.endswith("not-given")), None)
        passages = self._corpus.parts.get(part or "")
        return ((passages[0], passages[0].text),) if passages else self._entry(instrument)


def _instrument_patterns(instruments: Sequence[Instrument]) -> list[tuple[re.Pattern[str], Instrument]]:
    forms: dict[str, Instrument] = {}
    for instrument in instruments:
        if not instrument.as_available_source and instrument.kind in ("generic instrument", "need", "gap", "principle"):
            continue
        bare = re.sub(r"\s*\([^)]*\)", "", instrument.name)
        for form in (instrument.name, bare, *instrument.aliases):
            forms.setdefault(form, instrument)
    ordered = sorted(forms, key=len, reverse=True)
    return [
        (re.compile(rf"(?<![\w-]){re.escape(f)}(?![\w-])", 0 if f.isupper() and len(f) < 5 else re.I), forms[f])
        for f in ordered
    ]


def _the(name: str) -> str:
    return (
        name if re.match(r"(?:Innovation Express|COSME|Horizon|INTERREG|Eurostars|Structural)", name) else f"the {name}"
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
