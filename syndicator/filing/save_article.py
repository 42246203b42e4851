"""Write an article's file, then its row; revise an article whose text changed.

Also stores the carriers of an article: sources that announced it and did not file it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core.model import Article
from syndicator.core.ports import ArticleRecord, Blocks, Compared, EntryRow
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.text import words
from syndicator.filing.records import ArticleRecords
from syndicator.publishing.render.view import find_times

# Limits of revisions, because a clock or a counter in a page changes often and is no revision: our
# choices.
MOST_REVISIONS = 24
LEAST_PAUSE = timedelta(days=1)
_CHANGED_SINCE = 0  # modification time by which the next start takes a file for edited
# fields of the stored file that a new reading does not change
_FILE_FIELDS = ("id", "url", "also", "merged_into", "split_from", "hold", "hold_reason", "digest")


def write_article(
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
    """Write the file of `article`, then store it in the database with the row `entry`, which is
    done by this. Return the article as the file has it now, with the operator's edits, and True if
    the file changed. Raises OSError, ConfigError, StoreError.

    `before`: the article that the file has so far, None for a new file. `path`: the path of the
    file, None for a new one. `ordered`: names of fields to overwrite even if the operator edited
    them. `html`: the rendered body. `score`: the probability of the category. `compared`, `blocks`:
    functions that get the written article, and return the data by which later articles and pages
    are compared with it, or None."""
    if before is not None and before.added != article.added:
        ordered = {*ordered, "added"}
    # if the program ends after this line, the next start stores the file in the database
    stored, stamp, changed = article_store.put(article, path, ordered=ordered)
    if not changed and entry is None:
        return stored, changed
    was_merged = before is not None and bool(before.merged_into)
    is_merged = bool(stored.merged_into)
    has_same_body = before is not None and before.body == stored.body
    if stored.body != article.body:  # it was edited by hand, and the build renders it
        html = None
    record = ArticleRecord(
        article=stored,
        stamp=stamp,
        entry=entry,
        html=html,
        same_body=has_same_body,
        score=score,
        is_split=was_merged and not is_merged,
        compared=compared(stored),
        blocks=blocks(stored),
    )
    is_released_by_hand = bool(stored.hold_reason) and not stored.hold
    if is_released_by_hand:
        # it stays on hold in the database; the next start sees a changed file and publishes it
        record = replace(
            record,
            article=replace(stored, hold=True),
            stamp=replace(stamp, mtime_ns=_CHANGED_SINCE),
        )
    store.record(record)
    return stored, changed


def was_released(article: Article, *, on_hold: bool) -> bool:
    """Return True if the operator released the article from hold by editing its file. `article`:
    the article in the file. `on_hold`: True if it is on hold in the database. Pure."""
    if article.hold:
        return False
    return on_hold or bool(article.hold_reason)


def record_carrier(
    article_store: ArticleStore,
    store: ArticleRecords,
    article_id: str,
    source: str,
    name: str,
    *,
    entry: EntryRow | None = None,
) -> None:
    """Record that a source announced an article which another source filed, and that `entry`, the
    row of its entry, is done. `article_id`: the id of the article. `source`, `name`: the key and
    the title of the source. Raises OSError, StoreError."""
    article = store.article(article_id)
    carried = []
    if article is not None and article.source_key != source:
        carried = [(article_id, source)]
    if carried and source not in store.carriers(article_id):
        CARRIED.append(article_store, carried)
    store.add_carriers(carried, {source: name}, entry=entry)


def hand_over(article_store: ArticleStore, store: ArticleRecords, article: Article) -> None:
    """Record that the present source of `article` announced it. Call this before the article gets
    another source, as this record is all that is kept of the former one. Raises OSError,
    StoreError."""
    carried = [(article.id, article.source_key)]
    if article.source_key not in store.carriers(article.id):
        CARRIED.append(article_store, carried)
    store.add_carriers(carried, {})


def have_same_words(first: Article, other: Article) -> bool:
    """Return True if two articles have the same words in title and body, in the same order.
    Spacing, punctuation and markup do not count."""
    return _list_words(first) == _list_words(other)


def revise(old: Article, new: Article, now: datetime) -> Article | None:
    """Return the stored article `old` with the text and fields of `new`, which was just read, and
    with one more revision at the time `now`. Its id, source, address and times of publication stay.

    Return None if nothing is revised: the text is the same; `new` has only a part of the text and
    `old` all; or the article changed too often, and `new` has no later date."""
    if have_same_words(old, new):
        return None
    if new.partial and not old.partial:
        return None
    if _changes_too_often(old, now) and not _is_dated_later(new, old):
        return None
    revised_at = _make_later(old, now)
    updated = revised_at
    if new.updated and old.updated:
        is_stated_by_publisher = old.updated < new.updated <= revised_at
        if is_stated_by_publisher:
            updated = new.updated
    aliases = dict.fromkeys((*old.aliases, new.url, *new.aliases))
    aliases.pop(old.url, None)
    return replace(
        _keep_file_fields(old, new),
        published=old.published,
        added=old.added,
        source_key=old.source_key,
        source_id=old.source_id,
        origin=old.origin,
        enclosure=new.enclosure or old.enclosure,
        aliases=tuple(aliases),
        updated=updated,
        revisions=(*old.revisions, _format_time(revised_at)),
    )


def _changes_too_often(article: Article, now: datetime) -> bool:
    """Return True if the article has so many revisions that a further change is ignored: 24 in all,
    or one in the last day before `now`."""
    if len(article.revisions) >= MOST_REVISIONS:
        return True
    if not article.revisions:
        return False
    last = datetime.fromisoformat(article.revisions[-1])
    return abs(now - last) < LEAST_PAUSE


def _is_dated_later(new: Article, old: Article) -> bool:
    """Return True if the publisher's time of update in `new` is after the last date of `old`."""
    last_date = old.updated or old.published
    if new.updated is None or last_date is None:
        return False
    return new.updated > last_date


def add_revision(article: Article, now: datetime) -> Article:
    """Return the article with one more revision, after its text changed and no date of the change
    is known. The time of the revision is `now`, but always later than the last update that feeds
    show."""
    revised_at = _make_later(article, now)
    revisions = (*article.revisions, _format_time(revised_at))
    return replace(article, updated=revised_at, revisions=revisions)


def adopt(old: Article, new: Article, now: datetime) -> Article:
    """Return the article `old`, which another source filed, with the fields of `new`, which the
    source that owns it has read. Its id, its address and other fields of its file stay
    (`_FILE_FIELDS`).

    If feeds already show `old`, they show it as revised at `now` if `new` has other words, and with
    the same time of update if not."""
    adopted = replace(
        _keep_file_fields(old, new),
        added=new.added if old.unlisted else old.added,
        aliases=tuple(dict.fromkeys((*old.aliases, *new.aliases))),
        revisions=old.revisions,
    )
    if old.unlisted:  # feeds do not show it yet, so it is new there
        return adopted
    if not have_same_words(old, new):
        return replace(adopted, revisions=(*old.revisions, _format_time(_make_later(old, now))))
    _, shown_update = find_times(old)
    _, adopted_update = find_times(adopted)
    if adopted_update == shown_update:
        return adopted
    # feeds show the time of the last revision
    return replace(adopted, revisions=(*old.revisions, _format_time(shown_update)))


def _keep_file_fields(old: Article, new: Article) -> Article:
    """Return the reading `new` with those fields of the stored article `old` that no reading
    changes."""
    return replace(new, **{name: getattr(old, name) for name in _FILE_FIELDS})


def _make_later(old: Article, now: datetime) -> datetime:
    """Return the time for a revision of `old`: `now`, or, if feeds show a later update already, a
    second after that. Thus the new revision always has the latest time."""
    _, shown_update = find_times(old)
    if shown_update > now:
        return shown_update + timedelta(seconds=1)
    return now


def _format_time(time: datetime) -> str:
    """Return `time` in UTC as articles store it, such as "2026-02-11T09:00:00Z"."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _list_words(article: Article) -> list[str]:
    """Return the words of the article's title and body, without markup."""
    return words(f"{article.title}\n{article.text}")


def make_filing_clock(
    clock: Callable[[], datetime], newest: datetime | None
) -> Callable[[], datetime]:
    """Return a function that returns the time of filing (`added`) for the next article. Its times
    never go back, even if `clock`, the system clock, is set back, so that feeds list articles in
    the order of filing. `newest`: the time of the last filed article, after which the times begin;
    None without one."""
    last = clock()
    if newest and newest > last:
        last = newest + timedelta(seconds=1)

    def take_time() -> datetime:
        """Return the time of filing for the article that is filed now."""
        nonlocal last
        last = max(last, clock())
        return last

    return take_time
