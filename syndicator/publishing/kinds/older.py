"""Make a feed's older documents: its archive (RFC 5005), and the pages of its calendar."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from syndicator.core.formats import PAGE
from syndicator.publishing.entries import documents
from syndicator.publishing.kinds.feeds import Feed
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import File, Held, Target, Urgency
from syndicator.publishing.render.view import View
from syndicator.publishing.selection import archive
from syndicator.publishing.selection.archive import Document
from syndicator.publishing.web import calendar, front
from syndicator.publishing.web.calendar import CalendarPage


def list_archive_targets(site: Site, feed: Feed, known: Collection[str]) -> Iterator[Target]:
    """Yield the archive documents of a feed. A new one, which the head will link, is made before
    the head. `known`: ids of published targets."""
    formats = feed.head.archives
    made_with = "".join(formats)
    if PAGE in formats:
        made_with += site.pages_fingerprint
    for item in feed.archives:
        yield Target(
            id=item.name,
            owner=feed.key,
            made_of=f"{item.fingerprint}:{made_with}",
            make=partial(_make_document, site, feed, item),
            urgency=Urgency.OLDER if item.name in known else Urgency.LINKED,
            order=item.months[-1],
        )


def _make_document(site: Site, feed: Feed, item: Document) -> Iterator[File]:
    ids = archive.list_article_ids(item, feed.key, site.index)
    entries = site.entries_of(feed.key)
    views = entries.views(ids, feed.spec.content)
    head = replace(feed.head, self_name=item.name, current=False, removed=())
    head = replace(head, previous=item.previous, following=item.following)
    contents = documents(head, feed.head.archives, views, feed.spec.content, entries)
    files = [
        File(archive.file_name(item, feed_format), data) for feed_format, data in contents.items()
    ]
    for feed_format, file in zip(contents, files, strict=True):
        if fault := site.entries.renderers[feed_format].check(file.data).fault:
            raise Held(f"{file.name}: {fault}")
    yield from files


def list_calendar_targets(site: Site, feed: Feed) -> Iterator[Target]:
    """Yield the pages of a feed's older stories."""
    for page in feed.calendar:
        yield Target(
            id=page.name,
            owner=feed.key,
            made_of=page.fingerprint,
            make=partial(_make_page, site, feed, page),
            urgency=Urgency.OLDER,
            order=page.days[-1][: calendar.MONTH],
        )


def _make_page(site: Site, feed: Feed, page: CalendarPage) -> Iterator[File]:
    """Yield a page: with its stories, if it has no parts; of a month in days, with the first of
    each day; of a year, with its months only."""
    content = feed.spec.content
    entries = site.entries_of(feed.key)
    is_month_of_days = bool(page.parts) and len(page.span) == calendar.MONTH
    stories: Sequence[bytes] = ()
    tops: dict[str, Sequence[View]] = {}
    if is_month_of_days or not page.parts:
        ids = site.index.day_ids(feed.key, page.days[0], page.days[-1])
        if is_month_of_days:
            for day in reversed(page.days):
                tops[day] = entries.views(ids.get(day, [])[: front.CANDIDATES], content)
        else:
            shown = [article_id for day in page.days for article_id in ids.get(day, ())]
            stories = entries.stories(shown, content)
    yield File(page.name, site.pages.calendar_page(feed.head, page, stories, tops))
