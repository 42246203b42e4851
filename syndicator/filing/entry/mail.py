"""Decide an entry that is a mail, from its stored text; no host is asked for anything.

A mail becomes an article of its own: it changes no other article."""

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.core.model import Article
from syndicator.core.reasons import EntryReason
from syndicator.filing.context import EntryContext, Page
from syndicator.filing.dedupe import load_article
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.new_article import complete_article, find_free_id, find_hold
from syndicator.filing.page_reading import PageReading
from syndicator.filing.save_article import have_same_words


async def decide_mail(context: EntryContext) -> Decision:
    """Decide on an entry that is a mail: it is read and filed as an article, or refused if it
    cannot be read. A mail that is already filed stays as it is. Raises ConfigError."""
    entry = context.announced
    alias = urls.guid_alias(context.source.key, entry.id)
    lookup = context.run.store.look_up([alias])
    if lookup.away:
        return endings.skip(context, lookup.away)
    for filed, _ in lookup.articles.values():  # it is filed already, and mails do not change
        return endings.merge_into_known(context, filed)
    if entry.fault:
        reason, _, detail = entry.fault.partition(": ")
        return endings.refuse(context, reason, detail)
    if not entry.content:
        # it was muted until the operator changed the rule: muted entries are stored without text
        return endings.refuse(context, EntryReason.MAIL_EMPTY, "its text was not kept")
    source = context.limit_source(entry.url)
    text_only = replace(source, rules=replace(source.rules, content="feed"))
    page = Page(html=b"", url=entry.url, headers={})
    try:
        reading = await context.read_page(page, text_only, entry, context.run.clock())
    except NotAnArticle as refused:
        return endings.refuse(context, EntryReason.MAIL_EMPTY, refused.detail)
    except ConfigError as error:
        return endings.ask_operator(context, error.reason, str(error))
    except WorkerFailed as failure:
        return endings.retry_or_refuse(context, failure.reason, failure.detail)
    return _file_mail(context, reading)


def _file_mail(context: EntryContext, reading: PageReading) -> Decision:
    """Decide to file a mail as a new article. `reading`: the result of reading it. If another
    source filed the same mail, the source of the entry only becomes a carrier (a source that
    announced the article, too)."""
    run = context.run
    article = _complete_mail(context, reading.article)
    same_id = load_article(article.id, run)
    if same_id is not None and have_same_words(same_id, article):  # another source names it, too
        return endings.merge_into_known(context, same_id)
    if run.store.article(article.id) is not None:  # two senders gave their mails one Message-ID
        article = replace(article, id=find_free_id(context, article.url))
    hold = find_hold(context, reading, article)
    if hold:
        article = replace(article, hold=True, hold_reason=hold)
    row = context.row.done(article.id, run.clock())
    result = EntryResult(added=article.id, characters=len(article.body))
    return Decision(act="file", row=row, article=article, reading=reading, result=result)


def _complete_mail(context: EntryContext, read: Article) -> Article:
    """Return the article that was `read` from a mail, with its source, times and sender. Pictures,
    enclosures and other addresses are removed, as senders use these to recognise the reader."""
    entry = context.announced
    article = complete_article(
        read,
        entry,
        context.limit_source(entry.url),
        context.state,
        context.run.take_filing_time(),
        context.run.settings.describe.uncategorised,
    )
    sender = entry.authors[0] if entry.authors else article.author
    return replace(article, author=sender, also=(), aliases=(), cover=None, enclosure=None)
