"""Score blocks a second time, by the first scores of their neighbours. Pure.

Boosted trees over the log odds of the first score (`scorer`). They were trained to correct its
mistakes on other domains than those with which the first score was trained
(tools/train/fit_sequence.py). A "text" here is a block with letters."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from syndicator.reading.body import containers, overlap, scorer
from syndicator.reading.body.block_features import Columns
from syndicator.reading.body.features import shift
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block

# These numbers were chosen by hand before the trees were trained. Who changes one must train again.
_FIRST_SHARE = 0.25  # share of the first log odds in the second, chosen by cross-validation
_MOST_ODDS = 12.0  # the first log odds are cut at this value, and at its negative
_OUTSIDE = -8.0  # log odds before the first and after the last text
_NO_TEXTS = -1.0  # in place of the mean probability of texts, if there are none
_NEAR_STEPS = (1, 2, 3, 4)  # distances of the neighbours whose log odds are features
_WIDE_STEPS = (2, 5, 12)  # neighbours on both sides whose mean probability is a feature
_LEAST_SURE = 30  # a likely text with more letters shows where the article is
_EARLY = 30  # characters of a text in which a colon is early
# the distance to the next such text, if there is none: in texts, and as logarithm of letters
_FAR_TEXTS = 200
_FAR_LETTERS = 12.0
_SHORT_TEXT = 400  # letters of a text that is searched for phrases
_BEGINNING = 300  # characters of a text whose words and capitals are counted
_START = 60  # letters at both ends of a text that are searched in the declared text
_LEAST_COMPARED = 20  # letters of a text that is compared with others
_LEAST_NAME = 4  # letters of a name that is searched
_MOST_HEADS = 3  # headlines whose words count as those of the title
_PHRASES = ("credit", "disclosure", "aside", "appeal")
_OPENING_MARKS = {"quoted": "\"“„«»‘'", "marked": "*_—–-•©(["}
_CLOSING_MARKS = ")]*"
_SIGNS = {"loud": "!", "at": "@", "rights": "©"}
_TAGS = ("p", "div", "span", "em", "i", "small", "strong", "b", "footer", "time", "section", "td")
_TAG_NUMBERS = {tag: number for number, tag in enumerate(_TAGS)}
_WORD = re.compile(r"\w{3,}")
_COUNTED = re.compile(  # "page 2 of 3", "5 min read", "2 days ago"
    r"^\W*(?:(?:page|seite|pagina|página|strona|sida)\W*\d+\s*(?:/|of|von|de|sur|di|van)\s*\d+"
    r"|(?:\d+\W*(?:min(?:ute)?s?|hours?|days?|weeks?|months?|years?|hr|min\.?)\b.{0,12}\b(?:read(?:ing)?|ago|lesezeit|lecture)))"
    r"\W*$",
    re.I,
)
_LIST_KINDS = ("ul", "ol", "table", "dl")
_ASCII_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))


class Facts(NamedTuple):
    """Statements of a page about itself and its article."""

    title: str = ""
    authors: Sequence[str] = ()
    description: str = ""
    site: str = ""  # the name of the site
    body: str = ""  # the article's text as JSON-LD declares it
    types: Mapping[str, float] = {}  # type of page -> its probability
    declared: bool = False  # the page declares that it is an article


@dataclass(frozen=True, slots=True)
class Texts:
    """The blocks of a page that have letters."""

    blocks: tuple[Block, ...]
    indices: Any  # their indices among all blocks of the page
    letters: Any  # their numbers of letters
    features: Columns  # the features that do not depend on the first score


def select_texts(blocks: Sequence[Block], facts: Facts) -> Texts:
    """Return the blocks of a page that have letters, with those of their features that do not
    depend on the first score. `blocks`: all blocks of the page, whose letters must be counted
    already; `facts`: the title, authors and the like that the page declares."""
    indices = np.array(
        [index for index, block in enumerate(blocks) if block.letters], dtype=np.intp
    )
    texts = tuple(blocks[index] for index in indices.tolist())
    letters = np.array([block.letters for block in texts], dtype=np.float64)
    features: Columns = {}
    if texts:
        features = _compare_with_facts(texts, facts)
    return Texts(texts, indices, letters, features)


def score_texts(texts: Texts, box: containers.Containers, first: scorer.Scored) -> scorer.Scored:
    """Set the score of each text a second time: the probability (0 to 1) that it is part of the
    article, computed from its first score and those of its neighbours. `box`: the elements around
    the blocks; `first`: the result of the first score. Return this result with another reason for
    the texts about which the two scores disagree."""
    if not texts.blocks:
        return first
    values = compute_features(texts, box, first)
    first_odds = first.odds[texts.indices]
    trees = scorer.load_trees("sequence_trees.json", first.table)
    odds = _FIRST_SHARE * first_odds + (1 - _FIRST_SHARE) * scorer.compute_log_odds(trees, values)
    probabilities = scorer.compute_probabilities(odds).tolist()
    for block, probability in zip(texts.blocks, probabilities, strict=True):
        block.score = probability

    reasons = list(first.heaviest)
    is_changed = (first_odds > 0) != (odds > 0)
    for index in texts.indices[is_changed].tolist():
        reasons[index] = "the texts around it"
    return first._replace(heaviest=reasons)


def compute_features(texts: Texts, box: containers.Containers, first: scorer.Scored) -> Columns:
    """Return all features of `texts` for the second score by name, including those of the first
    score. Each is a float32 array with a value for each text. `first`: the result of the first
    score; `box`: the elements around the blocks."""
    odds = np.clip(first.odds[texts.indices], -_MOST_ODDS, _MOST_ODDS)
    probability = scorer.compute_probabilities(odds)
    letters = texts.letters
    likely_letters = probability * letters  # the letters that are likely the article's
    markup = [box.markup[index] for index in texts.indices.tolist()]
    features: Columns = {
        **_measure_neighbours(odds, likely_letters, letters),
        **_measure_page(probability, likely_letters, letters),
        **_measure_distances(odds, letters),
        **_measure_containers(box, box.element_of[texts.indices], likely_letters, letters),
        **_measure_groups(texts.blocks, markup, likely_letters, letters),
        **_measure_sections(texts.blocks, odds, likely_letters, letters),
    }
    first_values = {name: column[texts.indices] for name, column in first.values.items()}
    return first_values | texts.features | _prefix_names(features)


def _prefix_names(features: Columns) -> Columns:
    """Return `features` as float32 arrays, each with "second " before its name, since some have the
    same name as a feature of the first score."""
    return {
        f"second {name}": np.asarray(column, dtype=np.float32) for name, column in features.items()
    }


def _measure_neighbours(odds: Any, likely_letters: Any, letters: Any) -> Columns:
    """Return features about the neighbours of each text: the log odds of the four texts before it
    and the four after it, the sizes of the nearest two, and the mean probability of the other texts
    up to 2, up to 5 and up to 12 places away. `odds`: the first log odds of each text; `letters`:
    its number of letters; `likely_letters`: its number of letters times its probability."""
    features: Columns = {"odds": odds}
    for step in _NEAR_STEPS:
        features[f"odds-{step}"] = shift(odds, step, _OUTSIDE)
        features[f"odds+{step}"] = shift(odds, -step, _OUTSIDE)
    features["size-1"] = np.log1p(shift(letters, 1, 0.0))
    features["size+1"] = np.log1p(shift(letters, -1, 0.0))
    # sums of all texts before each index: the sum of a range is the difference of two of them
    index = np.arange(len(odds))
    likely_sums = np.concatenate([[0.0], np.cumsum(likely_letters)])
    letter_sums = np.concatenate([[0.0], np.cumsum(letters)])
    for reach in _WIDE_STEPS:
        start = np.maximum(index - reach, 0)
        end = np.minimum(index + reach + 1, len(odds))
        # the text itself does not count
        other_likely = likely_sums[end] - likely_sums[start] - likely_letters
        other_letters = letter_sums[end] - letter_sums[start] - letters
        features[f"mean-{reach}"] = other_likely / np.maximum(other_letters, 1.0)
    return features


def _measure_page(probability: Any, likely_letters: Any, letters: Any) -> Columns:
    """Return features that say where each text stands on the page, and which share of the article
    is probably before it, in it and after it. Other features are the same for all texts: the size
    of the page, and how much of it is probably the article. `probability`: for each text, the
    probability that it is part of the article; `letters`: its number of letters; `likely_letters`:
    the product of both."""
    count = len(likely_letters)
    index = np.arange(count)
    likely_total = float(likely_letters.sum()) or 1.0
    total = float(letters.sum()) or 1.0
    likely_before = np.cumsum(likely_letters) - likely_letters
    likely_until = likely_before + likely_letters  # before it and in it
    of_each_text: Columns = {
        "mass-before": likely_before / likely_total,
        "mass-after": 1 - likely_until / likely_total,
        "own-share": likely_letters / likely_total,
        "place": index / count,
        "place-end": np.log1p(count - index),
        "place-start": np.log1p(index),
    }
    of_page = {
        "mass": math.log1p(likely_total),
        "mass-share": likely_total / total,
        "mean": probability.mean(),
        "texts": math.log1p(count),
    }
    return of_each_text | {name: np.full(count, value) for name, value in of_page.items()}


def _measure_distances(odds: Any, letters: Any) -> Columns:
    """Return features about the texts before each text and about those after it: how far the
    nearest sure text is, how many likely and how many sure texts there are, and the best odds of a
    long text. A text is likely if it is probably the article's, and sure if it is also long.
    `odds`: the first log odds of each text; `letters`: its number of letters."""
    count = len(odds)
    index = np.arange(count)
    is_likely = odds > 0
    is_long = letters > _LEAST_SURE
    is_sure = is_likely & is_long
    # the indices of the sure texts nearest to each text, itself aside: -1 if there is none before
    # it, `count` if there is none after it
    last_sure_until = np.maximum.accumulate(np.where(is_sure, index, -1))
    sure_before = np.concatenate([[-1], last_sure_until[:-1]])
    next_sure_from = np.minimum.accumulate(np.where(is_sure, index, count)[::-1])[::-1]
    sure_after = np.concatenate([next_sure_from[1:], [count]])
    has_sure_before = sure_before >= 0
    has_sure_after = sure_after < count

    # the letters of the texts between both: the sum up to one less the sum up to the other
    letter_sums = np.concatenate([[0.0], np.cumsum(letters)])
    letters_before = np.log1p(letter_sums[index] - letter_sums[sure_before + 1])
    letters_after = np.log1p(letter_sums[sure_after] - letter_sums[index + 1])

    # running maxima and counts: "until" from the start to each text, "from" from it to the end
    long_odds = np.where(is_long, odds, -_MOST_ODDS)
    best_until = np.maximum.accumulate(long_odds)
    best_from = np.maximum.accumulate(long_odds[::-1])[::-1]
    likely_until = np.cumsum(is_likely)
    sure_until = np.cumsum(is_sure)
    return {
        "gap-before": np.log1p(np.where(has_sure_before, index - sure_before, _FAR_TEXTS)),
        "gap-after": np.log1p(np.where(has_sure_after, sure_after - index, _FAR_TEXTS)),
        "letters-before": np.where(has_sure_before, letters_before, _FAR_LETTERS),
        "letters-after": np.where(has_sure_after, letters_after, _FAR_LETTERS),
        "likely-before": np.log1p(likely_until - is_likely),
        "likely-after": np.log1p(is_likely.sum() - likely_until),
        "sure-before": np.log1p(sure_until - is_sure),
        "sure-after": np.log1p(is_sure.sum() - sure_until),
        "best-before": shift(best_until, 1, -_MOST_ODDS),
        "best-after": shift(best_from, -1, -_MOST_ODDS),
    }


def _measure_containers(
    box: containers.Containers, element_of: Any, likely_letters: Any, letters: Any
) -> Columns:
    """Return two features for each of the four elements around a text, from its parent outwards:
    the mean probability of the other texts in this element, and the share of the likely article
    that is in it. `box`: the elements around the texts; `element_of`: for each text, the number of
    its own element in `box`; `letters`: its number of letters; `likely_letters`: its number of
    letters times its probability."""
    # a row for each element, with two sums over all texts in it: likely letters and letters
    sums = np.zeros((len(box.nodes), 2))
    np.add.at(sums, element_of, np.stack([likely_letters, letters], axis=1))
    for level in reversed(box.levels[1:]):  # add children to their parents, the deepest first
        np.add.at(sums, box.parent[level], sums[level])
    features: Columns = {}
    total = float(likely_letters.sum()) or 1.0
    holder = element_of
    for name in ("parent", "grand", "great", "great-great"):
        holder = box.parent[holder]
        likely_sum = sums[holder, 0]
        letter_sum = sums[holder, 1]
        features[f"{name}-mean"] = _divide(likely_sum - likely_letters, letter_sum - letters)
        features[f"{name}-share"] = likely_sum / total
    return features


def _divide(likely_letters: Any, letters: Any) -> Any:
    """Return the mean probability of groups of texts, _NO_TEXTS for groups without letters.
    `letters`: the number of letters of each group; `likely_letters`: the sum over its texts of
    letters times probability."""
    return np.where(letters > 0, likely_letters / np.maximum(letters, 1.0), _NO_TEXTS)


def _measure_groups(
    texts: Sequence[Block], markup: Sequence[Any], likely_letters: Any, letters: Any
) -> Columns:
    """Return features that compare each text with the other texts of three groups: those in the
    same list, those with the same markup, and headings of the same level and class. For each group
    they are the mean probability and the size of the other texts. `markup`: for each text, the tags
    and classes around it; `letters`: its number of letters; `likely_letters`: its number of letters
    times its probability."""
    # texts with the same key are a group
    list_keys: list[Any] = []
    heading_keys: list[Any] = []
    for index, text in enumerate(texts):
        # a text that is in no list, or that is no heading, is a group by itself: its key is `index`
        lists = [frame for frame in text.frames if frame.kind in _LIST_KINDS]
        list_keys.append(lists[0] if lists else index)  # the outermost list
        if text.kind == "h":
            heading_keys.append((text.level, text.element.get("class")))
        else:
            heading_keys.append(index)
    features: Columns = {}
    for name, keys in (("list", list_keys), ("alike", markup), ("heads", heading_keys)):
        mean, size = _measure_others(keys, likely_letters, letters)
        features[f"{name}-mean"] = mean
        features[f"{name}-size"] = size
    return features


def _measure_others(keys: Iterable[Any], likely_letters: Any, letters: Any) -> tuple[Any, Any]:
    """Return two arrays about the other texts that have the same key as a text, with a value for
    each text: the mean probability of these other texts, and the logarithm of their number of
    letters. `keys`: a key for each text; `letters`: its number of letters; `likely_letters`: its
    number of letters times its probability."""
    # texts with the same key are a group; groups are numbered in their order
    number_by_key: dict[Any, int] = {}
    group_of = np.array([number_by_key.setdefault(key, len(number_by_key)) for key in keys])
    # the others have what the whole group has, less what the text itself has
    letters_of_group = np.bincount(group_of, letters)
    likely_of_group = np.bincount(group_of, likely_letters)
    other_letters = letters_of_group[group_of] - letters
    other_likely = likely_of_group[group_of] - likely_letters
    return _divide(other_likely, other_letters), np.log1p(other_letters)


def _measure_sections(
    texts: Sequence[Block], odds: Any, likely_letters: Any, letters: Any
) -> Columns:
    """Return features about the section that each text is in. A section begins with a heading; the
    texts before the first heading are section 0. The features are the mean probability of the other
    texts in it, its size, the odds of its heading, and the mean probability of the sections before
    and after it. `odds`: the first log odds of each text; `letters`: its number of letters;
    `likely_letters`: its number of letters times its probability."""
    is_heading = np.array([text.kind == "h" for text in texts])
    section_of = np.cumsum(is_heading)  # for each text the number of its section
    section_count = int(section_of[-1]) + 1
    # headings do not count in the sums of their sections
    body_likely = np.where(is_heading, 0.0, likely_letters)
    body_letters = np.where(is_heading, 0.0, letters)
    section_likely = np.bincount(section_of, body_likely, section_count)
    section_letters = np.bincount(section_of, body_letters, section_count)
    section_means = _divide(section_likely, section_letters)
    heading_odds = np.full(section_count, _OUTSIDE)  # section 0 has no heading
    heading_odds[section_of[is_heading]] = odds[is_heading]
    other_likely = section_likely[section_of] - body_likely
    other_letters = section_letters[section_of] - body_letters
    return {
        "section-mean": _divide(other_likely, other_letters),
        "section-size": np.log1p(section_letters[section_of]),
        "section-before": shift(section_means, 1, _NO_TEXTS)[section_of],
        "section-after": shift(section_means, -1, _NO_TEXTS)[section_of],
        "section-head": heading_odds[section_of],
    }


def _compare_with_facts(texts: Sequence[Block], facts: Facts) -> Columns:
    """Return the features of `texts` that do not depend on the first score. They compare a text
    with `facts`: the title, description, names and text of the article that the page declares. They
    also say how it is worded, which tag it has, how far the headline is, and of which type the page
    is."""
    spellings = [text.letters_and_digits for text in texts]
    headlines = _find_headlines(texts, facts.title)
    features: Columns = {
        **_compare_with_title(texts, spellings, facts.title, headlines),
        **_compare_with_statements(spellings, facts),
        **_measure_wording(texts),
    }
    tag_numbers = np.array([_TAG_NUMBERS.get(text.element.tag, -1) for text in texts])
    for tag, number in _TAG_NUMBERS.items():
        features[f"tag-{tag}"] = tag_numbers == number
    for name, probability in facts.types.items():
        features[f"type-{name}"] = np.full(len(texts), probability)
    features["declared"] = np.full(len(texts), facts.declared)
    indices = np.arange(len(texts))
    features |= _measure_distance_to_title(indices, np.array(headlines, dtype=np.intp))
    return _prefix_names(features)


def _find_headlines(texts: Sequence[Block], title: str) -> list[int]:
    """Return the indices of the texts that may be the headline: each h1, and each text with the
    same letters and digits as the page's `title`."""
    title_letters = overlap.extract_letters(title)
    headlines: list[int] = []
    for index, text in enumerate(texts):
        is_h1 = text.level == 1
        is_title = title_letters != "" and text.letters_and_digits == title_letters
        if is_h1 or is_title:
            headlines.append(index)
    return headlines


def _compare_with_title(
    texts: Sequence[Block], spellings: Sequence[str], title: str, headlines: Sequence[int]
) -> Columns:
    """Return three features that compare each text with the page's title. "title-in": the share of
    the text that the title makes up, 0 if the text does not contain it. "in-title": the title
    contains the text. "title-words": the share of the text's words that are words of the title or
    of a headline. `spellings`: the letters and digits of each text; `headlines`: the indices of the
    headlines among `texts`."""
    title_letters = overlap.extract_letters(title)
    features: Columns = {}
    title_shares = [0.0] * len(spellings)
    if title_letters:
        for index, spelling in enumerate(spellings):
            if title_letters in spelling:
                title_shares[index] = len(title_letters) / len(spelling)
    features["title-in"] = title_shares
    features["in-title"] = [
        len(spelling) >= _LEAST_NAME and spelling in title_letters for spelling in spellings
    ]
    titles = [title, *(texts[index].text for index in headlines[:_MOST_HEADS])]
    title_words = set(_WORD.findall(" ".join(titles).casefold()))
    word_shares: list[float] = []
    for text in texts:
        words = set(_WORD.findall(text.text[:_BEGINNING].casefold()))
        word_shares.append(len(words & title_words) / (len(words) or 1))
    features["title-words"] = word_shares
    return features


def _compare_with_statements(spellings: Sequence[str], facts: Facts) -> Columns:
    """Return features that compare each text with `facts`, which the page declares: the
    description, the authors, the site's name and the text of the article. The feature "again" says
    if another text of the page begins in the same way. `spellings`: the letters and digits of each
    text."""
    description = overlap.extract_letters(facts.description)
    site = overlap.extract_letters(facts.site)
    body = overlap.extract_letters(facts.body)
    author_letters = map(overlap.extract_letters, facts.authors)
    author_names = [name for name in author_letters if len(name) >= _LEAST_NAME]
    starts = [spelling[:_START] for spelling in spellings]
    start_counts = Counter(starts)
    features: Columns = {}
    features["told"] = [_is_described(spelling, description) for spelling in spellings]
    features["told-start"] = [
        _count_common_start(start, description) / len(start) for start in starts
    ]
    features["author"] = [
        _find_longest_within(spelling, author_names) / len(spelling) for spelling in spellings
    ]
    is_site_known = len(site) >= _LEAST_NAME
    features["site"] = [is_site_known and site in spelling for spelling in spellings]
    features["again"] = [
        len(spelling) >= _LEAST_COMPARED and start_counts[start] > 1
        for spelling, start in zip(spellings, starts, strict=True)
    ]
    if body:
        features["in-body"] = [
            spelling[:_START] in body and spelling[-_START:] in body for spelling in spellings
        ]
    else:
        features["in-body"] = [_NO_TEXTS] * len(spellings)
    return features


def _is_described(letters: str, description: str) -> bool:
    """Return True if the page's description contains a text, or the text contains the description.
    Return False for a text of fewer than 20 letters. `letters`: the letters and digits of the text;
    `description`: those of the description, "" if there is none."""
    if len(letters) < _LEAST_COMPARED or not description:
        return False
    return letters in description or description in letters


def _find_longest_within(letters: str, names: Iterable[str]) -> int:
    """Return the length of the longest of `names` that a text contains, 0 if it contains none.
    `letters`: the letters and digits of the text."""
    return max([len(name) for name in names if name in letters], default=0)


def _count_common_start(text: str, other: str) -> int:
    """Return how many characters the beginnings of two texts have in common: 2 for "able" and
    "about"."""
    if text[:1] != other[:1]:
        return 0
    for index, (letter, other_letter) in enumerate(zip(text, other, strict=False)):
        if letter != other_letter:
            return index
    return min(len(text), len(other))


def _measure_wording(texts: Sequence[Block]) -> Columns:
    """Return features about the wording of each text: which phrases of boilerplate it has, its
    share of capitals, which signs it has at its ends and within, and the logarithm of its number of
    words. Phrases are only searched in texts of at most 400 letters. For capitals and signs at the
    ends, only the first 300 characters count."""
    features: Columns = {}
    short_texts = [
        hints.normalise_phrase(text.text) if text.letters <= _SHORT_TEXT else "" for text in texts
    ]
    kinds_by_text = [hints.find_phrase_kinds(_PHRASES, short_text) for short_text in short_texts]
    for kind in _PHRASES:
        features[f"has-{kind}"] = [kind in kinds for kinds in kinds_by_text]
    features["cut"] = [hints.measure_starts(("cut",), short_text)[0] for short_text in short_texts]

    beginnings = [text.text[:_BEGINNING] for text in texts]
    features["upper"] = [count_capitals(beginning) / len(beginning) for beginning in beginnings]
    for name, marks in _OPENING_MARKS.items():
        features[name] = [beginning[0] in marks for beginning in beginnings]
    features["closed"] = [beginning[-1] in _CLOSING_MARKS for beginning in beginnings]

    for name, sign in _SIGNS.items():
        features[name] = [sign in text.text for text in texts]
    features["counted"] = [
        text.letters <= _SHORT_TEXT and _COUNTED.match(text.text) is not None for text in texts
    ]
    features["colon-early"] = [":" in beginning[:_EARLY] for beginning in beginnings]
    features["words"] = [math.log1p(text.text.count(" ")) for text in texts]
    return features


def count_capitals(text: str) -> int:
    """Return the number of upper-case letters in `text`."""
    if text.isascii():
        return len(text) - len(text.encode().translate(None, _ASCII_CAPITALS))
    return sum(map(str.isupper, text))


def _measure_distance_to_title(index: Any, headlines: Any) -> Columns:
    """Return two features that say how near the last headline before each text is ("title-behind")
    and the next headline after it ("title-ahead"). The value is 1 divided by the distance in texts,
    0 if there is no such headline. `index`: the indices of the texts; `headlines`: the indices of
    the headlines, in order."""
    if not len(headlines):
        return {"title-behind": np.zeros(len(index)), "title-ahead": np.zeros(len(index))}
    # for each text how many headlines are before it, and how many before it or the text itself
    count_before = np.searchsorted(headlines, index, side="left")
    count_until = np.searchsorted(headlines, index, side="right")
    last_before = headlines[np.maximum(count_before - 1, 0)]
    first_after = headlines[np.minimum(count_until, len(headlines) - 1)]
    has_before = count_before > 0
    has_after = count_until < len(headlines)
    # if there is no headline, the distance is negative or 0: divide by 1, the result is not used
    nearness_before = 1.0 / np.maximum(index - last_before, 1)
    nearness_after = 1.0 / np.maximum(first_after - index, 1)
    return {
        "title-behind": np.where(has_before, nearness_before, 0.0),
        "title-ahead": np.where(has_after, nearness_after, 0.0),
    }
