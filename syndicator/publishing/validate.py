"""Validation: what a feed must be before it may replace the live one. Each function gives the fault, which starts with
"not-well-formed: " or "invalid: ", and None for bytes that may be published. Pure but for reading the grammar that
ships beside it.

The article because of which a feed is held: what its operator has to mend or withdraw. Entries of the live feed that
its new edition lacks without a reason."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from lxml import etree

from syndicator.core.formats import ATOM as FORMATS_ATOM
from syndicator.core.model import FeedKey, FeedSpec, entry_urn, is_of_story
from syndicator.core.ports import ArticleIndex
from syndicator.publishing import paths
from syndicator.publishing.render.xml import ATOM, NAMESPACES

_DECLARED: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_WRAP: Final = (f'<feed xmlns="{ATOM}" {_DECLARED}>'.encode(), b"</feed>")
_ENTRIES: Final = re.compile(rb"<entry(?: [^>]*)?><id>([^<]+)</id>")  # as `render.atom` writes them
_TIME: Final = rb"<updated>[12]\d{3}-[01]\d-[0-3]\dT[0-2]\d(?::[0-5]\d){2}(?:\.\d{6})?\+00:00<"
# Values of a head of which one is as good as another to the grammar: a plain text, an id of ours, a time of ours, an
# address without anything that would have to be escaped.
_ALIKE: Final = (
    (re.compile(rb"(<(?:title|subtitle)(?: type=\"text\")?>)[^<]*"), rb"\1x"),
    (re.compile(rb"<id>urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}<"), b"<id>urn:x:x<"),
    (re.compile(_TIME), b"<updated>2026-01-01T00:00:00Z<"),
    (re.compile(rb"href=\"https?://[A-Za-z0-9][A-Za-z0-9.:-]*/[A-Za-z0-9/._~-]*\""), b'href="https://x.example/"'),
)
_ATOM: Final = "{http://www.w3.org/2005/Atom}"


def atom_fault(data: bytes) -> str | None:
    """Why an Atom document must not be published: it breaks the grammar (RFC 4287 appendix B, RELAX NG), one of the
    Schematron rules there, or has an id twice (4.1.1)."""
    root = _root(data)
    if isinstance(root, str):
        return root
    grammar = _grammar("feed")
    if not grammar.validate(root):
        error = grammar.error_log.last_error
        return f"invalid: {error}{_entry_of(root, error.path)}"
    entries = root.findall(f"{_ATOM}entry")
    authored = root.find(f"{_ATOM}author") is not None
    found = next(filter(None, (_schematron_fault(entry, authored) for entry in entries)), None)
    return found or _repeated([entry.findtext(f"{_ATOM}id") for entry in entries])


def assembled_atom_fault(data: bytes) -> str | None:
    """The same for a document of our own entries that went through `atom_entry_fault` one by one: all of it is read by
    expat, at half of what a tree costs, but only its head is held against the grammar."""
    parser = ParserCreate()
    try:
        parser.Parse(data, True)
    except ExpatError as error:
        return f"not-well-formed: {error}{_entry_at(data, parser.ErrorByteIndex)}"
    parts = _ENTRIES.findall(data)
    start, end = data.find(b"<entry"), data.rfind(b"</entry>") + len(b"</entry>")
    head = data[:start] + data[end:] if start >= 0 else data
    if len(parts) != data.count(b"<entry"):
        return "invalid: an entry without an id"
    for pattern, alike in _ALIKE:
        head = pattern.sub(alike, head)
    return _head_fault(head) or _repeated([part.decode() for part in parts])


@lru_cache(1024)
def _head_fault(head: bytes) -> str | None:
    """As `atom_fault`, of a document without entries, whose values were replaced by some that are alike to the grammar:
    an archive has many documents, and their heads differ in nothing else."""
    return atom_fault(head)


def atom_entry_fault(data: bytes) -> str | None:
    """Why an Atom entry, as bytes that stand inside a feed, must not be published."""
    root = _root(_WRAP[0] + data + _WRAP[1])
    if isinstance(root, str):
        return root
    grammar = _grammar("entry")
    if not grammar.validate(root[0]):
        return f"invalid: {grammar.error_log.last_error}"
    return _schematron_fault(root[0], authored=False)


def ids(data: bytes) -> list[str]:
    """The entry ids of an Atom document in its order; none when it cannot be read."""
    root = _root(data)
    if isinstance(root, str):
        return []
    return [found.text or "" for found in root.iterfind(f"{_ATOM}entry/{_ATOM}id")]


def told_of(data: bytes, id: str) -> str:
    """Title and address of an entry of an Atom document, "" where it has no such entry."""
    root = _root(data)
    entries = [] if isinstance(root, str) else root.iterfind(f"{_ATOM}entry")
    for entry in entries:
        if entry.findtext(f"{_ATOM}id") == id:
            links = entry.iterfind(f"{_ATOM}link")
            link = next((one.get("href") for one in links if one.get("rel", "alternate") == "alternate"), "")
            return f'"{entry.findtext(f"{_ATOM}title")}", {link}'
    return ""


def _root(data: bytes) -> Any:
    """The root of an XML document, else the fault as a sentence."""
    try:
        return etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        return f"not-well-formed: {error}"


def _schematron_fault(entry: Any, authored: bool) -> str | None:
    """The Schematron rules of RFC 4287 appendix B that are about entries."""
    if not authored and entry.find(f"{_ATOM}author") is None and entry.find(f"{_ATOM}source/{_ATOM}author") is None:
        return f"invalid: an entry without an author{_called(entry)}"
    links = [link for link in entry.iterfind(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate"]
    if not links and entry.find(f"{_ATOM}content") is None:
        return f"invalid: an entry with neither an alternate link nor content{_called(entry)}"
    return None


def _called(entry: Any) -> str:
    id = entry.findtext(f"{_ATOM}id")
    return f" ({id})" if id else ""


def _entry_of(root: Any, path: str | None) -> str:
    found = root.xpath(path) if path else []
    above = (one for node in found[:1] for one in (node, *node.iterancestors()))
    return next((_called(one) for one in above if one.tag == f"{_ATOM}entry"), "")


def _entry_at(data: bytes, index: int) -> str:
    start, end = data.rfind(b"<entry", 0, index), data.rfind(b"</entry>", 0, index)
    found = _ENTRIES.match(data, start) if start > end else None
    return f" ({found[1].decode('utf-8', 'replace')})" if found else ""


def rss_fault(data: bytes) -> str | None:
    """Why an RSS document must not be published: a channel or an item lacks what RSS 2.0.11 says it must have, or a
    guid is there twice."""
    root = _root(data)
    if isinstance(root, str):
        return root
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        return "invalid: no rss 2.0 channel"
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            return f"invalid: the channel has no {name}"
    items = channel.findall("item")
    for item in items:
        if not (item.findtext("title") or item.findtext("description")):
            return f"invalid: an item with neither a title nor a description ({item.findtext('guid')})"
        if any(
            enclosure.get(name) is None
            for enclosure in item.iterfind("enclosure")
            for name in ("url", "length", "type")
        ):
            return f"invalid: an enclosure without url, length or type ({item.findtext('guid')})"
    return _repeated([item.findtext("guid") for item in items])


def json_fault(data: bytes) -> str | None:
    """Why a JSON Feed document must not be published: something is missing that version 1.1 requires, or an id is there
    twice."""
    try:
        made = json.loads(data)
    except ValueError as error:
        return f"not-well-formed: {error}"
    if not made.get("version") or not made.get("title") or not isinstance(made.get("items"), list):
        return "invalid: version, title or items missing"
    for item in made["items"]:
        if not item.get("id") or not (item.get("content_html") or item.get("content_text")):
            return f"invalid: an item without id or content ({item.get('id') or item.get('url')})"
    return _repeated([item["id"] for item in made["items"]])


def page_fault(data: bytes) -> str | None:
    """Why a page must not be published: it is empty."""
    return None if data else "invalid: empty"


def _repeated(found: Sequence[str | None]) -> str | None:
    if not all(found):
        return "invalid: an entry without an id"
    twice = next((id for id, times in Counter(found).items() if times > 1), None)
    return f"invalid: an id is there twice ({twice})" if twice else None


@cache
def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@cache
def _grammar(start: str) -> Any:
    """The grammar for documents whose root is a feed or an entry (RFC 4287 section 2 allows both)."""
    source = resources.files("syndicator.publishing").joinpath("data/atom.rng").read_bytes()
    source = source.replace(b'<start><ref name="feed"/></start>', f'<start><ref name="{start}"/></start>'.encode())
    return etree.RelaxNG(etree.fromstring(source, _parser()))


_URN: Final = re.compile(r"urn:uuid:[0-9a-f-]{36}")
_EVERY: Final = 2**31 - 1


def named(fault: str, key: FeedKey, live: bytes, index: ArticleIndex, instance: uuid.UUID) -> str:
    """What to add to a `fault` that names the id of an entry of the feed `key`: the article's title, address and file;
    where it is not known any more, what its `live` Atom file tells of it. "" where there is nothing to add."""
    urn = next(iter(_URN.findall(fault)), "")
    ids = index.ids(key, limit=_EVERY, since=None, most=_EVERY) if urn else []
    id = next((one for one in ids if entry_urn(instance, one) == urn), "")
    article = index.articles([id]).get(id) if id else None
    if article:
        return f': "{article.title}", {article.url}, file {index.path(id)}'
    told = told_of(live, urn) if urn and live else ""
    file = paths.file_name(key, FORMATS_ATOM)
    cure = f"restore its file, or delete {file} of the public folder if it is meant to be gone, and build"
    return f": {told}, which no article file is known for: {cure}" if told else ""


_LOST_ENTRIES_EVERY = 2**31 - 1


def lost(
    old: Sequence[str],
    new: Sequence[str],
    excused: Collection[str],
    spec: FeedSpec,
    index: ArticleIndex,
    instance: uuid.UUID,
) -> list[str]:
    """The ids of the live file (`old`) that the new one lacks and should have; both newest first. `excused`: ids that
    were withdrawn, set aside, or had to give way to those of other sources. An article that is still indexed but no
    longer in the feed was retagged, merged or put on hold, which is a reason; so is that it was pruned. The ids of
    stories may always go."""
    old = [urn for urn in old if not is_of_story(urn)]
    if set(old) <= set(new):
        return []
    near = _members(spec, index, instance, 2 * spec.most + len(old))
    if not suspects(old, new, near, excused):
        return []
    members = _members(spec, index, instance, _LOST_ENTRIES_EVERY)
    known = (
        *(article.id for article in index.each()),
        *index.merged(),
        *index.behind(),
        *index.on_hold(),
        *index.pruned(),
    )
    indexed = {entry_urn(instance, id) for id in known}
    return suspects(old, new, members, {*excused, *(indexed - set(members))})


def suspects(old: Sequence[str], new: Iterable[str], members: Sequence[str], excused: Collection[str]) -> list[str]:
    """Pure. `members`: the ids that belong to the feed now, newest first. An id that belongs to it and is older than
    the oldest of the new file has only moved out of its window. An id that no longer belongs to it and is not excused
    is lost when one that stood below it is still there (so it was not the window), or when nothing of the live file is
    left at all."""
    kept = set(new)
    rank = {id: place for place, id in enumerate(members)}
    oldest = max((rank[id] for id in kept if id in rank), default=-1)
    last = max((place for place, id in enumerate(old) if id in kept), default=-1)
    missing = [(place, id) for place, id in enumerate(old) if id not in kept and id not in excused]
    unknown = [id for place, id in missing if id not in rank and (place < last or last < 0)]
    return unknown + [id for _, id in missing if rank.get(id, _LOST_ENTRIES_EVERY) < oldest]


def _members(spec: FeedSpec, index: ArticleIndex, instance: uuid.UUID, most: int) -> list[str]:
    return [entry_urn(instance, id) for id in index.ids(spec.key, limit=most, since=None, most=most)]
