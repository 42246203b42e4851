"""Make the head of each feed, to which programs subscribe, and the page of the feed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from syndicator.core.axes import listed
from syndicator.core.formats import ATOM, PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, entry_urn
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths, validate
from syndicator.publishing.entries import documents
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import File, Held, Target, Urgency, make_fingerprint
from syndicator.publishing.render.head import Head, Removed, head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import write_opml
from syndicator.publishing.selection import archive, fingerprints
from syndicator.publishing.selection.archive import Document, select_head
from syndicator.publishing.web.calendar import CalendarPage, has_calendar, plan_feed_calendar

# Tombstones (RFC 6721) of a head feed: how many at most, and how long, by the time of its newest
# article, so that every reader has polled.
_TOMBSTONES: Final = 50
_TOMBSTONE_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that is looked at. `ids`: the articles of its head, newest first; `left_out`: ids only
    in archives; `archives`, `calendar`: its older documents and pages, oldest first."""

    spec: FeedSpec
    row: FeedRow
    head: Head
    ids: Sequence[str]
    left_out: Collection[str] = ()
    archives: Sequence[Document] = ()
    calendar: Sequence[CalendarPage] = ()

    @property
    def key(self) -> FeedKey:
        return self.spec.key


def prepare_feed(site: Site, spec: FeedSpec, known: Mapping[str, str]) -> Feed:
    """Select the articles of a feed's head and plan its older documents. `known`: its
    published targets, id -> fingerprint."""
    row = _get_row(site, spec)
    chosen = select_head(spec, site.index, row)
    empty = head(spec, site.settings, site.inputs.instance, None)
    feed = Feed(spec=spec, row=row, head=empty, ids=chosen.ids, left_out=chosen.left_out)
    folder = f"{paths.ARCHIVES}{paths.stem(spec.key)}/"
    published = [article_id for article_id in known if article_id.startswith(folder)]
    months_share = site.settings.publish.archives is not True
    has_older = row.count > len(chosen.ids)
    if empty.archives and (has_older or published or not months_share):
        about = fingerprints.fingerprint_archive(spec, site.shared)
        plan = archive.plan_documents(
            spec, site.index, chosen.ids, site.open_month, about, known, shared=months_share
        )
        feed = replace(feed, archives=plan)
    if has_calendar(spec, site.settings.publish.archives) and PAGE not in empty.archives:
        about = make_fingerprint(
            fingerprints.fingerprint_archive(spec, site.shared), site.pages_fingerprint
        )
        feed = replace(feed, calendar=plan_feed_calendar(spec, site.index.days(spec.key), about))
    return feed


def _get_row(site: Site, spec: FeedSpec) -> FeedRow:
    """Return the row of a feed, stored if it is new or published again."""
    row = site.rows.get(spec.key)
    if row is not None and not row.dropped:
        return row
    new = FeedRow(key=spec.key, name=spec.name, first_slug=spec.first_slug)
    row = site.rows[spec.key] = new if row is None else replace(row, dropped=False)
    site.index.save_feed(row)
    return row


def list_head_targets(site: Site, feed: Feed) -> Iterator[Target]:
    """Yield the head of a feed, and the OPML file of a feed that has one."""
    pages = site.pages_fingerprint if PAGE in feed.spec.formats else ""
    made_of = fingerprints.fingerprint_feed(feed.spec, site.shared, pages)
    yield Target(
        id=paths.stem(feed.key),
        owner=feed.key,
        made_of=made_of,
        make=partial(_make_head, site, feed),
        urgency=Urgency.HEAD,
        changed=site.is_marked(feed.key) or not feed.row.published,
    )
    if listed(feed.key.axis).outlines:
        outline = write_opml(feed.spec.title, [feed.spec], site.settings.base_url)
        name = f"{paths.stem(feed.key)}.opml"
        yield Target(
            id=name,
            owner=feed.key,
            made_of=make_fingerprint(outline),
            make=lambda: [File(name, outline)],
            urgency=Urgency.SHARED,
        )


def _make_head(site: Site, feed: Feed) -> Iterator[File]:
    """Yield the files of a head, also at the feed's former addresses. Raises Held if they are
    invalid or lose entries."""
    views = site.entries_of(feed.key).views(feed.ids, feed.spec.content)
    contents = _render_head(site, feed, views)
    if reason := _find_fault(site, feed, contents, views):
        live = site.outlet.get(paths.file_name(feed.key, ATOM)) or b""
        reason += validate.describe_faulty_entry(
            reason, feed.key, live, site.index, site.inputs.instance
        )
        raise Held(reason)
    for feed_format, data in contents.items():
        former = [paths.file_name(old, feed_format) for old in site.former.get(feed.key, ())]
        yield File(paths.file_name(feed.key, feed_format), data, former)
        for name in former:
            yield File(name, data)
    site.shown[feed.key] = (len(feed.ids), feed.row.count)


def _render_head(site: Site, feed: Feed, views: Sequence[View]) -> Mapping[str, bytes]:
    """Return the bytes of a head by format."""
    spec = feed.spec
    site.pages.calendars[feed.head.stem] = list(feed.calendar)
    if spec.older is Older.NONE:
        site.link_everything()
    site.pages.describe(spec, feed.row.count, _count_days(site, feed, views), views)
    newest = max((view.updated for view in views), default=feed.head.updated)
    previous = feed.archives[-1].name if feed.archives else ""
    top = replace(feed.head, previous=previous, removed=_choose_tombstones(site, feed, newest))
    contents = documents(top, spec.formats, views, spec.content, site.entries_of(feed.key))
    site.pages.forget(feed.key)
    return contents


def _count_days(site: Site, feed: Feed, views: Sequence[View]) -> Mapping[str, int]:
    """Return UTC day -> number of the feed's articles; nothing for a feed without a page."""
    if PAGE not in feed.spec.formats:
        return {}
    if feed.row.count > len(feed.ids):  # the head does not show all
        return {day: count for day, (count, _) in site.index.days(feed.key).items()}
    return Counter(view.published.strftime("%Y-%m-%d") for view in views)


def _choose_tombstones(site: Site, feed: Feed, newest: datetime) -> tuple[Removed, ...]:
    """Return the withdrawn articles that the head names. `newest`: the time of its newest
    article."""
    if "tombstones" not in site.settings.publish.extensions:
        return ()
    latest = site.removed[feed.key][-_TOMBSTONES:]
    return tuple(item for item in latest if item.when > newest - _TOMBSTONE_LIFE)


def _find_fault(
    site: Site, feed: Feed, contents: Mapping[str, bytes], views: Sequence[View]
) -> str | None:
    """Return why new files are invalid or lose entries, None if they may be published."""
    key = feed.key
    ids: dict[str, Sequence[str]] = {}
    for feed_format, data in contents.items():
        check = site.entries.renderers[feed_format].check(data)
        if check.fault:
            return f"{paths.file_name(key, feed_format)}: {check.fault}"
        ids[feed_format] = check.ids
    live = site.outlet.get(paths.file_name(key, ATOM)) if ATOM in contents else None
    if not live:
        return None
    lost = validate.find_lost_entries(
        validate.list_entry_ids(live),
        ids[ATOM],
        _find_excused(site, feed, views),
        feed.spec,
        site.index,
        site.inputs.instance,
    )
    return f"lost {len(lost)} of the live feed's entries, first {lost[0]}" if lost else None


def _find_excused(site: Site, feed: Feed, views: Sequence[View]) -> set[str]:
    """Return the ids of entries that may leave the head: of articles that were withdrawn, pruned or
    cannot be shown, that are in archives only, or that lead a story now."""
    instance = site.inputs.instance
    excused = {item.urn for items in site.removed.values() for item in items}
    for article_id in (*site.inputs.excused, *site.entries.problems, *feed.left_out):
        excused.add(entry_urn(instance, article_id))
    for view in views:
        if view.story:
            excused.add(entry_urn(instance, view.id))
    return excused
