"""Process one announced entry: fetch and read its page, decide, write the decision."""

from dataclasses import replace

from syndicator.configuration import page_rules
from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle
from syndicator.core.model import Failed
from syndicator.core.reasons import CommandReason, FileReason
from syndicator.filing import sessions
from syndicator.filing.context import BUGS, EntryContext, Page, describe_bug
from syndicator.filing.entry import endings
from syndicator.filing.entry.carry_out import carry_out
from syndicator.filing.entry.decide import decide_read
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.fetch_and_read import (
    ReadPage,
    fetch_page,
    read_page,
    replace_missing_page,
    replace_refused_page,
)
from syndicator.filing.entry.known import decide_unread
from syndicator.filing.entry.mail import decide_mail
from syndicator.filing.granted_rights import grant_by_links


async def ingest(context: EntryContext) -> EntryResult:
    """Process one pending entry: fetch and read its page, and write the article or the reason why
    there is none. Return the result for the report of the visit. Errors of the disk and the
    database are raised; other errors are stored with the entry."""
    try:
        return carry_out(context, await _process(context))
    except ConfigError as error:  # the article's file was edited and cannot be read now
        decision = endings.ask_operator(context, FileReason.BAD_ARTICLE_FILE, str(error))
    except BUGS as bug:
        decision = endings.retry_or_refuse(context, CommandReason.BUG, describe_bug(bug))
    return carry_out(context, decision)


async def postpone(context: EntryContext) -> EntryResult:
    """Store that an entry waits for a new login session, without requesting its page: the page of
    another entry showed that the session has ended."""
    detail = "its page was not asked for, as another one of this visit showed a wall"
    return carry_out(context, endings.wait_for_session(context, detail))


async def _process(context: EntryContext) -> Decision:
    """Return the decision on an entry. If the stored articles do not decide it, its page is
    fetched and read."""
    if urls.is_mail(context.announced.url):
        return await decide_mail(context)
    decision = await decide_unread(context)
    if decision is not None:
        return decision
    answer = context.page or await fetch_page(context)
    refusal = _find_refusal(context, answer)
    if refusal is not None:
        return endings.wait_for_session(context, refusal)
    if isinstance(answer, Failed):
        return await _process_failed(context, answer)
    return await _process_page(context, answer)


async def _process_failed(context: EntryContext, failed: Failed) -> Decision:
    """Return the decision on an entry whose page could not be fetched. `failed`: the failure. If
    the feed has enough text, this is read instead."""
    page = await replace_missing_page(context, failed)
    if isinstance(page, Decision):
        decision = page
    else:
        read = await read_page(context, page)
        if isinstance(read, NotAnArticle):  # the feed's text is too short for an article
            decision = endings.refuse(context, failed.reason, failed.detail)
        else:
            decision = await _decide(context, read)
    return _report_wall(decision, page_rules.recognize_wall(failed.reason))


async def _process_page(context: EntryContext, page: Page) -> Decision:
    """Return the decision on an entry whose `page` was fetched. If the page is no article, the text
    in the feed may be read instead."""
    context = await grant_by_links(context, page)
    read = await read_page(context, page)
    wall_detail = _find_wall(context, page, read)
    if wall_detail is not None:
        return endings.wait_for_session(context, wall_detail)
    if not isinstance(read, NotAnArticle):
        return await _decide(context, read)
    if not page.html:  # the feed's text was read already
        return await _decide(context, read)
    substitute = await replace_refused_page(context, page, read)
    if isinstance(substitute, Decision):
        decision = substitute
    else:
        decision = await _decide(context, await read_page(context, substitute))
    return _report_wall(decision, page_rules.recognize_wall(read.kind))


async def _decide(context: EntryContext, read: ReadPage | NotAnArticle | Decision) -> Decision:
    """Return the decision on an entry, by the result of reading its page. `read`: the article, or
    the reason why the page is no article, or a decision, which is returned as it is."""
    if isinstance(read, NotAnArticle):
        return endings.refuse(context, read.kind, read.detail)
    if isinstance(read, ReadPage):
        return await decide_read(read)
    return read


def _report_wall(decision: Decision, wall: str | None) -> Decision:
    """Return the decision with the kind of wall that the page showed (such as a paywall) in its
    result. `wall`: this kind, None if the page showed no wall; the decision is then unchanged."""
    if wall is None:
        return decision
    return replace(decision, result=replace(decision.result, wall=wall))


def has_session(context: EntryContext) -> bool:
    """Return True if the page of the entry is requested with cookies."""
    source = context.limit_source(context.announced.url or context.source.url)
    return bool(source.cookies) and source.rules.content == "page"


def _find_refusal(context: EntryContext, answer: Page | Failed) -> str | None:
    """Check if the `answer` shows that the login session at the site has ended, before its page is
    read. Return a text for the operator that says how: by a refusal, or by a redirect to a login
    form. Return None if it does not show this, or if the source has no session."""
    if not has_session(context):
        return None
    if isinstance(answer, Failed):
        if sessions.is_session_wall(answer.reason):
            return answer.detail
        return None
    requested = context.announced.url or context.source.url
    if sessions.is_login_address(requested, answer.url):
        return f"{requested} redirects to {answer.url}"
    return None


def _find_wall(
    context: EntryContext, page: Page, read: ReadPage | NotAnArticle | Decision
) -> str | None:
    """Check if the page shows that the login session at its site has ended. Return a text for the
    operator that says how: it is a login form or paywall, or has only the beginning of the article.
    Return None if it does not show this, or if the source has no session. `read`: the result of
    reading the page."""
    if not page.html or not has_session(context):
        return None
    if isinstance(read, NotAnArticle) and sessions.is_session_wall(read.kind):
        return f"{page.url}: {read}"
    if isinstance(read, ReadPage) and sessions.is_partial(read.reading):
        return f"{page.url}: it shows the beginning of the article alone"
    return None
