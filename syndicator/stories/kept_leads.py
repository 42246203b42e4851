"""Leads of stories: chosen once, when a story is first published, and written to leads.tsv beside
the articles before the database. If both differ, the file counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from syndicator.app.container import App
from syndicator.articles.beside import lists
from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Story
from syndicator.core.ports.articles import KeptFile
from syndicator.store import codec
from syndicator.stories.leads import Report, choose_lead, is_known

_READ: Final = "leads read"  # the note with the stamp of the file whose lines the database has
_NO_FILE: Final = "none"  # in place of a stamp
_NO_LEAD: Final = ""


def take_in(app: App) -> None:
    """Update the database's leads from leads.tsv. After an upgrade, or if the file was lost, write
    it from the database first."""
    file = app.article_store.file(lists.LEADS.name)
    if file.stamp() is None:
        _write_recorded(app, file)
    version = file.stamp() or _NO_FILE
    if version == app.store.visits.note(_READ):  # not edited since it was read
        return
    app.store.stories.set_leads(
        _list_changes(app.store.stories.leads(), dict(lists.LEADS.read(file)))
    )
    app.store.visits.set_note(_READ, version, app.clock())


def _write_recorded(app: App, file: KeptFile) -> None:
    recorded = app.store.stories.leads()
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


def record(app: App, leads: Mapping[str, str]) -> None:
    """Write the leads of stories (story -> article id), in the file first."""
    if not leads:
        return
    file = app.article_store.file(lists.LEADS.name)
    lists.LEADS.append(file, sorted(leads.items()))
    app.store.stories.set_leads(leads)
    app.store.visits.set_note(_READ, file.stamp(), app.clock())


def choose(app: App) -> None:
    """Choose the lead of each story that is published and has none."""
    stories_due = app.store.stories.leads_due()
    if not stories_due:
        return
    chooser = _Chooser(app)
    leads = {
        story.name: chooser.choose_lead(story) for story in app.store.stories.published(stories_due)
    }
    record(app, leads)


class _Chooser:
    """Chooses leads by the sources as they are now."""

    def __init__(self, app: App) -> None:
        today = app.clock().date()
        followed_since = {
            key: date.fromisoformat(day) for key, day in lists.FOLLOWED.read(app.beside.followed)
        }
        self._sources = app.sources
        self._known = {key for key in app.sources if is_known(followed_since.get(key), today)}
        self._by_site: dict[str, list[str]] = {}
        for key, source in app.sources.items():
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
