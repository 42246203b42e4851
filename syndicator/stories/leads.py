"""Choose the lead of a story: the first report, preferred and known sources first. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final, NamedTuple

# for which a source is followed before its reports lead those of others
KNOWN_AFTER: Final = timedelta(days=7)


class Report(NamedTuple):
    """A published report. `added`: microseconds; `is_preferred`: of a source with `lead`;
    `is_known`: of a source that was followed for KNOWN_AFTER."""

    article: str
    added: int
    is_preferred: bool
    is_known: bool


def is_known(followed_since: date | None, today: date) -> bool:
    """Return True if a source was followed for KNOWN_AFTER. None: since before such days were
    recorded."""
    return followed_since is None or today - followed_since >= KNOWN_AFTER


def choose_lead(reports: Collection[Report]) -> str:
    """Return the id of the article that leads a story: the first of a source with `lead`, else of a
    known source, else the first. Text, dates and pictures do not count: anybody can write them."""
    return min(reports, key=_rank).article


def _rank(report: Report) -> tuple[bool, bool, int, str]:
    """Return a sort key: the lowest report leads."""
    return not report.is_preferred, not report.is_known, report.added, report.article
