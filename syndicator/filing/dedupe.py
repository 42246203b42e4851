"""Find copies of a story and choose which is shown; recognise articles that moved.

Writes nothing: changes are returned."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from syndicator.filing.ownership import Claim, filed_by_neighbour, get_claim
from syndicator.filing.records import ArticleRecords
from syndicator.sketches.copies import (
    Sketch,
    are_same_story,
    estimate_containment,
    is_contained,
    make_sketch,
)

WINDOW = timedelta(days=7)  # longest time between copies of a story
REACH = timedelta(days=1)  # how far a page may date itself back
_LAST_RANK = 1 << 30  # of a source that was removed
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
_NO_PUBLISHED_DATE = timedelta(hours=2)  # a page without a date comes after one with an old date
_OLD_PUBLISHED_DATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """An article after it was compared with copies of its story. `others`: articles to file before
    it."""

    article: Article
    others: Changes = ()


def estimate_start(
    published: datetime | None, added: datetime, previous_visit: datetime | None
) -> datetime:
    """Return since when an article may have existed: its `published` date, but not before the
    previous visit; for older dates an hour after the hour of `added`, and undated one more."""
    hour = added.replace(minute=0, second=0, microsecond=0)
    if published is None:
        return hour + _NO_PUBLISHED_DATE
    if published < added - WINDOW:
        return hour + _OLD_PUBLISHED_DATE
    earliest = hour - REACH
    if previous_visit is not None:
        earliest = max(earliest, min(previous_visit, added))
    return min(max(published, earliest), added)


def build_precedence(
    article: Article, since: datetime, ranks: Mapping[str, int], *, neighbour: bool, copied: bool
) -> Precedence:
    """Return the sort key of `article` among its copies: the lowest is shown. `ranks`: positions in
    sources.toml, by source; `neighbour`: no source of its own site announced it; `copied`: its page
    names another as the original."""
    return (
        neighbour,
        copied,
        since,
        ranks.get(article.source_key, _LAST_RANK),
        article.added or since,
        article.id,
    )


def build_copy_query(article: Article, source: str, now: datetime) -> Like:
    """Build the store query for articles that may be copies of `article`. `source`: the key of the
    source whose articles may also be earlier versions of it. Pure."""
    sketch = get_sketch(article.body)
    return Like(
        source=source,
        title=article.title,
        published=article.published,
        found_by=sketch.found_by if sketch else (),
        keys=sketch.keys if sketch else (),
        since=now - WINDOW,
    )


def merge_copy(
    article: Article,
    run: FilingContext,
    now: datetime,
    *,
    previous_visit: datetime | None = None,
    lookup: Known | None = None,
) -> Merged:
    """Merge the new `article` with a copy of its story, if there is one: the copy that precedes by
    `build_precedence` is shown. `previous_visit`: of its source; `lookup`: the store's answer."""
    if urls.is_mail(article.url):
        return Merged(article=replace(article, also=()))
    first = _find_original(article, run, now, lookup)
    if first is None:
        return Merged(article=replace(article, also=()))
    logger = program.logger(
        "pipeline", source=article.source_key, host=urls.host(article.url), article=article.id
    )
    if may_be_replaced(first, now) and _outranks(article, first, run, previous_visit):
        logger.info("stands", instead_of=first.id, title=first.title)
        former_copies = load_copies(first, run)
        copies = [first, *(copy for copy in former_copies if have_same_text(article, copy))]
        shown_urls = [copy.url for copy in copies if lists_address_of(copy, article, run)]
        also = extend_also(replace(article, also=()), *shown_urls)
        return Merged(
            article=replace(article, also=also, merged_into=""),
            others=((replace(first, merged_into=article.id), first),),
        )
    logger.info("merged", into=first.id, title=first.title)
    return merge_into(article, first, run)


def make_comparison_data(
    article: Article,
    now: datetime,
    *,
    named: tuple[str, ...] = (),
    previous_visit: datetime | None = None,
) -> Compared | None:
    """Return the data of `article` with which later articles are compared; None if it is older than
    WINDOW, or a mail, which is no article of the web. `named`: the original that its page names.
    Pure."""
    if urls.is_mail(article.url):
        return None
    sketch = get_sketch(article.body)
    added = article.added or now
    if added < now - WINDOW:
        return None
    return Compared(
        at=added,
        data=sketch.pack() if sketch else b"",
        keys=sketch.found_by if sketch else (),
        forget=(now - 2 * WINDOW).replace(hour=0, minute=0, second=0, microsecond=0),  # once a day
        since=estimate_start(article.published, added, previous_visit),
        named=urls.alias(named[0]) if named else None,
    )


def have_same_text(article: Article, other: Article) -> bool:
    """Return True if two texts tell one story. Texts too short for a sketch must have the same
    words."""
    sketch = get_sketch(article.body)
    other_sketch = get_sketch(other.body)
    if sketch and other_sketch:
        one_source = article.source_key == other.source_key
        return are_same_story(sketch, other_sketch, one_source=one_source)
    text = words(plain(article.body))
    return bool(text) and text == words(plain(other.body))


def is_copy(article: Article, other: Article, run: FilingContext) -> bool:
    """Return True if two articles tell one story, or one is a longer page of the same site that a
    neighbour announced."""
    if have_same_text(article, other):
        return True
    sketch = get_sketch(article.body)
    other_sketch = get_sketch(other.body)
    if sketch is None or other_sketch is None:
        return False
    return _are_addresses_of_one_page(article, other, run) and is_contained(sketch, other_sketch)


def _are_addresses_of_one_page(article: Article, other: Article, run: FilingContext) -> bool:
    """Return True if two articles may be one page: both are on one site, and only one of them was
    filed by a source of that site, as another source may link the page with another address."""
    if not urls.same_site(article.url, other.url):
        return False
    return _is_from_neighbour(article, run) != _is_from_neighbour(other, run)


def load_article(article_id: str, run: FilingContext) -> Article | None:
    """Load the article from its file, or None. Raises ConfigError."""
    path = run.article_store.find(article_id)
    return run.article_store.get(path) if path else None


def find_shown_article(article_id: str, store: ArticleRecords) -> Article | None:
    """Return the article that is shown in place of a merged one, without its body; the article
    itself if it is not merged; None if it is unknown."""
    article = store.article(article_id)
    passed = {article_id}
    while article is not None and article.merged_into and article.merged_into not in passed:
        passed.add(article.merged_into)
        article = store.article(article.merged_into) or replace(article, merged_into="")
    return article


def compute_precedence(
    article: Article, others: Iterable[Article], run: FilingContext
) -> Precedence:
    """Return the sort key of a stored article among its copies `others`: the lowest is shown."""
    since, original_alias = run.store.read_claims(article.id)
    copied = any(is_named([original_alias], other) for other in others) if original_alias else False
    if since is None:
        since = estimate_start(article.published, article.added or run.clock(), None)
    return build_precedence(
        article, since, run.ranks, neighbour=_is_from_neighbour(article, run), copied=copied
    )


def find_copies(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None = None
) -> Iterator[Article]:
    """Yield shown articles with the text of `article`, best first, except those on hold or
    unlisted. `lookup`: the store's answer, if it is known."""
    sketch = get_sketch(article.body)
    if sketch is None:
        return
    examined = {article.id}
    for article_id in _list_likely_copies(article, sketch, run, now, lookup):
        first = find_shown_article(article_id, run.store)
        if first is None or first.id in examined or first.hold or first.unlisted:
            continue
        examined.add(first.id)
        copy = load_article(first.id, run)
        if copy is not None and not are_split(article, copy) and is_copy(article, copy, run):
            yield copy


def find_shown_at_other_address(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None
) -> Article | None:
    """Return the article shown at another address of the same site, which only a neighbour
    announced, with the text of the owner's `article`; None without one."""
    if _is_from_neighbour(article, run):
        return None
    for copy in find_copies(article, run, now, lookup):
        if _are_addresses_of_one_page(article, copy, run):
            return copy
    return None


def are_split(article: Article, other: Article) -> bool:
    """Return True if the operator split the two articles."""
    return article.id in other.split_from or other.id in article.split_from


def extend_also(article: Article, *more: str) -> tuple[str, ...]:
    """Return the addresses of copies that `article` shows, with `more` up to MOST_ALSO."""
    new = [url for url in more if url not in article.also and url != article.url]
    space = max(0, MOST_ALSO - len(article.also))
    return (*article.also, *new[:space])


def get_sketch(body: str) -> Sketch | None:
    """Return the sketch of a markdown body, cached; None for a short one."""
    if body not in _sketches:
        remember_sketch(body, make_sketch(plain(body)))
    return _sketches[body]


def remember_sketch(body: str, value: Sketch | None) -> None:
    """Cache the sketch of `body`, which the worker computed."""
    if len(_sketches) >= _MOST_SKETCHES:
        _sketches.clear()
    _sketches[body] = value


def _find_original(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None
) -> Article | None:
    """Return the shown copy of `article`: the one that its page names, else the best by its
    text."""
    original = _load_named(article, run)
    if original is not None and have_same_text(article, original):
        return original
    return next(find_copies(article, run, now, lookup), None)


def _load_named(article: Article, run: FilingContext) -> Article | None:
    """Load the shown article that the page of `article` names as its original, unless the operator
    split the two."""
    if not article.also:
        return None
    article_id = run.store.find(map(urls.alias, article.also))
    if not article_id:
        return None
    first = find_shown_article(article_id, run.store)
    if first is None or first.id == article.id or first.hold or first.unlisted:
        return None
    original = load_article(first.id, run)
    if original is None or are_split(article, original):
        return None
    return original


def _outranks(
    article: Article, first: Article, run: FilingContext, previous_visit: datetime | None
) -> bool:
    """Return True if the new `article` precedes its stored copy `first`."""
    since = estimate_start(article.published, article.added or run.clock(), previous_visit)
    copied = is_named(map(urls.alias, article.also), first)
    new_precedence = build_precedence(
        article, since, run.ranks, neighbour=_is_from_neighbour(article, run), copied=copied
    )
    return new_precedence < compute_precedence(first, [article], run)


def _is_from_neighbour(article: Article, run: FilingContext) -> bool:
    """Return True if the source that filed the article has no claim to its site."""
    return get_claim(article, run.owners) is Claim.NONE


def is_named(aliases: Iterable[str], article: Article) -> bool:
    """Return True if one of the alias keys is an address of `article`."""
    own_aliases = {urls.alias(url) for url in (article.url, *article.aliases)}
    return not own_aliases.isdisjoint(aliases)


def may_be_replaced(first: Article, now: datetime) -> bool:
    """Return True if a copy may replace `first`: it is younger than WINDOW and not edited by
    hand."""
    return first.added is not None and first.added >= now - WINDOW and not hand_edited(first)


def merge_into(article: Article, first: Article, run: FilingContext) -> Merged:
    """Return `article` as a copy of `first`, which is shown in its place and lists its address."""
    new_urls = [article.url] if lists_address_of(article, first, run) else []
    shown_article = replace(first, also=extend_also(first, *new_urls), merged_into="")
    names_first = is_named(map(urls.alias, article.also), first)
    copy = replace(article, also=article.also[:1] if names_first else (), merged_into=first.id)
    if shown_article == first:
        return Merged(article=copy)
    return Merged(article=copy, others=((shown_article, first),))


def lists_address_of(copy: Article, first: Article, run: FilingContext) -> bool:
    """Return True if `first` lists the address of `copy`: not an address of the same site that only
    a neighbour announced."""
    return not urls.same_site(copy.url, first.url) or not _is_from_neighbour(copy, run)


def load_copies(first: Article, run: FilingContext) -> list[Article]:
    """Load the articles that are merged into `first`."""
    loaded = [load_article(article_id, run) for article_id in run.store.copies(first.id)]
    return [copy for copy in loaded if copy is not None]


def _list_likely_copies(
    article: Article, sketch: Sketch, run: FilingContext, now: datetime, lookup: Known | None
) -> list[str]:
    """Return ids of stored articles whose sketches are like `sketch`, of `article`, the best
    first."""
    matches = []
    if not lookup:
        lookup = run.store.look_up((), like=build_copy_query(article, article.source_key, now))
    for other, data in lookup.likely:
        if other.id == article.id or not data:  # its text is too short by now
            continue
        other_sketch = Sketch.unpack(data)
        one_source = other.source_key == article.source_key
        if one_source and not _times_agree(article.published, other.published, WINDOW):
            continue
        is_same_story = are_same_story(sketch, other_sketch, one_source=one_source)
        if is_same_story or (
            _are_addresses_of_one_page(article, other, run) and is_contained(sketch, other_sketch)
        ):
            matches.append((-estimate_containment(sketch, other_sketch), other.id))
    return [article_id for _, article_id in sorted(matches)]


class Lead(Enum):
    """The address to which the page of an article leads."""

    ELSEWHERE = auto()
    TO_ARTICLE = auto()  # it leads to the other article, or names its address as its own
    FOR_GOOD = auto()  # it redirects to the other article permanently


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An article that has another address now. `lead`: where its former page leads; FOR_GOOD within
    a site."""

    article: Article
    lead: Lead


async def find_moved_article(
    context: EntryContext, article: Article, article_ids: Sequence[str]
) -> Moved | None:
    """Return the article among `article_ids` that moved to the address of `article`, or None. May
    request old addresses."""
    is_late = _is_late(context, article)
    to_ask = []
    for article_id in article_ids:
        old = load_article(article_id, context.run)
        if old is None or not _may_have_moved(context, article, old):
            continue
        same_site = urls.site(old.url) in (
            urls.site(article.url),
            context.site_before_move(article.url),
        )
        is_same = is_same_article(article, old, late=is_late)
        if same_site and is_same:
            return Moved(article=old, lead=Lead.FOR_GOOD)
        if is_same or (same_site and words(old.title) == words(article.title)):
            to_ask.append(old)
    if not is_late:
        return None
    for old in to_ask[:_MOST_ASKED]:
        lead = await ask_former_page(context, old, article)
        if lead is not Lead.ELSEWHERE:
            return Moved(article=old, lead=lead)
    return None


def _is_late(context: EntryContext, article: Article) -> bool:
    """Return True if the entry was announced at a later visit than the one after its date."""
    if context.row.reason == EntryReason.LATE:
        return True
    if context.previous_visit is None or article.published is None:
        return False
    return article.published < context.previous_visit


def _may_have_moved(context: EntryContext, article: Article, old: Article) -> bool:
    """Return True if `old` was filed before the entry of `article` was announced, and is not
    announced any more."""
    if are_split(article, old):
        return False
    if old.added is None or old.added >= context.row.first_seen:
        return False
    old_aliases = {urls.alias(url) for url in (old.url, *old.aliases)}
    old_aliases.add(urls.guid_alias(old.source_key, old.source_id))
    return old_aliases.isdisjoint(context.announced_aliases)


def is_same_article(new: Article, old: Article, *, late: bool) -> bool:
    """Return True if text, title and time show that `new` is `old`. `late`: published before the
    last visit. Pure."""
    published = _drop_fraction(new.published)
    same_title_and_time = (
        published is not None
        and published == _drop_fraction(old.published)
        and words(new.title) == words(old.title)
    )
    new_sketch = get_sketch(new.body)
    old_sketch = get_sketch(old.body)
    if new_sketch is None or old_sketch is None:
        if not same_title_and_time:
            return False
        return _contains(words(plain(new.body)), words(plain(old.body)))
    if same_title_and_time:
        return are_same_story(new_sketch, old_sketch, one_source=False)
    if not are_same_story(new_sketch, old_sketch, one_source=True):
        return False
    return late or _times_agree(new.published, old.published, SHIFT)


def _drop_fraction(time: datetime | None) -> datetime | None:
    """Return `time` in whole seconds."""
    return None if time is None else time.replace(microsecond=0)


async def ask_former_page(context: EntryContext, old: Article, article: Article) -> Lead:
    """Request the page of `old` and return whether it leads to `article`."""
    run = context.run
    answer = await context.fetch_page(old.url)
    if not isinstance(answer, Fetched):
        return Lead.ELSEWHERE
    new_aliases = {urls.alias(url) for url in (article.url, *article.aliases)}
    if urls.alias(answer.final_url) in new_aliases:
        is_permanent = urls.alias(answer.moved_to or "") in new_aliases
        return Lead.FOR_GOOD if is_permanent else Lead.TO_ARTICLE
    try:
        reading = await run.worker.call(
            worker_functions.read_and_render,
            answer.body,
            answer.final_url,
            run.taxonomy,
            headers=answer.headers,
            now=run.clock(),
        )
    except (NotAnArticle, WorkerFailed):
        return Lead.ELSEWHERE
    names_article = urls.alias(reading.article.url) in new_aliases
    return Lead.TO_ARTICLE if names_article else Lead.ELSEWHERE


def _times_agree(first: datetime | None, other: datetime | None, within: timedelta) -> bool:
    """Return True if two times are at most `within` apart, or one is unknown."""
    return first is None or other is None or abs(first - other) <= within


def _contains(text: list[str], other: list[str]) -> bool:
    """Return True if the longer list of words contains the shorter one."""
    short, long = sorted((text, other), key=len)
    return not short or f" {' '.join(short)} " in f" {' '.join(long)} "


def update_copies(old: Article, new: Article, run: FilingContext, now: datetime) -> Merged:
    """Compare the revision `new` of `old` with copies of its story again: they may be copies no
    longer, or it a copy of another."""
    # `is_copy` depends on the source
    is_adopted = bool(new.merged_into) and old.source_key != new.source_key
    if new.hold:  # not compared before release
        return Merged(article=new)
    if old.body == new.body and not is_adopted:
        return Merged(article=new)
    if new.merged_into:
        first = load_article(new.merged_into, run)
        if first is None or is_copy(new, first, run):
            return Merged(article=new)
        added = run.take_filing_time() if is_adopted else new.added
        updated = Merged(
            article=replace(new, merged_into="", also=(), added=added),
            others=_remove_from_also(first, new),
        )
    else:
        updated = _split_changed_copies(new, run)
    if updated.article.also:
        return updated
    merged = _merge_into_recent(updated.article, run, now)
    return Merged(article=merged.article, others=(*updated.others, *merged.others))


def _remove_from_also(first: Article, copy: Article) -> Changes:
    """Return the change by which `first` does not list the addresses of `copy` any more."""
    also = tuple(url for url in first.also if not is_named([urls.alias(url)], copy))
    if also == first.also:
        return ()
    return ((replace(first, also=also), first),)


def _split_changed_copies(first: Article, run: FilingContext) -> Merged:
    """Return `first` with those of its copies that still have its text; the others become articles
    of their own."""
    former = load_copies(first, run)
    still = [copy for copy in former if is_copy(first, copy, run)]
    split = {copy.id: copy for copy in former if copy not in still}
    if not split:
        return Merged(article=first)
    logger = program.logger(
        "pipeline", source=first.source_key, host=urls.host(first.url), article=first.id
    )
    logger.info("copies parted", ids=[*split])
    others = tuple((copy, split[copy.id]) for copy in group_copies([*split.values()], run))
    also = tuple(copy.url for copy in still)[:MOST_ALSO]
    return Merged(article=replace(first, also=also), others=others)


def group_copies(former: Collection[Article], run: FilingContext) -> list[Article]:
    """Group former copies by text: the first of each group is shown, the others merge into it."""
    first_copies: list[Article] = []
    merged: list[Article] = []
    for copy in sorted(former, key=lambda article: compute_precedence(article, former, run)):
        index = _find_same_text(copy, first_copies)
        if index is None:
            first_copies.append(replace(copy, merged_into="", also=()))
        else:
            first = first_copies[index]
            first_copies[index] = replace(first, also=extend_also(first, copy.url))
            merged.append(replace(copy, merged_into=first.id))
    return [*first_copies, *merged]


def _find_same_text(copy: Article, articles: Sequence[Article]) -> int | None:
    """Return the index of the first of `articles` with the text of `copy`, unless the operator
    split the two."""
    for index, article in enumerate(articles):
        if not are_split(copy, article) and have_same_text(copy, article):
            return index
    return None


def _merge_into_recent(article: Article, run: FilingContext, now: datetime) -> Merged:
    """Merge `article` into a recent one with its text, unless the operator split them (`also` lists
    it)."""
    if article.added is None or article.added < now - WINDOW:
        return Merged(article=article)
    for first in find_copies(article, run, now):
        if not any(is_named([urls.alias(url)], article) for url in first.also):
            return merge_into(article, first, run)
    return Merged(article=article)


def keep_out_of_feeds(article: Article, run: FilingContext, now: datetime) -> Article | None:
    """Return an `article` that its site's own source did not file so that only feeds of the sources
    that announced it show it: as a copy of the one that the own source filed, or unlisted if it is
    not recent. Return None if it may go into all feeds. Raises ConfigError."""
    if not filed_by_neighbour(article, run.owners):
        return None
    first = _find_owners_copy(article, run)
    if first is not None:
        return replace(article, merged_into=first.id, also=())
    # future dates are not recent
    is_recent = article.published is not None and now - RECENT < article.published < now
    return None if is_recent else replace(article, unlisted=True, also=())


def _find_owners_copy(article: Article, run: FilingContext) -> Article | None:
    """Return the shown article with the text of `article` that a source of its own site filed, or
    None."""
    for owner in run.owners.list_owners(article.url):
        for article_id in run.store.find_earlier(build_copy_query(article, owner, run.clock())):
            if article_id == article.id:
                continue
            candidate = load_article(article_id, run)
            if candidate is None or not urls.same_site(candidate.url, article.url):
                continue
            if not are_split(article, candidate) and is_copy(article, candidate, run):
                return find_shown_article(article_id, run.store)
    return None
