"""Where a list goes on: the address of its next page. Pure."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from syndicator.core import text, urls
from syndicator.reading.html.document import Document, inner

_MOST = 3_000  # links that are looked at
_LONGEST = 60  # characters of a link's text
_NEXT = re.compile(
    r"^\W{0,3}(next|older|more|weiter|nächste|ältere|suivante?s?|plus ancien\w*|siguientes?|próxim[oa]s?|anterior\w*|"
    r"proxim[oa]s?|successiv[oi]|volgende|次|次へ|古い|下一页|下一頁|التالي|more)\b.{0,20}$|^\W{0,2}(older|ältere|次|›|»|→)",
    re.I,
)
_PAGED = re.compile(r"(page|seite|pagina|página|p|paged|start|offset|seite)[=/_-]?\d{1,4}", re.I)


def next_page(document: Document) -> str:
    """The address of the page on which the list goes on, of the same site: where the page says so (rel=next), else the
    link to older items; "" where it does not go on."""
    said = (
        one.get("href") for one in document.tree.iter("link", "a") if "next" in (one.get("rel") or "").lower().split()
    )
    links = (one.get("href") for one in islice(document.tree.iter("a"), _MOST) if _is_next(one))
    found = (_address(document, href or "") for href in (*said, *links))
    return next((url for url in found if url), "")


def _is_next(anchor: Any) -> bool:
    label = text.line(inner(anchor, _LONGEST + 1)) or anchor.get("aria-label") or ""
    return len(label) <= _LONGEST and bool(_NEXT.match(label)) and bool(_PAGED.search(anchor.get("href") or ""))


def _address(document: Document, href: str) -> str:
    url = urls.absolute(document.base_url, href) if href else None
    if not url or not urls.same_publisher(url, document.url) or urls.alias(url) == urls.alias(document.url):
        return ""
    return url if urlsplit(url).netloc == urlsplit(document.url).netloc else ""
