"""Choose articles by age, number or name and delete them; no source brings them back."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syndicator.app.archive import Archive
from syndicator.app.beside import recorded
from syndicator.app.lookup import filed, need_article
from syndicator.articles.beside.tab_lists import PRUNED
from syndicator.articles.fields import aliases_of
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import FeedKey, Source
from syndicator.core.text import suggestion
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.upkeep import learn

_AT_A_TIME = 500  # articles that are pruned in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Articles to delete: the `named`, or those that meet all criteria."""

    older_than: timedelta | None = None
    keep: int | None = None
    source: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An article. `stays`: why it is spared ("hand", "hold"), or ""."""

    id: str
    url: str
    title: str
    path: str
    added: datetime | None
    source: str
    stays: str
    copy_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """A planned deletion. `stays`: number of spared articles by reason."""

    articles: tuple[Row, ...]
    feeds: tuple[FeedKey, ...]
    stays: dict[str, int]


def chosen(rows: Sequence[Row], which: Which, now: datetime) -> list[Row]:
    """Return the rows that meet the criteria. Pure."""
    newest: dict[str, set[str]] = defaultdict(set)
    if which.keep is not None:
        for row in sorted(rows, key=_age, reverse=True):
            if len(newest[row.source]) < which.keep and row.stays != "hold":
                newest[row.source].add(row.id)
    return [
        row
        for row in rows
        if which.source in ("", row.source)
        and row.id not in newest[row.source]
        and (
            which.older_than is None
            or (row.added is not None and row.added < now - which.older_than)
        )
    ]


def going(asked: Sequence[Row], rows: Sequence[Row]) -> tuple[list[Row], Counter[str]]:
    """Return the rows to delete, copies first, and the number of spared ones by reason. Pure."""
    stays = Counter(row.stays for row in asked if row.stays)
    gone = {row.id: row for row in asked if not row.stays}
    held_by = {row.copy_of for row in rows if row.copy_of and row.id not in gone}
    stays["copy"] = len(held_by & gone.keys())
    leaving = [row for article_id, row in gone.items() if article_id not in held_by]
    return sorted(leaving, key=lambda row: (not row.copy_of, *_age(row))), +stays


def _age(row: Row) -> tuple[datetime, str]:
    return row.added or datetime.min.replace(tzinfo=UTC), row.id


def plan(archive: Archive, sources: Mapping[str, Source], which: Which) -> Pruning:
    """Plan a deletion. Raises UsageError."""
    rows = list(_rows(archive.store))
    if which.named:
        by_id = {row.id: row for row in rows}
        asked = [
            replace(by_id[article_id], stays="")
            for article_id in dict.fromkeys(need_article(archive, what) for what in which.named)
        ]
    else:
        asked = chosen(rows, which, archive.clock())
        if not asked and which.source not in ("", *sources, *(row.source for row in rows)):
            near = suggestion(which.source, sources)
            raise UsageError(
                f"no source {which.source!r}{near}, and no article of it; `syndicator sources`"
                " lists them"
            )
    leaving, stays = going(asked, rows)
    feeds = {key for row in leaving for key in archive.store.index.shown(row.id)}
    return Pruning(articles=tuple(leaving), feeds=tuple(sorted(feeds)), stays=dict(stays))


def prune(archive: Archive, settings: Settings, planned: Pruning) -> None:
    """Delete aliases, then rows, then files. Raises OSError, StoreError."""
    listed = set(archive.store.visits.pruned()) if planned.articles else set()
    for start in range(0, len(planned.articles), _AT_A_TIME):
        part = planned.articles[start : start + _AT_A_TIME]
        aliases = _aliases(archive.store, part)
        archive.article_store.remember_paths(row.id for row in part)
        PRUNED.append(archive.article_store, [pair for pair in aliases if pair not in listed])
        archive.store.visits.prune([row.id for row in part], aliases)
        recorded.PRUNED.note_written(archive.article_store, archive.store, archive.clock())
        archive.article_store.delete_all(row.path for row in part)
        for row in part:
            archive.snapshots.forget(row.id)
    learn.forget(settings.state_dir / "learnt.npz")  # it contains texts


def _aliases(store: Store, part: Sequence[Row]) -> list[tuple[str, str]]:
    ids = [row.id for row in part]
    own = {row.id: [codec.key(urls.alias(row.url))] for row in part}
    for article_id, article in store.index.articles(ids).items():
        own[article_id] += map(codec.key, aliases_of(article))
    for article_id, alias in store.visits.aliases(ids):
        own[article_id].append(alias)
    return list(
        dict.fromkeys((article_id, alias) for article_id, names in own.items() for alias in names)
    )


def _rows(store: Store) -> Iterator[Row]:
    stamps = store.visits.stamps()
    merged = store.index.merged()
    for article in filed(store):
        yield Row(
            id=article.id,
            url=article.url,
            title=article.title,
            path=stamps[article.id].path,
            added=article.added,
            source=article.source_key,
            stays="hand" if not article.digest else "hold" if article.hold else "",
            copy_of=merged.get(article.id, ""),
        )
