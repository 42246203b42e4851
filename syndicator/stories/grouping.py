"""Decide which articles form a story, by grouping those that report one event. Pure.

`stories.likeness` measures how likely two articles report one event, as log odds. Two groups are
merged by the mean of all pairs between them; so a chain of reports, each like the next, does not
join two events. In this mean each outlet counts once, however many articles it has."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Final, NamedTuple

from syndicator.sketches.events import Sketch
from syndicator.stories.likeness import FAR, Comparison, Window

# A report with lower log odds is unlike the first report of a story, and is not put into the story,
# however like later reports it is: so later reports do not connect two stories.
UNLIKE: Final = -0.5
LARGEST: Final = 60  # articles, at most, that are grouped together without a sample
OF_STORY: Final = 10  # articles that stand for a story in a sample
OF_OUTLET: Final = 5  # articles of an outlet in a story: its first ones
_NO_STORY: Final = ""
Measure = Callable[["Report", "Report"], float]  # returns log odds
# Log odds of pairs of articles, by both ids in either order. Pairs that are not compared, such as
# articles in different languages, are missing.
Likely = Mapping[tuple[str, str], float]
MakeName = Callable[[Sequence["Report"]], str]  # returns a new name for the story of a group


class Report(NamedTuple):
    """An article to group. `outlet`: its publisher; `language`, `story`: "" for none; `at`: when it
    was added; `final`: it must stay in its story."""

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
    """Group new articles with earlier ones on the same event. Return article id -> new story, ""
    for none, for each article whose story changes. `list_near`: returns the earlier articles that
    share most terms (words) with an article; `list_members`: returns the articles of stories, given
    their names, and ignores other names; `make_name`: returns a name for a new story; `window`: how
    frequent terms are now."""
    comparison = Comparison(window)
    reports = {report.id: report for report in new}

    # Only articles of the same cluster are grouped with each other. A cluster is a set of names of
    # stories and of ids of articles without a story.
    clusters: list[set[str]] = []
    for report in new:
        similar = [other for other in list_near(report) if comparison.is_likely(report, other)]
        reports |= {other.id: other for other in similar}
        if similar or report.story:
            clusters.append({member.story or member.id for member in (report, *similar)})

    # group the articles of each cluster
    new_ids = {report.id for report in new}
    changed: dict[str, str] = {}
    for cluster in _merge_overlapping(clusters):
        ids_without_story = cluster & reports.keys()
        to_group = {article_id: reports[article_id] for article_id in ids_without_story}
        to_group |= {member.id: member for member in list_members(cluster)}
        stories = assign_stories(list(to_group.values()), new_ids, make_name, comparison.measure)
        for article_id, story in stories.items():
            earlier_story = to_group[article_id].story
            if story != earlier_story:
                changed[article_id] = story
    return changed


def _merge_overlapping(sets: Iterable[set[str]]) -> list[set[str]]:
    """Merge sets that have a member in common, until no two of the returned sets have: {a, b},
    {b, c} and {d} give {a, b, c} and {d}."""
    merged: list[set[str]] = []  # no two of these overlap
    for names in sets:
        overlapping = [other for other in merged if not other.isdisjoint(names)]
        merged = [other for other in merged if other not in overlapping]
        merged.append(names.union(*overlapping))
    return merged


def assign_stories(
    reports: Sequence[Report], new_ids: Collection[str], make_name: MakeName, measure: Measure
) -> dict[str, str]:
    """Group articles by event; return article id -> story ("" for none). Of more than 60 articles,
    only a sample is grouped and returned, since grouping is slow: the newest of each story, which
    stay in it, new articles, and the newest of the others. Articles whose outlet has enough in
    their story are then left out, too. `new_ids`: ids of new articles; `make_name`: returns a name
    for a new story; `measure`: returns how likely two reports are on one event, as log odds."""
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
    """Choose at most 60 reports, at most 10 of the same story: first new reports, then the newest
    of the others. Reports with a story are returned with the mark `final`, so that they stay in it.
    `new_ids`: ids of new reports."""

    def get_precedence(report: Report) -> tuple[bool, tuple[datetime, str]]:
        return report.id in new_ids, _get_report_key(report)

    sample: list[Report] = []
    counts: Counter[str] = Counter()
    for report in sorted(reports, key=get_precedence, reverse=True):
        has_story = report.story != _NO_STORY
        counts[report.story] += 1
        if has_story and counts[report.story] > OF_STORY:
            continue
        sample.append(report._replace(final=has_story))
    return sample[:LARGEST]


def group_reports(
    reports: Sequence[Report], measure: Measure, new: Collection[str] = ()
) -> list[list[Report]]:
    """Group reports by event: merge the two nearest groups again and again, as long as they more
    likely than not report one event. Groups are near if their reports are on average (average
    linkage). Earlier reports of a story begin in one group, so that a new one cannot split it,
    unless they are too unlike its first report. Two groups with final reports, which must stay in
    their story, are never merged. `measure`: returns the log odds that two reports are on one
    event, above 0 if that is more likely than not; `new`: ids of new reports."""
    # log odds of pairs of reports that may be on one event, by both ids
    likely: dict[tuple[str, str], float] = {}
    for report, other in combinations(reports, 2):
        value = measure(report, other)
        if value > FAR:
            likely[report.id, other.id] = value
            likely[other.id, report.id] = value

    groups = dict(enumerate(_make_first_groups(reports, likely, new)))
    # by the numbers of two groups, the lower number first
    nearness_by_pair: dict[tuple[int, int], float] = {}
    for first, second in combinations(groups, 2):
        nearness_by_pair[first, second] = _compare_groups(groups[first], groups[second], likely)

    while nearness_by_pair:
        # the nearest pair; among equals, the one with the lowest numbers
        first, second = max(
            nearness_by_pair, key=lambda pair: (nearness_by_pair[pair], -pair[0], -pair[1])
        )
        if nearness_by_pair[first, second] <= 0:
            break
        groups[first] += groups.pop(second)
        nearness_by_pair = {
            pair: value for pair, value in nearness_by_pair.items() if second not in pair
        }
        # only the first group has changed
        for other_number in groups.keys() - {first}:
            pair = min(first, other_number), max(first, other_number)
            nearness_by_pair[pair] = _compare_groups(groups[first], groups[other_number], likely)
    return list(groups.values())


def _make_first_groups(
    reports: Sequence[Report], likely: Likely, new: Collection[str]
) -> list[list[Report]]:
    """Return the groups with which grouping begins: one for the articles that stay in the same
    story, and one for each other article alone. A final article stays in its story, and so does an
    earlier article, unless it is too unlike the first earlier article of the story. `likely`: the
    ids of two articles -> log odds that they report one event; `new`: ids of new articles."""
    groups: dict[str, list[Report]] = {}  # by story, or by the id of an article alone
    first_ids: dict[str, str] = {}  # the first earlier article of each story
    for report in sorted(reports, key=_get_report_key):
        if report.final:
            stays = True
        elif report.story and report.id not in new:
            first_id = first_ids.setdefault(report.story, report.id)
            stays = first_id == report.id or likely.get((first_id, report.id), FAR) > UNLIKE
        else:
            stays = False
        group_name = report.story if stays else report.id
        groups.setdefault(group_name, []).append(report)
    return list(groups.values())


def _compare_groups(group: Sequence[Report], other: Sequence[Report], likely: Likely) -> float:
    """Return how likely two groups of articles report one event: the mean log odds of all pairs of
    an article of one group and an article of the other. Outlets have equal weights. Return FAR if
    the groups must not be merged: both have final articles, which must stay in their story, or
    their first articles are too unlike. `likely`: the ids of two articles -> log odds."""
    if any(report.final for report in group) and any(report.final for report in other):
        return FAR
    # This is also so if `likely` has no pair of the groups: so the sum of weights below is not 0.
    if _compare_first_articles(group, other, likely) < UNLIKE:
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


def _compare_first_articles(
    group: Sequence[Report], other: Sequence[Report], likely: Likely
) -> float:
    """Return the log odds that the first articles of two groups report one event: the first article
    of the group that begins later is compared with the first article of the other group for which
    `likely` has a value. Return FAR if there is none. `likely`: the ids of two articles -> log
    odds."""
    earlier, later = sorted((group, other), key=lambda reports: min(map(_get_report_key, reports)))
    first = min(later, key=_get_report_key)
    for report in sorted(earlier, key=_get_report_key):
        value = likely.get((report.id, first.id))
        if value is not None:
            return value
    return FAR


def _weigh_reports(reports: Sequence[Report]) -> dict[str, float]:
    """Return the weight of each report in a mean, by id. All reports of an outlet together have the
    weight 1."""
    counts = Counter(report.outlet for report in reports)
    return {report.id: 1 / counts[report.outlet] for report in reports}


def name_groups(groups: Iterable[Sequence[Report]], make_name: MakeName) -> dict[str, str]:
    """Name the story of each group of articles; return article id -> name of the story. A group
    continues the story of its final articles or, if it has none, the story that most of its outlets
    had; if another group continues that, it gets a new name. A group with one outlet is no story:
    its articles get "". Also, only the first five articles of an outlet stay in a story.
    `make_name`: returns a new name."""
    stories: dict[str, str] = {}
    used_names = {_NO_STORY}
    for group in sorted(groups, key=_get_group_key):
        has_final = any(report.final for report in group)
        has_one_outlet = len({report.outlet for report in group}) == 1
        if has_one_outlet and not has_final:
            stories |= {report.id: _NO_STORY for report in group}
            continue
        name = _choose_name(group, used_names)
        if name == _NO_STORY:
            name = make_name(group)
        used_names.add(name)
        counts: Counter[str] = Counter()  # of articles, by outlet
        for report in sorted(group, key=lambda report: (not report.final, _get_report_key(report))):
            counts[report.outlet] += 1
            is_shown = report.final or counts[report.outlet] <= OF_OUTLET
            stories[report.id] = name if is_shown else _NO_STORY
    return stories


def _choose_name(group: Sequence[Report], used_names: Collection[str]) -> str:
    """Return the name of the story that a group of articles continues: the story of its final
    articles or, if it has none, the story to which most of its outlets belonged. Return "" if the
    group is a new story. `used_names`: stories that other groups continue."""
    for report in group:
        if report.final:
            return report.story
    # an outlet counts once for a story, however many articles it has there
    stories_with_outlets = {(report.story, report.outlet) for report in group}
    outlet_counts = Counter(story for story, _ in stories_with_outlets if story not in used_names)
    if not outlet_counts:
        return _NO_STORY
    return min(outlet_counts, key=lambda story: (-outlet_counts[story], story))


def _get_group_key(group: Sequence[Report]) -> tuple[object, ...]:
    """Return a sort key that puts groups into the order in which they choose names: those with
    final articles first, then those with most outlets, then the earliest."""
    has_final = any(report.final for report in group)
    outlet_count = len({report.outlet for report in group})
    earliest_report = min(map(_get_report_key, group))
    return not has_final, -outlet_count, earliest_report


def _get_report_key(report: Report) -> tuple[datetime, str]:
    """Return a sort key of reports: by time, then by id."""
    return report.at, report.id
