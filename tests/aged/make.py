"""Makes the aged instance with the version that it is to come from: `python -m tests.aged.make DIR`
in a checkout of that version (README.md beside this file says how). It runs the real commands, one
summer of them, against a made-up web; only the clock and the dice of the jitter are set. Nothing
here is part of the tests."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tests.aged import facts
from tests.aged.instance import DATABASE, EXPECTED
from tests.aged.sites import make_site_answers
from tests.aged.stories import END, SITES, START, url_of
from tests.aged.web import Web, serve_web

INSTANCE = '# This instance.\nid = "4d5c1b0e-6f0a-4c57-9a53-2f1f6f3f8a11"\n'
SETTINGS = """\
# A small public instance.
[site]
title = "Coast and kiln"
url = "http://feeds.coast.example/"
contact = "desk@coast.example"

[fetch]
pause = 0

[publish]
limit = 10
window_hours = 48
tag_min = 2
gzip = false
"""
TAXONOMY = """\
# what our feeds are called
[[category]]
name = "Sea"
description = "Harbours, ferries, tides, sailing and what floats"

[[category]]
name = "Workshop"
description = "Timber, pottery, kilns and other crafts"

[[tag]]
name = "Rope"
aliases = ["cable"]

[[tag]]
name = "Tides"

[[tag]]
name = "Radio"  # and wireless

[[tag]]
name = "Timber"

[[tag]]
name = "Bridges"

[[tag]]
name = "Glaze"

[[tag]]
name = "Clay"

[[tag]]
name = "Sails"
"""
QUERIES = """\
[[feed]]
slug = "rope-at-sea"
query = 'tag:Rope or tag:Ropework or tag:Cordage'
title = "Rope, for those who use it"

[[feed]]
slug = "brandt"
query = 'author:Brandt and not source:wave'
limit = 5
formats = ["atom", "json"]

[[feed]]
feed = "tags/tides"
description = "High water and low"
limit = 6
"""
DROPPED = """
[[feed]]
slug = "summer-fair"
query = 'fair'

[[feed]]
slug = "fog"
query = '"as the fog lifted"'
"""
OPTIONS = {
    "harbour": 'category = "Sea"\n',
    "lantern": 'content = "full"\ncategory = "Workshop"\n',
    "wave": "backfill = 3\n",
    "kiln": 'kind = "page"\n',
    "mill": 'tags = ["Bridges"]\n',
}


class Summer:
    """A configuration folder, the made-up web, and a clock."""

    def __init__(self, root: Path, web: Web) -> None:
        self.root = root
        self.config = root / "config"
        self.web = web
        self.now = START
        self.articles = root / "feeds/articles"
        self.public = root / "feeds/public"
        self.edited: dict[str, list[str]] = {}  # id -> the keys that a hand edited

    def command(self, *words: str, leaves: int = 0) -> str:
        """Runs a command of the command line at `now`; what it printed."""
        cli = importlib.import_module("syndicator.cli")
        sys.argv = ["syndicator", *words, "--config", str(self.config)]
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                cli.main()
        except SystemExit as ended:
            code = ended.code or 0
            if code != leaves:
                raise RuntimeError(f"{words} left with {code}: {out.getvalue()}") from ended
        print(
            f"{self.now:%m-%d}",
            " ".join(words),
            "|",
            out.getvalue().strip().replace("\n", " | ")[:200],
            flush=True,
        )
        return out.getvalue()

    def refresh(self) -> None:
        """A run at `now`."""
        self.web.answers = make_site_answers(self.now)
        self.command("refresh")

    def path(self, place: tuple[str, int]) -> Path:
        """The file of a site's story."""
        found = [
            path
            for path in self.articles.rglob("*.md")
            if f"source: '{url_of(*place)}'\n" in path.read_text()
        ]
        if len(found) != 1:
            raise RuntimeError(f"{place} has {len(found)} files")
        return found[0]

    def edit(self, place: tuple[str, int], *changes: tuple[str, str]) -> None:
        """A hand edits a line (named by its key, "body" is the first paragraph) of a story's
        file."""
        path = self.path(place)
        lines = path.read_text().split("\n")
        article_id = (
            next(line for line in lines if line.startswith("id: ")).removeprefix("id: ").strip("'")
        )
        self.edited.setdefault(article_id, []).extend(key for key, _ in changes)
        end = lines.index("---", 1)
        for key, line in changes:
            starts = [n for n, text in enumerate(lines[:end]) if text.startswith(f"{key}:")]
            if key == "body":
                lines[end + 2] = line
            elif key == "tags":
                last = next(n for n in range(starts[0] + 1, end) if not lines[n].startswith("- "))
                lines[starts[0] : last] = ["tags:", *(f"- {tag}" for tag in line.split(", "))]
                end = lines.index("---", 1)
            elif starts:
                lines[starts[0]] = f"{key}: {line}"
            else:
                lines.insert(end, f"{key}: {line}")
                end += 1
        path.write_text("\n".join(lines))


def write_configuration(summer: Summer) -> None:
    """The configuration, as an operator writes it."""
    summer.config.mkdir(parents=True)
    summer.articles.mkdir(parents=True)
    (summer.articles / "instance.toml").write_text(INSTANCE)
    (summer.config / "syndicator.toml").write_text(SETTINGS)
    (summer.config / "taxonomy.toml").write_text(TAXONOMY)
    (summer.config / "feeds.toml").write_text(QUERIES + DROPPED)
    sources = [
        f'[[source]]\nkey = "{site.key}"\nurl ='
        f' "{site.feed_url() if site.feed != "page" else url_of(site.key, 0)}"\n'
        + OPTIONS.get(site.key, "")
        for site in SITES
    ]
    (summer.config / "sources.toml").write_text("# whom we follow\n" + "\n".join(sources))


def edit_by_hand(summer: Summer) -> None:
    """Hand edits, of every field that may be edited; The Mill revises its story two days later."""
    summer.edit(
        ("harbour", 0),
        ("title", "'Story 8: the title that the operator likes better'"),
        ("mood", "calm"),
    )
    summer.edit(
        ("mill", 1), ("excerpt", "An excerpt by hand."), ("author", "The operator"), ("weight", "7")
    )
    summer.edit(
        ("lantern", 0),
        ("tags", "Rope, Lamps"),
        ("category", "Workshop"),
        ("coverImage", "'http://pics.example/l.png'"),
    )
    summer.edit(
        ("quay", 0),
        ("body", "A first paragraph that the operator wrote."),
        ("date", "'2025-06-04'"),
    )


def write_by_hand(summer: Summer) -> None:
    """An article that no source ever announced."""
    path = summer.articles / "2025/07/a-note-of-our-own.md"
    path.write_text(
        "---\ntitle: 'Story 99: a note of our own'\ndate: '2025-07-07'\nsource:"
        " http://notes.example/own\nauthor: The operator\ntags: [Tides, Radio]\ncategory: Sea\nid:"
        " ownnoteownnoteownnoteowna2\nadded: '2025-07-07T10:00:00Z'\n---\n\nThe ferry runs again."
        " Bring a coat, the wind has turned.\n"
    )


def spoil_published_file(summer: Summer) -> None:
    """The operator pastes an entry into a published file: what is built lacks it, and so that feed
    is kept back."""
    path = summer.public / "sources/quay.atom"
    head, entry, rest = path.read_text().partition("<entry")
    pasted = entry + rest.partition("</entry>")[0] + "</entry>\n"
    known = pasted.partition("<id>")[2].partition("</id>")[0]
    path.write_text(head + pasted.replace(known, "tag:coast.example,2025:by-hand") + entry + rest)


def drop_query(summer: Summer) -> None:
    (summer.config / "feeds.toml").write_text(QUERIES)


def make_withdrawal(*places: tuple[str, int]) -> Callable[[Summer], None]:
    """The command for each of these stories."""

    def act(summer: Summer) -> None:
        for place in places:
            summer.command("withdraw", url_of(*place))

    return act


def make_command_step(*words: str) -> Callable[[Summer], None]:
    """A command as something that happens."""

    def act(summer: Summer) -> None:
        summer.command(*words)

    return act


# Day -> what the operator does after that day's run. Runs are on even days.
EVENTS: dict[int, tuple[Callable[[Summer], None], ...]] = {
    8: (edit_by_hand,),
    14: (make_command_step("tags", "rename", "Rope", "Ropework"),),
    20: (make_withdrawal(("harbour", 1), ("wave", 2)),),
    28: (make_command_step("split", url_of("pier", 2)),),
    34: (make_command_step("tags", "merge", "Glaze", "Clay"), write_by_hand),
    40: (spoil_published_file, drop_query),
    42: (
        make_command_step("tags", "rename", "Radio", "RADIO"),
        lambda summer: summer.path(("mill", 3)).unlink(),
    ),
    46: (make_command_step("sources", "--apply-moves"),),
    58: (make_withdrawal(("lantern", 6)),),
    64: (make_command_step("remove", "pier"),),
    66: (make_command_step("tags", "rename", "Ropework", "Cordage"),),
    70: (make_command_step("learn"),),
    72: (
        lambda summer: summer.edit(("harbour", 11), ("title", "'Story 55: renamed late by hand'")),
    ),
}


def live_summer(summer: Summer) -> None:
    """The whole summer, a run every other day."""
    days = (END - START).days
    for day in range(0, days + 1, 2):
        summer.now = START + timedelta(days=day)
        summer.refresh()
        for event in EVENTS.get(day, ()):
            event(summer)
    summer.command("build")
    summer.command("build", "--all")


def pack_instance(root: Path, target: Path) -> None:
    """The instance as it is kept: one database file without a log, no pages, no lock."""
    with contextlib.closing(sqlite3.connect(root / DATABASE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for folder in ("config", "feeds/articles", "feeds/public"):
        shutil.copytree(
            root / folder, target / folder, ignore=shutil.ignore_patterns(".*", "*.lock")
        )
    (target / DATABASE).parent.mkdir(parents=True)
    for name in ("syndicator.db", "learnt.npz"):
        shutil.copyfile(root / "feeds/state" / name, target / "feeds/state" / name)


@contextlib.contextmanager
def set_summer_clock(summer: Summer) -> Iterator[None]:
    """Every command is given the clock of `summer` in place of the machine's."""
    wiring = importlib.import_module("syndicator.app.wiring")
    given = wiring.open_app.__wrapped__.__kwdefaults__
    before = dict(given)

    def now() -> datetime:
        return summer.now

    given.update(clock=now, jitter=lambda: 0.5)
    try:
        yield
    finally:
        given.update(before)


def main(target: Path) -> None:
    work = target / "work"
    with serve_web() as web:
        os.environ["SYNDICATOR_FETCH__PROXY"] = web.proxy
        summer = Summer(work, web)
        write_configuration(summer)
        with set_summer_clock(summer):
            live_summer(summer)
            status = json.loads(summer.command("status", "--json"))
    kept = target / "instance"
    pack_instance(work, kept)
    expected = {
        **facts.read_facts(kept),
        "edited": summer.edited,
        "status": facts.select_status(status),
    }
    (target / EXPECTED).write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
