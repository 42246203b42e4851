"""Fits data/ranker.toml on the open texts with human summaries.

    python -m tests.bench.fit_excerpts [--half tune|all] [--check] > data/ranker.toml

First a ridge line for single sentences, that picks the candidates; then a line for choices of them, by gradient ascent
on the ROUGE-1 plus ROUGE-2 that is expected when choices are drawn with softmax of their scores. Each set counts the
same. With --check it prints the figures on the other half instead."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter
from typing import Any

import numpy as np

from syndicator.describing.summary import excerpt, ranker
from tests.bench.bench_describing import SUMMARIES, rows

PULL = 0.05  # of the weights to zero
STEPS = 400


def grams(tokens: list[str]) -> tuple[Counter[Any], Counter[Any]]:
    return Counter(tokens), Counter(itertools.pairwise(tokens))


def f1(a: Counter[Any], b: Counter[Any]) -> float:
    common = sum((a & b).values())
    return 200 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def scenes(half: str) -> list[tuple[str, ranker.Scene, list[list[str]], tuple[Counter[Any], Counter[Any]]]]:
    """(set, scene, stemmed tokens of each candidate, grams of the human summary)."""
    from rouge_score.tokenizers import DefaultTokenizer

    tokenize = DefaultTokenizer(use_stemmer=True).tokenize
    found = []
    for name in SUMMARIES:
        for row in rows(f"summ_{name}", half):
            scene = excerpt.scene(row.get("title") or "", row["text"], row.get("lang") or None)
            if scene.candidates:
                tokens = [tokenize(c.text) for c in scene.candidates]
                found.append((name, scene, tokens, grams(tokenize(row["summary"]))))
    return found


def reward(choice: tuple[int, ...], tokens: list[list[str]], truth: tuple[Counter[Any], Counter[Any]]) -> np.ndarray:
    said = grams([token for n in choice for token in tokens[n]])
    return np.array([f1(said[0], truth[0]), f1(said[1], truth[1])])


def fit_sentences(found: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ridge on single sentences, centred within each text."""
    share = Counter(name for name, *_ in found)
    tables = [(name, ranker.sentence_rows(scene), tokens, truth) for name, scene, tokens, truth in found]
    every = np.vstack([x for _, x, _, _ in tables])
    mean, spread = every.mean(0), every.std(0) + 1e-6
    a, b = np.zeros((every.shape[1],) * 2), np.zeros(every.shape[1])
    for name, x, tokens, truth in tables:
        z = (x - mean) / spread
        y = np.array([reward((n,), tokens, truth).sum() for n in range(len(x))])
        z, y = z - z.mean(0), y - y.mean()
        weight = 1 / share[name] / len(y)
        a += weight * z.T @ z
        b += weight * z.T @ y
    return mean, spread, np.linalg.solve(a + 1e-2 * np.eye(len(b)), b)


def fit_choices(found: list[Any], line: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradient ascent (Adam) on the expected reward."""
    share = Counter(name for name, *_ in found)
    xs, ys, ws = [], [], []
    for name, scene, tokens, truth in found:
        x, choices = table(scene, line)
        if len(choices):
            xs.append(x)
            ys.append(np.array([reward(choice, tokens, truth).sum() for choice in choices]))
            ws.append(1 / share[name] / len(SUMMARIES))
    lengths = np.array([len(y) for y in ys])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    x, y = np.vstack(xs), np.concatenate(ys).astype(np.float32)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / spread
    weight = np.repeat(np.array(ws, dtype=np.float32), lengths)
    theta, m, v = np.zeros(x.shape[1], np.float32), 0.0, 0.0
    for step in range(1, STEPS + 1):
        z = x @ theta
        p = np.exp(z - np.repeat(np.maximum.reduceat(z, starts), lengths))
        p /= np.repeat(np.add.reduceat(p, starts), lengths)
        expected = np.repeat(np.add.reduceat(p * y, starts), lengths)
        gradient = x.T @ (p * (y - expected) * weight) - 2 * PULL * theta
        m, v = 0.9 * m + 0.1 * gradient, 0.99 * v + 0.01 * gradient**2
        theta = theta + 0.05 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.99**step)) + 1e-8)
        if step % 50 == 0:
            print(step, float((np.add.reduceat(p * y, starts) * np.array(ws)).sum()), file=sys.stderr)
    return mean, spread, theta


def table(scene: ranker.Scene, line: Any) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    found = ranker.sentence_rows(scene)
    choices = ranker.possible(scene.candidates, (found - line[0]) / line[1] @ line[2])
    return (ranker.choice_rows(scene, found, choices) if choices else np.zeros((0, 1), np.float32)), choices


def weights(half: str) -> ranker.Weights:
    """The weights that the texts of a half make."""
    found = scenes(half)
    line = fit_sentences(found)
    lines = (line, fit_choices(found, line))
    sentence, choice = (tuple(np.asarray(values, dtype=np.float32) for values in one) for one in lines)
    return ranker.Weights(sentence, choice)


def check(found: list[Any], line: Any, choice_line: Any) -> None:
    scores: dict[str, list[np.ndarray]] = {name: [] for name in SUMMARIES}
    for name, scene, tokens, truth in found:
        x, choices = table(scene, line)
        if choices:
            best = choices[int(((x - choice_line[0]) / choice_line[1] @ choice_line[2]).argmax())]
            scores[name].append(reward(best, tokens, truth))
    means = {name: np.mean(values, axis=0) for name, values in scores.items()}
    for name, value in [*means.items(), ("macro", np.mean(list(means.values()), axis=0))]:
        print(f"{name:9} {value[0]:.2f} {value[1]:.2f}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tune", "all"), default="all")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    found = scenes(options.half)
    line = fit_sentences(found)
    choice_line = fit_choices(found, line)
    if options.check:
        check(scenes("confirm"), line, choice_line)
        return
    print("# Weights of ranker.py in the order of its features; made by tests/bench/fit_excerpts.py.")
    for name, values in (("sentence", line), ("choice", choice_line)):
        print(f"[{name}]")
        for key, numbers in zip(("mean", "spread", "slope"), values, strict=True):
            print(f"{key} = [{', '.join(f'{n:.5g}' for n in numbers.tolist())}]")


if __name__ == "__main__":
    main()
