"""Make a feed's older documents: its archive (RFC 5005), and the pages of its calendar."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from syndicator.core.formats import PAGE
from syndicator.publishing.entries import render_feed
from syndicator.publishing.kinds.feeds import Feed
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import File, Held, Target, Urgency
from syndicator.publishing.render.view import View
from syndicator.publishing.selection import archive
from syndicator.publishing.selection.archive import Document
from syndicator.publishing.web import calendar, front
from syndicator.publishing.web.calendar import CalendarPage


def list_archive_targets(site: Site, feed: Feed, published: Collection[str]) -> Iterator[Target]:
    """Yield a target for each archive document of a feed, which has older articles. A target is a
    group of files that a build makes together, here the formats of the document. A new document is
    made before the feed's newest document, which links it; others are made last. `published`: ids
    of the feed's published targets."""
    formats = feed.head.archives
    made_with = "".join(formats)  # what all documents depend on, besides their articles
    if PAGE in formats:
        made_with += site.pages_fingerprint
    for document in feed.archives:
        yield Target(
            id=document.name,
            owner=feed.key,
            made_of=f"{document.fingerprint}:{made_with}",
            make=partial(_make_document, site, feed, document),
            urgency=Urgency.OLDER if document.name in published else Urgency.LINKED,
            order=document.months[-1],
        )


def _make_document(site: Site, feed: Feed, document: Document) -> Iterator[File]:
    """Yield the files of an archive document, one in each format. Raises Held if one of them is
    invalid; then no file is published."""
    article_ids = archive.list_article_ids(document, feed.key, site.index)
    entries = site.get_entries(feed.key)
    views = entries.views(article_ids, feed.spec.content)
    head = replace(
        feed.head,
        self_name=document.name,
        current=False,
        removed=(),
        previous=document.previous,
        following=document.following,
    )
    contents = render_feed(head, feed.head.archives, views, feed.spec.content, entries)
    files: list[File] = []  # yield none before all are checked
    for feed_format, data in contents.items():
        name = archive.file_name(document, feed_format)
        check = site.entries.renderers[feed_format].check(data)
        if check.fault:
            raise Held(f"{name}: {check.fault}")
        files.append(File(name, data))
    yield from files


def list_calendar_targets(site: Site, feed: Feed) -> Iterator[Target]:
    """Yield a target for each calendar page of a feed, which shows its older stories of a year,
    month or day. A target is a file, or a group of files, that a build makes."""
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
    """Yield the file of a calendar page, which shows older stories of a feed. The page of a year
    that is divided shows only its months. The page of a month that is divided shows the first
    stories of each day. A page that is not divided shows all its stories. `page`: its plan."""
    content = feed.spec.content
    entries = site.get_entries(feed.key)
    is_month_of_days = bool(page.parts) and len(page.span) == calendar.MONTH
    stories: Sequence[bytes] = ()
    first_stories: dict[str, Sequence[View]] = {}
    if is_month_of_days:
        ids_by_day = site.index.list_ids_by_day(feed.key, page.days[0], page.days[-1])
        for day in reversed(page.days):
            candidates = ids_by_day.get(day, [])[: front.CANDIDATES]
            first_stories[day] = entries.views(candidates, content)
    elif not page.parts:
        ids_by_day = site.index.list_ids_by_day(feed.key, page.days[0], page.days[-1])
        article_ids: list[str] = []
        for day in page.days:
            article_ids += ids_by_day.get(day, ())
        stories = entries.list_items(article_ids, content)
    yield File(page.name, site.pages.render_calendar_page(feed.head, page, stories, first_stories))
