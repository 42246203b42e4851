"""Queue items in rotation of their owners, each with at most a quarter of the places. Pure.

Deficit round robin (Shreedhar and Varghese 1995) if each item costs the same: those who wait stand
in a circle, and whoever had a turn goes to its end. Nobody waits for more than one item of each of
the others, however many those have. Used for questions of clients, jobs of tokens and pushes of
sources."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from syndicator.core.requests import most_of_one

T = TypeVar("T")


def _accept(item: object) -> bool:
    return True


class Shares(Generic[T]):
    """Items that wait, each with its owner: a client, a token, a source. `most`: of all owners
    together."""

    def __init__(self, most: int) -> None:
        self._most = most
        # owners with items; the next turn is the first one's
        self._waiting: dict[str, deque[T]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def items_of(self, owner: str) -> Sequence[T]:
        """Return the items of `owner`, oldest first."""
        return tuple(self._waiting.get(owner, ()))

    def has_room(self, owner: str) -> bool:
        """Return True if one more item of `owner` may wait."""
        if self._count >= self._most:
            return False
        return len(self._waiting.get(owner, ())) < most_of_one(self._most)

    def add(self, owner: str, item: T) -> None:
        """Add an item; an owner without others gets its turn after those who wait."""
        self._waiting.setdefault(owner, deque()).append(item)
        self._count += 1

    def take(self, accepts: Callable[[T], bool] = _accept) -> T | None:
        """Remove and return the oldest accepted item of the first owner who has one; that was the
        owner's turn."""
        for owner, items in self._waiting.items():
            item = next(filter(accepts, items), None)
            if item is None:
                continue
            self.discard(owner, item)
            self._move_to_end(owner)
            return item
        return None

    def _move_to_end(self, owner: str) -> None:
        """Let all others have their turns before `owner`. An owner with nothing left is not in the
        circle."""
        if owner in self._waiting:
            self._waiting[owner] = self._waiting.pop(owner)

    def discard(self, owner: str, item: T) -> None:
        """Remove an item if it waits; no turn is used. An owner with nothing left leaves the
        circle."""
        items = self._waiting.get(owner)
        if items is None or item not in items:
            return
        items.remove(item)
        self._count -= 1
        if not items:
            del self._waiting[owner]
