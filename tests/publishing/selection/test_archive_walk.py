"""A month of changes, as seen by a subscriber who polls the feed and walks its archives."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import etree

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import FeedKey, entry_urn
from syndicator.publishing import paths
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.selection.feeds import plan_feeds
from tests.publishing.memory import MemoryIndex, MemoryOutlet, build_all, list_stale_feeds
from tests.publishing.test_builder import INSTANCE, SOURCES, START, limit_entries, make_article

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://feeds.example/"
SETTINGS = Settings(
    site=Site(title="Days", url=BASE),
    publish=Publish(limit=5, window_hours=24, extensions=("tombstones",), archives=True),
)


@pytest.fixture(autouse=True)
def short_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_entries(monkeypatch, 12)


def build_after_run(
    index: MemoryIndex,
    outlet: MemoryOutlet,
    *,
    whole: bool = False,
    settings: Settings = SETTINGS,
) -> BuildReport:
    """Build the feeds that changed, as a run does at its end."""
    specs = plan_feeds(
        index.feeds(), settings=settings, sources=list(SOURCES.values()), queries=(), categories={}
    )
    return build_all(
        specs,
        index=index,
        outlet=outlet,
        settings=settings,
        sources=SOURCES,
        instance=INSTANCE,
        whole=whole,
    )


class Subscriber:
    """A reader that polls one feed and fetches archive documents it has not seen (RFC 5005 section
    4.2)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.met = dict[str, str]()
        self.archives = set[str]()

    def poll(self, outlet: MemoryOutlet) -> None:
        for root in self.documents(outlet):
            for entry in root.findall(f"{ATOM}entry"):
                article_id = entry.findtext(f"{ATOM}id")
                updated = entry.findtext(f"{ATOM}updated")
                assert updated >= self.met.get(article_id, ""), "an entry went back in time"
                self.met[article_id] = max(updated, self.met.get(article_id, ""))

    def documents(self, outlet: MemoryOutlet) -> Iterator[etree._Element]:
        name = self.name
        while name:
            root = etree.fromstring(outlet.files[name])
            yield root
            links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
            name = links.get("prev-archive", "").removeprefix(BASE)
            if name in self.archives:
                return
            self.archives.add(name)


DAYS = 34  # a month is closed and the next one begins


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.slow) for seed in range(5)])
def test_a_subscriber_meets_every_article_once_and_misses_none(seed: int) -> None:
    """A subscriber who polls on random days of a random month, and follows archive links, has met
    every published article. At the end the files equal those of a full build."""
    chance = random.Random(seed)
    index = MemoryIndex()
    outlet = MemoryOutlet()
    readers = [Subscriber("all.atom"), Subscriber("tags/ai.atom")]
    numbers = itertools.count(1)
    for day in range(DAYS):
        add_articles(index, chance, day, numbers)
        change_articles(index, chance, START + timedelta(days=day, hours=23))
        if not index.article_store:
            continue
        report = build_after_run(index, outlet)
        assert report.held == ()
        assert report.set_aside == ()

        # some days, and the last one
        if chance.random() < 0.4 or day == DAYS - 1:
            for reader in [reader for reader in readers if reader.name in outlet.files]:
                reader.poll(outlet)

    published = {entry_urn(INSTANCE, article_id) for article_id in index.article_store}
    withdrawn = {entry_urn(INSTANCE, item.id) for item in index.withdrawn()}
    for reader in readers:
        assert published <= set(reader.met)
        assert set(reader.met) <= published | withdrawn

    whole_outlet = MemoryOutlet()
    build_after_run(index, whole_outlet, whole=True)

    assert whole_outlet.files == outlet.files


def add_articles(
    index: MemoryIndex, chance: random.Random, day: int, numbers: Iterator[int]
) -> None:
    """Add a day's articles: none, a few, or more than a feed has."""
    for number in itertools.islice(numbers, chance.choice((0, 1, 3, 25))):
        when = START + timedelta(days=day, minutes=number % 1000)
        source = "beta" if number % 6 == 0 else "alpha"  # which has more than its share
        tags = ("AI",) if number % 2 else ("AI", "LLM")
        index.add(make_article(number, added=when, published=when, source_key=source, tags=tags))


def change_articles(index: MemoryIndex, chance: random.Random, now: datetime) -> None:
    """Correct, retag or withdraw two articles of any age."""
    for article_id in chance.sample(sorted(index.article_store), min(2, len(index.article_store))):
        kind = chance.choice(("correct", "retag", "withdraw", "none"))
        one = index.article_store[article_id]
        if kind == "correct":
            index.add(
                replace(one, title=one.title + "!", revisions=(*one.revisions, now.isoformat()))
            )
        elif kind == "retag":
            index.add(replace(one, tags=("AI", "LLM", "Robots")))
        elif kind == "withdraw" and len(index.article_store) > 3:
            index.remove(article_id, now)


def test_a_renamed_tag_keeps_its_id_and_its_old_address() -> None:
    """If tag LLM is renamed, its feed keeps its id, so that readers show nothing twice; the old
    address redirects and has the same content."""
    index = MemoryIndex(make_article(n) for n in range(5))
    outlet = MemoryOutlet()
    build_after_run(index, outlet)
    id_before = etree.fromstring(outlet.files["tags/llm.atom"]).findtext(f"{ATOM}id")

    # the articles have the new tag, whose id is made of its first slug; the old feed has moved
    for article_id in list(index.article_store):
        index.add(replace(index.article_store[article_id], tags=("AI", "Language models")))
    old = FeedKey("tag", "llm")
    new = FeedKey("tag", "language-models")
    index.rows[new] = replace(index.rows[new], first_slug="llm")
    index.rows[old] = replace(index.rows[old], moved_to=new)
    build_after_run(index, outlet)
    id_after = etree.fromstring(outlet.files["tags/language-models.atom"]).findtext(f"{ATOM}id")

    assert id_after == id_before
    assert outlet.files["tags/llm.atom"] == outlet.files["tags/language-models.atom"]
    assert b'"/tags/llm.rss" "/tags/language-models.rss";' in outlet.files["maps/nginx.conf"]


def test_a_withdrawn_article_is_gone_everywhere_at_once() -> None:
    """After a withdrawal no file contains the article; only the current Atom feeds name its id, as
    a deleted entry."""
    index = MemoryIndex(make_article(n, added=START + timedelta(days=n * 9)) for n in range(8))
    outlet = MemoryOutlet()
    build_after_run(index, outlet)
    withdrawn = next(iter(index.article_store.values()))
    urn = entry_urn(INSTANCE, withdrawn.id).encode()
    index.remove(withdrawn.id, START + timedelta(days=99))
    report = build_after_run(index, outlet)

    assert report.held == ()

    files_that_name_it = {
        name
        for name, data in outlet.files.items()
        if urn in data or withdrawn.url.encode() + b'"' in data
    }

    assert files_that_name_it == {
        "all.atom",
        "tags/ai.atom",
        "tags/llm.atom",
        "categories/ai.atom",
        "sources/alpha.atom",
    }

    deleted = etree.fromstring(outlet.files["all.atom"]).find(
        "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
    )

    assert deleted.get("ref").encode() == urn


def test_merged_copies_leave_all_but_their_source() -> None:
    """An article that is found to be a copy of another stays only in the feed of its source."""
    index = MemoryIndex(make_article(n) for n in range(6))
    outlet = MemoryOutlet()
    build_after_run(index, outlet)
    copy, original = sorted(index.article_store)[2:4]  # any two of source alpha
    index.merge(copy, original)

    assert build_after_run(index, outlet).held == ()

    urn = entry_urn(INSTANCE, copy).encode()

    assert urn not in outlet.files["all.atom"]
    assert urn in outlet.files["sources/alpha.atom"]


def test_changed_settings_make_feeds_stale() -> None:
    """After a build no feed is stale; a new title of the site makes every feed be written again."""
    index = MemoryIndex(make_article(n) for n in range(5))
    outlet = MemoryOutlet()
    build_after_run(index, outlet)
    specs = plan_feeds(
        index.feeds(), settings=SETTINGS, sources=list(SOURCES.values()), queries=(), categories={}
    )

    assert list_stale_feeds(specs, index) == set()

    renamed = SETTINGS.model_copy(update={"site": Site(title="Nights", url=BASE)})
    report = build_after_run(index, outlet, settings=renamed)

    assert {f"{paths.get_stem(spec.key)}.atom" for spec in specs} <= set(report.written)


def test_archives_may_be_in_atom_alone() -> None:
    """With `archives = "atom"`, JSON archives do not exist and are not linked, also if the earlier
    setting (True) had made them."""
    # twenty articles in half a year, more than a feed has
    index = MemoryIndex(make_article(n, added=START + timedelta(days=n * 9)) for n in range(20))
    outlet = MemoryOutlet()

    def build_with_archives(archives: bool | str) -> None:
        settings = SETTINGS.model_copy(
            update={"publish": SETTINGS.publish.model_copy(update={"archives": archives})}
        )
        specs = plan_feeds(
            index.feeds(),
            settings=settings,
            sources=list(SOURCES.values()),
            queries=(),
            categories={},
        )
        build_all(
            specs,
            index=index,
            outlet=outlet,
            settings=settings,
            sources=SOURCES,
            instance=INSTANCE,
            whole=False,
        )
        # there are archives in Atom
        assert len(list(Subscriber("all.atom").documents(outlet))) > 1

    def has_json_archives() -> bool:
        """Return whether there are JSON archives and a link to them, which go together."""
        has_files = any(
            name.startswith("archive/") and name.endswith(".json") for name in outlet.files
        )
        assert (b"next_url" in outlet.files["all.json"]) is has_files
        return has_files

    build_with_archives("atom")
    assert not has_json_archives()

    build_with_archives(True)
    assert has_json_archives()

    build_with_archives("atom")
    assert not has_json_archives()
