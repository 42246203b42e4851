"""A feed that is being built."""

from __future__ import annotations

from dataclasses import dataclass, field

from syndicator.core.model import FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing.render.head import Head
from syndicator.publishing.selection import fingerprint
from syndicator.publishing.selection.archive import Document
from syndicator.publishing.web.calendar import CalendarPage


@dataclass(slots=True)
class Feed:
    """A feed that is being built. `made_with`: the fingerprint of its settings. `files`: what its row will remember,
    name of a file (or fingerprint) -> digest. `left_out`: ids that stand in the archives instead of the head. `fault`:
    why it must be held, found in its archives."""

    spec: FeedSpec
    row: FeedRow
    ids: list[str]
    head: Head
    made_with: str
    archives: list[Document]
    calendar: list[CalendarPage] = field(default_factory=list)
    left_out: frozenset[str] = frozenset()
    files: dict[str, str] = field(default_factory=dict)
    fault: str | None = None

    def put_off_pages(self) -> None:
        """Leaves the pages of older stories that are there and would change to a later build."""
        known = self.row.files
        there = [page for page in self.calendar if page.name in known]
        late = {page.name: known[page.name] for page in there if known[page.name] != page.fingerprint}
        self.calendar = [page for page in self.calendar if page.name not in late]
        self.files |= late | ({fingerprint.OWED: ""} if late else {})
