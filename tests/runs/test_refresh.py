"""Which sources a run visits, and what it does without a network."""

from __future__ import annotations

import asyncio

import pytest

from syndicator.core.errors import NetworkDown
from syndicator.runs import refresh
from tests.places import Place, store_articles


def run_refresh(place: Place, **wanted: bool) -> refresh.RunReport:
    with place.open_app() as app:
        return asyncio.run(refresh.run(app, refresh.Wanted(**wanted), stop=asyncio.Event()))


@pytest.mark.parametrize("all", [True, False])
def test_a_source_that_is_not_enabled_is_not_visited(place: Place, all: bool) -> None:
    path = place.config / "sources.toml"
    path.write_text(path.read_text().replace("[[source]]", "[[source]]\nenabled = false"))
    assert run_refresh(place, all=all).outcomes == ()


def test_without_a_network_what_is_stale_is_built(place: Place) -> None:
    here = 'url = "http://127.0.0.1:9/feed"\nallow = ["127.0.0.1/32:9"]'  # where nobody listens
    (place.config / "sources.toml").write_text(f'[[source]]\nkey = "one"\n{here}\n')
    with place.open_app() as app:
        store_articles(app, "Story", "Text.")

    with pytest.raises(NetworkDown):
        run_refresh(place, all=True)
    assert ">Story<" in place.read_published("all.atom")
