"""Recognise titles, ends of titles and pictures that many articles of a host share. Pure.

The store counts their digests as it counts those of blocks; three articles make one "repeated"."""

import hashlib
import re
from collections.abc import Iterable

from syndicator.core import urls
from syndicator.reading.metadata import title as titles

_DIGITS = 16  # hex digits, as of the digests of blocks
_NUMBER = re.compile(r"\d")
TITLE = "title"
_PICTURE = "picture"


def list_title_digests(title: str, heads: Iterable[str]) -> list[str]:
    """Return the digests of `title`, and of the beginnings and ends of `title` and the titles
    `heads`."""
    digests = [_digest(TITLE, titles.make_key(title))] if title else []
    for head in (title, *heads):
        for kind, part in titles.split_ends(titles.clean_line(head)):
            if _may_be_shared(part):
                digests.append(_digest(kind, titles.make_key(part)))
    return list(dict.fromkeys(digests))


def digest_picture(address: str) -> str:
    return _digest(_PICTURE, urls.alias(address))


def is_shared(kind: str, value: str, repeated: frozenset[str]) -> bool:
    """Return True if other articles of the host have `value` as their title, or as the kind of
    part (titles.BEGINNING, titles.END) of it."""
    if not repeated or (kind != TITLE and not _may_be_shared(value)):
        return False
    return _digest(kind, titles.make_key(value)) in repeated


def _may_be_shared(part: str) -> bool:
    """Return False for a part with digits: "Part 2" tells one article from others."""
    return bool(titles.make_key(part)) and not _NUMBER.search(part)


def _digest(kind: str, value: str) -> str:
    """Return 16 hex digits; the line break keeps them apart from those of blocks."""
    kind_and_value = f"{kind}\n{value}".encode("utf-8", "replace")
    return hashlib.sha256(kind_and_value).hexdigest()[:_DIGITS]
