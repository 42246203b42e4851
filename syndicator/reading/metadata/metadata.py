"""Read all fields of an article except its body; an operator's rules come first. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from syndicator.configuration import page_rules
from syndicator.core import text
from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles, inner
from syndicator.reading.metadata import author as metadata_author
from syndicator.reading.metadata import cover, date, host_memory, identity, person_names, usage
from syndicator.reading.metadata import title as metadata_title
from syndicator.reading.metadata.cover import Choice, first_sane
from syndicator.reading.metadata.title import LONGEST

_TRACED = ("title", "author", "published", "updated", "cover")
_LONGEST_KEYWORD = 60  # characters; longer ones are sentences


def title(document: Document, rules: Rules) -> Choice[str]:
    """Return the text selected by `rules.title`, without `rules.title_suffix`."""
    selected = _values(document, rules.title, "content")
    values = (text.line(value).removesuffix(rules.title_suffix or "").strip() for value in selected)
    return first_sane(
        (("rules.title", value) for value in values), lambda value: len(value) <= LONGEST
    )


def author(document: Document, rules: Rules) -> Choice[str]:
    """Return the names selected by `rules.author` as "A, B"; a text without a person's name is used
    unchanged."""
    for selector in rules.author:
        lines = [
            line
            for value in _values(document, (selector,), "content")
            if (line := text.line(value))
        ]
        names = [
            name
            for line in lines
            for name in tuple(person_names.people(line, lenient=True)) or (line,)
        ]
        if names:
            value = ", ".join(dict.fromkeys(names))[:300]
            return Choice(value, "rules.author", (("rules.author", value),))
    return Choice(None)


def published(document: Document, rules: Rules, now: datetime | None) -> Choice[datetime]:
    """Return the date selected by `rules.date`: the datetime of a `time`, else its text; none after
    `now` by a day."""
    selected = (
        (value, date.parse_date_text(value))
        for value in _values(document, rules.date, "datetime", "content")
    )
    return first_sane(
        (("rules.date", when) for _, when in selected), lambda when: date.sane(when, now)
    )


def ruled_picture(document: Document, rules: Rules) -> Choice[str]:
    """Return the public picture selected by `rules.cover`: an img, an element around one, a link or
    a meta."""
    values = (_picture(element, name) for element, name in _elements(document, rules.cover))
    return first_sane((("rules.cover", cover.absolute(document, value)) for value in values), bool)


def _picture(element: Any, name: str) -> str:
    if name:
        value = element.get(name) or ""
        return cover.largest(value) or value if name.endswith("srcset") else value
    images = (source for image in element.iter("img") if (source := cover.source(image)))
    return next(images, "") or element.get("content") or element.get("href") or ""


def _values(document: Document, rule: Sequence[str], *usual: str) -> Iterator[str]:
    for element, name in _elements(document, rule):
        if name:
            yield element.get(name) or ""
        else:
            yield next(
                (value for attribute in usual if (value := element.get(attribute))), ""
            ) or inner(element, 2_000)


def _elements(document: Document, rule: Sequence[str]) -> Iterator[tuple[Any, str]]:
    for selector in rule:
        name = page_rules.split(selector)[1]
        yield from ((element, name) for element in page_rules.matched(document.tree, selector)[:20])


def read_metadata(
    document: Document,
    *,
    entry: Entry | None = None,
    rules: Rules = Rules(),
    now: datetime | None = None,
    repeated: frozenset[str] = frozenset(),
) -> Draft:
    """Return the draft of `document` without its body. Fields of `entry` come first. A date without
    time is midnight UTC. Dates more than a day after `now` do not count. `repeated`: digests that
    articles of the host share; the draft has those of its title and picture."""
    site = identity.sitename(document)
    headline, title_digests = _remembered_title(document, site, entry, rules, repeated)
    seen = metadata_title.survey(document.tree, headline.value or "")
    byline = author(document, rules) or metadata_author.read(document, site, entry, seen)
    when = published(document, rules, now) or date.published(document, entry, seen, now)
    changed = date.updated(document, entry, now)
    picture, picture_digests = _remembered_picture(document, entry, rules, repeated)
    who = identity.identify(document)
    stated = document.meta("description", "og:description", "twitter:description", "dc.description")
    described = (
        value
        for item in articles(document)[:1]
        for value in jsonld.strings(item.get("description"))
    )
    choices: tuple[Choice[Any], ...] = (headline, byline, when, changed, picture)
    return Draft(
        url=who.canonical,
        title=headline.value or "",
        author=byline.value,
        published=when.value,
        updated=changed.value,
        cover=picture.value,
        description=jsonld.clean(stated) or next(described, ""),
        body="",
        language=(entry.language if entry else "") or document.language,
        keywords=_keywords(document),
        section=document.meta("article:section", "parsely-section", "section"),
        sitename=site,
        robots=identity.robots(document),
        rights=usage.read(document, entry),
        aliases=who.aliases,
        duplicate_of=who.duplicate_of,
        alternate=who.alternate,
        blocks=(*title_digests, *picture_digests),
        trace={name: choice.trace() for name, choice in zip(_TRACED, choices, strict=True)},
    )


def _remembered_title(
    document: Document, site: str, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> tuple[Choice[str], list[str]]:
    """Return the title without what titles of the host share, and the digests of the whole one."""
    ruled = title(document, rules)
    if ruled:
        return ruled, []
    choice = metadata_title.read(document, site, entry, rules)
    heads = (head for _, head in metadata_title.list_heads(document))
    is_of_page = choice.candidate not in ("entry", "list")  # a feed teaches nothing of a host
    own_title = (choice.value or "") if is_of_page else ""
    digests = host_memory.list_title_digests(own_title, heads)
    if not repeated.isdisjoint(digests):
        without = metadata_title.read(
            document,
            site,
            entry,
            rules,
            is_shared=lambda kind, value: host_memory.is_shared(kind, value, repeated),
        )
        choice = without or choice
    return choice, digests


def _remembered_picture(
    document: Document, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> tuple[Choice[str], list[str]]:
    """Return a picture that no other articles of the host have, and the digests of those looked
    at."""
    ruled = ruled_picture(document, rules)
    if ruled:
        return ruled, []
    digests: dict[str, None] = {}

    def is_own(address: str) -> bool:
        return host_memory.picture_digest(address) not in repeated

    def remember(address: str) -> bool:
        digests.setdefault(host_memory.picture_digest(address))
        return is_own(address)

    cover.read(document, None, may_be=remember)  # a feed teaches nothing of a host
    return cover.read(document, entry, may_be=is_own), list(digests)


def _keywords(document: Document) -> tuple[str, ...]:
    tags = document.metas.get("article:tag", ())
    stated = (
        value
        for item in articles(document)
        for value in jsonld.strings(item.get("keywords"), "name")
    )
    values = (
        *tags,
        *stated,
        document.meta("news_keywords", "keywords", "parsely-tags", "sailthru.tags"),
    )
    words = (text.line(word) for value in values for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if 0 < len(word) <= _LONGEST_KEYWORD))[:30]
