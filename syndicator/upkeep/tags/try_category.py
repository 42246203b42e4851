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
    """Categorise articles twice: with the present taxonomy, and with another `description` of the
    category `name`. If there is no such category, it is added. Return a triple for each article:
    its id, its category now, and its category with the new description ("" for none). `files`: the
    paths of taxonomy.toml and learnt.npz. Raises ConfigError."""
    # make a taxonomy with the new description
    taxonomy = load_taxonomy(files)
    vocabulary = taxonomy.vocabulary
    categories = {fold(category.name): category for category in vocabulary.category}
    category = categories.get(fold(name)) or CategoryDef(name=name)
    # the words and examples of the category stay
    categories[fold(name)] = category.model_copy(update={"description": description})
    edited_vocabulary = vocabulary.model_copy(update={"category": tuple(categories.values())})
    edited = replace(taxonomy, vocabulary=edited_vocabulary)

    categorised = []
    for article in articles:
        category_now = _find_category(taxonomy, article)
        category_then = _find_category(edited, article)
        categorised.append((article.id, category_now, category_then))
    return categorised


def _find_category(taxonomy: Taxonomy, article: Article) -> str:
    """Return the name of the likeliest category of an article, "" for none."""
    guess = taxonomy.category(
        article.title, article.text, article.section, article.keywords, article.language
    )
    return guess.name or ""
