"""Learn tags and categories from article files, or suggest new ones, in the worker.

A cache of what files say saves reading unchanged files again."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.edits import By, find_writer
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports import FileStamp
from syndicator.core.ports.articles import ArticleStore
from syndicator.describing.groups import Group, group_articles
from syndicator.describing.taxonomy.suggest import Proposal, suggest_tags
from syndicator.describing.taxonomy.taxonomy import MOST_TEXTS, Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles, load

_CACHE_NAME: Final = "learnt-articles.gz"
_CACHE_VERSION: Final = 2  # others are read again
_GZIP_LEVEL: Final = 1  # level of gzip: higher ones take five times as long for a tenth less
_MOST_BAD_FILES = 1000  # more files than anybody has that are no article
Post = tuple[str, str, tuple[str, ...]]  # title, text, tags
NOT_CACHED: Final = (None, None)
SHARE = 5  # a source may give one fifth of the tagged posts
ROOM = 30  # tagged posts that any source may give: a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """The fields of an article from which something is learnt. `text`: None if the cache does not
    have it; `category`: only one that the operator confirmed, else ""."""

    title: str
    text: str | None
    tags: tuple[str, ...] = ()
    tags_by: str = ""
    keywords: tuple[str, ...] = ()
    source_key: str = ""
    category: str = ""

    @property
    def may_teach(self) -> bool:
        """True if tags or category can be learnt from the article: the operator confirmed one of
        them, or the tags come from the publisher."""
        if self.category:
            return True
        if not self.tags:
            return False
        if self.tags_by == "operator":
            return True
        # keywords are the publisher's tags
        has_publishers_tags = bool(self.keywords)
        return self.tags_by in ("publisher", "llm") and has_publishers_tags


def find_cache_path(learnt: Path) -> Path:
    """Return the path of the cache of article texts. It is in the folder of `learnt`, the file
    learnt.npz."""
    return learnt.with_name(_CACHE_NAME)


def delete_cache(learnt: Path) -> None:
    """Delete the cache of article texts, for example because an article is deleted. `learnt`: the
    file learnt.npz, beside which the cache is. Raises OSError."""
    find_cache_path(learnt).unlink(missing_ok=True)


def list_files_to_read(files: Sequence[FileStamp], learnt: Path, newest: int) -> list[FileStamp]:
    """Return those article files that `read_taught` must read because the cache lacks something:
    files that changed, and files whose text is needed but not cached.

    `files`: the stamps (path, time and size) of all files, oldest first. `learnt`: the file
    learnt.npz, beside which the cache is. `newest`: so many of the newest articles need a text, and
    so do all articles from which something can be learnt."""
    cached = _read_cache(find_cache_path(learnt))
    # `read_taught` counts only readable files: up to _MOST_BAD_FILES older ones may need a text
    first_with_text = len(files) - newest - _MOST_BAD_FILES
    missing = []
    for number, stamp in enumerate(files):
        cached_stamp, article = cached.get(stamp.path, NOT_CACHED)
        if article is None or cached_stamp != stamp:
            missing.append(stamp)
            continue
        needs_text = article.may_teach or number >= first_with_text
        if needs_text and article.text is None:
            missing.append(stamp)
    return missing


def read_taught(
    article_store: ArticleStore, files: Sequence[FileStamp], learnt: Path, newest: int
) -> list[Taught]:
    """Return the fields of each article from which something is learnt, oldest first. They come
    from the cache; files that changed are read, and the cache is updated.

    `files`: the stamps (path, time and size) of the article files, oldest first; files that are no
    articles are left out. `learnt`: the file learnt.npz, beside which the cache is. `newest`: so
    many of the newest articles have a text, and so have all articles from which something can be
    learnt; others may have None. Raises OSError."""
    # take the fields of each file from the cache, or from the file if it changed
    cached = _read_cache(find_cache_path(learnt))
    readable: list[tuple[FileStamp, Taught]] = []
    for stamp in files:
        cached_stamp, article = cached.get(stamp.path, NOT_CACHED)
        if article is None or cached_stamp != stamp:
            article = _read_fields(article_store, stamp.path)
        if article is not None:
            readable.append((stamp, article))

    # read the texts that are needed and missing; the cache keeps only texts that are needed
    entries = {}
    taught = []
    first_with_text = len(readable) - newest
    for number, (stamp, cached_article) in enumerate(readable):
        article = cached_article
        needs_text = number >= first_with_text or article.may_teach
        if needs_text and article.text is None:
            article = _read_fields(article_store, stamp.path) or cached_article
        taught.append(article)
        to_cache = article if needs_text else replace(article, text=None)
        entries[stamp.path] = (stamp, to_cache)

    if entries != cached:
        _write_cache(find_cache_path(learnt), entries.values())
    return taught


def _read_fields(article_store: ArticleStore, path: str) -> Taught | None:
    """Return the fields of an article file from which something is learnt. None if the file is gone
    or is no article. `path`: of the file, in the article store."""
    article = next(_read_articles(article_store, [path]), None)
    if article is None:
        return None
    is_confirmed = find_writer(article, "category") is By.OPERATOR
    return Taught(
        title=article.title,
        text=article.text,
        tags=article.tags,
        tags_by=article.tags_by,
        keywords=article.keywords,
        source_key=article.source_key,
        category=article.category if is_confirmed else "",
    )


def _read_cache(path: Path) -> dict[str, tuple[FileStamp, Taught]]:
    """Return the content of the cache at `path`, as a mapping from the path of an article file to a
    pair: the stamp of the file when it was read, and the fields that it had. Return {} if the cache
    is missing, broken or of another version."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            if json.loads(next(lines)) != _CACHE_VERSION:
                return {}
            entries = {}
            for line in lines:
                stamp, article = _parse_row(json.loads(line))
                entries[stamp.path] = (stamp, article)
            return entries
    except (OSError, EOFError, ValueError, TypeError, StopIteration, KeyError):
        return {}


def _parse_row(row: dict[str, Any]) -> tuple[FileStamp, Taught]:
    """Return an entry of the cache: the stamp of an article file, and the fields that the file had.
    `row`: the JSON object on a line of the cache; its keys are removed by this call."""
    stamp = FileStamp(path=row.pop("path"), mtime_ns=row.pop("mtime_ns"), size=row.pop("size"))
    row["tags"] = tuple(row["tags"])
    row["keywords"] = tuple(row["keywords"])
    return stamp, Taught(**row)


def _write_cache(path: Path, entries: Iterable[tuple[FileStamp, Taught]]) -> None:
    """Replace the cache at `path`. Its first line is the version of the format; each other line is
    a JSON object with the stamp and the fields of an article. `entries`: (stamp, fields) of each
    article."""
    new_path = path.with_name(f".{path.name}.new")
    with gzip.open(new_path, "wt", encoding="utf-8", compresslevel=_GZIP_LEVEL) as out:
        out.write(f"{_CACHE_VERSION}\n")
        for stamp, article in entries:
            stamp_fields = {"path": stamp.path, "mtime_ns": stamp.mtime_ns, "size": stamp.size}
            out.write(json.dumps(stamp_fields | asdict(article)) + "\n")
    new_path.replace(path)


def learn_from_files(
    files: TaxonomyFiles, root: str, stamps: Sequence[FileStamp], minimum: int
) -> tuple[int, int, int]:
    """Learn tags and categories from article files, and replace the file learnt.npz; delete it if
    nothing can be learnt. Return three numbers: of articles with confirmed tags, of learnt tags,
    and of articles with a confirmed category.

    `files`: the paths of taxonomy.toml and learnt.npz. `root`: the folder of the article files.
    `stamps`: path, time and size of each article file, oldest first. `minimum`: tags are learnt
    only if so many articles have confirmed ones; the same holds for categories. Raises ConfigError
    or OSError."""
    toml = Path(files[0])
    learnt = Path(files[1])
    taxonomy = Taxonomy.from_toml(toml) if toml.exists() else Taxonomy()
    articles = read_taught(FileArticleStore(Path(root)), stamps, learnt, MOST_TEXTS)
    posts = limit_tagged_posts(select_confirmed_tags(articles, taxonomy))
    categorised = []
    for article in articles:
        if article.category:
            categorised.append((article.title, article.text or "", article.category))
    model = taxonomy.learn(posts, least=minimum, filed=categorised)

    # count the confirmed tags and the articles that have some
    tagged_articles = 0
    all_tags = set[str]()
    for _, _, tags in posts:
        all_tags.update(tags)
        if tags:
            tagged_articles += 1

    # replace learnt.npz
    has_learnt_nothing = model.learnt is None and model.filed is None and not model.forms
    if has_learnt_nothing:
        learnt.unlink(missing_ok=True)
        return tagged_articles, 0, len(categorised)
    new_path = learnt.with_name(f".{learnt.name}.new")
    model.save(new_path)
    new_path.replace(learnt)
    learnt_tags = len(all_tags) if model.learnt else 0
    return tagged_articles, learnt_tags, len(categorised)


def _read_articles(article_store: ArticleStore, paths: Iterable[str]) -> Iterator[Article]:
    """Yield the article in each of the files at `paths`. Missing and broken files are left out."""
    for path in paths:
        with suppress(ConfigError, FileNotFoundError):
            yield article_store.get(path)


def limit_tagged_posts(past: Iterable[tuple[str, Post]]) -> list[Post]:
    """Return all posts, oldest first, but with tags on only a limited number of posts of each
    source, so that no single source decides what is learnt. If a source has more posts with tags,
    its newest posts keep their tags, and the older ones lose them.

    `past`: pairs (source key, post), oldest first; a post is (title, text, tags). Posts with the
    source key "" have no limit."""
    posts = list(past)
    tagged_posts = Counter(source for source, (_, _, tags) in posts if tags and source)
    limit = _find_limit_per_source(tagged_posts)
    posts_by_source = Counter[str]()  # tagged posts that the loop has seen
    newest_first: list[Post] = []
    for source, (title, text, tags) in reversed(posts):
        if tags:
            posts_by_source[source] += 1
        has_limit = bool(source)
        if has_limit and posts_by_source[source] > limit:
            newest_first.append((title, text, ()))
        else:
            newest_first.append((title, text, tags))
    return newest_first[::-1]


def _find_limit_per_source(posts: Counter[str]) -> int:
    """Return the highest number of posts with tags that each source may give, so that no source
    gives more than one fifth (1 / SHARE) of all posts with tags. It is never less than ROOM.
    `posts`: number of posts with tags by source key."""
    counts = sorted(posts.values(), reverse=True)
    if not counts:
        return ROOM
    if len(counts) < SHARE:
        # a fifth is impossible with so few sources: none may give more than the second largest
        is_only_source = len(counts) == 1
        second_highest = counts[0] if is_only_source else counts[1]
        return max(ROOM, second_highest)
    # try limits from the highest number down
    highest = counts[0]
    for limit in range(highest, ROOM, -1):
        post_count = sum(min(limit, count) for count in counts)
        if limit * SHARE <= post_count:
            return limit
    return ROOM


def select_confirmed_tags(
    articles: Iterable[Article | Taught], taxonomy: Taxonomy
) -> Iterator[tuple[str, Post]]:
    """Yield a pair (source key, post) for each article. A post is (title, text, tags) and has only
    confirmed tags. If the operator set the tags, all of them are confirmed, and the source key is
    "". Otherwise, only the tags that the publisher gave are confirmed."""
    for article in articles:
        text = article.text or ""
        source = article.source_key
        tags: tuple[str, ...] = ()
        if article.tags_by == "operator":
            tags = article.tags
            source = ""
        elif article.tags_by in ("publisher", "llm"):
            from_publisher = set(taxonomy.map_published_tags(article.keywords, text, article.title))
            tags = tuple(tag for tag in article.tags if tag in from_publisher)
        yield source, (article.title, text, tags)


def suggest_tags_from_files(
    files: TaxonomyFiles, root: str, paths: Sequence[str]
) -> list[Proposal]:
    """Return suggestions of tags that taxonomy.toml lacks. `files`: the paths of taxonomy.toml and
    learnt.npz. `paths`: the article files to search, relative to the folder `root`. Raises
    ConfigError or OSError."""
    toml = Path(files[0])
    vocabulary = load(toml) if toml.exists() else None
    posts = []
    for article in _read_articles(FileArticleStore(Path(root)), paths):
        tags = tuple(dict.fromkeys((*article.keywords, *article.tags)))
        posts.append((article.title, article.text, tags))
    return suggest_tags(posts, vocabulary)


def group_article_files(root: str, paths: Sequence[str]) -> list[Group]:
    """Return groups of similar articles, each of which could become a category. `paths`: the
    article files to group, relative to the folder `root`. Raises OSError."""
    articles = _read_articles(FileArticleStore(Path(root)), paths)
    return group_articles([(article.title, article.text or "") for article in articles])
