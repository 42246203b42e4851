"""The configuration that a new folder begins with, made of the files we ship. Never of a checkout's `config`, which its
operator may have edited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicator.core.errors import UsageError

_DATA: Final = Path(__file__).resolve().parents[2] / "data"
SHIPPED: Final = _DATA / "config"  # the same as `config` of the repository
FILES: Final = ("syndicator.toml", "sources.toml", "taxonomy.toml", "feeds.toml")
# Sets of sources with a taxonomy for them, and the title of what they make.
EXAMPLES: Final[Mapping[str, str]] = {"ai": "AI and technology, by tag"}
_DEFAULT_TITLE: Final = '# title = "Syndicator"'
# Shows what to write where nothing is written yet.
_FIRST_TAXONOMY: Final = """\

# [[category]]
# name = "Gardening"
# description = "Gardening: plants, beds, vegetables, soil, pests, tools and seasons"
#
# [[tag]]
# name = "tomatoes"
# aliases = ["tomato plants"]
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What a new folder is for; all of it may be left out. `example`: a key of EXAMPLES."""

    title: str = ""
    url: str = ""  # where the feeds will be
    contact: str = ""
    example: str = ""


def checked(start: Start) -> Start:
    """`start` itself. Raises UsageError that says what is wrong with it."""
    if start.example and start.example not in EXAMPLES:
        raise UsageError(f"--example {start.example}: there is none of that name; there is {', '.join(EXAMPLES)}")
    parts = urlsplit(start.url)
    if start.url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UsageError(f"--url {start.url}: write it like https://feeds.example.org/")
    return start


def config_files(start: Start, *, at_home: bool = True) -> dict[str, str]:
    """The four files by name. Sources and taxonomy are those of the example, else explained and empty. `at_home`: they
    stay on this machine, where their schemas are."""
    shipped = {name: _with_schema((SHIPPED / name).read_text(encoding="utf-8"), at_home) for name in FILES}
    if not start.example:
        shipped["sources.toml"] = _explanation(shipped["sources.toml"])
        shipped["taxonomy.toml"] = _explanation(shipped["taxonomy.toml"]) + _FIRST_TAXONOMY
    title = start.title or EXAMPLES.get(start.example, "")
    return shipped | {"syndicator.toml": _settings(shipped["syndicator.toml"], title, start.url, start.contact)}


def _with_schema(text: str, at_home: bool) -> str:
    """A file whose first line names its schema where the program is, for editors; elsewhere it names none."""
    named, _, rest = text.partition("\n")
    return f"{named.replace('../syndicator/data/', f'{_DATA}/')}\n{rest}" if at_home else rest.lstrip()


def _explanation(text: str) -> str:
    """What a file says before its first table or heading of a group of them."""
    return re.split(r"(?m)^(?:\[\[|# ---)", text)[0].rstrip() + "\n"


def _settings(text: str, title: str, url: str, contact: str) -> str:
    """The settings with these of [site]; one that is empty is shown as the default that it then is."""
    text = re.sub(r'(?m)^title = "[^"]*"', _DEFAULT_TITLE, text, count=1)
    for name, value in (("title", title), ("url", url), ("contact", contact)):
        shown = re.search(rf'(?m)^# {name} = "[^"]*" *', text)
        if value and shown:
            line = f"{name} = {_quoted(value)} "
            text = text[: shown.start()] + line.ljust(len(shown[0])) + text[shown.end() :]
    return text


def _quoted(value: str) -> str:
    """A basic string of TOML, whose escapes JSON has, too."""
    return json.dumps(value.replace("\x7f", ""), ensure_ascii=False)
