"""A category whose line is about to be edited, tried on articles: which would join it, and which would leave. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from syndicator.core.model import Article
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import CategoryDef, TaxonomyFiles, fold
from syndicator.pipeline.read_article import load_taxonomy


def tried_category(
    files: TaxonomyFiles, name: str, description: str, articles: Iterable[Article]
) -> list[tuple[str, str, str]]:
    """Of each of `articles`, with their bodies, its id and the categories that it gets by taxonomy.toml as it is, and
    with this description of the category `name`, which may be a new one; "" for none. Raises ConfigError."""
    now = load_taxonomy(files)
    edited = _with(now, CategoryDef(name=name, description=description))
    return [(one.id, _category(now, one), _category(edited, one)) for one in articles]


def _with(taxonomy: Taxonomy, category: CategoryDef) -> Taxonomy:
    known = taxonomy.vocabulary.category
    kept = [replace_description(one, category) if fold(one.name) == fold(category.name) else one for one in known]
    there = any(fold(one.name) == fold(category.name) for one in known)
    edited = tuple(kept) if there else (*known, category)
    return replace(taxonomy, vocabulary=taxonomy.vocabulary.model_copy(update={"category": edited}))


def replace_description(old: CategoryDef, new: CategoryDef) -> CategoryDef:
    """`old` with the description of `new`; its words and examples stay."""
    return old.model_copy(update={"description": new.description})


def _category(taxonomy: Taxonomy, article: Article) -> str:
    guess = taxonomy.category(article.title, article.text, article.section, article.keywords, article.language)
    return guess.name or ""
