"""The demo's pages contain the stories that their descriptions promise, and the traps."""

from __future__ import annotations

import html
import re

import pytest

from syndicator.cli.demo import site_files
from syndicator.cli.demo.feeds import SITES
from syndicator.cli.demo.site_files import FIRST_DAY, Story, load_stories, parse_story
from syndicator.core.text import line

PLACES = {place.key: place for place in SITES}
STORIES = {story.key: story for story in load_stories()}
ARTICLES = {key: story for key, story in STORIES.items() if story.truth and story.truth.is_article}


def extract_visible_text(markup: str) -> str:
    """The visible text of a page as one line."""
    without = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", markup)
    return line(
        html.unescape(
            re.sub(r"<[^>]+>", " ", re.sub(r"</?(a|strong|em|code|span)\b[^>]*>", "", without))
        )
    )


def render_story_page(story: Story) -> str:
    others = [
        other for other in STORIES.values() if other.site == story.site and other is not story
    ][:4]
    return site_files.render_page(
        PLACES[story.site], "http://site.test", "http://site.test/feed", story, others
    )


def test_there_are_enough_of_them_in_several_languages() -> None:
    """The demo has at least 25 articles in three languages with all kinds of markup."""
    assert len(ARTICLES) >= 25
    assert {story.language for story in ARTICLES.values()} == {"en", "de", "ja"}
    assert {story.site for story in STORIES.values()} == {site.key for site in SITES}

    bodies = " ".join(story.body for story in STORIES.values())
    for element in (
        "<ul>",
        "<ol>",
        "<table>",
        "<pre><code",
        "<blockquote>",
        "<figure>",
        "<h2>",
        "<img",
        "<a href",
    ):
        assert bodies.count(element) >= 3, element


@pytest.mark.parametrize("key", STORIES)
def test_dates_are_fixed_and_in_the_past(key: str) -> None:
    """Every demo story has a fixed date with a time zone in 2025, and an update date only if that
    is later."""
    story = STORIES[key]

    assert story.published.tzinfo is not None
    assert story.published > FIRST_DAY
    assert story.published.year == 2025
    assert story.updated is None or story.updated > story.published


@pytest.mark.parametrize("key", ARTICLES)
def test_the_page_holds_what_its_truth_says(key: str) -> None:
    """Each demo page contains the title, author and passages of its truth."""
    story = ARTICLES[key]
    text = extract_visible_text(render_story_page(ARTICLES[key]))

    assert story.truth is not None
    assert story.truth.title in text
    assert story.author in text
    assert len(story.truth.must_have) >= 1
    assert [phrase for phrase in story.truth.must_have if phrase not in text] == []


@pytest.mark.parametrize("key", ARTICLES)
def test_every_trap_stands_on_the_page_and_not_in_the_story(key: str) -> None:
    """Each text that must not be read is on the page but outside the story; three texts of walls
    are only on pages with a wall."""
    story = ARTICLES[key]

    assert story.truth is not None

    text = extract_visible_text(render_story_page(story))
    story_text = extract_visible_text(story.body)
    on_page = (*story.truth.must_not, *PLACES[story.site].boilerplate)
    wall = story.extra.get("wall")
    for trap in on_page:
        assert trap not in story_text
        if (
            trap
            not in (
                "Subscribe to continue reading",
                "Already a subscriber?",
                "appeared first on",
            )
            or wall
        ):
            assert trap in text, trap


def test_a_wall_shows_no_article() -> None:
    """The demo pages that are not articles are behind a paywall, a consent wall or robots.txt; the
    consent wall hides even the title."""
    walls = {key: STORIES[key] for key in STORIES if key not in ARTICLES}

    assert {story.truth.kind for story in walls.values() if story.truth} == {
        "paywall",
        "consent",
        "robots",
    }

    consent = next(story for story in walls.values() if story.extra.get("wall") == "consent")

    assert consent.title not in render_story_page(consent)


def test_the_launchbeat_page_sets_every_trap() -> None:
    """One demo page has all known traps: an advertisement inside the text, a title suffix, the site
    as author, and finance words in a story about AI."""
    story = STORIES["launchbeat/tallyfox-teaches-chatgpt-to-read-a-balance-sheet"]
    markup = render_story_page(story)

    assert f"<title>{html.escape(story.title)} | Launchbeat</title>" in markup
    assert '<meta name="author" content="Launchbeat">' in markup
    assert markup.index("Launchbeat event") < markup.index("The model asks, the ledger answers")
    assert '<p class="wp-block-paragraph">&nbsp;</p>' in markup

    story_text = extract_visible_text(story.body).lower()

    assert (
        sum(
            story_text.count(word)
            for word in ("revenue", "margin", "investor", "valuation", "series b", "bank")
        )
        >= 8
    )
    assert story.truth is not None
    assert story.truth.category == "AI"
    assert story.truth.tags == ("AI", "ChatGPT", "LLM")
    assert story.truth.author == "Ines Okafor"


def test_two_sites_carry_one_story() -> None:
    """The demo has one copied story: another title, but the same text after the first
    paragraphs."""
    copy = STORIES["parallel/the-pothole-commons"]
    first = STORIES[copy.extra["same_as"]]

    assert copy.title != first.title

    shared = extract_visible_text(first.body).partition("Pictures stay at home")[2]

    assert len(shared) > 800
    assert shared in extract_visible_text(copy.body)


def test_a_story_file_is_toml_and_html() -> None:
    """A story file is a TOML head between `+++` lines and an HTML body; an empty author means none,
    and the true date defaults to the published one."""
    story = parse_story(
        '+++\ntitle = "T"\nauthor = ""\npublished = 2025-10-01T10:00:00Z\n[truth]\nmust_have ='
        ' ["x"]\n+++\n<p>x</p>\n',
        "holt",
        "t",
    )

    assert story.truth is not None
    assert story.key == "holt/t"
    assert story.body == "<p>x</p>"
    assert story.truth.author is None
    assert story.truth.date == "2025-10-01"
    assert story.truth.must_have == ("x",)
