"""Text: legal characters, slugs, Markdown to plain, search words, author names. Pure."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import chain

# Characters that XML 1.0 production [2] forbids, and others that feed validators warn of: C1
# controls, noncharacters.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|["
    + "".join(
        chr(plane + low) for plane in range(0x10000, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF)
    )
    + "]"
)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
)

# Markdown, as CommonMark 0.31 and GFM's tables have it, read line by line.
_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_HEADING = re.compile(r"#{1,6}(?:[ \t]+|$)")
_FENCE = re.compile(r"(`{3,}|~{3,})[^`]*$")
_RULE = re.compile(r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$")
_BAR = re.compile(r"(?<!\\)\|")
_BLANKS = re.compile(r"\n\n\n+")  # ten times as fast as \n{3,}
_MOST_NESTED = 30  # items and quotes nested on one line
_TICKS = r"(?<!`)(`{1,9})(?!`)(.{1,5000}?)(?<!`)\1(?!`)"
_TARGET = r"\((?:<[^<>\n]*>|[^()\s]*)(?:[ \t]+\"(?:\\.|[^\"\\])*\")?\)"
_PICTURE = r"!\[(?:\\.|[^\[\]\\])*\]" + _TARGET
_PADDING = 2  # a space at each end of code, which is not part of it (CommonMark 0.31, 6.1)
_INLINE = re.compile(
    _TICKS
    + r"|\\([!-/:-@\[-`{-~]|$)"  # 3: an escape or a hard break
    + rf"|({_PICTURE})"  # 4
    + rf"|\[((?:\\.|`[^`\n]*`|{_PICTURE}|[^\[\]\\])*)\]{_TARGET}"  # 5: the label of a link
    + r"|<(https?://[^\s<>]*)>"  # 6
    + r"|(&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{0,31});)"  # 7
    + r"|(?:\*{1,3}|~~|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_]))",
    re.S,
)

# first characters of _INLINE's alternatives, except a picture's "!"
_MARK = re.compile(r"[`\\[<&*~_]")

# Parts of a name after a comma: generations, degrees, forms of companies.
SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|esq|(?:ph|m|ed|psy|pharm|j)\.?\s?d|[mb]\.?(?:a|s|sc|ed|fa|ba)|mph|d\.?[dvm]\.?[sm]|vmd|msn|bsn|np|rn|"
    r"rdn?|ldn?|lcsw|cpa|cfp|cfa|inc|ltd|llc|llp|plc|gmbh|co|s\.?a)\.?",
    re.IGNORECASE,
)
SLUG_CHARS = 60  # choice: readable and typeable
_MOST_NAMED = 15  # names in a message; a choice
_DIGEST_CHARS = 6  # of a digest at the end of a slug
_STEM_CHARS = 200  # of a name, before it is shortened to a slug
_STAMP_CHARS = 32  # of a digest: 128 bits
# Device names reserved by Windows, and names of our own pages.
_RESERVED = frozenset(
    [
        "con",
        "prn",
        "aux",
        "nul",
        "index",
        *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
    ]
)
_SPELLED = (
    ("++", " plus plus "),
    ("+", " plus "),
    ("#", " sharp "),
    ("&", " and "),
    ("@", " at "),
    ("%", " percent "),
    ("*", " star "),
)
# Controls other than tab and line feed, C1 controls (U+009B begins a sequence as ESC [ does), line
# and paragraph separators, and the bidirectional controls of Unicode (UAX 9; Trojan Source,
# CVE-2021-42574).
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]"
)
# Scripts without spaces: Thai to Lao, Myanmar, Khmer, kana, Han, Hangul (The Unicode Standard,
# chapters 16 and 18).
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # noqa: E501
# Vowel signs and the like of Hebrew, Arabic and Indic scripts: not letters, but parts of words.
_MARKS = "\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_RUN = re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\\W_]|[{_MARKS}])+")
_ASCII_RUN = re.compile("[a-z0-9]+")  # the same for ASCII in lower case, in a third of the time
_FIRST_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ALSO = str.maketrans(
    {"ß": "ss", "ς": "σ", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
)
_LONGEST = 32  # characters of a term
_SHORT = 3  # words of this length keep their s


def legal(value: str) -> str:
    """Return `value` without lone surrogates and characters that XML 1.0 forbids."""
    if value.replace("\n", "").isprintable():
        return value  # most texts; twenty times cheaper
    return _ILLEGAL.sub("", value)


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the candidate most similar to `word`, or ""."""
    import difflib

    names = {name.casefold(): name for name in candidates}
    near = difflib.get_close_matches(word.casefold(), names, n=1)
    return f" (did you mean {names[near[0]]!r}?)" if near else ""


def name_alternatives(word: str, candidates: Iterable[str]) -> str:
    """Return what there is instead of `word`: " (did you mean 'x'?)" for the most similar
    candidate, else "; there are a, b, c", else ""."""
    names = list(candidates)
    near = suggestion(word, names)
    if near or not names:
        return near
    listed = ", ".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        listed += f" and {len(names) - _MOST_NAMED} more"
    return f"; there are {listed}" if len(names) > 1 else f"; there is only {listed}"


def line(value: str) -> str:
    """Return `value` as one line of legal characters in NFC, with single spaces."""
    if value.isprintable() and "  " not in value:  # most texts: single spaces, nothing illegal
        if value.isascii():
            return value.strip()
        return unicodedata.normalize("NFC", value).strip()
    return _SPACE.sub(" ", unicodedata.normalize("NFC", legal(value))).strip()


def width(value: str) -> int:
    """Return the number of columns: a wide CJK character takes two."""
    if value.isascii():
        return len(value)
    return len(value) + len(_WIDE.findall(value))


def words(value: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return _WORD.findall(value.casefold())


def plain(markdown: str) -> str:
    """Return our Markdown as plain text: one line per block, item or row, cells separated by tabs,
    no link targets."""
    out: list[str] = []
    fence = ""
    margin = 0
    table = False
    for raw in markdown.split("\n"):
        outer = _QUOTE.sub("", raw, count=1) if raw.lstrip(" ").startswith(">") else raw
        inner = outer.strip()
        if fence:
            if inner.startswith(fence) and not inner.strip("`~"):
                fence = ""
            else:
                out.append(outer[min(margin, len(outer) - len(outer.lstrip(" "))) :])
            continue
        if not inner or inner[0].isalpha():  # most lines: no marker begins with a letter
            out.append(_inline_text(inner).strip())
            table = False
            continue
        inner = _content(inner)
        if opened := _FENCE.match(inner):
            fence = opened[1]
            margin = len(outer) - len(inner)
        elif inner.startswith("|"):
            if not (table and _DELIMITER.match(inner)):
                out.append(
                    "\t".join(
                        _inline_text(cell.strip()) for cell in _BAR.split(inner.strip("|"))
                    ).strip()
                )
        elif not _RULE.match(inner):
            out.append(_inline_text(inner).strip())
        table = inner.startswith("|")
    return _BLANKS.sub("\n\n", "\n".join(out)).strip()


def _content(value: str) -> str:
    """Return a line of Markdown without the marks of items, quotes and headings before it."""
    if _RULE.match(value):
        return value
    for _ in range(_MOST_NESTED):
        marker = _ITEM.match(value)
        if marker is None and value.startswith(">"):
            marker = _QUOTE.match(value)
        if marker is None:
            break
        value = value[marker.end() :].lstrip()
    heading = _HEADING.match(value)
    return value[heading.end() :] if heading else value


def _inline_text(value: str) -> str:
    """Return a line of Markdown without emphasis, pictures, escapes and targets of links."""
    # most lines have no mark; this check is five times cheaper
    if not _MARK.search(value):
        return value
    return _INLINE.sub(_unmarked, value)


def _unmarked(match: re.Match[str]) -> str:
    """Return the text of a match of _INLINE."""
    _, code, escaped, _, label, address, entity = match.groups()
    if code is not None:
        padded = code[0] == code[-1] == " " and len(code) > _PADDING
        return code[1:-1] if padded else code
    if escaped is not None:
        return escaped
    if label is not None:
        return _inline_text(label)
    if address is not None:
        return address
    if entity is not None:
        return html.unescape(entity)
    return ""


def stem(value: str, most: int = 80) -> str:
    """Return `value` as a file name stem (a-z, 0-9, single hyphens, at most `most` characters, or
    ""); not unique."""
    from slugify import slugify  # late, as it loads tables

    return str(slugify(legal(value)[:2000], max_length=most, word_boundary=True, save_order=True))


@lru_cache(maxsize=20_000)  # articles share a few hundred names
def slug(name: str) -> str:
    """Return the slug of a name: [a-z0-9-], 1 to 60 characters, not reserved, without case and
    accents; + # & @ % and a leading dot are spelled out; a lossy transliteration ends in six digits
    of a digest."""
    folded = unicodedata.normalize("NFKC", legal(name)).casefold().strip()
    spelled = f"dot {folded[1:]}" if re.match(r"\.\w", folded) else folded
    for character, word in _SPELLED:
        spelled = spelled.replace(character, word)
    readable = stem(spelled, _STEM_CHARS)
    is_valid = bool(readable) and len(readable) <= SLUG_CHARS and readable not in _RESERVED
    if is_valid and not _loses_characters(spelled):
        return readable
    digest = hashlib.sha256(folded.encode()).hexdigest()[:_DIGEST_CHARS]
    beginning = readable[: SLUG_CHARS - _DIGEST_CHARS - 1].rstrip("-") or "x"
    return f"{beginning}-{digest}"


def _loses_characters(spelled: str) -> bool:
    """Return True if a slug of `spelled` lacks signs, or letters of other scripts."""
    for character in unicodedata.normalize("NFKD", spelled):
        category = unicodedata.category(character)[0]
        if category == "S":
            return True
        is_letter_or_number = category in "CLN"
        if not is_letter_or_number or character.isascii():
            continue
        if not unicodedata.name(character, "").startswith("LATIN "):
            return True
    return False


def persons(author: str | None) -> tuple[str, ...]:
    """Return the names in `author`, a list with commas; "Kim Lee, Jr." and "Acme, Inc." are one
    name each."""
    names: list[str] = []
    for part in (author or "").split(","):
        name = part.strip()
        if not name:
            continue
        if names and SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        else:
            names.append(name)
    is_surname_first = len(names) == 2 and not any(" " in name for name in names)  # noqa: PLR2004 - a surname and a first name
    if is_surname_first:
        return (", ".join(names),)
    return tuple(dict.fromkeys(names))


def stamp(*parts: str | bytes) -> str:
    """Return a digest of `parts`: a form's version, to refuse edits of changed content, or an
    ETag."""
    data = [part if isinstance(part, bytes) else part.encode("utf-8", "replace") for part in parts]
    return hashlib.sha256(b"\0".join(data)).hexdigest()[:_STAMP_CHARS]


def counted(number: int, noun: str) -> str:
    """Return "1 article" or "2 articles", for nouns with a plural in s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def span(time: timedelta) -> str:
    """Return a duration in its largest unit: "4 minutes", "3 days"."""
    seconds = max(0, int(time.total_seconds()))
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def visible(value: str) -> str:
    r"""Return `value` with control characters escaped as in JSON (\\x1b as \\u001b), except line
    ends."""
    if value.isascii() and value.isprintable():
        return value
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", value)


def one_line(value: object) -> str:
    """Return `value` as text for a table cell: `visible`, without line ends and tabs."""
    text = str(value)
    if any(end in text for end in "\n\t\r"):
        text = " ".join(text.split())
    return visible(text)


def folded(text: str) -> str:
    """Return `text` without case and accents; compatibility forms (full width, ligatures) are
    replaced."""
    if text.isascii():
        return text.lower()
    without_accents = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).lower())
    return unicodedata.normalize("NFC", without_accents).translate(_ALSO)


def each_word(text: str) -> Iterator[str]:
    """Iterate over the words of a text, without plural s; in scripts without spaces, over whole
    runs of letters."""
    return filter(None, map(_word, _runs(text)))


def each_term(text: str) -> Iterator[str]:
    """Iterate over the search terms of a text in order: words, or pairs of neighbours in scripts
    without spaces."""
    return chain.from_iterable(map(_terms, _runs(text)))


def _runs(text: str) -> list[str]:
    """Return the runs of letters and digits, without case and accents, parted where a script with
    spaces meets one without."""
    plain = folded(text)
    return (_ASCII_RUN if plain.isascii() else _RUN).findall(plain)


@lru_cache(16_384)
def _terms(run: str) -> tuple[str, ...]:
    word = _word(run)
    if _FIRST_UNSPACED.match(run):
        pairs = max(1, len(word) - 1)
        return tuple(word[start : start + 2] for start in range(pairs))
    return (word,) if word else ()


@lru_cache(8192)
def _word(run: str) -> str:
    if _FIRST_UNSPACED.match(run):
        return run
    word = run[:_LONGEST]
    if len(word) > _SHORT and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word if len(word) > 1 or word.isdecimal() else ""
