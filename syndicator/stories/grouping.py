"""Group articles by the event that they report. Pure.

Two articles are compared by their names, first words and numbers. WEIGHTS turn these into the
log-odds that both report one event (tools/train/fit_stories.py). Texts of one template share words
and some names, but each has names of its own: they are no evidence. In a mean each outlet counts
once, however much it writes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from math import inf
from operator import mul
from typing import Final, NamedTuple

from syndicator.stories.sketch import TERMS, Sketch, Terms

WEIGHTS: Final = (4.6, 9.5, 7.1, -8.6)  # of `features`
CONSTANT: Final = -3.1
BY_NAMES: Final = 1.5  # times the evidence of names is what first words count at most
ENOUGH: Final = 1.0  # weight of about four rare names; a text with less says little by them
# share of words that are no names above which two texts may be of one template
TEMPLATE: Final = 0.5
# share of the weight of its first names below which a text has names of its own
SAME_NAMES: Final = 0.9
FEW: Final = 6  # words of which a share is taken at least
# log-odds above which two groups become one: with it precision is .95 and more on ECB+
LIKELY: Final = 0.9
PAIR: Final = 2.0  # the same of fewer outlets than CONFIRMED
CONFIRMED: Final = 3  # outlets
# the same of their first articles, so that what comes later bridges no two stories
LEADS: Final = -2.0
MANY: Final = 4  # numbers: of two articles on one event that have so many, nine in ten share one
WINDOW: Final = timedelta(days=3)  # between two articles on one event
# log-odds lost after WINDOW, by the square: of 65 likely pairs 3 were over two days apart
LATER: Final = 3.6
LARGEST: Final = 60  # articles that are grouped anew together
OF_STORY: Final = 10  # of them that stand for a story, if there are more
OF_OUTLET: Final = 5  # articles of an outlet in a story, its first ones
FAR: Final = -1e9


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


def likeness(report: Report, other: Report) -> float:
    """Return the log-odds that two articles report one event; lower if they are days apart. Return
    FAR if their languages differ or if they are more than WINDOW apart."""
    late = abs(report.at - other.at) / WINDOW
    if report.language != other.language or late > 1:
        return FAR
    odds = (
        sum(map(mul, WEIGHTS, features(report.sketch, other.sketch))) + CONSTANT - LATER * late**2
    )
    return 0.0 if odds > 0 and _filled_in(report.sketch, other.sketch) else odds


def features(sketch: Sketch, other: Sketch) -> tuple[float, float, float, float]:
    """Return the evidence of names, of first words and of numbers; then that of first words again,
    if both articles have MANY numbers and share none, like a forecast and a result. Return zeros if
    they share no name."""
    shared = sketch.names.keys() & other.names.keys()
    if not shared:
        return 0.0, 0.0, 0.0, 0.0
    names = (_share(sketch.names, shared) + _share(other.names, shared)) / 2
    lead = min(BY_NAMES * names, len(sketch.lead.keys() & other.lead.keys()) / TERMS)
    numbers = sum(
        sketch.numbers[term] * other.numbers[term]
        for term in sketch.numbers.keys() & other.numbers.keys()
    )
    apart = 0.0 if numbers else min(1.0, min(len(sketch.numbers), len(other.numbers)) / MANY)
    return names, lead, numbers, apart * lead


def _share(terms: Terms, shared: Iterable[int]) -> float:
    """Return the weight of the shared terms as a share of the weight of all, lower if these weigh
    less than ENOUGH."""
    return sum(map(terms.__getitem__, shared)) / max(ENOUGH, sum(terms.values()))


def _filled_in(sketch: Sketch, other: Sketch) -> bool:
    """Return True for texts of one template: most first words that are no names agree, but not the
    first names."""
    names = sketch.names.keys() | other.names.keys()
    words, others = sketch.lead.keys() - names, other.lead.keys() - names
    if len(words & others) <= TEMPLATE * max(FEW, min(len(words), len(others))):
        return False
    return max(_first_names(sketch, other), _first_names(other, sketch)) < SAME_NAMES


def _first_names(sketch: Sketch, other: Sketch) -> float:
    """Return how much of the weight of the names in the first words belongs to names that the other
    text has."""
    first = {term: weight for term, weight in sketch.names.items() if term in sketch.lead}
    weight = sum(first.values())
    return (
        sum(map(first.__getitem__, first.keys() & other.names.keys())) / weight if weight else 1.0
    )


def changes(
    new: Sequence[Report],
    near: Callable[[Report], Iterable[Report]],
    members: Callable[[Collection[str]], Iterable[Report]],
    fresh: Callable[[Sequence[Report]], str],
) -> dict[str, str]:
    """Return the new story, "" for none, of each article that changes its story because of the
    `new` articles. `near` returns the articles that share most terms with one, `members` those of
    stories; `fresh` names a story."""
    singles, sets = {report.id: report for report in new}, []
    for report in new:
        likely = [other for other in near(report) if likeness(report, other) > LIKELY]
        singles |= {other.id: other for other in likely}
        if likely or report.story:
            sets.append({member.story or member.id for member in (report, *likely)})
    changed: dict[str, str] = {}
    for names in _connected(sets):
        region = {id: singles[id] for id in names & singles.keys()} | {
            member.id: member for member in members(names)
        }
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
    """Return the story of each article, "" for none. If there are more than LARGEST, stories stay
    as they are, each represented by its newest articles; of other articles only the `new` and the
    newest are grouped."""
    if len(reports) <= LARGEST:
        return named(grouped(reports, new), fresh)
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
        id: story
        for id, story in named(grouped(list(part.values())), fresh).items()
        if having[story, part[id].outlet] < OF_OUTLET
    }


def grouped(reports: Sequence[Report], new: Collection[str] = ()) -> list[list[Report]]:
    """Group `reports` by average linkage: merge the two nearest groups while they more likely than
    not report one event. An article that is like the first one of its story stays there, unless it
    is `new`: nobody splits the stories of others. The final articles of two stories are never
    merged."""
    apart: dict[str, list[Report]] = {}
    likely = {(report.id, report.id): inf for report in reports}
    for a, b in combinations(reports, 2):
        likely[a.id, b.id] = likely[b.id, a.id] = likeness(a, b)
    firsts: dict[str, str] = {}
    for report in sorted(reports, key=_order):
        old = report.story and report.id not in new
        stays = report.final or (
            old and likely[firsts.setdefault(report.story, report.id), report.id] > 0
        )
        apart.setdefault(report.story if stays else report.id, []).append(report)
    groups = dict(enumerate(apart.values()))
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


def _between(
    group: Sequence[Report], other: Sequence[Report], likely: Mapping[tuple[str, str], float]
) -> float:
    """Return how much the mean likeness of two groups exceeds LIKELY, or PAIR if they have fewer
    outlets than CONFIRMED. Return FAR if both have final articles, or if their first articles
    differ."""
    final = any(report.final for report in group) and any(report.final for report in other)
    if final or likely[min(group, key=_order).id, min(other, key=_order).id] < LEADS:
        return FAR
    weights = _weights(group) | _weights(other)
    pairs = [(a.id, b.id) for a in group for b in other]
    whole = sum(weights[a] * weights[b] for a, b in pairs)
    least = LIKELY if len({report.outlet for report in (*group, *other)}) >= CONFIRMED else PAIR
    return sum(weights[a] * weights[b] * likely[a, b] for a, b in pairs) / whole - least


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
