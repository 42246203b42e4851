"""Make the pages of articles that are published whole, by UTC day of publication.

Each page links the previous and the next such page by publication time. So a new article changes
the pages of at most three days: its own day and the nearest days before and after that have pages.
A page also links related articles. The list of related articles of an article stays until the
article changes; the pages of a day are made again only if such a list changes, or an article that
it names."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from syndicator.core.model import FeedKey
from syndicator.publishing import paths
from syndicator.publishing.article_index import Members
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import ARTICLES, File, Target, Urgency, make_fingerprint
from syndicator.publishing.published_texts import list_feeds_with_pages
from syndicator.publishing.render.view import View

_PAGE_VERSION: Final = "2"  # increase when these pages change


def list_targets(site: Site) -> Iterator[Target]:
    """Yield the targets of the pages of articles: one for each UTC day, for the pages of all
    articles that were published on that day. A target is a group of files that a build makes
    together."""
    keys = list_feeds_with_pages(site.settings, site.inputs.sources)
    fingerprints = _fingerprint_days(keys, site.index, site.common_fingerprint)
    days = list(fingerprints)
    for day, made_of in fingerprints.items():
        yield Target(
            id=f"{paths.ARTICLES}{day}",
            owner=ARTICLES,
            made_of=made_of,
            make=partial(_make_day, site, keys, days, day),
            urgency=Urgency.LINKED,
        )


def _make_day(site: Site, keys: Sequence[FeedKey], days: Sequence[str], day: str) -> Iterator[File]:
    """Yield the pages of the articles of a day. Each page links the article before and the one
    after it, which may be of another day. `keys`: the feeds whose articles have pages; `days`: all
    days with pages, ascending; `day`: one of them, such as "2026-11-30"."""
    # the day itself, with the day before and the day after it if there are any
    index = bisect_left(days, day)
    near_days = [day]
    if index > 0:
        near_days.insert(0, days[index - 1])
    if index + 1 < len(days):
        near_days.append(days[index + 1])

    ids_by_day = _list_ids_by_day(keys, site.index, near_days)
    views: list[View] = []
    for near_day in near_days:
        views += _list_whole_views(site, ids_by_day.get(near_day, ()))

    ids_of_day = ids_by_day[day]
    related = _list_related_views(site, [view.id for view in views if view.id in ids_of_day])
    previous_views = [None, *views[:-1]]
    following_views = [*views[1:], None]
    for previous, view, following in zip(previous_views, views, following_views, strict=False):
        if view.id in ids_of_day:
            page = site.pages.render_article_page(
                view, previous, following, related.get(view.id, ())
            )
            yield File(paths.article_name(view.id), page)


def _list_related_views(site: Site, ids: Sequence[str]) -> dict[str, list[View]]:
    """Return article id -> views of the articles on the same subject. A view holds what may be
    shown of an article; these have only what a link shows, such as title and source. `ids`: of the
    articles whose related articles are wanted."""
    related_ids = site.index.related(ids)
    all_ids: set[str] = set()
    for others in related_ids.values():
        all_ids.update(others)
    views = {view.id: view for view in site.entries.views(sorted(all_ids), "link")}
    related_views: dict[str, list[View]] = {}
    for article_id, others in related_ids.items():
        related_views[article_id] = [views[other] for other in others if other in views]
    return related_views


def _list_whole_views(site: Site, ids: Iterable[str]) -> list[View]:
    """Return the views of those articles that may be shown whole, oldest first."""
    views = [view for view in site.entries.views(sorted(ids), None) if view.html]
    return sorted(views, key=lambda view: (view.published, view.id))


def _fingerprint_days(keys: Sequence[FeedKey], index: Members, other_input: str) -> dict[str, str]:
    """Return UTC day -> fingerprint of everything that the pages of its articles depend on, by
    ascending day: the articles of the day, of the day before and the day after (the pages link
    them), and related articles. `keys`: the feeds whose articles have pages; `other_input`: a
    fingerprint of all other input."""
    # day -> number and fingerprint of the articles of each feed, as text
    parts: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for day, (count, articles_fingerprint) in index.days(key).items():
            parts[day].append(f"{key.slug}={count},{articles_fingerprint}")
    days = sorted(parts)
    summaries = ["\n".join(parts[day]) for day in days]
    earlier_summaries = ["", *summaries]
    later_summaries = [*summaries[1:], ""]
    related = index.related_days(keys)
    fingerprints: dict[str, str] = {}
    for day, earlier, summary, later in zip(
        days, earlier_summaries, summaries, later_summaries, strict=False
    ):
        summary_with_links = [earlier, summary, later, related.get(day, "")]
        fingerprints[day] = make_fingerprint(_PAGE_VERSION, other_input, summary_with_links)
    return fingerprints


def _list_ids_by_day(
    keys: Sequence[FeedKey], index: Members, days: Sequence[str]
) -> dict[str, set[str]]:
    """Return UTC day -> ids of the articles that were published on it. `keys`: the feeds whose
    articles count; `days`: ascending; all days from the first to the last of them are returned."""
    ids_by_day: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        for day, article_ids in index.list_ids_by_day(key, days[0], days[-1]).items():
            ids_by_day[day].update(article_ids)
    return ids_by_day
