"""Repair faulty XML of feeds: text around it, ampersands, entities, prefixes."""

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
_TAIL_BYTES = 4096  # searched for the end of the document
_SUBSET_END = re.compile(rb"\]\s*>")


def repair_xml(body: bytes) -> bytes:
    """Return `body` as XML that feedparser can read. Text around the document and control
    characters are removed. Ampersands and entities are made valid, and missing prefixes are
    declared.

    Entities that the document itself declares become plain text, as their expansion may be huge.
    UTF-16 and UTF-32 are returned unchanged."""
    is_utf_16_or_32 = b"\0" in body[:64] or body.startswith((b"\xff\xfe", b"\xfe\xff"))
    if is_utf_16_or_32:
        return body
    body = _cut_text_around(body)
    body = _remove_doctype(body)
    body = _declare_prefixes(body)
    if b"iso-2022" not in body[:200].lower():  # its escape sequences are control characters
        body = body.translate(None, _CONTROLS)
    return _FAULT.sub(_repair_fault, body)


def _cut_text_around(body: bytes) -> bytes:
    """Return `body` without text before the XML declaration or the feed's first element, and
    without text after its last element. Faulty scripts print warnings there."""
    start = _START.search(body, 0, _JUNK_BYTES)
    if start is not None:
        # comments and a DOCTYPE may precede the first element, but nothing the XML declaration
        is_declaration = start[0].startswith(b"<?")
        if is_declaration or not _is_prologue(body[: start.start()]):
            body = body[start.start() :]
    tail = max(len(body) - _TAIL_BYTES, 0)
    ends = list(_END.finditer(body, tail))
    if not ends:
        return body
    return body[: ends[-1].end()]


def _remove_doctype(body: bytes) -> bytes:
    """Return `body` without its DOCTYPE, if this declares entities in an internal subset
    ("[...]")."""
    start = body.find(b"<!DOCTYPE", 0, _JUNK_BYTES)
    if start < 0:
        return body
    # "[" opens the internal subset; it stands before any ">"
    first_bracket = body.find(b">", start)
    opening = body.find(b"[", start, first_bracket)
    if opening < 0:
        return body
    closing = _SUBSET_END.search(body, opening)
    if closing is None:
        return body
    return body[:start] + body[closing.end() :]


def _declare_prefixes(body: bytes) -> bytes:
    """Return `body` with a declaration for each common namespace prefix, such as "dc", that it uses
    without declaring it. The declarations are added to the first element."""
    declarations = b""
    for prefix, namespace in _SPACES.items():
        if b"<" + prefix + b":" in body and b"xmlns:" + prefix not in body:
            declarations += b' xmlns:%s="%s"' % (prefix, namespace)
    if not declarations:
        return body
    return _ROOT.sub(lambda match: match[0] + declarations, body, count=1)


def _is_prologue(head: bytes) -> bool:
    """Return True if `head`, the bytes before the root element, has only parts that XML permits
    there."""
    rest = re.sub(rb"<\?.*?\?>|<!--.*?-->|<![A-Za-z][^>]*>", b"", head, flags=re.S)
    return not rest.strip(b"\xef\xbb\xbf \t\r\n")


def _repair_fault(match: re.Match[bytes]) -> bytes:
    """Return the replacement for a match of `_FAULT`, a possible fault of the XML. A bare ampersand
    becomes "&amp;". An HTML entity becomes a number: "&nbsp;" gives "&#160;". An unknown entity
    "&name;" becomes "&amp;name;". CDATA and entities that XML knows stay as they are."""
    fault = match[0]
    if fault.startswith(b"<![CDATA["):
        return fault
    if fault == b"&":
        return b"&amp;"
    name = match[1]  # of an entity, None for a number
    if name is None or name in _KNOWN:
        return fault
    character = html5.get(name.decode() + ";")
    if character is None:
        return b"&amp;" + fault[1:]
    return b"".join(b"&#%d;" % ord(char) for char in character)
