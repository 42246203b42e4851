"""Choose the author of a page: score the candidates with trained weights; take the best.

Nobody if none weighs enough. Weights are made by tools/train/fit_authors.py."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from syndicator import reading
from syndicator.core import text, urls
from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles, inner
from syndicator.reading.metadata import person_names
from syndicator.reading.metadata.author_candidates import Candidate, Evidence, find_candidates
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
_OPENER_MOST = 30_000
_OPENER_LONGEST = 40  # elements looked at; characters of a user's name
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
_BETWEEN = re.compile(r"\s+[|–—»:·•-]+\s+|\s*[|»]\s*|:\s")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[\s©]*(?:\(c\)\s*)?(?:(?:19|20)\d\d(?:\s?[-–—]\s?(?:(?:19|20)?\d\d|present|heute)?)?)?,?\s*(?:by\s+)?"
    r"([^\W\d_][\w.'’ -]{3,40})",
    re.I,
)
_HOME = re.compile(r"(?:https?://[^/]*)?/?|\./|(?:\.\./)+")
# letters of a host's label with a name; characters of a name's line
_LEAST_LABEL = 7
_LEAST_LINE = 3
_SHORT = 60
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
# log odds of the names in the feed, beside those of the page: the corpus of pages has no feeds
_IN_FEED = 6.0
_NO_PERSON = frozenset({"the site", "a team", "never", "no name"})
# the names that features have for places
_SOURCES = {"entry": "entry", "json-ld": "json-ld", "author": "author"}
_LEAST_OWNER_PLACES = 2
_MOST_OWNER_PLACES = 4
# values of a meta; JSON-LD objects; characters of all names together
_MOST = 12
_MOST_ARTICLES = 3
_LONGEST = 300
_NO_NAME = re.compile(r"/|\s[-–—|]\s|^[\W\d_]+$")  # in a value that names nobody, or more than one
WEIGHTS = "author_weights.toml"
_NOBODY_BIAS = "nobody"  # the feature of the answer that the page names no author


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


def read(document: Document, sitename: str, entry: Entry | None, survey: Survey) -> Choice[str]:
    """Return the authors as "A, B", and the candidate (place on the page) that names them."""
    candidates = find_page_candidates(document, sitename, entry, survey)
    scored = sorted(
        ((score(candidate), -number) for number, candidate in enumerate(candidates)), reverse=True
    )
    ranked = [candidates[-number] for _, number in scored]
    seen = tuple((each.place, ", ".join(each.people)[:_LONGEST]) for each in ranked)
    if not ranked or scored[0][0] < _weights()[_NOBODY_BIAS]:
        return Choice(None, "", seen)
    return Choice(", ".join(ranked[0].people)[:_LONGEST], ranked[0].place, seen)


@cache
def _weights() -> Mapping[str, float]:
    weights: dict[str, float] = tomllib.loads(reading.file_text(WEIGHTS))["weights"]
    return weights


def score(candidate: Candidate) -> float:
    """Return the log odds of the candidate; those of "nobody" are a weight of the file."""
    weights = _weights()
    odds = sum(weights.get(feature, 0.0) for feature in candidate.features)
    if "whole entry" in candidate.features and not _NO_PERSON & candidate.features.keys():
        odds += _IN_FEED
    return odds


def find_page_candidates(
    document: Document, sitename: str, entry: Entry | None, survey: Survey
) -> list[Candidate]:
    """Return the candidates for the authors of the page, with their features."""
    return find_candidates(
        document, survey, sitename, list(_stated_evidence(document, sitename, entry))
    )


def _stated_evidence(document: Document, sitename: str, entry: Entry | None) -> Iterator[Evidence]:
    sources: Counter[str] = Counter()
    for place, people in _declared(document, entry):
        if not people:
            continue
        source = _SOURCES.get(place, "other meta")
        sources[source] += 1
        if source == "json-ld" and sources[source] > 1:
            source = "json-ld later"
        yield Evidence(tuple(people), place, source)
    for place, name in _declared_as_is(document):
        yield Evidence((name,), place, "as is", (f"as is {_SOURCES.get(place, 'other meta')}",))
    opener = "" if sources else read_opener(document)
    if opener:
        yield Evidence((opener,), "opener", "opener")
    yield from _owner(document, sitename)


def _owner(document: Document, sitename: str) -> Iterator[Evidence]:
    """Yield persons whom several parts of the page name as the owner of the site, and how many."""
    stated_by: dict[str, tuple[str, set[str]]] = {}
    for kind, value in _names(document, sitename):
        name = value.strip(" .,")
        if person_names.is_known(name):
            stated_by.setdefault(key(name), (name, set()))[1].add(kind)
    companies = {
        key(name)
        for item in document.jsonld
        if "Organization" in jsonld.types(item)
        for name in jsonld.strings(item.get("name"))
    }
    for name, kinds in stated_by.values():
        if len(kinds) < _LEAST_OWNER_PLACES or key(name) in companies:
            continue
        marks = (
            f"owner by {min(len(kinds), _MOST_OWNER_PLACES)}",
            *(f"owner {kind}" for kind in kinds),
        )
        yield Evidence((name,), "owner", "owner", marks)


def _declared_as_is(document: Document) -> Iterator[tuple[str, str]]:
    nobody = _NOBODY | person_names.words().never
    stated = [
        name
        for item in articles(document)[:_MOST_ARTICLES]
        for name in _stated(item.get("author"), {})
    ]
    metas = [(name, value) for name in _METAS[:-1] for value in document.metas.get(name, ())[:1]]
    for place, value in (*(("json-ld", name) for name in stated), *metas):
        name = text.line(value).removeprefix("@")
        if not _LEAST_LINE <= len(name) <= _SHORT or _NO_NAME.search(name):
            continue
        if name.casefold() not in nobody:
            yield place, name


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
