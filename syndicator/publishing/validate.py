"""Validate feeds before they replace published ones; find entries that were lost.

Names the article of a fault. A fault is a text that starts with "not-well-formed: " or
"invalid: "; None for none."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from lxml import etree

from syndicator.core.formats import ATOM as FORMATS_ATOM
from syndicator.core.model import FeedKey, FeedSpec, entry_urn, is_of_story
from syndicator.publishing import paths
from syndicator.publishing.article_index import Whereabouts

_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_ATOM: Final = f"{{{_NAMESPACE}}}"
_NO_NAMESPACE: Final = ""  # of elements of entries, as feedgen makes them
_ENTRY: Final = re.compile(rb"<entry(?: [^>]*)?><id>([^<]+)</id>")  # as feedgen writes it
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_URN: Final = re.compile(r"urn:uuid:[0-9a-f-]{36}")
_EVERY: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one look at a document found: its fault or None, and the ids of its entries in order."""

    fault: str | None
    ids: Sequence[str] = ()


def atom_fault(data: bytes) -> str | None:
    """Check an Atom document by the grammar and Schematron rules of RFC 4287, appendix B; its ids
    differ (4.1.1)."""
    root = _parse_xml(data)
    if isinstance(root, str):
        return root
    grammar = _load_grammar("feed", _NAMESPACE)
    if not grammar.validate(root):
        error = grammar.error_log.last_error
        return f"invalid: {error}{_write_id_at_path(root, error.path)}"
    entries = root.findall(f"{_ATOM}entry")
    authored = root.find(f"{_ATOM}author") is not None
    fault = next(
        filter(None, (_find_schematron_fault(entry, authored, _ATOM) for entry in entries)), None
    )
    return fault or _find_repeated_id([entry.findtext(f"{_ATOM}id") for entry in entries])


def check_atom(data: bytes) -> Check:
    """Check a document of entries that passed `atom_entry_fault`: that it is well-formed, the head
    by the grammar, and that ids differ."""
    root = _parse_xml(data)
    if isinstance(root, str):
        return Check(fault=root)
    ids = []
    for entry in root.findall(f"{_ATOM}entry"):
        ids.append(entry.findtext(f"{_ATOM}id"))
        root.remove(entry)
    grammar = _load_grammar("feed", _NAMESPACE)
    if not grammar.validate(root):
        return Check(fault=f"invalid: {grammar.error_log.last_error}")
    return Check(fault=_find_repeated_id(ids), ids=ids)


def find_atom_entry_fault(entry: Any) -> str | None:
    """Check the tree of an Atom entry before it is written; its elements have no namespace."""
    grammar = _load_grammar("entry", _NO_NAMESPACE)
    if not grammar.validate(entry):
        return f"invalid: {grammar.error_log.last_error}"
    return _find_schematron_fault(entry, authored=False, namespace=_NO_NAMESPACE)


def list_entry_ids(data: bytes) -> list[str]:
    """Return the entry ids of an Atom document in order; none if it cannot be parsed."""
    root = _parse_xml(data)
    elements = () if isinstance(root, str) else root.iterfind(f"{_ATOM}entry/{_ATOM}id")
    return [element.text or "" for element in elements]


def _describe_entry(data: bytes, entry_id: str) -> str:
    root = _parse_xml(data)
    entries = [] if isinstance(root, str) else root.iterfind(f"{_ATOM}entry")
    for entry in entries:
        if entry.findtext(f"{_ATOM}id") == entry_id:
            links = entry.iterfind(f"{_ATOM}link")
            link = next(
                (link.get("href") for link in links if link.get("rel", "alternate") == "alternate"),
                "",
            )
            return f'"{entry.findtext(f"{_ATOM}title")}", {link}'
    return ""


def _parse_xml(data: bytes) -> Any:
    try:
        return etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        return f"not-well-formed: {error}{_write_id_at_position(data, *error.position)}"


def _find_schematron_fault(entry: Any, authored: bool, namespace: str) -> str | None:
    """`namespace`: of Atom's elements, as lxml spells it."""
    authored = authored or entry.find(f"{namespace}author") is not None
    if not authored and entry.find(f"{namespace}source/{namespace}author") is None:
        return f"invalid: an entry without an author{_write_id(entry, namespace)}"
    if entry.find(f"{namespace}content") is not None:
        return None
    if all(
        link.get("rel", "alternate") != "alternate" for link in entry.iterfind(f"{namespace}link")
    ):
        return (
            "invalid: an entry with neither an alternate link nor"
            f" content{_write_id(entry, namespace)}"
        )
    return None


def _write_id(entry: Any, namespace: str) -> str:
    entry_id = entry.findtext(f"{namespace}id")
    return f" ({entry_id})" if entry_id else ""


def _write_id_at_path(root: Any, path: str | None) -> str:
    nodes = root.xpath(path) if path else []
    above = (element for node in nodes[:1] for element in (node, *node.iterancestors()))
    return next(
        (_write_id(element, _ATOM) for element in above if element.tag == f"{_ATOM}entry"), ""
    )


def _write_id_at_position(data: bytes, line: int, column: int) -> str:
    """Return the id of the Atom entry that is open at a place, "" for none. `line`, `column`: from
    1, in bytes."""
    before = data.split(b"\n", line)[: line - 1]
    index = sum(len(text) + 1 for text in before) + column
    start = data.rfind(b"<entry", 0, index)
    end = data.rfind(b"</entry>", 0, index)
    match = _ENTRY.match(data, start) if start > end else None
    return f" ({match[1].decode('utf-8', 'replace')})" if match else ""


def check_rss(data: bytes) -> Check:
    """Check an RSS document for the elements that RSS 2.0.11 requires, and for duplicate guids."""
    root = _parse_xml(data)
    if isinstance(root, str):
        return Check(fault=root)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        return Check(fault="invalid: no rss 2.0 channel")
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            return Check(fault=f"invalid: the channel has no {name}")
    items = channel.findall("item")
    ids = [item.findtext("guid") for item in items]
    fault = next(filter(None, map(_find_item_fault, items)), None)
    return Check(fault=fault or _find_repeated_id(ids), ids=ids)


def _find_item_fault(item: Any) -> str | None:
    if not (item.findtext("title") or item.findtext("description")):
        return f"invalid: an item with neither a title nor a description ({item.findtext('guid')})"
    for enclosure in item.iterfind("enclosure"):
        if {"url", "length", "type"}.difference(enclosure.keys()):
            return f"invalid: an enclosure without url, length or type ({item.findtext('guid')})"
    return None


def check_json(data: bytes) -> Check:
    """Check a JSON Feed document for the fields that version 1.1 requires, and for duplicate
    ids."""
    try:
        document = json.loads(data)
    except ValueError as error:
        return Check(fault=f"not-well-formed: {error}")
    if (
        not document.get("version")
        or not document.get("title")
        or not isinstance(document.get("items"), list)
    ):
        return Check(fault="invalid: version, title or items missing")
    for item in document["items"]:
        if not item.get("id") or not (item.get("content_html") or item.get("content_text")):
            return Check(
                fault=(
                    f"invalid: an item without id or content ({item.get('id') or item.get('url')})"
                )
            )
    ids = [item["id"] for item in document["items"]]
    return Check(fault=_find_repeated_id(ids), ids=ids)


def _find_repeated_id(ids: Sequence[str | None]) -> str | None:
    if not all(ids):
        return "invalid: an entry without an id"
    twice = next((article_id for article_id, times in Counter(ids).items() if times > 1), None)
    return f"invalid: an id is there twice ({twice})" if twice else None


@cache
def _load_grammar(start: str, namespace: str) -> Any:
    """Return the grammar for documents whose root is a feed or an entry (RFC 4287 section 2 allows
    both), with Atom's elements in `namespace`."""
    source = resources.files("syndicator.publishing").joinpath("data/atom.rng").read_bytes()
    source = source.replace(
        b'<start><ref name="feed"/></start>', f'<start><ref name="{start}"/></start>'.encode()
    )
    source = source.replace(_NAMESPACE.encode(), namespace.encode())
    return etree.RelaxNG(etree.fromstring(source, _PARSER))


def describe_faulty_entry(
    fault: str, key: FeedKey, live: bytes, index: Whereabouts, instance: uuid.UUID
) -> str:
    """Return title, address and file of the article whose entry id is in `fault`; of a deleted
    article the title in `live`, the published Atom file of feed `key`. "" if there is nothing to
    add."""
    urn = next(iter(_URN.findall(fault)), "")
    ids = index.ids(key, limit=_EVERY, since=None, most=_EVERY) if urn else []
    article_id = next((member for member in ids if entry_urn(instance, member) == urn), "")
    article = index.articles([article_id]).get(article_id) if article_id else None
    if article:
        return f': "{article.title}", {article.url}, file {index.path(article_id)}'
    title = _describe_entry(live, urn) if urn and live else ""
    file = paths.file_name(key, FORMATS_ATOM)
    cure = (
        f"restore its file, or delete {file} of the public folder if it is meant to be gone, and"
        " build"
    )
    return f": {title}, which has no article file: {cure}" if title else ""


def find_lost_entries(
    old: Sequence[str],
    new: Sequence[str],
    excused: Collection[str],
    spec: FeedSpec,
    index: Whereabouts,
    instance: uuid.UUID,
) -> list[str]:
    """Return the entry ids of the published file `old` that the new one lacks without a reason;
    both newest first. Reasons: in `excused`, a story, pruned, or out of the feed (retagged, merged
    or on hold)."""
    old = [urn for urn in old if not is_of_story(urn)]
    if set(old) <= set(new):
        return []
    near = _list_member_ids(spec, index, instance, 2 * spec.most + len(old))
    if not find_missing(old, new, near, excused):
        return []
    members = _list_member_ids(spec, index, instance, _EVERY)
    hidden = (*index.merged(), *index.behind(), *index.on_hold(), *index.pruned())
    indexed = {
        entry_urn(instance, article_id)
        for article_id in (*(article.id for article in index.each()), *hidden)
    }
    return find_missing(old, new, members, {*excused, *(indexed - set(members))})


def find_missing(
    old: Sequence[str], new: Iterable[str], members: Sequence[str], excused: Collection[str]
) -> list[str]:
    """Return the ids missing without a reason. `members`: the feed's ids now, newest first; one
    older than the oldest entry of the new file was pushed out. Others are lost, unless excused, if
    an older published entry or none stays."""
    present = set(new)
    rank = {article_id: place for place, article_id in enumerate(members)}
    oldest = max((rank[article_id] for article_id in present if article_id in rank), default=-1)
    last = max((place for place, article_id in enumerate(old) if article_id in present), default=-1)
    missing = [
        (place, article_id)
        for place, article_id in enumerate(old)
        if article_id not in present and article_id not in excused
    ]
    unknown = [
        article_id
        for place, article_id in missing
        if article_id not in rank and (place < last or last < 0)
    ]
    return unknown + [
        article_id for _, article_id in missing if rank.get(article_id, _EVERY) < oldest
    ]


def _list_member_ids(
    spec: FeedSpec, index: Whereabouts, instance: uuid.UUID, most: int
) -> list[str]:
    return [
        entry_urn(instance, article_id)
        for article_id in index.ids(spec.key, limit=most, since=None, most=most)
    ]
