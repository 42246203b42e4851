"""Fits data/opener.toml: which sentence may open an excerpt.

    python -m tools.train.fit_excerpts [--write]      compares with the shipped file, or writes it;
    a minute

First the feature "start": logistic regression on the vectors of the first two words and of the
sentence tells first sentences of the open texts from later ones. Then the weights of all features,
on the sentences of openers.toml, which a person judged. `--folds` shows how often the best sentence
of texts on domains that were not fitted may open. Nothing in it is random. Pages whose domain the
editor's articles have are left out, so that `python -m tests.bench.bench_editor` shows articles
that were not fitted."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import lxml.html
import numpy as np

from syndicator.describing.summary import excerpt
from syndicator.describing.text import language, sentences
from syndicator.describing.text.embeddings import load_embedder
from tools.train.provenance import ROOT, SHARED, single_thread
from tools.train.weights_file import finish

CORPUS = SHARED / "corpus"
MANIFESTS = [CORPUS / "pages" / f"{name}.jsonl.gz" for name in ("manifest", "more")]
SETS = (
    "cat_bbc",
    "cat_gnad",
    "cat_kpcrowd10",
    "summ_cnndm",
    "summ_inshorts",
    "summ_blogs",
    "summ_webmeta",
    "summ_writers",
    "tags_blogs",
)
TEXTS = [CORPUS / "texts" / f"{name}.jsonl.gz" for name in SETS]
LABELS = ROOT / "tools" / "train" / "openers.toml"
# sets with pages that have no text
RAW = ("trafilatura", "htmldate", "postlight", "newspaper4k", "readability")
HIDDEN = "//script|//style|//noscript|//aside|//footer|//nav|//header|//form"
PARAGRAPH = 80  # letters from which on a paragraph of a page is taken for text
LONG = 500  # letters of a text that teaches
# sentences of a text, those that are no first one, and how many of them
LEAST, LATER, MOST = 6, slice(3, 20, 2), 8
READ = 25  # sentences that are read of a text
SHORTEST = 25  # letters of a sentence
# pull of the weights to zero; half or twice of either changes little
RIDGE_START, RIDGE = 10.0, 60.0
FOLDS = 5
STEPS, SMALLEST = 25, 1e-6  # of Newton's method: at most so many, and the least that counts
DIGEST = 8  # hexadecimal digits that stand for a sentence in openers.toml


class Text(NamedTuple):
    id: str
    domain: str
    title: str
    text: str
    language: str | None


def lines(file: Any) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


@cache
def texts() -> list[Text]:
    """The articles of the open corpus, without those of domains that the editor labelled."""
    pages = [row for manifest in MANIFESTS for row in lines(manifest)]
    labelled = {row["id"] for row in lines(CORPUS / "editor" / "articles.jsonl.gz")}
    domains = {row["domain"] for row in pages if row["id"] in labelled}
    read = [page(row) for row in pages if row["domain"] not in domains]
    plain = [
        _text(row, name, row["text"])
        for name, file in zip(SETS, TEXTS, strict=True)
        for row in lines(file)
    ]
    return [one for one in (*read, *plain) if one is not None and len(one.text) > LONG]


def page(row: dict[str, Any]) -> Text | None:
    """The text of an article's page: that of the corpus, else its long paragraphs."""
    truth = row["truth"]
    if truth.get("text") and row["page_type"] == "article":
        return _text(row | {"title": truth.get("title")}, row["domain"], truth["text"])
    if truth.get("text") or row["set"] not in RAW:
        return None
    tree = lxml.html.fromstring(gzip.decompress((CORPUS / "pages" / row["file"]).read_bytes()))
    for part in tree.xpath(HIDDEN):
        part.drop_tree()
    paragraphs = (" ".join(part.text_content().split()) for part in tree.iter("p"))
    named = tree.xpath("//meta[@property='og:title']/@content")
    title = truth.get("title") or (
        named[0] if named else tree.findtext(".//h1") or tree.findtext(".//title")
    )
    return _text(
        row | {"title": title},
        row["domain"],
        "\n".join(one for one in paragraphs if len(one) >= PARAGRAPH),
    )


def _text(row: dict[str, Any], domain: str, text: str) -> Text:
    title = (row.get("title") or "").strip()
    return Text(row["id"], domain or "", title, text, language.detect(text, row.get("lang")))


def vectors(sentence: str) -> np.ndarray:
    first, second = excerpt.split_first_words(sentence)
    return np.concatenate([load_embedder().embed(part) for part in (first, second, sentence)])


def beginnings(found: Iterable[Text]) -> Iterator[tuple[np.ndarray, int, float]]:
    """The vectors of a sentence, 1 if it begins its text, and its weight: all later ones of a text
    count one."""
    for one in found:
        good = [
            each.text
            for each in sentences.split(one.text, READ, one.language)
            if each.whole
            and len(each.text) > SHORTEST
            and not sentences.is_too_long(each.text)
            and not sentences.repeats_title(each.text, one.title)
        ]
        later = good[LATER][:MOST]
        if len(good) >= LEAST and one.language:
            yield vectors(good[0]), 1, 1.0
            yield from ((vectors(each), 0, 1 / len(later)) for each in later)


class Judged(NamedTuple):
    """A text of openers.toml: features of its candidates, and `marks`: 1 for those that may open an
    excerpt, 0 for those that may not and -1 for those that nobody judged."""

    domain: str
    rows: np.ndarray
    marks: np.ndarray


def judged(found: Iterable[Text], start: dict[str, list[float]]) -> Iterator[Judged]:
    """The texts of openers.toml, with `start` as that feature."""
    parts = {name: np.array(values, dtype=np.float32) for name, values in start.items()}
    said = tomllib.loads(LABELS.read_text("utf-8"))["texts"]
    for one in found:
        if one.id in said:
            opens, shut = (frozenset(part.split()) for part in said[one.id].split("|"))
            own = excerpt.find_opener(one.title, one.text, one.language)
            digests = [digest(each.text) for each in own.sentences]
            marks = [1 if mark in opens else 0 if mark in shut else -1 for mark in digests]
            yield Judged(
                one.domain or one.id, excerpt.measure_features(own, parts), np.array(marks)
            )


def digest(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:DIGEST]


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float) -> np.ndarray:
    """The weights of the columns of `x`, then the constant, by Newton's method."""
    x = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
    pull = np.append(np.full(x.shape[1] - 1, ridge), 1e-4)
    theta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ theta, -30, 30)))
        slope = x.T @ (weight * (chance - y)) + pull * theta
        step = np.linalg.solve(
            (x * (weight * chance * (1 - chance))[:, None]).T @ x + np.diag(pull), slope
        )
        theta = theta - step
        if np.abs(step).max() < SMALLEST:
            break
    return theta


def fit_start(found: Iterable[Text]) -> dict[str, list[float]]:
    rows, first, weight = zip(*beginnings(found), strict=True)
    theta = logistic(np.array(rows), np.array(first), np.array(weight), RIDGE_START)
    size = load_embedder().table.shape[1]
    parts = {
        name: theta[n * size : (n + 1) * size].tolist()
        for n, name in enumerate(("first", "second", "whole"))
    }
    return parts | {"constant": [float(theta[-1])]}


def fit_weights(texts: Sequence[Judged]) -> dict[str, float]:
    """The weight of each of excerpt.FEATURES and the constant."""
    x = np.vstack([one.rows[one.marks >= 0] for one in texts]).astype(np.float64)
    y = np.concatenate([one.marks[one.marks >= 0] for one in texts])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    theta = logistic((x - mean) / spread, y, np.ones(len(y)), RIDGE)
    slope = theta[:-1] / spread
    named = dict(zip(excerpt.FEATURES, slope.tolist(), strict=True))
    return {excerpt.CONSTANT: float(theta[-1] - mean @ slope)} | named


def show(texts: Sequence[Judged]) -> None:
    """Print how often the best sentence may open, in texts whose domains were not fitted."""
    hits: list[int] = []
    for fold in range(FOLDS):
        fitted = [one for one in texts if _fold(one) != fold]
        weights = fit_weights(fitted)
        slope = np.array([weights[name] for name in excerpt.FEATURES])
        for one in texts:
            best = int((one.rows @ slope).argmax())
            if _fold(one) == fold and one.marks[best] >= 0:
                hits.append(int(one.marks[best]))
    print(f"the best sentence may open in {np.mean(hits):.3f} of {len(hits)} texts")


def _fold(one: Judged) -> int:
    return int(hashlib.sha256(one.domain.encode()).hexdigest(), 16) % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write", action="store_true", help="write data/opener.toml instead of comparing with it"
    )
    parser.add_argument("--folds", action="store_true", help="show texts that were not fitted")
    options = parser.parse_args()
    found = texts()
    start = fit_start(found)
    marked = [one for one in judged(found, start) if (one.marks >= 0).any()]
    if options.folds:
        show(marked)
    finish(
        excerpt.OPENER_FILE,
        "Which sentence may open an excerpt; see summary/excerpt.py.",
        "tools/train/fit_excerpts.py",
        [*MANIFESTS, *TEXTS, LABELS],
        {"weights": fit_weights(marked), "start": start},
        write=options.write,
    )


if __name__ == "__main__":
    single_thread()
    main()
