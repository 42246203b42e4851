"""What a newer version makes of an aged instance, step by step: everything is built, then the
sources are visited."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.aged.facts import Facts
from tests.aged.instance import Instance
from tests.aged.web import Web
from tests.publishing.newsboat import Newsboat


@dataclass(slots=True)
class Journey:
    """What was seen on the way. `shown`: by step and feed, the titles that newsboat had shown as
    unread by then, empty where newsboat is not installed."""

    before: dict[str, bytes] = field(default_factory=dict)  # published files
    # after `build`, which is the first that this version does
    upgraded: dict[str, bytes] = field(default_factory=dict)
    built: list[Any] = field(default_factory=list)  # what `build` and `build --all` said
    facts: dict[str, Facts] = field(default_factory=dict)  # by step
    after: dict[str, bytes] = field(default_factory=dict)
    # status, path of Location, body
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    check: list[Any] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # addresses of the sites that were asked for
    shown: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def make_journey(old_instance: Instance, folder: Path, web: Web, facts_before: Facts) -> Journey:
    """The whole way of an instance; `folder`: for the feed readers."""
    life = old_instance.life
    journey = Journey()
    web.answers = life.later_answers()
    journey.before = old_instance.read_published()
    with old_instance.serve() as address:
        readers = {
            name: Newsboat(folder / "readers" / str(n), address + name)
            for n, name in enumerate(life.read)
        }
        _poll("old", readers, journey)
        journey.built.append(old_instance.run_json("build"))
        journey.facts["build"], journey.upgraded = (
            old_instance.read_facts(),
            old_instance.read_published(),
        )
        journey.built.append(old_instance.run_json("build", "--all"))
        journey.facts["build --all"] = old_instance.read_facts(status=True)
        journey.check = json.loads(old_instance.run_command("check", "--json", leaves=(0, 78)))
        journey.after = old_instance.read_published()
        journey.answers = _ask(
            address, (*facts_before["feeds"], *facts_before["moved"], *facts_before["gone"])
        )
        _poll("build --all", readers, journey)
        old_instance.run_command("refresh")
        journey.facts["refresh"], journey.asked = old_instance.read_facts(), set(web.asked)
        _poll("refresh", readers, journey)
    return journey


def _poll(step: str, readers: Mapping[str, Newsboat], seen: Journey) -> None:
    if shutil.which("newsboat"):
        for reader in readers.values():
            reader.poll()
        seen.shown[step] = {name: list(reader.titles) for name, reader in readers.items()}


def _ask(address: str, names: tuple[str, ...]) -> dict[str, tuple[int, str, bytes]]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        results = {name: client.get(name) for name in names}
    return {
        name: (
            answer.status_code,
            urlsplit(answer.headers.get("location", "")).path.lstrip("/"),
            answer.content,
        )
        for name, answer in results.items()
    }
