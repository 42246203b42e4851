"""Command tags review: one article after the other, one key each, without Enter."""

from __future__ import annotations

import contextlib
import shutil
import string
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from syndicator.cli import printing
from syndicator.cli.articles.keys import Keys, is_terminal
from syndicator.cli.base import CONFIG, Config, Json, build, opened_for_change, opened_to_look
from syndicator.cli.operations import tags
from syndicator.cli.printing import counted, local
from syndicator.core.errors import UsageError

if TYPE_CHECKING:
    from syndicator.services.descriptions.review import Review, Sheet


_HELP = (
    "Enter: right as marked   1-9: mark or unmark a tag   n: none of them   t: type a tag   c: another category   "
    "s: later   u: undo   q: stop"
)
_LETTERS = string.ascii_letters  # of categories
_WIDEST = 100  # columns


@tags.command()
def review(json: Json = False, config: Config = CONFIG) -> None:
    """Look at articles that nobody confirmed, untagged and doubtful ones first: one key each. Each counts at once, so
    stop and go on when you like."""

    if not json and not is_terminal():
        raise UsageError(
            "tags review reads keys from a terminal; off one, `syndicator tags review --json` lists what waits, and "
            "`syndicator tags confirm` and `tags reject` say the same of one article"
        )
    with _sitting(config) as sitting:
        if json:
            printing.as_json([_told(sheet) for sheet in sitting.waiting()])
        else:
            import sys

            _Desk(sitting, Keys(sys.stdin.fileno())).sit()
    printing.log_problems(sitting.problems)
    if sitting.confirmed:
        with opened_for_change(config) as opened:
            written = build(opened)
        printing.say(f"{counted(sitting.confirmed, 'article')} confirmed, {counted(len(written), 'file')} written")
        printing.say("`syndicator learn` learns from them")


@contextmanager
def _sitting(config: Path) -> Iterator[Review]:
    from syndicator.services.container import locked, open_worker
    from syndicator.services.descriptions.review import Review

    with opened_to_look(config) as opened, open_worker(opened) as worker:
        said: list[str] = []

        def waits() -> bool:
            if not said:
                said.append("once a sitting")
                printing.say("waiting for a run that is under way ...")
            return False

        yield Review(opened, worker, lambda: locked(opened.settings, wait=True, give_up=waits))


class _Desk:
    def __init__(self, sitting: Review, keys: Keys) -> None:
        self._sitting, self._keys = sitting, keys

    def sit(self) -> None:
        """Until nothing waits, or the operator stops: Ctrl-C does wherever it comes."""
        with contextlib.suppress(KeyboardInterrupt):
            self._go_on()

    def _go_on(self) -> None:
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
        printing.say(f" {mark} {number if number <= 9 else ' '} {tag}" + (f"  {chance:.2f}" if chance else ""))  # noqa: PLR2004
    if not sheet.offered:
        printing.say("   no tag comes to mind; t: type one, n: none")


def _told(sheet: Sheet) -> dict[str, object]:
    article = sheet.article
    offered = [{"tag": tag, "chance": round(chance, 2)} for tag, chance in sheet.offered]
    place = {"id": article.id, "url": article.url, "title": article.title, "path": sheet.path}
    return {**place, "tags": article.tags, "category": article.category, "offered": offered}
