"""Which resemblance and containment mean "the same story": precision and recall by threshold, over
pairs of real texts.

    python -m tests.bench.bench_likeness [--most N] [--look]

Same story: a text against a copy of it as syndication makes them (other furniture round it, cut
short, copy-edited) and against an update of it. Another story: every two texts of the corpus,
thousands of which are on one event (news of the same weeks). `--look` prints the likest of these,
for the eye: some are the same story after all and do not count. Sets of one publisher stand apart:
instalments of a series share half of their words, as copies of other sites do not. Digests: pages
of two, three and eight whole stories, and the share of their stories that would count as the
digest."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from syndicator.sketches.copies import (
    Sketch,
    are_same_story,
    estimate_containment,
    estimate_resemblance,
    make_sketch,
)

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NEWS = ("cat_bbc", "cat_ag", "cat_kpcrowd10", "summ_cnndm", "summ_inshorts", "summ_blogs")
ONE_PUBLISHER = ("summ_cnndm", "summ_blogs")
# Pairs of different ids above this resemblance are the same text in the corpus, looked at with
# --look.
TRULY_THE_SAME = 0.6
# Below it, looked at too: one agency's story in several papers, each cut and headed by its own
# desk.
SAME_STORY = frozenset(
    (
        *(
            "981d2ffd-52108e3b",
            "981d2ffd-a24fe93c",
            "a24fe93c-52108e3b",
            "981d2ffd-e4fe2369",
            "e4fe2369-52108e3b",
        ),
        *("981d2ffd-d7014547", "52108e3b-d7014547", "5eb16c7d-aa57e710", "39f21a81-825a6f2f"),
    )
)


def pages(most: int) -> list[str]:
    """The articles' texts, as people marked them."""
    with gzip.open(CORPUS / "pages" / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [(json.loads(line)["truth"] or {}).get("text") or "" for line in lines]
    return [text for text in found if len(text) > 600][:most]


def news(most: int) -> dict[str, str]:
    """Text -> the set it is from."""
    found: dict[str, str] = {}
    for name in NEWS:
        with gzip.open(CORPUS / "texts" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found |= {
                json.loads(line)["text"]: name for _, line in zip(range(most), lines, strict=False)
            }
    return found


def sentences(text: str) -> list[str]:
    return [part for part in text.replace("\n", ". \n").split(". ") if part.strip()]


def furniture(text: str, other: str, dice: random.Random) -> str:
    """A line of another site before it, a few after it: about a tenth."""
    lines = sentences(other)
    count = max(1, len(sentences(text)) // 15)
    start = dice.randrange(max(1, len(lines) - 2 * count))
    return ". ".join(
        [*lines[start : start + count], text, *lines[start + count : start + 2 * count]]
    )


def cut(share: float) -> Callable[[str, str, random.Random], str]:
    def make(text: str, other: str, dice: random.Random) -> str:
        lines = sentences(text)
        return furniture(". ".join(lines[: max(3, round(share * len(lines)))]), other, dice)

    return make


def edited(text: str, other: str, dice: random.Random) -> str:
    """Copy-edited: every tenth sentence left out, three words in a hundred others."""
    strange = other.split()
    kept = [line for line in sentences(text) if dice.random() > 0.1]
    words = [
        dice.choice(strange) if dice.random() < 0.03 else word for word in ". ".join(kept).split()
    ]
    return furniture(" ".join(words), other, dice)


def updated(text: str, other: str, dice: random.Random) -> str:
    """The same story later: a third more on top, every eighth sentence gone."""
    lines = sentences(text)
    more = sentences(other)
    new = more[: max(1, len(lines) // 3)]
    return ". ".join([*new, *(line for line in lines if dice.random() > 0.125)])


COPIES: dict[str, Callable[[str, str, random.Random], str]] = {
    "other furniture": furniture,
    "copy-edited": edited,
    "cut to 70 %": cut(0.7),
    "cut to 40 %": cut(0.4),
    "update": updated,
}
DIGESTS = (2, 3, 8)  # stories


class Pair(NamedTuple):
    """How like two texts are: their resemblance, the share of the shorter and of the longer one
    that the other one has, and if they are one story by the rule as shipped."""

    alike: float
    shorter: float
    longer: float
    shipped: bool


Rule = Callable[[Pair], bool]


def pair_of(one: Sketch, other: Sketch) -> Pair:
    held = estimate_containment(one, other)
    longer = held * min(one.size, other.size) / max(one.size, other.size)
    return Pair(
        estimate_resemblance(one, other), held, longer, are_same_story(one, other, one_source=False)
    )


def by_resemblance(alike: float, held: float) -> Rule:
    return lambda pair: pair.alike >= alike and pair.shorter >= held


def by_both(shorter: float, longer: float) -> Rule:
    return lambda pair: pair.shorter >= shorter and pair.longer >= longer


RULES: dict[str, Rule] = {
    f"resemblance {alike:.2f}, of the shorter {held:.2f}": by_resemblance(alike, held)
    for alike, held in [(r, c) for r in (0.0, 0.15, 0.2, 0.3) for c in (0.3, 0.4, 0.5, 0.6, 0.7)]
    + [(0.8, 0.8)]
}
RULES |= {
    f"of the shorter 0.60, the longer {half:.2f}": by_both(0.6, half)
    for half in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
}
RULES["as shipped"] = lambda pair: pair.shipped


def looked_up(filed: Sketch, new: Sketch) -> bool:
    """True if the sketch of a `new` article finds that of one `filed` before."""
    return not set(filed.stored_keys).isdisjoint(new.keys)


def copies(texts: Sequence[str]) -> dict[str, list[Pair | None]]:
    """Kind of copy -> likeness of each pair; None where the look-up would not have found it."""
    found: dict[str, list[Pair | None]] = defaultdict(list)
    for number, text in enumerate(texts):
        other = texts[(number + 7) % len(texts)]
        dice = random.Random(hashlib.sha256(text.encode()).hexdigest())
        first = make_sketch(text)
        for kind, make in COPIES.items():
            second = make_sketch(make(text, other, dice))
            if first and second:
                found[kind].append(pair_of(first, second) if looked_up(first, second) else None)
    return found


def digests(texts: Sequence[str]) -> dict[str, list[Pair | None]]:
    """Number of stories -> likeness of each digest and each of its stories. A digest has every text
    once and the next ones, seven further on each."""
    found: dict[str, list[Pair | None]] = {f"{count} stories": [] for count in DIGESTS}
    for count, pairs in zip(DIGESTS, found.values(), strict=True):
        for number in range(len(texts)):
            stories = [texts[(number + 7 * step) % len(texts)] for step in range(count)]
            whole = make_sketch("\n".join(stories))
            for one in map(make_sketch, stories):
                if whole and one:
                    pairs.append(pair_of(one, whole) if looked_up(one, whole) else None)
    return found


def strangers(texts: Sequence[str]) -> Iterator[tuple[Pair, str, str]]:
    """Pairs of different texts that the look-up finds."""
    sketches: dict[int, Sketch] = {
        n: made for n, text in enumerate(texts) if (made := make_sketch(text))
    }
    holders: dict[int, list[int]] = defaultdict(list)
    for number, made in sketches.items():
        for key in made.stored_keys:
            holders[key].append(number)
    pairs = {
        (min(a, b), max(a, b))
        for a, made in sketches.items()
        for key in made.keys
        for b in holders[key]
        if a != b
    }
    for a, b in sorted(pairs):
        one = sketches[a]
        other = sketches[b]
        yield pair_of(one, other), texts[a], texts[b]


def print_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--most", type=int, default=400, help="texts of each set")
    options.add_argument("--look", action="store_true")
    given = options.parse_args()
    articles = pages(given.most)
    others = news(given.most)
    started = time.process_time()
    same = copies(articles)
    cost = (time.process_time() - started) / (len(articles) * (1 + len(COPIES)))
    texts = [*articles, *others]
    series: list[Pair] = []
    differ: list[Pair] = []
    for pair, one, other in sorted(strangers(texts), key=lambda item: -item[0].shorter):
        if pair.alike >= TRULY_THE_SAME or f"{print_of(one)}-{print_of(other)}" in SAME_STORY:
            continue
        ours = others.get(one) == others.get(other) and others.get(one) in ONE_PUBLISHER
        (series if ours else differ).append(pair)
        if given.look and pair.shorter >= 0.3:
            kind = "one publisher" if ours else "two"
            ids = f"{print_of(one)}-{print_of(other)}"
            print(f"{pair.alike:.2f} {pair.shorter:.2f} {kind} {ids} {one[:90]!r} | {other[:90]!r}")
    print(
        f"{len(texts)} texts, {len(texts) * (len(texts) - 1) // 2} pairs, {1000 * cost:.1f} ms a"
        " sketch"
    )
    table(same, differ, series, digests(articles))


def table(
    same: Mapping[str, list[Pair | None]],
    differ: Sequence[Pair],
    series: Sequence[Pair],
    of_digests: Mapping[str, list[Pair | None]],
) -> None:
    print("rule | wrong: two publishers, one | precision | % found: " + ", ".join(same), end=" | ")
    print("% of the stories of a digest hidden: " + ", ".join(of_digests))
    for name, rule in RULES.items():
        wrong = sum(map(rule, differ)), sum(map(rule, series))
        right = sum(rule(pair) for pairs in same.values() for pair in pairs if pair)
        precision = right / (right + wrong[0])
        shares = [
            f"{100 * share(pairs, rule):5.1f}" for pairs in (*same.values(), *of_digests.values())
        ]
        found = "  ".join(shares[: len(same)])
        hidden = "  ".join(shares[len(same) :])
        print(f"{name:37s} | {wrong[0]:3d} {wrong[1]:3d} | {precision:.4f} | {found} | {hidden}")


def share(pairs: Sequence[Pair | None], rule: Rule) -> float:
    return sum(pair is not None and rule(pair) for pair in pairs) / len(pairs)


if __name__ == "__main__":
    main()
