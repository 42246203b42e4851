"""What a build costs, on the real store and the real outlet, in user+sys CPU over and above
importing the same modules, beside Hugo and Pelican.

    python -m tests.bench.bench_publishing [--articles 10000] [--runs 3] [--alone]

A store of synthetic articles (200 tags, 12 categories, 5 tags an article, 20 entries a feed), built
as Atom and RSS only, as the peers are asked to, and with everything on: JSON, HTML pages, archives
and .gz as well. The peers build once a stage (left out with --alone). Each stage of ours runs in a
process of its own: `full` builds every
feed into an empty web root, `one` adds an article and builds what became stale, `none` finds
nothing to do. CPU is the median of the runs, memory (peak resident set, less that of a process that
only imports) the largest."""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import Article, Origin, Source, make_article_id
from syndicator.core.ports import ArticleRecord, FileStamp
from syndicator.publishing.builder import build
from syndicator.publishing.kinds.site import Inputs
from syndicator.publishing.output.outlets import FileOutlet
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.publishing.selection.published import find_changed_feeds
from syndicator.store.engine import Store, open_store
from tests.bench.publishing_peers import compare
from tests.publishing.memory import finish_build

INSTANCE = uuid.UUID("6f1f6c0e-2f4e-4a53-9d0b-0a3f7b1f2c11")
SOURCES = {
    f"source-{n}": Source(key=f"source-{n}", url=f"https://s{n}.example/feed", title=f"Source {n}")
    for n in range(8)
}
WORDS = (
    "model",
    "chip",
    "court",
    "fund",
    "launch",
    "study",
    "robot",
    "market",
    "patch",
    "orbit",
    "battery",
    "vaccine",
)
STAGES = ("import", "full", "one", "none")


def article(number: int, day: timedelta) -> Article:
    """The article of a number: the same on every run."""
    pick = random.Random(number)
    url = f"https://s{number % 8}.example/{number}"
    added = datetime(2024, 1, 1, tzinfo=UTC) + number * day
    return Article(
        id=make_article_id(url),
        url=url,
        title=" ".join(pick.choices(WORDS, k=9)).capitalize(),
        author="Ann Writer",
        published=added - timedelta(minutes=7),
        added=added,
        cover=f"{url}.jpg",
        excerpt=" ".join(pick.choices(WORDS, k=45)).capitalize() + ".",
        category=f"Category {number % 12}",
        tags=tuple(f"Tag {tag}" for tag in pick.sample(range(200), 5)),
        language="en",
        source_key=f"source-{number % 8}",
        source_id=url,
        origin=Origin(
            title=f"Source {number % 8}",
            url=f"https://s{number % 8}.example/feed",
            id="urn:example:s",
        ),
    )


def settings(everything: bool) -> Settings:
    formats = ("atom", "rss", "json", "html") if everything else ("atom", "rss")
    publish = Publish(
        limit=20, window_hours=0, formats=formats, archives=everything, gzip=everything
    )
    return Settings(site=Site(title="Bench", url="https://feeds.example/"), publish=publish)


def article_store(folder: Path, count: int) -> Iterator[tuple[Article, FileStamp]]:
    day = timedelta(days=365) / max(count, 1)
    for number in range(count):
        yield article(number, day), FileStamp(path=f"{number}.md", mtime_ns=number, size=1)


def run(folder: Path, count: int, everything: bool, stage: str) -> int:
    """One build; how many files it changed."""
    with open_store(f"sqlite:///{folder / 'bench.db'}", articles_exist=False) as store:
        if stage == "one":
            add(store, article(store.index.feeds()[0].count, timedelta(days=365) / count), count)
        how = settings(everything)
        specs = plan_feeds(
            store.index.feeds(),
            settings=how,
            sources=list(SOURCES.values()),
            queries=(),
            categories={},
        )
        rows = store.index.feeds()
        inputs = Inputs(
            specs=specs,
            rows=rows,
            marks=store.index.marks(),
            index=store.index,
            outlet=FileOutlet(folder / "public", gzip=how.publish.gzip),
            settings=how,
            sources=SOURCES,
            instance=INSTANCE,
            planned=None if stage == "full" else find_changed_feeds(specs, rows),
            whole=stage == "full",
            markdown=text,
        )
        report = finish_build(build(inputs))
        assert not report.held and not report.set_aside, report
        return len(report.written)


WORDS = ["".join(random.Random(n).choices("etaoinshrdlucm", k=3 + n % 8)) for n in range(20_000)]
WEIGHTS = [1 / (rank + 5) for rank in range(len(WORDS))]


def text(id: str) -> str:
    """600 words, as frequent as words are."""
    return " ".join(random.Random(id).choices(WORDS, WEIGHTS, k=600))


def add(store: Store, made: Article, count: int) -> None:
    stamp = FileStamp(path=f"{made.id}.md", mtime_ns=count, size=1)
    store.visits.record(ArticleRecord(article=made, stamp=stamp))


def measured(folder: Path, count: int, everything: bool, stage: str) -> tuple[float, float, int]:
    """CPU seconds, megabytes and files changed of a stage in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.bench_publishing",
        "--stage",
        stage,
        "--folder",
        str(folder),
    ]
    command += ["--articles", str(count), *(["--everything"] if everything else [])]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=900).stdout)
    return done["cpu"], done["megabytes"], done["written"]


def peak() -> float:
    """The largest resident set of this process so far. (ru_maxrss would count its parent's before
    the exec.)"""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--everything", action="store_true")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--stage", choices=STAGES)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    if told.stage:
        written = (
            0
            if told.stage == "import"
            else run(told.folder, told.articles, told.everything, told.stage)
        )
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print(
            json.dumps(
                {"cpu": usage.ru_utime + usage.ru_stime, "megabytes": peak(), "written": written}
            )
        )
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        count = told.articles
        day = timedelta(days=365) / told.articles
        table(folder / "plain", count, False, told.runs)
        if not told.alone:
            compare(folder, [article(number, day) for number in range(count)], article(count, day))
        table(folder / "everything", count, True, told.runs)


def table(folder: Path, count: int, everything: bool, runs: int) -> None:
    folder.mkdir()
    with open_store(f"sqlite:///{folder / 'bench.db'}", articles_exist=False) as store:
        store.reindex(article_store(folder, count))
    bare = [measured(folder, count, everything, "import") for _ in range(runs)]
    cpu = statistics.median(one[0] for one in bare)
    memory = max(one[1] for one in bare)
    print(
        f"{count} articles, {'everything on' if everything else 'Atom and RSS only'}; imports cost"
        f" {cpu:.2f} s"
    )
    for stage in STAGES[1:]:
        found = []
        for _ in range(runs):
            if stage == "full":
                shutil.rmtree(folder / "public", ignore_errors=True)
            found.append(measured(folder, count, everything, stage))
        cost = statistics.median(one[0] for one in found) - cpu
        more = max(one[1] for one in found) - memory
        print(f"  {stage:5} {cost:6.2f} s CPU  {more:4.0f} MB  {found[-1][2]} files changed")


if __name__ == "__main__":
    main()
