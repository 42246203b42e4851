"""Fits data/ranker.toml: which sentences make an excerpt, on five open sets of texts with human summaries.

    python -m tools.train.fit_excerpts [--write]      compares with the shipped file, or writes it; about a minute

First ridge regression for single sentences, which picks the candidates; then weights for choices of them, by gradient
ascent on the ROUGE-1 plus ROUGE-2 that is expected when choices are drawn with softmax of their scores. Each set counts
the same. Nothing in it is random. What weights do on texts that they have not seen:
`python -m tests.bench.bench_describing summaries`."""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from typing import Any

import numpy as np

from syndicator.describing.summary import candidates, excerpt, features
from syndicator.describing.summary.candidates import Candidates
from tests.bench.bench_describing import SUMMARIES, TEXTS, rows
from tools.train.provenance import single_thread
from tools.train.weights_file import finish

RIDGE = 1e-2  # pull of the sentences' scaled weights to zero
PULL = 0.05  # of the choices' scaled weights
STEPS = 400  # of gradient ascent
RATE, MOMENTUM, SQUARES = 0.05, 0.9, 0.99  # Adam (Kingma and Ba 2015): step, decay of the two means
Grams = tuple[Counter[Any], Counter[Any]]  # words and pairs of neighbours
Example = tuple[str, Candidates, list[list[str]], Grams]  # set, text, stems of each candidate, the human summary


def grams(stems: list[str]) -> Grams:
    return Counter(stems), Counter(itertools.pairwise(stems))


def f1(a: Counter[Any], b: Counter[Any]) -> float:
    """ROUGE's F1 of two bags, in per cent."""
    common = sum((a & b).values())
    return 200 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def examples(half: str) -> list[Example]:
    """The texts of all sets, or of the half "tune" or "confirm", that have a candidate."""
    from rouge_score.tokenizers import DefaultTokenizer

    tokenize = DefaultTokenizer(use_stemmer=True).tokenize
    found = []
    for name in SUMMARIES:
        for row in rows(f"summ_{name}", half):
            text = candidates.find(row.get("title") or "", row["text"], row.get("lang") or None)
            if text.sentences:
                stems = [tokenize(c.text) for c in text.sentences]
                found.append((name, text, stems, grams(tokenize(row["summary"]))))
    return found


def reward(choice: tuple[int, ...], stems: list[list[str]], truth: Grams) -> float:
    """ROUGE-1 plus ROUGE-2 of a choice of sentences against the human summary."""
    words, pairs = grams([stem for n in choice for stem in stems[n]])
    return f1(words, truth[0]) + f1(pairs, truth[1])


def fit_sentences(found: list[Example]) -> np.ndarray:
    """The weight of each of `sentence_features.FEATURES`: ridge regression on the reward of single
    sentences, centred within each text."""
    share = Counter(name for name, *_ in found)
    tables = [(name, features.sentence_rows(text), stems, truth) for name, text, stems, truth in found]
    every = np.vstack([x for _, x, _, _ in tables])
    mean, spread = every.mean(0), every.std(0) + 1e-6
    a, b = np.zeros((every.shape[1],) * 2), np.zeros(every.shape[1])
    for name, x, stems, truth in tables:
        z = (x - mean) / spread
        y = np.array([reward((n,), stems, truth) for n in range(len(x))])
        z, y = z - z.mean(0), y - y.mean()
        weight = 1 / share[name] / len(y)
        a += weight * z.T @ z
        b += weight * z.T @ y
    result: np.ndarray = np.linalg.solve(a + RIDGE * np.eye(len(b)), b) / spread
    return result


def fit_choices(found: list[Example], sentence: np.ndarray) -> np.ndarray:
    """The weight of each of `choice_features.FEATURES`, by gradient ascent on the expected reward."""
    share = Counter(name for name, *_ in found)
    xs, ys, ws, firsts = [], [], [], []
    for name, text, stems, truth in found:
        x, choices, first = table(text, sentence)
        if len(choices):
            xs.append(x)
            firsts.append(first)
            ys.append(np.array([reward(choice, stems, truth) for choice in choices]))
            ws.append(1 / share[name] / len(SUMMARIES))
    lengths = np.array([len(y) for y in ys])
    x, y = np.vstack(xs), np.concatenate(ys).astype(np.float32)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    weight = np.repeat(np.array(ws, dtype=np.float32), lengths)
    return ascend((x - mean) / spread, y, weight, lengths, np.concatenate(firsts)) / spread


def ascend(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, lengths: np.ndarray, given: np.ndarray | float = 0.0
) -> np.ndarray:
    """Weights of the columns of `x` for which the reward `y`, expected over the choices of each text, is highest.
    `lengths`: how many rows each text has; `weight`: what each row counts; `given`: what is in each score anyway."""
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    theta, m, v = np.zeros(x.shape[1], np.float32), 0.0, 0.0
    for step in range(1, STEPS + 1):
        z = x @ theta + given
        p = np.exp(z - np.repeat(np.maximum.reduceat(z, starts), lengths))
        p /= np.repeat(np.add.reduceat(p, starts), lengths)
        expected = np.repeat(np.add.reduceat(p * y, starts), lengths)
        gradient = x.T @ (p * (y - expected) * weight) - 2 * PULL * theta
        m, v = MOMENTUM * m + (1 - MOMENTUM) * gradient, SQUARES * v + (1 - SQUARES) * gradient**2
        theta = theta + RATE * (m / (1 - MOMENTUM**step)) / (np.sqrt(v / (1 - SQUARES**step)) + 1e-8)
    return theta


def table(text: Candidates, sentence: np.ndarray) -> tuple[np.ndarray, list[tuple[int, ...]], np.ndarray]:
    """Choice x feature, the choices, and what the opening of each gives it."""
    found = features.sentence_rows(text)
    choices = excerpt.possible(text, found @ sentence)
    if not choices:
        return np.zeros((0, 1), np.float32), choices, np.zeros(0, np.float32)
    return features.rows(text, found, choices), choices, excerpt.opening(text, found, choices)


def weights(half: str) -> excerpt.Weights:
    """The weights that the texts of a half, or "all", make."""
    found = examples(half)
    sentence = fit_sentences(found).astype(np.float32)
    return excerpt.Weights(sentence, fit_choices(found, sentence).astype(np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write data/ranker.toml instead of comparing with it")
    options = parser.parse_args()
    made = weights("all")
    finish(
        "ranker.toml",
        "What each feature of a sentence, and of a choice of sentences, adds to its score; see summary/*_features.py.",
        "tools/train/fit_excerpts.py",
        [TEXTS / f"summ_{name}.jsonl.gz" for name in SUMMARIES],
        {
            "sentence": dict(zip(features.SENTENCE_FEATURES, made.sentence.tolist(), strict=True)),
            "choice": dict(zip(features.FEATURES, made.choice.tolist(), strict=True)),
        },
        write=options.write,
    )


if __name__ == "__main__":
    single_thread()
    main()
