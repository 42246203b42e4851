"""Describe filed articles again with the present taxonomy, in the worker; edits by hand stay."""

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
    """Return the revision of each article, None if nothing changes. Each article is given with its
    source, None if that is not followed any more. `uncategorised`: category of articles that fit no
    category. Runs in the worker; the taxonomy is loaded once for all articles. Raises
    ConfigError."""
    taxonomy = load_taxonomy(files)
    return [
        describe_again(article, source, taxonomy, uncategorised) for article, source in articles
    ]


def describe_again(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str = ""
) -> Revision | None:
    """Describe a filed article again. Return what changes in its tags, category and excerpt, with a
    line for people on each; None if nothing changes. What the operator or the language model wrote
    stays. `source`: None if it is not followed any more. `uncategorised`: category of articles that
    fit no category. Pure."""
    description = describe(
        article.title,
        article.text,
        description=article.excerpt if article.excerpt_by == "publisher" else "",
        keywords=article.keywords,
        section=article.section,
        own=list_own_names(article.author, article.url),
        language=article.language,
        taxonomy=taxonomy,
        summarise=source is None or not source.cookies,  # pages behind a login are not quoted
    )
    values: dict[str, Any] = {}
    lines: list[str] = []

    source_tags = spell_tags(source.tags, taxonomy) if source else ()
    tags = tuple(dict.fromkeys((*source_tags, *description.tags)))
    if tags != article.tags and may_write(article, "tags", By.MATCHED):
        values |= {"tags": tags, "tags_by": description.tags_by}
        lines.append(_describe_tags(article, tags, source_tags, taxonomy))

    source_category = source.category if source else article.category
    category = description.category or source_category or uncategorised
    if category != article.category and may_write(article, "category", By.MATCHED):
        values["category"] = category
        category_trace = description.trace.get("category", "")
        reason = category_trace if description.category else "no category of the taxonomy fits"
        lines.append(f"category: {article.category or 'none'} -> {category or 'none'} ({reason})")

    excerpt = description.excerpt
    if excerpt != article.excerpt and may_write(article, "excerpt", By.EXTRACTIVE):
        values |= {"excerpt": excerpt, "excerpt_by": description.excerpt_by}
        lines.append(f"excerpt: {description.excerpt_by or 'no sentence fits'}")

    if not values:
        return None
    return Revision(values=values, lines=tuple(lines), score=description.certainty)


def _describe_tags(
    article: Article, tags: Sequence[str], source_tags: Collection[str], taxonomy: Taxonomy
) -> str:
    """Return a line for people on how the tags of an article change to `tags`, such as `tags: +AI
    (its text says so) -news (not in the taxonomy)`. It has a reason for each tag that is added or
    removed. `source_tags`: tags that its source gives to all of its articles."""
    published = set(taxonomy.map_published_tags(article.keywords, article.text, article.title))
    vocabulary_names = {tag.name for tag in taxonomy.vocabulary.tag}
    added = [tag for tag in tags if tag not in article.tags]
    named: Sequence[str] = tags
    if added and taxonomy.learnt:  # without what was learnt, only tags that the text names are left
        named = replace(taxonomy, learnt=None).tags(article.title, article.text)

    parts = []
    for tag in added:
        if tag in published:
            reason = "its publisher's"
        elif tag in source_tags:
            reason = "its source's"
        elif tag in named:
            reason = "its text says so"
        else:
            reason = "learnt from the past"
        parts.append(f"+{tag} ({reason})")
    for tag in article.tags:
        if tag in tags:
            continue
        spelling = taxonomy.spell_tag(tag, article.text)
        reason = "not distinctive enough" if tag in vocabulary_names else "not in the taxonomy"
        if spelling in tags:
            reason = f"is {spelling} now"
        parts.append(f"-{tag} ({reason})")
    if not parts:
        return "tags: in another order: " + ", ".join(tags)
    return "tags: " + " ".join(parts)
