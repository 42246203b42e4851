"""What boosted trees cut at the two ends of the body: what score and rules left of credits, summaries, appeals, notes
on authors and the like. Pure.

They were grown on the ends that the scorer leaves on pages of domains that it was not fitted on, so they know its
mistakes (tools/train/fit_ends.py); data/end_trees.json has a table for each end.

What tells whether a text at an end of the body is the article's, as numbers for the trees of ends.py: the features of
its block (scoring/features.py) and where it stands to the texts beside it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, Literal, NamedTuple

import numpy as np

from syndicator.reading.body import overlap, scorer
from syndicator.reading.html import hints
from syndicator.reading.html.blocks import Block

# All chosen by hand before the trees were grown: changing one means to fit again.
MOST = 16  # texts of an end that are looked at
_NEXT = 3  # texts further in of which the mean score counts
_SHORT_TEXT = 400  # letters above which a text is not searched for phrases
_KINDS = ("credit", "disclosure", "aside", "cut")  # of phrases
_MOST_STEPS = 40  # up from an element
_LEAST_NAME = 4  # letters of a name that is looked for
_TITLES = 3  # headings of the first rank whose words count as those of the title
_WORD = re.compile(r"\w{3,}")
_TAGS = ("p", "div", "span", "em", "i", "small", "strong", "b", "footer", "time", "section", "td")
_TELLING = 20  # letters of a text that is looked for in others


class Facts(NamedTuple):
    """What is known of the page beside its text."""

    title: str = ""
    authors: Sequence[str] = ()
    description: str = ""
    site: str = ""


class Flat(NamedTuple):
    """`Facts` as letters alone."""

    title: str
    authors: tuple[str, ...]
    description: str
    site: str
    words: frozenset[str]  # of the title


def flat_end(facts: Facts) -> Flat:
    """The letters of `facts`."""
    authors = tuple(own for name in facts.authors if len(own := overlap.letters(name)) >= _LEAST_NAME)
    title, description, site = (overlap.letters(each) for each in (facts.title, facts.description, facts.site))
    return Flat(title, authors, description, site, _words_of(facts.title))


def end_rows(
    blocks: Sequence[Block], order: Sequence[int], values: Mapping[str, Any], facts: Flat
) -> tuple[tuple[str, ...], Any]:
    """Names of the features, and a row of them for each of the first MOST texts of `order`.

    `order`: the places in `blocks` of all texts that are kept, from the end inwards; `values`: the features that the
    scorer had for all blocks."""
    seen = order[:MOST]
    of_block = np.array([values[name][seen] for name in values], dtype=np.float32).reshape(len(values), len(seen)).T
    around = _Around(blocks, order, facts)
    own = [around.features(place) for place in range(len(seen))]
    names = (*values, *(f"end-{name}" for name in own[0]))
    return names, np.hstack([of_block, np.array([list(row.values()) for row in own], dtype=np.float32)])


class _Around:
    """The texts of one end, and what is counted of all that is kept."""

    def __init__(self, blocks: Sequence[Block], order: Sequence[int], facts: Flat) -> None:
        self.blocks, self.order, self.facts = blocks, order, facts
        self.texts = [blocks[at] for at in order]
        self.letters = sum(block.letters for block in self.texts) or 1
        self.marked: dict[Any, int] = {}
        for block in self.texts:
            key = _markup(block)
            self.marked[key] = self.marked.get(key, 0) + block.letters
        self.heads = [block for block in self.texts if block.kind == "h"]
        self.titles = [at for at, block in enumerate(blocks) if block.level == 1 or block.own == facts.title != ""]
        self.title_words = frozenset(facts.words).union(*(_words_of(blocks[at].text) for at in self.titles[:_TITLES]))
        sizes = sorted(block.letters for block in self.texts)
        self.middle = sizes[len(sizes) // 2] or 1

    def features(self, place: int) -> dict[str, float]:
        """The features of the text at `place` of the order."""
        block = self.texts[place]
        at = self.order[place]
        others = [head for head in self.heads if head is not block]
        ahead = [title - at for title in self.titles if title > at]
        behind = [at - title for title in self.titles if title < at]
        words = _words_of(block.text)
        return {
            **self._place(place),
            **self._beside(place),
            **self._own(block),
            **{
                "heads": math.log1p(len(others)),
                "heads-alike": math.log1p(sum(_markup(head) == _markup(block) for head in others)),
                "heads-level": math.log1p(sum(head.level == block.level for head in others)),
                "title-ahead": 1.0 / min(ahead) if ahead else 0.0,
                "title-behind": 1.0 / min(behind) if behind else 0.0,
                "title-words": len(words & self.title_words) / (len(words) or 1),
                "title-here": float(at in self.titles),
            },
            **{f"tag-{tag}": float(block.element.tag == tag) for tag in _TAGS},
            **_words(block),
        }

    def _place(self, place: int) -> dict[str, float]:
        out = sum(block.letters for block in self.texts[:place])
        further = self.texts[place + 1 : place + 1 + _NEXT]
        return {
            "place": float(place),
            "left": math.log1p(len(self.texts) - place),
            "letters-out": math.log1p(out),
            "share-out": out / self.letters,
            "letters": math.log1p(self.letters),
            "score": self.texts[place].score,
            "score-out": self.texts[place - 1].score if place else 0.0,
            "score-in": further[0].score if further else 0.0,
            "scores-in": sum(each.score for each in further) / (len(further) or 1),
        }

    def _beside(self, place: int) -> dict[str, float]:
        block = self.texts[place]
        inner = self.texts[place + 1] if place + 1 < len(self.texts) else None
        outer = self.texts[place - 1] if place else None
        at = self.order[place]
        gap_in = abs(at - self.order[place + 1]) - 1 if inner else 0
        away = at if self.order[-1] >= at else len(self.blocks) - 1 - at
        gap_out = abs(at - self.order[place - 1]) - 1 if outer else away
        up_in, down_in = _steps(block, inner)
        up_out, _ = _steps(block, outer)
        return {
            "gap-in": math.log1p(gap_in),
            "gap-out": math.log1p(gap_out),
            "skipped-in": math.log1p(self._skipped(place)) if inner else 0.0,
            "up-in": up_in,
            "down-in": down_in,
            "up-out": up_out,
            "alike-in": float(inner is not None and _markup(inner) == _markup(block)),
            "alike-out": float(outer is not None and _markup(outer) == _markup(block)),
            "alike": (self.marked[_markup(block)] - block.letters) / self.letters,
            "size-in": math.log1p(inner.letters) if inner else 0.0,
            "size-out": math.log1p(outer.letters) if outer else 0.0,
            "size-middle": math.log(max(block.letters, 1) / self.middle),
            "h-in": float(inner is not None and inner.kind == "h"),
            "h-out": float(outer is not None and outer.kind == "h"),
            "li-in": float(inner is not None and _listed(inner)),
            "li-out": float(outer is not None and _listed(outer)),
            "link-in": inner.linked / (len(inner.text) or 1) if inner else 0.0,
            "link-out": outer.linked / (len(outer.text) or 1) if outer else 0.0,
        }

    def _skipped(self, place: int) -> int:
        low, high = sorted((self.order[place], self.order[place + 1]))
        return sum(block.letters for block in self.blocks[low + 1 : high])

    def _own(self, block: Block) -> dict[str, float]:
        own, facts = block.own, self.facts
        name = max((len(each) for each in facts.authors if each in own), default=0)
        size = len(own) or 1
        told = facts.description
        limit = min(len(own), len(told))
        return {
            "title-in": len(facts.title) / size if facts.title and facts.title in own else 0.0,
            "in-title": float(len(own) >= _LEAST_NAME and own in facts.title),
            "told": float(len(own) >= _TELLING and (own in told or (told != "" and told in own))),
            "told-start": next((at for at in range(limit) if own[at] != told[at]), limit) / size,
            "author": name / size,
            "site": float(len(facts.site) >= _LEAST_NAME and facts.site in own),
            "again": float(
                len(own) >= _TELLING and any(own[:80] in each.own for each in self.texts if each is not block)
            ),
        }


def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _words(block: Block) -> dict[str, float]:
    text = block.text
    found = hints.inside(_KINDS[:-1], hints.ready(text)) if block.letters <= _SHORT_TEXT else frozenset()
    starts = hints.starts(("cut",), hints.ready(text))[0] if block.letters <= _SHORT_TEXT else 0.0
    links = {run.href for run in block.runs if run.href}
    words = text.split()[:40]
    return {
        **{f"has-{kind}": float(kind in found) for kind in _KINDS[:-1]},
        "cut": starts,
        "links": math.log1p(len(links)),
        "links-away": float(sum(href.startswith(("http:", "https:")) for href in links)),
        "upper": sum(char.isupper() for char in text) / (len(text) or 1),
        "title-case": (sum(word[:1].isupper() for word in words) / (len(words) or 1)),
        "quoted": float(text[:1] in "\"“„«»‘'"),
        "marked": float(text[:1] in "*_—–-•©(["),
        "closed": float(text[-1:] in ")]*"),
        "loud": float("!" in text),
        "asks": float("?" in text),
        "at": float("@" in text),
        "rights": float("©" in text or "(c)" in text.lower()),
        "slash": float("/" in text),
        "colon-early": float(":" in text[:30]),
        "words": math.log1p(text.count(" ")),
    }


def _listed(block: Block) -> bool:
    return any(frame.kind == "li" for frame in block.frames)


def _markup(block: Block) -> tuple[Any, ...]:
    element = block.element
    above = element.getparent()
    return (element.tag, element.get("class"), None if above is None else (above.tag, above.get("class")))


def _steps(block: Block, other: Block | None) -> tuple[float, float]:
    if other is None:
        return -1.0, -1.0
    lines = [[each.element, *islice(each.element.iterancestors(), _MOST_STEPS)] for each in (block, other)]
    theirs = {element: step for step, element in enumerate(lines[1])}
    for step, element in enumerate(lines[0]):
        if element in theirs:
            return float(step), float(theirs[element])
    return float(_MOST_STEPS), float(_MOST_STEPS)


End = Literal["first", "last"]
ENDS: tuple[End, ...] = ("first", "last")
# Chosen on folds by domain.
_LEAST: Mapping[End, float] = {"first": 0.0, "last": 0.6}  # log odds of a text that stays at the end
_MOST_SHARE = 0.2  # of all letters that one end may lose
_NEARLY = 0.08  # score from which a text nearly stayed
_FURTHER = 3  # of them that may stand further out
_LEAST_TEXTS = 3  # texts below which nothing is cut


@cache
def boosted(end: End) -> scorer.Trees:
    """The trees of one end."""
    return scorer.read_trees(json.loads(_file("end_trees.json"))[end])


def _file(name: str) -> str:
    return files("syndicator.reading").joinpath(f"data/{name}").read_text("utf-8")


def candidates(blocks: Sequence[Block], stay: Sequence[bool], end: End) -> list[int]:
    """The places of the texts that one end is judged by, from the end inwards: those that stay and those that nearly
    did, a few of which may stand further out than all that stay."""
    found = [at for at, block in enumerate(blocks) if block.own and (stay[at] or block.score > _NEARLY)]
    if end == "last":
        found.reverse()
    begun = next((place for place, at in enumerate(found) if stay[at]), len(found))
    return found[max(0, begun - _FURTHER) :]


def trim(blocks: Sequence[Block], stay: list[bool], values: Mapping[str, Any], facts: Facts) -> dict[Block, str]:
    """Cuts what is not the article's at both ends, as rules of boilerplate.py do. `values`: the features that the
    scorer had for `blocks`."""
    found: dict[Block, str] = {}
    flat = flat_end(facts)
    for end in ENDS:
        places = candidates(blocks, stay, end)
        if sum(stay[at] for at in places) < _LEAST_TEXTS:
            continue
        names, rows = end_rows(blocks, places, values, flat)
        odds = scorer.log_odds(boosted(end), dict(zip(names, rows.T, strict=True)))
        kept = [blocks[at].letters if stay[at] else 0 for at in places]
        cut = _cut(odds - _LEAST[end], kept)
        # a list is not cut in two
        begun = {frame for at in places[cut:] if stay[at] for frame in blocks[at].frames}
        for at in [at for at in places[:cut] if stay[at] and begun.isdisjoint(blocks[at].frames)]:
            stay[at] = False
            found[blocks[at]] = f"at the {end} end of the text"
    return found


def _cut(odds: Any, letters: Sequence[int]) -> int:
    """How many texts go: those up to where the odds against them sum up highest, and not too many letters. `letters`:
    of each text that is kept, 0 of others."""
    kept = np.array(letters[: len(odds)]) > 0
    sums = np.concatenate([[0.0], np.cumsum(np.where(kept, -odds, 0.0))])
    lost = np.concatenate([[0], np.cumsum(letters[: len(odds)])])
    sums[lost > _MOST_SHARE * sum(letters)] = -np.inf
    return int(sums.argmax())
