"""Keep feeds.toml (entries of feeds) and sources.toml (addresses of sources) beside the articles.

feeds.toml, sources.toml and followed.tsv survive the loss of the database. If both differ, the
files count."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicator.articles.beside.tab_lists import FOLLOWED
from syndicator.articles.beside.toml_lists import FEEDS, SOURCES, KeptFeed, KeptSource
from syndicator.configuration.settings import Publish
from syndicator.configuration.sources.identity import (
    add_newest_address,
    find_departures,
    find_sources_at_new_site,
    find_successors,
)
from syndicator.core import urls
from syndicator.core.axes import ALL, QUERY, SOURCE
from syndicator.core.model import FeedKey, Source
from syndicator.core.ports import FeedRow, Progress
from syndicator.core.ports.articles import KeptFiles
from syndicator.publishing.selection.feeds import LEAST
from syndicator.store.engine import Store
from syndicator.store.index import Index

# name of a note in the database: the file is not needed, so a start need not check this again
_NOTHING = "feeds.toml has nothing to say"
# name of a note in the database: the edition of the file that was applied last
_BELIEVED = "feeds.toml believed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Access to feeds.toml, sources.toml and followed.tsv beside the articles. Most methods raise
    ConfigError, OSError or StoreError."""

    files: KeptFiles
    store: Store
    publish: Publish
    clock: Callable[[], datetime]

    def create_missing_files(self) -> None:
        """Write feeds.toml and sources.toml from the database if they are missing. From now on,
        each feed is written to feeds.toml before it is saved in the database."""
        is_known_to_be_needless = self.store.visits.note(_NOTHING) is not None
        if not self._has_feeds_file and not is_known_to_be_needless:
            self.write_feed_facts()
            if not self._has_feeds_file:  # there was nothing to write
                self.store.visits.set_note(_NOTHING, "true", self.clock())
        has_sources_file = SOURCES.stamp(self.files) is not None
        if not has_sources_file:
            addresses = _find_addresses(self.store.index)
            for key, state in self.store.visits.states().items():
                addresses[key] = (state.url,)  # the last visited address counts most
            SOURCES.update(self.files, lambda old: addresses.items())
        self.store.index.before_save_feed = self.write_feed_address

    def write_feed_address(self, row: FeedRow) -> None:
        """Write the address of a feed to feeds.toml. Called before the database saves the row."""

        def add_row(feeds: Mapping[FeedKey, KeptFeed]) -> dict[FeedKey, KeptFeed]:
            """Return `feeds`, the present entries of the file, with that of this feed."""
            file_feed = feeds.get(row.key, KeptFeed(row.key))
            return {**feeds, row.key: _copy_address(file_feed, row)}

        self._rewrite_feeds_file(add_row)

    def write_feed_facts(self, keys: Collection[FeedKey] | None = None) -> None:
        """Write to feeds.toml the facts about feeds that cannot be found from articles: names, and
        which feeds stay published although they have fewer articles than a new feed needs.

        `keys`: names of these feeds count; None for all."""
        had_file = self._has_feeds_file
        index = self.store.index
        stored_rows = index.feeds(keys) if keys else index.plain_feeds()
        keys_to_name: list[FeedKey] = []  # feeds whose articles are asked for a name
        for row in stored_rows:
            is_chosen = keys is None or row.key in keys
            if is_chosen or not row.name:
                keys_to_name.append(row.key)
        names = index.names(keys_to_name)
        rows = self._name_rows(stored_rows, names)

        def update_entries(feeds: Mapping[FeedKey, KeptFeed]) -> dict[FeedKey, KeptFeed]:
            """Return `feeds`, the present entries of the file, with the facts of all `rows`."""
            result = dict(feeds)
            for row in rows:
                file_feed = feeds.get(row.key, KeptFeed(row.key))
                result[row.key] = self._update_feed(file_feed, row, names)
            return result

        is_needed = had_file or not keys or _has_lasting_facts(update_entries({}).values())
        # a run, which knows more, may have written it meanwhile
        was_written_meanwhile = had_file != self._has_feeds_file
        if is_needed and not was_written_meanwhile:
            self._rewrite_feeds_file(update_entries, None if keys else rows)

    def _name_rows(self, rows: Sequence[FeedRow], names: Mapping[FeedKey, str]) -> list[FeedRow]:
        """Return `rows`, each with a name. A row that has none gets the one in `names`, and is
        saved. `names`: the names of feeds, as their articles say them."""
        named_rows: list[FeedRow] = []
        for row in rows:
            if row.name:
                named_rows.append(row)
                continue
            # the feed was only in the file, until its articles were in the database, too
            row_with_name = replace(row, name=names[row.key])
            self.store.index.save_feed(row_with_name)
            named_rows.append(row_with_name)
        return named_rows

    def _update_feed(
        self, file_feed: KeptFeed, row: FeedRow, names: Mapping[FeedKey, str]
    ) -> KeptFeed:
        """Return the new entry of a feed for feeds.toml. It has a name only if the feed's articles
        do not say this name. It is marked as published if the feed is, although it has fewer
        articles than a new feed needs.

        `file_feed`: the present entry. `row`: the feed in the database. `names`: the names of
        feeds, as their articles say them."""
        is_of_articles = row.key.axis not in (ALL.axis, QUERY)
        has_articles = is_of_articles and not row.moved_to and not row.dropped
        if row.key not in names:
            name = file_feed.name
        elif has_articles and row.name != names[row.key]:
            name = row.name
        else:
            name = ""  # its articles say it
        minimum = 1  # articles that a new feed needs
        if row.key.axis in LEAST:
            minimum = LEAST[row.key.axis](self.publish) or 1
        is_below_minimum = has_articles and row.built and row.count < minimum
        return replace(file_feed, name=name, published=is_below_minimum)

    def apply_changed_feeds(self) -> None:
        """Apply feeds.toml to the database, if the file or the setting `publish.tag_min` changed
        since the last call."""
        applied_edition = self.store.visits.note(_BELIEVED)
        if applied_edition != self._edition:
            self.apply_feeds()
            self.write_feed_facts(())  # which feeds have too few depends on `publish.tag_min`
            self.store.visits.set_note(_BELIEVED, self._edition, self.clock())

    @property
    def _edition(self) -> str:
        """A text that differs after each change of feeds.toml or `publish.tag_min`."""
        return f"{FEEDS.stamp(self.files)} {self.publish.tag_min}"

    def apply_feeds(self) -> None:
        """Update the feeds in the database from feeds.toml, and mark the changed ones for the next
        build. A feed that has no articles yet gets its name later."""
        if not self._has_feeds_file:
            return
        index = self.store.index
        file_feeds = {feed.key: feed for feed in FEEDS.read(self.files)}
        rows = {row.key: row for row in index.plain_feeds()}
        changed: set[FeedKey] = set()
        for key in sorted(rows.keys() | file_feeds.keys()):
            stored = rows.get(key)  # None for a feed that only the file has
            row = stored or FeedRow(key=key, name="", first_slug=key.slug)
            updated = _apply_feed(row, file_feeds.get(key, KeptFeed(key)))
            if updated == stored:
                continue
            index.save_feed(updated)
            # save_feed does not store this field
            if stored is not None and updated.published != stored.published:
                index.record_progress(Progress(published={key: False}))
            changed.add(key)
            # the feeds to which its address redirects, and redirected before
            if updated.moved_to:
                changed.add(updated.moved_to)
            if stored is not None and stored.moved_to:
                changed.add(stored.moved_to)
        if changed:
            index.show_again(sorted(changed - {ALL}))
            known_feeds = rows.keys() | file_feeds.keys()
            outdated = (changed | {ALL}) & known_feeds
            index.mark_stale(sorted(outdated))

    def record_sources(self, sources: Mapping[str, Source]) -> None:
        """Write the addresses of the configured `sources` to sources.toml. For sources that are new
        or moved to another site, write today's date to followed.tsv. A new source that has the
        address of a removed one takes over its feed."""
        addresses = dict(SOURCES.read(self.files))
        configured = {key: source.url for key, source in sources.items()}
        rows = self._read_source_rows()
        # sources whose feed redirected to that of another source, but must not any more
        departing = find_departures(configured, addresses, rows)
        heirs = find_successors(configured, addresses, rows)  # new source by removed source
        today = self.clock().date().isoformat()
        keys_at_new_site = find_sources_at_new_site(configured, addresses)
        FOLLOWED.append(self.files, ((key, today) for key in keys_at_new_site))

        def add_addresses(entries: list[KeptSource] | None) -> Iterable[KeptSource]:
            """Return the `entries` of the file with the present addresses. A source keeps its
            earlier addresses."""
            addresses_by_key = dict(entries or ())
            for key, url in configured.items():
                addresses_by_key[key] = add_newest_address(addresses_by_key.get(key, ()), url)
            return addresses_by_key.items()

        SOURCES.update(self.files, add_addresses)
        for key in departing:
            self._stop_redirect(rows[key], rows, heirs)
        for old, new in heirs.items():
            self._hand_over_feed(old, new)

    def _stop_redirect(
        self, row: FeedRow, rows: Mapping[str, FeedRow], heirs: Mapping[str, str]
    ) -> None:
        """Let a feed that redirects to another feed have an address of its own again. `row`: this
        feed. `rows`: the feeds of all sources, by key of the source. `heirs`: keys of sources that
        take over a feed, by key of the removed source that had it."""
        index = self.store.index
        taken_slugs: set[str] = set()
        for other in rows.values():
            is_redirect = other.moved_to is not None
            becomes_free = other.key.slug in heirs
            if not is_redirect and not becomes_free:
                taken_slugs.add(other.first_slug)
        index.save_feed(_choose_slug(row, taken_slugs))
        index.mark_stale([row.key])
        former_targets = [other.key for other in rows.values() if other.key == row.moved_to]
        index.show_again(former_targets)

    def _hand_over_feed(self, old: str, new: str) -> None:
        """Redirect the feed of the removed source `old` to that of the source `new`. If the feed of
        `new` was never published, it also gets the address of the old feed. `old`, `new`: keys."""
        index = self.store.index
        rows = self._read_source_rows()
        old_row = rows[old]
        new_row = rows.get(new)
        first_slug = old_row.first_slug
        if new_row and new_row.built:  # it is published, and keeps its own address
            first_slug = new_row.first_slug
        if new_row is None:
            new_row = FeedRow(key=FeedKey(SOURCE, new), name=old_row.name, first_slug=first_slug)
        redirect_feed(index, old_row, replace(new_row, first_slug=first_slug))
        index.show_again([old_row.key])

    def find_former_keys(self, used_keys: Collection[str]) -> dict[str, str]:
        """Return the keys of removed sources, by address of the source (in the form that
        `urls.alias` returns for all its spellings).

        `used_keys`: keys of sources that are not removed. A source whose feed redirects is left
        out. If two sources had the same address, the key that comes first in the alphabet
        counts."""
        removed_keys: set[str] = set()
        for key, row in self._read_source_rows().items():
            if key not in used_keys and row.moved_to is None:
                removed_keys.add(key)
        if not removed_keys:  # reading the file takes four seconds for 100,000 sources
            return {}
        addresses = dict(SOURCES.read(self.files))
        key_of_address: dict[str, str] = {}
        # the first key in the alphabet is the last here, so that it overwrites the others
        for key in sorted(addresses.keys() & removed_keys, reverse=True):
            for url in addresses[key]:
                key_of_address[urls.alias(url)] = key
        return key_of_address

    def keys(self) -> set[str]:
        """Return the keys of all sources that have a feed."""
        return set(self._read_source_rows())

    @property
    def _has_feeds_file(self) -> bool:
        return FEEDS.stamp(self.files) is not None

    def _read_source_rows(self) -> dict[str, FeedRow]:
        """Return the rows of the feeds of sources, by key of the source."""
        return {row.key.slug: row for row in self.store.index.plain_feeds(SOURCE)}

    def _rewrite_feeds_file(
        self,
        change: Callable[[Mapping[FeedKey, KeptFeed]], Mapping[FeedKey, KeptFeed]],
        rows: Iterable[FeedRow] | None = None,
    ) -> None:
        """Rewrite feeds.toml. `change`: called with the present entries by feed; returns the new
        entries. `rows`: feeds from which the entries are made if the file is missing; None for all
        feeds in the database."""
        was_applied = self.store.visits.note(_BELIEVED) == self._edition
        if not self._has_feeds_file:
            self.store.visits.set_note(_NOTHING, None, self.clock())
            rows = self.store.index.plain_feeds() if rows is None else rows
        made_from_rows = {row.key: _copy_address(KeptFeed(row.key), row) for row in rows or ()}

        def change_entries(entries: list[KeptFeed] | None) -> Iterable[KeptFeed]:
            """Return the new entries. `entries`: those of the file, None if it is missing."""
            if entries is None:
                return change(made_from_rows).values()
            return change({entry.key: entry for entry in entries}).values()

        FEEDS.update(self.files, change_entries)
        # the changes come from the database, so that the new file need not be applied to it
        if was_applied:
            self.store.visits.set_note(_BELIEVED, self._edition, self.clock())


def redirect_feed(index: Index, old: FeedRow, heir: FeedRow) -> None:
    """Let the feed `old` redirect to the feed `heir` from now on. If `old` is published, `heir` is
    published, too, even if it has fewer articles than a new feed needs."""
    index.save_feed(replace(heir, moved_to=None, dropped=False))
    if old.built and not heir.built:
        index.record_progress(Progress(published={heir.key: False}))
    index.mark_stale([heir.key])
    index.save_feed(replace(old, moved_to=heir.key))


def _copy_address(feed: KeptFeed, row: FeedRow) -> KeptFeed:
    """Return the entry of a feed for the file, with the address that the feed has in the
    database."""
    first_slug = row.first_slug if row.first_slug != row.key.slug else ""
    return replace(feed, first_slug=first_slug, moved_to=row.moved_to, dropped=row.dropped)


def _apply_feed(row: FeedRow, file_feed: KeptFeed) -> FeedRow:
    """Return the row of a feed with the address, name and redirect that feeds.toml says.
    `file_feed`: its entry in the file. If this is marked as published, the feed stays published
    although it has fewer articles than a new feed needs."""
    is_below_minimum = file_feed.published and not row.built
    return replace(
        row,
        name=file_feed.name or row.name,
        first_slug=file_feed.first_slug or row.key.slug,
        moved_to=file_feed.moved_to,
        dropped=file_feed.dropped,
        published=False if is_below_minimum else row.published,
    )


def _has_lasting_facts(feeds: Iterable[KeptFeed]) -> bool:
    """True if some entry says something that the articles do not say."""
    return any(feed != KeptFeed(feed.key) for feed in feeds)


def _find_addresses(index: Index) -> dict[str, tuple[str, ...]]:
    """Return the address of each source that has articles, by key of the source. It is found in the
    newest article of the source. The values are tuples of one address."""
    addresses: dict[str, tuple[str, ...]] = {}
    for row in index.plain_feeds(SOURCE):
        if not row.count:
            continue
        newest_id = index.ids(row.key, limit=1, since=None, most=1)
        (article,) = index.articles(newest_id).values()
        if article.origin.url:
            addresses[row.key.slug] = (article.origin.url,)
    return addresses


def _choose_slug(row: FeedRow, used_slugs: Collection[str]) -> FeedRow:
    """Return the row of a feed without its redirect, and with a slug (the name in its address) that
    is free: its present one, or the key of its source with a number, such as `blog-2`.
    `used_slugs`: the slugs that are not free."""
    if row.first_slug not in used_slugs:
        return replace(row, moved_to=None)
    slug = row.key.slug
    number = 1
    while slug in used_slugs:
        number += 1
        slug = f"{row.key.slug}-{number}"
    return replace(row, first_slug=slug, moved_to=None)
