"""Archives of months with many entries: documents of a bounded size under addresses that stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from syndicator.configuration.settings import Publish, Settings
from syndicator.core.model import Article, FeedKey, entry_urn
from syndicator.publishing.selection import archive
from tests.publishing.memory import MemoryIndex, MemoryOutlet, lose
from tests.publishing.test_builder import ATOM, INSTANCE, SETTINGS, START, article, at_most, built

HOW = Settings(site=SETTINGS.site, publish=Publish(limit=50, window_hours=24, tag_min=1000))
DAYS, A_DAY = 26, 12  # of the first month, and entries on each: over 200


@pytest.fixture(autouse=True)
def short_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    at_most(monkeypatch, 60)


class Counting(MemoryIndex):
    """An index that says whose months were looked into."""

    looked: Sequence[str] = ()

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, object, str]]:  # type: ignore[override]
        self.looked = [*self.looked, month]
        return super().month_entries(key, month)  # type: ignore[return-value]

    def month_fingerprints(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        before, found = self.looked, super().month_fingerprints(key)
        self.looked = before
        return found


def day(number: int) -> list[Article]:
    at = START + timedelta(days=number)
    moments = [at + timedelta(minutes=7 * n) for n in range(A_DAY)]
    return [article(100 * number + n, added=one, published=one) for n, one in enumerate(moments)]


def documents(outlet: MemoryOutlet) -> dict[str, bytes]:
    return {
        name: data
        for name, data in outlet.files.items()
        if name.startswith("archive/all/") and b"<feed" in data
    }


def walked(outlet: MemoryOutlet) -> set[str]:
    name, met = "all.atom", set[str]()
    while name:
        root = etree.fromstring(outlet.files[name])
        met |= {entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")}
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        name = links.get("prev-archive", "").removeprefix("https://feeds.example/")
    return met


def lived(days: int, index: MemoryIndex, outlet: MemoryOutlet) -> set[str]:
    """All documents that there were in so many days."""
    seen: set[str] = set()
    for number in range(days):
        for one in day(number):
            index.add(one)
        assert built(index, outlet, HOW).held == ()
        seen |= set(documents(outlet))
    return seen


@pytest.mark.slow
def test_documents_of_a_month_stay_when_it_closes() -> None:
    index, outlet = MemoryIndex(), MemoryOutlet()
    seen = lived(DAYS + 6, index, outlet)
    found = documents(outlet)
    assert seen == set(found) and "archive/all/2025-11.atom" not in found
    assert max(data.count(b"<entry") for data in found.values()) <= HOW.publish.limit
    assert walked(outlet) == {entry_urn(INSTANCE, id) for id in index.article_store}


@pytest.mark.slow
def test_a_month_that_is_published_whole_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    index, outlet = MemoryIndex(), MemoryOutlet()
    for one in (*(one for number in range(DAYS) for one in day(number)), *day(DAYS + 9)):
        index.add(one)
    monkeypatch.setattr(archive, "_WHOLE", 10_000)  # as an earlier version had it
    built(index, outlet, HOW)
    assert list(documents(outlet)) == ["archive/all/2025-11.atom"]
    monkeypatch.undo()
    built(index, outlet, HOW)
    assert list(documents(outlet)) == ["archive/all/2025-11.atom"]
    lose(index, outlet)
    built(index, outlet, HOW)
    assert list(documents(outlet)) == ["archive/all/2025-11.atom"]
    again = MemoryOutlet()
    index.files_of.clear()  # and what is published, too
    built(index, again, HOW)
    assert len(documents(again)) > 5 and walked(again) == walked(outlet)


@pytest.mark.slow
def test_a_closed_month_is_looked_into_only_where_it_changed() -> None:
    index, outlet = Counting(), MemoryOutlet()
    lived(DAYS + 6, index, outlet)
    index.looked = []
    index.add(article(9000, added=START + timedelta(days=DAYS + 7)))
    everything = {FeedKey("all", "all")}
    built(index, outlet, HOW, only=everything)
    assert "2025-11" not in index.looked and "2025-12" in index.looked
    old = day(3)[0]
    index.add(
        replace(old, title="Corrected", revisions=((START + timedelta(days=40)).isoformat(),))
    )
    built(index, outlet, HOW, only=everything)
    assert "2025-11" in index.looked
    assert sum(data.count(b">Corrected<") for data in documents(outlet).values()) == 1


@pytest.mark.slow
def test_a_part_that_was_published_is_not_cut_again() -> None:
    index, outlet = MemoryIndex(), MemoryOutlet()
    seen = lived(8, index, outlet)
    assert seen
    for number in range(60):  # an old day gets many more
        index.add(article(5000 + number, added=START + timedelta(minutes=number), published=START))
    assert built(index, outlet, HOW).held == ()
    assert seen <= set(documents(outlet))
    assert walked(outlet) == {entry_urn(INSTANCE, id) for id in index.article_store}
