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
_MOST_LINES: Final = 80  # shared among the sections; the page of a category has all
# one large, three below it: a screen of 1280 by 800 shows them beside 25 lines
_MOST_LEADS: Final = 4
_MOST_TAGS: Final = 20
CANDIDATES: Final = 12  # articles of a day among which its leads are chosen
_MOST_LEADS_OF_DAY: Final = 3
_RECENT: Final = timedelta(days=1)
_YEAR_LENGTH: Final = 5  # of " 2026"
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
    """Return id of the lead article -> its view and the reports of other sites, for each story and
    each article alone. `stories`: the article ids of each, its lead first."""
    view_of = {view.id: view for view in views}
    story_of: dict[str, list[View]] = {}  # by the id of each report
    for ids in stories:
        reports = [view_of[article_id] for article_id in ids if article_id in view_of]
        story_of.update((report.id, reports) for report in reports)
    groups: dict[str, tuple[View, list[View]]] = {}
    for view in views:
        reports = story_of.get(view.id, [view])
        lead = reports[0]
        report_of_site = {article_html.get_host(report.url): report for report in reports}
        report_of_site.pop(article_html.get_host(lead.url))
        groups[lead.id] = (lead, list(report_of_site.values()))
    return groups


def choose_leads(groups: Mapping[str, tuple[View, Sequence[View]]]) -> list[str]:
    """Return the ids of the lead stories, best first: those that most outlets report and that are
    newest (`rank_story`), then those with most links to other reports, then those with a picture.
    They are of the newest day, and of earlier days if it has too few; of different sources if there
    are enough. `groups`: see `group_stories`."""
    by_time = sorted(
        (lead for lead, _ in groups.values()),
        key=lambda view: (view.published, view.id),
        reverse=True,
    )
    of_newest_day = sum(view.published > by_time[0].published - _RECENT for view in by_time)
    candidates = by_time[: max(of_newest_day, _MOST_LEADS)]
    newest = max((_find_latest(*groups[view.id]) for view in candidates), default=_LONG_AGO)
    ranks: dict[str, tuple[float, int, bool]] = {}
    for view in candidates:
        lead, others = groups[view.id]
        voices = count_voices(report.summary for report in (lead, *others))
        rank = rank_story(voices, _find_latest(lead, others), newest)
        ranks[view.id] = (rank, len(view.related), bool(view.picture))
    ranked = sorted(candidates, key=lambda view: ranks[view.id], reverse=True)
    chosen = _prefer_different_sources(ranked)
    return [view.id for view in ranked if view.id in chosen]


def _prefer_different_sources(ranked: Sequence[View]) -> set[str]:
    """Return the ids of at most `_MOST_LEADS` articles: the best of each source, then others."""
    best_of_source: dict[str, str] = {}
    for view in ranked:
        best_of_source.setdefault(view.source_key, view.id)
    best_ids = set(best_of_source.values())
    first = [view.id for view in ranked if view.id in best_ids]
    second = [view.id for view in ranked if view.id not in best_ids]
    return set([*first, *second][:_MOST_LEADS])


def _find_latest(lead: View, others: Sequence[View]) -> datetime:
    """Return when the last report of a story was published."""
    return max(report.published for report in (lead, *others))


def list_day_leads(views: Sequence[View], links: Links, root: str) -> list[dict[str, Any]]:
    """Return the lead stories of a day as fields of a template (see `make_line`). `root`: the path
    from the page to the web root."""
    leads = choose_leads(group_stories(views, ()))[:_MOST_LEADS_OF_DAY]
    view_of = {view.id: view for view in views}
    lines: list[dict[str, Any]] = []
    for article_id in leads:
        view = view_of[article_id]
        lines.append(make_line(view, (), links, "", view.published) | {"root": root})
    return lines


def make_line(
    view: View, others: Sequence[View], links: Links, language: str, newest: datetime
) -> dict[str, Any]:
    """Return the fields of a story's line on the front page. `others`: the reports of other sites;
    `language`: of the site; `newest`: the time of the newest story."""
    fields = article_html.make_shared_fields(view, links, language)
    is_of_newest_day = view.published.date() == newest.date()
    if is_of_newest_day:
        short_time = fields["time"].removesuffix(" UTC")
    else:
        short_time = fields["date"][:-_YEAR_LENGTH]
    reports: list[tuple[str, str]] = []
    for report in others:
        address = paths.article_name(report.id) if report.html else report.url
        reports.append((report.origin.title, address))
    return fields | {
        "entry": view,
        "lang": view.language or language,
        "short": short_time,
        "own_page": paths.article_name(view.id) if view.html else "",
        "also": [*reports, *fields["also"]][: article_html.MOST_ALSO],
    }


def group_by_category(
    lines: Iterable[dict[str, Any]], article_counts: Mapping[str, int]
) -> list[Section]:
    """Return a section of each category, with its newest lines first; the categories with most
    articles first, stories without one last. `lines`: see `make_line`; `article_counts`: by name of
    the category."""
    section_of: dict[str, Section] = {}
    for line in sorted(lines, key=lambda line: str(line["stamp"]), reverse=True):
        name = line["topic"]
        section = section_of.setdefault(name, Section(name, line["category"], []))
        section.lines.append(line)
    for section in section_of.values():
        del section.lines[_MOST_LINES // len(section_of) :]
    return sorted(
        section_of.values(),
        key=lambda section: (
            not section.name,
            -article_counts.get(section.name, 0),
            section.name,
        ),
    )


def find_frequent_tags(
    specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], views: Sequence[View]
) -> list[tuple[str, str, int]]:
    """Return the most frequent tags of the newest stories, if they have a page: (name, page, number
    of stories)."""
    counts = Counter[str]()
    for view in views:
        counts.update(view.tags)
    tags: list[tuple[int, int, str, str]] = []
    for spec in specs:
        name = text.line(spec.name)
        if spec.key.axis != TAG or PAGE not in spec.formats or not counts[name]:
            continue
        articles = rows[spec.key].count if spec.key in rows else 0
        tags.append((-counts[name], -articles, name, paths.file_name(spec.key, PAGE)))
    return [(name, page, counts[name]) for _, _, name, page in sorted(tags)[:_MOST_TAGS]]
