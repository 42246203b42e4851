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
from syndicator.core.text import suggestion
from syndicator.store.index import Index
from syndicator.upkeep import reconcile

_READING = "reading version"  # name of a note: the version that ran last


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The articles that a pass works on; all are of followed sources. `what`: key or address of a
    source, or address, id or file of an article; "" for all. `since`: only articles added since
    then. `outdated`: only articles whose page an older version of the program read."""

    what: str = ""
    since: datetime | None = None
    outdated: bool = False


class Chosen(NamedTuple):
    """A filed article that a pass works on. `path`: of its file."""

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
    """Return the articles of `choice`, oldest first; merged copies are among them. Raises
    UsageError if it names no source and no article."""
    named_source, named_article = _find_source_or_article(archive, sources, choice.what)
    stamps = archive.store.visits.stamps()
    ids = [named_article] if named_article else list(stamps)
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
    return [Chosen(article_id, stamps[article_id].path) for _, article_id in sorted(dated)]


def _was_added_before(article: Article, since: datetime | None) -> bool:
    """True if the article was added before `since`. False if either time is unknown."""
    added = article.added or article.published
    return added is not None and since is not None and added < since


def _find_source_or_article(
    archive: Archive, sources: Mapping[str, Source], what: str
) -> tuple[str, str]:
    """Find out whether `what` names a source or an article. Return (key of the source, "") or ("",
    id of the article); both are "" if `what` is "". Raises UsageError if it names nothing, or if
    the source of the article is not followed."""
    if not what or what in sources:
        return what, ""
    alias = urls.alias(what)
    for source in sources.values():
        if urls.alias(source.url) == alias:
            return source.key, ""
    article_id = find_article_id(archive, what)
    article = archive.store.visits.article(article_id) if article_id else None
    if article_id is None or article is None:
        raise UsageError(
            f"no source or article {what!r}{suggestion(what, sources)}; give the key or address"
            " of a source (`syndicator sources` lists them), or the address, id or file of an"
            " article"
        )
    if article.source_key not in sources:
        raise UsageError(
            f"{what!r}: its source {article.source_key!r} is not in sources.toml, so it has no"
            " rules"
        )
    return "", article_id


def count_outdated(index: Index, snapshots: Snapshots, followed: Collection[str]) -> int:
    """Return how many kept pages were last read by an older version. `followed`: keys of the
    sources whose pages count."""
    return sum(key in followed for key in index.sources(sorted(snapshots.outdated())).values())


def count_newly_outdated(archive: Archive, sources: Mapping[str, Source]) -> int:
    """Return how many kept pages were last read by an older version, at the first call of this
    version. Return 0 at later calls; the version is noted in the database."""
    version = str(archive.snapshots.version)
    if archive.store.visits.note(_READING) == version:
        return 0
    archive.store.visits.set_note(_READING, version, archive.clock())
    return count_outdated(archive.store.index, archive.snapshots, sources)


def count_due_again(archive: Archive, sources: Mapping[str, Source], choice: Choice) -> int:
    """Return how many entries will be read again because the rules of their source changed. 0 if
    `choice` names an article. Raises UsageError if it names nothing."""
    key, article_id = _find_source_or_article(archive, sources, choice.what)
    if article_id:
        return 0
    states = archive.store.visits.states()
    count = 0
    for source in sources.values():
        if source.key not in states or key not in ("", source.key):
            continue
        read_with = states[source.key].rules  # digest of the rules, None if never read
        if read_with not in (None, source.rules.digest):
            count += len(reconcile.list_due_by_new_rules(archive, source))
    return count
