"""An entry that shows itself: picture, excerpt, and of which source, category and tags it is, as HTML. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

from syndicator.publishing.render.links import Links
from syndicator.publishing.render.view import View

_MARKUP: Final = re.compile(r"<[^>]*>")
_SRC: Final = re.compile(r"(src)=$", re.IGNORECASE)
_BEGINNING: Final = 3000  # characters of the whole text's HTML in which an excerpt that opens it is looked for
_BETWEEN: Final = " \N{MIDDLE DOT} "


def card(view: View, links: Links) -> str:
    """What a reader shows of `view`: the picture, the excerpt, "Source · category · tags", then the whole text where it
    may be shown. All of it is our own markup round escaped texts; the whole text was sanitised when it was made. What
    the whole text begins with or shows itself is not there twice."""
    return "".join([*_picture(view), *_excerpt(view), f"<p>{_BETWEEN.join(_names(view, links))}</p>", view.html])


def _picture(view: View) -> Iterator[str]:
    # The validator takes a src= at the end of an address for the attribute (its validators.py, absUrlMixin)
    shown = _SRC.sub(r"\1&#61;", escape(view.cover))
    if view.cover and escape(view.cover) not in view.html:
        yield f'<p><a href="{escape(view.url)}"><img src="{shown}" alt=""></a></p>'


def _excerpt(view: View) -> Iterator[str]:
    begins = unescape(_MARKUP.sub("", view.html[:_BEGINNING])).split()
    words = view.summary.split()
    if words and begins[: len(words)] != words:
        yield f"<p>{escape(view.summary, quote=False)}</p>"


def _names(view: View, links: Links) -> Iterator[str]:
    yield _linked(view.origin.title, view.origin.site or _root(view.url))
    said = {links.unsaid.casefold()}
    for name, address in ((view.category, links.category), *((tag, links.tag) for tag in view.tags)):
        if name and name.casefold() not in said:
            said.add(name.casefold())
            yield _linked(name, address(name))


def _linked(name: str, address: str) -> str:
    shown = escape(name, quote=False)
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown


def _root(url: str) -> str:
    """The front page of the site that an address is on."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
