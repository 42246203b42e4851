"""Which of two sources has the stronger claim to an article."""

from __future__ import annotations

from dataclasses import replace

from syndicator.core.model import Article, Origin, Source
from syndicator.filing.ownership import Claim, Claimant, get_claim, make_rights

BANK_PAGE = "https://bank.example/a"


def make_claimant(source: Source, **more: object) -> Claimant:
    return Claimant(source=source, rights=make_rights(source, **more))


def test_the_sites_own_feed_comes_before_one_that_speaks_for_it_and_that_before_all_others() -> (
    None
):
    """A feed of the article's site owns it, as does one confirmed for that site; one with
    `speaks_for` speaks for it; others have no claim."""
    bank = Source(key="bank", url="https://bank.example/feed")
    agency = Source(key="agency", url="https://agency.example/feed", speaks_for=("bank.example",))
    planet = Source(key="planet", url="https://planet.example/feed")

    assert make_claimant(bank).claim(BANK_PAGE) == Claim.OWNS
    assert make_claimant(planet, sites=("bank.example",)).claim(BANK_PAGE) == Claim.OWNS
    assert make_claimant(agency).claim(BANK_PAGE) == Claim.SPEAKS
    assert make_claimant(planet).claim(BANK_PAGE) == Claim.NONE


def test_a_feed_that_wrote_for_it_once_takes_nothing() -> None:
    """Rights that an earlier version granted (`before`) give no claim to new articles."""
    planet = Source(key="planet", url="https://planet.example/feed")
    assert make_claimant(planet, before=("bank.example",)).claim(BANK_PAGE) == Claim.NONE


def test_a_source_that_is_followed_no_more_had_the_feed_that_its_article_names() -> None:
    """The claim of a removed source is derived from the feed in its article's origin; that of a
    followed one from its address."""
    article = Article(id="a" * 26, url=BANK_PAGE, title="A", source_key="gone")
    of_banks_feed = replace(article, origin=Origin(url="https://bank.example/feed"))
    of_planets_feed = replace(article, origin=Origin(url="https://planet.example/feed"))
    no_claimants: dict[str, Claimant] = {}
    claimants = {"gone": make_claimant(Source(key="gone", url="https://bank.example/feed"))}

    assert get_claim(of_banks_feed, no_claimants) == Claim.OWNS
    assert get_claim(of_planets_feed, no_claimants) == Claim.NONE
    assert get_claim(article, claimants) == Claim.OWNS
