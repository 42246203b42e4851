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
    """Estimate how many seconds a run still needs; return None if nothing is done yet. `count`: the
    sources and pages of the run so far. `elapsed`: the seconds that the run has taken so far.

    The estimate assumes that a visit of a source takes as long as reading a page, and that a source
    that was not visited yet has as many pages as the visited ones on average. Pure."""
    finished_steps = count.visited + count.read
    if not finished_steps:
        return None
    expected_pages = float(count.pages)
    if count.visited:
        pages_of_source = count.pages / count.visited
        expected_pages = max(expected_pages, pages_of_source * count.sources)
    all_steps = count.sources + expected_pages
    steps_left = all_steps - finished_steps
    return max(0.0, elapsed * steps_left / finished_steps)


def describe_left(seconds: float | None) -> str:
    """Return a number of seconds as text, such as "40 s" or "3 min"; "?" for None, which stands for
    an unknown time. Pure."""
    if seconds is None:
        return "?"
    if seconds < _MINUTE:
        return f"{round(seconds)} s"
    return f"{round(seconds / _MINUTE)} min"
