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
    """Return True if the capitalised word of `text` from the position `begin` to `end` is a name.
    It is one if it stands inside a sentence, where other words have no capital."""
    if text[end : end + 1] == "-":  # a part of a compound
        return False
    return bool(_INSIDE.search(text[max(0, begin - 2) : begin]) or _BEHIND.match(text, end))


def make_key(spelling: str) -> tuple[str, ...]:
    """Return the key of a tag: the stems of its words. All spellings of a tag have the same key
    ("Web-Scraping", "web scraping")."""
    return tuple(stem(word.casefold()) for word in WORD.findall(spelling))


def stem(word: str) -> str:
    """Return `word` without the ending of an English plural: "stories" becomes "story". Other
    endings stay, as a stemmer that cuts them would make "game" of "gaming", which is another
    tag."""
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
    """Return the commonest spelling of each tag, by the tag's key. Of equally common spellings, one
    with capitals is chosen, then the first by alphabet. `counts`: how often each spelling of a tag
    is used, by the tag's key. The key of a tag is the stems of its words."""
    commonest = {}
    for stems, forms in counts.items():
        # the lowest rank is the best
        ranks = [(-count, form == form.casefold(), form) for form, count in forms.items()]
        _negative_count, _is_small, spelling = min(ranks)
        commonest[stems] = spelling
    return commonest


def count_spellings(tags: Iterable[Sequence[str]]) -> dict[tuple[str, ...], dict[str, int]]:
    """Return how many posts have each spelling of a tag, by the tag's key. The key of a tag is the
    stems of its words, which are the same in all its spellings. `tags`: the tags of each post."""
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
        """Return where the word number `index` begins and ends in `text`, as two positions of
        characters."""
        line = bisect_right(self.starts, index) - 1  # the last line that starts at or before it
        index_in_line = index - self.starts[line]
        # few words are asked for, so only their lines are split again
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
        """Return a matcher after a merge of two tags, which are given by number. The tag `target`
        also has the spellings of the tag `gone`, which is deleted, so that the numbers above it
        decrease by one."""

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
        """Return the words of the beginning of a text, without repeated lines. Words with which a
        tag may begin are stemmed."""
        heads = self.heads  # first letters of tags; stemming is slow, and most words have others
        starts = []  # the number of the first word of each line
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
        """Return where and how often an article names tags, by the number of the tag. `title`,
        `text`: those of the article, split into words."""
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
        """The numbers of the tags whose name is also an ordinary word, such as "Go"."""
        tags = set[int]()
        for forms in self.forms.values():
            tags.update(form.tag for form in forms if form.case and is_word(form.case))
        return frozenset(tags)

    def _find_places(self, words: Words) -> dict[int, dict[int, int]]:
        """Return the mentions of each tag in `words`, by the number of the tag. A mention is given
        by the index of its first word, with the number of letters of its spelling. Tags inside
        longer tags are mentioned, too ("AI" in "AI safety")."""
        places: dict[int, dict[int, int]] = defaultdict(dict)
        ends: dict[int, int] = {}  # by tag: the index after its last mention
        stems = words.stems
        for index, first in enumerate(stems):
            for form in self.forms.get(first, ()):
                size = len(form.stems)
                if size > 1 and tuple(stems[index : index + size]) != form.stems:
                    continue
                if index < ends.get(form.tag, 0):  # mentions of one tag must not overlap
                    continue
                if _is_mention(form, words, index):
                    places[form.tag][index] = form.letters
                    ends[form.tag] = index + size
        return places


def build_matcher(forms: Iterable[tuple[int, str]]) -> Matcher:
    """Return a matcher, which finds tags in texts. `forms`: all spellings of the tags, as pairs
    (number of the tag, spelling)."""
    table: dict[str, list[Form]] = defaultdict(list)  # by the first stem
    heads: set[str] = set()  # the first three letters of words
    for tag, spelling in forms:
        stems = make_key(spelling)
        if not stems:
            continue
        case = ""
        letters = len(spelling)
        if len(stems) == 1 and spelling[0].isupper():  # a name: texts must write its capitals
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
    """Return True if the word number `index` of a text, which has the stem of `form`, mentions the
    tag of this form. `form`: a spelling of a tag."""
    if len(form.stems) > 1:  # several words are hardly meant in another way
        return True
    begin, end = words.find_span(index)
    if not form.case:
        is_in_compound = bool(_COMPOUND.match(words.text, end))
        return not is_in_compound
    if not _has_case(words.text[begin:end], form.case):
        return False
    # a name that is also an ordinary word must have its capital inside a sentence
    return not is_word(form.case) or is_name(words.text, begin, end)


def _has_case(word: str, case: str) -> bool:
    """Return True if `word`, a word of a text, has the capitals that the name `case` needs. A short
    acronym needs all of them, perhaps with a plural s ("AI", "APIs"), but "Nasa" is accepted for
    NASA. A name with capitals inside may be in lower case ("openai"). All others need the first
    capital."""
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
