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
    """Read the terms (words) of new and changed articles, the oldest first, and save them for
    searches. Stop after about `seconds`. Return how many articles were read."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    count = 0
    while clock() < end:
        due = archive.store.texts.due(_PART)  # the values of this mapping are article ids
        if not due:
            break
        ids = list(dict.fromkeys(due.values()))  # each id once
        articles = archive.store.index.articles(ids)
        documents = {}
        for article_id, article in articles.items():
            documents[article_id] = _read_article_terms(archive, article)
        archive.store.texts.save(documents, due)
        count += len(documents)
        await asyncio.sleep(0)  # let other tasks run
    if count:
        archive.store.texts.tidy()
    return count


def _read_article_terms(archive: Archive, article: Article) -> Document:
    """Return the terms (words) of an article: of its fields, and of the body in its file. If the
    file cannot be read, the terms of the body are missing."""
    # imported late: it takes 40 ms, which a run without news saves
    from syndicator.articles.frontmatter import body

    path = archive.store.index.path(article.id) or ""
    try:
        markdown = body(archive.article_store.read(path))
    except (ConfigError, OSError):
        markdown = ""
    return make_document(article, plain(markdown))
