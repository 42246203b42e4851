"""How far the confirmed past bears out tags that it never had, and that their names alone speak for. Pure.

Who has confirmed articles has said of each tag that it lacks there, too. On two blogs with their authors' tags and the
taxonomy that we ship, giving such tags all the same cost .8 to 2.8 points of F1 at 10 to 318 confirmed posts; weighed
like this it costs .1 at most, and with a taxonomy of the blog's own tags it gains up to 5
(`python -m tests.bench.bench_describing curves`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from syndicator.describing.taxonomy.tagging.keys import key

# Chosen on the curves; half or twice of each moves no point of them by more than one.
GIVEN: Final = 0.2  # chance after weighing from which on a tag is given
DOUBT: Final = 2  # tags, all of them right, that are taken as given beforehand
PULL: Final = 2  # times that a tag may be rejected until it counts half


@dataclass(frozen=True)
class Trust:
    """`share`: of the tags that names alone speak for, those that were confirmed; `rejected`: tag -> articles that it
    was not confirmed of."""

    share: float = 1.0
    rejected: Mapping[str, int] = field(default_factory=dict)

    def chance(self, tag: str, chance: float) -> float:
        """The chance of a tag that the past never had, `chance` being what its name says."""
        return chance * self.share * PULL / (self.rejected.get(tag, 0) + PULL)


def learn(past: Iterable[tuple[Collection[str], Sequence[str]]]) -> Trust:
    """What articles say, each as the tags that their names alone speak for, and those that were confirmed."""
    given = right = 0
    rejected = Counter[str]()
    for named, confirmed in past:
        own = {key(tag) for tag in confirmed}
        hits = [key(tag) in own for tag in named]
        given, right = given + len(hits), right + sum(hits)
        rejected.update(tag for tag, hit in zip(named, hits, strict=True) if not hit)
    return Trust((right + DOUBT) / (given + DOUBT), dict(rejected))
