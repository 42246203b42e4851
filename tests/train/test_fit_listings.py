"""Trees that tell lists from articles, grown on readings that are made up."""

from __future__ import annotations

from tools.train import fit_listings
from tools.train.fit_listings import Reading

READINGS = [
    Reading(at % 3, {"link": at / 100, "prose": float(at * 7 % 13)}, "listing" if at > 60 else "article")
    for at in range(100)
]
ROWS: list[dict[str, object]] = []


def test_trees_tell_lists_from_articles() -> None:
    odds = fit_listings.odds(fit_listings.grow(READINGS), READINGS)
    assert odds[:50].max() < 0 < odds[70:].min()


def test_the_same_readings_give_the_same_trees() -> None:
    assert fit_listings.grow(READINGS) == fit_listings.grow(READINGS)


def test_a_file_that_decides_otherwise_is_named() -> None:
    grown = fit_listings.grow(READINGS)
    turned = fit_listings.grow([each._replace(kind="article") for each in READINGS])
    assert fit_listings.differences(fit_listings.written(grown, ROWS), grown, READINGS) == []
    assert "decided otherwise" in fit_listings.differences(fit_listings.written(turned, ROWS), grown, READINGS)[0]
