"""Remove from a mail what belongs to one reader, so that its text may be shown. Pure.

Pictures, tracking pixels, forms, hidden texts, the reader's addresses, and links that were made for
one reader are removed. No server is asked."""

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
# styles of elements that are not shown, often with text for spam filters or for previews
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:max-height|opacity)\s*:\s*0(\.0*)?\s*(px|pt|em|%)?\s*(;|!|$)",
    re.I,
)
# A font size of 0 or 1 hides a text. MJML also gives it to boxes around elements with sizes of
# their own, which are shown.
_TINY: Final = re.compile(r"font-size\s*:\s*[01](\.0*)?\s*(px|pt|em|%)?\s*(;|!|$)", re.I)
_BLOCKS: Final = frozenset(
    re.findall(r"\w+", "p div td th tr table li ul ol center section footer blockquote")
)
# Characters of a line that is removed with a link in it (a choice), and with the reader's address
# in it: a footer explains at length why the mail was sent.
_SHORT: Final = 200
_LONG_LINE: Final = 400
_OPAQUE: Final = 22  # characters from which a part of an address may be a code for one reader
_UUID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_SEPARATORS: Final = re.compile(r"[-_.~+,:;]+")
_LONGEST_WORD: Final = 16  # letters of a word of a title in an address
_DEEPEST: Final = 3  # a tracker's address may contain another tracker's, so many times
_LONGEST_NAME: Final = 40  # characters of the reader's name in a greeting
_MOST_TEXT: Final = 2_000_000  # characters that are checked for text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of data/mail_words.toml by which texts and links for one reader are recognised."""

    links: re.Pattern[str]  # in the text of a link about the subscription: "unsubscribe"
    greetings: re.Pattern[str]  # a whole line: "Hi Anna,"
    paths: re.Pattern[str]  # words in the path of an address about the subscription
    segments: frozenset[str]  # whole segments of such a path
    parameters: frozenset[str]  # names of parameters whose values are codes for one reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Addresses of the reader of a mail, by which the parts of the mail that belong to this reader
    are recognised."""

    addresses: tuple[str, ...]  # mail addresses, the longest first
    spellings: frozenset[str]  # these addresses as links may contain them, in lower case
    unsubscribe: frozenset[str]  # aliases of the web addresses that end the subscription


def clean_mail(html: str, addresses: Collection[str], unsubscribe: Collection[str]) -> str:
    """Return the text of a mail as HTML without the parts that belong to one reader; "" if no text
    is left. Of all attributes only the targets of links are kept.

    `addresses`: mail addresses of the reader; `unsubscribe`: the web addresses in the header
    List-Unsubscribe. Raises NotAnArticle("not-html") if `html` has no element."""
    tree = parse_tree(html)
    reader = make_reader(addresses, unsubscribe)
    for element in list(tree.iter()):
        if element.tag in _NO_TEXT or _is_hidden(element):
            _remove_element(element)

    # remove what belongs to the reader
    for link in list(tree.iter("a")):
        # a link may have been removed with an earlier link's line
        is_still_in_tree = link.getroottree().getroot() is tree
        if is_still_in_tree:
            _clean_link(link, reader)
    _remove_addresses(tree, reader)
    _remove_greetings(tree)

    # remove all attributes except the targets of links
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
    """Return the addresses that show that a part of a mail belongs to its reader, with the
    spellings in which links contain them. `addresses`: mail addresses of the reader; `unsubscribe`:
    web addresses at which the reader can end the subscription."""
    spellings: set[str] = set()
    for address in addresses:
        spellings.update(_list_spellings(address))
    longest_first = sorted(addresses, key=len, reverse=True)
    return Reader(
        addresses=tuple(longest_first),
        spellings=frozenset(spellings),
        unsubscribe=frozenset(urls.alias(url) for url in unsubscribe if url),
    )


def _list_spellings(address: str) -> Iterator[str]:
    """Yield the spellings in which links contain the mail address `address`, in lower case: as it
    is, percent-encoded, in base64, in hexadecimal, and as hashes."""
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
    """Return the address of a link without the parameters that were made for one reader. If it is
    the address of a tracker, which contains the address to which it leads, return the latter,
    cleaned in the same way. Return "" if the address is invalid, leads to a private network, or
    only works for one reader. `reader`: the addresses of the reader."""
    return _clean_address(url, reader, 0)


def _clean_address(url: str, reader: Reader, depth: int) -> str:
    """Return the address of a link without the parameters that were made for one reader, "" if it
    cannot be used; see `clean_address`. `depth`: the number of trackers' addresses, one inside the
    other, that contained `url`."""
    try:
        canonical = urls.canonical(url)
    except urls.BadUrl:
        return ""
    parts = urlsplit(canonical)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for _, value in pairs:  # an address in a parameter is that to which a tracker leads
        if depth < _DEEPEST and re.match(r"https?://", value, re.I):
            return _clean_address(value, reader, depth + 1)
    if urls.explain_private(canonical) or urls.alias(canonical) in reader.unsubscribe:
        return ""
    if _is_personal_path(parts.path, reader):
        return ""
    general = [
        (name, value) for name, value in pairs if not _is_personal_parameter(name, value, reader)
    ]
    # a code that is not known to be for one reader may be either: without it the link may not work
    if any(is_opaque(value) for _, value in general):
        return ""
    if general == pairs:
        return canonical
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(general), ""))


def _is_personal_path(path: str, reader: Reader) -> bool:
    """Return True if the path of an address is probably for one reader: it is about a subscription,
    contains a mail address of the reader, or has a code, such as a long random number, as a
    segment. `reader`: the addresses of the reader."""
    if _is_subscription_path(path) or _contains_reader(unquote(path).lower(), reader):
        return True
    return any(is_opaque(segment) for segment in unquote(path).split("/"))


def _is_subscription_path(path: str) -> bool:
    """Return True if the path of an address is about a subscription: it has a word such as
    "unsubscribe"."""
    decoded = unquote(path).lower()
    if _load_words().paths.search(decoded):
        return True
    return not _load_words().segments.isdisjoint(decoded.split("/"))


def _is_personal_parameter(name: str, value: str, reader: Reader) -> bool:
    """Return True if a parameter of an address is made for one reader, by its name or its value."""
    return name.lower() in _load_words().parameters or _contains_reader(value.lower(), reader)


def _contains_reader(value: str, reader: Reader) -> bool:
    """Return True if a text in lower case contains an address of the reader in any form."""
    return any(spelling in value for spelling in reader.spellings)


def is_opaque(word: str) -> bool:
    """Return True if `word`, a part of an address, is a code: it contains a UUID, or has at least
    22 characters and a piece that is no word, such as "dGhpcyBpcyBhIGNvZGU5OQ". Words joined by
    hyphens, such as "2026-a-long-title", are no code."""
    if _UUID.search(word):
        return True
    if len(word) < _OPAQUE:
        return False
    for piece in _SEPARATORS.split(word):
        has_digit = any(char.isdigit() for char in piece)
        has_letter = any(char.isalpha() for char in piece)
        has_case_of_word = piece.islower() or piece.isupper() or piece.istitle()
        looks_random = has_digit or not has_case_of_word
        if len(piece) >= _OPAQUE and looks_random:
            return True
        # a word of a title is shorter, or has no digit
        if len(piece) > _LONGEST_WORD and has_digit and has_letter:
            return True
    return False


def _clean_link(element: Any, reader: Reader) -> None:
    """Change the link `element` so that it is the same for all readers: it gets a target that works
    for all. If there is none, only its text stays. A link about the subscription is removed with
    its line; a link without text, whose picture was removed, is removed alone. `reader`: the
    addresses of the reader."""
    href = (element.get("href") or "").strip()
    link_text = text.line("".join(element.itertext())).lower()
    target = clean_address(href, reader) if href else ""
    if _load_words().links.search(link_text) or _is_about_subscription(href, reader):
        _remove_line(element, _SHORT)
        return
    if not link_text:
        _remove_element(element)
    elif not target:
        element.drop_tag()
    elif link_text.startswith(("http://", "https://")):
        # the text shows the old address, with its codes
        element.set("href", target)
        for child in list(element):
            _remove_element(child)
        element.text = target
    else:
        element.set("href", target)


def _is_about_subscription(href: str, reader: Reader) -> bool:
    """Return True if a link ends or changes the subscription: its address has a word such as
    "unsubscribe", or is one that the mail names for this. Return False if it is invalid. `href`:
    the target of the link; `reader`: has the addresses that the mail names."""
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
    """Remove the mail addresses of `reader` from the text of the mail `tree`. A line of at most 400
    characters with such an address is removed as a whole, since it says to whom the mail was
    sent."""
    if not reader.addresses:
        return
    pattern = re.compile("|".join(map(re.escape, reader.addresses)), re.I)
    for element in list(tree.iter()):
        is_still_in_tree = element.getroottree().getroot() is tree
        is_comment = not isinstance(element.tag, str)
        if is_comment or not is_still_in_tree:
            continue
        if element.text and pattern.search(element.text):
            element.text = pattern.sub("", element.text)
            _remove_line(element, _LONG_LINE, only_block=True)
        if element.tail and pattern.search(element.tail):
            element.tail = pattern.sub("", element.tail)
            parent = element.getparent()
            if parent is not None:
                _remove_line(parent, _LONG_LINE, only_block=True)


def _remove_greetings(tree: Any) -> None:
    """Remove lines that only greet the reader, such as "Hi Anna,", from the mail `tree`."""
    for element in list(tree.iter(*_BLOCKS)):
        has_several_lines = any(child.tag in _BLOCKS for child in element)
        if has_several_lines:
            continue
        line = text.line("".join(element.itertext()))
        if _load_words().greetings.fullmatch(line.lower()):
            _remove_element(element)


def _remove_line(element: Any, longest: int, *, only_block: bool = False) -> None:
    """Remove the line in which an element stands: the innermost block around it, such as a
    paragraph. If the block has more than `longest` characters, it stays, and the element alone is
    removed. `only_block`: in this case remove nothing."""
    block = element
    while block is not None and block.tag not in _BLOCKS:
        block = block.getparent()
    is_short = block is not None and len("".join(block.itertext())) <= longest
    if is_short and block.getparent() is not None:
        _remove_element(block)
    elif not only_block:
        _remove_element(element)


def _remove_element(element: Any) -> None:
    """Remove an element, then the elements around it that became empty. The body is never
    removed."""
    parent = element.getparent()
    if parent is None or element.tag == "body":
        return
    element.drop_tree()
    if not len(parent) and not (parent.text or "").strip():
        _remove_element(parent)


def _is_hidden(element: Any) -> bool:
    """Return True if mail programs do not show an element: its attribute hidden or its style hides
    it, its font is tiny and no element in it sets another size, or it is a comment."""
    if not isinstance(element.tag, str):
        return True
    if element.tag in ("html", "body"):
        return False
    style = element.get("style") or ""
    if element.get("hidden") is not None or _HIDDEN.search(style):
        return True
    if not _TINY.search(style):
        return False
    parts = element.iterdescendants()
    return not any("font-size" in (part.get("style") or "") for part in parts)


@cache
def _load_words() -> _Words:
    """Return the words of data/mail_words.toml, compiled: expressions match whole words only."""
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    links = "|".join(map(_match_words, table["personal_links"]))
    greetings = "|".join(map(re.escape, table["greetings"]))
    paths = "|".join(map(re.escape, table["personal_paths"]))
    # the reader's name may stand between a greeting and the comma after it
    rest_of_greeting = rf"\b[^,!:]{{0,{_LONGEST_NAME}}}[,!:]"
    return _Words(
        links=re.compile(links),
        greetings=re.compile(f"({greetings}){rest_of_greeting}"),
        paths=re.compile(rf"(?<![a-z])({paths})(?![a-z])"),
        segments=frozenset(table["personal_segments"]),
        parameters=frozenset(table["personal_parameters"]),
    )


def _match_words(phrase: str) -> str:
    """Return a regular expression that matches `phrase` as whole words."""
    return rf"(?<!\w){re.escape(phrase)}(?!\w)"
