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
from syndicator.core.text import suggest_similar
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.upkeep import learn

_ARTICLES_A_TRANSACTION = 500  # articles that are pruned in one transaction

# why an article is spared
WRITTEN_BY_HAND: Final = "hand"
ON_HOLD: Final = "hold"
NOT_SPARED: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The criteria for articles to delete. `named`: addresses, ids or files of articles; if there
    are any, only these are deleted. Otherwise all articles are deleted that meet the others.
    `older_than`: added longer ago than this. `keep`: not among so many newest articles of their
    source. `source`: key of their source, "" for any. None means no criterion."""

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


def select_rows(rows: Sequence[Row], criteria: Criteria, now: datetime) -> list[Row]:
    """Return the rows of the articles that meet `criteria`, except for `criteria.named`. `now`:
    the time from which ages are counted. Articles on hold do not count among the newest ones of
    their source. Pure."""
    # ids of the newest articles by source, at most `criteria.keep` each: these stay
    newest_ids: dict[str, set[str]] = defaultdict(set)
    if criteria.keep is not None:
        for row in sorted(rows, key=_make_age_key, reverse=True):
            newest_of_source = newest_ids[row.source]
            if len(newest_of_source) < criteria.keep and row.stays != ON_HOLD:
                newest_of_source.add(row.id)

    matching = []
    for row in rows:
        is_of_other_source = criteria.source not in ("", row.source)
        if is_of_other_source or row.id in newest_ids[row.source]:
            continue
        if criteria.older_than is None or _is_older(row, now - criteria.older_than):
            matching.append(row)
    return matching


def _is_older(row: Row, limit: datetime) -> bool:
    """True if the article was added before `limit`; False if the time is unknown."""
    return row.added is not None and row.added < limit


def separate_spared(
    candidates: Sequence[Row], rows: Sequence[Row]
) -> tuple[list[Row], Counter[str]]:
    """Separate the candidates to delete from those to spare. Return the rows to delete, in the
    order of deletion (copies first, old before new ones), and the number of spared ones by reason.
    The original of a copy that is not deleted is spared, too (reason "copy"). `candidates`: rows
    that may be deleted; `rows`: rows of all articles. Pure."""
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
    # the database requires that copies are deleted before their originals
    deleted.sort(key=lambda row: (not row.copy_of, *_make_age_key(row)))
    return deleted, spared


def _make_age_key(row: Row) -> tuple[datetime, str]:
    """Return a sort key of a row, by which old rows come first. Rows without a date count as the
    oldest."""
    return row.added or datetime.min.replace(tzinfo=UTC), row.id


def plan_pruning(archive: Archive, sources: Mapping[str, Source], criteria: Criteria) -> Pruning:
    """Return the plan of a deletion: the articles to delete, their feeds, and how many articles are
    spared. Articles that are named are never spared. `sources`: the followed sources by key. Raises
    UsageError if a named article or the source is unknown."""
    rows = list(_iterate_rows(archive.store))
    if criteria.named:
        by_id = {row.id: row for row in rows}
        ids = dict.fromkeys(need_article(archive, name) for name in criteria.named)
        # a named article is deleted even if it was written by hand or is on hold
        candidates = [replace(by_id[article_id], stays=NOT_SPARED) for article_id in ids]
    else:
        candidates = select_rows(rows, criteria, archive.clock())
        known_sources = ("", *sources, *(row.source for row in rows))
        if not candidates and criteria.source not in known_sources:
            near = suggest_similar(criteria.source, sources)
            raise UsageError(
                f"no source {criteria.source!r}{near}, and no article of it; `syndicator sources`"
                " lists them"
            )
    deleted, spared = separate_spared(candidates, rows)
    feeds = set[FeedKey]()
    for row in deleted:
        feeds.update(archive.store.index.list_feeds_of(row.id))
    return Pruning(articles=tuple(deleted), feeds=tuple(sorted(feeds)), stays=dict(spared))


def prune_articles(archive: Archive, settings: Settings, planned: Pruning) -> None:
    """Delete the articles of a plan, some hundred at a time. Their addresses are first added to the
    list of deleted articles, and their files are deleted last. So, even after a crash, no source
    brings a deleted article back. Raises OSError or StoreError."""
    # (article id, alias) of articles deleted earlier; an alias is an address for comparison
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
    """Return a pair (article id, alias) for each known address of the articles in `part`. An alias
    is an address in the form in which addresses are compared."""
    ids = [row.id for row in part]
    aliases_by_id = {row.id: [codec.make_column_key(urls.alias(row.url))] for row in part}
    # addresses in the articles
    for article_id, article in store.index.articles(ids).items():
        aliases_by_id[article_id] += map(codec.make_column_key, aliases_of(article))
    # addresses that visits found
    for article_id, alias in store.visits.aliases(ids):
        aliases_by_id[article_id].append(alias)
    pairs: list[tuple[str, str]] = []
    for article_id, aliases in aliases_by_id.items():
        pairs.extend((article_id, alias) for alias in dict.fromkeys(aliases))
    return pairs


def _iterate_rows(store: Store) -> Iterator[Row]:
    """Yield a row for each article in the database, with the reason why it must not be deleted."""
    stamps = store.visits.stamps()
    original_by_copy = store.index.merged()
    for article in iterate_articles(store):
        if not article.digest:  # the program writes a digest into its files
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
            copy_of=original_by_copy.get(article.id, ""),
        )
