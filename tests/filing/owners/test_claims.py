"""Whose claim to an article is stronger."""

from __future__ import annotations

from syndicator.core.model import Article, Origin, Source
from syndicator.filing.ownership import NONE, OWNS, SPEAKS, Claimant, claim_of, rights_of

URL = "https://bank.example/a"


def claimant(source: Source, **more: object) -> Claimant:
    return Claimant(source=source, rights=rights_of(source, **more))


def test_the_sites_own_feed_comes_before_one_that_speaks_for_it_and_that_before_all_others() -> (
    None
):
    planet = Source(key="planet", url="https://planet.example/feed")
    assert claimant(Source(key="bank", url="https://bank.example/feed")).claim(URL) == OWNS
    assert claimant(planet, sites=("bank.example",)).claim(URL) == OWNS
    spoken = Source(key="agency", url="https://agency.example/feed", speaks_for=("bank.example",))
    assert claimant(spoken).claim(URL) == SPEAKS
    assert claimant(planet).claim(URL) == NONE


def test_a_feed_that_wrote_for_it_once_takes_nothing() -> None:
    planet = Source(key="planet", url="https://planet.example/feed")
    assert claimant(planet, before=("bank.example",)).claim(URL) == NONE


def test_a_source_that_is_followed_no_more_had_the_feed_that_its_article_names() -> None:
    article = Article(id="a" * 26, url=URL, title="A", source_key="gone")
    own, other = Origin(url="https://bank.example/feed"), Origin(url="https://planet.example/feed")
    assert (
        claim_of(Article(id="a" * 26, url=URL, title="A", source_key="gone", origin=own), {})
        == OWNS
    )
    assert (
        claim_of(Article(id="a" * 26, url=URL, title="A", source_key="gone", origin=other), {})
        == NONE
    )
    assert (
        claim_of(article, {"gone": claimant(Source(key="gone", url="https://bank.example/feed"))})
        == OWNS
    )
