"""Read what a feed says on the episodes of a podcast: people, transcripts, chapters, numbers.

The elements are those of Podcasting 2.0 and of Apple Podcasts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from syndicator.visiting.feeds.fields import one_line, resolve

_NAMESPACE: Final = "{https://podcastindex.org/namespace/1.0}"
_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_NAMESPACE_MARKS: Final = (b"podcastindex.org/namespace/1.0", b"itunes.com/dtds/podcast-1.0.dtd")
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}")
# values that Apple takes now, and earlier ones
_EXPLICIT: Final = {
    "true": "true",
    "yes": "true",
    "explicit": "true",
    "false": "false",
    "no": "false",
    "clean": "false",
}
_MOST_PARTS: Final = 30  # parts of an episode; none has so many
_LONGEST_VALUE: Final = 300  # characters of a value
# elements of an episode, and their attributes
_PODCAST_ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "transcript": ("type", "language", "rel"),
    "chapters": ("type",),
    "person": ("role", "group", "href", "img"),
}


def read_podcast_parts(body: bytes, url: str) -> dict[str, tuple[str, ...]]:
    """Return lines of text about the podcast episodes in the feed `body`, such as "season 2" or
    "person Jane Doe; role=host" (`model.Enclosure.podcast`). The keys are the absolute addresses of
    the episodes' audio files. `url`: the address of the feed. Return {} for a feed without podcast
    elements."""
    if not any(mark in body for mark in _NAMESPACE_MARKS):
        return {}
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root: Any = etree.fromstring(body, parser)
    if root is None:
        return {}
    parts: dict[str, tuple[str, ...]] = {}
    for item in root.iter("item"):
        enclosure = item.find("enclosure")
        lines = (*_list_itunes_lines(item), *_list_podcast_lines(item, url))
        distinct_lines = tuple(dict.fromkeys(lines))[:_MOST_PARTS]
        if enclosure is not None and distinct_lines:
            parts.setdefault(resolve(url, enclosure.get("url", "")), distinct_lines)
    return parts


def _list_podcast_lines(item: Any, url: str) -> Iterator[str]:
    """Yield a line for each transcript, file of chapters and person of an episode. A line has the
    kind of element, its address or name, and then its attributes: "chapters
    https://a.example/1.json; type=application/json". `item`: the XML element of the episode. `url`:
    the address of the feed."""
    for kind, attribute_names in _PODCAST_ELEMENTS.items():
        for node in item.iterfind(_NAMESPACE + kind):
            if kind == "person":
                content = _clean_value(node.text)
            else:
                content = resolve(url, node.get("url", ""))
            if not content:
                continue
            values = [f"{kind} {content}"]
            for name in attribute_names:
                value = _clean_value(node.get(name))
                if value:
                    values.append(f"{name}={value}")
            yield "; ".join(values)


def _list_itunes_lines(item: Any) -> Iterator[str]:
    """Yield lines for three values that an episode states in Apple's elements: "season 2", "episode
    5", and if it is explicit, such as "explicit true". `item`: the XML element of the episode."""
    for kind in ("season", "episode"):
        number = one_line(item.findtext(_ITUNES + kind) or "")
        if _NUMBER.fullmatch(number):
            yield f"{kind} {number}"
    explicit = one_line(item.findtext(_ITUNES + "explicit") or "").casefold()
    if explicit in _EXPLICIT:
        yield f"explicit {_EXPLICIT[explicit]}"


def _clean_value(text: str | None) -> str:
    """Return a value on one line, at most 300 characters. Semicolons become commas, as they
    separate the values of a line."""
    return re.sub(r"\s*;\s*", ", ", one_line(text or ""))[:_LONGEST_VALUE]
