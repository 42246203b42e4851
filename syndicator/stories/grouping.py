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
Measure = Callable[["Report", "Report"], float]
Likely = Mapping[tuple[str, str], float]  # by both ids; without pairs that are not compared


class Report(NamedTuple):
    """An article to group. `outlet`: its publisher; `language`, `story`: "" for none; `final`:
    stays in its story."""

    id: str
    outlet: str
    language: str
    at: datetime
    sketch: Sketch
    story: str = ""
    final: bool = False


def changes(
    new: Sequence[Report],
    near: Callable[[Report], Iterable[Report]],
    members: Callable[[Collection[str]], Iterable[Report]],
    fresh: Callable[[Sequence[Report]], str],
    window: Window,
) -> dict[str, str]:
    """Return the new story, "" for none, of each article that changes its story because of the
    `new` articles. `near` returns the articles that share most terms with one, `members` those of
    stories; `fresh` names a story."""
    comparison = Comparison(window)
    singles = {report.id: report for report in new}
    sets = []
    for report in new:
        likely = [other for other in near(report) if comparison.is_likely(report, other)]
        singles |= {other.id: other for other in likely}
        if likely or report.story:
            sets.append({member.story or member.id for member in (report, *likely)})
    changed: dict[str, str] = {}
    for names in _connected(sets):
        region = {article_id: singles[article_id] for article_id in names & singles.keys()} | {
            member.id: member for member in members(names)
        }
        found = list(region.values())
        after = regrouped(found, {report.id for report in new}, fresh, comparison.measure)
        changed |= {
            article_id: story
            for article_id, story in after.items()
            if story != region[article_id].story
        }
    return changed


def _connected(sets: Iterable[set[str]]) -> list[set[str]]:
    """Merge the sets that share a member."""
    merged: list[set[str]] = []
    for names in sets:
        touching = [other for other in merged if not other.isdisjoint(names)]
        merged = [*(other for other in merged if other not in touching), names.union(*touching)]
    return merged


def regrouped(
    reports: Sequence[Report],
    new: Collection[str],
    fresh: Callable[[Sequence[Report]], str],
    measure: Measure,
) -> dict[str, str]:
    """Return the story of each article, "" for none. If there are more than LARGEST, stories stay
    as they are, each represented by its newest articles; of other articles only the `new` and the
    newest are grouped."""
    if len(reports) <= LARGEST:
        return named(grouped(reports, measure, new), fresh)
    having = Counter((report.story, report.outlet) for report in reports if report.story)
    counts: Counter[str] = Counter()
    looked_at = []
    for report in sorted(
        reports, key=lambda report: (report.id in new, _order(report)), reverse=True
    ):
        counts[report.story] += 1
        if not report.story or counts[report.story] <= OF_STORY:
            looked_at.append(report._replace(final=bool(report.story)))
    part = {report.id: report for report in looked_at[:LARGEST]}
    return {
        article_id: story
        for article_id, story in named(grouped(list(part.values()), measure), fresh).items()
        if having[story, part[article_id].outlet] < OF_OUTLET
    }


def grouped(
    reports: Sequence[Report], measure: Measure, new: Collection[str] = ()
) -> list[list[Report]]:
    """Group `reports` by average linkage: merge the two nearest groups while they more likely than
    not report one event. An article that is not UNLIKE the first one of its story stays there,
    unless it is `new`: nobody splits the stories of others. The final articles of two stories are
    never merged."""
    likely: dict[tuple[str, str], float] = {}
    for a, b in combinations(reports, 2):
        value = measure(a, b)
        if value > FAR:
            likely[a.id, b.id] = likely[b.id, a.id] = value
    groups = dict(enumerate(_begin_groups(reports, likely, new)))
    near = {(a, b): _between(groups[a], groups[b], likely) for a in groups for b in groups if a < b}
    while near:
        first, second = max(near, key=lambda pair: (near[pair], -pair[0], -pair[1]))
        if near[first, second] <= 0:
            break
        groups[first] += groups.pop(second)
        near = {pair: value for pair, value in near.items() if second not in pair}
        for other in groups.keys() - {first}:
            near[min(first, other), max(first, other)] = _between(
                groups[first], groups[other], likely
            )
    return list(groups.values())


def _begin_groups(
    reports: Sequence[Report], likely: Likely, new: Collection[str]
) -> list[list[Report]]:
    """Return the articles that stay in their stories together, each other one alone."""
    apart: dict[str, list[Report]] = {}
    firsts: dict[str, str] = {}
    for report in sorted(reports, key=_order):
        stays = report.final
        if report.story and report.id not in new and not report.final:
            first = firsts.setdefault(report.story, report.id)
            stays = first == report.id or likely.get((first, report.id), FAR) > UNLIKE
        apart.setdefault(report.story if stays else report.id, []).append(report)
    return list(apart.values())


def _between(group: Sequence[Report], other: Sequence[Report], likely: Likely) -> float:
    """Return the mean likeness of two groups, of the pairs that are compared. Return FAR if there
    are none, if both groups have final articles, or if their first articles are UNLIKE."""
    if any(report.final for report in group) and any(report.final for report in other):
        return FAR
    if _compare_firsts(group, other, likely) < UNLIKE:
        return FAR
    weights = _weights(group) | _weights(other)
    total = whole = 0.0
    for a in group:
        for b in other:
            value = likely.get((a.id, b.id))
            if value is not None:
                weight = weights[a.id] * weights[b.id]
                total += weight * value
                whole += weight
    return total / whole


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


def _weights(reports: Sequence[Report]) -> dict[str, float]:
    counts = Counter(report.outlet for report in reports)
    return {report.id: 1 / counts[report.outlet] for report in reports}


def named(
    groups: Iterable[Sequence[Report]], fresh: Callable[[Sequence[Report]], str]
) -> dict[str, str]:
    """Return the story of each article: that of the final articles of its group, else the one with
    most outlets in the group that no other group has taken. A group of one outlet is no story."""
    stories: dict[str, str] = {}
    taken = {""}
    for group in sorted(groups, key=_rank):
        before = Counter(story for story, _ in {(report.story, report.outlet) for report in group})
        final = {report.story for report in group if report.final}
        if not final and len({report.outlet for report in group}) == 1:
            stories |= {report.id: "" for report in group}
            continue
        earlier = sorted(before.keys() - taken, key=lambda story: (-before[story], story))
        name = next(iter((*final, *earlier)), "") or fresh(group)
        taken.add(name)
        counts: Counter[str] = Counter()
        for report in sorted(group, key=lambda report: (not report.final, _order(report))):
            counts[report.outlet] += 1
            stories[report.id] = name if report.final or counts[report.outlet] <= OF_OUTLET else ""
    return stories


def _rank(group: Sequence[Report]) -> tuple[object, ...]:
    final = any(report.final for report in group)
    return not final, -len({report.outlet for report in group}), min(map(_order, group))


def _order(report: Report) -> tuple[datetime, str]:
    return report.at, report.id
