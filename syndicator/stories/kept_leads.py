"""Leads of stories: chosen once, when a story is first published, and written to leads.tsv beside
the articles before the database. If both differ, the file counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from syndicator.app.archive import Archive
from syndicator.articles.beside import lists
from syndicator.core import urls
from syndicator.core.model import Article, Source
from syndicator.core.ports import Story
from syndicator.core.ports.articles import KeptFile
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.stories.leads import Report, choose_lead, is_known

_READ: Final = "leads read"  # the note with the stamp of the file whose lines the database has
_NO_FILE: Final = "none"  # in place of a stamp
_NO_LEAD: Final = ""


def take_in(archive: Archive) -> None:
    """Update the database's leads from leads.tsv. After an upgrade, or if the file was lost, write
    it from the database first."""
    file = archive.article_store.file(lists.LEADS.name)
    if file.stamp() is None:
        _write_recorded(archive.store, file)
    version = file.stamp() or _NO_FILE
    if version == archive.store.visits.note(_READ):  # not edited since it was read
        return
    archive.store.stories.set_leads(
        _list_changes(archive.store.stories.leads(), dict(lists.LEADS.read(file)))
    )
    archive.store.visits.set_note(_READ, version, archive.clock())


def _write_recorded(store: Store, file: KeptFile) -> None:
    recorded = store.stories.leads()
    if recorded:
        lists.LEADS.append(file, sorted(recorded.items()))


def _list_changes(recorded: Mapping[str, str], decided: Mapping[str, str]) -> dict[str, str]:
    """Return the leads that the database lacks (story -> article id, _NO_LEAD to remove one).
    `recorded`: those in the database; `decided`: those in the file."""
    changes: dict[str, str] = {}
    for story in recorded.keys() | decided.keys():
        lead = decided.get(story, _NO_LEAD)
        if recorded.get(story, _NO_LEAD) != lead:
            changes[story] = lead
    return changes


def record(archive: Archive, leads: Mapping[str, str]) -> None:
    """Write the leads of stories (story -> article id), in the file first."""
    if not leads:
        return
    file = archive.article_store.file(lists.LEADS.name)
    lists.LEADS.append(file, sorted(leads.items()))
    archive.store.stories.set_leads(leads)
    archive.store.visits.set_note(_READ, file.stamp(), archive.clock())


def choose(archive: Archive, sources: Mapping[str, Source]) -> None:
    """Choose the lead of each story that is published and has none."""
    stories_due = archive.store.stories.leads_due()
    if not stories_due:
        return
    chooser = _Chooser(archive, sources)
    leads = {
        story.name: chooser.choose_lead(story)
        for story in archive.store.stories.published(stories_due)
    }
    record(archive, leads)


class _Chooser:
    """Chooses leads by the sources as they are now."""

    def __init__(self, archive: Archive, sources: Mapping[str, Source]) -> None:
        today = archive.clock().date()
        followed_since = {
            key: date.fromisoformat(day)
            for key, day in lists.FOLLOWED.read(archive.beside.followed)
        }
        self._sources = sources
        self._known = {key for key in sources if is_known(followed_since.get(key), today)}
        self._by_site: dict[str, list[str]] = {}
        for key, source in sources.items():
            self._by_site.setdefault(urls.site(source.url), []).append(key)

    def choose_lead(self, story: Story) -> str:
        """Return the id of the article that leads a published story."""
        return choose_lead([self._make_report(article) for _, article in story.reports])

    def _make_report(self, article: Article) -> Report:
        keys = self._list_sources(article)
        return Report(
            article=article.id,
            added=codec.micros_or(article.added),
            is_preferred=any(self._sources[key].lead for key in keys),
            is_known=any(key in self._known for key in keys),
        )

    def _list_sources(self, article: Article) -> list[str]:
        """Return the sources of the article's site, whoever announced it first; without any, the
        one that brought it. Hosts that link a source's feed do not count: a stranger may link any
        feed."""
        sources_of_site = self._by_site.get(urls.site(article.url), [])
        if sources_of_site:
            return sources_of_site
        if article.source_key in self._sources:
            return [article.source_key]
        return []
