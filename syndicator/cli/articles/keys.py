"""Commands tags suggest and tags review: one key per decision, without Enter, saved at once."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import string
import sys
import termios
import textwrap
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.cli import printing
from syndicator.cli.base import (
    CONFIG,
    Config,
    Json,
    build,
    command,
    opened_for_change,
    opened_to_look,
)
from syndicator.cli.operations import apply, perform, tags
from syndicator.cli.printing import counted, local
from syndicator.core.errors import UsageError
from syndicator.operations.operation import Argument, need
from syndicator.operations.tags import written

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import Article
    from syndicator.upkeep.descriptions.review import Review, Sheet

_MOST_DIGITS = 9  # tags that a key of one digit marks
_MOST = 64  # bytes at once: a paste, or the sequence of a function key
_LOOK = 0.5  # seconds between two looks for a signal
_ESCAPE = "\x1b"  # what function keys begin with
_ENDS = ("\x04", "\x00")  # Ctrl-D, also as Linux reads one that was typed ahead


class Keys:
    """Reader of keys from the terminal `fd`. A function key counts as one."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._typed = ""

    def read(self) -> str:
        """Return the next key; "" at the end of the input. Raises KeyboardInterrupt for Ctrl-C."""
        if not self._typed:
            typed = self._chunk().decode("utf-8", "replace")
            self._typed = "?" if typed.startswith(_ESCAPE) else typed
        key, self._typed = self._typed[:1], self._typed[1:]
        return "" if key in _ENDS else key

    def line(self, question: str) -> str:
        ahead, ended, self._typed = self._typed.partition("\n")
        print(question + ahead, end="\n" if ended else "", flush=True)
        return (ahead if ended else ahead + sys.stdin.readline()).strip()

    def _chunk(self) -> bytes:
        before = termios.tcgetattr(self._fd)
        try:
            tty.setcbreak(self._fd, termios.TCSADRAIN)
            while not select.select([self._fd], [], [], _LOOK)[0]:
                pass  # or a Ctrl-C just before a read would wait for the next key
            data = os.read(self._fd, _MOST)
            while data and len(data) < _MOST and select.select([self._fd], [], [], 0)[0]:
                data += os.read(self._fd, 1)
            return data
        except OSError:
            return b""
        finally:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


_CHOOSING = "Enter: take it   e: take it under another name   d: drop it   q: stop"
Offer = Mapping[str, Any]  # a tag with "aliases", or a category with a "description"


@command(group=tags)
def suggest(
    categories: Annotated[bool, Argument("Groups of articles that could be categories.")] = False,
    choose: Annotated[bool, Argument("Take, rename or drop each with one key.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Suggest tags, or categories, from the words of articles. Changes nothing without --choose,
    which adds those that you take to taxonomy.toml."""
    if json or not choose:
        perform(config, need("suggest-tags"), {"categories": categories}, json=json)
        return
    with opened_to_look(config) as opened:
        change = need("suggest-tags").plan(opened, {"categories": categories})
        offers: Sequence[Offer] = change.data
        if not offers:
            printing.say("\n".join(change.lines(True) if change.lines else ()))
            return
        if not is_terminal():
            raise UsageError(
                "--choose needs a terminal; without one, `syndicator tags suggest --json` lists the"
                " same"
            )
        taken = decide(offers, Keys(sys.stdin.fileno()), opened)
    printing.say(f"{counted(taken, 'name')} added to taxonomy.toml")
    if taken:
        printing.say("`syndicator describe --all` applies them to the articles that are there")


def decide(offers: Sequence[Offer], keys: Keys, opened: App) -> int:
    """Ask about each offer until `q` or Ctrl-C; write the accepted ones, return their number."""
    taken = 0
    printing.say(_CHOOSING)
    with contextlib.suppress(KeyboardInterrupt):
        for number, offer in enumerate(offers, 1):
            _show_offer(offer, number, len(offers))
            while (key := keys.read()) not in ("\n", "\r", "e", "d", "q", ""):
                printing.say(_CHOOSING)
            if key in ("q", ""):
                break
            if key != "d":
                taken += _take(offer, keys.line("name: ") if key == "e" else offer["name"], opened)
    return taken


def _take(offer: Offer, name: str, opened: App) -> bool:
    if not name:
        return False
    arguments: dict[str, Any] = {"name": name}
    if "description" in offer:
        operation = "save-category"
        arguments |= {"description": f"{offer['name']}: {offer['description']}", "stamp": ""}
    else:
        # its spelling in articles
        operation, spelled = "add-tag", () if name == offer["name"] else (offer["name"],)
        arguments["aliases"] = (*spelled, *offer["aliases"])
    try:
        apply(opened, need(operation), arguments)
    except UsageError as error:
        printing.say(str(error))
        return False
    return True


def _show_offer(offer: Offer, number: int, of: int) -> None:
    printing.say(f"\n{number}/{of}  {offer['name']}  {counted(offer['support'], 'article')}")
    if about := offer.get("description") or ", ".join(offer["aliases"]):
        printing.say(f"  {about}")
    for title in offer["examples"]:
        printing.say(f"  - {title}")


_HELP = (
    "Enter: confirm   1-9: mark or unmark a tag   n: none of them   t: type a tag   c: another"
    " category   s: later   u: undo   q: stop"
)
_LETTERS = string.ascii_letters  # of categories
_WIDEST = 100  # columns


@command(group=tags)
def review(json: Json = False, config: Config = CONFIG) -> None:
    """Confirm or correct the tags of articles, untagged and doubtful ones first, with one key each.
    Each decision is saved at once, so stop and go on when you like."""

    if not json and not is_terminal():
        raise UsageError(
            "tags review needs a terminal; without one, `syndicator tags review --json` lists the"
            " articles, and `syndicator tags confirm` and `tags reject` decide on one"
        )
    if json:
        perform(config, need("review-tags"), {}, json=True)
        return
    with _sitting(config) as sitting, contextlib.suppress(KeyboardInterrupt):
        _Desk(sitting, Keys(sys.stdin.fileno())).sit()
    printing.log_problems(sitting.problems)
    if sitting.confirmed:
        with opened_for_change(config) as opened:
            written, _ = build(opened)
        printing.say(
            f"{counted(sitting.confirmed, 'article')} confirmed, {counted(len(written), 'file')}"
            " written"
        )
        printing.say("`syndicator learn` learns from them")


@contextmanager
def _sitting(config: Path) -> Iterator[Review]:
    from syndicator.app.clients import open_worker
    from syndicator.app.lock import locked
    from syndicator.upkeep.descriptions.review import Review

    with opened_to_look(config) as opened, open_worker() as worker:

        @cache  # says it once a sitting
        def waits() -> bool:
            printing.say("waiting for a run that is under way ...")
            return False

        yield Review(
            opened.archive,
            opened.configuration,
            worker,
            lambda: locked(opened.configuration.settings, wait=True, give_up=waits),
            lambda _, path, seen, wanted: _write(opened, path, seen, wanted),
        )


def _write(app: App, path: str, seen: Article, wanted: Article) -> Article:
    """Write a decision as `tags confirm` does, so that it is in the log of changes."""
    from syndicator.upkeep.descriptions.tags import Confirmed

    change = written(app, Confirmed(before=seen, after=wanted, path=path, changed=True, feeds=()))
    apply(
        app,
        need("set-tags"),
        {"id": wanted.id, "tags": wanted.tags, "category": wanted.category},
        change,
    )
    return app.archive.article_store.get(path)


class _Desk:
    def __init__(self, sitting: Review, keys: Keys) -> None:
        self._sitting, self._keys = sitting, keys

    def sit(self) -> None:
        printing.say(_HELP)
        sheet = self._sitting.next()
        while sheet is not None or self._sitting.confirmed:
            if sheet is None:
                printing.say("\nnothing waits any more; u: undo, any other key: stop")
            else:
                _show(sheet)
            key = self._keys.read()
            if key in ("q", "") or (sheet is None and key != "u"):
                return
            sheet = self._pressed(key, sheet)
        printing.say("nothing waits: every article was looked at")

    def _pressed(self, key: str, sheet: Sheet | None) -> Sheet | None:
        try:
            if key == "u":
                if not self._sitting.undo(sheet):
                    printing.say("there is nothing to undo")
                    return sheet
                return self._sitting.next()
            return self._of_sheet(key, sheet) if sheet else None
        except UsageError as error:
            printing.say(str(error))
            return sheet if key == "t" else self._sitting.next()

    def _of_sheet(self, key: str, sheet: Sheet) -> Sheet | None:
        if key in ("\n", "\r", "n"):
            self._sitting.confirm(replace(sheet, marked=()) if key == "n" else sheet)
            return self._sitting.next()
        if key == "s":
            self._sitting.put_off(sheet)
            return self._sitting.next()
        if key == "t":
            typed = self._keys.line("tag: ")
            return self._sitting.tag(sheet, typed) if typed else sheet
        if key == "c":
            return replace(sheet, category=self._category(sheet.category))
        if key.isdigit() and 0 < int(key) <= len(sheet.offered):
            return sheet.turned(sheet.offered[int(key) - 1][0])
        printing.say(_HELP)
        return sheet

    def _category(self, now: str) -> str:
        if not (listed := dict(zip(_LETTERS, self._sitting.categories, strict=False))):
            printing.say("taxonomy.toml lists no category")
            return now
        printing.say("   ".join(f"{letter}: {name}" for letter, name in listed.items()))
        return listed.get(self._keys.read(), now)


def _show(sheet: Sheet) -> None:
    article, width = sheet.article, min(_WIDEST, shutil.get_terminal_size().columns)
    printing.say("\n" + "\n".join(textwrap.wrap(article.title, width) or ["(no title)"]))
    printing.say(f"{local(article.published)}  {article.url}".strip())
    for line in textwrap.wrap(article.excerpt or article.text[:300], width - 2):
        printing.say(f"  {line}")
    printing.say(f"category: {sheet.category or 'none'}")
    for number, (tag, chance) in enumerate(sheet.offered, 1):
        mark = "*" if tag in sheet.marked else " "
        printing.say(
            f" {mark} {number if number <= _MOST_DIGITS else ' '} {tag}"
            + (f"  {chance:.2f}" if chance else "")
        )
    if not sheet.offered:
        printing.say("   no tag to suggest; t: type one, n: none")
