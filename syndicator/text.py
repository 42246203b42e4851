"""Text as such: clean, count, cut, name. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

# XML 1.0 production [2] Char, less the C1 controls (which the feed validator warns of) and noncharacters.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[" + "".join(chr(plane + low) for plane in range(0x10000, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF)) + "]"
)
_SPACE = re.compile(r"\s+")
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
)


def legal(value: str) -> str:
    """`value` without characters that XML 1.0 forbids and without lone surrogates."""
    return _ILLEGAL.sub("", value)


def line(value: str) -> str:
    """`value` as one line: legal characters, runs of white space as one space, NFC."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", legal(value))).strip()


def width(value: str) -> int:
    """Characters, a wide CJK character counting two."""
    return len(value) + len(_WIDE.findall(value))


def plain(markdown: str) -> str:
    """Markdown of ours as plain text: a paragraph, heading, list item or table row a line."""
    return markdown  # the reading wing deepens this


# Device names that Windows reserves whatever the extension, and the names our own pages have.
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "index", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
_SPELT = (
    ("++", " plus plus "),
    ("+", " plus "),
    ("#", " sharp "),
    ("&", " and "),
    ("@", " at "),
    ("%", " percent "),
    ("*", " star "),
)


def stem(value: str, most: int = 80) -> str:
    """`value` as a readable part of a file name: a-z, 0-9 and single hyphens, at most `most` characters, cut between
    words where possible, "" when nothing is left. Not unique: two values may share a stem."""
    from slugify import slugify  # the only door of python-slugify; lazy, for it carries tables

    return str(slugify(legal(value)[:2000], max_length=most, word_boundary=True, save_order=True))


@lru_cache(maxsize=20_000)  # the same few hundred names come with every article
def slug(name: str) -> str:
    """The address of a tag, category or source name: [a-z0-9-], 1 to 60 characters, never a reserved name. Names that
    differ only in case, accents, white space or plain punctuation share it (they are one tag); all others differ: + # &
    @ % and a leading dot are spelt out, and whatever transliteration loses adds six characters of a digest."""
    folded = unicodedata.normalize("NFKC", legal(name)).casefold().strip()
    spelt = f"dot {folded[1:]}" if re.match(r"\.\w", folded) else folded
    for sign, word in _SPELT:
        spelt = spelt.replace(sign, word)
    readable = stem(spelt, 200)
    if readable and len(readable) <= 60 and readable not in _RESERVED and not _loses(spelt):
        return readable
    digest = hashlib.sha256(folded.encode()).hexdigest()[:6]
    return f"{readable[:53].rstrip('-') or 'x'}-{digest}"


def _loses(spelt: str) -> bool:
    """True when the stem of `spelt` leaves out or transliterates something that tells names apart."""
    return any(
        (
            not char.isascii()
            and unicodedata.category(char)[0] in "SCLN"
            and not unicodedata.name(char, "").startswith("LATIN ")
        )
        or unicodedata.category(char)[0] == "S"
        for char in unicodedata.normalize("NFKD", spelt)
    )
