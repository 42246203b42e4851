"""Markdown to HTML that is safe to publish. The only door to markdown-it-py and nh3.

Hostile markdown can make either library slow (100,000 nested <div> hold nh3 for 22 s), so callers run this in a process
that they can end."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt

from syndicator import text, urls

_NAMES: Final = (
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong sub sup "
    "table tbody td th thead tr ul"
)
_TAGS: Final = frozenset(_NAMES.split())
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}


def render_markdown(markdown: str, base_url: str) -> str:
    """The body of an article as sanitised HTML: raw HTML in the markdown stays text, relative addresses become absolute
    against `base_url`, tracking pixels go. Sanitised after rendering, last, since escaped markup can come alive when it
    is rendered."""
    rendered = _renderer().render(text.legal(markdown))

    def kept(tag: str, attribute: str, value: str) -> str | None:
        if attribute in ("href", "src"):
            return _address(tag, value, base_url)
        return value

    return nh3.clean(
        rendered,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=kept,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


@cache
def _renderer() -> Any:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _address(tag: str, value: str, base_url: str) -> str | None:
    if value.startswith("mailto:"):
        return value if tag == "a" else None
    return urls.absolute(base_url, value)
