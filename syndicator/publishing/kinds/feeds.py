"""Heads of feeds: the files that programs subscribe to, and the page of a feed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from syndicator.core.axes import listed
from syndicator.core.formats import ATOM, PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, entry_urn
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths, validate
from syndicator.publishing.entries import documents
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import File, Held, Target, Urgency, fingerprint
from syndicator.publishing.render.head import Head, head
from syndicator.publishing.render.xml import opml
from syndicator.publishing.selection import archive, fingerprints
from syndicator.publishing.selection.archive import Document, head_of_window
from syndicator.publishing.web.calendar import CalendarPage, calendar_of, has_calendar

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


def prepare(site: Site, spec: FeedSpec, known: Mapping[str, str]) -> Feed:
    """Select the articles of a feed's head and plan its older documents. `known`: its
    published targets, id -> fingerprint."""
    row = _row(site, spec)
    chosen = head_of_window(spec, site.index, row)
    empty = head(spec, site.settings, site.inputs.instance, None)
    feed = Feed(spec=spec, row=row, head=empty, ids=chosen.ids, left_out=chosen.left_out)
    folder = f"{paths.ARCHIVES}{paths.stem(spec.key)}/"
    published = [id for id in known if id.startswith(folder)]
    shares = site.settings.publish.archives is not True  # months share documents
    if empty.archives and (not shares or row.count > len(chosen.ids) or published):
        about = fingerprints.of_archive(spec, site.shared)
        plan = archive.chain(
            spec, site.index, chosen.ids, site.open_month, about, known, shared=shares
        )
        feed = replace(feed, archives=plan)
    if has_calendar(spec, site.settings.publish.archives) and PAGE not in empty.archives:
        about = fingerprint(fingerprints.of_archive(spec, site.shared), site.of_pages)
        feed = replace(feed, calendar=calendar_of(spec, site.index.days(spec.key), about))
    return feed


def _row(site: Site, spec: FeedSpec) -> FeedRow:
    """Return the row of a feed, stored if it is new or published again."""
    row = site.rows.get(spec.key)
    if row is not None and not row.dropped:
        return row
    new = FeedRow(key=spec.key, name=spec.name, first_slug=spec.first_slug)
    row = site.rows[spec.key] = new if row is None else replace(row, dropped=False)
    site.index.save_feed(row)
    return row


def heads(site: Site, feed: Feed) -> Iterator[Target]:
    """Yield the head of a feed, and the OPML file of a feed that has one."""
    pages = site.of_pages if PAGE in feed.spec.formats else ""
    made_of = fingerprints.of_feed(feed.spec, site.shared, pages)
    yield Target(
        id=paths.stem(feed.key),
        owner=feed.key,
        made_of=made_of,
        make=partial(_make, site, feed),
        urgency=Urgency.HEAD,
        changed=site.is_marked(feed.key) or not feed.row.published,
    )
    if listed(feed.key.axis).outlines:
        outline = opml(feed.spec.title, [feed.spec], site.settings.base_url)
        name = f"{paths.stem(feed.key)}.opml"
        yield Target(
            id=name,
            owner=feed.key,
            made_of=fingerprint(outline),
            make=lambda: [File(name, outline)],
            urgency=Urgency.SHARED,
        )


def _make(site: Site, feed: Feed) -> Iterator[File]:
    """Yield the files of a head, also at the feed's former addresses."""
    spec, key = feed.spec, feed.key
    entries = site.entries_of(key)
    views = entries.views(feed.ids, spec.content)
    newest = max((view.updated for view in views), default=feed.head.updated)
    removed = site.removed[key] if "tombstones" in site.settings.publish.extensions else []
    shown = tuple(item for item in removed[-_TOMBSTONES:] if item.when > newest - _TOMBSTONE_LIFE)
    previous = feed.archives[-1].name if feed.archives else ""
    days: Mapping[str, int] = {}
    if has_calendar(spec, site.settings.publish.archives):
        days = Counter(view.published.strftime("%Y-%m-%d") for view in views)
        if feed.row.count > len(feed.ids):
            days = {day: count for day, (count, _) in site.index.days(key).items()}
    site.pages.calendars[feed.head.stem] = list(feed.calendar)
    if spec.older is Older.NONE:
        site.link_everything()
    site.pages.describe(spec, feed.row.count, days, views)
    top = replace(feed.head, previous=previous, removed=shown)
    contents = documents(top, spec.formats, views, spec.content, entries)
    site.pages.forget(key)
    led = {entry_urn(site.inputs.instance, view.id) for view in views if view.story}
    if reason := _fault(site, feed, contents, led):
        live = site.outlet.get(paths.file_name(key, ATOM)) or b""
        raise Held(reason + validate.named(reason, key, live, site.index, site.inputs.instance))
    for format, data in contents.items():
        former = [paths.file_name(old, format) for old in site.former.get(key, ())]
        yield File(paths.file_name(key, format), data, former)
        yield from (File(name, data) for name in former)
    site.shown[key] = (len(feed.ids), feed.row.count)


def _fault(
    site: Site, feed: Feed, contents: Mapping[str, bytes], led: Collection[str]
) -> str | None:
    """Return why new files are invalid or lose entries, or None. `led`: ids of articles shown as
    stories."""
    key, instance = feed.key, site.inputs.instance
    ids: dict[str, Sequence[str]] = {}
    for format, data in contents.items():
        check = site.entries.renderers[format].check(data)
        if check.fault:
            return f"{paths.file_name(key, format)}: {check.fault}"
        ids[format] = check.ids
    old = site.outlet.get(paths.file_name(key, ATOM)) if ATOM in contents else None
    if not old:
        return None
    excused = {*led} | {item.urn for items in site.removed.values() for item in items}
    known = (*site.inputs.excused, *site.entries.problems, *feed.left_out)
    excused |= {entry_urn(instance, id) for id in known}
    lost = validate.lost(validate.ids(old), ids[ATOM], excused, feed.spec, site.index, instance)
    return f"lost {len(lost)} of the live feed's entries, first {lost[0]}" if lost else None
