"""Remove from a mail what belongs to one reader, so that its text may be shown. Pure.

Pictures, pixels, forms, hidden texts, the reader's addresses, and links that are made for one
reader are removed. Nothing is asked of any server."""

import base64
import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from lxml import etree

from syndicator.core import text, urls
from syndicator.reading.html.document import parse_tree

_DATA: Final = Path(__file__).parent.parent / "data/mail_words.toml"
_NO_TEXT: Final = frozenset(
    re.findall(
        r"\w+",
        "script style head link meta title base img picture source svg video audio iframe object"
        " embed form input button select textarea map area canvas template noscript",
    )
)
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:max-height|opacity)\s*:\s*0(\.0*)?\s*(px|pt|em|%)?\s*(;|!|$)",
    re.I,
)
# also of boxes whose parts have sizes of their own, as MJML makes them: those are shown
_TINY: Final = re.compile(r"font-size\s*:\s*[01](\.0*)?\s*(px|pt|em|%)?\s*(;|!|$)", re.I)
_BLOCKS: Final = frozenset(
    re.findall(r"\w+", "p div td th tr table li ul ol center section footer blockquote")
)
_SHORT: Final = 200  # characters of a line that a removed link takes with it: a choice
_LONG_LINE: Final = 400  # the same for one with the reader's address; a footer tells why it came
# A word of an address that is made for one reader: long, and no words
_OPAQUE: Final = 22
_UUID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_SEPARATORS: Final = re.compile(r"[-_.~+,:;]+")
_LONGEST_WORD: Final = 16  # letters of one word of a title in an address
_DEEPEST: Final = 3  # addresses in addresses
_LONGEST_NAME: Final = 40  # characters of the reader's name in a greeting
_MOST_TEXT: Final = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of data/mail_words.toml: in the texts of links about the subscription, in
    greetings, and in addresses that are made for one reader."""

    links: re.Pattern[str]
    greetings: re.Pattern[str]
    paths: re.Pattern[str]
    segments: frozenset[str]
    parameters: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The marks of the reader of a mail: spellings of the addresses in text and in links, and
    the addresses (`urls.alias`) that end the subscription."""

    addresses: tuple[str, ...]
    spellings: frozenset[str]
    unsubscribe: frozenset[str]


def clean_mail(html: str, addresses: Collection[str], unsubscribe: Collection[str]) -> str:
    """Return the text of a mail as HTML without what belongs to one reader; "" if nothing is left.
    `addresses`: of the reader; `unsubscribe`: what the header List-Unsubscribe names. Raises
    NotAnArticle("not-html")."""
    tree = parse_tree(html)
    reader = make_reader(addresses, unsubscribe)
    for element in list(tree.iter()):
        if element.tag in _NO_TEXT or _is_hidden(element):
            _drop(element)
    for element in list(tree.iter("a")):
        if element.getroottree().getroot() is tree:
            _clean_link(element, reader)
    _remove_addresses(tree, reader)
    _remove_greetings(tree)
    for element in tree.iter():
        href = element.get("href") if element.tag == "a" else None
        element.attrib.clear()
        if href:
            element.set("href", href)
    body = tree.find("body")
    root = tree if body is None else body
    if not text.line("".join(root.itertext())[:_MOST_TEXT]):
        return ""
    return str(etree.tostring(root, encoding="unicode", method="html", with_tail=False))


def make_reader(addresses: Collection[str], unsubscribe: Collection[str]) -> Reader:
    """Return what identifies a reader with these addresses."""
    spellings: set[str] = set()
    for address in addresses:
        spellings.update(_list_spellings(address))
    return Reader(
        addresses=tuple(sorted(addresses, key=len, reverse=True)),
        spellings=frozenset(spellings),
        unsubscribe=frozenset(urls.alias(url) for url in unsubscribe if url),
    )


def _list_spellings(address: str) -> Iterator[str]:
    """Yield the spellings of an address in links, in lower case: as it is, escaped, encoded,
    hashed."""
    lower = address.lower()
    data = lower.encode()
    yield lower
    yield quote(lower, safe="").lower()
    yield base64.b64encode(data).decode().rstrip("=").lower()
    yield base64.urlsafe_b64encode(data).decode().rstrip("=").lower()
    yield data.hex()
    for name in ("md5", "sha1", "sha256"):
        yield hashlib.new(name, data, usedforsecurity=False).hexdigest()


def clean_address(url: str, reader: Reader) -> str:
    """Return the address that a link leads every reader to; "" if it is made for one. A link of a
    tracker that names its target becomes that target."""
    return _clean_address(url, reader, 0)


def _clean_address(url: str, reader: Reader, depth: int) -> str:
    try:
        canonical = urls.canonical(url)
    except urls.BadUrl:
        return ""
    parts = urlsplit(canonical)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for _, value in pairs:
        if depth < _DEEPEST and re.match(r"https?://", value, re.I):
            return _clean_address(value, reader, depth + 1)
    if urls.private(canonical) or urls.alias(canonical) in reader.unsubscribe:
        return ""
    if _is_personal_path(parts.path, reader):
        return ""
    general = [(name, value) for name, value in pairs if not _is_personal(name, value, reader)]
    if any(is_opaque(value) for _, value in general):  # without it the link leads nowhere
        return ""
    if general == pairs:
        return canonical
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(general), ""))


def _is_personal_path(path: str, reader: Reader) -> bool:
    if _is_subscription_path(path) or _names_reader(unquote(path).lower(), reader):
        return True
    return any(is_opaque(segment) for segment in unquote(path).split("/"))


def _is_subscription_path(path: str) -> bool:
    decoded = unquote(path).lower()
    if _load_words().paths.search(decoded):
        return True
    return not _load_words().segments.isdisjoint(decoded.split("/"))


def _is_personal(name: str, value: str, reader: Reader) -> bool:
    return name.lower() in _load_words().parameters or _names_reader(value.lower(), reader)


def _names_reader(value: str, reader: Reader) -> bool:
    return any(spelling in value for spelling in reader.spellings)


def is_opaque(word: str) -> bool:
    """Return True for a part of an address that is a code: long, and not made of words."""
    if _UUID.search(word):
        return True
    if len(word) < _OPAQUE:
        return False
    for piece in _SEPARATORS.split(word):
        has_digit = any(char.isdigit() for char in piece)
        has_letter = any(char.isalpha() for char in piece)
        is_mixed_case = not (piece.islower() or piece.isupper() or piece.istitle())
        if len(piece) >= _OPAQUE and (has_digit or is_mixed_case):
            return True
        if len(piece) > _LONGEST_WORD and has_digit and has_letter:
            return True
    return False


def _clean_link(element: Any, reader: Reader) -> None:
    """Give a link the address that it has for every reader; remove one that is made for this reader
    alone, with its line if it is about the subscription."""
    href = (element.get("href") or "").strip()
    words = text.line("".join(element.itertext())).lower()
    target = clean_address(href, reader) if href else ""
    is_about_subscription = bool(_load_words().links.search(words)) or _is_about_subscription(
        href, reader
    )
    if is_about_subscription:
        _drop_line(element, _SHORT)
        return
    if not words:  # a picture, which is gone
        _drop(element)
    elif not target:
        element.drop_tag()
    elif words.startswith(("http://", "https://")):  # the words are the address, with its codes
        element.set("href", target)
        for child in list(element):
            _drop(child)
        element.text = target
    else:
        element.set("href", target)


def _is_about_subscription(href: str, reader: Reader) -> bool:
    if href.lower().startswith("mailto:"):
        return bool(_load_words().paths.search(unquote(href).lower()))
    try:
        canonical = urls.canonical(href)
    except urls.BadUrl:
        return False
    if urls.alias(canonical) in reader.unsubscribe:
        return True
    return _is_subscription_path(urlsplit(canonical).path)


def _remove_addresses(tree: Any, reader: Reader) -> None:
    """Remove the reader's addresses from the text, with their line if it is short: it says to whom
    the mail was sent."""
    if not reader.addresses:
        return
    pattern = re.compile("|".join(map(re.escape, reader.addresses)), re.I)
    for element in list(tree.iter()):
        if element.getroottree().getroot() is not tree or not isinstance(element.tag, str):
            continue
        if element.text and pattern.search(element.text):
            element.text = pattern.sub("", element.text)
            _drop_line(element, _LONG_LINE, only_block=True)
        if element.tail and pattern.search(element.tail):
            element.tail = pattern.sub("", element.tail)
            parent = element.getparent()
            if parent is not None:
                _drop_line(parent, _LONG_LINE, only_block=True)


def _remove_greetings(tree: Any) -> None:
    """Remove lines that greet the reader and nothing else: "Hi Anna,"."""
    for element in list(tree.iter(*_BLOCKS)):
        if any(child.tag in _BLOCKS for child in element):
            continue
        line = text.line("".join(element.itertext()))
        if _load_words().greetings.fullmatch(line.lower()):
            _drop(element)


def _drop_line(element: Any, longest: int, *, only_block: bool = False) -> None:
    """Remove the block that an element stands in, if its text is short; else the element alone, or
    nothing (`only_block`)."""
    block = element
    while block is not None and block.tag not in _BLOCKS:
        block = block.getparent()
    is_short = block is not None and len("".join(block.itertext())) <= longest
    if is_short and block.getparent() is not None:
        _drop(block)
    elif not only_block:
        _drop(element)


def _drop(element: Any) -> None:
    """Remove an element, and those around it that are empty without it."""
    parent = element.getparent()
    if parent is None or element.tag == "body":
        return
    element.drop_tree()
    if not len(parent) and not (parent.text or "").strip():
        _drop(parent)


def _is_hidden(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return True
    if element.tag in ("html", "body"):
        return False
    style = element.get("style") or ""
    if element.get("hidden") is not None or _HIDDEN.search(style):
        return True
    if not _TINY.search(style):
        return False
    has_sized_parts = any(
        "font-size" in (part.get("style") or "") for part in element.iterdescendants()
    )
    return not has_sized_parts


@cache
def _load_words() -> _Words:
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    paths = "|".join(re.escape(word) for word in table["personal_paths"])
    greetings = "|".join(re.escape(word) for word in table["greetings"])
    return _Words(
        links=re.compile("|".join(map(_match_words, table["personal_links"]))),
        greetings=re.compile(rf"({greetings})\b[^,!:]{{0,{_LONGEST_NAME}}}[,!:]"),
        paths=re.compile(rf"(?<![a-z])({paths})(?![a-z])"),
        segments=frozenset(table["personal_segments"]),
        parameters=frozenset(table["personal_parameters"]),
    )


def _match_words(phrase: str) -> str:
    """Return a regular expression for `phrase` as whole words."""
    return rf"(?<!\w){re.escape(phrase)}(?!\w)"
