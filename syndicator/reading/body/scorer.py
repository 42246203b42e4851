"""Score each block: the probability that it is part of the article. Pure.

The mean log odds of a weighted sum of features and of boosted trees, both made by
tools/train/fit_blocks.py. Table `asked` is for blocks compared with a text, `alone` for guessed
overlaps."""

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

DEEPEST = 8  # questions of a tree: the bits of a byte
_QUESTION = re.compile(r"(.+) > (\S+)")
_MOST_ODDS = 30.0  # log odds beyond which the score no longer changes; keeps exp() in range


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees. Question n: is feature `features[n]` over `limits[n]`? `asked`: the questions
    of each tree, whose answers are the bits of an index into its row of `leaves` (log odds)."""

    names: tuple[str, ...]
    features: Any
    limits: Any
    asked: Any
    leaves: Any


def read_trees(rows: Iterable[Mapping[str, str]]) -> Trees:
    """Parse trees: `asks` ("size > 4.2; ...") and `leaves` (log odds). Raises ValueError."""
    asks_of: list[list[str]] = []
    leaves_of: list[Any] = []
    for row in rows:
        asks = row["asks"].split("; ")
        leaves = np.array(row["leaves"].split(), dtype=np.float32)
        if len(asks) > DEEPEST or len(leaves) != 1 << len(asks):
            raise ValueError(f"a tree of {len(asks)} questions has {len(leaves)} leaves")
        asks_of.append(asks)
        leaves_of.append(leaves)
    questions = sorted(set(chain.from_iterable(asks_of)))
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
    never = len(questions)  # the number of the question that nothing passes
    deepest = max(map(len, asks_of), default=0)
    asked = [_pad([numbers[ask] for ask in asks], never, deepest) for asks in asks_of]
    padded_leaves = [_pad(leaves.tolist(), 0.0, 1 << deepest) for leaves in leaves_of]
    return Trees(
        names=names,
        features=np.array([index_of[name] for name in feature_of]),
        limits=np.array(limit_of, dtype=np.float32)[:, None],
        asked=np.array(asked).T,
        leaves=np.array(padded_leaves, dtype=np.float32),
    )


def _pad(values: Sequence[Any], filler: Any, length: int) -> list[Any]:
    return [*values, *[filler] * (length - len(values))]


def log_odds(trees: Trees, values: Mapping[str, Any]) -> Any:
    """Return the sum over all trees for each block. `values`: feature name -> a value for each
    block."""
    columns = np.array([values[name] for name in trees.names])  # a third of the time of np.stack
    block_count = columns.shape[1]
    # one answer more than there are features: nothing passes the last question
    answers = np.zeros((len(trees.features) + 1, block_count), dtype=np.uint8)
    answers[:-1] = columns[trees.features] > trees.limits
    leaf_indices = np.zeros((len(trees.leaves), block_count), dtype=np.uint8)
    for bit, questions in enumerate(trees.asked):
        leaf_indices |= answers.take(questions, axis=0) << np.uint8(bit)
    row_starts = np.arange(len(trees.leaves))[:, None] * trees.leaves.shape[1]
    return trees.leaves.take(leaf_indices + row_starts).sum(axis=0, dtype=np.float64)


Table = Literal["asked", "alone"]


class Scored(NamedTuple):
    """Result of `score`. `heaviest`: the most influential feature of each block; `values`: all
    features."""

    table: Table
    heaviest: list[str]
    values: Columns
    odds: Any  # that each block is article, as logarithms


@cache
def load_weights(table: Table) -> Mapping[str, float]:
    """Return the weight of each feature in the log odds that a block is part of the article."""
    fitted: dict[str, float] = tomllib.loads(reading.file_text("block_weights.toml"))[table]
    return fitted


@cache
def load_trees(file: str, table: str) -> Trees:
    """Return the trees under the key `table` in reading/data/`file`."""
    return read_trees(json.loads(reading.file_text(file))[table])


def score(
    blocks: Sequence[Block], box: containers.Containers, text: Columns, table: Table
) -> Scored:
    """Set the score (0 to 1) of each block. `text`: the result of `compute_text_features`; `table`:
    see the module. Raises ValueError if features, weights and trees have different names."""
    if not blocks:
        return Scored(table, [], {}, np.zeros(0))
    values = features.compute_features(blocks, box, text)
    weights = check_names(load_weights(table), values)
    # a row for each feature, a column for each block
    weighted = np.array([values[name] for name in weights])
    weighted *= np.array(list(weights.values()), dtype=np.float32)[:, None]
    linear_odds = weighted.sum(axis=0)
    odds = (linear_odds + log_odds(load_trees("block_trees.json", table), values)) / 2
    for block, probability in zip(blocks, compute_probabilities(odds).tolist(), strict=True):
        block.score = probability
    names = list(weights)
    weighted[names.index("bias")] = 0.0  # the same for every block, so it explains nothing
    heaviest = np.where(odds > 0, weighted.argmax(axis=0), weighted.argmin(axis=0))
    return Scored(table, [names[index] for index in heaviest.tolist()], values, odds)


def compute_probabilities(odds: Any) -> Any:
    """Return the probabilities (0 to 1) of log odds."""
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -_MOST_ODDS, _MOST_ODDS)))


def check_names(fitted: Mapping[str, float], computed: Mapping[str, object]) -> Mapping[str, float]:
    """Return `fitted`. Raises ValueError unless it has the names of the computed features."""
    if fitted.keys() != computed.keys():
        missing = sorted(computed.keys() - fitted.keys())
        unknown = sorted(fitted.keys() - computed.keys())
        raise ValueError(
            f"data/block_weights.toml does not fit the features: no weight for {missing}, no"
            f" feature for {unknown}; run tools/train/fit_blocks.py"
        )
    return fitted
