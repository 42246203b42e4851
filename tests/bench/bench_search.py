"""What a search of many articles loads, and what making its files costs: `python -m
tests.bench.bench_search [N]`.

The words are made up and as frequent as words are (Zipf's law), 40,000 of them: texts of people
compress better. A query loads the list of periods, for its terms, the longest first, a file of each
period until 20 results are found or so many files are loaded that the visitor is asked, and what is
shown of the results."""

from __future__ import annotations

import gzip
import random
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from syndicator.core.model import Article, Source, make_article_id
from syndicator.core.text import each_term
from syndicator.publishing import search
from syndicator.publishing.render.view import View, make_view
from syndicator.publishing.search import plan_periods
from syndicator.searching.documents import make_document

NEWEST = datetime(2026, 11, 26, tzinfo=UTC)
INSTANCE = uuid.UUID(int=1)
WORDS = 40_000
RESULTS = 20  # as in static/search.js, and
FILES = 24


def articles(count: int, days: int, rng: random.Random) -> list[Article]:
    """Spread over so many days, oldest first."""
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(rng.choices(letters, k=rng.randrange(3, 11))) for _ in range(WORDS)]
    weights = [1 / (rank + 5) for rank in range(WORDS)]
    made = []
    for number in range(count):
        text = rng.choices(words, weights, k=52 + 600)
        url = f"https://{rng.choice(words[:60])}.example/{NEWEST:%Y/%m}/{'-'.join(text[:8])}"
        added = NEWEST - timedelta(days=days * (1 - (number + 1) / count))
        made.append(
            Article(
                id=make_article_id(url),
                url=url,
                title=" ".join(text[:10]).capitalize(),
                excerpt=" ".join(text[10:52]).capitalize() + ".",
                body=" ".join(text[52:]),
                tags=tuple(rng.choices(words[100:400], k=4)),
                category=words[100 + number % 12],
                published=added,
                added=added,
                source_key=text[0],
            )
        )
    return made


def made(
    found: Sequence[Article],
) -> tuple[dict[str, bytes], list[tuple[str, int, list[View]]], float]:
    """The files, the periods with their parts and views, and the CPU that they took without the
    views."""
    months: dict[str, list[Article]] = {}
    for one in found:
        months.setdefault(f"{one.added:%Y-%m}", []).append(one)
    newest = [(month.id, NEWEST, "1") for month in reversed(months[max(months)])]
    source = Source(key="one", url="https://one.example/", content="full")
    views = {one.id: make_view(one, source, INSTANCE, None, f"<p>{one.body}</p>") for one in found}
    documents = {one.id: make_document(one, one.body) for one in found}
    files: dict[str, bytes] = {}
    plan: list[tuple[str, int, list[View]]] = []
    before = time.process_time()
    for period in plan_periods(dict.fromkeys(months, "x"), newest, ""):
        ids = period.ids or [one.id for month in period.months for one in months[month]]
        shards = search.Shards(period.name)
        shards.add([views[article_id] for article_id in ids], documents)
        _, parts, part = shards.files()
        files |= part
        plan.append((period.name, parts, [views[article_id] for article_id in ids]))
    cpu = time.process_time() - before
    files[search.MANIFEST] = search.write_script(
        "index", [[name, "0" * 16, len(shown), parts] for name, parts, shown in plan]
    )
    return files, plan, cpu


def places_in(lines: str, term: str) -> set[int]:
    """The articles of a period with a term, by the lines of a file of terms."""
    _, is_there, rest = f"\n{lines}".partition(f"\n{term} ")
    places: set[int] = set()
    place = -1
    for step in rest.partition("\n")[0].split(",") if is_there else ():
        place += int(step.rstrip(".!"), 36) + 1
        places.add(place)
    return places


def loaded(
    query: str, files: dict[str, bytes], plan: list[tuple[str, int, list[View]]]
) -> tuple[int, int, int]:
    """Files, bytes (gzip) and results of a query."""
    names: set[str] = set()

    def read(name: str) -> bytes:
        names.add(name)
        return files[name]

    results = 0
    for period, _, count, parts in reversed(search.read_manifest(read(search.MANIFEST)).values()):
        places = set(range(count))
        for term in sorted(each_term(query), key=len, reverse=True):
            if places:
                part = search.get_term_file_number(term, parts)
                lines = search.read_script(read(f"{search.FOLDER}{period}.t{part}.js"))
                places &= places_in(lines, term)
        for place in sorted(places, reverse=True)[: RESULTS - results]:
            read(f"{search.FOLDER}{period}.d{place // search.RESULTS_PER_FILE}.js")
            results += 1
    return len(names), sum(len(gzip.compress(files[name], 5)) for name in names), results


def main(count: int) -> None:
    rng = random.Random(1)
    for days in (25, 365, 5 * 365):
        found = articles(count, days, rng)
        files, plan, cpu = made(found)
        whole = sum(len(gzip.compress(data, 5)) for data in files.values())
        print(
            f"{count} articles in {days} days: {len(files)} files, {whole / 1000:.0f} kB gzip,"
            f" {cpu:.2f} s of CPU"
        )
        middle = found[count // 2]
        rare = found[7]
        queries = {
            "a tag": middle.tags[0],
            "two words of an excerpt": " ".join(middle.excerpt.split()[3:5]),
            "a title": rare.title,
            "nothing": "zzzzqq qqzz",
        }
        for what, query in queries.items():
            names, size, results = loaded(query, files, plan)
            print(f"  {what}: {names} files, {size / 1000:.0f} kB gzip, {results} results")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
