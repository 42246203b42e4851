"""What `add` found: values that are listed, chosen from and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from syndicator.configuration.sources.opml import Skipped, SubscriptionList
from syndicator.core import urls
from syndicator.core.errors import SyndicatorError
from syndicator.core.model import Entry, Fetched, Source
from syndicator.services.container import App

SHOWN = 5  # entries of a candidate
MOST_ITEMS = 100  # of a list, which has to be looked at whole
_LEARNT = {"json-ld": "its JSON-LD", "h-feed": "its microformats", "blocks": "what repeats on it"}
SHUT_PAGE = 'robots.txt disallows this address: it will not be read; robots = "ignore" in sources.toml overrides that'


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that can be followed. `source` has no key yet unless it is `known`: in sources.toml already. `other`:
    an address at which it was found. `same_as`: one listed before it has the same entries. `answer`: its bytes, so that
    a preview need not ask for them again."""

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
    """What is at one `address`: candidates, the best first, or why there is none. `whole`: a list that is taken as a
    whole, `listed` as it stands in OPML, with what of it was `skipped`. `untried`: feeds that the page names and nobody
    looked at, because it names very many. `page`: the web page that answered, also where nothing was found on it."""

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
