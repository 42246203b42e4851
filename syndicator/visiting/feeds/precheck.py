"""Cheap checks of a feed's bytes before the parser gets them, as some inputs hang it. Pure, linear in the input."""

from __future__ import annotations

import re

from syndicator.core.errors import NotAFeed

MOST_BYTES = 16_000_000  # of a decoded feed; our choice, as the next one is
MOST_ENTRIES = 1_000
_MOST_ATTRIBUTES = 1_000  # the time feedparser takes for an element grows with their square: 200,000 hang it
_LONG_TAG = re.compile(rb"<[^<>!?][^<>]{8191,}")
_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(item|entry)[\s>]")
_HEAD = 65_536
_FEED_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel)[\s>]")
_TRIM_FROM = 1_000_000  # bytes; smaller feeds are parsed as they are


def checked(body: bytes) -> bytes:
    """`body` itself. Raises NotAFeed(broken-xml) where an element has more than 1,000 attributes."""
    for match in _LONG_TAG.finditer(body):
        count = match[0].count(b"=")
        if count > _MOST_ATTRIBUTES:
            raise NotAFeed("broken-xml", f"an element with {count:,} attributes")
    return body


def trimmed(body: bytes) -> bytes:
    """A big feed without the entries in its middle: the newest are at one end or the other, and 1,000 are enough."""
    if len(body) < _TRIM_FROM:
        return body
    starts = list(_ITEM.finditer(body))
    if len(starts) <= MOST_ENTRIES:
        return body
    half = MOST_ENTRIES // 2
    return body[: starts[half].start()] + body[starts[-half].start() :]


def looks_html(body: bytes) -> bool:
    """True when `body` begins as a web page does and its first 64 KB have no root element of a feed."""
    head = body[:_HEAD].lower()
    if _FEED_ROOT.search(head):
        return False
    head = head[:2000]
    return b"<html" in head or b"<!doctype html" in head or head.lstrip().startswith((b"<head", b"<body", b"<title"))
