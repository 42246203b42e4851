"""Choose filed articles by source, address, day or version that read them; count outdated ones."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syndicator.app.archive import Archive
from syndicator.app.lookup import find_article_id, iterate_articles
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import Article, Source
from syndicator.core.ports.articles import Snapshots
from syndicator.core.text import suggest_similar
from syndicator.store.index import Index
from syndicator.upkeep import reconcile

_READING = "reading version"  # name of a note: the version that ran last


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The choice of articles of followed sources to work on. `what`: key or address of a source, or
    address, id or file of an article; "" for all articles. `since`: only articles added since then,
    None for no limit. `outdated`: True for only articles whose page an older version of the program
    read."""

    what: str = ""
    since: datetime | None = None
    outdated: bool = False


class Chosen(NamedTuple):
    """A chosen article. `id`: of the article; `path`: of its file."""

    id: str
    path: str


def choose_all_articles(archive: Archive, since: datetime | None) -> list[Chosen]:
    """Return the articles added since `since` (None: all), sorted by path. Articles of removed
    sources are among them."""
    stamps = archive.store.visits.stamps()
    articles = []
    for article in iterate_articles(archive.store, stamps):
        if not _was_added_before(article, since):
            articles.append(Chosen(article.id, stamps[article.id].path))
    return sorted(articles, key=lambda article: article.path)


def choose_articles(
    archive: Archive, sources: Mapping[str, Source], choice: Choice
) -> list[Chosen]:
    """Return the articles of followed sources that `choice` describes, oldest first; merged copies
    are among them. `sources`: the followed sources by key. Raises UsageError if `choice` names a
    source or article that does not exist."""
    named_source, named_article = _find_source_or_article(archive, sources, choice.what)
    stamps = archive.store.visits.stamps()
    ids = [named_article] if named_article else list(stamps)  # the keys of stamps are all ids
    if choice.outdated:
        outdated = archive.snapshots.outdated()
        ids = [article_id for article_id in ids if article_id in outdated]
    dated = []
    for article in iterate_articles(archive.store, ids):
        if article.source_key not in sources:
            continue
        if named_source and article.source_key != named_source:
            continue
        if _was_added_before(article, choice.since):
            continue
        added = article.added or article.published
        seconds = added.timestamp() if added else 0.0
        dated.append((seconds, article.id))
    dated.sort()
    return [Chosen(article_id, stamps[article_id].path) for _, article_id in dated]


def _was_added_before(article: Article, since: datetime | None) -> bool:
    """True if the article was added before `since`. False if either time is unknown."""
    added = article.added or article.published
    return added is not None and since is not None and added < since


def _find_source_or_article(
    archive: Archive, sources: Mapping[str, Source], what: str
) -> tuple[str, str]:
    """Find the source or the article that `what` names. Return a pair: the key of the source and
    the id of the article, one of which is ""; both are "" if `what` is "".

    `what`: key or address of a source, or address, id or file of an article. Raises UsageError if
    it names neither, or if the source of the article is not followed."""
    if not what:
        return "", ""
    if what in sources:
        return what, ""
    alias = urls.alias(what)
    for source in sources.values():
        if urls.alias(source.url) == alias:
            return source.key, ""
    article_id = find_article_id(archive, what)
    article = archive.store.visits.article(article_id) if article_id else None
    if article_id is None or article is None:
        raise UsageError(
            f"no source or article {what!r}{suggest_similar(what, sources)}; give the key or"
            " address of a source (`syndicator sources` lists them), or the address, id or file of"
            " an article"
        )
    if article.source_key not in sources:
        raise UsageError(
            f"{what!r}: its source {article.source_key!r} is not in sources.toml, so it has no"
            " rules"
        )
    return "", article_id


def count_outdated(index: Index, snapshots: Snapshots, followed: Collection[str]) -> int:
    """Return how many kept pages were last read by an older version of the program. `followed`:
    keys of the sources whose pages count."""
    source_by_article = index.sources(sorted(snapshots.outdated()))
    return sum(key in followed for key in source_by_article.values())


def count_newly_outdated(archive: Archive, sources: Mapping[str, Source]) -> int:
    """Return how many kept pages of the followed `sources` were last read by an older version of
    the program, so that the operator is told of them once. Only the first call of a version counts
    them; later calls return 0. A note in the database has the version of the last call."""
    version = str(archive.snapshots.version)
    if archive.store.visits.note(_READING) == version:
        return 0
    archive.store.visits.set_note(_READING, version, archive.clock())
    return count_outdated(archive.store.index, archive.snapshots, sources)


def count_due_again(archive: Archive, sources: Mapping[str, Source], choice: Choice) -> int:
    """Return how many refused or failed entries will be read again because the rules of their
    source changed. `choice`: its `what` names one source, or is "" for all `sources`; if it names
    an article, return 0. Raises UsageError if it names nothing that exists."""
    chosen_key, article_id = _find_source_or_article(archive, sources, choice.what)
    if article_id:
        return 0
    states = archive.store.visits.states()
    count = 0
    for source in sources.values():
        is_chosen = chosen_key in ("", source.key)
        if source.key not in states or not is_chosen:
            continue
        digest_at_last_visit = states[source.key].rules  # None if the source was never read
        if digest_at_last_visit not in (None, source.rules.digest):
            count += len(reconcile.list_due_by_new_rules(archive, source))
    return count
