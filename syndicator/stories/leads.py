"""Choose the lead article of a story: the first report of the most trusted sources. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final, NamedTuple

# A new source must be followed for this time before its reports come before those of others.
KNOWN_AFTER: Final = timedelta(days=7)


class Report(NamedTuple):
    """A published report of a story. `article`: its id; `added`: when it was added, in
    microseconds; `is_preferred`: the operator set `lead` for its source; `is_known`: its source has
    been followed for KNOWN_AFTER."""

    article: str
    added: int
    is_preferred: bool
    is_known: bool


def is_known(followed_since: date | None, today: date) -> bool:
    """Return True if a source has been followed for KNOWN_AFTER. `followed_since`: None if it was
    followed before such days were recorded."""
    return followed_since is None or today - followed_since >= KNOWN_AFTER


def choose_lead(reports: Collection[Report]) -> str:
    """Return the id of the article that leads a story: the first report of a preferred source; if
    there is none, the first of a known source; else the first of all. Texts, stated dates and
    pictures do not count, because a source could write them to become the lead."""
    return min(reports, key=_get_lead_key).article


def _get_lead_key(report: Report) -> tuple[bool, bool, int, str]:
    """Return a sort key: the report with the lowest one leads."""
    return not report.is_preferred, not report.is_known, report.added, report.article
