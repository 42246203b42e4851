"""What article files are called, and what of that tells their ids. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from syndicator.articles import times
from syndicator.core import text
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article

NAME_BYTES = 120  # of a file's name: under the 255 of file systems with room for a temporary file's marks
ID_CHARS = 6  # of the id in a file's name ...
_LENGTHS = (ID_CHARS, 8, 12, 26)  # ... and more where another article's begins with the same
_NAME = re.compile(r"(?:.*-)?([a-z2-7]{6,26})\.md")
_PLACE = re.compile(r"(?:\d{4}/\d{2}/)?[^/]+")  # of an article file: the root itself is for those that a hand put there
_ABOUT = "README.md"  # of whoever keeps the folder, and no article


def is_article(name: str) -> bool:
    """True for the name of an article file, without its folder."""
    return name.endswith(".md") and not name.startswith(".") and name != _ABOUT


def is_article_path(path: str) -> bool:
    """True for the path of an article file."""
    return _PLACE.fullmatch(path) is not None and is_article(path.rpartition("/")[2])


def id_part(path: str) -> str | None:
    """The id, or the beginning of one, in the name of a file; None where there is none."""
    match = _NAME.fullmatch(path.rpartition("/")[2])
    return match[1] if match else None


def new_path(article: Article, taken: Collection[str]) -> str:
    """YYYY/MM/<slug>-<id6>.md with the shortest id that is not `taken` by another article's file."""
    folder = times.day(article)[:7].replace("-", "/") or "0000/00"
    size = next((size for size in _LENGTHS if article.id[:size] not in taken), _LENGTHS[-1])
    ending = f"-{article.id[:size]}.md"
    readable = text.stem(article.title, NAME_BYTES - len(ending) - 7) or "article"
    return f"{folder}/{readable}{ending}"


def checked(path: str, store: object) -> str:
    """`path`, when it is one in the article `store`. Raises ConfigError."""
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise ConfigError(f"{path!r} is no path in the article store {store}")
    return path


def printable(path: str) -> str:
    """A path as it can be written anywhere: bytes that are no UTF-8, which a file's name may have, as escapes. Pure."""
    return path.encode("utf-8", "backslashreplace").decode()
