"""Decide what a program may read of an article. Pure.

All tools ask here. Programs are mostly language models, so two rules add to those of publication: a
publisher's `ai-input: no`, and the operator's `llm = false`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicator.core.model import Article, ContentMode, Source
from syndicator.core.text import each_term
from syndicator.publishing.render.view import find_permitted_mode
from syndicator.searching.documents import Document, join_terms
from syndicator.upkeep.model.rules import find_refusal


@dataclass(frozen=True, slots=True)
class Permission:
    """How much of an article a program may read. `mode`: "full", "excerpt", or "link", which is
    title, address, source and date. `because`: the rules that withhold the rest."""

    mode: ContentMode
    because: Sequence[str] = ()

    @property
    def has_text(self) -> bool:
        return self.mode == "full"


def find_permission(
    article: Article, source: Source | None, *, is_published: bool
) -> Permission | None:
    """Return how much of `article` a program may read; None if it may not know that the article
    exists. `source`: the source of the article, with the settings that apply to it. `is_published`:
    a feed has the article."""
    if not is_published or article.hold or article.merged_into:
        return None
    published_mode, restrictions = find_permitted_mode(article, source)
    refusal = find_refusal(article, source)
    if refusal:
        return Permission("link", (*restrictions, str(refusal)))
    return Permission(published_mode, restrictions)


def redact_document(document: Document, permission: Permission, summary: str) -> Document:
    """Return the document of an article, the terms by which a search finds it, with only the terms
    that a program may read. `document`: all terms. `permission`: how much of the article the
    program may read; the terms of the text are left out unless this includes the text. `summary`:
    the excerpt that the program may read."""
    redacted = replace(document, excerpt=join_terms(each_term(summary)))
    if permission.has_text:
        return redacted
    return replace(redacted, body=" ")
