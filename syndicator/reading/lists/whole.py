"""Whether a page is a list of articles, and not an article with a list beside it. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from syndicator.core import text, urls
from syndicator.core.requests import Shown
from syndicator.reading.html.document import Document, inner
from syndicator.reading.html.jsonld import types
from syndicator.reading.lists.items import is_headline

# All numbers are choices: of 38 pages of the open corpus that are lists below the root of their site, 8 say that they
# are articles (og:type), and of 251 articles of it 75 do not.
_LEAST = 5  # items
_HEADLINES = 0.6  # of the items have one
_WORDS = 3  # of the last part of an address that is a section's
_CODE = re.compile(r"\d{5}|[0-9a-f]{12}")
_BELOW = 0.5  # of the items have an address below the page's
_PARAGRAPH = 80  # characters of one of a text
_MOST = 2_000  # paragraphs
_ITEM = 200  # characters of text that an item of a list may come with, or its excerpt
_EXCERPT = 1_000  # of the text with one item
_HARDLY = 10  # characters for each item, of a page whose address is none of a section
_ABOVE = 60  # elements above a link
_ARTICLE = {"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle"}
_BESIDE = ("nav", "footer", "aside")


def is_list(document: Document, shown: Sequence[Shown]) -> bool:
    """Whether the page is first of all the list of `shown`: by an address that is a section's, or below which its
    items are, and by how little text there is beside them."""
    headlines = sum(is_headline(one.item.title) for one in shown)
    if headlines < _HEADLINES * len(shown):
        return False
    if _are_below(document.url, shown):
        return True
    if len(shown) < _LEAST:
        return False
    prose = _prose(document.tree, {one.key for one in shown}, document.base_url)
    if _is_section(document.url):
        return prose <= _ITEM * len(shown)
    return prose <= _HARDLY * len(shown) and not any(_ARTICLE & {*types(one)} for one in document.jsonld)


def _are_below(url: str, shown: Sequence[Shown]) -> bool:
    own = urls.alias(url).partition("?")[0].rstrip("/") + "/"
    return sum(one.key.startswith(own) for one in shown) >= _BELOW * len(shown)


def _is_section(url: str) -> bool:
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].partition(".")[0]
    return len(re.findall(r"[^\W\d_]+", last)) <= _WORDS and not _CODE.search(last)


def _prose(tree: Any, keys: Collection[str], base: str) -> int:
    """Characters of paragraphs that are long and no links, without those of items and of what stands on every page."""
    within = _within(tree, keys, base)
    count, owned = 0, Counter[str]()
    for paragraph in islice(tree.iter("p"), _MOST):
        if next(paragraph.iterancestors(*_BESIDE), None) is not None:
            continue
        linked = sum(len(text.line(inner(anchor))) for anchor in paragraph.iter("a"))
        own = len(text.line(inner(paragraph, 3_000))) - linked
        holder = next((within[above] for above in paragraph.iterancestors() if above in within), set())
        if own >= _PARAGRAPH and len(holder) == 1:
            owned.update(dict.fromkeys(holder, own))
        elif own >= _PARAGRAPH:
            count += own
    return count + sum(own for own in owned.values() if own > _EXCERPT)


def _within(tree: Any, keys: Collection[str], base: str) -> dict[Any, set[str]]:
    """Of each element that has links to items, to which."""
    found: dict[Any, set[str]] = defaultdict(set)
    for anchor in islice(tree.iter("a"), _MOST):
        url = urls.absolute(base, anchor.get("href") or "")
        key = urls.alias(url) if url else ""
        if key in keys:
            for above in islice(anchor.iterancestors(), _ABOVE):
                found[above].add(key)
    return found
