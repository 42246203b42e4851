"""Archives of months with many entries: several documents of limited size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.model import Article, FeedKey, entry_urn
from syndicator.publishing.selection import archive
from tests.publishing.memory import MemoryIndex, MemoryOutlet, lose_database
from tests.publishing.test_builder import (
    ATOM,
    INSTANCE,
    SETTINGS,
    START,
    limit_entries,
    make_article,
    publish_feeds,
)

HOW = Settings(site=SETTINGS.site, publish=Publish(limit=50, window_hours=24, tag_min=1000))
DAYS = 26
A_DAY = 12  # of the first month, and entries on each: over 200


@pytest.fixture(autouse=True)
def short_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_entries(monkeypatch, 60)


class RecordingIndex(MemoryIndex):
    """An index that counts the months whose entries were read."""

    read_months: Sequence[str] = ()

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, object, str]]:  # type: ignore[override]
        self.read_months = [*self.read_months, month]
        return super().month_entries(key, month)  # type: ignore[return-value]

    def month_fingerprints(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        before = self.read_months
        result = super().month_fingerprints(key)
        self.read_months = before
        return result


def make_day(number: int) -> list[Article]:
    at = START + timedelta(days=number)
    moments = [at + timedelta(minutes=7 * n) for n in range(A_DAY)]
    return [
        make_article(100 * number + n, added=one, published=one) for n, one in enumerate(moments)
    ]


def list_archive_documents(outlet: MemoryOutlet) -> dict[str, bytes]:
    return {
        name: data
        for name, data in outlet.files.items()
        if name.startswith("archive/all/") and b"<feed" in data
    }


def walk_archive(outlet: MemoryOutlet) -> set[str]:
    name = "all.atom"
    met = set[str]()
    while name:
        root = etree.fromstring(outlet.files[name])
        met |= {entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")}
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        name = links.get("prev-archive", "").removeprefix("https://feeds.example/")
    return met


def build_days(days: int, index: MemoryIndex, outlet: MemoryOutlet) -> set[str]:
    """Return all documents that existed in a number of days."""
    seen: set[str] = set()
    for number in range(days):
        for article in make_day(number):
            index.add(article)
        assert publish_feeds(index, outlet, HOW).held == ()
        seen |= set(list_archive_documents(outlet))
    return seen


@pytest.mark.slow
def test_documents_of_a_month_stay_when_it_closes() -> None:
    """A long month is archived in parts: no part is renamed or removed when the month ends, none
    exceeds the limit, and together they have all entries. `build_days` publishes twelve articles a
    day, and returns all documents that there ever were."""
    index = MemoryIndex()
    outlet = MemoryOutlet()
    documents = build_days(DAYS + 6, index, outlet)
    last_documents = list_archive_documents(outlet)

    assert documents == set(last_documents)
    assert "archive/all/2025-11.atom" not in last_documents
    assert max(data.count(b"<entry") for data in last_documents.values()) <= HOW.publish.limit
    assert walk_archive(outlet) == {
        entry_urn(INSTANCE, article_id) for article_id in index.article_store
    }


@pytest.mark.slow
def test_a_month_that_is_published_whole_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A month that an earlier version published as one document stays one, as readers know it,
    unless neither its file nor its record is left."""
    index = MemoryIndex()
    outlet = MemoryOutlet()
    # all days of November, and one of December
    for day in (*range(DAYS), DAYS + 9):
        for article in make_day(day):
            index.add(article)
    monkeypatch.setattr(archive, "_MOST_OF_MONTHS", 10_000)  # as an earlier version had it
    publish_feeds(index, outlet, HOW)

    assert list(list_archive_documents(outlet)) == ["archive/all/2025-11.atom"]

    # this version
    monkeypatch.undo()
    publish_feeds(index, outlet, HOW)

    assert list(list_archive_documents(outlet)) == ["archive/all/2025-11.atom"]

    # the record of published files is lost, and learnt from the files
    lose_database(index, outlet)
    publish_feeds(index, outlet, HOW)

    assert list(list_archive_documents(outlet)) == ["archive/all/2025-11.atom"]

    # the files are lost, too
    second_outlet = MemoryOutlet()
    index.files_of.clear()
    publish_feeds(index, second_outlet, HOW)

    assert len(list_archive_documents(second_outlet)) > 5
    assert walk_archive(second_outlet) == walk_archive(outlet)


@pytest.mark.slow
def test_entries_of_a_closed_month_are_read_only_if_it_changed() -> None:
    """A build reads the entries of a closed month from the database only if one of them changed,
    since that is slow. `read_months` has the months that were read."""
    index = RecordingIndex()
    outlet = MemoryOutlet()
    build_days(DAYS + 6, index, outlet)
    index.read_months = []

    # a new article of December: November is closed
    index.add(make_article(9000, added=START + timedelta(days=DAYS + 7)))
    everything = {FeedKey("all", "all")}
    publish_feeds(index, outlet, HOW, only=everything)

    assert "2025-11" not in index.read_months
    assert "2025-12" in index.read_months

    # an article of November is corrected
    old = make_day(3)[0]
    index.add(
        replace(old, title="Corrected", revisions=((START + timedelta(days=40)).isoformat(),))
    )
    publish_feeds(index, outlet, HOW, only=everything)

    assert "2025-11" in index.read_months
    assert sum(data.count(b">Corrected<") for data in list_archive_documents(outlet).values()) == 1


@pytest.mark.slow
def test_a_part_that_was_published_is_not_cut_again() -> None:
    """Published documents of a long month stay when one of its days gets many more articles."""
    index = MemoryIndex()
    outlet = MemoryOutlet()
    documents = build_days(8, index, outlet)

    assert documents

    for number in range(60):  # an old day gets many more
        index.add(
            make_article(5000 + number, added=START + timedelta(minutes=number), published=START)
        )

    assert publish_feeds(index, outlet, HOW).held == ()
    assert documents <= set(list_archive_documents(outlet))
    assert walk_archive(outlet) == {
        entry_urn(INSTANCE, article_id) for article_id in index.article_store
    }
