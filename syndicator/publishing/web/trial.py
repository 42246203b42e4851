"""Templates of the operator's tried out on pages of two made-up articles, one with everything and one with little,
before they are to make real ones. Pure."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from typing import Final

from syndicator.configuration.settings import Settings
from syndicator.core.axes import ALL, SOURCE, TAG
from syndicator.core.model import Article, FeedKey, FeedSpec, Source
from syndicator.core.ports import FeedRow
from syndicator.core.ports.subscriptions import Picture
from syndicator.publishing import paths
from syndicator.publishing.look import TEMPLATES, Look
from syndicator.publishing.render.head import head
from syndicator.publishing.render.view import View, view
from syndicator.publishing.web.calendar import PAGE, calendar
from syndicator.publishing.web.pages import Pages

_WHEN: Final = datetime(2026, 3, 10, 12, tzinfo=UTC)
_SOURCE: Final = Source(key="sample", url="https://sample.example/feed", title="Sample", content="full")
_ARTICLE: Final = Article(id="a" * 26, url="https://sample.example/1", title="A sample", added=_WHEN, published=_WHEN)
_RICH: Final = replace(
    _ARTICLE,
    id="b" * 26,
    author="Ann Writer",
    excerpt="A whole sentence.",
    category="Science",
    tags=("Sea", "Tides"),
    language="fr",
    source_key="sample",
    also=("https://other.example/1",),
)
_KEYS: Final = (ALL, FeedKey("category", "science"), FeedKey(TAG, "sea"), FeedKey(SOURCE, "sample"))


def template_names() -> set[str]:
    """The names of our templates, for which an operator's may stand."""
    folder = resources.files("syndicator.publishing").joinpath(TEMPLATES)
    return {file.name for file in folder.iterdir() if file.name.endswith(".html")}


def faults(look: Look, settings: Settings) -> list[str]:
    """What is wrong with the operator's templates, each with its file and line: "templates/feed.html, line 3: …"."""
    specs = [FeedSpec(key=key, name=key.slug.title(), title=key.slug, first_slug=key.slug) for key in _KEYS]
    pages = Pages(specs, settings, look, ("Sea",))
    views = [_view(_RICH, Picture(name="pictures/1.webp", width=640, height=360)), _view(_ARTICLE, None)]
    stories = [pages.story(one) for one in views]
    for days in ({"2026-03-10": (2, "")}, {"2026-03-10": (PAGE + 1, ""), "2026-03-09": (PAGE + 1, "")}):
        for spec in specs:
            stem, top = paths.stem(spec.key), head(spec, settings, uuid.UUID(int=0), _WHEN)
            made = pages.calendars[stem] = calendar(stem, days, "", by_day=spec.key == ALL)
            pages.feed_page(top, stories)
            for one in made:
                pages.calendar_page(top, one, [] if one.parts else stories)
    for before, after in ((None, None), (views[0], views[1])):
        for shown in views:
            pages.article_page(shown, before, after)
    rows = {key: FeedRow(key=key, name=key.slug, first_slug=key.slug, count=2, latest_added=_WHEN) for key in _KEYS}
    pages.shared(rows, views, stories, [_RICH, _ARTICLE])
    pages.shared({}, [], [])
    return list(dict.fromkeys(pages.templates.faults.values()))


def _view(article: Article, picture: Picture | None) -> View:
    return view(article, _SOURCE, uuid.UUID(int=0), None, "<p>Text.</p>", picture)
