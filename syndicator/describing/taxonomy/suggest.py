"""Suggest new tags: phrases that titles of several articles share and texts repeat.

Measured by tests/gate/test_suggest_gate.py."""

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from syndicator.describing.resources import read_toml
from syndicator.describing.taxonomy import mentions, tag_names
from syndicator.describing.taxonomy.mentions import WORD, make_key, stem
from syndicator.describing.taxonomy.tag_names import is_sound
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.describing.text.language import SAMPLE, detect_by_words, load_function_words

LONGEST: Final = 3  # words of a phrase
LEADER_SHARE: Final = 0.8  # share of mentions after a word that make it a part of the name
READ: Final = 12_000  # characters of a text
_CONTRACTED = re.compile(r"['’](?:s|t|re|ve|ll|d|m)\b", re.IGNORECASE)
_JOINED = (" ", "-", "")  # separators inside a phrase
Key = tuple[str, ...]  # the stems of a phrase
NO_PHRASE: Final[Key] = ()
LEAST_TITLES: Final = 2  # titles or publishers that must have a phrase
LEAST_REPETITIONS: Final = 2  # mentions of a name that a text repeats
MOST_CAPITALS: Final = 0.2  # share of capitalised words above which capitals mean nothing
LEAST_TEXTS: Final = 3  # texts that must have it
MOST_PROPOSALS: Final = 100  # proposals
# Chosen on 200 pages, confirmed on 400 others.
OFTEN_REPEATED: Final = 3  # mentions of a phrase that a text repeats
MOST_TEXTS_SHARE: Final = 0.2  # highest share of texts with a phrase,
FEW_TEXTS: Final = 10  # or so many texts
NAME_SHARE: Final = 0.8  # least share of capitals of a name
FIXED_SHARE: Final = 0.35  # share of a word's mentions that fix a generic word to it
PART_SHARE: Final = 0.6  # share of mentions within a longer phrase that make it a part
EXAMPLES: Final = 2  # titles that are shown of a proposal
ALIKE_SHARE: Final = 0.6  # share of common articles that makes two forms one tag
NAME_FACTOR: Final = 1.5  # factor of names
UNTITLED_FACTOR: Final = 0.3  # factor of a name without titles


class Token(NamedTuple):
    """A word of a line. `word`: as it is written; `stem`: in lower case and singular; `gap`: the
    text between the word before and this one."""

    word: str
    stem: str
    gap: str


@dataclass(slots=True)
class Use:
    """How texts use a phrase. `articles`: by number of the article, how often it has the phrase.
    `forms`: by spelling, how often the phrase stands inside a sentence, not at its beginning.
    `led`: by capitalised word, how often it stands directly before the phrase ("New" before
    "York")."""

    articles: Counter[int] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    led: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> int:
        """Return how often all texts together have the phrase."""
        return self.articles.total()

    @property
    def capital(self) -> float:
        """Return the share of uses inside sentences that have a capital, from 0 to 1."""
        capitalised = sum(count for form, count in self.forms.items() if form != form.casefold())
        return capitalised / max(1, self.forms.total())

    @property
    def form(self) -> str:
        """The commonest spelling of the phrase inside sentences; "" if no sentence has it inside.
        If the same capitalised word nearly always stands before the phrase, the result begins with
        this word ("New York" for "York")."""
        form = min(self.forms, key=lambda form: (-self.forms[form], form), default="")
        leader = max(self.led, key=self.led.__getitem__, default="")
        is_capitalised = form != form.casefold()
        if is_capitalised and self.led[leader] >= LEADER_SHARE * self.times:
            return f"{leader} {form}"
        return form


def find_title_phrases(titles: Iterable[tuple[str, frozenset[str]]]) -> dict[Key, set[int]]:
    """Return the phrases in `titles`, each with the numbers of the titles that have it, counted
    from 0. A phrase has at most LONGEST neighbouring words, given as stems. `titles`: each title
    with the function words of its language ("the"), which are in no phrase."""
    titles_by_phrase: dict[Key, set[int]] = defaultdict(set)
    for number, (title, stop_words) in enumerate(titles):
        for run in _split_into_runs(split_tokens(title), stop_words):
            for size in range(1, LONGEST + 1):
                last_start = len(run) - size
                for start in range(last_start + 1):
                    phrase = tuple(run[start : start + size])
                    titles_by_phrase[phrase].add(number)
    return titles_by_phrase


def count_uses(texts: Sequence[str], phrases: Collection[Key]) -> dict[Key, Use]:
    """Return the counts of the uses of `phrases` in `texts`, by phrase. Phrases that no text has
    are left out."""
    by_first_stem: dict[str, list[Key]] = defaultdict(list)
    for phrase in phrases:
        by_first_stem[phrase[0]].append(phrase)
    used: dict[Key, Use] = defaultdict(Use)
    for number, text in enumerate(texts):
        for line in text[:READ].split("\n"):
            words = split_tokens(line)
            for index, token in enumerate(words):
                for phrase in by_first_stem.get(token.stem, ()):
                    if _has_phrase_at(words, index, phrase):
                        _count_use(used[phrase], number, words, index, len(phrase))
    return used


def split_tokens(line: str) -> list[Token]:
    """Return the words of a line, each with its stem and with the characters before it (`gap`).
    Contracted endings are cut: "it's" gives "it"."""
    line = _CONTRACTED.sub("", line)
    end = 0  # of the last word
    words = []
    for match in WORD.finditer(line):
        gap = line[end : match.start()]
        words.append(Token(match[0], stem(match[0].casefold()), gap))
        end = match.end()
    return words


def list_function_words(text: str) -> frozenset[str]:
    """Return the function words of the language of `text` and of English."""
    words_by_language = load_function_words()
    language = detect_by_words(text[:SAMPLE], None) or "en"
    return words_by_language["en"] | words_by_language.get(language, frozenset())


@lru_cache(maxsize=1)
def load_generic_stems() -> frozenset[str]:
    """Load the stems of words that titles on any subject have ("guide"; data/suggesting.toml)."""
    return frozenset(map(stem, read_toml("suggesting.toml")["generic"].split()))


def _split_into_runs(words: Sequence[Token], stop_words: Collection[str]) -> Iterator[list[str]]:
    """Yield the runs of neighbouring words, as stems, whose parts may be phrases. A run ends at a
    function word ("the"), at a word without letters, and at a punctuation mark other than a hyphen.
    Single letters are left out, except for a capital after another word ("Gen Z")."""
    run: list[str] = []
    for token in words:
        has_letters = any(map(str.isalpha, token.word))
        has_meaning = has_letters and token.word.casefold() not in stop_words
        if run and (not has_meaning or token.gap not in _JOINED):
            yield run
            run = []
        if not has_meaning:
            continue
        may_be_single_letter = bool(run) and token.word.isupper()  # "Gen Z"
        if len(token.word) > 1 or may_be_single_letter:
            run.append(token.stem)
    if run:
        yield run


def _has_phrase_at(words: Sequence[Token], index: int, phrase: Key) -> bool:
    """Return True if the phrase with the stems `phrase` begins at the word number `index` of a
    line, with only a blank or a hyphen between its words."""
    candidate = words[index : index + len(phrase)]
    if tuple(token.stem for token in candidate) != phrase:
        return False
    return all(token.gap in _JOINED for token in candidate[1:])


def _count_use(use: Use, number: int, words: Sequence[Token], index: int, size: int) -> None:
    """Add one use of a phrase to `use`, the counts of its uses. `number`: the number of the article
    with the phrase. `words`: the words of a line. `index`: the number of the phrase's first word in
    the line. `size`: the number of its words."""
    use.articles[number] += 1
    word_before = ""
    if index and words[index].gap == " ":
        word_before = words[index - 1].word
    is_capitalised = word_before != word_before.casefold()
    if is_capitalised:
        use.led[word_before] += 1
    is_inside_sentence = bool(word_before)  # the first word has a capital for another reason
    if is_inside_sentence:
        phrase_words = [token.word for token in words[index : index + size]]
        use.forms[" ".join(phrase_words)] += 1


class Proposal(NamedTuple):
    """A suggested tag. `support`: number of articles that have it; `why`: where it was found,
    "titles", "publishers" (their tags) or "names" (repeated in texts); `aliases`: other spellings;
    `examples`: titles of the articles that repeat it most."""

    name: str
    support: int
    why: str
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def suggest_tags(
    history: Iterable[tuple[str, str, Sequence[str]]], listed: Vocabulary | None = None
) -> list[Proposal]:
    """Return suggestions for tags that are not in `listed`, at most MOST_PROPOSALS, the best first.
    A phrase is suggested if at least LEAST_TEXTS texts have it, and at least LEAST_TITLES titles or
    publishers' tags, too. For a name that several texts repeat, titles and tags do not matter.

    `history`: the articles as (title, text, publisher's tags). `listed`: the tags of the operator,
    None without any."""
    articles = list(history)

    # phrases that may be tags, and where they come from
    in_title = find_title_phrases((title, list_function_words(text)) for title, text, _ in articles)
    published = _find_published(articles)
    sources: dict[Key, set[int]] = {}  # articles whose title or publisher's tags have the phrase
    for phrase in (*in_title, *published):
        sources[phrase] = in_title.get(phrase, set()) | published.get(phrase, set())
    candidates = {phrase for phrase, numbers in sources.items() if len(numbers) >= LEAST_TITLES}
    candidates |= _find_names(articles)

    # how texts use them
    listed_phrases = _list_phrases(listed) if listed else set()
    counted = candidates | listed_phrases
    counted |= {_strip_generic(phrase) for phrase in counted} - {NO_PHRASE}
    used = count_uses([text for _, text, _ in articles], counted)
    spelling_counts = mentions.count_spellings(tags for _, _, tags in articles)
    publishers_spellings = mentions.choose_spellings(spelling_counts)

    # choose the phrases that are suggested, and rank them
    ranked = []
    for phrase in (_find_subjects(used, len(articles)) & candidates) - listed_phrases:
        use = used[phrase]
        name = use.form
        if not name:
            spelling = publishers_spellings.get(phrase, " ".join(phrase))
            name = tag_names.spell_tag(spelling)
        if make_key(name) in listed_phrases or len(use.articles) < LEAST_TEXTS:
            continue
        source_articles = sources.get(phrase, set())
        is_name = use.capital >= NAME_SHARE
        is_repeated_name = is_name and _is_repeated(use)
        if len(source_articles) < LEAST_TITLES and not is_repeated_name:
            continue
        if is_name:
            origin = "names"
        elif len(in_title.get(phrase, ())) >= LEAST_TITLES:
            origin = "titles"
        else:
            origin = "publishers"
        if tag_names.is_known(name):
            name = tag_names.spell_tag(name)
        examples = [articles[number][0] for number, _ in use.articles.most_common(EXAMPLES)]
        proposal = Proposal(name, len(use.articles), origin, examples=tuple(examples))
        worth = _rate_worth(use, source_articles, len(articles))
        ranked.append((-worth, proposal, phrase))
    best_first = [(proposal, phrase) for _, proposal, phrase in sorted(ranked)]
    return _merge_alike(best_first, used)[:MOST_PROPOSALS]


def _list_phrases(vocabulary: Vocabulary) -> set[Key]:
    """Return the phrases of the listed tags and their aliases."""
    phrases = set[Key]()
    for tag in vocabulary.tag:
        phrases.update(make_key(form) for form in (tag.name, *tag.aliases))
    return phrases - {NO_PHRASE}


def _is_repeated(use: Use) -> bool:
    """Return True if at least LEAST_TITLES texts have the phrase at least LEAST_REPETITIONS
    times."""
    repeating = sum(times >= LEAST_REPETITIONS for times in use.articles.values())
    return repeating >= LEAST_TITLES


def _merge_alike(
    proposals: Sequence[tuple[Proposal, Key]], used: Mapping[Key, Use]
) -> list[Proposal]:
    """Return the proposals after merging those that mean the same tag ("solar panel", "solar panels
    on roofs"): the best of them stays, and the others become its aliases. `proposals`: each with
    its phrase, the best first. `used`: the counts of the uses of each phrase."""
    merged: list[tuple[Proposal, Key]] = []
    for proposal, phrase in proposals:
        for index, (better, better_phrase) in enumerate(merged):
            if _are_one_tag(phrase, better_phrase, used):
                aliases = (*better.aliases, proposal.name, *proposal.aliases)
                merged[index] = (better._replace(aliases=aliases), better_phrase)
                break
        else:
            merged.append((proposal, phrase))
    return [proposal for proposal, _ in merged]


def _are_one_tag(phrase: Key, other: Key, used: Mapping[Key, Use]) -> bool:
    """Return True if two phrases mean the same tag: one has all words of the other, and most
    articles that have one of them have both. `used`: the counts of the uses of each phrase."""
    stems = set(phrase)
    other_stems = set(other)
    if not (stems <= other_stems or other_stems <= stems):
        return False
    articles = used[phrase].articles.keys()
    other_articles = used[other].articles.keys()
    return len(articles & other_articles) >= ALIKE_SHARE * len(articles | other_articles)


def _find_names(articles: Sequence[tuple[str, str, Sequence[str]]]) -> set[Key]:
    """Return the phrases that are likely names: at most LONGEST neighbouring words with capitals,
    not at the beginning of a line, in at least LEAST_TEXTS texts. `articles`: as (title, text,
    publisher's tags)."""
    articles_by_name = Counter[Key]()
    for _, text, _ in articles:
        words: list[Token] = []
        for line in text[:READ].split("\n"):
            words.extend(split_tokens(line)[1:])  # the first word of a line has a capital anyway
        capitalised_words = sum(map(_is_capitalised, words))
        has_many_capitals = capitalised_words > MOST_CAPITALS * len(words)
        if has_many_capitals:  # in German, all nouns have capitals
            continue
        names: set[Key] = set()
        for are_capitalised, run in itertools.groupby(words, key=_is_capitalised):
            name = tuple(token.stem for token in run)
            if are_capitalised and len(name) <= LONGEST:
                names.add(name)
        articles_by_name.update(names)
    frequent = {name for name, count in articles_by_name.items() if count >= LEAST_TEXTS}
    # initials alone are no names
    return {name for name in frequent if max(map(len, name)) > 1}


def _is_capitalised(token: Token) -> bool:
    """Return True if the word has a capital and only a blank stands before it, so that it begins no
    sentence."""
    return token.gap == " " and token.word[:1].isupper()


def _rate_worth(use: Use, source_articles: Collection[int], total: int) -> float:
    """Return a number that says how good a phrase is as a tag, higher is better. It is high if many
    titles or publishers' tags have the phrase, if many texts repeat it, if few of all articles have
    it, and if it is a name.

    `use`: the counts of its uses. `source_articles`: the numbers of the articles whose title or
    publisher's tags have it. `total`: the number of all articles."""
    counted_articles = source_articles or use.articles
    repeating = sum(use.articles[number] >= OFTEN_REPEATED for number in counted_articles)
    rarity = math.log((total + 1) / len(use.articles))
    has_titles = len(source_articles) >= LEAST_TITLES
    title_factor = 1.0 if has_titles else UNTITLED_FACTOR
    is_name = use.capital >= NAME_SHARE
    name_factor = NAME_FACTOR if is_name else 1
    support = len(source_articles) + repeating
    return title_factor * support * rarity * name_factor


def _find_published(articles: Sequence[tuple[str, str, Sequence[str]]]) -> dict[Key, set[int]]:
    """Return the phrases that publishers give as tags, each with the numbers of its articles.
    `articles`: as (title, text, publisher's tags)."""
    numbers_by_phrase: dict[Key, set[int]] = defaultdict(set)
    for number, (title, _, tags) in enumerate(articles):
        for tag in tags:
            if make_key(tag) and is_sound(tag, title):
                numbers_by_phrase[make_key(tag)].add(number)
    return numbers_by_phrase


def _find_subjects(used: Mapping[Key, Use], texts: int) -> set[Key]:
    """Return the phrases that can be the subject of an article. Left out are phrases that too many
    texts have, that are mostly used within a longer phrase, or that have only generic words
    ("guide"). `used`: the counts of the uses of each phrase. `texts`: the number of all texts."""
    most_within_longer = Counter[Key]()
    for longer, use in used.items():
        for size in range(1, len(longer)):
            for start in range(len(longer) - size + 1):
                part = longer[start : start + size]
                most_within_longer[part] = max(most_within_longer[part], use.times)
    subjects = set()
    for phrase, use in used.items():
        if len(use.articles) > max(FEW_TEXTS, MOST_TEXTS_SHARE * texts):
            continue
        if most_within_longer[phrase] >= PART_SHARE * use.times:
            continue
        core = _strip_generic(phrase)
        is_generic = not core
        if is_generic:
            continue
        # "best CRM" is a CRM; but "climate change" is fixed: "climate" seldom stands without it
        is_fixed_phrase = use.times >= FIXED_SHARE * used[core].times
        if core == phrase or is_fixed_phrase:
            subjects.add(phrase)
    return subjects


def _strip_generic(phrase: Key) -> Key:
    """Return `phrase` without generic words at its beginning and its end ("best CRM" gives "CRM").
    NO_PHRASE if all its words are generic."""
    specific = [index for index, word in enumerate(phrase) if word not in load_generic_stems()]
    if not specific:
        return NO_PHRASE
    return phrase[specific[0] : specific[-1] + 1]
