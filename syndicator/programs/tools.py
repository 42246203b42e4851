"""Answer the questions of programs: search, read and list what an instance has published.

Nothing is changed. Raises UsageError for a question that cannot be answered; other errors are the
operator's."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from syndicator.app.finding import find
from syndicator.app.lookup import make_source_finder, markdown
from syndicator.app.places import OpenedInstance
from syndicator.core.axes import STORIES
from syndicator.core.errors import UsageError
from syndicator.core.formats import PAGE
from syndicator.core.model import Article, Source
from syndicator.core.text import plain
from syndicator.programs.permission import Permission, find_permission, redact_document
from syndicator.programs.quoting import (
    TEXT_CHARACTERS,
    Found,
    Named,
    NamedList,
    Quote,
    QuotedStory,
    StoryList,
    WholeArticle,
    clean_name,
    quote_article,
)
from syndicator.publishing import paths
from syndicator.publishing.render.view import View, clean_uri, make_view
from syndicator.publishing.selection.published import is_axis_on
from syndicator.searching.language import Expr, QueryError, iterate_terms, parse_search
from syndicator.searching.ranking import Candidate
from syndicator.showing.lists import name_source
from syndicator.store.engine import Store
from syndicator.upkeep.answers.related import RelatedFinder

MOST_FOUND: Final = 200  # articles of a search, on all pages
MOST_ITEMS: Final = 100  # of a list
MOST_STORIES: Final = 20
MOST_DAYS: Final = 30  # of stories
MOST_CHARACTERS: Final = 1_000_000  # of a text, as `start` counts them
_MOST_REPORTS: Final = 10  # of a story
_ID: Final = re.compile(r"[a-z2-7]{26}(#[0-9]{1,3})?")
_NO_ARTICLE: Final = "there is no article with this id; `search` finds ids"
_NOTHING_YET: Final = "the archive has no articles yet"


class Reader:
    """Reads the articles of an instance that programs may read, and no others. Making one raises
    UsageError if the instance has no articles yet."""

    def __init__(self, instance: OpenedInstance) -> None:
        """Prepare to read an instance. Raises UsageError if nothing is stored in it yet."""
        if instance.store is None or not instance.article_store.minted():
            raise UsageError(_NOTHING_YET)
        self.store: Store = instance.store
        self._instance: UUID = instance.article_store.instance()
        self._find_source: Callable[[Article], Source | None] = make_source_finder(instance)

    def read(self, ids: Sequence[str]) -> dict[str, tuple[View, Permission]]:
        """Return the articles in `ids` that a program may read, by id and in the order of `ids`.
        Each is a pair: the published fields of the article, and how much of it may be read."""
        articles = self.store.index.articles(ids)
        published = self.store.index.select_published(list(articles))
        readable: dict[str, tuple[View, Permission]] = {}
        for article_id, article in articles.items():
            source = self._find_source(article)
            permission = find_permission(article, source, is_published=article_id in published)
            if permission is None:  # the program may not know that the article exists
                continue
            try:
                view = make_view(article, source, self._instance, permission.mode, html="")
            except ValueError:  # it has no address that may be published
                continue
            readable[article_id] = view, permission
        return readable

    def find_related(self, article_id: str) -> list[str]:
        """Return the ids of articles on the same subject. Programs may not be allowed to read all
        of them."""
        return RelatedFinder(self.store, self._find_source).find_related(article_id)

    def quote(self, ids: Sequence[str]) -> list[Quote]:
        """Return quotes of those articles of `ids` that a program may read. The quotes have no
        text."""
        return [quote_article(view, permission) for view, permission in self.read(ids).values()]

    def narrow(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates, the articles that a search may find, that a program may read. Only
        terms that the program may read are left in them, so that it cannot learn by searching what
        the other parts contain."""
        readable = self.read([candidate.id for candidate in candidates])
        narrowed: list[Candidate] = []
        for candidate in candidates:
            if candidate.id not in readable:
                continue
            view, permission = readable[candidate.id]
            document = redact_document(candidate.document, permission, view.summary)
            narrowed.append(replace(candidate, document=document))
        return narrowed


def search_articles(instance: OpenedInstance, query: str, *, limit: int, start: int) -> Found:
    """Search articles, and return a page of `limit` articles, the best first. `query`: the words of
    the search. `start`: the number of better articles to leave out, those of the pages before. The
    result says where the next page starts; 0 if this is the last page."""
    reader = Reader(instance)
    # `narrow` leaves out articles and words that the program may not read
    ids = find(reader.store, parse_question(query), MOST_FOUND, reader.narrow)
    page = ids[start : start + limit]
    end = start + len(page)
    has_more = end < len(ids)
    return Found(articles=reader.quote(page), next_start=end if has_more else 0)


def parse_question(query: str) -> Expr:
    """Parse the search that a program typed, and return it as an expression. Raises UsageError if
    it is not valid, or if it searches the addresses of articles."""
    try:
        expr = parse_search(query)
    except QueryError as error:
        raise UsageError(f"{error} (at character {error.at + 1})") from error
    # the address of an article may have a part that is not published
    if any(term.field == "url" for term in iterate_terms(expr)):
        raise UsageError("url: is not searched here")
    return expr


def read_article(instance: OpenedInstance, article_id: str, *, start: int) -> WholeArticle:
    """Return an article and, if it may be read, a part of its text: TEXT_CHARACTERS characters from
    the character number `start` on, counted from 0. With the first part come related articles. The
    result says where the next part starts; 0 if this is the last part. Raises UsageError if there
    is no such article, or if the program may not know of it."""
    if not _ID.fullmatch(article_id):
        raise UsageError(_NO_ARTICLE)
    reader = Reader(instance)
    readable = reader.read([article_id]).get(article_id)
    if readable is None:
        raise UsageError(_NO_ARTICLE)
    view, permission = readable

    text = plain(markdown(instance, article_id)) if permission.has_text else ""
    end = start + TEXT_CHARACTERS
    has_more = end < len(text)

    related: Sequence[Quote] = ()
    if start == 0:
        related = reader.quote(reader.find_related(article_id))
    return WholeArticle(
        article=quote_article(view, permission, text[start:end]),
        next_start=end if has_more else 0,
        related=related,
    )


def list_feeds(instance: OpenedInstance, *, limit: int, after: str) -> NamedList:
    """Return a page of the published feeds, sorted by key: at most `limit` feeds that come after
    the key `after`. If `after` is "", begin with the first. The addresses of the feeds are left out
    if they have a secret path."""
    reader = Reader(instance)
    publish = instance.settings.publish
    feeds: dict[str, Named] = {}
    for row in reader.store.index.plain_feeds():
        if not row.published or row.moved_to:
            continue
        # the axis is the kind of a feed, such as tag or source; settings turn it on or off
        if not is_axis_on(row.key.axis, publish):
            continue
        stem = paths.get_stem(row.key)
        addresses: list[str] = []
        if instance.settings.base_url and not publish.secret_path:
            base = instance.settings.base_url
            addresses = [f"{base}{stem}.{feed_format}" for feed_format in publish.formats]
        name = clean_name(row.name)
        feeds[stem] = Named(key=stem, untrusted_name=name, articles=row.count, addresses=addresses)
    return _make_page(feeds, limit, after)


def list_sources(instance: OpenedInstance, *, limit: int, after: str) -> NamedList:
    """Return a page of the sources, sorted by key: at most `limit` sources that come after the key
    `after`. If `after` is "", begin with the first. Each has the address of its site, unless the
    source is in a private network."""
    reader = Reader(instance)
    states = reader.store.visits.states()
    # the number of articles by key of the source
    counts = {row.key.slug: row.count for row in reader.store.index.plain_feeds("source")}
    sources: dict[str, Named] = {}
    for key, source in sorted(instance.sources.items()):
        state = states.get(key)
        addresses: list[str] = []
        is_in_private_network = bool(source.allow)
        if state is not None and not is_in_private_network:
            site = clean_uri(state.channel.site_url)
            addresses = [site] if site else []
        sources[key] = Named(
            key=key,
            untrusted_name=clean_name(name_source(source, state)),
            articles=counts.get(key, 0),
            addresses=addresses,
        )
    return _make_page(sources, limit, after)


def list_stories(instance: OpenedInstance, *, limit: int, days: int) -> StoryList:
    """Return at most `limit` stories of the last `days` days. A story is an event that several
    outlets report; the stories with most outlets come first. The list is empty if the instance
    publishes no stories."""
    if instance.settings.publish.stories == "off":
        return StoryList()
    reader = Reader(instance)
    first_moment = instance.now - timedelta(days=days)
    news = reader.store.stories.list_news(first_moment, limit)  # each item is about a story
    members = reader.store.stories.articles([item.story for item in news])
    publish = instance.settings.publish
    base = "" if publish.secret_path else instance.settings.base_url
    has_pages = PAGE in publish.formats and is_axis_on(STORIES.axis, publish)

    stories: list[QuotedStory] = []
    for item in news:
        ids = [article_id for article_id, _ in members.get(item.story, ())]
        reports = reader.quote(ids)
        if not reports:  # a program may read none of them
            continue
        page = ""  # the address of the story's page
        if base and has_pages:
            page = base + paths.story_name(item.story)
        stories.append(
            QuotedStory(
                story=item.story, outlets=item.outlets, page=page, reports=reports[:_MOST_REPORTS]
            )
        )
    return StoryList(stories=stories)


def _make_page(items: Mapping[str, Named], limit: int, after: str) -> NamedList:
    """Return a page of `items`, sorted by key: at most `limit` of those whose keys come after
    `after`. `next_after` in the result is the last key, by which the next page is asked for; "" if
    this is the last page."""
    following: Iterable[str] = (key for key in sorted(items) if key > after)
    keys = list(islice(following, limit + 1))  # one more than the page has
    page = keys[:limit]
    has_more = len(keys) > limit
    return NamedList(items=[items[key] for key in page], next_after=page[-1] if has_more else "")
