"""Describe filed articles again with the present taxonomy, in the worker; edits stay."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from syndicator.articles.edits import By, may_write
from syndicator.core.model import Article, Source
from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing.read_article import list_own_names, load_taxonomy, spell_tags
from syndicator.upkeep.passes.revision import Revision


def describe_articles(
    files: TaxonomyFiles, articles: Sequence[tuple[Article, Source | None]], uncategorised: str
) -> list[Revision | None]:
    """Redescribe articles in the worker, with one load of the taxonomy. Raises ConfigError."""
    taxonomy = load_taxonomy(files)
    return [
        describe_again(article, source, taxonomy, uncategorised) for article, source in articles
    ]


def describe_again(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str = ""
) -> Revision | None:
    """Return the changes that `taxonomy` makes to a filed article, or None. Edits by hand or model
    stay. Pure."""
    description = describe(
        article.title,
        article.text,
        description=article.excerpt if article.excerpt_by == "publisher" else "",
        keywords=article.keywords,
        section=article.section,
        own=list_own_names(article.author, article.url),
        language=article.language,
        taxonomy=taxonomy,
        summarise=source is None or not source.cookies,
    )
    own = spell_tags(source.tags, taxonomy) if source else ()
    values: dict[str, Any] = {}
    lines: list[str] = []
    tags = tuple(dict.fromkeys((*own, *description.tags)))
    if tags != article.tags and may_write(article, "tags", By.MATCHED):
        values |= {"tags": tags, "tags_by": description.tags_by}
        lines.append(_tags_line(article, tags, own, taxonomy))
    category = (
        description.category or (source.category if source else article.category) or uncategorised
    )
    if category != article.category and may_write(article, "category", By.MATCHED):
        values["category"] = category
        reason = (
            description.trace.get("category", "")
            if description.category
            else "no category of the taxonomy fits"
        )
        lines.append(f"category: {article.category or 'none'} -> {category or 'none'} ({reason})")
    excerpt = description.excerpt
    if excerpt != article.excerpt and may_write(article, "excerpt", By.EXTRACTIVE):
        values |= {"excerpt": excerpt, "excerpt_by": description.excerpt_by}
        lines.append(f"excerpt: {description.excerpt_by or 'no sentence fits'}")
    return (
        Revision(values=values, lines=tuple(lines), score=description.certainty) if values else None
    )


def _tags_line(
    article: Article, tags: Sequence[str], own: Collection[str], taxonomy: Taxonomy
) -> str:
    published = set(taxonomy.map_published_tags(article.keywords, article.text, article.title))
    new = [tag for tag in tags if tag not in article.tags]
    named = (
        replace(taxonomy, learnt=None).tags(article.title, article.text)
        if new and taxonomy.learnt
        else tags
    )
    listed = {tag.name for tag in taxonomy.vocabulary.tag}
    parts = []
    for tag in new:
        if tag in published:
            reason = "its publisher's"
        elif tag in own:
            reason = "its source's"
        elif tag in named:
            reason = "its text says so"
        else:
            reason = "learnt from the past"
        parts.append(f"+{tag} ({reason})")
    for tag in article.tags:
        if tag not in tags:
            name = taxonomy.spelling(tag, article.text)
            reason = "not distinctive enough" if tag in listed else "not in the taxonomy"
            if name in tags:
                reason = f"is {name} now"
            parts.append(f"-{tag} ({reason})")
    return "tags: " + (" ".join(parts) if parts else "in another order: " + ", ".join(tags))
