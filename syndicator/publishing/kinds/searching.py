"""Make the search files of each period, and the list of periods that browsers read first."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from syndicator.core.axes import ALL
from syndicator.core.formats import PAGE
from syndicator.core.text import plain
from syndicator.publishing import search
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import SEARCH, File, Target, Urgency, make_fingerprint
from syndicator.publishing.search import Period, Row
from syndicator.searching.documents import Document, join_text_terms

_UNIT: Final = "search"  # targets with the same unit are written to the disk together
_AFTER_PERIODS: Final = "list"  # an order: letters sort after the numbers of periods
_HASH_DIGITS: Final = 16  # of the hash of a period's files


def list_targets(site: Site) -> Iterator[Target]:
    """Yield the targets (groups of files that a build makes together) of the files that the search
    page reads: one for each period of time, then one for the list of periods. All are written to
    the disk together, since the list has hashes of the files. A period whose files are missing is
    made again. Yield nothing if no pages are published."""
    if PAGE not in site.settings.publish.formats:
        return
    index = site.index
    months = {month: digest for month, (_, digest) in index.month_fingerprints(ALL).items()}
    newest_entries = index.month_entries(ALL, max(months)) if months else []
    periods = search.plan_periods(months, newest_entries, site.common_fingerprint)

    new_rows: dict[str, Row] = {}  # filled by `_make_period`, read by `_make_list` afterwards
    published_rows = search.read_manifest(site.outlet.get(search.MANIFEST))
    file_names = site.outlet.names(search.FOLDER)
    is_any_lost = False
    for number, period in enumerate(periods):
        is_lost = not _has_files(published_rows.get(period.name), file_names)
        is_any_lost = is_any_lost or is_lost
        yield Target(
            id=f"{search.FOLDER}{period.name}",
            owner=SEARCH,
            made_of=period.fingerprint,
            make=partial(_make_period, site, period, new_rows),
            urgency=Urgency.SEARCH,
            changed=is_lost,
            unit=_UNIT,
            order=f"{number:06}",
        )
    yield Target(
        id=search.MANIFEST,
        owner=SEARCH,
        made_of=make_fingerprint([(period.name, period.fingerprint) for period in periods]),
        make=partial(_make_list, site, periods, new_rows),
        urgency=Urgency.SEARCH,
        changed=is_any_lost,
        unit=_UNIT,
        order=_AFTER_PERIODS,
    )


def _has_files(row: Row | None, file_names: Collection[str]) -> bool:
    """Return True if a period (of the search files) is listed and all of its files exist. `row`:
    the row of the period in the published list, None if it is not listed; `file_names`: names of
    the files that exist."""
    if row is None:
        return False
    name, _, article_count, term_file_count = row
    needed_names = {*search.list_shard_names(name, article_count, term_file_count)}
    return needed_names <= {*file_names}


def _make_period(site: Site, period: Period, new_rows: dict[str, Row]) -> Iterator[File]:
    """Yield the search files of a period of time. At the end, add the row that describes them to
    `new_rows`: name, hash of the files, number of articles, number of files with terms."""

    def read_terms(article_id: str) -> Document:
        return Document(body=join_text_terms(plain(site.inputs.markdown(article_id))))

    shards = search.Shards(period.name)
    article_ids = search.list_article_ids(site.index, period)
    for start in range(0, len(article_ids), search.READ):
        views = site.entries.views(article_ids[start : start + search.READ], None)
        ids_with_text = [view.id for view in views if view.html]
        shards.add(views, search.find_documents(site.index, ids_with_text, read_terms))
    article_count, term_file_count, files = shards.files()
    files_hash = hashlib.sha256()
    for name, data in files:
        files_hash.update(data)
        yield File(name, data)
    # pages append the hash to the addresses of the files, so that browsers may cache them for long
    digest = files_hash.hexdigest()[:_HASH_DIGITS]
    new_rows[period.name] = (period.name, digest, article_count, term_file_count)


def _make_list(
    site: Site, periods: Sequence[Period], new_rows: Mapping[str, Row]
) -> Iterator[File]:
    """Yield the file with the list of periods, which tells the search page what files there are.
    `new_rows`: name -> row of each period that this build made; the rows of other periods come from
    the published list. A period without a row is left out."""
    published_rows = search.read_manifest(site.outlet.get(search.MANIFEST))
    rows = {**published_rows, **new_rows}
    listed_rows = [list(rows[period.name]) for period in periods if period.name in rows]
    yield File(search.MANIFEST, search.write_script("index", listed_rows))
