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
from syndicator.reading.metadata.survey import survey_body
from syndicator.reading.metadata.title import LONGEST

_TRACED = ("title", "author", "published", "updated", "cover")
_LONGEST_KEYWORD = 60  # characters; longer ones are sentences
_MOST_KEYWORDS = 30
_LONGEST_AUTHORS = 300  # characters of all names together
_MOST_MATCHES = 20  # elements selected by a rule that are read
_LONGEST_VALUE = 2_000  # characters of a selected text


def choose_ruled_title(document: Document, rules: Rules) -> Choice[str]:
    """Choose the first of the texts that the operator's `rules.title` selects that has at most 300
    characters. `rules.title_suffix`, such as the name of the site, is removed from its end. The
    value of the choice is None if there is no such text."""
    suffix = rules.title_suffix or ""
    selected_values = _select_values(document, rules.title, "content")
    titles = (text.line(value).removesuffix(suffix).strip() for value in selected_values)
    candidates = (("rules.title", title) for title in titles)
    return choose_first_valid(candidates, lambda title: len(title) <= LONGEST)


def choose_ruled_author(document: Document, rules: Rules) -> Choice[str]:
    """Choose the authors by the operator's `rules.author`, joined as "A, B". Only the first
    selector that matches a text counts. A text in which no name of a person is recognised is used
    as it is. The value is None if no selector matches a text."""
    for selector in rules.author:
        names: dict[str, None] = {}  # used as an ordered set
        for value in _select_values(document, (selector,), "content"):
            line = text.line(value)
            if line:
                people = person_names.find_names(line, lenient=True) or [line]
                names.update(dict.fromkeys(people))
        if names:
            authors = ", ".join(names)[:_LONGEST_AUTHORS]
            considered = (("rules.author", authors),)
            return Choice(authors, candidate="rules.author", considered=considered)
    return Choice(None)


def choose_ruled_date(document: Document, rules: Rules, now: datetime | None) -> Choice[datetime]:
    """Choose the first date among the elements that the operator's `rules.date` selects. The date
    is in the attribute datetime or content of an element, else in its text. Dates before 1990 or
    more than a day after `now` are ignored. The value is None if there is no date."""
    selected = _select_values(document, rules.date, "datetime", "content")
    candidates = (("rules.date", date.parse_date_text(value)) for value in selected)
    return choose_first_valid(candidates, lambda when: date.is_plausible(when, now))


def choose_ruled_cover(document: Document, rules: Rules) -> Choice[str]:
    """Choose the first picture among the elements that the operator's `rules.cover` selects. Such
    an element is or contains an img, or is a link or a meta. The value of the choice is the
    absolute address of the picture, None if there is none. Pictures on private networks are
    ignored."""
    values = (_read_picture(match) for match in _select_matches(document, rules.cover))
    addresses = (cover.resolve_picture(document, value) for value in values)
    candidates = (("rules.cover", address) for address in addresses)
    return choose_first_valid(candidates, bool)


@dataclass(frozen=True, slots=True)
class _Match:
    """An element that a rule selects, and the attribute that the rule names; "" if it names
    none."""

    element: Any
    attribute: str


def _read_picture(match: _Match) -> str:
    """Return the address of the picture in the element that a rule selects, as written; "" if there
    is none. If the rule names an attribute, the address is there. Else it is that of the first img
    in the element, or the element's attribute content or href."""
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
    """Yield a value for each element that the CSS selectors of `rule` match. If the selector names
    an attribute, the value is that attribute. Else it is the first of `attributes` that the element
    has, or the text of the element if it has none of them."""
    for match in _select_matches(document, rule):
        element = match.element
        if match.attribute:
            yield element.get(match.attribute) or ""
            continue
        value = ""
        for attribute in attributes:
            value = element.get(attribute) or ""
            if value:
                break
        yield value or read_text(element, _LONGEST_VALUE)


def _select_matches(document: Document, rule: Sequence[str]) -> Iterator[_Match]:
    """Yield the elements that the CSS selectors of `rule` match, at most 20 for each, together with
    the attribute that the selector names."""
    for selector in rule:
        _, attribute = page_rules.split_selector(selector)
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
    """Return a draft of the article on the page, with all fields except its body.

    For title, author, date and cover, a value that the operator's `rules` select is preferred to
    all others. `entry`: the feed's entry for the page, None if there is none. A date without time
    is midnight UTC; dates more than a day after `now` are ignored. `repeated`: digests of titles,
    ends of titles and pictures that many articles of the host share; these are not chosen. The
    draft's `blocks` are the digests of the page's own titles and pictures."""
    site = identity.read_sitename(document)
    title = _choose_title(document, site, entry, rules, repeated)
    survey = survey_body(document.tree, title.choice.value or "")
    author = choose_ruled_author(document, rules)
    if not author:
        author = metadata_author.choose_author(document, site, entry, survey)
    published = choose_ruled_date(document, rules, now)
    if not published:
        published = date.choose_published(document, entry, survey, now)
    updated = date.choose_updated(document, entry, now)
    picture = _choose_cover(document, entry, rules, repeated)
    page_identity = identity.read_identity(document)
    language = document.language
    if entry is not None and entry.language:
        language = entry.language
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
        language=language,
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
    """The chosen title or picture of a page, and digests of all titles or pictures that the page
    itself states. Digests that many pages share show what the host repeats."""

    choice: Choice[str]
    digests: Sequence[str] = ()


def _choose_title(
    document: Document, site: str, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> _Digested:
    """Choose the title of a page: the one that the operator's `rules` select, else the likeliest.
    `site`: the name of the site; `repeated`: digests of titles and ends of titles that many
    articles of the host share. Such titles are not chosen and such ends are removed, unless no
    title would remain. The result has the digests of the titles that the page itself states."""
    ruled = choose_ruled_title(document, rules)
    if ruled:
        return _Digested(ruled)
    choice = metadata_title.choose_title(document, site, entry, rules)

    # a title from the feed does not show what the pages of the host repeat
    declared_titles = [declared for _, declared in metadata_title.list_declared_titles(document)]
    is_of_page = choice.candidate not in ("entry", "list")
    page_title = ""
    if is_of_page and choice.value:
        page_title = choice.value
    digests = host_memory.list_title_digests(page_title, declared_titles)
    if repeated.isdisjoint(digests):
        return _Digested(choice, digests)

    # other pages share a title of this one, or an end of it: choose again without these
    without_shared = metadata_title.choose_title(
        document,
        site,
        entry,
        rules,
        is_shared=lambda kind, value: host_memory.is_shared(kind, value, repeated),
    )
    if without_shared:
        return _Digested(without_shared, digests)
    return _Digested(choice, digests)


def _choose_cover(
    document: Document, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> _Digested:
    """Choose the picture of a page: the one that the operator's `rules` select, else the likeliest
    that few other articles of the host have. `repeated`: the digests of pictures that many articles
    of the host share. The result has the digests of the pictures that the page itself states."""
    ruled = choose_ruled_cover(document, rules)
    if ruled:
        return _Digested(ruled)
    digests: dict[str, None] = {}  # used as an ordered set

    def is_unshared(address: str) -> bool:
        return host_memory.digest_picture(address) not in repeated

    def note_digest(address: str) -> bool:
        """Add the digest of a picture to `digests`. Return True if the picture may be chosen."""
        digests.setdefault(host_memory.digest_picture(address))
        return is_unshared(address)

    # the first choice is only made to note digests: without the feed's picture, as only pictures of
    # pages show what the pages of a host repeat
    cover.choose_cover(document, None, may_be=note_digest)
    return _Digested(cover.choose_cover(document, entry, may_be=is_unshared), list(digests))


def _read_description(document: Document) -> str:
    """Return the description of the page that its metas state, else that of its first article in
    JSON-LD. Return "" if there is none."""
    stated = document.meta("description", "og:description", "twitter:description", "dc.description")
    description = jsonld.clean_text(stated)
    if description:
        return description
    page_articles = list_articles(document)
    if not page_articles:
        return ""
    return next(jsonld.list_texts(page_articles[0].get("description")), "")


def _read_keywords(document: Document) -> tuple[str, ...]:
    """Return the different keywords that metas and JSON-LD state, at most 30. Keywords of more than
    60 characters are left out."""
    values = list(document.metas.get("article:tag", ()))
    for item in list_articles(document):
        values += jsonld.list_texts(item.get("keywords"), "name")
    values.append(document.meta("news_keywords", "keywords", "parsely-tags", "sailthru.tags"))
    keywords: dict[str, None] = {}  # used as an ordered set
    for value in values:  # several keywords, separated by commas
        for word in value.split(","):
            keyword = text.line(word)
            if 0 < len(keyword) <= _LONGEST_KEYWORD:
                keywords[keyword] = None
    return tuple(keywords)[:_MOST_KEYWORDS]
