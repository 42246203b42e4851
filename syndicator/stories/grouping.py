"""Decide which articles form a story, by grouping those that report one event. Pure.

Two articles are compared by `likeness`. Groups are merged by the mean of their pairs, so that no
chain of reports joins two events. In a mean each outlet counts once, however much it writes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Final, NamedTuple

from syndicator.sketches.events import Sketch
from syndicator.stories.likeness import FAR, Comparison, Window

# log odds below which a report is unlike the first one of a story, so that what comes later bridges
# no two stories
UNLIKE: Final = -0.5
LARGEST: Final = 60  # articles that are grouped anew together
OF_STORY: Final = 10  # of them that stand for a story, if there are more
OF_OUTLET: Final = 5  # articles of an outlet in a story, its first ones
_NO_STORY: Final = ""
Measure = Callable[["Report", "Report"], float]
Likely = Mapping[tuple[str, str], float]  # by both ids; without pairs that are not compared
MakeName = Callable[[Sequence["Report"]], str]


class Report(NamedTuple):
    """An article to group. `outlet`: its publisher; `language`, `story`: "" for none; `final`:
    stays in its story."""

    id: str
    outlet: str
    language: str
    at: datetime
    sketch: Sketch
    story: str = _NO_STORY
    final: bool = False


def find_story_changes(
    new: Sequence[Report],
    list_near: Callable[[Report], Iterable[Report]],
    list_members: Callable[[Collection[str]], Iterable[Report]],
    make_name: MakeName,
    window: Window,
) -> dict[str, str]:
    """Return the new story, _NO_STORY for none, of each article that changes its story because of
    the `new` articles. `list_near` returns the articles that share most terms with one,
    `list_members` those of stories; `make_name` names a new story."""
    comparison = Comparison(window)
    reports = {report.id: report for report in new}
    # Names of stories, and ids of articles without one, that may belong together.
    clusters: list[set[str]] = []
    for report in new:
        similar = [other for other in list_near(report) if comparison.is_likely(report, other)]
        reports |= {other.id: other for other in similar}
        if similar or report.story:
            clusters.append({member.story or member.id for member in (report, *similar)})
    new_ids = {report.id for report in new}
    changed: dict[str, str] = {}
    for names in _merge_overlapping(clusters):
        to_group = {article_id: reports[article_id] for article_id in names & reports.keys()}
        to_group |= {member.id: member for member in list_members(names)}
        stories = assign_stories(list(to_group.values()), new_ids, make_name, comparison.measure)
        for article_id, story in stories.items():
            if story != to_group[article_id].story:
                changed[article_id] = story
    return changed


def _merge_overlapping(sets: Iterable[set[str]]) -> list[set[str]]:
    """Merge the sets that share a member."""
    merged: list[set[str]] = []
    for names in sets:
        overlapping = [other for other in merged if not other.isdisjoint(names)]
        merged = [other for other in merged if other not in overlapping]
        merged.append(names.union(*overlapping))
    return merged


def assign_stories(
    reports: Sequence[Report], new_ids: Collection[str], make_name: MakeName, measure: Measure
) -> dict[str, str]:
    """Return the story of each article, _NO_STORY for none. If there are more than LARGEST, stories
    stay as they are, each represented by its newest articles; of other articles only the new and
    the newest are grouped."""
    if len(reports) <= LARGEST:
        return name_groups(group_reports(reports, measure, new_ids), make_name)
    outlet_counts = Counter((report.story, report.outlet) for report in reports if report.story)
    sample = _choose_sample(reports, new_ids)
    outlets = {report.id: report.outlet for report in sample}
    stories: dict[str, str] = {}
    for article_id, story in name_groups(group_reports(sample, measure), make_name).items():
        if outlet_counts[story, outlets[article_id]] < OF_OUTLET:
            stories[article_id] = story
    return stories


def _choose_sample(reports: Sequence[Report], new_ids: Collection[str]) -> list[Report]:
    """Return LARGEST reports, new ones first, then the newest; of a story at most OF_STORY, all of
    them final."""

    def rank(report: Report) -> tuple[bool, tuple[datetime, str]]:
        return report.id in new_ids, _order(report)

    sample: list[Report] = []
    counts: Counter[str] = Counter()
    for report in sorted(reports, key=rank, reverse=True):
        counts[report.story] += 1
        if report.story == _NO_STORY or counts[report.story] <= OF_STORY:
            sample.append(report._replace(final=report.story != _NO_STORY))
    return sample[:LARGEST]


def group_reports(
    reports: Sequence[Report], measure: Measure, new: Collection[str] = ()
) -> list[list[Report]]:
    """Group `reports` by average linkage: merge the two nearest groups while they more likely than
    not report one event. An article that is not UNLIKE the first one of its story stays there,
    unless it is `new`: nobody splits the stories of others. The final articles of two stories are
    never merged."""
    likely: dict[tuple[str, str], float] = {}
    for report, other in combinations(reports, 2):
        value = measure(report, other)
        if value > FAR:
            likely[report.id, other.id] = value
            likely[other.id, report.id] = value
    groups = dict(enumerate(_begin_groups(reports, likely, new)))
    nearness: dict[tuple[int, int], float] = {}  # by pair of groups, the lower number first
    for pair in combinations(groups, 2):
        nearness[pair] = _compare_groups(groups[pair[0]], groups[pair[1]], likely)
    while nearness:
        nearest = max(nearness, key=lambda pair: (nearness[pair], -pair[0], -pair[1]))
        if nearness[nearest] <= 0:
            break
        first, second = nearest
        groups[first] += groups.pop(second)
        nearness = {pair: value for pair, value in nearness.items() if second not in pair}
        for other_number in groups.keys() - {first}:
            pair = min(first, other_number), max(first, other_number)
            nearness[pair] = _compare_groups(groups[first], groups[other_number], likely)
    return list(groups.values())


def _begin_groups(
    reports: Sequence[Report], likely: Likely, new: Collection[str]
) -> list[list[Report]]:
    """Return the groups to begin with: the articles that stay in a story are together, each other
    one is alone. An article stays if it is final, or if it is not `new` and not UNLIKE the first
    such article of its story."""
    groups: dict[str, list[Report]] = {}  # by story, or by id of an article alone
    first_ids: dict[str, str] = {}  # by story
    for report in sorted(reports, key=_order):
        stays = report.final
        if report.story and report.id not in new and not report.final:
            first_id = first_ids.setdefault(report.story, report.id)
            stays = first_id == report.id or likely.get((first_id, report.id), FAR) > UNLIKE
        name = report.story if stays else report.id
        groups.setdefault(name, []).append(report)
    return list(groups.values())


def _compare_groups(group: Sequence[Report], other: Sequence[Report], likely: Likely) -> float:
    """Return the mean likeness of two groups, of the pairs that are compared. Return FAR if there
    are none, if both groups have final articles, or if their first articles are UNLIKE."""
    if any(report.final for report in group) and any(report.final for report in other):
        return FAR
    if _compare_firsts(group, other, likely) < UNLIKE:
        return FAR
    weights = _weigh_reports(group) | _weigh_reports(other)
    sum_of_values = 0.0
    sum_of_weights = 0.0
    for report in group:
        for other_report in other:
            value = likely.get((report.id, other_report.id))
            if value is not None:
                weight = weights[report.id] * weights[other_report.id]
                sum_of_values += weight * value
                sum_of_weights += weight
    return sum_of_values / sum_of_weights


def _compare_firsts(group: Sequence[Report], other: Sequence[Report], likely: Likely) -> float:
    """Return how like the first article of the group that begins later is to the first one of the
    other that it is compared with; FAR if there is none."""
    earlier, later = sorted((group, other), key=lambda reports: min(map(_order, reports)))
    first = min(later, key=_order)
    for report in sorted(earlier, key=_order):
        value = likely.get((report.id, first.id))
        if value is not None:
            return value
    return FAR


def _weigh_reports(reports: Sequence[Report]) -> dict[str, float]:
    """Return the weight of each report in a mean, by id: all reports of an outlet weigh 1."""
    counts = Counter(report.outlet for report in reports)
    return {report.id: 1 / counts[report.outlet] for report in reports}


def name_groups(groups: Iterable[Sequence[Report]], make_name: MakeName) -> dict[str, str]:
    """Return the story of each article: that of the final articles of its group, else the one with
    most outlets in the group that no other group has taken. A group of one outlet is no story."""
    stories: dict[str, str] = {}
    used_names = {_NO_STORY}
    for group in sorted(groups, key=_rank):
        has_final = any(report.final for report in group)
        if not has_final and len({report.outlet for report in group}) == 1:
            stories |= {report.id: _NO_STORY for report in group}
            continue
        name = _choose_name(group, used_names)
        if name == _NO_STORY:
            name = make_name(group)
        used_names.add(name)
        counts: Counter[str] = Counter()
        for report in sorted(group, key=lambda report: (not report.final, _order(report))):
            counts[report.outlet] += 1
            is_shown = report.final or counts[report.outlet] <= OF_OUTLET
            stories[report.id] = name if is_shown else _NO_STORY
    return stories


def _choose_name(group: Sequence[Report], used_names: Collection[str]) -> str:
    """Return the story that a group continues, _NO_STORY if none: that of its final articles, else
    the unused one with most outlets."""
    for report in group:
        if report.final:
            return report.story
    distinct = {(report.story, report.outlet) for report in group}
    outlet_counts = Counter(story for story, _ in distinct if story not in used_names)
    ranked = sorted(outlet_counts, key=lambda story: (-outlet_counts[story], story))
    return ranked[0] if ranked else _NO_STORY


def _rank(group: Sequence[Report]) -> tuple[object, ...]:
    """Order groups with final articles first, then by number of outlets, then by time."""
    has_final = any(report.final for report in group)
    return not has_final, -len({report.outlet for report in group}), min(map(_order, group))


def _order(report: Report) -> tuple[datetime, str]:
    """Return a sort key: by time, then by id."""
    return report.at, report.id
