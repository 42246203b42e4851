"""Find the charset of a page's bytes, and decode them to text. Pure.

Evidence, in this order: byte order mark, HTTP header, meta element, the bytes themselves (WHATWG
HTML 13.2.3.2). Differs from browsers in one point: bytes that are valid UTF-8 and not only ASCII
are read as UTF-8, whatever the page declares."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels that pages use for a charset with more characters than the label promises, as browsers
# read them (WHATWG Encoding, 4.2). Names of Python's codecs.
_SUPERSETS = (
    "ascii=cp1252 iso8859-1=cp1252 iso8859-9=cp1254 iso8859-11=cp874 tis-620=cp874 gb2312=gb18030"
    " gbk=gb18030 shift_jis=cp932 euc_kr=cp949 big5=big5hkscs"
)
_SUPERSET = dict(pair.split("=") for pair in _SUPERSETS.split())
# labels of real pages that Python does not know
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
# The characters of the bytes 0x80 to 0x9f in Windows-1252. Five of these bytes are unassigned.
_C1 = {
    bytes([byte]).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# Text encoded twice: UTF-8 that was read as Windows-1252, as "Ã¼" for "ü". A character is then a
# letter that looks like the first byte of UTF-8 and one to three that look like later bytes.
_CONTINUATION = "[\u0080-\u00bf" + "".join(_C1) + "]"
_DOUBLED = re.compile(
    f"[\u00c2-\u00df]{_CONTINUATION}|[\u00e0-\u00ef]{_CONTINUATION}{{2}}|[\u00f0-\u00f4]{_CONTINUATION}{{3}}"
)
_PERHAPS_DOUBLED = re.compile(f"[\u00c2-\u00f4]{_CONTINUATION}")
_ACCENTED = re.compile("[\u00c0-\u024f]")
_MOST_SAMPLE = 60_000  # bytes looked at when nothing is declared
# bytes in which a meta charset is looked for; browsers look at 1,024, real pages put it later
_MOST_HEAD = 16_384
# invalid bytes that a charset may have: a share of those beyond ASCII, or a fixed number if more
_TOO_MANY = 0.02
_ALWAYS_ALLOWED = 3
# a text is encoded twice if it has so many doubled characters, and so many for each accented letter
_LEAST_PAIRS = 2
_PAIRS_SHARE = 0.5
_UTF_16_START = 64  # bytes looked at for UTF-16 without a mark
_LAST_ASCII = 127  # the last byte of ASCII
_BEFORE_SAMPLE = 2_000  # bytes of the sample before the first byte that is not ASCII
_LONGEST_HEADER = 1_000
_LONGEST_XML_DECLARATION = 1_000
_REPLACEMENT = "\ufffd"
# the characters that stand for invalid bytes of UTF-8 if Python decodes it with "surrogateescape"
_FIRST_ESCAPE = "\udc80"
_LAST_ESCAPE = "\udcff"
_ESCAPE = re.compile(f"[{_FIRST_ESCAPE}-{_LAST_ESCAPE}]")
_ESCAPE_OFFSET = 0xDC00
# UTF-16 of Latin text has more NULs than this among the first 32 high bytes, and fewer than that
# among the first 32 low bytes
_MOST_NULS = 24
_FEW_NULS = 4


def decode(data: bytes, content_type: str = "") -> tuple[str, str]:
    """Return the text of a page, and the name of Python's codec for its charset. `data`: the bytes
    of the page; `content_type`: the HTTP header Content-Type, "" for none. Bytes that are invalid
    in the charset become U+FFFD. Text that was encoded twice ("Ã¼" for "ü") is repaired."""
    content, name = _decode(data, content_type)
    # Text encoded twice has a letter from U+00C2 to U+00F4 in each doubled character, and in UTF-8
    # these letters begin with the byte C3. Its count excludes most pages quickly.
    if name == "utf-8" and data.count(b"\xc3") < _LEAST_PAIRS:
        return content, name
    return _repair_doubled(content), name


def _repair_doubled(content: str) -> str:
    """Return `content` with the characters repaired that were encoded twice: "Ã¼" becomes "ü".
    Return it unchanged if less than half of its accented letters look like that."""
    if content.isascii():
        return content
    # this simpler expression is fast and excludes most texts
    possible_pairs = len(_PERHAPS_DOUBLED.findall(content))
    if possible_pairs < _LEAST_PAIRS:
        return content
    pairs = len(_DOUBLED.findall(content))
    if pairs < _LEAST_PAIRS:
        return content
    accented_letters = len(_ACCENTED.findall(content))
    if pairs < _PAIRS_SHARE * accented_letters:
        return content
    return _DOUBLED.sub(lambda pair: _decode_doubled(pair[0]), content)


def _decode_doubled(characters: str) -> str:
    """Return the character that was encoded twice: "ü" for "Ã¼". Each of `characters` is a byte of
    its UTF-8 that was read as Windows-1252. Return `characters` unchanged if these bytes are not
    valid UTF-8."""
    data = bytes(_C1[char] if char in _C1 else ord(char) for char in characters)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return characters


def _decode(data: bytes, content_type: str) -> tuple[str, str]:
    """Return the text of a page, and the name of the codec that decoded it. `data`: the bytes of
    the page; `content_type`: its HTTP header. The first codec that fits is taken. In order, these
    are tried: the one of a byte order mark; UTF-16; UTF-8 and the charsets that the header and the
    page state, if no byte is invalid; the same, if few bytes are; at last a guess."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    utf_16 = _find_utf_16(data)
    if utf_16:
        return data.decode(utf_16, "replace"), utf_16
    header = _HEADER.search(content_type[:_LONGEST_HEADER])
    header_name = _find_codec(header[1]) if header else None
    stated_names = [name for name in (header_name, _read_meta(data)) if name]

    if data.isascii():
        # these charsets write other scripts with bytes of ASCII
        for name in stated_names:
            if name.startswith(("iso2022", "hz", "utf-7")):
                return data.decode(name, "replace"), name
        return data.decode("ascii"), "utf-8"
    for name in dict.fromkeys(["utf-8", *stated_names]):
        try:
            return data.decode(name), name
        except (UnicodeDecodeError, LookupError):
            continue
    # none is free of errors: take one with few
    beyond_ascii = sum(1 for byte in data[:_MOST_SAMPLE] if byte > _LAST_ASCII)
    most_invalid = max(_ALWAYS_ALLOWED, _TOO_MANY * beyond_ascii)
    for name in dict.fromkeys([*stated_names, "utf-8"]):
        if name == "utf-8":
            text = _decode_faulty_utf8(data)
            invalid_count = _count_faulty_utf8(data)
        else:
            text = data.decode(name, "replace")
            invalid_count = text.count(_REPLACEMENT)
        if invalid_count <= most_invalid:
            return text, name
    guessed_name = _guess_charset(data) or "cp1252"
    return data.decode(guessed_name, "replace"), guessed_name


def _find_utf_16(data: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" if the bytes `data` look like UTF-16 without a byte order
    mark, else None. Latin text in UTF-16 has a NUL in every second byte."""
    # of the two bytes of a character, the high one is the second in "le" and the first in "be"
    for name, first_high, first_low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        high_bytes = data[first_high:_UTF_16_START:2]
        low_bytes = data[first_low:_UTF_16_START:2]
        if high_bytes.count(0) > _MOST_NULS and low_bytes.count(0) < _FEW_NULS:
            return name
    return None


def _count_faulty_utf8(data: bytes) -> int:
    """Return how many of the first 60,000 bytes are invalid as UTF-8."""
    sample = data[:_MOST_SAMPLE].decode("utf-8", "surrogateescape")
    return sum(1 for char in sample if _FIRST_ESCAPE <= char <= _LAST_ESCAPE)


def _decode_faulty_utf8(data: bytes) -> str:
    """Return the text of `data`, UTF-8 in which some bytes are invalid. These bytes are read as
    Windows-1252."""
    text = data.decode("utf-8", "surrogateescape")  # gives a surrogate for each invalid byte

    def decode_surrogate(match: re.Match[str]) -> str:
        invalid_byte = bytes([ord(match[0]) - _ESCAPE_OFFSET])
        return invalid_byte.decode("cp1252", "replace")

    return _ESCAPE.sub(decode_surrogate, text)


def _guess_charset(data: bytes) -> str | None:
    """Return the name of the codec that the package charset_normalizer finds likeliest for the
    bytes `data`, None if it finds none."""
    from charset_normalizer import from_bytes

    # a sample around the first byte that is not ASCII is enough
    start = next((index for index, byte in enumerate(data) if byte > _LAST_ASCII), 0)
    sample = data[max(0, start - _BEFORE_SAMPLE) : start + _MOST_SAMPLE]
    best = from_bytes(sample).best()
    return _find_codec(best.encoding) if best else None


def _read_meta(data: bytes) -> str | None:
    """Return the name of Python's codec for the charset that a meta element or the XML declaration
    at the start of a page states. Return None if none is stated, or one that Python does not know.
    `data`: the bytes of the page."""
    match = _META.search(data, 0, _MOST_HEAD) or _XML.search(data, 0, _LONGEST_XML_DECLARATION)
    name = _find_codec(match[1].decode("ascii", "replace")) if match else None
    if name and name.startswith(("utf-16", "utf-32")):
        # a meta that could be read as ASCII is not in UTF-16 or UTF-32 (WHATWG HTML 13.2.3.3)
        return "utf-8"
    return name


def _find_codec(label: str) -> str | None:
    """Return the name of Python's codec for `label`, the name of a charset on the web; None if it
    is unknown. As browsers do, some labels are read as a larger charset: "iso-8859-1" gives
    "cp1252"."""
    known_label = _ALIASES.get(label.lower(), label)
    try:
        info = codecs.lookup(known_label)
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True):  # "base64" and the like are codecs of bytes
        return None
    return _SUPERSET.get(info.name, info.name)
