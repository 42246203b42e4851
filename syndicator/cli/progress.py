"""Count how far a run is, in sources and pages, and estimate the time that is left."""

from dataclasses import dataclass

from syndicator.core.model import Outcome

LINE_SECONDS = 10.0  # between two lines of progress in a log: a choice
_MINUTE = 60


@dataclass(slots=True)
class Count:
    """The progress of a run. `sources`: how many there are to visit. `visited`: how many of them
    are done. `pages`: how many are to be read, as far as feeds have been read. `read`: how many of
    these are done."""

    sources: int = 0
    visited: int = 0
    pages: int = 0
    read: int = 0

    def start(self, sources: int) -> None:
        self.sources = sources

    def add_visit(self, outcome: Outcome) -> None:
        self.visited += 1

    def add_pages(self, more: int, read: int) -> None:
        """Add `more` pages that are to be read, and `read` pages that were read."""
        self.pages += more
        self.read += read


def estimate_seconds(count: Count, elapsed: float) -> float | None:
    """Return how many seconds a run still needs; None if nothing is done yet. `elapsed`: the
    seconds it has taken so far. Sources that were not visited yet count as having as many pages as
    the others on average. A visit is expected to take as long as a page. Pure."""
    finished = count.visited + count.read
    if not finished:
        return None
    expected_pages = float(count.pages)
    if count.visited:
        pages_of_source = count.pages / count.visited
        expected_pages = max(expected_pages, pages_of_source * count.sources)
    work = count.sources + expected_pages
    return max(0.0, elapsed * (work - finished) / finished)


def describe_left(seconds: float | None) -> str:
    """Return a time as "40 s" or "3 min"; "?" for None. Pure."""
    if seconds is None:
        return "?"
    if seconds < _MINUTE:
        return f"{round(seconds)} s"
    return f"{round(seconds / _MINUTE)} min"
