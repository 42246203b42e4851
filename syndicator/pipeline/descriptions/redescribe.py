"""An article described anew, as its file says, by the taxonomy as it is now. Pure but for loading the taxonomy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from syndicator.articles.edits import By, may_write
from syndicator.core.model import Article, Source
from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.pipeline.read_article import load_taxonomy, own_names, spelled
from syndicator.pipeline.results import Redescription


def redescribe_many(
    files: TaxonomyFiles, articles: Sequence[tuple[Article, Source | None]], uncategorised: str
) -> list[Redescription | None]:
    """`redescribe` for the worker, which loads the taxonomy once. Raises ConfigError."""
    taxonomy = load_taxonomy(files)
    return [redescribe(article, source, taxonomy, uncategorised) for article, source in articles]


def redescribe(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str = ""
) -> Redescription | None:
    """What `taxonomy` makes of an article as loaded from its file, None when that changes nothing. Fields that a hand
    edited or a language model wrote stay. `uncategorised` is the category of what fits none. Pure."""
    description = describe(
        article.title,
        article.text,
        description=article.excerpt if article.excerpt_by == "publisher" else "",
        keywords=article.keywords,
        section=article.section,
        own=own_names(article.author, article.url),
        language=article.language,
        taxonomy=taxonomy,
    )
    own = spelled(source.tags, taxonomy) if source else ()
    values: dict[str, Any] = {}
    why: list[str] = []
    tags = tuple(dict.fromkeys((*own, *description.tags)))
    if tags != article.tags and may_write(article, "tags", By.MATCHED):
        values |= {"tags": tags, "tags_by": description.tags_by}
        why.append(_tags_line(article, tags, own, taxonomy))
    category = description.category or _category_otherwise(article, source) or uncategorised
    if category != article.category and may_write(article, "category", By.MATCHED):
        values["category"] = category
        reason = description.trace.get("category", "") if description.category else "no category of the taxonomy fits"
        why.append(f"category: {article.category or 'none'} -> {category or 'none'} ({reason})")
    excerpt = description.excerpt
    if excerpt != article.excerpt and may_write(article, "excerpt", By.EXTRACTIVE):
        values |= {"excerpt": excerpt, "excerpt_by": description.excerpt_by}
        why.append(f"excerpt: {description.excerpt_by or 'no sentence fits'}")
    return Redescription(values=values, why=tuple(why), score=description.certainty) if values else None


def _category_otherwise(article: Article, source: Source | None) -> str | None:
    """The category where none of the taxonomy fits: the source's; the article's own when its source is gone."""
    return source.category if source else article.category


def _tags_line(article: Article, tags: Sequence[str], own: Collection[str], taxonomy: Taxonomy) -> str:
    published = set(taxonomy.mapped(article.keywords, article.text, article.title))
    new = [tag for tag in tags if tag not in article.tags]
    named = replace(taxonomy, learnt=None).tags(article.title, article.text) if new and taxonomy.learnt else tags
    listed = {tag.name for tag in taxonomy.vocabulary.tag}
    parts = []
    for tag in new:
        found = "its text says so" if tag in named else "learnt from the past"
        reason = "its publisher's" if tag in published else "its source's" if tag in own else found
        parts.append(f"+{tag} ({reason})")
    for tag in article.tags:
        if tag not in tags:
            name = taxonomy.spelling(tag, article.text)
            reason = (
                f"is {name} now"
                if name in tags
                else "not distinctive enough"
                if tag in listed
                else "not in the taxonomy"
            )
            parts.append(f"-{tag} ({reason})")
    return "tags: " + (" ".join(parts) if parts else "in another order: " + ", ".join(tags))
