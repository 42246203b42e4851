"""What the W3C validator says of our feeds, errors and warnings.

    python -m tests.bench.bench_validator [--articles 2000]
    python -m tests.bench.bench_validator --folder feeds/public --base https://feeds.example/

The first builds an store of real articles (../shared/corpus, read by our own reader, under other
addresses once all have had their turn), every text of each mixed with the hostile ones of
../shared/vectors: naughty strings, characters that XML forbids, XSS payloads, each in every field
of one article; published whole, with archives, in feeds by tag, category and source. The second
looks at feeds that are there. The validator is found as tests/publishing/validator.py says. Reading
the corpus takes minutes, so what was read is kept in the folder for temporary files."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from syndicator import NotAnArticle, read_article
from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import Article, Enclosure, Origin, Source, make_article_id
from syndicator.publishing.output.outlets import FileOutlet
from syndicator.publishing.render.html import render_markdown
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.store import codec
from tests.bench.bench_reading import NOWHERE, html_of, rows
from tests.publishing import validator
from tests.publishing.memory import MemoryIndex, build_all
from tests.publishing.test_builder import INSTANCE, START
from tests.publishing.test_hostile_text import TRAPS, list_illegal, list_payloads, list_strings
from tests.samples import OWN, SHARED, Samples

BASE = "https://feeds.example/"
SOURCES = {
    f"source-{n}": Source(key=f"source-{n}", url=f"https://s{n}.example/feed", content="full")
    for n in range(5)
}


def reading(row: dict[str, Any]) -> str | None:
    """A page of the corpus as an article, packed; None when it is none."""
    url = row["url"] or f"{NOWHERE}/{row['id']}"
    try:
        return codec.pack(read_article(html_of(row), url), frozenset(("trace", "blocks")))
    except NotAnArticle:
        return None


def corpus() -> list[Article]:
    """All articles of the corpus, read once."""
    kept = Path(tempfile.gettempdir()) / "syndicator-corpus.jsonl"
    if not kept.exists():
        with Pool(2) as pool:
            found = [made for made in pool.imap(reading, rows(), chunksize=8) if made]
        kept.write_text("\n".join(found))
    return [codec.unpack(Article, line) for line in kept.read_text().splitlines()]


def mixed(number: int, article: Article, values: Sequence[str]) -> Article:
    """`article` with hostile texts in every field that text or an address can reach."""
    value = " ".join(values)
    url = f"https://s{number % 5}.example/{number}?q={value}"
    return replace(
        article,
        id=make_article_id(url),
        url=url,
        added=START + timedelta(minutes=number),
        title=f"{article.title} {value}",
        author=f"{article.author or ''} {value}",
        excerpt=f"{article.excerpt} {value}",
        body=f"{value}\n\n{article.body}\n\n{value}",
        # feeds are called by these, too
        category=value if number % 40 == 0 else f"Category {number % 12}",
        tags=(f"Tag {number % 40}", f"Tag {number % 7} {values[0]}", value),
        language=article.language if number % 2 else value,
        also=(f"https://other.example/{value}",),
        source_key=f"source-{number % 5}",
        source_id=value,
        enclosure=Enclosure(
            url=f"https://s.example/{number}.mp3?{value}",
            type=value,
            length=number,
            duration="1:02",
        ),
        origin=Origin(title=value, url=f"https://s.example/{value}", site=value, id=value),
    )


def article_store(count: int) -> Iterator[Article]:
    real = corpus()
    samples = Samples(OWN, SHARED)
    values = [*list_strings(samples), *list_illegal(), *TRAPS, *list_payloads(samples)]
    for number in range(count):
        yield mixed(number, real[number % len(real)], values[number::count] or [""])


def publish(folder: Path, count: int) -> None:
    """The article store built into `folder`."""
    index = MemoryIndex()
    for article in article_store(count):
        index.add(article)
        index.save_html({article.id: render_markdown(article.body, article.url)})
    hubs = ("https://hub.example/",)
    how = Publish(limit=50, tag_min=2, formats=("atom", "rss"), hubs=hubs, gzip=False)
    settings = Settings(site=Site(title="Real ]]> and <b>hostile</b>", url=BASE), publish=how)
    specs = plan_feeds(
        index.feeds(), settings=settings, sources=list(SOURCES.values()), queries=(), categories={}
    )
    report = build_all(
        specs,
        index=index,
        outlet=FileOutlet(folder, gzip=False),
        settings=settings,
        sources=SOURCES,
        instance=INSTANCE,
    )
    print(
        f"{count} articles in {len(specs)} feeds; held {len(report.held)}, set aside"
        f" {len(report.set_aside)}"
    )


def show(folder: Path, base: str) -> None:
    said = validator.list_events(folder, base)
    kinds = Counter(line.partition(" ")[0] for lines in said.values() for line in lines)
    entries = sum(
        path.read_bytes().count(tag)
        for path in folder.rglob("*")
        for tag in TAGS.get(path.suffix, ())
    )
    print(
        f"{len(said)} documents with {entries} entries: {kinds.total()} errors and warnings"
        f" {dict(kinds) or ''}"
    )
    for name, lines in said.items():
        for line in lines[:3]:
            print(f"  {name}: {line[:300]}")


TAGS = {".atom": (b"<entry",), ".rss": (b"<item>",)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--base", default=BASE)
    told = parser.parse_args()
    if validator.find_validator() is None:
        sys.exit(
            "no validator: clone w3c/feedvalidator beside this checkout, or set FEEDVALIDATOR to"
            " where it is"
        )
    if told.folder:
        show(told.folder, told.base)
        return
    with tempfile.TemporaryDirectory() as temporary:
        publish(Path(temporary), told.articles)
        show(Path(temporary), BASE)


if __name__ == "__main__":
    main()
