"""Keep the entries of whole stories that earlier versions published, in folded.tsv.

Versions to 0.3 could publish one entry for all articles of a story. Such entries keep their ids and
dates, and their articles get no entries of their own. The file folded.tsv, beside the articles, is
written once, after the upgrade; if it differs from the database, the file is right."""

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

# Value of the former setting for one entry a story. Earlier versions wrote their setting into the
# note SHOWN_NOTE.
_WHOLE_STORIES: Final = "merge"
_SETTING_NAME: Final = "publish.stories"
_NO_TIME: Final = 0  # in seconds since 1970


def update_from_list(archive: Archive, configuration: Configuration) -> None:
    """Update the database from folded.tsv, the list of articles whose feed entry stands for a whole
    story, if that file changed. After an upgrade from a version that made such entries, write the
    file first. Call this once all stories are in the database."""
    store = archive.store

    def list_after_upgrade() -> list[Folded]:
        # called if there is no file: it returns the lines to write
        if store.stories.folded() or not _published_whole_stories(store, configuration):
            return []
        return list_published(store)

    edits = recorded.FOLDED.find_edits(archive.article_store, store, list_after_upgrade)
    if edits is None:
        return
    store.stories.replace_folded(edits.entries)
    recorded.FOLDED.note_read(store, edits.stamp, archive.clock())


def _published_whole_stories(store: Store, configuration: Configuration) -> bool:
    """Return True if an earlier version of the program published one entry for each story. A note
    in the database says so or, if the database was made again since, an old setting in the
    configuration."""
    note = store.visits.note(SHOWN_NOTE)
    if note is not None:
        return _WHOLE_STORIES in note
    faults = dropped_settings(configuration.folder, configuration.environ)
    return any(fault.key == _SETTING_NAME for fault in faults)


def list_published(store: Store) -> list[Folded]:
    """Return lines for folded.tsv, the list of articles whose feed entry stands for a whole story:
    one for each article of the stories that are published now, of each story the lead first."""
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
    """Return when the newest report of a story was added, as a Unix time in seconds; 0 if no such
    time is known."""
    seconds = [int(article.added.timestamp()) for _, article in story.reports if article.added]
    return max(seconds, default=_NO_TIME)
