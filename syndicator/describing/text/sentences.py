"""Split text into sentences; check the form, the length and the words of excerpts.

A text is plain, a block per line."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple

from syndicator.core.text import count_columns
from syndicator.describing.resources import read_toml

_CJK = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_CJK_END = re.compile(r"[。！？!?…]+[」』）”’》】\")\]]*")
_STOP = ".!?…。！？।۔؟"
_CLOSERS = "\"'”’»“」』)\\]）】"
_ENDS = re.compile(rf"[{_STOP}][{_CLOSERS}]*$")
_GLUED = re.compile(
    r"(?<=[a-zà-ÿ]{2}[.!?])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[a-zà-ÿ]{2}[.!?][\"”])(?=[A-ZÀ-Þ])"
    r"|(?<=[।۔؟])\s|(?<=[.!?][“«»])\s(?=[A-ZÀ-Þ„»])"
)
# A necessary condition of _GLUED, three times as fast.
_PERHAPS_GLUED = re.compile(r"[.!?।۔؟](?:[\"”]?[A-ZÀ-Þ]|[“«»]\s|(?<=[।۔؟])\s)")
_INNER = re.compile(r"[.!?…]\S*\s|[^\x00-\u00ff‘’“”–—]")  # else a line is one sentence
# nupunkt takes many a short word for an abbreviation
_WORD_END = re.compile(r"( [a-zà-ÿ]{2,}\.) (?=[A-ZÀ-Þ„“«])")
_NUMBER = re.compile(r"(?:^|\s)\d{1,2}\.$")
_PAIRS = {
    "“": "”",
    "«": "»",
    "「": "」",
    "『": "』",
    "（": "）",
    "(": ")",
    "[": "]",
    "„": "“",
    "»": "«",
    "‚": "‘",
}
_CLOSING = frozenset("”»」』）)]“«‘")
_MARKS = re.compile('["' + re.escape("".join({*_PAIRS, *_CLOSING})) + "]")
MOST_LINE: Final = 5000  # characters of a line
JOINED: Final = 700  # longest quotation, in characters
# Limits of an excerpt: choices.
WORDS: Final = 55
CHARACTERS: Final = 360  # columns: a wide CJK character counts two
SENTENCES: Final = 3
ALIKE: Final = 10  # letters; a longer excerpt that begins the title repeats it
_MARKUP = re.compile(
    r"</?[a-zA-Z][^>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\]\(|\[\^|```|\*\*|\b__\w|\{\{|\{%|https?://|\bwww\."
    # three labels: the lines of a list
    r"|^\s*(?:[-*•·▪►>#|]|\d{1,2}[.)])\s| \| |\t|(?::\s[^:]*){3}"
    # ticks, arrows, little pictures
    r"|[•\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"\.{2,}|…|\. \. \.")
_AGENCY = r"(?:Reuters|AP|AFP|UPI|CNN|CBS|BBC|dpa|DPA|Xinhua|Bloomberg|PTI|IANS|ANI|EFE|ANSA|TASS|Kyodo|Yonhap|ATS|APA)"  # noqa: E501
_PLACE = r"[A-ZÀ-Þ][\w.'’\-]*(?:[ /][A-ZÀ-Þ][\w.'’\-]*){0,3}"
_DATELINE = re.compile(
    rf"^(?:(?:{_PLACE}(?:, [\w.]+(?: \d{{1,2}})?){{0,3}},? )?\({_AGENCY}(?:["
    r" /][^()]{0,20})?\)\s*(?:[-–—:]+\s*)?"
    rf"|{_PLACE}(?:, [\w.]+(?: \d{{1,2}})?){{0,3}},? \([A-Z][\w ./]{{1,25}}\)\s*[-–—]+\s+"
    r"|(?=[A-ZÀ-Þ.'’ ]{5})[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+(?: [A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+){0,5}"
    r"(?:(?:, [\w.]+(?: \d{1,2})?){0,3}\s*(?:[-–—]+\s+|:\s)|(?:, [\w.]+(?: [\w.]+){0,3}){1,2}"
    r" [-–—]+\s+)"
    rf"|{_PLACE} · "
    r"|【[^】]{2,30}】|[（(][^（）()]{2,20}[讯訊电電][）)]|新华社[^，。]{2,20}电\s*)"
)
_BYLINE = re.compile(
    r"^(?i:by|posted by|written by|photo|image|credit|story by|words"
    r" by|von|par|por|di|door|av|autor|text)"
    r"(?:\s*:\s*|\s+)"
    r"(?:[A-ZÀ-Þ][\w.'’-]+,?\s*(?:(?:and|&|und|et|y|e|en|och)\s+)?){1,6}(?:[|,•·–—-].*)?\W*$"
    r"|^(?i:published|updated|last updated|last modified|posted)\b.{0,40}\d"
)
_FORMS = (
    ("ellipsis", _ELLIPSIS.search),
    ("markup", _MARKUP.search),
    ("dateline", _DATELINE.match),
    ("byline", _BYLINE.match),
)


class Sentence(NamedTuple):
    """A sentence of a text. `line`: number of its line; `place`: its number in the line; `order`:
    its number in the whole text; all three are counted from 0. `whole`: True if it ends with a
    stop; `cut`: True if a dateline ("PARIS (Reuters) -") was removed from its start."""

    text: str
    line: int
    place: int
    whole: bool
    order: int = 0
    cut: bool = False


def split(text: str, most: int = 400, language: str | None = None) -> list[Sentence]:
    """Return the first `most` sentences of `text`. `language`: two letters, None for English."""
    return list(islice(iterate_sentences(text, language), most))


def iterate_sentences(text: str, language: str | None = None) -> Iterator[Sentence]:
    """Yield the sentences of `text` in order. As each line is split when its first sentence is
    asked for, a caller may stop early. `language`: a code of two letters, None for English."""
    order = 0
    for number, line in enumerate(text.split("\n")):
        for place, piece in enumerate(split_line(line, language)):
            yield Sentence(piece, number, place, ends_with_stop(piece), order)
            order += 1


def ends_with_stop(piece: str) -> bool:
    """Return True if `piece` ends with a stop, perhaps followed by closing quotes and brackets."""
    return bool(_ENDS.search(piece))


def split_line(line: str, language: str | None = None) -> list[str]:
    """Return the sentences of the first MOST_LINE characters of a line, with single spaces between
    words. `language`: two letters, None for English."""
    line = " ".join(line[:MOST_LINE].split())
    if not line:
        return []
    if is_cjk(line):
        pieces = _CJK_END.sub("\\g<0>\n", line).split("\n")  # a line feed behind each end
        stripped = [piece.strip() for piece in pieces]
        not_empty = [piece for piece in stripped if piece]
        return _join_pieces(not_empty, language, "")

    parts = [line]
    if _INNER.search(line):
        parts = _load_splitter().tokenize(line)
    if _PERHAPS_GLUED.search(line):
        unglued: list[str] = []
        for part in parts:
            unglued.extend(_GLUED.split(part))
        parts = unglued
    stripped = []
    for part in parts:
        pieces = _WORD_END.sub(r"\1\n", part).split("\n")  # a line feed behind each end
        stripped.extend(piece.strip() for piece in pieces)
    not_empty = [piece for piece in stripped if piece]
    return _join_pieces(not_empty, language, " ")


def is_cjk(value: str) -> bool:
    """Return True if a third of the characters or more are Chinese or Japanese."""
    return not value.isascii() and len(_CJK.findall(value)) * 3 >= len(value.replace(" ", ""))


def is_unbalanced(piece: str) -> bool:
    """Return True if `piece` has only one end of a quotation or bracket: it is opened and not
    closed, or closed and not opened."""
    open_marks: list[str] = []
    for match in _MARKS.finditer(piece):
        mark = match[0]
        index = match.start()
        if mark == '"':
            is_inch_sign = index > 0 and piece[index - 1].isdigit()
            if open_marks and open_marks[-1] == '"':
                open_marks.pop()
            elif not is_inch_sign:
                open_marks.append(mark)
            continue
        # some write „so” in place of „so“
        closes_last = bool(open_marks) and (
            _PAIRS.get(open_marks[-1]) == mark or (open_marks[-1] == "„" and mark == "”")
        )
        if closes_last:
            open_marks.pop()
        elif mark in _PAIRS:
            open_marks.append(mark)
        elif mark in _CLOSING and mark != "‘":
            return True
    return any(mark != "‚" for mark in open_marks)  # ‚ may be a comma


def _join_pieces(pieces: list[str], language: str | None, space: str) -> list[str]:
    """Return the sentences of a line that was split into `pieces` at each stop. Pieces that were
    split after an abbreviation or inside a quotation belong to one sentence and are joined, with
    `space` between them. `language`: a code of two letters, None for English."""
    joined: list[str] = []
    for piece in pieces:
        if joined and _continues(joined[-1], piece, language):
            joined[-1] = f"{joined[-1]}{space}{piece}"
        else:
            joined.append(piece)
    return _close_quotations(joined, space)


def _close_quotations(pieces: list[str], space: str) -> list[str]:
    """Return the pieces of a line after joining those that have parts of one quotation, with
    `space` between them. A quotation that does not end within JOINED characters stays split."""
    closed: list[str] = []
    index = 0
    while index < len(pieces):
        joined = pieces[index]
        end = index + 1  # the piece after the joined ones
        while is_unbalanced(joined) and end < len(pieces) and len(joined) < JOINED:
            joined = f"{joined}{space}{pieces[end]}"
            end += 1
        if is_unbalanced(joined):  # the quotation does not end
            closed.append(pieces[index])
            index += 1
        else:
            closed.append(joined)
            index = end
    return closed


def _continues(piece: str, following: str, language: str | None) -> bool:
    """Return True if `following` belongs to the same sentence as `piece`, the text before it:
    `following` begins with a small letter, or `piece` ends with an abbreviation, or with a number
    and a stop in languages that write ordinals so ("am 3."). `language`: a code of two letters,
    None for English."""
    starts_with_brand = following.startswith(("iP", "iO", "iT", "eB", "macOS"))
    if following[0].islower() and not starts_with_brand:
        return True
    abbreviations, languages_with_ordinals = _load_abbreviations()
    if language in languages_with_ordinals and _NUMBER.search(piece):
        return True
    if not piece.endswith("."):
        return False
    last_word = piece[:-1].rsplit(" ", 1)[-1].lstrip("(„“«\"'’")
    return last_word in abbreviations.get(language or "en", ())


@lru_cache(maxsize=1)
def _load_abbreviations() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Return the abbreviations of each language, without their final stop, and the languages that
    write ordinals with a stop ("3.")."""
    values = read_toml("abbreviations.toml")
    ordinals = frozenset(values.pop("ordinals"))
    return {code: frozenset(words.split()) for code, words in values.items()}, ordinals


@lru_cache(maxsize=1)
def _load_splitter() -> Any:
    """Load the splitter of sentences (nupunkt), which knows abbreviations."""
    import nupunkt

    return nupunkt.load("default")


def find_fault(excerpt: str, title: str) -> str:
    """Return the code of the first rule that an excerpt breaks (a value of `LlmReason`); "" if it
    breaks none. `title`: the title of the article, which an excerpt must not repeat."""
    if not excerpt.strip():
        return "empty"
    if is_too_long(excerpt):
        return "long"
    if not ends_with_stop(excerpt):
        return "cut"
    form_fault = find_form_fault(excerpt)
    if form_fault:
        return form_fault
    return "title" if repeats_title(excerpt, title) else ""


def is_too_long(excerpt: str) -> bool:
    """Return True if an excerpt has more than 55 words or is wider than 360 columns."""
    return len(excerpt.split()) > WORDS or count_columns(excerpt) > CHARACTERS


def find_form_fault(sentence: str) -> str:
    """Return the code of the first rule of form that a sentence breaks, such as "markup" or
    "quotes"; "" if it breaks none."""
    for code, search in _FORMS:
        if search(sentence):
            return code
    folded = sentence.casefold()
    if any(phrase in folded for phrase in load_boilerplate()):
        return "boilerplate"
    return "quotes" if is_unbalanced(sentence) else ""


def remove_dateline(sentence: str) -> str:
    """Return a sentence without its dateline: "The bank" for "PARIS (Reuters) - The bank". It is
    not changed if nothing would be left, or if the rest begins with a small letter."""
    match = _DATELINE.match(sentence)
    if match is None:
        return sentence
    rest = sentence[match.end() :].lstrip()
    if not rest or rest[0].islower():
        return sentence
    return rest


def repeats_title(excerpt: str, title: str) -> bool:
    """Return True if the excerpt begins with the title, or if the title begins with the excerpt,
    and this has more than ALIKE letters."""
    excerpt_words = normalise_words(excerpt)
    title_words = normalise_words(title)
    if not title_words:
        return False
    if excerpt_words.startswith(title_words):
        return True
    return len(excerpt_words) > ALIKE and title_words.startswith(excerpt_words)


def normalise_words(value: str) -> str:
    """Return the words in lower case with one space between them, without punctuation marks."""
    return re.sub(r"\W+", " ", value.casefold()).strip()


@lru_cache(maxsize=1)
def load_boilerplate() -> tuple[str, ...]:
    """Load phrases that no excerpt may have ("cookie policy"). They are English, as sites in all
    languages use them."""
    return tuple(read_toml("boilerplate.toml")["phrases"])
