"""The file beside the article files that says for whose sites a source may speak although its feed is elsewhere: found
on the sites' own pages, or kept from the time before articles had owners."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from syndicator.errors import ConfigError
from syndicator.ports.files import KeptFile

NAME = "rights.toml"
_Before = Mapping[str, Collection[str]]
_Linked = Mapping[str, Mapping[str, date]]
BELIEVED = timedelta(days=7)  # a site that links a feed is asked again after that: feeds' addresses change hands
_NOTE = """\
# For whose sites a source may speak although its feed is elsewhere. Written by Syndicator; `speaks_for` in
# config/sources.toml is the operator's place. [before]: sites whose articles it wrote when no article had an owner; it
# keeps that until its speaks_for is written. [linked.<source>]: sites whose own pages link its feed, and when seen.
"""


class RightsFile:
    """The file NAME of an article store, read when it is first asked for. Methods raise ConfigError for a file that
    cannot be read, OSError when the disk refuses."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file

    def __str__(self) -> str:
        return str(self._file)

    def exists(self) -> bool:
        return self._file.stamp() is not None

    def begin(self, before: Mapping[str, Collection[str]]) -> None:
        """Writes the file for the first time: for each source the sites it wrote for until now."""
        first = _written({key: sorted(sites) for key, sites in before.items() if sites}, {})
        self._file.update(lambda there: first if there is None else None)
        self.__dict__.pop("_read", None)

    def before(self, key: str) -> tuple[str, ...]:
        """The sites that the source wrote for before articles had owners."""
        return tuple(self._read.get("before", {}).get(key, ()))

    def linked(self, key: str, today: date | None = None) -> tuple[str, ...]:
        """The sites whose own pages link the feed of the source; with `today`, those seen to do so lately."""
        found: Mapping[str, date] = self._read.get("linked", {}).get(key, {})
        return tuple(site for site, seen in found.items() if today is None or today - seen < BELIEVED)

    def link(self, key: str, site: str, today: date) -> None:
        """A page of `site` links the feed of the source."""
        if self._read.get("linked", {}).get(key, {}).get(site) == today:
            return

        def linked(there: dict[str, Any]) -> tuple[_Before, _Linked]:
            known = there.get("linked", {})
            return there.get("before", {}), {**known, key: {**known.get(key, {}), site: today}}

        self._update(linked)

    @cached_property
    def _read(self) -> dict[str, Any]:
        return self._parsed(self._file.read())

    def _parsed(self, data: bytes | None) -> dict[str, Any]:
        try:
            return tomllib.loads((data or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self._file}: cannot be read ({error}); restore it from a backup") from error

    def _update(self, change: Callable[[dict[str, Any]], tuple[_Before, _Linked]]) -> None:
        self._file.update(lambda data: _written(*change(self._parsed(data))))
        self.__dict__.pop("_read", None)


def _written(before: _Before, linked: _Linked) -> bytes:
    lines = [_NOTE, "\n[before]\n"]
    lines += [f"{json.dumps(key)} = {json.dumps(list(sites))}\n" for key, sites in sorted(before.items())]
    for key, sites in sorted(linked.items()):
        lines.append(f"\n[linked.{json.dumps(key)}]\n")
        lines += [f"{json.dumps(site)} = {seen.isoformat()}\n" for site, seen in sorted(sites.items())]
    return "".join(lines).encode()
