"""How well a sentence opens an excerpt: somebody who has read only the title has to know who and what it speaks of.

The rules are words of each language (opening_words.py). Of what an editor would not sign in 94 articles (November 2026)
three in four were sentences that point back ("They received ..."), the rest led up to the news, spoke of their own page
or asked. Of 191 sentences that the editor took as openings these rules find 10 loose, of the others half.

The words by which sentences of each language show how they open: data/openings.toml, which explains its lists."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

PHRASE: Final = 5  # words of a noun phrase that are looked at
_NEVER = "(?!)"
_OPENING_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*\.?")
_SUPERLATIVE = re.compile(r"(?:average|typical|first|last|final|most|best|worst|latest|newest|next|only|\w{3,}est)$")
_DEMONYM = re.compile(r"(?:ese|ish|ian|ean|ch|can)$")


@dataclass(frozen=True, slots=True)
class OpeningWords:
    """The lists of one language, ready to be asked; all in lower case."""

    back: re.Pattern[str]
    windup: re.Pattern[str]
    site: re.Pattern[str]
    label: re.Pattern[str]
    sets: Mapping[str, frozenset[str]]

    def undefined(self, sentence: str) -> bool:
        """True where the subject is an article and a noun that names nothing: "The publication asked ...", but not "The
        publication of the list", "The New York Times" or "The internet"."""
        words = _OPENING_WORD.findall(sentence[:120])
        if not words or words[0].casefold() not in self.sets["articles"]:
            return False
        if not self.sets["verbs"]:
            noun, after = (*words[1:3], "", "")[:2]
            return (
                noun.casefold() in self.sets["nouns"] and after.casefold() not in self.sets["after"] and after.islower()
            )
        phrase = words[1 : 1 + PHRASE]
        nouns, met = self.sets["nouns"], False
        for place, word in enumerate(phrase):
            low, after = word.casefold(), phrase[place + 1].casefold() if place + 1 < len(phrase) else ""
            if low in self.sets["unique"] or f"{low} {after}" in self.sets["unique"] or _SUPERLATIVE.match(low):
                return False
            if low in self.sets["prepositions"]:
                pointing = phrase[place - 1].casefold() in nouns and after in self.sets["definite"]
                return pointing and not self._named(words[place + 3 : place + 3 + PHRASE])
            if word[0].isdigit() or (word[0].isupper() and not _DEMONYM.search(low) and low not in nouns):
                return False
            if low in self.sets["verbs"]:
                return place > 0
            met = met or low in nouns
            if low in nouns and after not in nouns and after.endswith(("ed", "ly")):
                return True
        return met

    def _named(self, words: list[str]) -> bool:
        for word in words:
            if word[0].isupper() or word[0].isdigit():
                return True
            if word.endswith("ed") or word in self.sets["verbs"] or word in self.sets["prepositions"]:
                return False
        return False


@cache  # their patterns take milliseconds to compile
def of_language(language: str | None) -> OpeningWords | None:
    """The lists of a two-letter code, of English where it is None; None where there are none."""
    lists = every().get(language or "en")
    return _made(lists) if lists else None


@cache
def every() -> dict[str, dict[str, str | bool]]:
    """Code -> lists."""
    raw = resources.files("syndicator.describing").joinpath("data/openings.toml").read_text("utf-8")
    return tomllib.loads(raw)


def _made(lists: Mapping[str, str | bool]) -> OpeningWords:
    said = {name: value.split("|") for name, value in lists.items() if isinstance(value, str)}
    edge = r"\b(?![’'](?!s\b))" if lists.get("bound", True) else ""

    def starting(name: str, end: str = edge) -> str:
        return _alternatives(said.get(name, ()), end) or _NEVER

    pointing = rf"(?:{starting('this')})(?!\s?(?:{starting('now')}))"
    after = rf"(?:{starting('after')}) (?:{pointing}|{starting('own')})"
    pages = rf"(?:{starting('this')}) (?:[\w-]+ ){{0,2}}(?:{starting('pages')})"
    names = ("inside", "articles", "nouns", "unique", "verbs", "prepositions", "definite", "after")
    return OpeningWords(
        back=re.compile(f"{starting('back')}|{pointing}|{after}"),
        windup=re.compile(starting("windup", "")),
        site=re.compile(f"{starting('site')}|{pages}"),
        label=re.compile(rf"(?:{starting('labels', '')})\s*[:–—-]\s*", re.IGNORECASE),
        sets={name: frozenset(said.get(name, ())) for name in names},
    )


def _alternatives(phrases: Iterable[str], end: str) -> str:
    """A pattern of `phrases`, the longest first, each with `end` behind its last letter."""
    ordered = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(one) + (end if one[-1].isalnum() else "") for one in ordered)


# Why a sentence does not open well. With the first three it does not stand alone.
BACK, DEFINITE, SURNAME, QUOTED, QUESTION, WINDUP, SITE = (
    "points back", "not introduced", "bare surname", "quotation", "question", "wind-up", "own page",
)  # fmt: skip
LOOSE: Final = frozenset((BACK, DEFINITE, SURNAME))
APART: Final = LOOSE | {QUOTED}  # of a sentence that is put only behind the one that it follows in the article

NEAR: Final = 8  # words before the first comma in which a word of `inside` ties a sentence to the one before it
GENERAL: Final = 12  # words up to which a sentence without name or number is taken as a general remark
_PARTICULAR = re.compile(r"[A-ZÀ-Þ0-9]")
_QUOTES = "\"“„«»‘'「『"
_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")
# The rest is English.
_SAYING = r"(?:said|says|added|adds|told|wrote|writes|explained|noted|recalled|continued)"
# "It is time to ...": the pronoun stands for nothing.
_EMPTY_IT = r"it(?:[’']s| is| was| has been| can be| may be)(?: [\w’'-]+){0,4}? (?:to|that|time|whether|how|why|who)\b"
_EMPTY = re.compile(_EMPTY_IT, re.IGNORECASE)
_BACK = re.compile(
    # "..., he said": who?
    rf".*[,”\"’']\s(?:(?:he|she|they)\s{_SAYING}\b|{_SAYING}\s(?:he|she|they)\b)"
    # A clause without a name, then a pronoun with nothing else to stand for: "Silent on the road, it drives well".
    r"|(?!(?:If|As|When|While|Whether|Because|Since|Although|Though|Until|Once|Unless|Where|Before|After) )"
    rf"[A-Z][^A-Z,.;:]{{2,90}}, (?!{_EMPTY_IT})(?:it|he|she|they)(?:[’']s|[’']re)? "
    # "The brain behind this startup"
    r"|(?:The|A|An|One|Most|Some|Many|All|Part|Each) (?:\S+ ){0,4}(?:of|behind|in|for|on|from|with|by|to|at|about) "
    r"(?:this|these|those|such) (?!year|month|week|morning|summer|winter|spring|autumn|fall|season|century|decade|time)"
)
_OF_SPEAKER = re.compile(r"(?:I|We|It|You|He|She|They|That|This|There|And|But|So)\b")
_NAME = re.compile(
    r"(?<=[^\W\d_] )(?!(?:The|In|On|At|But|And|When|While|As|For|If|A|An|Mr|Ms) )[A-Z][a-zà-ÿ]+ ([A-Z][a-zà-ÿ][\w-]+)"
)
_SUBJECT = re.compile(r"([A-Z][\w-]+)(?:[’']s?)?,? [a-z(]")


def fault(sentence: str, language: str | None, title: str = "", surnames: Collection[str] = ()) -> str:
    """Why `sentence` does not open an excerpt well, "" when nothing speaks against it. `language`: a two-letter code,
    None is taken as English; one without lists has no rules but that of quotations and questions. `surnames`: see
    `bare_surnames`. `title`: what the reader has read."""
    start = sentence.lstrip(_QUOTES + " ")
    english = language in ("en", None)
    why = _by_words(start, language)
    if not why and english:
        why = _by_grammar(sentence, start, title, surnames)
    if why:
        return why
    if sentence.rstrip(_QUOTES + "”» ").endswith(("?", "？")):
        return QUESTION
    if english and len(start.split()) <= GENERAL and not _PARTICULAR.search(start[1:]):
        return WINDUP
    return QUOTED if sentence[:1] in _QUOTES else ""


def _by_words(start: str, language: str | None) -> str:
    known = of_language(language)
    if known is None:
        return ""
    low = start.casefold()
    if known.site.match(low):
        return SITE
    if known.windup.match(low) or (language in ("en", None) and _EMPTY.match(start)):
        return WINDUP
    if known.back.match(low) or not known.sets["inside"].isdisjoint(_WORD.findall(low.split(",")[0])[:NEAR]):
        return BACK
    return DEFINITE if known.undefined(start) else ""


def _by_grammar(sentence: str, start: str, title: str, surnames: Collection[str]) -> str:
    if _BACK.match(sentence) or _BACK.match(start) or (len(start) < len(sentence) and _OF_SPEAKER.match(start)):
        return BACK
    subject = _SUBJECT.match(start)
    return SURNAME if subject is not None and subject[1] in surnames and subject[1] not in title else ""


def unlabelled(sentence: str, language: str | None) -> str:
    """ "Abstract: Merging ..." -> "Merging ..."."""
    known = of_language(language)
    match = known.label.match(sentence) if known is not None else None
    rest = sentence[match.end() :] if match else ""
    return rest if rest and not rest[0].islower() else sentence


def bare_surnames(sentences: Iterable[str]) -> frozenset[str]:
    """The second words of names of two ("Andrea Hege"): alone at the start of a later sentence they are persons whom
    its reader has not met. Words that the text writes in lower case too are none ("Columbus Police")."""
    texts = [f"a {one}" for one in sentences]
    names = {match[1] for text in texts for match in _NAME.finditer(text)}
    whole = "\n".join(texts)
    written = {name for name in names if name.lower() in whole}  # few are: most texts need not be cut into words
    words = {word for text in texts for word in _WORD.findall(text)} if written else set()
    return frozenset(name for name in names if name.lower() not in words)
