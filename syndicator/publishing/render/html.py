"""Convert the markdown of an article to HTML that is safe to publish.

No other module imports markdown-it-py and nh3. Hostile markdown can block both libraries (100,000
nested <div> block nh3 for 22 s): call this module in a process that can be killed."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from syndicator.core import text, urls
from syndicator.core.urls import explain_unsafe_link

_TAG_NAMES: Final = (
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong"
    " sub sup table tbody td th thead tr ul"
)
_TAGS: Final = frozenset(_TAG_NAMES.split())
_CELL_ATTRIBUTES: Final = {"align"}  # attributes of table cells
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": _CELL_ATTRIBUTES,
    "th": _CELL_ATTRIBUTES,
}
# Addresses of tracking pixels: usual names of one-pixel files and their hosts, and addresses of
# analytics programs. Only few file endings count, because "pixel.jpg" may be a photo of a phone.
_PIXEL: Final = re.compile(
    r"^https?://(?:[^/?#]*[.@])?(?:pixels?|beacons?|track(?:ing|er)?|analytics|metrics|telemetry|counter|stats)\."
    r"|/(?:pixel|px|1x1|spacer|blank|clear|cleardot|transparent|beacon|tracker|tracking|counter|hit|impression)"
    r"(?:\.(?:gif|php|aspx?|cgi))?(?:[?#]|$)"
    r"|/(?:1x1|pixel|spacer|blank|transparent|cleardot)\.png(?:[?#]|$)"
    r"|/(?:piwik|matomo)\.php|/b/ss/|/~r/|/~4/|/(?:collect|tr)\?",
    re.IGNORECASE,
)


def render_markdown(markdown: str, base_url: str) -> str:
    """Return the body of an article as sanitised HTML. HTML in the markdown is shown as text.
    Relative addresses become absolute, with `base_url`, the address of the article, as their base.
    Links into private networks lose their address; tracking pixels are removed."""
    renderer = _make_renderer()
    parsed_tokens = renderer.parse(text.remove_illegal(markdown))
    tokens = list(_adjust_tokens(parsed_tokens, base_url))
    html = renderer.renderer.render(tokens, renderer.options, {})
    # sanitise last, because rendering can turn escaped markup into live markup
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


@cache
def _make_renderer() -> MarkdownIt:
    """Return a parser and renderer of CommonMark with tables and strikethrough."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _adjust_tokens(tokens: Sequence[Token], base_url: str) -> Iterator[Token]:
    """Yield the tokens of parsed markdown with absolute addresses and without tracking pixels.
    Aligned table cells get the attribute `align` in place of a style, because styles are removed
    when the HTML is sanitised. A token's children are adjusted, too. `base_url`: the address of the
    article."""
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
    """Make the address of a link absolute. Remove the address, but not the text of the link, if it
    is invalid or leads into a private network. `base_url`: the address of the article."""
    address = str(token.attrs.get("href", ""))
    if not address.lower().startswith("mailto:"):
        address = _make_public_address(base_url, address)
    if address:
        token.attrs["href"] = address
    else:
        token.attrs.pop("href", None)


def _adjust_image(token: Token, base_url: str) -> Iterator[Token]:
    """Yield the token of an image with an absolute address, or nothing if the image is a tracking
    pixel. If its address is invalid or leads into a private network, yield its alternative text
    instead. `base_url`: the address of the article."""
    source = _make_public_address(base_url, str(token.attrs.get("src", "")))
    if source and _PIXEL.search(source):
        return
    if source:
        token.attrs["src"] = source
        yield token
    elif token.content:
        yield Token("text", "", 0, content=token.content)


def _make_public_address(base_url: str, reference: str) -> str:
    """Return `reference` as an absolute address; "" if it is not a valid address or leads into a
    private network. `base_url`: the address of the page that has the reference."""
    address = urls.absolute(base_url, reference)
    if not address or explain_unsafe_link(address, base_url):
        return ""  # refused: a page may not lead readers into a private network
    return address
