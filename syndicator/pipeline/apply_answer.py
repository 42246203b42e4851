"""What a language model's answer makes of an article. Pure but for loading the taxonomy; runs in the worker."""

from __future__ import annotations

from typing import Any

from syndicator.articles.provenance import By, may_write
from syndicator.describing.llm.prompt import Lists
from syndicator.describing.llm.validate import Refusal, judge
from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.describing.taxonomy.taxonomy import MOST_TAGS, Taxonomy
from syndicator.model import Article, Source
from syndicator.ports import Material


def weigh(
    files: TaxonomyFiles, article: Article, source: Source | None, asked: Material, lists: Lists, content: str
) -> dict[str, Any] | Refusal:
    """The fields of `article`, as loaded from its file, that the answer `content` changes, or why it is refused."""
    from syndicator.pipeline.read_article import load_taxonomy

    return filled(article, source, asked, lists, content, load_taxonomy(files))


def filled(
    article: Article, source: Source | None, asked: Material, lists: Lists, content: str, taxonomy: Taxonomy
) -> dict[str, Any] | Refusal:
    """`weigh` with its taxonomy. What a hand edited stays; so do the tags that an operator puts on the source, and a
    publisher's own that the taxonomy knows, before those of the model. Pure."""
    from syndicator.pipeline.read_article import spelled

    said = judge(content, asked, lists)
    if isinstance(said, Refusal):
        return said
    values: dict[str, Any] = {}
    if may_write(article, "excerpt", By.LLM):
        values |= {"excerpt": said.excerpt, "excerpt_by": By.LLM}
    if said.category and may_write(article, "category", By.LLM):
        values |= {"category": said.category, "category_by": By.LLM}
    if said.tags and may_write(article, "tags", By.LLM):
        own = spelled(source.tags, taxonomy) if source else ()
        published = [tag for tag in taxonomy.mapped(article.keywords, article.text) if tag in article.tags]
        told = tuple(dict.fromkeys((*published, *said.tags)))[:MOST_TAGS]
        values |= {"tags": tuple(dict.fromkeys((*own, *told))), "tags_by": By.LLM}
    return values
