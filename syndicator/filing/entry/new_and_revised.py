"""Build the decisions that file a new article or revise a stored one, with its copies."""

from dataclasses import dataclass, replace

from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Blocks, Known
from syndicator.core.reasons import EntryReason
from syndicator.filing import dedupe, ownership
from syndicator.filing.context import EntryContext
from syndicator.filing.entry import endings
from syndicator.filing.entry.endings import Decision, EntryResult
from syndicator.filing.entry.fetch_and_read import ReadPage
from syndicator.filing.entry.new_article import find_free_id, find_hold
from syndicator.filing.save_article import adopt, revise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revision:
    """What the reading of a page changes in a stored article. `article`: the changed article, None
    if nothing changes. `is_adopted`: the source of the reading becomes the article's source."""

    article: Article | None
    is_adopted: bool = False


def list_alias_keys(article: Article) -> list[str]:
    """Return the alias keys of an article: one of its address and one of each of its aliases. An
    alias key is a form in which different spellings of an address are equal (`urls.alias`)."""
    return [urls.alias(url) for url in (article.url, *article.aliases)]


def load_stored(context: EntryContext, article_id: str) -> Article | None:
    """Return the article with the id `article_id` from its file; None if the file is missing.
    Raises ConfigError if the file cannot be read."""
    run = context.run
    path = run.article_store.find(article_id)
    if path is None:
        # try the path that the database has
        stamp = run.store.stamp(article_id)
        if stamp is None:
            return None
        path = stamp.path
    try:
        return run.article_store.get(path)
    except FileNotFoundError:
        return None


def may_revise(context: EntryContext, article: Article) -> bool:
    """Return True if the source of the entry may change `article`: it filed the article, or it owns
    the article's address."""
    return article.source_key == context.source.key or context.rights.owns(article.url)


def take_address(
    read: ReadPage, article: Article, shown_article: Article, stored: Article | None
) -> Decision:
    """Decide to revise the filed article `shown_article` by `article`, which was just read, and to
    give it the address of `article`. `stored`: the filed article that has this address now, None
    without one. If it is another article, it gets the former address of `shown_article` in
    exchange."""
    moved = ownership.move_keeping_alias(shown_article, article.url)
    decision = revise_stored(read, article, shown_article, moved=moved)
    if stored is None or stored.id == shown_article.id or stored.url != article.url:
        return decision
    copy = stored
    for changed, former in decision.others:
        if former.id == stored.id:
            copy = changed  # the decision changes it already
            break
    others = _drop_change(decision.others, stored.id)
    return replace(decision, others=(*others, (replace(copy, url=shown_article.url), stored)))


def _drop_change(changes: dedupe.Changes, article_id: str) -> dedupe.Changes:
    """Return `changes` without those of the article with the id `article_id`."""
    return tuple((changed, former) for changed, former in changes if former.id != article_id)


def file_new(read: ReadPage, article: Article, lookup: Known, *, lost_id: str | None) -> Decision:
    """Decide to file `article`, which was just read, as a new article. `lookup`: the answer of the
    database about its addresses and its text. `lost_id`: the id of the article that this entry
    became earlier if the file of that article is missing, else None."""
    merged = _merge_new(read, article, lookup, lost_id=lost_id)
    return _file_as(read, article, merged.article, merged.others)


def file_in_place_of_copy(
    read: ReadPage, article: Article, stored: Article, lookup: Known
) -> Decision:
    """Decide to file `article`, which was just read, and to merge the article `stored` into it,
    which a source of another site filed for the same page. `lookup`: the answer of the database
    about the addresses and the text of `article`."""
    merged = _merge_new(read, article, lookup, lost_id=None)
    copy = replace(stored, merged_into=article.id, also=())
    others = (*_drop_change(merged.others, stored.id), (copy, stored))
    return _file_as(read, article, merged.article, others)


def file_at_former_address(
    read: ReadPage, article: Article, stored: Article, lookup: Known
) -> Decision:
    """Decide to file `article`, which was just read, as a new article at an address that the
    article `stored` had once. The address is removed from the aliases of `stored`. `lookup`: the
    answer of the database about the addresses and the text of `article`."""
    new_id = find_free_id(read.context, article.url)  # `stored` has the id of this address
    merged = _merge_new(read, replace(article, id=new_id), lookup, lost_id=None)
    other_aliases = tuple(url for url in stored.aliases if url != article.url)
    without_alias = replace(stored, aliases=other_aliases)
    others = (*_drop_change(merged.others, stored.id), (without_alias, stored))
    return _file_as(read, article, merged.article, others)


def _file_as(read: ReadPage, article: Article, filed: Article, others: dedupe.Changes) -> Decision:
    """Decide to file `filed` as a new article. `article`: the same article as it was read, before
    its id was chosen and it was compared with copies. `others`: changed copies, which are written
    before it."""
    result = EntryResult(added=filed.id, characters=len(filed.body))
    decision = Decision(act="file", article=filed, others=others, result=result)
    return _add_reading(read, article, decision, filed)


def revise_stored(
    read: ReadPage, article: Article, stored: Article, *, moved: Article | None = None
) -> Decision:
    """Decide to revise the filed article `stored` by `article`, which was just read. If nothing
    changes, the entry is only recorded as done. `moved`: `stored` with a new address, None if it
    keeps its address."""
    context = read.context
    run = context.run
    current = moved or stored
    revision = _revise_or_adopt(context, current, article)
    if revision.article is None and current == stored:
        return endings.merge_into_known(context, stored)
    revised = revision.article or current
    updated = dedupe.update_copies(current, revised, run, run.clock())
    decision = Decision(
        act="revise",
        article=updated.article,
        handed=stored if revision.is_adopted else None,
        others=updated.others,
        before=stored,
        result=EntryResult(changed=updated.article.id),
    )
    return _add_reading(read, article, decision, updated.article)


def _revise_or_adopt(context: EntryContext, old: Article, new: Article) -> _Revision:
    """Return the stored article `old` changed by `new`, which was just read. The entry's source
    adopts the article if it has a stronger claim to it, and else revises the text if it may. The
    article in the result is None if nothing changes."""
    now = context.run.clock()
    became_this_article = context.row.article_id == old.id
    is_ownership_mended = context.row.reason == EntryReason.OWNERSHIP
    is_due_to_adopt = became_this_article and is_ownership_mended
    if context.has_stronger_claim(old) or is_due_to_adopt:
        if is_ownership_mended:
            new = replace(new, published=new.published or old.published)
        return _Revision(article=adopt(old, new, now), is_adopted=True)
    if became_this_article and may_revise(context, old):
        return _Revision(article=revise(old, new, now))
    return _Revision(article=None)


def _add_reading(read: ReadPage, article: Article, decision: Decision, filed: Article) -> Decision:
    """Return `decision` with the data that are stored with the article `filed`: the row of the
    entry, which is done now, the original that the page names, and the hashes of the page's blocks
    of text. `article`: the article as it was read."""
    context = read.context
    row = context.row.done(filed.id, context.run.clock())
    blocks = None
    # repeated blocks are learnt for each host from its pages, but not from feeds or other sources
    if read.page.html and not ownership.filed_by_neighbour(filed, context.run.owners):
        blocks = Blocks(host=urls.own_host(read.page.url), digests=read.reading.blocks)
    return replace(decision, row=row, reading=read.reading, named=article.also, blocks=blocks)


def _merge_new(
    read: ReadPage, article: Article, lookup: Known, *, lost_id: str | None
) -> dedupe.Merged:
    """Return the new article as it is to be filed, with the changed copies that must be written
    before it. `lookup`: the answer of the database about its addresses and its text. `lost_id`: the
    id of the article that the entry became earlier if the file of that article is missing, else
    None."""
    context = read.context
    run = context.run
    now = run.clock()

    # write the missing file again, from the database and the text that was read
    lost = run.store.article(lost_id) if lost_id else None
    if lost is not None and urls.same_site(lost.url, article.url):
        return dedupe.Merged(article=replace(lost, body=article.body))

    has_no_claim = ownership.get_claim(article, run.owners) is ownership.Claim.NONE
    if has_no_claim:  # the source of its site may file other articles at these addresses
        article = replace(article, aliases=())
    hold = find_hold(context, read.reading, article)
    if hold:  # it is compared with copies when it is released
        return dedupe.Merged(article=replace(article, hold=True, hold_reason=hold, also=()))
    if has_no_claim:
        kept_out = dedupe.keep_out_of_feeds(article, run, now)
        if kept_out is not None:
            return dedupe.Merged(article=kept_out)
    known_copies = None if context.row.article_id else lookup
    return dedupe.merge_copy(
        article, run, now, previous_visit=context.previous_visit, lookup=known_copies
    )
