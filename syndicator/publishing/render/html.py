"""Convert the markdown of an article to HTML that is safe to publish.

The only importer of markdown-it-py and nh3.

Hostile markdown can block either library (100,000 nested <div> hold nh3 for 22 s): call it in a
process that can be killed."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from syndicator.core import text, urls
from syndicator.core.urls import refusal

_NAMES: Final = (
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong"
    " sub sup table tbody td th thead tr ul"
)
_TAGS: Final = frozenset(_NAMES.split())
_CELL: Final = {"align"}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": _CELL,
    "th": _CELL,
}
# Tracking pixels: usual names of one-pixel files and their hosts, and end points of analytics
# programs. Endings are narrow, because a photo of a Pixel phone may have such a name.
_PIXEL: Final = re.compile(
    r"^https?://(?:[^/?#]*[.@])?(?:pixels?|beacons?|track(?:ing|er)?|analytics|metrics|telemetry|counter|stats)\."
    r"|/(?:pixel|px|1x1|spacer|blank|clear|cleardot|transparent|beacon|tracker|tracking|counter|hit|impression)"
    r"(?:\.(?:gif|php|aspx?|cgi))?(?:[?#]|$)"
    r"|/(?:1x1|pixel|spacer|blank|transparent|cleardot)\.png(?:[?#]|$)"
    r"|/(?:piwik|matomo)\.php|/b/ss/|/~r/|/~4/|/(?:collect|tr)\?",
    re.IGNORECASE,
)


def render_markdown(markdown: str, base_url: str) -> str:
    """Return the body of an article as sanitised HTML. Raw HTML stays text, relative addresses
    become absolute against `base_url`, links into private networks lose their address, tracking
    pixels are removed. Sanitising comes last, since rendering can turn escaped markup into live
    markup."""
    renderer = _make_renderer()
    tokens = list(_adjust_tokens(renderer.parse(text.legal(markdown)), base_url))
    return nh3.clean(
        renderer.renderer.render(tokens, renderer.options, {}),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


@cache
def _make_renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _adjust_tokens(tokens: Sequence[Token], base_url: str) -> Iterator[Token]:
    """Yield the tokens of a text with absolute addresses, without tracking pixels, and with
    alignment as an attribute instead of a style."""
    for token in tokens:
        if token.type == "image":
            yield from _adjust_image(token, base_url)
            continue
        if token.children is not None:
            token.children = list(_adjust_tokens(token.children, base_url))
        if token.type == "link_open":
            _adjust_link(token, base_url)
        style = str(token.attrs.pop("style", ""))
        if style.startswith("text-align:"):
            token.attrs["align"] = style.removeprefix("text-align:")
        yield token


def _adjust_link(token: Token, base_url: str) -> None:
    """Make the address of a link absolute; remove it if it is not allowed."""
    address = str(token.attrs.get("href", ""))
    if not address.lower().startswith("mailto:"):
        address = _make_public_address(base_url, address)
    if address:
        token.attrs["href"] = address
    else:
        token.attrs.pop("href", None)


def _adjust_image(token: Token, base_url: str) -> Iterator[Token]:
    """Yield the image with an absolute address, its text if the address is not allowed, no tracking
    pixel."""
    source = _make_public_address(base_url, str(token.attrs.get("src", "")))
    if source and _PIXEL.search(source):
        return
    if source:
        token.attrs["src"] = source
        yield token
    elif token.content:
        yield Token("text", "", 0, content=token.content)


def _make_public_address(base_url: str, reference: str) -> str:
    """Return `reference` as an absolute address; "" for none, or if it leads into a private
    network."""
    address = urls.absolute(base_url, reference)
    if not address or refusal(address, base_url):
        return ""
    return address
