"""Describe one article in one call: excerpt, category, tags and language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from syndicator.describing.summary import excerpt as _excerpt
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS, Taxonomy
from syndicator.describing.text import language as _language


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Excerpt, category, tags and language of an article, with the rules that chose them."""

    excerpt: str
    excerpt_by: str  # publisher, extractive or ""
    category: str  # "" if unclear
    tags: tuple[str, ...]
    tags_by: str  # publisher, matched or ""
    language: str | None  # two-letter code
    # probability of the likeliest category, and certainty of the choice; None: no categories
    category_score: float | None = None
    certainty: float | None = None
    trace: Mapping[str, str] = field(default_factory=dict)  # field to rule


def describe(
    title: str,
    text: str,
    *,
    description: str = "",
    keywords: Sequence[str] = (),
    section: str = "",
    own: Collection[str] = (),
    language: str | None = None,
    taxonomy: Taxonomy,
    summarise: bool = True,
) -> Description:
    """Return the excerpt, category, tags and language of an article.

    `text`: plain text, with each block on its own line. `description`, `keywords`, `section`,
    `language` (BCP 47): the statements of the publisher about the article. `own`: names of the
    author and the site, which are no tags. `taxonomy`: the categories and tags that exist.
    `summarise`: False if the excerpt must not quote the text; it is then taken from `description`.
    Never raises. Pure."""
    code = _language.detect(text, language)
    if summarise:
        excerpt, excerpt_by = _excerpt.choose_excerpt(title, text, description, code)
    else:
        excerpt = _excerpt.quote_description(title, text, description, code)
        excerpt_by = "publisher"
    guess = taxonomy.category(title, text, section, keywords, code)
    has_categories = bool(taxonomy.vocabulary.category)

    tags = taxonomy.tags(title, text, keywords, own)
    is_also_tag = guess.name in taxonomy.names
    is_missing = guess.name not in tags and len(tags) < MOST_TAGS
    if guess.name and is_also_tag and is_missing:
        tags = (*tags, guess.name)  # readers expect the tag AI in the category AI
    publishers_tags = taxonomy.map_published_tags(keywords, text, title, own)
    if not tags:
        tags_by = ""
    elif set(publishers_tags).isdisjoint(tags):
        tags_by = "matched"
    else:
        tags_by = "publisher"

    return Description(
        excerpt=excerpt,
        excerpt_by=excerpt_by if excerpt else "",
        category=guess.name or "",
        tags=tags,
        tags_by=tags_by,
        language=code,
        category_score=guess.score if has_categories else None,
        certainty=guess.certainty if has_categories else None,
        trace={"category": f"vectors {guess.score:.2f}", "excerpt": excerpt_by},
    )
