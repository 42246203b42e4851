"""Fits what stories are found by.

    python -m tools.train.fit_stories common [--write]     syndicator/sketches/data/common.bin
    python -m tools.train.fit_stories tone [--write]       syndicator/sketches/data/tone.toml
    python -m tools.train.fit_stories weights FOLDER       WEIGHTS and CONSTANT of likeness.py

The counts are of the open pages and texts: for each language the share of its texts that have a
term, the highest share of all languages counts. Terms of two texts or fewer are left out, so they
count as rare. FOLDER is the folder of the ECB+ corpus that has a folder for each topic (CC BY 3.0);
topics 1 to 35 are for training, with the open stories. Pairs of guides and manuals are examples of
different events. All texts are compared whole, and cut to their first sentence.

The weights, and CONSTANT less LEAST, are those of a logistic regression whose odds are offset as
`Comparison.measure` does it: by the logarithm of the number of articles in the window, and by the
days between both. Each set counts the same. FEW and LATER (the offset), MOST, APART, MANY and
BY_NAMES (in the features) were tried by hand on the open stories and the guides. ECB+ 36 to 45 and
the hard pairs of tests/stories were looked at, but nothing was fitted to them."""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from syndicator.describing.text.language import detect
from syndicator.describing.text.sentences import split
from syndicator.sketches import events as sketching
from syndicator.stories import likeness
from tests.bench.bench_stories import (
    NEVER,
    PAGES,
    Labelled,
    events,
    guides,
    page_rows,
    reports,
    rows,
    text_of,
    window_of,
)
from tools.train.fit_excerpts import logistic
from tools.train.provenance import ROOT, SHARED, single_thread

FILE = ROOT / "syndicator" / "sketches" / "data" / "common.bin"
SIZE = 1 << 17  # bytes: terms whose hashes agree in 17 bits share the count of the commoner one
LEAST = 3  # texts of a term that is counted
MANY = 30  # texts of a language that is counted by itself
NEAR = 0.01  # evidence of words from which on a pair is an example: others are told apart anyway
RIDGE = 0.1
STEPS = 100
LARGEST_STEP = 2.0
SMALLEST_STEP = 1e-6
TONE_RIDGE = 3.0
COMMON = 0.3  # share of the texts of a kind that have a word whose tone is weighed
BEGINNING = 250  # characters
STORIES = SHARED / "corpus" / "stories"
FILES = ("basil.jsonl", "allsides.jsonl")
TOLD = ("summ_cnndm", "summ_inshorts", "cat_kpcrowd10", "cat_bbc")
TONE_FILE = FILE.with_name("tone.toml")
HEAD = (
    "# How much more a word is of news than of guides and manuals, by its first letters.",
    "# Written by tools.train.fit_stories: not to be edited by hand. Order means nothing.",
)
TRAINING = 35


def texts() -> Iterator[tuple[str, str]]:
    """Title and text of all open pages and texts."""
    for file in sorted((SHARED / "corpus" / "texts").glob("*.jsonl.gz")):
        for row in page_rows(file):
            yield row.get("title") or "", row.get("text") or ""
    for name in PAGES:
        yield from map(text_of, page_rows(SHARED / "corpus" / "pages" / f"{name}.jsonl.gz"))


def common() -> bytes:
    """A byte for each hash: 25 times the logarithm of how many texts there are to one with the
    term; 0: rare."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for title, text in texts():
        if text:
            language = detect(text, None) or ""
            counts[language].update(set(sketching.iterate_terms(title, text)))
            sizes[language] += 1
    small = [language for language in counts if sizes[language] < MANY]
    for language in small:
        counts[""].update(counts.pop(language))
        sizes[""] += sizes.pop(language)
    table = bytearray(SIZE)
    for language, of in sorted(counts.items()):
        for term, times in of.items():
            if times >= LEAST:
                at = sketching.hash_term(term) % SIZE
                rarity = max(
                    1,
                    min(
                        sketching.RAREST, round(sketching.SCALE * math.log(sizes[language] / times))
                    ),
                )
                table[at] = min(table[at] or sketching.RAREST, rarity)
    return bytes(table)


def cut(article: Labelled) -> Labelled:
    """The article with its first sentence alone."""
    return article._replace(text="".join(one.text for one in split(article.text, 1)))


def pairs(articles: Sequence[Labelled]) -> list[tuple[float, ...]]:
    """The pairs that have something in common: their features, the offset of their odds, and 1 if
    they are of one event. Each article is compared with those of its window, as when it came."""
    events_of = {f"{n:05}": one.event for n, one in enumerate(articles)}
    ordered = sorted(reports(articles), key=lambda report: report.at)
    comparisons: dict[datetime, likeness.Comparison] = {}
    offsets: dict[datetime, float] = {}
    found: list[tuple[float, ...]] = []
    for place, report in enumerate(ordered):
        if report.at not in comparisons:
            filed = [other for other in ordered if other.at <= report.at]
            window = window_of(filed, report.at)
            comparisons[report.at] = likeness.Comparison(window)
            offsets[report.at] = math.log(window.articles + likeness.FEW)
        comparison = comparisons[report.at]
        for other in ordered[:place]:
            apart = report.at - other.at
            if apart > likeness.WINDOW:
                continue
            is_same = events_of[report.id] == events_of[other.id]
            shares = likeness.measure_evidence(comparison.weigh(report), comparison.weigh(other))
            if shares[0] > NEAR or is_same:
                tone = report.sketch.tone + other.sketch.tone
                offset = offsets[report.at] + likeness.LATER * (apart / timedelta(days=1))
                found.append((*shares, tone, offset, float(is_same)))
    return found


def weights(articles: Sequence[Labelled]) -> np.ndarray:
    """The weights of the features, then CONSTANT."""
    dated = [list(rows(STORIES / file)) for file in FILES]
    undated = [[one._replace(at=NEVER) for one in part] for part in dated]
    apart = guides()
    sets = [*dated, articles, [cut(one) for one in articles]]
    sets += [apart, [cut(one) for one in apart], *undated]
    found = [np.array(pairs(part)) for part in sets]
    weight = np.concatenate([np.full(len(part), 1000 / len(part)) for part in found])
    lines = np.concatenate(found)
    print(f"{len(lines)} pairs, {lines[:, -1].sum():.0f} of one event")
    fitted = fit_odds(lines[:, :-2], lines[:, -1], weight, -lines[:, -2])
    fitted[-1] += likeness.LEAST
    return fitted


def fit_odds(x: np.ndarray, y: np.ndarray, weight: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """The weights of the columns of `x`, then the constant, of log odds to which `offset` is added;
    by Newton's method with bounded steps."""
    spread = x.std(axis=0)
    scaled = np.hstack([x / spread, np.ones((len(x), 1))])
    pull = np.append(np.full(x.shape[1], RIDGE), 1e-4)
    theta = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ theta + offset, -30, 30)))
        slope = scaled.T @ (weight * (chance - y)) + pull * theta
        bend = (scaled * (weight * chance * (1 - chance))[:, None]).T @ scaled + np.diag(pull)
        step = np.clip(np.linalg.solve(bend, slope), -LARGEST_STEP, LARGEST_STEP)
        theta = theta - step
        if np.abs(step).max() < SMALLEST_STEP:
            break
    theta[:-1] /= spread
    return theta


def tones() -> str:
    """The text of tone.toml: weights of common words, by which news are told from guides."""
    news = [text for name in TOLD for text in labelled(name)]
    both = [count_both(title, text) for title, text in news]
    others = [count_both(one.title, one.text) for one in guides()[::2]]
    common = find_common(both) | find_common(others)
    words = sorted(common)
    counts = [one for kinds in (both, others) for pair in kinds for one in pair]
    x = np.array(
        [
            [3 * math.log1p(one[word]) / math.log(sketching.TEXT + one.total()) for word in words]
            for one in counts
        ]
    )
    is_news = np.arange(len(counts)) < 2 * len(both)
    weight = np.where(is_news, 500 / len(both), 500 / len(others))
    theta = 3 * logistic(x, is_news, weight, TONE_RIDGE)
    lines = [f'"{word}" = {value:.2f}' for word, value in zip(words, theta, strict=False)]
    return "\n".join((*HEAD, "[tone]", *lines, ""))


def labelled(name: str) -> Iterator[tuple[str, str]]:
    for row in page_rows(SHARED / "corpus" / "texts" / f"{name}.jsonl.gz"):
        if row.get("text"):
            yield row.get("title") or "", row["text"]


def count_both(title: str, text: str) -> tuple[Counter[str], Counter[str]]:
    """The words of a text, and of its beginning alone, as many feeds have it."""
    return sketching.count_words(title, text[:BEGINNING]), sketching.count_words(title, text)


def find_common(counts: Sequence[tuple[Counter[str], Counter[str]]]) -> set[str]:
    texts = Counter(word for _, whole in counts for word in whole)
    return {word for word, times in texts.items() if times > COMMON * len(counts)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("common", "tone", "weights"))
    parser.add_argument("folder", nargs="?", type=Path, help="the folder of the ECB+ corpus")
    parser.add_argument(
        "--write", action="store_true", help="write the file instead of comparing with it"
    )
    options = parser.parse_args()
    if options.what == "weights":
        print(weights([one for one in events(options.folder) if one.topic <= TRAINING]).round(2))
    elif options.what == "tone" and options.write:
        TONE_FILE.write_text(tones(), "utf-8")
    elif options.what == "tone":
        if TONE_FILE.read_text("utf-8") != tones():
            sys.exit("tone.toml: made from other data")
    elif options.write:
        FILE.write_bytes(common())
    elif FILE.read_bytes() != common():
        sys.exit("common.bin: made from other data")


if __name__ == "__main__":
    single_thread()
    main()
