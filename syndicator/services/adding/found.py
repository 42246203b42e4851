"""Candidates of `add`: the values that are listed, chosen and written, and the session that looks for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from syndicator import __version__
from syndicator.configuration.sources import registry, remembered
from syndicator.configuration.sources.opml import Skipped, SubscriptionList
from syndicator.configuration.sources.rules_table import table
from syndicator.configuration.sources.schema import source_of
from syndicator.core import urls
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.core.model import ContentMode, Entry, Fetched, Source
from syndicator.core.ports import Fetcher
from syndicator.processes.worker import Worker
from syndicator.services.container import App, make_fetcher
from syndicator.services.refresh import make_worker

SHOWN = 5  # entries of a candidate
MOST_ITEMS = 100  # of a list, which has to be looked at whole
_LEARNT = {"json-ld": "its JSON-LD", "h-feed": "its microformats", "blocks": "what repeats on it"}
SHUT_PAGE = 'robots.txt disallows this address: it will not be read; robots = "ignore" in sources.toml overrides that'


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that can be followed. `source` has a key only if it is `known` (in sources.toml). `other`: another
    address of it. `same_as`: an earlier candidate with the same entries. `answer`: its bytes, for a preview."""

    source: Source
    kind: Literal["feed", "sitemap", "article", "list", "opml"]
    format: str = ""  # of a list, what it was learnt from
    announced: int = 0  # entries
    latest: datetime | None = None
    comments: bool = False
    same_as: str = ""
    known: bool = False
    warning: str = ""  # what the operator should know before adding it
    entries: tuple[Entry, ...] = ()  # the first ones
    other: str = ""
    answer: Fetched | None = None
    whole: bool = False  # a list that is most of its page, which is no article then

    @property
    def what(self) -> str:
        """In words: "feed (rss20, 20 entries)"."""
        if self.kind in ("article", "opml"):
            return "single article" if self.kind == "article" else "from an OPML document"
        if self.kind == "list":
            return f"page that lists articles ({self.announced} items, by {_LEARNT.get(self.format, self.format)})"
        comments = ", comments" if self.comments else ""
        return f"feed ({self.format}, {self.announced} {'entry' if self.announced == 1 else 'entries'}{comments})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Candidates at one `address`, the best first, or an error. `whole`: an OPML list, `listed`, taken as a whole, with
    its `skipped` outlines. `untried`: number of feeds not looked at. `page`: the web page that answered."""

    address: str
    candidates: tuple[Candidate, ...] = ()
    error: SyndicatorError | None = None
    whole: bool = False
    listed: SubscriptionList | None = None
    skipped: tuple[Skipped, ...] = ()
    untried: int = 0
    page: Fetched | None = None


def by_address(app: App) -> dict[str, Source]:
    """The sources that are followed, by their addresses (urls.alias)."""
    return {urls.alias(source.url): source for source in app.sources.values()}


def if_known(known: Mapping[str, Source], candidate: Candidate) -> Candidate:
    """`candidate`, or as the source that it is already in `by_address`."""
    source = known.get(urls.alias(candidate.source.url))
    return replace(candidate, source=source, known=True) if source else candidate


def best(found: Found) -> tuple[Candidate, ...]:
    """What is taken when nobody says otherwise: the first, or the whole of a list."""
    return found.candidates if found.whole else found.candidates[:1]


def every(found: Found) -> tuple[Candidate, ...]:
    """What "all" means: every feed, without comments and without what one taken before has already."""
    if found.whole:
        return found.candidates
    feeds = [
        one for one in found.candidates if one.kind not in ("article", "list") and not one.comments and not one.same_as
    ]
    return tuple(feeds) or found.candidates[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Shared by look-ups. `known`: sources by address; `allow`: private networks; `previewed`: fetchers by key."""

    app: App
    known: Mapping[str, Source]
    fetcher: Fetcher
    worker: Worker
    allow: tuple[str, ...] = ()
    previewed: dict[str, Fetcher] = field(default_factory=dict)


@asynccontextmanager
async def open_session(app: App, allow: Sequence[str] = ()) -> AsyncIterator[Session]:
    """One client and one worker for all that a command looks at."""
    async with aclosing(make_fetcher(app)) as fetcher, aclosing(make_worker(app)) as worker:
        yield Session(app=app, known=by_address(app), fetcher=fetcher, worker=worker, allow=tuple(allow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the operator says of the sources to be added; None and () say nothing."""

    key: str | None = None
    title: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    every: str | None = None
    content: ContentMode | None = None
    licence: str | None = None
    backfill: int | None = None
    allow: tuple[str, ...] = ()
    select: tuple[str, ...] = ()


def named(app: App, chosen: Sequence[Candidate], wishes: Wishes) -> list[Candidate]:
    """The chosen sources with keys and the operator's wishes, each address once. Raises UsageError for a wrong wish."""
    once: dict[str, Candidate] = {}
    for one in chosen:
        once.setdefault(urls.alias(one.source.url), one)
    new = [one for one in once.values() if not one.known]
    if len(new) > 1 and (wishes.key or wishes.title):
        option = "--key" if wishes.key else "--title"
        raise UsageError(f"{option} names one source, and {len(new)} would be added; add them one by one")
    taken = {*app.sources}
    former, kept = app.beside.former(taken), app.beside.keys()
    found = []
    for one in once.values():
        if not one.known:
            was = (former.get(urls.alias(url)) for url in (one.source.url, one.other) if url)
            own = one.source.key if one.source.key not in taken else ""
            before = next((key for key in was if key and key not in taken), "")
            key = wishes.key or own or before or registry.key_for(one.source.url, taken | kept)
            one = replace(one, source=_wished(app, replace(one.source, key=key), wishes))
            taken.add(key)
        found.append(one)
    return found


def write_sources(app: App, chosen: Sequence[Candidate], known: Mapping[str, Source]) -> list[Source]:
    """Write the new sources to sources.toml, all or none; return them. Raises as `registry.add_sources` does."""
    new, path = [one.source for one in chosen if not one.known], app.config / "sources.toml"

    def unchanged() -> Mapping[str, Source] | None:
        return known if remembered.stamp(path, __version__) == app.sources_stamp else None

    registry.add_sources(path, new, unchanged)
    return new


def _wished(app: App, source: Source, wishes: Wishes) -> Source:
    said = {
        name: getattr(wishes, name)
        for name in ("title", "category", "every", "content", "licence", "backfill", "allow")
        if getattr(wishes, name) not in (None, ())
    }
    said["tags"] = tuple(dict.fromkeys((*source.tags, *wishes.tags)))
    rules = replace(source.rules, select=wishes.select) if wishes.select else source.rules
    made = source_of(table(replace(source, **said, rules=rules)))
    if made.key in app.sources:
        raise UsageError(f"there is a source {made.key!r} already ({app.sources[made.key].url}); give another --key")
    return made
