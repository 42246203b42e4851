"""Sources that were added at the end of a file whose other sources are known."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from syndicator.configuration.config_files.toml_file import TomlFile
from syndicator.configuration.sources.schema import check
from syndicator.core import urls
from syndicator.core.errors import ConfigError
from syndicator.core.model import Source


def added(path: Path, end: bytes, known: Sequence[Source]) -> tuple[Source, ...] | None:
    """The sources in `end`, which begins with a line of its own and stands in `path` behind all that is `known`; None
    where the whole file has to be read to tell: it is no list of further tables, or something is wrong with it."""
    try:
        found = check(TomlFile(path, tomllib.loads(end.decode())))
    except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not found:
        return ()
    keys = {one.key for one in known}
    addresses = {urls.canonical(one.url) for one in known}
    again = any(one.key in keys or urls.canonical(one.url) in addresses for one in found)
    return None if again else found
