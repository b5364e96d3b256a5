"""Fit the probe of the check: does a passage state the very detail that a question asks for?

    python -m pip install scikit-learn
    python scripts/fit_check.py states.npy   # reads every pair with the default model, in about an hour on two cores

The hidden states are kept in the file named; stopped, it goes on from there.

Pairs of passage and question stand in scripts/check_pairs.jsonl: for each of 336 passages three questions that it
answers and four near misses, written by people who saw the passage, but neither the search nor tests/answers.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import paths, settings
from assistant.coach.answers import check
from assistant.coach.probe import digest
from assistant.coach.prompts import Prompts
from assistant.handbook.corpus import load_corpus
from assistant.model.open import open_models

PAIRS = Path(__file__).with_name("check_pairs.jsonl")
OUT = Path(__file__).parents[1] / "prompts" / "answer.probe.json"
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
LAYER, STRENGTH, FOLDS = 19, 3e-3, 5


@dataclass(frozen=True)
class Pair:
    """A question about a passage, and whether the passage states what it asks for."""

    passage: str
    question: str
    stated: bool


def pairs() -> list[Pair]:
    """All pairs, those of a passage together (so that it is read once), the passages in a fixed random order."""
    found = [Pair(**json.loads(line)) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    passages = sorted({pair.passage for pair in found})
    random.Random(1).shuffle(passages)
    place = {name: at for at, name in enumerate(passages)}
    return sorted(found, key=lambda pair: place[pair.passage])


def states(some: list[Pair], kept: Path) -> np.ndarray:
    """A row for each pair: the hidden state, of length one. What the file holds already is not read again."""
    corpus, prompts = load_corpus(), Prompts(paths.shipped("prompts"), None)
    rows: list[np.ndarray] = list(np.load(kept)) if kept.exists() else []
    models = open_models(settings.load().model_copy(update={"model": MODEL, "server": None}))
    if models.chat is None:
        raise SystemExit(models.reason)
    for number in range(len(rows), len(some)):
        asked = check.prompt(prompts, some[number].question, corpus.by_id[some[number].passage])
        state = models.chat.hidden_state(asked, LAYER)
        if state is None:
            raise SystemExit("this model does not tell what its layers hold")
        rows.append(np.array(state.vector, dtype=np.float32))
        if number % 50 == 49 or number + 1 == len(some):
            np.save(kept, np.stack(rows))
            print(f"{number + 1} of {len(some)}", flush=True)
    models.close()
    found = np.stack(rows)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def main() -> None:
    """Fit, say how well it tells pairs of passages apart that it was not fitted on, and write the probe."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("states", type=Path, help="file of hidden states (.npy)")
    some = pairs()
    rows = states(some, parser.parse_args().states)
    stated = np.array([pair.stated for pair in some])
    names = sorted({pair.passage for pair in some})
    fold = np.array([names.index(pair.passage) % FOLDS for pair in some])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=5000, class_weight="balanced"))
    odds = np.zeros(len(some))
    for number in range(FOLDS):
        model.fit(rows[fold != number], stated[fold != number])
        odds[fold == number] = model.decision_function(rows[fold == number])
    print(f"\n{len(some)} pairs; area under the ROC on passages left out: {roc_auc_score(stated, odds):.3f}")
    model.fit(rows, stated)
    scaler, logistic = model[0], model[1]
    weights = (logistic.coef_[0] / scaler.scale_).astype("<f4")
    bias = float(logistic.intercept_[0] - weights.astype(float) @ scaler.mean_)
    probe = {
        "model": MODEL,
        "prompt": digest(Prompts(paths.shipped("prompts"), None).get("answer")),
        "layer": LAYER,
        "bias": bias,
        "weights": base64.b64encode(weights.tobytes()).decode(),
    }
    OUT.write_text(json.dumps(probe, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT}")


if __name__ == "__main__":
    main()
