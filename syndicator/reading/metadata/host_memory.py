"""Recognise titles, ends of titles and pictures that many articles of a host share. Pure.

The database counts the digests of titles and pictures as it counts those of blocks. If three
articles of a host have the same one, it is "repeated"."""

import hashlib
import re
from collections.abc import Iterable

from syndicator.core import urls
from syndicator.reading.metadata import title as titles

_DIGITS = 16  # hexadecimal digits of a digest, as many as blocks have
_NUMBER = re.compile(r"\d")
TITLE = "title"
_PICTURE = "picture"


def list_title_digests(title: str, declared_titles: Iterable[str]) -> list[str]:
    """Return the digests of a page's titles. If other articles of the host have the same digest,
    they share a title, or its beginning or end. There is a digest of the whole `title` (none if it
    is ""), and one of each beginning and end of `title` and of the `declared_titles`."""
    digests: list[str] = []
    if title:
        digests.append(_make_digest(TITLE, titles.make_key(title)))
    for declared in (title, *declared_titles):
        for kind, part in titles.split_ends(titles.clean_line(declared)):
            if _may_be_shared(part):
                digests.append(_make_digest(kind, titles.make_key(part)))
    return list(dict.fromkeys(digests))


def digest_picture(address: str) -> str:
    """Return the digest of the picture at `address`: 16 hexadecimal digits."""
    return _make_digest(_PICTURE, urls.alias(address))


def is_shared(kind: str, value: str, repeated: frozenset[str]) -> bool:
    """Return True if many articles of the host have the title `value`, or a title that begins or
    ends with `value`. `kind`: which of these it is: TITLE, titles.BEGINNING or titles.END.
    `repeated`: the digests that many articles of the host share."""
    if not repeated:
        return False
    is_part = kind != TITLE
    if is_part and not _may_be_shared(value):
        return False
    return _make_digest(kind, titles.make_key(value)) in repeated


def _may_be_shared(part: str) -> bool:
    """Return True if a part of a title may be the name of the site or a section. Return False if it
    has no letters, and if it has digits: "Part 2" distinguishes an article from others."""
    return bool(titles.make_key(part)) and not _NUMBER.search(part)


def _make_digest(kind: str, value: str) -> str:
    """Return a digest of `value`: 16 hexadecimal digits. `kind`: says if the value is a title, the
    beginning or end of one, or the address of a picture; equal values of two kinds differ."""
    # the digests of blocks of text are kept with these: no block has a line break, so none is equal
    kind_and_value = f"{kind}\n{value}".encode("utf-8", "replace")
    return hashlib.sha256(kind_and_value).hexdigest()[:_DIGITS]
