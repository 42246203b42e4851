"""Recognise the names of people in a byline; remove words such as "By". Pure.

data/bylines.toml has these words by language."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from syndicator import reading
from syndicator.core import text

_SOFT_HYPHEN = "\xad"  # where a browser may break a word
_LETTER = re.compile(r"[^\W\d_]")
_URL = re.compile(r"(?:https?:)?//|www\.|\b[\w-]+\.(?:com|org|net|de|co|io|html?|php)\b", re.I)
_MAIL = re.compile(
    r"[<(\[]?\s?(?:mailto:)?[\w.+-]{1,64}(?:@|\s?[\[(]at[\])]\s?|\sat\s(?=[\w.-]{1,64}\sdot\s))[\w.-]{1,64}(?:\sdot\s\w+)?\s?[>)\]]?",
    re.I,
)
# as RSS 2.0 writes authors
_NAME_BEHIND_MAIL = re.compile(r"^[\w.+-]{1,64}@[\w.-]{1,64}\s*\(([^()]{2,80})\)$")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_NAME_END = re.compile(
    r"\s+[-–—|•·⋅●∙/»>~]+\s+|\s*[|•⋅●∙»\n]\s*|\s+·\s*|:\s|\s+(?:on|in|under|at)\s+|\s+\b(?:am|le|el|il|den|vom|im|for|für|op|på|em|dnia|dne)\s+(?=\w*[\s.]*\d|the\b|die\b)|\.\s+(?=[A-Z])(?<!\b\w\.\s)(?<!\b(?:Dr|St|Jr|Mr|Ms)\.\s)(?<!\b(?:Mrs)\.\s)(?<!\b(?:Prof)\.\s)"
)
_CJK_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLE = re.compile(
    r"(?:de|del|della|di|da|dos|das|do|du|des|v[ao]n|vom|zu|zur|zum|de[rn]|ter?|ten|l[ae]|les|[ae]l|bin|ibn|ben|bint|of|the|y|e|i|"
    r"und|and|et|a[fv]|d|l)['’]?$",
    re.I,
)
_PERSON_PARTICLE = re.compile(
    r"(?:d[aeiou]|del|della|das|dos|des|v[ao]n|der|den|ter?|zu[mr]?|l[ae]|al|el|bin|ibn|y)"
)
# "Head of News" behind a name: small words that names of people do not have
_ROLE_OF = re.compile(r"\s(?:of|at|for|to|der|des|für|bei|beim|im|in)\s")
_LOGIN = re.compile(r"(?=[\w.-]*[^\W\d_])[\w.-]+")
_MOST_WORDS = 6  # of a name
_LONGEST = 60  # characters of a name
_MOST_DIGITS = 3  # of a login
# ranks of names
FULL = 2
_ONE_WORD = 1
_LIKELY_LOGIN = 0
_LEAST_WORDS = 2  # of a phrase or a person
_PERSON_WORDS = (2, 3)  # of a person's name, particles aside
_MOST_CHARACTERS = 1_000  # of a byline
_MOST_NAMES = 20  # of a byline
_MOST_BY = 3  # times "by" at the beginning of a byline
_PHRASE_END = " :：/"
_WORD_SEPARATOR = re.compile(r"[\s(>/|]+")
_HONORIFICS = frozenset({"dr", "prof", "mr", "mrs", "ms"})
_HONORIFIC = re.compile(r"^(?:dr|prof|mr|mrs|ms)\b\.?\s+")
_COLLECTIVES = frozenset({"team", "staff", "desk", "authors"})
_INITIALS = re.compile("[A-Z]{1,3}")
_ABBREVIATION = re.compile("[A-Z]{2,6}")  # of a paper, a channel or a post
_LOGIN_MARK = re.compile(r"[\d._]|[a-z][A-Z]")
_WORD = re.compile(r"\w+")


class BylineWords:
    """The words of data/bylines.toml, compiled."""

    def __init__(self) -> None:
        data = tomllib.loads(reading.file_text("bylines.toml"))
        self.before_names = frozenset[str](chain.from_iterable(data["by"].values()))
        self.long_before_names = tuple(word for word in self.before_names if " " in word)
        self.before_others = tuple(set[str](chain.from_iterable(data["other"].values())))
        self.starts = frozenset(word.split()[0].rstrip(":/") for word in self.before_names)
        by = _join_alternatives(self.before_names)
        before = _join_alternatives(data["before"]["words"])
        joined = _join_alternatives(data["and"]["words"])
        self.by = re.compile(rf"^(?:{by})(?:\s*[:：/●►]\s*|\s+(?=\S)|(?<=[\u3000-\u9fff]))", re.I)
        self.by_within = re.compile(rf"^(?:[\w-]{{1,20}}\s){{1,3}}(?:{before})\s+(\S.*)$", re.I)
        self.inside = re.compile(rf"\S[\s|·•–—-]+(?:{before})[\s|]+(\S.*)$", re.I)
        self.unfinished = re.compile(rf"\s(?:{before})$", re.I)
        self.joined = re.compile(
            rf"\s*(?:[;,|、，](?:\s*(?:{joined})\s)?|\s\+\s|\s(?:{joined})\s)\s*", re.I
        )
        self.never = frozenset(data["never"]["exact"])
        self.never_parts = tuple(data["never"]["parts"])
        self.roles = frozenset(data["roles"]["exact"])
        self.agencies = frozenset(data["agencies"]["exact"])  # who wrote it, if a publisher says so
        self.teams = frozenset(data["teams"]["exact"])  # who writes together without names
        self.companies = frozenset(data["companies"]["words"])  # in names of companies and sites


byline_words = cache(BylineWords)


def introduces(value: str) -> bool:
    """Return True if `value` consists of words before an author's name: "By", "Geschrieben
    von:"."""
    return value.casefold().strip().rstrip(_PHRASE_END) in byline_words().before_names


def ends_with_phrase(value: str, phrases: tuple[str, ...]) -> bool:
    """Return True if the last words of `value` are one of `phrases` (lower case, of at most four
    words)."""
    lower = value.casefold().rstrip(_PHRASE_END)
    if not lower.endswith(phrases):
        return False
    last_words = _WORD_SEPARATOR.split(lower)[-4:]
    return any(" ".join(last_words[start:]) in phrases for start in range(len(last_words)))


@cache
def given_names() -> frozenset[str]:
    """Return the common given names of data/given_names.txt in lower case."""
    names: set[str] = set()
    for line in reading.file_text("given_names.txt").splitlines():
        if not line.startswith("#"):
            names.update(line.split())
    return frozenset(names)


def has_given_name(value: str) -> bool:
    """Return True if the first word of `value`, after a Dr. or Prof., is a common given name."""
    for word in value.split():
        lower_word = word.casefold()
        if lower_word.strip(".") not in _HONORIFICS:
            return lower_word.split("-")[0] in given_names()
    return False


def make_name_key(value: str) -> str:
    """Return the letters of a name without Dr. or Prof., to compare names."""
    return "".join(_WORD.findall(_HONORIFIC.sub("", value.casefold())))


def _join_alternatives(values: Iterable[str]) -> str:
    """Return a regular expression for `values`, longest first."""
    longest_first = sorted(set(values), key=lambda value: (-len(value), value))
    return "|".join(map(re.escape, longest_first))


def find_names(value: str, *, lenient: bool = False) -> list[str]:
    """Return the names in a byline. `lenient`: the page declares that it contains only names."""
    byline = remove_by(text.line(value[:_MOST_CHARACTERS].replace(_SOFT_HYPHEN, "")))
    name_behind_mail = _NAME_BEHIND_MAIL.match(byline)
    if name_behind_mail:
        byline = name_behind_mail[1]
    byline = _BRACKETS.sub("", _MAIL.sub("", byline))
    if lenient:
        return _split_names(byline.strip(" ,:;|•·*"), lenient=True)
    pieces = [piece.strip(" ,.:;|-–—•·*●/") for piece in _NAME_END.split(byline, maxsplit=3)]
    names = _split_names(pieces[0])
    if any(map(is_full_name, names)):
        return names
    for piece in pieces[1:]:  # a section may stand before the name
        if is_person(piece.split(",")[0]) and has_given_name(piece):
            return _split_names(piece)
    return names


def _split_names(byline: str, *, lenient: bool = False) -> list[str]:
    """Return the names in a list such as "Ann Other, John Doe and dpa". The first part that is no
    name ends it, unless `lenient`."""
    names: list[str] = []
    parts = byline_words().joined.split(byline)[:_MOST_NAMES]
    is_prose = any(len(part.split()) > _MOST_WORDS for part in parts)  # whose words are no logins
    for part in parts:
        name = remove_by(part.strip(' ,.:;|-–—•·*●/"“”„«»()[]<>\u200b@©')).strip()
        name = name.removeprefix("@")
        if is_prose and name[:1].islower():
            continue
        if not names:
            if is_name(name):
                names.append(name)
            continue
        if _ROLE_OF.search(name):
            continue
        is_agency = _is_agency(name)
        if text.SUFFIX.fullmatch(name) and not is_agency:
            names[-1] = f"{names[-1]}, {name}"
        elif is_full_name(names[-1]) and _ABBREVIATION.fullmatch(name) and not is_agency:
            continue
        elif is_name(name):
            names.append(name)
        elif not lenient:
            break
    return list(dict.fromkeys(names))


def _is_agency(name: str) -> bool:
    return name.casefold() in byline_words().agencies


def remove_by(value: str) -> str:
    """Return `value` without the words before the name: "By", "Geschrieben von"."""
    for _ in range(_MOST_BY):
        shorter = byline_words().by.sub("", value, count=1).strip()
        if shorter == value:
            break
        value = shorter
    return value


def is_name(value: str) -> bool:
    """Return True if `value` can be the name of a person or an editorial team."""
    lower_value = value.casefold()
    words = byline_words()
    if lower_value in words.teams or _is_agency(value):
        return True
    if "@" in value or "://" in value:
        return False
    if not 1 < len(value) <= _LONGEST:
        return False
    if lower_value in words.never or lower_value in words.roles:
        return False
    if introduces(value) or words.unfinished.search(value) or _URL.search(value):
        return False
    if any(part in lower_value for part in words.never_parts):
        return False
    most_digits = 0 if " " in value else _MOST_DIGITS
    if sum(char.isdigit() for char in value) > most_digits:
        return False
    if not _LETTER.search(value):
        return False
    value_words = value.split()
    return len(value_words) <= _MOST_WORDS and not _is_phrase(value_words)


def is_login(value: str) -> bool:
    """Return True if `value` can be a user's name: a person's name, or one word of letters and
    digits."""
    if is_name(value):
        return True
    return bool(_LOGIN.fullmatch(value)) and value.casefold() not in byline_words().never


def _is_phrase(parts: list[str]) -> bool:
    """Return True if the words of a text are no name: a role at the end, or a word in lower
    case."""
    if len(parts) < _LEAST_WORDS:
        return False
    if parts[-1].casefold() in byline_words().roles - _COLLECTIVES:
        return True
    if len(parts) == _LEAST_WORDS and parts[0].casefold() in given_names():
        return False
    for part in parts:
        if part[:1].islower() and not _PARTICLE.match(part) and "'" not in part:
            return True
    return False


def is_person(value: str) -> bool:
    """Return True for two or three capitalised words without words of companies: the strictest
    test."""
    first, *later = value.split() or [""]
    parts = [first, *(part for part in later if not _PERSON_PARTICLE.fullmatch(part))]
    if len(parts) not in _PERSON_WORDS or not all(part[:1].isupper() for part in parts):
        return False
    return not any(part.casefold().strip(".,") in byline_words().companies for part in parts)


def is_known_person(value: str) -> bool:
    """Return True for a person's name that starts with a common given name."""
    return is_person(value) and has_given_name(value)


def rank_name(name: str) -> int:
    """Return FULL for a name of several words, 1 for one word, 0 for a likely login."""
    if _is_agency(name):
        return _ONE_WORD
    if name.casefold() in byline_words().teams or _INITIALS.fullmatch(name):
        return _LIKELY_LOGIN
    if " " in name or _CJK_LETTER.search(name):
        return FULL
    if name[:1].isupper() and not _LOGIN_MARK.search(name):
        return _ONE_WORD
    return _LIKELY_LOGIN


def is_full_name(name: str) -> bool:
    return rank_name(name) == FULL


def find_all_names(values: Iterable[str], *, lenient: bool = False) -> Iterator[str]:
    for value in values:
        yield from find_names(value, lenient=lenient)
