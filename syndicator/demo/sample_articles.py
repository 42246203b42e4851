"""Synthetic articles in any number, the same for the same seed: what a large store costs is measured on them."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from syndicator.core.model import Article, Origin, article_id

FIRST = datetime(2023, 9, 1, tzinfo=UTC)
DAYS = 730
SOURCES = 20
_COVERED = 0.7  # the share of articles with a cover: a choice, as most feeds have one

Words = dict[str, list[str]]


def words() -> Words:
    """What the articles are made of, from sample_articles.toml."""
    return tomllib.loads(files("syndicator.demo").joinpath("sample_articles.toml").read_text(encoding="utf-8"))


def tag_names(vocabulary: Words) -> list[str]:
    """The 200 tags: every subject in every respect."""
    return [f"{subject} {respect}".strip() for subject in vocabulary["subjects"] for respect in vocabulary["respects"]]


def generate(count: int, *, seed: int = 0) -> Iterator[Article]:
    """`count` articles, oldest first, spread over two years from FIRST: 12 categories, 200 tags, 5 tags each, 20
    sources, 150 to 300 words. No two share an address. `count` moves their dates, nothing else of them."""
    rng = random.Random(seed)
    vocabulary = words()
    tags = tag_names(vocabulary)
    step = timedelta(days=DAYS) / max(count, 1)
    for number in range(count):
        yield _article(rng, vocabulary, tuple(rng.sample(tags, 5)), number, FIRST + step * number)


def _article(rng: random.Random, vocabulary: Words, tags: tuple[str, ...], number: int, moment: datetime) -> Article:
    source = f"source-{rng.randrange(SOURCES):02d}"
    site = f"https://{source}.example.org"
    url = f"{site}/articles/{number:06d}"
    published = moment.replace(microsecond=0)
    return Article(
        id=article_id(url),
        url=url,
        title=_claim(rng, vocabulary, tags[0]),
        author=rng.choice(vocabulary["authors"]),
        published=published,
        updated=published,
        cover=f"{site}/images/{number:06d}.png" if rng.random() < _COVERED else None,
        excerpt=_facts(rng, vocabulary, 2),
        category=rng.choice(vocabulary["categories"]),
        tags=tags,
        body=_body(rng, vocabulary, tags),
        language="en",
        added=published + timedelta(minutes=rng.randrange(1, 45)),
        source_key=source,
        source_id=url,
        digest=f"{number:032x}",
        excerpt_by="extractive",
        tags_by="matched",
        origin=Origin(title=source.replace("-", " ").title(), url=f"{site}/feed", site=f"{site}/", id=f"{site}/feed"),
    )


def _body(rng: random.Random, vocabulary: Words, tags: Sequence[str]) -> str:
    blocks = [f"{_claim(rng, vocabulary, tag)}. {_facts(rng, vocabulary, rng.randrange(2, 5))}" for tag in tags]
    blocks.insert(2, f"## On {tags[1]}")
    blocks.insert(4, "\n".join(f"- {_facts(rng, vocabulary, 1)}" for _ in range(3)))
    return "\n\n".join(blocks) + "\n"


def _claim(rng: random.Random, vocabulary: Words, tag: str) -> str:
    who, what = rng.choice(vocabulary["who"]), rng.choice(vocabulary["what"])
    return f"{who} {rng.choice(vocabulary['did'])} {what}".format(place=rng.choice(vocabulary["places"]), tag=tag)


def _facts(rng: random.Random, vocabulary: Words, count: int) -> str:
    facts = " ".join(rng.sample(vocabulary["facts"], count))
    return facts.format(
        n=rng.randrange(12, 900),
        m=rng.randrange(3, 12),
        y=rng.randrange(1995, 2023),
        place=rng.choice(vocabulary["places"]),
    )
