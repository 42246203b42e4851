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
from syndicator.reading.html.document import Document, read_text
from syndicator.reading.lists.links import Link
from syndicator.reading.lists.wrapper import find_shape
from syndicator.reading.metadata import date
from syndicator.reading.metadata.cover import is_picture, resolve_picture

# All numbers are choices.
# Items may consist of several siblings, if this share of them begins at the same distance from each
# other, and if there are so many items and so many elements for each.
_MOST_BETWEEN = 4
_LEAST_ITEMS = 3
_LEAST_REGULAR = 0.7
_CLASS_IN_FORM = re.compile(r"\.[^ ]+")  # ".post" in "li.post > a"
_LONGEST_TITLE = 300  # characters
# The kinds of titles of `_list_titles` by their index: the first five are marked as headlines.
_MARKED_KINDS = 5
_LINK_TEXT_KIND = 5  # the text of the longest link
_ICON_SIDE = 50  # pixels: a picture with a shorter side is an icon
_HEADLINE_LENGTH = 12  # characters of a headline
_WIDE_HEADLINE_LENGTH = 5  # characters of a headline in other scripts, such as Chinese
_ENOUGH_LENGTH = 25  # a piece of a link with so many characters is as good as a longer one
_SHORTEST_PIECE = 6  # characters of a piece of a link that may be a title
# shares of the items that have a title of a kind
_MOST_ITEMS_SHARE = 0.7
_FEW_ITEMS_SHARE = 0.3
# characters of a line that is a date
_SHORTEST_DATE = 6
_LONGEST_DATE = 60
# ranks of the dates of an item: the date with the lowest rank is taken
_DECLARED_DATE = 0
_DATETIME = 1
_LABELLED_DATE = 2
_SHOWN_DATE = 3
_MOST_ANCESTORS = 60  # elements around a link that are looked at
_MOST_ELEMENTS = 600  # elements within an element of an item that are looked at
_MOST_CHILDREN = 20  # children of an element between which a date is searched
_MOST_TO_HEADING = 3  # elements around a link among which a heading is its title
_MOST_TO_CLASS = 2  # elements around a link among which a title's class counts
_LONGEST_NAMES = 400  # characters of classes and ids that are searched
_MOST_IMAGES = 3  # images of a link whose alternative texts may be the title
_HOST = re.compile(r"^[\w-]+(\.[\w-]+){1,4}$")  # a text such as "site.example" is no title
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE_CLASS = re.compile(
    r"(^|[-_])(title|titel|titre|titulo|headline|heading|hed|subject)($|[-_])|title$|headline$",
    re.I,
)
_SUBTITLE_CLASS = re.compile(
    r"sub-?title|sub-?head|kicker|eyebrow|category|author|byline|desc|excerpt|summary|dek", re.I
)
_PUBLISHED_NAME = re.compile(
    r"publi[sc]|posted|created|datum|(^|[-_ ])date|time|pubdate|(^|[-_ ])age($|[-_ ])", re.I
)
_CHANGED_NAME = re.compile(
    r"updated|modified|aktualisiert|last-?(post|reply|activity)|comment|(^|[-_ ])latest($|[-_ ])",
    re.I,
)
# class names of portraits, logos and the like
_PERSON_NAME = re.compile(
    r"avatar|author|gravatar|profile|byline|logo|icon|emoji|badge|flag|sponsor", re.I
)
_STYLE_URL = re.compile(r"background(?:-image)?\s*:[^;]{0,40}url\(\s*['\"]?([^'\")]{5,1000})", re.I)
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One item of a list: its links on the page, and the elements that only belong to it."""

    links: tuple[Link, ...]  # its links in order, all to the same address
    elements: tuple[Any, ...]  # the elements that belong to this item only

    @property
    def key(self) -> str:
        """Return the address of the item in the form that is the same for all its spellings."""
        return self.links[0].key

    @property
    def index(self) -> int:
        """Return the position of the item's first link among all links of the page."""
        return self.links[0].index


def read_records(item_links: Sequence[Link], links: Sequence[Link]) -> list[Record]:
    """Return a record for each different address to which `item_links` lead.

    `links` are all links of the page. A record gets those links that stand in its elements and lead
    to its address. An address without such links gets no record."""
    # find the elements of each item
    item_keys = {link.key for link in item_links}
    keys_within: dict[Any, set[str]] = defaultdict(set)
    for link in item_links:
        for element in _list_upwards(link.anchor):
            keys_within[element].add(link.key)
    tops: dict[str, Any] = {}  # the main element of each item, by its key
    for link in item_links:
        tops.setdefault(link.key, _find_top(link.anchor, keys_within))
    followers = _find_followers(tops.values())
    elements_by_key = {key: (top, *followers.get(top, ())) for key, top in tops.items()}

    # find the links in these elements
    key_of_element: dict[Any, str] = {}
    for key, item_elements in elements_by_key.items():
        for element in item_elements:
            key_of_element[element] = key
    links_by_key: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.key not in item_keys:
            continue
        # a link belongs to the innermost item around it, if it leads to that item's address
        for element in _list_upwards(link.anchor):
            if element in key_of_element:
                if key_of_element[element] == link.key:
                    links_by_key[link.key].append(link)
                break
    return [
        Record(tuple(links_by_key[key]), item_elements)
        for key, item_elements in elements_by_key.items()
        if links_by_key[key]
    ]


def _list_upwards(anchor: Any) -> Iterable[Any]:
    """Yield the link itself, then the elements around it, from the inside outwards."""
    yield anchor
    yield from islice(anchor.iterancestors(), _MOST_ANCESTORS)


def _find_top(anchor: Any, keys_within: Mapping[Any, set[str]]) -> Any:
    """Return the largest element around the link `anchor` that contains no link to another item.
    It lies within `main` and `body`. `keys_within`: by element, the keys of the
    items to which the links in it lead."""
    top = anchor
    for element in anchor.iterancestors():
        if element.tag in ("body", "html", "main") or len(keys_within.get(element, ())) != 1:
            return top
        top = element
    return top


def _find_followers(tops: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    """Return, by the main element of an item, the siblings that follow it and belong to the same
    item. `tops`: the main elements of all items. Siblings belong to an item if the main elements in
    the same parent are at regular distances, such as each `dt` in a list of `dt`, `dd`, `dd`."""
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for top in tops:
        parent = top.getparent()
        if parent is not None:
            by_parent[parent].append(top)
    followers: dict[Any, tuple[Any, ...]] = {}
    for parent, siblings in by_parent.items():
        if len(siblings) < _LEAST_ITEMS:
            continue
        positions = {child: position for position, child in enumerate(parent)}
        siblings.sort(key=lambda top: positions[top])
        distances = [positions[after] - positions[before] for before, after in pairwise(siblings)]
        usual_distance = max(set(distances), key=distances.count)
        is_regular = distances.count(usual_distance) >= _LEAST_REGULAR * len(distances)
        if not is_regular or not 1 < usual_distance <= _MOST_BETWEEN:
            continue
        # the last item has no next one: it is taken to be as long as the others
        distances.append(usual_distance)
        for top, distance in zip(siblings, distances, strict=True):
            length = min(distance, usual_distance)  # elements of the item, with its top
            followers[top] = tuple(islice(top.itersiblings(), length - 1))
    return followers


def read_items(
    document: Document, records: Sequence[Record], forms: Mapping[str, str] | None = None
) -> list[Shown]:
    """Return what each item shows: its title ("" if it has none), its date (None) and its picture
    (""), with the traits by which its list is recognised later. `forms`: by the key of an item, the
    form of its link; the form of its first link is used for items that it lacks."""
    items: list[Shown] = []
    for record, title in zip(records, choose_titles(records), strict=True):
        published = find_published(record)
        picture = find_picture(document, record)
        url = record.links[0].url
        form = record.links[0].form
        if forms:
            form = forms.get(record.key, form)
        item = Item(
            url=url,
            title=title[:_LONGEST_TITLE],
            published=published.when if published else None,
            image=picture.url if picture else "",
        )
        layout = _describe_layout(record, title, published, picture)
        items.append(
            Shown(
                item=item,
                key=record.key,
                form=form,
                path=_CLASS_IN_FORM.sub("", form),
                shape=find_shape(url),
                layout=layout,
            )
        )
    return items


def _describe_layout(
    record: Record, title: str, published: "_Dated | None", picture: "_Picture | None"
) -> str:
    """Return the order in which an item shows its title (t), date (d) and picture (p), such as
    "ptd". What it does not show has no letter."""
    title_element = record.links[0].anchor
    for link in record.links:
        if title and title in link.text:
            title_element = link.anchor
            break
    letters = {id(title_element): "t"}
    if published is not None and published.element is not None:
        letters[id(published.element)] = "d"
    if picture is not None:
        letters[id(picture.element)] = "p"
    order: dict[str, None] = {}  # used as an ordered set
    for node in _list_nodes(record.elements):
        if id(node) in letters:
            order[letters[id(node)]] = None
    return "".join(order)


def choose_titles(records: Sequence[Record]) -> list[str]:
    """Return the headline of each item, "" if it has none.

    An item has titles of several kinds: in a heading, in an element with a title's class, as the
    text of a link. Chosen is the first kind of which at least 70 % of the items have a title that
    differs from those of the others. An item without a title of this kind gets its first title."""
    titles_by_item = [[text.line(title) for title in _list_titles(record)] for record in records]
    if not titles_by_item:
        return []
    shares_by_kind: list[_TitleShares] = []
    for kind in range(len(titles_by_item[0])):
        shares_by_kind.append(_measure_titles([titles[kind] for titles in titles_by_item]))
    common_kinds = [
        kind for kind, shares in enumerate(shares_by_kind) if shares.distinct >= _MOST_ITEMS_SHARE
    ]
    chosen_kind = common_kinds[0] if common_kinds else _LINK_TEXT_KIND
    if shares_by_kind[chosen_kind].headlines < _FEW_ITEMS_SHARE:
        # this kind may be the name of each item's publisher: prefer one with headlines
        for kind in common_kinds:
            if kind < _MARKED_KINDS and shares_by_kind[kind].headlines >= _MOST_ITEMS_SHARE:
                chosen_kind = kind
                break
    return [_find_first((titles[chosen_kind], *titles)) for titles in titles_by_item]


@dataclass(frozen=True, slots=True)
class _TitleShares:
    """The different titles of one kind in a list. `distinct`: their number as a share of the number
    of items; `headlines`: the same for those that are long enough for headlines."""

    distinct: float
    headlines: float


def _measure_titles(titles: Sequence[str]) -> _TitleShares:
    """Measure how many of `titles` are different titles, and how many of these are long enough for
    headlines, both as shares of the number of items. `titles`: one for each item, "" for none.
    Dates and host names do not count as titles."""
    distinct: set[str] = set()
    for title in titles:
        if not title:
            continue
        if not _is_date(title) and not _HOST.match(title):
            distinct.add(title)
    headline_count = sum(is_headline(title) for title in distinct)
    return _TitleShares(len(distinct) / len(titles), headline_count / len(titles))


def _find_first(texts: Iterable[str]) -> str:
    """Return the first of `texts` that is not empty, "" if all are."""
    return next(filter(None, texts), "")


def is_headline(title: str) -> bool:
    """Return True if `title` is long enough for the headline of an article: it has 12 characters,
    among them a space. Chinese and other scripts need fewer characters and no spaces: a title with
    a character outside of ASCII only needs five."""
    if len(title) >= _HEADLINE_LENGTH and " " in title:
        return True
    return len(title) >= _WIDE_HEADLINE_LENGTH and not title.isascii()


def _list_titles(record: Record) -> Iterator[str]:
    """Yield seven titles of an item, one of each kind, always in this order: a heading in a link, a
    heading around a link, a title's class in a link, a title's class around a link, a heading or
    title's class without link, the longest link, a label or alternative text. A title that the item
    lacks is ""."""
    anchors = [link.anchor for link in record.links]
    # a heading in a link, or around it
    yield _find_text(node for node in _list_nodes(anchors) if _is_heading(node))
    yield _find_text_within(record.links, _MOST_TO_HEADING, _is_heading)
    # a title's class in a link, or around it
    yield _find_text(node for node in _list_nodes(anchors) if _has_title_class(node))
    yield _find_text_within(record.links, _MOST_TO_CLASS, _has_title_class)
    # a heading or title's class without link
    yield _find_first(_list_unlinked_titles(record))
    # the longest link
    link_titles = [_choose_piece(link.anchor, link.text) for link in record.links]
    yield max(link_titles, key=len)
    # a label or alternative text
    labels: list[str | None] = []
    for anchor in anchors:
        labels.append(anchor.get("title") or anchor.get("aria-label"))
        labels += [image.get("alt") for image in islice(anchor.iter("img"), _MOST_IMAGES)]
    yield _find_first([text.line(label or "") for label in labels])


def _find_text(nodes: Iterator[Any]) -> str:
    """Return the text of the first of `nodes`, "" if there are none."""
    node = next(nodes, None)
    return read_text(node, _LONGEST_TITLE) if node is not None else ""


def _find_text_within(
    links: Sequence[Link], most_steps: int, is_title: Callable[[Any], bool]
) -> str:
    """Return the text of the first link that stands in a title; "" if no link does. `is_title` is
    asked for each of the `most_steps` nearest elements around a link."""
    for link in links:
        if link.text and any(map(is_title, islice(link.anchor.iterancestors(), most_steps))):
            return link.text
    return ""


def _list_unlinked_titles(record: Record) -> Iterator[str]:
    """Yield the texts of those headings of an item that contain no link, and of those elements with
    a title's class that contain none."""
    for node in _list_nodes(record.elements):
        is_title = _is_heading(node) or _has_title_class(node)
        if is_title and next(node.iter("a"), None) is None:
            yield read_text(node, _LONGEST_TITLE)


def _is_heading(element: Any) -> bool:
    return element.tag in _HEADINGS


def _list_nodes(elements: Iterable[Any]) -> Iterator[Any]:
    """Yield each of `elements` and the elements in it, in document order, at most 600 for each."""
    for element in elements:
        yield from islice(element.iter("*"), _MOST_ELEMENTS)


def _has_title_class(element: Any) -> bool:
    """Return True if an element is marked as a title, by its itemprop or by one of its classes.
    Classes of subtitles, categories and the like do not count."""
    if element.get("itemprop") in ("headline", "name"):
        return True
    names = (element.get("class") or "").split()
    return any(_TITLE_CLASS.search(name) and not _SUBTITLE_CLASS.search(name) for name in names)


def _choose_piece(anchor: Any, link_text: str) -> str:
    """Return the title in the link `anchor`. `link_text`: the whole text of the link.

    If the link consists of several elements, such as one for the title and one for the date, the
    title is the first of their texts with at least 25 characters, else the longest. Texts of fewer
    than 6 characters and dates do not count. If no text is left, or if the link also has text
    outside of its elements, the title is `link_text`."""
    # find the innermost element around all the link's text
    holder = anchor
    while len(holder) == 1:
        child = holder[0]
        if text.line((holder.text or "") + (child.tail or "")):
            break
        holder = child
    text_beside_children = (holder.text or "") + "".join(child.tail or "" for child in holder)
    if text.line(text_beside_children):
        return link_text
    pieces = [text.line(read_text(child, _LONGEST_TITLE)) for child in holder]
    possible_titles = [
        piece for piece in pieces if len(piece) >= _SHORTEST_PIECE and not _is_date(piece)
    ]
    # the first piece that is long enough is preferred to longer ones
    return max(
        possible_titles, key=lambda piece: min(len(piece), _ENOUGH_LENGTH), default=link_text
    )


def _is_date(piece: str) -> bool:
    """Return True if a short text has a date in it."""
    return len(piece) <= _LONGEST_DATE and next(date.find_days(piece), None) is not None


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date of an item."""

    element: Any  # None if the address of the item states the date
    when: datetime
    rank: int = _DECLARED_DATE  # the kind of date; lower is more reliable


def find_published(record: Record) -> _Dated | None:
    """Return the most reliable date in the elements of an item; of equal ones the first. If they
    have none, return the day in the item's address, None if there is none either."""
    dates = list(_list_dates(record))
    if dates:
        return min(dates, key=lambda dated: dated.rank)
    day = _URL_DAY.search(urlsplit(record.links[0].url).path)
    if not day:
        return None
    when = next(date.find_days("-".join(day.groups())), None)
    return _Dated(None, when) if when else None


def _list_dates(record: Record) -> Iterator[_Dated]:
    """Yield the dates in an item, in document order. Elements whose class, itemprop or ids say that
    they are about changes or comments are left out, with all elements in them."""
    for element in record.elements:
        change_elements: set[Any] = set()
        for node in _list_nodes((element,)):
            values = [node.get(name) or "" for name in ("class", "itemprop", "id", "data-testid")]
            names = " ".join(values)[:200]
            # document order: a parent comes before the elements in it
            if node.getparent() in change_elements or _CHANGED_NAME.search(names):
                change_elements.add(node)
                continue
            dated = _read_date(node, names)
            if dated:
                yield dated


def _read_date(element: Any, names: str) -> _Dated | None:
    """Return the date that an element states in an attribute or shows as text, with its rank; None
    if it has none. Attributes for dates come first; then, if the element is named like a date of
    publication, its other attributes and its text; then any short text. `names`: the class,
    itemprop and ids of the element as one text."""
    is_named_published = _PUBLISHED_NAME.search(names) is not None
    when = date.parse_date_text(element.get("datetime") or "")
    if when:
        is_declared = element.tag == "time" and is_named_published
        rank = _DECLARED_DATE if is_declared else _DATETIME
        return _Dated(element, when, rank)
    if element.get("itemprop") == "datePublished":
        when = date.parse_date_text(element.get("content") or "")
        if when:
            return _Dated(element, when, _DECLARED_DATE)
    if is_named_published:
        when = _read_labelled_date(element)
        if when:
            return _Dated(element, when, _LABELLED_DATE)
    when = _read_shown_date(element)
    if when:
        return _Dated(element, when, _SHOWN_DATE)
    return None


def _read_labelled_date(element: Any) -> datetime | None:
    """Return the date of an element whose class or id says that it has one; None if it has none.
    The date is in its title or a data attribute; else in its text, if that has at most 60
    characters."""
    for name in ("title", "data-date", "data-time", "data-timestamp", "data-datetime"):
        value = element.get(name) or ""
        if value and len(value) <= _LONGEST_DATE:
            when = date.parse_date_text(value.split(" 1")[0])  # such as "2026-03-08 17..."
            if when:
                return when
    label = text.line(read_text(element, _LONGEST_DATE + 1))
    if len(label) > _LONGEST_DATE:
        return None
    return next(date.find_days(label), None)


def _read_shown_date(element: Any) -> datetime | None:
    """Return the date in the first short line that has one, None if none has. The lines are the
    texts between the children of `element`; the texts within the children do not count."""
    tails = (child.tail or "" for child in islice(element, _MOST_CHILDREN))
    for piece in (element.text or "", *tails):
        line = text.line(piece[: 4 * _LONGEST_DATE])
        if _SHORTEST_DATE <= len(line) <= _LONGEST_DATE:
            when = next(date.find_days(line), None)
            if when:
                return when
    return None


@dataclass(frozen=True, slots=True)
class _Picture:
    """The address of a picture, and its element."""

    element: Any
    url: str


def find_picture(document: Document, record: Record) -> _Picture | None:
    """Return the first picture of an item; None if it has none. Icons, portraits and logos do not
    count."""
    for node in _list_nodes(record.elements):
        url = _read_picture(document, node)
        if url and is_picture(url):
            return _Picture(node, url)
    return None


def _read_picture(document: Document, element: Any) -> str | None:
    """Return the address of the picture that an element shows: as an image, or as its background.
    None if it shows none, or if the image is an icon, a portrait or a logo."""
    if element.tag not in ("img", "amp-img"):
        background = _STYLE_URL.search(element.get("style") or "")
        if not background:
            return None
        return resolve_picture(document, background[1])
    parent = element.getparent()
    is_in_picture = parent is not None and parent.tag == "picture"
    holder = parent if is_in_picture else element
    image = elements.read_image(holder)
    if not image or _is_person(element):
        return None
    for side in (image.width, image.height):
        if side is not None and side < _ICON_SIDE:
            return None
    return resolve_picture(document, image.src)


def _is_person(image: Any) -> bool:
    """Return True if an image is a portrait or a logo. This is known by its address, by a class or
    the id of the image, or by a class of the two elements around it."""
    if "gravatar.com/" in (image.get("src") or ""):
        return True
    own_names = f"{image.get('class') or ''} {image.get('id') or ''}"
    outer_names = " ".join(holder.get("class") or "" for holder in islice(image.iterancestors(), 2))
    names = f"{own_names} {outer_names}"[:_LONGEST_NAMES]
    return _PERSON_NAME.search(names) is not None
