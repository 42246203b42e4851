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
    """Describe articles again with the present taxonomy. Return the revision (new values) of each
    article, None if nothing changes. This runs in the worker.

    `files`: the paths of taxonomy.toml and learnt.npz. `articles`: each article with its source,
    None if the source was removed. `uncategorised`: category of articles that fit no category.
    Raises ConfigError."""
    taxonomy = load_taxonomy(files)  # once for all articles
    revisions = []
    for article, source in articles:
        revisions.append(describe_again(article, source, taxonomy, uncategorised))
    return revisions


def describe_again(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str = ""
) -> Revision | None:
    """Find tags, category and excerpt of a filed article again. Return a revision with the new
    values and a line for the operator on each; None if nothing changes. Values that the operator or
    the language model wrote stay. `source`: of the article, None if it was removed.
    `uncategorised`: category of articles that fit no category. Pure."""
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

    # each value changes only if it is another one and nobody with more say wrote the present one
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
    """Return a line for the operator on how the tags of an article change, such as `tags: +AI (its
    text says so) -news (not in the taxonomy)`. The line has a reason for each tag that is added or
    removed. `tags`: the new tags; `source_tags`: tags that the source gives to all its articles."""
    published = set(taxonomy.map_published_tags(article.keywords, article.text, article.title))
    vocabulary_names = {tag.name for tag in taxonomy.vocabulary.tag}
    added = [tag for tag in tags if tag not in article.tags]
    # without learnt tags, the taxonomy finds only tags that the text names
    tags_in_text: Sequence[str] = tags
    if added and taxonomy.learnt:
        tags_in_text = replace(taxonomy, learnt=None).tags(article.title, article.text)

    # say why tags are added
    parts = []
    for tag in added:
        if tag in published:
            reason = "its publisher's"
        elif tag in source_tags:
            reason = "its source's"
        elif tag in tags_in_text:
            reason = "its text says so"
        else:
            reason = "learnt from the past"
        parts.append(f"+{tag} ({reason})")

    # say why tags are removed
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
