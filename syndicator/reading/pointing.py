"""Suggest CSS selectors for an element that the operator points to on a page. Pure.

That page is shown without scripts and links."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Final, Literal

from syndicator import reading
from syndicator.configuration.page_rules import compiled
from syndicator.core import text
from syndicator.core.errors import NotAnArticle, RulesError
from syndicator.reading.html.document import parse, read_text

Role = Literal["select", "remove", "title", "author", "date", "cover"]
ROLES: Final[tuple[Role, ...]] = ("select", "remove", "title", "author", "date", "cover")
SHOWN: Final = 5  # selectors
# candidates tried on all pages, 0.3 ms each a page; characters of a sample
_TRIED = 160
_SAMPLE = 120
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]{0,60}")
# A name that a build made: it changes with the site's next release, or from article to article.
_MADE = re.compile(
    r"\d{3,}|^(css|sc|jsx|svelte|emotion)-|__\w{5,}$|^[a-zA-Z]{1,2}$|[a-z]\d[a-z]|^_|[A-Z][a-z]*\d[A-Z]"
)
# Parts of a text, which is what has them all.
_PARTS = frozenset(
    (
        "p",
        "a",
        "span",
        "em",
        "strong",
        "b",
        "i",
        "u",
        "small",
        "code",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "blockquote",
    )
)
_NOT_SHOWN = frozenset(
    ("script", "style", "link", "meta", "template", "noscript", "head", "title", "base", "object")
)
_EMPTY = frozenset(("br", "hr", "wbr"))
_SHOWN_TAGS = (
    "p div section article main header footer nav aside h1 h2 h3 h4 h5 h6 ul ol li dl dt dd"
    " blockquote pre code em strong b i u small table thead tbody tfoot tr td th caption figure"
    " figcaption time address span a sub sup mark q cite abbr del ins body"
)
_KEPT = frozenset(_SHOWN_TAGS.split())
_PICTURES = frozenset(("img", "picture", "video", "audio", "svg", "iframe", "canvas", "embed"))
MOST = 6000
_DEEPEST = 60  # elements that are shown; nesting of elements


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A selector. `pages`: matches by page; `samples`: starts of texts; `elements`: numbers on the
    first page."""

    selector: str
    pages: tuple[int, ...]
    samples: tuple[str, ...]
    elements: tuple[int, ...]

    @property
    def held(self) -> int:
        """The number of pages on which it matches."""
        return sum(count > 0 for count in self.pages)


def suggested(
    pages: Sequence[tuple[bytes, str, Mapping[str, str]]], number: int, role: Role
) -> tuple[Suggested, ...]:
    """Return the best selectors of element `number` of the first page for `role`: on most pages,
    unique, short."""
    trees = []
    for page in pages:
        with suppress(NotAnArticle):
            trees.append(parse(*page).tree)
    elements = list(trees[0].iter()) if trees else []
    if not 0 <= number < len(elements) or not isinstance(elements[number].tag, str):
        return ()
    meant = elements[number]
    while role == "select" and meant.tag in _PARTS and isinstance(meant.getparent().tag, str):
        meant = meant.getparent()  # who points to a paragraph means the text that it is in
    tried = [_tried(css, trees, elements, _attribute(meant, role)) for css in _candidates(meant)]
    number = elements.index(meant)
    good = [selector for selector in tried if selector is not None and number in selector.elements]
    return tuple(sorted(good, key=lambda selector: _rank(selector, role))[:SHOWN])


def _rank(suggestion: Suggested, role: Role) -> tuple[int, int, int, int]:
    many = sum(max(0, count - 1) for count in suggestion.pages)
    first = (many, -suggestion.held) if role == "remove" else (-suggestion.held, many)
    return (*first, suggestion.selector.count(" "), len(suggestion.selector))


def _attribute(element: Any, role: Role) -> str:
    if role == "date" and element.tag == "time" and element.get("datetime"):
        return "@datetime"
    return "@src" if role == "cover" and element.tag == "img" and element.get("src") else ""


def _candidates(element: Any) -> list[str]:
    own = [*_simple(element)]
    selectors = [*own]
    above = element.getparent()
    for level in range(6):
        if above is None or not isinstance(above.tag, str) or above.tag in ("html", "body"):
            break
        holders = [
            css
            for css in _simple(above)
            if css != above.tag or above.tag in ("article", "main", "header")
        ]
        joints = (" ", " > ") if level == 0 else (" ",)
        selectors += [
            f"{holder}{joint}{css}" for holder in holders for joint in joints for css in own
        ]
        above = above.getparent()
    return sorted(dict.fromkeys(selectors), key=lambda css: (css.count(" "), len(css)))[:_TRIED]


def _simple(element: Any) -> Iterator[str]:
    tag = element.tag
    if _is_name(element.get("id")):
        yield f"#{element.get('id')}"
    names = [name for name in (element.get("class") or "").split()[:8] if _is_name(name)]
    yield from (f".{name}" for name in names)
    yield from (f"{tag}.{name}" for name in names)
    yield from (f"{tag}.{before}.{other}" for before, other in pairwise(names))
    for attribute in ("itemprop", "rel", "role", "data-testid"):
        if _is_name(element.get(attribute)):
            yield f"{tag}[{attribute}={element.get(attribute)}]"
    if _NAME.fullmatch(tag):
        yield tag


def _is_name(value: str | None) -> bool:
    return bool(value and _NAME.fullmatch(value) and not _MADE.search(value))


def _tried(
    css: str, trees: Sequence[Any], elements: Sequence[Any], attribute: str
) -> Suggested | None:
    try:
        matches = [compiled(css)(tree) for tree in trees]
    except RulesError:
        return None
    places = {element: number for number, element in enumerate(elements)}
    return Suggested(
        selector=css + attribute,
        pages=tuple(len(matched) for matched in matches),
        samples=tuple(_sample(matched[0], attribute) if matched else "" for matched in matches),
        elements=tuple(places[matched] for matched in matches[0] if matched in places),
    )


def _sample(element: Any, attribute: str) -> str:
    value = element.get(attribute[1:]) if attribute else read_text(element, _SAMPLE * 4)
    return text.line(value or "")[:_SAMPLE]


_HEAD, _FOOT = reading.file_text("pointing.html").split("@PAGE@")
STYLE: Final = _HEAD.partition("<style>")[2].partition("</style>")[0]
# The script tells the console which element the person means, and highlights those that the console
# names.
SCRIPT: Final = _FOOT.partition("<script>")[2].partition("</script>")[0]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# What the answer with such a page has as its policy: an origin of its own, no network, and our two
# texts by hash alone.
POLICY: Final = (
    f"sandbox allow-scripts; default-src 'none'; script-src {_hash(SCRIPT)}; style-src"
    f" {_hash(STYLE)}; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors"
    " 'self'"
)


def shown_page(
    html: bytes, url: str, headers: Mapping[str, str] | None = None
) -> tuple[bytes, str]:
    """Return the page to point at, and its Content-Security-Policy. Raises
    NotAnArticle("not-html")."""
    tree = parse(html, url, headers).tree
    body = tree.find("body")
    numbers = {element: number for number, element in enumerate(tree.iter())}
    out: list[str] = []
    _write(body if body is not None else tree, numbers, out)
    return "".join((_HEAD, *out, _FOOT)).encode("utf-8", "replace"), POLICY


def _write(root: Any, numbers: Mapping[Any, int], out: list[str]) -> None:
    left: list[Any] = [root]  # elements to be opened, and texts to be written as they are
    shown = 0
    depth = 0
    while left:
        item = left.pop()
        if isinstance(item, str):
            out.append(item)
            depth -= item.startswith("</")
            continue
        tag = item.tag if isinstance(item.tag, str) else ""
        tail = escape(item.tail or "") if item is not root else ""
        if not tag or tag in _NOT_SHOWN or shown >= MOST or depth > _DEEPEST:
            out.append(tail)
            continue
        shown += 1
        number = numbers[item]
        if tag in _EMPTY:
            out.append(f'<{tag} data-n="{number}">{tail}')
        elif tag in _PICTURES:
            out.append(
                f'<span class="pic" data-n="{number}">{escape(item.get("alt") or tag)}</span>{tail}'
            )
        else:
            name = "div" if tag == "body" else tag if tag in _KEPT else "span"
            out.append(f'<{name} data-n="{number}">{escape(item.text or "")}')
            depth += 1
            left += [tail, f"</{name}>", *reversed(item)]
