"""Limit queries of the public to the texts that `render.view` publishes. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from syndicator.configuration.settings import Settings
from syndicator.core.axes import SOURCE
from syndicator.core.formats import PAGE
from syndicator.core.model import Article, FeedKey, Source
from syndicator.core.text import each_term
from syndicator.publishing.render.view import cut_excerpt, find_permitted_mode
from syndicator.searching.documents import Document, join_terms
from syndicator.searching.language import Expr
from syndicator.searching.matching import is_match


@dataclass(frozen=True, slots=True)
class PublishedTexts:
    """The texts of an article that are published. `summary`: its excerpt, "" if it is not
    published; `has_body`: the whole text is published."""

    summary: str
    has_body: bool


def find_published_texts(article: Article, source: Source | None) -> PublishedTexts:
    """Return which texts of an article are published: its excerpt, possibly cut or empty, and
    whether its whole text is. `source`: the article's source with the settings that apply to it,
    None if the source was removed."""
    mode, restrictions = find_permitted_mode(article, source)
    summary = "" if mode == "link" else cut_excerpt(article, restrictions)
    return PublishedTexts(summary=summary, has_body=mode == "full")


def limit_to_published(document: Document, article: Article, source: Source | None) -> Document:
    """Return the terms (searchable words) of an article that the public may search: those of its
    excerpt and whole text only as far as these are published. `document`: all terms of the article;
    `source`: None if it was removed."""
    published = find_published_texts(article, source)
    if published.summary != article.excerpt:
        document = replace(document, excerpt=join_terms(each_term(published.summary)))
    if not published.has_body:
        document = replace(document, body=join_terms(()))
    return document


def matches_published(
    expr: Expr, article: Article, source: Source | None, read_text: Callable[[], str]
) -> bool:
    """Return True if a query matches an article, judged only by its published texts. `expr`: the
    parsed query; `source`: None if it was removed; `read_text`: returns the plain text of the
    article, called only if title and excerpt do not decide."""
    published = find_published_texts(article, source)
    published_article = replace(article, excerpt=published.summary)
    if not published.has_body:
        return is_match(expr, published_article, lambda: "")
    return is_match(expr, published_article, read_text)


def list_feeds_with_pages(settings: Settings, sources: Mapping[str, Source]) -> list[FeedKey]:
    """Return the keys of the source feeds whose articles have HTML pages of their own, sorted.
    These are sources whose articles are published whole; in a private instance
    (`publish.secret_path`) also those published as excerpts. `sources`: by key."""
    if PAGE not in settings.publish.formats:
        return []
    modes_with_pages: tuple[str, ...] = ("full",)
    if settings.publish.secret_path:
        modes_with_pages = ("full", "excerpt", "private")
    with_pages = [source for source in sources.values() if source.content in modes_with_pages]
    return sorted(FeedKey(SOURCE, source.key) for source in with_pages)
