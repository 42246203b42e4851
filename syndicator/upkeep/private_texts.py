"""Keep mails and other private texts out of feeds that anybody can read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from syndicator.app.archive import Archive
from syndicator.app.contexts import make_filing_context
from syndicator.app.read_configuration import Configuration
from syndicator.core import urls
from syndicator.core.model import Article, Source
from syndicator.core.reasons import HoldReason
from syndicator.filing.save_article import write_article
from syndicator.store.database import CHUNK

# Name of a note: [whether the instance was public, its private sources] at the last call, as JSON.
_NOTE = "private sources"


def update_private_holds(archive: Archive, configuration: Configuration) -> None:
    """Put private articles on hold if this instance is public, and publish articles that were on
    hold as private and no longer are. An article that the operator released stays published. Does
    nothing if the configuration is as at the last call. Raises OSError or StoreError."""
    # compare the configuration with the one of the last call
    is_public = not configuration.settings.publish.secret_path
    sources = configuration.sources.values()
    private_keys = sorted(source.key for source in sources if source.content == "private")
    visits = archive.store.visits
    note_before = visits.note(_NOTE)
    if note_before is None and not private_keys:
        return
    note_now = json.dumps([is_public, private_keys])
    if note_before == note_now:
        return

    # imported late: a start with nothing to do need not load the code that files articles
    from syndicator.filing.entry.carry_out import release

    context = make_filing_context(archive, configuration.sources)
    for article in _iterate_articles(archive):
        path = archive.article_store.find(article.id)
        if path is None:
            continue
        must_be_held = is_public and is_for_reader_alone(article, configuration.sources)
        is_held_as_private = article.hold and article.hold_reason == HoldReason.PRIVATE
        was_never_held = not article.hold and not article.hold_reason
        is_followed = article.source_key in configuration.sources
        if must_be_held and was_never_held:
            in_file = archive.article_store.get(path)
            held = replace(in_file, hold=True, hold_reason=HoldReason.PRIVATE)
            write_article(context.article_store, context.store, held, before=in_file, path=path)
        elif is_held_as_private and is_followed and not must_be_held:
            release(archive.article_store.get(path), path, context)
    visits.set_note(_NOTE, note_now, archive.clock())


def is_for_reader_alone(article: Article, sources: Mapping[str, Source]) -> bool:
    """True if only the reader of this instance may see the article, so that a public instance must
    not publish it: its source has the setting `content = "private"`, or the article is a mail and
    its source was removed. `sources`: the followed sources by key."""
    source = sources.get(article.source_key)
    if source is None:
        return urls.is_mail(article.url)
    return source.content == "private"


def _iterate_articles(archive: Archive) -> Iterator[Article]:
    """Yield all articles, without bodies. They are read from the database in parts."""
    ids = list(archive.store.visits.stamps())
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        yield from archive.store.index.articles(chunk).values()
