"""Feed readers of other projects mark nothing as unread when an upgrade rewrites every feed.

Newsboat is in `journey`; here are Miniflux and the library reader. FreshRSS has no package in
Debian.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.aged.facts import Facts
from tests.aged.instance import Instance
from tests.aged.test_aged import IN_A_FILE, list_feed_titles, matches_pattern
from tests.aged.web import Web
from tests.publishing import miniflux, reader
from tests.publishing.miniflux import Miniflux
from tests.publishing.reader import Reader

pytestmark = [IN_A_FILE, pytest.mark.slow, pytest.mark.timeout(600)]


def test_miniflux_is_shown_nothing_twice(
    old_instance: Instance, facts_before: Facts, web: Web, tmp_path: Path
) -> None:
    """Miniflux, reading before and after the upgrade of an old instance, shows no entry twice."""
    miniflux.need_miniflux()
    with old_instance.serve() as address, miniflux.run_miniflux(tmp_path / "miniflux") as client:
        read_through_upgrade(
            old_instance,
            facts_before,
            {name: Miniflux(client, address + name) for name in old_instance.life.read},
        )


def test_reader_is_shown_nothing_twice(
    old_instance: Instance, facts_before: Facts, web: Web, tmp_path: Path
) -> None:
    """The Python library `reader`, reading before and after the upgrade of an old instance, shows
    no entry twice."""
    reader.need_reader()
    with old_instance.serve() as address:
        folders = {
            name: tmp_path / "readers" / str(number)
            for number, name in enumerate(old_instance.life.read)
        }
        read_through_upgrade(
            old_instance,
            facts_before,
            {name: Reader(folder, address + name) for name, folder in folders.items()},
        )


def read_through_upgrade(
    old_instance: Instance, facts_before: Facts, readers: Mapping[str, Miniflux | Reader]
) -> None:
    """Let `readers` read what the older version left, what this one makes of it, and what a run
    adds."""
    old = old_instance.read_published()
    first = poll_readers(readers)
    assert first == {
        name: sorted(list_feed_titles(facts_before, name)) for name in old_instance.life.read
    }
    old_instance.run_command("build")
    now = old_instance.read_published()
    same = [name for name in old_instance.life.read if now.get(name) == old.get(name)]
    unlike = [
        name
        for name in old_instance.life.read
        if matches_pattern(name, old_instance.life.rewritten)
    ]
    assert not set(same) & set(unlike)  # the upgrade writes all of them
    assert poll_readers(readers) == first
    old_instance.run_command("refresh")
    assert len(poll_readers(readers)["all.atom"]) == len(first["all.atom"]) + len(
        old_instance.life.added
    )


def poll_readers(readers: Mapping[str, Miniflux | Reader]) -> dict[str, list[str]]:
    for subscriber in readers.values():
        subscriber.poll()
    return {name: sorted(subscriber.titles) for name, subscriber in readers.items()}
