"""Find copies of a story and choose which is shown; recognise articles that moved.

Nothing is written here: functions return the changed articles. A copy is stored, too, but merged
into the article that is shown (`merged_into`), which lists the addresses of its copies (`also`)."""

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

COPY_WINDOW = timedelta(days=7)  # longest time between copies of a story
LONGEST_BACKDATING = timedelta(
    days=1
)  # a page's date is believed if it is not longer ago than this
_LAST_RANK = 1 << 30  # of a source that was removed
# The sort key of an article among its copies: see `build_precedence`.
Precedence = tuple[bool, bool, datetime, int, datetime, str]

Changes = tuple[tuple[Article, Article], ...]  # other articles: (changed, as filed)
_MOST_SKETCHES = 64  # an article is compared with a few others
MOST_ALSO = 20  # addresses of copies that an article shows
_sketches: dict[str, Sketch | None] = {}
# Time zones are at most 14 hours from UTC, so a wrong zone shifts a time by no more.
LARGEST_ZONE_ERROR = timedelta(hours=14)
_MOST_FORMER_PAGES = 2  # old addresses that are requested for one entry
RECENT = timedelta(days=7)  # a choice: sites announce new articles within days
# added to the hour of filing: a page without a date comes after a page with an old date
_NO_PUBLISHED_DATE = timedelta(hours=2)
_OLD_PUBLISHED_DATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """An article after it was compared with copies of its story. `others`: other articles that
    changed by this, as pairs (changed, as filed). They must be written before the article."""

    article: Article
    others: Changes = ()


def estimate_start(
    published: datetime | None, added: datetime, previous_visit: datetime | None
) -> datetime:
    """Return the time since when an article may have existed. The copy with the earliest such time
    is taken for the first one.

    `published`: the date on the page, None without one. `added`: the time of filing.
    `previous_visit`: the last visit of the source before the one that found the article, None if
    unknown. The result is the date on the page, but not before the previous visit, at most a day
    before the filing, and not after it, as pages may give a false date. Without a date, or with one
    that is more than a week old, the result is an hour or two after the filing, so that the article
    comes after its copies."""
    hour = added.replace(minute=0, second=0, microsecond=0)
    if published is None:
        return hour + _NO_PUBLISHED_DATE
    if published < added - COPY_WINDOW:
        return hour + _OLD_PUBLISHED_DATE
    earliest = hour - LONGEST_BACKDATING
    if previous_visit is not None:
        earliest = max(earliest, min(previous_visit, added))
    return min(max(published, earliest), added)


def build_precedence(
    article: Article, since: datetime, ranks: Mapping[str, int], *, neighbour: bool, copied: bool
) -> Precedence:
    """Return the sort key of `article` among the copies of one text. The copy with the lowest key
    is shown, and the others are merged into it. These rules decide, in this order:

    1. `neighbour`: True if a source of another site filed the article; it comes last.
    2. `copied`: True if the page of the article names another copy as its original; it comes last.
    3. `since`: the time since when the article may have existed; the earliest comes first.
    4. `ranks`: the positions of sources in sources.toml, by source key; the lowest comes first.
    5. The article that was filed first."""
    rank = ranks.get(article.source_key, _LAST_RANK)
    filed_at = article.added or since
    return (neighbour, copied, since, rank, filed_at, article.id)


def build_copy_query(article: Article, source: str, now: datetime) -> Like:
    """Return the query to the database for articles that may be copies of `article`, by its title,
    its date and its sketch, a set of hashes of its text. `source`: the key of a source; its
    articles may also be earlier versions of `article`. Pure."""
    query = Like(
        source=source,
        title=article.title,
        published=article.published,
        found_by=(),
        keys=(),
        since=now - COPY_WINDOW,
    )
    sketch = get_sketch(article.body)
    if sketch is None:  # the text is too short to be compared
        return query
    return replace(query, found_by=sketch.stored_keys, keys=sketch.keys)


def merge_copy(
    article: Article,
    run: FilingContext,
    now: datetime,
    *,
    previous_visit: datetime | None = None,
    lookup: Known | None = None,
) -> Merged:
    """Look for a filed copy of the new `article`. If there is one, feeds show one of the two (the
    first by `build_precedence`), and the other is merged into it. Return `article` as it is to be
    filed, with the copies that change.

    `previous_visit`: the last visit of the article's source before the one that found it, None if
    unknown. `lookup`: the answer of the database about possible copies, None to ask it now."""
    # the addresses in `also` were those that the page names; from now on they are its copies
    without_copies = replace(article, also=())
    if urls.is_mail(article.url):
        return Merged(article=without_copies)
    first = _find_original(article, run, now, lookup)
    if first is None:
        return Merged(article=without_copies)
    logger = program.logger(
        "pipeline", source=article.source_key, host=urls.host(article.url), article=article.id
    )
    if may_be_replaced(first, now) and _outranks(article, first, run, previous_visit):
        logger.info("stands", instead_of=first.id, title=first.title)
        return _show_in_place_of(article, first, run)
    logger.info("merged", into=first.id, title=first.title)
    return merge_into(article, first, run)


def _show_in_place_of(article: Article, first: Article, run: FilingContext) -> Merged:
    """Return `article` as feeds show it in place of its copy `first`, and `first` as merged into
    it. `article` then lists (`also`) the addresses of `first`, and of those copies of `first` that
    have the text of `article`."""
    copies = [first]
    for former_copy in load_copies(first, run):
        if have_same_text(article, former_copy):
            copies.append(former_copy)
    copy_urls = [copy.url for copy in copies if lists_address_of(copy, article, run)]
    also = extend_also(replace(article, also=()), *copy_urls)
    return Merged(
        article=replace(article, also=also, merged_into=""),
        others=((replace(first, merged_into=article.id), first),),
    )


def make_comparison_data(
    article: Article,
    now: datetime,
    *,
    named: tuple[str, ...] = (),
    previous_visit: datetime | None = None,
) -> Compared | None:
    """Return the data to store, by which later articles are compared with `article`. None for a
    mail, which has no copies on the web, and for an article that was added more than a week ago.

    `named`: the addresses that the page gives for its original, () without one. `previous_visit`:
    the last visit of the source before the one that found the article, None if unknown. Pure."""
    if urls.is_mail(article.url):
        return None
    added = article.added or now
    if added < now - COPY_WINDOW:
        return None
    # from the beginning of a day, so that old data are deleted only once a day
    oldest = (now - 2 * COPY_WINDOW).replace(hour=0, minute=0, second=0, microsecond=0)
    data = Compared(
        at=added,
        data=b"",
        keys=(),
        delete_before=oldest,
        since=estimate_start(article.published, added, previous_visit),
        named=urls.alias(named[0]) if named else None,
    )
    sketch = get_sketch(article.body)
    if sketch is None:  # the text is too short to be compared
        return data
    return replace(data, data=sketch.pack(), keys=sketch.stored_keys)


def have_same_text(article: Article, other: Article) -> bool:
    """Return True if two articles have nearly the same text. Their sketches, sets of hashes of
    their texts, are compared. If a text is too short for a sketch, both must have the same
    words."""
    sketch = get_sketch(article.body)
    other_sketch = get_sketch(other.body)
    if sketch and other_sketch:
        one_source = article.source_key == other.source_key
        return are_same_story(sketch, other_sketch, one_source=one_source)
    text = words(plain(article.body))
    return bool(text) and text == words(plain(other.body))


def is_copy(article: Article, other: Article, run: FilingContext) -> bool:
    """Return True if two articles have nearly the same text. Return True also if they may be one
    page at two addresses (`_are_addresses_of_one_page`), and one text contains the other."""
    if have_same_text(article, other):
        return True
    sketch = get_sketch(article.body)
    other_sketch = get_sketch(other.body)
    if sketch is None or other_sketch is None:
        return False
    return _are_addresses_of_one_page(article, other, run) and is_contained(sketch, other_sketch)


def _are_addresses_of_one_page(article: Article, other: Article, run: FilingContext) -> bool:
    """Return True if two articles may be one page at two addresses of one site. For this, a source
    of that site must have filed one of them, and a source of another site the other one, as it may
    link the page by another address."""
    if not urls.same_site(article.url, other.url):
        return False
    return _is_from_neighbour(article, run) != _is_from_neighbour(other, run)


def load_article(article_id: str, run: FilingContext) -> Article | None:
    """Return the article with this id from its file; None if it has no file. Raises ConfigError if
    the file cannot be read."""
    path = run.article_store.find(article_id)
    return run.article_store.get(path) if path else None


def find_shown_article(article_id: str, store: ArticleRecords) -> Article | None:
    """Return the article that feeds show for `article_id`, without its body. This is the article
    into which it is merged, or itself if it is not merged. None if the id is unknown."""
    article = store.article(article_id)
    visited_ids = {article_id}  # files that were edited by hand may merge articles in a circle
    while article is not None and article.merged_into and article.merged_into not in visited_ids:
        visited_ids.add(article.merged_into)
        first = store.article(article.merged_into)
        if first is None:  # the article into which it was merged is gone, so it is shown itself
            return replace(article, merged_into="")
        article = first
    return article


def compute_precedence(
    article: Article, others: Iterable[Article], run: FilingContext
) -> Precedence:
    """Return the sort key of a stored article among its copies `others`. Feeds show the copy with
    the lowest key (`build_precedence`)."""
    # the stored time since when it may have existed, and the original that its page names
    since, original_alias = run.store.read_claims(article.id)
    copied = False
    if original_alias:
        copied = any(is_named([original_alias], other) for other in others)
    if since is None:
        since = estimate_start(article.published, article.added or run.clock(), None)
    return build_precedence(
        article, since, run.ranks, neighbour=_is_from_neighbour(article, run), copied=copied
    )


def find_copies(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None = None
) -> Iterator[Article]:
    """Yield the articles that feeds show and that have the text of `article`, the most similar
    first. Articles that are on hold or unlisted are left out, and so are those that the operator
    split from `article`.

    `lookup`: the answer of the database about possible copies, None to ask it now."""
    sketch = get_sketch(article.body)
    if sketch is None:
        return
    examined = {article.id}
    for article_id in _list_likely_copies(article, sketch, run, now, lookup):
        shown = find_shown_article(article_id, run.store)
        if shown is None or shown.id in examined:
            continue
        if shown.hold or shown.unlisted:
            continue
        examined.add(shown.id)
        copy = load_article(shown.id, run)
        if copy is not None and not are_split(article, copy) and is_copy(article, copy, run):
            yield copy


def find_shown_at_other_address(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None
) -> Article | None:
    """Return the filed article that is the same page as the new `article`, but at another address
    of its site; None without one. A source of another site linked the page by that address.

    `lookup`: the answer of the database about possible copies, None to ask it now."""
    # of the two articles, only the filed one may come from a source of another site
    if _is_from_neighbour(article, run):
        return None
    for copy in find_copies(article, run, now, lookup):
        if _are_addresses_of_one_page(article, copy, run):
            return copy
    return None


def are_split(article: Article, other: Article) -> bool:
    """Return True if the operator separated these two articles, so that they must not be merged
    again."""
    return article.id in other.split_from or other.id in article.split_from


def extend_also(article: Article, *more: str) -> tuple[str, ...]:
    """Return the addresses of copies that `article` lists (`also`), followed by the addresses
    `more` that are new. The list is cut after 20 addresses (MOST_ALSO)."""
    new_urls = [url for url in more if url not in article.also and url != article.url]
    free_places = max(0, MOST_ALSO - len(article.also))
    return (*article.also, *new_urls[:free_places])


def get_sketch(body: str) -> Sketch | None:
    """Return the sketch of a markdown body: a set of hashes, by which texts are compared. None if
    the body is too short. The last sketches are cached."""
    if body not in _sketches:
        remember_sketch(body, make_sketch(plain(body)))
    return _sketches[body]


def remember_sketch(body: str, value: Sketch | None) -> None:
    """Cache the sketch of `body`, which the worker computed already. `value`: None if the body is
    too short for a sketch."""
    if len(_sketches) >= _MOST_SKETCHES:
        _sketches.clear()
    _sketches[body] = value


def _find_original(
    article: Article, run: FilingContext, now: datetime, lookup: Known | None
) -> Article | None:
    """Return the filed article whose copy `article` is; None without one. This is the article that
    the page of `article` names as its original, if it has the same text. Otherwise it is the
    article with the most similar text. `lookup`: the answer of the database about possible copies,
    None to ask it now."""
    original = _load_named_original(article, run)
    if original is not None and have_same_text(article, original):
        return original
    return next(find_copies(article, run, now, lookup), None)


def _load_named_original(article: Article, run: FilingContext) -> Article | None:
    """Return the filed article that the page of `article` names as its original (in `also`), read
    from its file. None if there is no such article, or if it is on hold, unlisted or split from
    `article` by the operator."""
    if not article.also:
        return None
    article_id = run.store.find(map(urls.alias, article.also))
    if not article_id:
        return None
    shown = find_shown_article(article_id, run.store)
    if shown is None or shown.id == article.id:
        return None
    if shown.hold or shown.unlisted:
        return None
    original = load_article(shown.id, run)
    if original is None or are_split(article, original):
        return None
    return original


def _outranks(
    article: Article, first: Article, run: FilingContext, previous_visit: datetime | None
) -> bool:
    """Return True if the new `article` comes before its filed copy `first` by `build_precedence`,
    so that feeds show it in place of `first`. `previous_visit`: the last visit of the article's
    source before the one that found it, None if unknown."""
    since = estimate_start(article.published, article.added or run.clock(), previous_visit)
    article_precedence = build_precedence(
        article,
        since,
        run.ranks,
        neighbour=_is_from_neighbour(article, run),
        copied=is_named(map(urls.alias, article.also), first),
    )
    first_precedence = compute_precedence(first, [article], run)
    return article_precedence < first_precedence  # the lowest one is shown


def _is_from_neighbour(article: Article, run: FilingContext) -> bool:
    """Return True if the source that filed the article has no claim to the article's site."""
    return get_claim(article, run.owners) is Claim.NONE


def is_named(aliases: Iterable[str], article: Article) -> bool:
    """Return True if one of `aliases` is an address of `article`, its present one or a former one.
    `aliases`: alias keys, forms in which different spellings of an address are equal
    (`urls.alias`)."""
    article_aliases = {urls.alias(url) for url in (article.url, *article.aliases)}
    return not article_aliases.isdisjoint(aliases)


def may_be_replaced(first: Article, now: datetime) -> bool:
    """Return True if a copy may be shown in place of the article `first`: it was added in the last
    week and was not edited by hand."""
    return first.added is not None and first.added >= now - COPY_WINDOW and not hand_edited(first)


def merge_into(article: Article, first: Article, run: FilingContext) -> Merged:
    """Return `article` as a copy that is merged into the article `first`. If `first` did not list
    the address of the copy (`also`), the change that adds it is returned, too."""
    copy = replace(article, also=(), merged_into=first.id)
    if is_named(map(urls.alias, article.also), first):
        copy = replace(copy, also=article.also[:1])  # the page names `first` as its original
    new_urls = [article.url] if lists_address_of(article, first, run) else []
    shown_article = replace(first, also=extend_also(first, *new_urls), merged_into="")
    if shown_article == first:
        return Merged(article=copy)
    return Merged(article=copy, others=((shown_article, first),))


def lists_address_of(copy: Article, first: Article, run: FilingContext) -> bool:
    """Return True if the article `first` has to list the address of its `copy`. It need not if the
    copy is on the same site, and a source of another site filed it."""
    if not urls.same_site(copy.url, first.url):
        return True
    return not _is_from_neighbour(copy, run)


def load_copies(first: Article, run: FilingContext) -> list[Article]:
    """Return the articles that are merged into `first`, from their files. Those whose file is
    missing are left out."""
    loaded = [load_article(article_id, run) for article_id in run.store.copies(first.id)]
    return [copy for copy in loaded if copy is not None]


def _list_likely_copies(
    article: Article, sketch: Sketch, run: FilingContext, now: datetime, lookup: Known | None
) -> list[str]:
    """Return the ids of the filed articles that seem to be copies of `article`, the most similar
    first. `sketch`: hashes of the text of `article`, which are compared with those of the others.
    `lookup`: the answer of the database about possible copies, None to ask it now."""
    if not lookup:
        lookup = run.store.look_up((), like=build_copy_query(article, article.source_key, now))
    similarities: dict[str, float] = {}  # by id of a likely copy
    for other, data in lookup.likely:
        has_sketch = bool(data)
        if other.id == article.id or not has_sketch:
            continue
        other_sketch = Sketch.unpack(data)
        one_source = other.source_key == article.source_key
        if one_source and not _times_agree(article.published, other.published, COPY_WINDOW):
            continue
        is_likely = are_same_story(sketch, other_sketch, one_source=one_source)
        if not is_likely and _are_addresses_of_one_page(article, other, run):
            is_likely = is_contained(sketch, other_sketch)
        if is_likely:
            similarities[other.id] = estimate_containment(sketch, other_sketch)
    return sorted(similarities, key=lambda article_id: (-similarities[article_id], article_id))


class Lead(Enum):
    """Where the former page of an article leads now."""

    ELSEWHERE = auto()
    TO_ARTICLE = auto()  # to the article's new address, or it names this address as its own
    FOR_GOOD = auto()  # it redirects to the article's new address permanently


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A filed article that has another address now. `lead`: where its former page leads. This is
    FOR_GOOD without a request if both addresses are on one site."""

    article: Article
    lead: Lead


async def find_moved_article(
    context: EntryContext, article: Article, article_ids: Sequence[str]
) -> Moved | None:
    """Return the filed article that moved to the address of `article`, which was just read; None
    without one. `article_ids`: the filed articles that may have moved.

    On the same site, an article has moved if its text, title and time agree. If this does not
    decide, the former pages of at most two articles are requested, to see if they lead to the new
    address. This is only done if the entry is late (it should have been found by an earlier visit),
    as a site that moves announces old articles again."""
    is_late = _is_late(context, article)
    candidates = []
    for article_id in article_ids:
        old = load_article(article_id, context.run)
        if old is None or not _may_have_moved(context, article, old):
            continue
        new_site = urls.site(article.url)
        former_site = context.find_site_before_move(article.url)
        is_on_same_site = urls.site(old.url) in (new_site, former_site)
        looks_same = is_same_article(article, old, late=is_late)
        if is_on_same_site and looks_same:
            return Moved(article=old, lead=Lead.FOR_GOOD)
        has_same_title = words(old.title) == words(article.title)
        if looks_same or (is_on_same_site and has_same_title):
            candidates.append(old)
    if not is_late:
        return None
    return await _find_by_former_page(context, article, candidates[:_MOST_FORMER_PAGES])


async def _find_by_former_page(
    context: EntryContext, article: Article, candidates: Sequence[Article]
) -> Moved | None:
    """Request the former pages of the filed articles `candidates`, and return the first article
    whose page leads to `article`, which was just read; None without one."""
    for candidate in candidates:
        lead = await ask_former_page(context, candidate, article)
        if lead is not Lead.ELSEWHERE:
            return Moved(article=candidate, lead=lead)
    return None


def _is_late(context: EntryContext, article: Article) -> bool:
    """Return True if the entry should have been found by an earlier visit: `article`, which was
    read from its page, has a date before the previous visit, or the entry is stored as late."""
    if context.row.reason == EntryReason.LATE:
        return True
    if context.previous_visit is None or article.published is None:
        return False
    return article.published < context.previous_visit


def _may_have_moved(context: EntryContext, article: Article, old: Article) -> bool:
    """Return True if the stored article `old` may have moved to the address of `article`, which was
    read from the entry's page. `old` must have been filed before the entry was announced, the feed
    must no longer list it, and the operator must not have split the two articles."""
    if are_split(article, old):
        return False
    if old.added is None or old.added >= context.row.first_seen:
        return False
    old_aliases = {urls.alias(url) for url in (old.url, *old.aliases)}
    old_aliases.add(urls.guid_alias(old.source_key, old.source_id))
    return old_aliases.isdisjoint(context.announced_aliases)


def is_same_article(new: Article, old: Article, *, late: bool) -> bool:
    """Return True if `new`, which was just read, is the stored article `old`. Their texts, titles
    and times are compared. `late`: True if the entry should have been found by an earlier visit;
    the times may then differ. Pure."""
    published = _drop_fraction(new.published)
    same_title_and_time = (
        published is not None
        and published == _drop_fraction(old.published)
        and words(new.title) == words(old.title)
    )
    new_sketch = get_sketch(new.body)
    old_sketch = get_sketch(old.body)
    if new_sketch is None or old_sketch is None:  # a text is too short for a sketch
        if not same_title_and_time:
            return False
        return _is_one_in_other(words(plain(new.body)), words(plain(old.body)))
    if same_title_and_time:
        return are_same_story(new_sketch, old_sketch, one_source=False)
    # texts of one source are often alike, so they are compared more strictly
    if not are_same_story(new_sketch, old_sketch, one_source=True):
        return False
    return late or _times_agree(new.published, old.published, LARGEST_ZONE_ERROR)


def _drop_fraction(time: datetime | None) -> datetime | None:
    """Return `time` in whole seconds; None for None."""
    if time is None:
        return None
    return time.replace(microsecond=0)


async def ask_former_page(context: EntryContext, old: Article, article: Article) -> Lead:
    """Request the page at the address of the stored article `old`, and return where it leads.
    FOR_GOOD: it redirects to `article` permanently. TO_ARTICLE: it redirects there for now, or
    names the address of `article` as its own. ELSEWHERE: neither, or there is no page."""
    run = context.run
    answer = await context.fetch_page(old.url)
    if not isinstance(answer, Fetched):
        return Lead.ELSEWHERE
    new_aliases = {urls.alias(url) for url in (article.url, *article.aliases)}
    if urls.alias(answer.final_url) in new_aliases:
        # `moved_to` is set if all redirects were permanent
        if urls.alias(answer.moved_to or "") in new_aliases:
            return Lead.FOR_GOOD
        return Lead.TO_ARTICLE
    # it does not redirect there, but may name the article's address as its own
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
    if urls.alias(reading.article.url) in new_aliases:
        return Lead.TO_ARTICLE
    return Lead.ELSEWHERE


def _times_agree(first: datetime | None, other: datetime | None, within: timedelta) -> bool:
    """Return True if two times are at most `within` apart, or if one of them is unknown (None)."""
    if first is None or other is None:
        return True
    return abs(first - other) <= within


def _is_one_in_other(text: list[str], other: list[str]) -> bool:
    """Return True if one of two lists of words is a part of the other, with its words in the same
    order and without a gap."""
    short, long = sorted((text, other), key=len)
    if not short:
        return True
    return f" {' '.join(short)} " in f" {' '.join(long)} "


def update_copies(old: Article, new: Article, run: FilingContext, now: datetime) -> Merged:
    """Compare an article with its copies again after it was revised, as it may no longer have their
    text, or have the text of another article now. `old`, `new`: the article before and after the
    revision. Return `new` as it is to be stored, with the other articles that change."""
    if new.hold:  # it is compared when it is released
        return Merged(article=new)
    # a new source may change the result of `is_copy`, even if the text is the same
    is_adopted = bool(new.merged_into) and old.source_key != new.source_key
    has_new_text = old.body != new.body
    if not has_new_text and not is_adopted:
        return Merged(article=new)

    # split it from the article into which it was merged, or split its copies from it
    if new.merged_into:
        first = load_article(new.merged_into, run)
        if first is None or is_copy(new, first, run):
            return Merged(article=new)
        # feeds have not shown an adopted copy yet, so it is a new article for them
        added = run.take_filing_time() if is_adopted else new.added
        updated = Merged(
            article=replace(new, merged_into="", also=(), added=added),
            others=_remove_from_also(first, new),
        )
    else:
        updated = _split_changed_copies(new, run)

    # if it has no copies now, it may be a copy of another article itself
    if updated.article.also:
        return updated
    merged = _merge_into_recent(updated.article, run, now)
    return Merged(article=merged.article, others=(*updated.others, *merged.others))


def _remove_from_also(first: Article, copy: Article) -> Changes:
    """Return the change of the article `first` that removes the addresses of `copy` from its list
    of copies (`also`). Return () if none of them is in the list."""
    other_urls = tuple(url for url in first.also if not is_named([urls.alias(url)], copy))
    if other_urls == first.also:
        return ()
    return ((replace(first, also=other_urls), first),)


def _split_changed_copies(first: Article, run: FilingContext) -> Merged:
    """Split those copies from the article `first` that no longer have its text. Return `first` with
    a list of its other copies, and the split copies as changes: they are grouped by their texts,
    and feeds show one of each group again."""
    former = load_copies(first, run)
    remaining = [copy for copy in former if is_copy(first, copy, run)]
    changed = {copy.id: copy for copy in former if copy not in remaining}
    if not changed:
        return Merged(article=first)
    logger = program.logger(
        "pipeline", source=first.source_key, host=urls.host(first.url), article=first.id
    )
    logger.info("copies parted", ids=list(changed))
    regrouped = group_copies(list(changed.values()), run)
    others = tuple((copy, changed[copy.id]) for copy in regrouped)
    also = tuple(copy.url for copy in remaining[:MOST_ALSO])
    return Merged(article=replace(first, also=also), others=others)


def group_copies(former: Collection[Article], run: FilingContext) -> list[Article]:
    """Group the articles `former`, which were copies of one article, by their texts. Return the
    changed articles: first those that come first in their groups (by `compute_precedence`), which
    feeds show, then the rest, which are merged into them."""
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
    """Return the index of the first article in `articles` that has the text of `copy` and was not
    split from it by the operator; None without one."""
    for index, article in enumerate(articles):
        if not are_split(copy, article) and have_same_text(copy, article):
            return index
    return None


def _merge_into_recent(article: Article, run: FilingContext, now: datetime) -> Merged:
    """Merge `article` into an article that feeds show and that has its text, and return both. If
    there is no such article, or if `article` was added more than a week ago, it is returned
    unchanged."""
    if article.added is None or article.added < now - COPY_WINDOW:
        return Merged(article=article)
    for first in find_copies(article, run, now):
        # if it lists the address although they are not merged, the operator split them
        is_listed = any(is_named([urls.alias(url)], article) for url in first.also)
        if not is_listed:
            return merge_into(article, first, run)
    return Merged(article=article)


def keep_out_of_feeds(article: Article, run: FilingContext, now: datetime) -> Article | None:
    """Return `article` changed so that only the feeds of the sources that announced it show it, or
    None if all feeds may show it. Raises ConfigError.

    It is kept out of feeds only if a source of another site filed it, although its own site has a
    source. If that source filed an article with the same text, `article` is merged into this one.
    Otherwise it is unlisted, but not if it was published in the last week, as its own source may
    still announce it."""
    if not filed_by_neighbour(article, run.owners):
        return None
    first = _find_owners_copy(article, run)
    if first is not None:
        return replace(article, merged_into=first.id, also=())
    published = article.published
    is_recent = published is not None and now - RECENT < published < now  # not in the future
    if is_recent:
        return None
    return replace(article, unlisted=True, also=())


def _find_owners_copy(article: Article, run: FilingContext) -> Article | None:
    """Return the article with the text of `article` that a source of its own site filed; None
    without one. If that article is merged into another one, return the other one, which feeds
    show."""
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
