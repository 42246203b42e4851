"""Other people's feed readers see the upgrade: every byte of every feed is another one, and nothing is unread again.

Newsboat is in `journey`; here is Miniflux. FreshRSS has no package in Debian."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import Instance
from tests.aged.test_aged import IN_A_FILE, matches, titles
from tests.aged.web import Web
from tests.publishing import miniflux
from tests.publishing.miniflux import Miniflux

pytestmark = [IN_A_FILE, pytest.mark.slow, pytest.mark.timeout(600)]


def test_miniflux_is_shown_nothing_twice(aged: Instance, before: Facts, web: Web, tmp_path: Path) -> None:
    miniflux.needed()
    old = aged.written()
    with aged.serving() as address, miniflux.running(tmp_path / "miniflux") as client:
        readers = {name: Miniflux(client, address + name) for name in aged.life.read}

        def polled() -> dict[str, list[str]]:
            for reader in readers.values():
                reader.poll()
            return {name: sorted(reader.titles) for name, reader in readers.items()}

        first = polled()
        assert first == {name: sorted(titles(before, name)) for name in aged.life.read}
        aged.command("build")
        now = aged.written()
        same = [name for name in aged.life.read if now.get(name) == old.get(name)]
        unlike = [name for name in aged.life.read if matches(name, aged.life.rewritten)]
        assert not set(same) & set(unlike)  # the upgrade writes all of them
        assert polled() == first
        aged.command("refresh")
        assert len(polled()["all.atom"]) == len(first["all.atom"]) + len(aged.life.added)
