"""Clean publishers' tags: drop those unfit for readers; spell the others (AI, iPhone).

Unfit are sentences, addresses, numbers, titles and labels. Ordinary words get lower case."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from syndicator.describing.resources import read_toml
from syndicator.describing.taxonomy.vocabulary import topics
from syndicator.describing.text.language import function_words

SHOUTED: Final = 6  # letters; a longer word in capitals is no acronym
_JOINING: Final = frozenset(("and", "of", "the", "for", "in", "to"))
_NONE: Mapping[str, str] = MappingProxyType({})
WORDS: Final = 4  # at most
CHARACTERS: Final = 40
PHRASE: Final = 3  # words of a tag that may be a phrase ("how to ...") or repeat the title
MOST_OF_TITLE: Final = 0.6  # share of the title's letters
_ADDRESS = re.compile(
    r"https?:|www\.|\.(?:com|org|net|edu|gov|io)\b|[@<>{}|\\=\[\]~^]|^/|/.*/|\w:\w|::"
)
_SENTENCE = re.compile(r"[?!;:…]|,\s|[^\W\d_]{2}[.](?:\s|$)|\.\.")
_NUMBERED = re.compile(r"^(?=.*\d)[0-9a-f]{8,}$|\d{5,}")
_FIELD = re.compile(r"([^\W\d_]+)[-_: ]?\d+$")  # id-123
_ABBREVIATED = re.compile(r"(?:[A-Za-z]\.){2,}|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|Dr|St|vs|No)\.")
_PART = re.compile(r"[\w+#.]+")
_SLUG = re.compile(r"^[^\W_A-Z]+(?:[-_][^\W_A-Z]+)+$")


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return read_toml("names.toml")


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """Load data/names.toml: folded name to spelling."""
    names = [name for names in _file()["names"].values() for name in names]
    return {_fold(name): name for name in reversed(names)}


@lru_cache(maxsize=1)
def ordinary() -> frozenset[str]:
    """Return words that are no names, in lower case."""
    topical = {word for topic in topics() for word in topic.words if "-" not in word}
    return frozenset({*_file()["ordinary"].split(), *topical} - spellings().keys()) | _JOINING


@lru_cache(maxsize=1)
def ambiguous() -> frozenset[str]:
    """Return names that are also ordinary words: go, rust, apple."""
    return frozenset(name.casefold() for name in _file()["ambiguous"])


def is_known(name: str) -> bool:
    """True for a name of data/names.toml, in any spelling."""
    return _fold(name) in spellings()


def canonical(tag: str, text: str = "", learnt: Mapping[str, str] = _NONE) -> str:
    """Return the spelling of `tag`: listed, `learnt` (by lower case), as in `text`, or by its
    words."""
    tag = " ".join(tag.split())
    folded = _fold(tag)
    small = folded in ambiguous() and tag == tag.casefold()
    if folded in spellings() and not (small and text and not in_text(tag, text)[:1].isupper()):
        return spellings()[folded]
    return learnt.get(tag.casefold()) or in_text(tag, text) or _by_words(tag, learnt)


def in_text(tag: str, text: str) -> str:
    """Return the commonest form of `tag` in `text`, not at the start of a sentence; "" if there is
    none."""
    if not tag or not text:
        return ""
    pattern = (
        r"(?<=[\w,;:)’'\"”-] )("
        + re.escape(tag).replace(r"\ ", r"[\s-]").replace(r"\-", r"[\s-]")
        + r")(?!\w)"
    )
    forms = Counter(match[1] for match in re.finditer(pattern, text, re.IGNORECASE))
    return max(sorted(forms), key=forms.__getitem__) if forms else ""


def _by_words(tag: str, learnt: Mapping[str, str]) -> str:
    """Spell the listed names and ordinary words of a tag ("Ai Safety": "AI safety"); keep
    others."""
    pieces = re.split(r"([\s-]+)", tag)
    spelled = [_word(piece, learnt) if piece[:1].isalnum() else piece for piece in pieces]
    if None not in spelled:
        return "".join(filter(None, spelled))
    calm = (
        piece.capitalize() if len(piece) > SHOUTED and piece.isupper() else piece
        for piece in pieces
    )
    return (
        "".join(s or piece for s, piece in zip(spelled, calm, strict=True))
        if tag.isupper()
        else tag
    )


def _word(word: str, learnt: Mapping[str, str]) -> str | None:
    low = word.casefold()
    return spellings().get(_fold(word)) or learnt.get(low) or (low if low in ordinary() else None)


def _fold(name: str) -> str:
    return re.sub(r"[\s_\-‐‑–.]+", "", name.casefold())


def clean(tag: str) -> str:
    """Return the tag without marks around it; a slug of several parts gets blanks
    ("us_world-news")."""
    tag = " ".join(tag.split()).lstrip(" \"'“”‘’#,;•*-_").rstrip(" \"'“”‘’.,;•*-_")
    return (
        re.sub(r"[-_]", " ", tag)
        if _SLUG.match(tag) and ("_" in tag or tag.count("-") > 1)
        else tag
    )


def sound(tag: str, title: str = "", own: Collection[str] = ()) -> bool:
    """True if a tag is fit for readers. `own`: names of the article's author and site."""
    name = clean(tag)
    words = [word.casefold() for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", name)]
    if (
        not 0 < len(name.split()) <= WORDS
        or len(name) > CHARACTERS
        or not any(map(str.isalpha, name))
    ):
        return False
    if (
        _ADDRESS.search(name)
        or _NUMBERED.search(name)
        or (_SENTENCE.search(name) and not _ABBREVIATED.search(name))
    ):
        return False
    if _folded(name) in {_folded(name) for name in own if name} or _says_title(name, title):
        return False
    return not _housekeeping(tag, words)


def stands(forms: Iterable[str], text: str) -> bool:
    """True if `text` has one of `forms`, in any case, plural or hyphenation; in scripts without
    spaces, anywhere."""
    folded = text.casefold()
    for form in forms:
        words = tuple(
            word.removesuffix("s") if len(word) > WORDS else word for word in _PART.findall(form)
        )
        there = all(word.casefold() in folded for word in words)  # ten times as fast as the pattern
        if there and _pattern(words, bounded=form.isascii()).search(text):
            return True
    return False


@lru_cache(maxsize=5_000)
def _pattern(words: tuple[str, ...], *, bounded: bool) -> re.Pattern[str]:
    edges = (r"(?<!\w)", r"(?:e?s)?(?!\w)") if bounded else ("", "")
    return re.compile(r"[\W_]{0,2}".join(map(re.escape, words)).join(edges), re.IGNORECASE)


def _housekeeping(tag: str, words: list[str]) -> bool:
    listed = _words()
    field = _FIELD.match(tag.strip())
    prefixed = words[0] in listed["prefixes"] or words[-1] in listed["ends"]
    if (_SLUG.match(tag.strip()) and prefixed) or (
        field and field[1].casefold() in listed["prefixes"]
    ):
        return True
    telling = [word for word in words if word not in listed["small"] or is_known(word)]
    if telling and all(
        word in listed["noise"] or word in listed["kinds"] or word.isdigit() for word in telling
    ):
        return True
    return len(words) >= PHRASE and words[0] in listed["openers"]


def _says_title(name: str, title: str) -> bool:
    tag = _folded(name)
    whole = _folded(title)
    most = len(name.split()) >= PHRASE and tag in whole and len(tag) > MOST_OF_TITLE * len(whole)
    return bool(whole) and (tag == whole or most)


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    values = read_toml("tag_words.toml")
    lists = {name: values.pop(name) for name in ("kinds", "prefixes", "ends")}
    lists["noise"] = " ".join(
        f"{words['noise']} {words.get('days', '')}" for words in values.values()
    )
    lists["openers"] = " ".join(words["openers"] for words in values.values())
    small = frozenset(
        word for words in function_words().values() for word in words if len(word) > 1
    )
    return {name: frozenset(words.split()) for name, words in lists.items()} | {"small": small}
