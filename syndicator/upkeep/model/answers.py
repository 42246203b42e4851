"""Make the question to a language model about an article; check its answer, and say what changes.

Runs in the worker."""

from typing import Any

from syndicator.articles.edits import By, may_write
from syndicator.core.model import Article, Source
from syndicator.core.ports import Material
from syndicator.describing.llm import validate
from syndicator.describing.llm.aligned import Refusal
from syndicator.describing.llm.validate import check_answer
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing.read_article import load_taxonomy, spell_tags


def make_question(files: TaxonomyFiles, article: Article, write: bool) -> Material:
    """Return the question to the language model about an article: its text, and the sentences,
    categories and tags from which the model chooses. `files`: the paths of taxonomy.toml and
    learnt.npz. `write`: True to let the model write the excerpt in its own words, if that is
    supported for the language. Raises ConfigError."""
    material = validate.prepare_material(article)
    return validate.add_choices(material, load_taxonomy(files), write=write)


def apply_answer(
    files: TaxonomyFiles, article: Article, source: Source | None, material: Material, content: str
) -> dict[str, Any] | Refusal:
    """Check an answer of the language model. Return the new values of the article by field name, or
    a refusal if the answer is not accepted. Values that the operator edited are left out.

    `files`: the paths of taxonomy.toml and learnt.npz. `source`: of the article, None if it was
    removed. `material`: the question; `content`: the text of the answer. Raises ConfigError."""
    taxonomy = load_taxonomy(files)
    answer = check_answer(content, material)
    if isinstance(answer, Refusal):
        return answer
    values: dict[str, Any] = {}
    if may_write(article, "excerpt", By.LLM):
        values |= {"excerpt": answer.excerpt, "excerpt_by": By.LLM}
    if answer.category and may_write(article, "category", By.LLM):
        values |= {"category": answer.category, "category_by": By.LLM}
    if answer.tags and may_write(article, "tags", By.LLM):
        # first the source's tags, then the publisher's tags that the article has, then the model's
        source_tags = spell_tags(source.tags, taxonomy) if source else ()
        publisher_tags = []
        for tag in taxonomy.map_published_tags(article.keywords, article.text, article.title):
            if tag in article.tags:
                publisher_tags.append(tag)
        other_tags = list(dict.fromkeys((*publisher_tags, *answer.tags)))
        if not taxonomy.vocabulary.only_adds:
            other_tags = other_tags[:MOST_TAGS]
        tags = tuple(dict.fromkeys((*source_tags, *other_tags)))
        values |= {"tags": tags, "tags_by": By.LLM}
    return values
