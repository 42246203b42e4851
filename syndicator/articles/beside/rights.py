"""The file beside the article files that says for whose sites a source may speak although its feed is elsewhere: found
on the sites' own pages, or kept from the time before articles had owners."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from syndicator.articles import disk
from syndicator.errors import ConfigError

NAME = "rights.toml"
BELIEVED = timedelta(days=7)  # a site that links a feed is asked again after that: feeds' addresses change hands
_NOTE = """\
# For whose sites a source may speak although its feed is elsewhere. Written by Syndicator; `speaks_for` in
# config/sources.toml is the operator's place. [before]: sites whose articles it wrote when no article had an owner; it
# keeps that until its speaks_for is written. [linked.<source>]: sites whose own pages link its feed, and when seen.
"""


class RightsFile:
    """The file in the folder `root` of an article store, read when it is first asked for. Methods raise ConfigError for
    a file that cannot be read, OSError when the disk refuses."""

    def __init__(self, root: Path) -> None:
        self.path = root / NAME

    def exists(self) -> bool:
        return self.path.exists()

    def begin(self, before: Mapping[str, Collection[str]]) -> None:
        """Writes the file for the first time: for each source the sites it wrote for until now."""
        self._write({key: sorted(sites) for key, sites in before.items() if sites}, {})

    def before(self, key: str) -> tuple[str, ...]:
        """The sites that the source wrote for before articles had owners."""
        return tuple(self._read.get("before", {}).get(key, ()))

    def linked(self, key: str, today: date | None = None) -> tuple[str, ...]:
        """The sites whose own pages link the feed of the source; with `today`, those seen to do so lately."""
        found: Mapping[str, date] = self._read.get("linked", {}).get(key, {})
        return tuple(site for site, seen in found.items() if today is None or today - seen < BELIEVED)

    def link(self, key: str, site: str, today: date) -> None:
        """A page of `site` links the feed of the source."""
        linked = self._read.get("linked", {})
        if linked.get(key, {}).get(site) != today:
            self._write(self._read.get("before", {}), {**linked, key: {**linked.get(key, {}), site: today}})

    @cached_property
    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.path}: cannot be read ({error}); restore it from a backup") from error

    def _write(self, before: Mapping[str, Collection[str]], linked: Mapping[str, Mapping[str, date]]) -> None:
        lines = [_NOTE, "\n[before]\n"]
        lines += [f"{json.dumps(key)} = {json.dumps(list(sites))}\n" for key, sites in sorted(before.items())]
        for key, sites in sorted(linked.items()):
            lines.append(f"\n[linked.{json.dumps(key)}]\n")
            lines += [f"{json.dumps(site)} = {seen.isoformat()}\n" for site, seen in sorted(sites.items())]
        disk.write(self.path, "".join(lines).encode())
        self.__dict__.pop("_read", None)
