"""Quality of describing on the open texts, beside two baselines: the first sentences, and tags by
their bare names.

    python -m tests.bench.bench_describing [summaries|categories|tags|curves|filed|cost ...] [--half
    HALF] [--most N]

Every set is cut in two by a digest of the id: constants are tuned on one half ("tune"), confirmed
on the other."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import statistics as st
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from syndicator.describing.summary import excerpt
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import CategoryDef, Vocabulary
from syndicator.describing.text import sentences

TEXTS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "texts"
SUMMARIES = ("writers", "inshorts", "cnndm", "blogs", "webmeta")
CATEGORIES = ("bbc", "ag", "kpcrowd10", "gnad")
Row = dict[str, Any]


def rows(name: str, half: str = "all", most: int | None = None) -> list[Row]:
    """The rows of a set, or of one of its halves."""
    with gzip.open(TEXTS / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    if half != "all":
        found = [row for row in found if (part(row["id"]) == 0) == (half == "tune")]
    return found[:most]


def part(id: str, parts: int = 2) -> int:
    """Which part of a set an id falls in."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % parts


def words(value: str) -> str:
    return re.sub(r"\W+", " ", value.casefold()).strip()


def lead(title: str, text: str, language: str | None = None) -> str:
    """The baseline: the first sentences that fit in 55 words."""
    out: list[str] = []
    for sentence in sentences.split(text, most=20):
        if len(" ".join([*out, sentence.text]).split()) > 55:
            break
        out.append(sentence.text)
    return " ".join(out)


def rouge(
    found: Sequence[Row], summary: Callable[..., str]
) -> tuple[dict[str, float], Counter[str]]:
    """Mean ROUGE in per cent and how many summaries break which rule of form."""
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    scores: dict[str, list[float]] = {"rouge1": [], "rouge2": [], "rougeL": []}
    broken: Counter[str] = Counter()
    for row in found:
        found_summary = summary(row.get("title") or "", row["text"], row.get("lang") or None)
        for name, value in scorer.score(row["summary"], found_summary).items():
            scores[name].append(100 * value.fmeasure)
        broken.update(faults(row, found_summary))
    return {name: st.mean(values) for name, values in scores.items()}, broken


def faults(row: Row, summary: str) -> list[str]:
    """The rules of form that a summary breaks, as the scorer of the corpus counts them."""
    text = words(row["text"])
    title = words(row.get("title") or "")
    checks = {
        "long": len(summary) > 360 or len(summary.split()) > 55,
        "cut": not re.search(r"[.!?…。！？]['\"”’»)\]]*$", summary),
        "ellipsis": summary.endswith(("...", "…", "[…]")),
        "not verbatim": any(words(x) not in text for x in re.split(r"(?<=[.!?])\s+", summary) if x),
        "title": bool(title) and words(summary).startswith(title),
    }
    return [name for name, bad in checks.items() if bad]


def summaries(half: str, most: int | None) -> None:
    for name, method in (("lead", lead), ("summarize", excerpt.summarize)):
        means = []
        for part_name in SUMMARIES:
            scores, broken = rouge(rows(f"summ_{part_name}", half, most), method)
            means.append(scores)
            print(f"{name:10} {part_name:9}", *(f"{scores[k]:5.2f}" for k in scores), dict(broken))
        print(f"{name:10} macro    ", *(f"{st.mean(m[k] for m in means):5.2f}" for k in means[0]))


def categories(half: str, most: int | None) -> None:
    for name in CATEGORIES:
        taxonomy = Taxonomy.from_toml(TEXTS / f"cat_{name}.taxonomy.toml")
        found = rows(f"cat_{name}", half, most)
        pairs = [(row["label"], taxonomy.category(row["title"], row["text"]).name) for row in found]
        kept = [(a, b) for a, b in pairs if b is not None]
        right = sum(a == b for a, b in kept)
        shares = (right / len(pairs), len(kept) / len(pairs), right / max(1, len(kept)))
        figures = "right {:.1f} answered {:.1f} right of those {:.1f}".format(
            *(100 * share for share in shares)
        )
        print(f"{name:10} n={len(pairs)} {figures}")


def f1(gold: Iterable[str], got: Sequence[str]) -> float:
    """F1 of at most five tags, spelling folded by stems as the scorer of the corpus does."""
    import snowballstemmer

    stem = snowballstemmer.stemmer("english").stemWords

    def key(tag: str) -> str:
        return " ".join(stem(re.sub(r"[\W_]+", " ", tag.casefold()).split()))

    wanted = {key(tag) for tag in gold} - {""}
    given = list(dict.fromkeys(map(key, got)))[:5]
    hit = len(wanted & set(given))
    p = hit / max(1, len(given))
    q = hit / max(1, len(wanted))
    return 2 * p * q / (p + q) if hit else 0.0


def site(name: str) -> list[Row]:
    return [row for row in rows("tags_blogs") if row["id"].startswith(name)]


def history(found: Iterable[Row]) -> list[tuple[str, str, list[str]]]:
    return [(row["title"], row["text"], row["tags"]) for row in found]


def vocabulary(found: Iterable[Row], support: int = 2) -> Taxonomy:
    """A taxonomy of the tags that occur at least `support` times, by name alone."""
    counts = Counter(tag for row in found for tag in row["tags"])
    seen: dict[str, str] = {}
    for tag, count in counts.most_common():
        if count >= support:
            seen.setdefault(re.sub(r"[\s_-]+", " ", tag.casefold()), tag)
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
        file.writelines(f"[[tag]]\nname = {json.dumps(tag)}\n" for tag in seen.values())
        file.flush()
        return Taxonomy.from_toml(file.name)


def literal(taxonomy: Taxonomy, title: str, text: str) -> list[str]:
    """The baseline: the five tags of the vocabulary that stand most often in text and title, which
    counts thrice."""
    words = Counter(re.findall(r"[^\W_]+", f"{title} {title} {title} {text}".casefold()))
    flat = " ".join(re.findall(r"[^\W_]+", f"{title} . {title} . {title} . {text}".casefold()))
    times = {}
    for tag in taxonomy.vocabulary.tag:
        parts = re.findall(r"[^\W_]+", tag.name.casefold())
        times[tag.name] = (
            words[parts[0]] if len(parts) == 1 else f" {flat} ".count(f" {' '.join(parts)} ")
        )
    return sorted((tag for tag, n in times.items() if n), key=lambda tag: -times[tag])[:5]


def tag_scores(name: str, parts: int = 5, most: int | None = None) -> dict[str, list[float]]:
    """F1@5 of every post of a site, the other parts being its past ("history") or giving the
    vocabulary ("zero-shot", beside the baseline "literal")."""
    found = site(name)
    scores: dict[str, list[float]] = {"history": [], "zero-shot": [], "literal": []}
    for fold in range(parts):
        held = [row for row in found if part(row["id"], parts) == fold]
        past = [row for row in found if row not in held]
        learnt = Taxonomy().learn(history(past))
        zero_shot = vocabulary(past, support=1)
        for row in held[:most]:
            scores["history"].append(f1(row["tags"], learnt.tags(row["title"], row["text"])))
            scores["literal"].append(f1(row["tags"], literal(zero_shot, row["title"], row["text"])))
            scores["zero-shot"].append(f1(row["tags"], zero_shot.tags(row["title"], row["text"])))
    return scores


CURVE = (10, 20, 40, 80, 160, 388)  # confirmed posts


def shipped() -> Taxonomy:
    """The taxonomy that a new folder may begin with."""
    return Taxonomy.from_toml(Path(__file__).resolve().parents[2] / "config" / "taxonomy.toml")


def curve(name: str, most: int = 80) -> Iterator[tuple[int, float, float, float]]:
    """Confirmed posts, and F1@5 in per cent of `most` other posts: of that past alone, with the
    shipped taxonomy too, and with all tags of the site as vocabulary too, as every operator has one
    sooner or later."""
    found = site(name)
    held = [row for row in found if part(row["id"], 5) == 0][:most]
    past = sorted(
        (row for row in found if part(row["id"], 5) != 0), key=lambda row: part(row["id"], 10**6)
    )
    taxonomies = (Taxonomy(), shipped(), vocabulary(found, support=1))
    for posts in CURVE:
        learnt = [taxonomy.learn(history(past[:posts])) for taxonomy in taxonomies]
        alone, begun, own = (
            100 * st.mean(f1(row["tags"], one.tags(row["title"], row["text"])) for row in held)
            for one in learnt
        )
        yield posts, alone, begun, own
        if posts >= len(past):
            return


def curves(half: str, most: int | None) -> None:
    for name in ("ropensci", "18f"):
        for posts, *scores in curve(name, most or 80):
            alone, begun, own = (f"{score:.1f}" for score in scores)
            print(
                f"{name:9} {posts:4} posts: history F1@5 {alone}, with the shipped taxonomy"
                f" {begun}, its own {own}"
            )


FILED = (20, 80)  # articles with a confirmed category


def filed_curve(name: str, most: int = 160) -> Iterator[tuple[int, float]]:
    """Articles with a confirmed category, and per cent right of `most` others, where the names of
    the categories say nothing and nobody described them."""
    labels = sorted({row["label"] for row in rows(f"cat_{name}")})
    desks = {label: f"Desk {number}" for number, label in enumerate(labels)}
    house = Taxonomy(Vocabulary(category=tuple(CategoryDef(name=desk) for desk in desks.values())))
    found = sorted(rows(f"cat_{name}"), key=lambda row: part(row["id"], 10**6))
    held = found[:most]
    past = [(row["title"], row["text"], desks[row["label"]]) for row in found[most:]]
    for posts in (0, *FILED):
        learnt = house.learn([], filed=past[:posts])
        right = [
            learnt.category(row["title"], row["text"]).name == desks[row["label"]] for row in held
        ]
        yield posts, 100 * st.mean(right)


def filed(half: str, most: int | None) -> None:
    for name in ("ag", "bbc"):
        for posts, right in filed_curve(name, most or 160):
            print(f"{name:9} {posts:4} articles with a confirmed category: {right:.1f} right")


def tags(half: str, most: int | None) -> None:
    for name in ("18f", "ropensci"):
        scores = tag_scores(name, most=most)
        print(
            f"{name:9} n={len(scores['zero-shot'])}",
            *(f"{k} F1@5 {100 * st.mean(v):.1f}" for k, v in scores.items()),
        )


def cost(half: str, most: int | None) -> None:
    import resource

    from syndicator.describing.describe import describe

    found = [row for row in rows("summ_blogs") if 1500 <= len(row["text"].split()) <= 2500][
        : most or 60
    ]
    taxonomy = Taxonomy.from_toml(Path(__file__).resolve().parents[2] / "config" / "taxonomy.toml")
    started = time.process_time()
    describe("A title", "A sentence of the text.", taxonomy=taxonomy)
    load = time.process_time() - started
    started = time.process_time()
    for row in found:
        describe(row["title"], row["text"], taxonomy=taxonomy)
    spent = (time.process_time() - started) / len(found)
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"cost: load {load:.2f} s, {1000 * spent:.1f} ms an article of about 2,000 words, {size} MB"
        " at most"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["summaries", "categories", "tags", "cost"])
    parser.add_argument("--half", choices=("tune", "confirm", "all"), default="all")
    parser.add_argument("--most", type=int)
    options = parser.parse_args()
    for name in options.what:
        {
            "summaries": summaries,
            "categories": categories,
            "tags": tags,
            "curves": curves,
            "filed": filed,
            "cost": cost,
        }[name](options.half, options.most)


if __name__ == "__main__":
    main()
