"""Recognise the names of people in a byline; remove words such as "By". Pure.

data/bylines.toml has these words by language."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache

from syndicator import reading
from syndicator.core import text

_SOFT_HYPHEN = "\xad"  # where a browser may break a word
_LETTERS = r"[^\W\d_]"
_URL = re.compile(r"(?:https?:)?//|www\.|\b[\w-]+\.(?:com|org|net|de|co|io|html?|php)\b", re.I)
_MAIL = re.compile(
    r"[<(\[]?\s?(?:mailto:)?[\w.+-]{1,64}(?:@|\s?[\[(]at[\])]\s?|\sat\s(?=[\w.-]{1,64}\sdot\s))[\w.-]{1,64}(?:\sdot\s\w+)?\s?[>)\]]?",
    re.I,
)
# as RSS 2.0 writes authors
_ADDRESSED = re.compile(r"^[\w.+-]{1,64}@[\w.-]{1,64}\s*\(([^()]{2,80})\)$")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_STOP = re.compile(
    r"\s+[-–—|•·⋅●∙/»>~]+\s+|\s*[|•⋅●∙»\n]\s*|\s+·\s*|:\s|\s+(?:on|in|under|at)\s+|\s+\b(?:am|le|el|il|den|vom|im|for|für|op|på|em|dnia|dne)\s+(?=\w*[\s.]*\d|the\b|die\b)|\.\s+(?=[A-Z])(?<!\b\w\.\s)(?<!\b(?:Dr|St|Jr|Mr|Ms)\.\s)(?<!\b(?:Mrs)\.\s)(?<!\b(?:Prof)\.\s)"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLES = re.compile(
    r"(?:de|del|della|di|da|dos|das|do|du|des|v[ao]n|vom|zu|zur|zum|de[rn]|ter?|ten|l[ae]|les|[ae]l|bin|ibn|ben|bint|of|the|y|e|i|"
    r"und|and|et|a[fv]|d|l)['’]?$",
    re.I,
)
_BETWEEN = re.compile(
    r"(?:d[aeiou]|del|della|das|dos|des|v[ao]n|der|den|ter?|zu[mr]?|l[ae]|al|el|bin|ibn|y)"
)
# "Head of News" behind a name: small words that names of people do not have
_ROLE_OF = re.compile(r"\s(?:of|at|for|to|der|des|für|bei|beim|im|in)\s")
_LOGIN = re.compile(r"(?=[\w.-]*[^\W\d_])[\w.-]+")
_MOST_WORDS = 6
_LONGEST = 60
_MOST_DIGITS = 3  # of a name: words, characters; digits of a login
FULL = 2  # the rank of a name of several words
_LEAST_WORDS = 2  # of a phrase or a person
_PERSON_WORDS = (2, 3)  # of a person's name, particles aside


class Words:
    """The words of data/bylines.toml, compiled."""

    def __init__(self) -> None:
        data = tomllib.loads(reading.file_text("bylines.toml"))
        self.before_names = frozenset(word for row in data["by"].values() for word in row)
        self.long_before_names = tuple(word for word in self.before_names if " " in word)
        self.before_others = tuple({word for row in data["other"].values() for word in row})
        self.starts = frozenset(word.split()[0].rstrip(":/") for word in self.before_names)
        by = _alternatives(self.before_names)
        before = _alternatives(data["before"]["words"])
        joined = _alternatives(data["and"]["words"])
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


words = cache(Words)


def introduces(value: str) -> bool:
    """Return True if `value` consists of words before an author's name: "By", "Geschrieben
    von:"."""
    return value.casefold().strip().rstrip(" :：/") in words().before_names


def ends_in(value: str, phrases: tuple[str, ...]) -> bool:
    low = value.casefold().rstrip(" :：/")
    parts = re.split(r"[\s(>/|]+", low)[-4:] if low.endswith(phrases) else []
    return any(" ".join(parts[start:]) in phrases for start in range(len(parts)))


@cache
def given_names() -> frozenset[str]:
    lines = reading.file_text("given_names.txt").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def has_given_name(value: str) -> bool:
    """Return True if the first word of `value`, after a Dr. or Prof., is a common given name."""
    parts = [
        part
        for part in value.split()
        if part.casefold().strip(".") not in ("dr", "prof", "mr", "mrs", "ms")
    ]
    return bool(parts) and parts[0].casefold().split("-")[0] in given_names()


def plain_key(value: str) -> str:
    """Return the letters of a name without Dr. or Prof., to compare names."""
    return "".join(
        re.findall(r"\w+", re.sub(r"^(?:dr|prof|mr|mrs|ms)\b\.?\s+", "", value.casefold()))
    )


def _alternatives(values: Iterable[str]) -> str:
    return "|".join(
        re.escape(value) for value in sorted(set(values), key=lambda value: (-len(value), value))
    )


def people(value: str, *, lenient: bool = False) -> list[str]:
    """Return the names in a byline. `lenient`: the page declares that it contains only names."""
    rest = unby(text.line(value[:1_000].replace(_SOFT_HYPHEN, "")))
    addressed = _ADDRESSED.match(rest)
    rest = addressed[1] if addressed else rest
    rest = _BRACKETS.sub("", _MAIL.sub("", rest))
    if lenient:
        return _listed(rest.strip(" ,:;|•·*"), lenient=True)
    pieces = [piece.strip(" ,.:;|-–—•·*●/") for piece in _STOP.split(rest, maxsplit=3)]
    names = _listed(pieces[0])
    if not any(map(is_full, names)):  # a section may stand before the name
        later = (
            _listed(piece)
            for piece in pieces[1:]
            if is_person(piece.split(",")[0]) and has_given_name(piece)
        )
        return next(later, names)
    return names


def _listed(rest: str, *, lenient: bool = False) -> list[str]:
    out: list[str] = []
    parts = words().joined.split(rest)[:20]
    # text, of which no word is a login
    running = any(len(part.split()) > _MOST_WORDS for part in parts)
    for part in parts:
        cleaned = unby(part.strip(' ,.:;|-–—•·*●/"“”„«»()[]<>\u200b@©')).strip()
        name = cleaned.removeprefix("@")
        if (running and name[:1].islower()) or (out and _ROLE_OF.search(name)):
            continue
        if out and text.SUFFIX.fullmatch(name) and not _is_agency(name):
            out[-1] = f"{out[-1]}, {name}"
        elif out and is_full(out[-1]) and re.fullmatch("[A-Z]{2,6}", name) and not _is_agency(name):
            continue  # a paper, a channel or a post
        elif is_name(name):
            out.append(name)
        elif out and not lenient:
            break
    return list(dict.fromkeys(out))


def _is_agency(name: str) -> bool:
    return name.casefold() in words().agencies


def unby(value: str) -> str:
    """Return `value` without the words before the name: "By", "Geschrieben von"."""
    for _ in range(3):
        shorter = words().by.sub("", value, count=1).strip()
        if shorter == value:
            break
        value = shorter
    return value


def is_name(value: str) -> bool:
    """Return True if `value` can be the name of a person or an editorial team."""
    low = value.casefold()
    if low in words().teams or _is_agency(value):
        return True
    if "@" in value or "://" in value:
        return False
    if not 1 < len(value) <= _LONGEST or low in words().never or low in words().roles:
        return False
    if introduces(value) or words().unfinished.search(value) or _URL.search(value):
        return False
    if any(part in low for part in words().never_parts):
        return False
    if sum(char.isdigit() for char in value) > (_MOST_DIGITS if " " not in value else 0):
        return False
    count = len(value.split())
    return (
        bool(re.search(_LETTERS, value)) and count <= _MOST_WORDS and not _is_phrase(value.split())
    )


def is_login(value: str) -> bool:
    """Return True if `value` can be a user's name: a person's name, or one word of letters and
    digits."""
    return is_name(value) or bool(_LOGIN.fullmatch(value) and value.casefold() not in words().never)


def _is_phrase(parts: list[str]) -> bool:
    if len(parts) < _LEAST_WORDS:
        return False
    if parts[-1].casefold() in words().roles - {"team", "staff", "desk", "authors"}:
        return True
    if len(parts) == _LEAST_WORDS and parts[0].casefold() in given_names():
        return False
    return any(
        part[:1].islower() and not _PARTICLES.match(part) and "'" not in part for part in parts
    )


def is_person(value: str) -> bool:
    """Return True for two or three capitalised words without words of companies: the strictest
    test."""
    first, *later = value.split() or [""]
    parts = [first, *(part for part in later if not _BETWEEN.fullmatch(part))]
    if len(parts) not in _PERSON_WORDS or not all(part[:1].isupper() for part in parts):
        return False
    return not any(part.casefold().strip(".,") in words().companies for part in parts)


def is_known(value: str) -> bool:
    """Return True for a person's name that starts with a common given name."""
    return is_person(value) and has_given_name(value)


def rank(name: str) -> int:
    """Return FULL for a name of several words, 1 for one word, 0 for a likely login."""
    if _is_agency(name):
        return 1
    if name.casefold() in words().teams or re.fullmatch("[A-Z]{1,3}", name):
        return 0
    if " " in name or _CJK.search(name):
        return FULL
    return 1 if name[:1].isupper() and not re.search(r"[\d._]|[a-z][A-Z]", name) else 0


def is_full(name: str) -> bool:
    return rank(name) == FULL


def all_people(values: Iterable[str], *, lenient: bool = False) -> Iterator[str]:
    for value in values:
        yield from people(value, lenient=lenient)
