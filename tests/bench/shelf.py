"""An instance of any size for benchmarks: sources.toml, taxonomy.toml, article files and the
database, all made up.

Its articles are as large as real ones: bodies of 600 to 1,000 words in paragraphs, a title, an
excerpt, one of 12 categories, and 1 to 5 of 2,000 tags that are as frequent as tags are (Zipf: the
commonest has a seventh of what all have). The article of a number is the same on every machine."""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.frontmatter import dump
from syndicator.core.model import Article, Origin, make_article_id
from syndicator.core.ports import FileStamp
from syndicator.store.engine import open_store

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
TAGS = 2_000
CATEGORIES = 12
LISTED = 200  # of them in taxonomy.toml
_PARTS = (
    ("ba", "ce", "di", "fo", "gu", "ha", "ke", "lo", "mi", "ne"),
    ("lan", "mer", "nor", "pas", "rik", "sel", "tor"),
)
VOCABULARY = [
    "".join(parts) + end
    for parts in itertools.product(*_PARTS, *_PARTS[:1])
    for end in ("", "s", "ing", "ed")
]
_STEPS = list(itertools.accumulate(1 / (place + 1) for place in range(TAGS)))


def tag(pick: random.Random) -> str:
    """One of the tags, as often as Zipf has it."""
    return f"Topic {bisect.bisect(_STEPS, pick.random() * _STEPS[-1]) + 1}"


def body(pick: random.Random) -> str:
    """600 to 1,000 words in sentences and paragraphs."""
    words = pick.choices(VOCABULARY, k=pick.randint(600, 1000))
    sentences = [
        " ".join(words[at : at + 14]).capitalize() + "." for at in range(0, len(words), 14)
    ]
    return "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


def article(number: int, total: int, sources: int, *, text: bool = True) -> Article:
    """The article of a number, of `total` in a year. `text`: with its body."""
    pick = random.Random(number)
    source = number % sources
    url = f"https://s{source}.example/{number}"
    added = BEGIN + YEAR * (number / total)
    tags = tuple(dict.fromkeys(tag(pick) for _ in range(pick.randint(1, 5))))
    title = " ".join(pick.choices(VOCABULARY, k=9)).capitalize()
    excerpt = " ".join(pick.choices(VOCABULARY, k=40)).capitalize() + "."
    made = body(pick) if text else ""
    return Article(
        id=make_article_id(url),
        url=url,
        title=title,
        body=(f"Of {tags[0]}: " + made) if made else "",
        author="Ann Writer",
        published=added.replace(microsecond=0) - timedelta(minutes=7),
        added=added.replace(microsecond=0),
        cover=f"{url}.jpg",
        excerpt=excerpt,
        category=f"Category {number % CATEGORIES}",
        tags=tags,
        keywords=tags,
        tags_by="publisher",
        excerpt_by="rules",
        language="en",
        source_key=f"source-{source}",
        source_id=url,
        origin=Origin(
            title=f"Source {source}",
            url=f"https://s{source}.example/feed",
            id=f"urn:example:{source}",
        ),
    )


def path_of(made: Article) -> str:
    assert made.published is not None
    return f"{made.published:%Y/%m}/{made.id[:6]}-{made.id}.md"


def configure(folder: Path, sources: int, *, publish: str = "") -> None:
    """The configuration of an instance in `folder`."""
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "syndicator.toml").write_text(
        '[site]\ntitle = "Bench"\nurl = "https://feeds.example/"\ncontact ='
        ' "me@feeds.example"\n[publish]\n' + publish
    )
    with (config / "sources.toml").open("w") as file:
        for number in range(sources):
            file.write(
                f'[[source]]\nkey = "source-{number}"\nurl ='
                f' "https://s{number}.example/feed"\nenabled = false\n\n'
            )
    listed = "".join(f'[[tag]]\nname = "Topic {number + 1}"\n\n' for number in range(LISTED))
    described = "".join(
        f'[[category]]\nname = "Category {number}"\ndescription = "{VOCABULARY[number]}"\n\n'
        for number in range(CATEGORIES)
    )
    (config / "taxonomy.toml").write_text(described + listed)


def fill(folder: Path, articles: int, sources: int, *, files: bool = True) -> None:
    """Article files (`files`) and their rows. Without files, what walks over the article store
    finds them missing."""
    root = folder / "feeds/articles"
    store = FileArticleStore(root)
    store.instance()

    def made() -> Iterator[tuple[Article, FileStamp]]:
        for number in range(articles):
            one = article(number, articles, sources, text=files)
            path = root / path_of(one)
            if files:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(dump(one))
                stat = path.stat()
                yield (
                    one,
                    FileStamp(path=path_of(one), mtime_ns=stat.st_mtime_ns, size=stat.st_size),
                )
            else:
                yield one, FileStamp(path=path_of(one), mtime_ns=number, size=1)

    state = folder / "feeds/state"
    state.mkdir(parents=True, exist_ok=True)
    with open_store(f"sqlite:///{state / 'syndicator.db'}", articles_exist=False) as opened:
        opened.reindex(made())
