"""Files beside the articles for facts that must outlive the database, and win over it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import TypeVar

from syndicator.articles.beside.feeds_toml import (
    KeptFeed,
    read_feeds,
    read_sources,
    update_feeds,
    update_sources,
)
from syndicator.articles.beside.lists import FOLLOWED, RIGHTS_TOML, RightsFile
from syndicator.configuration.settings import Publish
from syndicator.configuration.sources.identity import (
    departures,
    find_sources_at_new_site,
    successions,
    with_address,
)
from syndicator.core import secrets, urls
from syndicator.core.axes import ALL, QUERY, SOURCE
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, FeedKey, Source
from syndicator.core.ports import FeedRow, Progress
from syndicator.core.ports.articles import ArticleStore, KeptFile, Snapshots
from syndicator.filing.ownership import rights_in
from syndicator.filing.refile import refile
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

    feeds: KeptFile
    sources: KeptFile
    followed: KeptFile
    store: Store
    publish: Publish
    clock: Callable[[], datetime]

    def begin(self) -> None:
        if not self._is_there and self.store.visits.note(_NOTHING) is None:
            self.note()
            if not self._is_there:
                self.store.visits.set_note(_NOTHING, "true", self.clock())
        if self.sources.stamp() is None:
            states = {key: (state.url,) for key, state in self.store.visits.states().items()}
            update_sources(self.sources, lambda before: {**_addresses(self.store.index), **states})
        self.store.index.keep = self.keep

    def keep(self, row: FeedRow) -> None:
        """Write a feed's address to its file, before the database."""
        self._change(
            lambda feeds: {**feeds, row.key: _placed(feeds.get(row.key, KeptFeed(row.key)), row)}
        )

    def note(self, keys: Collection[FeedKey] | None = None) -> None:
        """Write which of `keys` (None: all feeds) are published with few articles, and their own
        names."""
        there, index = self._is_there, self.store.index
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
                # of its articles
                own = row.key.axis not in (ALL.axis, QUERY) and not row.moved_to and not row.dropped
                before = feeds.get(row.key, KeptFeed(row.key))
                is_own_name = own and row.name != names.get(row.key)
                name = before.name if row.key not in names else row.name if is_own_name else ""
                least = LEAST[row.key.axis](self.publish) if row.key.axis in LEAST else 1
                few = own and row.built and row.count < (least or 1)
                result[row.key] = replace(before, name=name, published=few)
            return result

        is_needed = (
            there or not keys or any(feed != KeptFeed(feed.key) for feed in noted({}).values())
        )
        # else a run, which knows more, has written it meanwhile
        if is_needed and there == self._is_there:
            self._change(noted, None if keys else rows)

    def believe(self) -> None:
        """Update the database's feeds if their file or the settings changed."""
        if self.store.visits.note(_BELIEVED) != self._edition:
            self.apply()
            self.note(())  # the setting of how many articles are few may have changed
            self.store.visits.set_note(_BELIEVED, self._edition, self.clock())

    @property
    def _edition(self) -> str:
        return f"{self.feeds.stamp()} {self.publish.tag_min}"

    def apply(self) -> None:
        """Update the database's feeds from their file. A feed without articles has no name until
        `note`."""
        if not self._is_there:
            return
        index, file_feeds = self.store.index, read_feeds(self.feeds)
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
                index.record(Progress(published={key: False}))
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
        index, addresses = self.store.index, read_sources(self.sources)
        wanted = {key: source.url for key, source in sources.items()}
        rows = self._source_rows()
        parting, heirs = departures(wanted, addresses, rows), successions(wanted, addresses, rows)
        today = self.clock().date().isoformat()
        FOLLOWED.append(
            self.followed, ((key, today) for key in find_sources_at_new_site(wanted, addresses))
        )
        update_sources(
            self.sources,
            lambda kept: {
                **kept,
                **{key: with_address(kept.get(key, ()), url) for key, url in wanted.items()},
            },
        )
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
        addresses = read_sources(self.sources) if rows else {}
        free = sorted(addresses.keys() & rows.keys())
        return {urls.alias(url): key for key in reversed(free) for url in addresses[key]}

    def keys(self) -> set[str]:
        """Return the keys of all sources that have a feed."""
        return set(self._source_rows())

    @property
    def _is_there(self) -> bool:
        return self.feeds.stamp() is not None

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
        update_feeds(self.feeds, lambda feeds: change(anew if feeds is None else feeds).values())
        if believed:
            self.store.visits.set_note(_BELIEVED, self._edition, self.clock())


def move(index: Index, old: FeedRow, heir: FeedRow) -> None:
    """Let the feed `heir` take over address and publication of `old`."""
    index.save_feed(replace(heir, moved_to=None, dropped=False))
    if old.built and not heir.built:
        index.record(Progress(published={heir.key: False}))
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


NOTE = "scrubbed"
T = TypeVar("T")


def scrub(
    sources: Iterable[Source],
    environ: Mapping[str, str],
    article_store: ArticleStore,
    store: Store,
    snapshots: Snapshots,
    now: datetime,
) -> int:
    """Remove secrets in source addresses from all stored data. Returns the number of changed
    article files."""
    values = {
        name: value
        for source in sources
        for name, value in secrets.known(source.url, environ).items()
    }
    if not values:
        return 0
    visits = store.visits
    done = set(json.loads(visits.note(NOTE) or "[]"))
    new = {
        name: value
        for name, value in values.items()
        if _digest(article_store, name, value) not in done
    }
    if not new:
        return 0
    store.scrub(secrets.spellings(new))
    changed = sum(
        _article(article_store, store, stamp.path, new) for stamp in list(article_store.walk())
    )
    for file in article_store.beside():
        _scrub(file, new)
    snapshots.scrub(lambda data: secrets.masked_bytes(data, new) != data)
    noted = done | {_digest(article_store, name, value) for name, value in new.items()}
    visits.set_note(NOTE, json.dumps(sorted(noted)), now)
    return changed


def _digest(article_store: ArticleStore, name: str, value: str) -> str:
    """Return a digest too short to guess the value from."""
    return hashlib.sha256(f"{article_store.instance()}\0{name}\0{value}".encode()).hexdigest()[:8]


def _article(
    article_store: ArticleStore, store: Store, path: str, values: Mapping[str, str]
) -> bool:
    """Remove the values from an article file. True if it changed."""
    data = article_store.read(path)
    if secrets.masked_bytes(data, values) == data:
        return False
    try:
        article = article_store.get(path)
        refile(article_store, store.visits, _masked(article, values), before=article, path=path)
    except ConfigError:  # no article any more
        pass
    _scrub(article_store.file(path), values)
    return True


def _scrub(file: KeptFile, values: Mapping[str, str]) -> None:
    file.update(lambda data: None if data is None else secrets.masked_bytes(data, values))


def _masked(value: T, values: Mapping[str, str]) -> T:
    masked: object = value
    if isinstance(value, str):
        masked = secrets.masked(value, values)
    elif isinstance(value, tuple):
        masked = tuple(_masked(item, values) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        masked = replace(
            value,
            **{item.name: _masked(getattr(value, item.name), values) for item in fields(value)},
        )
    return masked  # type: ignore[return-value]


def open_rights(sources: Iterable[Source], article_store: ArticleStore, store: Store) -> RightsFile:
    """Open the file of rights; if it is older, list the sites that each source wrote for."""
    file = RightsFile(article_store.file(RIGHTS_TOML))
    if file.is_current():
        return file
    by_key, domains, hosts = (
        {source.key: source for source in sources},
        defaultdict(set),
        defaultdict(set),
    )
    for article in _articles(article_store, store):
        source = by_key.get(article.source_key)
        if source is None or rights_in(file, source).owns(article.url):
            continue
        if urls.same_publisher(source.url, article.url):
            hosts[source.key].add(urls.site(article.url))
        else:
            domains[source.key].add(urls.publisher(article.url))
    file.begin(domains, hosts)
    return file


def _articles(article_store: ArticleStore, store: Store) -> Iterator[Article]:
    if store.visits.stamps():
        yield from store.index.each()
        return
    for stamp in article_store.walk():
        with suppress(ConfigError, OSError):
            yield article_store.get(stamp.path)
