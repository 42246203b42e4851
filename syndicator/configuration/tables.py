"""Edit one table of a TOML file, keeping comments; folders of an instance. Pure."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomlkit

_ANY_HEADER = re.compile(r"\s*\[")


def with_table(text: str, kind: str, number: int | None, values: Mapping[str, str]) -> str:
    """Return `text` with `values` in table `number` (None: a new one) of list `kind`. Raise
    ValueError if inline."""
    after = _edited(text, kind, number, values)
    if tomllib.loads(after) != _wanted(tomllib.loads(text), kind, number, values):
        raise ValueError(f"{kind} cannot be edited safely")
    return after


def _wanted(
    before: dict[str, Any], kind: str, number: int | None, values: Mapping[str, str]
) -> dict[str, Any]:
    tables = [*before.get(kind, ())]
    if number is None:
        tables.append({**values})
    else:
        tables[number] = {**tables[number], **values}
    return {**before, kind: tables}


def _edited(text: str, kind: str, number: int | None, values: Mapping[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    header = re.compile(rf"\s*\[\[\s*(?:{kind}|'{kind}'|\"{kind}\")\s*\]\]")
    spans = [span(lines, at) for at, line in enumerate(lines) if header.match(line)]
    if number is None:
        above = text.rstrip() + "\n\n" if text.strip() else ""
        return above + _changed(f"[[{kind}]]\n", kind, values)
    if number >= len(spans):
        raise ValueError(f"table {number} of {kind} has no header of its own")
    first, last = spans[number]
    return "".join(
        [*lines[:first], _changed("".join(lines[first:last]), kind, values), *lines[last:]]
    )


def span(lines: list[str], header: int) -> tuple[int, int]:
    """Return first line and end (exclusive) of a table, without comments at its end."""
    end = next(
        (n for n in range(header + 1, len(lines)) if _ANY_HEADER.match(lines[n])), len(lines)
    )
    last = max(
        n
        for n in range(header, end)
        if lines[n].strip() and (n == header or not is_comment(lines[n]))
    )
    return header, last + 1


def is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _changed(text: str, kind: str, values: Mapping[str, str]) -> str:
    """Return the text of one table with `values`; equal values stay as written."""
    document: Any = tomlkit.parse(text)
    table: Any = document[kind][0]
    for name, value in values.items():
        if table.get(name) != value:
            table[name] = value
    result = tomlkit.dumps(document)
    return result if result.endswith("\n") else result + "\n"


def with_settings(text: str, wanted: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the text of a syndicator.toml with these settings, by section; comments stay."""
    document: Any = tomlkit.parse(text)
    for section, values in wanted.items():
        document.setdefault(section, tomlkit.table()).update(values)
    return tomlkit.dumps(document)


VARIABLE: Final = "SYNDICATOR_CONFIG"  # folder of configuration, unless an option names one


def own_config(environ: Mapping[str, str]) -> Path | None:
    """Return this account's configuration, `~/.config/syndicator` (XDG base directories), or
    None."""
    folder = _xdg(environ, "XDG_CONFIG_HOME", ".config")
    return folder if folder and folder.is_dir() else None


def root_of(config: Path, environ: Mapping[str, str]) -> Path:
    """Return the root of paths in `config`: its parent, or `~/.local/share/syndicator` for the
    account's own."""
    own, data = (
        _xdg(environ, "XDG_CONFIG_HOME", ".config"),
        _xdg(environ, "XDG_DATA_HOME", ".local/share"),
    )
    if own and data and own.resolve() == config.resolve():
        return data
    return config.resolve().parent


def _xdg(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    """Return the program's folder in a base directory; relative ones count as unset (XDG)."""
    if Path(environ.get(variable, "")).is_absolute():
        return Path(environ[variable]) / "syndicator"
    home = Path(environ.get("HOME", ""))
    return home / usual / "syndicator" if home.is_absolute() else None
