"""Leads of stories: chosen once, when a story is first published, and written to leads.tsv beside the articles before
the database. If both differ, the file counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from syndicator.articles.beside import lists
from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import Story
from syndicator.services.container import App
from syndicator.store import codec
from syndicator.stories.leads import Report, choose_lead, is_known

_READ: Final = "leads read"  # the note with the stamp of the file whose lines the database has
_NO_FILE: Final = "none"


def take_in(app: App) -> None:
    """Update the database's leads from leads.tsv; write that after an upgrade, or if it was lost."""
    file, notes = app.article_store.file(lists.LEADS.name), app.store.visits
    recorded = app.store.stories.leads() if (stamp := file.stamp()) is None else {}
    if recorded:
        lists.LEADS.append(file, sorted(recorded.items()))
        stamp = file.stamp()
    if (stamp or _NO_FILE) == notes.note(_READ):
        return
    recorded = app.store.stories.leads()
    decided = dict(lists.LEADS.read(file))
    changed = {story: decided.get(story, "") for story in recorded.keys() | decided.keys()}
    app.store.stories.set_leads({story: lead for story, lead in changed.items() if recorded.get(story, "") != lead})
    notes.set_note(_READ, stamp or _NO_FILE, app.clock())


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
    due = app.store.stories.leads_due()
    if not due:
        return
    chooser = _Chooser(app)
    found = {story.name: chooser.choose(story) for story in app.store.stories.published(due)}
    record(app, found)


class _Chooser:
    """Chooses leads by the sources as they are now."""

    def __init__(self, app: App) -> None:
        today = app.clock().date()
        since = {key: date.fromisoformat(day) for key, day in lists.FOLLOWED.read(app.beside.followed)}
        self._sources = app.sources
        self._known = {key for key in app.sources if is_known(since.get(key), today)}
        self._by_site: dict[str, list[str]] = {}
        for key, source in app.sources.items():
            self._by_site.setdefault(urls.site(source.url), []).append(key)

    def choose(self, story: Story) -> str:
        return choose_lead([self._report(article) for _, article in story.reports])

    def _report(self, article: Article) -> Report:
        keys = self._sources_of(article)
        return Report(
            article=article.id,
            added=codec.micros_or(article.added),
            is_preferred=any(self._sources[key].lead for key in keys),
            is_known=any(key in self._known for key in keys),
        )

    def _sources_of(self, article: Article) -> list[str]:
        """Return the sources of the article's site, whoever announced it first; without any, the one that brought it.
        Hosts that link a source's feed do not count: a stranger may link any feed."""
        own = self._by_site.get(urls.site(article.url), [])
        return own or [key for key in (article.source_key,) if key in self._sources]
