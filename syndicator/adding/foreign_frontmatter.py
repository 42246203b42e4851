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
    """`front`: the first eight keys and the times; `own`: this site's page; `dropped`: messages
    about lost values."""

    front: Mapping[str, Any]
    own: bool
    dropped: tuple[str, ...] = ()


def is_draft(front: Mapping[str, Any]) -> bool:
    """Return True for `draft: true`, `published: false`, and our articles on hold or merged."""
    if _word(front.get("hold")) in _TRUE or (front.get("merged_into") and front.get("digest")):
        return True
    return _word(front.get("draft")) in _TRUE or _word(front.get("published")) in _FALSE


def translate(front: Mapping[str, Any], path: PurePosixPath, site: str) -> Translated:
    """Convert the frontmatter of `path`. `site`: URL of the feeds or "", for pages without an
    address."""
    raw = {key: _find_value(front, names) for key, names in _load_keys().items()}
    dated = _DATED.fullmatch(path.parent.name if path.stem in _INDEX else path.stem)
    time_of = {key: _parse_time(raw[key]) for key in ("date", "published", "updated")}
    moment = time_of["date"]
    if len(moment) == _DAY and time_of["published"].startswith(moment):
        moment = time_of["published"]
    elsewhere = next((value for value in _list_texts(raw["source"]) if _is_whole(value)), "")
    source = elsewhere
    if site and not elsewhere:
        source = urljoin(site.rstrip("/") + "/", _own_path(front, path))
    cover = next(iter(_list_texts(raw["coverImage"])), "")
    whole_cover = cover
    if cover and not _is_whole(cover):
        is_known = source and not elsewhere
        whole_cover = urljoin(source, quote(cover, safe="/%:?=&")) if is_known else ""
    values = {
        "title": _text(raw["title"]),
        "date": moment[:_DAY] or (dated[1] if dated else ""),
        "excerpt": _text(raw["excerpt"]),
        "coverImage": whole_cover,
        "author": _line(raw["author"]) or ", ".join(_list_texts(raw["author"])),
        "tags": _list_tags(raw["tags"], by_spaces=dated is not None),
        "category": _line(front.get("category")) or next(iter(_list_texts(raw["category"])), ""),
        "source": source,
    }
    ours = {key: values[key] for key in _EIGHT if values[key]}
    if len(moment) > _DAY:
        ours["published"] = moment
    if moment and len(time_of["updated"]) > _DAY:
        ours["updated"] = time_of["updated"]
    lost = () if whole_cover or not cover else (f"coverImage: {cover!r} is no whole URL",)
    return Translated(front=ours, own=not elsewhere, dropped=lost)


@cache
def _load_keys() -> Mapping[str, Sequence[str]]:
    file = resources.files("syndicator.adding").joinpath("foreign_keys.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _find_value(front: Mapping[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        value: Any = front
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, bool) or (isinstance(value, Mapping) and "name" not in value):
            continue
        if value not in (None, "", [], {}):
            return value
    return None


def _own_path(front: Mapping[str, Any], path: PurePosixPath) -> str:
    for key in _OWN_ADDRESS:
        address = _text(front.get(key))
        if address.startswith("/"):
            return quote(address.lstrip("/"), safe="/%")
    if path.stem in _INDEX:
        return quote(str(path.parent)) if str(path.parent) != "." else ""
    name = _text(front.get("slug")).strip("/").rpartition("/")[2]
    return quote(str(path.parent / (path.stem if name in ("", ".", "..") else name)))


def _list_tags(value: Any, *, by_spaces: bool) -> list[str]:
    if by_spaces and isinstance(value, str) and "," not in value:
        return _list_texts(value.split())
    return _list_texts(value)


def _list_texts(value: Any) -> list[str]:
    return list(dict.fromkeys(text for text in _each_text(value) if text))


def _each_text(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield _text(value.get("name") or value.get("url") or value.get("src"))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _each_text(item) if isinstance(item, Mapping) else (_text(item),)
    elif isinstance(value, str) and "," in value and "://" not in value:
        yield from (part.strip() for part in value.split(","))
    else:
        yield _text(value)


def _line(value: Any) -> str:
    return _text(value) if isinstance(value, str) else ""


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | Mapping | list):
        return ""
    return " ".join(str(value).split())


def _word(value: Any) -> str:
    return str(value).strip().lower()


def _parse_time(value: Any) -> str:
    """Return a day, or a time in UTC; "" if `value` is neither."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    moment = value.isoformat() if isinstance(value, datetime) else _ZONE.sub(r"\1:\2", _text(value))
    with suppress(ValueError):
        return date.fromisoformat(moment).isoformat()
    with suppress(ValueError, OverflowError):
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None and parsed.time() == time.min:
            return parsed.date().isoformat()
        parsed = parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC).replace(microsecond=0)
        return parsed.isoformat().replace("+00:00", "Z")
    for form in _IN_WORDS:
        with suppress(ValueError):
            return datetime.strptime(moment, form).replace(tzinfo=UTC).date().isoformat()
    return ""


def _is_whole(value: str) -> bool:
    return value.lower().startswith(("http://", "https://"))
