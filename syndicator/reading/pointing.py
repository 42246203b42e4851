"""Suggest CSS selectors for an element that the operator points to on a page. Pure.

The console shows the operator a copy of the page without scripts, styles and links;
`make_pointable_copy` makes it. There the operator clicks on an element, and `suggest_selectors`
finds selectors for it."""

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
from syndicator.configuration.page_rules import compile_css
from syndicator.core import text
from syndicator.core.errors import NotAnArticle, RulesError
from syndicator.reading.html.document import parse, read_text

Role = Literal["select", "remove", "title", "author", "date", "cover"]
ROLES: Final[tuple[Role, ...]] = ("select", "remove", "title", "author", "date", "cover")
SHOWN: Final = 5  # selectors that are suggested
_MOST_TRIED = 160  # selectors that are tried on all pages; each takes 0.3 ms a page
_SAMPLE = 120  # characters of a sample
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]{0,60}")
# Names that a site's build tools or its CMS generated: they change with the next release of the
# site, or from article to article. Examples: css-1x2y3z, post-4711, _a.
_BUILD_NAME = re.compile(
    r"\d{3,}|^(css|sc|jsx|svelte|emotion)-|__\w{5,}$|^[a-zA-Z]{1,2}$|[a-z]\d[a-z]|^_|[A-Z][a-z]*\d[A-Z]"
)
# elements that are parts of a text, not the whole text of an article
_PART_TAGS = frozenset(
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
_HIDDEN_TAGS = frozenset(
    ("script", "style", "link", "meta", "template", "noscript", "head", "title", "base", "object")
)
_VOID_TAGS = frozenset(("br", "hr", "wbr"))
_SHOWN_TAGS = (
    "p div section article main header footer nav aside h1 h2 h3 h4 h5 h6 ul ol li dl dt dd"
    " blockquote pre code em strong b i u small table thead tbody tfoot tr td th caption figure"
    " figcaption time address span a sub sup mark q cite abbr del ins body"
)
_KEPT_TAGS = frozenset(_SHOWN_TAGS.split())
_PICTURE_TAGS = frozenset(("img", "picture", "video", "audio", "svg", "iframe", "canvas", "embed"))
MOST_SHOWN = 6000  # elements of the copy
_DEEPEST = 60  # nesting of elements in the copy
_MOST_LEVELS = 6  # ancestors of an element that selectors may name
_MOST_CLASSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A suggested selector, and the elements that it matches on some pages."""

    selector: str  # perhaps with an attribute, as `time@datetime`
    pages: tuple[int, ...]  # how many elements it matches on each page
    samples: tuple[str, ...]  # the beginning of the first match on each page, "" without a match
    elements: tuple[int, ...]  # the numbers of the matching elements on the first page

    @property
    def held(self) -> int:
        """Return the number of pages on which the selector matches."""
        return sum(count > 0 for count in self.pages)


def suggest_selectors(
    pages: Sequence[tuple[bytes, str, Mapping[str, str]]], number: int, role: Role
) -> tuple[Suggested, ...]:
    """Return CSS selectors for the element to which the operator points, the best first, at most
    five. Return () if there is no such element.

    `pages`: pages of the source as (bytes, address, headers); those that are not HTML are ignored.
    `number`: the index of the element on the first page, in document order. `role`: the use of the
    element: "select" or "remove" its text, or read the title, author, date or cover from it."""
    trees: list[Any] = []
    for html, url, headers in pages:
        with suppress(NotAnArticle):
            trees.append(parse(html, url, headers).tree)
    elements = list(trees[0].iter()) if trees else []
    if not 0 <= number < len(elements):
        return ()
    target = elements[number]
    is_comment = not isinstance(target.tag, str)
    if is_comment:
        return ()
    if role == "select":
        # an operator who points to a paragraph means the whole text
        while target.tag in _PART_TAGS and isinstance(target.getparent().tag, str):
            target = target.getparent()
    target_number = elements.index(target)
    attribute = _choose_attribute(target, role)
    matching: list[Suggested] = []
    for css in _list_selectors(target):
        selector = _try_selector(css, trees, elements, attribute)
        if selector is not None and target_number in selector.elements:
            matching.append(selector)
    matching.sort(key=lambda selector: _rank_suggestion(selector, role))
    return tuple(matching[:SHOWN])


def _rank_suggestion(suggestion: Suggested, role: Role) -> tuple[int, int, int, int]:
    """Return a key that sorts the best suggestion first: the one that matches on most pages; of
    these, the one that matches the fewest further elements; then the one with the fewest steps;
    then the shortest. For the role "remove", the fewest further elements come first, since it is
    worse to remove too much than to leave something."""
    # one match on a page is the element itself
    further_matches = sum(max(0, count - 1) for count in suggestion.pages)
    matching_pages = suggestion.held
    steps = suggestion.selector.count(" ")
    length = len(suggestion.selector)
    if role == "remove":
        return further_matches, -matching_pages, steps, length
    return -matching_pages, further_matches, steps, length


def _choose_attribute(element: Any, role: Role) -> str:
    """Return the attribute of `element` from which the value for `role` is read, with "@" before it
    as in rules: "@datetime" for a date, "@src" for a cover. Return "" if the text of the element is
    the value."""
    if role == "date" and element.tag == "time" and element.get("datetime"):
        return "@datetime"
    if role == "cover" and element.tag == "img" and element.get("src"):
        return "@src"
    return ""


def _list_selectors(element: Any) -> list[str]:
    """Return at most 160 CSS selectors that match `element`, the simplest first. Some name its own
    tag, classes and attributes; others name one of the six elements around it, too ("article
    .text")."""
    simple_selectors = list(_list_simple_selectors(element))
    selectors = list(simple_selectors)
    holder = element.getparent()
    for level in range(_MOST_LEVELS):
        if holder is None or not isinstance(holder.tag, str) or holder.tag in ("html", "body"):
            break
        # only the parent can be named as such, by ">"
        combinators = (" ", " > ") if level == 0 else (" ",)
        for holder_css in _list_simple_selectors(holder):
            is_bare_tag = holder_css == holder.tag
            if is_bare_tag and holder.tag not in ("article", "main", "header"):
                continue
            for combinator in combinators:
                selectors += [f"{holder_css}{combinator}{css}" for css in simple_selectors]
        holder = holder.getparent()
    shortest_first = sorted(dict.fromkeys(selectors), key=lambda css: (css.count(" "), len(css)))
    return shortest_first[:_MOST_TRIED]


def _list_simple_selectors(element: Any) -> Iterator[str]:
    """Yield CSS selectors that match `element` without naming other elements: by its id, its
    classes, its attributes and its tag. Names that a program made, which may change, are not
    used."""
    tag = element.tag
    if _is_lasting_name(element.get("id")):
        yield f"#{element.get('id')}"
    classes = (element.get("class") or "").split()[:_MOST_CLASSES]
    names = [name for name in classes if _is_lasting_name(name)]
    for name in names:
        yield f".{name}"
    for name in names:
        yield f"{tag}.{name}"
    for name, next_name in pairwise(names):
        yield f"{tag}.{name}.{next_name}"
    for attribute in ("itemprop", "rel", "role", "data-testid"):
        if _is_lasting_name(element.get(attribute)):
            yield f"{tag}[{attribute}={element.get(attribute)}]"
    if _NAME.fullmatch(tag):
        yield tag


def _is_lasting_name(value: str | None) -> bool:
    """Return True if an id, a class or the value of an attribute will probably stay when the site
    changes, and can be written in CSS without escapes. False for None, and for names that programs
    generate, such as "css-1x2y3z"."""
    return bool(value and _NAME.fullmatch(value) and not _BUILD_NAME.search(value))


def _try_selector(
    css: str, trees: Sequence[Any], elements: Sequence[Any], attribute: str
) -> Suggested | None:
    """Return the selector `css` with the number of its matches on each page, and a sample of the
    first. Return None if it is invalid CSS. `trees`: the pages; `elements`: all elements of the
    first page; `attribute`: the attribute from which the value is read, such as "@datetime", "" for
    the text."""
    try:
        matches_by_page = [compile_css(css)(tree) for tree in trees]
    except RulesError:
        return None
    counts: list[int] = []
    samples: list[str] = []
    for matches in matches_by_page:
        counts.append(len(matches))
        samples.append(_read_sample(matches[0], attribute) if matches else "")
    number_of = {element: number for number, element in enumerate(elements)}
    matches_of_first_page = matches_by_page[0]
    return Suggested(
        selector=css + attribute,
        pages=tuple(counts),
        samples=tuple(samples),
        elements=tuple(number_of[match] for match in matches_of_first_page if match in number_of),
    )


def _read_sample(element: Any, attribute: str) -> str:
    """Return the beginning of the value that a rule would read from `element`: of its `attribute`,
    such as "@datetime", or of its text if `attribute` is ""."""
    value = element.get(attribute[1:]) if attribute else read_text(element, _SAMPLE * 4)
    return text.line(value or "")[:_SAMPLE]


_HEAD, _FOOT = reading.file_text("pointing.html").split("@PAGE@")
STYLE: Final = _HEAD.partition("<style>")[2].partition("</style>")[0]
# The script in the copy sends the number of the clicked element to the console, and highlights the
# elements whose numbers the console sends.
SCRIPT: Final = _FOOT.partition("<script>")[2].partition("</script>")[0]


def _hash_text(text: str) -> str:
    """Return the hash by which a Content-Security-Policy allows a script or style with exactly this
    `text`."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


# The Content-Security-Policy of the copy: an origin of its own, no network, and no script and style
# but the two above.
POLICY: Final = (
    "sandbox allow-scripts; default-src 'none';"
    f" script-src {_hash_text(SCRIPT)}; style-src {_hash_text(STYLE)};"
    " connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def make_pointable_copy(
    html: bytes, url: str, headers: Mapping[str, str] | None = None
) -> tuple[bytes, str]:
    """Return a harmless copy of a page, on which the operator can point at an element, as bytes in
    UTF-8; and the header Content-Security-Policy to send with it. `html`, `headers`: the answer of
    the server for `url`. Raises NotAnArticle("not-html") if `html` is no HTML."""
    tree = parse(html, url, headers).tree
    numbers = {element: number for number, element in enumerate(tree.iter())}
    body = tree.find("body")
    root = tree if body is None else body
    pieces: list[str] = []
    _write_html(root, numbers, pieces)
    page = "".join((_HEAD, *pieces, _FOOT))
    return page.encode("utf-8", "replace"), POLICY


def _write_html(root: Any, numbers: Mapping[Any, int], out: list[str]) -> None:
    """Append the HTML of the element `root` to `out`, in pieces. Each element loses its attributes
    and gets its number from `numbers` as `data-n`. Unknown tags become spans, and pictures become
    their alternative texts. Scripts and the like are left out, and so are elements after the first
    6,000 and those that are nested more than 60 deep."""
    # A stack in place of recursion, with the next item at its end: elements still to be written,
    # and texts, such as end tags, that are written as they are.
    stack: list[Any] = [root]
    written = 0  # elements written so far
    depth = 0  # elements that are open
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            out.append(item)
            if item.startswith("</"):  # the end tag of an open element
                depth -= 1
            continue
        tag = item.tag if isinstance(item.tag, str) else ""
        tail = escape(item.tail or "") if item is not root else ""
        is_hidden = not tag or tag in _HIDDEN_TAGS
        if is_hidden or written >= MOST_SHOWN or depth > _DEEPEST:
            out.append(tail)
            continue
        written += 1
        number = numbers[item]
        if tag in _VOID_TAGS:
            out.append(f'<{tag} data-n="{number}">{tail}')
        elif tag in _PICTURE_TAGS:
            label = escape(item.get("alt") or tag)
            out.append(f'<span class="pic" data-n="{number}">{label}</span>{tail}')
        else:
            name = _choose_shown_tag(tag)
            out.append(f'<{name} data-n="{number}">{escape(item.text or "")}')
            depth += 1
            stack += [tail, f"</{name}>", *reversed(item)]


def _choose_shown_tag(tag: str) -> str:
    """Return `tag` if it may be in the copy, else "div" for the body and "span" for all others."""
    if tag == "body":
        return "div"
    return tag if tag in _KEPT_TAGS else "span"
