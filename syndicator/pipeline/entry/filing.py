"""File a reading as a new article, a revision, or nothing; hold and release articles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from syndicator.core import urls
from syndicator.core.model import Article, Entry, Source, SourceState
from syndicator.core.ports import Blocks, EntryRow, Filed, Known
from syndicator.core.reasons import EntryReason, HoldReason
from syndicator.pipeline import dedupe, ownership
from syndicator.pipeline.context import EntryContext, FilingContext, Page, RunContext
from syndicator.pipeline.dedupe import earlier, merge_copy, reconsider
from syndicator.pipeline.entry import endings
from syndicator.pipeline.entry.endings import Decision, EntryResult
from syndicator.pipeline.owners import adopts, aside, hand_over, keep_as_copy, origin_of, take_name
from syndicator.pipeline.ownership import known_at, strayed
from syndicator.pipeline.refile import adopt, carry, refile, revise
from syndicator.pipeline.results import PageReading


def was_released(article: Article, *, on_hold: bool) -> bool:
    """True for the article of a file whose hold a hand ended, by `hold: false` or without the line, and that is not
    published yet. `on_hold`: it was when it was last recorded. Pure."""
    return not article.hold and (on_hold or bool(article.hold_reason))


def release(article: Article, path: str, context: FilingContext) -> Article:
    """Publish `article` from its file at `path` as added now, on top of its feeds, beside copies published meanwhile.
    Safe to repeat after a crash. Raises OSError, ConfigError, StoreError."""
    now = context.added()
    new = replace(article, hold=False, hold_reason="", added=now)
    if not new.also and not new.merged_into:
        new = merge_copy(new, context, now)
    stored, _ = refile(
        context.article_store,
        context.store,
        new,
        before=article,
        path=path,
        ordered=("added", "hold"),
        compared=lambda stored: dedupe.compared(stored, now),
    )
    return stored


# The first article of a source waits where sources have so many articles each, on average: so of all articles no more
# than one in so many does. While an instance is new, so is all of it, and its operator is looking.
MANY: Final = 50


def hold_reason(doubts: Collection[str], *, every: bool, categorised: bool, flooded: bool, filed: Filed) -> str:
    """The `HoldReason` code of a new article, or "". `doubts` of its reading; `every`: the operator checks all;
    `categorised` by the operator; `flooded`: too many at once; `filed` before."""
    given = [code for code in doubts if not (categorised and code == HoldReason.UNSURE_CATEGORY)]
    given += [HoldReason.FLOOD.value] if flooded else []
    given += [HoldReason.FIRST.value] if _is_first(filed) else []
    given += [HoldReason.ALL.value] if every else []
    return given[0] if given else ""


def _is_first(filed: Filed) -> bool:
    return filed.own == 0 and filed.articles >= MANY * (filed.sources + 1)


def look_up(context: EntryContext, article: Article) -> Known:
    """All that the store has to say of `article`, which was just read: its addresses, and what is alike."""
    alike = None if context.row.article_id else dedupe.like(article, context.source.key, context.run.clock())
    return context.run.store.known(keys_of(article), named=map(urls.alias, article.also), like=alike)


def keys_of(article: Article) -> list[str]:
    """The alias keys of its addresses."""
    return [*map(urls.alias, (article.url, *article.aliases))]


async def as_moved(context: EntryContext, article: Article, at: Known) -> Decision | None:
    """The decision on an entry that is a filed article under a new address, or may be one and waits; else None."""
    row = context.row
    known = known_at(at, keys_of(article), article.url)
    if row.article_id or endings.why_away(at) or (known is not None and not adopts(context, known)):
        return None
    old = await earlier(context, article, at.earlier)
    homes = {urls.site(article.url), context.home(article.url)}
    if old is not None and urls.site(old.url) not in homes:
        return endings.known_already(context, old)
    if old is not None:
        more = [url for url in (article.url, *article.aliases) if url != old.url and urls.site(url) in homes]
        named = replace(old, aliases=tuple(dict.fromkeys((*old.aliases, *more))))
        done = endings.done(row, old.id, context.run.clock())
        return Decision(act="revise", row=done, article=named, before=old, result=EntryResult())
    if row.reason != EntryReason.LATE:
        return None
    return endings.wait(endings.late(row, context.run.clock()), EntryReason.LATE, article.title)


def as_filed(
    article: Article, entry: Entry, source: Source, state: SourceState, now: datetime, uncategorised: str
) -> Article:
    """What ingestion adds to a reading: where it came from, when, and the operator's defaults. Pure."""
    others = ownership.of_site(article.url, (*article.aliases, entry.url))
    return replace(
        article,
        published=min(article.published, now) if article.published else None,
        updated=min(article.updated, now) if article.updated else None,
        added=now,
        source_key=source.key,
        source_id=entry.id,
        category=article.category or source.category or uncategorised,
        language=article.language or source.language,
        enclosure=entry.enclosures[0] if entry.enclosures else None,
        aliases=tuple(dict.fromkeys(url for url in others if url != article.url)),
        origin=origin_of(source, state, entry),
    )


def in_sequence(article: Article, added: datetime) -> Article:
    """`article`, which was filed as of now by a better clock than ours, at its place in the order of feeds. Pure."""
    return replace(article, published=article.published or article.added, added=added)


def decide(context: EntryContext, page: Page, reading: PageReading, at: Known) -> Decision:
    """The reading as a new article, or as a revision of the one that the entry is already. `at`: `look_up`. Other
    articles of its story that change with it are filed here, before it. Raises ConfigError, OSError, StoreError."""
    run, article = context.run, reading.article
    if away := endings.why_away(at):
        return endings.end(context, "skip", away)
    bound = _stored(context.row.article_id, run) if context.row.article_id else None
    if bound is not None and strayed(bound, context.announced.url, article.url):
        return endings.known_already(context, bound)
    known = known_at(at, keys_of(article), article.url)
    if bound is not None and _still(context, bound, article, known):
        old: Article | None = bound
    else:
        old = _stored(known.id, run) if known else None
    if old is not None and bound is None and _is_other_spelling(context, old, article):
        keep_as_copy(context, old, article.id)
        old = None
    if old is None:
        lost = run.store.article(context.row.article_id) if context.row.article_id and bound is None else None
        again = lost is not None and urls.same_site(lost.url, article.url)
        filed = replace(lost, body=article.body) if lost and again else _beside_others(context, reading, at)
        act: endings.Act = "file"
        result = EntryResult(added=filed.id, characters=len(filed.body))
    else:
        if (revised := _revised(context, old, article)) is None:
            return endings.known_already(context, old)
        filed = reconsider(old, revised, run, run.clock())
        act, result = "revise", EntryResult(changed=filed.id)
    return Decision(
        act=act,
        row=endings.done(context.row, filed.id, run.clock()),
        article=filed,
        before=old,
        page=page,
        reading=reading,
        named=article.also,
        result=result,
    )


def _is_other_spelling(context: EntryContext, old: Article, article: Article) -> bool:
    """True if a neighbour filed the owner's `article` as `old` under another address that it may still replace."""
    may_turn = old.unlisted or dedupe.may_turn(old, context.run.clock())
    return old.url != article.url and may_turn and adopts(context, old)


def _beside_others(context: EntryContext, reading: PageReading, at: Known) -> Article:
    """The new article as it is to be filed: on hold, else beside the copies of its story."""
    run, article = context.run, reading.article
    if (
        ownership.claim_of(article, run.owners) == ownership.NONE
    ):  # its site may need what leads to it for another story
        article = replace(article, aliases=())
    why = _why_on_hold(context, reading)
    if why:
        return replace(article, hold=True, hold_reason=why, also=())
    now = run.clock()
    return aside(article, run, now) or dedupe.merge_copy(
        article, run, now, after=context.unannounced, known=None if context.row.article_id else at
    )


def _why_on_hold(context: EntryContext, reading: PageReading) -> str:
    mode = context.run.settings.publish.hold
    if mode == "off":
        return ""
    return hold_reason(
        reading.doubts,
        every=mode == "all",
        categorised=bool(context.terms(reading.article.url).category),
        flooded=context.row.reason == EntryReason.FLOOD,
        filed=context.run.store.filed(context.source.key),
    )


def only_points(context: EntryContext, id: str, at: Known) -> Article | None:
    """The article `id`, when the entry says anew where an article of another source is: its page is not needed."""
    url, article = context.announced.url, context.run.store.article(id)
    if article is None or context.row.reason == EntryReason.OWNERSHIP:
        return None
    there = known_at(at, [urls.alias(url)], url)
    points = there is not None and there.id == id and not _may_revise(context, article)
    return article if points and not adopts(context, article) else None


def _still(context: EntryContext, bound: Article, article: Article, known: Article | None) -> bool:
    """True if the reading (`known`) is still the entry's article. An unknown address counts only from the site's own
    sources (a move within the site); from others it is another article."""
    if not urls.same_site(bound.url, article.url):
        return False
    return known.id == bound.id if known else context.rights.owns(article.url)


def _revised(context: EntryContext, old: Article, new: Article) -> Article | None:
    now, mended = context.run.clock(), context.row.reason == EntryReason.OWNERSHIP
    bound = context.row.article_id == old.id
    if adopts(context, old) or (bound and mended):
        hand_over(context, old)
        return adopt(old, replace(new, published=new.published or old.published) if mended else new, now)
    return revise(old, new, now) if bound and _may_revise(context, old) else None


def _may_revise(context: EntryContext, article: Article) -> bool:
    """A source that only points to the article of another one leaves it as it is."""
    return article.source_key == context.source.key or context.rights.owns(article.url)


def _stored(id: str, run: RunContext) -> Article | None:
    """The article as its file says, None where there is no file. Raises ConfigError for a file that is there and does
    not name its article (any more): the article must not get a second one."""
    if (path := run.article_store.find(id)) is None:
        stamp = run.store.stamp(id)
        path = stamp.path if stamp else None
    try:
        return run.article_store.get(path) if path else None
    except FileNotFoundError:
        return None


def carry_out(context: EntryContext, decision: Decision) -> EntryResult:
    """Write what was decided: files first, then rows. The only place that ends an entry. Raises ConfigError, OSError,
    StoreError."""
    run, row, act = context.run, decision.row, decision.act
    if act == "refuse" and not context.row.article_id:  # it cannot be read (any more) for its own source
        known = endings.known_article(context, run.store.known(context.aliases))
        if known is not None:
            take_name(context, known.id)
            carried = replace(endings.known_already(context, known), result=EntryResult(wall=decision.result.wall))
            return carry_out(context, carried)
    if row is None:
        return decision.result
    if decision.article is None:
        run.store.save_entries([row])
        context.log.info(act, reason=row.reason, detail=row.detail, tries=row.tries, next_try=row.next_try)
    elif act == "merge":
        name = context.source.title or context.state.feed_title
        carry(run.article_store, run.store, decision.article.id, context.source.key, name, entry=row)
        context.log.debug("known already", article=decision.article.id)
    else:
        _write(context, decision.article, row, decision)
    return decision.result


def _write(context: EntryContext, article: Article, row: EntryRow, decision: Decision) -> None:
    run, now, before = context.run, context.run.clock(), decision.before
    page, reading = decision.page, decision.reading
    if page is None or reading is None:
        refile(run.article_store, run.store, article, before=before, entry=row)
        context.log.info("moved", article=article.id, title=article.title)
        return

    def blocks(stored: Article) -> Blocks | None:
        """None for a copy, which repeats the whole of its article, and for a neighbour's, which may repeat one text."""
        if not page.html or stored.merged_into or ownership.filed_by_neighbour(stored, run.owners):
            return None
        return Blocks(host=urls.own_host(page.url), digests=reading.blocks)

    stored, _ = refile(
        run.article_store,
        run.store,
        article,
        before=before,
        ordered=("added",) if before and before.added != article.added else (),
        entry=row,
        html=reading.html,
        score=reading.category_score,
        compared=lambda stored: dedupe.compared(stored, now, named=decision.named, after=context.unannounced),
        blocks=blocks,
    )
    if page.html:
        run.snapshots.put_packed(stored.id, reading.packed)
    run.progress(stored.title)
    context.log.info("filed", article=stored.id, title=stored.title, new=before is None)
