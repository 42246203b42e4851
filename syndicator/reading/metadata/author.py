"""Author of a page, by JSON-LD, metas and bylines; of a thread its opener, of a personal site its
owner; never a guess."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from syndicator.core import text, urls
from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles, inner
from syndicator.reading.metadata import byline, person_names
from syndicator.reading.metadata.cover import Choice
from syndicator.reading.metadata.title import Survey, key

_THREADS = ("DiscussionForumPosting", "SocialMediaPosting", "/Question")
_REPLIES = ("Comment", "Answer")
_ADDRESS = re.compile(
    r"viewtopic|showthread|showtopic|/threads?[/-]|/topics?/|[?&]topic=|/t/[^/?#]+/\d|/d/\d+-|/viewthread|"
    r"[/.]thread-?\d|/forums?/|/discussions?/|//(?:forums?|boards?|bbs|community|discuss)\.",
    re.I,
)
# how forum software calls the element with the name of who posted
_USER = re.compile(
    r"(?:^|[\s_-])(?:big-?)?user-?name(?![a-z])|(?:^|[\s_-])(?:post-?)?user-?name?s?(?=\s|$)|author[_-]?information|"
    r"postuser-name|poster(?:[_-]?name)?(?=\s|$)|post-?profile|post-?left|(?:post|message)[_-]?author|^[hu]-author|\su-author",
    re.I,
)
_MEMBER = re.compile(
    r"member\.php|memberlist\.php|mode=viewprofile|action=profile|profile\.php\?id=|/members?/|/users?[/-]|/u/|/profiles?/|/@",
    re.I,
)
_OUTSIDE = frozenset(
    {"nav", "header", "footer", "aside", "form", "blockquote", "script", "style", "select", "cite"}
)
_OPENER_MOST, _OPENER_LONGEST = 30_000, 40  # elements looked at; characters of a user's name
_NOBODY = frozenset(
    {
        "guest",
        "gast",
        "invité",
        "invitado",
        "anonymous",
        "user",
        "username",
        "login",
        "register",
        "member",
        "members",
    }
)


def read_opener(document: Document) -> str:
    """Return the name of the user who opened the thread on the page, or ""."""
    body = next(document.tree.iter("body"), document.tree)
    for element in islice(
        body.iter("div", "article", "section", "main", "body", "span"), _OPENER_MOST
    ):
        if any(name in (element.get("itemtype") or "") for name in _THREADS):
            return _declared_in_opener(element)
    users = (_user(element) for element in _within(body, lambda child: child.tag in _OUTSIDE))
    return next(filter(None, users), "") if _ADDRESS.search(document.url) else ""


def _declared_in_opener(thread: Any) -> str:
    for element in _within(
        thread, lambda child: any(name in (child.get("itemtype") or "") for name in _REPLIES)
    ):
        if "author" in (element.get("itemprop") or "").split():
            names = [
                each for each in element.iter() if "name" in (each.get("itemprop") or "").split()
            ]
            values = (each.get("content") or inner(each, 200) for each in (*names, element))
            return next((name for value in values if (name := _name(value))), "")
    return ""


def _within(top: Any, is_outside: Callable[[Any], bool]) -> Iterator[Any]:
    stack = [top]
    for _ in range(_OPENER_MOST):
        if not stack:
            return
        element = stack.pop()
        yield element
        stack.extend(
            child
            for child in reversed(element)
            if isinstance(child.tag, str) and not is_outside(child)
        )


def _user(element: Any) -> str:
    if not _USER.search((element.get("class") or "")[:200]):
        return ""
    if element.tag in ("a", "span", "h3", "h4", "strong", "b"):
        return _name(inner(element, 200))
    pieces = (" ".join(piece.split()) for piece in islice(element.itertext(), 12))
    links = (
        inner(link, 200) for link in element.iter("a") if _MEMBER.search(link.get("href") or "")
    )
    return next((name for value in (*links, *pieces) if (name := _name(value))), "")


def _name(value: str) -> str:
    name = text.line(value).removeprefix("@").strip(" :,")
    if (
        not 1 < len(name) <= _OPENER_LONGEST
        or name.casefold() in _NOBODY
        or not person_names.is_login(name)
    ):
        return ""
    return name


_BETWEEN = re.compile(r"\s+[|–—»:·•-]+\s+|\s*[|»]\s*|:\s")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[\s©]*(?:\(c\)\s*)?(?:(?:19|20)\d\d(?:\s?[-–—]\s?(?:(?:19|20)?\d\d|present|heute)?)?)?,?\s*(?:by\s+)?"
    r"([^\W\d_][\w.'’ -]{3,40})",
    re.I,
)
_HOME = re.compile(r"(?:https?://[^/]*)?/?|\./|(?:\.\./)+")
_COMPANIES = frozenset(
    {"Organization", "NewsMediaOrganization", "Corporation", "LocalBusiness", "Store", "Brand"}
)
# letters of a host's label with a name; characters of a name's line
_LEAST_LABEL, _LEAST_LINE, _SHORT = 7, 3, 60


def _names(document: Document, sitename: str) -> Iterator[tuple[str, str]]:
    yield "site", sitename
    for link in document.tree.iter("link"):
        if "alternate" in (link.get("rel") or "") and "xml" in (link.get("type") or ""):
            yield from (
                ("feed", piece)
                for piece in _BETWEEN.split(text.line((link.get("title") or "")[:200]))
            )
    title = next((element.text or "" for element in document.tree.iter("title")), "")
    yield from (("title", piece) for piece in _BETWEEN.split(text.line(title[:400]))[1:])
    labels = {key(label) for label in urls.host(document.url).split(".")}
    body = next(document.tree.iter("body"), document.tree)
    for element in islice(
        body.iter("a", "p", "div", "span", "footer", "small", "li", "h1", "h2"), 20_000
    ):
        own = element.text or ""
        line = text.line(own)[:_SHORT] if _LEAST_LINE < len(own) <= 4 * _SHORT else ""
        if not line:
            continue
        if element.tag == "a" and _HOME.fullmatch((element.get("href") or "#")[:100].strip()):
            yield "home", line
        if len(line) >= _LEAST_LABEL and key(line) in labels:
            yield "host", line
            yield "line", line
        notice = _COPYRIGHT.match(line) if line[0] in "©(cC" else None
        if notice:
            owner = notice[1].partition(". ")[0]
            yield "copyright", owner
            if key(owner) in labels:
                yield "host", owner


_METAS = (
    "author",
    "parsely-author",
    "sailthru.author",
    "article:author_name",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "cxenseparse:author",
    "twitter:data1",
)
# values of a meta; JSON-LD objects; characters of all names together
_MOST, _MOST_ARTICLES, _LONGEST = 12, 3, 300
# score of a sure byline; letters of a site's name compared without "The" or "Inc"
_SEEN, _LEAST_NAME = 5, 5
_NO_NAME = re.compile(r"/|\s[-–—|]\s|^[\W\d_]+$")  # in a value that names nobody, or more than one


def read(document: Document, sitename: str, entry: Entry | None, survey: Survey) -> Choice[str]:
    """Return the authors as "A, B", and the candidate (place on the page) that names them."""
    domain = urls.domain(document.url).removeprefix("www.")
    site = frozenset(
        key(name)
        for name in (sitename, domain, urls.host(document.url), domain.split(".")[0])
        if name
    )
    declared = [
        (candidate, people)
        for candidate, names_ in _declared(document, entry)
        if (people := _named(_kept(names_, site)))
    ]
    if not declared and (name := read_opener(document)):
        return Choice(name, "opener", (("opener", name),))
    kind, score, bylined = byline.read(survey)
    shown = _kept(bylined, site)
    shown = shown if score >= _SEEN and len(shown) == 1 else _named(shown)
    candidates = [*declared, (kind, shown)] if shown else declared
    best = next((row for row in declared if any(map(person_names.is_full, row[1]))), None)
    if any(map(person_names.is_full, shown)) and (best is None or _outranks(shown, score, best)):
        best = (kind, shown)
    if best is None:
        candidates = candidates or _owner(document, sitename) or _declared_as_is(document)
        candidates = candidates or [(kind, bylined)][: len(bylined)]
        best = next(iter(candidates), None)
    seen = tuple((candidate, ", ".join(people)[:_LONGEST]) for candidate, people in candidates)
    return Choice(", ".join(best[1])[:_LONGEST], best[0], seen) if best else Choice(None, "", seen)


def _owner(document: Document, sitename: str) -> list[tuple[str, list[str]]]:
    # two places must agree on the name
    businesses = [
        item.get("name") for item in document.jsonld if _COMPANIES & set(jsonld.types(item))
    ]
    companies = {key(name) for stated in businesses for name in jsonld.strings(stated)}
    stated_by: dict[str, tuple[str, set[str]]] = {}
    for kind, value in _names(document, sitename):
        name = value.strip(" .,")
        if person_names.is_known(name) and key(name) not in companies:
            stated_by.setdefault(key(name), (name, set()))[1].add(kind)
    name, kinds = max(stated_by.values(), key=lambda pair: len(pair[1]), default=("", set()))
    return [("owner", [name])] if len(kinds) > 1 else []


def _declared_as_is(document: Document) -> list[tuple[str, list[str]]]:
    nobody = _NOBODY | person_names.words().never
    stated = [
        name
        for item in articles(document)[:_MOST_ARTICLES]
        for name in _stated(item.get("author"), {})
    ]
    metas = [(name, value) for name in _METAS[:-1] for value in document.metas.get(name, ())[:1]]
    values = [*(("json-ld", name) for name in stated), *metas]
    for candidate, value in values:
        name = text.line(value).removeprefix("@")
        if (
            _LEAST_LINE <= len(name) <= _SHORT
            and not _NO_NAME.search(name)
            and name.casefold() not in nobody
        ):
            return [(candidate, [name])]
    return []


def _outranks(shown: Sequence[str], score: int, best: tuple[str, Sequence[str]]) -> bool:
    candidate, declared = best
    own, theirs = (
        {person_names.plain_key(name) for name in shown},
        {person_names.plain_key(name) for name in declared},
    )
    if score < _SEEN or not all(map(person_names.is_full, shown)):
        return False
    added = [name for name in shown if person_names.plain_key(name) not in theirs]
    if theirs < own:
        return all(map(person_names.is_person, added))
    return not theirs & own and candidate not in ("json-ld", "entry")


def _kept(people: Iterable[str], site: frozenset[str]) -> list[str]:
    """Drop shorter forms of a name, and the site's name unless it sounds like a person."""
    out: dict[str, str] = {}
    for name in people:
        named = person_names.is_known(name) or not _is_site(name, site)
        if named and not any(set(name.split()) <= set(other.split()) for other in out.values()):
            out.setdefault(person_names.plain_key(name), name)
    return list(out.values())


def _named(people: Iterable[str]) -> list[str]:
    return [name for name in people if name.casefold() not in person_names.words().teams]


def _declared(document: Document, entry: Entry | None) -> Iterator[tuple[str, list[str]]]:
    if entry is not None:
        yield "entry", list(person_names.all_people(entry.authors, lenient=True))
    by_id = {
        item["@id"]: item
        for item in document.jsonld
        if isinstance(item.get("@id"), str) and item.get("name")
    }
    for item in articles(document)[:_MOST_ARTICLES]:
        stated = _stated(item.get("author") or item.get("creator"), by_id)
        yield "json-ld", list(person_names.all_people(stated, lenient=True))
    for name in _METAS:
        values = [
            value
            for value in document.metas.get(name, ())
            if not value.startswith(("http", "//", "/"))
        ]
        if len(values) > _MOST:
            continue
        if name != "twitter:data1" or person_names.introduces(document.meta("twitter:label1")):
            yield name, list(person_names.all_people(values, lenient=True))


def _stated(value: Any, by_id: dict[str, jsonld.Object]) -> Iterator[str]:
    for item in (value if isinstance(value, list) else [value])[:20]:
        reference = item.get("@id") if isinstance(item, dict) and not item.get("name") else None
        item = by_id.get(reference, item) if isinstance(reference, str) else item
        yield from jsonld.strings(item, "name")


def _is_site(name: str, site: frozenset[str]) -> bool:
    own = key(name)
    return own in site or any(
        len(each) > _LEAST_NAME
        and (own == f"the{each}" or own.removesuffix("inc").removesuffix("gmbh") == each)
        for each in site
    )
