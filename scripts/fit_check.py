"""Fit the probe of the check: does a passage state the very detail asked for, and which of several answers best?

    python -m pip install scikit-learn
    python scripts/fit_check.py FOLDER   # reads every pair with the default model, in two hours on two cores

The hidden states are kept in the folder; stopped, it goes on from there.

The head `states` is fitted on scripts/check_pairs.jsonl: for each of 755 passages questions that it answers and near
misses, written by people who saw the passage, but neither the search nor tests/answers. The head `leads` is
fitted on scripts/check_looks.jsonl: questions of tests/answers and the passages that the search brings for them in its
order, each judged by a reader: 2 answers it, 1 answers a part, 0 does not. Of these `states` learns too: from those
that answer, and from those found for questions that the handbook does not answer.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import paths, settings
from assistant.coach.answers import check
from assistant.coach.probe import digest
from assistant.coach.prompts import Prompts
from assistant.handbook.corpus import load_corpus
from assistant.model.open import open_models

HERE = Path(__file__).parent
OUT = HERE.parent / "prompts" / "answer.probe.json"
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
LAYER, STRENGTH, RIDGE, PARTLY, FOLDS = 19, 2e-3, 10.0, 0.2, 5
UNANSWERABLE = 3.0  # how much more a passage found for such a question counts than one found for another
OF_A_PAIR = 0.3  # how much less a pair counts than what the search finds


@dataclass(frozen=True)
class Pair:
    """A question about a passage, how far the passage answers it (2, 1 or 0), and whether any in the handbook does."""

    passage: str
    question: str
    label: int
    answerable: bool = True


def pairs() -> list[Pair]:
    """All pairs, those of a passage together (so that it is read once), the passages in a fixed random order."""
    rows = [json.loads(line) for line in (HERE / "check_pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [Pair(row["passage"], row["question"], 2 * row["stated"]) for row in rows]
    passages = sorted({pair.passage for pair in found})
    random.Random(1).shuffle(passages)
    place = {name: at for at, name in enumerate(passages)}
    return sorted(found, key=lambda pair: place[pair.passage])


def looks() -> list[Pair]:
    """Questions with the passages found for them, best first."""
    rows = [json.loads(line) for line in (HERE / "check_looks.jsonl").read_text(encoding="utf-8").splitlines()]
    return [Pair(**row) for row in rows]


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
            print(f"{kept.name}: {number + 1} of {len(some)}", flush=True)
    models.close()
    found = np.stack(rows[: len(some)])
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def fit_states(some: list[Pair], rows: np.ndarray, found: list[Pair], seen: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the log-odds that a passage states it; says how well it does on what was left out.

    `found`, `seen`: what the search finds for questions, and the hidden states of these.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.preprocessing import StandardScaler

    used = [at for at, pair in enumerate(found) if pair.label == 2 or not pair.answerable]
    every = [*some, *(found[at] for at in used)]
    stated = np.array([pair.label == 2 for pair in every])
    weight = np.array([1.0 if pair.answerable else UNANSWERABLE for pair in every])
    weight[: len(some)] = OF_A_PAIR
    scaler = StandardScaler().fit(rows)
    scaled = scaler.transform(np.concatenate([rows, seen[used]]))
    names = sorted({pair.passage for pair in some} | {pair.question for pair in found})
    place = {name: at for at, name in enumerate(names)}
    of = [pair.passage for pair in some] + [found[at].question for at in used]
    fold = np.array([place[name] % FOLDS for name in of])
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    odds = np.zeros(len(every))
    for number in range(FOLDS):
        left = fold != number
        model.fit(scaled[left], stated[left], sample_weight=weight[left])
        odds[~left] = model.decision_function(scaled[~left])
    pairs_only, looks_only = slice(len(some)), slice(len(some), None)
    for what, part in (("pairs, passages", pairs_only), ("looks, questions", looks_only)):
        area = roc_auc_score(stated[part], odds[part])
        print(f"{len(stated[part])} {what} left out: area under the ROC {area:.3f}")
    model.fit(scaled, stated, sample_weight=weight)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


def fit_leads(some: list[Pair], rows: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights by which the passage that answers best comes first, and what a place further down in the search costs."""
    questions: dict[str, list[int]] = defaultdict(list)
    for at, pair in enumerate(some):
        questions[pair.question].append(at)
    label = np.array([pair.label for pair in some])
    groups = [np.array(found) for found in questions.values() if (label[found] == 2).any()]
    scale = rows.std(axis=0)
    scaled = rows / scale
    random.Random(1).shuffle(groups)
    right = found = 0
    for number in range(FOLDS):
        weights = _listwise([g for at, g in enumerate(groups) if at % FOLDS != number], scaled, label)
        for group in groups[number::FOLDS]:
            best = group[np.argmax(scaled[group] @ weights[:-1] + np.arange(len(group)) * weights[-1])]
            right, found = right + (label[best] == 2), found + (label[group[0]] == 2)
    count = len(groups)
    print(
        f"{count} questions left out: a passage leads that answers {right / count:.3f}, by search {found / count:.3f}"
    )
    weights = _listwise(groups, scaled, label)
    return weights[:-1] / scale, float(-weights[-1])


def _listwise(groups: list[np.ndarray], rows: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Weights (the last one is the place's) that maximise the share of what answers among each question's passages."""
    from scipy.optimize import minimize

    index = np.concatenate(groups)
    sizes = [len(group) for group in groups]
    starts, owner = np.r_[0, np.cumsum(sizes)[:-1]], np.repeat(np.arange(len(groups)), sizes)
    features = np.c_[rows[index], np.concatenate([np.arange(size) for size in sizes])]
    gold = (label[index] == 2) + PARTLY * (label[index] == 1)
    ridge = np.r_[np.full(rows.shape[1], RIDGE), 0.01]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = features @ weights
        raised = np.exp(score - np.maximum.reduceat(score, starts)[owner])
        total, hit = np.add.reduceat(raised, starts), np.add.reduceat(raised * gold, starts)
        slope = features.T @ (raised / total[owner] - raised * gold / hit[owner])
        return -np.log(hit / total).sum() + (ridge * weights**2).sum() / 2, slope + ridge * weights

    return minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def _head(weights: np.ndarray, bias: float) -> dict[str, object]:
    return {"bias": bias, "weights": base64.b64encode(weights.astype("<f4").tobytes()).decode()}


def main() -> None:
    """Read, fit, say how good it is on what it was not fitted on, and write the probe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the hidden states are kept")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    some, found = pairs(), looks()
    rows, seen = states(some, folder / "pairs.npy"), states(found, folder / "looks.npy")
    stating = _head(*fit_states(some, rows, found, seen))
    weights, place = fit_leads(found, seen)
    print(f"a place further down costs {place:.3f} (PLACE in assistant/coach/answers/looking.py)")
    probe = {
        "model": MODEL,
        "prompt": digest(Prompts(paths.shipped("prompts"), None).get("answer")),
        "layer": LAYER,
        "heads": {"states": stating, "leads": _head(weights, 0.0)},
    }
    OUT.write_text(json.dumps(probe, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT}")


if __name__ == "__main__":
    main()
