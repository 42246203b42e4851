"""What a language model's answer makes of an article. Pure but for loading the taxonomy; runs in the worker."""

from __future__ import annotations

from typing import Any

from syndicator.articles.provenance import By, may_write
from syndicator.describing.llm.prompt import Lists
from syndicator.describing.llm.validate import Refusal, judge
from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS, Taxonomy
from syndicator.model import Article, Source
from syndicator.pipeline.read_article import load_taxonomy, spelled
from syndicator.ports import Material


def apply_answer(
    files: TaxonomyFiles, article: Article, source: Source | None, asked: Material, lists: Lists, content: str
) -> dict[str, Any] | Refusal:
    """The fields of `article`, as loaded from its file, that the answer `content` changes, or why it is refused.
    Raises ConfigError for a taxonomy that cannot be read."""
    return changed_fields(article, source, asked, lists, content, load_taxonomy(files))


def changed_fields(
    article: Article, source: Source | None, asked: Material, lists: Lists, content: str, taxonomy: Taxonomy
) -> dict[str, Any] | Refusal:
    """`apply_answer` with its taxonomy loaded. What a hand edited stays; so do the tags that an operator puts on the
    source, and a publisher's own that the taxonomy knows, before those of the model. Pure."""
    answer = judge(content, asked, lists)
    if isinstance(answer, Refusal):
        return answer
    values: dict[str, Any] = {}
    if may_write(article, "excerpt", By.LLM):
        values |= {"excerpt": answer.excerpt, "excerpt_by": By.LLM}
    if answer.category and may_write(article, "category", By.LLM):
        values |= {"category": answer.category, "category_by": By.LLM}
    if answer.tags and may_write(article, "tags", By.LLM):
        own = spelled(source.tags, taxonomy) if source else ()
        published = [tag for tag in taxonomy.mapped(article.keywords, article.text) if tag in article.tags]
        described = tuple(dict.fromkeys((*published, *answer.tags)))[:MOST_TAGS]
        values |= {"tags": tuple(dict.fromkeys((*own, *described))), "tags_by": By.LLM}
    return values
