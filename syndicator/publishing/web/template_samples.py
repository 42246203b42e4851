"""Test the operator's templates: render every kind of page with samples."""

import uuid
from collections.abc import Mapping, Sequence
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
from syndicator.publishing.page_design import TEMPLATES, Look
from syndicator.publishing.render.head import make_head
from syndicator.publishing.render.view import View, make_view
from syndicator.publishing.web import calendar
from syndicator.publishing.web.calendar import plan_feed_calendar
from syndicator.publishing.web.pages import Pages
from syndicator.publishing.web.shared_pages import SharedPages

# Samples with which the operator's templates are tested.
_SAMPLE_TIME: Final = datetime(2026, 3, 10, 12, tzinfo=UTC)
_SAMPLE_SOURCE: Final = Source(
    key="sample", url="https://sample.example/feed", title="Sample", content="full"
)
_SAMPLE_WITH_FEW_FIELDS: Final = Article(
    id="a" * 26,
    url="https://sample.example/1",
    title="A sample",
    added=_SAMPLE_TIME,
    published=_SAMPLE_TIME,
)
_SAMPLE_WITH_ALL_FIELDS: Final = replace(
    _SAMPLE_WITH_FEW_FIELDS,
    id="b" * 26,
    author="Ann Writer",
    excerpt="A whole sentence.",
    category="Science",
    tags=("Sea", "Tides"),
    language="fr",
    source_key="sample",
    also=("https://other.example/1",),
)
_SAMPLE_KEYS: Final = (
    ALL,
    FeedKey("category", "science"),
    FeedKey(TAG, "sea"),
    FeedKey(SOURCE, "sample"),
)
_SAMPLE_DAY: Final = "2026-03-10"
_DAY_BEFORE: Final = "2026-03-09"
_NO_INSTANCE: Final = uuid.UUID(int=0)


def list_template_names() -> set[str]:
    """Return the names of the templates that operators may replace."""
    folder = resources.files("syndicator.publishing").joinpath(TEMPLATES)
    return {file.name for file in folder.iterdir() if file.name.endswith(".html")}


def find_template_faults(look: Look, settings: Settings) -> list[str]:
    """Render each kind of page with sample articles; return the faults of the operator's templates,
    each once. A fault names file and line, such as "templates/feed.html, line 3: …". The list is
    empty if there are none. `look`: the operator's templates and files."""
    specs = [
        FeedSpec(key=key, name=key.slug.title(), title=key.slug, first_slug=key.slug)
        for key in _SAMPLE_KEYS
    ]
    pages = Pages(specs, settings, look, ("Sea",))
    picture = Picture(name="pictures/1.webp", width=640, height=360)
    views = [
        make_view(
            _SAMPLE_WITH_ALL_FIELDS, _SAMPLE_SOURCE, _NO_INSTANCE, None, "<p>Text.</p>", picture
        ),
        make_view(
            _SAMPLE_WITH_FEW_FIELDS, _SAMPLE_SOURCE, _NO_INSTANCE, None, "<p>Text.</p>", None
        ),
    ]
    stories = [pages.render_story_item(sample) for sample in views]

    # a short calendar with one page, and a long one with pages for years, months and days
    busy_day = (calendar.PAGE + 1, "")
    for days in ({_SAMPLE_DAY: (2, "")}, {_SAMPLE_DAY: busy_day, _DAY_BEFORE: busy_day}):
        for spec in specs:
            _render_feed_samples(pages, spec, days, views, stories)

    # pages of articles, without and with articles before and after them
    for sample in views:
        pages.render_article_page(sample, None, None)
    for sample in views:
        pages.render_article_page(sample, views[0], views[1])
    pages.render_story_page(paths.story_name("a" * 26), views, stories)

    rows = {
        key: FeedRow(
            key=key, name=key.slug, first_slug=key.slug, count=2, latest_added=_SAMPLE_TIME
        )
        for key in _SAMPLE_KEYS
    }
    # the pages about all feeds, also those of a site without articles
    shared_pages = SharedPages(pages)
    shared_pages.render_shared_pages(rows, views, [[sample.id for sample in views]])
    shared_pages.render_feed_list("", rows)
    shared_pages.render_shared_pages({}, [])
    return list(dict.fromkeys(pages.templates.faults.values()))


def _render_feed_samples(
    pages: Pages,
    spec: FeedSpec,
    days: Mapping[str, tuple[int, str]],
    views: Sequence[View],
    stories: Sequence[bytes],
) -> None:
    """Render the page of a feed and its pages by year, month and day. Nothing is returned: `pages`
    collects the faults of templates. `days`: day ("2026-11-26") -> (number of its stories, their
    fingerprint); `views`: articles that the pages show; `stories`: the same articles as list
    items."""
    feed_head = make_head(spec, pages.settings, _NO_INSTANCE, _SAMPLE_TIME)
    calendar_pages = plan_feed_calendar(spec, days, "")
    pages.calendars[feed_head.stem] = calendar_pages
    pages.store_facts(spec, 2, {day: count for day, (count, _) in days.items()}, views)
    pages.render_feed_page(feed_head, stories)
    for page in calendar_pages:
        if page.parts:
            pages.render_calendar_page(feed_head, page, [], {_SAMPLE_DAY: views})
        else:
            pages.render_calendar_page(feed_head, page, stories)
