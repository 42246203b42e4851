"""Pages of a followed site that only sources of other sites announce."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.contexts import make_filing_context
from syndicator.core.model import Article, Origin, make_article_id
from syndicator.filing.dedupe import RECENT, keep_out_of_feeds
from tests.filing.test_similarity import make_prose
from tests.instances import NOW, Instance, store_articles

STORY = make_prose(1, 300)
NEWS = NOW - timedelta(hours=2)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def file_announced_page(instance: Instance, url: str, **fields: Any) -> Article | None:
    """Return the article as it is filed for a page that the source `two` announces, or None if it
    is listed in the feeds as usual. Sources one and two are followed."""
    origin = Origin(url="https://two.example/feed")
    given = {
        "source_key": "two",
        "origin": origin,
        "added": NOW,
        "body": make_prose(2, 300),
        **fields,
    }
    with instance.open_app() as app:
        return keep_out_of_feeds(
            Article(id=make_article_id(url), url=url, **{"title": "A page", **given}),
            make_filing_context(app.archive, app.configuration.sources),
            NOW,
        )


@pytest.mark.parametrize(
    "published",
    [None, NOW - RECENT - timedelta(days=1), NOW],
    ids=["undated", "old", "no earlier than now"],
)
def test_what_is_old_undated_or_still_to_come_is_unlisted(
    instance: Instance, published: Any
) -> None:
    """A page of a followed site that only another source announces is filed, but stays out of
    the feeds if it is no recent news."""
    article = file_announced_page(instance, "https://one.example/old", published=published)

    assert article is not None
    assert article.unlisted
    assert not article.merged_into


def test_news_is_listed(instance: Instance) -> None:
    """A page of a followed site that another source announces is published if its date is
    recent."""
    unlisted = file_announced_page(instance, "https://one.example/news", published=NEWS)

    assert unlisted is None


def test_a_page_of_a_site_that_nobody_follows_is_listed(instance: Instance) -> None:
    """An old page is published if no source is followed on its site: nobody owns it."""
    assert file_announced_page(instance, "https://elsewhere.example/old") is None


def test_a_page_of_the_source_itself_is_listed(instance: Instance) -> None:
    """An old page is published if the source announces its own site."""
    assert file_announced_page(instance, "https://two.example/old") is None


def test_a_page_that_holds_a_story_of_its_site_is_a_copy_of_it(instance: Instance) -> None:
    """If such a page (a print version) has the text of the site's story, it is merged into that
    story instead; another text is not."""
    with instance.open_app() as app:
        first_article = store_articles(
            app, "The story", STORY, source_key="one", url="https://one.example/story"
        )
    article = file_announced_page(
        instance,
        "https://one.example/print/story",
        title="The story",
        body=f"{STORY} {make_prose(3, 60)}",
    )

    assert article is not None
    assert article.merged_into == first_article.id
    assert article.unlisted is False

    with_other_text = file_announced_page(
        instance, "https://one.example/other", title="The story", published=NEWS
    )

    assert with_other_text is None
