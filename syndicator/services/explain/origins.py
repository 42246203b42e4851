"""Where each field of an article comes from, and why it has its tags and its category, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from syndicator.articles import fields
from syndicator.articles.edits import FIELDS, By, by_of
from syndicator.core.model import Article, Source
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline.read_article import own_names, spelled

_BY: Final = {
    By.OPERATOR: "your edit of the file",
    By.LLM: "the language model",
    By.EXTRACTIVE: "sentences of its text",
}
# Under which name the trace of a reading has a field of the file.
_TRACED: Final = {"title": "title", "date": "published", "coverImage": "cover", "author": "author", "body": "body"}
_DESCRIBED: Final = ("tags", "category")  # `tag_reasons` and `category_reason` say more of these
_FEED: Final = "its feed, or its page when it was filed"


def origins(article: Article, reading: Article | None, trace: Mapping[str, Any]) -> dict[str, str]:
    """Field of the file -> where its value comes from. `reading`: what its kept page alone gives, with its `trace`;
    None where no page is kept. A value that the page does not give (any more) came from the feed."""
    return {
        key: _origin(key, article, reading, trace)
        for key in FIELDS
        if key not in _DESCRIBED and (fields.row(key).written(article) if key != "body" else article.body)
    }


def _origin(key: str, article: Article, reading: Article | None, trace: Mapping[str, Any]) -> str:
    by = by_of(article, key)
    if by in _BY:
        return _BY[by]
    if key == "excerpt":
        return "its publisher's own"
    if reading is None or not _same(key, article, reading):
        return _FEED
    told = trace.get(_TRACED[key])
    return f"its page: {told.get('from', '')}" if isinstance(told, Mapping) else "its page"


def _same(key: str, one: Article, other: Article) -> bool:
    if key == "body":
        return one.body.strip() == other.body.strip()
    row = fields.row(key)
    return bool(row.written(one) == row.written(other))


def tag_reasons(article: Article, source: Source | None, taxonomy: Taxonomy) -> dict[str, str]:
    """Tag of the article -> why it has it, with its probability where there is one."""
    by = by_of(article, "tags")
    if by in (By.OPERATOR, By.LLM):
        return dict.fromkeys(article.tags, _BY[by])
    own = spelled(source.tags, taxonomy) if source else ()
    names = own_names(article.author, article.url)
    published = taxonomy.mapped(article.keywords, article.text, article.title, names)
    scored = taxonomy.scored(article.title, article.text)
    return {tag: _tag_reason(tag, article, own, published, scored) for tag in article.tags}


def _tag_reason(
    tag: str, article: Article, own: tuple[str, ...], published: list[str], scored: Mapping[str, tuple[float, str]]
) -> str:
    if tag in own:
        return "its source has it in sources.toml"
    chance, why = scored.get(tag, (0.0, ""))
    if tag in published:
        return "its publisher's" + (f", and {why} ({chance:.2f})" if chance >= 0.01 else "")  # noqa: PLR2004
    if tag == article.category and chance < 0.01:  # noqa: PLR2004
        return "its category"
    return f"{why} ({chance:.2f})" if why else "as it was filed: the taxonomy does not have it now"


def category_reason(article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str) -> str:
    """Why the article has its category, with the probability of the taxonomy's guess."""
    by = by_of(article, "category")
    if by in (By.OPERATOR, By.LLM):
        return _BY[by]
    guess = taxonomy.category(article.title, article.text, article.section, article.keywords)
    if guess.name == article.category:
        return f"its text fits best ({guess.score:.2f})"
    unclear = f"no category of the taxonomy is clear ({guess.score:.2f})"
    if source and article.category == source.category:
        return f"its source has it in sources.toml; {unclear}"
    if article.category == uncategorised:
        return f"{unclear}: describe.uncategorised"
    return f"as it was filed; now {guess.name or 'none'} ({guess.score:.2f})"
