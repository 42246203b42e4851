"""What an instance publishes of some sites, and how two instances differ in it. Pure but for
reading the files."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from syndicator.core.model import Article

ATOM = "{http://www.w3.org/2005/Atom}"
ORDER = "order"
FEED = "feed"  # what differs besides fields of entries and heads
# Names of fields in files, JSON Feed and Atom that say the same.
_SAME = {
    "date_published": "published",
    "date_modified": "updated",
    "authors": "author",
    "origin": "source",
    "attachments": "enclosure",
    "link enclosure": "enclosure",
    **dict.fromkeys(
        ("body", "excerpt", "content", "content_html", "content_text", "summary"), "text"
    ),
}
Fields = Mapping[str, Any]


def get_unit(url: str) -> str:
    """Whose `url` is: its host without `www.` and port, and on a host of users the first part of
    the path."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    first = parts.path.lstrip("/").partition("/")[0]
    return f"{host}/{first}" if first[:1] in ("~", "@") else host


def simplify_url(url: str) -> str:
    """The address without TLS and `www.`: a site answers the same with and without."""
    return url.replace("https://", "http://", 1).replace("//www.", "//", 1)


@dataclass(frozen=True, kw_only=True)
class Published:
    """`articles`: address -> fields of the file; `feeds`: name -> address -> fields of the entry,
    in the feed's order; `heads`: name -> fields of the feed itself, of the sources' own feeds."""

    articles: Mapping[str, Fields]
    feeds: Mapping[str, Mapping[str, Fields]]
    heads: Mapping[str, Fields] = field(default_factory=dict)


def read_published(
    public: Path, articles: Mapping[str, Article], units: Collection[str], own: Collection[str]
) -> Published:
    """What the web root `public` and the `articles` have of the sites `units`. `own`: keys of their
    sources, whose feeds count with their heads; feeds of other sources do not count."""
    feeds: dict[str, Mapping[str, Fields]] = {}
    heads: dict[str, Fields] = {}
    for path in sorted((*public.rglob("*.json"), *public.rglob("*.atom"))):
        name = str(path.relative_to(public))
        ours = path.stem in own
        if path.parent.name == "maps" or (path.parent.name == "sources" and not ours):
            continue
        head, entries = (_json if path.suffix == ".json" else _atom)(path.read_bytes())
        feeds[name] = {url: entry for url, entry in entries if get_unit(url) in units}
        if path.parent.name == "sources":
            heads[name] = head
    files = {url: _file(article) for url, article in articles.items() if get_unit(url) in units}
    return Published(articles=files, feeds=feeds, heads=heads)


def _json(data: bytes) -> tuple[Fields, list[tuple[str, Fields]]]:
    document = json.loads(data)
    items = document.pop("items", [])
    return document, [(item["url"], item) for item in items]


def _atom(data: bytes) -> tuple[Fields, list[tuple[str, Fields]]]:
    root = ElementTree.fromstring(data)
    entries = [(_address(entry), _children(entry)) for entry in root.iter(f"{ATOM}entry")]
    return _children(root), entries


def _address(entry: ElementTree.Element) -> str:
    return next(
        link.get("href", "") for link in entry.iter(f"{ATOM}link") if link.get("rel") == "alternate"
    )


def _children(element: ElementTree.Element) -> Fields:
    """The texts and attributes of what is in `element`, by name; of links by name and relation."""
    results: dict[str, Any] = {}
    for child in element:
        if child.tag == f"{ATOM}entry":
            continue
        name = " ".join(filter(None, (child.tag.rpartition("}")[2], child.get("rel"))))
        inner = [_children(child)] if len(child) else []
        results.setdefault(name, []).append(
            [child.text or "", sorted(child.attrib.items()), *inner]
        )
    return results


def _file(article: Article) -> Fields:
    return {
        "id": article.id,
        "title": article.title,
        "body": article.body,
        "excerpt": article.excerpt,
        "author": article.author,
        "published": article.published,
        "updated": article.updated,
        "source": article.source_key,
        "origin": article.origin,
        "category": article.category,
        "tags": article.tags,
        "cover": article.cover,
        "enclosure": article.enclosure,
        "hold": article.hold,
        "copy of": article.merged_into,
        "aliases": tuple(sorted(article.aliases)),
        "also": tuple(sorted(article.also)),
        "carriers": tuple(sorted(article.carriers)),
    }


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`place`: "file" or the name of a feed; `url`: of the article, "" for the feed itself;
    `field`: its name, "" for the whole article. `beside`, `alone`: the value with the neighbours
    followed, and without them; None for none."""

    place: str
    url: str
    field: str
    beside: Any
    alone: Any

    @property
    def kind(self) -> str:
        """A word for what differs, whichever article it is and in whichever format."""
        place = (
            "file"
            if self.place == "file"
            else "own feed"
            if self.place.startswith("sources/")
            else "other feeds"
        )
        if self.url and not self.field:
            return f"{place}: article is {'extra' if self.alone is None else 'missing'}"
        head = "" if self.url or self.field in (ORDER, FEED) else "head "
        return f"{place}: {head}{_SAME.get(self.field, self.field)}"

    def __str__(self) -> str:
        values = f"{_short(self.beside)} beside neighbours, {_short(self.alone)} alone"
        return f"{self.place}: {self.url or 'the feed'}: {self.field or 'article'}: {values}"


def _short(value: Any) -> str:
    return "absent" if value is None else repr(value)[:160]


def list_differences(beside: Published, alone: Published) -> Iterator[Difference]:
    """Everything in which the two differ."""
    yield from _of_entries("file", beside.articles, alone.articles)
    for name in sorted({*beside.feeds, *alone.feeds}):
        one = beside.feeds.get(name, {})
        other = alone.feeds.get(name, {})
        yield from _of_entries(name, one, other)
        common = [[url for url in urls if url in one and url in other] for urls in (one, other)]
        if common[0] != common[1]:
            yield Difference(place=name, url="", field=ORDER, beside=common[0], alone=common[1])
    for name in sorted({*beside.heads, *alone.heads}):
        heads = [beside.heads.get(name), alone.heads.get(name)]
        if heads[0] is None or heads[1] is None:
            there = [head and "published" for head in heads]
            yield Difference(place=name, url="", field=FEED, beside=there[0], alone=there[1])
        else:
            yield from _of_fields(name, "", heads[0], heads[1])


def _of_entries(
    place: str, beside: Mapping[str, Fields], alone: Mapping[str, Fields]
) -> Iterator[Difference]:
    for url in sorted({*beside, *alone}):
        one = beside.get(url)
        other = alone.get(url)
        if one is None or other is None:
            there = [
                None if fields is None else fields.get("title", "published")
                for fields in (one, other)
            ]
            yield Difference(place=place, url=url, field="", beside=there[0], alone=there[1])
        else:
            yield from _of_fields(place, url, one, other)


def _of_fields(place: str, url: str, beside: Fields, alone: Fields) -> Iterator[Difference]:
    for name in sorted({*beside, *alone}):
        one = beside.get(name)
        other = alone.get(name)
        if one != other:
            yield Difference(place=place, url=url, field=name, beside=one, alone=other)
