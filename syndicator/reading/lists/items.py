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
    """Return the items of a list, one for each different address to which `item_links` lead: for
    each the elements of the page that belong to it, and the links to its address in these elements.
    An address without such links gives no item. `links`: all links of the page."""
    # find the elements of each item; the key of an item is its address, equal for all spellings
    item_keys = {link.key for link in item_links}
    keys_within: dict[Any, set[str]] = defaultdict(set)  # for each element the items linked in it
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
    """Return the main element of an item: the largest element around its link `anchor` that
    contains no link to another item. `keys_within`: for each element, the keys of the items to
    which the links in it lead."""
    top = anchor
    for element in anchor.iterancestors():
        if element.tag in ("body", "html", "main"):
            return top
        has_only_this_item = len(keys_within.get(element, ())) == 1
        if not has_only_this_item:
            return top
        top = element
    return top


def _find_followers(tops: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    """Return the siblings that follow the main element of an item and belong to the same item, by
    this main element. They belong to it if the main elements in the same parent are at regular
    distances, such as each `dt` in a list of `dt`, `dd`, `dd`. `tops`: the main elements of all
    items."""
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
    """Return the items of a list with the title, date and picture that each shows, and the traits
    by which the list is recognised on later visits. A missing title or picture is "", a missing
    date None. `records`: for each item its links and elements; `forms`: for the keys of some items
    the form of their link, such as "li.post > h2 > a"; others have that of their first link."""
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
    "ptd". A part that is not shown has no letter. `record`: the links and elements of the item;
    `title`, `published`, `picture`: its parts, "" or None if they are missing."""
    title_element = record.links[0].anchor
    for link in record.links:
        if title and title in link.text:
            title_element = link.anchor
            break
    # letters by the identity of the element
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
    """Return the headline of each item, "" if it has none. `records`: for each item its links and
    elements.

    An item has titles of several kinds: in a heading, in an element with a title's class, as the
    text of a link. The first kind is chosen of which at least 70 % of the items have a title of
    their own. An item without a title of this kind gets the first of its other titles."""
    # for each item a title of each kind, always in the same order
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
    """Return the share of items that have a title of their own, and the share that have one as long
    as a headline. `titles`: a title for each item, "" for none. Dates and host names do not count
    as titles."""
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
    """Return True if `title` is long enough for the headline of an article: it has at least 12
    characters, among them a space, or at least 5 if one of them is not ASCII."""
    if len(title) >= _HEADLINE_LENGTH and " " in title:
        return True
    # Chinese and other scripts need fewer characters, and no spaces
    return len(title) >= _WIDE_HEADLINE_LENGTH and not title.isascii()


def _list_titles(record: Record) -> Iterator[str]:
    """Yield the titles of an item, always seven, one of each kind: a heading in a link, a heading
    around a link, a title's class in a link, a title's class around a link, a heading or title's
    class without link, the longest link, a label or alternative text. Yield "" for a kind that the
    item lacks. `record`: the links and elements of the item."""
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
    """Return the text of the first of `links` that stands in a title; "" if none does. A link
    stands in a title if `is_title` returns True for one of the `most_steps` nearest elements around
    it."""
    for link in links:
        nearest_elements = islice(link.anchor.iterancestors(), most_steps)
        if link.text and any(map(is_title, nearest_elements)):
            return link.text
    return ""


def _list_unlinked_titles(record: Record) -> Iterator[str]:
    """Yield the texts of the headings and the elements with a title's class in an item, of those
    that contain no link. `record`: the links and elements of the item."""
    for node in _list_nodes(record.elements):
        is_title = _is_heading(node) or _has_title_class(node)
        has_link = next(node.iter("a"), None) is not None
        if is_title and not has_link:
            yield read_text(node, _LONGEST_TITLE)


def _is_heading(element: Any) -> bool:
    return element.tag in _HEADINGS


def _list_nodes(elements: Iterable[Any]) -> Iterator[Any]:
    """Yield each of `elements` and the elements in it, in document order, at most 600 for each."""
    for element in elements:
        yield from islice(element.iter("*"), _MOST_ELEMENTS)


def _has_title_class(element: Any) -> bool:
    """Return True if the itemprop or a class of an element says that it is a title. Classes of
    subtitles, categories and the like do not count."""
    if element.get("itemprop") in ("headline", "name"):
        return True
    for name in (element.get("class") or "").split():
        if _TITLE_CLASS.search(name) and not _SUBTITLE_CLASS.search(name):
            return True
    return False


def _choose_piece(anchor: Any, link_text: str) -> str:
    """Return the title in the link `anchor`. `link_text`: the whole text of the link.

    If the link consists of several elements, such as one for the title and one for the date, the
    title is the first of their texts with at least 25 characters, else the longest. Texts of fewer
    than 6 characters and dates do not count. Else the title is `link_text`."""
    # find the innermost element around all the link's text
    holder = anchor
    while len(holder) == 1:
        child = holder[0]
        if text.line((holder.text or "") + (child.tail or "")):
            break
        holder = child
    text_beside_children = (holder.text or "") + "".join(child.tail or "" for child in holder)
    if text.line(text_beside_children):  # the elements are only parts of a sentence
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
    """Return the most reliable date in the elements of an item, else the day in its address. Return
    None if it has neither. `record`: the links and elements of the item."""
    dates = list(_list_dates(record))
    if dates:
        return min(dates, key=lambda dated: dated.rank)  # of equal ones the first
    day = _URL_DAY.search(urlsplit(record.links[0].url).path)
    if not day:
        return None
    when = next(date.find_days("-".join(day.groups())), None)
    return _Dated(None, when) if when else None


def _list_dates(record: Record) -> Iterator[_Dated]:
    """Yield the dates in an item, in document order. An element whose class, itemprop or ids say
    that it is about a change or a comment is left out, with all elements in it. `record`: the links
    and elements of the item."""
    for element in record.elements:
        change_elements: set[Any] = set()  # those left out
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
    """Return the date that an element states in an attribute or shows as text, with its rank, which
    is lower for a more reliable place; None if it has no date. In order, these are read: attributes
    for dates; other attributes and the text, if `names` says that the element has a date; any short
    text. `names`: the class, itemprop and ids of the element as one text."""
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
            day, *_ = value.split(" 1")  # without a time such as " 17:05"
            when = date.parse_date_text(day)
            if when:
                return when
    label = text.line(read_text(element, _LONGEST_DATE + 1))
    if len(label) > _LONGEST_DATE:
        return None
    return next(date.find_days(label), None)


def _read_shown_date(element: Any) -> datetime | None:
    """Return the date in the first short line of `element` that has a date, None if no line has
    one. The lines are the texts between the children; the texts within the children do not
    count."""
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
    """Return the first picture of an item that is no icon, portrait or logo; None if it has none.
    `record`: the links and elements of the item."""
    for node in _list_nodes(record.elements):
        url = _read_picture(document, node)
        if url and is_picture(url):
            return _Picture(node, url)
    return None


def _read_picture(document: Document, element: Any) -> str | None:
    """Return the address of the picture that an element shows, as an image or as its background.
    Return None if it shows none, or if the image is an icon, a portrait or a logo."""
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
    """Return True if the address, class or id of an image, or the class of one of the two elements
    around it, says that it is a portrait or a logo."""
    if "gravatar.com/" in (image.get("src") or ""):
        return True
    own_names = f"{image.get('class') or ''} {image.get('id') or ''}"
    outer_names = " ".join(holder.get("class") or "" for holder in islice(image.iterancestors(), 2))
    names = f"{own_names} {outer_names}"[:_LONGEST_NAMES]
    return _PERSON_NAME.search(names) is not None
