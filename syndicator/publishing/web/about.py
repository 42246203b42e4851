"""Compute the facts beside the stories on a feed's page: rhythm, days, tags, sources. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote

from syndicator.core.axes import SOURCE
from syndicator.core.model import FeedSpec
from syndicator.core.urls import is_numeric_host
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import View
from syndicator.publishing.web import article_html
from syndicator.publishing.web.calendar import MONTH

# The sparkline, a small chart with a bar for each day: its days, and its height in SVG units.
_CHART_DAYS: Final = 90
_CHART_HEIGHT: Final = 16
_MOST_TAGS: Final = 12
_MOST_SOURCES: Final = 8
_LEAST_SOURCES: Final = 2  # of a single source nobody needs to know that it is the most active
_MOST_MONTHS: Final = 12  # the page also links the pages of years
_LEAST_STORIES: Final = 2  # that a tag needs to be listed if it may have no page
_SEARCH_PAGE: Final = "search.html?q="  # finds the stories of a tag that may have no page
_UNNAMED_SITE: Final = "web site"
_LEAST_FOR_RHYTHM: Final = 5  # stories
_MONTH_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class About:
    """The facts beside a feed's stories. `count`: number of its articles; `rhythm`: such as "5 a
    day", "" if unknown; `site`: the address of a source's site, `site_name`: the text of its link;
    `bars`: an SVG path with a bar for each of the 90 days until `until`, "" without days, `most`:
    the number of stories that the highest bar means; `related`: frequent tags (name, link);
    `sources`: the most active sources (name, link, number of stories), empty if there is only one;
    `months`: the newest months ("2026-11", number of stories)."""

    count: int
    rhythm: str
    site: str
    site_name: str
    bars: str
    most: int
    until: str
    related: Sequence[tuple[str, str]]
    sources: Sequence[tuple[str, str, int]] = ()
    months: Sequence[tuple[str, int]] = ()


def gather_facts(
    spec: FeedSpec, count: int, days: Mapping[str, int], views: Sequence[View], links: Links
) -> About:
    """Return the facts that the page of a feed shows beside its stories, such as how often new ones
    come, related tags and active sources. `count`: number of the feed's articles; `days`: UTC day
    ("2026-11-30") -> number of its articles; `views`: its newest articles; `links`: the pages to
    link to, whose `base` is the path from the feed's page to the web root."""
    site = ""
    if spec.key.axis == SOURCE:  # all articles are of one site
        sites = [view.origin.site for view in views if view.origin.site]
        site = sites[0] if sites else ""
    newest_day = ""
    if days:
        newest_day = article_html.name_day(max(days))
    bars = _draw_bars(days)
    return About(
        count=count,
        rhythm=describe_rhythm(views),
        site=site,
        site_name=_write_site_label(site),
        bars=bars.path,
        most=bars.most,
        until=newest_day,
        related=_list_related_tags(spec.name, views, links),
        sources=_list_active_sources(views, links),
        months=_count_stories_by_month(days),
    )


def _write_site_label(site: str) -> str:
    """Return the text of a link to a site: its host and path, such as "example.org/blog"; "web
    site" if the host is a number (an IP address). `site`: the address of the site; if it is "", the
    text is "", too."""
    if not site:
        return ""
    if is_numeric_host(article_html.get_host(site)):
        return _UNNAMED_SITE
    _, _, host_and_path = site.partition("//")
    return host_and_path.strip("/")


@dataclass(frozen=True, slots=True)
class _Bars:
    """The bars of the sparkline. `path`: an SVG path; `most`: the number of stories that the
    highest bar means."""

    path: str = ""
    most: int = 0


def _draw_bars(days: Mapping[str, int]) -> _Bars:
    """Return a bar chart of the 90 days until the last day with stories, empty if there are no
    stories. `days`: UTC day ("2026-11-30") -> number of stories."""
    if not days:
        return _Bars()
    last_day = date.fromisoformat(max(days))
    counts: list[int] = []  # number of stories, of the last day first
    for days_back in range(_CHART_DAYS):
        day = str(last_day - timedelta(days=days_back))
        counts.append(days.get(day, 0))
    most = max(counts)
    bars: list[str] = []
    for days_back, count in enumerate(counts):
        if count:
            # as an SVG path: move to the bottom of the day's column, draw a line upwards
            column = _CHART_DAYS - 1 - days_back
            height = max(1, _CHART_HEIGHT * count // most)
            bars.append(f"M{column}.5 {_CHART_HEIGHT}v-{height}")
    return _Bars("".join(bars), most)


def _list_related_tags(name: str, views: Sequence[View], links: Links) -> list[tuple[str, str]]:
    """Return at most twelve tags of a feed's articles as (name, link), the most frequent first.
    `name`: of the feed; a tag of this name is left out; `views`: the feed's newest articles. The
    link leads to the tag's page. A tag that may have no page gets a link to the search for its
    name, and is left out if only one article has it."""
    counts = Counter[str]()
    for view in views:
        counts.update(tag for tag in view.tags if tag.casefold() != name.casefold())
    most_frequent_first = sorted(counts, key=lambda tag: (-counts[tag], tag))
    related: list[tuple[str, str]] = []
    for tag in most_frequent_first:
        tag_page = links.tag(tag)
        if tag_page:
            related.append((tag, tag_page))
        elif counts[tag] >= _LEAST_STORIES:
            related.append((tag, f"{links.base}{_SEARCH_PAGE}{quote(tag)}"))
    return related[:_MOST_TAGS]


def _list_active_sources(views: Sequence[View], links: Links) -> list[tuple[str, str, int]]:
    """Return at most eight sources of the articles `views`, each as (name, link, number of its
    articles), those with most articles first. Return an empty list if all articles have the same
    source."""
    counts = Counter(view.source_key for view in views)
    if len(counts) < _LEAST_SOURCES:
        return []
    names = {view.source_key: view.origin.title for view in views}
    most_active_first = sorted(counts, key=lambda source: (-counts[source], names[source]))
    return [
        (names[source], links.source(source), counts[source])
        for source in most_active_first[:_MOST_SOURCES]
    ]


def _count_stories_by_month(days: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the twelve newest months, newest first, each as (month, number of stories), such as
    ("2026-11", 40). `days`: UTC day ("2026-11-30") -> number of stories."""
    counts = Counter[str]()
    for day, count in days.items():
        month = day[:MONTH]
        counts[month] += count
    newest_first = sorted(counts.items(), reverse=True)
    return newest_first[:_MOST_MONTHS]


def describe_rhythm(views: Sequence[View]) -> str:
    """Return how often a feed has new articles, such as "5 a day", computed from the times of its
    newest articles; "" if these are fewer than five."""
    times = sorted(view.published for view in views)
    if len(times) < _LEAST_FOR_RHYTHM:
        return ""
    days = (times[-1] - times[0]) / timedelta(days=1)
    articles_a_day = (len(times) - 1) / max(days, 1)
    # take the shortest unit of time that has at least one article
    for unit, days_of_unit in (("day", 1), ("week", 7), ("month", _MONTH_DAYS)):
        count = round(articles_a_day * days_of_unit)
        if count >= 1:
            return f"{count} a {unit}"
    return "less than one a month"
