"""Match stories: one copy stands, the others are merged into it. Also finds articles of a site that changed its
addresses, and looks again when a text changes. Nothing is written: what changes of other articles is returned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from syndicator.articles.edits import hand_edited
from syndicator.core import program, urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Article, Fetched, Rules
from syndicator.core.ports import Compared, Known, Like, VisitStore
from syndicator.core.reasons import EntryReason
from syndicator.core.text import plain, words
from syndicator.describing.text.sketches import Sketch, containment, holds, same_story, sketch
from syndicator.pipeline import jobs
from syndicator.pipeline.context import EntryContext, FilingContext
from syndicator.pipeline.ownership import NONE, claim_of, filed_by_neighbour

WINDOW = timedelta(days=7)  # between two articles that are one story; syndication takes hours
REACH = timedelta(days=1)  # how far back a page may date itself
_LAST = 1 << 30  # the rank of a source that is in sources.toml no more

Changes = tuple[tuple[Article, Article], ...]  # other articles: as they are to be filed, and as their files have them


class Precedence(NamedTuple):
    """What copies are ordered by: the lowest stands."""

    neighbour: bool  # no source of its own site announced it
    copied: bool  # its page calls another of them the original
    since: datetime
    rank: int
    added: datetime
    id: str


def believed(published: datetime | None, added: datetime, after: datetime | None) -> datetime:
    """The time since which an article `added` now may have existed, by `published` and the previous visit `after`.
    Rounded to a day, and to none beyond WINDOW, so that source rank decides among old articles. Undated: an hour
    later."""
    hour = added.replace(minute=0, second=0, microsecond=0)
    if published is None or published < added - WINDOW:
        return hour + timedelta(hours=2 if published is None else 1)
    earliest = hour - REACH
    if after is not None:
        earliest = max(earliest, min(after, added))
    return min(max(published, earliest), added)


def precedence(
    article: Article, since: datetime, ranks: Mapping[str, int], *, neighbour: bool, copied: bool
) -> Precedence:
    """The place of `article` among its copies; `ranks`: the place of each source in sources.toml."""
    rank = ranks.get(article.source_key, _LAST)
    return Precedence(neighbour, copied, since, rank, article.added or since, article.id)


_MOST_MADE = 64  # articles that were read and are not filed yet
MOST_ALSO = 20  # addresses of copies that an article shows


def like(article: Article, source: str, now: datetime) -> Like:
    """For the store, to look up articles that may be `article`, of `source`, or copies of it. Pure."""
    made = sketched(article.body)
    found_by, keys = (made.found_by, made.keys) if made else ((), ())
    return Like(
        source=source,
        title=article.title,
        published=article.published,
        found_by=found_by,
        keys=keys,
        since=now - WINDOW,
    )


def merge_copy(
    article: Article,
    run: FilingContext,
    now: datetime,
    *,
    after: datetime | None = None,
    known: Known | None = None,
) -> tuple[Article, Changes]:
    """The new `article` as a copy of the standing one, or as the standing one, and the other one, to be filed first:
    after a crash in between, a copy whose target is missing stands alone. `also`: its page's original, if the texts
    agree. `after`: the previous visit. `known`: what the store says of it, if it was asked already."""
    if (first := _original(article, run, now, known)) is None:
        return replace(article, also=()), ()
    logger = program.logger("pipeline", source=article.source_key, host=urls.host(article.url), article=article.id)
    if may_turn(first, now) and _outranks(article, first, run, after):
        logger.info("stands", instead_of=first.id, title=first.title)
        others = [one for one in copies(first, run) if alike(article, one)]
        also = also_of(replace(article, also=()), *(one.url for one in (first, *others) if is_shown(one, article, run)))
        return replace(article, also=also, merged_into=""), ((replace(first, merged_into=article.id), first),)
    logger.info("merged", into=first.id, title=first.title)
    return joined(article, first, run)


def compared(
    article: Article, now: datetime, *, named: tuple[str, ...] = (), after: datetime | None = None
) -> Compared | None:
    """What the article is compared by while it is news; None for an older one. `named`: the original its page names;
    `after` as for `merge_copy`. Pure."""
    made = sketched(article.body)
    at = article.added or now
    if at < now - WINDOW:
        return None
    return Compared(
        at=at,
        data=made.pack() if made else b"",
        keys=made.found_by if made else (),
        forget=(now - 2 * WINDOW).replace(hour=0, minute=0, second=0, microsecond=0),  # once a day costs less
        since=believed(article.published, at, after),
        named=urls.alias(named[0]) if named else None,
    )


def alike(one: Article, other: Article) -> bool:
    """True if two texts are one story; texts too short to compare must have the same words."""
    made, there = sketched(one.body), sketched(other.body)
    if made and there:
        return same_story(made, there, one_source=one.source_key == other.source_key)
    said = words(plain(one.body))
    return bool(said) and said == words(plain(other.body))


def is_copy(one: Article, other: Article, run: FilingContext) -> bool:
    """True if two articles tell one story, or one is another page of the other's site (for printing, with a session in
    its address) that only a neighbour announced and that holds it."""
    made, there = sketched(one.body), sketched(other.body)
    return alike(one, other) or bool(made and there and _is_spelling(one, other, run) and holds(made, there))


def _is_spelling(one: Article, other: Article, run: FilingContext) -> bool:
    return urls.same_site(one.url, other.url) and (_is_neighbours(one, run) != _is_neighbours(other, run))


def in_file(id: str, run: FilingContext) -> Article | None:
    """The article as its file has it, None when there is none. Raises ConfigError."""
    path = run.article_store.find(id)
    return run.article_store.get(path) if path else None


def standing(id: str, store: VisitStore) -> Article | None:
    """The article, without body, that article `id` is merged into, through any chain; itself if none."""
    found, seen = store.article(id), {id}
    while found is not None and found.merged_into and found.merged_into not in seen:
        seen.add(found.merged_into)
        found = store.article(found.merged_into) or replace(found, merged_into="")
    return found


def place_of(article: Article, others: Iterable[Article], run: FilingContext) -> Precedence:
    """Where an article of the store stands among its copies, the `others`."""
    since, named = run.store.claims(article.id)
    copied = any(is_named([named], other) for other in others) if named else False
    since = since or believed(article.published, article.added or run.clock(), None)
    return precedence(article, since, run.ranks, neighbour=_is_neighbours(article, run), copied=copied)


def near(article: Article, run: FilingContext, now: datetime, known: Known | None = None) -> Iterator[Article]:
    """The articles that stand for recent ones with the text of `article` and have that text themselves, as their files
    have them; none that is on hold or unlisted. The likest first."""
    made = sketched(article.body)
    seen = {article.id}
    for id in _likely(article, made, run, now, known) if made else ():
        first = standing(id, run.store)
        if first is not None and first.id not in seen and not first.hold and not first.unlisted:
            seen.add(first.id)
            found = in_file(first.id, run)
            if found is not None and not parted(article, found) and is_copy(article, found, run):
                yield found


def parted(one: Article, other: Article) -> bool:
    """True when an operator said that the two are no copies of each other."""
    return one.id in other.split_from or other.id in one.split_from


def also_of(article: Article, *more: str) -> tuple[str, ...]:
    """The addresses of copies that `article` shows when `more` join them: those that have room."""
    new = [url for url in more if url not in article.also and url != article.url]
    return (*article.also, *new[: max(0, MOST_ALSO - len(article.also))])


@lru_cache(maxsize=64)  # an article is compared with a few and then remembered, mostly with the same body
def sketched(body: str) -> Sketch | None:
    """The sketch of a markdown body."""
    return _made.pop(body) if body in _made else sketch(plain(body))


_made: dict[str, Sketch | None] = {}  # by the worker, of bodies that `sketched` is about to be asked for


def made_before(body: str, made: Sketch | None) -> None:
    """`sketched` need not make the sketch of `body`: it is `made`."""
    if len(_made) >= _MOST_MADE:
        _made.clear()
    _made[body] = made


def _original(article: Article, run: FilingContext, now: datetime, known: Known | None) -> Article | None:
    """The standing article of the story: the one its page names if the texts agree, else the likest."""
    id = run.store.find(map(urls.alias, article.also)) if article.also else None
    first = standing(id, run.store) if id else None
    stands = first is not None and first.id != article.id and not first.hold and not first.unlisted
    named = in_file(first.id, run) if first is not None and stands else None
    if named is not None and not parted(article, named) and alike(article, named):
        return named
    return next(near(article, run, now, known), None)


def _outranks(article: Article, first: Article, run: FilingContext, after: datetime | None) -> bool:
    added = article.added or run.clock()
    since = believed(article.published, added, after)
    copied = is_named(map(urls.alias, article.also), first)
    ours = precedence(article, since, run.ranks, neighbour=_is_neighbours(article, run), copied=copied)
    return ours < place_of(first, [article], run)


def _is_neighbours(article: Article, run: FilingContext) -> bool:
    return claim_of(article, run.owners) == NONE


def is_named(aliases: Iterable[str], article: Article) -> bool:
    """True when one of the alias keys is an address of `article`."""
    return not {*aliases}.isdisjoint(map(urls.alias, (article.url, *article.aliases)))


def may_turn(first: Article, now: datetime) -> bool:
    """Roles turn while a story is news, and never where an operator's hand was at work."""
    return first.added is not None and first.added >= now - WINDOW and not hand_edited(first)


def joined(article: Article, first: Article, run: FilingContext) -> tuple[Article, Changes]:
    shown = (article.url,) if is_shown(article, first, run) else ()
    stands = replace(first, also=also_of(first, *shown), merged_into="")
    called = is_named(map(urls.alias, article.also), first)
    copy = replace(article, also=article.also[:1] if called else (), merged_into=first.id)
    return copy, ((stands, first),) if stands != first else ()


def is_shown(copy: Article, first: Article, run: FilingContext) -> bool:
    """True if `first` names the address of its `copy`: not if a neighbour announced another spelling of its own."""
    return not urls.same_site(copy.url, first.url) or not _is_neighbours(copy, run)


def copies(first: Article, run: FilingContext) -> list[Article]:
    """The articles that are merged into `first`, as their files have them."""
    found = (in_file(id, run) for id in run.store.copies(first.id))
    return [one for one in found if one is not None]


def _likely(article: Article, made: Sketch, run: FilingContext, now: datetime, known: Known | None) -> list[str]:
    """Ids of recent articles with similar sketches, the likest first. Dates count within one source: others may lie."""
    found = []
    known = known or run.store.known((), like=like(article, article.source_key, now))
    for other, data in known.likely:
        if other.id == article.id:
            continue
        there = Sketch.unpack(data)
        one_source = other.source_key == article.source_key
        if one_source and not _times_agree(article.published, other.published, WINDOW):
            continue
        if same_story(made, there, one_source=one_source) or (_is_spelling(article, other, run) and holds(made, there)):
            found.append((-containment(made, there), other.id))
    return [id for _, id in sorted(found)]


# Zones are 14 hours from UTC at most: a site that mistakes its own is off by no more.
SHIFT = timedelta(hours=14)
_MOST_ASKED = 2  # old addresses of an entry that are asked where they are now


async def earlier(context: EntryContext, article: Article, ids: Sequence[str]) -> Article | None:
    """The one of the articles `ids`, as its file has it, that `article` is under a new address. The entry is new
    and so is its address. Asks old addresses where titles alone agree and the entry is older than it is new."""
    run, late = context.run, _is_late(context, article)
    asked = []
    for id in ids:
        old = in_file(id, run)
        if old is None or parted(article, old) or not _may_be(context, old):
            continue
        here = urls.site(old.url) in (urls.site(article.url), context.home(article.url))
        same = is_same(article, old, late=late)
        if here and same:
            return old
        if same or (here and words(old.title) == words(article.title)):
            asked.append(old)
    for old in asked[:_MOST_ASKED] if late else ():
        if await _leads_to(context, old, article):
            return old
    return None


def is_same(new: Article, old: Article, *, late: bool) -> bool:
    """True if `new` is `old` by text, title and time. `late`: it existed before the last visit unannounced. Pure."""
    exact = words(new.title) == words(old.title) and _second(new.published) == _second(old.published) is not None
    one, other = sketched(new.body), sketched(old.body)
    if one is None or other is None:
        return exact and _within(words(plain(new.body)), words(plain(old.body)))
    if exact:
        return same_story(one, other, one_source=False)
    return same_story(one, other, one_source=True) and (late or _times_agree(new.published, old.published, SHIFT))


def _may_be(context: EntryContext, old: Article) -> bool:
    if old.added is None or old.added >= context.row.first_seen:
        return False
    known = {*map(urls.alias, (old.url, *old.aliases)), urls.guid_alias(old.source_key, old.source_id)}
    return known.isdisjoint(context.in_feed)


def _is_late(context: EntryContext, article: Article) -> bool:
    if context.row.reason == EntryReason.LATE:
        return True
    before = context.unannounced
    return before is not None and article.published is not None and article.published < before


async def _leads_to(context: EntryContext, old: Article, article: Article) -> bool:
    """True when the old address redirects to the new one, or its page names that as its own."""
    run, answer = context.run, await context.ask(old.url)
    if not isinstance(answer, Fetched):
        return False
    wanted = {*map(urls.alias, (article.url, *article.aliases))}
    if urls.alias(answer.final_url) in wanted:
        return True
    try:
        reading = await run.worker.call(
            jobs.read_and_render,
            answer.body,
            answer.final_url,
            run.taxonomy,
            render=False,
            entry=None,
            rules=Rules(),
            repeated=frozenset(),
            headers=answer.headers,
            now=run.clock(),
        )
    except (NotAnArticle, WorkerFailed):
        return False
    return urls.alias(reading.article.url) in wanted


def _times_agree(one: datetime | None, other: datetime | None, within: timedelta) -> bool:
    return one is None or other is None or abs(one - other) <= within


def _second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


def _within(one: list[str], other: list[str]) -> bool:
    """True when the one text stands in the other, whichever is longer: a page may have been cut, or have none."""
    short, long = sorted((one, other), key=len)
    return not short or f" {' '.join(short)} " in f" {' '.join(long)} "


def reconsider(old: Article, new: Article, run: FilingContext, now: datetime) -> tuple[Article, Changes]:
    """`new`, the revision of `old` that is about to be filed, as it is beside the copies of the story that it tells
    now; and the other articles that change with it, to be filed first.

    A copy whose text is no longer that of the one which stands for it stands for itself. Where the one that stands has
    another text, its copies do: the first of them for the others. And what tells the story of another article by now
    is a copy of that one, whatever it says of its age: its text is of today. No other role turns."""
    adopted = bool(new.merged_into) and old.source_key != new.source_key  # a neighbour's may be a copy for less
    if new.hold or (old.body == new.body and not adopted):  # what is on hold takes part in no story before its release
        return new, ()
    if new.merged_into:
        first = in_file(new.merged_into, run)
        if first is None or is_copy(new, first, run):
            return new, ()
        kept = tuple(url for url in first.also if not is_named([urls.alias(url)], new))
        others: Changes = ((replace(first, also=kept), first),) if kept != first.also else ()
        new = replace(new, merged_into="", also=(), added=run.added() if adopted else new.added)
    else:
        new, others = _left(new, run)
    if new.also:
        return new, others
    new, more = _as_copy(new, run, now)
    return new, (*others, *more)


def _left(first: Article, run: FilingContext) -> tuple[Article, Changes]:
    had = copies(first, run)
    still = [one for one in had if is_copy(first, one, run)]
    parted = {one.id: one for one in had if one not in still}
    if not parted:
        return first, ()
    logger = program.logger("pipeline", source=first.source_key, host=urls.host(first.url), article=first.id)
    logger.info("copies parted", ids=[*parted])
    others = tuple((one, parted[one.id]) for one in regrouped([*parted.values()], run))
    return replace(first, also=tuple(one.url for one in still)[:MOST_ALSO]), others


def regrouped(former: Sequence[Article], run: FilingContext) -> list[Article]:
    """Former copies, standing ones first: each stands alone or is a copy of the first with its text."""
    stands: list[Article] = []
    behind: list[Article] = []
    for one in sorted(former, key=lambda article: place_of(article, former, run)):
        at = next((at for at, first in enumerate(stands) if not parted(one, first) and alike(one, first)), None)
        if at is None:
            stands.append(replace(one, merged_into="", also=()))
        else:
            stands[at] = replace(stands[at], also=also_of(stands[at], one.url))
            behind.append(replace(one, merged_into=stands[at].id))
    return [*stands, *behind]


def _as_copy(article: Article, run: FilingContext, now: datetime) -> tuple[Article, Changes]:
    """`article`, which stands alone, as a copy of the recent article whose text it has now, if there is one. What an
    operator's hand took out of a merge, which the other one still names, stays out."""
    if article.added is None or article.added < now - WINDOW:
        return article, ()
    for first in near(article, run, now):
        if not any(is_named([urls.alias(url)], article) for url in first.also):
            return joined(article, first, run)
    return article, ()


RECENT = timedelta(days=7)  # by its own date; a choice: a site announces what is new within days


def aside(article: Article, run: FilingContext, now: datetime) -> Article | None:
    """`article`, which is new, as it is kept out of all feeds but those of its carriers: as a copy of the article whose
    text it has on the same site (a print page), or as unlisted if it is old or has no date. None if it may be listed:
    its own site's source announced it, or is not followed. Raises ConfigError."""
    if not filed_by_neighbour(article, run.owners):
        return None
    first = _same_text(article, run)
    if first is not None:
        return replace(article, merged_into=first.id, also=())
    is_recent = article.published is not None and now - RECENT < article.published < now  # what is to come, is not
    return None if is_recent else replace(article, unlisted=True, also=())


def _same_text(article: Article, run: FilingContext) -> Article | None:
    for owner in run.owners.of(article.url):
        for id in run.store.earlier(like(article, owner, run.clock())):
            known = in_file(id, run) if id != article.id else None
            if known is None or not urls.same_site(known.url, article.url) or parted(article, known):
                continue
            if is_copy(article, known, run):
                return standing(id, run.store)
    return None
