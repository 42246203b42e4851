"""Images of a body: the best address, alt text and size of each. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-file",
    "data-hi-res-src",
    "data-large_image",
    "data-image",
    "data-url",
    "data-lazy",
    "data-echo",
    "data-full-src",
    "data-img-src",
)
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_BLANK = re.compile(
    r"(?:^data:|(?:^|[/_.-])(?:blank|spacer|pixel|1x1|transparent|placeholder|loading|lazy(?:load)?|grey|gray|clear|empty)"
    r"[\w.-]*\.(?:gif|png|svg|jpe?g|webp)|/(?:pixel|beacon|track(?:ing)?)(?:[/.?]|$))",
    re.I,
)
_NUMBER = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$")
_CANDIDATE = re.compile(r"\s*([^\s,][^\s]*[^\s,]|[^\s,])(?:\s+(\d{1,6}(?:\.\d{1,4})?)([wx]))?\s*(?:,|$)")
_WIDE_ENOUGH = 2000  # pixels; of several widths the largest up to this one is taken
_SMALLEST = 3  # pixels; smaller ones are for counting visits
_LONGEST_ALT = 500  # characters


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the page has it."""

    src: str  # as written, perhaps relative
    alt: str  # one line, at most 500 characters
    width: int | None  # CSS pixels, None when not stated
    height: int | None


def read(element: Any) -> Image | None:
    """The image of `element`, an img, amp-img, amp-anim or picture: what a lazy loader would load, else its src, else
    the widest of its srcset. None for a placeholder or a tracking pixel."""
    image = element.find(".//img") if element.tag == "picture" else element
    if image is None:
        image = element
    width, height = _size(image.get("width")), _size(image.get("height"))
    if (width is not None and width < _SMALLEST) or (height is not None and height < _SMALLEST):
        return None
    src = _source(image, element)
    alt = " ".join((image.get("alt") or "").split())[:_LONGEST_ALT]
    return Image(src, alt, width, height) if src else None


def _size(value: str | None) -> int | None:
    found = _NUMBER.match(value or "")
    return int(found[1]) if found else None


def _source(image: Any, holder: Any) -> str:
    attributes: dict[str, str] = dict(image.attrib)
    for name in _LAZY:
        value = attributes.get(name, "").strip()
        if value and not _BLANK.search(value) and not value.startswith(("{", "[")) and "." in value:
            return value
    src = attributes.get("src", "").strip()
    if src and not _BLANK.search(src):
        return src
    sets = [attributes.get(name, "") for name in _SETS]
    if holder is not image:
        sets += [source.get(name, "") for source in holder.iter("source") for name in _SETS[:2]]
    return next((best for value in sets if value and (best := widest(value))), "")


def widest(srcset: str) -> str:
    """The address of the widest candidate of `srcset` up to 2,000 pixels, the smallest where all are wider, or ""
    when it has none (syntax: WHATWG HTML 4.8.4.2.1)."""
    best, score = "", -1.0
    for match in _CANDIDATE.finditer(srcset[:20_000]):
        size = float(match[2] or 1)
        fits = size if size <= _WIDE_ENOUGH else 1 / size
        if fits > score and not _BLANK.search(match[1]):
            best, score = match[1], fits
    return best
