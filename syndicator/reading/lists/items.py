"""Find the elements of each item of a list; read its title, date and picture. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from typing import Any
from urllib.parse import urlsplit

from syndicator.core import text
from syndicator.core.requests import Item, Shown
from syndicator.reading.html import elements
from syndicator.reading.html.document import Document, inner
from syndicator.reading.lists.links import Link
from syndicator.reading.lists.wrapper import shape
from syndicator.reading.metadata import date
from syndicator.reading.metadata.cover import is_picture, resolve_picture

# elements between items; items at regular distances, their share
_BETWEEN = 4
_FEWEST = 3
_LEAST_REGULAR = 0.7
# All numbers are choices.
_CLASS = re.compile(r"\.[^ ]+")  # in a form
# characters of a title; places marked as headline; pixels of an icon
_LONGEST = 300
_NAMED = 5
_SMALL = 50
# characters of a headline that is one; of one without spaces between words
_TITLED = 12
_WIDE_TITLE = 5
_ENOUGH = 25
_LEAST = 6  # characters of a title's piece that need no more, and the fewest
_MOSTLY = 0.7
_HARDLY = 0.3  # of the items
_SHORTEST = 6
_DATE_LINE = 60  # fewest and most characters of a line that is a date
_HOST = re.compile(r"^[\w-]+(\.[\w-]+){1,4}$")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE = re.compile(
    r"(^|[-_])(title|titel|titre|titulo|headline|heading|hed|subject)($|[-_])|title$|headline$",
    re.I,
)
_NO_TITLE = re.compile(
    r"sub-?title|sub-?head|kicker|eyebrow|category|author|byline|desc|excerpt|summary|dek", re.I
)
_PUBLISHED = re.compile(
    r"publi[sc]|posted|created|datum|(^|[-_ ])date|time|pubdate|(^|[-_ ])age($|[-_ ])", re.I
)
_CHANGED = re.compile(
    r"updated|modified|aktualisiert|last-?(post|reply|activity)|comment|(^|[-_ ])latest($|[-_ ])",
    re.I,
)
_PERSON = re.compile(
    r"avatar|author|gravatar|profile|byline|logo|icon|emoji|badge|flag|sponsor", re.I
)
_STYLE_URL = re.compile(r"background(?:-image)?\s*:[^;]{0,40}url\(\s*['\"]?([^'\")]{5,1000})", re.I)
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """An item: its links in order, all to one address, and the elements that belong to it alone."""

    links: tuple[Link, ...]
    elements: tuple[Any, ...]

    @property
    def key(self) -> str:
        return self.links[0].key

    @property
    def place(self) -> int:
        return self.links[0].place


def read_records(chosen: Sequence[Link], links: Sequence[Link]) -> list[Record]:
    """Return an item for each address of the `chosen` links, with those of `links` in it that lead
    to this address."""
    keys = {link.key for link in chosen}
    within: dict[Any, set[str]] = defaultdict(set)
    for link in chosen:
        for above in _upwards(link.anchor):
            within[above].add(link.key)
    tops: dict[str, Any] = {}
    for link in chosen:
        tops.setdefault(link.key, _top(link.anchor, within))
    followers = _followers(tops.values())
    elements = {key: (top, *followers.get(top, ())) for key, top in tops.items()}
    held = {element: key for key, parts in elements.items() for element in parts}
    owned: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        holder = next((above for above in _upwards(link.anchor) if above in held), None)
        if link.key in keys and held.get(holder) == link.key:
            owned[link.key].append(link)
    return [Record(tuple(owned[key]), parts) for key, parts in elements.items() if owned[key]]


def _upwards(anchor: Any) -> Iterable[Any]:
    yield anchor
    yield from islice(anchor.iterancestors(), 60)


def _top(anchor: Any, within: Mapping[Any, set[str]]) -> Any:
    top = anchor
    for above in anchor.iterancestors():
        if above.tag in ("body", "html", "main") or len(within.get(above, ())) != 1:
            return top
        top = above
    return top


def _followers(tops: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for top in tops:
        if (parent := top.getparent()) is not None:
            by_parent[parent].append(top)
    followers: dict[Any, tuple[Any, ...]] = {}
    for parent, own in by_parent.items():
        if len(own) < _FEWEST:
            continue
        places = {child: place for place, child in enumerate(parent)}
        ordered = sorted(own, key=lambda top: places[top])
        gaps = [places[after] - places[before] for before, after in pairwise(ordered)]
        usual = max(set(gaps), key=gaps.count)
        if 1 < usual <= _BETWEEN and gaps.count(usual) >= _LEAST_REGULAR * len(gaps):
            for top, gap in zip(ordered, [*gaps, usual], strict=True):
                followers[top] = tuple(islice(top.itersiblings(), min(gap, usual) - 1))
    return followers


def read_items(
    document: Document, records: Sequence[Record], forms: Mapping[str, str] | None = None
) -> list[Shown]:
    """Return title, date and picture of each item, "" or None if missing. `forms`: address -> form
    of the link."""
    out = []
    for record, title in zip(records, titles(records), strict=True):
        dated = published(record) or (None, None)
        pictured = picture(document, record) or (None, "")
        url = record.links[0].url
        key = record.key
        form = (forms or {}).get(key, record.links[0].form)
        item = Item(url=url, title=title[:_LONGEST], published=dated[1], image=pictured[1])
        layout = _layout(record, title, dated[0], pictured[0])
        out.append(
            Shown(
                item=item,
                key=key,
                form=form,
                path=_CLASS.sub("", form),
                shape=shape(url),
                layout=layout,
            )
        )
    return out


def _layout(record: Record, headline: str, dated: Any, pictured: Any) -> str:
    title = next(
        (link.anchor for link in record.links if headline and headline in link.said),
        record.links[0].anchor,
    )
    letters = {id(title): "t"} | ({id(dated): "d"} if dated is not None else {})
    letters |= {id(pictured): "p"} if pictured is not None else {}
    order = [
        letters[id(node)]
        for element in record.elements
        for node in _elements(element)
        if id(node) in letters
    ]
    return "".join(dict.fromkeys(order))


def titles(records: Sequence[Record]) -> list[str]:
    """Return a headline for each item: from its heading, class or link, first from the one that
    most items have."""
    texts = [[text.line(value) for value in _titles(record)] for record in records]
    if not texts:
        return []
    shares = [_share([row[place] for row in texts]) for place in range(len(texts[0]))]
    whole = [place for place, (own, _) in enumerate(shares) if own >= _MOSTLY]
    best = next(iter(whole), len(shares) - 2)
    headed = [place for place in whole if place < _NAMED and shares[place][1] >= _MOSTLY]
    if shares[best][1] < _HARDLY and headed:  # if the name of its publisher heads each item
        best = headed[0]
    return [_first((row[best], *row)) for row in texts]


def _share(texts: Sequence[str]) -> tuple[float, float]:
    own = {value for value in texts if value and not _is_date(value) and not _HOST.match(value)}
    return len(own) / len(texts), sum(is_headline(value) for value in own) / len(texts)


def _first(texts: Sequence[str]) -> str:
    return next((value for value in texts if value), "")


def is_headline(title: str) -> bool:
    return (len(title) >= _TITLED and " " in title) or (
        len(title) >= _WIDE_TITLE and not title.isascii()
    )


def _titles(record: Record) -> Iterator[str]:
    anchors = [link.anchor for link in record.links]
    yield next(
        (
            inner(node, _LONGEST)
            for each in anchors
            for node in _elements(each)
            if node.tag in _HEADINGS
        ),
        "",
    )
    yield next(
        (
            link.said
            for link in record.links
            if link.said and _is_within(link.anchor, 3, _is_heading)
        ),
        "",
    )
    yield next(
        (inner(node, _LONGEST) for each in anchors for node in _elements(each) if _is_titled(node)),
        "",
    )
    yield next(
        (
            link.said
            for link in record.links
            if link.said and _is_within(link.anchor, 2, _is_titled)
        ),
        "",
    )
    own = (
        node
        for element in record.elements
        for node in _elements(element)
        if _is_heading(node) or _is_titled(node)
    )
    yield next(
        (
            label
            for node in own
            if next(node.iter("a"), None) is None and (label := inner(node, _LONGEST))
        ),
        "",
    )
    yield max((_piece(link.anchor, link.said) for link in record.links), key=len)
    labels: list[str | None] = []
    for anchor in anchors:
        labels.append(anchor.get("title") or anchor.get("aria-label"))
        labels += [image.get("alt") for image in islice(anchor.iter("img"), 3)]
    yield _first([text.line(label or "") for label in labels])


def _is_heading(element: Any) -> bool:
    return element.tag in _HEADINGS


def _is_within(anchor: Any, steps: int, named: Callable[[Any], bool]) -> bool:
    return any(named(above) for above in islice(anchor.iterancestors(), steps))


def _elements(element: Any) -> Iterator[Any]:
    return islice(element.iter("*"), 600)


def _is_titled(element: Any) -> bool:
    named = element.get("class") or ""
    if element.get("itemprop") in ("headline", "name"):
        return True
    return any(_TITLE.search(name) and not _NO_TITLE.search(name) for name in named.split())


def _piece(anchor: Any, whole: str) -> str:
    holder = anchor
    while len(holder) == 1 and not text.line((holder.text or "") + (holder[0].tail or "")):
        holder = holder[0]
    if text.line((holder.text or "") + "".join(child.tail or "" for child in holder)):
        return whole
    pieces = [piece for child in holder if (piece := text.line(inner(child, _LONGEST)))]
    long = [piece for piece in pieces if len(piece) >= _LEAST and not _is_date(piece)]
    return max(long, key=lambda piece: min(len(piece), _ENOUGH), default=whole)


def _is_date(piece: str) -> bool:
    return len(piece) <= _DATE_LINE and next(date.find_days(piece), None) is not None


def published(record: Record) -> tuple[Any, datetime] | None:
    """Return the item's first date with its element, else the day in its address, else None."""
    dates = list(_dates(record))
    if dates:
        best = min(dates, key=lambda each: each[0])
        return best[1], best[2]
    day = _URL_DAY.search(urlsplit(record.links[0].url).path)
    when = next(date.find_days("-".join(day.groups())), None) if day else None
    return (None, when) if when else None


def _dates(record: Record) -> Iterator[tuple[int, Any, datetime]]:
    for element in record.elements:
        changed: set[Any] = set()
        for node in _elements(element):
            named = " ".join(
                node.get(name) or "" for name in ("class", "itemprop", "id", "data-testid")
            )[:200]
            if node.getparent() in changed or _CHANGED.search(named):
                changed.add(node)
            elif dated := _date(node, named):
                yield dated[0], node, dated[1]


def _date(element: Any, named: str) -> tuple[int, datetime] | None:
    if (stated := element.get("datetime") or "") and (when := date.parse_date_text(stated)):
        return (0 if element.tag == "time" and _PUBLISHED.search(named) else 1), when
    if element.get("itemprop") == "datePublished" and (
        when := date.parse_date_text(element.get("content") or "")
    ):
        return 0, when
    if _PUBLISHED.search(named) and (when := _labelled(element)):
        return 2, when
    return (3, when) if (when := _shown(element)) else None


def _labelled(element: Any) -> datetime | None:
    for name in ("title", "data-date", "data-time", "data-timestamp", "data-datetime"):
        value = element.get(name) or ""  # such as "2026-03-08 17..."
        if (
            value
            and len(value) <= _DATE_LINE
            and (when := date.parse_date_text(value.split(" 1")[0]))
        ):
            return when
    label = text.line(inner(element, _DATE_LINE + 1))
    return next(date.find_days(label), None) if len(label) <= _DATE_LINE else None


def _shown(element: Any) -> datetime | None:
    for piece in (element.text or "", *(child.tail or "" for child in islice(element, 20))):
        line = text.line(piece[: 4 * _DATE_LINE])
        if _SHORTEST <= len(line) <= _DATE_LINE and (when := next(date.find_days(line), None)):
            return when
    return None


def picture(document: Document, record: Record) -> tuple[Any, str] | None:
    """Return the item's first picture, except icons and portraits, and its element; None
    without."""
    for element in record.elements:
        for node in _elements(element):
            if (url := _pictured(document, node)) and is_picture(url):
                return node, url
    return None


def _pictured(document: Document, element: Any) -> str | None:
    if element.tag in ("img", "amp-img"):
        above = element.getparent()
        image = elements.read_images(
            above if above is not None and above.tag == "picture" else element
        )
        small = image and any(
            side is not None and side < _SMALL for side in (image.width, image.height)
        )
        wanted = image and not small and not _is_person(element)
        return resolve_picture(document, image.src) if image and wanted else None
    style = _STYLE_URL.search(element.get("style") or "")
    return resolve_picture(document, style[1]) if style else None


def _is_person(image: Any) -> bool:
    named = f"{image.get('class') or ''} {image.get('id') or ''}"
    above = " ".join(holder.get("class") or "" for holder in islice(image.iterancestors(), 2))
    return bool(
        _PERSON.search(f"{named} {above}"[:400]) or "gravatar.com/" in (image.get("src") or "")
    )
