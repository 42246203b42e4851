"""Make the head of each feed, to which programs subscribe, and the page of the feed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from syndicator.core.axes import find_axis
from syndicator.core.formats import ATOM, PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, entry_urn
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths, validate
from syndicator.publishing.entries import render_feed
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import File, Held, Target, Urgency, make_fingerprint
from syndicator.publishing.render.head import Head, Removed, make_head
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import write_opml
from syndicator.publishing.selection import archive, fingerprints
from syndicator.publishing.selection.archive import Document, select_head
from syndicator.publishing.web.calendar import CalendarPage, has_calendar, plan_feed_calendar

# Tombstones (RFC 6721) in a head feed: how many at most, and for how long, so that every reader has
# polled meanwhile. The time counts to that of the newest article: a feed without news stays as it
# is.
_MOST_TOMBSTONES: Final = 50
_TOMBSTONE_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that a build compares. `head`: title, addresses and other values that its files share;
    `ids`: the articles of its head, newest first; `left_out`: ids of articles that are newer than
    the oldest one of the head but only in archives; `archives`, `calendar`: its older documents and
    pages, oldest first."""

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


def prepare_feed(site: Site, spec: FeedSpec, published: Mapping[str, str]) -> Feed:
    """Select the articles of a feed's head and plan its older documents and pages. A feed whose
    head shows all of its articles gets no archive, unless it already has one. `published`:
    fingerprints of the feed's published targets, by id."""
    row = _get_row(site, spec)
    selection = select_head(spec, site.index, row)
    empty_head = make_head(spec, site.settings, site.inputs.instance, None)
    feed = Feed(spec=spec, row=row, head=empty_head, ids=selection.ids, left_out=selection.left_out)
    archives_setting = site.settings.publish.archives
    # with `archives = true`, the form of older instances, each month has a document of its own
    months_share = archives_setting is not True
    archives_folder = f"{paths.ARCHIVES}{paths.get_stem(spec.key)}/"
    has_published_archives = any(name.startswith(archives_folder) for name in published)
    has_older_articles = row.count > len(selection.ids)
    has_archives = has_older_articles or has_published_archives or not months_share
    if empty_head.archives and has_archives:
        documents = archive.plan_documents(
            spec,
            site.index,
            selection.ids,
            site.open_month,
            fingerprints.fingerprint_archive(spec, site.shared_fingerprint),
            published,
            shared=months_share,
        )
        feed = replace(feed, archives=documents)
    # if the archives are pages themselves, no calendar is needed
    if has_calendar(spec, archives_setting) and PAGE not in empty_head.archives:
        input_of_pages = make_fingerprint(
            fingerprints.fingerprint_archive(spec, site.shared_fingerprint), site.pages_fingerprint
        )
        pages = plan_feed_calendar(spec, site.index.days(spec.key), input_of_pages)
        feed = replace(feed, calendar=pages)
    return feed


def _get_row(site: Site, spec: FeedSpec) -> FeedRow:
    """Return the row of a feed; store it if the feed is new or had ended."""
    stored_row = site.rows.get(spec.key)
    if stored_row is not None and not stored_row.dropped:
        return stored_row
    if stored_row is None:
        row = FeedRow(key=spec.key, name=spec.name, first_slug=spec.first_slug)
    else:
        row = replace(stored_row, dropped=False)
    site.rows[spec.key] = row
    site.index.save_feed(row)
    return row


def list_head_targets(site: Site, feed: Feed) -> Iterator[Target]:
    """Yield the target of a feed's head, which is made of its newest articles, in all its formats.
    If the feeds of its axis have OPML files, which let programs subscribe to the feed, also yield
    the target of that file."""
    stem = paths.get_stem(feed.key)
    pages_fingerprint = ""
    if PAGE in feed.spec.formats:
        pages_fingerprint = site.pages_fingerprint
    is_unpublished = not feed.row.published
    yield Target(
        id=stem,
        owner=feed.key,
        made_of=fingerprints.fingerprint_feed(
            feed.spec, site.shared_fingerprint, pages_fingerprint
        ),
        make=partial(_make_head, site, feed),
        urgency=Urgency.HEAD,
        changed=site.is_marked(feed.key) or is_unpublished,
    )
    if not find_axis(feed.key.axis).outlines:
        return
    opml = write_opml(feed.spec.title, [feed.spec], site.settings.base_url)
    opml_name = f"{stem}.opml"
    yield Target(
        id=opml_name,
        owner=feed.key,
        made_of=make_fingerprint(opml),
        make=lambda: [File(opml_name, opml)],
        urgency=Urgency.SHARED,
    )


def _make_head(site: Site, feed: Feed) -> Iterator[File]:
    """Yield the files of a head in each format, at the feed's address and at its former ones.
    Raises Held if a file is invalid or lost entries of the published one."""
    views = site.get_entries(feed.key).views(feed.ids, feed.spec.content)
    contents = _render_head(site, feed, views)
    fault = _find_fault(site, feed, contents, views)
    if fault:
        published = site.outlet.get(paths.file_name(feed.key, ATOM)) or b""
        faulty_entry = validate.describe_faulty_entry(
            fault, feed.key, published, site.index, site.inputs.instance
        )
        raise Held(fault + faulty_entry)
    for feed_format, data in contents.items():
        old_keys = site.former_keys.get(feed.key, ())
        old_names = [paths.file_name(old_key, feed_format) for old_key in old_keys]
        yield File(paths.file_name(feed.key, feed_format), data, old_names)
        for name in old_names:
            yield File(name, data)
    site.entry_counts[feed.key] = (len(feed.ids), feed.row.count)


def _render_head(site: Site, feed: Feed, views: Sequence[View]) -> Mapping[str, bytes]:
    """Return the files of a head, bytes by format. `views`: the articles of the head."""
    spec = feed.spec
    # what the page of the feed shows beside its articles
    site.pages.calendars[feed.head.stem] = list(feed.calendar)
    if spec.older is Older.NONE:
        site.plan_calendar_of_everything()
    site.pages.store_facts(spec, feed.row.count, _count_days(site, feed, views), views)

    newest = max((view.updated for view in views), default=feed.head.updated)
    previous_document = feed.archives[-1].name if feed.archives else ""
    complete_head = replace(
        feed.head,
        previous=previous_document,
        removed=_choose_tombstones(site, feed, newest),
    )
    entries = site.get_entries(feed.key)
    contents = render_feed(complete_head, spec.formats, views, spec.content, entries)
    site.pages.drop_facts(feed.key)
    return contents


def _count_days(site: Site, feed: Feed, views: Sequence[View]) -> Mapping[str, int]:
    """Return UTC day -> number of the feed's articles, for its page; an empty mapping for a feed
    without a page. `views`: the articles of its head."""
    if PAGE not in feed.spec.formats:
        return {}
    if feed.row.count > len(feed.ids):  # the head does not show all
        return {day: count for day, (count, _) in site.index.days(feed.key).items()}
    return Counter(view.published.strftime("%Y-%m-%d") for view in views)


def _choose_tombstones(site: Site, feed: Feed, newest: datetime) -> tuple[Removed, ...]:
    """Return the withdrawn articles for which the head has tombstones. `newest`: the time of its
    newest article."""
    if "tombstones" not in site.settings.publish.extensions:
        return ()
    latest = site.removed[feed.key][-_MOST_TOMBSTONES:]
    return tuple(item for item in latest if item.when > newest - _TOMBSTONE_LIFE)


def _find_fault(
    site: Site, feed: Feed, contents: Mapping[str, bytes], views: Sequence[View]
) -> str | None:
    """Return why the new files of a head must not be published: one is invalid, or they lack
    entries of the published Atom file without a reason. None if they may be published. `contents`:
    bytes of the new files by format; `views`: the articles in them."""
    key = feed.key
    entry_ids: dict[str, Sequence[str]] = {}
    for feed_format, data in contents.items():
        check = site.entries.renderers[feed_format].check(data)
        if check.fault:
            return f"{paths.file_name(key, feed_format)}: {check.fault}"
        entry_ids[feed_format] = check.ids
    if ATOM not in contents:
        return None
    published = site.outlet.get(paths.file_name(key, ATOM))
    if not published:
        return None
    lost = validate.find_lost_entries(
        validate.list_entry_ids(published),
        entry_ids[ATOM],
        _find_excused(site, feed, views),
        feed.spec,
        site.index,
        site.inputs.instance,
    )
    if lost:
        return f"lost {len(lost)} of the live feed's entries, first {lost[0]}"
    return None


def _find_excused(site: Site, feed: Feed, views: Sequence[View]) -> set[str]:
    """Return the ids of entries that may be missing in the new head: those of articles that were
    withdrawn or pruned, that cannot be shown, that are in archives only, or whose entry is now that
    of a story, which has another id."""
    instance = site.inputs.instance
    excused: set[str] = set()
    for removed in site.removed.values():
        excused.update(entry.urn for entry in removed)
    for article_id in (*site.inputs.excused, *site.entries.problems, *feed.left_out):
        excused.add(entry_urn(instance, article_id))
    for view in views:
        if view.story:
            excused.add(entry_urn(instance, view.id))
    return excused
