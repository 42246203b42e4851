"""Make the search files of each period, and the list of periods that browsers read first."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from syndicator.core.axes import ALL
from syndicator.core.formats import PAGE
from syndicator.core.text import plain
from syndicator.publishing import search
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import SEARCH, File, Target, Urgency, make_fingerprint
from syndicator.publishing.search import Period, Row
from syndicator.searching.documents import Document, join_text_terms


def list_targets(site: Site) -> Iterator[Target]:
    """Yield the files of each period, then the list of periods, which reaches the disk with them:
    it has the digest of their files."""
    if PAGE not in site.settings.publish.formats:
        return
    index = site.index
    months = {month: made_of for month, (_, made_of) in index.month_fingerprints(ALL).items()}
    newest = index.month_entries(ALL, max(months)) if months else []
    periods = search.periods(months, newest, site.about)
    made: dict[str, Row] = {}
    is_broken = False
    rows = search.listed(site.outlet.get(search.MANIFEST))
    there = site.outlet.names(search.FOLDER)
    for place, period in enumerate(periods):
        is_lost = not _has_files(rows.get(period.name), there)
        is_broken |= is_lost
        yield Target(
            id=f"{search.FOLDER}{period.name}",
            owner=SEARCH,
            made_of=period.fingerprint,
            make=partial(_make_period, site, period, made),
            urgency=Urgency.SEARCH,
            changed=is_lost,
            unit="search",
            order=f"{place:06}",
        )
    yield Target(
        id=search.MANIFEST,
        owner=SEARCH,
        made_of=make_fingerprint([(period.name, period.fingerprint) for period in periods]),
        make=partial(_make_list, site, periods, made),
        urgency=Urgency.SEARCH,
        changed=is_broken,
        unit="search",
        order="list",
    )


def _has_files(row: Row | None, there: Collection[str]) -> bool:
    """Return True if a period is listed and all its files exist."""
    return row is not None and {*search.list_shard_names(row[0], row[2], row[3])} <= {*there}


def _make_period(site: Site, period: Period, made: dict[str, Row]) -> Iterator[File]:
    """Yield the files of a period, and note its row in `made`."""

    def read_terms(article_id: str) -> Document:
        return Document(body=join_text_terms(plain(site.inputs.markdown(article_id))))

    shards = search.Shards(period.name)
    ids = search.list_article_ids(site.index, period)
    for start in range(0, len(ids), search.READ):
        views = site.entries.views(ids[start : start + search.READ], None)
        with_text = [view.id for view in views if view.html]
        shards.add(views, search.find_documents(site.index, with_text, read_terms))
    count, parts, files = shards.files()
    files_hash = hashlib.sha256()
    for name, data in files:
        files_hash.update(data)
        yield File(name, data)
    # the hash goes into the addresses of the files, so that browsers may keep them
    made[period.name] = (period.name, files_hash.hexdigest()[:16], count, parts)


def _make_list(site: Site, periods: Sequence[Period], made: dict[str, Row]) -> Iterator[File]:
    """Yield the list of periods. `made`: rows of those made now; the others are as published."""
    rows = search.listed(site.outlet.get(search.MANIFEST)) | made
    shown = [list(rows[period.name]) for period in periods if period.name in rows]
    yield File(search.MANIFEST, search.call("index", shown))
