"""The lead stories of the front page, and its links."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest
from lxml import html

from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing.render.head import Links
from syndicator.publishing.render.view import Picture, View, make_view
from syndicator.publishing.web import about, calendar, front
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import INSTANCE, START, make_article, publish_feeds

PICTURE = Picture(name="thumbs/1.webp", width=640, height=360)


def make_front_view(number: int, source: str, **more: Any) -> View:
    view = make_view(
        make_article(number, source_key=source, url=f"https://{source}.example/{number}"),
        None,
        INSTANCE,
        None,
        "",
    )
    return replace(view, published=START + timedelta(minutes=number), **more)


def list_lead_numbers(views: list[View], *stories: list[View]) -> list[str]:
    """Return the numbers of the lead stories, which end their addresses."""
    urls = {view.id: view.url.rpartition("/")[2] for view in views}
    groups = front.group_stories(views, [[view.id for view in story] for story in stories])
    return [urls[article_id] for article_id in front.choose_leads(groups)]


def test_stories_of_several_sources_lead_then_pictures_then_the_newest() -> None:
    """Story 1 leads, since another source reported it too (`related`); then 2, which has a picture;
    then 4 and 3, the newest first."""
    reported_twice = make_front_view(1, "a", related=("https://other.example/1",))
    views = [
        make_front_view(4, "d"),
        make_front_view(3, "c"),
        make_front_view(2, "b", picture=PICTURE),
        reported_twice,
    ]
    assert list_lead_numbers(views) == ["1", "2", "4", "3"]


def test_copies_of_an_agency_lead_no_page_and_a_story_of_the_morning_sinks() -> None:
    """A story with two different reports (4, 5) leads before three copies of one agency text (1 to
    3); half a day later a newer single story (9) leads. `list_lead_numbers` takes all reports, and
    those that are one story; a story leads by its first report."""
    agency = "Twelve people died in the quake at dawn, said the mayor of the old port of Sant Orel."
    copies = [make_front_view(n, f"copy{n}", summary=agency) for n in (1, 2, 3)]
    different_reports = [
        make_front_view(
            4, "e", summary="Rescuers searched the ruins of the harbour through the whole night."
        ),
        make_front_view(
            5, "f", summary="The prime minister flew to the island and met those who lost homes."
        ),
    ]
    views = [*different_reports[::-1], *copies[::-1]]

    assert list_lead_numbers(views, copies, different_reports) == ["4", "1"]

    snow = make_front_view(9, "g", summary="Snow fell.")
    snow = replace(snow, published=START + timedelta(hours=13))

    assert list_lead_numbers([snow, *views], copies, different_reports)[0] == "9"


def test_each_lead_is_of_another_source_as_far_as_there_are() -> None:
    """The first leads come from different sources; a second story of a source (8 of "a") only fills
    up the four places, but stands where it is by its time."""
    views = [
        make_front_view(9, "a"),
        make_front_view(8, "a"),
        make_front_view(7, "a"),
        make_front_view(6, "b"),
        make_front_view(5, "c"),
    ]
    assert list_lead_numbers(views) == ["9", "8", "6", "5"]


def test_leads_are_of_the_newest_day_if_it_has_enough_stories() -> None:
    """Leads are stories of the newest day, if it has four, and not one of the day before (number
    1), though many outlets reported it; with fewer it is added. Without stories nothing leads."""
    yesterday = replace(
        make_front_view(1, "z", related=("https://a.example/", "https://b.example/")),
        published=START - timedelta(days=1),
    )
    two, three, four, five = (make_front_view(number, f"s{number}") for number in range(2, 6))

    assert list_lead_numbers([two, three, four, five, yesterday]) == ["5", "4", "3", "2"]
    assert list_lead_numbers([two, three, yesterday]) == ["3", "2", "1"]
    assert front.choose_leads({}) == []


def test_a_story_of_several_outlets_is_one_that_leads_with_a_picture_and_names_the_others() -> None:
    """Reports of several outlets are one story on the front page, shown as the report with a
    picture; the others are named, one per outlet: of the two of outlet b, the newer one. An article
    that is there no more ("gone") is left out."""
    with_picture = make_front_view(1, "a", picture=PICTURE)
    older_of_b = make_front_view(2, "b")
    newer_of_b = make_front_view(3, "b")
    alone = make_front_view(4, "d", picture=PICTURE)
    views = [alone, newer_of_b, older_of_b, with_picture]

    assert list_lead_numbers(views, [with_picture, older_of_b, newer_of_b]) == ["1", "4"]

    story = [with_picture.id, older_of_b.id, newer_of_b.id, "gone"]
    groups = front.group_stories(views, [story])
    others_of = {
        article_id: [other.id for other in others] for article_id, (_, others) in groups.items()
    }

    assert others_of == {with_picture.id: [newer_of_b.id], alone.id: []}

    line = front.make_line(*groups[with_picture.id], Links(base=""), "en", alone.published)

    assert line["also"] == [(newer_of_b.origin.title, newer_of_b.url)]


def test_sections_begin_with_the_category_of_most_articles_and_end_with_what_has_none() -> None:
    """Sections of the front page are ordered by the size of their category; unclassified stories
    ("-") come last. Times of today are shown as hours, others as days."""
    # twelve stories of three categories in turn; number 2 is German
    views = [
        make_front_view(n, "a", category=("AI", "Sea", "-")[n % 3], language="de" if n == 2 else "")
        for n in range(12)
    ]
    links = Links(base="", unclassified="-")

    # the lines of numbers 6 to 11 are shown a day later
    lines = [
        front.make_line(view, [], links, "en", views[-1].published + timedelta(days=n // 6))
        for n, view in enumerate(views)
    ]
    sizes = {"AI": 3, "Sea": 9, "-": 99}
    sections = front.group_by_category(lines, sizes)

    assert [(section.name, section.link) for section in sections] == [
        ("Sea", "categories/sea.html"),
        ("AI", "categories/ai.html"),
        ("", ""),
    ]

    sea, _, unclassified = sections
    numbers_of_sea = [line["entry"].url.rpartition("/")[2] for line in sea.lines]

    assert numbers_of_sea == ["10", "7", "4", "1"]
    assert [line["short"] for line in sea.lines] == ["3 Nov", "3 Nov", "08:04", "08:01"]
    assert [line["lang"] for line in unclassified.lines] == ["en", "en", "en", "de"]


def test_the_most_active_tags_are_sorted_by_the_number_that_they_show() -> None:
    """The tags of the front page are sorted by the number of its stories with that tag, not by
    their total; "odd" has no page and is left out."""
    total_of = {"ai": 9, "sea": 8, "law": 7}
    specs = [
        FeedSpec(key=FeedKey("tag", slug), name=slug, title=slug, first_slug=slug)
        for slug in total_of
    ]
    rows = {
        spec.key: FeedRow(
            key=spec.key, name=spec.name, first_slug=spec.name, count=total_of[spec.name]
        )
        for spec in specs
    }
    views = [
        make_front_view(0, "a", tags=("law",)),
        make_front_view(1, "a", tags=("law", "sea")),
        make_front_view(2, "a", tags=("law",)),
        make_front_view(3, "a", tags=("law", "sea", "odd")),
    ]

    assert front.find_frequent_tags(specs, rows, views) == [
        ("law", "tags/law.html", 4),
        ("sea", "tags/sea.html", 2),
    ]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    index = MemoryIndex(
        make_article(
            number,
            title=f"Story {number}",
            published=START - timedelta(days=number % 3),
            tags=("AI", f"Odd {number}"),
        )
        for number in range(9)
    )
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, tags=["AI"])
    return outlet.files


def test_the_front_page_has_every_story_once_the_newest_of_a_section_first(
    files: dict[str, bytes],
) -> None:
    """The front page shows every story once, each section with the newest first; the only source,
    Alpha, is named as the outlet. `files` has nine stories ("Story 0" to "Story 8"), without
    pictures."""
    page = html.fromstring(files["index.html"])
    titles = [node.text_content() for node in page.xpath("//a[@class='headline']")]

    assert sorted(titles) == [f"Story {number}" for number in range(9)]

    for section in page.xpath("//div[@class='lines']/section"):
        stamps = section.xpath(".//time/@datetime")
        assert stamps == sorted(stamps, reverse=True)

    assert page.xpath("//section[@class='leads']//img/@fetchpriority") == []
    assert {node.text_content() for node in page.xpath("//*[contains(@class, 'outlet')]")} == {
        "Alpha"
    }


def test_every_link_within_the_site_leads_to_a_file(files: dict[str, bytes]) -> None:
    """Every relative link of every page, resolved from its folder, leads to a published file."""
    for name, data in files.items():
        if name.endswith(".html"):
            assert b"\0" not in data
            for link in html.fromstring(data).xpath(
                "//a/@href | //link[@rel='stylesheet' or @rel='icon']/@href"
            ):
                if ":" not in link and not link.startswith("#"):
                    path = link.partition("#")[0].partition("?")[0]
                    target = PurePosixPath(name).parent / path

                    # resolve ".."
                    parts: list[str] = []
                    for part in target.parts:
                        parts = parts[:-1] if part == ".." else [*parts, part]
                    assert "/".join(parts).lstrip("/") in files, (name, link)


def test_source_category_and_tags_are_linked_and_a_tag_without_a_page_is_not(
    files: dict[str, bytes],
) -> None:
    """A story links its source, category and address. The tag "Odd 4" is too rare for a page, so it
    is plain text."""
    story = html.fromstring(files["tags/ai.html"]).xpath(
        "//li[@class='story'][.//h3//bdi[text()='Story 4']]"
    )[0]
    links = {link.text_content(): link.get("href") for link in story.xpath(".//a")}

    assert links["Alpha"] == "../sources/alpha.html"
    assert links["AI"] == "../categories/ai.html"
    assert links["Story 4"] == "https://alpha.example/4"
    assert "Odd 4" in story.text_content()
    assert "Odd 4" not in links


def test_headings_step_down_one_by_one(files: dict[str, bytes]) -> None:
    """Each page has one <h1>, and heading levels never skip one, as screen readers need."""
    for name in ("index.html", "feeds.html", "all.html", "sources/alpha.html"):
        levels = [
            int(node.tag[1])
            for node in html.fromstring(files[name]).xpath("//h1 | //h2 | //h3 | //h4")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), name


def test_a_feed_page_has_rhythm_and_tags_and_a_source_its_site() -> None:
    """The head of a feed page has the usual rhythm, a bar chart of the last 90 days, related tags
    and months; that of a source its site, too. The chart is an SVG path: M is the place of a day, v
    the height of its bar, 16 for the highest."""
    # nine stories, two a day: three each with the tags Sea; Sea and Odd; Sea, Odd and AI
    tags = ("Sea", "Odd", "AI")
    views = [
        replace(
            make_front_view(0, "a"),
            published=START - timedelta(days=n / 2),
            tags=tags[: 1 + n % 3],
        )
        for n in range(9)
    ]
    spec = FeedSpec(key=FeedKey("source", "a"), name="sea", title="-", first_slug="a")
    # 2025-08-05 is 91 days ago
    stories_by_day = {"2025-11-03": 4, "2025-11-01": 1, "2025-08-05": 9, "2025-08-06": 2}
    facts = about.gather_facts(
        spec, 16, stories_by_day, views, Links(base="../", tags=frozenset({"ai", "sea"}))
    )

    assert facts.count == 16
    assert facts.rhythm == "2 a day"
    assert facts.site == "https://alpha.example/"
    assert facts.bars == "M89.5 16v-16M87.5 16v-4M0.5 16v-8"
    assert facts.most == 4
    assert facts.until == "Monday, 3 November 2025"
    # not "Sea", which is the name of the feed
    assert facts.related == [("Odd", "../search.html?q=Odd"), ("AI", "../tags/ai.html")]
    assert facts.months == [("2025-11", 5), ("2025-08", 11)]

    # the rhythm of few stories is not known; the number of a view is its minute
    assert about.describe_rhythm(views[:4]) == ""
    assert about.describe_rhythm([make_front_view(99 * n, "a") for n in range(5)]) == "4 a day"

    slow = [make_front_view(1440 * 9 * n, "a") for n in range(6)]  # one every nine days

    assert about.describe_rhythm(slow) == "1 a week"
    assert about.describe_rhythm([*slow, make_front_view(-1440 * 300, "a")]) == "1 a month"


def test_a_feed_names_its_most_active_sources_and_a_source_none() -> None:
    """A feed page names up to eight sources by activity, none if all its stories are of one."""
    spec = FeedSpec(key=FeedKey("tag", "sea"), name="Sea", title="-", first_slug="sea")
    views = [make_front_view(n, source) for n, source in enumerate("abcbcc")]  # a source each
    views_with_titles = [
        replace(view, origin=replace(view.origin, title=view.source_key)) for view in views
    ]
    facts = about.gather_facts(spec, 6, {}, views_with_titles, Links(base="../"))

    assert facts.sources == [
        ("c", "../sources/c.html", 3),
        ("b", "../sources/b.html", 2),
        ("a", "../sources/a.html", 1),
    ]

    of_one_source = about.gather_facts(spec, 1, {}, views_with_titles[:1], Links(base="../"))

    assert of_one_source.sources == []

    views_of_12_sources = [
        replace(one, source_key=f"s{n}") for n, one in enumerate(views_with_titles * 2)
    ]
    of_12_sources = about.gather_facts(spec, 12, {}, views_of_12_sources, Links(base="../"))

    assert len(of_12_sources.sources) == 8


def test_a_tag_without_a_page_is_related_if_two_stories_have_it() -> None:
    """Related tags without a page link to the search, if at least two stories have them; "Rare" has
    one only."""
    spec = FeedSpec(key=FeedKey("tag", "sea"), name="Sea", title="-", first_slug="sea")
    views = [
        make_front_view(1, "a", tags=("Old port", "Rare")),
        make_front_view(2, "a", tags=("Old port",)),
    ]
    facts = about.gather_facts(spec, 2, {}, views, Links(base="../", tags=frozenset()))

    assert facts.related == [("Old port", "../search.html?q=Old%20port")]


def test_a_month_is_a_calendar_that_leads_to_its_days_with_their_top_stories(
    files: dict[str, bytes],
) -> None:
    """A month's page and that of the archive show weeks and link their days; a month's page lists
    the top stories of each day. `files` has nine stories, three on each of 1 to 3 November 2025."""
    # the last week of February 2026, whose Sunday is in March
    assert calendar.list_weeks("2026-02", {"2026-02-28": 7})[-1] == [
        ("2026-02-23", 0),
        ("2026-02-24", 0),
        ("2026-02-25", 0),
        ("2026-02-26", 0),
        ("2026-02-27", 0),
        ("2026-02-28", 7),
        ("", 0),
    ]

    # the last linked day of both pages is the 3rd with 3 stories
    for name, link in (
        ("archive/all/2025-11.html", "../../archive/all/2025-11-03.html"),
        ("archive.html", "archive/all/2025-11-03.html"),
    ):
        last_cell = html.fromstring(files[name]).xpath("//table[@class='month']//td[a]")[-1]
        assert last_cell.xpath("string(a/@href)") == link
        assert last_cell.text_content() == "3 3"

    tops = html.fromstring(files["archive/all/2025-11.html"]).xpath(
        "//section[contains(@class, 'tops')]"
    )

    assert [top.xpath("string(h2)") for top in tops] == [
        "Monday, 3 November 2025",
        "Sunday, 2 November 2025",
        "Saturday, 1 November 2025",
    ]
    assert {headline.text_content() for headline in tops[0].xpath(".//a[@class='headline']")} == {
        "Story 6",
        "Story 3",
        "Story 0",
    }


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("https://alpha.example/blog/", "alpha.example/blog"),
        ("http://127.0.0.2:8080/", "web site"),
        ("http://[::1]/", "web site"),
        ("", ""),
    ],
)
def test_the_link_to_the_site_of_a_source_says_no_number(site: str, name: str) -> None:
    """The link to the site of a source shows its host and path, or "web site" if the host is an IP
    address."""
    article_view = make_front_view(1, "alpha")
    article_view = replace(article_view, origin=replace(article_view.origin, site=site))
    spec = FeedSpec(key=FeedKey("source", "alpha"), name="Alpha", title="-", first_slug="alpha")
    facts = about.gather_facts(spec, 1, {}, [article_view], Links(base="../"))

    assert facts.site == site
    assert facts.site_name == name
