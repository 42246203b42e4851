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
    """Return the plan of a feed: the articles of its head (the document with its newest entries),
    its archive documents and its calendar pages, which both show older articles. A feed whose head
    shows all of its articles gets no archive, unless it already has one. `published`: fingerprints
    of the feed's published files, by target id."""
    row = _get_or_store_row(site, spec)
    selection = select_head(spec, site.index, row)
    empty_head = make_head(spec, site.settings, site.inputs.instance, None)
    feed = Feed(spec=spec, row=row, head=empty_head, ids=selection.ids, left_out=selection.left_out)

    # archive documents
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

    # calendar pages; if the archives are pages themselves, they are not needed
    if has_calendar(spec, archives_setting) and PAGE not in empty_head.archives:
        input_of_pages = make_fingerprint(
            fingerprints.fingerprint_archive(spec, site.shared_fingerprint), site.pages_fingerprint
        )
        pages = plan_feed_calendar(spec, site.index.days(spec.key), input_of_pages)
        feed = replace(feed, calendar=pages)
    return feed


def _get_or_store_row(site: Site, spec: FeedSpec) -> FeedRow:
    """Return the database row of a feed. If the feed is new, or had ended and is back, first store
    a row for it."""
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
    """Yield the target of a feed's head, the document with its newest articles, in all formats. If
    feeds of this kind have OPML files, which let programs subscribe to them, also yield the target
    of the OPML file. A target is a group of files that a build makes together."""
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
    """Yield the files of a feed's head (the document with its newest articles), one in each format,
    at the feed's address and at its former addresses. Raises Held if a file must not be published:
    it is invalid, or lost entries of the published file."""
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
    # for the report of the build
    site.entry_counts[feed.key] = (len(feed.ids), feed.row.count)


def _render_head(site: Site, feed: Feed, views: Sequence[View]) -> Mapping[str, bytes]:
    """Return the files of a feed's head (the document with its newest articles): format -> bytes.
    `views`: the articles of the head."""
    spec = feed.spec
    # what the page of the feed shows beside its articles
    site.pages.calendars[feed.head.stem] = list(feed.calendar)
    if spec.older is Older.NONE:
        site.plan_calendar_of_everything()
    site.pages.store_facts(spec, feed.row.count, _count_articles_by_day(site, feed, views), views)

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


def _count_articles_by_day(site: Site, feed: Feed, views: Sequence[View]) -> Mapping[str, int]:
    """Return UTC day ("2026-11-26") -> number of the feed's articles, which the feed's page shows;
    an empty mapping if the feed has no page. `views`: the newest articles of the feed."""
    if PAGE not in feed.spec.formats:
        return {}
    if feed.row.count > len(feed.ids):  # the head does not show all
        return {day: count for day, (count, _) in site.index.days(feed.key).items()}
    return Counter(view.published.strftime("%Y-%m-%d") for view in views)


def _choose_tombstones(site: Site, feed: Feed, newest: datetime) -> tuple[Removed, ...]:
    """Return the withdrawn articles that a feed announces by tombstones, elements that tell readers
    to delete an entry. Tombstones stay for some days; the tuple is empty if the operator has not
    enabled them. `newest`: the time of the feed's newest article."""
    if "tombstones" not in site.settings.publish.extensions:
        return ()
    latest = site.removed[feed.key][-_MOST_TOMBSTONES:]
    return tuple(item for item in latest if item.when > newest - _TOMBSTONE_LIFE)


def _find_fault(
    site: Site, feed: Feed, contents: Mapping[str, bytes], views: Sequence[View]
) -> str | None:
    """Return why the new files of a feed must not be published, as a message: a file is invalid, or
    entries of the published Atom file are missing without a reason. Return None if the files may be
    published. `contents`: format -> bytes of the new file; `views`: the articles in the files."""
    key = feed.key
    entry_ids: dict[str, Sequence[str]] = {}
    for feed_format, data in contents.items():
        check = site.entries.renderers[feed_format].check(data)
        if check.fault:
            return f"{paths.file_name(key, feed_format)}: {check.fault}"
        entry_ids[feed_format] = check.ids

    # compare the new Atom file with the published one
    if ATOM not in contents:
        return None
    published = site.outlet.get(paths.file_name(key, ATOM))
    if not published:
        return None
    lost = validate.find_lost_entries(
        validate.list_entry_ids(published),
        entry_ids[ATOM],
        _list_excused_ids(site, feed, views),
        feed.spec,
        site.index,
        site.inputs.instance,
    )
    if lost:
        return f"lost {len(lost)} of the live feed's entries, first {lost[0]}"
    return None


def _list_excused_ids(site: Site, feed: Feed, views: Sequence[View]) -> set[str]:
    """Return the ids of entries that may be missing in a feed's new files: those of articles that
    were withdrawn or pruned, cannot be shown, or had no place in the feed; and those of articles
    that now lead a story, since the entry of a story has an id of its own. `views`: the articles in
    the new files."""
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
