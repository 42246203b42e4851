"""Change pages as sites change them between two visits, by one change or several.

Each mutation changes a page and the truth about it."""

from __future__ import annotations

import copy
import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from lxml import html as lxml_html

from syndicator.core import urls
from tests.reading.lists.cases import Case

_WORDS = """harbour ferry lantern kettle orchard marble thunder ribbon saddle meadow copper violin garden winter pepper
anchor candle button forest velvet silver bridge basket needle""".split()  # noqa: E501, SIM905
_WIDE = "朝霧 灯台 切符 桟橋 羊飼い 雨音 椅子 船着き場 釣り人 市場 鐘".split()  # noqa: SIM905
_LEAST_PART = 3  # characters of a text that is a part of a title and not a word by chance


@dataclass
class Page:
    """A page that changes. `items`: the element of each item by address (urls.alias); `titles`: of
    the items; `new_keys`: addresses of new items."""

    case: Case
    tree: Any
    base: str
    chance: random.Random
    items: dict[str, Any]
    titles: dict[str, str]
    new_keys: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)  # new address -> old one
    gone: bool = False  # the list is not on it any more
    serial: int = 0

    def bytes(self) -> bytes:
        result: bytes = lxml_html.tostring(self.tree, encoding="utf-8", doctype="<!DOCTYPE html>")
        return result

    def key(self, anchor: Any) -> str:
        """Return the address (urls.alias) that a link leads to, or ""."""
        url = urls.absolute(self.base, anchor.get("href") or "")
        return urls.alias(url) if url else ""

    def title(self) -> str:
        """Return a new title of five words, in the script of the page."""
        self.serial += 1
        if not any(title.isascii() for title in self.titles.values()):
            return "".join(self.chance.sample(_WIDE, 5)) + str(self.serial)
        return " ".join(self.chance.sample(_WORDS, 5)).capitalize() + f" {self.serial}"


def open_page(case: Case, seed: str) -> Page:
    """Return the page of `case`, to be changed by chances that follow from `seed`."""
    tree = lxml_html.document_fromstring(case.html, parser=lxml_html.HTMLParser(encoding="utf-8"))
    hrefs = [element.get("href") for element in tree.iter("base")]
    bases = [urls.absolute(case.url, href) for href in hrefs if href]
    titles = {urls.alias(item["url"]): item["title"] for item in case.items}
    base = (bases[0] if bases else None) or case.url
    page = Page(case, tree, base, random.Random(seed), {}, titles)
    keys_within: dict[Any, set[str]] = defaultdict(set)
    anchors: dict[str, list[tuple[str, Any]]] = defaultdict(list)  # (tags above it, link)
    for anchor in tree.iter("a"):
        key = page.key(anchor)
        if key in page.titles:
            tags = "/".join(str(element.tag) for element in anchor.iterancestors())
            anchors[key].append((tags, anchor))
            for element in (anchor, *anchor.iterancestors()):
                keys_within[element].add(key)
    usual = Counter[str]()
    for links in anchors.values():
        usual.update({tags for tags, _ in links})
    for key, links in anchors.items():
        _, anchor = max(links, key=lambda link: usual[link[0]])
        page.items[key] = _find_item(anchor, keys_within)
    return page


def _find_item(anchor: Any, keys_within: dict[Any, set[str]]) -> Any:
    """Return the largest element around a link that has links to its address only."""
    top = anchor
    for element in anchor.iterancestors():
        if len(keys_within[element]) > 1 or element.tag in ("body", "html", "main"):
            break
        top = element
    return top


def rename_classes(page: Page) -> None:
    """A build gives all classes and ids other names."""
    salt = str(page.chance.random())
    for element in page.tree.iter("*"):
        for attribute in ("class", "id"):
            value = element.get(attribute)
            if value:
                names = [_hash_name(name, salt) for name in value.split()]
                element.set(attribute, " ".join(names))


def _hash_name(word: str, salt: str) -> str:
    digest = hashlib.md5((word + salt).encode()).hexdigest()
    return "".join(chr(97 + int(char, 16)) for char in digest[:6])


def wrap_items(page: Page) -> None:
    """Each item in a further element, and all of the page in two."""
    for item in page.items.values():
        _wrap(item, "div", page.chance.choice(("cell", "slot", "")))
    body = page.tree.find("body")
    shell = lxml_html.Element("div", {"class": "app-shell"})
    for child in list(body):
        shell.append(child)
    body.append(shell)


def _wrap(element: Any, tag: str, name: str) -> None:
    parent = element.getparent()
    if parent is None or element.tag in ("td", "th", "tr", "tbody", "li", "dd", "dt", "body"):
        return
    holder = lxml_html.Element(tag, {"class": name} if name else {})
    holder.tail = element.tail
    element.tail = None
    parent.replace(element, holder)
    holder.append(element)


def change_tags(page: Page) -> None:
    """Other elements for the same: sections for articles, h3 for h2."""
    names = {
        "article": "section",
        "h2": "h3",
        "h3": "h4",
        "ul": "div",
        "li": "div",
        "section": "div",
        "figure": "div",
    }
    for item in page.items.values():
        for element in item.iter("*"):
            if element.tag in names:
                element.tag = names[element.tag]


def reorder_items(page: Page) -> None:
    """The items stand in another order."""
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for item in page.items.values():
        if item.getparent() is not None:
            by_parent[item.getparent()].append(item)
    for parent, items in by_parent.items():
        indices = sorted(parent.index(item) for item in items)
        page.chance.shuffle(items)
        for item in items:
            parent.remove(item)
        for index, item in zip(indices, items, strict=True):
            parent.insert(index, item)


def add_promotion(page: Page) -> None:
    """A block in front of the list that sells something."""
    links = "".join(_make_promotion(page, n) for n in range(page.chance.randint(3, 6)))
    name = page.chance.choice(("promo", "hero-teasers", "xq", "campaign"))
    block = lxml_html.fragment_fromstring(f'<div class="{name}">{links}</div>')
    _before_list(page, block)


def _make_promotion(page: Page, number: int) -> str:
    where = page.chance.choice(
        (f"/shop/offer-{number}", f"https://ads.example/c/{number}", f"/campaign/2026/{number}")
    )
    form = page.chance.choice(
        (
            '<div class="teaser"><a href="{0}"><h3>{1}</h3></a></div>',
            '<p><a class="btn" href="{0}">{1}</a></p>',
        )
    )
    return form.format(where, page.title())


def _before_list(page: Page, block: Any) -> None:
    first = next(iter(page.items.values()), None)
    if first is None or first.getparent() is None:
        return
    holder = first.getparent()
    while holder.tag in ("tr", "table", "tbody", "ul", "ol", "dl"):
        holder, first = holder.getparent(), holder
    holder.insert(holder.index(first), block)


def make_lazy(page: Page) -> None:
    """Half of the items are loaded late: their pictures, and the classes that say so."""
    for number, item in enumerate(page.items.values()):
        if number % 2:
            item.set("class", f"{item.get('class') or ''} is-lazy".strip())
            for image in item.iter("img"):
                if source := image.attrib.pop("src", None):
                    image.set("data-src", source)
                image.set("class", "lazyload")


def empty_items(page: Page) -> None:
    """Half of the items are placeholders that a script would fill."""
    for key in list(page.items)[len(page.items) // 2 :]:
        item = page.items.pop(key)
        for child in list(item):
            item.remove(child)
        item.text = ""
        if item.tag == "a":
            item.attrib.pop("href", None)


def add_sidebar(page: Page) -> None:
    """A list of other links beside the list; no class names it a sidebar."""
    forms = (
        "<li><a href='{0}'>{1}</a></li>",
        "<li><div><h4><a href='{0}'>{1}</a></h4></div></li>",
        "<p><a class='k' href='{0}'>{1}</a></p>",
    )
    form = page.chance.choice(forms)
    links = ""
    for number in range(page.chance.randint(4, 15)):
        part = page.chance.choice(("guide", "old", "best-of"))
        word = page.chance.choice(_WORDS)
        links += form.format(f"/{part}/{word}-{number}", page.title())
    name = page.chance.choice(("z1", "right", "col"))
    body = page.tree.find("body")
    block = lxml_html.fragment_fromstring(f"<div class='{name}'><ul>{links}</ul></div>")
    body.insert(page.chance.choice((0, len(body))), block)


def add_sponsored(page: Page) -> None:
    """Items of another kind among those of the list, in the same elements: what is sponsored, and a
    letter to order."""
    for key in page.chance.sample(list(page.items), min(2, len(page.items))):
        item = page.items[key]
        if item.getparent() is None or (item.tag == "a" and item.getparent().tag == "body"):
            continue
        other = copy.deepcopy(item)
        place = page.chance.choice(("https://sponsor.example/landing?c=", "/sponsored/partner/"))
        target = f"{place}{page.chance.randint(100, 999)}"
        _fill_copy(page, other, key, target, page.title(), dated=False)
        item.addnext(other)


def _fill_copy(page: Page, item: Any, key: str, url: str, title: str, *, dated: bool) -> None:
    """Makes a copy of the item `key` one of another address and title."""
    for anchor in item.iter("a"):
        if page.key(anchor) == key:
            anchor.set("href", url)
            for name in ("title", "aria-label"):
                if anchor.get(name):
                    anchor.set(name, title)
    for image in item.iter("img"):
        if image.get("alt"):
            image.set("alt", title)
    _replace_title(item, page.titles[key], title)
    if not dated:
        for time in list(item.iter("time")):
            time.drop_tree()


def _replace_title(item: Any, old: str, title: str) -> None:
    """Put `title` in the place of the texts that are the `old` one, or parts of it."""
    is_written = False
    for element in item.iter("*"):
        for name in ("text", "tail"):
            if element is item and name == "tail":
                continue
            text = getattr(element, name) or ""
            is_long = len(text.strip()) > _LEAST_PART
            if is_long and (text.strip() in old or old in text):
                setattr(element, name, "" if is_written else title)
                is_written = True


def add_new_items(page: Page) -> None:
    """One to three new items at the top, in the form of the others."""
    parents = Counter(
        item.getparent() for item in page.items.values() if item.getparent() is not None
    )
    if not parents:
        return
    parent = parents.most_common(1)[0][0]
    first_key, first = next(
        (key, item) for key, item in page.items.items() if item.getparent() is parent
    )
    for _ in range(page.chance.randint(1, 3)):
        url = make_similar_address(_find_address(page, first, first_key), page)
        new_item = copy.deepcopy(first)
        title = page.title()
        _fill_copy(page, new_item, first_key, url, title, dated=True)
        first.addprevious(new_item)
        key = urls.alias(url)
        page.items = {key: new_item, **page.items}
        page.titles[key] = title
        page.new_keys.add(key)


def _find_address(page: Page, item: Any, key: str) -> str:
    for anchor in item.iter("a"):
        if page.key(anchor) == key:
            return urls.canonical(urls.absolute(page.base, anchor.get("href")) or "")
    return ""


def make_similar_address(url: str, page: Page) -> str:
    """Another address of the same shape."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    query = parts.query
    place = max((n for n, one in enumerate(segments) if one), default=0)
    if query and not re.search(r"[a-z]{3}-[a-z]{3}", parts.path):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode(
            [
                (name, _change_word(value, page)) if value else (name + "", value)
                for name, value in pairs
            ]
        )
        if all(not value for _, value in pairs):
            query = _change_word(parts.query, page)
    else:
        digits = [n for n, one in enumerate(segments) if re.fullmatch(r"\d{5,}", one)]
        for n in {place, *digits}:
            segments[n] = quote(_change_word(unquote(segments[n]), page))
    return urlunsplit((parts.scheme, parts.netloc, "/".join(segments), query, ""))


def _change_word(value: str, page: Page) -> str:
    stem, dot, ending = value.rpartition(".")
    if not dot or not ending.isalpha() or len(ending) > 5:
        stem = value
        ending = ""
    if re.fullmatch(r"\d+", stem):
        result = str(int(stem) + page.chance.randint(1000, 9000))
    elif re.fullmatch(r"[0-9a-f-]{12,}", stem):
        result = stem.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
    elif re.search(r"\d{4,}", stem):
        result = re.sub(
            r"\d{4,}",
            lambda m: str(int(m[0]) + page.chance.randint(10, 999)).zfill(len(m[0])),
            stem,
        )
    else:
        result = "-".join(page.chance.sample(_WORDS, max(2, min(6, stem.count("-") + 1))))
    return result + (f".{ending}" if ending else "")


def change_addresses(page: Page) -> None:
    """The site gives all of its articles other addresses; their titles stay."""
    host = urlsplit(page.base).netloc
    items: dict[str, Any] = {}
    for number, (key, item) in enumerate(list(page.items.items())):
        slug = "-".join(page.chance.sample(_WORDS, 4))
        url = f"https://{host}/stories/{number}/{slug}"
        for anchor in item.iter("a"):
            if page.key(anchor) == key:
                anchor.set("href", url)
        new_key = urls.alias(url)
        page.moved[new_key] = key
        page.titles[new_key] = page.titles[key]
        if key in page.new_keys:
            page.new_keys = page.new_keys - {key} | {new_key}
        items[new_key] = item
    page.items = items


def remove_list(page: Page) -> None:
    """The list is gone, the rest of the page is there."""
    for item in page.items.values():
        if item.getparent() is not None:
            item.getparent().remove(item)
    page.items = {}
    page.gone = True


def replace_list(page: Page) -> None:
    """Another list stands in its place: goods that the site sells."""
    remove_list(page)
    rows = ""
    for _ in range(12):
        name = "-".join(page.chance.sample(_WORDS, 3))
        rows += f"<li class='offer'><h3><a href='/shop/{name}'>{page.title()}</a></h3></li>"
    page.tree.find("body").insert(0, lxml_html.fragment_fromstring(f"<main><ul>{rows}</ul></main>"))


Mutation = Callable[[Page], None]
LAYOUTS: tuple[Mutation, ...] = (
    rename_classes,
    wrap_items,
    change_tags,
    reorder_items,
    add_promotion,
    make_lazy,
    add_sidebar,
    add_sponsored,
)
RARE: tuple[Mutation, ...] = (empty_items, change_addresses, remove_list, replace_list)


def mutate_page(case: Case, seed: str, changes: tuple[Mutation, ...] | None = None) -> Page:
    """Return the page of `case` after `changes`; if None, after chance ones: mostly new items, and
    one to three changes of the layout."""
    page = open_page(case, seed)
    if changes is None:
        drawn = page.chance.sample(LAYOUTS, page.chance.randint(1, 3))
        if page.chance.random() < 0.15:
            drawn = [*drawn, page.chance.choice(RARE)]
        has_new_items = page.chance.random() < 0.7
        changes = (add_new_items, *drawn) if has_new_items else tuple(drawn)
    for change in changes:
        change(page)
    return page
