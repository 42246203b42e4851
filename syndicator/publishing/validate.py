"""Validate feeds before they replace the published ones; find entries that a new feed has lost.

A fault is a text that starts with "not-well-formed: " or "invalid: " and says which entry is
faulty; None in place of a fault means that the document is valid."""

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
_ATOM_PREFIX: Final = f"{{{_NAMESPACE}}}"
_NO_NAMESPACE: Final = ""  # entries that are not serialised yet, as feedgen makes them, have none
_ENTRY_ID: Final = re.compile(rb"<entry(?: [^>]*)?><id>([^<]+)</id>")  # as feedgen writes it
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_URN: Final = re.compile(r"urn:uuid:[0-9a-f-]{36}")
_NO_LIMIT: Final = 2**31 - 1  # more articles than any feed has


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of checking a document. `fault`: None if it is valid; `ids`: the ids of its
    entries in order, empty if it cannot be parsed."""

    fault: str | None
    ids: Sequence[str] = ()


def find_atom_fault(data: bytes) -> str | None:
    """Return what is wrong in an Atom document, None if it is valid. It must follow the grammar and
    the Schematron rules of RFC 4287, appendix B, and no two entries may have the same id (4.1.1).
    `data`: the document."""
    root = _parse_xml(data)
    if isinstance(root, str):  # the fault of a document that is not well-formed
        return root
    grammar = _load_grammar("feed", _NAMESPACE)
    if not grammar.validate(root):
        error = grammar.error_log.last_error
        return f"invalid: {error}{_write_id_at_path(root, error.path)}"
    entries = root.findall(f"{_ATOM_PREFIX}entry")
    feed_has_author = root.find(f"{_ATOM_PREFIX}author") is not None
    for entry in entries:
        fault = _find_schematron_fault(entry, _ATOM_PREFIX, feed_has_author=feed_has_author)
        if fault is not None:
            return fault
    return _find_repeated_id([entry.findtext(f"{_ATOM_PREFIX}id") for entry in entries])


def check_atom(data: bytes) -> Check:
    """Check an Atom document whose entries are valid already; return its fault, if any, and the ids
    of its entries. The document must be well-formed, the elements beside the entries must follow
    the grammar, and no two entries may have the same id."""
    root = _parse_xml(data)
    if isinstance(root, str):  # the fault of a document that is not well-formed
        return Check(fault=root)
    # remove the entries, which were checked when they were made: check only the rest
    entry_ids = []
    for entry in root.findall(f"{_ATOM_PREFIX}entry"):
        entry_ids.append(entry.findtext(f"{_ATOM_PREFIX}id"))
        root.remove(entry)
    grammar = _load_grammar("feed", _NAMESPACE)
    if not grammar.validate(root):
        return Check(fault=f"invalid: {grammar.error_log.last_error}")
    return Check(fault=_find_repeated_id(entry_ids), ids=entry_ids)


def find_atom_entry_fault(entry: Any) -> str | None:
    """Return what is wrong in an Atom entry, None if it is valid. `entry`: its lxml tree before it
    is serialised, whose elements have no namespace."""
    grammar = _load_grammar("entry", _NO_NAMESPACE)
    if not grammar.validate(entry):
        return f"invalid: {grammar.error_log.last_error}"
    return _find_schematron_fault(entry, _NO_NAMESPACE, feed_has_author=False)


def list_entry_ids(data: bytes) -> list[str]:
    """Return the entry ids of an Atom document in their order; an empty list if the document is not
    well-formed."""
    root = _parse_xml(data)
    if isinstance(root, str):  # the fault of a document that is not well-formed
        return []
    return [
        element.text or "" for element in root.iterfind(f"{_ATOM_PREFIX}entry/{_ATOM_PREFIX}id")
    ]


def _describe_entry(data: bytes, entry_id: str) -> str:
    """Return title and address of the entry of an Atom document that has an id, as text: `"A
    title", https://example.org/a`. Return "" if there is no such entry."""
    root = _parse_xml(data)
    if isinstance(root, str):  # the fault of a document that is not well-formed
        return ""
    for entry in root.iterfind(f"{_ATOM_PREFIX}entry"):
        if entry.findtext(f"{_ATOM_PREFIX}id") != entry_id:
            continue
        address = ""
        for link in entry.iterfind(f"{_ATOM_PREFIX}link"):
            if link.get("rel", "alternate") == "alternate":
                address = link.get("href")
                break
        title = entry.findtext(f"{_ATOM_PREFIX}title")
        return f'"{title}", {address}'
    return ""


def _parse_xml(data: bytes) -> Any:
    """Return the root element of an XML document. If the document is not well-formed, return a str
    instead: a message that says what is wrong, with the id of the faulty entry if it is known."""
    try:
        return etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        return f"not-well-formed: {error}{_write_id_at_position(data, line, column)}"


def _find_schematron_fault(entry: Any, namespace: str, *, feed_has_author: bool) -> str | None:
    """Return what is wrong in an Atom entry, None if nothing is. Two rules of RFC 4287 are checked,
    which the grammar cannot express: an entry needs an author, unless its feed or its `source`
    element has one, and it needs a link to the article or content. `namespace`: stands before the
    names of elements, in braces as lxml writes it, or ""."""
    has_author = feed_has_author or entry.find(f"{namespace}author") is not None
    if not has_author and entry.find(f"{namespace}source/{namespace}author") is None:
        return f"invalid: an entry without an author{_write_id(entry, namespace)}"

    if entry.find(f"{namespace}content") is not None:
        return None
    for link in entry.iterfind(f"{namespace}link"):
        if link.get("rel", "alternate") == "alternate":
            return None
    entry_id = _write_id(entry, namespace)
    return f"invalid: an entry with neither an alternate link nor content{entry_id}"


def _write_id(entry: Any, namespace: str) -> str:
    """Return the id of an entry as an addition to a message, " (urn:uuid:...)"; "" if it has no
    id. `namespace`: prefix of the names of Atom's elements, in braces as lxml writes it, or ""."""
    entry_id = entry.findtext(f"{namespace}id")
    return f" ({entry_id})" if entry_id else ""


def _write_id_at_path(root: Any, path: str | None) -> str:
    """Return the id of the entry that contains a faulty element, to append to a message, such as
    " (urn:uuid:...)"; "" if the element is in no entry. `root`: of the document; `path`: the XPath
    of the element, None if it is unknown."""
    nodes = root.xpath(path) if path else []
    if not nodes:
        return ""
    faulty_element = nodes[0]
    for element in (faulty_element, *faulty_element.iterancestors()):
        if element.tag == f"{_ATOM_PREFIX}entry":
            return _write_id(element, _ATOM_PREFIX)
    return ""


def _write_id_at_position(data: bytes, line: int, column: int) -> str:
    """Return the id of the Atom entry at a position of a document, to append to a message, such as
    " (urn:uuid:...)"; "" if no entry is there. The document need not be well-formed. `line`,
    `column`: count from 1, columns in bytes."""
    lines_before = data.split(b"\n", line)[: line - 1]
    index = sum(len(text) + 1 for text in lines_before) + column
    start = data.rfind(b"<entry", 0, index)
    end = data.rfind(b"</entry>", 0, index)
    # the position is in no entry if the last entry before it has ended; both are -1 if none begins
    if start <= end:
        return ""
    match = _ENTRY_ID.match(data, start)
    return f" ({match[1].decode('utf-8', 'replace')})" if match else ""


def check_rss(data: bytes) -> Check:
    """Check that an RSS document has the elements that RSS 2.0.11 requires, and no guid (the id of
    an item) twice. Return its fault, if any, and the guids of its items."""
    root = _parse_xml(data)
    if isinstance(root, str):  # the fault of a document that is not well-formed
        return Check(fault=root)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        return Check(fault="invalid: no rss 2.0 channel")
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            return Check(fault=f"invalid: the channel has no {name}")
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    for item in items:
        fault = _find_item_fault(item)
        if fault is not None:
            return Check(fault=fault, ids=guids)
    return Check(fault=_find_repeated_id(guids), ids=guids)


def _find_item_fault(item: Any) -> str | None:
    """Return what is wrong in an RSS item, None if it is valid: it needs a title or a description,
    and its enclosures need all three attributes. `item`: its lxml tree."""
    guid = item.findtext("guid")
    if not (item.findtext("title") or item.findtext("description")):
        return f"invalid: an item with neither a title nor a description ({guid})"
    for enclosure in item.iterfind("enclosure"):
        if {"url", "length", "type"}.difference(enclosure.keys()):
            return f"invalid: an enclosure without url, length or type ({guid})"
    return None


def check_json(data: bytes) -> Check:
    """Check that a JSON Feed document has the fields that version 1.1 requires, and no id twice.
    Return its fault, if any, and the ids of its items."""
    try:
        document = json.loads(data)
    except ValueError as error:
        return Check(fault=f"not-well-formed: {error}")
    has_head = document.get("version") and document.get("title")
    has_items = isinstance(document.get("items"), list)
    if not has_head or not has_items:
        return Check(fault="invalid: version, title or items missing")
    for item in document["items"]:
        has_content = item.get("content_html") or item.get("content_text")
        if not item.get("id") or not has_content:
            name = item.get("id") or item.get("url")  # for the message
            return Check(fault=f"invalid: an item without id or content ({name})")
    item_ids = [item["id"] for item in document["items"]]
    return Check(fault=_find_repeated_id(item_ids), ids=item_ids)


def _find_repeated_id(entry_ids: Sequence[str | None]) -> str | None:
    """Return what is wrong with the ids of a feed's entries, as a message: an id is missing, or two
    entries have the same. Return None if all ids are there and differ."""
    if not all(entry_ids):
        return "invalid: an entry without an id"
    for entry_id, count in Counter(entry_ids).items():
        if count > 1:
            return f"invalid: an id is there twice ({entry_id})"
    return None


@cache
def _load_grammar(root_name: str, namespace: str) -> Any:
    """Return the RELAX NG grammar of Atom, with which lxml validates documents. `root_name`: their
    root element, "feed" or "entry" (RFC 4287 section 2 allows both); `namespace`: the namespace of
    their elements, "" for none."""
    # our file is the grammar of feeds with Atom's namespace: adapt its text
    source = resources.files("syndicator.publishing").joinpath("data/atom.rng").read_bytes()
    source = source.replace(
        b'<start><ref name="feed"/></start>', f'<start><ref name="{root_name}"/></start>'.encode()
    )
    source = source.replace(_NAMESPACE.encode(), namespace.encode())
    return etree.RelaxNG(etree.fromstring(source, _PARSER))


def describe_faulty_entry(
    fault: str, key: FeedKey, published: bytes, index: Whereabouts, instance: uuid.UUID
) -> str:
    """Return a text that tells the operator which article a fault of a feed is about, to append to
    the message: title, address and file of the article. If the article's file was deleted, title
    and address come from the published feed, and the text says what to do. Return "" if the article
    is unknown. `fault`: the message, which may contain an entry id; `key`: of the feed;
    `published`: the published Atom file of the feed, b"" for none."""
    match = _URN.search(fault)
    if match is None:
        return ""

    # an article of the feed that has this entry id
    urn = match[0]
    for article_id in index.ids(key, limit=_NO_LIMIT, since=None, most=_NO_LIMIT):
        if entry_urn(instance, article_id) != urn:
            continue
        article = index.articles([article_id]).get(article_id)
        if article:
            return f': "{article.title}", {article.url}, file {index.path(article_id)}'

    # an entry of the published feed
    entry = _describe_entry(published, urn) if published else ""
    if not entry:
        return ""
    file = paths.file_name(key, FORMATS_ATOM)
    cure = (
        f"restore its file, or delete {file} of the public folder if it is meant to be gone, and"
        " build"
    )
    return f": {entry}, which has no article file: {cure}"


def find_lost_entries(
    old: Sequence[str],
    new: Sequence[str],
    excused: Collection[str],
    spec: FeedSpec,
    index: Whereabouts,
    instance: uuid.UUID,
) -> list[str]:
    """Return the ids of entries that a new feed lost, that is, lacks without a reason. Reasons are:
    newer entries pushed the entry out, the entry stood for a story, or its article was pruned or
    left the feed because it was retagged, merged or put on hold. `old`: the entry ids of the
    published feed, newest first; `new`: those of the new feed; `excused`: ids that may be
    missing."""
    old_articles = [urn for urn in old if not is_of_story(urn)]
    if set(old_articles) <= set(new):
        return []
    # nearly always, the newest articles of the feed are enough to know that nothing was lost
    most_newest = 2 * spec.most + len(old_articles)
    newest_members = _list_member_ids(spec, index, instance, most_newest)
    if not find_missing(old_articles, new, newest_members, excused):
        return []
    # else look at all articles, and excuse those that exist, but are not in this feed any more
    members = _list_member_ids(spec, index, instance, _NO_LIMIT)
    article_ids = [article.id for article in index.each()]
    article_ids += (*index.merged(), *index.list_behind(), *index.on_hold(), *index.pruned())
    urns_of_all_articles = {entry_urn(instance, article_id) for article_id in article_ids}
    urns_outside_feed = urns_of_all_articles - set(members)
    return find_missing(old_articles, new, members, {*excused, *urns_outside_feed})


def find_missing(
    old: Sequence[str], new: Iterable[str], members: Sequence[str], excused: Collection[str]
) -> list[str]:
    """Return the ids of entries that a new feed lacks without a reason. `old`: the entry ids of the
    published feed; `new`: those of the new feed; `members`: those of all articles that belong to
    the feed now; `excused`: those that may be missing. Lists have the newest first.

    It is a reason if newer entries pushed an entry out. That is so if it is older than the oldest
    entry of `new`. The age of an id that is not in `members` is unknown: it counts as pushed out,
    unless an older entry of `old` is still in `new`, or no entry of `old` is."""
    present = set(new)
    ages = {urn: number for number, urn in enumerate(members)}  # 0 for the newest
    oldest_present_age = max((ages[urn] for urn in present if urn in ages), default=-1)
    present_indices = [index for index, urn in enumerate(old) if urn in present]
    missing_members: list[str] = []
    missing_others: list[str] = []
    for index, urn in enumerate(old):
        if urn in present or urn in excused:
            continue
        if urn in ages:
            is_newer_than_oldest = ages[urn] < oldest_present_age
            if is_newer_than_oldest:
                missing_members.append(urn)
        elif not present_indices:  # the new feed has nothing of the old one
            missing_others.append(urn)
        else:
            is_before_present_entry = index < present_indices[-1]
            if is_before_present_entry:
                missing_others.append(urn)
    return missing_others + missing_members


def _list_member_ids(
    spec: FeedSpec, index: Whereabouts, instance: uuid.UUID, most: int
) -> list[str]:
    """Return the entry ids of the newest articles of a feed, newest first, at most `most`. `index`:
    lists the articles of a feed; `instance`: the id of this installation, part of entry ids."""
    article_ids = index.ids(spec.key, limit=most, since=None, most=most)
    return [entry_urn(instance, article_id) for article_id in article_ids]
