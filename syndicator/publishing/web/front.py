"""The front page: lead stories, then one line for each of the newest stories, by category. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from syndicator.core import text
from syndicator.core.axes import TAG
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import View
from syndicator.publishing.web import story

NEWEST: Final = 120  # articles that it is made of: 40 KB of HTML, and as much as a person looks through
SHOWN: Final = 24  # feeds of an axis that it names
_LINES: Final = 80  # shared among the sections; the page of a category has all
_LEADS: Final = 4  # one large, three below it: a screen of 1280 by 800 shows them beside 25 lines
_TAGS: Final = 20
CANDIDATES: Final = 12  # articles of a day of which _TOPS lead it: so a month is made of some hundred
_TOPS: Final = 3
_RECENT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of a category; name and link are empty for stories without one."""

    name: str
    link: str
    lines: list[dict[str, Any]]


def grouped(views: Sequence[View], stories: Iterable[Sequence[str]]) -> dict[str, tuple[View, list[View]]]:
    """The article that stands for each story, and the reports of other outlets. `stories`: article ids by story. It is
    the newest one with a picture, if any has one."""
    by_id = {view.id: view for view in views}
    groups = [[by_id[id] for id in ids if id in by_id] for ids in stories]
    of = {view.id: group for group in groups for view in group}
    found: dict[str, tuple[View, list[View]]] = {}
    for view in views:
        group = of.get(view.id, [view])
        first = max(group, key=lambda one: (bool(one.picture), one.published, one.id))
        others = {story.host(one.url): one for one in group if story.host(one.url) != story.host(first.url)}
        found[first.id] = (first, list(others.values()))
    return found


def leads(groups: Mapping[str, tuple[View, Sequence[View]]]) -> list[str]:
    """The ids of the lead stories, the largest first: of the newest day, and of before if that has too few. First those
    that most sources report, then those with a picture, then the newest; each of another source if there are enough."""
    views = sorted((view for view, _ in groups.values()), key=lambda view: (view.published, view.id), reverse=True)
    recent = sum(view.published > views[0].published - _RECENT for view in views)
    near = views[: max(recent, _LEADS)]
    rank = {view.id: len(view.related) + len(groups[view.id][1]) for view in near}
    ranked = sorted(near, key=lambda view: (rank[view.id], bool(view.picture)), reverse=True)
    firsts = set({view.source_key: view.id for view in reversed(ranked)}.values())
    chosen = sorted((view.id for view in ranked), key=lambda id: id not in firsts)[:_LEADS]
    return [view.id for view in ranked if view.id in chosen]


def tops(views: Sequence[View], links: Links, root: str) -> list[dict[str, Any]]:
    """The lead stories of a day, for a page from which `root` leads to the web root."""
    chosen = leads(grouped(views, ()))[:_TOPS]
    by_id = {view.id: line(view, (), links, "", view.published) for view in views if view.id in chosen}
    return [by_id[id] | {"root": root} for id in chosen]


def line(view: View, others: Sequence[View], links: Links, language: str, newest: datetime) -> dict[str, Any]:
    """A story as the front page shows it. `language`: of the site; `newest`: the time of its newest story."""
    told = story.told(view, links, language)
    short = told["time"].removesuffix(" UTC") if view.published.date() == newest.date() else told["date"][:-5]
    also = [(one.origin.title, paths.article_name(one.id) if one.html else one.url) for one in others]
    return told | {
        "entry": view,
        "lang": view.language or language,
        "short": short,
        "own_page": paths.article_name(view.id) if view.html else "",
        "also": (also + told["also"])[: story.MOST_ALSO],
    }


def sections(lines: Iterable[dict[str, Any]], rows: Mapping[str, int]) -> list[Section]:
    """The lines by category, newest first: the category with most articles first, those without one last. `rows`: how
    many articles each category has."""
    found: dict[str, Section] = {}
    for one in sorted(lines, key=lambda one: str(one["stamp"]), reverse=True):
        found.setdefault(one["topic"], Section(one["topic"], one["category"], [])).lines.append(one)
    for section in found.values():
        del section.lines[_LINES // len(found) :]
    return sorted(found.values(), key=lambda one: (not one.name, -rows.get(one.name, 0), one.name))


def active(
    specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], views: Sequence[View]
) -> list[tuple[str, str, int]]:
    """The tags with a page that the newest stories have most, as (name, page, how many of these stories)."""
    carried = Counter(tag for view in views for tag in view.tags)
    found = [
        (-carried[name], -(rows[spec.key].count if spec.key in rows else 0), name, paths.file_name(spec.key, PAGE))
        for spec in specs
        if spec.key.axis == TAG and PAGE in spec.formats and carried[name := text.line(spec.name)]
    ]
    return [(name, page, -count) for count, _, name, page in sorted(found)[:_TAGS]]
