"""What a page is: article, documentation, forum, listing, product or service, or other where nothing is likely. Pure.

A weighted sum of the features of the page for each type (multinomial logistic regression), fitted on pages whose type a
person said. The weights are data/page_types.toml, written by tools/train/fit_pages.py, which says how often they are
right on domains that they were not fitted on.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from syndicator.reading.html.blocks import Block
from syndicator.reading.html.document import Document
from syndicator.reading.page_features import features

OTHER = "other"
_LIKELY = 0.4  # probability below which a page is of no type
# Probability of a listing from which a page is refused: on domains that were not fitted on, 47 % of the listings and
# .3 % of the articles are. A feed hardly ever announces one, so what it announces must be a clearer case.
_LIST, _LIST_ANNOUNCED = 0.6, 0.9
# Probabilities from which what is read of the page is in doubt: of the open pages that are read well hardly any is, and
# of those that are read badly one in eight. Lists that are not refused would add more of the former.
_OFFERS = {"product": 0.6, "service": 0.75}
_ARTICLE = 0.9  # of the open pages that are read well 17 were in doubt without reason, of those read badly one with
_LEAST_ITEMS = 12  # of a list
_SHOWN = 0.05  # probability from which a type stands in the trace


class PageType(NamedTuple):
    """The likeliest type of a page, the probability of each, and how many of its texts are links that can be items."""

    name: str
    probabilities: Mapping[str, float]
    items: int = 0

    def is_list(self, *, announced: bool) -> bool:
        """True when the page is surely a list of articles or goods and none itself. `announced`: by a feed."""
        least = _LIST_ANNOUNCED if announced else _LIST
        return self.items >= _LEAST_ITEMS and self.probabilities.get("listing", 0.0) > least

    def is_article(self) -> bool:
        """True when the page looks like an article beyond doubt."""
        return self.probabilities.get("article", 0.0) > _ARTICLE

    def doubt(self) -> str:
        """Why the page may be no article, in words; "" where nothing speaks against it."""
        for name, least in _OFFERS.items():
            likely = self.probabilities.get(name, 0.0)
            if likely > least:
                return f"the page offers a {name} ({likely:.2f})"
        return ""

    def trace(self) -> Mapping[str, Any]:
        """What `show --why` prints: the type, and the probability of those that come into question."""
        likely = sorted(self.probabilities.items(), key=lambda pair: -pair[1])
        return {"is": self.name, "probabilities": {name: round(p, 2) for name, p in likely if p >= _SHOWN}}


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """For each type what each feature adds to its log odds, by the feature's name."""
    data = files("syndicator.reading").joinpath("data/page_types.toml").read_text("utf-8")
    table: dict[str, dict[str, float]] = tomllib.loads(data)["weights"]
    return table


def type_of(document: Document, blocks: Sequence[Block]) -> PageType:
    """The type of the page `document`, whose `blocks` are measured (`overlap.measure`). Raises ValueError when features
    and weights have not the same names."""
    values = features(document, blocks)
    found = probabilities(values)
    best = max(found, key=lambda name: found[name])
    return PageType(best if found[best] >= _LIKELY else OTHER, found, round(math.expm1(values["item-links"])))


def probabilities(values: Mapping[str, float]) -> dict[str, float]:
    """The probability of each type from the features `values`."""
    odds: dict[str, float] = {}
    for name, fitted in weights().items():
        if fitted.keys() != values.keys():
            wrong = sorted(fitted.keys() ^ values.keys())
            raise ValueError(f"data/page_types.toml does not fit the features: {wrong}; run tools/train/fit_pages.py")
        odds[name] = sum(weight * values[feature] for feature, weight in fitted.items())
    most = max(odds.values())
    parts = {name: math.exp(value - most) for name, value in odds.items()}
    total = sum(parts.values())
    return {name: part / total for name, part in parts.items()}
