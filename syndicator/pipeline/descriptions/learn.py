"""What the article files teach: how words are written, which tags a person gave to which texts, and which tags are
missing. Runs in the worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticleStore
from syndicator.describing.taxonomy.suggest import Proposal, suggest
from syndicator.describing.taxonomy.taxonomy import MOST_TEXTS, Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles, load
from syndicator.pipeline.descriptions import taught
from syndicator.pipeline.descriptions.taught import Taught


def learn_files(files: TaxonomyFiles, root: str, stamps: Sequence[FileStamp], least: int) -> tuple[int, int, int]:
    """Learns from the article files of `stamps` below `root`, oldest first, and replaces what was learnt before, where
    `files` says; those alone are read that changed since. Returns how many articles have a confirmed tag, how many such
    tags were learnt, and how many articles have a category that a person confirmed. Nothing is learnt of tags, or of
    categories, from fewer than `least` articles, but the spelling of words. Raises ConfigError, OSError."""
    toml, learnt = Path(files[0]), Path(files[1])
    taxonomy = Taxonomy.from_toml(toml) if toml.exists() else Taxonomy()
    articles = taught.read(FileArticleStore(Path(root)), stamps, learnt, MOST_TEXTS)
    past = balanced(confirmed_tags(articles, taxonomy))
    filed = [(one.title, one.text or "", one.category) for one in articles if one.category]
    known = taxonomy.learn(past, least=least, filed=filed)
    teaching = sum(bool(tags) for _, _, tags in past)
    if known.learnt is None and known.filed is None and not known.forms:
        learnt.unlink(missing_ok=True)
        return teaching, 0, len(filed)
    fresh = learnt.with_name(f".{learnt.name}.new")
    known.save(fresh)
    fresh.replace(learnt)
    return teaching, len({tag for _, _, tags in past for tag in tags}) if known.learnt else 0, len(filed)


def _readable(article_store: ArticleStore, paths: Iterable[str]) -> Iterator[Article]:
    """The articles of those files that are articles; the others are named to the operator when they are recorded."""
    for path in paths:
        with suppress(ConfigError, FileNotFoundError):
            yield article_store.get(path)


Post = tuple[str, str, tuple[str, ...]]  # title, text, tags
SHARE = 5  # one source gives at most a fifth of the tagged posts: its habits are not everybody's
ROOM = 30  # tagged posts that any source may give, however few the others have: a choice


def balanced(past: Iterable[tuple[str, Post]]) -> list[Post]:
    """The posts of `past` (source key and post, oldest first), the tags taken off those that are more than what one
    source may give; its newest keep theirs. All texts stay, as they teach how words are written. "" is the operator,
    whose tags are never too many. Pure."""
    posts = list(past)
    most = _most(Counter(source for source, (_, _, tags) in posts if tags and source))
    taken = Counter[str]()
    balance: list[Post] = []
    for source, (title, text, tags) in reversed(posts):
        taken[source] += bool(tags)
        balance.append((title, text, tags if not source or taken[source] <= most else ()))
    return balance[::-1]


def _most(given: Counter[str]) -> int:
    """The most tagged posts that one source may give: so many that they are a fifth of what all give then. Fewer than
    five sources cannot have a fifth each: there none gives more than the second largest has, a single one all."""
    counts = sorted(given.values(), reverse=True)
    if len(counts) < SHARE:
        return max([ROOM, *counts[:2][-1:]])
    return max(ROOM, max(most for most in range(counts[0] + 1) if most * SHARE <= sum(min(most, n) for n in counts)))


def confirmed_tags(articles: Iterable[Article | Taught], taxonomy: Taxonomy) -> Iterator[tuple[str, Post]]:
    """Source key ("" where the operator wrote the tags) and (title, text, tags) of articles, with those tags that a
    person confirmed: an operator's; of a publisher's those that the taxonomy knows, also where a language model added
    its own to them. Never our own guesses, nor a model's. Pure."""
    for article in articles:
        tags: tuple[str, ...] = ()
        if article.tags_by == "operator":
            tags = article.tags
        elif article.tags_by in ("publisher", "llm"):
            mapped = set(taxonomy.mapped(article.keywords, article.text or "", article.title))
            tags = tuple(tag for tag in article.tags if tag in mapped)
        yield "" if article.tags_by == "operator" else article.source_key, (article.title, article.text or "", tags)


def suggest_files(files: TaxonomyFiles, root: str, paths: Sequence[str]) -> list[Proposal]:
    """Tags that the taxonomy lacks, from the article files at `paths` below `root`. Raises ConfigError, OSError."""
    toml = Path(files[0])
    article_store = FileArticleStore(Path(root))
    articles = _readable(article_store, paths)
    described = ((article.title, article.text, article.keywords) for article in articles)
    return suggest(described, load(toml) if toml.exists() else None)
