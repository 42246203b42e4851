"""Which sources a run visits, and what it does without a network."""

from __future__ import annotations

import asyncio

import pytest

from syndicator.core.errors import NetworkDown
from syndicator.runs import refresh
from tests.instances import Instance, store_articles


def run_refresh(instance: Instance, **wanted: bool) -> refresh.RunReport:
    with instance.open_app() as app:
        return asyncio.run(refresh.run(app, refresh.Wanted(**wanted), stop=asyncio.Event()))


@pytest.mark.parametrize("all", [True, False])
def test_a_source_that_is_not_enabled_is_not_visited(instance: Instance, all: bool) -> None:
    """A disabled source is not visited, not even with `--all`."""
    path = instance.config / "sources.toml"
    path.write_text(path.read_text().replace("[[source]]", "[[source]]\nenabled = false"))

    assert run_refresh(instance, all=all).outcomes == ()


def test_without_a_network_what_is_stale_is_built(instance: Instance) -> None:
    """If no source can be reached, the run still publishes stored articles before it fails."""
    dead_address = (
        'url = "http://127.0.0.1:9/feed"\nallow = ["127.0.0.1/32:9"]'  # where nobody listens
    )
    (instance.config / "sources.toml").write_text(f'[[source]]\nkey = "one"\n{dead_address}\n')
    with instance.open_app() as app:
        store_articles(app, "Story", "Text.")

    with pytest.raises(NetworkDown):
        run_refresh(instance, all=True)
    assert ">Story<" in instance.read_published("all.atom")
