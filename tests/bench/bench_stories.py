"""How well articles are grouped by events, and what it costs.

    python -m tests.bench.bench_stories ECB FOLDER         the ECB+ corpus (a folder for each topic)
    python -m tests.bench.bench_stories JSONL FILE         lines with title, text, outlet, event
    and, if any, date python -m tests.bench.bench_stories pages              stories that the open
    pages give, to be read by eye python -m tests.bench.bench_stories window [NUMBER]    passes over
    new articles with so many in the window (100,000)

Shown are B-cubed precision, recall and F (Bagga and Baldwin 1998): of articles that come in passes
of ten, in three orders, and of all of them grouped at once; CPU of an article's sketch and of its
grouping."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from syndicator.app.container import App
from syndicator.core.model import Article, make_article_id
from syndicator.filing.save_article import write_article
from syndicator.sketches.events import (
    Sketch,
    choose_lookup_keys,
    find_terms,
    make_sketch,
    pack,
    unpack,
)
from syndicator.store import codec, schema
from syndicator.store.database import upsert
from syndicator.store.tables.stories import Sketched, Unread
from syndicator.stories import grouping
from syndicator.stories.decisions import get_outlet
from syndicator.stories.group_new import group_new_articles
from syndicator.stories.grouping import Report
from syndicator.stories.likeness import SAMPLE, WINDOW, Comparison, Window, count_terms
from tests.bench.machine import machine
from tests.instances import Instance
from tools.train.provenance import SHARED

NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # of a corpus without dates: all articles are of one day
PARTS = (("topics 1-35", range(1, 36)), ("topics 36-45", range(36, 46)))
FOUND = 12  # articles that share most keys with a new one
KEPT = 25  # newest articles of a key
PASS = 10  # articles
PAGES = ("manifest", "more")
NEW = 25
MIXED = 8  # articles of a pass, pages of which a row is mixed
OUTLETS = 300
HOURS = 70  # of the rows in the window
LEAST = 1500  # characters of a text
Grouped = dict[str, str]  # article -> its group


class Labelled(NamedTuple):
    topic: int
    event: str
    title: str
    text: str
    outlet: str = ""
    at: datetime = NEVER


def events(folder: Path) -> Iterator[Labelled]:
    """The articles of ECB+; each topic has two events, told apart by the names of the files."""
    for file in sorted(folder.glob("*/*.xml")):
        lines: dict[str, list[str]] = defaultdict(list)
        for token in ElementTree.parse(file).getroot().iter("token"):
            lines[token.get("sentence", "")].append(token.text or "")
        sentences = [" ".join(words) for words in lines.values() if words[0] != "http"]
        kind = "plus" if "plus" in file.stem else ""
        yield Labelled(
            int(file.parent.name),
            file.parent.name + kind,
            sentences[0],
            "\n".join(sentences[1:]),
            file.stem,
        )


def rows(file: Path) -> Iterator[Labelled]:
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        at = datetime.fromisoformat(row["date"]) if row.get("date") else NEVER
        yield Labelled(
            0,
            str(row["event"]),
            row["title"],
            row["text"],
            row.get("outlet", ""),
            at.replace(tzinfo=UTC),
        )


def page_rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def text_of(row: Mapping[str, Any]) -> tuple[str, str]:
    truth = row["truth"]
    return truth.get("title") or "", truth.get("text") or truth.get("markdown") or ""


def guides() -> list[Labelled]:
    """The wcxb pages, each an event of its own."""
    rows = (
        row for name in PAGES for row in page_rows(SHARED / "corpus" / "pages" / f"{name}.jsonl.gz")
    )
    found = ((row["id"], *text_of(row)) for row in rows if row["set"] == "wcxb")
    return [Labelled(0, str(article_id), title, text) for article_id, title, text in found if text]


def reports(articles: Sequence[Labelled]) -> list[Report]:
    return [
        Report(f"{n:05}", one.outlet, "", one.at, make_sketch(one.title, one.text))
        for n, one in enumerate(articles)
    ]


def in_passes(found: Sequence[Report], size: int = PASS) -> Grouped:
    """A pass for each few articles, with the candidates that the database would find, and with the
    window of the last article."""
    having: dict[int, list[str]] = defaultdict(list)
    by_id = {report.id: report for report in found}
    filed: list[Report] = []

    def near(report: Report) -> list[Report]:
        shared = Counter(
            article_id
            for key in choose_lookup_keys(report.sketch)
            for article_id in having[key][-KEPT:]
            if article_id != report.id
        )
        return [by_id[article_id] for article_id, _ in shared.most_common(FOUND)]

    def members(names: Collection[str]) -> list[Report]:
        return [report for report in by_id.values() if report.story in names]

    for start in range(0, len(found), size):
        new = [by_id[report.id] for report in found[start : start + size]]
        filed += new
        for report in new:
            for key in choose_lookup_keys(report.sketch):
                having[key].append(report.id)
        changed = grouping.find_story_changes(
            new,
            near,
            members,
            lambda group: "story of " + min(one.id for one in group),
            window_of(filed, new[-1].at),
        )
        by_id |= {
            article_id: by_id[article_id]._replace(story=story)
            for article_id, story in changed.items()
        }
    return {article_id: report.story or article_id for article_id, report in by_id.items()}


def window_of(filed: Sequence[Report], at: datetime) -> Window:
    """The window of an article of this time: those filed so far that it is compared with."""
    there = [report for report in filed if abs(report.at - at) <= WINDOW]
    sample = [(report.outlet, find_terms(report.sketch)) for report in there[-SAMPLE:]]
    return count_terms(len(there), sample)


def at_once(found: Sequence[Report]) -> Grouped:
    window = window_of(found, found[-1].at)
    groups = grouping.group_reports(found, Comparison(window).measure)
    return {report.id: group[0].id for group in groups for report in group}


def b_cubed(grouped: Grouped, truth: Grouped) -> tuple[float, float, float]:
    """Precision, recall and F."""
    both = Counter((grouped[one], truth[one]) for one in truth)
    ours = Counter(grouped.values())
    theirs = Counter(truth.values())
    precision = statistics.mean(
        both[grouped[one], truth[one]] / ours[grouped[one]] for one in truth
    )
    recall = statistics.mean(both[grouped[one], truth[one]] / theirs[truth[one]] for one in truth)
    return precision, recall, 2 * precision * recall / (precision + recall)


def measure(name: str, articles: Sequence[Labelled]) -> None:
    begun = time.process_time()
    found = reports(articles)
    cost = (time.process_time() - begun) / len(found)
    truth = {report.id: one.event for report, one in zip(found, articles, strict=True)}
    ways: dict[str, Callable[[Sequence[Report]], Grouped]] = {
        "in passes": in_passes,
        "at once": at_once,
    }
    print(
        f"{name}: {len(articles)} articles, {len({*truth.values()})} events; a sketch"
        f" {1000 * cost:.2f} ms CPU"
    )
    for way, group in ways.items():
        for seed in range(3 if way == "in passes" else 1):
            order = sorted(random.Random(seed).sample(found, len(found)), key=lambda one: one.at)
            begun = time.process_time()
            figures = b_cubed(group(order), truth)
            print(
                f"  {way}: precision {figures[0]:.3f}, recall {figures[1]:.3f}, F {figures[2]:.3f};"
                f" {1000 * (time.process_time() - begun) / len(found):.2f} ms CPU an article"
            )
    largest = max(len(pack(report.sketch)) for report in found)
    assert all(
        unpack(pack(report.sketch)).names.keys() == report.sketch.names.keys() for report in found
    )
    print(f"  a sketch has {largest} bytes at most")


def pages() -> None:
    articles = []
    for name in PAGES:
        for row in page_rows(SHARED / "corpus" / "pages" / f"{name}.jsonl.gz"):
            if row["page_type"] in ("article", "news") or row["set"] == "fundus":
                url = row["url"] or row["id"]
                articles.append(Labelled(0, url, *text_of(row), outlet=url))
    found = reports([article for article in articles if article.text])
    named = {
        report.id: one
        for report, one in zip(
            found, [article for article in articles if article.text], strict=True
        )
    }
    groups: dict[str, list[str]] = defaultdict(list)
    for one, story in in_passes(found).items():
        groups[story].append(one)
    together = [group for group in groups.values() if len(group) > 1]
    print(f"{len(found)} articles, {len(together)} stories of more than one")
    for group in together:
        print(
            "\n".join(f"  {named[one].title[:110]} ({named[one].event[:60]})" for one in group),
            end="\n\n",
        )


def window(number: int) -> None:
    """CPU of passes of 25 articles, in an instance with rows of others that are mixed of the open
    pages."""
    rows = (
        row for name in PAGES for row in page_rows(SHARED / "corpus" / "pages" / f"{name}.jsonl.gz")
    )
    texts = [Labelled(0, "", *both) for both in map(text_of, rows) if len(both[1]) > LEAST]
    chance = random.Random(0)
    sketches = [make_sketch(text.title, text.text) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        instance = Instance(Path(folder), settings='[publish]\nstories = "link"\n')
        with instance.open_app() as app:
            asyncio.run(
                group_new_articles(app.archive, app.configuration)
            )  # which notes the form of the sketches
            for start in range(0, number, 1000):
                fill(app, chance, sketches, range(start, start + 1000))
            for n in range(OUTLETS):  # a process has seen most outlets
                get_outlet(Article(id="", url=f"https://{n}.example/", title=""))
            for size in (NEW, 1, NEW, NEW, NEW, NEW, NEW, NEW):
                for n in range(size):
                    one = chance.choice(texts)
                    url = f"https://{chance.randrange(OUTLETS)}.example/{chance.random()}"
                    body = f"{one.text[n:]} {chance.random()}"
                    when = {"added": app.archive.clock(), "published": app.archive.clock()}
                    article = Article(
                        id=make_article_id(url),
                        url=url,
                        title=one.title,
                        body=body,
                        language="en",
                        **when,
                    )
                    write_article(app.archive.article_store, app.archive.store.visits, article)
                begun = time.process_time()
                changed = asyncio.run(group_new_articles(app.archive, app.configuration))
                cost = 1000 * (time.process_time() - begun)
                each = f"{cost / size:.2f} an article; {len(changed)} in other stories"
                print(f"  {size} articles: {cost:.1f} ms CPU, {each}")
                instance.now += timedelta(seconds=1)
            instance.now += timedelta(hours=1)
            begun = time.process_time()
            asyncio.run(group_new_articles(app.archive, app.configuration))
            print(
                f"  a look at all for changed ones: {1000 * (time.process_time() - begun):.0f}"
                " ms CPU"
            )


def fill(app: App, chance: random.Random, sketches: Sequence[Sketch], numbers: range) -> None:
    """Put rows of articles that share names, first words and numbers with several pages each."""
    new = {}
    made = []
    for n in numbers:
        at = codec.to_micros(app.archive.clock()) - chance.randrange(HOURS * 3_600_000_000)
        drawn = [one[:3] for one in chance.sample(sketches, MIXED)]
        mixed = Sketch(*(mix(chance, kinds) for kinds in zip(*drawn, strict=True)))
        article_id = make_article_id(str(n))
        outlet = f"{chance.randrange(OUTLETS)}.example"
        unread = Unread(article_id, f"{n}.md", 1, 1, at)
        new[unread] = Sketched(article_id, outlet, "en", at, pack(mixed))
        made.append(rows_of(unread))
    with app.archive.store._db.write() as connection:
        upsert(connection, schema.articles, made)
    app.archive.store.stories.save(new)


def mix(chance: random.Random, kinds: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Terms of each, as many as the first has."""
    return dict(chance.sample([item for kind in kinds for item in kind.items()], len(kinds[0])))


def rows_of(one: Unread) -> dict[str, object]:
    stamp = {
        "path": one.path,
        "mtime_ns": one.mtime_ns,
        "size": one.size,
        "added": one.added,
        "published": one.added,
    }
    article = Article(id=one.article, url=f"https://{one.article}.example/", title="")
    return {
        "id": one.article,
        "title": "",
        "merged_into": None,
        "data": codec.pack(article),
        **stamp,
    }


def main() -> None:
    print(machine())
    match sys.argv[1:]:
        case ["ECB", folder]:
            articles = list(events(Path(folder)))
            for name, topics in PARTS:
                measure(name, [article for article in articles if article.topic in topics])
        case ["JSONL", file]:
            measure(file, list(rows(Path(file))))
        case ["pages"]:
            pages()
        case ["window", *number]:
            window(int(*number or ["100000"]))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
