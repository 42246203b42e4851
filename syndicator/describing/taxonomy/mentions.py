"""Find the tags that a text names word for word, in singular or plural and any spelling.

Tags that are also ordinary words (Go, Apple) need a capital."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from syndicator.describing.taxonomy.tag_names import load_ambiguous_names

_INSIDE = re.compile(r"[\w,;:)\]’'\"”%-]\s$")
_BEHIND = re.compile(r"(?:['’]s\b|\s\d)")  # Go's, Go 1.22
_COMPOUND = re.compile(r"-[^\W\d_]")  # climate-controlled is not about the climate
# Kana, Han, Hangul: no blank after a Latin name.
_EAST: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
# "robots.txt" and "amazon.com" are one word each; C++ and C# keep their signs; a word ends where
# the script changes ("OpenAI今日发布").
WORD: Final = re.compile(
    rf"[{_EAST}]+|[^\W_{_EAST}]+(?:(?:\.[a-z]{{2,4}})+(?![^\W_{_EAST}]))?(?:[+#]+|(?<=\bC)\+\+)?"
)
LEAST: Final = 4  # least letters of a plural: "bus" and "gas" are none
HEAD: Final = 150  # words of the text that count as its head
ACRONYM: Final = 8  # letters that an acronym counts as
ACRONYM_LETTERS: Final = 4  # longest acronym that needs capitals in the text
READ: Final = 12_000  # characters of a text to search


def is_name(text: str, begin: int, end: int) -> bool:
    """True if the word from `begin` to `end` stands inside a sentence, so that its capital shows a
    name. A word before a hyphen is no name."""
    if text[end : end + 1] == "-":
        return False
    return bool(_INSIDE.search(text[max(0, begin - 2) : begin]) or _BEHIND.match(text, end))


def make_key(spelling: str) -> tuple[str, ...]:
    """Return the key of a tag: the stems of its words. All spellings of a tag have the same key
    ("Web-Scraping", "web scraping")."""
    return tuple(stem(word.casefold()) for word in WORD.findall(spelling))


def stem(word: str) -> str:
    """Return a word without the ending of an English plural: "stories" becomes "story". Other
    endings stay, because a full stemmer would turn "gaming" into "games"."""
    if len(word) < LEAST or not word.isascii() or word[-1] != "s":
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > LEAST:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def choose_spellings(counts: dict[tuple[str, ...], dict[str, int]]) -> dict[tuple[str, ...], str]:
    """Return by key the commonest spelling. Among equally common ones, the capitalised one is
    chosen, then the first by alphabet. `counts`: by key, how often each spelling is used."""
    commonest = {}
    for stems, forms in counts.items():
        ranks = [(-count, form == form.casefold(), form) for form, count in forms.items()]
        _negative_count, _is_small, spelling = min(ranks)
        commonest[stems] = spelling
    return commonest


def count_spellings(tags: Iterable[Sequence[str]]) -> dict[tuple[str, ...], dict[str, int]]:
    """Return by key how many posts have each spelling of a tag. The key of a tag is the stems of
    its words, which all of its spellings share. `tags`: the tags of each post."""
    counts: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for tags_of_post in tags:
        for tag in tags_of_post:
            stems = make_key(tag)
            if stems:
                counts[stems][tag] += 1
    return counts


class Mention(NamedTuple):
    """How often a text names a tag: in its `title`, in its whole `text`, and in the first HEAD
    words of the text (`head`). `letters`: length of the tag's longest spelling (ACRONYM for an
    acronym)."""

    title: int
    text: int
    head: int
    letters: int


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a tag. `tag`: number of the tag. `stems`: of its words. `letters`: its length
    (ACRONYM for an acronym). `case`: for a single word with a capital, how it must be written in
    the text; "" if any case will do."""

    tag: int
    stems: tuple[str, ...]
    letters: int
    case: str = ""


@dataclass(frozen=True)
class Words:
    """The words of a text, of which each line is kept once. `stems`: of all words; `starts`: for
    each line, the number of its first word."""

    stems: list[str]
    text: str
    starts: list[int]  # number of the first word of each line
    _spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict, init=False)

    def find_span(self, index: int) -> tuple[int, int]:
        """Return the characters at which word number `index` begins and ends. Only its line is
        split again, because few words are asked for."""
        line = bisect_right(self.starts, index) - 1  # the last line that starts at or before it
        index_in_line = index - self.starts[line]
        if line not in self._spans:
            begin = self._line_begins[line]
            line_feed = self._line_begins[line + 1] - 1
            text = self.text[begin:line_feed]
            folded = text.casefold()  # so that "Node.JS" is one word
            searched = folded if len(folded) == len(text) else text
            matches = WORD.finditer(searched)
            self._spans[line] = [(begin + match.start(), begin + match.end()) for match in matches]
        return self._spans[line][index_in_line]

    @cached_property
    def _line_begins(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self.text.split("\n")), initial=0))


@dataclass(frozen=True)
class Matcher:
    """Finds all spellings of all tags in texts. `forms`: by first stem, the spellings that begin
    with it, the longest first."""

    forms: dict[str, list[Form]]
    heads: frozenset[str]  # first three letters of every stem: other words need no stemming

    def merge_tags(self, gone: int, target: int) -> "Matcher":
        """Return a matcher in which tag number `target` has all spellings of tag number `gone`,
        too. As `gone` is deleted, the numbers above it decrease by one."""

        def renumber(tag: int) -> int:
            """Return the number of a tag after the merge."""
            number = target if tag == gone else tag
            return number - 1 if number > gone else number

        renumbered = {}
        for first, forms in self.forms.items():
            renumbered[first] = [replace(form, tag=renumber(form.tag)) for form in forms]
        return Matcher(renumbered, self.heads)

    def find(self, title: str, text: str) -> dict[int, Mention]:
        """Return by tag number the mentions of the tags that title or text name."""
        return self.find_in_words(self.split_words(title), self.split_words(text))

    def split_words(self, value: str) -> Words:
        """Split a text into words. Only words with which a tag may begin are stemmed, because
        stemming is slow. Repeated lines are left out."""
        heads = self.heads  # stemming is slow, and most words cannot begin a tag
        starts = []
        lines = list(dict.fromkeys(value[:READ].split("\n")))
        stems: list[str] = []
        for line in lines:
            starts.append(len(stems))
            folded = line.casefold()
            if len(folded) == len(line):
                words = WORD.findall(folded)
            else:
                words = [word.casefold() for word in WORD.findall(line)]
            stems += [stem(word) if word[:3] in heads else word for word in words]
        return Words(stems, "\n".join(lines), starts)

    def find_in_words(self, title: Words, text: Words) -> dict[int, Mention]:
        """Return by tag number the mentions of the tags that an article names. `title`, `text`: of
        the article, already split into words."""
        in_title = self._find_places(title)
        in_text = self._find_places(text)
        mentions: dict[int, Mention] = {}
        for tag in {*in_title, *in_text}:
            title_places = in_title.get(tag, {})
            text_places = in_text.get(tag, {})
            if not text_places and tag in self._tags_that_are_words:
                continue  # every word of a title may have a capital
            letters = max((text_places or title_places).values(), default=0)
            in_head = sum(index < HEAD for index in text_places)
            mentions[tag] = Mention(len(title_places), len(text_places), in_head, letters)
        return mentions

    @cached_property
    def _tags_that_are_words(self) -> frozenset[int]:
        """Numbers of the tags whose name is also an ordinary word."""
        tags = set[int]()
        for forms in self.forms.values():
            tags.update(form.tag for form in forms if form.case and is_word(form.case))
        return frozenset(tags)

    def _find_places(self, words: Words) -> dict[int, dict[int, int]]:
        """Return the mentions by tag number. Each is given by the index of its first word, with the
        number of letters of the spelling. A tag inside a longer tag counts, too ("AI" in "AI
        safety"), but the mentions of one tag do not overlap."""
        places: dict[int, dict[int, int]] = defaultdict(dict)
        ends: dict[int, int] = {}  # by tag: the index behind its last mention
        stems = words.stems
        for index, first in enumerate(stems):
            for form in self.forms.get(first, ()):
                size = len(form.stems)
                if size > 1 and tuple(stems[index : index + size]) != form.stems:
                    continue
                if index < ends.get(form.tag, 0):
                    continue
                if _is_mention(form, words, index):
                    places[form.tag][index] = form.letters
                    ends[form.tag] = index + size
        return places


def build_matcher(forms: Iterable[tuple[int, str]]) -> Matcher:
    """Return a matcher for all spellings. `forms`: (tag number, spelling) of each. Spellings with
    the same stems and case are one form."""
    table: dict[str, list[Form]] = defaultdict(list)
    heads: set[str] = set()
    for tag, spelling in forms:
        stems = make_key(spelling)
        if not stems:
            continue
        case = ""
        letters = len(spelling)
        if len(stems) == 1 and spelling[0].isupper():
            case = spelling
            if spelling.isupper():
                letters = max(letters, ACRONYM)
        form = Form(tag, stems, letters, case)
        if form not in table[stems[0]]:
            table[stems[0]].append(form)
        heads |= {word.casefold()[:3] for word in WORD.findall(spelling)}
    longest_first = {
        first: sorted(forms_of_stem, key=lambda form: -len(form.stems))
        for first, forms_of_stem in table.items()
    }
    return Matcher(longest_first, frozenset(heads))


def _is_mention(form: Form, words: Words, index: int) -> bool:
    """True if the text mentions the tag at word number `index`. A form of several words always
    does. A single word must not be part of a compound and must be written in the form's case; if it
    is also an ordinary word, it must be a name there."""
    if len(form.stems) > 1:
        return True
    begin, end = words.find_span(index)
    if not form.case:
        return not _COMPOUND.match(words.text, end)
    if not _has_case(words.text[begin:end], form.case):
        return False
    return not is_word(form.case) or is_name(words.text, begin, end)


def _has_case(word: str, case: str) -> bool:
    """True if `word`, as a text has it, is written as the name `case`. Short acronyms need
    capitals, perhaps with a plural s ("AI", "APIs"); "Nasa" for NASA will do. Names with inner
    capitals may be written small ("openai"). All others need a first capital."""
    is_acronym = len(case) <= ACRONYM_LETTERS and case.isupper()
    if is_acronym:
        is_spoken_acronym = len(case) == ACRONYM_LETTERS and word == case.capitalize()  # "Nasa"
        return is_spoken_acronym or word.removesuffix("s") == case
    if word[0].isupper():
        return True
    has_inner_capital = not case.isupper() and case[1:] != case[1:].lower()
    return has_inner_capital and not is_word(case)


def is_word(name: str) -> bool:
    """True for a name that is also an ordinary word (data/names.toml), such as Go or Apple."""
    return name.casefold() in load_ambiguous_names()
