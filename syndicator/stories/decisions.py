"""Put articles into stories, join or leave stories; record it in stories.tsv.

The file, beside the articles, is written before the database and counts if both differ."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from syndicator.app.archive import Archive
from syndicator.app.beside import recorded
from syndicator.app.lookup import need_article
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.tab_lists import STORIES, Decided
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import Article
from syndicator.store.tables.story_updates import SHOWN_NOTE
from syndicator.store.tables.stories import Member
from syndicator.stories import kept_leads, whole_story_entries

_DONE: Final = "explained"  # value of the note SHOWN_NOTE


def outlet_of(article: Article) -> str:
    """Return the outlet of an article: the publisher of its own site, whoever announced it."""
    return urls.publisher(article.url)


def story_name(article_id: str, now: datetime) -> str:
    """Return a new name for a story that begins at `now` with the article `id`; see
    `view.leading`."""
    digest = (
        b32encode(hashlib.sha256(f"{article_id} {now.isoformat()}".encode()).digest())
        .decode()
        .lower()
    )
    return f"{now.timestamp():.0f}{digest}"[:26]


def take_in(archive: Archive, configuration: Configuration) -> set[str]:
    """Update the database's stories from the files beside the articles. Returns the ids of articles
    whose story changed."""
    notes = archive.store.visits
    kept_leads.take_in(archive)
    changed = _take_in_members(archive)
    # once for each database: earlier versions did not record what a story shows
    is_upgraded = notes.note(SHOWN_NOTE) == _DONE
    if not is_upgraded:
        archive.store.stories.update_all()
        kept_leads.choose(archive, configuration.sources)
    whole_story_entries.take_in(archive, configuration)  # reads what the earlier version noted
    if not is_upgraded:  # noted last, so that an upgrade that is interrupted is done again
        notes.set_note(SHOWN_NOTE, _DONE, archive.clock())
    return changed


def _take_in_members(archive: Archive) -> set[str]:
    edits = recorded.STORIES.find_edits(archive.article_store, archive.store)
    if edits is None:
        return set()
    added_ids = [decided.article for decided in edits.added]
    outlets = {
        article_id: outlet_of(article)
        for article_id, article in archive.store.index.articles(added_ids).items()
    }
    members = [
        Member(article_id, story, outlets.get(article_id, ""), final)
        for article_id, story, final in edits.added
    ]
    gone = {decided.article for decided in edits.removed}.difference(added_ids)
    archive.store.stories.save_members(members, gone)
    recorded.STORIES.note_read(archive.store, edits.stamp, archive.clock())
    return gone.union(added_ids)


def decide(
    archive: Archive, stories: Mapping[str, str], outlets: Mapping[str, str], *, final: bool
) -> None:
    """Put articles into stories ("": none), in the file first. Mappings: by article id. `final`: by
    an operator."""
    if not stories:
        return
    decided = [Decided(article_id, story, final) for article_id, story in sorted(stories.items())]
    STORIES.append(archive.article_store, decided)
    members = [
        Member(article_id, story, outlets.get(article_id, ""), final)
        for article_id, story in stories.items()
        if story
    ]
    archive.store.stories.save_members(
        members, [article_id for article_id, story in stories.items() if not story]
    )
    recorded.STORIES.note_written(archive.article_store, archive.store, archive.clock())


def plan_join(
    archive: Archive, configuration: Configuration, named: Sequence[str]
) -> dict[str, str]:
    """Return the story for the named articles and all others of their stories, by article id.
    Raises UsageError."""
    # imported late: it reads sources.toml with pydantic

    take_in(archive, configuration)
    ids = list(dict.fromkeys(need_article(archive, name) for name in named))
    if len(ids) < 2:  # noqa: PLR2004 - a story needs two
        raise UsageError("name two articles or more")
    of = archive.store.stories.of(ids)
    members = [row.article for row in archive.store.stories.of_stories(set(of.values()))]
    story = next((of[article_id] for article_id in ids if article_id in of), "") or story_name(
        ids[0], archive.clock()
    )
    return dict.fromkeys((*ids, *members), story)


def plan_leave(archive: Archive, configuration: Configuration, article_id: str) -> dict[str, str]:
    """Return the stories, by article id, once `id` has left its story for a new one. Empty if it is
    in none."""
    take_in(archive, configuration)
    if not (story := archive.store.stories.of([article_id]).get(article_id)):
        return {}
    members = {row.article: story for row in archive.store.stories.of_stories([story])}
    return members | {article_id: story_name(story + article_id, archive.clock())}


def put(archive: Archive, stories: Mapping[str, str], *, final: bool) -> None:
    """Put articles into stories ("": none), by article id. `final`: by an operator."""
    articles = archive.store.index.articles(list(stories))
    decide(
        archive,
        stories,
        {article_id: outlet_of(article) for article_id, article in articles.items()},
        final=final,
    )
