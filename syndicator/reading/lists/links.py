"""Collect the links of a page that may lead to articles, with their surroundings. Pure.

The surroundings are described by "forms": tags with a class each, such as "li.post > h2 > a"."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from syndicator.core import text, urls
from syndicator.reading.html.document import Document, read_text

# All numbers are choices.
_INLINE_SHARE = 0.5  # a link with a smaller share of its paragraph's text is in running text
_MOST_LINKS = 3_000  # links of a page that are read
_MOST_ANCESTORS = 40  # elements around a link that are looked at
_MOST_TO_HEADING = 3  # elements around a link among which a heading is its own
_LONGEST_TEXT = 400  # characters of a link
_LONGEST_PARAGRAPH = 2_000  # characters that are compared with a link's text
_INLINE_TAGS = ("span", "em", "strong", "b", "i", "u", "font", "small", "cite")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ASIDE_TAGS = {"nav", "footer", "aside"}
# a header in one of these elements belongs to an item of a list, not to the page
_ITEM_TAGS = {"article", "li", "main", "section"}
_ASIDE_ROLES = {
    "navigation",
    "complementary",
    "contentinfo",
    "banner",
    "search",
    "menu",
    "menubar",
    "dialog",
}
_ASIDE_CLASS = re.compile(
    r"(^|[-_"
    r" ])(nav(bar|igation)?|menu|footer|sidebar|side-bar|aside|breadcrumbs?|related|recommend(ed|ations?)?|"  # noqa: E501
    r"promo(tion|ted)?s?|sponsor(ed)?|advert(isement|orial)?s?|popular|trending|most-?(read|viewed|watched|popular)|"
    r"newsletter|cookie|consent|modal|share|social|pagination|pager|comments?|tag-?cloud|blogroll)($|[-_ ])",  # noqa: E501
    re.I,
)
# Class names that contain such a word for another reason: of an element around a sidebar and the
# text (content-sidebar-wrap, has-sidebar), and of an article's topic (category-popular).
_CONTENT_CLASS = re.compile(
    r"^(category|tag|post|type|format|topic)-|(^|[-_])(wrap(per)?|layout|has|with|without|no|contents?|main|page|container)($|[-_])",
    re.I,
)
# addresses of tags, authors, log-ins and the like
_NO_ARTICLE_PATH = re.compile(
    r"/(tags?|categor(y|ies)|kategorien?|rubriken?|themen?|topics?|authors?|autore?n?|auteurs?|users?|members?|profiles?|page|"
    r"login|log-in|signin|sign-in|signup|sign-up|register|account|subscribe|abo|about|about-us|contact|kontakt|privacy|"
    r"datenschutz|impressum|terms|search|suche|feeds?|rss|comments?|cart|help|faq|share|wp-login\.php|wp-admin)/?"
    r"(\.\w+)?$|/(tags?|categor(y|ies)|kategorien?|authors?|autor|auteur|users?|members?)/",
    re.I,
)
_FILE_PATH = re.compile(r"\.(jpe?g|png|gif|webp|svg|zip|mp3|mp4|css|js|ics|vcf)$", re.I)
_STATE_CLASS = re.compile(  # classes for the state of an element, such as "is-active", not its kind
    r"^((is|has|js)-.*|lazy.*|.*-?(odd|even|first|last|active|visible|hidden|loaded|loading|sticky)|aos-.*|fade.*|"
    r"animated?)$",
    re.I,
)
# classes that probably do not change: no numbers, no colons
_STABLE_CLASS = re.compile(r"[A-Za-z_][A-Za-z_-]{1,40}")


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A link of a page, with its surroundings."""

    anchor: Any  # the element
    url: str
    key: str  # urls.alias(url)
    text: str
    index: int  # among all links of the page
    form: str  # of the link and the elements around it, such as "li.post > h2 > a"
    short_form: str  # of the link and one element around it, such as "h2 > a"
    link_form: str  # of the link alone, such as "a"
    is_heading: bool  # it is in a heading, or has one in it
    is_aside: bool  # it is in a menu, sidebar or footer
    is_inline: bool  # it is in running text


def read_links(document: Document) -> list[Link]:
    """Return the links of a page that may lead to articles, in order, with their surroundings.
    Links to front pages, tags, authors and the like are left out, and so are links marked as paid
    (rel="sponsored")."""
    classes_by_element = map(list_classes, document.tree.iter())
    class_counts = Counter(chain.from_iterable(classes_by_element))
    links: list[Link] = []
    addresses: dict[str, str | None] = {}  # by href as written; None if it is no article
    for index, anchor in enumerate(islice(document.tree.iter("a"), _MOST_LINKS)):
        reference = anchor.get("href") or ""
        if reference not in addresses:
            addresses[reference] = _find_article_address(document.base_url, reference, document.url)
        url = addresses[reference]
        if url and "sponsored" not in (anchor.get("rel") or ""):
            links.append(_read_link(anchor, url, index, class_counts))
    return links


def _find_article_address(base: str, reference: str, page: str) -> str | None:
    """Return the address to which a link leads, None if it cannot be that of an article, but is
    that of the page itself, a file, the front page, a tag or the like. `base`: the address against
    which links are resolved; `reference`: the target of the link as written; `page`: the address of
    the page."""
    if not reference or reference.startswith("#"):
        return None
    url = resolve_address(base, reference)
    if not url or urls.alias(url) == urls.alias(page):
        return None
    path = urlsplit(url).path
    if _FILE_PATH.search(path) or _NO_ARTICLE_PATH.search(path):
        return None
    if urls.is_root(url) and urls.same_publisher(url, page):
        return None
    return url


def resolve_address(base: str, reference: str) -> str | None:
    """Return the canonical address to which a link leads, None if it is no web address.
    `reference`: the target as written; `base`: the address against which it is resolved."""
    address = urls.absolute(base, reference)
    try:
        return urls.canonical(address) if address else None
    except urls.BadUrl:
        return None


def _read_link(anchor: Any, url: str, index: int, class_counts: Mapping[str, int]) -> Link:
    """Return the link `anchor` to `url` with its surroundings: its form, which is a description of
    the elements around it such as "li.post > h2 > a", and if it is in a heading, a menu or running
    text. `index`: its position among all links of the page; `class_counts`: how often each class is
    on the page."""
    ancestors = list(islice(anchor.iterancestors(), _MOST_ANCESTORS))
    label = text.line(read_text(anchor, _LONGEST_TEXT))

    # describe the link and the elements around it, from the inside outwards
    descriptions: list[str] = []
    for element in _list_describing_elements(anchor, ancestors):
        descriptions.append(describe_element(element, class_counts))
    has_class = any("." in description for description in descriptions)
    if not has_class:
        # "li > a" is also the form of menus: go outwards to an element with a class
        ancestor_count = len(descriptions) - 1  # the first description is the link's own
        descriptions += _describe_until_class(ancestors[ancestor_count:])

    is_in_heading = any(element.tag in _HEADINGS for element in ancestors[:_MOST_TO_HEADING])
    is_heading = is_in_heading or next(anchor.iter(*_HEADINGS), None) is not None
    return Link(
        anchor=anchor,
        url=url,
        key=urls.alias(url),
        text=label,
        index=index,
        form=" > ".join(reversed(descriptions)),
        short_form=" > ".join(reversed(descriptions[:2])),
        link_form=descriptions[0],
        is_heading=is_heading,
        is_aside=_is_aside(ancestors),
        is_inline=_is_inline(anchor, label),
    )


def _list_describing_elements(anchor: Any, ancestors: Sequence[Any]) -> Iterator[Any]:
    """Yield the elements by which a link is described, from the inside outwards: the link itself,
    and at most three elements around it. An item of a list is the last one. `ancestors`: all
    elements around the link, the innermost first."""
    yield anchor
    for element in ancestors[:3]:
        if element.tag in ("body", "html"):
            return
        yield element
        if element.tag in ("article", "li", "tr"):
            return


def _describe_until_class(ancestors: Sequence[Any]) -> list[str]:
    """Return descriptions of the elements `ancestors`, such as "div" or "div.posts", up to the
    first element with a class or an id that will probably not change; at most four. `ancestors`:
    elements around a link, the innermost first."""
    descriptions: list[str] = []
    for element in ancestors[:4]:
        if element.tag in ("body", "html"):
            break
        classes = list_classes(element)
        name = classes[0] if classes else (element.get("id") or "")
        if _STABLE_CLASS.fullmatch(name):
            descriptions.append(f"{element.tag}.{name}")
            break
        descriptions.append(str(element.tag))
    return descriptions


def describe_element(element: Any, class_counts: Mapping[str, int]) -> str:
    """Return a description of an element: its tag and its most common class, such as "li.post". A
    class that no other element of the page has is left out, since it may name one article.
    `class_counts`: how often each class is on the page."""
    names = [name for name in list_classes(element) if class_counts.get(name, 0) > 1]
    name = max(names, key=lambda name: class_counts[name], default="")
    return f"{element.tag}.{name}" if name else str(element.tag)


def list_classes(element: Any) -> list[str]:
    """Return the classes of an element that say of which kind it is. Classes with numbers are left
    out, as they may change, and so are classes for a state, such as "is-active"."""
    if not isinstance(element.tag, str):
        return []
    names = (element.get("class") or "").split()
    return [
        name for name in names if _STABLE_CLASS.fullmatch(name) and not _STATE_CLASS.match(name)
    ]


def _is_aside(ancestors: Sequence[Any]) -> bool:
    """Return True if a link is in a menu, a sidebar, a footer or the header of the page, as the
    tag, role, class or id of an element around it says. `ancestors`: the elements around the link,
    the innermost first."""
    is_within_item = False
    for element in ancestors:
        if element.tag in ("body", "html"):
            return False
        if element.tag in _ASIDE_TAGS or (element.get("role") or "") in _ASIDE_ROLES:
            return True
        if element.tag == "header" and not is_within_item and _is_page_header(element):
            return True
        if element.tag != "main" and _has_aside_name(element):
            return True
        is_within_item = is_within_item or element.tag in _ITEM_TAGS
    return False


def _has_aside_name(element: Any) -> bool:
    """Return True if a class or the id of an element is the name of a menu, a sidebar or the
    like."""
    class_and_id = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
    # the same word in a name such as "has-sidebar" says something about the content
    names = (name for name in class_and_id.split() if not _CONTENT_CLASS.search(name))
    return any(_ASIDE_CLASS.search(name) for name in names)


def _is_page_header(header: Any) -> bool:
    """Return True if a header element is that of the page, not of an article or section in it."""
    return not any(element.tag in _ITEM_TAGS for element in header.iterancestors())


def _is_inline(anchor: Any, label: str) -> bool:
    """Return True if the link `anchor` is in running text: it is in a paragraph, and its text,
    `label`, makes up less than half of this paragraph."""
    holder = anchor.getparent()
    while holder is not None and holder.tag in _INLINE_TAGS:
        holder = holder.getparent()
    if holder is None or holder.tag not in ("p", "blockquote", "dd"):
        return False
    paragraph = text.line(read_text(holder, _LONGEST_PARAGRAPH))
    return len(label) < _INLINE_SHARE * len(paragraph)
