"""Make the pages of stories: each shows the reports of one event by time."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from syndicator.core.axes import STORIES
from syndicator.core.formats import PAGE
from syndicator.publishing import paths
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import STORY_PAGES, File, Target, Urgency, make_fingerprint
from syndicator.publishing.stories.explanation import explain_story

_FORM: Final = "2"  # increase when these pages change


def is_stories_feed_planned(site: Site) -> bool:
    """Return True if the feed of stories is looked at, which changes with each of them."""
    return site.looks_at(STORIES)


def list_targets(site: Site) -> Iterator[Target]:
    """Yield the page of each story. A story that fell apart has none."""
    if not any(spec.key == STORIES and PAGE in spec.formats for spec in site.inputs.specs):
        return
    for story, shown in site.index.told().items():
        yield Target(
            id=paths.story_name(story),
            owner=STORY_PAGES,
            made_of=make_fingerprint(_FORM, site.about, shown),
            make=partial(_make_page, site, story),
            urgency=Urgency.LINKED,
        )


def _make_page(site: Site, story: str) -> Iterator[File]:
    ids = [article_id for article_id, _ in site.index.story_articles([story]).get(story, ())]
    if not ids:
        return
    name = paths.story_name(story)
    views = site.entries.views(ids, None)
    items = site.entries.stories(ids, None)
    by_id = {view.id: view for view in views}
    known = site.index.reports(ids[:1]).get(ids[0])
    explained = None
    if known is not None:
        explained = explain_story(known, by_id, ids[0], site.entries.split, site.entries.may_quote)
    yield File(name, site.pages.story_page(name, views, items, explained))
