"""Fits what stories are found by.

    python -m tools.train.fit_stories common [--write]     how common terms are:
    syndicator/stories/data/common.bin python -m tools.train.fit_stories weights FOLDER
    WEIGHTS and CONSTANT of syndicator/stories/grouping.py

The counts are of the open pages and texts: for each language the share of its texts that have a
term, the highest share of all languages counts. Terms of two texts or fewer are left out, so they
count as rare. FOLDER is the folder of the ECB+ corpus that has a folder for each topic (CC BY 3.0);
topics 1 to 35 are for training. Pairs of wcxb pages, such as two guides on one subject, and of news
that are mostly years apart are examples of different events that ECB+ lacks. All texts are compared
whole, and cut to their first sentence, as many feeds have them."""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from syndicator.describing.text.language import detect
from syndicator.describing.text.sentences import split
from syndicator.stories import grouping, sketch
from tests.bench.bench_stories import PAGES, Labelled, events, guides, page_rows, text_of
from tools.train.fit_excerpts import logistic
from tools.train.provenance import ROOT, SHARED, single_thread

FILE = ROOT / "syndicator" / "stories" / "data" / "common.bin"
SIZE = 1 << 17  # bytes: terms whose hashes agree in 17 bits share the count of the commoner one
LEAST = 3  # texts of a term that is counted
MANY = 30  # texts of a language that is counted by itself
# evidence of names or first words, from which on a pair is an example: others are told apart anyway
NEAR = 0.2
RIDGE = 1e-3
OTHERS = 0.2  # weight of a pair of wcxb pages or of news
NEWS = ("summ_cnndm", "summ_inshorts", "cat_kpcrowd10")
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
            counts[language].update(set(sketch.terms(title, text)))
            sizes[language] += 1
    small = [language for language in counts if sizes[language] < MANY]
    for language in small:
        counts[""].update(counts.pop(language))
        sizes[""] += sizes.pop(language)
    table = bytearray(SIZE)
    for language, of in sorted(counts.items()):
        for term, times in of.items():
            if times >= LEAST:
                at = sketch.number(term) % SIZE
                rarity = max(
                    1, min(sketch.RAREST, round(sketch.SCALE * math.log(sizes[language] / times)))
                )
                table[at] = min(table[at] or sketch.RAREST, rarity)
    return bytes(table)


def others() -> list[Labelled]:
    """Pages and news, each an event of its own."""
    files = (SHARED / "corpus" / "texts" / f"{name}.jsonl.gz" for name in NEWS)
    news = ((row.get("title") or "", row["text"]) for file in files for row in page_rows(file))
    return [*guides(), *(Labelled(0, str(n), title, text) for n, (title, text) in enumerate(news))]


def cut(article: Labelled) -> Labelled:
    """The article with its first sentence alone."""
    return article._replace(text="".join(one.text for one in split(article.text, 1)))


def pairs(articles: Sequence[Labelled]) -> tuple[list[tuple[float, ...]], list[bool]]:
    """The features of the pairs that have something in common, and which are of one event."""
    sketches = [sketch.sketch(one.title, one.text) for one in articles]
    rows, same = list[tuple[float, ...]](), list[bool]()
    for a, b in combinations(range(len(articles)), 2):
        features = grouping.features(sketches[a], sketches[b])
        if max(features[:2]) > NEAR:
            rows.append(features)
            same.append(articles[a].event == articles[b].event)
    return rows, same


def weights(articles: Sequence[Labelled]) -> np.ndarray:
    """The weights of the features and the constant."""
    short, apart = [cut(one) for one in articles], others()
    mixed = [one[n % 2] for n, one in enumerate(zip(short, articles, strict=True))]
    sets = [(one, 1.0) for one in (articles, short, mixed)] + [
        (apart, OTHERS),
        ([cut(one) for one in apart], OTHERS),
    ]
    rows, same, weight = list[tuple[float, ...]](), list[bool](), list[float]()
    for part, each in sets:
        features, events_of = pairs(part)
        rows += features
        same += events_of
        weight += [each] * len(features)
    x = np.array(rows)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    theta = logistic((x - mean) / spread, np.array(same), np.array(weight), RIDGE)
    slope = theta[:-1] / spread
    print(f"{len(rows)} pairs, {sum(same)} of one event")
    return np.append(slope, theta[-1] - mean @ slope)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("common", "weights"))
    parser.add_argument("folder", nargs="?", type=Path, help="the folder of the ECB+ corpus")
    parser.add_argument(
        "--write", action="store_true", help="write the file instead of comparing with it"
    )
    options = parser.parse_args()
    if options.what == "weights":
        print(weights([one for one in events(options.folder) if one.topic <= TRAINING]).round(2))
    elif options.write:
        FILE.write_bytes(common())
    elif FILE.read_bytes() != common():
        sys.exit("common.bin: made from other data")


if __name__ == "__main__":
    single_thread()
    main()
