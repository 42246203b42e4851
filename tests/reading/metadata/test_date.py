"""Find the publication date of a page, as machines and people write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Entry
from syndicator.reading.html.document import parse
from syndicator.reading.metadata import date
from syndicator.reading.metadata.survey import survey_body

URL = "https://www.harbourpost.example/last-ferry"
HEADLINE = "<h1>The Last Ferry</h1>"
PARAGRAPH = "<p>" + "Nobody on the pier waved when the ferry left at dawn. " * 10 + "</p>"
JUNE_2024 = datetime(2024, 6, 1, tzinfo=UTC)


def read_published(
    html: str, url: str = URL, entry: Entry | None = None, now: datetime | None = JUNE_2024
) -> datetime | None:
    page = parse(f"<html>{html}</html>".encode(), url)
    return date.choose_published(page, entry, survey_body(page.tree, "The Last Ferry"), now).value


def read_day(html: str, url: str = URL) -> str:
    result = read_published(html, url)
    return result.date().isoformat() if result else ""


@pytest.mark.parametrize(
    "written",
    [
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "99991231T235959-1400",
        "Fri, 31 Dec 9999 23:59 -1400",
    ],
)
def test_a_moment_that_utc_cannot_express_is_none(written: str) -> None:
    """A date that would be outside of the years 1 to 9999 in UTC is ignored wherever it is
    found."""
    in_head = f'<meta property="article:published_time" content="{written}">'

    # as a whole text
    assert date.parse_date_text(written) is None
    # within a longer text: at most its day is found, no second one
    assert len(list(date.find_days(written.replace(",", "")))) <= 1
    # in the head of a page
    assert read_published(in_head + HEADLINE + PARAGRAPH) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-14T22:40:00+00:00", "2024-03-14T22:40:00+00:00"),
        ("2024-03-14T22:40:00.123Z", "2024-03-14T22:40:00+00:00"),
        ("2024-03-14T22:40:00-0700", "2024-03-14T22:40:00-07:00"),
        ("2024-03-14 22:40", "2024-03-14T22:40:00+00:00"),
        ("20240314T224000Z", "2024-03-14T22:40:00+00:00"),
        ("20240314", "2024-03-14T00:00:00+00:00"),
        ("2024/3/4", "2024-03-04T00:00:00+00:00"),
        ("Thu, 14 Mar 2024 22:40:00 GMT", "2024-03-14T22:40:00+00:00"),
        ("1710456000", "2024-03-14T22:40:00+00:00"),
        ("1710456000000", "2024-03-14T22:40:00+00:00"),
        ("March 14, 2024", "2024-03-14T00:00:00+00:00"),
        ("Mar. 14th, 2024 at 5:30 p.m.", "2024-03-14T17:30:00+00:00"),
        ("Mar. 14th, 2024 at 12:30 a.m.", "2024-03-14T00:30:00+00:00"),
        ("Mar. 14th, 2024 at 12:30 p.m.", "2024-03-14T12:30:00+00:00"),
        ("14 March 2024", "2024-03-14T00:00:00+00:00"),
        ("14. März 2024, 17:30 Uhr", "2024-03-14T17:30:00+00:00"),
        ("14.03.2024", "2024-03-14T00:00:00+00:00"),
        ("4. 2. 2022", "2022-02-04T00:00:00+00:00"),
        ("06.11.23", "2023-11-06T00:00:00+00:00"),
        ("le 1er février 2024", "2024-02-01T00:00:00+00:00"),
        ("5 de mayo de 2022", "2022-05-05T00:00:00+00:00"),
        ("03 de maio de 2022, 22h10", "2022-05-03T00:00:00+00:00"),
        ("11 settembre 2020", "2020-09-11T00:00:00+00:00"),
        ("12 maart 2006", "2006-03-12T00:00:00+00:00"),
        ("24 października 2021", "2021-10-24T00:00:00+00:00"),
        ("15 августа 2023, 12:40", "2023-08-15T12:40:00+00:00"),
        ("2019年4月12日", "2019-04-12T00:00:00+00:00"),
        ("2019년 4월 12일", "2019-04-12T00:00:00+00:00"),
        ("17 Kasım 2022", "2022-11-17T00:00:00+00:00"),
        ("3 helmikuuta 2021", "2021-02-03T00:00:00+00:00"),
    ],
)
def test_a_date_as_written(written: str, expected: str) -> None:
    """Dates as machines and people of many languages write them are read, in UTC if no zone is
    given."""
    parsed = date.parse_date_text(written)
    assert parsed is not None
    assert parsed.isoformat() == expected


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2024", "99.99.2024", "2024-13-45", "version 1.2.3", "May", "0000-00-00"],
)
def test_texts_without_a_date(written: str) -> None:
    """Words, impossible dates and version numbers are not read as dates."""
    assert date.parse_date_text(written) is None


@given(st.integers(0, 36_000))
def test_every_day_is_read_back(days: int) -> None:
    """Every day since 1991 is read back from its ISO, German and Japanese form."""
    day = datetime(1991, 1, 1, tzinfo=UTC) + timedelta(days=days)
    iso = f"{day:%Y-%m-%d}"
    german = f"{day:%d.%m.%Y}"
    japanese = f"{day.year}年{day.month}月{day.day}日"

    for written in (iso, german, japanese):
        parsed = date.parse_date_text(written)
        assert parsed is not None
        assert parsed.date() == day.date()


@given(st.text(max_size=200))
def test_any_text_is_a_date_or_none(written: str) -> None:
    """Any text gives a date with a time zone, or None, and raises nothing."""
    parsed = date.parse_date_text(written)
    assert parsed is None or parsed.tzinfo is not None


def test_the_order_of_day_and_month() -> None:
    """The page's language decides whether 3/4/2021 is in March or April; 24 can only be the day."""
    for language, written, expected in (
        ("en-US", "3/4/2021", "2021-03-04"),
        ("en-GB", "3/4/2021", "2021-04-03"),
        ("en-GB", "3/24/2021", "2021-03-24"),
        ("fr", "3/4/2021", "2021-04-03"),
    ):
        meta = f'<meta http-equiv="content-language" content="{language}">'
        assert read_day(f"{meta}{HEADLINE}<p>{written}</p>{PARAGRAPH}") == expected


@pytest.mark.parametrize(
    "visible_date",
    [
        '<time datetime="2023-05-06T10:00:00+02:00">yesterday</time>',
        '<div class="entry-meta">Published on May 6, 2023 · 4 min read</div>',
        "<p>06.05.2023</p>",
        "<p>Updated: 1 July 2023</p><p>Published: 6 May 2023</p>",
        '<p>Last modified <time datetime="2023-07-01">1 July</time></p><p>6 May 2023</p>',
    ],
)
def test_the_date_that_readers_see(visible_date: str) -> None:
    """The visible date near the headline is the date of publication, not the one marked as an
    update."""
    assert read_day(HEADLINE + visible_date + PARAGRAPH) == "2023-05-06"


@pytest.mark.parametrize(
    ("characters_above", "characters_below", "expected"),
    [
        (None, 1_100, "2023-05-06"),
        (None, 1_300, "2021-02-03"),
        (400, None, "2023-05-06"),
        (600, None, "2021-02-03"),
    ],
)
def test_a_date_counts_near_the_heading_only(
    characters_above: int | None, characters_below: int | None, expected: str
) -> None:
    """A visible date counts up to 500 characters before and 1,200 after the heading; farther
    away the date in the address (3 February 2021) does."""
    visible_date = "<p>6 May 2023</p>"
    above = below = ""
    # "word " has five characters
    if characters_above:
        above = f"{visible_date}<p>{'word ' * (characters_above // 5)}</p>"
    if characters_below:
        below = f"<p>{'word ' * (characters_below // 5)}</p>{visible_date}"

    address = "https://www.harbourpost.example/2021/02/03/last-ferry"

    assert read_day(above + HEADLINE + below + PARAGRAPH, address) == expected


def test_a_date_below_the_heading_beats_a_nearer_one_above_it() -> None:
    """A date below the heading is preferred to a nearer one above it, which counts only alone."""
    above = "<p>1 July 2023</p>"
    below_a_line = "<p>From our man at the pier, in the rain</p><p>6 May 2023</p>"

    assert read_day(above + HEADLINE + below_a_line + PARAGRAPH) == "2023-05-06"
    assert read_day(above + HEADLINE + PARAGRAPH) == "2023-07-01"


def test_an_earlier_time_element_beside_the_headline_beats_the_head() -> None:
    """A `<time>` beside the headline wins over the date in the head (17 November 2023) if it is
    earlier; a later one, that of an update and a date within a sentence do not."""

    def read_day_with(beside_headline: str) -> str:
        in_head = '<meta property="article:published_time" content="2023-11-17">'
        return read_day(in_head + HEADLINE + beside_headline + PARAGRAPH)

    earlier = '<time datetime="2023-05-06">6 May</time>'
    later = '<time datetime="2024-02-02">2 February</time>'

    assert read_day_with(earlier) == "2023-05-06"
    assert read_day_with(later) == "2023-11-17"
    assert read_day_with(f"<p>Updated {earlier}</p>") == "2023-11-17"
    assert read_day_with("<p>The boat came on 6 May 2023</p>") == "2023-11-17"


def test_a_sentence_states_when_a_text_first_appeared() -> None:
    """A note that states the original publication wins over the later date below the headline."""
    note = (
        "<p>This article was originally published on 6 May 2023 at 4:12pm but has been updated to"
        " keep it current.</p>"
    )
    assert read_day(HEADLINE + "<p>30 September 2023</p>" + PARAGRAPH + note) == "2023-05-06"


def test_dates_of_comments_and_other_articles_do_not_count() -> None:
    """Dates of related articles and comments are ignored."""
    related = '<div class="related"><time datetime="2019-01-01">1 January 2019</time></div>'
    own = "<p>6 May 2023</p>"
    comment = '<div class="comment"><time datetime="2023-06-01"></time></div>'

    assert read_day(related + HEADLINE + own + PARAGRAPH + comment) == "2023-05-06"


def test_a_machine_date_in_utc_keeps_its_moment_and_shows_the_site_s_day() -> None:
    """The page shows 3 May and states 00:53 UTC on 4 May: the time stays, in a time zone in
    which it is 3 May."""
    result = read_published(
        '<meta property="article:published_time" content="2022-05-04T00:53:29Z">'
        + HEADLINE
        + "<p>3 de mayo de 2022</p>"
    )

    assert result is not None
    assert result.date().isoformat() == "2022-05-03"
    assert result == datetime(2022, 5, 4, 0, 53, 29, tzinfo=UTC)


def test_published_not_updated_and_not_in_the_future() -> None:
    """The date of a change is ignored, and a date after `now` (1 June 2024) is refused; without
    `now` it is taken."""
    changed = '<meta property="article:modified_time" content="2024-05-05">'
    past = '<meta property="article:published_time" content="2023-05-06">'
    future = '<meta property="article:published_time" content="2031-01-01">'

    assert read_day(changed + past + HEADLINE) == "2023-05-06"
    assert read_published(future + HEADLINE, now=datetime(2024, 6, 1, tzinfo=UTC)) is None
    assert read_published(future + HEADLINE, now=None) == datetime(2031, 1, 1, tzinfo=UTC)


def test_the_date_in_the_url_counts_and_a_copyright_year_does_not() -> None:
    """Without a stated date the one in the address is taken; a copyright year is no date."""
    address = "https://www.harbourpost.example/2021/02/03/last-ferry"

    assert read_day(HEADLINE + PARAGRAPH, address) == "2021-02-03"
    assert read_day(HEADLINE + PARAGRAPH + "<footer>© 2022 Harbour Post</footer>") == ""


def test_a_date_in_the_source_counts_if_there_is_no_other() -> None:
    """As the last resort a full date in a picture's address is used; a month alone is not a
    date."""
    picture_of_a_day = '<img src="/photos/2020/04/17/boat.jpg">'
    link_to_a_month = '<a href="/archive/2020/04/">April</a>'

    assert read_day(HEADLINE + PARAGRAPH + picture_of_a_day) == "2020-04-17"
    assert read_day(HEADLINE + PARAGRAPH + link_to_a_month) == ""


def test_the_date_of_the_entry_comes_first() -> None:
    """The feed's date wins over the page's, unless it is impossible (the year 1)."""
    page = '<meta name="date" content="2020-01-01">'
    announced = Entry(id="1", published=datetime(2024, 5, 29, tzinfo=UTC))
    broken = Entry(id="1", published=datetime(1, 1, 1, tzinfo=UTC))

    assert read_published(page, entry=announced) == datetime(2024, 5, 29, tzinfo=UTC)
    assert read_published(page, entry=broken) == datetime(2020, 1, 1, tzinfo=UTC)


def test_the_time_of_an_update_is_read_from_the_head() -> None:
    """The time of the last change is read from `article:modified_time`, with its time zone."""
    page = parse(
        b'<meta property="article:modified_time" content="2024-03-20T08:00:00+01:00"><p>x', URL
    )
    updated = date.choose_updated(page, None, JUNE_2024).value

    assert updated is not None
    assert updated.isoformat() == "2024-03-20T08:00:00+01:00"


@pytest.mark.parametrize(
    "html",
    ["<p>" + "2024-01-" * 100_000 + "</p>", "<p>1 may </p>" * 20_000, "<p>" + "a\n" * 200_000],
)
def test_hostile_dates_end(html: str) -> None:
    """A search through very many half or whole dates comes to an end, with no date or a
    possible one (no year before 1990)."""
    found = read_published(HEADLINE + html)
    assert found is None or found.year >= 1990


def test_the_day_on_which_a_user_joined_is_not_the_post_s() -> None:
    """In a forum the date of the first post counts, not the day on which its author registered."""
    author_profile = (
        "<dl><dd class='profile-joined'><strong>Joined:</strong> 24 July 2017</dd><dd>Registriert:"
        " 24.07.2017</dd></dl>"
    )
    post = "<p>by <b>keel</b> » <time datetime='2024-02-24T18:41:02Z'>24 Feb</time></p>"
    published = read_published(HEADLINE + author_profile + post, "https://forum.example/t/ferry/1")

    assert published == datetime(2024, 2, 24, 18, 41, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "other",
    [
        '{"@type": "NewsArticle", "headline": "Herring is back in the bay", "url":'
        ' "https://www.harbourpost.example/herring", "datePublished": "2019-01-02"}',
        '{"@type": "SocialMediaPosting", "headline": "The Last Ferry", "inReplyTo":'
        ' "https://www.harbourpost.example/last-ferry", "datePublished": "2019-01-02"}',
    ],
)
def test_the_date_of_another_item_comes_after_the_dates_of_the_page(other: str) -> None:
    """The date of JSON-LD about another article (2019) is used only if the page itself ("The
    Last Ferry", 3 May 2024) has no date in its head and none beside its headline."""
    head = f'<title>The Last Ferry</title><script type="application/ld+json">{other}</script>'
    own_in_head = '<meta property="article:published_time" content="2024-05-03">'
    own_visible = "<time datetime='2024-05-03'>3 May</time>"

    assert read_day(head + own_in_head + HEADLINE + PARAGRAPH) == "2024-05-03"
    assert read_day(head + HEADLINE + own_visible + PARAGRAPH) == "2024-05-03"
    assert read_day(head + HEADLINE + PARAGRAPH) == "2019-01-02"


@pytest.mark.parametrize(
    "stated",
    [
        '{"@type": "NewsArticle", "headline": "The Last Ferry leaves", "url":'
        ' "https://www.harbourpost.example/amp/last-ferry", "datePublished": "2024-05-03"}',
        '{"@type": "NewsArticle", "headline": "Boats", "url":'
        ' "https://www.harbourpost.example/last-ferry/", "datePublished": "2024-05-03"}',
    ],
)
def test_an_item_with_the_headline_or_address_of_the_page_is_about_the_page(stated: str) -> None:
    """JSON-LD is about this page ("The Last Ferry", at `/last-ferry`) if its headline or its
    address says so; then its date, 3 May, wins over another one in the head, 9 May."""
    title = "<title>The Last Ferry</title>"
    script = f'<script type="application/ld+json">{stated}</script>'
    other_date = '<meta property="article:published_time" content="2024-05-09">'

    assert read_day(title + script + other_date + HEADLINE + PARAGRAPH) == "2024-05-03"


def test_the_date_of_a_comment_is_not_the_page_s() -> None:
    """The microdata date of a comment is ignored, although it is earlier than the visible date."""
    comment = (
        '<div itemscope itemtype="https://schema.org/Comment"><meta itemprop="datePublished"'
        ' content="2019-01-02">A fine boat.</div>'
    )
    shown = "<span class='date'>3 May 2024</span>"
    assert read_day(HEADLINE + shown + PARAGRAPH + comment) == "2024-05-03"
