"""Learn words, tags and missing tags from article files, in the worker. Unchanged files are not read again."""

from __future__ import annotations

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
_VERSION: Final = 2  # another one is read anew
_FAST: Final = 1  # level of gzip: higher ones take five times as long for a tenth less


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """The parts of an article to learn from. `text`: None if it was not kept."""

    title: str
    text: str | None
    tags: tuple[str, ...] = ()
    tags_by: str = ""
    keywords: tuple[str, ...] = ()
    source_key: str = ""
    category: str = ""  # "" also where nobody confirmed it

    @property
    def may_teach(self) -> bool:
        """True where a person may have stood behind the tags, or did behind the category."""
        by_publisher = self.tags_by in ("publisher", "llm") and bool(self.keywords)
        return bool(self.category) or (bool(self.tags) and (self.tags_by == "operator" or by_publisher))


_BAD = 1000  # files that are no article, of which nobody has as many


def memory(learnt: Path) -> Path:
    """The file of the memory, beside what was `learnt`."""
    return learnt.with_name(_NAME)


def forget(learnt: Path) -> None:
    """Deletes the memory. Raises OSError."""
    memory(learnt).unlink(missing_ok=True)


def lacking(files: Sequence[FileStamp], learnt: Path, newest: int) -> list[FileStamp]:
    """Those of `files`, oldest first, that `read` may read. Some more, since files that are no article count here."""
    known = _known(memory(learnt))

    def is_known(place: int, stamp: FileStamp) -> bool:
        before, old = known.get(stamp.path, (None, None))
        if old is None or before != stamp:
            return False
        return old.text is not None or not (old.may_teach or place >= len(files) - newest - _BAD)

    return [stamp for place, stamp in enumerate(files) if not is_known(place, stamp)]


def read_taught(article_store: ArticleStore, files: Sequence[FileStamp], learnt: Path, newest: int) -> list[Taught]:
    """Learn from changed `files`, oldest first, and the `newest` without text; remember them. Raises OSError."""
    known = _known(memory(learnt))
    found: list[tuple[FileStamp, Taught]] = []
    for stamp in files:
        before, old = known.get(stamp.path, (None, None))
        new = old if old and before == stamp else _of(article_store, stamp.path)
        if new:
            found.append((stamp, new))
    needed = [place >= len(found) - newest or one.may_teach for place, (_, one) in enumerate(found)]
    for place, (stamp, one) in enumerate(found):
        if needed[place] and one.text is None:
            found[place] = stamp, _of(article_store, stamp.path) or one
    kept = {
        stamp.path: (stamp, one if need else replace(one, text=None))
        for need, (stamp, one) in zip(needed, found, strict=True)
    }
    if kept != known:
        _remember(memory(learnt), kept.values())
    return [one for _, one in found]


def _of(article_store: ArticleStore, path: str) -> Taught | None:
    try:
        article = article_store.get(path)
    except (ConfigError, FileNotFoundError):
        return None
    return Taught(
        title=article.title,
        text=article.text,
        tags=article.tags,
        tags_by=article.tags_by,
        keywords=article.keywords,
        source_key=article.source_key,
        category=article.category if by_of(article, "category") is By.OPERATOR else "",
    )


def _known(path: Path) -> dict[str, tuple[FileStamp, Taught]]:
    """Path -> the file as it was, and what it taught; empty where there is no memory, or a damaged or another one."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            if json.loads(next(lines)) != _VERSION:
                return {}
            return dict(_entry(json.loads(line)) for line in lines)
    except (OSError, EOFError, ValueError, TypeError, StopIteration, KeyError):
        return {}


def _entry(row: dict[str, Any]) -> tuple[str, tuple[FileStamp, Taught]]:
    stamp = FileStamp(path=row.pop("path"), mtime_ns=row.pop("mtime_ns"), size=row.pop("size"))
    return stamp.path, (stamp, Taught(**{**row, "tags": tuple(row["tags"]), "keywords": tuple(row["keywords"])}))


def _remember(path: Path, kept: Iterable[tuple[FileStamp, Taught]]) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with gzip.open(fresh, "wt", encoding="utf-8", compresslevel=_FAST) as out:
        out.write(f"{_VERSION}\n")
        for stamp, one in kept:
            out.write(
                json.dumps({"path": stamp.path, "mtime_ns": stamp.mtime_ns, "size": stamp.size, **asdict(one)}) + "\n"
            )
    fresh.replace(path)


def learn_files(files: TaxonomyFiles, root: str, stamps: Sequence[FileStamp], least: int) -> tuple[int, int, int]:
    """Replace the knowledge by that of `stamps` below `root`, oldest first; the numbers of articles with confirmed tag,
    tags, articles with confirmed category. Fewer than `least`: spelling only. Raises ConfigError, OSError."""
    toml, learnt = Path(files[0]), Path(files[1])
    taxonomy = Taxonomy.from_toml(toml) if toml.exists() else Taxonomy()
    articles = read_taught(FileArticleStore(Path(root)), stamps, learnt, MOST_TEXTS)
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
    for path in paths:
        with suppress(ConfigError, FileNotFoundError):
            yield article_store.get(path)


Post = tuple[str, str, tuple[str, ...]]  # title, text, tags
SHARE = 5  # one source gives at most a fifth of the tagged posts: its habits are not everybody's
ROOM = 30  # tagged posts that any source may give, however few the others have: a choice


def balanced(past: Iterable[tuple[str, Post]]) -> list[Post]:
    """`past` (source key, post; oldest first) without old tags above a source's share; "" has no limit. Pure."""
    posts = list(past)
    most = _most(Counter(source for source, (_, _, tags) in posts if tags and source))
    taken = Counter[str]()
    balance: list[Post] = []
    for source, (title, text, tags) in reversed(posts):
        taken[source] += bool(tags)
        balance.append((title, text, tags if not source or taken[source] <= most else ()))
    return balance[::-1]


def _most(given: Counter[str]) -> int:
    """The tagged posts that one source may give: a fifth of all; of few sources, as many as the second largest."""
    counts = sorted(given.values(), reverse=True)
    if len(counts) < SHARE:
        return max([ROOM, *counts[:2][-1:]])
    return max(ROOM, max(most for most in range(counts[0] + 1) if most * SHARE <= sum(min(most, n) for n in counts)))


def confirmed_tags(articles: Iterable[Article | Taught], taxonomy: Taxonomy) -> Iterator[tuple[str, Post]]:
    """Source key ("": operator) and (title, text, tags): the operator's, and known ones of publishers. Pure."""
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


def group_files(root: str, paths: Sequence[str]) -> list[Group]:
    """Groups of the articles in the files at `paths` below `root` that could be categories. Raises OSError."""
    articles = _readable(FileArticleStore(Path(root)), paths)
    return groups([(article.title, article.text or "") for article in articles])
