"""Which links of a page without a feed lead to its articles: a selector for `rules.links`, found by what repeats.
Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from syndicator import text, urls
from syndicator.reading.html.document import inner, parse
from syndicator.rules import selectors

# All numbers are choices. On 45 listing pages of the open corpus, each of another site, the links that a person chose
# as the main list and those found agree with an F1 of .90; 40 pages are over .80.
LEAST = 3  # links that are a list
_MOST = 2_000  # links of a page that are looked at
_TITLE, _WIDE_TITLE = 12, 6  # characters of a headline at least; of one without spaces between words
_COUNTED = 80  # characters of a headline that count
_STEPS = 3  # from a link up to what is repeated
_EXACT = 0.9  # of what a selector matches are links of the list
_BESIDE = {"nav", "footer", "aside"}
_WITHIN = {"article", "li", "main", "section"}  # a header in one of these is that of an entry
_OTHER = re.compile(
    r"/(tags?|categor(y|ies)|kategorie|topics?|authors?|users?|page|login|signin|signup|register|about|contact|privacy|"
    r"impressum|terms|search|feed|rss|comments?)(/|$|\.)",
    re.I,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{1,40}")  # of a class or an id that is the same tomorrow: no numbers, no colons


def proposed_links(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> str:
    """A selector for the links of the page `html`, answered at `url`, that lead to its articles: those in one form
    whose headlines, each once, are the most text; "" where no three are alike. Raises NotAnArticle for what is no
    page."""
    document = parse(html, url, headers)
    classes = Counter(name for element in document.tree.iter() for name in _classes(element))
    groups: dict[str, dict[str, str]] = {}  # form -> headline -> address
    anchors: dict[str, list[Any]] = {}
    for anchor in islice(document.tree.iter("a"), _MOST):
        address = _address(anchor, document.base_url, url)
        said = text.line(inner(anchor, _COUNTED))
        if address and _is_headline(said) and not _is_beside(anchor):
            form = _form(anchor, classes)
            groups.setdefault(form, {})[said] = address
            anchors.setdefault(form, []).append(anchor)
    lists = {form: sum(map(len, group)) for form, group in groups.items() if len({*group.values()}) >= LEAST}
    if not lists:
        return ""
    best = max(lists, key=lambda form: lists[form])
    return _exact(document.tree, best, anchors[best], classes)


def _address(anchor: Any, base: str, page: str) -> str:
    """Where a link leads, "" for one that cannot be to an article of this site."""
    found = urls.absolute(base, anchor.get("href") or "") or ""
    if not urls.same_site(found, page) or urls.is_root(found) or urls.alias(found) == urls.alias(page):
        return ""
    return "" if _OTHER.search(urlsplit(found).path) else urls.alias(found)


def _is_headline(said: str) -> bool:
    return (len(said) >= _TITLE and " " in said) or (len(said) >= _WIDE_TITLE and not said.isascii())


def _is_beside(anchor: Any) -> bool:
    """True for a link in what stands on every page of a site."""
    above = list(anchor.iterancestors())
    if any(one.tag in _BESIDE or one.get("role") == "navigation" for one in above):
        return True
    return any(one.tag == "header" for one in above) and not any(one.tag in _WITHIN for one in above)


def _form(anchor: Any, classes: Counter[str]) -> str:
    """A selector for the link and what is around it, in the form that others of its kind share."""
    parts = [_step(anchor, classes)]
    for above in islice(anchor.iterancestors(), _STEPS):
        if above.tag in ("body", "html"):
            break
        parts.append(_step(above, classes))
        if above.tag in ("article", "li", "tr"):
            break
    return " > ".join(reversed(parts))


def _step(element: Any, classes: Counter[str]) -> str:
    """A tag, with the one of its classes that is the most common on the page: one that an entry has for itself, as of
    its section, is not that of its kind."""
    names = [name for name in _classes(element) if classes[name] > 1]
    name = max(names, key=lambda one: classes[one], default="")
    return f"{element.tag}.{name}" if name else str(element.tag)


def _classes(element: Any) -> list[str]:
    given = element.get("class") if isinstance(element.tag, str) else None
    return [name for name in (given or "").split() if _NAME.fullmatch(name)]


def _exact(tree: Any, form: str, anchors: Sequence[Any], classes: Counter[str]) -> str:
    """`form`, within what holds the whole list where it matches other links too."""
    wanted = {id(one) for one in anchors}

    def share(selector: str) -> float:
        found = selectors.matched(tree, selector)
        return sum(id(one) in wanted for one in found) / len(found) if found else 0.0

    tried = [form, *(f"{place} {form}" for place in _places(anchors))]
    return next((one for one in tried if share(one) >= _EXACT), max(tried, key=share))


def _places(anchors: Sequence[Any]) -> Iterator[str]:
    """Selectors for what holds all of the links, from the inside."""
    ways = [list(one.iterancestors()) for one in anchors]
    shared = {id(one) for one in ways[0]}.intersection(*({id(one) for one in way} for way in ways[1:]))
    for above in ways[0]:
        if id(above) not in shared or above.tag in ("body", "html"):
            continue
        name = above.get("id") or ""
        if _NAME.fullmatch(name):
            yield f"{above.tag}#{name}"
        yield from (f"{above.tag}.{one}" for one in _classes(above)[:1])
        if above.tag == "main":
            yield "main"
