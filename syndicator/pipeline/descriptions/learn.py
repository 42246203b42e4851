"""What the article files teach: how words are written, which tags a person gave to which texts, and which tags are
missing. Runs in the worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from syndicator.articles.article_store import ArticleStore
from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.describing.taxonomy.suggest import Proposal, suggest
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import load
from syndicator.model import Article


def learn_files(files: TaxonomyFiles, root: str, paths: Sequence[str], least: int) -> tuple[int, int]:
    """Learns from the article files at `paths` below `root`, oldest first, and replaces what was learnt before, where
    `files` says. Returns how many articles have a confirmed tag, and how many such tags were learnt: none from fewer
    than `least` articles, from which only the spelling of words is learnt. Raises ConfigError, OSError."""
    toml, learnt = Path(files[0]), Path(files[1])
    taxonomy = Taxonomy.from_toml(toml) if toml.exists() else Taxonomy()
    article_store = ArticleStore(Path(root))
    past = list(confirmed_tags((article_store.get(path) for path in paths), taxonomy))
    known = taxonomy.learn(past, least=least)
    teaching = sum(bool(tags) for _, _, tags in past)
    if known.learnt is None and not known.forms:
        learnt.unlink(missing_ok=True)
        return teaching, 0
    fresh = learnt.with_name(f".{learnt.name}.new")
    known.save(fresh)
    fresh.replace(learnt)
    return teaching, len({tag for _, _, tags in past for tag in tags}) if known.learnt else 0


def confirmed_tags(articles: Iterable[Article], taxonomy: Taxonomy) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(title, text, tags) of articles, with those tags that a person confirmed: an operator's; of a publisher's those
    that the taxonomy knows, also where a language model added its own to them. Never our own guesses, nor a model's.
    Pure."""
    for article in articles:
        tags: tuple[str, ...] = ()
        if article.tags_by == "operator":
            tags = article.tags
        elif article.tags_by in ("publisher", "llm"):
            mapped = set(taxonomy.mapped(article.keywords, article.text))
            tags = tuple(tag for tag in article.tags if tag in mapped)
        yield article.title, article.text, tags


def suggest_files(files: TaxonomyFiles, root: str, paths: Sequence[str]) -> list[Proposal]:
    """Tags that the taxonomy lacks, from the article files at `paths` below `root`. Raises ConfigError, OSError."""
    toml = Path(files[0])
    article_store = ArticleStore(Path(root))
    articles = map(article_store.get, paths)
    described = ((article.title, article.text, article.keywords) for article in articles)
    return suggest(described, load(toml) if toml.exists() else None)
