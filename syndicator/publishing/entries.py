"""Render each article of a build as a feed entry, once in every format, for all feeds with it."""

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
from syndicator.core.text import remove_illegal
from syndicator.publishing import validate
from syndicator.publishing.article_index import Articles
from syndicator.publishing.entry_cache import CachedEntry, EntryKind, KeptEntries, Key
from syndicator.publishing.render import atom, jsonfeed, rss
from syndicator.publishing.render.feed_entry import Draft
from syndicator.publishing.render.head import Head, Links, make_links, write_card, write_whole_text
from syndicator.publishing.render.view import (
    View,
    find_permitted_mode,
    find_story_begin,
    list_other_reports,
    make_folded_entry,
    make_lead_view,
)
from syndicator.publishing.render.view import (
    make_view as make_view,
)
from syndicator.publishing.stories.explanation import (
    Explained,
    Split,
    explain_story,
    find_update_time,
    select_due_reports,
    write_html,
)
from syndicator.publishing.validate import Check
from syndicator.publishing.web.pages import Pages

# Errors of renderers and their libraries for values that they cannot write.
_UNWRITABLE = (ValueError, TypeError, LookupError, OverflowError)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_CLOCK: Final = datetime.max.replace(tzinfo=UTC)  # of a build in which nothing waits
_NO_ROW: Final = "the database lists the article without a row; run `syndicator reindex`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The functions that write and check one format, such as Atom. `entry`: makes an entry, as a
    tree if the format is XML, and raises ValueError; `feed`: returns a document with the given
    entries, newest first; `check`: checks a whole document; `entry_fault`: returns the fault of
    an entry that is not serialised yet, a text that starts with "invalid: ", or None if it is
    valid; `serialise`: returns the bytes of an entry."""

    entry: Callable[[Draft], Any]
    feed: Callable[[Head, Sequence[bytes]], bytes]
    check: Callable[[bytes], Check]
    entry_fault: Callable[[Any], str | None] = lambda entry: None
    serialise: Callable[[Draft, Any], bytes] = lambda draft, entry: entry


RENDERERS: Final[dict[str, Renderer]] = {
    "atom": Renderer(
        entry=atom.make_entry,
        entry_fault=validate.find_atom_entry_fault,
        serialise=atom.serialise,
        feed=atom.write_feed,
        check=validate.check_atom,
    ),
    "rss": Renderer(
        entry=rss.make_item, serialise=rss.serialise, feed=rss.write_feed, check=validate.check_rss
    ),
    "json": Renderer(
        entry=lambda draft: jsonfeed.make_item(draft.view),
        feed=jsonfeed.write_feed,
        check=validate.check_json,
    ),
}


def list_renderers(pages: Pages) -> Mapping[str, Renderer]:
    """Return format -> renderer, which writes entries and feeds in that format. The renderer of
    HTML uses `pages`, the pages of this build."""
    page_renderer = Renderer(
        entry=lambda draft: pages.render_story_item(draft.view),
        feed=pages.render_feed_page,
        check=_check_page,
    )
    return {**RENDERERS, PAGE: page_renderer}


def _check_page(data: bytes) -> Check:
    return Check(fault=None if data else "invalid: empty")


@dataclass(slots=True)
class Entries:
    """The feed entries that a build shows, all of one kind. `source_of`: returns an article's
    source with the settings that apply to the article; `remake`: makes the HTML of an article id
    that has none, None if it cannot; `tags`: tags of taxonomy.toml; `markdown`: returns the body of
    an article id; `kept`: the cache, with entries of earlier builds; `kind`: what the entry of an
    article that leads a story stands for; `folds`: stories that an earlier version published as one
    entry; `stories_of`: cached stories, None for an article without a story; `split`: returns the
    sentences of a text in a language; `now`: the time of the build; `icons`: names of icon files by
    source key; `articles`: the entries from which entries of kind STORY take their reports;
    `explained`: what the other reports of a story add to its lead."""

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
    kind: EntryKind = EntryKind.ARTICLE
    folds: Mapping[str, StoryEntry] = field(default_factory=dict)  # by article id
    stories_of: dict[str, Story | None] = field(default_factory=dict)
    split: Split = lambda text, language: [text]
    now: datetime = _NO_CLOCK
    icons: Mapping[str, str] = field(default_factory=dict)  # by source key
    articles: "Entries | None" = None
    explained: dict[str, Explained] = field(default_factory=dict)  # by article id
    links: Links | None = field(init=False)  # of cards; None: entries are plain

    def __post_init__(self) -> None:
        publish = self.settings.publish
        self.links = make_links(self.settings, self.tags) if publish.entry_html == "card" else None
        if "markdown" in publish.extensions:
            self.kept = KeptEntries()  # entries with their markdown would take too much memory
        else:
            self.markdown = None

    def views(self, ids: Sequence[str], mode: ContentMode | None) -> list[View]:
        """Return the views of articles (what may be shown of them) in the order of `ids`. An
        article that cannot be shown is left out and added to `problems`. `ids`: article ids;
        `mode`: how much of their texts the feed shows at most ("link", "excerpt" or "full"), None
        for as much as each source permits."""
        self._load_stories(ids)
        if self.articles is not None:
            self._explain_stories(ids, mode, self.articles)

        # take views from the cache of entries, and make the others
        views: dict[str, View] = {}
        for article_id in ids:
            entry = self.kept.get(self._get_key(article_id, mode))
            if entry is not None:
                views[article_id] = entry.view
        missing = [article_id for article_id in ids if article_id not in views]
        if missing:
            views |= self._make_views(missing, mode)
        return [views[article_id] for article_id in ids if article_id in views]

    def _load_stories(self, ids: Sequence[str]) -> None:
        """Read the stories of articles into `stories_of`, article id -> story or None. Do nothing
        if stories are turned off. `ids`: article ids; those that were read before are skipped."""
        if self.settings.publish.stories == "off":
            return
        missing = [article_id for article_id in ids if article_id not in self.stories_of]
        if missing:
            stories = self.index.reports(missing)
            for article_id in missing:
                self.stories_of[article_id] = stories.get(article_id)

    def _make_views(self, ids: Sequence[str], mode: ContentMode | None) -> dict[str, View]:
        """Return article id -> view (what may be shown of the article) for articles that have no
        entry yet. Articles that cannot be shown are left out and added to `problems`. `mode`: how
        much of their texts is shown at most, None for as much as each source permits."""
        articles = self.index.articles(ids)
        sources = {article_id: self.source_of(article) for article_id, article in articles.items()}
        html: Mapping[str, str] = {}
        if mode in (None, "full"):
            html = self._load_html(articles, sources)
        pictures: Mapping[str, Picture] = {}
        if self.settings.publish.thumbnails:
            pictures = self.index.pictures(ids)
        views: dict[str, View] = {}
        for article_id in ids:
            article = articles.get(article_id)
            if article is None:
                self._add_problem(article_id, article_id, FeedFileReason.NOT_IN_STORE, _NO_ROW)
                continue
            view = self._make_view(
                article,
                sources[article_id],
                mode,
                html.get(article_id, ""),
                pictures.get(article_id),
            )
            if view is not None:
                views[article_id] = view
        return views

    def _load_html(
        self, articles: Mapping[str, Article], sources: Mapping[str, Source | None]
    ) -> dict[str, str]:
        """Return article id -> HTML of the text, for the articles that may be shown whole. If an
        article has no stored HTML, make it from its file; if that fails, add a problem, and the
        article will be shown as an excerpt. Both parameters are by article id."""
        shown_whole: list[str] = []
        for article_id, article in articles.items():
            mode, _ = find_permitted_mode(article, sources[article_id])
            if mode == "full":
                shown_whole.append(article_id)
        if not shown_whole:
            return {}
        html = dict(self.index.html(shown_whole))
        for article_id in shown_whole:
            html_of_article = html.get(article_id)
            if not html_of_article and self.remake is not None:
                html_of_article = self.remake(article_id)
            if html_of_article:
                html[article_id] = html_of_article
                continue
            url = articles[article_id].url
            self._add_problem(article_id, url, FeedFileReason.HTML_MISSING, "shown as an excerpt")
        return html

    def _add_problem(self, article_id: str, what: str, reason: FeedFileReason, detail: str) -> None:
        self.problems[article_id] = Problem(what=what, reason=reason, detail=detail)

    def _explain_stories(
        self, ids: Sequence[str], mode: ContentMode | None, articles: "Entries"
    ) -> None:
        """Fill `explained`, lead article id -> what the other reports of the story add; also reduce
        each story in `stories_of` to the reports that its entry shows now. `ids`: of the lead
        articles; an article without a story is ignored; `mode`: how much of their texts is shown at
        most; `articles`: provides the views of the reports."""
        stories: dict[str, Story] = {}  # by the id of the lead article
        report_ids: dict[str, None] = {}  # in the order of reports, each once
        for article_id in ids:
            story = self.stories_of.get(article_id)
            if story is None:
                continue
            stories[article_id] = select_due_reports(story, self.now)
            report_ids.update((article.id, None) for _, article in stories[article_id].reports)
        views = {view.id: view for view in articles.views(list(report_ids), mode)}
        for article_id, story in stories.items():
            self.stories_of[article_id] = story
            explained = explain_story(story, views, article_id, self.split, self.may_quote)
            if explained is not None:
                self.explained[article_id] = explained

    def may_quote(self, article: Article) -> bool:
        """Return False if the operator wants no text of the article's source in stories."""
        source = self.source_of(article)
        return source is None or source.quotes

    def _get_key(self, article_id: str, mode: ContentMode | None) -> Key:
        """Return the key of an entry in the cache."""
        stands_for_story = self._get_story_entry(article_id) is not None
        kind = self.kind if stands_for_story else EntryKind.ARTICLE
        return article_id, mode, kind

    def _get_story_entry(self, article_id: str) -> StoryEntry | None:
        """Return the story that the feed entry of an article stands for (id of the story, time of
        its newest report); None if the entry stands only for the article itself."""
        if self.kind is EntryKind.FOLDED:
            return self.folds.get(article_id)
        story = self.stories_of.get(article_id)
        if self.kind is EntryKind.ARTICLE or story is None:
            return None
        times = [article.added for _, article in story.reports if article.added]
        return StoryEntry(story.name, max(times, default=_LONG_AGO))

    def list_items(self, ids: Sequence[str], mode: ContentMode | None) -> list[bytes]:
        """Return articles as list items for HTML pages, in the order of `ids`. Articles that cannot
        be shown are left out and added to `problems`. `ids`: article ids; `mode`: how much of their
        texts is shown at most, None for as much as each source permits."""
        items: list[bytes] = []
        for view in self.views(ids, mode):
            parts = self.render_entry((PAGE,), view, mode)
            if parts is not None:
                items.append(parts[PAGE])
        return items

    def render_entry(
        self, formats: Iterable[str], view: View, mode: ContentMode | None
    ) -> dict[str, bytes] | None:
        """Return an article's entry: format -> bytes, from the cache if possible. If the entry
        cannot be written in one of the formats, add a problem and return None. `formats`: such as
        "atom"; `view`: what may be shown of the article; `mode`: the content mode with which the
        view was made."""
        result: dict[str, bytes] = {}
        key = self._get_key(view.id, mode)
        draft = Draft(view, self.settings.base_url)
        entry = self.kept.get(key)
        parts: dict[str, bytes | None] = {}
        # `_make_times_distinct` may have moved the time of `view`: then the cached bytes, which
        # have the article's own time, are wrong.
        if entry is not None and entry.view.updated == view.updated:
            parts = entry.parts  # formats that are rendered below are added to the cached entry
        for feed_format in formats:
            if feed_format not in parts:
                parts[feed_format] = self._render_entry(feed_format, draft)
            part = parts[feed_format]
            if part is None:
                self.kept.drop(key)
                return None
            result[feed_format] = part
        return result

    def _render_entry(self, feed_format: str, draft: Draft) -> bytes | None:
        """Return the bytes of an entry in a format, such as "atom". If the entry cannot be written
        in this format, add a problem and return None. `draft`: the article, with what formats have
        in common."""
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
        self._add_problem(view.id, view.url, FeedFileReason.CANNOT_RENDER, detail)
        return None

    def _make_view(
        self,
        article: Article,
        source: Source | None,
        mode: ContentMode | None,
        html: str,
        picture: Picture | None,
    ) -> View | None:
        """Return the view of an article, that is, what may be shown of it: from the cache if
        nothing that it depends on has changed. If the article cannot be shown, add a problem and
        return None. `source`: None if it was removed; `mode`: how much of the text is shown at
        most; `html`: the text, "" unless it is shown whole; `picture`: the article's thumbnail."""
        # everything that the view depends on
        article_id = article.id
        story = self.stories_of.get(article_id)
        other_reports = list_other_reports(article_id, story, self.source_of) if story else ()
        story_entry = self._get_story_entry(article_id)
        explained = self.explained.get(article_id)
        icon = self.icons.get(article.source_key, "")
        parts = (article, source, html, picture, other_reports, story_entry, explained, icon)
        fingerprint = sha256(repr(parts).encode()).digest()
        key = self._get_key(article_id, mode)
        cached = self.kept.get(key, fingerprint)
        if cached is not None:
            return cached.view

        try:
            plain_view = make_view(article, source, self.instance, mode, html, picture)
            article_view = replace(plain_view, also=other_reports, icon=icon)
            if not story_entry:
                entry_view = article_view
            elif self.kind is EntryKind.FOLDED:
                entry_view = make_folded_entry(article_view, story_entry, self.instance)
            else:
                entry_view = self._make_story_view(article_view, story_entry, explained)
            new_view = self._add_content(entry_view)
        except _UNWRITABLE as error:
            what = article.url or article_id
            self._add_problem(article_id, what, FeedFileReason.CANNOT_RENDER, str(error))
            return None
        self.kept.put(key, CachedEntry(fingerprint, new_view))
        return new_view

    def _add_content(self, view: View) -> View:
        """Return the view with the HTML that feed readers show (a card with picture, tags and text,
        or only the text, as the settings say) and, if the settings enable it, with its markdown."""
        if self.links is not None:
            content = write_card(view, self.links)
        else:
            content = write_whole_text(view, self.settings.base_url)
        markdown = ""
        if self.markdown is not None and view.html:
            markdown = remove_illegal(self.markdown(view.id))
        return replace(view, content=content, markdown=markdown)

    def _make_story_view(self, view: View, entry: StoryEntry, explained: Explained | None) -> View:
        """Return the view that a feed shows as the entry of a story. `view`: of the story's lead
        article; `entry`: the id of the story and the time of its newest report; `explained`: what
        other reports add, None if they add nothing."""
        began = find_story_begin(view, entry.story)
        if explained is None:  # then later reports do not change the entry
            return make_lead_view(view, entry._replace(latest=began), self.instance)
        latest = find_update_time(explained, began)
        story_view = make_lead_view(view, entry._replace(latest=latest), self.instance)
        return replace(story_view, tags=tuple(explained.tags), explained=write_html(explained))


def render_feed(
    head: Head,
    formats: Sequence[str],
    views: Sequence[View],
    mode: ContentMode | None,
    entries: Entries,
) -> dict[str, bytes]:
    """Return a feed in several formats: format -> bytes. An entry that cannot be written in one of
    the formats is left out of all and added to `entries.problems`. The `updated` time of the feed
    is that of its newest entry. `head`: title, addresses and other values of the feed; `views`: its
    articles; `mode`: the content mode with which the views were made; `entries`: writes and caches
    entries."""
    entries_by_format: dict[str, list[bytes]] = {feed_format: [] for feed_format in formats}
    times: list[datetime] = []
    for view in _make_times_distinct(views):
        parts = entries.render_entry(formats, view, mode)
        if parts is None:
            continue
        times.append(view.updated)
        for feed_format, part in parts.items():
            entries_by_format[feed_format].append(part)
    dated_head = replace(head, updated=max(times, default=head.updated))
    return {
        feed_format: entries.renderers[feed_format].feed(dated_head, entries_by_format[feed_format])
        for feed_format in formats
    }


def _make_times_distinct(views: Sequence[View]) -> list[View]:
    """Return the entries of a feed with distinct `updated` times, because feed readers sort by
    them: a time that occurred before is moved to the next free microsecond."""
    used_times: set[datetime] = set()
    result: list[View] = []
    for view in views:
        updated = view.updated
        while updated in used_times:
            updated += timedelta(microseconds=1)
        used_times.add(updated)
        result.append(view if updated == view.updated else replace(view, updated=updated))
    return result
