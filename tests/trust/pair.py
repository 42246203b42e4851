"""A case lived twice, with the neighbours followed and without them: what is published of the others' sites must not
show whether anybody follows the neighbours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.trust.case import Case, Day, Page
from tests.trust.memory import Machine, MemoryLife
from tests.trust.published import Difference, Published, differences, plain, published, unit

_RECENT = 7 * 24  # hours within which a page is news


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A difference, what the sites had said until that day, and what is published then without neighbours."""

    difference: Difference
    day: int
    case: Case
    alone: Published

    @property
    def kind(self) -> str:
        """A word for what differs, whichever article it is."""
        return self.difference.kind

    @property
    def so_far(self) -> tuple[Day, ...]:
        return self.case.days[: self.day + 1]

    @property
    def hours(self) -> float:
        """The time of the case."""
        return 24 * sum(day.after for day in self.so_far[1:])

    def page(self, url: str) -> Page | None:
        """The answer of an address."""
        pages = (page for day in reversed(self.so_far) for at, page in day.pages.items() if plain(at) == plain(url))
        return next(pages, None)

    def __str__(self) -> str:
        return f"day {self.day}: {self.difference}"


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A difference that a neighbour may make."""

    reason: str
    holds: Callable[[Seen], bool]


def _is_name(seen: Seen) -> bool:
    return seen.difference.field in ("carriers", "also", "link related")


def _is_unshown(seen: Seen) -> bool:
    found = seen.difference
    return found.place == "file" and not found.field and found.alone is None


def _is_news(seen: Seen) -> bool:
    """A page with a recent date is in a common feed, and nothing with its text is there without the neighbour."""
    found = seen.difference
    page = seen.page(found.url)
    if found.field or found.alone is not None or found.place.startswith(("file", "sources/")) or page is None:
        return False
    texts = {other.text for url in seen.alone.feeds.get(found.place, {}) if (other := seen.page(url))}
    return page.published is not None and page.published > seen.hours - _RECENT and page.text not in texts


def _is_untellable(seen: Seen) -> bool:
    """The story has no date, and a neighbour's own page with its text was announced on no later day."""
    found, page = seen.difference, seen.page(seen.difference.url)
    hidden = found.field == "copy of" or (
        not found.field and found.beside is None and not found.place.startswith("file")
    )
    if not hidden or page is None or page.published is not None or found.place.startswith("sources/"):
        return False
    by_feed = {str(source["url"]): unit(str(source["url"])) for source in neighbours(seen.case)}
    for day in seen.so_far:
        for feed, items in day.feeds.items():
            for item in () if isinstance(items, Page) else items:
                if by_feed.get(feed) == unit(item.link) and _has_text(seen.page(item.link), page):
                    return True
        if any(item.link == found.url for items in day.feeds.values() if not isinstance(items, Page) for item in items):
            return False
    return False


def _has_text(copy: Page | None, page: Page) -> bool:
    return copy is not None and page.text in copy.text.split("+")


def _is_invited(seen: Seen) -> bool:
    """The article's own page linked a neighbour's feed."""
    feeds = {source["url"] for source in neighbours(seen.case)}
    pages = (day.pages.get(seen.difference.url) for day in seen.so_far)
    return bool(seen.difference.field) and any(page and not feeds.isdisjoint(page.feeds) for page in pages)


# The only place where a difference is excused.
ALLOWED = (
    Allowed(
        reason="who announced an article, and where copies of it stand, is a list that grows; it changes nothing else",
        holds=_is_name,
    ),
    Allowed(
        reason="a neighbour may announce pages that their site does not: they have a file, and only the neighbour's "
        "feed shows them",
        holds=_is_unshown,
    ),
    Allowed(
        reason="a page that says that it is news may be listed before its site announces it: the neighbour is followed "
        "for what it finds",
        holds=_is_news,
    ),
    Allowed(
        reason="of two undated pages with one text, each on its own site, nobody can tell which is the original if the "
        "neighbour's was announced no later",
        holds=_is_untellable,
    ),
    Allowed(
        reason="a page that links a feed invites it to speak for that one address",
        holds=_is_invited,
    ),
)


def is_allowed(seen: Seen) -> bool:
    """True for a difference that a neighbour may make."""
    return any(one.holds(seen) for one in ALLOWED)


def sources(case: Case) -> list[dict[str, object]]:
    """Every source that is followed on any day of the case."""
    return [dict(one) for listed in (case.sources, *(day.sources or () for day in case.days)) for one in listed]


def neighbours(case: Case) -> list[dict[str, object]]:
    """The sources with and without which the case is lived."""
    return [source for source in sources(case) if source["key"] in case.without]


def alone(case: Case) -> Case:
    """The case without the neighbours."""

    def others(listed: Collection[object]) -> tuple[object, ...]:
        return tuple(one for one in listed if one["key"] not in case.without)  # type: ignore[index]

    days = tuple(day if day.sources is None else replace(day, sources=others(day.sources)) for day in case.days)
    return replace(case, sources=others(case.sources), days=days)


def live(folder: Path, machine: Machine, case: Case) -> Iterator[Seen]:
    """Live the case twice, day by day, and yield every difference that no neighbour may make."""
    own = {str(source["key"]): unit(str(source["url"])) for source in sources(alone(case))}
    lives = [MemoryLife(folder / name, machine, one) for name, one in (("beside", case), ("alone", alone(case)))]
    for number, day in enumerate(case.days):
        for life in lives:
            life.begin(number)
        for words in day.run:
            _command(lives, words, own.values())
        seen = [published(life.feeds / "public", life.articles(), set(own.values()), set(own)) for life in lives]
        found = (Seen(difference=one, day=number, case=case, alone=seen[1]) for one in differences(*seen))
        yield from (one for one in found if not is_allowed(one))
    for life in lives:
        life.end()


def _command(lives: list[MemoryLife], words: str, units: Collection[str]) -> None:
    """Run the command in both lives; one that names an article of the `units` only if both have it, and one that
    names another article where it is."""
    address = words.split()[-1]
    there = [not address.startswith("http") or _has(life, address, words) for life in lives]
    if unit(address) in units and not all(there):
        return
    for life, has in zip(lives, there, strict=True):
        if has:
            list(life.command(words))


def _has(life: MemoryLife, address: str, words: str) -> bool:
    return "--undo" in words or address in life.articles()
