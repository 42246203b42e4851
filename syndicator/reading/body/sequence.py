"""Score blocks a second time, by the first scores of their neighbours. Pure.

Boosted trees over the log odds of `scorer`, trained on other domains (tools/train/fit_sequence.py)
to correct its mistakes."""

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

# All chosen by hand before the trees were grown: changing one means to fit again.
# share of the first look in the score, chosen on folds; bound of its odds
_FIRST = 0.25
_MOST_ODDS = 12.0
_OUTSIDE = -8.0  # log odds before the first and after the last text
_NONE = -1.0  # mean probability of texts if there are none
_NEAR = (1, 2, 3, 4)  # neighbours whose odds count
_WIDE = (2, 5, 12)  # neighbours to both sides whose mean counts
_LONG = 30  # letters of a text that shows where the article is
# texts, and logarithm of the letters, to the next such text if there is none
_FAR = 200
_FAR_LETTERS = 12.0
_SHORT_TEXT = 400
_SHOWN = 300  # most letters of a text searched for phrases; characters looked at
# letters at both ends looked for in the declared text; letters of a text compared
_START = 60
_TELLING = 20
# letters of a name that is looked for; h1 whose words count as those of the title
_LEAST_NAME = 4
_TITLES = 3
_PHRASES = ("credit", "disclosure", "aside", "appeal")
_MARKS = {"quoted": "\"“„«»‘'", "marked": "*_—–-•©([", "closed": ")]*"}
_HELD = {"loud": "!", "at": "@", "rights": "©"}
_TAGS = ("p", "div", "span", "em", "i", "small", "strong", "b", "footer", "time", "section", "td")
_TAG_NUMBERS = {tag: number for number, tag in enumerate(_TAGS)}
_WORD = re.compile(r"\w{3,}")
_COUNTED = re.compile(  # "page 2 of 3", "5 min read", "2 days ago"
    r"^\W*(?:(?:page|seite|pagina|página|strona|sida)\W*\d+\s*(?:/|of|von|de|sur|di|van)\s*\d+"
    r"|(?:\d+\W*(?:min(?:ute)?s?|hours?|days?|weeks?|months?|years?|hr|min\.?)\b.{0,12}\b(?:read(?:ing)?|ago|lesezeit|lecture)))"
    r"\W*$",
    re.I,
)
_LISTS = ("ul", "ol", "table", "dl")
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))


class Facts(NamedTuple):
    """The page's own statements. `body`: its declared text; `types`: probability by type of page;
    `declared`: it declares itself an article."""

    title: str = ""
    authors: Sequence[str] = ()
    description: str = ""
    site: str = ""
    body: str = ""
    types: Mapping[str, float] = {}
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a page: their indices among its blocks, and their features that do not depend on
    log odds."""

    blocks: tuple[Block, ...]
    places: Any
    letters: Any
    own: Columns


def texts_of(blocks: Sequence[Block], facts: Facts) -> Texts:
    """Return the measured `blocks` that have letters, with their features. `facts`: the page's own
    statements."""
    places = np.array([at for at, block in enumerate(blocks) if block.letters], dtype=np.intp)
    texts = tuple(blocks[at] for at in places.tolist())
    letters = np.array([block.letters for block in texts], dtype=np.float64)
    return Texts(texts, places, letters, _of_facts(texts, facts) if texts else {})


def score(texts: Texts, box: containers.Containers, first: scorer.Scored) -> scorer.Scored:
    """Set the score of each text: the probability (0 to 1) that it is part of the article. `first`:
    the first score."""
    if not texts.blocks:
        return first
    values = columns(texts, box, first)
    before = first.odds[texts.places]
    trees = scorer.boosted("sequence_trees.json", first.table)
    odds = _FIRST * before + (1 - _FIRST) * scorer.log_odds(trees, values)
    for block, probability in zip(texts.blocks, scorer.probabilities(odds).tolist(), strict=True):
        block.score = probability
    heaviest = list(first.heaviest)
    for at, was, now in zip(texts.places.tolist(), before.tolist(), odds.tolist(), strict=True):
        if (was > 0) != (now > 0):
            heaviest[at] = "the texts around it"
    return first._replace(heaviest=heaviest)


def columns(texts: Texts, box: containers.Containers, first: scorer.Scored) -> Columns:
    """Return feature name -> float32 array with a value for each text, for both scores."""
    odds = np.clip(first.odds[texts.places], -_MOST_ODDS, _MOST_ODDS)
    chance = scorer.probabilities(odds)
    letters = texts.letters
    mass = chance * letters  # the letters that are likely the article's
    features = {
        **_of_neighbours(odds, mass, letters),
        **_of_page(chance, mass, letters),
        **_of_sure(odds, letters),
        **_of_containers(box, box.of[texts.places], mass, letters),
        **_of_groups(texts.blocks, [box.markup[at] for at in texts.places.tolist()], mass, letters),
        **_of_sections(texts.blocks, odds, mass, letters),
    }
    own = {
        f"second {name}": np.asarray(column, dtype=np.float32) for name, column in features.items()
    }
    return {name: column[texts.places] for name, column in first.values.items()} | texts.own | own


def _of_neighbours(odds: Any, mass: Any, letters: Any) -> Columns:
    features: Columns = {"odds": odds}
    for step in _NEAR:
        features[f"odds-{step}"], features[f"odds+{step}"] = (
            shift(odds, step, _OUTSIDE),
            shift(odds, -step, _OUTSIDE),
        )
    features["size-1"] = np.log1p(shift(letters, 1, 0.0))
    features["size+1"] = np.log1p(shift(letters, -1, 0.0))
    at = np.arange(len(odds))
    sums, sizes = (np.concatenate([[0.0], np.cumsum(each)]) for each in (mass, letters))
    for reach in _WIDE:
        low = np.maximum(at - reach, 0)
        high = np.minimum(at + reach + 1, len(odds))
        rest = sizes[high] - sizes[low] - letters
        features[f"mean-{reach}"] = (sums[high] - sums[low] - mass) / np.maximum(rest, 1.0)
    return features


def _of_page(chance: Any, mass: Any, letters: Any) -> Columns:
    count = len(mass)
    at = np.arange(count)
    total = float(mass.sum()) or 1.0
    before = np.cumsum(mass) - mass
    return {
        "mass-before": before / total,
        "mass-after": 1 - (before + mass) / total,
        "mass": np.full(count, math.log1p(total)),
        "mass-share": np.full(count, total / (float(letters.sum()) or 1.0)),
        "mean": np.full(count, chance.mean()),
        "own-share": mass / total,
        "texts": np.full(count, math.log1p(count)),
        "place": at / count,
        "place-end": np.log1p(count - at),
        "place-start": np.log1p(at),
    }


def _of_sure(odds: Any, letters: Any) -> Columns:
    count = len(odds)
    at = np.arange(len(odds))
    sure = (odds > 0) & (letters > _LONG)
    last = np.concatenate([[-1], np.maximum.accumulate(np.where(sure, at, -1))[:-1]])
    following = np.concatenate(
        [np.minimum.accumulate(np.where(sure, at, count)[::-1])[::-1][1:], [count]]
    )
    sizes = np.concatenate([[0.0], np.cumsum(letters)])
    long = np.where(letters > _LONG, odds, -_MOST_ODDS)
    best = (np.maximum.accumulate(long), np.maximum.accumulate(long[::-1])[::-1])
    return {
        "gap-before": np.log1p(np.where(last >= 0, at - last, _FAR)),
        "gap-after": np.log1p(np.where(following < count, following - at, _FAR)),
        "letters-before": np.where(last >= 0, np.log1p(sizes[at] - sizes[last + 1]), _FAR_LETTERS),
        "letters-after": np.where(
            following < count, np.log1p(sizes[following] - sizes[at + 1]), _FAR_LETTERS
        ),
        "likely-before": np.log1p(np.cumsum(odds > 0) - (odds > 0)),
        "likely-after": np.log1p((odds > 0).sum() - np.cumsum(odds > 0)),
        "sure-before": np.log1p(np.cumsum(sure) - sure),
        "sure-after": np.log1p(sure.sum() - np.cumsum(sure)),
        "best-before": shift(best[0], 1, -_MOST_ODDS),
        "best-after": shift(best[1], -1, -_MOST_ODDS),
    }


def _of_containers(box: containers.Containers, of: Any, mass: Any, letters: Any) -> Columns:
    sums = np.zeros((len(box.nodes), 2))
    np.add.at(sums, of, np.stack([mass, letters], axis=1))
    for level in reversed(box.levels[1:]):
        np.add.at(sums, box.parent[level], sums[level])
    features: Columns = {}
    total = float(mass.sum()) or 1.0
    node = of
    for name in ("parent", "grand", "great", "great-great"):
        node = box.parent[node]
        features[f"{name}-mean"] = _mean(sums[node, 0] - mass, sums[node, 1] - letters)
        features[f"{name}-share"] = sums[node, 0] / total
    return features


def _mean(mass: Any, letters: Any) -> Any:
    return np.where(letters > 0, mass / np.maximum(letters, 1.0), _NONE)


def _of_groups(texts: Sequence[Block], alike: Sequence[Any], mass: Any, letters: Any) -> Columns:
    lists = [
        next((frame for frame in text.frames if frame.kind in _LISTS), at)
        for at, text in enumerate(texts)
    ]
    heads = [
        (text.level, text.element.get("class")) if text.kind == "h" else at
        for at, text in enumerate(texts)
    ]
    features: Columns = {}
    for name, keys in (("list", lists), ("alike", alike), ("heads", heads)):
        features[f"{name}-mean"], features[f"{name}-size"] = _of_others(keys, mass, letters)
    return features


def _of_others(keys: Iterable[Any], mass: Any, letters: Any) -> tuple[Any, Any]:
    numbers: dict[Any, int] = {}
    at = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
    rest = np.bincount(at, letters)[at] - letters
    return _mean(np.bincount(at, mass)[at] - mass, rest), np.log1p(rest)


def _of_sections(texts: Sequence[Block], odds: Any, mass: Any, letters: Any) -> Columns:
    head = np.array([text.kind == "h" for text in texts])
    section = np.cumsum(head)
    count = int(section[-1]) + 1
    inside = np.where(head, 0.0, mass)
    sizes = np.where(head, 0.0, letters)
    sums = np.bincount(section, inside, count)
    total = np.bincount(section, sizes, count)
    means = _mean(sums, total)
    heads = np.full(count, _OUTSIDE)
    heads[section[head]] = odds[head]
    return {
        "section-mean": _mean(sums[section] - inside, total[section] - sizes),
        "section-size": np.log1p(total[section]),
        "section-before": shift(means, 1, _NONE)[section],
        "section-after": shift(means, -1, _NONE)[section],
        "section-head": heads[section],
    }


def _of_facts(texts: Sequence[Block], facts: Facts) -> Columns:
    title, description, site, body = map(
        overlap.letters, (facts.title, facts.description, facts.site, facts.body)
    )
    names = [own for name in facts.authors if len(own := overlap.letters(name)) >= _LEAST_NAME]
    heads = [at for at, text in enumerate(texts) if text.level == 1 or text.own == title != ""]
    spoken = set(
        _WORD.findall(
            " ".join([facts.title, *(texts[at].text for at in heads[:_TITLES])]).casefold()
        )
    )
    owns = [text.own for text in texts]
    starts = [own[:_START] for own in owns]
    uses = Counter(starts)
    words = (set(_WORD.findall(text.text[:_SHOWN].casefold())) for text in texts)
    tags = np.array([_TAG_NUMBERS.get(text.element.tag, -1) for text in texts])
    features: Columns = {
        "title-in": [len(title) / len(own) if title and title in own else 0.0 for own in owns],
        "in-title": [len(own) >= _LEAST_NAME and own in title for own in owns],
        "title-words": [len(each & spoken) / (len(each) or 1) for each in words],
        "told": [
            len(own) >= _TELLING and (own in description or "" != description in own)
            for own in owns
        ],
        "told-start": [_common_start(start, description) / len(start) for start in starts],
        "author": [
            max([len(name) for name in names if name in own], default=0) / len(own) for own in owns
        ],
        "site": [len(site) >= _LEAST_NAME and site in own for own in owns],
        "again": [len(own) >= _TELLING and uses[own[:_START]] > 1 for own in owns],
        "in-body": [
            own[:_START] in body and own[-_START:] in body if body else _NONE for own in owns
        ],
        **_wording(texts),
    }
    features |= {f"tag-{tag}": tags == number for tag, number in _TAG_NUMBERS.items()}
    features |= {
        f"type-{name}": np.full(len(texts), chance) for name, chance in facts.types.items()
    }
    features["declared"] = np.full(len(texts), facts.declared)
    features |= _of_title(np.arange(len(texts)), np.array(heads, dtype=np.intp))
    return {
        f"second {name}": np.asarray(column, dtype=np.float32) for name, column in features.items()
    }


def _common_start(text: str, other: str) -> int:
    if text[:1] != other[:1]:
        return 0
    differing = (at for at, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1])
    return next(differing, min(len(text), len(other)))


def _wording(texts: Sequence[Block]) -> Columns:
    lows = [hints.ready(text.text) if text.letters <= _SHORT_TEXT else "" for text in texts]
    phrases = [hints.inside(_PHRASES, low) for low in lows]
    shown = [text.text[:_SHOWN] for text in texts]
    return {
        **{f"has-{kind}": [kind in each for each in phrases] for kind in _PHRASES},
        "cut": [hints.starts(("cut",), low)[0] for low in lows],
        "upper": [capitals(each) / len(each) for each in shown],
        **{
            name: [each[-1 if name == "closed" else 0] in marks for each in shown]
            for name, marks in _MARKS.items()
        },
        **{name: [mark in text.text for text in texts] for name, mark in _HELD.items()},
        "counted": [
            text.letters <= _SHORT_TEXT and _COUNTED.match(text.text) is not None for text in texts
        ],
        "colon-early": [":" in each[:_LONG] for each in shown],
        "words": [math.log1p(text.text.count(" ")) for text in texts],
    }


def capitals(text: str) -> int:
    """Return the number of upper-case letters in `text`."""
    return (
        len(text) - len(text.encode().translate(None, _CAPITALS))
        if text.isascii()
        else sum(map(str.isupper, text))
    )


def _of_title(at: Any, heads: Any) -> Columns:
    if not len(heads):
        return {"title-behind": np.zeros(len(at)), "title-ahead": np.zeros(len(at))}
    before = np.searchsorted(heads, at, side="left")
    after = np.searchsorted(heads, at, side="right")
    behind = at - heads[np.maximum(before - 1, 0)]
    ahead = heads[np.minimum(after, len(heads) - 1)] - at
    return {
        "title-behind": np.where(before > 0, 1.0 / np.maximum(behind, 1), 0.0),
        "title-ahead": np.where(after < len(heads), 1.0 / np.maximum(ahead, 1), 0.0),
    }
