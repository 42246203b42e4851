"""Put articles into stories and take them out; record it in stories.tsv and the database.

A story is an event that several outlets report. The file stories.tsv, beside the articles, is
written before the database; if both differ, the file is right."""

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
from syndicator.store.tables.stories import Member
from syndicator.store.tables.story_updates import SHOWN_NOTE
from syndicator.stories import kept_leads, whole_story_entries

# Value of the note SHOWN_NOTE in the database, if it records what each story shows.
_ALL_SHOWN: Final = "explained"
_NO_STORY: Final = ""
_NAME_CHARACTERS: Final = 26
_LEAST_ARTICLES: Final = 2  # of a story


def get_outlet(article: Article) -> str:
    """Return the outlet of an article: the registrable domain of its own address, such as
    "example.org", whichever feed announced the article."""
    return urls.publisher(article.url)


def make_story_name(article_id: str, now: datetime) -> str:
    """Return a new, unique name for a story that begins with an article: the Unix time `now` in
    seconds, then letters and digits that are derived from the article id and the time, together 26
    characters."""
    digest = hashlib.sha256(f"{article_id} {now.isoformat()}".encode()).digest()
    letters_and_digits = b32encode(digest).decode().lower()
    return f"{now.timestamp():.0f}{letters_and_digits}"[:_NAME_CHARACTERS]


def update_from_lists(archive: Archive, configuration: Configuration) -> set[str]:
    """Update the database from the files in which stories are recorded: which articles are in which
    story, the lead article of each story, and articles that are published as a whole story. Only
    files that changed are read. Return the ids of the articles that are in another story now. After
    an upgrade, also compute for each story what it shows."""
    notes = archive.store.visits
    kept_leads.update_from_list(archive)
    changed_ids = _update_members(archive)
    # The rest of an upgrade is done once for each database: earlier versions did not record what a
    # story shows.
    is_upgraded = notes.note(SHOWN_NOTE) == _ALL_SHOWN
    if not is_upgraded:
        archive.store.stories.update_all()
        kept_leads.choose_missing_leads(archive, configuration.sources)
    # before the note is set, since it reads the value of an earlier version
    whole_story_entries.update_from_list(archive, configuration)
    if not is_upgraded:  # noted last, so that an upgrade that is interrupted is done again
        notes.set_note(SHOWN_NOTE, _ALL_SHOWN, archive.clock())
    return changed_ids


def _update_members(archive: Archive) -> set[str]:
    """Update in the database which articles are in which story, from stories.tsv, if that file
    changed. Return the ids of the articles whose line was added or removed."""
    edits = recorded.STORIES.find_edits(archive.article_store, archive.store)
    if edits is None:  # the file has not changed
        return set()
    added_ids = [decided.article for decided in edits.added]
    outlets = _list_outlets(archive, added_ids)
    members = [
        Member(article_id, story, outlets.get(article_id, ""), final)
        for article_id, story, final in edits.added
    ]
    removed_ids = {decided.article for decided in edits.removed}.difference(added_ids)
    archive.store.stories.save_members(members, removed_ids)
    recorded.STORIES.note_read(archive.store, edits.stamp, archive.clock())
    return removed_ids.union(added_ids)


def _list_outlets(archive: Archive, article_ids: Sequence[str]) -> dict[str, str]:
    """Return the outlets of articles, by article id. Articles that do not exist are left out."""
    articles = archive.store.index.articles(article_ids)
    return {article_id: get_outlet(article) for article_id, article in articles.items()}


def record_stories(
    archive: Archive, stories: Mapping[str, str], outlets: Mapping[str, str], *, final: bool
) -> None:
    """Record that articles are in other stories now, first in stories.tsv, then in the database.
    `stories`: article id -> name of its story, "" if it is in none any more; `outlets`: article id
    -> outlet that published it; `final`: True if an operator decided it, so that the program never
    changes it."""
    if not stories:
        return
    decisions = [Decided(article_id, story, final) for article_id, story in sorted(stories.items())]
    STORIES.append(archive.article_store, decisions)
    members: list[Member] = []
    removed_ids: list[str] = []
    for article_id, story in stories.items():
        if story == _NO_STORY:
            removed_ids.append(article_id)
        else:
            members.append(Member(article_id, story, outlets.get(article_id, ""), final))
    archive.store.stories.save_members(members, removed_ids)
    recorded.STORIES.note_written(archive.article_store, archive.store, archive.clock())


def plan_join(
    archive: Archive, configuration: Configuration, named: Sequence[str]
) -> dict[str, str]:
    """Return how to join articles, and all other articles of their stories, to one story: article
    id -> name of the common story. It is the story of the first article that has one; if none has,
    it is a new story. Nothing is recorded yet. `named`: the articles, as a user names them. Raises
    UsageError if they are fewer than two, or an article does not exist."""
    update_from_lists(archive, configuration)
    ids = list(dict.fromkeys(need_article(archive, name) for name in named))  # each once
    if len(ids) < _LEAST_ARTICLES:
        raise UsageError("name two articles or more")
    story_by_id = archive.store.stories.find_stories(ids)
    joined_stories = [story_by_id[article_id] for article_id in ids if article_id in story_by_id]
    common_story = joined_stories[0] if joined_stories else make_story_name(ids[0], archive.clock())
    members = archive.store.stories.list_sketched(set(joined_stories))
    member_ids = [member.article for member in members]
    return dict.fromkeys([*ids, *member_ids], common_story)


def plan_leave(archive: Archive, configuration: Configuration, article_id: str) -> dict[str, str]:
    """Return how to take an article out of its story: article id -> name of its story, for all
    articles of that story. The article gets a new story of its own, the others keep theirs. Nothing
    is recorded yet. Return an empty dict if the article is in no story."""
    update_from_lists(archive, configuration)
    story = archive.store.stories.find_stories([article_id]).get(article_id)
    if story is None:
        return {}
    members = archive.store.stories.list_sketched([story])
    stories = {member.article: story for member in members}
    stories[article_id] = make_story_name(story + article_id, archive.clock())
    return stories


def put_into_stories(archive: Archive, stories: Mapping[str, str], *, final: bool) -> None:
    """Carry out a decision: record the story of each article. `stories`: article id -> name of its
    story, "" to take it out of its story; `final`: an operator decided it, so that grouping never
    changes it."""
    record_stories(archive, stories, _list_outlets(archive, list(stories)), final=final)
