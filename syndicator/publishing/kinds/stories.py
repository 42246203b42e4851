"""Make the pages of stories: each shows the articles of several outlets on one event, by time."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from syndicator.core.axes import STORIES
from syndicator.core.formats import PAGE
from syndicator.publishing import paths
from syndicator.publishing.kinds.site import Site
from syndicator.publishing.kinds.targets import STORY_PAGES, File, Target, Urgency, make_fingerprint
from syndicator.publishing.stories.explanation import explain_story

_PAGE_VERSION: Final = "2"  # increase when these pages change


def is_stories_feed_planned(site: Site) -> bool:
    """Return True if this build compares the feed of stories, which changes with each story."""
    return site.is_compared(STORIES)


def list_targets(site: Site) -> Iterator[Target]:
    """Yield a target (a file that a build makes) for the page of each story, an event that several
    outlets report. Yield nothing if the feed of stories has no HTML page. A story whose reports
    were separated again has no page."""
    has_pages = any(spec.key == STORIES and PAGE in spec.formats for spec in site.inputs.specs)
    if not has_pages:
        return
    for story, display_digest in site.index.digest_stories().items():
        yield Target(
            id=paths.story_name(story),
            owner=STORY_PAGES,
            made_of=make_fingerprint(_PAGE_VERSION, site.common_fingerprint, display_digest),
            make=partial(_make_page, site, story),
            urgency=Urgency.LINKED,
        )


def _make_page(site: Site, story: str) -> Iterator[File]:
    """Yield the file of a story's page; nothing if no article of the story is published. `story`:
    the id of the story."""
    articles_by_story = site.index.story_articles([story])
    article_ids = [article_id for article_id, _ in articles_by_story.get(story, ())]
    if not article_ids:
        return
    lead_id = article_ids[0]  # the article that stands for the story
    views = site.entries.views(article_ids, None)
    list_items = site.entries.list_items(article_ids, None)
    explained = None
    stored_story = site.index.reports([lead_id]).get(lead_id)
    if stored_story is not None:
        explained = explain_story(
            stored_story,
            {view.id: view for view in views},
            lead_id,
            site.entries.split,
            site.entries.may_quote,
        )
    name = paths.story_name(story)
    yield File(name, site.pages.render_story_page(name, views, list_items, explained))
