"""Convert the frontmatter of articles of other programs to ours, by a table. Pure.

The table is foreign_keys.toml."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urljoin

_EIGHT = ("title", "date", "excerpt", "coverImage", "author", "tags", "category", "source")
_OWN_ADDRESS = ("permalink", "url")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")  # a name with its day, whose tags have no commas
_ZONE = re.compile(r" ([+-]\d{2}):?(\d{2})$")  # 2026-02-01 10:00:00 +0100
_IN_WORDS = ("%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")  # Jul 08 2022
_FALSE = ("false", "no", "off")
_TRUE = ("true", "yes", "on")
_DAY = len("2026-02-11")
_INDEX = ("index", "_index")


@dataclass(frozen=True, slots=True)
class Translated:
    """A converted frontmatter. `front`: the first eight keys and the times; `own`: True if the page
    is on this site; `dropped`: messages about lost values."""

    front: Mapping[str, Any]
    own: bool
    dropped: tuple[str, ...] = ()


def is_draft(front: Mapping[str, Any]) -> bool:
    """Return True for `draft: true`, `published: false`, and our articles on hold or merged."""
    if _word(front.get("hold")) in _TRUE:
        return True
    if front.get("merged_into") and front.get("digest"):
        return True
    return _word(front.get("draft")) in _TRUE or _word(front.get("published")) in _FALSE


def translate(front: Mapping[str, Any], path: PurePosixPath, site: str) -> Translated:
    """Convert the frontmatter of `path`. `site`: URL of the feeds or "", for pages without an
    address."""
    raw = {key: _find_value(front, names) for key, names in _load_keys().items()}
    dated_name = _DATED.fullmatch(path.parent.name if path.stem in _INDEX else path.stem)
    published = _parse_time(raw["published"])
    updated = _parse_time(raw["updated"])
    date_or_time = _parse_time(raw["date"])
    if len(date_or_time) == _DAY and published.startswith(date_or_time):
        date_or_time = published
    day = date_or_time[:_DAY]
    if not day and dated_name:
        day = dated_name[1]

    stated_sources = [value for value in _list_texts(raw["source"]) if _is_whole(value)]
    is_own_page = not stated_sources
    if stated_sources:
        source = stated_sources[0]
    elif site:
        source = urljoin(site.rstrip("/") + "/", _find_page_path(front, path))
    else:
        source = ""

    stated_cover = next(iter(_list_texts(raw["coverImage"])), "")
    cover = stated_cover
    if stated_cover and not _is_whole(stated_cover):
        is_site_known = bool(source) and is_own_page
        cover = urljoin(source, quote(stated_cover, safe="/%:?=&")) if is_site_known else ""

    category = _line(front.get("category"))
    values = {
        "title": _text(raw["title"]),
        "date": day,
        "excerpt": _text(raw["excerpt"]),
        "coverImage": cover,
        "author": _line(raw["author"]) or ", ".join(_list_texts(raw["author"])),
        "tags": _list_tags(raw["tags"], by_spaces=dated_name is not None),
        "category": category or next(iter(_list_texts(raw["category"])), ""),
        "source": source,
    }
    translated = {key: values[key] for key in _EIGHT if values[key]}
    if len(date_or_time) > _DAY:
        translated["published"] = date_or_time
    if date_or_time and len(updated) > _DAY:
        translated["updated"] = updated
    dropped: tuple[str, ...] = ()
    if stated_cover and not cover:
        dropped = (f"coverImage: {stated_cover!r} is no whole URL",)
    return Translated(front=translated, own=is_own_page, dropped=dropped)


@cache
def _load_keys() -> Mapping[str, Sequence[str]]:
    file = resources.files("syndicator.adding").joinpath("foreign_keys.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _find_value(front: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return the value of the first of `names` that has one; None if there is none. A name with
    dots is a path through tables."""
    for name in names:
        value: Any = front
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        is_other_table = isinstance(value, Mapping) and "name" not in value
        if isinstance(value, bool) or is_other_table:
            continue
        if value not in (None, "", [], {}):
            return value
    return None


def _find_page_path(front: Mapping[str, Any], path: PurePosixPath) -> str:
    """Return the path of the page of the file at `path`, escaped, without a first slash: the stated
    one, else that of the file, whose name `slug` may replace."""
    for key in _OWN_ADDRESS:
        address = _text(front.get(key))
        if address.startswith("/"):
            return quote(address.lstrip("/"), safe="/%")
    if path.stem in _INDEX:
        return quote(str(path.parent)) if str(path.parent) != "." else ""
    name = _text(front.get("slug")).strip("/").rpartition("/")[2]
    if name in ("", ".", ".."):
        name = path.stem
    return quote(str(path.parent / name))


def _list_tags(value: Any, *, by_spaces: bool) -> list[str]:
    if by_spaces and isinstance(value, str) and "," not in value:
        return _list_texts(value.split())
    return _list_texts(value)


def _list_texts(value: Any) -> list[str]:
    """Return the distinct texts in a value: a text, a list with commas, a list, or tables."""
    return list(dict.fromkeys(text for text in _each_text(value) if text))


def _each_text(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield _text(value.get("name") or value.get("url") or value.get("src"))
    elif isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, Mapping):
                yield from _each_text(item)
            else:
                yield _text(item)
    elif isinstance(value, str) and "," in value and "://" not in value:
        for part in value.split(","):
            yield part.strip()
    else:
        yield _text(value)


def _line(value: Any) -> str:
    """Return a text on one line, "" for a value of another type."""
    return _text(value) if isinstance(value, str) else ""


def _text(value: Any) -> str:
    """Return a text, number or day on one line, "" for a value of another type."""
    if value is None or isinstance(value, bool | Mapping | list):
        return ""
    return " ".join(str(value).split())


def _word(value: Any) -> str:
    return str(value).strip().lower()


def _parse_time(value: Any) -> str:
    """Return a day, or a time in UTC; "" if `value` is neither."""
    if isinstance(value, datetime):
        text = value.isoformat()
    elif isinstance(value, date):
        return value.isoformat()
    else:
        text = _ZONE.sub(r"\1:\2", _text(value))
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat()
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and moment.time() == time.min:
            return moment.date().isoformat()
        aware = moment.replace(tzinfo=moment.tzinfo or UTC)
        in_utc = aware.astimezone(UTC).replace(microsecond=0)
        return in_utc.isoformat().replace("+00:00", "Z")
    for form in _IN_WORDS:
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC).date().isoformat()
    return ""


def _is_whole(value: str) -> bool:
    return value.lower().startswith(("http://", "https://"))
