"""Decide an entry that is a mail. It is read from what its mailbox brought, and nothing is asked of
any host. It becomes an article of its own: it moves, claims and changes no other."""

from dataclasses import replace

from syndicator.core import urls
from syndicator.core.errors import ConfigError, NotAnArticle, WorkerFailed
from syndicator.core.reasons import EntryReason
from syndicator.filing.context import EntryContext, Page
from syndicator.filing.dedupe import in_file
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.new_article import as_filed, find_free_id, find_hold
from syndicator.filing.page_reading import PageReading
from syndicator.filing.save_article import same_text


async def decide_mail(context: EntryContext) -> Decision:
    """File a mail, or refuse it with the reason that its reading gave. Raises ConfigError."""
    entry = context.announced
    own_key = urls.guid_alias(context.source.key, entry.id)
    lookup = context.run.store.known([own_key])
    if lookup.away:
        return endings.skip(context, lookup.away)
    for filed, _ in lookup.articles.values():  # mails do not change
        return endings.known_already(context, filed)
    if entry.fault:
        reason, _, detail = entry.fault.partition(": ")
        return endings.refuse(context, reason, detail)
    if not entry.content:  # kept by an edit of `mute`: its text is in the mailbox alone
        return endings.refuse(context, EntryReason.MAIL_EMPTY, "its text was not kept")
    source = context.terms(entry.url)
    feed_text = replace(source, rules=replace(source.rules, content="feed"))
    page = Page(html=b"", url=entry.url, headers={})
    try:
        reading = await context.read(page, feed_text, entry, context.run.clock())
    except NotAnArticle as refused:
        return endings.refuse(context, EntryReason.MAIL_EMPTY, refused.detail)
    except ConfigError as error:
        return endings.ask_operator(context, error.reason, str(error))
    except WorkerFailed as failure:
        return endings.retry_or_refuse(context, failure.reason, failure.detail)
    return _file(context, reading)


def _file(context: EntryContext, reading: PageReading) -> Decision:
    run = context.run
    default = run.settings.describe.uncategorised
    source = context.terms(context.announced.url)
    article = as_filed(
        reading.article, context.announced, source, context.state, run.added(), default
    )
    article = replace(article, also=(), aliases=(), cover=None, enclosure=None)
    same_id = in_file(article.id, run)
    if same_id is not None and same_text(same_id, article):  # another source names it, too
        return endings.known_already(context, same_id)
    if run.store.article(article.id) is not None:  # two senders gave their mails one Message-ID
        article = replace(article, id=find_free_id(context, article.url))
    hold = find_hold(context, reading, article)
    if hold:
        article = replace(article, hold=True, hold_reason=hold)
    row = context.row.done(article.id, run.clock())
    result = EntryResult(added=article.id, characters=len(article.body))
    return Decision(act="file", row=row, article=article, reading=reading, result=result)
