"""Choose what the front page shows: lead stories, newest stories, frequent tags. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from syndicator.core import text
from syndicator.core.axes import TAG
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import View
from syndicator.publishing.stories.ranking import count_voices, rank_story
from syndicator.publishing.web import article_html

NEWEST: Final = 120  # articles on it: 40 KB of HTML, and as many as a person skims
SHOWN: Final = 24  # feeds of an axis
_LINES: Final = 80  # shared among the sections; the page of a category has all
_LEADS: Final = 4  # one large, three below it: a screen of 1280 by 800 shows them beside 25 lines
_TAGS: Final = 20
CANDIDATES: Final = 12  # articles of a day among which the _TOPS are chosen
_TOPS: Final = 3
_RECENT: Final = timedelta(days=1)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of a category; `name` and `link` are "" for stories without a category."""

    name: str
    link: str
    lines: list[dict[str, Any]]


def group_stories(
    views: Sequence[View], stories: Iterable[Sequence[str]]
) -> dict[str, tuple[View, list[View]]]:
    """Return lead article -> the reports of other outlets, for each story. `stories`: the article
    ids of each, its lead first."""
    by_id = {view.id: view for view in views}
    groups = [[by_id[article_id] for article_id in ids if article_id in by_id] for ids in stories]
    of = {view.id: group for group in groups for view in group}
    groups_of: dict[str, tuple[View, list[View]]] = {}
    for view in views:
        group = of.get(view.id, [view])
        first = group[0]
        others = {
            article_html.get_host(member.url): member
            for member in group
            if article_html.get_host(member.url) != article_html.get_host(first.url)
        }
        groups_of[first.id] = (first, list(others.values()))
    return groups_of


def choose_leads(groups: Mapping[str, tuple[View, Sequence[View]]]) -> list[str]:
    """Return the ids of the lead stories: those that most outlets report and that are newest first
    (`rank_story`), then those that others linked, then those with a picture; of the newest day, and
    of earlier days if it has too few; from different sources if there are enough."""
    views = sorted(
        (view for view, _ in groups.values()),
        key=lambda view: (view.published, view.id),
        reverse=True,
    )
    recent = sum(view.published > views[0].published - _RECENT for view in views)
    near = views[: max(recent, _LEADS)]
    newest = max((_find_latest(*groups[view.id]) for view in near), default=_LONG_AGO)
    ranks: dict[str, tuple[float, int, bool]] = {}
    for view in near:
        lead, others = groups[view.id]
        voices = count_voices(report.summary for report in (lead, *others))
        rank = rank_story(voices, _find_latest(lead, others), newest)
        ranks[view.id] = rank, len(view.related), bool(view.picture)
    ranked = sorted(near, key=lambda view: ranks[view.id], reverse=True)
    firsts = set({view.source_key: view.id for view in reversed(ranked)}.values())
    chosen = sorted((view.id for view in ranked), key=lambda id: id not in firsts)[:_LEADS]
    return [view.id for view in ranked if view.id in chosen]


def _find_latest(lead: View, others: Sequence[View]) -> datetime:
    return max(report.published for report in (lead, *others))


def list_day_leads(views: Sequence[View], links: Links, root: str) -> list[dict[str, Any]]:
    """Return the values (see `line`) of the lead stories of a day. `root`: the path from the page
    to the web root."""
    chosen = choose_leads(group_stories(views, ()))[:_TOPS]
    by_id = {
        view.id: make_line(view, (), links, "", view.published)
        for view in views
        if view.id in chosen
    }
    return [by_id[article_id] | {"root": root} for article_id in chosen]


def make_line(
    view: View, others: Sequence[View], links: Links, language: str, newest: datetime
) -> dict[str, Any]:
    """Return the values of a story's line. `language`: of the site; `newest`: the time of the
    newest story."""
    fields = article_html.make_shared_fields(view, links, language)
    short = (
        fields["time"].removesuffix(" UTC")
        if view.published.date() == newest.date()
        else fields["date"][:-5]
    )
    also = [
        (report.origin.title, paths.article_name(report.id) if report.html else report.url)
        for report in others
    ]
    return fields | {
        "entry": view,
        "lang": view.language or language,
        "short": short,
        "own_page": paths.article_name(view.id) if view.html else "",
        "also": (also + fields["also"])[: article_html.MOST_ALSO],
    }


def group_by_category(lines: Iterable[dict[str, Any]], rows: Mapping[str, int]) -> list[Section]:
    """Group lines by category, newest first; categories with most articles (`rows`) first, ""
    last."""
    by_name: dict[str, Section] = {}
    for row in sorted(lines, key=lambda row: str(row["stamp"]), reverse=True):
        by_name.setdefault(row["topic"], Section(row["topic"], row["category"], [])).lines.append(
            row
        )
    for section in by_name.values():
        del section.lines[_LINES // len(by_name) :]
    return sorted(
        by_name.values(), key=lambda row: (not row.name, -rows.get(row.name, 0), row.name)
    )


def find_frequent_tags(
    specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], views: Sequence[View]
) -> list[tuple[str, str, int]]:
    """Return the most frequent tags of the newest stories, if they have a page: (name, page, number
    of stories)."""
    carried = Counter(tag for view in views for tag in view.tags)
    tags = [
        (
            -carried[name],
            -(rows[spec.key].count if spec.key in rows else 0),
            name,
            paths.file_name(spec.key, PAGE),
        )
        for spec in specs
        if spec.key.axis == TAG and PAGE in spec.formats and carried[name := text.line(spec.name)]
    ]
    return [(name, page, -count) for count, _, name, page in sorted(tags)[:_TAGS]]
