"""Work on texts: legal characters, slugs, Markdown as plain text, search terms, author names. Pure.
Most functions are called for every article, so they have short cuts for the usual texts."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import chain

# Characters that XML 1.0 forbids (production [2]), and others of which feed validators warn: C1
# controls and noncharacters.
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
_MOST_NESTED = 30  # marks of items and quotes on one line
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

# the characters with which matches of _INLINE begin; a picture's "!" is missing, but "[" follows it
_MARK = re.compile(r"[`\\[<&*~_]")

# Parts of a name that stand after a comma: generations, degrees, forms of companies.
SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|esq|(?:ph|m|ed|psy|pharm|j)\.?\s?d|[mb]\.?(?:a|s|sc|ed|fa|ba)|mph|d\.?[dvm]\.?[sm]|vmd|msn|bsn|np|rn|"
    r"rdn?|ldn?|lcsw|cpa|cfp|cfa|inc|ltd|llc|llp|plc|gmbh|co|s\.?a)\.?",
    re.IGNORECASE,
)
SLUG_CHARS = 60  # a choice: people can read and type it
_MOST_NAMED = 15  # names in a message; a choice
_DIGEST_CHARS = 6  # of the digest at the end of a slug
_OTHER_SCRIPT = "x"  # stands in a slug for a name of which no character can be shown
_STEM_CHARS = 200  # characters of a name that are considered for a slug
_STAMP_CHARS = 32  # hexadecimal digits of a digest: 128 bits
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
_LONGEST = 32  # characters of a search term
_SHORT = 3  # words up to this length keep their s


def remove_illegal(value: str) -> str:
    """Return `value` without characters that XML 1.0 forbids, such as control characters, and
    without others that feed validators warn about."""
    # printable texts, which are most, have none; to ask is twenty times faster than to search
    if value.replace("\n", "").isprintable():
        return value
    return _ILLEGAL.sub("", value)


def suggest_similar(word: str, candidates: Iterable[str]) -> str:
    """Return the end of a message about the wrong word `word`, which names the most similar
    candidate, such as " (did you mean 'tags'?)". Return "" if no candidate is similar.
    `candidates`: the valid words."""
    import difflib

    # compare without capitals, but show the candidate as it is written
    names = {name.casefold(): name for name in candidates}
    similar_names = difflib.get_close_matches(word.casefold(), names, n=1)
    if not similar_names:
        return ""
    return f" (did you mean {names[similar_names[0]]!r}?)"


def name_alternatives(word: str, candidates: Iterable[str]) -> str:
    """Return the end of a message about the wrong word `word`, which names the valid words
    (`candidates`): " (did you mean 'x'?)" if one is similar, "; there are a, b, c" if none is, and
    "" if there are no valid words."""
    names = list(candidates)
    hint = suggest_similar(word, names)
    if hint:
        return hint
    if not names:
        return ""
    first_names = ", ".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        first_names += f" and {len(names) - _MOST_NAMED} more"
    return f"; there are {first_names}" if len(names) > 1 else f"; there is only {first_names}"


def line(value: str) -> str:
    """Return `value` as one line of text: with a single space for each run of spaces and line ends,
    without characters that XML forbids, and in Unicode's normal form C, in which a letter with an
    accent is one character."""
    # most texts have neither line ends nor double spaces
    if value.isprintable() and "  " not in value:
        if value.isascii():
            return value.strip()
        return unicodedata.normalize("NFC", value).strip()
    return _SPACE.sub(" ", unicodedata.normalize("NFC", remove_illegal(value))).strip()


def count_columns(value: str) -> int:
    """Return the number of columns that `value` takes in a terminal: two for a Chinese, Japanese or
    Korean character, one for any other."""
    if value.isascii():
        return len(value)
    return len(value) + len(_WIDE.findall(value))


def words(value: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return _WORD.findall(value.casefold())


def plain(markdown: str) -> str:
    """Return the plain text of Markdown that this program wrote, with a line for each paragraph,
    heading, list item and table row. The cells of a row are separated by tabs, and lines of code
    stay as they are. Pictures and the addresses of links are left out."""
    lines: list[str] = []
    fence = ""  # the marks that open the present block of code, "" outside of code
    margin = 0  # spaces before the lines of that block
    is_after_row = False  # True if the line before was a table row
    for raw_line in markdown.split("\n"):
        line = raw_line
        if raw_line.lstrip(" ").startswith(">"):
            line = _QUOTE.sub("", raw_line, count=1)
        content = line.strip()

        # inside a block of code
        if fence:
            is_closing_fence = content.startswith(fence) and not content.strip("`~")
            if is_closing_fence:
                fence = ""
            else:
                indentation = len(line) - len(line.lstrip(" "))
                lines.append(line[min(margin, indentation) :])
            continue

        # most lines: they begin with a letter, so with no mark of a list, heading or the like
        if not content or content[0].isalpha():
            lines.append(_inline_text(content).strip())
            is_after_row = False
            continue

        # lines that may begin with a mark
        content = _remove_block_marks(content)
        fence_match = _FENCE.match(content)
        if fence_match:
            fence = fence_match[1]
            margin = len(line) - len(content)
        elif content.startswith("|"):
            # the row of dashes below the head of a table
            is_delimiter_row = is_after_row and _DELIMITER.match(content)
            if not is_delimiter_row:
                cells = [_inline_text(cell.strip()) for cell in _BAR.split(content.strip("|"))]
                lines.append("\t".join(cells).strip())
        elif not _RULE.match(content):  # a rule (---) has no text
            lines.append(_inline_text(content).strip())
        is_after_row = content.startswith("|")
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def _remove_block_marks(value: str) -> str:
    """Return a line of Markdown without the marks of list items, quotes and headings at its start:
    "> - # Title" becomes "Title". A horizontal rule, such as "- - -", stays as it is."""
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
    """Return the plain text of a line of Markdown: without marks of emphasis and code, without
    backslashes that escape a character, without pictures and without the addresses of links."""
    # most lines have no mark; to look for one is five times faster
    if not _MARK.search(value):
        return value
    return _INLINE.sub(_read_inline, value)


def _read_inline(match: re.Match[str]) -> str:
    """Return the plain text of a piece of Markdown that _INLINE matches: of code, an escaped
    character, a link, an address or an entity such as `&amp;`. Return "" for a picture and for
    marks of emphasis."""
    # at most one of these is set; the first group is the backticks, the fourth a picture
    _, code, escaped, _, label, address, entity = match.groups()
    if code is not None:
        is_padded = code[0] == code[-1] == " " and len(code) > _PADDING
        if is_padded:
            return code[1:-1]
        return code
    if escaped is not None:
        return escaped
    if label is not None:
        return _inline_text(label)
    if address is not None:
        return address
    if entity is not None:
        return html.unescape(entity)
    return ""


def make_file_stem(value: str, limit: int = 80) -> str:
    """Return `value` as the beginning of a file name: only a-z, 0-9 and single hyphens, at most
    `limit` characters, cut between words. Return "" if no such characters are left. Different
    values may give the same result."""
    from slugify import slugify  # imported here because it loads tables, which takes time

    beginning = remove_illegal(value)[:2000]
    return str(slugify(beginning, max_length=limit, word_boundary=True, save_order=True))


@lru_cache(maxsize=20_000)  # articles share a few hundred names
def slug(name: str) -> str:
    """Return the slug of a name: the form of the name that URLs and file names contain, such as
    "artificial-intelligence". It has 1 to 60 of the characters a-z, 0-9 and hyphen. Names that
    differ only in case or accents have the same slug. Signs are spelled out: "C++" gives
    "c-plus-plus".

    If characters of the name would be lost, or if the slug would be too long or is reserved, it
    ends in six digits of a digest of the name, which make it unique."""
    folded = unicodedata.normalize("NFKC", remove_illegal(name)).casefold().strip()
    spelled = folded
    if re.match(r"\.\w", folded):  # such as ".net"
        spelled = "dot " + folded.removeprefix(".")
    for character, word in _SPELLED:
        spelled = spelled.replace(character, word)
    readable = make_file_stem(spelled, _STEM_CHARS)
    is_valid = bool(readable) and len(readable) <= SLUG_CHARS and readable not in _RESERVED
    if is_valid and not _loses_characters(spelled):
        return readable

    digest = hashlib.sha256(folded.encode()).hexdigest()[:_DIGEST_CHARS]
    ending = f"-{digest}"
    beginning = readable[: SLUG_CHARS - len(ending)].rstrip("-") or _OTHER_SCRIPT
    return beginning + ending


def _loses_characters(spelled: str) -> bool:
    """Return True if `spelled`, a name in lower case, has characters that a slug cannot show:
    symbols, or letters and digits of other scripts than Latin."""
    for character in unicodedata.normalize("NFKD", spelled):  # letters without their accents
        category = unicodedata.category(character)[0]
        if category == "S":  # a symbol
            return True
        # C: unassigned and the like, which may be letters; L: letters; N: numbers
        may_be_letter_or_number = category in "CLN"
        if not may_be_letter_or_number or character.isascii():
            continue
        if not unicodedata.name(character, "").startswith("LATIN "):
            return True
    return False


def split_author_names(author: str | None) -> tuple[str, ...]:
    """Return the names in `author`, a text with names between commas, each once. Parts such as
    "Jr." and "Inc." belong to the name before them. Two single words are the surname and the first
    name of one person: "Lee, Kim" is one name. None gives no names."""
    names: list[str] = []
    for part in (author or "").split(","):
        name = part.strip()
        if not name:
            continue
        if names and SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        else:
            names.append(name)
    are_single_words = not any(" " in name for name in names)
    is_surname_first = len(names) == 2 and are_single_words  # noqa: PLR2004 - a surname and a first name
    if is_surname_first:
        return (", ".join(names),)
    return tuple(dict.fromkeys(names))


def stamp(*parts: str | bytes) -> str:
    """Return a digest of `parts`, 32 hexadecimal digits, which changes if one of them changes. It
    is used as ETag of a page, and in forms: an edit of a text is refused if its digest has changed
    since the form was opened."""
    data = [part if isinstance(part, bytes) else part.encode("utf-8", "replace") for part in parts]
    return hashlib.sha256(b"\0".join(data)).hexdigest()[:_STAMP_CHARS]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural: "1 article", "2 articles". `noun`:
    the singular; its plural must be the singular and "s"."""
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun}s"


def describe_duration(time: timedelta) -> str:
    """Return a duration in words, in whole days, hours, minutes or seconds: "4 minutes" for 270
    seconds, "3 days". The largest unit that fits is used. A negative duration gives "0 seconds"."""
    seconds = max(0, int(time.total_seconds()))
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def visible(value: str) -> str:
    r"""Return `value` with control characters written as in JSON, such as \u001b, so that they have
    no effect in a terminal. Tabs and line feeds stay."""
    if value.isascii() and value.isprintable():
        return value
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", value)


def one_line(value: object) -> str:
    """Return `value` as text for a cell of a table in a terminal: with a space for line ends and
    tabs, and with control characters escaped."""
    text = str(value)
    if any(end in text for end in "\n\t\r"):
        text = " ".join(text.split())
    return visible(text)


def fold_case_and_accents(text: str) -> str:
    """Return `text` in the form in which searches compare texts: in lower case, without accents,
    with plain letters in place of ligatures and full-width letters."""
    if text.isascii():
        return text.lower()
    # NFKD separates letters from their accents, so that these can be removed
    without_accents = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).lower())
    return unicodedata.normalize("NFC", without_accents).translate(_ALSO)


def each_word(text: str) -> Iterator[str]:
    """Yield the words of a text in the form in which searches compare them: in lower case, without
    accents and without the s of a plural. In a script that has no spaces between words, such as
    Chinese, a word ends only at the next sign or other script."""
    return filter(None, map(_make_word, _split_runs(text)))


def each_term(text: str) -> Iterator[str]:
    """Yield the search terms of a text, in order. These are its words; in a script that has no
    spaces between words, such as Chinese, they are all pairs of neighbouring characters."""
    return chain.from_iterable(map(_make_terms, _split_runs(text)))


def _split_runs(text: str) -> list[str]:
    """Return the runs of letters and digits in a text (those without a space or sign between them),
    in lower case and without accents. A run also ends where another kind of script begins: one with
    spaces between words, or one without."""
    folded = fold_case_and_accents(text)
    pattern = _ASCII_RUN if folded.isascii() else _RUN
    return pattern.findall(folded)


@lru_cache(16_384)
def _make_terms(run: str) -> tuple[str, ...]:
    """Return the search terms of a run of letters (letters without a space or sign between them).
    It is one word; but in a script that has no spaces between words, such as Chinese, each pair of
    neighbouring characters is a term. Return () if the run gives no term."""
    word = _make_word(run)
    if not word:
        return ()
    if not _FIRST_UNSPACED.match(run):
        return (word,)
    pair_count = max(1, len(word) - 1)  # a single character is a term, too
    return tuple(word[start : start + 2] for start in range(pair_count))


@lru_cache(8192)
def _make_word(run: str) -> str:
    """Return the word by which a run of letters is searched: its first 32 characters, without the s
    of an English plural. Return "" for a single letter. A run in a script that has no spaces
    between words, such as Chinese, is returned whole."""
    if _FIRST_UNSPACED.match(run):
        return run
    word = run[:_LONGEST]
    if len(word) > _SHORT and word.isascii():
        is_plural = word.endswith("s") and not word.endswith("ss")
        if is_plural:
            word = word.removesuffix("s")
    is_single_letter = len(word) == 1 and not word.isdecimal()
    if is_single_letter:
        return ""
    return word
