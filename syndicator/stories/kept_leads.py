"""Choose the lead article of each story, once, when it is first published; keep it in leads.tsv.

The file leads.tsv, beside the articles, is written before the database; if both differ, the file is
right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.beside import recorded
from syndicator.articles.beside.tab_lists import FOLLOWED, LEADS
from syndicator.core import urls
from syndicator.core.model import Article, Source
from syndicator.core.ports import Story
from syndicator.store import codec
from syndicator.stories.leads import Report, choose_lead, is_known

_NO_LEAD: Final = ""


def update_from_list(archive: Archive) -> None:
    """Update the lead article of each story in the database from the file leads.tsv, if the file
    changed."""
    edits = recorded.LEADS.find_edits(archive.article_store, archive.store)
    if edits is None:  # the file has not changed
        return
    removed = {story: _NO_LEAD for story, _ in edits.removed}
    archive.store.stories.set_leads({**removed, **dict(edits.added)})
    recorded.LEADS.note_read(archive.store, edits.stamp, archive.clock())


def record_leads(archive: Archive, leads: Mapping[str, str]) -> None:
    """Record the lead articles of stories, first in leads.tsv, then in the database. `leads`: name
    of the story -> id of its lead article."""
    if not leads:
        return
    LEADS.append(archive.article_store, sorted(leads.items()))
    archive.store.stories.set_leads(leads)
    recorded.LEADS.note_written(archive.article_store, archive.store, archive.clock())


def choose_missing_leads(archive: Archive, sources: Mapping[str, Source]) -> None:
    """Choose and record a lead, the article that stands for the story, for each published story
    that has none. `sources`: key -> source."""
    stories_due = archive.store.stories.list_leads_due()
    if not stories_due:
        return
    chooser = _Chooser(archive, sources)
    leads = {
        story.name: chooser.choose_lead(story)
        for story in archive.store.stories.published(stories_due)
    }
    record_leads(archive, leads)


class _Chooser:
    """Chooses leads by the settings of the sources and the days since when they are followed."""

    def __init__(self, archive: Archive, sources: Mapping[str, Source]) -> None:
        """Find out which sources we have followed for long enough, so that they may lead a story,
        and which sources each web site has. `sources`: key -> source."""
        today = archive.clock().date()
        followed_since: dict[str, date] = {}
        for key, day in FOLLOWED.read(archive.article_store):
            followed_since[key] = date.fromisoformat(day)
        self._sources = sources
        self._known_keys = {key for key in sources if is_known(followed_since.get(key), today)}
        self._keys_by_site: dict[str, list[str]] = {}
        for key, source in sources.items():
            site = urls.site(source.url)
            self._keys_by_site.setdefault(site, []).append(key)

    def choose_lead(self, story: Story) -> str:
        """Return the id of the article that leads a published story."""
        return choose_lead([self._make_report(article) for _, article in story.reports])

    def _make_report(self, article: Article) -> Report:
        """Return the facts about an article by which the lead of a story is chosen: when it was
        added, whether the operator prefers its source, and whether we have followed its source for
        long enough."""
        keys = self._list_sources(article)
        return Report(
            article=article.id,
            added=codec.to_micros_or_never(article.added),
            is_preferred=any(self._sources[key].lead for key in keys),
            is_known=any(key in self._known_keys for key in keys),
        )

    def _list_sources(self, article: Article) -> list[str]:
        """Return the keys of the sources on the web site of an article, whichever source announced
        it. If no source is on that site, return the source that announced the article, or an empty
        list if that source was removed."""
        # A source is on the site of its feed's address. That a site names a feed as its own does
        # not count, since anybody may do that.
        sources_of_site = self._keys_by_site.get(urls.site(article.url), [])
        if sources_of_site:
            return sources_of_site
        if article.source_key in self._sources:
            return [article.source_key]
        return []
