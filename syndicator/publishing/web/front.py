"""What stands on the front page. Pure: counted from the newest story and never from now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from syndicator.core import text
from syndicator.core.axes import TAG
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.view import View

STORIES: Final = 60  # a page that loads at once (under 60 KB as gzip) and is read in one sitting
SHOWN: Final = 24  # feeds of an axis that the front page names
_LEADS: Final = 4  # one large, three beside it: what a screen of 1280 by 800 shows
_TAGS: Final = 20


def leads(views: Sequence[View]) -> list[str]:
    """The ids of the lead stories, the largest first. They are of the newest day, and of those before it where that has
    too few; those that most sources tell, then those with a picture, then the newest; each of another source, as far as
    there are."""
    days = sorted({view.published.date() for view in views}, reverse=True)
    near: list[View] = []
    for day in days:
        near += [view for view in views if view.published.date() == day] if len(near) < _LEADS else []
    rank = {view.id: (len(view.related), bool(view.picture), view.published, view.id) for view in near}
    ranked = sorted(near, key=lambda view: rank[view.id], reverse=True)
    firsts = {view.source_key: view for view in reversed(ranked)}.values()
    chosen = [view for view in ranked if view in firsts][:_LEADS]
    chosen += [view for view in ranked if view not in chosen][: max(0, min(_LEADS, len(near)) - len(chosen))]
    return [view.id for view in sorted(chosen, key=lambda view: rank[view.id], reverse=True)]


def active(
    specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], views: Sequence[View]
) -> list[tuple[str, str, int]]:
    """The most active tags that have a page, as (name, page, articles in all): those that the newest stories carry
    most, then those that most articles have."""
    carried = Counter(tag for view in views for tag in view.tags)
    found = []
    for spec in specs:
        if spec.key.axis == TAG and PAGE in spec.formats:
            name, row = text.line(spec.name), rows.get(spec.key)
            found.append((-carried[name], -(row.count if row else 0), name, paths.file_name(spec.key, PAGE)))
    return [(name, page, -count) for _, count, name, page in sorted(found)[:_TAGS]]
