"""Tell the WebSub hubs of our feeds what a build changed; remember hubs that failed."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from syndicator.app.archive import Archive
from syndicator.app.clients import make_direct_client
from syndicator.configuration.settings import Settings
from syndicator.core.model import Failed, Problem
from syndicator.core.urls import redacted
from syndicator.publishing.output.websub import notify_hub, select_feed_names
from syndicator.store import codec
from syndicator.store.engine import Store

if TYPE_CHECKING:
    from syndicator.publishing.output.websub import Notice

_NOTE: Final = "hubs"  # key of the note in the database


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingHub:
    """A hub that did not accept the notice of a change. `since`: when it began to fail. `untold`:
    names of the feeds whose changes it does not know yet; it is told of these again after the next
    build."""

    hub: str
    since: datetime
    reason: str
    detail: str = ""
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failing:
    """The content of the note: all hubs that failed."""

    hubs: tuple[FailingHub, ...] = ()


def read_failing(store: Store, hubs: Collection[str]) -> list[FailingHub]:
    """Return what is stored about the hubs that did not accept the last notice. `hubs`: the
    addresses of the configured hubs; other hubs are left out."""
    noted = store.visits.note(_NOTE)
    failing = codec.unpack(_Failing, noted) if noted else _Failing()
    return [item for item in failing.hubs if item.hub in hubs]


async def notify_hubs(
    archive: Archive, settings: Settings, written: Iterable[str]
) -> tuple[Problem, ...]:
    """Tell each configured WebSub hub which feeds changed, so that it can tell their readers.
    Return a problem for each hub that failed. `written`: the names of the files that a build has
    written, among them the changed feeds.

    If a hub fails, the feeds of which it was not told are stored. It is told of them after the next
    build."""
    hubs = settings.publish.hubs
    failing_before = {item.hub: item for item in read_failing(archive.store, hubs)}

    # tell all hubs at the same time
    changed = select_feed_names(written) if hubs else []
    feeds_by_hub = {hub: _list_feeds_to_tell(changed, failing_before.get(hub)) for hub in hubs}
    hubs_to_tell = [hub for hub in hubs if feeds_by_hub[hub]]
    notices = await asyncio.gather(
        *(_notify_hub(archive.clock, settings, hub, feeds_by_hub[hub]) for hub in hubs_to_tell)
    )

    # store the hubs that failed
    failing: list[FailingHub] = []
    for hub, notice in zip(hubs_to_tell, notices, strict=True):
        if notice.failed is None:
            continue
        failing_hub = _make_failing_hub(
            archive.clock,
            settings,
            hub,
            notice.failed,
            notice.urls_not_notified,
            failing_before.get(hub),
        )
        failing.append(failing_hub)
    _write_failing(archive, failing)
    return tuple(
        Problem(what=redacted(item.hub), reason=item.reason, detail=item.detail) for item in failing
    )


def _list_feeds_to_tell(changed: Sequence[str], earlier: FailingHub | None) -> list[str]:
    """Return the names of the feeds of which a hub must be told, each once: the `changed` feeds,
    then those of which it could not be told before. `earlier`: the last failure of the hub, None if
    it did not fail."""
    if earlier is None:
        return list(dict.fromkeys(changed))
    return list(dict.fromkeys((*changed, *earlier.untold)))


def _make_failing_hub(
    clock: Callable[[], datetime],
    settings: Settings,
    hub: str,
    failed: Failed,
    untold_urls: Sequence[str],
    earlier: FailingHub | None,
) -> FailingHub:
    """Return what to store about a hub that failed: since when it fails, why, and of which feeds it
    was not told. `failed`: its answer. `untold_urls`: the addresses of these feeds. `earlier`: what
    is stored about its failure before, None if it did not fail then."""
    failing_since = clock() if earlier is None else earlier.since
    untold_names = tuple(url.removeprefix(settings.base_url) for url in untold_urls)
    return FailingHub(
        hub=hub,
        since=failing_since,
        reason=failed.reason,
        detail=failed.detail,
        untold=untold_names,
    )


async def try_hubs(clock: Callable[[], datetime], settings: Settings, name: str) -> list[Problem]:
    """Test the configured hubs: tell each that the feed with the file name `name` changed, so that
    it fetches this feed. Return a problem for each hub that failed."""
    hubs = settings.publish.hubs
    notices = await asyncio.gather(*(_notify_hub(clock, settings, hub, [name]) for hub in hubs))
    problems = []
    for hub, notice in zip(hubs, notices, strict=True):
        failed = notice.failed
        if failed is not None:
            problems.append(Problem(what=redacted(hub), reason=failed.reason, detail=failed.detail))
    return problems


async def _notify_hub(
    clock: Callable[[], datetime], settings: Settings, hub: str, names: Sequence[str]
) -> "Notice":
    """Tell one hub that feeds changed. Return what it answered. `hub`: its address. `names`: the
    file names of the feeds."""
    from syndicator.visiting.fetch.ssrf import list_allow_lines

    urls = [settings.base_url + name for name in names]
    async with aclosing(make_direct_client(clock, settings, hub)) as client:
        return await notify_hub(hub, urls, client, allow=list_allow_lines(hub))


def _write_failing(archive: Archive, failing: Sequence[FailingHub]) -> None:
    """Store which hubs fail, in place of what is stored. Write nothing if that is the same."""
    text = codec.pack(_Failing(hubs=tuple(failing))) if failing else None
    if text != archive.store.visits.note(_NOTE):
        archive.store.visits.set_note(_NOTE, text, archive.clock())
