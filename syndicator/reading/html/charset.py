"""Find the charset of a page's bytes, and decode them to text. Pure.

By byte order mark, header, meta and content (WHATWG HTML 13.2.3.2); valid UTF-8 beyond ASCII is
read as UTF-8 whatever the page declares."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# WHATWG Encoding: the labels that mean a superset of what they say.
_SUPERSETS = (
    "ascii=cp1252 iso8859-1=cp1252 iso8859-9=cp1254 iso8859-11=cp874 tis-620=cp874 gb2312=gb18030"
    " gbk=gb18030 shift_jis=cp932 euc_kr=cp949 big5=big5hkscs"
)
_SUPERSET = dict(pair.split("=") for pair in _SUPERSETS.split())
_ALIAS_NAMES = (
    "x-sjis=cp932 x-gbk=gb18030 x-euc-jp=euc_jp ks_c_5601-1987=cp949 x-x-big5=big5hkscs"
    " unicode=utf-8"
)
_ALIASES = dict(pair.split("=") for pair in _ALIAS_NAMES.split())
_META = re.compile(rb"""<meta[^>]{0,400}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.I)
_XML = re.compile(
    rb"""^\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{2,40})["']""", re.I
)
_HEADER = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})""", re.I)
# what bytes 0x80 to 0x9f become in Windows-1252; five of them mean nothing there and stay
_C1 = {
    bytes([byte]).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CONTINUATION = "[\u0080-\u00bf" + "".join(_C1) + "]"
_DOUBLED = re.compile(
    f"[\u00c2-\u00df]{_CONTINUATION}|[\u00e0-\u00ef]{_CONTINUATION}{{2}}|[\u00f0-\u00f4]{_CONTINUATION}{{3}}"
)
_PERHAPS_DOUBLED = re.compile(f"[\u00c2-\u00f4]{_CONTINUATION}")
_ACCENTED = re.compile("[\u00c0-\u024f]")
_MOST_SAMPLE = 60_000  # bytes looked at when nothing is declared
# bytes in which a meta charset is looked for; browsers look at 1,024, real pages put it later
_MOST_HEAD = 16_384
# share of undecodable characters that a charset may have, and a number always allowed
_TOO_MANY = 0.02
_ALWAYS_ALLOWED = 3
# doubled characters of a text encoded twice; share of accented letters
_LEAST_PAIRS = 2
_PAIRS_SHARE = 0.5
_UTF_16_START = 64  # bytes looked at for UTF-16 without a mark
_LAST_ASCII = 127  # the last byte of ASCII
_BEFORE_SAMPLE = 2_000  # bytes before the first that is not ASCII
_LONGEST_HEADER = 1_000
_LONGEST_XML_DECLARATION = 1_000
_REPLACEMENT = "\ufffd"
# what Python decodes an invalid byte of UTF-8 to ("surrogateescape")
_FIRST_ESCAPE = "\udc80"
_LAST_ESCAPE = "\udcff"
_ESCAPE = re.compile(f"[{_FIRST_ESCAPE}-{_LAST_ESCAPE}]")
_ESCAPE_OFFSET = 0xDC00
# NULs: more than so many among the 32 high bytes, fewer among the low ones
_MOST_NULS = 24
_FEW_NULS = 4


def decode(data: bytes, content_type: str = "") -> tuple[str, str]:
    """Return the text of `data` and its charset. `content_type`: the header. Invalid bytes become
    U+FFFD."""
    content, name = _decode(data, content_type)
    # in UTF-8 every character that can begin a doubled one begins with this byte
    if name == "utf-8" and data.count(b"\xc3") < _LEAST_PAIRS:
        return content, name
    return _undouble(content), name


def _undouble(content: str) -> str:
    """Undo UTF-8 that was read as Windows-1252, if all accented letters look like it."""
    if content.isascii() or len(_PERHAPS_DOUBLED.findall(content)) < _LEAST_PAIRS:
        return content
    pairs = len(_DOUBLED.findall(content))
    if pairs < _LEAST_PAIRS or pairs < _PAIRS_SHARE * len(_ACCENTED.findall(content)):
        return content
    return _DOUBLED.sub(lambda pair: _decode_doubled(pair[0]), content)


def _decode_doubled(characters: str) -> str:
    """Decode characters whose bytes in Windows-1252 are UTF-8; unchanged if they are not."""
    data = bytes(_C1[char] if char in _C1 else ord(char) for char in characters)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return characters


def _decode(data: bytes, content_type: str) -> tuple[str, str]:
    """Return the text of `data` and its charset: by mark, UTF-8, then as stated, else guessed."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    utf_16 = _find_utf_16(data)
    if utf_16:
        return data.decode(utf_16, "replace"), utf_16
    header = _HEADER.search(content_type[:_LONGEST_HEADER])
    header_name = _find_codec(header[1]) if header else None
    stated = [name for name in (header_name, _read_meta(data)) if name]
    if data.isascii():
        for name in stated:
            if name.startswith(("iso2022", "hz", "utf-7")):
                return data.decode(name, "replace"), name
        return data.decode("ascii"), "utf-8"
    for name in dict.fromkeys(["utf-8", *stated]):
        try:
            return data.decode(name), name
        except (UnicodeDecodeError, LookupError):
            continue
    beyond_ascii = sum(1 for byte in data[:_MOST_SAMPLE] if byte > _LAST_ASCII)
    most_wrong = max(_ALWAYS_ALLOWED, _TOO_MANY * beyond_ascii)
    for name in dict.fromkeys([*stated, "utf-8"]):
        if name == "utf-8":
            text = _decode_faulty_utf8(data)
            wrong = _count_faulty_utf8(data)
        else:
            text = data.decode(name, "replace")
            wrong = text.count(_REPLACEMENT)
        if wrong <= most_wrong:
            return text, name
    name = _guess_charset(data) or "cp1252"
    return data.decode(name, "replace"), name


def _find_utf_16(data: bytes) -> str | None:
    """Return the kind of UTF-16 without a mark: NULs are in every second byte; None for others."""
    for name, odd, even in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        high = data[odd:_UTF_16_START:2]
        low = data[even:_UTF_16_START:2]
        if high.count(0) > _MOST_NULS and low.count(0) < _FEW_NULS:
            return name
    return None


def _count_faulty_utf8(data: bytes) -> int:
    """Return the number of invalid bytes in the beginning of `data`."""
    sample = data[:_MOST_SAMPLE].decode("utf-8", "surrogateescape")
    return sum(1 for char in sample if _FIRST_ESCAPE <= char <= _LAST_ESCAPE)


def _decode_faulty_utf8(data: bytes) -> str:
    """Decode UTF-8; invalid bytes are read as Windows-1252."""
    text = data.decode("utf-8", "surrogateescape")
    return _ESCAPE.sub(
        lambda escape: bytes([ord(escape[0]) - _ESCAPE_OFFSET]).decode("cp1252", "replace"), text
    )


def _guess_charset(data: bytes) -> str | None:
    """Return the charset that charset_normalizer finds likeliest, None for none."""
    from charset_normalizer import from_bytes

    start = next((index for index, byte in enumerate(data) if byte > _LAST_ASCII), 0)
    sample = data[max(0, start - _BEFORE_SAMPLE) : start + _MOST_SAMPLE]
    best = from_bytes(sample).best()
    return _find_codec(best.encoding) if best else None


def _read_meta(data: bytes) -> str | None:
    """Return the charset that a meta or an XML declaration states, None for none."""
    match = _META.search(data, 0, _MOST_HEAD) or _XML.search(data, 0, _LONGEST_XML_DECLARATION)
    name = _find_codec(match[1].decode("ascii", "replace")) if match else None
    if name and name.startswith(("utf-16", "utf-32")):
        # a meta that could be read as ASCII is not in UTF-16 or UTF-32 (WHATWG HTML 13.2.3.3)
        return "utf-8"
    return name


def _find_codec(label: str) -> str | None:
    """Return the name of Python's codec for a charset's label, or of a superset; None if there is
    none."""
    label = _ALIASES.get(label.lower(), label)
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True):
        return None
    return _SUPERSET.get(info.name, info.name)
