"""The picture of an article: og:image, JSON-LD, twitter, the first large figure. Absolute, never a logo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicator import urls
from syndicator.model import Entry
from syndicator.reading import jsonld
from syndicator.reading.articles import articles
from syndicator.reading.ladder import Choice, climb
from syndicator.reading.page import Page

_NEVER = re.compile(
    r"logo|spacer|avatar|gravatar|placeholder|blank\.(gif|png)|pixel\.(gif|png)|favicon|\.svg$|default[-_.]", re.I
)


def read(page: Page, entry: Entry | None) -> Choice[str]:
    """The cover as an absolute URL and the rung it stands on."""
    seen = ((rung, urls.absolute(page.base_url, value) if value else None) for rung, value in _rungs(page, entry))
    return climb(seen, lambda url: len(url) <= 2_000 and not _NEVER.search(url))


def _rungs(page: Page, entry: Entry | None) -> Iterator[tuple[str, str]]:
    for name in ("og:image:secure_url", "og:image", "og:image:url"):
        yield from ((name, value) for value in page.metas.get(name, ()))
    for item in articles(page):
        yield from (("json-ld", value) for value in jsonld.strings(item.get("image"), "url", "contentUrl"))
    for name in ("twitter:image", "twitter:image:src", "thumbnail", "image"):
        yield name, page.meta(name)
    if entry is not None:
        yield "entry", entry.image
    yield from (("figure", _source(element)) for element in page.tree.xpath("//article//img | //main//img")[:20])


def _source(element: Any) -> str:
    return next((element.get(name) for name in ("data-src", "data-original", "src") if element.get(name)), "")
