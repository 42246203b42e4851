"""The list of pages for search engines (https://www.sitemaps.org/protocol.html). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import Final

NAME: Final = "sitemap.xml"
_MOST: Final = 50_000  # addresses of a sitemap, by its protocol


def sitemap(pages: Iterable[tuple[str, str]], base: str) -> bytes:
    """The sitemap of `pages`, each with its file and the UTC day of its newest story, "" where that is not known. Those
    first in order count where there are more than a sitemap holds. `base`: the address of the web root."""
    lines = [
        f"<url><loc>{escape(base + name)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for name, day in islice(pages, _MOST)
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, *lines, "</urlset>", ""]).encode()
