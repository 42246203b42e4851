"""Make what is about all feeds: front page, digests, lists of feeds, redirect maps."""

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
from syndicator.publishing.selection.published import is_off
from syndicator.publishing.web import feed_list, front


def list_front_targets(site: Site) -> Iterator[Target]:
    """Yield the front page with all that is beside it, such as stylesheets."""
    list_of_feeds = feed_list.fingerprint_list(site.about, site.pages.specs)
    is_missing = site.outlet.written(paths.INDEX) is None
    yield Target(
        id="front",
        owner=FRONT,
        made_of=make_fingerprint(list_of_feeds, site.settings.publish),
        make=partial(_make_front, site),
        urgency=Urgency.SHARED,
        changed=site.is_news or is_missing,
    )


def _make_front(site: Site) -> Iterator[File]:
    files = site.pages.shared(site.rows, _list_newest_views(site), site.inputs.news)
    yield from (File(name, data) for name, data in files.items())


def _list_newest_views(site: Site) -> list[View]:
    """Return the newest articles, and the other reports of their stories."""
    site.link_everything()
    ids = [*site.index.latest(ALL, front.NEWEST), *chain.from_iterable(site.inputs.news)]
    return site.entries_of(ALL).views(list(dict.fromkeys(ids)), None)


def list_feed_list_targets(site: Site) -> Iterator[Target]:
    """Yield the parts of the list of feeds, each a page and a sitemap, and the OPML file of all. A
    part changes with the articles of its feeds, too; such changes wait for a build of the feed of
    everything."""
    parts = site.pages.parts
    base = site.settings.base_url
    known = site.index.targets([LISTS])
    for part, specs in parts.items():
        keys = [spec.key for spec in specs]
        article_id = f"feeds{part}"
        made_of = feed_list.fingerprint_list(site.about, specs)
        yield Target(
            id=article_id,
            owner=LISTS,
            made_of=made_of,
            make=partial(_make_list, site, part),
            urgency=Urgency.SHARED,
            changed=site.is_news if not part else any(map(site.is_marked, keys)),
            waits=site.is_left and known.get(article_id) in ("", made_of),
        )
    outlines = write_opml(site.settings.site.title, site.pages.specs, base)
    yield Target(
        id="feeds.opml",
        owner=LISTS,
        made_of=make_fingerprint(outlines),
        make=lambda: [File("feeds.opml", outlines)],
        urgency=Urgency.SHARED,
    )


def _make_list(site: Site, part: str) -> Iterator[File]:
    keys = {ALL, *(spec.key for spec in site.pages.parts[part])}
    rows = {row.key: row for row in site.index.feeds(keys)}
    site.link_everything()
    yield from (File(name, data) for name, data in site.pages.listed(part, rows).items())


def list_digest_targets(site: Site) -> Iterator[Target]:
    """Yield the feed of each digest."""
    for item, issues in site.inputs.digest:
        yield Target(
            id=paths.stem(FeedKey(DIGEST, item.name)),
            owner=DIGESTS,
            made_of=make_fingerprint(site.about, item, issues),
            make=partial(_make_digest, site, item, issues),
            urgency=Urgency.HEAD,
            changed=site.is_news,
        )


def _make_digest(site: Site, item: Digest, issues: Sequence[Mapping[str, Any]]) -> Iterator[File]:
    files = digests.make_digest_files(item, issues, site.entries, site.pages)
    for name, data in files.items():
        check = site.entries.renderers[name.rpartition(".")[2]].check
        if fault := check(data).fault:
            raise Held(f"{name}: {fault}")
    yield from (File(name, data) for name, data in files.items())


def list_map_targets(site: Site) -> Iterator[Target]:
    """Yield the redirects of moved addresses and the list of those that are gone."""
    rows = list(site.rows.values())
    silent = [row.key for row in rows if is_off(row, site.settings.publish)]
    withdrawn: Sequence[str] = ()
    if list_feeds_with_pages(site.settings, site.inputs.sources):
        withdrawn = [paths.article_name(item.id) for item in site.index.withdrawn()]
    files = redirects.files(rows, site.settings.base_url, silent, withdrawn)
    yield Target(
        id="maps",
        owner=MAPS,
        made_of=make_fingerprint(files),
        make=lambda: [File(name, data) for name, data in files.items()],
        urgency=Urgency.SHARED,
    )
