"""Read all fields of an article except its body; an operator's rules come first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicator.configuration import page_rules
from syndicator.core import text
from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, list_articles, read_text
from syndicator.reading.metadata import author as metadata_author
from syndicator.reading.metadata import cover, date, host_memory, identity, person_names, usage
from syndicator.reading.metadata import title as metadata_title
from syndicator.reading.metadata.cover import Choice, choose_first_valid
from syndicator.reading.metadata.title import LONGEST

_TRACED = ("title", "author", "published", "updated", "cover")
_LONGEST_KEYWORD = 60  # characters; longer ones are sentences
_MOST_KEYWORDS = 30
_LONGEST_AUTHORS = 300  # characters of all names together
_MOST_MATCHES = 20  # elements that a rule selects
_LONGEST_VALUE = 2_000  # characters of a selected text


def choose_ruled_title(document: Document, rules: Rules) -> Choice[str]:
    """Choose the text selected by `rules.title`, without `rules.title_suffix`."""
    suffix = rules.title_suffix or ""
    selected = _select_values(document, rules.title, "content")
    titles = (text.line(value).removesuffix(suffix).strip() for value in selected)
    return choose_first_valid(
        (("rules.title", title) for title in titles), lambda title: len(title) <= LONGEST
    )


def choose_ruled_author(document: Document, rules: Rules) -> Choice[str]:
    """Choose the names selected by `rules.author`, written "A, B"; a text without a person's name
    is used unchanged."""
    for selector in rules.author:
        names: dict[str, None] = {}
        for value in _select_values(document, (selector,), "content"):
            line = text.line(value)
            if line:
                people = person_names.find_names(line, lenient=True) or [line]
                names.update(dict.fromkeys(people))
        if names:
            authors = ", ".join(names)[:_LONGEST_AUTHORS]
            return Choice(authors, "rules.author", (("rules.author", authors),))
    return Choice(None)


def choose_ruled_date(document: Document, rules: Rules, now: datetime | None) -> Choice[datetime]:
    """Choose the date selected by `rules.date`: the datetime of a `time`, else its text; none after
    `now` by a day."""
    selected = _select_values(document, rules.date, "datetime", "content")
    return choose_first_valid(
        (("rules.date", date.parse_date_text(value)) for value in selected),
        lambda when: date.is_plausible(when, now),
    )


def choose_ruled_cover(document: Document, rules: Rules) -> Choice[str]:
    """Choose the public picture selected by `rules.cover`: an img, an element around one, a link or
    a meta."""
    values = (_read_picture(match) for match in _select(document, rules.cover))
    return choose_first_valid(
        (("rules.cover", cover.resolve_picture(document, value)) for value in values), bool
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """An element that a rule selects. `attribute`: the one that the rule names, "" for none."""

    element: Any
    attribute: str


def _read_picture(match: _Match) -> str:
    """Return the address of the picture that a rule selects, as written; "" for none."""
    element = match.element
    if match.attribute:
        value: str = element.get(match.attribute) or ""
        if match.attribute.endswith("srcset"):
            return cover.find_largest(value) or value
        return value
    for image in element.iter("img"):
        address = cover.read_image_address(image)
        if address:
            return address
    return element.get("content") or element.get("href") or ""


def _select_values(document: Document, rule: Sequence[str], *attributes: str) -> Iterator[str]:
    """Yield the value of each selected element: of the attribute that the rule names, else the
    first of `attributes` that has one, else the text."""
    for match in _select(document, rule):
        element = match.element
        if match.attribute:
            yield element.get(match.attribute) or ""
            continue
        values = (element.get(attribute) for attribute in attributes)
        stated = next((value for value in values if value), "")
        yield stated or read_text(element, _LONGEST_VALUE)


def _select(document: Document, rule: Sequence[str]) -> Iterator[_Match]:
    for selector in rule:
        attribute = page_rules.split(selector)[1]
        for element in page_rules.select_elements(document.tree, selector)[:_MOST_MATCHES]:
            yield _Match(element, attribute)


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
    site = identity.read_sitename(document)
    title = _choose_title(document, site, entry, rules, repeated)
    survey = metadata_title.survey_body(document.tree, title.choice.value or "")
    author = choose_ruled_author(document, rules) or metadata_author.choose_author(
        document, site, entry, survey
    )
    published = choose_ruled_date(document, rules, now) or date.choose_published(
        document, entry, survey, now
    )
    updated = date.choose_updated(document, entry, now)
    picture = _choose_cover(document, entry, rules, repeated)
    page_identity = identity.identify(document)
    choices: tuple[Choice[Any], ...] = (title.choice, author, published, updated, picture.choice)
    return Draft(
        url=page_identity.canonical,
        title=title.choice.value or "",
        author=author.value,
        published=published.value,
        updated=updated.value,
        cover=picture.choice.value,
        description=_read_description(document),
        body="",
        language=(entry.language if entry else "") or document.language,
        keywords=_read_keywords(document),
        section=document.meta("article:section", "parsely-section", "section"),
        sitename=site,
        robots=identity.read_robots(document),
        rights=usage.read_terms(document, entry),
        aliases=page_identity.aliases,
        duplicate_of=page_identity.duplicate_of,
        alternate=page_identity.alternate,
        blocks=(*title.digests, *picture.digests),
        trace={name: choice.trace() for name, choice in zip(_TRACED, choices, strict=True)},
    )


@dataclass(frozen=True, slots=True)
class _Digested:
    """A chosen value, and the digests of the page's own candidates that other articles may
    share."""

    choice: Choice[str]
    digests: Sequence[str] = ()


def _choose_title(
    document: Document, site: str, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> _Digested:
    """Choose the title without the parts that titles of the host share."""
    ruled = choose_ruled_title(document, rules)
    if ruled:
        return _Digested(ruled)
    choice = metadata_title.choose_title(document, site, entry, rules)
    heads = [head for _, head in metadata_title.list_heads(document)]
    is_of_page = choice.candidate not in ("entry", "list")  # a feed teaches nothing of a host
    page_title = (choice.value or "") if is_of_page else ""
    digests = host_memory.list_title_digests(page_title, heads)
    if not repeated.isdisjoint(digests):
        without_shared = metadata_title.choose_title(
            document,
            site,
            entry,
            rules,
            is_shared=lambda kind, value: host_memory.is_shared(kind, value, repeated),
        )
        choice = without_shared or choice
    return _Digested(choice, digests)


def _choose_cover(
    document: Document, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> _Digested:
    """Choose a picture that no other articles of the host have."""
    ruled = choose_ruled_cover(document, rules)
    if ruled:
        return _Digested(ruled)
    digests: dict[str, None] = {}

    def is_own(address: str) -> bool:
        return host_memory.digest_picture(address) not in repeated

    def remember(address: str) -> bool:
        digests.setdefault(host_memory.digest_picture(address))
        return is_own(address)

    cover.choose_cover(document, None, may_be=remember)  # a feed teaches nothing of a host
    return _Digested(cover.choose_cover(document, entry, may_be=is_own), list(digests))


def _read_description(document: Document) -> str:
    """Return the page's description of itself: of its metas, else of its first article, else
    ""."""
    stated = document.meta("description", "og:description", "twitter:description", "dc.description")
    description = jsonld.clean_text(stated)
    if description:
        return description
    page_articles = list_articles(document)
    if not page_articles:
        return ""
    return next(jsonld.list_texts(page_articles[0].get("description")), "")


def _read_keywords(document: Document) -> tuple[str, ...]:
    """Return the keywords that metas and JSON-LD state, without repetitions."""
    values = list(document.metas.get("article:tag", ()))
    for item in list_articles(document):
        values += jsonld.list_texts(item.get("keywords"), "name")
    values.append(document.meta("news_keywords", "keywords", "parsely-tags", "sailthru.tags"))
    keywords: dict[str, None] = {}
    for value in values:
        for word in value.split(","):
            keyword = text.line(word)
            if 0 < len(keyword) <= _LONGEST_KEYWORD:
                keywords[keyword] = None
    return tuple(keywords)[:_MOST_KEYWORDS]
