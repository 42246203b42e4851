"""Choose the author of a page: score the candidates with trained weights; take the best.

If no candidate has more weight than "nobody", the page has no author. The weights are trained by
tools/train/fit_authors.py."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from syndicator import reading
from syndicator.core import text, urls
from syndicator.core.model import Entry
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, list_articles, read_text
from syndicator.reading.metadata import person_names
from syndicator.reading.metadata.author_candidates import Candidate, Evidence, find_candidates
from syndicator.reading.metadata.cover import Choice
from syndicator.reading.metadata.survey import Survey
from syndicator.reading.metadata.title import make_key

# schema.org types of threads of forums, and of the answers in them
_THREAD_TYPES = ("DiscussionForumPosting", "SocialMediaPosting", "/Question")
_REPLY_TYPES = ("Comment", "Answer")
# addresses of threads
_THREAD_ADDRESS = re.compile(
    r"viewtopic|showthread|showtopic|/threads?[/-]|/topics?/|[?&]topic=|/t/[^/?#]+/\d|/d/\d+-|/viewthread|"
    r"[/.]thread-?\d|/forums?/|/discussions?/|//(?:forums?|boards?|bbs|community|discuss)\.",
    re.I,
)
# classes of the element with a user's name in forum software
_USER_CLASS = re.compile(
    r"(?:^|[\s_-])(?:big-?)?user-?name(?![a-z])|(?:^|[\s_-])(?:post-?)?user-?name?s?(?=\s|$)|author[_-]?information|"
    r"postuser-name|poster(?:[_-]?name)?(?=\s|$)|post-?profile|post-?left|(?:post|message)[_-]?author|^[hu]-author|\su-author",
    re.I,
)
# addresses of users' profiles
_MEMBER_ADDRESS = re.compile(
    r"member\.php|memberlist\.php|mode=viewprofile|action=profile|profile\.php\?id=|/members?/|/users?[/-]|/u/|/profiles?/|/@",
    re.I,
)
# elements that are not part of a post
_OUTSIDE_TAGS = frozenset(
    {"nav", "header", "footer", "aside", "form", "blockquote", "script", "style", "select", "cite"}
)
_MOST_ELEMENTS = 30_000  # elements that are searched for the opener of a thread
_LONGEST_LOGIN = 40  # characters of a user's name
_LONGEST_VALUE = 200  # characters of an element or attribute that may be a name
_MOST_PIECES = 12  # pieces of text of an element with a user's name
_MOST_OWNER_ELEMENTS = 20_000  # elements that are searched for the owner of the site
_MOST_AUTHORS = 20  # authors of one JSON-LD object
# texts of elements for a user's name that name nobody
_PLACEHOLDERS = frozenset(
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
_TITLE_SEPARATOR = re.compile(r"\s+[|–—»:·•-]+\s+|\s*[|»]\s*|:\s")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[\s©]*(?:\(c\)\s*)?(?:(?:19|20)\d\d(?:\s?[-–—]\s?(?:(?:19|20)?\d\d|present|heute)?)?)?,?\s*(?:by\s+)?"
    r"([^\W\d_][\w.'’ -]{3,40})",
    re.I,
)
_HOME_ADDRESS = re.compile(r"(?:https?://[^/]*)?/?|\./|(?:\.\./)+")
_LEAST_LABEL = 7  # letters of a line that is equal to a label of the host
# characters of a line that may be a name
_LEAST_LINE = 3
_LONGEST_LINE = 60
_LONGEST_SOURCE_LINE = 4 * _LONGEST_LINE  # with its white space
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
# Log odds added to those of names in the feed. A choice: the pages with which the weights were
# trained have no feeds.
_FEED_ODDS = 6.0
_NO_PERSON_FEATURES = frozenset({"the site", "a team", "never", "no name"})
# place -> the word for it in names of features; other places are "other meta"
_SOURCES = {"entry": "entry", "json-ld": "json-ld", "author": "author"}
_LEAST_OWNER_PLACES = 2  # kinds of places that must name the owner of the site
_MOST_OWNER_PLACES = 4  # kinds of places that are counted
_MOST_META_VALUES = 12  # values of a meta; more are no authors
_MOST_ARTICLES = 3  # JSON-LD objects whose authors count
_LONGEST_AUTHORS = 300  # characters of all names together
# a value that names nobody, or more than one
_NO_SINGLE_NAME = re.compile(r"/|\s[-–—|]\s|^[\W\d_]+$")
WEIGHTS = "author_weights.toml"
_NOBODY_BIAS = "nobody"  # the feature of the answer that the page names no author


def read_opener(document: Document) -> str:
    """Return the name of the user who began the thread, if the page is a thread of a forum. The
    microdata of the thread state it; without them it is the first user's name in an element of
    forum software. Return "" if the page is no thread or has no such name."""
    body = next(document.tree.iter("body"), document.tree)
    elements = body.iter("div", "article", "section", "main", "body", "span")
    for element in islice(elements, _MOST_ELEMENTS):
        if _has_item_type(element, _THREAD_TYPES):
            return _read_declared_opener(element)
    if not _THREAD_ADDRESS.search(document.url):
        return ""
    # without microdata: the first user who is named is the author of the first post
    for element in _walk(body, lambda child: child.tag in _OUTSIDE_TAGS):
        name = _read_user_name(element)
        if name:
            return name
    return ""


def _has_item_type(element: Any, types: Sequence[str]) -> bool:
    """Return True if the microdata type of an element contains one of `types`."""
    item_type = element.get("itemtype") or ""
    return any(name in item_type for name in types)


def _read_declared_opener(thread: Any) -> str:
    """Return the name of the first author whom the microdata in `thread`, the element of a forum's
    thread, declare. Return "" if they declare none. Authors of answers do not count."""
    for element in _walk(thread, lambda child: _has_item_type(child, _REPLY_TYPES)):
        is_author = "author" in (element.get("itemprop") or "").split()
        if not is_author:
            continue
        name_elements: list[Any] = []
        for child in element.iter():
            if "name" in (child.get("itemprop") or "").split():
                name_elements.append(child)
        name_elements.append(element)  # if no element has the name, the whole text may be it
        names = [each.get("content") or read_text(each, _LONGEST_VALUE) for each in name_elements]
        return _find_user_name(names)
    return ""


def _walk(top: Any, is_outside: Callable[[Any], bool]) -> Iterator[Any]:
    """Yield `top` and the elements in it in document order, at most 30,000. An element below `top`
    for which `is_outside` returns True is left out, with all elements in it."""
    remaining = [top]  # the elements to yield, the next one last
    for _ in range(_MOST_ELEMENTS):
        if not remaining:
            return
        element = remaining.pop()
        yield element
        for child in reversed(element):
            if isinstance(child.tag, str) and not is_outside(child):
                remaining.append(child)


def _read_user_name(element: Any) -> str:
    """Return the name of the user in `element`, if forum software marks it as a user's by its
    class. Return "" if the class is another, or if no text in the element can be a name."""
    if not _USER_CLASS.search((element.get("class") or "")[:_LONGEST_VALUE]):
        return ""
    # such a small element has nothing but the name
    if element.tag in ("a", "span", "h3", "h4", "strong", "b"):
        return _clean_user_name(read_text(element, _LONGEST_VALUE))
    # a larger element has more in it: prefer the texts of links to members' pages
    member_names = [
        read_text(link, _LONGEST_VALUE)
        for link in element.iter("a")
        if _MEMBER_ADDRESS.search(link.get("href") or "")
    ]
    texts = [" ".join(piece.split()) for piece in islice(element.itertext(), _MOST_PIECES)]
    return _find_user_name((*member_names, *texts))


def _find_user_name(values: Iterable[str]) -> str:
    """Return the first of `values` that can be the name of a user, without signs at its ends.
    Return "" if none can."""
    for value in values:
        name = _clean_user_name(value)
        if name:
            return name
    return ""


def _clean_user_name(value: str) -> str:
    """Return a user's name without "@" before it and without colons and commas at its ends. Return
    "" if `value` cannot be one, by its length, its characters or its words, such as "guest"."""
    name = text.line(value).removeprefix("@").strip(" :,")
    if not 1 < len(name) <= _LONGEST_LOGIN:
        return ""
    if name.casefold() in _PLACEHOLDERS or not person_names.is_login(name):
        return ""
    return name


def _list_owner_names(document: Document, sitename: str) -> Iterator[tuple[str, str]]:
    """Yield each text that may name the owner of the site, as (kind of place where it stands,
    text): the name of the site, the titles of its feeds, the end of the page's title, and texts of
    the body."""
    yield "site", sitename
    for link in document.tree.iter("link"):
        is_alternate = "alternate" in (link.get("rel") or "")
        if is_alternate and "xml" in (link.get("type") or ""):
            feed_title = text.line((link.get("title") or "")[:_LONGEST_VALUE])
            for piece in _TITLE_SEPARATOR.split(feed_title):
                yield "feed", piece
    title_element = next(document.tree.iter("title"), None)
    if title_element is not None:
        title = (title_element.text or "")[: 2 * _LONGEST_VALUE]
        title_pieces = _TITLE_SEPARATOR.split(text.line(title))
        for piece in title_pieces[1:]:  # the first is the title of the page itself
            yield "title", piece
    yield from _list_body_names(document)


def _list_body_names(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each text of the body that may name the owner of the site, as (kind of place, text).
    "home": the text of a link to the home page. "copyright": the name in a copyright notice.
    "host": either a line or the name in a notice that equals a part of the host's name. "line": a
    line of which the same is true."""
    host_labels = {make_key(label) for label in urls.host(document.url).split(".")}
    body = next(document.tree.iter("body"), document.tree)
    elements = body.iter("a", "p", "div", "span", "footer", "small", "li", "h1", "h2")
    for element in islice(elements, _MOST_OWNER_ELEMENTS):
        first_text = element.text or ""
        if not _LEAST_LINE < len(first_text) <= _LONGEST_SOURCE_LINE:
            continue
        line = text.line(first_text)[:_LONGEST_LINE]
        if not line:
            continue
        if element.tag == "a":
            address = (element.get("href") or "#")[:100].strip()
            if _HOME_ADDRESS.fullmatch(address):
                yield "home", line
        if len(line) >= _LEAST_LABEL and make_key(line) in host_labels:
            yield "host", line
            yield "line", line
        if line[0] not in "©(cC":  # no copyright notice; faster than the expression
            continue
        copyright_notice = _COPYRIGHT.match(line)
        if copyright_notice:
            owner = copyright_notice[1].partition(". ")[0]
            yield "copyright", owner
            if make_key(owner) in host_labels:
                yield "host", owner


def choose_author(
    document: Document, sitename: str, entry: Entry | None, survey: Survey
) -> Choice[str]:
    """Choose the authors of the page. The value of the choice is their names, joined as "A, B"; it
    is None if the page probably has no author. `sitename`: the name of the site; `entry`: the
    feed's entry for the page, None if there is none; `survey`: the texts of the body in order."""
    candidates = find_page_candidates(document, sitename, entry, survey)
    # of equal candidates, the first stays first
    best_first = sorted(candidates, key=score_candidate, reverse=True)
    if not best_first:
        return Choice(None)
    considered: list[tuple[str, str]] = []  # (place that states the names, names)
    for candidate in best_first:
        names = ", ".join(candidate.people)[:_LONGEST_AUTHORS]
        considered.append((candidate.place, names))
    highest_score = score_candidate(best_first[0])
    if highest_score < _load_weights()[_NOBODY_BIAS]:  # rather nobody than the best candidate
        return Choice(None, candidate="", considered=tuple(considered))
    place, authors = considered[0]
    return Choice(authors, candidate=place, considered=tuple(considered))


@cache
def _load_weights() -> Mapping[str, float]:
    """Return the trained weight of each feature."""
    weights: dict[str, float] = tomllib.loads(reading.file_text(WEIGHTS))["weights"]
    return weights


def score_candidate(candidate: Candidate) -> float:
    """Return the log odds that a candidate wrote the page: the sum of the trained weights of its
    features, and more for a person whom the feed's entry names. Higher odds are likelier."""
    weights = _load_weights()
    odds = sum(weights.get(feature, 0.0) for feature in candidate.features)
    is_in_feed = "whole entry" in candidate.features  # the feed's entry names exactly these people
    may_be_person = _NO_PERSON_FEATURES.isdisjoint(candidate.features)
    if is_in_feed and may_be_person:
        odds += _FEED_ODDS
    return odds


def find_page_candidates(
    document: Document, sitename: str, entry: Entry | None, survey: Survey
) -> list[Candidate]:
    """Return all candidates for the authors of the page, with their features. `sitename`: the name
    of the site; `entry`: the feed's entry for the page, None if there is none; `survey`: the texts
    of the body in order."""
    stated_evidence = list(_list_stated_evidence(document, sitename, entry))
    return find_candidates(document, survey, sitename, stated_evidence)


def _list_stated_evidence(
    document: Document, sitename: str, entry: Entry | None
) -> Iterator[Evidence]:
    """Yield the names that the feed's `entry`, JSON-LD and metas state: first those of people, then
    all values as they are written. If no person is stated, yield the user who began the thread of a
    forum. At last yield the owner of the site. Each Evidence has the names, the place that states
    them, and the kind of this place."""
    counts: Counter[str] = Counter()  # places of each kind that name people
    for place, people in _list_declared_people(document, entry):
        if not people:
            continue
        source = _SOURCES.get(place, "other meta")
        counts[source] += 1
        if source == "json-ld" and counts[source] > 1:  # not the first article in JSON-LD
            source = "json-ld later"
        yield Evidence(tuple(people), place, source)
    for place, name in _list_declared_values(document):
        feature = f"as is {_SOURCES.get(place, 'other meta')}"
        yield Evidence((name,), place, "as is", (feature,))
    if not counts:
        opener = read_opener(document)
        if opener:
            yield Evidence((opener,), "opener", "opener")
    yield from _list_owners(document, sitename)


def _list_owners(document: Document, sitename: str) -> Iterator[Evidence]:
    """Yield the persons who seem to own the site, as the writer of a blog does: at least two kinds
    of places on the page, such as its title and a copyright notice, name them. Names of companies
    are left out."""
    # name_key: the letters of a name in lower case, equal for all its spellings
    names: dict[str, str] = {}  # by name_key
    kinds_by_name: dict[str, dict[str, None]] = {}  # by name_key; the kinds in order of first use
    for kind, value in _list_owner_names(document, sitename):
        name = value.strip(" .,")
        if person_names.is_known_person(name):
            name_key = make_key(name)
            names.setdefault(name_key, name)
            kinds_by_name.setdefault(name_key, {})[kind] = None

    companies: set[str] = set()
    for item in document.jsonld:
        if "Organization" in jsonld.list_types(item):
            companies.update(make_key(name) for name in jsonld.list_texts(item.get("name")))

    for name_key, name in names.items():
        kinds = kinds_by_name[name_key]
        if len(kinds) < _LEAST_OWNER_PLACES or name_key in companies:
            continue
        features = [f"owner by {min(len(kinds), _MOST_OWNER_PLACES)}"]
        features += [f"owner {kind}" for kind in kinds]
        yield Evidence((name,), "owner", "owner", tuple(features))


def _list_declared_values(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each author in JSON-LD and metas as it is written, as (place where it stands, value).
    The value need not be a person's name. Values of fewer than 3 or more than 60 characters, of
    several authors, and of nobody, such as "guest", are left out."""
    stated_values: list[tuple[str, str]] = []
    for item in list_articles(document)[:_MOST_ARTICLES]:
        stated_values += [("json-ld", name) for name in _list_author_names(item.get("author"), {})]
    for place in _METAS[:-1]:  # the last is Twitter's, whose value may be anything
        stated_values += [(place, value) for value in document.metas.get(place, ())[:1]]
    nobody = _PLACEHOLDERS | person_names.load_byline_words().never
    for place, value in stated_values:
        name = text.line(value).removeprefix("@")
        if not _LEAST_LINE <= len(name) <= _LONGEST_LINE or _NO_SINGLE_NAME.search(name):
            continue
        if name.casefold() not in nobody:
            yield place, name


def _list_declared_people(
    document: Document, entry: Entry | None
) -> Iterator[tuple[str, list[str]]]:
    """Yield the people whom the feed's `entry`, each article in JSON-LD and each meta name as
    authors, as (place that names them, names). The list of names may be empty."""
    if entry is not None:
        yield "entry", list(person_names.find_all_names(entry.authors, lenient=True))

    items_by_id: dict[str, jsonld.Object] = {}  # objects with a name, to which articles refer
    for item in document.jsonld:
        if isinstance(item.get("@id"), str) and item.get("name"):
            items_by_id[item["@id"]] = item
    for item in list_articles(document)[:_MOST_ARTICLES]:
        stated_names = _list_author_names(item.get("author") or item.get("creator"), items_by_id)
        yield "json-ld", list(person_names.find_all_names(stated_names, lenient=True))

    for name in _METAS:
        values: list[str] = []
        for value in document.metas.get(name, ()):
            is_address = value.startswith(("http", "//", "/"))  # of the author's page
            if not is_address:
                values.append(value)
        if len(values) > _MOST_META_VALUES:
            continue
        # Twitter's metas are pairs of any label and value, such as "Written by" and a name
        label = document.meta("twitter:label1")
        if name == "twitter:data1" and not person_names.introduces_name(label):
            continue
        yield name, list(person_names.find_all_names(values, lenient=True))


def _list_author_names(value: Any, items_by_id: Mapping[str, jsonld.Object]) -> Iterator[str]:
    """Yield the names in `value`, the author or list of authors that a JSON-LD object states. An
    author without a name may refer by its "@id" to another object, which has the name.
    `items_by_id`: these other objects by their "@id"."""
    authors = value if isinstance(value, list) else [value]
    for author in authors[:_MOST_AUTHORS]:
        named = author
        if isinstance(author, dict) and not author.get("name"):
            reference = author.get("@id")
            if isinstance(reference, str):
                named = items_by_id.get(reference, author)
        yield from jsonld.list_texts(named, "name")
