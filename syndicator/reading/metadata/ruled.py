"""Title, author, date and cover from where the operator's rules say. They win over all that the page declares; where a
rule finds nothing, the page's own candidates count. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from syndicator.configuration import page_rules
from syndicator.core import text
from syndicator.core.model import Rules
from syndicator.reading.html.document import Document, inner
from syndicator.reading.metadata import cover, date, date_text
from syndicator.reading.metadata.authors import person_names
from syndicator.reading.metadata.candidates import Choice, first_sane
from syndicator.reading.metadata.site_title import LONGEST

_MOST = 20  # elements of one selector that are looked at
_TEXT = 2_000  # characters of one
_LONGEST_NAMES = 300  # characters of all names together, as where no rule says them


def title(document: Document, rules: Rules) -> Choice[str]:
    """The text that `rules.title` selects, without `rules.title_suffix`."""
    found = _values(document, rules.title, "content")
    values = (text.line(value).removesuffix(rules.title_suffix or "").strip() for value in found)
    return first_sane((("rules.title", value) for value in values), lambda value: len(value) <= LONGEST)


def author(document: Document, rules: Rules) -> Choice[str]:
    """The names that `rules.author` selects, as "A, B". What is no person's name is taken as it stands: the operator
    has said who it is."""
    for selector in rules.author:
        lines = [line for value in _values(document, (selector,), "content") if (line := text.line(value))]
        names = [name for line in lines for name in tuple(person_names.people(line, lenient=True)) or (line,)]
        if names:
            value = ", ".join(dict.fromkeys(names))[:_LONGEST_NAMES]
            return Choice(value, "rules.author", (("rules.author", value),))
    return Choice(None)


def published(document: Document, rules: Rules, now: datetime | None) -> Choice[datetime]:
    """The date that `rules.date` selects: of a `time` its datetime, else its text."""
    found = ((value, date_text.parse(value)) for value in _values(document, rules.date, "datetime", "content"))
    return first_sane((("rules.date", when) for _, when in found), lambda when: date.sane(when, now))


def ruled_picture(document: Document, rules: Rules) -> Choice[str]:
    """The picture that `rules.cover` selects: an img, what contains one, a link or a meta. Never a private address."""
    found = (_picture(document, element, name) for element, name in _elements(document, rules.cover))
    return first_sane((("rules.cover", cover.absolute(document, value)) for value in found), bool)


def _picture(document: Document, element: Any, name: str) -> str:
    if name:
        value = element.get(name) or ""
        return cover.largest(value) or value if name.endswith("srcset") else value
    images = (source for image in element.iter("img") if (source := cover.source(image)))
    return next(images, "") or element.get("content") or element.get("href") or ""


def _values(document: Document, rule: Sequence[str], *usual: str) -> Iterator[str]:
    """What the selectors of a rule find, those of the first first: the attribute that is named, else the first of the
    `usual` ones that the element has, else its text."""
    for element, name in _elements(document, rule):
        if name:
            yield element.get(name) or ""
        else:
            yield next((value for one in usual if (value := element.get(one))), "") or inner(element, _TEXT)


def _elements(document: Document, rule: Sequence[str]) -> Iterator[tuple[Any, str]]:
    for selector in rule:
        name = page_rules.split(selector)[1]
        yield from ((element, name) for element in page_rules.matched(document.tree, selector)[:_MOST])
