"""The pages of a build: one value that knows the settings, the templates and which pages there are to link to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syndicator import text
from syndicator.axes import ALL, AXES, by_place
from syndicator.formats import FORMATS, PAGE, subscribed
from syndicator.model import FeedKey, FeedSpec
from syndicator.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View, language
from syndicator.publishing.web import front, story
from syndicator.publishing.web.links import Links
from syndicator.publishing.web.shell import Page, page
from syndicator.publishing.web.templates import Templates
from syndicator.settings import Settings

FEEDS = "feeds.html"  # the page of all feeds
_ONE = {"tag": "Tag", "category": "Category", "source": "Source", "query": "Saved query"}  # what a feed of an axis is


class Pages:
    """Makes the pages of one build. `specs`: every feed there is; `moved`: feeds that moved, with where they are."""

    def __init__(
        self,
        specs: Sequence[FeedSpec],
        settings: Settings,
        templates: Templates | None = None,
        moved: Mapping[FeedKey, FeedKey] | None = None,
    ) -> None:
        self.specs, self.settings = specs, settings
        self.links = Links(specs, moved)
        self.templates = templates or Templates()
        self._language = language(settings.site.language) or "en"
        self._by_stem = {paths.stem(spec.key): spec for spec in specs}

    def story(self, view: View) -> bytes:
        """The list item of an article, the same on every page that has it (`story.story`)."""
        return story.story(view, self.links, self.templates, self._language)

    def feed_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        """The page of one feed: how to subscribe, and its latest stories, which `story` made."""
        spec = self._by_stem.get(head.stem)
        name = f"{head.stem}.{PAGE}"
        shell = self._shell(
            name,
            head.title,
            head.description,
            updated=story.newest(stories),
            feeds=_links_of(head),
            language=head.language,
        )
        return self.templates.render(
            "feed.html",
            page=shell,
            heading=text.line(spec.name) if spec else head.title,
            kind=_ONE.get(spec.key.axis, "") if spec else "",
            days=story.days(stories, shell.root),
        )

    def shared(
        self, rows: Mapping[FeedKey, FeedRow], views: Sequence[View], stories: Sequence[bytes]
    ) -> dict[str, bytes]:
        """What speaks of all feeds, by file name: front page, the page of all feeds, stylesheets. `views` and
        `stories`: the newest articles."""
        return {
            paths.INDEX: self._front(rows, views, stories),
            FEEDS: self._all_feeds(rows),
            **self.templates.assets(),
        }

    def _front(self, rows: Mapping[FeedKey, FeedRow], views: Sequence[View], stories: Sequence[bytes]) -> bytes:
        site = self.settings.site
        about = f"The newest stories of {_sources(self.specs)}, to read here or in a feed reader."
        made = dict(zip((view.id for view in views), stories, strict=True))
        leads = front.leads(views)
        shell = self._shell(
            paths.INDEX, site.title, about, kind="WebSite", updated=story.newest(stories), feeds=self._main_feed()
        )
        return self.templates.render(
            "index.html",
            page=shell,
            leads=[story.alone(made[id]).decode() for id in leads],
            days=story.days((part for id, part in made.items() if id not in leads), ""),
            tags=front.active(self.specs, rows, views),
            groups=self._groups(rows, most=front.SHOWN),
            count=len(self.specs),
            all_feeds=FEEDS,
        )

    def _all_feeds(self, rows: Mapping[FeedKey, FeedRow]) -> bytes:
        title = f"All feeds - {text.line(self.settings.site.title)}"
        about = f"{len(self.specs)} feeds to subscribe to: by category, tag and source."
        shell = self._shell(FEEDS, title, about, feeds=self._main_feed())
        return self.templates.render("feeds.html", page=shell, groups=self._groups(rows), count=len(self.specs))

    def _groups(self, rows: Mapping[FeedKey, FeedRow], most: int | None = None) -> list[dict[str, Any]]:
        """The feeds by axis. `most`: so many of each, those with most articles first."""
        made = []
        for name, axis in by_place():
            items = [_item(spec, rows.get(spec.key)) for spec in self.specs if spec.key.axis == name]
            total = len(items)
            if most is not None:
                items = sorted(items, key=lambda item: (-item["count"], item["name"]))[:most]
            if items:
                made.append({"axis": name, "heading": axis.heading, "items": items, "total": total})
        return made

    def _main_feed(self) -> list[tuple[str, str, str, str]]:
        """How to subscribe to everything, or to the first feed there is."""
        spec = next((spec for spec in self.specs if spec.key == ALL), None)
        return _formats_of(paths.stem(spec.key), spec.formats, "", self.settings.base_url) if spec else []

    def _shell(self, name: str, title: str, about: str, **more: Any) -> Page:
        return page(self.settings, name, title, about, **more)


def _links_of(head: Head) -> list[tuple[str, str, str, str]]:
    return _formats_of(head.stem, head.formats, "../" * head.stem.count("/"), head.base)


def _formats_of(stem: str, formats: Sequence[str], root: str, base: str) -> list[tuple[str, str, str, str]]:
    return [
        (FORMATS[name].label, f"{root}{stem}.{name}", f"{base}{stem}.{name}", FORMATS[name].media_type)
        for name in subscribed(formats)
    ]


def _sources(specs: Sequence[FeedSpec]) -> str:
    count = sum(AXES[spec.key.axis].copies for spec in specs)
    return f"{count} sources" if count > 1 else "the sources"


def _item(spec: FeedSpec, row: FeedRow | None) -> dict[str, Any]:
    return {
        "name": text.line(spec.name),
        "page": paths.file_name(spec.key, PAGE) if PAGE in spec.formats else "",
        "feeds": _formats_of(paths.stem(spec.key), spec.formats, "", ""),
        "count": row.count if row else 0,
        "latest": text.line(row.latest_title) if row else "",
        "about": text.line(spec.description),
    }
