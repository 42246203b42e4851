"""Clean publishers' tags: drop those unfit for readers; spell the others as names (AI, iPhone).

Unfit are sentences, addresses, numbers, titles and labels. Ordinary words get lower case."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from syndicator.describing.resources import read_toml
from syndicator.describing.taxonomy.vocabulary import load_topics
from syndicator.describing.text.language import load_function_words

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
def _load_names() -> dict[str, Any]:
    return read_toml("names.toml")


@lru_cache(maxsize=1)
def load_spellings() -> dict[str, str]:
    """Return the spellings of the names of data/names.toml, by the name without case and
    separators."""
    names = [name for names in _load_names()["names"].values() for name in names]
    return {_fold(name): name for name in reversed(names)}


@lru_cache(maxsize=1)
def load_ordinary_words() -> frozenset[str]:
    """Return ordinary words, which are no names, in lower case. They are listed in data/names.toml
    and as words of our topics."""
    words = set(_load_names()["ordinary"].split())
    for topic in load_topics():
        words.update(word for word in topic.words if "-" not in word)
    return frozenset(words - load_spellings().keys()) | _JOINING


@lru_cache(maxsize=1)
def load_ambiguous_names() -> frozenset[str]:
    """Return names that are also ordinary words, in lower case: go, rust, apple."""
    return frozenset(name.casefold() for name in _load_names()["ambiguous"])


def is_known(name: str) -> bool:
    """Return True if data/names.toml has this name, in any spelling."""
    return _fold(name) in load_spellings()


def spell_tag(tag: str, text: str = "", learnt: Mapping[str, str] = _NONE) -> str:
    """Return the spelling of a tag for readers: the one in data/names.toml, else the one in
    `learnt`, else the commonest one in `text`, else each of its words is spelled on its own.
    `learnt`: spellings, by the tag in lower case."""
    tag = " ".join(tag.split())
    folded = _fold(tag)
    listed = load_spellings().get(folded)
    # "go" is the name "Go" only if the text writes it with a capital
    is_also_word = folded in load_ambiguous_names() and tag == tag.casefold()
    if listed is not None:
        if not text or not is_also_word:
            return listed
        if find_form_in_text(tag, text)[:1].isupper():
            return listed
    learnt_spelling = learnt.get(tag.casefold())
    if learnt_spelling:
        return learnt_spelling
    return find_form_in_text(tag, text) or _spell_by_words(tag, learnt)


def find_form_in_text(tag: str, text: str) -> str:
    """Return the commonest spelling of `tag` inside the sentences of `text`; "" if no sentence has
    it inside. Beginnings of sentences are not counted, as all words have a capital there."""
    if not tag or not text:
        return ""
    any_separator = re.escape(tag).replace(r"\ ", r"[\s-]").replace(r"\-", r"[\s-]")
    # inside a sentence: after a space that follows a letter or comma
    pattern = rf"(?<=[\w,;:)’'\"”-] )({any_separator})(?!\w)"
    forms = Counter(match[1] for match in re.finditer(pattern, text, re.IGNORECASE))
    if not forms:
        return ""
    return max(sorted(forms), key=forms.__getitem__)


def _spell_by_words(tag: str, learnt: Mapping[str, str]) -> str:
    """Return `tag` with each word spelled as a known name or as an ordinary word: "Ai Safety"
    becomes "AI safety". If a word is unknown, the tag is returned unchanged, but a tag in capitals
    gets small letters. `learnt`: spellings, by the word in lower case."""
    is_shouted = tag.isupper()
    result = ""
    for piece in re.split(r"([\s-]+)", tag):  # words and the characters between them
        is_word = piece[:1].isalnum()
        spelling = _spell_word(piece, learnt) if is_word else piece
        if spelling is None and not is_shouted:
            return tag
        if spelling:
            result += spelling
        elif len(piece) > SHOUTED and piece.isupper():
            result += piece.capitalize()
        else:
            result += piece
    return result


def _spell_word(word: str, learnt: Mapping[str, str]) -> str | None:
    """Return the spelling of a word for readers: the listed or learnt one of a name, or lower case
    for an ordinary word. None if the word is unknown. `learnt`: spellings, by the word in lower
    case."""
    folded = word.casefold()
    spelling = load_spellings().get(_fold(word)) or learnt.get(folded)
    if spelling:
        return spelling
    return folded if folded in load_ordinary_words() else None


def _fold(name: str) -> str:
    """Return a name in the form in which names are compared: without case, spaces, hyphens,
    underscores and full stops."""
    return re.sub(r"[\s_\-‐‑–.]+", "", name.casefold())


def clean_tag(tag: str) -> str:
    """Return `tag` without punctuation around it. If it is a slug, a name for addresses such as
    "us_world-news", its underscores and hyphens are replaced by blanks."""
    tag = " ".join(tag.split()).lstrip(" \"'“”‘’#,;•*-_").rstrip(" \"'“”‘’.,;•*-_")
    has_several_parts = "_" in tag or tag.count("-") > 1
    if has_several_parts and _SLUG.match(tag):
        return re.sub(r"[-_]", " ", tag)
    return tag


def is_sound(tag: str, title: str = "", own: Collection[str] = ()) -> bool:
    """Return True if a publisher's tag is fit for readers. `title`: the title of the article.
    `own`: the names of the article's author and site, which are no tags."""
    name = clean_tag(tag)
    word_count = len(name.split())
    if word_count == 0 or word_count > WORDS or len(name) > CHARACTERS:
        return False
    if not any(map(str.isalpha, name)):
        return False
    if _ADDRESS.search(name) or _NUMBERED.search(name):
        return False
    if _SENTENCE.search(name) and not _ABBREVIATED.search(name):
        return False
    own_names = {_keep_letters(own_name) for own_name in own if own_name}
    if _keep_letters(name) in own_names or _says_title(name, title):
        return False
    words = [word.casefold() for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", name)]
    return not _is_housekeeping(tag, words)


def is_named_in(forms: Iterable[str], text: str) -> bool:
    """Return True if `text` contains one of `forms`, spellings of a tag. Capitals, a plural s and
    the characters between the words may differ. A form that is not ASCII may also be inside other
    words, as some scripts have no spaces."""
    folded_text = text.casefold()
    for form in forms:
        words = tuple(
            word.removesuffix("s") if len(word) > WORDS else word for word in _PART.findall(form)
        )
        # this check is ten times as fast as the pattern, and mostly fails
        has_words = all(word.casefold() in folded_text for word in words)
        if has_words and _compile_words(words, bounded=form.isascii()).search(text):
            return True
    return False


@lru_cache(maxsize=5_000)
def _compile_words(words: tuple[str, ...], *, bounded: bool) -> re.Pattern[str]:
    """Return a pattern that finds `words` in this order, with at most two separators between them.
    `bounded`: True if they must not be inside other words."""
    pattern = r"[\W_]{0,2}".join(map(re.escape, words))
    if bounded:
        pattern = rf"(?<!\w){pattern}(?:e?s)?(?!\w)"
    return re.compile(pattern, re.IGNORECASE)


def _is_housekeeping(tag: str, words: list[str]) -> bool:
    """Return True if a tag only serves the organisation of its site ("featured", "post-123"), or is
    the beginning of a phrase ("how to ..."), and so says nothing to readers. `words`: the words of
    the tag, in lower case."""
    listed = _load_tag_words()
    slug = tag.strip()
    has_listed_end = words[0] in listed["prefixes"] or words[-1] in listed["ends"]
    if has_listed_end and _SLUG.match(slug):
        return True
    numbered = _FIELD.match(slug)
    if numbered:
        field = numbered[1]  # "id" of "id-123"
        if field.casefold() in listed["prefixes"]:
            return True
    opens_phrase = words[0] in listed["openers"]
    if opens_phrase and len(words) >= PHRASE:
        return True
    telling_words = [word for word in words if word not in listed["small"] or is_known(word)]
    noise = listed["noise"]
    kinds = listed["kinds"]
    for word in telling_words:
        is_noise = word in noise or word in kinds or word.isdigit()
        if not is_noise:
            return False
    return bool(telling_words)


def _says_title(name: str, title: str) -> bool:
    """Return True if a tag repeats the title: it is the whole title, or three or more words of it
    with most of its letters."""
    tag_letters = _keep_letters(name)
    title_letters = _keep_letters(title)
    if not title_letters:
        return False
    if tag_letters == title_letters:
        return True
    if tag_letters not in title_letters:
        return False
    is_phrase = len(name.split()) >= PHRASE
    has_most_letters = len(tag_letters) > MOST_OF_TITLE * len(title_letters)
    return is_phrase and has_most_letters


def _keep_letters(name: str) -> str:
    """Return the letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", name.casefold())


@lru_cache(maxsize=1)
def _load_tag_words() -> dict[str, frozenset[str]]:
    """Return words by which tags that say nothing to readers are recognised, from
    data/tag_words.toml. The keys are the kinds of words, such as "prefixes" (of labels) and
    "openers" (of phrases). The words of all languages are together."""
    values = read_toml("tag_words.toml")
    lists = {}
    for name in ("kinds", "prefixes", "ends"):
        lists[name] = frozenset(values.pop(name).split())
    noise = set[str]()
    openers = set[str]()
    for words in values.values():
        noise.update(words["noise"].split())
        noise.update(words.get("days", "").split())
        openers.update(words["openers"].split())
    small = set[str]()
    for stop_words in load_function_words().values():
        small.update(word for word in stop_words if len(word) > 1)
    lists["noise"] = frozenset(noise)
    lists["openers"] = frozenset(openers)
    lists["small"] = frozenset(small)
    return lists
