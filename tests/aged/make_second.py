"""Makes the second aged instance: `python -m tests.aged.make_second DIR` in a checkout of its
version (see README.md).

A spring of real commands, and of the console's jobs, with what make.py has. Nothing here is part of
the tests, and it is not changed when later versions move what it imports."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from syndicator.app import container
from syndicator.core.text import stamp
from syndicator.operations.changes.log import Log
from syndicator.operations.jobs import queue as queues
from syndicator.operations.jobs import work
from tests import postgres
from tests.aged import facts, make
from tests.aged.instance import DUMP, EXPECTED, SCHEMA
from tests.aged.make import Summer, drop_query, make_command_step, spoil_published_file
from tests.aged.second_plot import SECOND
from tests.aged.sites import make_site_answers
from tests.aged.stories import Place
from tests.aged.web import Web, serve_web

# what is packed of the state, beside the database and what was learnt
STATE = (
    "console",
    "pictures",
    "withdrawn",
    "learnt-articles.gz",
)
SETTINGS = """\
# A small public instance, in four languages.
[site]
title = "Ferry and loft"
url = "http://feeds.ferry.example/"
contact = "desk@ferry.example"

[fetch]
pause = 0

[publish]
limit = 6
window_hours = 24
tag_min = 2
gzip = false
extensions = ["tombstones"]
hold = "off"
"""
# A tag in lower case is found in any spelling; other languages are aliases.
TAXONOMY = (
    re.sub(r'(?<=\[\[tag]]\nname = )"\w+"', lambda name: name[0].lower(), make.TAXONOMY)
    .replace('["cable"]', '["cable", "Seil", "ロープ"]')
    .replace('"tides"\n', '"tides"\naliases = ["Gezeiten", "潮汐"]\n')
    .replace('"timber"\n', '"timber"\naliases = ["Bois"]\n')
    .replace('"bridges"\n', '"bridges"\naliases = ["Ponts"]\n')
)
OPTIONS = {
    "ferry": 'category = "Sea"\n',
    "lamp": 'content = "full"\nlicence = "CC-BY-4.0"\ncategory = "Workshop"\n',
    "wave": "backfill = 3\n",
    "kiln": 'kind = "page"\n',
    "almanac": 'kind = "list"\ntags = ["bridges"]\n',
    "moulin": 'title = "Le Moulin (fr)"\n',
    "wire": 'speaks_for = ["wire.example"]\nmute = "sponsored"\n',
}
# An article as version 0.1.0 filed it, when the source still wrote for every site that it
# announced.
OLD_URL = "http://parish.example/stories/old"
OLD = """\
---
title: 'Story 98: what the parish letter said before'
date: '2026-02-20'
excerpt: The bell was hung up again. It rings at slack water.
coverImage: ''
author: Elin Sund
tags:
- Clay
category: Workshop
source: '{url}'
id: {id}
published: '2026-02-20T08:00:00Z'
updated: ''
added: '2026-02-21T12:00:00Z'
language: en
source_key: parish
source_id: parish-old
aliases:
- '{url}/print'
---

The bell was hung up again. It rings at slack water, and the parish pays for the rope.

Whoever wants to hear it should come shortly before dusk.
"""


class Spring(Summer):
    """The same with the second plot, and with the console."""

    def __init__(self, root: Path, web: Web) -> None:
        super().__init__(root, web)
        self.now = SECOND.start
        self.state = root / "feeds/state"

    def refresh(self) -> None:
        self.web.answers = make_site_answers(self.now, plot=SECOND)
        self.command("refresh")

    def path(self, place: Place) -> Path:
        return self.file(SECOND.url_of(*place))

    def file(self, url: str) -> Path:
        """The file of the article at `url`."""
        (found,) = [
            path for path in self.articles.rglob("*.md") if f"source: '{url}'\n" in path.read_text()
        ]
        return found

    def id(self, place: Place) -> str:
        lines = self.path(place).read_text().split("\n")
        return (
            next(line for line in lines if line.startswith("id: ")).removeprefix("id: ").strip("'")
        )

    def job(self, act: str, ends: str = "done", **args: Any) -> None:
        """Something that the console asks for, done at once. `ends`: its status then."""
        queue = queues.Queue(self.state)
        asked = queue.add(act, args, who="ann", requested=self.now.isoformat())
        work.drain(self.config, queue)
        done = queue.get(asked.id)
        if done is None or done.status != ends:
            raise RuntimeError(f"{act} {args}: {done}")
        print(f"{self.now:%m-%d}", act, done.said, flush=True)

    def undo(self) -> None:
        """The newest change of the console is taken back."""
        self.job("undo", number=str(Log(self.state).newest()[0].number))


def write_configuration(spring: Spring) -> None:
    """The configuration, and an article that came from an earlier version."""
    (spring.articles / "2026/02").mkdir(parents=True)
    spring.config.mkdir()
    (spring.articles / "instance.toml").write_text(make.INSTANCE.replace("4d5c1b0e", "5e6d2c1f"))
    article_id = base64.b32encode(hashlib.sha256(OLD_URL.encode()).digest()).decode().lower()[:26]
    (spring.articles / f"2026/02/story-98-before-{article_id[:6]}.md").write_text(
        OLD.format(url=OLD_URL, id=article_id)
    )
    (spring.config / "syndicator.toml").write_text(SETTINGS)
    (spring.config / "taxonomy.toml").write_text(TAXONOMY)
    (spring.config / "feeds.toml").write_text(make.QUERIES + make.DROPPED)
    sources = [
        f'[[source]]\nkey = "{site.key}"\n'
        f'url = "{SECOND.url_of(site.key, 0) if site.feed == "page" else site.feed_url()}"\n'
        + OPTIONS.get(site.key, "")
        for site in SECOND.sites
        if site.feed != "none"
    ]
    (spring.config / "sources.toml").write_text("# whom we follow\n" + "\n".join(sources))


def edit_by_hand(spring: Summer) -> None:
    """Hand edits of every field that may be edited; The Sail Loft revises its story two days
    later."""
    spring.edit(
        ("ferry", 0),
        ("title", "'Story 8: the title that the operator likes better'"),
        ("mood", "calm"),
    )
    spring.edit(
        ("loft", 1), ("excerpt", "An excerpt by hand."), ("author", "The operator"), ("weight", "7")
    )
    spring.edit(
        ("lamp", 0),
        ("tags", "rope, lamps"),
        ("category", "Workshop"),
        ("coverImage", "'http://pics.example/l.png'"),
    )
    spring.edit(
        ("quay", 0),
        ("body", "A first paragraph that the operator wrote."),
        ("date", "'2026-03-04'"),
    )


def write_by_hand(spring: Summer) -> None:
    """Two articles that no source announced. The `hold` of one is the operator's own key: it has no
    `schema`."""
    for name, more in (("own", "\n"), ("draft", "\nhold: true\n")):
        (spring.articles / f"2026/04/a-note-{name}.md").write_text(
            f"---\ntitle: 'Story 99: a note of our own, {name}'\ndate: '2026-04-06'\nsource:"
            f" http://notes.example/{name}\nauthor: The operator\ntags: [tides, radio]\ncategory:"
            f" Sea\nid: {f'{name}note'.ljust(26, 'a')}\nadded:"
            f" '2026-04-06T10:00:00Z'{more}---\n\nThe ferry runs again. Bring a coat, the wind has"
            " turned.\n"
        )


def set_hold(value: str) -> Callable[[Summer], None]:
    """The operator edits [publish] hold."""

    def act(spring: Summer) -> None:
        path = spring.config / "syndicator.toml"
        lines = [
            f'hold = "{value}"' if line.startswith("hold =") else line
            for line in path.read_text().split("\n")
        ]
        path.write_text("\n".join(lines))

    return act


def make_command_on_story(place: Place, *words: str) -> Callable[[Summer], None]:
    """A command about the address of a story."""

    def act(spring: Summer) -> None:
        spring.command(*words, SECOND.url_of(*place))

    return act


def console_edits(spring: Spring) -> None:
    """An edit, tags that are confirmed, an edit that is undone, and two jobs that fail."""
    path = spring.path(("loft", 2))
    told = {
        "id": spring.id(("loft", 2)),
        "title": "Story 21: as the console has it",
        "author": "Ann",
    }
    spring.job("edit", stamp=stamp(path.read_bytes()), **told)
    spring.job("set-tags", id=spring.id(("quay", 1)), tags=["tides", "bridges"], category="Sea")
    path = spring.path(("ferry", 3))
    spring.job(
        "edit",
        stamp=stamp(path.read_bytes()),
        id=spring.id(("ferry", 3)),
        title="Story 0: a slip",
        body="Gone.\n",
    )
    spring.undo()
    spring.job("edit", "failed", stamp="of another edit", id=spring.id(("ferry", 3)), title="Never")
    spring.job("release", "failed", id=["http://nobody.example/story"])


def console_changes(spring: Spring) -> None:
    """Articles that come, go and wait; tags and sources changed, and some of it taken back."""
    spring.job("withdraw", id=spring.id(("loft", 3)))
    spring.undo()
    spring.job("hide", id=spring.id(("quay", 3)))
    spring.job("add-tag", name="fog", aliases=["mist"])
    spring.job("merge-tags", old="sails", new="timber")
    spring.undo()
    spring.job("rename-tag", old="bridges", new="crossings")
    spring.job("rest", key="kiln")
    spring.job("wake", key="kiln")
    spring.job("rest", key="wire")
    spring.job("fetch-list", key="almanac")


# Day -> what happens after that day's run. Runs are on even days.
EVENTS: dict[int, tuple[Callable[[Any], None], ...]] = {
    14: (edit_by_hand, make_command_step("tags", "rename", "rope", "ropework"), set_hold("all")),
    16: (make_command_on_story(("wire", 0), "release"), set_hold("off")),
    20: (
        make_command_on_story(("ferry", 1), "withdraw"),
        make_command_on_story(("wave", 1), "withdraw"),
    ),
    28: (make_command_on_story(("pier", 1), "split"),),
    30: (console_edits,),
    34: (make_command_step("tags", "merge", "glaze", "clay"),),
    36: (write_by_hand,),
    40: (spoil_published_file, drop_query),
    42: (
        make_command_step("tags", "rename", "radio", "RADIO"),
        lambda spring: spring.path(("loft", 0)).unlink(),
    ),
    46: (make_command_step("sources", "--apply-moves"),),
    50: (
        make_command_on_story(("ferry", 4), "prune"),
        make_command_step("prune", "--source", "rook", "--keep", "1"),
    ),
    54: (console_changes,),
    58: (make_command_on_story(("lamp", 4), "withdraw"),),
    64: (make_command_step("remove", "pier"),),
    66: (make_command_step("tags", "rename", "ropework", "cordage"),),
    70: (make_command_step("learn"),),
    72: (lambda spring: spring.edit(("ferry", 6), ("title", "'Story 55: renamed late by hand'")),),
}


def live_spring(spring: Spring) -> None:
    """The whole spring, a run every other day."""
    for day in range(0, (SECOND.end - SECOND.start).days + 1, 2):
        spring.now = SECOND.start + timedelta(days=day)
        spring.refresh()
        for event in EVENTS.get(day, ()):
            event(spring)
    spring.command("build")
    spring.command("build", "--all")


@contextlib.contextmanager
def set_spring_clock(spring: Spring) -> Iterator[None]:
    """Every command and job is given the clock of `spring` in place of the machine's, and no
    chance."""
    defaults = container.open_app.__wrapped__.__kwdefaults__  # type: ignore[attr-defined]
    nanoseconds = iter(range(10**9))

    def now() -> datetime:
        return spring.now

    def time_ns() -> int:
        return int(spring.now.timestamp()) * 10**9 + next(nanoseconds)

    with (
        mock.patch.dict(defaults, clock=now, jitter=lambda: 0.5),
        mock.patch.object(work, "utc_now", now),
        mock.patch.object(queues, "time", types.SimpleNamespace(time_ns=time_ns)),
    ):
        yield


def pack_instance(root: Path, target: Path) -> None:
    """The instance as it is kept: without pages, locks and caches."""
    make.pack_instance(root, target)
    for name in STATE:
        copy = shutil.copytree if (root / "feeds/state" / name).is_dir() else shutil.copyfile
        copy(root / "feeds/state" / name, target / "feeds/state" / name)


def dump_database(server: postgres.Server, target: Path) -> None:
    """The database on PostgreSQL as SQL that any server and the driver can read."""
    words = [
        "pg_dump",
        "--schema",
        SCHEMA,
        "--no-owner",
        "--no-privileges",
        "--rows-per-insert",
        "200",
    ]
    found = subprocess.run(
        [*words, postgres.get_driver_url(server.base)], check=True, capture_output=True, text=True
    ).stdout
    kept = [
        line for line in found.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))
    ]
    target.write_text("\n".join(kept) + "\n")


def main(target: Path) -> None:
    work = target / "work"
    with serve_web() as web, postgres.run_server() as server:
        os.environ["SYNDICATOR_FETCH__PROXY"] = web.proxy
        spring = Spring(work, web)
        write_configuration(spring)
        with set_spring_clock(spring):
            live_spring(spring)
            status = json.loads(spring.command("status", "--json"))
            spring.command("db", "move", server.schema(SCHEMA))
        dump_database(server, target / DUMP)
    kept = target / "instance"
    pack_instance(work, kept)
    expected = {
        **facts.read_facts(kept),
        "edited": spring.edited,
        "status": facts.select_status(status),
    }
    (target / EXPECTED).write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
