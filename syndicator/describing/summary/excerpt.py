"""Choose the excerpt of an article: the publisher's description, or the best opening sentences.

Sentences are rated with weights of tools/train/fit_excerpts.py."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from syndicator.describing.resources import Floats, load_vector, load_weights, np
from syndicator.describing.text import sentences
from syndicator.describing.text.embeddings import load_embedder
from syndicator.describing.text.sentences import Sentence

OPENER_FILE: Final = "opener.toml"
CONSTANT: Final = "constant"
_FORM: Final = (
    "place",
    "is-first",
    "is-second",
    "starts-line",
    "depth",
    "is-short",
    "starts-quoted",
    "question",
    "digits",
    "general",
    "starts-with-digit",
    "early-comma",
    "early-colon",
)
_WORDS: Final = ("of-title", "names-title", "subject-of-title", "new-topics")
_NEAR: Final = ("near-title", "near-text", "near-one-before", "start")
FEATURES: Final = (*_FORM, *_WORDS, *_NEAR)

READ: Final = 6_000  # characters of a text
STEM: Final = 6  # first letters of a word, a cheap stem
LEAST: Final = 4  # least letters of a word
SHORT: Final = 8  # words of a short sentence
CJK_CHARACTERS_A_WORD: Final = 5  # in Chinese or Japanese, to compare lengths; a choice
FULL_WIDTH_ENDS: Final = "。！？」』）"  # no space stands after them
EARLY: Final = 40  # first characters, for an early comma or colon
SUBJECT: Final = 6  # first words, for the subject
OPENING: Final = 80  # characters that hold the first two words
SHALLOW: Final = 500  # least length of a text, in characters
QUOTES: Final = "\"“„«»‘'「『"
# scripts in which two characters count as a word
_EAST: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD = re.compile(rf"[{_EAST}]{{2}}|[^\W_{_EAST}]+(?:['’-][^\W_{_EAST}]+)*")
_STEMMED = re.compile(rf"(?=([{_EAST}]{{2}}))|[^\W_{_EAST}]{{{LEAST},}}")
_DIGIT = re.compile(r"\d")
# a heading of markdown with its marks, or the line above a line of = or -
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:[ \t].*)?$|^.+\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)

SCANNED: Final = 30  # first sentences of a text
MOST: Final = 12  # candidates of a text
FEWEST_WORDS: Final = 4  # of a candidate
FEWEST_CJK: Final = 10  # characters of one in Chinese or Japanese
ENOUGH: Final = 40  # words of a sufficient excerpt
# Least log-odds of an opening sentence: of a language model, and of the publisher's description.
OPENS: Final = -2.5
OPENS_DESCRIBED: Final = -0.25
# Least likeness of a description to its article (not another one or the site): share of stems plus
# cosine.
LIKE: Final = 1.05
END: Final = 25  # characters of a description's end, to find it in the text


class Candidates(NamedTuple):
    """An article and the sentences of it that may be in an excerpt, in their order."""

    title: str
    text: str
    language: str | None
    sentences: Sequence[Sentence]


def find_opener(title: str, text: str, language: str | None) -> Candidates:
    """Return the article together with the sentences that may be in an excerpt: at most MOST, all
    different, from the first SCANNED sentences of `text`. `language`: a code of two letters, None
    if unknown."""
    usable: list[Sentence] = []
    folded_texts: set[str] = set()
    for sentence in islice(sentences.iterate_sentences(text, language), SCANNED):
        candidate = _strip_if_usable(sentence, title)
        if candidate is None:
            continue
        folded = sentences.normalise_words(candidate.text)
        if folded in folded_texts:
            continue
        folded_texts.add(folded)
        usable.append(candidate)
        if len(usable) == MOST:
            break
    return Candidates(title, text, language, usable)


def _strip_if_usable(sentence: Sentence, title: str) -> Sentence | None:
    """Return the sentence without its dateline ("PARIS (Reuters) - "). Return None if it may not be
    in an excerpt: it is too short or too long, is no whole sentence, or repeats the title."""
    text = sentences.remove_dateline(sentence.text)
    starts_small = text[0].islower()
    if not sentence.whole or starts_small or sentences.is_too_long(text):
        return None
    if sentences.is_cjk(text):  # Chinese or Japanese, which has no spaces between words
        is_short = len(text) < FEWEST_CJK
    else:
        is_short = len(text.split()) < FEWEST_WORDS
    if is_short or sentences.find_form_fault(text) or sentences.repeats_title(text, title):
        return None
    if text == sentence.text:
        return sentence
    return sentence._replace(text=text, cut=True)


def score_openers(candidate: Candidates) -> Floats:
    """Return a number for each candidate sentence that says how well it can be the first one of an
    excerpt, as log-odds: higher is better."""
    constant_and_weights = load_weights(OPENER_FILE, "weights", (CONSTANT, *FEATURES))
    constant = constant_and_weights[0]
    weights = constant_and_weights[1:]
    result: Floats = measure_features(candidate) @ weights + constant
    return result


@lru_cache(maxsize=1)
def load_start_weights() -> dict[str, Floats]:
    """Return the weights that compute the feature "start" of a sentence, by name. "first" and
    "second" are multiplied with the vectors of its first two words, "whole" with the vector of the
    whole sentence, and "constant" is added."""
    return {
        name: load_vector(OPENER_FILE, "start", name)
        for name in ("first", "second", "whole", "constant")
    }


def measure_features(candidate: Candidates, parts: Mapping[str, Floats] | None = None) -> Floats:
    """Return the FEATURES of each candidate sentence, as an array with a row for each sentence and
    a column for each feature. `parts`: the weights of the feature "start", None for those of
    `load_start_weights`."""
    vectors = load_embedder()
    texts = [sentence.text for sentence in candidate.sentences]
    sentence_vectors = vectors.embed_parts(candidate.text, texts)
    title_vector = vectors.embed_article(candidate.title, "", 1)
    text_vector = vectors.embed_article("", candidate.text)
    # how near a sentence is to the one before it: the products of their vectors
    near_previous = np.zeros(len(texts), dtype=np.float32)
    near_previous[1:] = (sentence_vectors[1:] * sentence_vectors[:-1]).sum(axis=1)
    nearness = np.column_stack(
        [
            sentence_vectors @ title_vector,
            sentence_vectors @ text_vector,
            near_previous,
            score_starts(texts, sentence_vectors, parts or load_start_weights()),
        ]
    )
    forms = np.array(_measure_forms(candidate))
    shared_words = np.array(_measure_shared_words(candidate))
    return np.hstack([forms, shared_words, nearness]).astype(np.float32)


def score_starts(
    texts: Sequence[str], sentence_vectors: Floats, parts: Mapping[str, Floats]
) -> Floats:
    """Return the feature "start" of each sentence: a number that is higher if its first words and
    its meaning fit the beginning of an excerpt better. `texts`: the sentences. `sentence_vectors`:
    the vector of each sentence, as rows. `parts`: weights as those of `load_start_weights`."""
    word_scores = []
    for text in texts:
        first, second = split_first_words(text)
        score = _make_word_vector(first) @ parts["first"]
        word_scores.append(score + _make_word_vector(second) @ parts["second"])
    from_words = np.array(word_scores)
    result: Floats = from_words + sentence_vectors @ parts["whole"] + parts["constant"][0]
    return result


def split_first_words(text: str) -> tuple[str, str]:
    """Return the first two words of a sentence in lower case. A missing word is ""."""
    words = _WORD.findall(text[:OPENING].casefold())
    first = words[0] if words else ""
    second = words[1] if len(words) > 1 else ""
    return first, second


@lru_cache(maxsize=4096)
def _make_word_vector(word: str) -> Floats:
    return load_embedder().embed(word)


def _measure_forms(candidate: Candidates) -> list[list[float]]:
    """Return the features _FORM of each candidate sentence: its position, its length and its
    characters. The result has a row for each sentence and a column for each feature."""
    text_length = max(SHALLOW, len(candidate.text))
    table = []
    for index, sentence in enumerate(candidate.sentences):
        text = sentence.text
        words = text.split()
        word_count = len(words)
        if sentences.is_cjk(text):
            word_count = len(text) // CJK_CHARACTERS_A_WORD
        has_digits = _DIGIT.search(text) is not None
        has_names = any(word[:1].isupper() for word in words[1:])
        without_end_quote = text.rstrip('"”’»」 ')
        without_start_quote = text.lstrip(QUOTES)
        beginning = text[:EARLY]
        offset = max(0, candidate.text.find(text))
        features = {
            "place": math.log1p(index),
            "is-first": index == 0,
            "is-second": index == 1,
            "starts-line": sentence.place == 0,
            "depth": offset / text_length,
            "is-short": word_count < SHORT,
            "starts-quoted": text[0] in QUOTES,
            "question": without_end_quote.endswith(("?", "？")),
            "digits": has_digits,
            "general": not has_digits and not has_names,
            "starts-with-digit": without_start_quote[:1].isdigit(),
            "early-comma": "," in beginning,
            "early-colon": ":" in beginning,
        }
        table.append([features[name] for name in _FORM])
    return table


def _measure_shared_words(candidate: Candidates) -> list[list[float]]:
    """Return the features _WORDS of each candidate sentence: which of its words are in the title,
    and how many of the words that the text repeats it has first. The result has a row for each
    sentence and a column for each feature."""
    title_stems = set(list_stems(candidate.title))
    times = Counter(list_stems(candidate.text[:READ]))
    topics = {stem for stem, count in times.items() if count > 1}  # the text repeats them
    earlier_stems: set[str] = set()
    table = []
    for sentence in candidate.sentences:
        sentence_stems = set(list_stems(sentence.text))
        subject_stems = list_stems(" ".join(sentence.text.split()[:SUBJECT]))  # of its first words
        from_title = len(sentence_stems & title_stems)
        new_topics = len((sentence_stems & topics) - earlier_stems)
        table.append(
            [
                from_title / max(1, len(title_stems)),
                from_title > 0,
                not title_stems.isdisjoint(subject_stems),
                new_topics / max(1, len(sentence_stems)),
            ]
        )
        earlier_stems |= sentence_stems
    return table


def list_stems(text: str) -> list[str]:
    """Return the words of LEAST letters or more, in lower case and cut to their first STEM letters.
    In East Asian scripts, return each pair of neighbouring characters."""
    return [match[1] or match[0][:STEM] for match in _STEMMED.finditer(text.casefold())]


def extend_passage(candidates: Sequence[Sentence], first: int) -> tuple[int, ...]:
    """Return the indices of the sentences in an excerpt that begins with the candidate at the index
    `first`. The next candidates are added if they follow directly in the text, until the excerpt
    has ENOUGH words or would be too long."""
    chosen = [candidates[first]]
    for following in candidates[first + 1 :]:
        if len(chosen) == sentences.SENTENCES:
            break
        texts = [sentence.text for sentence in chosen]
        has_enough_words = len(join_sentences(texts).split()) >= ENOUGH
        if has_enough_words or not is_next_sentence(chosen[-1], following):
            break
        if sentences.is_too_long(join_sentences([*texts, following.text])):
            break
        chosen.append(following)
    return tuple(range(first, first + len(chosen)))


def is_next_sentence(before: Sentence, after: Sentence) -> bool:
    """Return True if `after` directly follows `before` in the text, and no dateline was removed
    from it."""
    return after.order == before.order + 1 and not after.cut


def summarize(title: str, text: str, language: str | None = None) -> str:
    """Return the best passage of a text as an excerpt; "" if no sentence is usable. `text`: plain,
    one block on each line; headings of markdown are left out. `language`: ISO 639-1. Never
    raises."""
    return _choose_passage(title, _HEADING.sub("", text), language)


def _choose_passage(title: str, text: str, language: str | None) -> str:
    """Return the passage of `text` that makes the best excerpt: it begins with the sentence that
    has the best score as an opening. Return "" if no sentence may be in an excerpt."""
    candidate = find_opener(title, text, language)
    if not candidate.sentences:
        return ""
    best = int(score_openers(candidate).argmax())
    return join_passage(candidate, best)


def choose_excerpt(
    title: str, text: str, description: str, language: str | None
) -> tuple[str, str]:
    """Return the excerpt of an article, and its origin: "publisher" if it is a part of the
    publisher's `description`, "extractive" if it is a passage of the text. `language`: a code of
    two letters, None if unknown."""
    from_publisher = choose_from_description(title, text, description, language)
    if from_publisher:
        return from_publisher, "publisher"
    return _choose_passage(title, text, language), "extractive"


def quote_description(title: str, text: str, description: str, language: str | None) -> str:
    """Return an excerpt from the publisher's description alone: the part that begins with a good
    opening sentence, or else its beginning. Return "" if the description has no sentence. `title`,
    `text`: those of the article."""
    best_part = choose_from_description(title, text, description, language)
    if best_part:
        return best_part
    described = sentences.split(description, MOST, language)
    if not described:
        return ""
    return join_passage(Candidates(title, text, language, described), 0)


def choose_from_description(title: str, text: str, description: str, language: str | None) -> str:
    """Return the part of the publisher's description that begins with a good opening sentence. ""
    if there is none, or if the description is not about the article. `title`, `text`: those of the
    article."""
    usable = []
    for sentence in sentences.split(description, MOST, language):
        if sentences.find_fault(sentence.text, title):
            continue
        starts_small = sentence.text.split()[0].islower()
        if not starts_small and not is_end_of_line(sentence.text, text):
            usable.append(sentence)
    if not usable:
        return ""
    candidate = Candidates(title, text, language, usable)
    for index, odds in enumerate(score_openers(candidate)):
        if odds >= OPENS_DESCRIBED:
            excerpt = join_passage(candidate, index)
            return excerpt if measure_likeness(excerpt, title, text) >= LIKE else ""
    return ""


def is_end_of_line(piece: str, text: str) -> bool:
    """Return True if `piece`, a sentence of a description, ends with a whole line of `text`, but
    has more words before that. These words are then a heading or a label."""
    index = text.find(piece[-END:])
    if index < 0:  # its end is not in the text
        return False
    line_start = text.rfind("\n", 0, index) + 1
    line = text[line_start : index + END]
    return piece != line and piece.endswith(line)


def measure_likeness(description: str, title: str, text: str) -> float:
    """Return how similar a description is to its article: a number up to 2, higher is more
    similar. It is the share of the description's words that the article has, plus the cosine
    between the vectors of both (numbers that stand for their meanings)."""
    description_stems = set(list_stems(description))
    shared = description_stems & set(list_stems(f"{title} {text}"))
    shared_part = len(shared) / max(1, len(description_stems))
    vectors = load_embedder()
    cosine = vectors.embed_article("", description) @ vectors.embed_article(title, text)
    return shared_part + float(cosine)


def join_passage(candidate: Candidates, first: int) -> str:
    """Return the excerpt that begins with the candidate at index `first`."""
    indices = extend_passage(candidate.sentences, first)
    return join_sentences(candidate.sentences[index].text for index in indices)


def join_sentences(texts: Iterable[str]) -> str:
    """Return sentences as one text, with spaces between them. There is no space after a full-width
    stop, which Chinese and Japanese use."""
    joined = ""
    for text in texts:
        if joined and joined[-1] not in FULL_WIDTH_ENDS:
            joined += " "
        joined += text
    return joined
