"""A case lived twice, with the neighbours followed and without them: what is published of the
others' sites must not show whether anybody follows the neighbours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from syndicator.core import urls
from tests.trust.case import Case, Day, Item, Page
from tests.trust.memory import Machine, MemoryLife
from tests.trust.published import (
    Difference,
    Published,
    get_unit,
    list_differences,
    read_published,
    simplify_url,
)

# of an entry, and of a feed
_TIMES = ("published", "date_published", "updated", "date_modified", "source", "order")
_RECENT = 7 * 24  # hours within which a page is news


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A difference, what the sites had said until that day, and what is published then without
    neighbours."""

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
        """The answer of an address, or of one that names it as its own."""
        return next(self.pages(url), None)

    def pages(self, url: str) -> Iterator[Page]:
        """The answers of an address, and of those that name it as theirs, the last first."""
        for day in reversed(self.so_far):
            for at, page in day.pages.items():
                named = (
                    map(simplify_url, (page.canonical, page.ogurl))
                    if get_unit(at) == get_unit(url)
                    else ()
                )
                if simplify_url(url) in (simplify_url(at), *named):
                    yield page

    def items(self) -> Iterator[tuple[str, Item]]:
        """Every announcement so far, with the feed."""
        for day in self.so_far:
            for feed, items in day.feeds.items():
                yield from ((feed, item) for item in (() if isinstance(items, Page) else items))

    def was_news(self, url: str) -> bool:
        """True if a page of this address had a recent date on a day on which it answered."""
        hours = 0.0
        result = False
        for number, day in enumerate(self.so_far):
            hours += 24 * day.after if number else 0
            pages = replace(self, day=number).pages(url)
            result = result or any(
                page.published is not None and page.published > hours - _RECENT for page in pages
            )
        return result

    def __str__(self) -> str:
        return f"day {self.day}: {self.difference}"


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A difference that a neighbour may make."""

    reason: str
    holds: Callable[[Seen], bool]


def _is_name(seen: Seen) -> bool:
    return seen.difference.field in ("carriers", "also", "link related", "aliases")


def _is_feed_of_judged(seen: Seen) -> bool:
    return seen.difference.field == "feed" and seen.difference.alone is None


def _is_unshown(seen: Seen) -> bool:
    difference = seen.difference
    return difference.place == "file" and not difference.field and difference.alone is None


def _is_news(seen: Seen) -> bool:
    """A page with a recent date is in a common feed, and nothing with its text is there without the
    neighbour."""
    difference = seen.difference
    page = seen.page(difference.url)
    if (
        difference.field
        or difference.alone is not None
        or difference.place.startswith(("file", "sources/"))
        or page is None
    ):
        return False
    texts = {
        other.text
        for url in seen.alone.feeds.get(difference.place, {})
        if (other := seen.page(url))
    }
    return seen.was_news(difference.url) and page.text not in texts


def _is_of_news(seen: Seen) -> bool:
    """When an article that was listed as news before its site announced it was added, and what
    follows from that."""
    difference = seen.difference
    there = seen.alone.feeds.get(difference.place, {})
    return difference.field in _TIMES and any(
        map(seen.was_news, [difference.url] if difference.url in there else there)
    )


def _is_first_id(seen: Seen) -> bool:
    """The id of a story that was news at another address of its site on a day before the site
    announced it; or the id of a story at an address that had such another story then."""
    url = seen.difference.url
    if seen.difference.field != "id" or not url:
        return False
    feeds = {source["url"] for source in list_neighbours(seen.case)}
    for number, day in enumerate(seen.so_far):
        if _is_announced(day, url, feeds):
            return False
        for feed in feeds & day.feeds.keys():
            items = day.feeds[str(feed)]
            for item in () if isinstance(items, Page) else items:
                link = item.link.partition("#")[0]
                then = replace(seen, day=number)
                if get_unit(link) != get_unit(url) or not then.was_news(link):
                    continue
                if urls.alias(link) != urls.alias(url) or then.page(url) != seen.page(url):
                    return True
    return False


def _is_announced(day: Day, url: str, feeds: Collection[object]) -> bool:
    """True if one who is no neighbour announces `url` on this day; `feeds`: the neighbours'."""
    # a sitemap, or a page that lists articles
    if any(url in page.raw for page in day.pages.values()):
        return True
    own = (
        items
        for feed, items in day.feeds.items()
        if feed not in feeds and not isinstance(items, Page)
    )
    return any(urls.alias(item.link) == urls.alias(url) for items in own for item in items)


def _was_read_in_time(seen: Seen) -> bool:
    """The page, or one that names it as its own address, answered on one day, and it was gone,
    elsewhere or closed to robots on another."""
    if seen.difference.alone is not None and seen.difference.field:
        return False
    url = seen.difference.url
    robots = (
        url.partition("://")[0] + "://" + url.split("/")[2] + "/robots.txt" if "://" in url else ""
    )
    pages = list(seen.pages(url))
    at = [simplify_url(address) for day in seen.so_far for address in day.pages]
    links = [simplify_url(item.link) for _, item in seen.items()]
    elsewhere = any(
        link not in at and link.partition("?")[0].rstrip("/") == simplify_url(url).rstrip("/")
        for link in links
    )
    closed = (
        elsewhere or simplify_url(url) not in at or any(robots in day.pages for day in seen.so_far)
    )
    answered = [page for page in pages if page.status == 200 and not page.to]
    return bool(answered) and (closed or len(answered) < len(pages))


def _is_untellable(seen: Seen) -> bool:
    """A neighbour's own page with the text of the story was announced on no later day."""
    difference = seen.difference
    page = seen.page(seen.difference.url)
    hidden = difference.field == "copy of" or (
        not difference.field
        and difference.beside is None
        and not difference.place.startswith("file")
    )
    content = next(
        (item.content for _, item in seen.items() if item.link == difference.url and item.content),
        "",
    )
    page = page or (Page(text=content) if content else None)
    if not hidden or page is None or difference.place.startswith("sources/"):
        return False
    by_feed = {
        str(source["url"]): get_unit(str(source["url"])) for source in list_neighbours(seen.case)
    }
    for day in seen.so_far:
        for feed, items in day.feeds.items():
            for item in () if isinstance(items, Page) else items:
                there = seen.page(item.link)
                target = there.to if there and there.to else item.link
                if by_feed.get(feed) == get_unit(target) and _has_text(seen.page(target), page):
                    return True
        if any(
            item.link == difference.url
            for items in day.feeds.values()
            if not isinstance(items, Page)
            for item in items
        ):
            return False
    return False


def _has_text(copy: Page | None, page: Page) -> bool:
    return copy is not None and page.text in copy.text.split("+")


def _is_invited(seen: Seen) -> bool:
    """The article's own page linked a neighbour's feed."""
    feeds = {source["url"] for source in list_neighbours(seen.case)}
    return any(not feeds.isdisjoint(page.feeds) for page in seen.pages(seen.difference.url))


# The only place where a difference is excused.
ALLOWED = (
    Allowed(
        reason=(
            "who announced an article, where copies of it stand, and which of its host's addresses"
            " lead to it, are lists that grow; they change nothing else"
        ),
        holds=_is_name,
    ),
    Allowed(
        reason=(
            "a feed is there if an article is in it, and each of its articles is judged by itself"
        ),
        holds=_is_feed_of_judged,
    ),
    Allowed(
        reason=(
            "a neighbour may announce pages that their site does not: they have a file, and only"
            " the neighbour's feed shows them"
        ),
        holds=_is_unshown,
    ),
    Allowed(
        reason=(
            "a page that says that it is news may be listed before its site announces it: the"
            " neighbour is followed for what it finds"
        ),
        holds=_is_news,
    ),
    Allowed(
        reason="an article that was listed as news keeps the time at which it was added",
        holds=_is_of_news,
    ),
    Allowed(
        reason=(
            "a story that was listed as news at another address of its site keeps the id that"
            " readers know, and takes the site's own address"
        ),
        holds=_is_first_id,
    ),
    Allowed(
        reason=(
            "of two pages with one text, each on its own site, nobody can tell which is the"
            " original if the neighbour's was announced no later: what they say of their dates"
            " within a week are claims"
        ),
        holds=_is_untellable,
    ),
    Allowed(
        reason=(
            "a page that answered when a neighbour announced it was read then; it stays when its"
            " site announces it after it is gone"
        ),
        holds=_was_read_in_time,
    ),
    Allowed(
        reason="a page that links a feed invites it to speak for that one address",
        holds=_is_invited,
    ),
)


def is_allowed(seen: Seen) -> bool:
    """True for a difference that a neighbour may make."""
    return any(one.holds(seen) for one in ALLOWED)


def list_sources(case: Case) -> list[dict[str, object]]:
    """Every source that is followed on any day of the case."""
    return [
        dict(one)
        for listed in (case.sources, *(day.sources or () for day in case.days))
        for one in listed
    ]


def list_neighbours(case: Case) -> list[dict[str, object]]:
    """The sources with and without which the case is lived."""
    return [source for source in list_sources(case) if source["key"] in case.without]


def remove_neighbours(case: Case) -> Case:
    """The case without the neighbours."""

    def others(listed: Collection[object]) -> tuple[object, ...]:
        return tuple(one for one in listed if one["key"] not in case.without)  # type: ignore[index]

    days = tuple(
        day if day.sources is None else replace(day, sources=others(day.sources))
        for day in case.days
    )
    return replace(case, sources=others(case.sources), days=days)


def live_pair(folder: Path, machine: Machine, case: Case) -> Iterator[Seen]:
    """Live the case twice, day by day, and yield every difference that no neighbour may make."""
    own = {
        str(source["key"]): get_unit(str(source["url"]))
        for source in list_sources(remove_neighbours(case))
    }
    lives = [
        MemoryLife(folder / name, machine, one)
        for name, one in (("beside", case), ("alone", remove_neighbours(case)))
    ]
    for number, day in enumerate(case.days):
        for life in lives:
            life.begin_day(number)
        for words in day.run:
            _command(lives, words, own.values())
        publisheds = [
            read_published(life.feeds / "public", life.load_articles(), set(own.values()), set(own))
            for life in lives
        ]
        results = (
            Seen(difference=difference, day=number, case=case, alone=publisheds[1])
            for difference in list_differences(*publisheds)
        )
        yield from (result for result in results if not is_allowed(result))
    for life in lives:
        life.delete_folder()


def _command(lives: list[MemoryLife], words: str, units: Collection[str]) -> None:
    """Run the command in both lives; one that names an article of the `units` only if both have it,
    and one that names another article where it is."""
    address = words.split()[-1]
    there = [not address.startswith("http") or _has(life, address, words) for life in lives]
    if get_unit(address) in units and not all(there):
        return
    for life, has in zip(lives, there, strict=True):
        if has:
            list(life.run_command(words))


def _has(life: MemoryLife, address: str, words: str) -> bool:
    return "--undo" in words or address in life.load_articles()
