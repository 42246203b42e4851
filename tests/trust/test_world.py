"""The tools of test_neighbours.py: draw random worlds, compare and print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings

from tests.trust import case as cases
from tests.trust import pair
from tests.trust.case import Case, Day, Item, Page
from tests.trust.draw import draw_world
from tests.trust.memory import run_machine
from tests.trust.printing import as_toml
from tests.trust.published import Difference, Published, get_unit, list_differences
from tests.trust.shrink import shrink_case

BANK, EVIL = ({"key": key, "url": f"http://{key}.example/feed"} for key in ("bank", "evil"))
ARTICLE = "http://bank.example/a"


@settings(max_examples=100, derandomize=True)
@given(draw_world())
def test_a_printed_world_is_read_as_the_same_case(world: Case) -> None:
    """A random world printed as TOML is read back as the same case, so that failures can be kept as
    case files."""
    (case,) = cases.parse_cases(as_toml(world), "")
    assert case == replace(world, name=case.name)


def list_neighbour_differences(folder: Path, *days: Day) -> list[str]:
    """The differences that a neighbour makes in these days, as "place: field"."""
    case = Case(row="own", name="", file="", sources=(EVIL, BANK), days=days, without=("evil",))
    with run_machine(folder / "machine") as shared:
        return [
            f"{seen.difference.place}: {seen.difference.field}"
            for seen in pair.live_pair(folder, shared, case)
        ]


def test_a_neighbour_of_its_own_articles_makes_no_difference(tmp_path: Path) -> None:
    """A neighbour that announces only its own articles causes no difference."""
    pages = {ARTICLE: Page(text="bank-a"), "http://evil.example/x": Page(text="evil-x")}
    feeds = {BANK["url"]: (Item(link=ARTICLE),), EVIL["url"]: (Item(link="http://evil.example/x"),)}

    assert list_neighbour_differences(tmp_path, Day(pages=pages, feeds=feeds), Day()) == []


def test_the_names_of_those_who_announce_an_article_may_differ(tmp_path: Path) -> None:
    """That a neighbour announces an article, too, may change the list of its announcing sources:
    this is allowed and no difference."""
    pages = {ARTICLE: Page(text="bank-a")}
    feeds = {BANK["url"]: (Item(link=ARTICLE),), EVIL["url"]: ()}
    later_day = Day(feeds={EVIL["url"]: (Item(link=ARTICLE),)})

    assert list_neighbour_differences(tmp_path, Day(pages=pages, feeds=feeds), later_day) == []


def make_difference(
    place: str, field: str, beside: object, alone: object, *, page: Page = Page(text="bank-a")
) -> pair.Seen:
    """A difference at ARTICLE, which answers with `page`."""
    day = Day(pages={ARTICLE: page})
    case = Case(row="own", name="", file="", sources=(EVIL, BANK), days=(day,), without=("evil",))
    difference = Difference(place=place, url=ARTICLE, field=field, beside=beside, alone=alone)
    return pair.Seen(
        difference=difference, day=0, case=case, alone=Published(articles={}, feeds={})
    )


def test_a_file_of_a_page_that_its_site_does_not_announce_may_be_there_and_not_be_missing() -> None:
    """The comparison allows that a neighbour brings an article file of an unannounced page, but not
    that one is missing or that feeds show it."""
    assert pair.is_allowed(make_difference("file", "", "A title", None))
    assert not pair.is_allowed(make_difference("file", "", None, "A title"))
    assert not pair.is_allowed(make_difference("all.json", "", "A title", None))


def test_a_page_may_be_listed_before_its_site_announces_it_if_it_is_news_and_no_other_has_its_text() -> (  # noqa: E501
    None
):
    """The comparison allows that a neighbour lists a page before its site does, if the page is
    recent and not yet shown, except in its site's own feed."""
    recent = Page(text="bank-a", published=-2)
    old = Page(text="bank-a", published=-2000)

    assert pair.is_allowed(make_difference("all.json", "", "A title", None, page=recent))
    assert not pair.is_allowed(make_difference("all.json", "", "A title", None, page=old))
    assert not pair.is_allowed(
        make_difference("sources/bank.json", "", "A title", None, page=recent)
    )

    shown = Published(articles={}, feeds={"all.json": {ARTICLE: {}}})

    assert not pair.is_allowed(
        replace(make_difference("all.json", "", "A title", None, page=recent), alone=shown)
    )


def test_a_copy_may_hide_a_story_only_if_nobody_can_tell_which_is_older() -> None:
    """The comparison allows that a copy hides a story only if the copy was announced earlier or the
    same day, whatever dates the pages claim."""
    copy = "http://evil.example/copy"

    def may_hide(story: Page, *days: Mapping[str, tuple[Item, ...]]) -> bool:
        pages = {ARTICLE: story, copy: Page(text="bank-a")}
        all_days = tuple(Day(pages=pages, feeds=feeds) for feeds in days)
        case = replace(make_difference("all.json", "", None, "A title").case, days=all_days)
        return pair.is_allowed(
            replace(make_difference("all.json", "", None, "A title"), case=case, day=len(days) - 1)
        )

    bank_feed = {str(BANK["url"]): (Item(link=ARTICLE),)}
    evil_feed = {str(EVIL["url"]): (Item(link=copy),)}
    undated = Page(text="bank-a")

    assert may_hide(undated, evil_feed, bank_feed)
    assert may_hide(undated, {**bank_feed, **evil_feed})
    assert not may_hide(undated, bank_feed, evil_feed)
    assert may_hide(Page(text="bank-a", published=-3), evil_feed, bank_feed)  # dates are claims
    assert not may_hide(Page(text="bank-b"), evil_feed, bank_feed)


def test_a_feed_may_speak_for_the_one_page_that_links_it() -> None:
    """A neighbour's feed may change a page that links that feed."""
    invited, own = (Page(text="bank-a", feeds=(str(source["url"]),)) for source in (EVIL, BANK))

    assert pair.is_allowed(make_difference("file", "title", "Evil's", "Bank's", page=invited))
    assert not pair.is_allowed(make_difference("file", "title", "Evil's", "Bank's", page=own))
    assert pair.is_allowed(make_difference("all.json", "", None, "Bank's", page=invited))


def test_every_kind_of_difference_is_seen() -> None:
    """The comparison of both worlds finds each kind of difference: fields, order, missing articles,
    feeds and their heads."""
    two_entries = {"a": {"title": "A"}, "b": {"title": "B"}}
    beside = Published(
        articles={"a": {"title": "A"}},
        feeds={"all.json": two_entries},
        heads={"sources/bank.json": {"id": 1}},
    )
    alone = Published(
        articles={"a": {"title": "Another"}},
        feeds={"all.json": dict(reversed(two_entries.items())), "tags/x.json": {"a": {}}},
        heads={"sources/bank.json": {"id": 2}, "sources/bank.atom": {"id": 1}},
    )

    assert [difference.kind for difference in list_differences(beside, alone)] == [
        "file: title",
        "other feeds: order",
        "other feeds: article is missing",
        "own feed: feed",
        "own feed: head id",
    ]


def test_what_counts_as_one_site() -> None:
    """For the comparison a site is a host without www and port, or a user's folder (~alice) of a
    shared host."""
    assert {
        get_unit(url) for url in ("http://www.bank.example:8080/a", "https://bank.example/b")
    } == {"bank.example"}
    assert get_unit("http://old.bank.example/") == "old.bank.example"
    assert get_unit("http://uni.example/~alice/a") != get_unit("http://uni.example/~bob/a")


def test_a_world_is_shrunk_to_what_it_takes() -> None:
    """`shrink_case` removes all parts of a failing world that the failure does not need: here one
    item with an author and one page."""
    items = tuple(
        Item(link=f"http://evil.example/{number}", title="A title", author="Ada")
        for number in range(3)
    )
    day = Day(
        after=4,
        pages={ARTICLE: Page(text="a+b"), "x": Page(text="c")},
        feeds={"f": items},
        run=("reindex",),
    )
    world = Case(
        row="own", name="", file="", sources=(EVIL, BANK), days=(day,) * 3, without=("evil",)
    )

    def has_fault(case: Case) -> bool:
        authors = [
            item.author for day in case.days for listed in day.feeds.values() for item in listed
        ]
        return "Ada" in authors and any(ARTICLE in day.pages for day in case.days)

    smallest_day = Day(
        pages={ARTICLE: Page(text="a")}, feeds={"f": (Item(link=items[2].link, author="Ada"),)}
    )

    assert shrink_case(world, has_fault).days == (smallest_day,)


def test_shrinking_ends_after_as_many_tries_as_it_may_make() -> None:
    """`shrink_case` stops after `most` tries: with one, only one of three days is removed."""
    world = Case(
        row="own", name="", file="", sources=(EVIL, BANK), days=(Day(),) * 3, without=("evil",)
    )
    assert len(shrink_case(world, lambda case: True, most=1).days) == 2
