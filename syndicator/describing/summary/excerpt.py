"""Choose an excerpt: the publisher's description, or the best opening sentences.

Rated by weights of tools/train/fit_excerpts.py."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from syndicator.describing.resources import Floats, load, np, vector
from syndicator.describing.text import sentences
from syndicator.describing.text.embeddings import embedder
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
    """A text and its candidate sentences, in order."""

    title: str
    text: str
    language: str | None
    sentences: Sequence[Sentence]


def find_opener(title: str, text: str, language: str | None) -> Candidates:
    """Return at most MOST different candidates among the first SCANNED sentences. `language`: two
    letters or None."""
    usable: list[Sentence] = []
    seen: set[str] = set()
    for sentence in islice(sentences.each(text, language), SCANNED):
        bare = _usable(sentence, title)
        folded = sentences.words(bare.text) if bare is not None else ""
        if bare is not None and folded not in seen:
            seen.add(folded)
            usable.append(bare)
        if len(usable) == MOST:
            break
    return Candidates(title, text, language, usable)


def _usable(sentence: Sentence, title: str) -> Sentence | None:
    text = sentences.without_dateline(sentence.text)
    if not sentence.whole or text[0].islower() or sentences.too_long(text):
        return None
    short = len(text) < FEWEST_CJK if sentences.cjk(text) else len(text.split()) < FEWEST_WORDS
    if short or sentences.form(text) or sentences.repeats(text, title):
        return None
    return sentence if text == sentence.text else sentence._replace(text=text, cut=True)


def opener_scores(candidate: Candidates) -> Floats:
    """Return the log-odds that each candidate may open an excerpt."""
    slope = load(OPENER_FILE, "weights", (CONSTANT, *FEATURES))
    result: Floats = rows(candidate) @ slope[1:] + slope[0]
    return result


@lru_cache(maxsize=1)
def start_parts() -> dict[str, Floats]:
    """Load the vectors of the feature "start": first word, second word, whole sentence,
    constant."""
    return {
        name: vector(OPENER_FILE, "start", name)
        for name in ("first", "second", "whole", "constant")
    }


def rows(candidate: Candidates, parts: Mapping[str, Floats] | None = None) -> Floats:
    """Return FEATURES per candidate. `parts`: in place of `start_parts`."""
    vectors = embedder()
    texts = [sentence.text for sentence in candidate.sentences]
    pieces = vectors.parts(candidate.text, texts)
    title = vectors.article(candidate.title, "", 1)
    text = vectors.article("", candidate.text)
    before = np.zeros(len(texts), dtype=np.float32)
    before[1:] = (pieces[1:] * pieces[:-1]).sum(axis=1)
    near = np.column_stack(
        [pieces @ title, pieces @ text, before, starts(texts, pieces, parts or start_parts())]
    )
    return np.hstack([np.array(_form(candidate)), np.array(_shared(candidate)), near]).astype(
        np.float32
    )


def starts(texts: Sequence[str], pieces: Floats, parts: Mapping[str, Floats]) -> Floats:
    """Return the feature "start" of sentences with vectors `pieces`. `parts`: from
    `start_parts`."""
    pairs = [first_words(text) for text in texts]
    words = [
        _word(first) @ parts["first"] + _word(second) @ parts["second"] for first, second in pairs
    ]
    result: Floats = np.array(words) + pieces @ parts["whole"] + parts["constant"][0]
    return result


def first_words(text: str) -> tuple[str, str]:
    """Return the first two words in lower case, "" for none."""
    words = _WORD.findall(text[:OPENING].casefold())
    return (*words[:2], "", "")[:2]


@lru_cache(maxsize=4096)
def _word(word: str) -> Floats:
    return embedder().mean(word)


def _form(candidate: Candidates) -> list[list[float]]:
    size = max(SHALLOW, len(candidate.text))
    table = []
    for place, sentence in enumerate(candidate.sentences):
        text, bare = sentence.text, sentence.text.rstrip('"”’»」 ')
        digits = _DIGIT.search(text) is not None
        named = any(word[:1].isupper() for word in text.split()[1:])
        words = len(text) // 5 if sentences.cjk(text) else len(text.split())
        table.append(
            [
                math.log1p(place),
                place == 0,
                place == 1,
                sentence.place == 0,
                max(0, candidate.text.find(text)) / size,
                words < SHORT,
                text[0] in QUOTES,
                bare.endswith(("?", "？")),
                digits,
                not digits and not named,
                text.lstrip(QUOTES)[:1].isdigit(),
                "," in text[:EARLY],
                ":" in text[:EARLY],
            ]
        )
    return table


def _shared(candidate: Candidates) -> list[list[float]]:
    title = set(stems(candidate.title))
    often = {stem for stem, times in Counter(stems(candidate.text[:READ])).items() if times > 1}
    seen: set[str] = set()
    table = []
    for sentence in candidate.sentences:
        own = set(stems(sentence.text))
        common = len(own & title)
        subject = stems(" ".join(sentence.text.split()[:SUBJECT]))
        new = len((own & often) - seen)
        table.append(
            [
                common / max(1, len(title)),
                common > 0,
                not title.isdisjoint(subject),
                new / max(1, len(own)),
            ]
        )
        seen |= own
    return table


def stems(text: str) -> list[str]:
    """Return the longer words in lower case, cut to STEM letters; in East Asian scripts, pairs of
    characters."""
    return [match[1] or match[0][:STEM] for match in _STEMMED.finditer(text.casefold())]


def passage(candidate: Sequence[Sentence], first: int) -> tuple[int, ...]:
    """Return indices of consecutive candidates from `first`, up to ENOUGH words and the limits of
    length."""
    taken = [first]
    while len(taken) < sentences.SENTENCES and taken[-1] + 1 < len(candidate):
        before = candidate[taken[-1]]
        after = candidate[taken[-1] + 1]
        text = joined([*(candidate[place].text for place in taken), after.text])
        enough = len(joined(candidate[place].text for place in taken).split()) >= ENOUGH
        if enough or not follows(before, after) or sentences.too_long(text):
            break
        taken.append(taken[-1] + 1)
    return tuple(taken)


def follows(before: Sentence, after: Sentence) -> bool:
    """True if `after` directly follows `before` in the text and its start was not cut."""
    return after.order == before.order + 1 and not after.cut


def summarize(title: str, text: str, language: str | None = None) -> str:
    """Return the best passage of `text` (plain, a line per block), or "". Headings of markdown are
    no passages. `language`: ISO 639-1. Never raises."""
    return _choose_passage(title, _HEADING.sub("", text), language)


def _choose_passage(title: str, text: str, language: str | None) -> str:
    candidate = find_opener(title, text, language)
    return opened(candidate, int(opener_scores(candidate).argmax())) if candidate.sentences else ""


def choose(title: str, text: str, description: str, language: str | None) -> tuple[str, str]:
    """Return (excerpt, writer): `described` and "publisher", else a passage and "extractive"."""
    own = described(title, text, description, language)
    return (own, "publisher") if own else (_choose_passage(title, text, language), "extractive")


def quote_description(title: str, text: str, description: str, language: str | None) -> str:
    """Return the best part of the publisher's description, else its beginning, and never a sentence
    that is in the text alone."""
    own = described(title, text, description, language)
    if own:
        return own
    split = sentences.split(description, MOST, language)
    return opened(Candidates(title, text, language, split), 0) if split else ""


def described(title: str, text: str, description: str, language: str | None) -> str:
    """Return the part of the publisher's description that opens well and is about the article, or
    ""."""
    split = sentences.split(description, MOST, language)
    sound = (part for part in split if not sentences.fault(part.text, title))
    parts = [
        part for part in sound if not part.text.split()[0].islower() and not headed(part.text, text)
    ]
    if not parts:
        return ""
    asked = Candidates(title, text, language, parts)
    first = next(
        (place for place, value in enumerate(opener_scores(asked)) if value >= OPENS_DESCRIBED),
        None,
    )
    own = opened(asked, first) if first is not None else ""
    return own if own and likeness(own, title, text) >= LIKE else ""


def headed(piece: str, text: str) -> bool:
    """True if `piece` ends a line of `text` but lacks its start: a heading or label."""
    at = text.find(piece[-END:])
    line = text[text.rfind("\n", 0, at) + 1 : at + END]
    return at >= 0 and piece != line and piece.endswith(line)


def likeness(description: str, title: str, text: str) -> float:
    """Return how far a description is about the article, from 0 to 2 (see LIKE)."""
    own = set(stems(description))
    shared = own & set(stems(f"{title} {text}"))
    vectors = embedder()
    return len(shared) / max(1, len(own)) + float(
        vectors.article("", description) @ vectors.article(title, text)
    )


def opened(candidate: Candidates, first: int) -> str:
    """Return the excerpt that begins with the candidate at `first`."""
    return joined(candidate.sentences[place].text for place in passage(candidate.sentences, first))


def joined(chosen: Iterable[str]) -> str:
    """Join sentences, without a space after full-width stops."""
    out = ""
    for sentence in chosen:
        out += ("" if not out or out[-1] in "。！？」』）" else " ") + sentence
    return out
