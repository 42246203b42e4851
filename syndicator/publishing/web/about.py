"""Compute the facts on top of a feed's page: rhythm, last 90 days, related tags. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from syndicator.core.axes import SOURCE
from syndicator.core.model import FeedSpec
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import View
from syndicator.publishing.web import article_html

_DAYS: Final = 90  # in the sparkline
_TALL: Final = 16  # height of the sparkline
_RELATED: Final = 8  # tags
_FEW: Final = 5  # stories, too few for a rhythm
_MONTH: Final = 30


@dataclass(frozen=True, slots=True)
class About:
    """`rhythm`: "5 a day", "" if unknown. `site`: the address of a source's site. `bars`: an SVG
    path with a bar for each of the 90 days until `until`, "" without days; the highest means
    `most`. `related`: tags (name, link)."""

    count: int
    rhythm: str
    site: str
    bars: str
    most: int
    until: str
    related: Sequence[tuple[str, str]]


def about(
    spec: FeedSpec, count: int, days: Mapping[str, int], views: Sequence[View], links: Links
) -> About:
    """Return the facts of a feed with `count` articles. `days`: articles by UTC day; `views`: the
    newest articles."""
    last = date.fromisoformat(max(days)) if days else date.min
    shown = [days.get(str(last - timedelta(days=back)), 0) for back in range(_DAYS)] if days else []
    most = max(shown, default=0)
    bars = "".join(
        f"M{_DAYS - 1 - back}.5 {_TALL}v-{max(1, _TALL * n // most)}"
        for back, n in enumerate(shown)
        if n
    )
    carried = Counter(
        tag for view in views for tag in view.tags if tag.casefold() != spec.name.casefold()
    )
    related = [
        (tag, links.tag(tag)) for _, tag in sorted((-times, tag) for tag, times in carried.items())
    ]
    site = (
        next((view.origin.site for view in views if view.origin.site), "")
        if spec.key.axis == SOURCE
        else ""
    )
    until = article_html.day_name(str(last)) if days else ""
    linked = [(tag, page) for tag, page in related if page]
    return About(count, rhythm(views), site, bars, most, until, linked[:_RELATED])


def rhythm(views: Sequence[View]) -> str:
    """Return how often a feed publishes, by the times of its newest articles; "" if there are too
    few."""
    times = sorted(view.published for view in views)
    if len(times) < _FEW:
        return ""
    a_day = (len(times) - 1) / max((times[-1] - times[0]) / timedelta(days=1), 1)
    for unit, length in (("day", 1), ("week", 7), ("month", _MONTH)):
        if round(a_day * length) >= 1:
            return f"{round(a_day * length)} a {unit}"
    return "less than one a month"
