"""Items of a list: the elements of each, and its title, date and picture. Pure."""

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
from syndicator.reading.metadata.cover import absolute, is_picture

_BETWEEN = 4  # elements that follow the one with the link and are still of its item, as rows of a table
_FEWEST = 3  # items whose distances say something
_LEAST_REGULAR = 0.7  # of the items follow each other at the same distance, where what stands between is theirs


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One item: its links in order, all to one address, and its own elements."""

    links: tuple[Link, ...]
    elements: tuple[Any, ...]

    @property
    def key(self) -> str:
        return self.links[0].key

    @property
    def place(self) -> int:
        return self.links[0].place


def read_records(chosen: Sequence[Link], links: Sequence[Link]) -> list[Record]:
    """Return the items of the `chosen` links, one per address, each with all `links` to that address inside it."""
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
    held = {one: key for key, parts in elements.items() for one in parts}
    owned: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.key in keys and held.get(next((one for one in _upwards(link.anchor) if one in held), None)) == link.key:
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
    """Return the elements after each item's element that belong to it: those between items at a regular distance."""
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for top in tops:
        if (parent := top.getparent()) is not None:
            by_parent[parent].append(top)
    found: dict[Any, tuple[Any, ...]] = {}
    for parent, own in by_parent.items():
        if len(own) < _FEWEST:
            continue
        places = {child: place for place, child in enumerate(parent)}
        ordered = sorted(own, key=lambda one: places[one])
        gaps = [places[after] - places[before] for before, after in pairwise(ordered)]
        usual = max(set(gaps), key=gaps.count)
        if 1 < usual <= _BETWEEN and gaps.count(usual) >= _LEAST_REGULAR * len(gaps):
            for one, gap in zip(ordered, [*gaps, usual], strict=True):
                found[one] = tuple(islice(one.itersiblings(), min(gap, usual) - 1))
    return found


# All numbers are choices.
_CLASS = re.compile(r"\.[^ ]+")  # in a form
_LONGEST = 300  # characters of a title
_TITLED, _WIDE_TITLE = 12, 5  # characters of a headline that is one; of one without spaces between words
_ENOUGH = 25  # characters of a piece of which the first counts
_MOSTLY, _HARDLY = 0.7, 0.3  # of the items
_NAMED = 5  # places of a headline that are marked as one, the others come after them
_LEAST = 6  # characters of a title's piece in a link that has several
_SHORTEST = 6  # characters of a date
_DATE_LINE = 60  # characters of a line that is a date and little else
_HOST = re.compile(r"^[\w-]+(\.[\w-]+){1,4}$")
_SMALL = 50  # pixels of a picture that is an icon
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE = re.compile(r"(^|[-_])(title|titel|titre|titulo|headline|heading|hed|subject)($|[-_])|title$|headline$", re.I)
_NO_TITLE = re.compile(r"sub-?title|sub-?head|kicker|eyebrow|category|author|byline|desc|excerpt|summary|dek", re.I)
_PUBLISHED = re.compile(r"publi[sc]|posted|created|datum|(^|[-_ ])date|time|pubdate|(^|[-_ ])age($|[-_ ])", re.I)
_CHANGED = re.compile(
    r"updated|modified|aktualisiert|last-?(post|reply|activity)|comment|(^|[-_ ])latest($|[-_ ])", re.I
)
_PERSON = re.compile(r"avatar|author|gravatar|profile|byline|logo|icon|emoji|badge|flag|sponsor", re.I)
_STYLE_URL = re.compile(r"background(?:-image)?\s*:[^;]{0,40}url\(\s*['\"]?([^'\")]{5,1000})", re.I)
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")


def read_items(document: Document, records: Sequence[Record], forms: Mapping[str, str] | None = None) -> list[Shown]:
    """Return the shown data of each item, "" or None if missing. `forms`: the form of their links, by address."""
    found = []
    for record, said in zip(records, titles(records), strict=True):
        dated, pictured = published(record), picture(document, record)
        first = record.links[0]
        form = (forms or {}).get(record.key, first.form)
        item = Item(
            url=first.url,
            title=said[:_LONGEST],
            published=dated[1] if dated else None,
            image=pictured[1] if pictured else "",
        )
        made = Shown(
            item=item,
            key=record.key,
            form=form,
            path=_CLASS.sub("", form),
            shape=shape(first.url),
            layout=_layout(record, said, dated[0] if dated else None, pictured[0] if pictured else None),
        )
        found.append(made)
    return found


def _layout(record: Record, said: str, dated: Any, pictured: Any) -> str:
    title = next((link.anchor for link in record.links if said and said in link.said), record.links[0].anchor)
    letters = {id(title): "t"} | ({id(dated): "d"} if dated is not None else {})
    letters |= {id(pictured): "p"} if pictured is not None else {}
    order = [letters[id(one)] for element in record.elements for one in _elements(element) if id(one) in letters]
    return "".join(dict.fromkeys(order))


def titles(records: Sequence[Record]) -> list[str]:
    """Return each item's headline, from the place that serves most items (heading, class, link text), else the next
    place."""
    said = [[text.line(one) for one in _titles(record)] for record in records]
    if not said:
        return []

    shares = [_share([row[place] for row in said]) for place in range(len(said[0]))]
    whole = [place for place, (own, _) in enumerate(shares) if own >= _MOSTLY]
    best = next(iter(whole), len(shares) - 2)
    told = [place for place in whole if place < _NAMED and shares[place][1] >= _MOSTLY]
    if shares[best][1] < _HARDLY and told:  # as where the name of its publisher heads each item
        best = told[0]
    return [_first((row[best], *row)) for row in said]


def _share(said: Sequence[str]) -> tuple[float, float]:
    own = {one for one in said if one and not _is_date(one) and not _HOST.match(one)}
    return len(own) / len(said), sum(is_headline(one) for one in own) / len(said)


def _first(said: Sequence[str]) -> str:
    return next((one for one in said if one), "")


def is_headline(said: str) -> bool:
    """Return True if a text is long enough to be a headline."""
    return (len(said) >= _TITLED and " " in said) or (len(said) >= _WIDE_TITLE and not said.isascii())


def _titles(record: Record) -> Iterator[str]:
    """Yield the possible headlines, always in the same order; "" if a place has none."""
    anchors = [link.anchor for link in record.links]
    yield next((inner(one, _LONGEST) for each in anchors for one in _elements(each) if one.tag in _HEADINGS), "")
    yield next((link.said for link in record.links if link.said and _is_within(link.anchor, 3, _is_heading)), "")
    yield next((inner(one, _LONGEST) for each in anchors for one in _elements(each) if _is_titled(one)), "")
    yield next((link.said for link in record.links if link.said and _is_within(link.anchor, 2, _is_titled)), "")
    own = (one for element in record.elements for one in _elements(element) if _is_heading(one) or _is_titled(one))
    yield next((said for one in own if next(one.iter("a"), None) is None and (said := inner(one, _LONGEST))), "")
    yield max((_piece(link.anchor, link.said) for link in record.links), key=len)
    labels: list[str | None] = []
    for anchor in anchors:
        labels.append(anchor.get("title") or anchor.get("aria-label"))
        labels += [image.get("alt") for image in islice(anchor.iter("img"), 3)]
    yield _first([text.line(label or "") for label in labels])


def _is_heading(element: Any) -> bool:
    return element.tag in _HEADINGS


def _is_within(anchor: Any, steps: int, named: Callable[[Any], bool]) -> bool:
    return any(named(one) for one in islice(anchor.iterancestors(), steps))


def _elements(element: Any) -> Iterator[Any]:
    return islice(element.iter("*"), 600)


def _is_titled(element: Any) -> bool:
    named = element.get("class") or ""
    if element.get("itemprop") in ("headline", "name"):
        return True
    return any(_TITLE.search(name) and not _NO_TITLE.search(name) for name in named.split())


def _piece(anchor: Any, said: str) -> str:
    """Return the longest piece of the link's text that can be a title, or all of the text if it is not in pieces."""
    holder = anchor
    while len(holder) == 1 and not text.line((holder.text or "") + (holder[0].tail or "")):
        holder = holder[0]
    if text.line((holder.text or "") + "".join(child.tail or "" for child in holder)):
        return said
    pieces = [piece for child in holder if (piece := text.line(inner(child, _LONGEST)))]
    long = [piece for piece in pieces if len(piece) >= _LEAST and not _is_date(piece)]
    return max(long, key=lambda piece: min(len(piece), _ENOUGH), default=said)


def _is_date(piece: str) -> bool:
    return len(piece) <= _DATE_LINE and next(date.days(piece), None) is not None


def published(record: Record) -> tuple[Any, datetime] | None:
    """Return the item's date and its element: its first date of publication, else the day in its address."""
    found = list(_dates(record))
    if found:
        best = min(found, key=lambda each: each[0])
        return best[1], best[2]
    day = _URL_DAY.search(urlsplit(record.links[0].url).path)
    when = next(date.days("-".join(day.groups())), None) if day else None
    return (None, when) if when else None


def _dates(record: Record) -> Iterator[tuple[int, Any, datetime]]:
    for element in record.elements:
        changed: set[Any] = set()
        for one in _elements(element):
            named = " ".join(one.get(name) or "" for name in ("class", "itemprop", "id", "data-testid"))[:200]
            if one.getparent() in changed or _CHANGED.search(named):
                changed.add(one)
            elif found := _date(one, named):
                yield found[0], one, found[1]


def _date(one: Any, named: str) -> tuple[int, datetime] | None:
    if (stated := one.get("datetime") or "") and (when := date.parse_date_text(stated)):
        return (0 if one.tag == "time" and _PUBLISHED.search(named) else 1), when
    if one.get("itemprop") == "datePublished" and (when := date.parse_date_text(one.get("content") or "")):
        return 0, when
    if _PUBLISHED.search(named) and (when := _labelled(one)):
        return 2, when
    return (3, when) if (when := _shown(one)) else None


def _labelled(element: Any) -> datetime | None:
    for name in ("title", "data-date", "data-time", "data-timestamp", "data-datetime"):
        value = element.get(name) or ""
        if (
            value and len(value) <= _DATE_LINE and (when := date.parse_date_text(value.split(" 1")[0]))
        ):  # "2026-03-08 17..."
            return when
    said = text.line(inner(element, _DATE_LINE + 1))
    return next(date.days(said), None) if len(said) <= _DATE_LINE else None


def _shown(element: Any) -> datetime | None:
    for piece in (element.text or "", *(child.tail or "" for child in islice(element, 20))):
        said = text.line(piece[: 4 * _DATE_LINE])
        if _SHORTEST <= len(said) <= _DATE_LINE and (when := next(date.days(said), None)):
            return when
    return None


def picture(document: Document, record: Record) -> tuple[Any, str] | None:
    """Return the item's first picture, except icons and pictures of persons, and its element."""
    for element in record.elements:
        for one in _elements(element):
            if (url := _pictured(document, one)) and is_picture(url):
                return one, url
    return None


def _pictured(document: Document, one: Any) -> str | None:
    if one.tag in ("img", "amp-img"):
        above = one.getparent()
        found = elements.read_images(above if above is not None and above.tag == "picture" else one)
        small = found and any(side is not None and side < _SMALL for side in (found.width, found.height))
        wanted = found and not small and not _is_person(one)
        return absolute(document, found.src) if found and wanted else None
    style = _STYLE_URL.search(one.get("style") or "")
    return absolute(document, style[1]) if style else None


def _is_person(image: Any) -> bool:
    named = f"{image.get('class') or ''} {image.get('id') or ''}"
    above = " ".join(one.get("class") or "" for one in islice(image.iterancestors(), 2))
    return bool(_PERSON.search(f"{named} {above}"[:400]) or "gravatar.com/" in (image.get("src") or ""))
