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
    """Return what the model is asked: the text, and the sentences, categories and tags to choose
    from. `write`: True to let it write the excerpt in its own words, if that is supported for the
    language. Raises ConfigError."""
    return validate.add_choices(
        validate.prepare_material(article), load_taxonomy(files), write=write
    )


def apply_answer(
    files: TaxonomyFiles, article: Article, source: Source | None, material: Material, content: str
) -> dict[str, Any] | Refusal:
    """Return the new values of an article by an answer of the model, by name of the field; or a
    refusal if the answer is not accepted. `material`: the question; `content`: the text of the
    answer. Edits by hand stay. Raises ConfigError."""
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
        source_tags = spell_tags(source.tags, taxonomy) if source else ()
        mapped = taxonomy.map_published_tags(article.keywords, article.text, article.title)
        published = [tag for tag in mapped if tag in article.tags]
        described = list(dict.fromkeys((*published, *answer.tags)))
        if not taxonomy.vocabulary.only_adds:
            described = described[:MOST_TAGS]
        tags = tuple(dict.fromkeys((*source_tags, *described)))
        values |= {"tags": tags, "tags_by": By.LLM}
    return values
