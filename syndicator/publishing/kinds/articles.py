"""Pages of articles that are published whole, by UTC day of publication.

Each page links the previous and the next such page by publication time, so one more article changes
the pages of at most three days: its own and the nearest days with pages."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from syndicator.configuration.settings import Settings
from syndicator.core.axes import SOURCE
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, Source
from syndicator.core.ports import ArticleIndex
from syndicator.publishing import paths
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import ARTICLES, File, Target, Urgency, digest
from syndicator.publishing.render.view import View

_FORM: Final = "1"  # increase when these pages change


def published_whole(settings: Settings, sources: Mapping[str, Source]) -> list[FeedKey]:
    """Return the feeds of the sources whose articles have pages of their own."""
    shown = ("full", "excerpt") if settings.publish.secret_path else ("full",)
    if PAGE not in settings.publish.formats:
        return []
    return sorted(
        FeedKey(SOURCE, source.key) for source in sources.values() if source.content in shown
    )


def targets(site: Site) -> Iterator[Target]:
    """Yield the pages of each day."""
    keys = published_whole(site.settings, site.inputs.sources)
    made_of = _days(keys, site.index, site.about)
    days = list(made_of)
    for day, fingerprint in made_of.items():
        yield Target(
            id=f"{paths.ARTICLES}{day}",
            owner=ARTICLES,
            made_of=fingerprint,
            make=partial(_make, site, keys, days, day),
            urgency=Urgency.LINKED,
        )


def _make(site: Site, keys: Sequence[FeedKey], days: Sequence[str], day: str) -> Iterator[File]:
    """Yield the pages of a day. `days`: all with pages, ascending."""
    at = bisect_left(days, day)
    near = days[max(at - 1, 0) : at + 2]
    ids = _ids(keys, site.index, near)
    views = {one: _shown_whole(site, sorted(ids.get(one, ()))) for one in near}
    before = views[days[at - 1]] if at else []
    after = views[days[at + 1]] if at + 1 < len(days) else []
    today = views[day]
    previous: list[View | None] = [before[-1] if before else None, *today]
    following: list[View | None] = [*today[1:], after[0] if after else None]
    for view, earlier, later in zip(today, previous, following, strict=False):
        yield File(paths.article_name(view.id), site.pages.article_page(view, earlier, later))


def _shown_whole(site: Site, ids: Sequence[str]) -> list[View]:
    """Return the articles that may be shown whole, oldest first."""
    views = [view for view in site.entries.views(ids, None) if view.html]
    return sorted(views, key=lambda view: (view.published, view.id))


def _days(keys: Sequence[FeedKey], index: ArticleIndex, about: str) -> dict[str, str]:
    """Return UTC day -> fingerprint: its articles, those of the days beside it, and other input
    (`about`)."""
    parts: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for day, (count, of_day) in index.days(key).items():
            parts[day].append(f"{key.slug}={count},{of_day}")
    order = sorted(parts)
    told_of = ["", *("\n".join(parts[day]) for day in order), ""]
    return {day: digest(_FORM, about, told_of[at : at + 3]) for at, day in enumerate(order)}


def _ids(keys: Sequence[FeedKey], index: ArticleIndex, days: Sequence[str]) -> dict[str, set[str]]:
    """Return UTC day -> ids of the articles, from the earliest to the latest of `days`."""
    ids_of: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        for day, ids in index.day_ids(key, days[0], days[-1]).items():
            ids_of[day].update(ids)
    return ids_of
