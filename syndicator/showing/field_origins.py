"""Explain where the fields, tags and category of an article come from. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from syndicator.articles import fields as articles_fields
from syndicator.articles.edits import FIELDS, By, find_writer
from syndicator.core.model import Article, Source
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.filing.read_article import list_own_names, spell_tags

_AUTHORS: Final = {
    By.OPERATOR: "your edit of the file",
    By.LLM: "the language model",
    By.EXTRACTIVE: "sentences of its text",
}
# step of the trace of a reading that found a field of the file
_TRACE_STEPS: Final = {
    "title": "title",
    "date": "published",
    "coverImage": "cover",
    "author": "author",
    "body": "body",
}
_DESCRIBED: Final = ("tags", "category")  # explained by `explain_tags` and `explain_category`
_FEED: Final = "its feed, or its page when it was filed"
_LEAST_CHANCE: Final = 0.01  # that a tag fits; less is shown as nothing


def find_origins(
    article: Article, reading: Article | None, trace: Mapping[str, Any]
) -> dict[str, str]:
    """Return for each field of an article, by its name in the file, where its value comes from, in
    words. Fields without a value are left out. `reading`: the article as its kept page is read now,
    None if the page is not kept. `trace`: how this reading found its fields, by name."""
    origins = {}
    for key in FIELDS:
        if key in _DESCRIBED:  # other functions explain these
            continue
        value = article.body if key == "body" else articles_fields.row(key).written(article)
        if value:
            origins[key] = _find_origin(key, article, reading, trace)
    return origins


def _find_origin(
    key: str, article: Article, reading: Article | None, trace: Mapping[str, Any]
) -> str:
    """Return in words where the field `key` of an article comes from. `reading`: the article as its
    kept page is read now, None if the page is not kept. `trace`: how this reading found its
    fields, by name."""
    author = find_writer(article, key)
    if author in _AUTHORS:
        return _AUTHORS[author]
    if key == "excerpt":
        return "its publisher's own"
    # a value that the page does not have now is from the feed, or from the page as it was then
    if reading is None or not _is_same(key, article, reading):
        return _FEED
    step = trace.get(_TRACE_STEPS[key])
    if isinstance(step, Mapping):
        return f"its page: {step.get('from', '')}"
    return "its page"


def _is_same(key: str, article: Article, other: Article) -> bool:
    """Return True if both articles have the same value in the field `key`, as written to a file."""
    if key == "body":
        return article.body.strip() == other.body.strip()
    row = articles_fields.row(key)
    return bool(row.written(article) == row.written(other))


def explain_tags(article: Article, source: Source | None, taxonomy: Taxonomy) -> dict[str, str]:
    """Return for each tag of an article who or what chose it, in words. `source`: the source of the
    article, None if it is not followed any more."""
    author = find_writer(article, "tags")
    if author in (By.OPERATOR, By.LLM):
        return dict.fromkeys(article.tags, _AUTHORS[author])
    tags_of_source = spell_tags(source.tags, taxonomy) if source else ()
    # the tags that its publisher gave it; names of the author and the site are no tags
    own_names = list_own_names(article.author, article.url)
    tags_of_publisher = taxonomy.map_published_tags(
        article.keywords, article.text, article.title, own_names
    )
    # the tags that its words suggest, each with the chance that it fits and the reason in words
    scores = taxonomy.score_tags(article.title, article.text)
    reasons = {}
    for tag in article.tags:
        chance, why = scores.get(tag, (0.0, ""))
        if tag in tags_of_source:
            reasons[tag] = "its source has it in sources.toml"
        elif tag in tags_of_publisher and chance >= _LEAST_CHANCE:
            reasons[tag] = f"its publisher's, and {why} ({chance:.2f})"
        elif tag in tags_of_publisher:
            reasons[tag] = "its publisher's"
        elif tag == article.category and chance < _LEAST_CHANCE:
            reasons[tag] = "its category"
        elif why:
            reasons[tag] = f"{why} ({chance:.2f})"
        else:
            reasons[tag] = "as it was filed: the taxonomy does not have it now"
    return reasons


def explain_category(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str
) -> str:
    """Return in words who or what chose the category of an article. `source`: the source of the
    article, None if it is not followed any more. `uncategorised`: the category of articles that
    fit no other category."""
    author = find_writer(article, "category")
    if author in (By.OPERATOR, By.LLM):
        return _AUTHORS[author]
    guess = taxonomy.category(article.title, article.text, article.section, article.keywords)
    if guess.name == article.category:
        return f"its text fits best ({guess.score:.2f})"
    unclear = f"no category of the taxonomy is clear ({guess.score:.2f})"
    if source and article.category == source.category:
        return f"its source has it in sources.toml; {unclear}"
    if article.category == uncategorised:
        return f"{unclear}: describe.uncategorised"
    return f"as it was filed; now {guess.name or 'none'} ({guess.score:.2f})"
