"""Common faults of feeds, corrected in the bytes so that the strict parser reads them. Pure, linear in the input.

Only for encodings that contain ASCII: UTF-16 and UTF-32 are returned as they are.
"""

from __future__ import annotations

import re
from html.entities import html5

# A bare ampersand or an HTML entity that XML does not know; CDATA is matched so that it is skipped.
_FAULT = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?",
    re.S,
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)(?=[\s>])", re.I)
# Prefixes that feeds use without declaring them.
_SPACES = {
    b"atom": b"http://www.w3.org/2005/Atom",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"itunes": b"http://www.itunes.com/dtds/podcast-1.0.dtd",
    b"media": b"http://search.yahoo.com/mrss/",
    b"slash": b"http://purl.org/rss/1.0/modules/slash/",
    b"sy": b"http://purl.org/rss/1.0/modules/syndication/",
    b"wfw": b"http://wellformedweb.org/CommentAPI/",
}
_KNOWN = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_START = re.compile(rb"<\?xml\s|<(?:rss|feed|rdf:RDF|channel)[\s>]", re.I)
_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>", re.I)
_JUNK_BYTES = 8192  # that may come before the document, such as the warnings of a script
_TAIL_BYTES = 4096  # in which the end of the document is looked for


def repaired(body: bytes) -> bytes:
    """`body` without what is before and after the document, with bare ampersands escaped, HTML's entities as numbers,
    no control characters, and well-known prefixes declared. Entities that the document declares become plain text:
    expanding them is how a small document grows without bound, and feeds do not need them."""
    if b"\0" in body[:64] or body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body
    body = _declared(_without_subset(_cut(body)))
    if b"iso-2022" not in body[:200].lower():  # its escape sequences are control characters
        body = body.translate(None, _CONTROLS)
    return _FAULT.sub(_mend, body)


def _cut(body: bytes) -> bytes:
    start = _START.search(body, 0, _JUNK_BYTES)
    if start is not None and (start[0].startswith(b"<?") or not _prologue(body[: start.start()])):
        body = body[start.start() :]
    tail = len(body) - _TAIL_BYTES
    ends = list(_END.finditer(body, max(tail, 0)))
    return body[: ends[-1].end()] if ends else body


def _without_subset(body: bytes) -> bytes:
    """The document without the declarations inside its DOCTYPE."""
    start = body.find(b"<!DOCTYPE", 0, _JUNK_BYTES)
    opened = body.find(b"[", start, body.find(b">", start)) if start >= 0 else -1
    closed = re.compile(rb"\]\s*>").search(body, opened) if opened >= 0 else None
    return body[:start] + body[closed.end() :] if closed else body


def _declared(body: bytes) -> bytes:
    """`body` with declarations, in its root, of the well-known prefixes that it uses without declaring them."""
    missing = [
        b' xmlns:%s="%s"' % (prefix, space)
        for prefix, space in _SPACES.items()
        if b"<" + prefix + b":" in body and b"xmlns:" + prefix not in body
    ]
    return _ROOT.sub(lambda match: match[0] + b"".join(missing), body, count=1) if missing else body


def _prologue(head: bytes) -> bool:
    """True for what XML allows before the root: declarations, comments, white space, a byte order mark."""
    rest = re.sub(rb"<\?.*?\?>|<!--.*?-->|<![A-Za-z][^>]*>", b"", head, flags=re.S)
    return not rest.strip(b"\xef\xbb\xbf \t\r\n")


def _mend(match: re.Match[bytes]) -> bytes:
    found = match[0]
    if found.startswith(b"<![CDATA["):
        return found
    if found == b"&":
        return b"&amp;"
    name = match[1]
    if name is None or name in _KNOWN:
        return found
    character = html5.get(name.decode() + ";")
    if character is None:
        return b"&amp;" + found[1:]
    return b"".join(b"&#%d;" % ord(one) for one in character)
