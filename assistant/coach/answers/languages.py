"""The language of a question, and the sentence in it that tells why the answer is in English."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

LEAST_SURE = 0.6  # share of the weight from which another language than English is believed
_ENGLISH = re.compile(
    r"\b(?:the|what|how|is|are|does|of|for|who|why|to|which|when|where|me|my|we|our|and|about|with)\b", re.I
)


class _Leads(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    found: str
    refused: str


class _Identifier(Protocol):
    def classify(self, instance: str) -> tuple[str, float]: ...


def asked_in(text: str) -> str:
    """ISO 639-1 code of the official EU language a question is in; "en" wherever there is doubt."""
    if len(_ENGLISH.findall(text)) >= 2 or not re.search(r"[^\W\d_]{2}", text):
        return "en"
    code, share = _identifier().classify(text)
    return code if share >= LEAST_SURE else "en"


def lead(language: str, *, refused: bool) -> str:
    """What is said in front of an answer in English; nothing when the question was in English."""
    said = _leads().get(language)
    return "" if said is None else said.refused if refused else said.found


@lru_cache(maxsize=1)
def _leads() -> dict[str, _Leads]:
    file = Path(__file__).with_name("languages.yaml")
    return TypeAdapter(dict[str, _Leads]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # reads a model of some megabytes: only when needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", *_leads()])
    return cast(_Identifier, identifier)
