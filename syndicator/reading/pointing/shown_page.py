"""A stranger's page as something to point at: its text and its structure, and nothing that runs, loads or leads away.
Each element has its number in the page, by which it is named when somebody points to it. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from syndicator.reading.html.document import parse

_NOT_SHOWN = frozenset(("script", "style", "link", "meta", "template", "noscript", "head", "title", "base", "object"))
_EMPTY = frozenset(("br", "hr", "wbr"))
_KEPT = frozenset(
    (
        *("p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "h1", "h2", "h3", "h4", "h5"),
        *(
            "h6",
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "dd",
            "blockquote",
            "pre",
            "code",
            "em",
            "strong",
            "b",
            "i",
            "u",
            "small",
        ),
        *("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "figure", "figcaption", "time", "address"),
        *("span", "a", "sub", "sup", "mark", "q", "cite", "abbr", "del", "ins", "body"),
    )
)
_PICTURES = frozenset(("img", "picture", "video", "audio", "svg", "iframe", "canvas", "embed"))
MOST: Final = 6000  # elements that are shown; further ones are left out
_DEEPEST = 60  # elements within one another

STYLE: Final = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:12px;overflow-wrap:anywhere;cursor:crosshair}
a{text-decoration:underline;color:inherit}
div,section,article,aside,nav,header,footer,main,figure{min-height:4px}
.pic{display:inline-block;padding:6px 10px;border:1px dashed #888;border-radius:6px;font-size:12px;color:#888}
table{border-collapse:collapse}td,th{border:1px solid #8886;padding:2px 6px}
.hover{outline:2px solid #0b57d0;outline-offset:1px}
.lit{outline:2px solid #1c6b3a;outline-offset:1px;background:#1c6b3a22}
"""
# It says which element the person means, and lights up those that it is told; it speaks with nobody else.
SCRIPT: Final = """
let over=null;
const of=(t)=>t instanceof Element?t.closest("[data-n]"):null;
addEventListener("mouseover",(e)=>{over?.classList.remove("hover");over=of(e.target);over?.classList.add("hover")});
addEventListener("click",(e)=>{e.preventDefault();e.stopPropagation();const t=of(e.target);
if(t)parent.postMessage({pointed:Number(t.dataset.n)},"*")},true);
addEventListener("keydown",(e)=>{if(e.key==="ArrowUp"&&over){e.preventDefault();const up=of(over.parentElement);
if(up){over.classList.remove("hover");over=up;up.classList.add("hover");parent.postMessage({pointed:Number(up.dataset.n)},"*")}}});
addEventListener("message",(e)=>{if(!Array.isArray(e.data?.light))return;
for(const one of document.querySelectorAll(".lit"))one.classList.remove("lit");let first=null;
for(const n of e.data.light){const one=document.querySelector(`[data-n="${Number(n)}"]`);
one?.classList.add("lit");first??=one}
first?.scrollIntoView({block:"nearest"})});
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# What the answer with such a page has as its policy: an origin of its own, no network, and our two texts by hash alone.
POLICY: Final = (
    f"sandbox allow-scripts; default-src 'none'; script-src {_hash(SCRIPT)}; style-src {_hash(STYLE)}; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def shown_page(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> tuple[bytes, str]:
    """The page `html` as it may be shown, and the policy to send with it. Raises NotAnArticle("not-html") for what is
    none."""
    tree = parse(html, url, headers).tree
    body = tree.find("body")
    numbers = {element: number for number, element in enumerate(tree.iter())}
    made: list[str] = []
    _write(body if body is not None else tree, numbers, made)
    text = "".join(made)
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A kept page</title><style>{STYLE}</style>'
        f"</head><body>{text}<script>{SCRIPT}</script></body></html>"
    )
    return page.encode("utf-8", "replace"), POLICY


def _write(root: Any, numbers: Mapping[Any, int], made: list[str]) -> None:
    """Writes what is in `root`. Without recursion: pages may be deeper than Python's stack."""
    left: list[Any] = [root]  # elements to be opened, and texts to be written as they are
    shown = 0
    depth = 0
    while left:
        one = left.pop()
        if isinstance(one, str):
            made.append(one)
            depth -= one.startswith("</")
            continue
        tag = one.tag if isinstance(one.tag, str) else ""
        tail = escape(one.tail or "") if one is not root else ""
        if not tag or tag in _NOT_SHOWN or shown >= MOST or depth > _DEEPEST:
            made.append(tail)
            continue
        shown += 1
        number = numbers[one]
        if tag in _EMPTY:
            made.append(f'<{tag} data-n="{number}">{tail}')
        elif tag in _PICTURES:
            made.append(f'<span class="pic" data-n="{number}">{escape(one.get("alt") or tag)}</span>{tail}')
        else:
            name = "div" if tag == "body" else tag if tag in _KEPT else "span"
            made.append(f'<{name} data-n="{number}">{escape(one.text or "")}')
            depth += 1
            left.append(tail)
            left.append(f"</{name}>")
            left.extend(reversed(list(one)))
