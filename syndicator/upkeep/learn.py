"""Learn tags and categories from article files, or suggest new ones, in the worker.

A cache saves reading unchanged files again."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.edits import By, by_of
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticleStore
from syndicator.describing.groups import Group, groups
from syndicator.describing.taxonomy.suggest import Proposal, suggest
from syndicator.describing.taxonomy.taxonomy import MOST_TEXTS, Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles, load

_NAME: Final = "learnt-articles.gz"
_VERSION: Final = 2  # others are read again
_FAST: Final = 1  # level of gzip: higher ones take five times as long for a tenth less
_BAD = 1000  # more files than anybody has that are no article
Post = tuple[str, str, tuple[str, ...]]  # title, text, tags
SHARE = 5  # a source may give one fifth of the tagged posts
ROOM = 30  # tagged posts that any source may give: a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Fields of an article to learn from. `text`: None if not stored."""

    title: str
    text: str | None
    tags: tuple[str, ...] = ()
    tags_by: str = ""
    keywords: tuple[str, ...] = ()
    source_key: str = ""
    category: str = ""  # "" unless confirmed

    @property
    def may_teach(self) -> bool:
        """True if the operator or the publisher set the tags, or the operator set the category."""
        by_publisher = self.tags_by in ("publisher", "llm") and bool(self.keywords)
        return bool(self.category) or (
            bool(self.tags) and (self.tags_by == "operator" or by_publisher)
        )


def memory(learnt: Path) -> Path:
    """Return the path of the cache beside the `learnt` file."""
    return learnt.with_name(_NAME)


def forget(learnt: Path) -> None:
    """Delete the cache. Raises OSError."""
    memory(learnt).unlink(missing_ok=True)


def lacking(files: Sequence[FileStamp], learnt: Path, newest: int) -> list[FileStamp]:
    """Return the `files`, oldest first, that `read_taught` may have to read."""
    remembered = _remembered(memory(learnt))
    missing = []
    for place, stamp in enumerate(files):
        before, old = remembered.get(stamp.path, (None, None))
        needs_text = old is None or old.may_teach or place >= len(files) - newest - _BAD
        if old is None or before != stamp or (old.text is None and needs_text):
            missing.append(stamp)
    return missing


def read_taught(
    article_store: ArticleStore, files: Sequence[FileStamp], learnt: Path, newest: int
) -> list[Taught]:
    """Read changed `files` (oldest first), and texts of the `newest`; update the cache. Raises
    OSError."""
    remembered = _remembered(memory(learnt))
    taught: list[tuple[FileStamp, Taught]] = []
    for stamp in files:
        before, old = remembered.get(stamp.path, (None, None))
        new = old if old and before == stamp else _taught(article_store, stamp.path)
        if new:
            taught.append((stamp, new))
    entries = {}
    for place, (stamp, article) in enumerate(taught):
        needs_text = place >= len(taught) - newest or article.may_teach
        if needs_text and article.text is None:
            article = _taught(article_store, stamp.path) or article
            taught[place] = stamp, article
        entries[stamp.path] = (stamp, article if needs_text else replace(article, text=None))
    if entries != remembered:
        _remember(memory(learnt), entries.values())
    return [article for _, article in taught]


def _taught(article_store: ArticleStore, path: str) -> Taught | None:
    for article in _readable(article_store, [path]):
        return Taught(
            title=article.title,
            text=article.text,
            tags=article.tags,
            tags_by=article.tags_by,
            keywords=article.keywords,
            source_key=article.source_key,
            category=article.category if by_of(article, "category") is By.OPERATOR else "",
        )
    return None


def _remembered(path: Path) -> dict[str, tuple[FileStamp, Taught]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            if json.loads(next(lines)) != _VERSION:
                return {}
            return dict(_entry(json.loads(line)) for line in lines)
    except (OSError, EOFError, ValueError, TypeError, StopIteration, KeyError):
        return {}


def _entry(row: dict[str, Any]) -> tuple[str, tuple[FileStamp, Taught]]:
    stamp = FileStamp(path=row.pop("path"), mtime_ns=row.pop("mtime_ns"), size=row.pop("size"))
    return stamp.path, (
        stamp,
        Taught(**{**row, "tags": tuple(row["tags"]), "keywords": tuple(row["keywords"])}),
    )


def _remember(path: Path, entries: Iterable[tuple[FileStamp, Taught]]) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with gzip.open(fresh, "wt", encoding="utf-8", compresslevel=_FAST) as out:
        out.write(f"{_VERSION}\n")
        for stamp, article in entries:
            file = {"path": stamp.path, "mtime_ns": stamp.mtime_ns, "size": stamp.size}
            out.write(json.dumps({**file, **asdict(article)}) + "\n")
    fresh.replace(path)


def learn_files(
    files: TaxonomyFiles, root: str, stamps: Sequence[FileStamp], least: int
) -> tuple[int, int, int]:
    """Learn from the article files in `stamps` below `root`, oldest first; replace the model. Tags
    need `least` tagged articles. Return numbers: articles with confirmed tags, tags, articles with
    confirmed category. Raises ConfigError, OSError."""
    toml = Path(files[0])
    learnt = Path(files[1])
    taxonomy = Taxonomy.from_toml(toml) if toml.exists() else Taxonomy()
    articles = read_taught(FileArticleStore(Path(root)), stamps, learnt, MOST_TEXTS)
    past = balanced(confirmed_tags(articles, taxonomy))
    filed = [
        (article.title, article.text or "", article.category)
        for article in articles
        if article.category
    ]
    model = taxonomy.learn(past, least=least, filed=filed)
    teaching = sum(bool(tags) for _, _, tags in past)
    if model.learnt is None and model.filed is None and not model.forms:
        learnt.unlink(missing_ok=True)
        return teaching, 0, len(filed)
    fresh = learnt.with_name(f".{learnt.name}.new")
    model.save(fresh)
    fresh.replace(learnt)
    return (
        teaching,
        len({tag for _, _, tags in past for tag in tags}) if model.learnt else 0,
        len(filed),
    )


def _readable(article_store: ArticleStore, paths: Iterable[str]) -> Iterator[Article]:
    for path in paths:
        with suppress(ConfigError, FileNotFoundError):
            yield article_store.get(path)


def balanced(past: Iterable[tuple[str, Post]]) -> list[Post]:
    """Drop the oldest posts above a source's share. `past`: (source key, post), oldest first; ""
    has no limit."""
    posts = list(past)
    most = _most(Counter(source for source, (_, _, tags) in posts if tags and source))
    taken = Counter[str]()
    balance: list[Post] = []
    for source, (title, text, tags) in reversed(posts):
        taken[source] += bool(tags)
        balance.append((title, text, tags if not source or taken[source] <= most else ()))
    return balance[::-1]


def _most(posts: Counter[str]) -> int:
    counts = sorted(posts.values(), reverse=True)
    if len(counts) < SHARE:
        return max([ROOM, *counts[:2][-1:]])
    return max(
        ROOM,
        max(
            most
            for most in range(counts[0] + 1)
            if most * SHARE <= sum(min(most, n) for n in counts)
        ),
    )


def confirmed_tags(
    articles: Iterable[Article | Taught], taxonomy: Taxonomy
) -> Iterator[tuple[str, Post]]:
    """Yield (source key, post) with the tags confirmed by the operator (key "") or the
    publisher."""
    for article in articles:
        tags: tuple[str, ...] = ()
        if article.tags_by == "operator":
            tags = article.tags
        elif article.tags_by in ("publisher", "llm"):
            mapped = set(taxonomy.mapped(article.keywords, article.text or "", article.title))
            tags = tuple(tag for tag in article.tags if tag in mapped)
        yield (
            "" if article.tags_by == "operator" else article.source_key,
            (article.title, article.text or "", tags),
        )


def suggest_files(files: TaxonomyFiles, root: str, paths: Sequence[str]) -> list[Proposal]:
    """Suggest tags for the taxonomy from the article files at `paths` below `root`. Raises
    ConfigError, OSError."""
    toml = Path(files[0])
    article_store = FileArticleStore(Path(root))
    articles = _readable(article_store, paths)
    described = (
        (article.title, article.text, tuple(dict.fromkeys((*article.keywords, *article.tags))))
        for article in articles
    )
    return suggest(described, load(toml) if toml.exists() else None)


def group_files(root: str, paths: Sequence[str]) -> list[Group]:
    """Group the articles at `paths` below `root` into possible categories. Raises OSError."""
    articles = _readable(FileArticleStore(Path(root)), paths)
    return groups([(article.title, article.text or "") for article in articles])
