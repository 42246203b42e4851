"""Find copies of a story and choose which is shown; recognise articles that moved.

Writes nothing: changes are returned."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from syndicator.articles.edits import hand_edited
from syndicator.core import program, urls
from syndicator.core.errors import NotAnArticle, WorkerFailed
from syndicator.core.model import Article, Fetched
from syndicator.core.ports import Compared, Known, Like
from syndicator.core.reasons import EntryReason
from syndicator.core.text import plain, words
from syndicator.filing import worker_functions
from syndicator.filing.context import EntryContext, FilingContext
from syndicator.filing.ownership import NONE, claim_of, filed_by_neighbour
from syndicator.filing.records import ArticleRecords
from syndicator.sketches.copies import Sketch, containment, holds, same_story, sketch

WINDOW = timedelta(days=7)  # longest time between copies of a story
REACH = timedelta(days=1)  # how far a page may date itself back
_LAST = 1 << 30  # rank of a source that was removed
# the arguments of `precedence`, rank, added, id
Precedence = tuple[bool, bool, datetime, int, datetime, str]

Changes = tuple[tuple[Article, Article], ...]  # other articles: new and as filed
_MOST_SKETCHES = 64  # an article is compared with a few others
MOST_ALSO = 20  # addresses of copies that an article shows
_sketches: dict[str, Sketch | None] = {}
# Time zones are at most 14 hours from UTC, so a wrong zone shifts a time by no more.
SHIFT = timedelta(hours=14)
_MOST_ASKED = 2  # old addresses to request
RECENT = timedelta(days=7)  # a choice: sites announce new articles within days


def believed(published: datetime | None, added: datetime, after: datetime | None) -> datetime:
    """Return since when an article may have existed: its `published` date, but not before the last
    visit (`after`); for older dates the hour of `added`; undated, an hour later."""
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
    """Return the sort key of `article` among its copies: the lowest is shown. `ranks`: positions in
    sources.toml, by source; `neighbour`: no source of its own site announced it; `copied`: its page
    names another as the original."""
    return (
        neighbour,
        copied,
        since,
        ranks.get(article.source_key, _LAST),
        article.added or since,
        article.id,
    )


def like(article: Article, source: str, now: datetime) -> Like:
    """Build the store query for articles that may be copies of `article`. Pure."""
    sketch = sketched(article.body)
    found_by, keys = (sketch.found_by, sketch.keys) if sketch else ((), ())
    title = article.title
    published = article.published
    return Like(
        source=source,
        title=title,
        published=published,
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
    lookup: Known | None = None,
) -> tuple[Article, Changes]:
    """Merge the new `article` with a copy of its story; return it and other articles to file first.
    `after`: the last visit; `lookup`: the store's answer."""
    if urls.is_mail(article.url) or (first := _original(article, run, now, lookup)) is None:
        return replace(article, also=()), ()
    logger = program.logger(
        "pipeline", source=article.source_key, host=urls.host(article.url), article=article.id
    )
    if may_turn(first, now) and _outranks(article, first, run, after):
        logger.info("stands", instead_of=first.id, title=first.title)
        shown = [first, *(copy for copy in copies(first, run) if alike(article, copy))]
        addresses = (copy.url for copy in shown if is_shown(copy, article, run))
        also = also_of(replace(article, also=()), *addresses)
        return replace(article, also=also, merged_into=""), (
            (replace(first, merged_into=article.id), first),
        )
    logger.info("merged", into=first.id, title=first.title)
    return joined(article, first, run)


def compared(
    article: Article, now: datetime, *, named: tuple[str, ...] = (), after: datetime | None = None
) -> Compared | None:
    """Return the data that later articles are compared with, or None if `article` is older than
    WINDOW, or a mail, which stands for no article of the web. Pure."""
    if urls.is_mail(article.url):
        return None
    sketch = sketched(article.body)
    at = article.added or now
    if at < now - WINDOW:
        return None
    return Compared(
        at=at,
        data=sketch.pack() if sketch else b"",
        keys=sketch.found_by if sketch else (),
        forget=(now - 2 * WINDOW).replace(hour=0, minute=0, second=0, microsecond=0),  # once a day
        since=believed(article.published, at, after),
        named=urls.alias(named[0]) if named else None,
    )


def alike(article: Article, other: Article) -> bool:
    """True if two texts tell one story. Texts too short for a sketch must have the same words."""
    own = sketched(article.body)
    theirs = sketched(other.body)
    if own and theirs:
        return same_story(own, theirs, one_source=article.source_key == other.source_key)
    text = words(plain(article.body))
    return bool(text) and text == words(plain(other.body))


def is_copy(article: Article, other: Article, run: FilingContext) -> bool:
    """True if two articles tell one story, or one is a longer page of the same site that a
    neighbour announced."""
    own = sketched(article.body)
    theirs = sketched(other.body)
    return alike(article, other) or bool(
        own and theirs and _is_spelling(article, other, run) and holds(own, theirs)
    )


def _is_spelling(article: Article, other: Article, run: FilingContext) -> bool:
    return urls.same_site(article.url, other.url) and (
        _is_neighbours(article, run) != _is_neighbours(other, run)
    )


def in_file(article_id: str, run: FilingContext) -> Article | None:
    """Load the article from its file, or None. Raises ConfigError."""
    path = run.article_store.find(article_id)
    return run.article_store.get(path) if path else None


def standing(article_id: str, store: ArticleRecords) -> Article | None:
    """Return the article shown in place of `id`, without body, after following all merges; itself
    if not merged."""
    article = store.article(article_id)
    seen = {article_id}
    while article is not None and article.merged_into and article.merged_into not in seen:
        seen.add(article.merged_into)
        article = store.article(article.merged_into) or replace(article, merged_into="")
    return article


def place_of(article: Article, others: Iterable[Article], run: FilingContext) -> Precedence:
    """Return the sort key of a stored article among its copies `others`."""
    since, named = run.store.claims(article.id)
    copied = any(is_named([named], other) for other in others) if named else False
    since = since or believed(article.published, article.added or run.clock(), None)
    return precedence(
        article, since, run.ranks, neighbour=_is_neighbours(article, run), copied=copied
    )


def near(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None = None
) -> Iterator[Article]:
    """Yield shown articles with the text of `article`, best first, except those on hold or
    unlisted."""
    sketch = sketched(article.body)
    seen = {article.id}
    for article_id in _likely(article, sketch, run, now, lookup) if sketch else ():
        first = standing(article_id, run.store)
        if first is not None and first.id not in seen and not first.hold and not first.unlisted:
            seen.add(first.id)
            copy = in_file(first.id, run)
            if copy is not None and not parted(article, copy) and is_copy(article, copy, run):
                yield copy


def shown_spelling(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None
) -> Article | None:
    """Return the article shown at another address of the same site, which only a neighbour
    announced, with the text of the owner's `article`; None without one."""
    if _is_neighbours(article, run):
        return None
    return next(
        (first for first in near(article, run, now, lookup) if _is_spelling(article, first, run)),
        None,
    )


def parted(article: Article, other: Article) -> bool:
    """True if the operator split the two articles."""
    return article.id in other.split_from or other.id in article.split_from


def also_of(article: Article, *more: str) -> tuple[str, ...]:
    """Return the addresses of copies that `article` shows, with `more` up to MOST_ALSO."""
    new = [url for url in more if url not in article.also and url != article.url]
    return (*article.also, *new[: max(0, MOST_ALSO - len(article.also))])


def sketched(body: str) -> Sketch | None:
    """Return the sketch of a markdown body, cached."""
    if body not in _sketches:
        remember_sketch(body, sketch(plain(body)))
    return _sketches[body]


def remember_sketch(body: str, value: Sketch | None) -> None:
    """Cache the sketch of `body`, which the worker computed."""
    if len(_sketches) >= _MOST_SKETCHES:
        _sketches.clear()
    _sketches[body] = value


def _original(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None
) -> Article | None:
    article_id = run.store.find(map(urls.alias, article.also)) if article.also else None
    first = standing(article_id, run.store) if article_id else None
    stands = first is not None and first.id != article.id and not first.hold and not first.unlisted
    named = in_file(first.id, run) if first is not None and stands else None
    if named is not None and not parted(article, named) and alike(article, named):
        return named
    return next(near(article, run, now, lookup), None)


def _outranks(article: Article, first: Article, run: FilingContext, after: datetime | None) -> bool:
    since = believed(article.published, article.added or run.clock(), after)
    copied = is_named(map(urls.alias, article.also), first)
    ours = precedence(
        article, since, run.ranks, neighbour=_is_neighbours(article, run), copied=copied
    )
    return ours < place_of(first, [article], run)


def _is_neighbours(article: Article, run: FilingContext) -> bool:
    return claim_of(article, run.owners) == NONE


def is_named(aliases: Iterable[str], article: Article) -> bool:
    """True if one of the alias keys is an address of `article`."""
    return not {*aliases}.isdisjoint(map(urls.alias, (article.url, *article.aliases)))


def may_turn(first: Article, now: datetime) -> bool:
    """True if a copy may replace `first`: it is younger than WINDOW and not edited by hand."""
    return first.added is not None and first.added >= now - WINDOW and not hand_edited(first)


def joined(article: Article, first: Article, run: FilingContext) -> tuple[Article, Changes]:
    shown = (article.url,) if is_shown(article, first, run) else ()
    stands = replace(first, also=also_of(first, *shown), merged_into="")
    called = is_named(map(urls.alias, article.also), first)
    copy = replace(article, also=article.also[:1] if called else (), merged_into=first.id)
    return copy, ((stands, first),) if stands != first else ()


def is_shown(copy: Article, first: Article, run: FilingContext) -> bool:
    """True if `first` lists the address of `copy`: not an address of the same site that only a
    neighbour announced."""
    return not urls.same_site(copy.url, first.url) or not _is_neighbours(copy, run)


def copies(first: Article, run: FilingContext) -> list[Article]:
    """Load the articles that are merged into `first`."""
    return [copy for article_id in run.store.copies(first.id) if (copy := in_file(article_id, run))]


def _likely(
    article: Article, sketch: Sketch, run: FilingContext, now: datetime, lookup: Known | None
) -> list[str]:
    matches = []
    lookup = lookup or run.store.known((), like=like(article, article.source_key, now))
    for other, data in lookup.likely:
        if other.id == article.id or not data:  # its text is too short by now
            continue
        there = Sketch.unpack(data)
        one_source = other.source_key == article.source_key
        if one_source and not _times_agree(article.published, other.published, WINDOW):
            continue
        alike = same_story(sketch, there, one_source=one_source)
        if alike or (_is_spelling(article, other, run) and holds(sketch, there)):
            matches.append((-containment(sketch, there), other.id))
    return [article_id for _, article_id in sorted(matches)]


class Lead(Enum):
    """What the page of an article says of another address."""

    ELSEWHERE = auto()
    THERE = auto()  # it leads to it, or names it as its own address
    FOR_GOOD = auto()  # it redirects to it permanently


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An article that has another address now. `lead`: what its former page says; FOR_GOOD within a
    site."""

    article: Article
    lead: Lead


async def earlier(context: EntryContext, article: Article, ids: Sequence[str]) -> Moved | None:
    """Return the article among `ids` that moved to the address of `article`, or None. May request
    old addresses."""
    run = context.run
    before = context.unannounced
    dated_before = (
        before is not None and article.published is not None and article.published < before
    )
    late = dated_before or context.row.reason == EntryReason.LATE
    asked = []
    for article_id in ids:
        old = in_file(article_id, run)
        if (
            old is None
            or parted(article, old)
            or old.added is None
            or old.added >= context.row.first_seen
        ):
            continue
        addresses = {
            *map(urls.alias, (old.url, *old.aliases)),
            urls.guid_alias(old.source_key, old.source_id),
        }
        if not addresses.isdisjoint(context.in_feed):
            continue
        here = urls.site(old.url) in (urls.site(article.url), context.home(article.url))
        same = is_same(article, old, late=late)
        if here and same:
            return Moved(article=old, lead=Lead.FOR_GOOD)
        if same or (here and words(old.title) == words(article.title)):
            asked.append(old)
    for old in asked[:_MOST_ASKED] if late else ():
        lead = await ask_former_page(context, old, article)
        if lead is not Lead.ELSEWHERE:
            return Moved(article=old, lead=lead)
    return None


def is_same(new: Article, old: Article, *, late: bool) -> bool:
    """True if text, title and time show that `new` is `old`. `late`: published before the last
    visit. Pure."""
    published, before = (at and at.replace(microsecond=0) for at in (new.published, old.published))
    exact = words(new.title) == words(old.title) and published == before is not None
    ours = sketched(new.body)
    theirs = sketched(old.body)
    if ours is None or theirs is None:
        return exact and _within(words(plain(new.body)), words(plain(old.body)))
    if exact:
        return same_story(ours, theirs, one_source=False)
    return same_story(ours, theirs, one_source=True) and (
        late or _times_agree(new.published, old.published, SHIFT)
    )


async def ask_former_page(context: EntryContext, old: Article, article: Article) -> Lead:
    """Request the page of `old` and return whether it leads to `article`."""
    run = context.run
    answer = await context.ask(old.url)
    if not isinstance(answer, Fetched):
        return Lead.ELSEWHERE
    wanted = {*map(urls.alias, (article.url, *article.aliases))}
    if urls.alias(answer.final_url) in wanted:
        return Lead.FOR_GOOD if urls.alias(answer.moved_to or "") in wanted else Lead.THERE
    try:
        page = (answer.body, answer.final_url, run.taxonomy)
        now = run.clock()
        reading = await run.worker.call(
            worker_functions.read_and_render, *page, headers=answer.headers, now=now
        )
    except (NotAnArticle, WorkerFailed):
        return Lead.ELSEWHERE
    return Lead.THERE if urls.alias(reading.article.url) in wanted else Lead.ELSEWHERE


def _times_agree(first: datetime | None, other: datetime | None, within: timedelta) -> bool:
    return first is None or other is None or abs(first - other) <= within


def _within(text: list[str], other: list[str]) -> bool:
    short, long = sorted((text, other), key=len)
    return not short or f" {' '.join(short)} " in f" {' '.join(long)} "


def reconsider(
    old: Article, new: Article, run: FilingContext, now: datetime
) -> tuple[Article, Changes]:
    """Compare a revision with copies of its story again; return `new` and other articles to file
    first."""
    # `is_copy` depends on the source
    adopted = bool(new.merged_into) and old.source_key != new.source_key
    if new.hold or (old.body == new.body and not adopted):  # on hold: not compared before release
        return new, ()
    if new.merged_into:
        first = in_file(new.merged_into, run)
        if first is None or is_copy(new, first, run):
            return new, ()
        also = tuple(url for url in first.also if not is_named([urls.alias(url)], new))
        others: Changes = ((replace(first, also=also), first),) if also != first.also else ()
        new = replace(new, merged_into="", also=(), added=run.added() if adopted else new.added)
    else:
        new, others = _part_copies(new, run)
    if new.also:
        return new, others
    new, more = _as_copy(new, run, now)
    return new, (*others, *more)


def _part_copies(first: Article, run: FilingContext) -> tuple[Article, Changes]:
    former = copies(first, run)
    still = [copy for copy in former if is_copy(first, copy, run)]
    parted = {copy.id: copy for copy in former if copy not in still}
    if not parted:
        return first, ()
    logger = program.logger(
        "pipeline", source=first.source_key, host=urls.host(first.url), article=first.id
    )
    logger.info("copies parted", ids=[*parted])
    others = tuple((copy, parted[copy.id]) for copy in regrouped([*parted.values()], run))
    return replace(first, also=tuple(copy.url for copy in still)[:MOST_ALSO]), others


def regrouped(former: Sequence[Article], run: FilingContext) -> list[Article]:
    """Group former copies by text: the first of each group is shown, the others merge into it."""
    stands: list[Article] = []
    behind: list[Article] = []
    for copy in sorted(former, key=lambda article: place_of(article, former, run)):
        at = next(
            (
                at
                for at, first in enumerate(stands)
                if not parted(copy, first) and alike(copy, first)
            ),
            None,
        )
        if at is None:
            stands.append(replace(copy, merged_into="", also=()))
        else:
            stands[at] = replace(stands[at], also=also_of(stands[at], copy.url))
            behind.append(replace(copy, merged_into=stands[at].id))
    return [*stands, *behind]


def _as_copy(article: Article, run: FilingContext, now: datetime) -> tuple[Article, Changes]:
    """Merge `article` into a recent one with its text, unless the operator split them (`also` lists
    it)."""
    if article.added is None or article.added < now - WINDOW:
        return article, ()
    for first in near(article, run, now):
        if not any(is_named([urls.alias(url)], article) for url in first.also):
            return joined(article, first, run)
    return article, ()


def aside(article: Article, run: FilingContext, now: datetime) -> Article | None:
    """Return `article` for feeds of its carriers alone: as a copy, or unlisted; None for all feeds.
    Raises ConfigError."""
    if not filed_by_neighbour(article, run.owners):
        return None
    first = _same_text(article, run)
    if first is not None:
        return replace(article, merged_into=first.id, also=())
    # future dates are not recent
    is_recent = article.published is not None and now - RECENT < article.published < now
    return None if is_recent else replace(article, unlisted=True, also=())


def _same_text(article: Article, run: FilingContext) -> Article | None:
    for owner in run.owners.of(article.url):
        for article_id in run.store.earlier(like(article, owner, run.clock())):
            candidate = in_file(article_id, run) if article_id != article.id else None
            if (
                candidate is None
                or not urls.same_site(candidate.url, article.url)
                or parted(article, candidate)
            ):
                continue
            if is_copy(article, candidate, run):
                return standing(article_id, run.store)
    return None
