"""Inline text as markdown: marks, links and escapes, escaped so that a page's text stays text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote

from syndicator.core import text as texts
from syndicator.core import urls
from syndicator.core.urls import refusal
from syndicator.reading.html.elements import BOLD, CODE, ITALIC, STRIKE
from syndicator.reading.html.images import Image
from syndicator.reading.html.runs import Run

_SPECIAL = re.compile(r"[\\`*\[\]<]|~~|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,32};)")
_SIGN = re.compile(r"[\\`*\[\]<~_&]")  # one of which every match of _SPECIAL begins with; most texts have none
_START = re.compile(r"^(\||#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+\s*$|-+\s*$|~{3,}|:?-{2,})|^(\d{1,9})([.)])(?=\s|$)", re.M)
_SAFE = "/:@!$&'*+,;=-._~%?#[]"


def escape(value: str) -> str:
    """`value` with every character escaped that has a meaning in CommonMark; `<` and `&` become entities."""
    return _SPECIAL.sub(_inert, value) if _SIGN.search(value) else value


def _inert(match: re.Match[str]) -> str:
    char = match[0]
    return {"<": "&lt;", "&": "&amp;", "~~": "\\~\\~"}.get(char, "\\" + char)


def guard_start(line: str) -> str:
    """`line` with a first character escaped that would open a heading, list, quote or rule."""
    if "\n" not in line and not _START.match(line):
        return line  # as most are; without, every character would be tried
    return _START.sub(lambda m: f"{m[2]}\\{m[3]}" if m[2] else "\\" + m[1], line)


def link(base: str, href: str) -> str | None:
    """`href` as an absolute http, https or mailto address that is safe between parentheses, or None: also for one on a
    private network (`addresses.refusal`)."""
    href = href.strip()
    if href[:7].lower() == "mailto:" and re.fullmatch(r"mailto:[\w.+-]{1,64}@[\w.-]{1,255}", href, re.I):
        return href
    target = urls.absolute(base, href[:4_000]) if href else None
    return quote(texts.legal(target), safe=_SAFE) if target and not refusal(target, base) else None


def render(runs: Iterable[Run], base: str, *, cell: bool = False) -> str:
    """`runs` as markdown of one paragraph. In a table `cell` bars are escaped and breaks are spaces."""
    pieces: list[str] = []
    for href, group in groupby(runs, key=lambda run: run.href):
        part = "".join(_marked(list(group)))
        target = link(base, href) if href and part.strip() and not part.lstrip().startswith("![") else None
        if target:
            before, inner, after = _split(part)
            part = f"{before}[{inner}]({target}){after}"
        pieces.append(part)
    out = texts.legal("".join(pieces))
    if cell:
        return out.replace("\\\n", " ").replace("\n", " ").replace("|", "\\|")
    return guard_start(out)


def _marked(runs: list[Run]) -> list[str]:
    pieces: list[str] = []
    for marks, group in groupby(runs, key=lambda run: run.marks):
        value = "".join(run.text for run in group)
        pieces.append(_wrap(value, marks))
    return pieces


def _wrap(value: str, marks: int) -> str:
    if not value.strip():
        return value if value != "\n" else "\\\n"
    before, inner, after = _split(value)
    inner = _code(inner) if marks & CODE else escape(inner).replace("\n", "\\\n")
    for mark, sign in ((STRIKE, "~~"), (ITALIC, "*"), (BOLD, "**")):
        if marks & mark:
            inner = f"{sign}{inner}{sign}"
    return before + inner + after


def _split(value: str) -> tuple[str, str, str]:
    begun = value.lstrip()
    inner = begun.rstrip()
    return value[: len(value) - len(begun)], inner, begun[len(inner) :]


def _code(value: str) -> str:
    value = value.replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall("`+", value)), default=0) + 1)
    pad = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{ticks}{pad}{value}{pad}{ticks}"


def image(found: Image, base: str, caption: str = "") -> str:
    """An image as markdown, its caption as the title, or "" without a usable address."""
    target = link(base, found.src)
    if not target or not target.startswith(("http://", "https://")):
        return ""
    title = escape(texts.line(caption)).replace('"', '\\"')
    return f"![{escape(texts.line(found.alt))}]({target}" + (f' "{title}")' if title else ")")
