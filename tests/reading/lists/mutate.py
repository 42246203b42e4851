"""Pages as they change between two visits: what sites do to their lists, by themselves and
together.

Each mutation changes a page, and what is true of it."""

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
_PART = 3  # characters of a text that is a part of a title and not a word by chance


@dataclass
class Page:
    """A page under change. `items`: of each address (urls.alias) of an item its element; `fresh`:
    those that came."""

    case: Case
    tree: Any
    base: str
    chance: random.Random
    items: dict[str, Any]
    titles: dict[str, str]
    fresh: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)  # new address -> old one
    gone: bool = False  # the list is not on it any more
    serial: int = 0

    def bytes(self) -> bytes:
        made: bytes = lxml_html.tostring(self.tree, encoding="utf-8", doctype="<!DOCTYPE html>")
        return made

    def key(self, anchor: Any) -> str:
        url = urls.absolute(self.base, anchor.get("href") or "")
        return urls.alias(url) if url else ""

    def title(self) -> str:
        self.serial += 1
        if not any(title.isascii() for title in self.titles.values()):
            return "".join(self.chance.sample(_WIDE, 5)) + str(self.serial)
        return " ".join(self.chance.sample(_WORDS, 5)).capitalize() + f" {self.serial}"


def opened(case: Case, seed: str) -> Page:
    """The page of `case`, to be changed by chances that follow from `seed`."""
    tree = lxml_html.document_fromstring(case.html, parser=lxml_html.HTMLParser(encoding="utf-8"))
    base = next(
        (urls.absolute(case.url, one.get("href")) for one in tree.iter("base") if one.get("href")),
        None,
    )
    page = Page(
        case,
        tree,
        base or case.url,
        random.Random(seed),
        {},
        {urls.alias(i["url"]): i["title"] for i in case.items},
    )
    within: dict[Any, set[str]] = defaultdict(set)
    ways: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for anchor in tree.iter("a"):
        key = page.key(anchor)
        if key in page.titles:
            ways[key].append(("/".join(str(above.tag) for above in anchor.iterancestors()), anchor))
            for above in (anchor, *anchor.iterancestors()):
                within[above].add(key)
    usual = Counter(way for found in ways.values() for way in {way for way, _ in found})
    anchors = {key: max(found, key=lambda one: usual[one[0]])[1] for key, found in ways.items()}
    for key, anchor in anchors.items():
        top = anchor
        for above in anchor.iterancestors():
            if len(within[above]) > 1 or above.tag in ("body", "html", "main"):
                break
            top = above
        page.items[key] = top
    return page


def renamed(page: Page) -> None:
    """A build gives all classes and ids other names."""
    salt = str(page.chance.random())
    for one in page.tree.iter("*"):
        for name in ("class", "id"):
            if value := one.get(name):
                one.set(name, " ".join(_hashed(word, salt) for word in value.split()))


def _hashed(word: str, salt: str) -> str:
    digest = hashlib.md5((word + salt).encode()).hexdigest()
    return "".join(chr(97 + int(char, 16)) for char in digest[:6])


def wrapped(page: Page) -> None:
    """Each item in a further element, and all of the page in two."""
    for item in page.items.values():
        _around(item, "div", page.chance.choice(("cell", "slot", "")))
    body = page.tree.find("body")
    shell = lxml_html.Element("div", {"class": "app-shell"})
    for child in list(body):
        shell.append(child)
    body.append(shell)


def _around(element: Any, tag: str, name: str) -> None:
    parent = element.getparent()
    if parent is None or element.tag in ("td", "th", "tr", "tbody", "li", "dd", "dt", "body"):
        return
    holder = lxml_html.Element(tag, {"class": name} if name else {})
    holder.tail, element.tail = element.tail, None
    parent.replace(element, holder)
    holder.append(element)


def retagged(page: Page) -> None:
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
        for one in item.iter("*"):
            if one.tag in names:
                one.tag = names[one.tag]


def reordered(page: Page) -> None:
    by_parent: dict[Any, list[Any]] = defaultdict(list)
    for item in page.items.values():
        if item.getparent() is not None:
            by_parent[item.getparent()].append(item)
    for parent, own in by_parent.items():
        places = sorted(parent.index(one) for one in own)
        page.chance.shuffle(own)
        for one in own:
            parent.remove(one)
        for place, one in zip(places, own, strict=True):
            parent.insert(place, one)


def promoted(page: Page) -> None:
    """A block in front of the list that sells something."""
    links = "".join(_promo(page, n) for n in range(page.chance.randint(3, 6)))
    name = page.chance.choice(("promo", "hero-teasers", "xq", "campaign"))
    block = lxml_html.fragment_fromstring(f'<div class="{name}">{links}</div>')
    _before_list(page, block)


def _promo(page: Page, number: int) -> str:
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


def lazy(page: Page) -> None:
    """Half of the items are loaded late: their pictures, and the classes that say so."""
    for number, item in enumerate(page.items.values()):
        if number % 2:
            item.set("class", f"{item.get('class') or ''} is-lazy".strip())
            for image in item.iter("img"):
                if source := image.attrib.pop("src", None):
                    image.set("data-src", source)
                image.set("class", "lazyload")


def skeletons(page: Page) -> None:
    """Half of the items are placeholders that a script would fill."""
    for key in list(page.items)[len(page.items) // 2 :]:
        item = page.items.pop(key)
        for child in list(item):
            item.remove(child)
        item.text = ""
        if item.tag == "a":
            item.attrib.pop("href", None)


def sidebar(page: Page) -> None:
    """A list of other links beside it, of which no name says what it is."""
    forms = (
        "<li><a href='{0}'>{1}</a></li>",
        "<li><div><h4><a href='{0}'>{1}</a></h4></div></li>",
        "<p><a class='k' href='{0}'>{1}</a></p>",
    )
    form, links = page.chance.choice(forms), ""
    for number in range(page.chance.randint(4, 15)):
        part, word = page.chance.choice(("guide", "old", "best-of")), page.chance.choice(_WORDS)
        links += form.format(f"/{part}/{word}-{number}", page.title())
    name = page.chance.choice(("z1", "right", "col"))
    body = page.tree.find("body")
    block = lxml_html.fragment_fromstring(f"<div class='{name}'><ul>{links}</ul></div>")
    body.insert(page.chance.choice((0, len(body))), block)


def mixed(page: Page) -> None:
    """Items of another kind among those of the list, in the same elements: what is sponsored, and a
    letter to order."""
    for key in page.chance.sample(list(page.items), min(2, len(page.items))):
        item = page.items[key]
        if item.getparent() is None or (item.tag == "a" and item.getparent().tag == "body"):
            continue
        other = copy.deepcopy(item)
        place = page.chance.choice(("https://sponsor.example/landing?c=", "/sponsored/partner/"))
        target = f"{place}{page.chance.randint(100, 999)}"
        _fill(page, other, key, target, page.title(), dated=False)
        item.addnext(other)


def _fill(page: Page, item: Any, key: str, url: str, title: str, *, dated: bool) -> None:
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
    _retitle(item, page.titles[key], title)
    if not dated:
        for one in list(item.iter("time")):
            one.drop_tree()


def _retitle(item: Any, old: str, title: str) -> None:
    """Puts `title` in the place of the texts that are the `old` one, or parts of it."""
    texts = [
        (one, name)
        for one in item.iter("*")
        for name in ("text", "tail")
        if (one, name) != (item, "tail")
    ]
    written = False
    for one, name in texts:
        said = getattr(one, name) or ""
        if len(said.strip()) > _PART and (said.strip() in old or old in said):
            setattr(one, name, "" if written else title)
            written = True


def fresh(page: Page) -> None:
    """One to three new items at the top, as the list has them."""
    together = Counter(
        item.getparent() for item in page.items.values() if item.getparent() is not None
    )
    if not together:
        return
    parent = together.most_common(1)[0][0]
    first_key, first = next(
        (key, item) for key, item in page.items.items() if item.getparent() is parent
    )
    for _ in range(page.chance.randint(1, 3)):
        url = another(_address(page, first, first_key), page)
        other, title = copy.deepcopy(first), page.title()
        _fill(page, other, first_key, url, title, dated=True)
        first.addprevious(other)
        key = urls.alias(url)
        page.items, page.titles[key] = {key: other, **page.items}, title
        page.fresh.add(key)


def _address(page: Page, item: Any, key: str) -> str:
    for anchor in item.iter("a"):
        if page.key(anchor) == key:
            return urls.canonical(urls.absolute(page.base, anchor.get("href")) or "")
    return ""


def another(url: str, page: Page) -> str:
    """Another address of the same shape."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    query = parts.query
    place = max((n for n, one in enumerate(segments) if one), default=0)
    if query and not re.search(r"[a-z]{3}-[a-z]{3}", parts.path):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode(
            [(name, _other(value, page)) if value else (name + "", value) for name, value in pairs]
        )
        if all(not value for _, value in pairs):
            query = _other(parts.query, page)
    else:
        digits = [n for n, one in enumerate(segments) if re.fullmatch(r"\d{5,}", one)]
        for n in {place, *digits}:
            segments[n] = quote(_other(unquote(segments[n]), page))
    return urlunsplit((parts.scheme, parts.netloc, "/".join(segments), query, ""))


def _other(value: str, page: Page) -> str:
    stem, dot, ending = value.rpartition(".")
    if not dot or not ending.isalpha() or len(ending) > 5:
        stem, ending = value, ""
    if re.fullmatch(r"\d+", stem):
        made = str(int(stem) + page.chance.randint(1000, 9000))
    elif re.fullmatch(r"[0-9a-f-]{12,}", stem):
        made = stem.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
    elif re.search(r"\d{4,}", stem):
        made = re.sub(
            r"\d{4,}",
            lambda m: str(int(m[0]) + page.chance.randint(10, 999)).zfill(len(m[0])),
            stem,
        )
    else:
        made = "-".join(page.chance.sample(_WORDS, max(2, min(6, stem.count("-") + 1))))
    return made + (f".{ending}" if ending else "")


def readdressed(page: Page) -> None:
    """The site gives all of its articles other addresses; their titles stay."""
    made: dict[str, Any] = {}
    for number, (key, item) in enumerate(list(page.items.items())):
        url = f"https://{urlsplit(page.base).netloc}/stories/{number}/{'-'.join(page.chance.sample(_WORDS, 4))}"  # noqa: E501
        for anchor in item.iter("a"):
            if page.key(anchor) == key:
                anchor.set("href", url)
        new = urls.alias(url)
        page.moved[new] = key
        page.titles[new] = page.titles[key]
        if key in page.fresh:
            page.fresh = page.fresh - {key} | {new}
        made[new] = item
    page.items = made


def emptied(page: Page) -> None:
    """The list is gone, the rest of the page is there."""
    for item in page.items.values():
        if item.getparent() is not None:
            item.getparent().remove(item)
    page.items, page.gone = {}, True


def replaced(page: Page) -> None:
    """Another list stands in its place: what the site sells."""
    emptied(page)
    rows = ""
    for _ in range(12):
        name = "-".join(page.chance.sample(_WORDS, 3))
        rows += f"<li class='offer'><h3><a href='/shop/{name}'>{page.title()}</a></h3></li>"
    page.tree.find("body").insert(0, lxml_html.fragment_fromstring(f"<main><ul>{rows}</ul></main>"))


Mutation = Callable[[Page], None]
LAYOUTS: tuple[Mutation, ...] = (
    renamed,
    wrapped,
    retagged,
    reordered,
    promoted,
    lazy,
    sidebar,
    mixed,
)
RARE: tuple[Mutation, ...] = (skeletons, readdressed, emptied, replaced)


def mutated(case: Case, seed: str, chosen: tuple[Mutation, ...] | None = None) -> Page:
    """`case` after new items and one to three changes, or those that are `chosen`."""
    page = opened(case, seed)
    if chosen is None:
        picked = page.chance.sample(LAYOUTS, page.chance.randint(1, 3))
        if page.chance.random() < 0.15:
            picked = [*picked, page.chance.choice(RARE)]
        chosen = (fresh, *picked) if page.chance.random() < 0.7 else tuple(picked)
    for change in chosen:
        change(page)
    return page
