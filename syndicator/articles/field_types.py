"""The types of an article's fields: the normal form of a value, how a file writes it, and how it is read back. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from syndicator.articles import times
from syndicator.core import text
from syndicator.core.errors import ConfigError
from syndicator.core.model import Enclosure, Origin
from syndicator.core.urls import BadUrl, canonical

_NEWLINE = re.compile(r"\r\n?")
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_JOINER = "\u2060"  # WORD JOINER
_SHORTCODE = re.compile(r"\{\{(?=[<%])")
_GUARDED = re.compile(rf"\{{\{{{_JOINER}+(?=[<%])")
_WHOLE = re.compile(r"\d{1,18}")  # below 2**63, what databases and feed readers hold
_TRUE = ("true", "yes", "on", "1")
_SHOWN_CHARS = 40  # of a wrong value, in a message


@dataclass(frozen=True, slots=True)
class FieldType:
    """`settle`: any value -> its normal form, idempotent. `write`: a value in normal form -> what YAML holds. `read`:
    what YAML holds (scalars as text) and where it stands -> a value; raises ConfigError that names place, fault and
    cure. `absent`: what a missing key reads as. read(write(value)) is value, for every value in normal form."""

    settle: Callable[[Any], Any]
    write: Callable[[Any], Any]
    read: Callable[[Any, str], Any]
    absent: Any = ""


def _same(value: Any) -> Any:
    return value


def _legal(value: str) -> str:
    return text.legal(str(value))  # str: a member of a StrEnum has no plain form in YAML


def _legal_or_none(value: str | None) -> str | None:
    return text.legal(value or "") or None


def _or_empty(value: str | None) -> str:
    return value or ""


def _read_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: has to be one text; put it in quotes")
    return text.legal(value)


def _settle_texts(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cleaned for value in values if (cleaned := text.legal(value)))


def _read_texts(value: Any, where: str) -> tuple[str, ...]:
    """A list, or one text with commas as people write tags."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where}: has to be a list of texts, one a line after a hyphen")
    return tuple(value)


def _read_time(value: Any, where: str) -> datetime | None:
    given = _read_text(value, where)
    try:
        return times.moment(datetime.fromisoformat(given)) if given else None
    except ValueError as error:
        raise ConfigError(
            f"{where}: {given[:_SHOWN_CHARS]!r} is no time; write it like '2026-11-24T10:00:00Z'"
        ) from error


def read_day(value: str, where: str) -> datetime:
    """The start of the day that `value` names, in UTC; a whole time counts too. Raises ConfigError."""
    try:
        given = datetime.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(f"{where}: {value[:_SHOWN_CHARS]!r} is no day; write it like '2026-11-24'") from error
    return times.moment(given) or given.replace(tzinfo=UTC)


def _read_flag(value: Any, where: str) -> bool:
    return _read_text(value, where).lower() in _TRUE


def _read_whole(value: Any, where: str) -> int:
    given = _read_text(value, where)
    return int(given) if _WHOLE.fullmatch(given) else 0


def _read_address(value: Any, where: str) -> str:
    url = _read_text(value, where)
    try:
        canonical(url)
    except BadUrl as error:
        raise ConfigError(f"{where}: has to be the article's URL, not {url[:80]!r}") from error
    return url


@lru_cache(8)  # the same body comes five times while a file is written
def spelled(value: str) -> str:
    """A body in normal form, but for how it spells what site generators take for their own: as `value` has it."""
    tidy = _BLANKS.sub("\n\n", _NEWLINE.sub("\n", text.legal(value))).rstrip()
    blank = len(tidy) - len(tidy.lstrip())
    return tidy[tidy.rfind("\n", 0, blank) + 1 :]  # the first line keeps its indentation


def guarded(value: str) -> str:
    """`value` so that no `{{<` or `{{%` in it ends a build of Hugo, which takes them for shortcodes anywhere, in code
    too. A character that nobody sees and that breaks no line stands in between; reading the file takes it out."""
    return _SHORTCODE.sub(f"{{{{{_JOINER}", value)


def _settle_body(value: str) -> str:
    return _GUARDED.sub("{{", spelled(value))


TEXT = FieldType(_legal, _same, _read_text)
TEXT_OR_NONE = FieldType(_legal_or_none, _or_empty, _read_text)  # "" and None are one: None
TEXTS = FieldType(_settle_texts, list, _read_texts, [])
TIME = FieldType(times.moment, times.iso, _read_time)
FLAG = FieldType(bool, _same, _read_flag)
WHOLE = FieldType(lambda value: max(0, value), _same, _read_whole)  # what is no whole number reads as 0: unknown
ADDRESS = FieldType(_legal, _same, _read_address)
# Markdown with line feeds only, never two blank lines in a row, none at either end. Not in the frontmatter.
BODY = FieldType(_settle_body, _same, _read_text)


def _record(kind: type[Any], needs: str = "", **types: FieldType) -> FieldType:
    """The type of a dataclass whose fields are of `types`; empty ones are left out of the file. A value without the
    field that it `needs` is None."""

    def settle(value: Any) -> Any:
        if value is None:
            return None
        made = kind(**{name: type.settle(getattr(value, name)) for name, type in types.items()})
        return made if not needs or getattr(made, needs) else None

    def write(value: Any) -> dict[str, Any]:
        pairs = ((name, type.write(getattr(value, name))) for name, type in types.items()) if value else ()
        return {name: written for name, written in pairs if written}

    def read(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: has to be indented `key: value` lines")
        given = {str(name): inner for name, inner in value.items()}
        if needs and not types[needs].read(given.get(needs, ""), f"{where}: {needs}"):
            return None
        made = {name: type.read(given.get(name, type.absent), f"{where}: {name}") for name, type in types.items()}
        return kind(**made)

    return FieldType(settle, write, read, {})


ENCLOSURE = _record(Enclosure, needs="url", url=TEXT, type=TEXT, length=WHOLE, duration=TEXT, podcast=TEXTS)
ORIGIN = _record(Origin, title=TEXT, url=TEXT, site=TEXT, id=TEXT, updated=TIME)
