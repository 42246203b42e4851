"""Try another description of a category: categorise articles with and without it.

Runs in the worker."""

from collections.abc import Iterable
from dataclasses import replace

from syndicator.core.model import Article
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import CategoryDef, TaxonomyFiles, fold
from syndicator.filing.read_article import load_taxonomy


def categorise_twice(
    files: TaxonomyFiles, name: str, description: str, articles: Iterable[Article]
) -> list[tuple[str, str, str]]:
    """Return per article (id, category now, category if `name` had the new `description`). Raises
    ConfigError."""
    now = load_taxonomy(files)
    vocabulary = now.vocabulary
    categories = {fold(category.name): category for category in vocabulary.category}
    category = categories.get(fold(name)) or CategoryDef(name=name)  # its words and examples stay
    categories[fold(name)] = category.model_copy(update={"description": description})
    edited = replace(
        now, vocabulary=vocabulary.model_copy(update={"category": tuple(categories.values())})
    )
    return [
        (article.id, _find_category(now, article), _find_category(edited, article))
        for article in articles
    ]


def _find_category(taxonomy: Taxonomy, article: Article) -> str:
    guess = taxonomy.category(
        article.title, article.text, article.section, article.keywords, article.language
    )
    return guess.name or ""
