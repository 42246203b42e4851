"""A text that changed is asked again which story it tells: what was a copy of it, or what it was a copy of, may be none
any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syndicator.core import program, urls
from syndicator.core.model import Article
from syndicator.pipeline.context import FilingContext
from syndicator.pipeline.dedupe import merge
from syndicator.pipeline.dedupe.precedence import WINDOW
from syndicator.pipeline.refile import refile


def reconsider(old: Article, new: Article, run: FilingContext, now: datetime) -> Article:
    """`new`, the revision of `old` that is about to be filed, as it is beside the copies of the story that it tells
    now. Others are filed first, so that a crash in between leaves the entry pending and all of this is done again.

    A copy whose text is no longer that of the one which stands for it stands for itself. Where the one that stands has
    another text, its copies do: the first of them for the others. And what tells the story of another article by now
    is a copy of that one, whatever it says of its age: its text is of today. No other role turns."""
    if old.body == new.body or new.hold:  # what is on hold takes part in no story before it is released
        return new
    if new.merged_into:
        first = merge.in_file(new.merged_into, run)
        if first is None or merge.is_copy(new, first, run):
            return new
        kept = tuple(url for url in first.also if not merge.is_named([urls.alias(url)], new))
        if kept != first.also:
            refile(run.article_store, run.store, replace(first, also=kept), before=first)
        new = replace(new, merged_into="", also=())
    else:
        new = _left(new, run)
    return new if new.also else _as_copy(new, run, now)


def _left(first: Article, run: FilingContext) -> Article:
    """`first`, which stands, with those of its copies that still have its text; the others stand for themselves."""
    had = merge.copies(first, run)
    still = [one for one in had if merge.is_copy(first, one, run)]
    parted = [one for one in had if one not in still]
    if parted:
        logger = program.logger("pipeline", source=first.source_key, host=urls.host(first.url), article=first.id)
        logger.info("copies parted", ids=[one.id for one in parted])
    for one in regrouped(parted, run):
        before = next(known for known in parted if known.id == one.id)
        refile(run.article_store, run.store, one, before=before)
    return replace(first, also=tuple(one.url for one in still)[: merge.MOST_ALSO]) if parted else first


def regrouped(parted: Sequence[Article], run: FilingContext) -> list[Article]:
    """Articles that were copies of one that tells another story now: each stands for itself, or is a copy of the first
    of them that has its text. Those that stand come first."""
    stands: list[Article] = []
    behind: list[Article] = []
    for one in sorted(parted, key=lambda article: merge.place_of(article, parted, run)):
        at = next((at for at, first in enumerate(stands) if _one_story(one, first)), None)
        if at is None:
            stands.append(replace(one, merged_into="", also=()))
        else:
            stands[at] = replace(stands[at], also=merge.also_of(stands[at], one.url))
            behind.append(replace(one, merged_into=stands[at].id))
    return [*stands, *behind]


def _one_story(one: Article, other: Article) -> bool:
    return not merge.parted(one, other) and merge.alike(one, other)


def _as_copy(article: Article, run: FilingContext, now: datetime) -> Article:
    """`article`, which stands alone, as a copy of the recent article whose text it has now, if there is one. What an
    operator's hand took out of a merge, which the other one still names, stays out."""
    if article.added is None or article.added < now - WINDOW:
        return article
    for first in merge.near(article, run, now):
        if not any(merge.is_named([urls.alias(url)], article) for url in first.also):
            return merge.joined(article, first, run)
    return article
