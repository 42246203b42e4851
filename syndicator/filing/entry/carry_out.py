"""Write a decision: the articles' files first, then rows; publish an article that was on hold."""

from dataclasses import replace

from syndicator.core.model import Article
from syndicator.core.ports import Blocks, Compared
from syndicator.filing import dedupe
from syndicator.filing.context import EntryContext, FilingContext
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.page_reading import PageReading
from syndicator.filing.save_article import hand_over, record_carrier, write_article

_NO_FORMER_SOURCE = ""  # an article that was written by hand


def carry_out(context: EntryContext, decision: Decision) -> EntryResult:
    """Write the articles and the row of the entry that `decision` contains, and return its result.
    Raises ConfigError, OSError and StoreError if a file or the database cannot be written.

    Other articles are written before the entry's article, and each file before its row, so that a
    crash leaves no row without its file."""
    run = context.run
    row = decision.row
    article = decision.article
    key = context.source.key

    # the other articles: one that this source takes over from another, and changed copies
    adopted = decision.handed
    if adopted is not None and adopted.source_key not in (_NO_FORMER_SOURCE, key):
        hand_over(run.article_store, run.store, adopted)
    if decision.others:
        refile_others(run, decision.others)

    # the entry, with its article if there is one
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
        record_carrier(run.article_store, run.store, article.id, key, name, entry=row)
        context.log.debug("known already", article=article.id)
    elif decision.reading is None:
        write_article(run.article_store, run.store, article, before=decision.before, entry=row)
        context.log.info("moved", article=article.id, title=article.title)
    else:
        _file_reading(context, decision, article, decision.reading)
    return decision.result


def _file_reading(
    context: EntryContext, decision: Decision, article: Article, reading: PageReading
) -> None:
    """Write the file and the rows of `article`, which `decision` files or revises, and save the
    page from which it was read. `reading`: the result of reading this page."""
    run = context.run
    now = run.clock()

    def make_comparison_data(stored: Article) -> Compared | None:
        """Return the data by which later articles are compared. `write_article` calls this."""
        return dedupe.make_comparison_data(
            stored, now, named=decision.named, previous_visit=context.previous_visit
        )

    def get_blocks(stored: Article) -> Blocks | None:
        """Return the hashes of the page's blocks of text, None for a copy. `write_article` calls
        this."""
        return None if stored.merged_into else decision.blocks

    stored, _ = write_article(
        run.article_store,
        run.store,
        article,
        before=decision.before,
        entry=decision.row,
        html=reading.html,
        score=reading.category_score,
        compared=make_comparison_data,
        blocks=get_blocks,
    )
    if reading.packed:
        run.snapshots.put_packed(stored.id, reading.packed)
    run.report_filed(stored.title)
    context.log.info("filed", article=stored.id, title=stored.title, new=decision.before is None)


def refile_others(context: FilingContext, others: dedupe.Changes) -> None:
    """Write the changed articles in `others`. Call this before the article is written whose
    decision changed them."""
    for changed, former in others:
        write_article(context.article_store, context.store, changed, before=former)


def release(article: Article, path: str, context: FilingContext) -> Article:
    """Publish `article`, which was on hold, as if it was filed now, and return it as it is stored.
    If copies of it are filed, it is merged with them. `path`: the path of its file. Raises OSError,
    ConfigError and StoreError if a file or the database cannot be written."""
    now = context.take_filing_time()
    released = replace(article, hold=False, hold_reason="", added=now)
    has_copies = bool(released.also or released.merged_into)
    if not has_copies:
        merged = dedupe.merge_copy(released, context, now)
        refile_others(context, merged.others)
        released = merged.article
    stored, _ = write_article(
        context.article_store,
        context.store,
        released,
        before=article,
        path=path,
        ordered=("hold",),
        compared=lambda stored: dedupe.make_comparison_data(stored, now),
    )
    return stored
