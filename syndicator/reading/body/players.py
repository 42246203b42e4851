"""Players of films and sound that stand inside the text, as links: a reader of feeds shows no frames. Pure.

What a player is follows from what its frame asks for or is called, and not from whose it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from syndicator.reading.html import class_hints
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.runs import Run
from syndicator.reading.markdown import inline

_SOURCES = ("src", "data-src", "data-lazy-src")
_ASKED = re.compile(r"encrypted-media|picture-in-picture|fullscreen|autoplay", re.I)
_CALLED = re.compile(
    r"(?:^|[/._-])(?:embed|player|videos?|audio|podcasts?|episodes?|tracks?|playlists?)(?:$|[/._?-])", re.I
)
_LEAST = 50  # pixels of either side below which a frame shows nothing
_NUMBER = re.compile(r"\s*(\d{1,5})")
_MOST = 20  # players of a page
_LONGEST = 200  # characters of a title
_HINTS = ("ad", "comment", "sidebar", "footer", "nav", "consent")


def placed(tree: Any, blocks: Sequence[Block], kept: Sequence[Block], base: str) -> list[Block]:
    """`kept`, some of all `blocks` of the page `tree`, with a link for each player that stands between two texts of
    them. Addresses are resolved against `base`; a player without a title goes by the name of its host."""
    frames = [frame for frame in tree.iter("iframe") if _is_player(frame)][:_MOST]
    if not frames or not kept:
        return list(kept)
    order = {element: at for at, element in enumerate(tree.iter())}
    texts = [block for block in blocks if block.letters or block.kind == "code"]
    places = [order.get(block.element, -1) for block in texts]
    chosen, after = set(kept), dict[Block, list[Block]]()
    seen: set[str] = set()
    for frame in frames:
        address = inline.link(base, _source(frame))
        at = bisect_right(places, order[frame])
        inside = 0 < at < len(texts) and texts[at - 1] in chosen and texts[at] in chosen
        if inside and address and address not in seen:
            seen.add(address)
            after.setdefault(texts[at - 1], []).append(_link(frame, address))
    return [each for block in kept for each in (block, *after.get(block, ()))]


def _is_player(frame: Any) -> bool:
    source = _source(frame)
    asked = "allowfullscreen" in frame.attrib or _ASKED.search(frame.get("allow") or "") is not None
    parts = urlsplit(source) if source else None
    called = parts is not None and _CALLED.search(f"{parts.netloc}{parts.path}") is not None
    return bool(source) and (asked or called) and not _is_small(frame) and not _is_aside(frame)


def _source(frame: Any) -> str:
    values = ((frame.get(name) or "").strip() for name in _SOURCES)
    return next((value for value in values if value and not value.startswith(("about:", "data:", "javascript:"))), "")


def _is_small(frame: Any) -> bool:
    sizes = [_NUMBER.match(frame.get(name) or "") for name in ("width", "height")]
    shares = [(frame.get(name) or "").endswith("%") for name in ("width", "height")]
    return any(size and int(size[1]) < _LEAST and not share for size, share in zip(sizes, shares, strict=True))


def _is_aside(frame: Any) -> bool:
    bits = sum(class_hints.bit(name) for name in _HINTS)
    above = frame.getparent()
    return bool(class_hints.of(frame) & bits) or (above is not None and bool(class_hints.of(above) & bits))


def _link(frame: Any, address: str) -> Block:
    title = " ".join((frame.get("title") or "").split())[:_LONGEST]
    name = title or (urlsplit(address).hostname or "").removeprefix("www.")
    return Block("p", frame, (), 0, 0, runs=[Run(name, 0, address)], text=name, linked=len(name))
