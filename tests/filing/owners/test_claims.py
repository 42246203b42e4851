"""Which of two sources has the stronger claim to an article."""

from __future__ import annotations

from syndicator.core.model import Article, Origin, Source
from syndicator.filing.ownership import Claim, Claimant, get_claim, make_rights

URL = "https://bank.example/a"


def make_claimant(source: Source, **more: object) -> Claimant:
    return Claimant(source=source, rights=make_rights(source, **more))


def test_the_sites_own_feed_comes_before_one_that_speaks_for_it_and_that_before_all_others() -> (
    None
):
    """A feed of the article's site owns it, as does one confirmed for that site; one with
    `speaks_for` speaks for it; others have no claim."""
    planet = Source(key="planet", url="https://planet.example/feed")

    assert (
        make_claimant(Source(key="bank", url="https://bank.example/feed")).claim(URL) == Claim.OWNS
    )
    assert make_claimant(planet, sites=("bank.example",)).claim(URL) == Claim.OWNS

    spoken = Source(key="agency", url="https://agency.example/feed", speaks_for=("bank.example",))

    assert make_claimant(spoken).claim(URL) == Claim.SPEAKS
    assert make_claimant(planet).claim(URL) == Claim.NONE


def test_a_feed_that_wrote_for_it_once_takes_nothing() -> None:
    """Rights that an earlier version granted (`before`) give no claim to new articles."""
    planet = Source(key="planet", url="https://planet.example/feed")
    assert make_claimant(planet, before=("bank.example",)).claim(URL) == Claim.NONE


def test_a_source_that_is_followed_no_more_had_the_feed_that_its_article_names() -> None:
    """The claim of a removed source is derived from the feed in its article's origin; that of a
    followed one from its address."""
    article = Article(id="a" * 26, url=URL, title="A", source_key="gone")
    own = Origin(url="https://bank.example/feed")
    other_origin = Origin(url="https://planet.example/feed")

    assert (
        get_claim(Article(id="a" * 26, url=URL, title="A", source_key="gone", origin=own), {})
        == Claim.OWNS
    )
    assert (
        get_claim(
            Article(id="a" * 26, url=URL, title="A", source_key="gone", origin=other_origin), {}
        )
        == Claim.NONE
    )
    assert (
        get_claim(
            article, {"gone": make_claimant(Source(key="gone", url="https://bank.example/feed"))}
        )
        == Claim.OWNS
    )
