"""Keep the entries that earlier versions published for whole stories, in folded.tsv.

They keep id and dates, and the articles behind them stay there. The file, beside the articles, is
written once and counts if it differs from the database."""

from __future__ import annotations

from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.beside import recorded
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.tab_lists import Folded
from syndicator.configuration.settings import dropped_settings
from syndicator.core.ports import Story
from syndicator.store.engine import Store
from syndicator.store.tables.story_updates import SHOWN_NOTE

_WHOLE_STORIES: Final = (
    "merge"  # in the note SHOWN_NOTE of earlier versions, which had the setting in it
)
_SETTING: Final = "publish.stories"
_NEVER: Final = 0  # in seconds since 1970


def update_from_list(archive: Archive, configuration: Configuration) -> None:
    """Update the articles behind entries of whole stories from their list; after an upgrade, write
    that list. All stories must be in the database."""
    store = archive.store

    def list_after_upgrade() -> list[Folded]:
        if store.stories.folded() or not _published_whole_stories(store, configuration):
            return []
        return list_published(store)

    edits = recorded.FOLDED.find_edits(archive.article_store, store, list_after_upgrade)
    if edits is None:
        return
    store.stories.replace_folded(edits.entries)
    recorded.FOLDED.note_read(store, edits.stamp, archive.clock())


def _published_whole_stories(store: Store, configuration: Configuration) -> bool:
    """Return True if an earlier version published stories as one entry: by its note, or by the
    setting if the database is new."""
    note = store.visits.note(SHOWN_NOTE)
    if note is not None:
        return _WHOLE_STORIES in note
    faults = dropped_settings(configuration.folder, configuration.environ)
    return any(fault.key == _SETTING for fault in faults)


def list_published(store: Store) -> list[Folded]:
    """Return the articles of all stories that are published now, the lead of a story first."""
    stories = store.stories
    lead_ids = set(stories.leads().values())
    folded: list[Folded] = []
    for story in stories.published():
        newest_seconds = _find_newest_seconds(story)
        article_ids = [article.id for _, article in story.reports]
        leads = [article_id for article_id in article_ids if article_id in lead_ids]
        others = [article_id for article_id in article_ids if article_id not in lead_ids]
        for article_id in (*leads, *others):
            folded.append(Folded(article_id, story.name, newest_seconds))
    return folded


def _find_newest_seconds(story: Story) -> int:
    """Return when the newest report was added, in seconds since 1970; _NEVER if no report has such
    a time."""
    seconds = [int(article.added.timestamp()) for _, article in story.reports if article.added]
    return max(seconds, default=_NEVER)
