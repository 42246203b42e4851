"""Render each article of a build once, in every format, for all feeds that show it."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from syndicator.configuration.settings import Settings
from syndicator.core.formats import PAGE
from syndicator.core.model import Article, ContentMode, Problem, Source
from syndicator.core.ports import Story, StoryEntry
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.reasons import FeedFileReason
from syndicator.core.text import legal
from syndicator.publishing import validate
from syndicator.publishing.article_index import Articles
from syndicator.publishing.entry_cache import EntryKind, KeptEntries, Key, Made
from syndicator.publishing.render import atom, jsonfeed, rss
from syndicator.publishing.render.feed_entry import Draft
from syndicator.publishing.render.head import Head, Links, card, links, plain
from syndicator.publishing.render.view import (
    View,
    also,
    find_begin,
    folding,
    leading,
    permitted,
    view,
)
from syndicator.publishing.stories.explanation import (
    Explained,
    Split,
    explain_story,
    find_due,
    find_updated,
    write_html,
)
from syndicator.publishing.validate import Check
from syndicator.publishing.web.pages import Pages

# Errors of renderers and their libraries for values that they cannot write.
_UNWRITABLE = (ValueError, TypeError, LookupError, OverflowError)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)  # of a build without a clock: nothing waits
_NO_ROW: Final = "the database lists the article without a row; run `syndicator reindex`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The functions of a format. A fault is None, or a text that starts with "not-well-formed: " or
    "invalid: "."""

    entry: Callable[[Draft], Any]  # an entry, in XML as a tree; raises ValueError
    feed: Callable[[Head, Sequence[bytes]], bytes]  # from entries, newest first
    check: Callable[[bytes], Check]  # of a whole document
    # of an entry, before it is serialised
    entry_fault: Callable[[Any], str | None] = lambda entry: None
    serialise: Callable[[Draft, Any], bytes] = lambda draft, entry: entry  # the bytes of an entry


RENDERERS: Final[dict[str, Renderer]] = {
    "atom": Renderer(
        entry=atom.make_entry,
        entry_fault=validate.atom_entry_fault,
        serialise=atom.serialise,
        feed=atom.write_feed,
        check=validate.check_atom,
    ),
    "rss": Renderer(
        entry=rss.make_item, serialise=rss.serialise, feed=rss.write_feed, check=validate.check_rss
    ),
    "json": Renderer(
        entry=lambda draft: jsonfeed.item(draft.view), feed=jsonfeed.feed, check=validate.check_json
    ),
}


def renderers(pages: Pages) -> Mapping[str, Renderer]:
    """Return the renderer of each format; the one for pages uses `pages`."""
    check = lambda data: Check(fault=None if data else "invalid: empty")
    page = Renderer(entry=lambda draft: pages.story(draft.view), feed=pages.feed_page, check=check)
    return {**RENDERERS, PAGE: page}


@dataclass(slots=True)
class Entries:
    """Entries of one build. `source_of`: returns an article's source with the settings that hold
    for the article; `remake`: returns missing HTML of an article id, or None; `tags`: tags of
    taxonomy.toml; `markdown`: returns the body of an article id; `kept`: entries of earlier builds;
    `stories_of`: cached stories by article id; `split`: returns the sentences of a text; `now`: the
    time of the build; `icons`: names of pictures by source key; `articles`: of entries for stories,
    those of their reports."""

    index: Articles
    source_of: Callable[[Article], Source | None]
    instance: uuid.UUID
    settings: Settings
    renderers: Mapping[str, Renderer]
    remake: Callable[[str], str | None] | None = None
    tags: Iterable[str] = ()
    markdown: Callable[[str], str] | None = None
    kept: KeptEntries = field(default_factory=KeptEntries)
    problems: dict[str, Problem] = field(default_factory=dict)  # by article id
    kind: EntryKind = EntryKind.ARTICLE  # of articles that have an entry for a story
    folds: Mapping[str, StoryEntry] = field(default_factory=dict)  # by article id
    stories_of: dict[str, Story | None] = field(default_factory=dict)
    split: Split = lambda text, language: [text]
    now: datetime = _LAST
    icons: Mapping[str, str] = field(default_factory=dict)
    articles: "Entries | None" = None
    explained: dict[str, Explained] = field(default_factory=dict)  # by article id
    links: Links | None = field(init=False)  # of cards; None: entries are plain

    def __post_init__(self) -> None:
        publish = self.settings.publish
        self.links = links(self.settings, self.tags) if publish.entry_html == "card" else None
        if "markdown" in publish.extensions:
            self.kept = KeptEntries()
        else:
            self.markdown = None

    def views(self, ids: Sequence[str], mode: ContentMode | None) -> list[View]:
        """Return the views of `ids` in order. An article that cannot be shown is left out and added
        to `problems`."""
        new = (
            [article_id for article_id in ids if article_id not in self.stories_of]
            if self.settings.publish.stories != "off"
            else []
        )
        reports = self.index.reports(new) if new else {}
        self.stories_of.update((article_id, reports.get(article_id)) for article_id in new)
        if self.articles is not None:
            self._explain(ids, mode, self.articles)
        shown = {
            article_id: entry.view
            for article_id in ids
            if (entry := self.kept.get(self._key(article_id, mode)))
        }
        missing = [article_id for article_id in ids if article_id not in shown]
        articles = self.index.articles(missing) if missing else {}
        sources = {article_id: self.source_of(article) for article_id, article in articles.items()}
        may_be = mode in (None, "full")
        wanted = [
            article_id
            for article_id in articles
            if may_be and permitted(articles[article_id], sources[article_id])[0] == "full"
        ]
        html = dict(self.index.html(wanted)) if wanted else {}
        for article_id in wanted:
            text = html.get(article_id) or (self.remake(article_id) if self.remake else None)
            if text:
                html[article_id] = text
            else:
                reason = FeedFileReason.HTML_MISSING
                self.problems[article_id] = Problem(
                    what=articles[article_id].url, reason=reason, detail="shown as an excerpt"
                )
        pictures = (
            self.index.pictures(missing) if missing and self.settings.publish.thumbnails else {}
        )
        for article_id in missing:
            if article_id not in articles:
                self.problems[article_id] = Problem(
                    what=article_id, reason=FeedFileReason.NOT_IN_STORE, detail=_NO_ROW
                )
            elif view := self._view(
                articles[article_id],
                sources[article_id],
                mode,
                html.get(article_id, ""),
                pictures.get(article_id),
            ):
                shown[article_id] = view
        return [shown[article_id] for article_id in ids if article_id in shown]

    def _explain(self, ids: Sequence[str], mode: ContentMode | None, articles: "Entries") -> None:
        """Explain the stories that `ids` lead, by what the entries of their reports show."""
        due = {
            article_id: find_due(story, self.now)
            for article_id in ids
            if (story := self.stories_of.get(article_id)) is not None
        }
        report_ids = dict.fromkeys(
            article.id for story in due.values() for _, article in story.reports
        )
        views = {view.id: view for view in articles.views(list(report_ids), mode)}
        for article_id, story in due.items():
            self.stories_of[article_id] = story
            explained = explain_story(story, views, article_id, self.split, self.may_quote)
            if explained is not None:
                self.explained[article_id] = explained

    def may_quote(self, article: Article) -> bool:
        """Return False if the operator wants no text of the article's source in stories."""
        source = self.source_of(article)
        return source is None or source.quotes

    def _key(self, article_id: str, mode: ContentMode | None) -> Key:
        return article_id, mode, self.kind if self._story_entry(article_id) else EntryKind.ARTICLE

    def _story_entry(self, article_id: str) -> StoryEntry | None:
        """Return the story that the entry of an article stands for, None for the article alone."""
        if self.kind is EntryKind.FOLDED:
            return self.folds.get(article_id)
        story = self.stories_of.get(article_id)
        if self.kind is EntryKind.ARTICLE or story is None:
            return None
        added = [article.added for _, article in story.reports if article.added]
        return StoryEntry(story.name, max(added, default=_LONG_AGO))

    def stories(self, ids: Sequence[str], mode: ContentMode | None) -> list[bytes]:
        """Return the list items of `ids` for pages, without articles that cannot be shown."""
        entries = (self.made((PAGE,), view, mode) for view in self.views(ids, mode))
        return [entry[PAGE] for entry in entries if entry]

    def made(
        self, formats: Iterable[str], view: View, mode: ContentMode | None
    ) -> dict[str, bytes] | None:
        """Return a view's entry as bytes by format. If a format cannot hold it, return None and add
        a problem."""
        result: dict[str, bytes] = {}
        key = self._key(view.id, mode)
        draft = Draft(view, self.settings.base_url)
        entry = self.kept.get(key)
        # see `_with_distinct_times`
        is_same = entry is not None and entry.view.updated == view.updated
        parts = entry.parts if entry and is_same else {}
        for feed_format in formats:
            if feed_format not in parts:
                parts[feed_format] = self._make(feed_format, draft)
            part = parts[feed_format]
            if part is None:
                self.kept.drop(key)
                return None
            result[feed_format] = part
        return result

    def _make(self, feed_format: str, draft: Draft) -> bytes | None:
        renderer = self.renderers[feed_format]
        try:
            entry = renderer.entry(draft)
            fault = renderer.entry_fault(entry)
            if fault is None:
                return renderer.serialise(draft, entry)
        except _UNWRITABLE as error:
            fault = str(error)
        view = draft.view
        detail = f"{feed_format}: {fault}"
        self.problems[view.id] = Problem(
            what=view.url, reason=FeedFileReason.CANNOT_RENDER, detail=detail
        )
        return None

    def _view(
        self,
        article: Article,
        source: Source | None,
        mode: ContentMode | None,
        html: str,
        picture: Picture | None,
    ) -> View | None:
        article_id = article.id
        story = self.stories_of.get(article_id)
        named = also(article_id, story, self.source_of) if story else ()
        story_entry = self._story_entry(article_id)
        explained = self.explained.get(article_id)
        icon = self.icons.get(article.source_key, "")
        parts = (article, source, html, picture, named, story_entry, explained, icon)
        of = sha256(repr(parts).encode()).digest()
        key = self._key(article_id, mode)
        entry = self.kept.get(key, of)
        if entry is None:
            try:
                shown = replace(
                    view(article, source, self.instance, mode, html, picture),
                    also=named,
                    icon=icon,
                )
                if self.kind is EntryKind.FOLDED and story_entry:
                    shown = folding(shown, story_entry, self.instance)
                elif story_entry:
                    shown = self._lead(shown, story_entry, explained)
                content = (
                    card(shown, self.links) if self.links else plain(shown, self.settings.base_url)
                )
                markdown = legal(self.markdown(shown.id)) if self.markdown and shown.html else ""
                entry = Made(of, replace(shown, content=content, markdown=markdown))
            except _UNWRITABLE as error:
                where = article.url or article_id
                detail = str(error)
                self.problems[article_id] = Problem(
                    what=where, reason=FeedFileReason.CANNOT_RENDER, detail=detail
                )
                return None
            self.kept.put(key, entry)
        return entry.view

    def _lead(self, view: View, entry: StoryEntry, explained: Explained | None) -> View:
        """Return the entry for the story that `view` leads."""
        began = find_begin(view, entry.story)
        if explained is None:
            return leading(view, entry._replace(latest=began), self.instance)
        latest = find_updated(explained, began)
        led = leading(view, entry._replace(latest=latest), self.instance)
        return replace(led, tags=tuple(explained.tags), explained=write_html(explained))


def documents(
    head: Head,
    formats: Sequence[str],
    views: Sequence[View],
    mode: ContentMode | None,
    entries: Entries,
) -> dict[str, bytes]:
    """Return the feed of `views` as bytes by format. An entry that one format cannot hold is left
    out of all and added to `entries.problems`. `updated` is that of the newest entry. `mode`: see
    `view`."""
    entries_of = [(view, entries.made(formats, view, mode)) for view in _with_distinct_times(views)]
    shown = [(view, parts) for view, parts in entries_of if parts is not None]
    head = replace(head, updated=max((view.updated for view, _ in shown), default=head.updated))
    return {
        feed_format: entries.renderers[feed_format].feed(
            head, [parts[feed_format] for _, parts in shown]
        )
        for feed_format in formats
    }


def _with_distinct_times(views: Sequence[View]) -> list[View]:
    """Return the views with distinct `updated` times: move a duplicate to the next free
    microsecond."""
    taken: set[datetime] = set()
    result: list[View] = []
    for shown in views:
        updated = shown.updated
        while updated in taken:
            updated += timedelta(microseconds=1)
        taken.add(updated)
        result.append(shown if updated == shown.updated else replace(shown, updated=updated))
    return result
