"""Finds what a question names (cases, steps, programmes, acronyms, terms, countries) by rules and directories."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from assistant.handbook.corpus import Corpus
from assistant.handbook.lexical import words

NameKind = Literal["section", "part", "funding", "acronym", "term", "thing", "link", "country"]

# The word before a number, in the languages people ask in.
_STEP = r"(?:step|schritt|[ée]tape|krok|steg|paso|passo|fase)"
_CASE = r"(?:case(?:\s+study)?|fall(?:beispiel|studie)?|cas|caso|exemple|przyk[łl]ad|fall|przypadek)"
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERED = re.compile(
    rf"(?<!\w)(?:(?P<step>{_STEP})|(?P<case>{_CASE}))s?\s*(?:no\.?|nr\.?|#)?\s*"
    rf"(?P<number>\d{{1,2}}[ab]?|{'|'.join(_NUMBERS)})(?!\w)",
    re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(rf"(?<!\w)(?P<ordinal>{'|'.join(_ORDINALS)}|last|final)\s+step(?!\w)", re.IGNORECASE)
_RECOMMENDATION = re.compile(
    rf"(?<!\w)(?:recommendation\s*(?:no\.?|nr\.?|#)?\s*(?P<number>[1-5]|{'|'.join(_NUMBERS[:5])})"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS[:5])}|[1-5](?:st|nd|rd|th))\s+recommendation)(?!\w)",
    re.IGNORECASE,
)
_ASKS_MEANING = re.compile(
    r"(?<!\w)(?:define|definition|mean|meaning|stands? for|(?:difference|distinction) between|do you call"
    r"|bedeutet|bedeutung|hei(?:ß|ss)t|unterschied|signifie|d[ée]finition|diff[ée]rence|significato?|definizione"
    r"|vuol dire|differenza|oznacza|znaczy|r[óo][żz]nica|betyder|skillnad(?:en)?|definici[óo]n|diferencia)(?!\w)",
    re.IGNORECASE,
)
_ASKS_ADDRESS = re.compile(
    r"(?<!\w)(?:url|link|website|web\s?site|web\s?page|address|on-?line|where (?:can|do|could) (?:i|we) find"
    r"|internetadresse|webseite|adresse|site (?:web|internet)|indirizzo|sito|adres|strona|webbadress|l[äa]nk"
    r"|direcci[óo]n)(?!\w)",
    re.IGNORECASE,
)
_ADDRESS_WORDS = frozenset(words("url link website web site page address online find"))
# What is left of a question that only asks what something is, in the languages people ask in.
_ONLY_ASKS = frozenset(
    words(
        "tell explain please pls so exactly term word short for stand stands mean means what thats"
        " der die das ein eine ist was sind le la les un une est que qu ce"
        " quoi il lo gli cos cosa che e to jest co vad ar en ett qu es el los las una"
    )
)
# Acronyms that are words when written small.
_ALSO_WORDS = frozenset({"eco", "mag", "sic", "create", "cee", "dg", "mou", "iit"})
_COUNTRIES = {
    "AT": "Austria Austrian Österreich österreichisch Autriche autrichien",
    "BE": "Belgium Belgian Flanders Flemish Wallonia Belgien Belgique belge",
    "CA": "Canada Canadian Montreal Kanada kanadisch",
    "DE": (
        "Germany German Germans Deutschland deutsch deutsche deutschen Allemagne allemand allemands Germania "
        "tedesco Niemcy Tyskland tysk Alemania alemán"
    ),
    "DK": "Denmark Danish Dänemark Danemark dansk",
    "ES": "Spain Spanish Spanien Espagne España español",
    "FI": "Finland Finnish Finnland Finlande",
    "FR": "France French Frankreich französisch français Francia francese Francja Frankrike",
    "GB": "Britain British UK England English Großbritannien",
    "GR": "Greece Greek Griechenland Grèce",
    "HU": "Hungary Hungarian Ungarn Hongrie",
    "IT": "Italy Italian Italien Italie Italia italiano Włochy",
    "JP": "Japan Japanese Japon",
    "KR": "Korea Korean Corée",
    "NO": "Norway Norwegian Norwegen",
    "PL": "Poland Polish Polen Pologne Polska polski",
    "SE": (
        "Sweden Swedish Swedes Schweden schwedisch schwedische Suède suédois Svezia svedese Szwecja szwedzki "
        "Sverige svensk svenska Suecia sueco"
    ),
    "US": "USA American",
}


@dataclass(frozen=True)
class Name:
    """A thing named in a text, at `start`..`end`: `label` is a section, a directory's passage or a country code."""

    kind: NameKind
    label: str
    text: str
    start: int
    end: int


class Names:
    """The names of a corpus, ready to be found in questions."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._said_most = {u.passage_id: u.where for u in corpus.glossary.undefined if u.where in corpus.sections}
        self._known: dict[str, list[tuple[NameKind, str]]] = {}
        self._exact: dict[str, list[tuple[NameKind, str]]] = {}
        for instrument in corpus.funding.instruments:
            for name in (instrument.name, re.sub(r"\s*\([^)]*\)", "", instrument.name), *instrument.aliases):
                self._add("funding", instrument.passage_id, name, acronym=name.isupper() and len(name) <= 4)
        for acronym in corpus.glossary.acronyms:
            self._add("acronym", acronym.passage_id, acronym.acronym, acronym=acronym.acronym.lower() in _ALSO_WORDS)
            self._add("acronym", acronym.passage_id, acronym.expansion or "")
        for entry in (*corpus.glossary.terms, *corpus.glossary.undefined):
            for name in {entry.term, re.sub(r"\s*\([^)]*\)", "", entry.term), entry.term.removeprefix("The ")}:
                self._add("term", entry.passage_id, name)
        for things in corpus.things.values():
            for thing in things.entries:
                for name in (thing.name, re.sub(r"\s*\([^)]*\)", "", thing.name), *thing.aliases):
                    self._add("thing", things.passage_id(thing), name, acronym=name.isupper() and len(name) <= 5)
        for link in corpus.links.links:
            for name in link.aliases:
                self._add("link", link.passage_id, name, acronym=name.isupper() and len(name) <= 5)
        for document in corpus.documents:
            for name in _title_names(document.head.title, document.head.original or ""):
                self._add("section", document.head.section, name)
        for code, names in _COUNTRIES.items():
            for name in names.split():
                self._add("country", code, name, acronym=name.isupper())

    def _add(self, kind: NameKind, label: str, name: str, *, acronym: bool = False) -> None:
        if len(name) > 1:
            place = self._exact if acronym else self._known
            key = name if acronym else _small(name)
            entries = place.setdefault(key, [])
            if (kind, label) not in entries:
                entries.append((kind, label))

    def find(self, text: str) -> list[Name]:
        """Everything a text names, in its order; a name inside a longer one does not count."""
        found = [
            Name("section", f"{'step' if m['step'] else 'case'}-{_digits(m['number'])}", m.group(), m.start(), m.end())
            for m in _NUMBERED.finditer(text)
        ]
        found += [
            Name("section", f"step-{_place(m[1])}", m.group(), m.start(), m.end()) for m in _ORDINAL.finditer(text)
        ]
        found += [
            Name("part", f"recommendations/rec-{_digits(m[1] or m[2])}", m.group(), m.start(), m.end())
            for m in _RECOMMENDATION.finditer(text)
        ]
        tokens = [(m.start(), m.end()) for m in re.finditer(r"[^\W_]+(?:[’'&/-][^\W_]+)*", text)]
        for first, (start, _) in enumerate(tokens):
            for _, end in reversed(tokens[first : first + 8]):
                words = text[start:end]
                small = _small(words)
                entries = [
                    *self._exact.get(words, []),
                    *(self._known.get(small) or self._known.get(_singular(small), [])),
                ]
                if entries:
                    found += [Name(kind, label, words, start, end) for kind, label in entries]
                    break
        return [n for n in found if not any(_inside(n, other) for other in found)]

    def bare(self, text: str) -> list[Name]:
        """What a text names when it holds nothing else but words that ask ("What is a living lab?", "MEXT?")."""
        names = self.find(text)
        return names if _only_names(text, names) else []

    def boosts(self, text: str) -> dict[str, float]:
        """Labels and entries to prefer in a search, each with a weight from 0 to 1.

        Glossary entries count in full only where the text asks what a word means.
        """
        names = self.find(text)
        asked = set(words(text))
        meaning = _ASKS_MEANING.search(text) is not None or _only_names(text, names)
        found: dict[str, float] = {}
        for name in names:
            for label, weight in self._weighed(name, meaning):
                found[label] = max(weight, found.get(label, 0.0))
        if _ASKS_ADDRESS.search(text):
            for link in self._corpus.links.links:
                shared = asked & set(words(link.about))
                if shared and 2 * len(shared) >= len(asked - _ADDRESS_WORDS):
                    found |= {link.passage_id: 1.0, link.section: 0.5}
        return found

    def sections(self, name: Name) -> list[tuple[str, float]]:
        """The sections of documents that a name points to, each with a weight from 0 to 1."""
        return [(label, weight) for label, weight in self._weighed(name, False) if "/" not in label]

    def _weighed(self, name: Name, meaning: bool) -> list[tuple[str, float]]:
        if name.kind in ("section", "part"):
            return [(name.label, 1.0)]
        if name.kind == "acronym":
            return [(name.label, 1.0 if meaning else 0.15)]
        if name.kind == "term":
            section = self._said_most.get(name.label)
            weights = [(section, 0.8), (name.label, 0.4)] if section else [(name.label, 1.0)]
            return weights if meaning else []
        if name.kind == "thing":
            entry = self._corpus.by_id.get(name.label)
            return [(name.label, 0.15), (entry.section, 0.3)] if entry else []
        if name.kind == "link":
            return []
        if name.kind == "country":
            return [(d.head.section, 0.4) for d in self._corpus.documents if name.label in d.head.countries]
        entry = self._corpus.by_id[name.label]
        if name.text.islower() and " " not in name.text:  # "grants", "bank": too common to be a name
            return []
        return [(name.label, 0.5), (entry.section, 0.6)]


def _only_names(text: str, names: list[Name]) -> bool:
    """Whether a text is a bare name, or a question word and a name ("What is a living lab?")."""
    for name in names:
        text = text[: name.start] + " " * (name.end - name.start) + text[name.end :]
    return bool(names) and all(word in _ONLY_ASKS for word in words(text))


def _title_names(title: str, original: str) -> set[str]:
    """Parts of titles that are names: at least two words, without "Case 4:" and the like in front."""
    pieces = {original, *re.split(r"[:,;–]", f"{title}:{original}")}
    cleaned = {re.sub(r"^(?:Step|Case)\s+\d+[ab]?\.?\s*", "", piece.strip()).strip(' ?"') for piece in pieces}
    return {name for name in cleaned if 2 <= len(name.split()) <= 6}


def _digits(number: str) -> str:
    small = number.lower()
    for told in (_NUMBERS, _ORDINALS):
        if small in told:
            return str(told.index(small) + 1)
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", small)


def _place(ordinal: str) -> int:
    """The step's number; the last step is the tenth."""
    small = ordinal.lower()
    return _ORDINALS.index(small) + 1 if small in _ORDINALS else 10


def _small(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def _singular(small: str) -> str:
    return small[:-1] if small.endswith("s") and len(small) > 4 else small


def _inside(name: Name, other: Name) -> bool:
    longer = other.end - other.start > name.end - name.start
    return longer and other.start <= name.start and name.end <= other.end
