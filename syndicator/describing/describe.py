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
    """Return excerpt, category and tags of an article (plain texts, a line per block). `own`: names
    of author and site, which are no tags; `language`: BCP 47; `summarise`: False for a text whose
    sentences may not be shown: its excerpt is `description`. Never raises. Pure."""
    code = _language.detect(text, language)
    if summarise:
        chosen, by = _excerpt.choose_excerpt(title, text, description, code)
    else:
        chosen = _excerpt.quote_description(title, text, description, code)
        by = "publisher"
    guess = taxonomy.category(title, text, section, keywords, code)
    asked = taxonomy.map_published_tags(keywords, text, title, own)
    tags = taxonomy.tags(title, text, keywords, own)
    if (
        guess.name
        and guess.name in taxonomy.names
        and guess.name not in tags
        and len(tags) < MOST_TAGS
    ):
        tags = (*tags, guess.name)  # readers expect the tag AI in the category AI
    has_categories = bool(taxonomy.vocabulary.category)
    mapped = not set(asked).isdisjoint(tags)
    return Description(
        excerpt=chosen,
        excerpt_by=by if chosen else "",
        category=guess.name or "",
        tags=tags,
        tags_by=("publisher" if mapped else "matched") if tags else "",
        language=code,
        category_score=guess.score if has_categories else None,
        certainty=guess.certainty if has_categories else None,
        trace={"category": f"vectors {guess.score:.2f}", "excerpt": by},
    )
