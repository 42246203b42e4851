"""Choose articles by age, number or name and delete them, so that no source brings them back."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.beside import recorded
from syndicator.app.lookup import iterate_articles, need_article
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

_ARTICLES_A_TRANSACTION = 500  # articles that are pruned in one transaction

# why an article is spared
WRITTEN_BY_HAND: Final = "hand"
ON_HOLD: Final = "hold"
NOT_SPARED: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The articles to delete: either the `named` ones (by address, id or file), or all that meet
    the criteria. `older_than`: added longer ago than this. `keep`: not among so many newest
    articles of their source. `source`: key of their source, "" for any. None means no criterion."""

    older_than: timedelta | None = None
    keep: int | None = None
    source: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An article that may be deleted. `path`: of its file; `source`: key of its source; `stays`:
    why it must not be deleted (WRITTEN_BY_HAND, ON_HOLD), or NOT_SPARED; `copy_of`: id of the
    article that it was merged into, "" for none."""

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
    """A planned deletion. `articles`: those to delete; `feeds`: feeds that show one of them;
    `stays`: by reason, how many articles are spared."""

    articles: tuple[Row, ...]
    feeds: tuple[FeedKey, ...]
    stays: dict[str, int]


def select_rows(rows: Sequence[Row], which: Which, now: datetime) -> list[Row]:
    """Return the rows that meet the criteria of `which`. Articles on hold do not count among the
    newest ones of their source. Pure."""
    newest_ids: dict[str, set[str]] = defaultdict(set)  # of each source, at most `which.keep`
    if which.keep is not None:
        for row in sorted(rows, key=_sort_by_age, reverse=True):
            newest_of_source = newest_ids[row.source]
            if len(newest_of_source) < which.keep and row.stays != ON_HOLD:
                newest_of_source.add(row.id)
    matching = []
    for row in rows:
        is_of_other_source = which.source not in ("", row.source)
        if is_of_other_source or row.id in newest_ids[row.source]:
            continue
        if which.older_than is None or _is_older(row, now - which.older_than):
            matching.append(row)
    return matching


def _is_older(row: Row, limit: datetime) -> bool:
    """True if the article was added before `limit`; False if the time is unknown."""
    return row.added is not None and row.added < limit


def separate_spared(
    candidates: Sequence[Row], rows: Sequence[Row]
) -> tuple[list[Row], Counter[str]]:
    """Separate the rows to delete from the spared ones. Return the rows to delete, copies first,
    old ones before new ones; and by reason, how many are spared. An article of which a copy stays
    is spared, too (reason "copy"). `candidates`: rows that may be deleted; `rows`: all articles.
    Pure."""
    spared = Counter[str]()
    deletable: dict[str, Row] = {}
    for row in candidates:
        if row.stays == NOT_SPARED:
            deletable[row.id] = row
        else:
            spared[row.stays] += 1
    originals_of_remaining = {row.copy_of for row in rows if row.id not in deletable}
    deleted = []
    for row in deletable.values():
        if row.id in originals_of_remaining:
            spared["copy"] += 1
        else:
            deleted.append(row)
    deleted.sort(key=lambda row: (not row.copy_of, *_sort_by_age(row)))
    return deleted, spared


def _sort_by_age(row: Row) -> tuple[datetime, str]:
    """Return a sort key by which old rows come first. Rows without a date count as the oldest."""
    return row.added or datetime.min.replace(tzinfo=UTC), row.id


def plan_pruning(archive: Archive, sources: Mapping[str, Source], which: Which) -> Pruning:
    """Return which articles a deletion would delete and spare. Articles that are named are never
    spared. Raises UsageError if an article or the source is unknown."""
    rows = list(_iterate_rows(archive.store))
    if which.named:
        by_id = {row.id: row for row in rows}
        ids = dict.fromkeys(need_article(archive, name) for name in which.named)
        candidates = [replace(by_id[article_id], stays=NOT_SPARED) for article_id in ids]
    else:
        candidates = select_rows(rows, which, archive.clock())
        known_sources = ("", *sources, *(row.source for row in rows))
        if not candidates and which.source not in known_sources:
            near = suggestion(which.source, sources)
            raise UsageError(
                f"no source {which.source!r}{near}, and no article of it; `syndicator sources`"
                " lists them"
            )
    deleted, spared = separate_spared(candidates, rows)
    feeds = set[FeedKey]()
    for row in deleted:
        feeds.update(archive.store.index.list_feeds_of(row.id))
    return Pruning(articles=tuple(deleted), feeds=tuple(sorted(feeds)), stays=dict(spared))


def prune_articles(archive: Archive, settings: Settings, planned: Pruning) -> None:
    """Delete the articles of a plan. Their addresses are listed first and their files deleted last,
    so that after a crash no source brings a deleted article back. Raises OSError or StoreError."""
    pruned_before = set(archive.store.visits.pruned()) if planned.articles else set()
    for start in range(0, len(planned.articles), _ARTICLES_A_TRANSACTION):
        part = planned.articles[start : start + _ARTICLES_A_TRANSACTION]
        ids = [row.id for row in part]
        aliases = _list_aliases(archive.store, part)
        new_aliases = [pair for pair in aliases if pair not in pruned_before]
        archive.article_store.remember_paths(ids)
        PRUNED.append(archive.article_store, new_aliases)
        archive.store.visits.prune(ids, aliases)
        recorded.PRUNED.note_written(archive.article_store, archive.store, archive.clock())
        archive.article_store.delete_all(row.path for row in part)
        for article_id in ids:
            archive.snapshots.forget(article_id)
    learn.delete_cache(settings.state_dir / "learnt.npz")  # it contains texts


def _list_aliases(store: Store, part: Sequence[Row]) -> list[tuple[str, str]]:
    """Return a pair (article id, alias) for each address by which one of these articles is known.
    An alias is an address in the form in which addresses are compared."""
    ids = [row.id for row in part]
    aliases_by_id = {row.id: [codec.make_column_key(urls.alias(row.url))] for row in part}
    for article_id, article in store.index.articles(ids).items():
        aliases_by_id[article_id] += map(codec.make_column_key, aliases_of(article))
    for article_id, alias in store.visits.aliases(ids):
        aliases_by_id[article_id].append(alias)
    pairs: list[tuple[str, str]] = []
    for article_id, aliases in aliases_by_id.items():
        pairs.extend((article_id, alias) for alias in dict.fromkeys(aliases))
    return pairs


def _iterate_rows(store: Store) -> Iterator[Row]:
    """Yield a row for each article."""
    stamps = store.visits.stamps()
    merged = store.index.merged()
    for article in iterate_articles(store):
        if not article.digest:
            stays = WRITTEN_BY_HAND
        elif article.hold:
            stays = ON_HOLD
        else:
            stays = NOT_SPARED
        yield Row(
            id=article.id,
            url=article.url,
            title=article.title,
            path=stamps[article.id].path,
            added=article.added,
            source=article.source_key,
            stays=stays,
            copy_of=merged.get(article.id, ""),
        )
