"""Fitted weights by feature name; a file with other names is refused. Files in data/ name their script and data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@lru_cache(maxsize=16)
def load(file: str, table: str, features: tuple[str, ...]) -> Floats:
    """The weights in [table] of data/`file`, in the order of `features`. Raises ValueError for other names."""
    return in_order(_file(file)[table], features, f"{file} [{table}]")


@lru_cache(maxsize=16)
def vector(file: str, table: str, name: str) -> Floats:
    """The list of numbers `name` in [table] of data/`file`."""
    import numpy as np

    return np.array(_file(file)[table][name], dtype=np.float32)


def _file(file: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("syndicator.describing").joinpath(f"data/{file}").read_text("utf-8"))


def in_order(found: Mapping[str, Any], features: Sequence[str], where: str) -> Floats:
    """The values of `found` in the order of `features`. Raises ValueError at `where` if the names differ."""
    import numpy as np

    missing = [name for name in features if name not in found]
    unknown = [name for name in found if name not in set(features)]
    double = sorted({name for name in features if features.count(name) > 1})
    if missing or unknown or double:
        raise ValueError(f"{where}: features without a weight {missing}, weights without a feature {unknown}, "
                         f"features of one name {double}")  # fmt: skip
    return np.array([found[name] for name in features], dtype=np.float32)
