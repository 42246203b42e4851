"""Process one announced entry: fetch and read its page, decide, file its article."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from syndicator.configuration import page_rules
from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.core.model import (
    Article,
    Entry,
    Failed,
    Fetched,
    NotModified,
    Source,
)
from syndicator.core.ports import Blocks, Known
from syndicator.core.reasons import (
    CommandReason,
    EntryReason,
    FetchReason,
    FileReason,
    PageReason,
)
from syndicator.filing import dedupe, ownership, sessions
from syndicator.filing.context import (
    BUGS,
    EntryContext,
    FilingContext,
    Page,
    describe_bug,
    let_in,
    refusal,
)
from syndicator.filing.entry import endings, pages
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.mail import decide_mail
from syndicator.filing.entry.new_article import as_filed, find_free_id, find_hold
from syndicator.filing.granted_rights import ask_front, linked_by, may_adopt
from syndicator.filing.page_reading import PageReading
from syndicator.filing.save_article import adopt, carry, hand_over, refile, revise
from syndicator.visiting.fetch.responses import http_date

LEAST_CONTENT = 80  # least characters of a feed's text that may replace a page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A page as read at `now`, with the terms of `source` and the trusted part of `entry`."""

    context: EntryContext
    page: Page
    source: Source
    entry: Entry
    now: datetime
    reading: PageReading


async def ingest(context: EntryContext) -> EntryResult:
    """Process one pending entry and record the result. Raises only errors of disk and store."""
    try:
        return carry_out(context, await _process(context))
    except ConfigError as error:  # its file was edited and is no article now
        decision = endings.ask_operator(context, FileReason.BAD_ARTICLE_FILE, str(error))
    except BUGS as bug:
        decision = endings.retry_or_refuse(context, CommandReason.BUG, describe_bug(bug))
    return carry_out(context, decision)


async def _process(context: EntryContext) -> Decision:
    if urls.is_mail(context.announced.url):
        return await decide_mail(context)
    decision = await _decide_unread(context)
    if decision is not None:
        return decision
    answer = context.page or await _fetch(context)
    if (detail := _find_refusal(context, answer)) is not None:
        return endings.wait_for_session(context, detail)
    wall: str | None = None
    failed: Failed | None = None
    page: Page | Decision
    if isinstance(answer, Failed):
        failed = answer
        wall = page_rules.wall_of(answer.reason)
        page = await _without_page(context, answer)
    else:
        page = answer
    if isinstance(page, Page):
        context = await linked_by(context, page)
    read = await _read(context, page) if isinstance(page, Page) else page
    if isinstance(page, Page) and (detail := _find_wall(context, page, read)) is not None:
        return endings.wait_for_session(context, detail)
    if isinstance(read, NotAnArticle) and isinstance(page, Page) and page.html:
        wall = page_rules.wall_of(read.kind)
        page = await _without_article(context, page, read)
        read = await _read(context, page) if isinstance(page, Page) else page
    if isinstance(read, NotAnArticle) and failed is not None:
        read = endings.refuse(context, failed.reason, failed.detail)  # a dead link, with few words
    elif isinstance(read, NotAnArticle):
        read = endings.refuse(context, read.kind, read.detail)
    decision = await _decide_read(read) if isinstance(read, _Read) else read
    return decision if wall is None else _reported(decision, wall=wall)


async def postpone(context: EntryContext) -> EntryResult:
    """Let an entry wait whose page would show a wall, as that of another entry did."""
    detail = "its page was not asked for, as another one of this visit showed a wall"
    return carry_out(context, endings.wait_for_session(context, detail))


def has_session(context: EntryContext) -> bool:
    """True if the page of the entry is asked for with cookies."""
    source = context.terms(context.announced.url or context.source.url)
    return bool(source.cookies) and source.rules.content == "page"


def _find_refusal(context: EntryContext, answer: Page | Failed) -> str | None:
    """Return what shows, before the page is read, that the session ended; None if nothing does."""
    if not has_session(context):
        return None
    if isinstance(answer, Failed):
        return answer.detail if sessions.is_session_wall(answer.reason) else None
    asked = context.announced.url or context.source.url
    if sessions.is_login_address(asked, answer.url):
        return f"{asked} redirects to {answer.url}"
    return None


def _find_wall(
    context: EntryContext, page: Page, read: _Read | NotAnArticle | Decision
) -> str | None:
    """Return what shows that the page is the wall of a site whose session ended; None if nothing
    does."""
    if not page.html or not has_session(context):
        return None
    if isinstance(read, NotAnArticle) and sessions.is_session_wall(read.kind):
        return f"{page.url}: {read}"
    if isinstance(read, _Read) and sessions.is_partial(read.reading):
        return f"{page.url}: it shows the beginning of the article alone"
    return None


def _reported(decision: Decision, **more: Any) -> Decision:
    return replace(decision, result=replace(decision.result, **more))


async def _decide_unread(context: EntryContext) -> Decision | None:
    """Decide an entry by its address and what the store knows of it; None if its page must be
    read."""
    row = context.row
    lookup = context.run.store.known(context.aliases)
    if lookup.away:
        return endings.skip(context, lookup.away)
    if private := refusal(context.announced.url, context.source):
        return endings.refuse(context, FetchReason.BLOCKED_ADDRESS, private)
    if row.article_id:
        article = _only_pointed_to(context, row.article_id, lookup)
        return endings.known_already(context, article) if article else None
    article = context.known_in(lookup)
    if article is None and urls.is_front_page(context.announced.url):
        return endings.refuse(context, PageReason.FRONT_PAGE, "")
    if article is None:
        return None
    if _is_at_former_host(context, article):
        return _move_to_announced_address(context, article)
    if _may_show_another(context, article, row.url) or await may_adopt(context, article):
        return None
    return endings.known_already(context, article)


def _is_at_former_host(context: EntryContext, article: Article) -> bool:
    """True if the source's site moved to another host, and the source's `article` still has the
    address on the former host that the entry has on the new one."""
    announced_url = context.announced.url
    new_site = urls.site(announced_url)
    former_site = context.home(announced_url)
    if new_site == former_site:  # it did not move
        return False
    if urls.site(article.url) != former_site or article.source_key != context.source.key:
        return False
    url_on_former_site = announced_url.replace(new_site, former_site, 1)
    return urls.alias(url_on_former_site) == urls.alias(article.url)


def _move_to_announced_address(context: EntryContext, article: Article) -> Decision:
    """Give the filed `article` the announced address; its former one becomes an alias."""
    stored = _stored(context, article.id)
    # the database knows it, but its file is gone: there is nothing to write the address to
    if stored is None:
        return endings.known_already(context, article)
    moved = ownership.move_keeping_alias(stored, context.row.url)
    row = context.row.done(article.id, context.run.clock())
    return Decision(
        act="revise", row=row, article=moved, before=stored, result=EntryResult(changed=article.id)
    )


def _may_show_another(context: EntryContext, article: Article, url: str) -> bool:
    """True if the source owns `url`, where a neighbour had `article` filed before it got its own
    address: the site may show another article there by now."""
    return ownership.is_former_address(article, url) and context.rights.owns(url)


def _only_pointed_to(context: EntryContext, article_id: str, lookup: Known) -> Article | None:
    """Return the article `article_id` if the entry only links to it."""
    url = context.announced.url
    article = context.run.store.article(article_id)
    if article is None or context.row.reason == EntryReason.OWNERSHIP:
        return None
    linked = ownership.known_at(lookup, [urls.alias(url)], url)
    if linked is None or linked.id != article_id:
        return None
    if _may_revise(context, article) or context.adopts(article):
        return None
    return article


async def _fetch(context: EntryContext) -> Page | Failed:
    entry = context.announced
    address = entry.url or context.source.url
    source = context.terms(address)
    if source.rules.content == "feed":
        return Page(html=b"", url=address, headers={})
    if not urls.host(entry.url):
        detail = "the entry has no usable address of its own"
        return Failed(url=entry.url or entry.id, reason=EntryReason.NO_LINK, detail=detail)
    result = await context.ask(entry.url, source)
    if isinstance(result, NotModified):
        detail = "the page answered 304 to a request without conditions"
        return Failed(url=entry.url, reason=FetchReason.NOT_MODIFIED, detail=detail)
    if isinstance(result, Fetched):
        return Page(html=result.body, url=result.final_url, headers=result.headers)
    return result


async def _without_page(context: EntryContext, failed: Failed) -> Page | Decision:
    context.log.debug("no page", reason=failed.reason, detail=failed.detail)
    entry = context.announced
    if failed.ours or (failed.no_network and context.uncertain):
        return endings.leave(context, failed, unreached=not failed.ours)
    if failed.unasked:
        row = endings.postponed(context.row, failed, context.run.clock())
        return endings.wait(row, failed.reason, failed.detail)
    if endings.may_try_again(context.row, failed.reason):
        return endings.retry_or_refuse(context, failed.reason, failed.detail, failed.retry_after)
    private = failed.reason == FetchReason.BLOCKED_ADDRESS and not let_in(context.source)
    own_text = "" if private else entry.content or entry.summary
    return await _own_text(context, own_text, failed.reason, failed.detail)


async def _without_article(
    context: EntryContext, page: Page, refused: NotAnArticle
) -> Page | Decision:
    source, entry = context.heard(page.url)
    rules = replace(source.rules, select=(), remove=())
    if rules != source.rules:
        with suppress(NotAnArticle, WorkerFailed):
            await context.read(page, replace(source, rules=rules), entry, context.run.clock())
            detail = (
                f"source {source.key!r}: rules.select and rules.remove leave no article of a page"
                " that is one"
            )
            return endings.ask_operator(context, EntryReason.BAD_RULES, detail)
    return await _own_text(context, context.announced.content, refused.kind, refused.detail)


async def _own_text(context: EntryContext, text: str, reason: str, detail: str) -> Page | Decision:
    """Return an empty page if the feed's `text` may replace it, else refuse the entry."""
    url = context.announced.url
    key = context.source.key
    if len(text) < LEAST_CONTENT or not urls.host(url):
        return endings.refuse(context, reason, detail)
    if await ask_front(context, url):
        return Page(html=b"", url=url, headers={})
    place = urls.site(url)
    cure = f'speaks_for = ["{place}"] in sources.toml lets it'
    detail = f"{detail}; the feed's own text does not stand in, as {key} does not own {place}: {cure}".lstrip(  # noqa: E501
        "; "
    )
    return endings.refuse(context, reason, detail)


async def _read(context: EntryContext, page: Page) -> _Read | NotAnArticle | Decision:
    source, entry = context.heard(page.url)
    if _leads_to_front_page(context, page):
        return NotAnArticle(PageReason.FRONT_PAGE, page.url)
    if not page.html:
        source = replace(source, rules=replace(source.rules, content="feed"))
    now = context.run.clock()
    read = partial(context.read, source=source, entry=entry, now=now, keep=True)
    try:
        try:
            reading: PageReading | NotAnArticle = await read(page)
        except NotAnArticle as refused:
            reading = refused
        if reading.alternate:
            page, reading = await pages.fuller(context, page, reading, read)
        if isinstance(reading, NotAnArticle):
            return reading
        if reading.next_page and page.html:
            page, reading = await pages.all_pages(context, page, reading, read)
    except ConfigError as error:  # a selector, or the taxonomy
        return endings.ask_operator(context, error.reason, f"source {source.key!r}: {error}")
    except WorkerFailed as failure:  # the machine may be busy or short of memory
        return endings.retry_or_refuse(context, failure.reason, failure.detail)
    context.log.debug("page read", bytes=len(page.html), characters=len(reading.article.body))
    return _Read(context=context, page=page, source=source, entry=entry, now=now, reading=reading)


def _leads_to_front_page(context: EntryContext, page: Page) -> bool:
    """True if a new entry redirects to the front page of a site, as addresses do whose article is
    gone."""
    return not context.row.article_id and bool(page.html) and urls.is_front_page(page.url)


async def _decide_read(read: _Read) -> Decision:
    context, run, reading = read.context, read.context.run, read.reading
    dedupe.remember_sketch(reading.article.body, reading.sketch)
    behind = (added := run.added()) > read.now  # our clock is or was wrong, so the server's counts
    latest = http_date(read.page.headers.get("date", "")) or added if behind else read.now
    default = run.settings.describe.uncategorised
    article = as_filed(reading.article, read.entry, read.source, context.state, latest, default)
    if behind:  # the server's clock dated it; it keeps its place in feeds
        article = replace(article, published=article.published or article.added, added=added)
    if run.traced:
        run.traced(article.id, reading.trace)
    is_known_entry = bool(context.row.article_id)
    like = None if is_known_entry else dedupe.like(article, context.source.key, run.clock())
    look_up = partial(
        run.store.known, _keys(article), named=[*map(urls.alias, article.also)], like=like
    )
    lookup = look_up()
    if is_known_entry:
        decision = await _decide_host_move(read, article)
    else:
        decision = await _decide_move(context, article, lookup)
    if decision is None:
        if lookup.earlier or is_known_entry:  # requests took time meanwhile
            lookup = look_up()
        decision = decide(read, article, lookup)
    if not read.page.html:
        return decision
    return _reported(
        decision, matches=reading.matches, wall=page_rules.LEAD if article.partial else ""
    )


def _keys(article: Article) -> list[str]:
    return [*map(urls.alias, (article.url, *article.aliases))]


async def _decide_move(context: EntryContext, article: Article, lookup: Known) -> Decision | None:
    """Decide a new entry whose `article` may be an earlier one at a new address: that one is
    revised, or the entry waits for a second announcement. None if it is a new article, as far as
    its address says."""
    row = context.row
    is_late = row.reason == EntryReason.LATE
    if lookup.away:
        return None
    if not lookup.earlier and not is_late:
        return None
    filed = ownership.known_at(lookup, _keys(article), article.url)
    if filed is not None and not context.adopts(filed):
        return None
    earlier = await dedupe.earlier(context, article, lookup.earlier)
    if earlier is not None:
        return _move_earlier(context, article, earlier)
    if not is_late:
        return None
    # for a second announcement
    waiting = replace(row, reason=EntryReason.LATE, read_at=context.run.clock())
    return endings.wait(waiting, EntryReason.LATE, article.title)


def _move_earlier(context: EntryContext, article: Article, earlier: dedupe.Moved) -> Decision:
    """Record that the `earlier` article has the address of `article` now: as an alias within a
    site, else as its new address if it may move there."""
    stored = earlier.article
    if urls.same_site(stored.url, article.url):
        other_urls = [url for url in (article.url, *article.aliases) if url != stored.url]
        moved = replace(stored, aliases=tuple(dict.fromkeys((*stored.aliases, *other_urls))))
    elif _may_move_to(context, stored, article.url, earlier.lead):
        moved = ownership.move_keeping_alias(stored, article.url)
    else:
        return endings.known_already(context, stored)
    row = context.row.done(stored.id, context.run.clock())
    return Decision(act="revise", row=row, article=moved, before=stored, result=EntryResult())


async def _decide_host_move(read: _Read, article: Article) -> Decision | None:
    """Decide an entry that leads to another site than before, if the page of its article leads
    there, too; else return None."""
    context = read.context
    stored = _stored(context, context.row.article_id or "")
    if stored is None or stored.source_key != context.source.key:
        return None
    if urls.same_site(stored.url, article.url):
        return None
    if urls.same_site(stored.url, context.announced.url):  # a redirect of its page alone is no move
        return None
    if urls.site(stored.url) == context.home(article.url):
        lead = dedupe.Lead.FOR_GOOD  # the whole site moved
    else:
        lead = await dedupe.ask_former_page(context, stored, article)
    if _may_move_to(context, stored, article.url, lead):
        return _revise(
            read, article, stored, moved=ownership.move_keeping_alias(stored, article.url)
        )
    if lead is dedupe.Lead.ELSEWHERE:
        return None
    return endings.known_already(context, stored)


def _may_move_to(context: EntryContext, stored: Article, url: str, lead: dedupe.Lead) -> bool:
    """True if both hosts say that the `stored` article has the address `url` now. The new host: the
    source owns `url`. The former host: the article's page redirects there for good (`lead`), or the
    site moved."""
    if stored.source_key != context.source.key or not context.rights.owns(url):
        return False
    return lead is dedupe.Lead.FOR_GOOD or urls.site(stored.url) == context.home(url)


def decide(read: _Read, article: Article, lookup: Known) -> Decision:
    """File the reading as a new article, or as a revision. `lookup`: the store's answer. Raises
    ConfigError."""
    context = read.context
    if lookup.away:
        return endings.skip(context, lookup.away)
    bound_id = context.row.article_id
    bound = _stored(context, bound_id) if bound_id else None
    if bound is not None and _is_redirected(context, bound, article):
        return endings.known_already(context, bound)
    match = ownership.known_at(lookup, _keys(article), article.url) or _find_former(
        context, article
    )
    if bound is not None and _is_still(context, bound, article, match):
        return _revise(read, article, bound)
    stored = _stored(context, match.id) if match else None
    if bound is None:
        shown = _find_shown_spelling(read, article, stored, lookup)
        if shown is not None:
            return _take_address(read, article, shown, stored)
    if stored is None:
        return _file_new(read, article, lookup, lost=bound_id if bound is None else None)
    if ownership.is_former_address(stored, article.url) and not _has_text_of(
        context, article, stored
    ):
        return _file_beside(read, article, stored, lookup)
    if bound is None and _may_be_replaced(context, stored, article):
        return _file_instead(read, article, stored, lookup)
    return _revise(read, article, stored)


def _is_redirected(context: EntryContext, bound: Article, article: Article) -> bool:
    """True if the entry leads to the site of its article `bound`, and its page to another: that is
    no revision."""
    is_announced_there = urls.same_site(bound.url, context.announced.url)
    return is_announced_there and not urls.same_site(bound.url, article.url)


def _find_former(context: EntryContext, article: Article) -> Article | None:
    """Return the article that was filed at the address of `article` and has another one now. Its id
    is the one that `article` would get."""
    filed = context.run.store.article(article.id)
    if filed is None or not ownership.is_former_address(filed, article.url):
        return None
    return filed


def _has_text_of(context: EntryContext, article: Article, stored: Article) -> bool:
    """False if the source owns the address of `article`, which was that of `stored`, and has
    another text there now."""
    return not context.rights.owns(article.url) or dedupe.is_copy(article, stored, context.run)


def _may_be_replaced(context: EntryContext, stored: Article, article: Article) -> bool:
    """True if a neighbour filed `stored` at another address than the owner's `article`, and nobody
    has seen it."""
    if stored.url == article.url:
        return False
    is_unseen = stored.unlisted or dedupe.may_turn(stored, context.run.clock())
    return is_unseen and context.adopts(stored)


def _find_shown_spelling(
    read: _Read, article: Article, stored: Article | None, lookup: Known
) -> Article | None:
    """Return the article that feeds showed for the owner's `article`, before its site announced it,
    at an address that the site does not announce: it keeps its id and takes the address of
    `article`. `stored`: what the database knows at that address."""
    context = read.context
    if not context.rights.owns(article.url):
        return None
    if stored is None:
        shown = dedupe.shown_spelling(article, context.run, context.run.clock(), lookup)
    elif stored.merged_into:
        shown = _find_first_report(context, article, stored)
    else:
        shown = stored
    if shown is None or shown.url == article.url or not urls.same_site(shown.url, article.url):
        return None
    if shown.unlisted or shown.hold:
        return None
    if shown.added is None or shown.added >= context.row.first_seen:
        return None
    return shown if context.adopts(shown) else None


def _find_first_report(context: EntryContext, article: Article, copy: Article) -> Article | None:
    """Return the article whose `copy` was filed, if it has the text of `article`."""
    standing = dedupe.standing(copy.id, context.run.store)
    if standing is None:
        return None
    first = dedupe.in_file(standing.id, context.run)
    if first is None or not dedupe.is_copy(article, first, context.run):
        return None
    return first


def _take_address(
    read: _Read, article: Article, shown: Article, stored: Article | None
) -> Decision:
    """Give `shown` the address of `article`. If `stored`, a copy of it, has that address, the two
    change places."""
    decision = _revise(read, article, shown, moved=ownership.move_keeping_alias(shown, article.url))
    if stored is None or stored.id == shown.id or stored.url != article.url:
        return decision
    copy = next((changed for changed, before in decision.others if before.id == stored.id), stored)
    others = _drop_change(decision.others, stored.id)
    return replace(decision, others=(*others, (replace(copy, url=shown.url), stored)))


def _drop_change(changes: dedupe.Changes, article_id: str) -> dedupe.Changes:
    """Return `changes` without that of one article."""
    return tuple((changed, before) for changed, before in changes if before.id != article_id)


def _file_new(read: _Read, article: Article, lookup: Known, *, lost: str | None) -> Decision:
    """File `article`. `lost`: id of the article of this entry whose file is gone."""
    filed, others = _new_article(read, article, lookup, lost=lost)
    return _file_as(read, article, filed, others)


def _file_instead(read: _Read, article: Article, stored: Article, lookup: Known) -> Decision:
    """File `article`; the neighbour's `stored` becomes its copy."""
    filed, others = _new_article(read, article, lookup, lost=None)
    copy = replace(stored, merged_into=article.id, also=())
    return _file_as(read, article, filed, (*_drop_change(others, stored.id), (copy, stored)))


def _file_beside(read: _Read, article: Article, stored: Article, lookup: Known) -> Decision:
    """File `article` with an id of its own at the former address of `stored`, whose alias it is no
    longer."""
    new_id = find_free_id(read.context, article.url)
    filed, others = _new_article(read, replace(article, id=new_id), lookup, lost=None)
    other_aliases = tuple(url for url in stored.aliases if url != article.url)
    without_alias = replace(stored, aliases=other_aliases)
    return _file_as(
        read, article, filed, (*_drop_change(others, stored.id), (without_alias, stored))
    )


def _file_as(read: _Read, article: Article, filed: Article, others: dedupe.Changes) -> Decision:
    """Decide to file the reading `article` as the new `filed`, after `others` were changed."""
    result = EntryResult(added=filed.id, characters=len(filed.body))
    decision = Decision(act="file", article=filed, others=others, result=result)
    return _add_reading(read, article, decision, filed)


def _revise(
    read: _Read, article: Article, stored: Article, *, moved: Article | None = None
) -> Decision:
    """Revise `stored` by the reading `article`. `moved`: `stored` with its new address, if it gets
    one."""
    context, run = read.context, read.context.run
    current = moved or stored
    adopted, revised = _revised(context, current, article)
    if revised is None and current == stored:
        return endings.known_already(context, stored)
    filed, others = dedupe.reconsider(current, revised or current, run, run.clock())
    handed = stored if adopted else None
    result = EntryResult(changed=filed.id)
    decision = Decision(
        act="revise", article=filed, handed=handed, others=others, before=stored, result=result
    )
    return _add_reading(read, article, decision, filed)


def _add_reading(read: _Read, article: Article, decision: Decision, filed: Article) -> Decision:
    """Add to the decision to file `filed` what belongs to the reading `article`."""
    context = read.context
    row = context.row.done(filed.id, context.run.clock())
    blocks = None
    if read.page.html and not ownership.filed_by_neighbour(filed, context.run.owners):
        blocks = Blocks(host=urls.own_host(read.page.url), digests=read.reading.blocks)
    return replace(decision, row=row, reading=read.reading, named=article.also, blocks=blocks)


def _new_article(
    read: _Read, article: Article, lookup: Known, *, lost: str | None
) -> tuple[Article, dedupe.Changes]:
    """Return the new article (in place of a `lost` file; on hold; or merged) and the others to file
    first."""
    context, run, now = read.context, read.context.run, read.context.run.clock()
    old = run.store.article(lost) if lost else None
    if old is not None and urls.same_site(old.url, article.url):
        return replace(old, body=article.body), ()
    foreign = ownership.claim_of(article, run.owners) == ownership.NONE
    if foreign:  # its site may need these addresses
        article = replace(article, aliases=())
    if why := find_hold(context, read.reading, article):
        return replace(article, hold=True, hold_reason=why, also=()), ()
    if foreign and (kept_out := dedupe.aside(article, run, now)):
        return kept_out, ()
    near_ones = None if context.row.article_id else lookup
    return dedupe.merge_copy(article, run, now, after=context.unannounced, lookup=near_ones)


def _is_still(
    context: EntryContext, bound: Article, article: Article, match: Article | None
) -> bool:
    """True if the reading (known as `match`) is still `bound`. Only the site's owner may change its
    address."""
    if not urls.same_site(bound.url, article.url):
        return False
    return match.id == bound.id if match else context.rights.owns(article.url)


def _revised(context: EntryContext, old: Article, new: Article) -> tuple[bool, Article | None]:
    """Return (adopted, revised): True if the source adopts `old`; the article to file, None if
    nothing changes."""
    now = context.run.clock()
    mended = context.row.reason == EntryReason.OWNERSHIP
    bound = context.row.article_id == old.id
    if context.adopts(old) or (bound and mended):
        return True, adopt(
            old, replace(new, published=new.published or old.published) if mended else new, now
        )
    return False, revise(old, new, now) if bound and _may_revise(context, old) else None


def _may_revise(context: EntryContext, article: Article) -> bool:
    return article.source_key == context.source.key or context.rights.owns(article.url)


def _stored(context: EntryContext, article_id: str) -> Article | None:
    run = context.run
    if (path := run.article_store.find(article_id)) is None:
        stamp = run.store.stamp(article_id)
        path = stamp.path if stamp else None
    try:
        return run.article_store.get(path) if path else None
    except FileNotFoundError:
        return None


def carry_out(context: EntryContext, decision: Decision) -> EntryResult:
    """Write the decision: other articles first, files before rows. Raises ConfigError, OSError,
    StoreError."""
    run = context.run
    row = decision.row
    article = decision.article
    key = context.source.key
    if decision.handed and decision.handed.source_key not in ("", key):
        hand_over(run.article_store, run.store, decision.handed)
    if decision.others:
        refile_others(run, decision.others)
    if row is None:
        return decision.result
    if article is None:
        run.store.save_entries([row])
        context.log.info(
            decision.act,
            reason=row.reason,
            detail=row.detail,
            tries=row.tries,
            next_try=row.next_try,
        )
    elif decision.act == "merge":
        name = context.source.title or context.state.channel.feed_title
        carry(run.article_store, run.store, article.id, key, name, entry=row)
        context.log.debug("known already", article=article.id)
    elif decision.reading is None:
        refile(run.article_store, run.store, article, before=decision.before, entry=row)
        context.log.info("moved", article=article.id, title=article.title)
    else:
        _file(context, decision, article, decision.reading)
    return decision.result


def _file(
    context: EntryContext, decision: Decision, article: Article, reading: PageReading
) -> None:
    run, now, after = context.run, context.run.clock(), context.unannounced
    stored, _ = refile(
        run.article_store,
        run.store,
        article,
        before=decision.before,
        entry=decision.row,
        html=reading.html,
        score=reading.category_score,
        compared=lambda stored: dedupe.compared(stored, now, named=decision.named, after=after),
        blocks=lambda stored: None if stored.merged_into else decision.blocks,
    )
    if reading.packed:
        run.snapshots.put_packed(stored.id, reading.packed)
    run.progress(stored.title)
    context.log.info("filed", article=stored.id, title=stored.title, new=decision.before is None)


def refile_others(context: FilingContext, others: dedupe.Changes) -> None:
    """Write other articles of a story, before the article that changes them."""
    for new, before in others:
        refile(context.article_store, context.store, new, before=before)


def release(article: Article, path: str, context: FilingContext) -> Article:
    """Publish `article`, filed at `path`, as new now; merge copies. Raises OSError, ConfigError,
    StoreError."""
    now = context.added()
    new = replace(article, hold=False, hold_reason="", added=now)
    if not new.also and not new.merged_into:
        new, others = dedupe.merge_copy(new, context, now)
        refile_others(context, others)
    stored, _ = refile(
        context.article_store,
        context.store,
        new,
        before=article,
        path=path,
        ordered=("hold",),
        compared=lambda stored: dedupe.compared(stored, now),
    )
    return stored
