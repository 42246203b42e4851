"""A feed while it is built, and which sources have pages of their articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicator.configuration.settings import Settings
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedSpec, Source
from syndicator.core.ports import FeedRow
from syndicator.publishing.render.head import Head
from syndicator.publishing.selection.archive import Document
from syndicator.publishing.web.calendar import CalendarPage, Days


@dataclass(slots=True)
class Feed:
    """A feed that is being built. `made_with`: the fingerprint of its settings. `known`: its files, as of
    `ArticleIndex.files`; `files`: as they will be. `days`: as of `ArticleIndex.days`; `owed`: as of `FeedRow`.
    `left_out`: ids that stand in the archives instead of the head. `fault`: why it must be held, found in its
    archives."""

    spec: FeedSpec
    row: FeedRow
    ids: list[str]
    head: Head
    made_with: str
    archives: list[Document]
    known: Mapping[str, str]
    calendar: list[CalendarPage] = field(default_factory=list)
    days: Days = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    files: dict[str, str] = field(default_factory=dict)
    owed: bool = False
    fault: str | None = None

    def put_off_pages(self) -> None:
        """Leaves the pages of older stories that are there and would change to a later build."""
        known = self.known
        there = [page for page in self.calendar if page.name in known]
        late = {page.name: known[page.name] for page in there if known[page.name] != page.fingerprint}
        self.calendar = [page for page in self.calendar if page.name not in late]
        self.files |= late
        self.owed = bool(late)


def published_whole(settings: Settings, sources: Mapping[str, Source]) -> list[Source]:
    """The sources whose articles have pages of their own."""
    shown = ("full", "excerpt") if settings.publish.secret_path else ("full",)
    return [one for one in sources.values() if one.content in shown and PAGE in settings.publish.formats]
