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
# as RSS 2.0 writes authors: "ann@paper.example (Ann Other)"
_NAME_BEHIND_MAIL = re.compile(r"^[\w.+-]{1,64}@[\w.-]{1,64}\s*\(([^()]{2,80})\)$")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
# what ends a name in a byline: a separator, "on Monday", a sentence's end that is no abbreviation
_NAME_END = re.compile(
    r"\s+[-–—|•·⋅●∙/»>~]+\s+|\s*[|•⋅●∙»\n]\s*|\s+·\s*|:\s|\s+(?:on|in|under|at)\s+|\s+\b(?:am|le|el|il|den|vom|im|for|für|op|på|em|dnia|dne)\s+(?=\w*[\s.]*\d|the\b|die\b)|\.\s+(?=[A-Z])(?<!\b\w\.\s)(?<!\b(?:Dr|St|Jr|Mr|Ms)\.\s)(?<!\b(?:Mrs)\.\s)(?<!\b(?:Prof)\.\s)"
)
_CJK_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# words in lower case that names may have: those of teams and companies, too
_PARTICLE = re.compile(
    r"(?:de|del|della|di|da|dos|das|do|du|des|v[ao]n|vom|zu|zur|zum|de[rn]|ter?|ten|l[ae]|les|[ae]l|bin|ibn|ben|bint|of|the|y|e|i|"
    r"und|and|et|a[fv]|d|l)['’]?$",
    re.I,
)
_PERSON_PARTICLE = re.compile(
    r"(?:d[aeiou]|del|della|das|dos|des|v[ao]n|der|den|ter?|zu[mr]?|l[ae]|al|el|bin|ibn|y)"
)
# words in a role, such as "Head of News", that names of people do not have
_ROLE_OF = re.compile(r"\s(?:of|at|for|to|der|des|für|bei|beim|im|in)\s")
_LOGIN = re.compile(r"(?=[\w.-]*[^\W\d_])[\w.-]+")
_MOST_WORDS = 6  # words of a name
_LONGEST = 60  # characters of a name
_MOST_DIGITS = 3  # digits of a name of one word, such as a login
# ranks of names, see rank_name
FULL = 2
_ONE_WORD = 1
_LIKELY_LOGIN = 0
_LEAST_WORDS = 2  # words of a name that can be a phrase
_PERSON_WORDS = (2, 3)  # numbers of words of a person's name, without particles
_MOST_CHARACTERS = 1_000  # characters of a byline
_MOST_NAMES = 20  # names of a byline
_MOST_BY = 3  # phrases such as "By" and "Written by" one after the other
_PHRASE_END = " :：/"  # characters after a phrase such as "By:"
_WORD_SEPARATOR = re.compile(r"[\s(>/|]+")
_HONORIFICS = frozenset({"dr", "prof", "mr", "mrs", "ms"})
_HONORIFIC = re.compile(r"^(?:dr|prof|mr|mrs|ms)\b\.?\s+")
_COLLECTIVES = frozenset({"team", "staff", "desk", "authors"})  # roles that end a team's name
_INITIALS = re.compile("[A-Z]{1,3}")
_ABBREVIATION = re.compile("[A-Z]{2,6}")  # of a paper, a channel or a post behind a name
# digits, dots and capitals inside of a word, as logins have them
_LOGIN_MARK = re.compile(r"[\d._]|[a-z][A-Z]")
_WORD = re.compile(r"\w+")


class BylineWords:
    """The words of data/bylines.toml, compiled."""

    def __init__(self) -> None:
        """Load the words and compile the expressions."""
        data = tomllib.loads(reading.file_text("bylines.toml"))
        # phrases before an author's name ("by", "written by"), and those of several words
        self.before_names = frozenset[str](chain.from_iterable(data["by"].values()))
        self.long_before_names = tuple(phrase for phrase in self.before_names if " " in phrase)
        # phrases before the name of somebody else ("photo by")
        self.before_others = tuple(set[str](chain.from_iterable(data["other"].values())))
        # first words of phrases before an author's name
        self.starts = frozenset(phrase.split()[0].rstrip(":/") for phrase in self.before_names)
        by = _join_alternatives(self.before_names)
        before = _join_alternatives(data["before"]["words"])
        conjunctions = _join_alternatives(data["and"]["words"])
        # "by" at the start of a byline: "By Ann Other"
        self.by = re.compile(rf"^(?:{by})(?:\s*[:：/●►]\s*|\s+(?=\S)|(?<=[\u3000-\u9fff]))", re.I)
        # "by" after a few words: "A guest post by Ann Other"
        self.by_within = re.compile(rf"^(?:[\w-]{{1,20}}\s){{1,3}}(?:{before})\s+(\S.*)$", re.I)
        # "by" anywhere in a line: "4 May 2024 | by Ann Other"
        self.inside = re.compile(rf"\S[\s|·•–—-]+(?:{before})[\s|]+(\S.*)$", re.I)
        # "by" at the end of a text, which is no name: "Posted by"
        self.unfinished = re.compile(rf"\s(?:{before})$", re.I)
        # between two names: ", ", " and ", ", and "
        self.name_separator = re.compile(
            rf"\s*(?:[;,|、，](?:\s*(?:{conjunctions})\s)?|\s\+\s|\s(?:{conjunctions})\s)\s*", re.I
        )
        # texts that are no names, and parts of such texts
        self.never = frozenset(data["never"]["exact"])
        self.never_parts = tuple(data["never"]["parts"])
        self.roles = frozenset(data["roles"]["exact"])
        self.agencies = frozenset(data["agencies"]["exact"])  # they count as authors
        self.teams = frozenset(data["teams"]["exact"])  # names of editorial teams: "the editors"
        self.companies = frozenset(data["companies"]["words"])  # words in names of companies, sites


load_byline_words = cache(BylineWords)


def introduces_name(value: str) -> bool:
    """Return True if the whole `value` is a phrase that stands before an author's name, such as
    "By" or "Geschrieben von:"."""
    return value.casefold().strip().rstrip(_PHRASE_END) in load_byline_words().before_names


def ends_with_phrase(value: str, phrases: tuple[str, ...]) -> bool:
    """Return True if `value` ends with one of `phrases` as whole words, in upper or lower case:
    "Not by" ends with the phrase "by", "standby" does not. `phrases`: in lower case, of at most
    four words each."""
    lower = value.casefold().rstrip(_PHRASE_END)
    if not lower.endswith(phrases):
        return False
    last_words = _WORD_SEPARATOR.split(lower)[-4:]
    while last_words:
        if " ".join(last_words) in phrases:
            return True
        del last_words[0]
    return False


@cache
def load_given_names() -> frozenset[str]:
    """Return the common given names of data/given_names.txt in lower case."""
    names: set[str] = set()
    for line in reading.file_text("given_names.txt").splitlines():
        if not line.startswith("#"):
            names.update(line.split())
    return frozenset(names)


def has_given_name(value: str) -> bool:
    """Return True if the first word of `value` is a common given name. A title such as "Dr." before
    it does not count."""
    for word in value.split():
        lower_word = word.casefold()
        is_title = lower_word.strip(".") in _HONORIFICS
        if not is_title:
            first_part = lower_word.split("-")[0]  # "jean" of "jean-luc"
            return first_part in load_given_names()
    return False


def make_name_key(value: str) -> str:
    """Return the letters of a name in lower case without "Dr." and the like. Two spellings of a
    name have the same key."""
    return "".join(_WORD.findall(_HONORIFIC.sub("", value.casefold())))


def _join_alternatives(values: Iterable[str]) -> str:
    """Return a regular expression that matches any of `values`; where several match, it takes the
    longest."""
    longest_first = sorted(set(values), key=lambda value: (-len(value), value))
    return "|".join(map(re.escape, longest_first))


def find_names(value: str, *, lenient: bool = False) -> list[str]:
    """Return the different names of people in the byline `value`, in order. A byline goes on with
    other things: the first part that does not look like a name ends it. `lenient`: skip such a part
    instead, as the page declares that the text consists of names."""
    byline = remove_by(text.line(value[:_MOST_CHARACTERS].replace(_SOFT_HYPHEN, "")))
    name_behind_mail = _NAME_BEHIND_MAIL.match(byline)  # "ann@example.org (Ann Other)"
    if name_behind_mail:
        byline = name_behind_mail[1]
    byline = _BRACKETS.sub("", _MAIL.sub("", byline))
    if lenient:
        return _split_names(byline.strip(" ,:;|•·*"), lenient=True)
    pieces = [piece.strip(" ,.:;|-–—•·*●/") for piece in _NAME_END.split(byline, maxsplit=3)]
    names = _split_names(pieces[0])
    if any(map(is_full_name, names)):
        return names
    for piece in pieces[1:]:  # the byline may begin with something else, such as a section
        if is_person(piece.split(",")[0]) and has_given_name(piece):
            return _split_names(piece)
    return names


def _split_names(byline: str, *, lenient: bool = False) -> list[str]:
    """Return the different names in a list such as "Ann Other, John Doe and dpa". After a name, the
    first part that cannot be a name ends the list. `lenient`: skip such a part instead. "Jr." is
    added to the name before. Roles such as "editor of" are left out, and so is the abbreviation of
    a newspaper behind a full name."""
    names: list[str] = []
    parts = load_byline_words().name_separator.split(byline)[:_MOST_NAMES]
    # in prose, a word in lower case is no login
    is_prose = any(len(part.split()) > _MOST_WORDS for part in parts)
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
        is_suffix = text.SUFFIX.fullmatch(name) is not None and not is_agency
        is_abbreviation = _ABBREVIATION.fullmatch(name) is not None and not is_agency
        if is_suffix:  # "Jr." belongs to the name before
            names[-1] = f"{names[-1]}, {name}"
        elif is_abbreviation and is_full_name(names[-1]):
            continue
        elif is_name(name):
            names.append(name)
        elif not lenient:
            break
    return list(dict.fromkeys(names))


def _is_agency(name: str) -> bool:
    """Return True if `name` is that of a news agency, such as "dpa"."""
    return name.casefold() in load_byline_words().agencies


def remove_by(value: str) -> str:
    """Return the byline `value` without phrases such as "By" or "Geschrieben von" at its start. At
    most three are removed, one after another."""
    remaining = value
    for _ in range(_MOST_BY):
        shorter = load_byline_words().by.sub("", remaining, count=1).strip()
        if shorter == remaining:
            break
        remaining = shorter
    return remaining


def is_name(value: str) -> bool:
    """Return True if `value` may be the name of a person, an agency or an editorial team. A name
    may be one word. Return False for roles, phrases and addresses, and for texts that are too long
    or have too many digits for a name."""
    lower_value = value.casefold()
    words = load_byline_words()
    if lower_value in words.teams or _is_agency(value):
        return True
    if "@" in value or "://" in value:
        return False
    if not 1 < len(value) <= _LONGEST:
        return False
    if lower_value in words.never or lower_value in words.roles:
        return False
    if introduces_name(value) or words.unfinished.search(value) or _URL.search(value):
        return False
    if any(part in lower_value for part in words.never_parts):
        return False
    most_digits = 0 if " " in value else _MOST_DIGITS  # one word may be a login, "harbour84"
    if sum(char.isdigit() for char in value) > most_digits:
        return False
    if not _LETTER.search(value):
        return False
    value_words = value.split()
    return len(value_words) <= _MOST_WORDS and not _is_phrase(value_words)


def is_login(value: str) -> bool:
    """Return True if `value` may be the name of a user of a forum: the name of a person, or one
    word of letters, digits, "_", "." and "-"."""
    if is_name(value):
        return True
    names_nobody = value.casefold() in load_byline_words().never
    return _LOGIN.fullmatch(value) is not None and not names_nobody


def _is_phrase(words: list[str]) -> bool:
    """Return True if `words` are rather a phrase than a name: if the last is a role, such as
    "editor", or if one begins in lower case and is no particle such as "van". Two words that begin
    with a common given name may be in lower case. A single word is no phrase."""
    if len(words) < _LEAST_WORDS:
        return False
    roles = load_byline_words().roles - _COLLECTIVES
    if words[-1].casefold() in roles:
        return True
    if len(words) == _LEAST_WORDS and words[0].casefold() in load_given_names():
        return False
    for word in words:
        is_particle = _PARTICLE.match(word) or "'" in word  # "van", "d'Arc"
        if word[:1].islower() and not is_particle:
            return True
    return False


def is_person(value: str) -> bool:
    """Return True if `value` is written like the name of a person: two or three words, each with a
    capital, and none such as "Ltd" or "News" that names of companies have. Particles after the
    first word, such as "van", do not count."""
    parts = value.split()
    if not parts:
        return False
    # particles ("van", "de") stand behind the first word only
    names = [parts[0]]
    for part in parts[1:]:
        if not _PERSON_PARTICLE.fullmatch(part):
            names.append(part)
    if len(names) not in _PERSON_WORDS:
        return False
    if not all(name[:1].isupper() for name in names):
        return False
    company_words = load_byline_words().companies
    return not any(name.casefold().strip(".,") in company_words for name in names)


def is_known_person(value: str) -> bool:
    """Return True if `value` is written like a person's name and begins with a common given
    name."""
    return is_person(value) and has_given_name(value)


def rank_name(name: str) -> int:
    """Return how complete `name` is, as a number; a higher one is more complete. FULL: several
    words, or a name in Chinese, Japanese or Korean. _ONE_WORD: a surname or an agency.
    _LIKELY_LOGIN: the login of a user, initials or a team."""
    if _is_agency(name):
        return _ONE_WORD
    if name.casefold() in load_byline_words().teams or _INITIALS.fullmatch(name):
        return _LIKELY_LOGIN
    if " " in name or _CJK_LETTER.search(name):
        return FULL
    if name[:1].isupper() and not _LOGIN_MARK.search(name):
        return _ONE_WORD
    return _LIKELY_LOGIN


def is_full_name(name: str) -> bool:
    """Return True for a name of several words, or one in Chinese, Japanese or Korean."""
    return rank_name(name) == FULL


def find_all_names(values: Iterable[str], *, lenient: bool = False) -> Iterator[str]:
    """Yield the names of people in several bylines. `lenient`: each byline consists of names, so
    that a part that looks like no name is skipped; else it ends the byline."""
    for value in values:
        yield from find_names(value, lenient=lenient)
