"""Define the targets of a build, which are files made together; find targets to make again. Pure.

For each published target, the table of files has a fingerprint of the input that it was made of. A
build makes the targets whose input has another fingerprint now."""

import hashlib
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from syndicator.core.model import FeedKey, Problem

# Owners of files that belong to no feed.
ARTICLES: Final = FeedKey("", "articles")
STORY_PAGES: Final = FeedKey("", "stories")
DIGESTS: Final = FeedKey("", "digests")
FRONT: Final = FeedKey("", "front")
LISTS: Final = FeedKey("", "lists")
MAPS: Final = FeedKey("", "maps")
SEARCH: Final = FeedKey("", "search")
_FINGERPRINT_DIGITS: Final = 32  # of a fingerprint


OUT_OF_DATE: Final = ""  # in place of a fingerprint: the target must be made again


class Urgency(IntEnum):
    """The order in which targets are made. LINKED: new documents, made before the files that link
    them; HEAD: feeds; SHARED: pages about all feeds; SEARCH: search files; OLDER: archive documents
    and calendar pages that are published already."""

    LINKED = 0
    HEAD = 1
    SHARED = 2
    SEARCH = 3
    OLDER = 4


class File(NamedTuple):
    """A file to publish. `heir_of`: names of files whose addresses redirect to this file; its
    modification time must be later than theirs."""

    name: str
    data: bytes
    heir_of: Sequence[str] = ()


class Held(Exception):
    """A target must keep its old files. The message says why, for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Files that are made together. `id`: the name of the target in the table of files; `owner`:
    the feed that it belongs to, or a key without axis for files of no feed; `made_of`: a
    fingerprint of its input; `make`: yields its files, or raises Held; `changed`: its input changed
    in a way that the fingerprint does not show; `waits`: if it must be made, leave it to a later
    build; `unit`: targets with the same unit are written to the disk together, "" for none;
    `order`: sorts targets of the same urgency."""

    id: str
    owner: FeedKey
    made_of: str
    make: Callable[[], Iterable[File]]
    urgency: Urgency
    changed: bool = False
    waits: bool = False
    unit: str = ""
    order: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """The key by which targets are sorted before they are made."""
        return self.urgency, self.order


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The work of a build. `due`: targets to make, in order; `late`: those that a later build
    makes; `gone`: ids of published targets that no longer exist."""

    due: Sequence[Target]
    late: Sequence[Target]
    gone: Collection[str]


def compare_targets(
    targets: Sequence[Target], published: Mapping[str, str], *, whole: bool = False
) -> Difference:
    """Compare the planned targets (groups of files that a build makes together) with the published
    ones. Return which must be made now (`due`), which wait for a later build (`late`), and the ids
    of those that no longer exist (`gone`). `targets`: all planned ones of some feeds; `published`:
    target id -> fingerprint of the published ones of these feeds, OUT_OF_DATE if it must be made
    again; `whole`: True to make all targets again."""
    due: list[Target] = []
    late: list[Target] = []
    for target in targets:
        published_fingerprint = published.get(target.id)
        is_changed = target.changed or published_fingerprint != target.made_of
        if not is_changed and not whole:
            continue
        if not target.waits:
            due.append(target)
        elif published_fingerprint != OUT_OF_DATE:  # else it is recorded already
            late.append(target)
    return Difference(
        due=sorted(due, key=lambda target: target.rank),
        late=late,
        gone=published.keys() - {target.id for target in targets},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The result of a build. `written`: names of changed or deleted files; `unchanged`: number of
    files that were made and found equal to the published ones; `held`: feeds that keep their old
    files, and why; `set_aside`: articles that could not be shown properly; `builds`: number of
    builds that are summed up here; `left`: number of feeds and targets left to a later build;
    `shown`: for each written feed, the numbers of its entries and of its articles."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    held: tuple[Problem, ...] = ()
    set_aside: tuple[Problem, ...] = ()
    ended: tuple[str, ...] = ()  # feeds, such as tags/ai, whose addresses now answer 410
    ending: tuple[Problem, ...] = ()  # feeds that end only if the operator confirms it
    hubs: tuple[Problem, ...] = ()  # hubs that could not be notified
    builds: int = 0
    left: int = 0
    shown: Mapping[FeedKey, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0  # elapsed time


Steps = Generator[None, None, BuildReport]  # a build, step by step


def make_fingerprint(*parts: object) -> str:
    """Return a hash of the `repr` of the values, 32 hexadecimal digits."""
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:_FINGERPRINT_DIGITS]
