"""Load data files and fitted weights; import numpy only at its first use (0.1 s, 25 MB)."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]
else:

    class _Numpy:
        """Stands for the module numpy, and imports it when a name of it is first used."""

        def __getattr__(self, name):
            import numpy

            value = getattr(numpy, name)
            setattr(self, name, value)
            return value

    np = _Numpy()
    NDArray = Any
    Floats = Any
    Doubles = Any

__all__ = [
    "Doubles",
    "Floats",
    "NDArray",
    "load_vector",
    "load_weights",
    "np",
    "order_weights",
    "read_toml",
]


@lru_cache(maxsize=16)
def load_weights(file: str, table: str, features: tuple[str, ...]) -> Floats:
    """Return the weights in the table [`table`] of data/`file`, in the order of `features`. Raises
    ValueError if the table has other features than these."""
    return order_weights(read_toml(file)[table], features, f"{file} [{table}]")


@lru_cache(maxsize=16)
def load_vector(file: str, table: str, name: str) -> Floats:
    """Return the numbers called `name` in the table [`table`] of data/`file`."""
    return np.array(read_toml(file)[table][name], dtype=np.float32)


def read_toml(file: str) -> dict[str, Any]:
    """Return the content of the TOML file data/`file`."""
    return tomllib.loads(
        resources.files("syndicator.describing").joinpath(f"data/{file}").read_text("utf-8")
    )


def order_weights(values: Mapping[str, Any], features: Sequence[str], where: str) -> Floats:
    """Return the weights in `values`, which are given by name of the feature, as an array in the
    order of `features`. Raises ValueError if the two do not have the same names, or if a feature is
    listed twice. `where`: the file of the weights, for the message of the error."""
    without_weight = [name for name in features if name not in values]
    without_feature = [name for name in values if name not in features]
    listed_twice = sorted({name for name in features if features.count(name) > 1})
    if without_weight or without_feature or listed_twice:
        raise ValueError(
            f"{where}: features without a weight {without_weight},"
            f" weights without a feature {without_feature}, features of one name {listed_twice}"
        )
    ordered = [values[name] for name in features]
    return np.array(ordered, dtype=np.float32)
