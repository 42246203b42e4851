"""Collect the links of a page that may lead to articles, with their surroundings. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from syndicator.core import text, urls
from syndicator.reading.html.document import Document, inner

# All numbers are choices.
_INLINE_SHARE = 0.5  # share of a paragraph below which a link in it is running text
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BESIDE_TAGS = {"nav", "footer", "aside"}
_WITHIN = {"article", "li", "main", "section"}  # a header in one of these is that of an item
_BESIDE_ROLES = {
    "navigation",
    "complementary",
    "contentinfo",
    "banner",
    "search",
    "menu",
    "menubar",
    "dialog",
}
_BESIDE_WORDS = re.compile(
    r"(^|[-_"
    r" ])(nav(bar|igation)?|menu|footer|sidebar|side-bar|aside|breadcrumbs?|related|recommend(ed|ations?)?|"  # noqa: E501
    r"promo(tion|ted)?s?|sponsor(ed)?|advert(isement|orial)?s?|popular|trending|most-?(read|viewed|watched|popular)|"
    r"newsletter|cookie|consent|modal|share|social|pagination|pager|comments?|tag-?cloud|blogroll)($|[-_ ])",  # noqa: E501
    re.I,
)
# Classes of elements around a sidebar (content-sidebar-wrap, has-sidebar), and of an article's
# topic (category-x)
_AROUND = re.compile(
    r"^(category|tag|post|type|format|topic)-|(^|[-_])(wrap(per)?|layout|has|with|without|no|contents?|main|page|container)($|[-_])",
    re.I,
)
_OTHER = re.compile(
    r"/(tags?|categor(y|ies)|kategorien?|rubriken?|themen?|topics?|authors?|autore?n?|auteurs?|users?|members?|profiles?|page|"
    r"login|log-in|signin|sign-in|signup|sign-up|register|account|subscribe|abo|about|about-us|contact|kontakt|privacy|"
    r"datenschutz|impressum|terms|search|suche|feeds?|rss|comments?|cart|help|faq|share|wp-login\.php|wp-admin)/?"
    r"(\.\w+)?$|/(tags?|categor(y|ies)|kategorien?|authors?|autor|auteur|users?|members?)/",
    re.I,
)
_FILE = re.compile(r"\.(jpe?g|png|gif|webp|svg|zip|mp3|mp4|css|js|ics|vcf)$", re.I)
_STATE = re.compile(  # classes of an element's state, not of its kind
    r"^((is|has|js)-.*|lazy.*|.*-?(odd|even|first|last|active|visible|hidden|loaded|loading|sticky)|aos-.*|fade.*|"
    r"animated?)$",
    re.I,
)
# classes that probably do not change: no numbers, no colons
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{1,40}")


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A link. `said`: its text; `place`: its index on the page; `form`: tags and common classes
    around it; `short`: of one level only; `own`: of itself; `beside`: in a menu, sidebar or footer;
    `inline`: in running text."""

    anchor: Any
    url: str
    key: str  # urls.alias
    said: str
    place: int
    form: str
    short: str
    own: str
    heading: bool
    beside: bool
    inline: bool


def read_links(document: Document) -> list[Link]:
    """Return the links to other pages in order, without those to front pages, tags and authors and
    paid ones."""
    classes = Counter(name for element in document.tree.iter() for name in class_words(element))
    out = []
    addresses: dict[str, str | None] = {}
    for place, anchor in enumerate(islice(document.tree.iter("a"), 3_000)):
        reference = anchor.get("href") or ""
        if reference not in addresses:
            addresses[reference] = _address(document.base_url, reference, document.url)
        if (url := addresses[reference]) and "sponsored" not in (anchor.get("rel") or ""):
            out.append(_link(anchor, url, place, classes))
    return out


def _address(base: str, reference: str, page: str) -> str | None:
    if not reference or reference.startswith("#"):
        return None
    url = canonical(base, reference)
    path = urlsplit(url or "").path
    if not url or urls.alias(url) == urls.alias(page) or _FILE.search(path):
        return None
    if urls.is_root(url) and urls.same_publisher(url, page):
        return None
    return None if _OTHER.search(path) else url


def canonical(base: str, reference: str) -> str | None:
    """Return the canonical address of `reference` on a page at `base`, None if it is no address."""
    address = urls.absolute(base, reference)
    try:
        return urls.canonical(address) if address else None
    except urls.BadUrl:
        return None


def _link(anchor: Any, url: str, place: int, classes: Mapping[str, int]) -> Link:
    above = list(islice(anchor.iterancestors(), 40))
    label = text.line(inner(anchor, 400))
    steps = [step(element, classes) for element in _near(anchor, above)]
    # "li > a" alone is that of menus, too: add the list around it
    if not any("." in tag for tag in steps):
        steps += _named(above[len(steps) - 1 :])
    return Link(
        anchor=anchor,
        url=url,
        key=urls.alias(url),
        said=label,
        place=place,
        form=" > ".join(reversed(steps)),
        short=" > ".join(reversed(steps[:2])),
        own=steps[0],
        heading=any(each.tag in _HEADINGS for each in above[:3])
        or next(anchor.iter(*_HEADINGS), None) is not None,
        beside=_is_beside(above),
        inline=_is_inline(anchor, label),
    )


def _near(anchor: Any, above: list[Any]) -> Iterator[Any]:
    yield anchor
    for element in above[:3]:
        if element.tag in ("body", "html"):
            return
        yield element
        if element.tag in ("article", "li", "tr"):
            return


def _named(above: Sequence[Any]) -> list[str]:
    steps: list[str] = []
    for element in above[:4]:
        if element.tag in ("body", "html"):
            break
        name = next(iter(class_words(element)), "") or (element.get("id") or "")
        steps.append(f"{element.tag}.{name}" if _NAME.fullmatch(name) else str(element.tag))
        if "." in steps[-1]:
            break
    return steps


def step(element: Any, classes: Mapping[str, int]) -> str:
    """Return the tag with its class that is most common on the page: a rare one names the item, not
    its kind."""
    names = [name for name in class_words(element) if classes.get(name, 0) > 1]
    name = max(names, key=lambda word: classes[word], default="")
    return f"{element.tag}.{name}" if name else str(element.tag)


def class_words(element: Any) -> list[str]:
    """Return the classes of an element that will probably not change: without numbers, not of a
    state."""
    words = element.get("class") if isinstance(element.tag, str) else None
    return [
        name for name in (words or "").split() if _NAME.fullmatch(name) and not _STATE.match(name)
    ]


def _is_beside(above: list[Any]) -> bool:
    within = False
    for element in above:
        if element.tag in ("body", "html"):
            return False
        if element.tag in _BESIDE_TAGS or (element.get("role") or "") in _BESIDE_ROLES:
            return True
        if (
            element.tag == "header"
            and not within
            and not any(each.tag in _WITHIN for each in element.iterancestors())
        ):
            return True
        named = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
        words = (word for word in named.split() if not _AROUND.search(word))
        if element.tag != "main" and any(_BESIDE_WORDS.search(word) for word in words):
            return True
        within = within or element.tag in _WITHIN
    return False


def _is_inline(anchor: Any, label: str) -> bool:
    holder = anchor.getparent()
    while holder is not None and holder.tag in (
        "span",
        "em",
        "strong",
        "b",
        "i",
        "u",
        "font",
        "small",
        "cite",
    ):
        holder = holder.getparent()
    if holder is None or holder.tag not in ("p", "blockquote", "dd"):
        return False
    around = text.line(inner(holder, 2_000))
    return len(label) < _INLINE_SHARE * len(around)
