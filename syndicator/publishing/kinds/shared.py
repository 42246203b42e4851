"""Make the files about all feeds: front page, digests, lists of feeds, redirect maps."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from syndicator.configuration.settings import Digest
from syndicator.core.axes import ALL, DIGEST
from syndicator.core.model import FeedKey
from syndicator.publishing import digests, paths
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import (
    DIGESTS,
    FRONT,
    LISTS,
    MAPS,
    OUT_OF_DATE,
    File,
    Held,
    Target,
    Urgency,
    make_fingerprint,
)
from syndicator.publishing.output import redirects
from syndicator.publishing.published_texts import list_feeds_with_pages
from syndicator.publishing.render.view import View
from syndicator.publishing.render.xml import write_opml
from syndicator.publishing.selection.published import is_axis_off
from syndicator.publishing.web import feed_list, front


def list_front_targets(site: Site) -> Iterator[Target]:
    """Yield the target of the front page: a build makes it and some other files, such as
    stylesheets, together. They are made again if the list of feeds or a setting changed, if there
    are new articles, or if the front page is missing."""
    list_fingerprint = feed_list.fingerprint_list(site.common_fingerprint, site.pages.specs)
    is_missing = site.outlet.written(paths.INDEX) is None
    yield Target(
        id="front",
        owner=FRONT,
        made_of=make_fingerprint(list_fingerprint, site.settings.publish),
        make=partial(_make_front, site),
        urgency=Urgency.SHARED,
        changed=site.has_new_articles or is_missing,
    )


def _make_front(site: Site) -> Iterator[File]:
    """Yield the front page, stylesheets, scripts and icons."""
    views = _list_newest_views(site)
    files = site.shared_pages.render_shared_pages(site.rows, views, site.inputs.news)
    for name, data in files.items():
        yield File(name, data)


def _list_newest_views(site: Site) -> list[View]:
    """Return the newest articles, and all articles of the stories on the front page, each once."""
    site.plan_calendar_of_everything()
    ids = [*site.index.latest(ALL, front.NEWEST), *chain.from_iterable(site.inputs.news)]
    return site.get_entries(ALL).views(list(dict.fromkeys(ids)), None)


def list_feed_list_targets(site: Site) -> Iterator[Target]:
    """Yield the targets (files that a build makes together) of the list of feeds: one for each part
    of the list, which is a page and a sitemap, and one for the OPML file of all feeds. If only
    numbers of articles changed, which the pages show, a part waits for a build that also makes the
    feed of everything."""
    published = site.index.targets([LISTS])  # target id -> fingerprint
    for part, specs in site.shared_pages.parts.items():
        target_id = f"feeds{part}"
        fingerprint = feed_list.fingerprint_list(site.common_fingerprint, specs)
        if part:
            has_new_articles = any(site.is_marked(spec.key) for spec in specs)
        else:  # the first page, about all feeds
            has_new_articles = site.has_new_articles
        only_articles_changed = published.get(target_id) in (OUT_OF_DATE, fingerprint)
        yield Target(
            id=target_id,
            owner=LISTS,
            made_of=fingerprint,
            make=partial(_make_list, site, part),
            urgency=Urgency.SHARED,
            changed=has_new_articles,
            waits=site.is_everything_left and only_articles_changed,
        )
    outlines = write_opml(site.settings.site.title, site.pages.specs, site.settings.base_url)
    yield Target(
        id="feeds.opml",
        owner=LISTS,
        made_of=make_fingerprint(outlines),
        make=lambda: [File("feeds.opml", outlines)],
        urgency=Urgency.SHARED,
    )


def _make_list(site: Site, part: str) -> Iterator[File]:
    """Yield the files of a part of the list of feeds: its page and its sitemap. `part`: its name,
    "" for the first part."""
    keys = {ALL, *(spec.key for spec in site.shared_pages.parts[part])}
    rows = {row.key: row for row in site.index.feeds(keys)}
    # the sitemap names its pages
    site.plan_calendar_of_everything()
    for name, data in site.shared_pages.render_feed_list(part, rows).items():
        yield File(name, data)


def list_digest_targets(site: Site) -> Iterator[Target]:
    """Yield a target for the feed of each digest, a regular summary of the news. The target is the
    files of the feed, which a build makes together. They are also made after any change of
    articles, since an article of an old issue may be changed or withdrawn."""
    for digest, issues in site.inputs.digests:
        yield Target(
            id=paths.get_stem(FeedKey(DIGEST, digest.name)),
            owner=DIGESTS,
            made_of=make_fingerprint(site.common_fingerprint, digest, issues),
            make=partial(_make_digest, site, digest, issues),
            urgency=Urgency.HEAD,
            changed=site.has_new_articles,
        )


def _make_digest(site: Site, digest: Digest, issues: Sequence[Mapping[str, Any]]) -> Iterator[File]:
    """Yield the files of a digest's feed, one in each format. If one of them is invalid, raise Held
    and yield none. `issues`: the issues of the digest, as recorded when they were sent."""
    files = digests.make_digest_files(digest, issues, site.entries, site.pages)
    for name, data in files.items():
        _, _, feed_format = name.rpartition(".")
        check = site.entries.renderers[feed_format].check(data)
        if check.fault:
            raise Held(f"{name}: {check.fault}")
    for name, data in files.items():
        yield File(name, data)


def list_map_targets(site: Site) -> Iterator[Target]:
    """Yield the target of the redirect maps, files that a build makes together. They tell web
    servers which addresses redirect to a new one, and which answer 410 (gone) because a feed ended
    or an article was withdrawn."""
    rows = list(site.rows.values())
    unpublished_keys = [row.key for row in rows if is_axis_off(row, site.settings.publish)]
    withdrawn_pages: Sequence[str] = ()
    if list_feeds_with_pages(site.settings, site.inputs.sources):
        withdrawn_pages = [paths.article_name(item.id) for item in site.index.withdrawn()]
    files = redirects.make_redirect_maps(
        rows, site.settings.base_url, unpublished_keys, withdrawn_pages
    )
    yield Target(
        id="maps",
        owner=MAPS,
        made_of=make_fingerprint(files),
        make=lambda: [File(name, data) for name, data in files.items()],
        urgency=Urgency.SHARED,
    )
