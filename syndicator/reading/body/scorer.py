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
from typing import Any, Literal, NamedTuple

import numpy as np

from syndicator import reading
from syndicator.reading.body import containers, features
from syndicator.reading.body.block_features import Columns
from syndicator.reading.html.blocks import Block

DEEPEST = 8  # questions of a tree: the bits of a byte
_QUESTION = re.compile(r"(.+) > (\S+)")
_MOST = 30.0  # log odds beyond which the score no longer changes; keeps exp() in range


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
    trees = [
        (row["asks"].split("; "), np.array(row["leaves"].split(), dtype=np.float32)) for row in rows
    ]
    for asks, leaves in trees:
        if len(asks) > DEEPEST or len(leaves) != 1 << len(asks):
            raise ValueError(f"a tree of {len(asks)} questions has {len(leaves)} leaves")
    questions = {
        ask: number for number, ask in enumerate(sorted({ask for asks, _ in trees for ask in asks}))
    }
    parts = [_QUESTION.fullmatch(ask) for ask in questions]
    if not all(parts):
        raise ValueError(
            "no question:"
            f" {next(ask for ask, part in zip(questions, parts, strict=True) if not part)!r}"
        )
    names = tuple(dict.fromkeys(part[1] for part in parts if part))
    places = {name: place for place, name in enumerate(names)}
    none = len(questions)  # the number of the question that nothing passes
    deep = max((len(asks) for asks, _ in trees), default=0)
    return Trees(
        names=names,
        features=np.array([places[part[1]] for part in parts if part]),
        limits=np.array([part[2] for part in parts if part], dtype=np.float32)[:, None],
        asked=np.array(
            [_padded([questions[ask] for ask in asks], none, deep) for asks, _ in trees]
        ).T,
        leaves=np.array(
            [_padded(leaves.tolist(), 0.0, 1 << deep) for _, leaves in trees], dtype=np.float32
        ),
    )


def _padded(values: Sequence[Any], last: Any, length: int) -> list[Any]:
    return [*values, *[last] * (length - len(values))]


def log_odds(trees: Trees, values: Mapping[str, Any]) -> Any:
    """Return the sum over all trees for each block. `values`: feature name -> a value for each
    block."""
    columns = np.array([values[name] for name in trees.names])  # a third of the time of np.stack
    # nothing passes the last question
    answers = np.zeros((len(trees.features) + 1, columns.shape[1]), dtype=np.uint8)
    answers[:-1] = columns[trees.features] > trees.limits
    reached = np.zeros((len(trees.leaves), columns.shape[1]), dtype=np.uint8)
    for bit, questions in enumerate(trees.asked):
        reached |= answers.take(questions, axis=0) << np.uint8(bit)
    rows = np.arange(len(trees.leaves))[:, None] * trees.leaves.shape[1]
    return trees.leaves.take(reached + rows).sum(axis=0, dtype=np.float64)


Table = Literal["asked", "alone"]


class Scored(NamedTuple):
    """Result of `score`. `heaviest`: the most influential feature of each block; `values`: all
    features."""

    table: Table
    heaviest: list[str]
    values: Columns
    odds: Any  # that each block is article, as logarithms


@cache
def weights(table: Table) -> Mapping[str, float]:
    """Return the weight of each feature in the log odds that a block is part of the article."""
    fitted: dict[str, float] = tomllib.loads(reading.file_text("block_weights.toml"))[table]
    return fitted


@cache
def boosted(file: str, table: str) -> Trees:
    """Return the trees under the key `table` in reading/data/`file`."""
    return read_trees(json.loads(reading.file_text(file))[table])


def score(
    blocks: Sequence[Block], box: containers.Containers, text: Columns, table: Table
) -> Scored:
    """Set the score (0 to 1) of each block. `text`: the result of `features.of_text`; `table`: see
    the module. Raises ValueError if features, weights and trees have different names."""
    if not blocks:
        return Scored(table, [], {}, np.zeros(0))
    values = features.columns(blocks, box, text)
    fitted = matched(weights(table), values)
    # a row for each feature, a column for each block
    parts = np.array([values[name] for name in fitted])
    parts *= np.array(list(fitted.values()), dtype=np.float32)[:, None]
    line = parts.sum(axis=0)
    total = (line + log_odds(boosted("block_trees.json", table), values)) / 2
    for block, probability in zip(blocks, probabilities(total).tolist(), strict=True):
        block.score = probability
    names = list(fitted)
    parts[names.index("bias")] = 0.0  # the same for every block, so it explains nothing
    heaviest = np.where(total > 0, parts.argmax(axis=0), parts.argmin(axis=0))
    return Scored(table, [names[index] for index in heaviest.tolist()], values, total)


def probabilities(odds: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -_MOST, _MOST)))


def matched(fitted: Mapping[str, float], computed: Mapping[str, object]) -> Mapping[str, float]:
    """Return `fitted`. Raises ValueError unless it has the names of the computed features."""
    if fitted.keys() != computed.keys():
        missing = sorted(computed.keys() - fitted.keys())
        unknown = sorted(fitted.keys() - computed.keys())
        raise ValueError(
            f"data/block_weights.toml does not fit the features: no weight for {missing}, no"
            f" feature for {unknown}; run tools/train/fit_blocks.py"
        )
    return fitted
