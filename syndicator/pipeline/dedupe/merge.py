"""One entry for one story: of the copies that are in the article store one stands, the others are merged into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from syndicator.articles.edits import hand_edited
from syndicator.core import program, urls
from syndicator.core.model import Article
from syndicator.core.ports import VisitStore
from syndicator.core.text import plain, words
from syndicator.pipeline.context import FilingContext
from syndicator.pipeline.dedupe.precedence import WINDOW, Precedence, believed, precedence
from syndicator.pipeline.ownership import NONE, claim_of
from syndicator.pipeline.refile import refile
from syndicator.pipeline.similarity import Sketch, containment, holds, same_story, sketch

_MOST_MADE = 64  # articles that were read and are not filed yet
MOST_ALSO = 20  # addresses of copies that an article shows


def merge_copy(article: Article, run: FilingContext, now: datetime, *, after: datetime | None = None) -> Article:
    """`article`, which is about to be filed and new, as it is beside the copies of its story in the store: a copy of
    the one that stands, or the one that stands from now on. Its `also` is what its page calls the original, which
    counts only where the texts agree. `after`: when its source was visited and did not announce it yet.

    The other one is filed first: a crash in between leaves nothing to mend, as a copy stands for itself while the
    article that it is merged into is not there."""
    first = _original(article, run, now)
    if first is None:
        return replace(article, also=())
    logger = program.logger("pipeline", source=article.source_key, host=urls.host(article.url), article=article.id)
    if may_turn(first, now) and _outranks(article, first, run, after):
        logger.info("stands", instead_of=first.id, title=first.title)
        return _took_over(article, first, run)
    logger.info("merged", into=first.id, title=first.title)
    return joined(article, first, run)


def remember(
    article: Article, store: VisitStore, now: datetime, *, named: tuple[str, ...] = (), after: datetime | None = None
) -> None:
    """Keeps what later articles are compared with, for as long as they may be copies. `named`: what the page calls the
    original; `after` as for `merge_copy`. How early an article is believed to be stays as it was first filed."""
    made = sketched(article.body)
    at = article.added or now
    if at < now - WINDOW:
        return
    since, _ = store.claims(article.id)
    store.save_sketch(
        article.id,
        at,
        made.pack() if made else b"",
        made.keys if made else (),
        forget=now - 2 * WINDOW,
        since=since or believed(article.published, at, after),
        named=urls.alias(named[0]) if named else None,
    )


def alike(one: Article, other: Article) -> bool:
    """True when the texts of two articles, bodies included, are one story; of texts that are too short to be compared
    when they have the same words."""
    made, there = sketched(one.body), sketched(other.body)
    if made and there:
        return same_story(made, there, one_source=one.source_key == other.source_key)
    said = words(plain(one.body))
    return bool(said) and said == words(plain(other.body))


def is_copy(one: Article, other: Article, run: FilingContext) -> bool:
    """True if two articles tell one story, or one is another page of the other's site (for printing, with a session in
    its address) that only a neighbour announced and that holds it."""
    made, there = sketched(one.body), sketched(other.body)
    return alike(one, other) or bool(made and there and _is_spelling(one, other, run) and holds(made, there))


def _is_spelling(one: Article, other: Article, run: FilingContext) -> bool:
    return urls.same_site(one.url, other.url) and (_is_neighbours(one, run) != _is_neighbours(other, run))


def in_file(id: str, run: FilingContext) -> Article | None:
    """The article as its file has it, None when there is none. Raises ConfigError."""
    path = run.article_store.find(id)
    return run.article_store.get(path) if path else None


def standing(id: str, store: VisitStore) -> Article | None:
    """The article that stands for article `id`, without its body: itself, or what it is merged into, however often that
    one was merged in its turn."""
    found, seen = store.article(id), {id}
    while found is not None and found.merged_into and found.merged_into not in seen:
        seen.add(found.merged_into)
        found = store.article(found.merged_into) or replace(found, merged_into="")
    return found


def place_of(article: Article, others: Iterable[Article], run: FilingContext) -> Precedence:
    """Where an article of the store stands among its copies, the `others`."""
    since, named = run.store.claims(article.id)
    copied = any(is_named([named], other) for other in others) if named else False
    since = since or believed(article.published, article.added or run.clock(), None)
    return precedence(article, since, run.ranks, neighbour=_is_neighbours(article, run), copied=copied)


def near(article: Article, run: FilingContext, now: datetime) -> Iterator[Article]:
    """The articles that stand for recent ones with the text of `article` and have that text themselves, as their files
    have them; none that is on hold or unlisted. The likest first."""
    made = sketched(article.body)
    seen = {article.id}
    for id in _likely(article, made, run, now) if made else ():
        first = standing(id, run.store)
        if first is not None and first.id not in seen and not first.hold and not first.unlisted:
            seen.add(first.id)
            found = in_file(first.id, run)
            if found is not None and not parted(article, found) and is_copy(article, found, run):
                yield found


def parted(one: Article, other: Article) -> bool:
    """True when an operator said that the two are no copies of each other."""
    return one.id in other.split_from or other.id in one.split_from


def also_of(article: Article, *more: str) -> tuple[str, ...]:
    """The addresses of copies that `article` shows when `more` join them: those that have room."""
    new = [url for url in more if url not in article.also and url != article.url]
    return (*article.also, *new[: max(0, MOST_ALSO - len(article.also))])


@lru_cache(maxsize=64)  # an article is compared with a few and then remembered, mostly with the same body
def sketched(body: str) -> Sketch | None:
    """The sketch of a markdown body."""
    return _made.pop(body) if body in _made else sketch(plain(body))


_made: dict[str, Sketch | None] = {}  # by the worker, of bodies that `sketched` is about to be asked for


def made_before(body: str, made: Sketch | None) -> None:
    """`sketched` need not make the sketch of `body`: it is `made`."""
    if len(_made) >= _MOST_MADE:
        _made.clear()
    _made[body] = made


def _original(article: Article, run: FilingContext, now: datetime) -> Article | None:
    """The article that stands for the story of `article`: the one that its page names as the original, when the text is
    that one's, else the likest."""
    id = run.store.find(map(urls.alias, article.also)) if article.also else None
    first = standing(id, run.store) if id else None
    stands = first is not None and first.id != article.id and not first.hold and not first.unlisted
    named = in_file(first.id, run) if first is not None and stands else None
    if named is not None and not parted(article, named) and alike(article, named):
        return named
    return next(near(article, run, now), None)


def _outranks(article: Article, first: Article, run: FilingContext, after: datetime | None) -> bool:
    """True when `article`, which is new, stands before `first`, which stands now."""
    added = article.added or run.clock()
    since = believed(article.published, added, after)
    copied = is_named(map(urls.alias, article.also), first)
    ours = precedence(article, since, run.ranks, neighbour=_is_neighbours(article, run), copied=copied)
    return ours < place_of(first, [article], run)


def _is_neighbours(article: Article, run: FilingContext) -> bool:
    """True if no source of the article's own site filed it."""
    return claim_of(article, run.owners) == NONE


def is_named(aliases: Iterable[str], article: Article) -> bool:
    """True when one of the alias keys is an address of `article`."""
    return not {*aliases}.isdisjoint(map(urls.alias, (article.url, *article.aliases)))


def may_turn(first: Article, now: datetime) -> bool:
    """Roles turn while a story is news, and never where an operator's hand was at work."""
    return first.added is not None and first.added >= now - WINDOW and not hand_edited(first)


def _took_over(article: Article, first: Article, run: FilingContext) -> Article:
    others = [one for one in copies(first, run) if alike(article, one)]
    also = also_of(replace(article, also=()), *(one.url for one in (first, *others) if is_shown(one, article, run)))
    refile(run.article_store, run.store, replace(first, merged_into=article.id), before=first)
    return replace(article, also=also, merged_into="")


def joined(article: Article, first: Article, run: FilingContext) -> Article:
    shown = (article.url,) if is_shown(article, first, run) else ()
    stands = replace(first, also=also_of(first, *shown), merged_into="")
    if stands != first:
        refile(run.article_store, run.store, stands, before=first)
    called = is_named(map(urls.alias, article.also), first)
    return replace(article, also=article.also[:1] if called else (), merged_into=first.id)


def is_shown(copy: Article, first: Article, run: FilingContext) -> bool:
    """True if `first` names the address of its `copy`: not if a neighbour announced another spelling of its own."""
    return not urls.same_site(copy.url, first.url) or not _is_neighbours(copy, run)


def copies(first: Article, run: FilingContext) -> list[Article]:
    """The articles that are merged into `first`, as their files have them."""
    found = (in_file(id, run) for id in run.store.copies(first.id))
    return [one for one in found if one is not None]


def _likely(article: Article, made: Sketch, run: FilingContext, now: datetime) -> list[str]:
    """The ids of recent articles whose sketches are of the same story, the likest first. The dates that they claim tell
    apart only what one source says again: a stranger's copy could claim any."""
    found = []
    for id, data in run.store.likely(made.keys, now - WINDOW).items():
        other, there = run.store.article(id), Sketch.unpack(data)
        if other is None or other.id == article.id:
            continue
        one_source = other.source_key == article.source_key
        if one_source and not _close(article.published, other.published):
            continue
        if same_story(made, there, one_source=one_source) or (_is_spelling(article, other, run) and holds(made, there)):
            found.append((-containment(made, there), id))
    return [id for _, id in sorted(found)]


def _close(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= WINDOW
