"""How well articles are grouped by events, and what it costs.

    python -m tests.bench.bench_stories ECB FOLDER         the ECB+ corpus (a folder for each topic)
    python -m tests.bench.bench_stories JSONL FILE         lines with title, text, outlet, event and, if any, date
    python -m tests.bench.bench_stories pages              stories that the open pages give, to be read by eye

Shown are B-cubed precision, recall and F (Bagga and Baldwin 1998): of articles that come in passes of ten, in three
orders, and of all of them grouped at once; CPU of an article's sketch and of its grouping."""

from __future__ import annotations

import gzip
import json
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from syndicator.stories import grouping
from syndicator.stories.grouping import Report
from syndicator.stories.sketch import keys, pack, sketch, unpack
from tests.bench.machine import machine
from tools.train.provenance import SHARED

NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # of a corpus without dates: all articles are of one day
PARTS = (("topics 1-35", range(1, 36)), ("topics 36-45", range(36, 46)))
FOUND = 30  # articles that share most keys with a new one
KEPT = 50  # newest articles of a key
PASS = 10  # articles
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
            int(file.parent.name), file.parent.name + kind, sentences[0], "\n".join(sentences[1:]), file.stem
        )


def rows(file: Path) -> Iterator[Labelled]:
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        at = datetime.fromisoformat(row["date"]) if row.get("date") else NEVER
        yield Labelled(0, str(row["event"]), row["title"], row["text"], row.get("outlet", ""), at.replace(tzinfo=UTC))


def reports(articles: Sequence[Labelled]) -> list[Report]:
    return [Report(f"{n:05}", one.outlet, "", one.at, sketch(one.title, one.text)) for n, one in enumerate(articles)]


def in_passes(found: Sequence[Report], size: int = PASS) -> Grouped:
    """A pass for each few articles, with the candidates that the database would find."""
    having: dict[int, list[str]] = defaultdict(list)
    by_id = {report.id: report for report in found}

    def near(report: Report) -> list[Report]:
        shared = Counter(id for key in keys(report.sketch) for id in having[key][-KEPT:] if id != report.id)
        return [by_id[id] for id, _ in shared.most_common(FOUND)]

    def members(names: Collection[str]) -> list[Report]:
        return [report for report in by_id.values() if report.story in names]

    for start in range(0, len(found), size):
        new = [by_id[report.id] for report in found[start : start + size]]
        for report in new:
            for key in keys(report.sketch):
                having[key].append(report.id)
        changed = grouping.changes(new, near, members, lambda group: "story of " + min(one.id for one in group))
        by_id |= {id: by_id[id]._replace(story=story) for id, story in changed.items()}
    return {id: report.story or id for id, report in by_id.items()}


def at_once(found: Sequence[Report]) -> Grouped:
    return {report.id: group[0].id for group in grouping.grouped(found) for report in group}


def b_cubed(grouped: Grouped, truth: Grouped) -> tuple[float, float, float]:
    """Precision, recall and F."""
    both = Counter((grouped[one], truth[one]) for one in truth)
    ours, theirs = Counter(grouped.values()), Counter(truth.values())
    precision = statistics.mean(both[grouped[one], truth[one]] / ours[grouped[one]] for one in truth)
    recall = statistics.mean(both[grouped[one], truth[one]] / theirs[truth[one]] for one in truth)
    return precision, recall, 2 * precision * recall / (precision + recall)


def measure(name: str, articles: Sequence[Labelled]) -> None:
    begun = time.process_time()
    found = reports(articles)
    cost = (time.process_time() - begun) / len(found)
    truth = {report.id: one.event for report, one in zip(found, articles, strict=True)}
    ways: dict[str, Callable[[Sequence[Report]], Grouped]] = {"in passes": in_passes, "at once": at_once}
    print(f"{name}: {len(articles)} articles, {len({*truth.values()})} events; a sketch {1000 * cost:.2f} ms CPU")
    for way, group in ways.items():
        for seed in range(3 if way == "in passes" else 1):
            order = random.Random(seed).sample(found, len(found))
            begun = time.process_time()
            figures = b_cubed(group(order), truth)
            print(
                f"  {way}: precision {figures[0]:.3f}, recall {figures[1]:.3f}, F {figures[2]:.3f};"
                f" {1000 * (time.process_time() - begun) / len(found):.2f} ms CPU an article"
            )
    largest = max(len(pack(report.sketch)) for report in found)
    assert all(unpack(pack(report.sketch)).names.keys() == report.sketch.names.keys() for report in found)
    print(f"  a sketch has {largest} bytes at most")


def pages() -> None:
    articles = []
    for name in ("manifest", "more"):
        with gzip.open(SHARED / "corpus" / "pages" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                truth = row["truth"]
                if row["page_type"] in ("article", "news") or row["set"] == "fundus":
                    articles.append(
                        Labelled(0, row["url"] or row["id"], truth.get("title") or "", truth.get("text") or "")
                    )
    found = reports([one for one in articles if one.text])
    named = {report.id: one for report, one in zip(found, [one for one in articles if one.text], strict=True)}
    groups: dict[str, list[str]] = defaultdict(list)
    for one, story in in_passes(found).items():
        groups[story].append(one)
    together = [group for group in groups.values() if len(group) > 1]
    print(f"{len(found)} articles, {len(together)} stories of more than one")
    for group in together:
        print("\n".join(f"  {named[one].title[:110]} ({named[one].event[:60]})" for one in group), end="\n\n")


def main() -> None:
    print(machine())
    match sys.argv[1:]:
        case ["ECB", folder]:
            articles = list(events(Path(folder)))
            for name, topics in PARTS:
                measure(name, [one for one in articles if one.topic in topics])
        case ["JSONL", file]:
            measure(file, list(rows(Path(file))))
        case ["pages"]:
            pages()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
