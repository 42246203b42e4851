"""Write articles and carriers: files first, then the database. Revisions by a second reading; the order of `added`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicator.core.model import Article
from syndicator.core.ports import Blocks, Compared, EntryRow, VisitStore
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.text import words
from syndicator.publishing.render.view import times


def refile(
    article_store: ArticleStore,
    store: VisitStore,
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
    """Writes the file of `article`; then records its row, its aliases, the end of its `entry` and the stale marks of
    the feeds that it joins, leaves or stays in, in one transaction. A crash in between leaves a file without a row, or
    with an old one, which the next run records.

    `before` is the article as its file says until now, `path` where that file is, for callers who know; `ordered`
    names fields that an operator asked to change although a hand edited them, besides `added`, which we alone
    change; `html` is the body rendered, for
    sources that are published whole; `score` how likely its category is, where it was chosen now; `compared` and
    `blocks` make of the article as stored what others are compared with. Returns the
    article as it stands in its file now, where fields that a hand edited stay, and whether the file changed; with
    neither a change nor an `entry`, nothing is recorded. Raises OSError, ConfigError and StoreError.
    """
    if before is not None and before.added != article.added:
        ordered = {*ordered, "added"}
    stored, stamp, changed = article_store.put(article, path, ordered=ordered)
    if changed or entry is not None:
        released = bool(stored.hold_reason) and not stored.hold  # by a hand, since the last start
        if released:  # it goes on as one on hold whose file was edited: the next start publishes it as new
            stamp = replace(stamp, mtime_ns=0)
        store.record(
            replace(stored, hold=True) if released else stored,
            stamp,
            entry=entry,
            html=html if stored.body == article.body else None,  # a body edited by hand is rendered by the build
            same_body=before is not None and before.body == stored.body,
            score=score,
            parted=before is not None and bool(before.merged_into) and not stored.merged_into,
            compared=compared(stored),
            blocks=blocks(stored),
        )
    return stored, changed


def carry(
    article_store: ArticleStore, store: VisitStore, id: str, source: str, name: str, *, entry: EntryRow | None = None
) -> None:
    """Remember that `source` (feed `name`) announced article `id` of another source: first in the file, then in the
    store with the end of `entry`. Raises OSError, StoreError."""
    article = store.article(id)
    carried = [(id, source)] if article is not None and article.source_key != source else []
    if carried and source not in store.carriers(id):
        article_store.carry(carried)
    store.carry(carried, {source: name}, entry=entry)


def hand_over(article_store: ArticleStore, store: VisitStore, article: Article) -> None:
    """The source that filed `article` carries it from now on. To be called before the article is filed as another's:
    a crash in between leaves a carrier too many, which shows nothing twice. Raises OSError, StoreError."""
    carried = [(article.id, article.source_key)]
    if article.source_key not in store.carriers(article.id):
        article_store.carry(carried)
    store.carry(carried, {})


# A clock or a counter in a page must not count as a change of its text: at most one a day and 24 in all, both a choice.
MOST_REVISIONS = 24
APART = timedelta(days=1)


def same_text(one: Article, other: Article) -> bool:
    """True when title and body have the same words, whatever their spacing, punctuation and markup."""
    return _words(one) == _words(other)


def revise(old: Article, new: Article, now: datetime) -> Article | None:
    """`old` as a second reading `new` makes it, or None when nothing is to change: the text is the same, or it flaps.
    Identity, `published`, `added` and what was frozen when it was filed stay; `updated` moves forward."""
    if same_text(old, new) or (new.partial and not old.partial):
        return None
    before = old.updated or old.published
    if not (new.updated and before and new.updated > before) and _flaps(old, now):
        return None
    now = _later(old, now)
    moved = new.updated if new.updated and old.updated and old.updated < new.updated <= now else now
    return replace(
        new,
        id=old.id,
        url=old.url,
        published=old.published,
        added=old.added,
        source_key=old.source_key,
        source_id=old.source_id,
        origin=old.origin,
        enclosure=new.enclosure or old.enclosure,
        also=old.also,
        merged_into=old.merged_into,
        split_from=old.split_from,
        hold=old.hold,
        hold_reason=old.hold_reason,
        aliases=tuple(url for url in dict.fromkeys((*old.aliases, new.url, *new.aliases)) if url != old.url),
        digest=old.digest,
        updated=moved,
        revisions=(*old.revisions, _iso(now)),
    )


def now_revised(article: Article, now: datetime) -> Article:
    """`article`, whose text has just changed without a word of its publisher's: that is when it was updated."""
    now = _later(article, now)
    return replace(article, updated=now, revisions=(*article.revisions, _iso(now)))


def adopt(old: Article, new: Article, now: datetime) -> Article:
    """`old`, brought by another source, as the owner's reading `new`; identity and entry source stay. `updated` moves
    with the text; if only times differ, the shown state becomes a revision. An unlisted one is added with `new`."""
    adopted = replace(
        new,
        id=old.id,
        url=old.url,
        added=new.added if old.unlisted else old.added,
        also=old.also,
        merged_into=old.merged_into,
        split_from=old.split_from,
        hold=old.hold,
        hold_reason=old.hold_reason,
        aliases=tuple(dict.fromkeys((*old.aliases, *new.aliases))),
        digest=old.digest,
        revisions=old.revisions,
    )
    if old.unlisted:
        return adopted
    if not same_text(old, new):
        return replace(adopted, revisions=(*old.revisions, _iso(_later(old, now))))
    shown = times(old)[1]
    return adopted if times(adopted)[1] == shown else replace(adopted, revisions=(*old.revisions, _iso(shown)))


def _later(old: Article, now: datetime) -> datetime:
    """`now`, or the second after `old` was updated if the clock is behind that: readers see that it changed."""
    shown = times(old)[1]
    return shown + timedelta(seconds=1) if shown > now else now


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _flaps(old: Article, now: datetime) -> bool:
    if len(old.revisions) >= MOST_REVISIONS:
        return True
    return bool(old.revisions) and abs(now - datetime.fromisoformat(old.revisions[-1])) < APART


def _words(article: Article) -> list[str]:
    return words(f"{article.title}\n{article.text}")


def sequence(clock: Callable[[], datetime], newest: datetime | None) -> Callable[[], datetime]:
    """When an article is added that is filed now: `clock`, but never before the article that was added last, at
    `newest`; if the clock is behind that, the second after it, until the clock has caught up."""
    last = newest + timedelta(seconds=1) if newest and newest > clock() else clock()

    def added() -> datetime:
        nonlocal last
        last = max(last, clock())
        return last

    return added
