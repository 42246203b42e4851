"""Count how far a run is, in sources and pages, and estimate the time that is left."""

from dataclasses import dataclass

from syndicator.core.model import Outcome

LINE_SECONDS = 10.0  # between two lines of progress in a log: a choice
_MINUTE = 60


@dataclass(slots=True)
class Count:
    """Sources and pages of a run, `visited` and `read` of them. Pages are known once the feed of
    their source has been read."""

    sources: int = 0
    visited: int = 0
    pages: int = 0
    read: int = 0

    def start(self, sources: int) -> None:
        self.sources = sources

    def add_visit(self, outcome: Outcome) -> None:
        self.visited += 1

    def add_pages(self, more: int, read: int) -> None:
        self.pages += more
        self.read += read


def estimate_seconds(count: Count, elapsed: float) -> float | None:
    """Return the seconds that are left; None before anything is done. A source that was not visited
    is taken to have as many pages as the others; it costs as much as a page. Pure."""
    done = count.visited + count.read
    if not done:
        return None
    pages = float(count.pages)
    if count.visited:
        pages = max(pages, count.pages / count.visited * count.sources)
    work = count.sources + pages
    return max(0.0, elapsed * (work - done) / done)


def describe_left(seconds: float | None) -> str:
    """Return a time such as "40 s" or "3 min", "?" if it is not known. Pure."""
    if seconds is None:
        return "?"
    if seconds < _MINUTE:
        return f"{round(seconds)} s"
    return f"{round(seconds / _MINUTE)} min"
