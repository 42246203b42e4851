"""Score each block: the probability that it is part of the article. Pure.

Two models, trained by tools/train/fit_blocks.py, give log odds for a block: a weighted sum of its
features, and boosted trees. The score is made of their mean. There are two tables of both: `asked`
for blocks that were compared with a text, `alone` for blocks with guessed overlaps."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Literal, NamedTuple

import numpy as np

from syndicator import reading
from syndicator.reading.body import containers, features
from syndicator.reading.body.block_features import Columns
from syndicator.reading.html.blocks import Block

DEEPEST = 8  # questions of a tree at most: their answers are the bits of a byte
_QUESTION = re.compile(r"(.+) > (\S+)")  # a feature and a limit, as in "size > 4.2"
_MOST_ODDS = 30.0  # larger log odds do not change the score, but exp() would overflow


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees as arrays, by which all questions are answered for all blocks at once.

    All trees share a list of questions. Question n asks: is the feature `features[n]`, an index of
    `names`, greater than `limits[n]`? A tree asks some of these questions, the same ones on each
    path (an "oblivious" tree). Its answers are the bits of the number of a leaf. `questions[k]` has
    for each tree the number of the question that is its bit k. `leaves` has a row for each tree:
    the log odds of its leaves."""

    names: tuple[str, ...]
    features: Any
    limits: Any
    questions: Any
    leaves: Any


def read_trees(rows: Iterable[Mapping[str, str]]) -> Trees:
    """Return decision trees as arrays. `rows`: a mapping for each tree, with its questions in
    `asks` ("size > 4.2; link > 0.5") and its log odds in `leaves`, separated by spaces: one for
    each combination of answers. Raises ValueError if a question cannot be parsed, if a tree has
    more than 8 questions, or if it has too few or too many leaves."""
    asks_of_trees: list[list[str]] = []
    leaves_of_trees: list[Any] = []
    for row in rows:
        asks = row["asks"].split("; ")
        leaves = np.array(row["leaves"].split(), dtype=np.float32)
        combinations_of_answers = 1 << len(asks)
        if len(asks) > DEEPEST or len(leaves) != combinations_of_answers:
            raise ValueError(f"a tree of {len(asks)} questions has {len(leaves)} leaves")
        asks_of_trees.append(asks)
        leaves_of_trees.append(leaves)

    # list the different questions of all trees
    questions = sorted(set(chain.from_iterable(asks_of_trees)))
    numbers = {ask: number for number, ask in enumerate(questions)}
    feature_of: list[str] = []
    limit_of: list[str] = []
    for ask in questions:
        parts = _QUESTION.fullmatch(ask)
        if not parts:
            raise ValueError(f"no question: {ask!r}")
        feature_of.append(parts[1])
        limit_of.append(parts[2])
    names = tuple(dict.fromkeys(feature_of))
    index_of = {name: index for index, name in enumerate(names)}

    # make all trees equally deep: with a question that is always answered by no
    never = len(questions)  # the number of this question
    deepest = max(map(len, asks_of_trees), default=0)
    padded_numbers: list[list[int]] = []
    for asks in asks_of_trees:
        asked_numbers = [numbers[ask] for ask in asks]
        padded_numbers.append(_pad_values(asked_numbers, never, deepest))
    padded_leaves = [_pad_values(leaves.tolist(), 0.0, 1 << deepest) for leaves in leaves_of_trees]
    return Trees(
        names=names,
        features=np.array([index_of[name] for name in feature_of]),
        limits=np.array(limit_of, dtype=np.float32)[:, None],
        questions=np.array(padded_numbers).T,
        leaves=np.array(padded_leaves, dtype=np.float32),
    )


def _pad_values(values: Sequence[Any], filler: Any, length: int) -> list[Any]:
    """Return `values` with `filler` appended until the list is `length` long."""
    return [*values, *[filler] * (length - len(values))]


def compute_log_odds(trees: Trees, values: Mapping[str, Any]) -> Any:
    """Return an array with the log odds of each block: the sum over all decision `trees` of the
    leaf that the block reaches by its answers. `values`: the features by name, each an array with a
    value for each block."""
    columns = np.array([values[name] for name in trees.names])  # a third of the time of np.stack
    block_count = columns.shape[1]
    # a row for each question; the last row stays 0, for the question always answered by no
    answers = np.zeros((len(trees.features) + 1, block_count), dtype=np.uint8)
    answers[:-1] = columns[trees.features] > trees.limits
    # a row for each tree: the number of the leaf that each block reaches, made of its answers
    leaf_numbers = np.zeros((len(trees.leaves), block_count), dtype=np.uint8)
    for bit, questions in enumerate(trees.questions):
        leaf_numbers |= answers.take(questions, axis=0) << np.uint8(bit)
    # `take` without an axis counts through the leaves of all trees
    leaves_of_a_tree = trees.leaves.shape[1]
    first_leaves = np.arange(len(trees.leaves))[:, None] * leaves_of_a_tree
    return trees.leaves.take(leaf_numbers + first_leaves).sum(axis=0, dtype=np.float64)


Table = Literal["asked", "alone"]


class Scored(NamedTuple):
    """The result of scoring the blocks of a page. The scores themselves are set in the blocks."""

    table: Table
    heaviest: list[str]  # the name of the most influential feature of each block
    values: Columns  # all features
    odds: Any  # for each block the log odds that it is part of the article


@cache
def load_weights(table: Table) -> Mapping[str, float]:
    """Return the trained weight of each feature by name: how much it adds to the log odds that a
    block is part of the article. `table`: "asked" for blocks that were compared with a text,
    "alone" for others."""
    fitted: dict[str, float] = tomllib.loads(reading.file_text("block_weights.toml"))[table]
    return fitted


@cache
def load_trees(file: str, table: str) -> Trees:
    """Return the trees that the file `file` in reading/data has under the key `table`."""
    return read_trees(json.loads(reading.file_text(file))[table])


def score_blocks(
    blocks: Sequence[Block], box: containers.Containers, text_features: Columns, table: Table
) -> Scored:
    """Set the score of each block: the probability (0 to 1) that it is part of the article. Return
    the features and log odds of the blocks, and the most influential feature of each. `box`: the
    elements around the blocks; `text_features`: the features that do not depend on a compared text;
    `table`: "asked" if the blocks were compared with a text, else "alone". Raises ValueError if the
    models were trained for other features."""
    if not blocks:
        return Scored(table, [], {}, np.zeros(0))
    values = features.compute_features(blocks, box, text_features)
    weights = check_names(load_weights(table), values)
    # a row for each feature, a column for each block
    weighted = np.array([values[name] for name in weights])
    weighted *= np.array(list(weights.values()), dtype=np.float32)[:, None]
    linear_odds = weighted.sum(axis=0)
    # the score is the mean of two models: a linear one and one of trees
    odds = (linear_odds + compute_log_odds(load_trees("block_trees.json", table), values)) / 2
    for block, probability in zip(blocks, compute_probabilities(odds).tolist(), strict=True):
        block.score = probability

    # find the most influential feature of each block, for the trace
    names = list(weights)
    weighted[names.index("bias")] = 0.0  # the same for every block, so it explains nothing
    heaviest = np.where(odds > 0, weighted.argmax(axis=0), weighted.argmin(axis=0))
    return Scored(table, [names[index] for index in heaviest.tolist()], values, odds)


def compute_probabilities(odds: Any) -> Any:
    """Return the probability (0 to 1) for each of the log odds `odds`."""
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -_MOST_ODDS, _MOST_ODDS)))


def check_names(fitted: Mapping[str, float], computed: Mapping[str, object]) -> Mapping[str, float]:
    """Return the weights `fitted` unchanged, if they are those of exactly the features `computed`;
    both are by the name of the feature. Raises ValueError if a feature has no weight, or if a
    weight has no feature."""
    if fitted.keys() != computed.keys():
        missing = sorted(computed.keys() - fitted.keys())
        unknown = sorted(fitted.keys() - computed.keys())
        raise ValueError(
            f"data/block_weights.toml does not fit the features: no weight for {missing}, no"
            f" feature for {unknown}; run tools/train/fit_blocks.py"
        )
    return fitted
