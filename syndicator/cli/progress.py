"""Count how far a run is, in sources and pages, and estimate the time that is left."""

from dataclasses import dataclass

from syndicator.core.model import Outcome

LINE_SECONDS = 10.0  # between two lines of progress in a log: a choice
_MINUTE = 60


@dataclass(slots=True)
class Count:
    """Counts of a run. `sources`, `pages`: how many there are to visit and to read; `visited`,
    `read`: how many of these are done. The pages of a source are known when its feed has been
    read."""

    sources: int = 0
    visited: int = 0
    pages: int = 0
    read: int = 0

    def start(self, sources: int) -> None:
        self.sources = sources

    def add_visit(self, outcome: Outcome) -> None:
        self.visited += 1

    def add_pages(self, more: int, read: int) -> None:
        """Add pages to those to read (`more`), and pages that were read."""
        self.pages += more
        self.read += read


def estimate_seconds(count: Count, elapsed: float) -> float | None:
    """Return how many seconds a run will still take, None before anything is done. Sources that
    were not visited count as having as many pages as the others on average. A visit takes as long
    as a page. Pure."""
    done = count.visited + count.read
    if not done:
        return None
    pages = float(count.pages)
    if count.visited:
        pages = max(pages, count.pages / count.visited * count.sources)
    work = count.sources + pages
    return max(0.0, elapsed * (work - done) / done)


def describe_left(seconds: float | None) -> str:
    """Return the time that is left as "40 s" or "3 min"; "?" for None. Pure."""
    if seconds is None:
        return "?"
    if seconds < _MINUTE:
        return f"{round(seconds)} s"
    return f"{round(seconds / _MINUTE)} min"
