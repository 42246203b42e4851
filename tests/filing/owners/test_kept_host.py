"""An article moves to another host only with its own source and a permanent redirect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.aged.web import serve_web
from tests.trust.case import Case, Day, Item, Page
from tests.trust.life import Life

BANK = "http://bank.example/"
EVIL = "http://evil.example/"
AWAY = "http://away.example/"
PAGE = Page(text="bank-1", title="Story", published=-30)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Life]:
    with serve_web() as web:
        yield Life(tmp_path, web, Case(row="own", name="", file="", sources=(), days=()))


def follow_sources(instance: Life, **addresses: str) -> None:
    instance._sources(tuple({"key": key, "url": url} for key, url in addresses.items()))


def visit_later(
    instance: Life, pages: dict[str, Page], feeds: dict[str, tuple[Item, ...]]
) -> dict[str, str]:
    """A visit, two days later. Return address -> source of each article."""
    instance.now = instance.now.replace(day=instance.now.day + 2)
    instance.apply_day(Day(pages=pages, feeds=dict(feeds)))
    instance.visit_all()
    return {url: article.source_key for url, article in instance.load_articles().items()}


def make_item(link: str, id: str = "1") -> Item:
    return Item(id=id, link=link, title="Story", published=-30)


def test_an_article_of_another_source_stays(instance: Life) -> None:
    """The bank's article redirects to evil's site; evil's source does not get it."""
    follow_sources(instance, bank=f"{BANK}feed", evil=f"{EVIL}feed")
    feeds = {f"{BANK}feed": (make_item(f"{BANK}1"),), f"{EVIL}feed": (make_item(f"{BANK}1"),)}

    assert visit_later(instance, {f"{BANK}1": PAGE}, feeds) == {f"{BANK}1": "bank"}

    pages = {f"{BANK}1": Page(to=f"{EVIL}1", status=301), f"{EVIL}1": PAGE}

    assert (
        visit_later(instance, pages, {f"{EVIL}feed": (make_item(f"{EVIL}1", "2"),)})[f"{BANK}1"]
        == "bank"
    )


def test_an_article_goes_to_no_host_that_its_source_does_not_own(instance: Life) -> None:
    """A permanent redirect to a host that the bank's source does not own leaves the article
    where it is."""
    follow_sources(instance, bank=f"{BANK}feed")

    assert visit_later(instance, {f"{BANK}1": PAGE}, {f"{BANK}feed": (make_item(f"{BANK}1"),)}) == {
        f"{BANK}1": "bank"
    }

    pages = {f"{BANK}1": Page(to=f"{AWAY}1", status=301), f"{AWAY}1": PAGE}

    assert visit_later(instance, pages, {f"{BANK}feed": (make_item(f"{AWAY}1"),)}) == {
        f"{BANK}1": "bank"
    }


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        replace(PAGE, canonical=f"{AWAY}1"),
        Page(to=f"{AWAY}1", status=302),
        Page(text="gone", status=404),
    ],
    ids=["stays", "names the new one", "redirects for now", "is gone"],
)
def test_an_article_whose_page_does_not_redirect_for_good_stays(instance: Life, page: Page) -> None:
    """The operator moved the bank's feed to another host; without a permanent redirect of the
    page the article stays."""
    follow_sources(instance, bank=f"{BANK}feed")
    visit_later(instance, {f"{BANK}1": PAGE}, {f"{BANK}feed": (make_item(f"{BANK}1"),)})
    follow_sources(instance, bank=f"{AWAY}feed")

    assert f"{BANK}1" in visit_later(
        instance, {f"{BANK}1": page, f"{AWAY}1": PAGE}, {f"{AWAY}feed": (make_item(f"{AWAY}1"),)}
    )


def test_an_article_whose_page_redirects_for_good_goes_to_the_host_that_the_operator_names(
    instance: Life,
) -> None:
    """With a permanent redirect to the host that the operator now names, the article moves and
    keeps the old address as an alias."""
    follow_sources(instance, bank=f"{BANK}feed")
    visit_later(
        instance,
        {f"{BANK}1": PAGE, f"{BANK}2": replace(PAGE, text="bank-2")},
        {f"{BANK}feed": (make_item(f"{BANK}1"),)},
    )
    follow_sources(instance, bank=f"{AWAY}feed")
    pages = {f"{BANK}1": Page(to=f"{AWAY}1", status=301), f"{AWAY}1": PAGE}
    # too few match to show a move
    others = tuple(make_item(f"{AWAY}{number}", str(number)) for number in range(3, 8))

    assert f"{AWAY}1" in visit_later(
        instance, pages, {f"{AWAY}feed": (make_item(f"{AWAY}1"), *others)}
    )
    assert [article.aliases for article in instance.load_articles().values()] == [(f"{BANK}1",)]
