"""Group articles by the event that they report. Pure.

Two articles are compared by their names, first words and numbers. WEIGHTS turn these into the log-odds that both report
one event (tools/train/fit_stories.py). In a mean each outlet counts once, however much it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from syndicator.stories.sketch import TERMS, Sketch, Terms

WEIGHTS: Final = (1.7, 13.7, 7.8, -10.4)  # of `features`
CONSTANT: Final = -2.7
BY_NAMES: Final = 5  # times the evidence of names is what first words count at most: texts of one template share many
LIKELY: Final = 1.1  # log-odds above which two groups become one: with it precision is .95 and more on ECB+
LEADS: Final = -2.0  # the same of their first articles, so that what comes later bridges no two stories
MANY: Final = 4  # numbers: of two articles on one event that have so many, nine in ten share one
WINDOW: Final = timedelta(days=3)  # between two articles on one event
LARGEST: Final = 60  # articles that are grouped anew together
OF_STORY: Final = 10  # of them that stand for a story, if there are more
OF_OUTLET: Final = 5  # articles of an outlet in a story, its first ones
FAR: Final = -1e9
TOGETHER: Final = 300_000_000  # microseconds: what was added in the same five minutes came together


class Report(NamedTuple):
    """An article to group. `outlet`: its publisher; `language`: a code, "" if unknown; `story`: its story, "" for none;
    `final`: it stays in its story."""

    id: str
    outlet: str
    language: str
    at: datetime
    sketch: Sketch
    story: str = ""
    final: bool = False


def likeness(report: Report, other: Report) -> float:
    """Return the log-odds that two articles report one event; FAR if their languages differ, if they are days apart or
    if they share no name."""
    if report.language != other.language or abs(report.at - other.at) > WINDOW:
        return FAR
    values = features(report.sketch, other.sketch)
    if not values[0]:
        return FAR
    return sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True)) + CONSTANT


def features(sketch: Sketch, other: Sketch) -> tuple[float, float, float, float]:
    """Return the evidence of names, of first words and of numbers; then that of first words again, if both articles
    have MANY numbers and share none, like a forecast and a result."""
    names, numbers = cosine(sketch.names, other.names), cosine(sketch.numbers, other.numbers)
    lead = min(len(sketch.lead.keys() & other.lead.keys()) / TERMS, BY_NAMES * names)
    apart = 0.0 if numbers else min(1.0, min(len(sketch.numbers), len(other.numbers)) / MANY)
    return names, lead, numbers, apart * lead


def cosine(terms: Terms, other: Terms) -> float:
    """Return the cosine of two sets of terms, lower if one of them is small."""
    return sum(terms[term] * other[term] for term in terms.keys() & other.keys())


def changes(
    new: Sequence[Report],
    near: Callable[[Report], Iterable[Report]],
    members: Callable[[Collection[str]], Iterable[Report]],
    fresh: Callable[[Sequence[Report]], str],
) -> dict[str, str]:
    """Return the new story, "" for none, of each article that changes its story because of the `new` articles. `near`
    returns the articles that share most terms with one, `members` those of stories; `fresh` names a story."""
    singles, sets = {report.id: report for report in new}, []
    for report in new:
        likely = [other for other in near(report) if likeness(report, other) > LIKELY]
        singles |= {other.id: other for other in likely}
        if likely or report.story:
            sets.append({member.story or member.id for member in (report, *likely)})
    changed: dict[str, str] = {}
    for names in _connected(sets):
        region = {id: singles[id] for id in names & singles.keys()} | {member.id: member for member in members(names)}
        after = regrouped(list(region.values()), {report.id for report in new}, fresh)
        changed |= {id: story for id, story in after.items() if story != region[id].story}
    return changed


def _connected(sets: Iterable[set[str]]) -> list[set[str]]:
    """Merge the sets that share a member."""
    merged: list[set[str]] = []
    for names in sets:
        touching = [other for other in merged if not other.isdisjoint(names)]
        merged = [*(other for other in merged if other not in touching), names.union(*touching)]
    return merged


def regrouped(
    reports: Sequence[Report], new: Collection[str], fresh: Callable[[Sequence[Report]], str]
) -> dict[str, str]:
    """Return the story of each article, "" for none. If there are more than LARGEST, stories stay as they are, each
    represented by its newest articles; of other articles only the `new` and the newest are grouped."""
    if len(reports) <= LARGEST:
        return named(grouped(reports, new), fresh)
    having = Counter((report.story, report.outlet) for report in reports if report.story)
    counts: Counter[str] = Counter()
    looked_at = []
    for report in sorted(reports, key=lambda report: (report.id in new, _order(report)), reverse=True):
        counts[report.story] += 1
        if not report.story or counts[report.story] <= OF_STORY:
            looked_at.append(report._replace(final=bool(report.story)))
    part = {report.id: report for report in looked_at[:LARGEST]}
    return {
        id: story
        for id, story in named(grouped(list(part.values())), fresh).items()
        if having[story, part[id].outlet] < OF_OUTLET
    }


def grouped(reports: Sequence[Report], new: Collection[str] = ()) -> list[list[Report]]:
    """Group `reports` by average linkage: merge the two nearest groups while they more likely than not report one
    event. An article that is like the first one of its story stays there, unless it is `new`: nobody splits the stories
    of others. The final articles of two stories are never merged."""
    apart: dict[str, list[Report]] = {}
    likely = {(a.id, b.id): likeness(a, b) for a in reports for b in reports}
    firsts: dict[str, str] = {}
    for report in sorted(reports, key=_order):
        old = report.story and report.id not in new
        stays = report.final or (old and likely[firsts.setdefault(report.story, report.id), report.id] > LIKELY)
        apart.setdefault(report.story if stays else report.id, []).append(report)
    groups = dict(enumerate(apart.values()))
    near = {(a, b): _between(groups[a], groups[b], likely) for a in groups for b in groups if a < b}
    while near:
        first, second = max(near, key=lambda pair: (near[pair], -pair[0], -pair[1]))
        if near[first, second] <= LIKELY:
            break
        groups[first] += groups.pop(second)
        near = {pair: value for pair, value in near.items() if second not in pair}
        for other in groups.keys() - {first}:
            near[_pair(first, other)] = _between(groups[first], groups[other], likely)
    return list(groups.values())


def _between(group: Sequence[Report], other: Sequence[Report], likely: Mapping[tuple[str, str], float]) -> float:
    """Return the mean likeness of two groups; FAR if both have final articles, or if their first articles differ."""
    final = any(report.final for report in group) and any(report.final for report in other)
    if final or likely[min(group, key=_order).id, min(other, key=_order).id] < LEADS:
        return FAR
    weights = _weights(group) | _weights(other)
    pairs = [(a.id, b.id) for a in group for b in other]
    whole = sum(weights[a] * weights[b] for a, b in pairs)
    return sum(weights[a] * weights[b] * likely[a, b] for a, b in pairs) / whole


def _weights(reports: Sequence[Report]) -> dict[str, float]:
    counts = Counter(report.outlet for report in reports)
    return {report.id: 1 / counts[report.outlet] for report in reports}


def named(groups: Iterable[Sequence[Report]], fresh: Callable[[Sequence[Report]], str]) -> dict[str, str]:
    """Return the story of each article: that of the final articles of its group, else the one with most outlets in the
    group that no other group has taken. A group of one outlet is no story."""
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


def _pair(number: int, other: int) -> tuple[int, int]:
    return (number, other) if number < other else (other, number)


class Published(NamedTuple):
    """A published report. `own`: its own site announced it; `added`: microseconds; `size`: rough length of its text;
    `shown`: the fields that other reports show of it."""

    id: str
    outlet: str
    own: bool
    added: int
    size: int
    shown: tuple[str, ...]


def leading(reports: Collection[Published]) -> tuple[str, int]:
    """Return the report that leads a story, and when the second outlet reported; "" if there is one outlet. A later
    report never takes the lead; of those that came together, the longest leads."""
    firsts: dict[str, int] = {}
    for report in reports:
        firsts[report.outlet] = min(report.added, firsts.get(report.outlet, report.added))
    if len(firsts) == 1 or not reports:
        return "", 0
    first = min(
        reports, key=lambda report: (not report.own, report.added // TOGETHER, -report.size, report.added, report.id)
    )
    return first.id, sorted(firsts.values())[1]
