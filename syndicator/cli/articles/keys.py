"""Command tags suggest, and its --choose: take, rename or drop each suggestion by one key."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command, open_to_read
from syndicator.cli.operations import apply, perform, tags
from syndicator.cli.printing import counted
from syndicator.core.errors import UsageError
from syndicator.operations.operation import Argument, need_operation

if TYPE_CHECKING:
    from syndicator.app.container import App

_MOST_BYTES = 64  # bytes at once: a paste, or the sequence of a function key
_LOOK_SECONDS = 0.5  # seconds between two looks for a signal
_ESCAPE = "\x1b"  # what function keys begin with
# Ctrl-D; Linux reads a zero byte for one that was typed before the terminal gave single keys
_END_KEYS = ("\x04", "\x00")
_STOP_KEYS = ("q", "")
_CHOICE_KEYS = ("\n", "\r", "e", "d", *_STOP_KEYS)
_CHOICE_LINE = "Enter: take it   e: take it under another name   d: drop it   q: stop"


class Keys:
    """Reader of single keys from a terminal. A function key counts as one key, although it sends
    several bytes. `descriptor`: the file descriptor of the terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._typed = ""  # keys that were typed and not yet returned

    def read(self) -> str:
        """Wait for the next key and return its character: "?" for a function key, "" for the end of
        the input, such as Ctrl-D. Raises KeyboardInterrupt for Ctrl-C."""
        if not self._typed:
            typed = self._read_chunk().decode("utf-8", "replace")
            is_function_key = typed.startswith(_ESCAPE)
            self._typed = "?" if is_function_key else typed
        key = self._typed[:1]  # "" if the terminal is gone
        self._typed = self._typed[1:]
        return "" if key in _END_KEYS else key

    def ask_line(self, question: str) -> str:
        """Print a question, and return the line that is typed as the answer, without spaces around
        it. The line begins with keys that were typed earlier and are not read yet."""
        line, newline, self._typed = self._typed.partition("\n")
        print(question + line, end=newline, flush=True)
        if not newline:  # the earlier keys are no whole line: wait for the rest
            line += sys.stdin.readline()
        return line.strip()

    def _read_chunk(self) -> bytes:
        """Wait until a key is typed, and return the bytes of all keys that were typed; b"" if the
        terminal is gone."""
        settings = termios.tcgetattr(self._descriptor)
        try:
            # deliver single keys without waiting for Enter
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
            # wait in short pieces: a Ctrl-C just before a long read would wait for the next key
            while not self._has_input(_LOOK_SECONDS):
                pass
            data = os.read(self._descriptor, _MOST_BYTES)
            # the bytes of a function key may arrive one after the other
            while data and len(data) < _MOST_BYTES and self._has_input(0):
                data += os.read(self._descriptor, 1)
            return data
        except OSError:
            return b""
        finally:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, settings)

    def _has_input(self, seconds: float) -> bool:
        """Return True if a key was typed, after waiting for at most `seconds`."""
        readable, _, _ = select.select([self._descriptor], [], [], seconds)
        return bool(readable)


def is_terminal() -> bool:
    """Return True if a person can answer: input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


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
        perform(config, need_operation("suggest-tags"), {"categories": categories}, json=json)
        return
    with open_to_read(config) as opened:
        change = need_operation("suggest-tags").plan(opened, {"categories": categories})
        offers: Sequence[Offer] = change.data
        if not offers:
            # `change.lines` is a function, and True stands for a dry run; its lines say that there
            # is nothing to suggest
            lines = change.lines(True) if change.lines else ()  # noqa: FBT003 - a Callable
            printing.say("\n".join(lines))
            return
        if not is_terminal():
            raise UsageError(
                "--choose needs a terminal; without one, `syndicator tags suggest --json` lists the"
                " same"
            )
        accepted = decide_offers(offers, Keys(sys.stdin.fileno()), opened)
    printing.say(f"{counted(accepted, 'name')} added to taxonomy.toml")
    if accepted:
        printing.say("`syndicator describe --all` applies them to the articles that are there")


def decide_offers(offers: Sequence[Offer], keys: Keys, opened: App) -> int:
    """Ask the operator about each offer, a suggested tag or category, until `q` or Ctrl-C. Write
    the accepted ones to taxonomy.toml. Return the number of accepted offers. `keys`: the keys that
    the operator types."""
    accepted = 0
    printing.say(_CHOICE_LINE)
    with contextlib.suppress(KeyboardInterrupt):
        for number, offer in enumerate(offers, 1):
            _print_offer(offer, number, len(offers))
            key = keys.read()
            while key not in _CHOICE_KEYS:
                printing.say(_CHOICE_LINE)
                key = keys.read()
            if key in _STOP_KEYS:
                break
            if key == "d":  # drop the offer
                continue
            name = offer["name"]
            if key == "e":  # accept it under another name
                name = keys.ask_line("name: ")
            if _accept_offer(offer, name, opened):
                accepted += 1
    return accepted


def _accept_offer(offer: Offer, name: str, opened: App) -> bool:
    """Write an offer, a suggested tag or category, to taxonomy.toml under `name`. Return True if it
    was written. If `name` is not allowed, print why and return False. If `name` is "", only return
    False."""
    if not name:
        return False
    arguments: dict[str, Any] = {"name": name}
    is_category = "description" in offer
    if is_category:
        operation = "save-category"
        arguments["description"] = f"{offer['name']}: {offer['description']}"
        arguments["stamp"] = ""
    else:
        operation = "add-tag"
        aliases = list(offer["aliases"])
        if name != offer["name"]:  # articles spell the tag as the offer does
            aliases.insert(0, offer["name"])
        arguments["aliases"] = tuple(aliases)
    try:
        apply(opened, need_operation(operation), arguments)
    except UsageError as error:
        printing.say(str(error))
        return False
    return True


def _print_offer(offer: Offer, number: int, total: int) -> None:
    """Print a suggested tag or category: `number` of `total`, its name, how many articles it has,
    its description or other spellings, and titles of some articles."""
    article_count = counted(offer["support"], "article")
    printing.say(f"\n{number}/{total}  {offer['name']}  {article_count}")
    about = offer.get("description") or ", ".join(offer["aliases"])
    if about:
        printing.say(f"  {about}")
    for title in offer["examples"]:
        printing.say(f"  - {title}")
