"""One article described in one call: excerpt, category, tags and language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from syndicator.describing.summary import excerpt as _excerpt
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS, Taxonomy
from syndicator.describing.text import language as _language


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an article is about."""

    excerpt: str
    excerpt_by: str  # publisher | extractive, "" when there is no excerpt
    category: str  # "" when it abstains
    tags: tuple[str, ...]
    tags_by: str  # publisher | matched, "" when there are none
    language: str | None
    trace: Mapping[str, str] = field(default_factory=dict)  # field -> the rule that chose it


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
) -> Description:
    """Excerpt, category, tags and language of an article. `text` is plain, a paragraph, heading, list item or table
    row a line; `description`, `keywords`, `section` and `language` are the publisher's own words, `own` the names of
    its author and site. Pure."""
    code = _language.detect(text, language)
    chosen, by = _excerpt.choose(title, text, description, code)
    guess = taxonomy.category(title, text, section, keywords)
    tags = taxonomy.tags(title, text, keywords, own)
    if guess.name and guess.name in taxonomy.names and guess.name not in tags and len(tags) < MOST_TAGS:
        tags = (*tags, guess.name)  # filed under AI and not tagged AI: nobody would understand it
    mapped = bool(set(tags) & set(taxonomy.mapped(keywords, text, title, own)))
    return Description(
        excerpt=chosen,
        excerpt_by=by if chosen else "",
        category=guess.name or "",
        tags=tags,
        tags_by=("publisher" if mapped else "matched") if tags else "",
        language=code,
        trace={"category": f"vectors {guess.score:.2f}", "excerpt": by},
    )
