"""Write an article's file, then its row; revise an article whose text changed.

Also stores carriers, which are further sources of an article."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord, Blocks, Compared, EntryRow
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.text import words
from syndicator.filing.records import ArticleRecords
from syndicator.publishing.render.view import times

# Limits of revisions, as a clock or a counter in a page is no change of its text: choices.
MOST_REVISIONS = 24
APART = timedelta(days=1)
_OF_FILE = ("id", "url", "also", "merged_into", "split_from", "hold", "hold_reason", "digest")


def refile(
    article_store: ArticleStore,
    store: ArticleRecords,
    article: Article,
    *,
    before: Article | None = None,
    path: str | None = None,
    ordered: Collection[str] = (),
    entry: EntryRow | None = None,
    html: str | None = None,
    score: float | None = None,
    compared: Callable[[Article], Compared | None] = lambda stored: None,
    blocks: Callable[[Article], Blocks | None] = lambda stored: None,
) -> tuple[Article, bool]:
    """Write the file of `article`, then its row, aliases, stale marks and the end of `entry` in one
    transaction; after a crash in between, the next start records the file. Return the article as
    its file has it, and True if the file changed. Raises OSError, ConfigError, StoreError.

    `before`: the article in the file now; `path`: its path; `ordered`: fields to overwrite even if
    edited by hand; `html`: the rendered body; `score`: the new category's score; `compared`,
    `blocks`: return data for comparison with others."""
    if before is not None and before.added != article.added:
        ordered = {*ordered, "added"}
    stored, stamp, changed = article_store.put(article, path, ordered=ordered)
    if changed or entry is not None:
        released = bool(stored.hold_reason) and not stored.hold  # by a hand, since the last start
        if released:  # stays on hold in the database: the next start publishes it
            stamp = replace(stamp, mtime_ns=0)
        record = ArticleRecord(
            article=replace(stored, hold=True) if released else stored,
            stamp=stamp,
            entry=entry,
            # the build renders bodies edited by hand
            html=html if stored.body == article.body else None,
            same_body=before is not None and before.body == stored.body,
            score=score,
            parted=before is not None and bool(before.merged_into) and not stored.merged_into,
            compared=compared(stored),
            blocks=blocks(stored),
        )
        store.record(record)
    return stored, changed


def was_released(article: Article, *, on_hold: bool) -> bool:
    """True if a hand edit ended the hold of an unpublished article. `on_hold`: the recorded state.
    Pure."""
    return not article.hold and (on_hold or bool(article.hold_reason))


def carry(
    article_store: ArticleStore,
    store: ArticleRecords,
    article_id: str,
    source: str,
    name: str,
    *,
    entry: EntryRow | None = None,
) -> None:
    """Record `source`, titled `name`, as a carrier of article `id`, and end `entry`. Raises
    OSError, StoreError."""
    article = store.article(article_id)
    carried = [(article_id, source)] if article is not None and article.source_key != source else []
    if carried and source not in store.carriers(article_id):
        CARRIED.append(article_store, carried)
    store.carry(carried, {source: name}, entry=entry)


def hand_over(article_store: ArticleStore, store: ArticleRecords, article: Article) -> None:
    """Make the source that filed `article` a carrier before another adopts it. Raises OSError,
    StoreError."""
    carried = [(article.id, article.source_key)]
    if article.source_key not in store.carriers(article.id):
        CARRIED.append(article_store, carried)
    store.carry(carried, {})


def same_text(first: Article, other: Article) -> bool:
    """True if title and body have the same words, regardless of spacing, punctuation and markup."""
    return _words(first) == _words(other)


def revise(old: Article, new: Article, now: datetime) -> Article | None:
    """Return `old` revised by the reading `new`, or None if the text is the same or changed too
    often. Identity stays."""
    if same_text(old, new) or (new.partial and not old.partial):
        return None
    before = old.updated or old.published
    last = datetime.fromisoformat(old.revisions[-1]) if old.revisions else None
    flaps = len(old.revisions) >= MOST_REVISIONS or (last is not None and abs(now - last) < APART)
    if flaps and not (new.updated and before and new.updated > before):
        return None
    now = _later(old, now)
    moved = new.updated if new.updated and old.updated and old.updated < new.updated <= now else now
    return replace(
        _of_same_file(old, new),
        published=old.published,
        added=old.added,
        source_key=old.source_key,
        source_id=old.source_id,
        origin=old.origin,
        enclosure=new.enclosure or old.enclosure,
        aliases=tuple(
            url for url in dict.fromkeys((*old.aliases, new.url, *new.aliases)) if url != old.url
        ),
        updated=moved,
        revisions=(*old.revisions, _iso(now)),
    )


def now_revised(article: Article, now: datetime) -> Article:
    """Add a revision at `now`, for text that changed without a date from its publisher."""
    now = _later(article, now)
    return replace(article, updated=now, revisions=(*article.revisions, _iso(now)))


def adopt(old: Article, new: Article, now: datetime) -> Article:
    """Return `old`, filed by another source, as its owner's reading `new`. Identity and entry
    stay."""
    adopted = replace(
        _of_same_file(old, new),
        added=new.added if old.unlisted else old.added,
        aliases=tuple(dict.fromkeys((*old.aliases, *new.aliases))),
        revisions=old.revisions,
    )
    if old.unlisted:
        return adopted
    if not same_text(old, new):
        return replace(adopted, revisions=(*old.revisions, _iso(_later(old, now))))
    shown = times(old)[1]
    return (
        adopted
        if times(adopted)[1] == shown
        else replace(adopted, revisions=(*old.revisions, _iso(shown)))
    )


def _of_same_file(old: Article, new: Article) -> Article:
    return replace(new, **{name: getattr(old, name) for name in _OF_FILE})


def _later(old: Article, now: datetime) -> datetime:
    shown = times(old)[1]
    return shown + timedelta(seconds=1) if shown > now else now


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(article: Article) -> list[str]:
    return words(f"{article.title}\n{article.text}")


def sequence(clock: Callable[[], datetime], newest: datetime | None) -> Callable[[], datetime]:
    """Return a clock for `added`: it never runs backwards and starts after `newest`."""
    last = newest + timedelta(seconds=1) if newest and newest > clock() else clock()

    def added() -> datetime:
        nonlocal last
        last = max(last, clock())
        return last

    return added
