"""Entries made once and shared: the view, and the bytes in each format, of the articles that a build meets.

How each format is written and checked: one table, under the names of `formats.FORMATS`. One feed's documents: the
same entries in each of its formats."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from syndicator.configuration.settings import Settings
from syndicator.core.formats import PAGE
from syndicator.core.model import Article, ContentMode, Problem, Source
from syndicator.core.ports import ArticleIndex, Story
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.reasons import FeedFileReason
from syndicator.core.text import legal
from syndicator.publishing import validate
from syndicator.publishing.kept import KeptEntries, Key, Made
from syndicator.publishing.render import atom, jsonfeed, rss
from syndicator.publishing.render.head import Head, Links, card, links, plain
from syndicator.publishing.render.view import View, also, leading, permitted, view
from syndicator.publishing.web.pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The functions of a format. Faults are sentences that start with "not-well-formed: " or "invalid: ", None where
    there is none."""

    entry: Callable[[View, str], bytes]  # of an article and the web root's address; raises ValueError where it cannot
    feed: Callable[[Head, Sequence[bytes]], bytes]  # of the entries that were made, newest first
    fault: Callable[[bytes], str | None]  # why a whole document must not be published
    entry_fault: Callable[[bytes], str | None] = lambda entry: None  # why an entry must not be in any


RENDERERS: Final[dict[str, Renderer]] = {
    "atom": Renderer(
        entry=atom.entry, feed=atom.feed, fault=validate.assembled_atom_fault, entry_fault=validate.atom_entry_fault
    ),
    "rss": Renderer(entry=rss.item, feed=rss.feed, fault=validate.rss_fault),
    "json": Renderer(entry=lambda view, base: jsonfeed.item(view), feed=jsonfeed.feed, fault=validate.json_fault),
}


def renderers(pages: Pages) -> Mapping[str, Renderer]:
    """The whole table, with the pages of a build."""
    page = Renderer(entry=lambda view, base: pages.story(view), feed=pages.feed_page, fault=validate.page_fault)
    return {**RENDERERS, PAGE: page}


# What a renderer or the libraries under it raise for a value that they cannot write.
_UNWRITABLE = (ValueError, TypeError, LookupError, OverflowError)


@dataclass(slots=True)
class Entries:
    """What one build has made so far. `source_of`: the source of an article as it holds for that article; `remake`: the
    HTML of an article whose kept HTML is missing, or None; `tags`: those of taxonomy.toml; `markdown`: the body of an
    article; `kept` has begun, and is not used if entries show what is in no row; `stories_of`: the
    stories of the articles that it has met."""

    index: ArticleIndex
    source_of: Callable[[Article], Source | None]
    instance: uuid.UUID
    settings: Settings
    renderers: Mapping[str, Renderer]
    remake: Callable[[str], str | None] | None = None
    tags: Iterable[str] = ()
    markdown: Callable[[str], str] | None = None
    kept: KeptEntries = field(default_factory=KeptEntries)
    problems: dict[str, Problem] = field(default_factory=dict)  # by article id
    merged: bool = False  # one entry a story, in place of that of the article that leads it
    stories_of: dict[str, Story | None] = field(default_factory=dict)
    links: Links | None = field(init=False)  # of cards; None: entries are plain

    def __post_init__(self) -> None:
        publish = self.settings.publish
        self.links = links(self.settings, self.tags) if publish.entry_html == "card" else None
        if "markdown" in publish.extensions:
            self.kept = KeptEntries()
        else:
            self.markdown = None

    def views(self, ids: Sequence[str], mode: ContentMode | None) -> list[View]:
        """The views of `ids` in their order, without those that cannot be shown; these are in `problems`."""
        self._find_stories(ids)
        shown = {id: made.view for id in ids if (made := self.kept.get(self._key(id, mode)))}
        missing = [id for id in ids if id not in shown]
        articles = self.index.articles(missing) if missing else {}
        sources = {id: self.source_of(article) for id, article in articles.items()}
        # the HTML of articles that are published whole, made again if it is missing
        may_be = mode in (None, "full")
        wanted = [id for id, one in articles.items() if may_be and permitted(one, sources[id])[0] == "full"]
        html = dict(self.index.html(wanted)) if wanted else {}
        for id in wanted:
            text = html.get(id) or (self.remake(id) if self.remake else None)
            if text:
                html[id] = text
            else:
                reason = FeedFileReason.HTML_MISSING
                self.problems[id] = Problem(what=articles[id].url, reason=reason, detail="shown as an excerpt")
        pictures = self.index.pictures(missing) if missing and self.settings.publish.thumbnails else {}
        for id in missing:
            if found := self._view(id, articles.get(id), sources.get(id), mode, html.get(id, ""), pictures.get(id)):
                shown[id] = found
        return [shown[id] for id in ids if id in shown]

    def _find_stories(self, ids: Sequence[str]) -> None:
        new = [id for id in ids if id not in self.stories_of] if self.settings.publish.stories != "off" else []
        found = self.index.reports(new) if new else {}
        self.stories_of.update((id, found.get(id)) for id in new)

    def _key(self, id: str, mode: ContentMode | None) -> Key:
        return id, mode, self.merged and self.stories_of.get(id) is not None

    def stories(self, ids: Sequence[str], mode: ContentMode | None) -> list[bytes]:
        """The stories of `ids` for pages, without those that cannot be shown."""
        found = (self.made((PAGE,), view, mode) for view in self.views(ids, mode))
        return [made[PAGE] for made in found if made]

    def made(self, formats: Iterable[str], found: View, mode: ContentMode | None) -> dict[str, bytes] | None:
        """The entry of a view in each of `formats`, None where one of them cannot hold it; then it is in `problems`."""
        result: dict[str, bytes] = {}
        key = (found.id, mode, bool(found.story))
        known = self.kept.get(key)
        parts = known.parts if known else {}
        for format in formats:
            if format not in parts:
                parts[format] = self._make(format, found)
            part = parts[format]
            if part is None:
                self.kept.drop(key)
                return None
            result[format] = part
        return result

    def _make(self, format: str, found: View) -> bytes | None:
        renderer = self.renderers[format]
        try:
            made = renderer.entry(found, self.settings.base_url)
            fault = renderer.entry_fault(made)
        except _UNWRITABLE as error:
            fault = str(error)
        if fault is None:
            return made
        self.problems[found.id] = Problem(
            what=found.url, reason=FeedFileReason.CANNOT_RENDER, detail=f"{format}: {fault}"
        )
        return None

    def _view(
        self,
        id: str,
        article: Article | None,
        source: Source | None,
        mode: ContentMode | None,
        html: str,
        picture: Picture | None,
    ) -> View | None:
        if article is None:
            detail = "the index lists it without a row"
            self.problems[id] = Problem(what=id, reason=FeedFileReason.NOT_IN_STORE, detail=detail)
            return None
        story = self.stories_of.get(id)
        named = also(id, story, self.source_of) if story else ()
        of = (article, source, html, picture, story and (named, [one.added for _, one in story.reports]))
        key = self._key(id, mode)
        known = self.kept.get(key, of)
        if known is None:
            try:
                made = replace(view(article, source, self.instance, mode, html, picture), also=named)
                if self.merged and story:
                    made = leading(made, story, self.instance)
                content = card(made, self.links) if self.links else plain(made, self.settings.base_url)
                markdown = legal(self.markdown(made.id)) if self.markdown and made.html else ""
                known = Made(of, replace(made, content=content, markdown=markdown))
            except _UNWRITABLE as error:
                where, detail = article.url or id, str(error)
                self.problems[id] = Problem(what=where, reason=FeedFileReason.CANNOT_RENDER, detail=detail)
                return None
            self.kept.put(key, known)
        return known.view


def documents(
    head: Head, formats: Sequence[str], views: Sequence[View], mode: ContentMode | None, entries: Entries
) -> dict[str, bytes]:
    """The feed of `views` in each of `formats`. An entry that one of them cannot hold is left out of all of them and
    named in `entries.problems`. `updated` of the head becomes that of the newest entry shown. `mode`: the feed's own
    content mode, None for what each source says."""
    made = [(view, entries.made(formats, view, mode)) for view in views]
    shown = [(view, parts) for view, parts in made if parts is not None]
    head = replace(head, updated=max((view.updated for view, _ in shown), default=head.updated))
    return {format: entries.renderers[format].feed(head, [parts[format] for _, parts in shown]) for format in formats}
