"""Keep in files beside the articles the addresses of feeds and the keys of sources.

feeds.toml, sources.toml and followed.tsv outlive the database, and win over it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from syndicator.articles.beside.tab_lists import FOLLOWED
from syndicator.articles.beside.toml_lists import FEEDS, SOURCES, KeptFeed, KeptSource
from syndicator.configuration.settings import Publish
from syndicator.configuration.sources.identity import (
    find_departures,
    find_sources_at_new_site,
    find_successors,
    with_address,
)
from syndicator.core import urls
from syndicator.core.axes import ALL, QUERY, SOURCE
from syndicator.core.model import FeedKey, Source
from syndicator.core.ports import FeedRow, Progress
from syndicator.core.ports.articles import KeptFiles
from syndicator.publishing.selection.feeds import LEAST
from syndicator.store.engine import Store
from syndicator.store.index import Index

# name of a note: the file is not needed, so not every start checks again
_NOTHING = "feeds.toml has nothing to say"
# name of a note: the edition of the file that the database agrees with
_BELIEVED = "feeds.toml believed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Access to feeds.toml, sources.toml and followed.tsv beside the articles. Methods raise
    ConfigError, OSError, StoreError."""

    files: KeptFiles
    store: Store
    publish: Publish
    clock: Callable[[], datetime]

    def begin(self) -> None:
        if not self._is_there and self.store.visits.note(_NOTHING) is None:
            self.note()
            if not self._is_there:
                self.store.visits.set_note(_NOTHING, "true", self.clock())
        if SOURCES.stamp(self.files) is None:
            states = {key: (state.url,) for key, state in self.store.visits.states().items()}
            addresses = {**_addresses(self.store.index), **states}
            SOURCES.update(self.files, lambda before: addresses.items())
        self.store.index.before_save_feed = self.keep

    def keep(self, row: FeedRow) -> None:
        """Write a feed's address to its file, before the database."""
        self._change(
            lambda feeds: {**feeds, row.key: _placed(feeds.get(row.key, KeptFeed(row.key)), row)}
        )

    def note(self, keys: Collection[FeedKey] | None = None) -> None:
        """Write which of `keys` (None: all feeds) are published with few articles, and their own
        names."""
        was_there = self._is_there
        index = self.store.index
        rows = index.feeds(keys) if keys else index.plain_feeds()
        names = self.store.index.names(
            row.key for row in rows if keys is None or row.key in keys or not row.name
        )
        # in the file alone: its articles had no rows then
        nameless = {row.key for row in rows if not row.name}
        rows = [replace(row, name=names[row.key]) if row.key in nameless else row for row in rows]
        for row in rows:
            if row.key in nameless:
                self.store.index.save_feed(row)

        def noted(feeds: Mapping[FeedKey, KeptFeed]) -> dict[FeedKey, KeptFeed]:
            result = {**feeds}
            for row in rows:
                kept = feeds.get(row.key, KeptFeed(row.key))
                is_of_articles = row.key.axis not in (ALL.axis, QUERY)
                has_articles = is_of_articles and not row.moved_to and not row.dropped
                if row.key not in names:
                    name = kept.name
                elif has_articles and row.name != names[row.key]:
                    name = row.name
                else:
                    name = ""  # its articles say it
                minimum = 1
                if row.key.axis in LEAST:
                    minimum = LEAST[row.key.axis](self.publish) or 1
                is_below_minimum = has_articles and row.built and row.count < minimum
                result[row.key] = replace(kept, name=name, published=is_below_minimum)
            return result

        is_needed = (
            was_there or not keys or any(feed != KeptFeed(feed.key) for feed in noted({}).values())
        )
        # else a run, which knows more, has written it meanwhile
        if is_needed and was_there == self._is_there:
            self._change(noted, None if keys else rows)

    def believe(self) -> None:
        """Update the database's feeds if their file or the settings changed."""
        if self.store.visits.note(_BELIEVED) != self._edition:
            self.apply()
            self.note(())  # the setting of how many articles are few may have changed
            self.store.visits.set_note(_BELIEVED, self._edition, self.clock())

    @property
    def _edition(self) -> str:
        return f"{FEEDS.stamp(self.files)} {self.publish.tag_min}"

    def apply(self) -> None:
        """Update the database's feeds from their file. A feed without articles has no name until
        `note`."""
        if not self._is_there:
            return
        index = self.store.index
        file_feeds = {feed.key: feed for feed in FEEDS.read(self.files)}
        rows = {row.key: row for row in index.plain_feeds()}
        changed: set[FeedKey] = set()
        for key in sorted(rows.keys() | file_feeds.keys()):
            before = rows.get(key)
            row = before or FeedRow(key=key, name="", first_slug=key.slug)
            file_feed = file_feeds.get(key, KeptFeed(key))
            after = replace(
                row,
                name=file_feed.name or row.name,
                first_slug=file_feed.first_slug or key.slug,
                moved_to=file_feed.moved_to,
                dropped=file_feed.dropped,
                published=False if file_feed.published and not row.built else row.published,
            )
            if after == before:
                continue
            index.save_feed(after)
            if before is not None and after.published != before.published:
                index.record_progress(Progress(published={key: False}))
            changed |= {
                key,
                *(other for other in (after.moved_to, before and before.moved_to) if other),
            }
        if changed:
            index.show_again(sorted(changed - {ALL}))
            index.mark_stale(sorted((changed | {ALL}) & (rows.keys() | file_feeds.keys())))

    def follow(self, sources: Mapping[str, Source]) -> None:
        """Write the address of each source, and the day if it is new. A new source at a removed
        one's address takes over its feed."""
        index = self.store.index
        addresses = dict(SOURCES.read(self.files))
        wanted = {key: source.url for key, source in sources.items()}
        rows = self._source_rows()
        parting = find_departures(wanted, addresses, rows)
        heirs = find_successors(wanted, addresses, rows)
        today = self.clock().date().isoformat()
        FOLLOWED.append(
            self.files, ((key, today) for key in find_sources_at_new_site(wanted, addresses))
        )

        def add_addresses(before: list[KeptSource] | None) -> Iterable[KeptSource]:
            kept = dict(before or ())
            for key, url in wanted.items():
                kept[key] = with_address(kept.get(key, ()), url)
            return kept.items()

        SOURCES.update(self.files, add_addresses)
        for key in parting:
            others = [
                row for row in rows.values() if row.moved_to is None and row.key.slug not in heirs
            ]
            index.save_feed(_apart(rows[key], {row.first_slug for row in others}))
            index.mark_stale([rows[key].key])
            index.show_again([row.key for row in rows.values() if row.key == rows[key].moved_to])
        for old, new in heirs.items():
            rows = self._source_rows()
            there = rows.get(new)
            first = there.first_slug if there and there.built else rows[old].first_slug
            fresh = FeedRow(key=FeedKey(SOURCE, new), name=rows[old].name, first_slug=first)
            move(index, rows[old], replace(there or fresh, first_slug=first))
            index.show_again([rows[old].key])

    def former(self, taken: Collection[str]) -> dict[str, str]:
        """Return the keys of removed sources, except `taken`, by their addresses."""
        rows = {
            key: row
            for key, row in self._source_rows().items()
            if key not in taken and row.moved_to is None
        }
        # of 100,000 sources it takes four seconds
        addresses = dict(SOURCES.read(self.files)) if rows else {}
        free = sorted(addresses.keys() & rows.keys())
        return {urls.alias(url): key for key in reversed(free) for url in addresses[key]}

    def keys(self) -> set[str]:
        """Return the keys of all sources that have a feed."""
        return set(self._source_rows())

    @property
    def _is_there(self) -> bool:
        return FEEDS.stamp(self.files) is not None

    def _source_rows(self) -> dict[str, FeedRow]:
        return {row.key.slug: row for row in self.store.index.plain_feeds(SOURCE)}

    def _change(
        self,
        change: Callable[[Mapping[FeedKey, KeptFeed]], Mapping[FeedKey, KeptFeed]],
        rows: Iterable[FeedRow] | None = None,
    ) -> None:
        """Rewrite the file with change(content); if it is missing, start from `rows` (None: all
        feeds)."""
        believed = self.store.visits.note(_BELIEVED) == self._edition
        if not self._is_there:
            self.store.visits.set_note(_NOTHING, None, self.clock())
            rows = self.store.index.plain_feeds() if rows is None else rows
        anew = {row.key: _placed(KeptFeed(row.key), row) for row in rows or ()}

        def changed(before: list[KeptFeed] | None) -> Iterable[KeptFeed]:
            feeds = anew if before is None else {feed.key: feed for feed in before}
            return change(feeds).values()

        FEEDS.update(self.files, changed)
        if believed:
            self.store.visits.set_note(_BELIEVED, self._edition, self.clock())


def move(index: Index, old: FeedRow, heir: FeedRow) -> None:
    """Let the feed `heir` take over address and publication of `old`."""
    index.save_feed(replace(heir, moved_to=None, dropped=False))
    if old.built and not heir.built:
        index.record_progress(Progress(published={heir.key: False}))
    index.mark_stale([heir.key])
    index.save_feed(replace(old, moved_to=heir.key))


def _placed(feed: KeptFeed, row: FeedRow) -> KeptFeed:
    first = row.first_slug if row.first_slug != row.key.slug else ""
    return replace(feed, first_slug=first, moved_to=row.moved_to, dropped=row.dropped)


def _addresses(index: Index) -> dict[str, tuple[str, ...]]:
    addresses: dict[str, tuple[str, ...]] = {}
    for row in index.plain_feeds(SOURCE):
        if row.count:
            (article,) = index.articles(index.ids(row.key, limit=1, since=None, most=1)).values()
            addresses |= {row.key.slug: (article.origin.url,)} if article.origin.url else {}
    return addresses


def _apart(row: FeedRow, taken: Iterable[str]) -> FeedRow:
    used = set(taken)
    spare = (f"{row.key.slug}-{number}" for number in range(2, len(used) + 3))
    first = next(slug for slug in (row.first_slug, row.key.slug, *spare) if slug not in used)
    return replace(row, first_slug=first, moved_to=None)
