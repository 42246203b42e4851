"""Read the terms of new and changed articles for searches; after an upgrade, of all articles."""

import asyncio

from syndicator.app.archive import Archive
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.text import plain
from syndicator.searching.documents import Document, make_document

SECONDS = 10.0  # of a build or run: the next one goes on
_PART = 25  # articles in memory, and in one transaction


async def read_terms(archive: Archive, seconds: float = SECONDS) -> int:
    """Read the terms of new and changed articles, the oldest first, for about `seconds`. Return how
    many articles were read."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    count = 0
    while clock() < end:
        due = archive.store.texts.due(_PART)
        if not due:
            break
        articles = archive.store.index.articles(list(dict.fromkeys(due.values())))
        read = {article_id: _read(archive, article) for article_id, article in articles.items()}
        archive.store.texts.save(read, due)
        count += len(read)
        await asyncio.sleep(0)
    if count:
        archive.store.texts.tidy()
    return count


def _read(archive: Archive, article: Article) -> Document:
    """Return the terms of an article. If its file cannot be read, those of its body are missing."""
    from syndicator.articles.frontmatter import body  # 40 ms, which a run without news saves

    path = archive.store.index.path(article.id) or ""
    try:
        markdown = body(archive.article_store.read(path))
    except (ConfigError, OSError):
        markdown = ""
    return make_document(article, plain(markdown))
