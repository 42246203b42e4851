"""Several pages as one article. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft
from syndicator.reading.paging.shape import numbered

PAGES: Final = "x-pages"  # the header that has the pages of which kept bytes consist
_LONG: Final = 40  # characters of a paragraph by which it is known again; shorter ones may stand twice
_MARKER: Final = re.compile(  # what titles say of pages, at their end
    r"[\s\-\u2013\u2014|:,(\[]*(?:page|seite|p\u00e1gina|pagina|sida|\u30da\u30fc\u30b8)?\s*\d{1,2}"
    r"(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,2})?[\s)\]]*$",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """One page of several: its bytes, and the address that answered."""

    html: bytes
    url: str


class Missing(NamedTuple):
    """A page that could not be had, and why: a reason code."""

    url: str
    reason: str


def together(parts: Sequence[Part], missing: Missing | None) -> tuple[bytes, dict[str, str]]:
    """The bytes of several pages as one, and the header that tells them apart again."""
    said = {"parts": [[len(part.html), part.url] for part in parts], "missing": list(missing or ())}
    return b"".join(part.html for part in parts), {PAGES: json.dumps(said)}


def apart(html: bytes, url: str, headers: Mapping[str, str]) -> tuple[list[Part], Missing | None]:
    """The pages that `together` made one of; one where it did not."""
    try:
        said: Any = json.loads(headers[PAGES])
        sizes = [(int(size), str(address)) for size, address in said["parts"]]
        missing = Missing(*map(str, said["missing"])) if said["missing"] else None
    except (KeyError, TypeError, ValueError):
        return [Part(html, url)], None
    if sum(size for size, _ in sizes) != len(html) or not sizes:
        return [Part(html, url)], None
    parts, at = [], 0
    for size, address in sizes:
        parts.append(Part(html[at : at + size], address))
        at += size
    return [parts[0]._replace(url=url), *parts[1:]], missing


def whole(
    first: Draft, url: str, parts: Sequence[Part], missing: Missing | None, read: Callable[[Part], Draft]
) -> Draft:
    """`first`, read of the page at `url`, with the text of the pages that follow it, up to the first that is none of
    its pages. It is partial where one is `missing`. The trace says which were taken, and why no more."""
    taken, stopped = [url], ""
    for part in parts:
        try:
            later = read(part)
        except NotAnArticle as refusal:
            stopped = f"{part.url}: {refusal.kind}"
            break
        shape = numbered(part.url, url)
        made = joined(first, later, part.url, sure=bool(shape and shape.sure))
        if isinstance(made, str):
            stopped = f"{part.url}: {made}"
            break
        first, taken = made, [*taken, part.url]
    lacking = missing if missing and not stopped else None
    if lacking:
        stopped = f"{lacking.url}: {lacking.reason}"
    said = {"pages": taken, **({"stopped": stopped} if stopped else {})}
    return replace(first, partial=first.partial or lacking is not None, trace={**first.trace, "pages": said})


def joined(first: Draft, later: Draft, page: str, *, sure: bool) -> Draft | str:
    """`first`, an article or its pages so far, with the text of `later`, the page at `page`; or why that is no page of
    it. sure: its address says that it is. What stands on a page before is left out; a page that mostly repeats, such
    as the same text with older comments, is none."""
    if (why := _other_article(first, later, page, sure=sure)) is not None:
        return why
    known = {_key(one) for one in first.body.split("\n\n")}
    fresh = [one for one in later.body.split("\n\n") if len(_key(one)) < _LONG or _key(one) not in known]
    while fresh and _is_title(fresh[0], first.title):
        fresh.pop(0)
    text = "\n\n".join(fresh).strip()
    if len(text) < len(later.body) / 2 or not any(len(one) >= _LONG for one in fresh):
        return "it repeats the pages before"
    return replace(
        first,
        body=f"{first.body.rstrip()}\n\n{text}\n",
        blocks=tuple(dict.fromkeys((*first.blocks, *later.blocks))),
        partial=first.partial or later.partial,
    )


def _other_article(first: Draft, later: Draft, page: str, *, sure: bool) -> str | None:
    """What says that `later` is an article of its own; None for nothing."""
    if first.published and later.published and abs(first.published - later.published) > timedelta(days=1):
        return "it has another date"
    if numbered(later.url, first.url) is None and later.url != page:
        return "it says that it is another page"
    if first.author and later.author and first.author != later.author:
        return "it has another author"
    if not sure and _MARKER.sub("", later.title).casefold() != _MARKER.sub("", first.title).casefold():
        return "it has another title"
    return None


def _key(paragraph: str) -> str:
    return " ".join(paragraph.split()).casefold()


def _is_title(paragraph: str, title: str) -> bool:
    bare = paragraph.lstrip("# ").strip()
    return paragraph.startswith("#") and _MARKER.sub("", bare).casefold() == _MARKER.sub("", title).casefold()
