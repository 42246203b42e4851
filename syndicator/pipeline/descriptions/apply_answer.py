"""What a language model is asked of an article, and what its answer makes of it.

Pure but for loading the taxonomy; runs in the worker."""

from __future__ import annotations

from typing import Any

from syndicator.articles.edits import By, may_write
from syndicator.core.model import Article, Source
from syndicator.core.ports import Material
from syndicator.describing.llm import validate
from syndicator.describing.llm.aligned import Refusal
from syndicator.describing.llm.validate import judge
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS, Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.pipeline.read_article import load_taxonomy, spelled


def make_question(files: TaxonomyFiles, article: Article, write: bool) -> Material:
    """What the language model gets to see of `article`, as loaded from its file, and may choose from; `write` as
    in `material.choices`. Raises ConfigError for a taxonomy that cannot be read."""
    return validate.choices(validate.material(article), load_taxonomy(files), write=write)


def apply_answer(
    files: TaxonomyFiles, article: Article, source: Source | None, asked: Material, content: str
) -> dict[str, Any] | Refusal:
    """The fields of `article`, as loaded from its file, that the answer `content` changes, or why it is refused.
    Raises ConfigError for a taxonomy that cannot be read."""
    return changed_fields(article, source, asked, content, load_taxonomy(files))


def changed_fields(
    article: Article, source: Source | None, asked: Material, content: str, taxonomy: Taxonomy
) -> dict[str, Any] | Refusal:
    """`apply_answer` with its taxonomy loaded. What a hand edited stays; so do the tags that an operator puts on the
    source, and a publisher's own that the taxonomy knows, before those of the model. Pure."""
    answer = judge(content, asked)
    if isinstance(answer, Refusal):
        return answer
    values: dict[str, Any] = {}
    if may_write(article, "excerpt", By.LLM):
        values |= {"excerpt": answer.excerpt, "excerpt_by": By.LLM}
    if answer.category and may_write(article, "category", By.LLM):
        values |= {"category": answer.category, "category_by": By.LLM}
    if answer.tags and may_write(article, "tags", By.LLM):
        own = spelled(source.tags, taxonomy) if source else ()
        published = [
            tag for tag in taxonomy.mapped(article.keywords, article.text, article.title) if tag in article.tags
        ]
        described = tuple(dict.fromkeys((*published, *answer.tags)))[:MOST_TAGS]
        values |= {"tags": tuple(dict.fromkeys((*own, *described))), "tags_by": By.LLM}
    return values
