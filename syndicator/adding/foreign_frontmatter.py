"""Convert the frontmatter that other programs write to that of this program, by a table. Pure.

The table is foreign_keys.toml: the names that other programs use for the fields."""

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

# keys of our frontmatter, in their order
_OUR_KEYS = ("title", "date", "excerpt", "coverImage", "author", "tags", "category", "source")
_PAGE_PATH_KEYS = ("permalink", "url")  # keys that may have the path of the page on its site
# a file name that begins with the day, as in Jekyll, where tags are separated by spaces
_DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")
_ZONE = re.compile(r" ([+-]\d{2}):?(\d{2})$")  # of 2026-02-01 10:00:00 +0100
_DATE_FORMS = ("%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")  # Jul 08 2022
_FALSE = ("false", "no", "off")
_TRUE = ("true", "yes", "on")
_DAY_LENGTH = len("2026-02-11")
_INDEX_NAMES = ("index", "_index")  # files whose page has the address of their folder, as in Hugo


@dataclass(frozen=True, slots=True)
class Translated:
    """The result of a conversion. `front`: the frontmatter with the keys of this program; it also
    has `published` and `updated` if these times are known. `is_own_page`: the page is on the
    operator's own site. `dropped`: messages about values that could not be converted."""

    front: Mapping[str, Any]
    is_own_page: bool
    dropped: tuple[str, ...] = ()


def is_draft(front: Mapping[str, Any]) -> bool:
    """Return True if the frontmatter says that the article is not published. In files of this
    program, the article is on hold or merged into another one. Other programs write `draft: true`
    or `published: false`."""
    if _make_word(front.get("hold")) in _TRUE:
        return True
    if front.get("merged_into") and front.get("digest"):  # only this program writes a digest
        return True
    return _make_word(front.get("draft")) in _TRUE or _make_word(front.get("published")) in _FALSE


def translate(front: Mapping[str, Any], path: PurePosixPath, site: str) -> Translated:
    """Return the frontmatter `front` of the file at `path`, which another program wrote, with the
    keys and values of this program. `site`: the URL of the operator's site, "" if it is not set.

    If the frontmatter states no web address, the page is on the operator's site, and its address is
    made of that and the path."""
    # values by our keys, as the other program wrote them
    raw = {key: _find_value(front, names) for key, names in _load_keys().items()}

    # the day in the frontmatter, else in the file name
    page_name = path.parent.name if path.stem in _INDEX_NAMES else path.stem
    dated_name = _DATED_NAME.fullmatch(page_name)
    published = _parse_time(raw["published"])
    updated = _parse_time(raw["updated"])
    date_or_time = _parse_time(raw["date"])
    # `published` may add the time to the day in `date`
    if len(date_or_time) == _DAY_LENGTH and published.startswith(date_or_time):
        date_or_time = published
    day = date_or_time[:_DAY_LENGTH]
    if not day and dated_name:
        day = dated_name[1]  # the part before the title

    # the address of the page
    stated_sources = [value for value in _list_texts(raw["source"]) if _is_web_address(value)]
    is_own_page = not stated_sources
    if stated_sources:
        source = stated_sources[0]
    elif site:
        source = urljoin(site.rstrip("/") + "/", _find_page_path(front, path))
    else:
        source = ""

    stated_cover = next(iter(_list_texts(raw["coverImage"])), "")
    cover = _resolve_cover(stated_cover, source, is_own_page=is_own_page)
    first_category = next(iter(_list_texts(raw["category"])), "")
    values = {
        "title": _make_line(raw["title"]),
        "date": day,
        "excerpt": _make_line(raw["excerpt"]),
        "coverImage": cover,
        "author": _make_line_of_text(raw["author"]) or ", ".join(_list_texts(raw["author"])),
        "tags": _list_tags(raw["tags"], by_spaces=dated_name is not None),
        "category": _make_line_of_text(front.get("category")) or first_category,
        "source": source,
    }
    translated = {key: values[key] for key in _OUR_KEYS if values[key]}
    if len(date_or_time) > _DAY_LENGTH:
        translated["published"] = date_or_time
    if date_or_time and len(updated) > _DAY_LENGTH:
        translated["updated"] = updated
    dropped: tuple[str, ...] = ()
    if stated_cover and not cover:
        dropped = (f"coverImage: {stated_cover!r} is no whole URL",)
    return Translated(front=translated, is_own_page=is_own_page, dropped=dropped)


def _resolve_cover(cover: str, page_url: str, *, is_own_page: bool) -> str:
    """Return the absolute address of the cover picture that a frontmatter states. Return "" if it
    states none, or if the cover is a path and the page is not on the operator's site
    (`is_own_page`). `page_url`: the address of the page, "" if unknown."""
    if not cover or _is_web_address(cover):
        return cover
    if page_url and is_own_page:
        return urljoin(page_url, quote(cover, safe="/%:?=&"))
    return ""


@cache
def _load_keys() -> Mapping[str, Sequence[str]]:
    """Return the names that other programs use for each key of this program, the best name
    first."""
    file = resources.files("syndicator.adding").joinpath("foreign_keys.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _find_value(front: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return the value of the first of the keys `names` that has a value in `front`; None if none
    has. The name "params.author" means the key `author` in the table `params`. True, False and a
    table without a `name` do not count as values."""
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
    """Return the path of a file's page on its site, escaped and without a slash at the begin. The
    frontmatter may state this path. Otherwise it is made of the path of the file, in which a `slug`
    in the frontmatter replaces the file's name."""
    for key in _PAGE_PATH_KEYS:
        address = _make_line(front.get(key))
        if address.startswith("/"):
            return quote(address.lstrip("/"), safe="/%")
    if path.stem in _INDEX_NAMES:
        folder = str(path.parent)
        return "" if folder == "." else quote(folder)
    # the last part of the slug, if it has several
    _, _, name = _make_line(front.get("slug")).strip("/").rpartition("/")
    if name in ("", ".", ".."):
        name = path.stem
    return quote(str(path.parent / name))


def _list_tags(value: Any, *, by_spaces: bool) -> list[str]:
    """Return the distinct tags in `value`, the value of a key of the frontmatter. `by_spaces`: True
    to split a text without commas at its spaces."""
    if by_spaces and isinstance(value, str) and "," not in value:
        return _list_texts(value.split())
    return _list_texts(value)


def _list_texts(value: Any) -> list[str]:
    """Return the distinct texts in `value`, without empty ones. It may be a text, a text with
    commas between several, a list, or tables with a `name` or an address."""
    return list(dict.fromkeys(text for text in _find_texts(value) if text))


def _find_texts(value: Any) -> Iterator[str]:
    """Yield all texts in `value`, also empty ones. It is a text, a text with commas between
    several, a table with a name or an address, or a list of these."""
    if isinstance(value, Mapping):
        yield _make_line(value.get("name") or value.get("url") or value.get("src"))
    elif isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, Mapping):
                yield from _find_texts(item)
            else:
                yield _make_line(item)
    elif isinstance(value, str) and "," in value and "://" not in value:
        for part in value.split(","):
            yield part.strip()
    else:
        yield _make_line(value)


def _make_line_of_text(value: Any) -> str:
    """Return `value` on one line if it is a text, "" for another type."""
    return _make_line(value) if isinstance(value, str) else ""


def _make_line(value: Any) -> str:
    """Return a text, number or date as one line. Return "" for any other value, such as None, True,
    a table or a list."""
    if value is None or isinstance(value, bool | Mapping | list):
        return ""
    return " ".join(str(value).split())


def _make_word(value: Any) -> str:
    """Return `value` as text in lower case, such as "true" for True."""
    return str(value).strip().lower()


def _parse_time(value: Any) -> str:
    """Return the day ("2026-02-11") or the time in UTC ("2026-02-11T09:00:00Z") in `value`, a date
    or a text. Return "" if it has none. A time at midnight without a zone counts as a day."""
    if isinstance(value, datetime):
        text = value.isoformat()
    elif isinstance(value, date):
        return value.isoformat()
    else:
        text = _ZONE.sub(r"\1:\2", _make_line(value))
    # a day, then a time, then the forms of certain programs
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat()
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and moment.time() == time.min:
            return moment.date().isoformat()
        aware = moment.replace(tzinfo=moment.tzinfo or UTC)
        in_utc = aware.astimezone(UTC).replace(microsecond=0)
        return in_utc.isoformat().replace("+00:00", "Z")
    for form in _DATE_FORMS:
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC).date().isoformat()
    return ""


def _is_web_address(value: str) -> bool:
    """Return True if `value` is a URL with its scheme, not a path."""
    return value.lower().startswith(("http://", "https://"))
