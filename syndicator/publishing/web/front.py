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

NEWEST: Final = 120  # articles on the front page: 40 KB of HTML, and as many as a person skims
SHOWN: Final = 24  # feeds that it lists of each axis
# Lines of all sections together; the page of a category shows the others.
_MOST_LINES: Final = 80
# Lead stories: a large one and three below it. A screen of 1280 by 800 shows them beside 25 lines.
_MOST_LEADS: Final = 4
_MOST_TAGS: Final = 20
CANDIDATES: Final = 12  # articles of a day among which its leads are chosen
_MOST_LEADS_OF_DAY: Final = 3
_ONE_DAY: Final = timedelta(days=1)  # the newest day: leads are chosen from its stories
_YEAR_LENGTH: Final = 5  # of " 2026"
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of a category on the front page, one a line. `name`, `link`: of the category, ""
    for stories without a category; `lines`: for each story, the values for a template, from
    `make_line`."""

    name: str
    link: str
    lines: list[dict[str, Any]]


def group_stories(
    views: Sequence[View], stories: Iterable[Sequence[str]]
) -> dict[str, tuple[View, list[View]]]:
    """Group articles into stories. Return each story as (lead article, reports of other sites), one
    report of each site, by the id of its lead. An article in no story is a story of its own.
    `views`: the articles; `stories`: the article ids of each story, the lead first; ids of articles
    that are not in `views` are ignored."""
    views_by_id = {view.id: view for view in views}
    reports_by_id: dict[str, list[View]] = {}  # the id of each report -> all reports of its story
    for story_ids in stories:
        reports = [views_by_id[view_id] for view_id in story_ids if view_id in views_by_id]
        for report in reports:
            reports_by_id[report.id] = reports
    groups: dict[str, tuple[View, list[View]]] = {}
    for view in views:
        reports = reports_by_id.get(view.id, [view])
        lead = reports[0]
        report_by_site = {article_html.get_host(report.url): report for report in reports}
        report_by_site.pop(article_html.get_host(lead.url))
        groups[lead.id] = (lead, list(report_by_site.values()))
    return groups


def choose_leads(groups: Mapping[str, tuple[View, Sequence[View]]]) -> list[str]:
    """Choose at most four stories to show first; return the ids of their lead articles, best first.

    Candidates are the stories of the 24 hours before the newest one or, if these are fewer than
    four, the four newest. A story ranks high if many outlets report it and its reports are new.
    Among stories of equal rank, one that links more other reports is better, then one that has a
    picture. The chosen stories have different sources if there are enough sources. `groups`: from
    `group_stories`: id of the lead -> (lead, reports of other sites)."""
    newest_first = [lead for lead, _ in groups.values()]
    newest_first.sort(key=lambda view: (view.published, view.id), reverse=True)
    day_begin = _LONG_AGO
    if newest_first:
        day_begin = newest_first[0].published - _ONE_DAY
    candidates = [view for view in newest_first if view.published > day_begin]
    if len(candidates) < _MOST_LEADS:
        candidates = newest_first[:_MOST_LEADS]

    # rank the candidates
    report_times: list[datetime] = []
    for view in candidates:
        lead, others = groups[view.id]
        report_times.append(_find_latest_time(lead, others))
    newest_report = max(report_times, default=_LONG_AGO)
    ranks: dict[str, tuple[float, int, bool]] = {}
    for view in candidates:
        lead, others = groups[view.id]
        # reports with the same summary count as one voice
        voices = count_voices(report.summary for report in (lead, *others))
        rank = rank_story(voices, _find_latest_time(lead, others), newest_report)
        ranks[view.id] = (rank, len(view.related), bool(view.picture))
    best_first = sorted(candidates, key=lambda view: ranks[view.id], reverse=True)
    lead_ids = _prefer_different_sources(best_first)
    return [view.id for view in best_first if view.id in lead_ids]


def _prefer_different_sources(best_first: Sequence[View]) -> set[str]:
    """Choose at most four articles; return their ids. The best articles of different sources are
    chosen; if there are fewer than four sources, the best of the other articles follow.
    `best_first`: the articles, in order of their rank."""
    best_of_source: dict[str, str] = {}
    for view in best_first:
        best_of_source.setdefault(view.source_key, view.id)
    best_ids = set(best_of_source.values())
    best_of_sources = [view.id for view in best_first if view.id in best_ids]
    others = [view.id for view in best_first if view.id not in best_ids]
    preferred_first = [*best_of_sources, *others]
    return set(preferred_first[:_MOST_LEADS])


def _find_latest_time(lead: View, others: Sequence[View]) -> datetime:
    """Return when the newest report of a story was published. `others`: its reports besides the
    lead."""
    return max(report.published for report in (lead, *others))


def list_day_leads(views: Sequence[View], links: Links, root: str) -> list[dict[str, Any]]:
    """Return the most important articles of a day, three at most, each as the values for a template
    (see `make_line`). `views`: the articles of the day; `links`: the pages that they may link to;
    `root`: the path from the page that shows them to the web root."""
    groups = group_stories(views, ())  # each article is a story of its own
    lead_ids = choose_leads(groups)[:_MOST_LEADS_OF_DAY]
    views_by_id = {view.id: view for view in views}
    lines: list[dict[str, Any]] = []
    for article_id in lead_ids:
        view = views_by_id[article_id]
        fields = make_line(view, (), links, language="", newest=view.published)
        lines.append(fields | {"root": root})
    return lines


def make_line(
    view: View, others: Sequence[View], links: Links, language: str, newest: datetime
) -> dict[str, Any]:
    """Return the values, by name, with which a template shows a story as a line on the front page.
    A story of the newest day shows its time, an older one its date without the year. `view`: the
    lead article of the story; `others`: the reports of other sites; `language`: that of our site;
    `newest`: the time of the newest story on the page."""
    fields = article_html.make_shared_fields(view, links, language)
    is_of_newest_day = view.published.date() == newest.date()
    if is_of_newest_day:
        short_time = fields["time"].removesuffix(" UTC")
    else:
        short_time = fields["date"][:-_YEAR_LENGTH]
    own_page = paths.article_name(view.id) if view.html else ""
    reports: list[tuple[str, str]] = []
    for report in others:
        address = paths.article_name(report.id) if report.html else report.url
        reports.append((report.origin.title, address))
    linked_reports = [*reports, *fields["also"]]
    return fields | {
        "entry": view,
        "lang": view.language or language,
        "short": short_time,
        "own_page": own_page,
        "also": linked_reports[: article_html.MOST_ALSO],
    }


def group_by_category(
    lines: Iterable[dict[str, Any]], article_counts: Mapping[str, int]
) -> list[Section]:
    """Return the sections of the front page, one for each category, with the newest lines of the
    category. The category with the most articles is first; the section of stories without a
    category is last. `lines`: stories from `make_line`; `article_counts`: name of a category ->
    number of all its articles."""
    sections: dict[str, Section] = {}
    for line in sorted(lines, key=lambda line: str(line["stamp"]), reverse=True):
        name = line["topic"]
        section = sections.setdefault(name, Section(name, line["category"], []))
        section.lines.append(line)
    if not sections:
        return []
    most_lines_each = _MOST_LINES // len(sections)
    for section in sections.values():
        del section.lines[most_lines_each:]
    without_category = [section for name, section in sections.items() if name == ""]
    with_category = [section for name, section in sections.items() if name != ""]
    with_category.sort(key=lambda section: (-article_counts.get(section.name, 0), section.name))
    return with_category + without_category


def find_frequent_tags(
    specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], views: Sequence[View]
) -> list[tuple[str, str, int]]:
    """Return the most frequent tags of the newest stories, each as (name, file name of its page,
    number of these stories), the most frequent first. Of equally frequent tags, the one with more
    articles in all is first. Tags without a page are left out. `specs`: the feeds that are
    published; `rows`: the rows of all feeds; `views`: the newest stories."""
    counts = Counter[str]()
    for view in views:
        counts.update(view.tags)
    # the numbers are negative, so that the tags with most stories are sorted first
    tags: list[tuple[int, int, str, str]] = []
    for spec in specs:
        if spec.key.axis != TAG or PAGE not in spec.formats:
            continue
        name = text.line(spec.name)
        if counts[name] == 0:
            continue
        articles = rows[spec.key].count if spec.key in rows else 0
        tags.append((-counts[name], -articles, name, paths.file_name(spec.key, PAGE)))
    tags.sort()
    return [(name, page, counts[name]) for _, _, name, page in tags[:_MOST_TAGS]]
