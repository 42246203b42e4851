"""An article store in memory: publishing.ArticleIndex and ports.Outlet as small as they can be, for
tests of the build."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from syndicator.articles.fields import named_feeds_of
from syndicator.core.axes import ALL, AXES
from syndicator.core.model import Article, FeedKey, FeedSpec
from syndicator.core.ports import FeedRow, Progress, PublishedFile, Story, StoryEntry, Withdrawn
from syndicator.core.ports.subscriptions import Picture
from syndicator.publishing.builder import build
from syndicator.publishing.kinds.adopting import adopt_unknown_files
from syndicator.publishing.kinds.site import Inputs
from syndicator.publishing.kinds.targets import BuildReport, Steps
from syndicator.publishing.render.view import find_times
from syndicator.publishing.selection.published import find_changed_feeds
from syndicator.searching.documents import Document

_OLD = datetime.min.replace(tzinfo=UTC)


def hash_value(value: object) -> str:
    """Return a fingerprint that is the same in every process."""
    return str(crc32(repr(value).encode("utf-8", "replace")))


def finish_build(steps: Steps) -> BuildReport:
    """Take all steps of a build and return its report."""
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            report: BuildReport = ended.value
            return report


def build_all(
    specs: Sequence[FeedSpec],
    *,
    index: MemoryIndex,
    only: Collection[FeedKey] | None = None,
    whole: bool | None = None,
    **given: Any,
) -> BuildReport:
    """Build the feeds `only`, or all of them; make every file again unless `whole` is False."""
    inputs = Inputs(
        specs=specs,
        rows=index.feeds(),
        marks=index.numbers(),
        index=index,
        planned=only,
        whole=only is None if whole is None else whole,
        **given,
    )
    return finish_build(build(inputs))


def lose_database(index: MemoryIndex, outlet: MemoryOutlet) -> None:
    """Lose the database, and let the next one learn what is published."""
    index.files_of = {file.name: file for file in adopt_unknown_files(index.feeds(), outlet)}


def list_stale_feeds(specs: Sequence[FeedSpec], index: MemoryIndex) -> set[FeedKey]:
    """Return the feeds that a build must compare."""
    return find_changed_feeds(specs, index.feeds(), index.list_outdated_owners())


class MemoryIndex:
    def __init__(self, articles: Iterable[Article] = ()) -> None:
        self.article_store: dict[str, Article] = {}
        self.rows: dict[FeedKey, FeedRow] = {}
        self.members: dict[FeedKey, list[str]] = {}
        self.kept: dict[str, str] = {}
        self.thumbnails: dict[str, Picture] = {}
        self.gone: list[Withdrawn] = []
        self.copies: dict[str, str] = {}
        self.matched: dict[str, tuple[str, Article]] = {}
        self.lists: dict[str, list[str]] = {}  # of related articles, by id
        self.terms: dict[str, Document] = {}
        self.marks = 0
        self.files_of: dict[str, PublishedFile] = {}  # by name
        for article in articles:
            self.add(article)

    def add(self, article: Article) -> None:
        before = self.article_store.get(article.id)
        self.article_store[article.id] = article
        self.terms.pop(article.id, None)
        keys = named_feeds_of(article)
        self.save_matches("", {article.id: {}})
        touched = set(keys) | (set(named_feeds_of(before)) if before else set())
        for key in touched:
            ids = [
                article_id for article_id in self.members.get(key, []) if article_id != article.id
            ]
            self.members[key] = ids + ([article.id] if key in keys else [])
            self._refresh(key, keys.get(key, ""))
        self.mark_stale(touched)

    def remove(self, id: str, at: datetime | None = None) -> None:
        keys = named_feeds_of(self.article_store.pop(id))
        for key in keys:
            self.members[key].remove(id)
            self._refresh(key, "")
        if at:
            self.gone.append(Withdrawn(id=id, at=at, feeds=tuple(keys)))
        self.mark_stale(keys)

    def _refresh(self, key: FeedKey, name: str) -> None:
        self.members[key].sort(
            key=lambda id: (
                self.article_store[id].added or _OLD,
                self.article_store[id].published or _OLD,
                id,
            ),
            reverse=True,
        )
        newest = self.article_store[self.members[key][0]] if self.members[key] else None
        row = self.rows.get(key) or FeedRow(key=key, name=name or key.slug, first_slug=key.slug)
        self.rows[key] = replace(
            row,
            count=len(self.members[key]),
            latest_title=newest.title if newest else "",
            latest_added=newest.added if newest else None,
        )

    def story_articles(self, stories: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        return {}

    def list_behind(self) -> set[str]:
        return set()

    def read_story_entries(self) -> dict[str, StoryEntry]:
        return {}

    def reports(self, ids: Sequence[str]) -> dict[str, Story]:
        return {}

    def feeds(self, among: Collection[FeedKey] | None = None) -> list[FeedRow]:
        return list(self.rows.values())

    def save_feed(self, row: FeedRow) -> None:
        self.rows[row.key] = row

    def _ids(self, key: FeedKey) -> list[str]:
        return [
            article_id
            for article_id in self.members.get(key, [])
            if AXES[key.axis].copies or article_id not in self.copies
        ]

    def ids(self, key: FeedKey, *, limit: int, since: datetime | None, most: int) -> list[str]:
        result = self._ids(key)
        more_article_ids = [
            article_id
            for article_id in result[limit:]
            if since is not None and (self.article_store[article_id].added or _OLD) > since
        ]
        return (result[:limit] + more_article_ids)[:most]

    def _month(self, id: str) -> str:
        return (self.article_store[id].added or _OLD).strftime("%Y-%m")

    def month_fingerprints(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        results: dict[str, tuple[int, str]] = {}
        for month in sorted({self._month(article_id) for article_id in self._ids(key)}):
            entries = self.month_entries(key, month)
            results[month] = (len(entries), hash_value(entries))
        return results

    def month_entries(self, key: FeedKey, month: str) -> list[tuple[str, datetime, str]]:
        results = [
            self.article_store[article_id]
            for article_id in self._ids(key)
            if self._month(article_id) == month
        ]
        return [
            (
                result.id,
                result.added or _OLD,
                hash_value((result.title, result.revisions, result.tags)),
            )
            for result in results
        ]

    def days(self, key: FeedKey) -> dict[str, tuple[int, str]]:
        results: dict[str, list[Article]] = {}
        for article_id in sorted(self._ids(key), key=self._shown_as):
            results.setdefault(self._shown_as(article_id).strftime("%Y-%m-%d"), []).append(
                self.article_store[article_id]
            )
        return {
            day: (
                len(ones),
                hash_value(sorted((one.id, one.title, one.revisions, one.tags) for one in ones)),
            )
            for day, ones in results.items()
        }

    def list_ids_by_day(self, key: FeedKey, first: str, last: str) -> dict[str, list[str]]:
        results: dict[str, list[str]] = {}
        for article_id in self.latest(key, len(self._ids(key))):
            results.setdefault(self._shown_as(article_id).strftime("%Y-%m-%d"), []).append(
                article_id
            )
        return {day: ids for day, ids in results.items() if first <= day <= last}

    def related(self, ids: Sequence[str]) -> dict[str, list[str]]:
        shown = set(self._ids(FeedKey(ALL.axis, ALL.slug)))
        return {
            article_id: [other for other in self.lists[article_id] if other in shown]
            for article_id in ids
            if article_id in self.lists
        }

    def related_days(self, feeds: Collection[FeedKey]) -> dict[str, str]:
        results: dict[str, str] = {}
        for key in feeds:
            for article_id, others in self.related(self._ids(key)).items():
                day = self._shown_as(article_id).strftime("%Y-%m-%d")
                results[day] = hash_value(
                    (results.get(day), article_id, [self.article_store[o] for o in others])
                )
        return results

    def latest(self, key: FeedKey, most: int) -> list[str]:
        return sorted(sorted(self._ids(key)), key=self._shown_as, reverse=True)[:most]

    def _shown_as(self, id: str) -> datetime:
        return find_times(self.article_store[id])[0]

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        return {
            article_id: replace(self.article_store[article_id], body="")
            for article_id in ids
            if article_id in self.article_store
        }

    def path(self, id: str) -> str | None:
        return f"{id}.md" if id in self.article_store else None

    def sources(self, ids: Sequence[str]) -> dict[str, str]:
        return {
            article_id: self.article_store[article_id].source_key
            for article_id in ids
            if article_id in self.article_store
        }

    def each(self) -> Iterator[Article]:
        return (self.article_store[article_id] for article_id in self._ids(ALL))

    def list_unmatched(self, stamp: str) -> list[str]:
        ids = self._ids(ALL)
        return [
            article_id
            for article_id in ids
            if self.matched.get(article_id) != (stamp, self.article_store[article_id])
        ]

    def save_matches(self, stamp: str, found: Mapping[str, Mapping[FeedKey, str]]) -> None:
        for article_id, keys in found.items():
            self.matched[article_id] = (stamp, self.article_store[article_id])
            for key in {*keys, *(key for key in self.members if AXES[key.axis].members is None)}:
                ids = self.members.get(key, [])
                if (article_id in ids) != (key in keys):
                    self.members[key] = [one for one in ids if one != article_id] + (
                        [article_id] if key in keys else []
                    )
                    self._refresh(key, keys.get(key, key.slug))
                    self.mark_stale([key])

    def pictures(self, ids: Sequence[str]) -> dict[str, Picture]:
        return {
            article_id: self.thumbnails[article_id]
            for article_id in ids
            if article_id in self.thumbnails
        }

    def documents(self, ids: Sequence[str]) -> dict[str, Document]:
        return {
            article_id: self.terms[article_id] for article_id in ids if article_id in self.terms
        }

    def html(self, ids: Sequence[str]) -> dict[str, str]:
        return {article_id: self.kept[article_id] for article_id in ids if article_id in self.kept}

    def save_html(self, found: Mapping[str, str]) -> None:
        self.kept |= found

    def merge(self, id: str, into: str) -> None:
        self.copies[id] = into
        self.mark_stale(named_feeds_of(self.article_store[id]))

    def split(self, id: str) -> None:
        del self.copies[id]
        self.mark_stale(named_feeds_of(self.article_store[id]))

    def merged(self) -> dict[str, str]:
        return dict(self.copies)

    def on_hold(self) -> dict[str, str]:
        return {}

    def pruned(self) -> set[str]:
        return set()

    def withdrawn(self) -> list[Withdrawn]:
        return list(self.gone)

    def mark_stale(self, keys: Iterable[FeedKey]) -> None:
        for key in keys:
            self.marks += 1
            self.rows[key] = replace(self.rows[key], mark=self.marks)

    def digest_stories(self) -> dict[str, str]:
        return {}

    def numbers(self) -> dict[FeedKey, list[int]]:
        """The marks of each feed."""
        return {row.key: [row.mark] for row in self.rows.values() if row.mark}

    def targets(self, owners: Collection[FeedKey]) -> dict[str, str]:
        results: dict[str, str] = {}
        for file in self.files_of.values():
            if file.owner in owners:
                results[file.target] = min(results.get(file.target, file.made_of), file.made_of)
        return results

    def files(self, targets: Collection[str]) -> dict[str, PublishedFile]:
        return {name: file for name, file in self.files_of.items() if file.target in targets}

    def list_outdated_owners(self) -> set[FeedKey]:
        return {file.owner for file in self.files_of.values() if not file.made_of}

    def record_progress(self, progress: Progress) -> None:
        for name in progress.gone:
            self.files_of.pop(name, None)
        self.files_of |= {file.name: file for file in progress.files}
        for key, row in self.rows.items():
            mark = 0 if row.mark in progress.marks else row.mark
            published = progress.published.get(key, row.published)
            held = None if key in progress.published else row.held
            self.rows[key] = replace(row, mark=mark, published=published, held=held)

    def record_invalid(self, key: FeedKey, reason: str) -> None:
        self.rows[key] = replace(self.rows[key], held=reason)


class MemoryOutlet:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.files.get(name)

    def put(self, name: str, data: bytes, *, heir_of: Sequence[str] = ()) -> bool:
        changed = self.files.get(name) != data
        self.files[name] = data
        return changed

    def commit(self) -> None:
        pass

    def discard(self) -> None:
        pass

    def written(self, name: str) -> datetime | None:
        return _OLD if name in self.files else None

    def sweep(self) -> int:
        return 0

    def delete(self, name: str) -> bool:
        return self.files.pop(name, None) is not None

    def names(self, folder: str) -> set[str]:
        return {
            name
            for name in self.files
            if name.startswith(folder) and "/" not in name[len(folder) :]
        }
