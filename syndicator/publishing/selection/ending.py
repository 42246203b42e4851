"""Decide which published feeds end; if they are many, wait for the operator's consent. Pure.

The address of a feed that ended answers 410; feed readers then unsubscribe for good. So if an edit
of the configuration would end more than ten feeds, none ends before the operator confirms it. Until
then, builds treat these feeds as if they were still configured."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.configuration.settings import Publish
from syndicator.core.axes import AXES, STORIES
from syndicator.core.model import FeedKey, Problem
from syndicator.core.ports import FeedRow
from syndicator.core.reasons import ConditionReason
from syndicator.publishing.selection.published import has_ended, is_axis_on

_MOST_UNCONFIRMED: Final = 10  # feeds that end at once without confirmation: a choice
_MOST_NAMED: Final = 10  # of those that wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Feeds that would end, but wait for the operator's confirmation. `feeds_with_kept_files`:
    those of `feeds` whose files stay as they are; the others are built as before; `publish`: the
    settings to build with, in which the axes of the waiting feeds are still on."""

    feeds: frozenset[FeedKey]
    feeds_with_kept_files: frozenset[FeedKey]
    publish: Publish


def find_ending_feeds(
    rows: Iterable[FeedRow], configured: Collection[FeedKey], publish: Publish
) -> set[FeedKey]:
    """Return the published feeds that the configuration no longer has. `rows`: all feeds;
    `configured`: the feeds that the configuration has."""
    return {row.key for row in rows if row.published and has_ended(row, configured, publish)}


def choose_waiting_feeds(
    given_up: Collection[FeedKey], confirmed: Collection[FeedKey], publish: Publish
) -> Waiting:
    """Return the feeds that do not end yet, because the operator has to confirm it. If more than
    ten feeds would end without a confirmation, all of these wait, else none. `given_up`: the feeds
    that would end; `confirmed`: feeds whose end the operator confirmed."""
    unconfirmed = frozenset(given_up) - frozenset(confirmed)
    if len(unconfirmed) <= _MOST_UNCONFIRMED:
        return Waiting(feeds=frozenset(), feeds_with_kept_files=frozenset(), publish=publish)
    # If the axis of a feed is still on, the feed lost its own entry in feeds.toml, such as its
    # query: which articles belong to it is not known, so its files stay as they are. The others
    # ended because their axis was turned off; they can be built as before.
    kept = frozenset(key for key in unconfirmed if is_axis_on(key.axis, publish))
    return Waiting(
        feeds=unconfirmed, feeds_with_kept_files=kept, publish=_switch_axes_on(unconfirmed, publish)
    )


def _switch_axes_on(feeds: Collection[FeedKey], publish: Publish) -> Publish:
    """Return the settings `publish` with the axes of `feeds` turned on, so that these feeds stay.
    An axis is a kind of feeds, such as those of tags."""
    axis_words = {AXES[key.axis].word for key in feeds}
    missing_axes = sorted(axis_words - set(publish.axes))
    changes: dict[str, object] = {}
    if missing_axes:
        changes["axes"] = (*publish.axes, *missing_axes)
    if STORIES in feeds and publish.stories == "off":
        changes["stories"] = "link"  # the value that changes no entry of other feeds
    return publish.model_copy(update=changes)


def describe_waiting(stems: Sequence[str]) -> tuple[Problem, ...]:
    """Return a tuple with one problem, which names the feeds that wait for a confirmation; an empty
    tuple if no feed waits. `stems`: the paths of these feeds, such as "tags/ai"."""
    if not stems:
        return ()
    problem = Problem(
        what=f"{len(stems)} feeds",
        reason=ConditionReason.FEEDS_WOULD_END,
        detail=join_first_names(stems),
    )
    return (problem,)


def join_first_names(stems: Sequence[str]) -> str:
    """Return the first ten names in one line, followed by the number of further names, such as
    "tags/ai, tags/space and 3 more". `stems`: paths of feeds."""
    names = ", ".join(stems[:_MOST_NAMED])
    further_count = len(stems) - _MOST_NAMED
    if further_count > 0:
        names += f" and {further_count} more"
    return names
