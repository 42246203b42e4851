"""Queue items of several owners, who take turns; each may have a quarter of all places.
Pure.

This is deficit round robin (Shreedhar and Varghese 1995) with the same cost for each item: the
owners stand in a circle, and the owner whose item was taken goes to its end. So nobody waits for
more than one item of each other owner, however many items that owner has. Used for questions of
clients, jobs of tokens and pushes of sources."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from syndicator.core.requests import most_of_one

T = TypeVar("T")


def _accept(item: object) -> bool:
    return True


class Shares(Generic[T]):
    """A queue of items, each of an owner: a client, a token or a source. Owners take turns."""

    def __init__(self, limit: int) -> None:
        """`limit`: number of places for the items of all owners together."""
        self._most = limit
        # owner -> its items; the first owner has the next turn
        self._waiting: dict[str, deque[T]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return the number of items of all owners."""
        return self._count

    def items_of(self, owner: str) -> Sequence[T]:
        """Return the waiting items of `owner`, oldest first."""
        return tuple(self._waiting.get(owner, ()))

    def has_room(self, owner: str) -> bool:
        """Return True if one more item of `owner` may be added: the queue is not full, and the
        owner has not yet filled a quarter of its places."""
        if self._count >= self._most:
            return False
        return len(self._waiting.get(owner, ())) < most_of_one(self._most)

    def add(self, owner: str, item: T) -> None:
        """Add an item of `owner` to the queue. An owner without other items has its turn after all
        other owners. Call `has_room` before: this does not check the limit."""
        self._waiting.setdefault(owner, deque()).append(item)
        self._count += 1

    def take(self, accepts: Callable[[T], bool] = _accept) -> T | None:
        """Remove the next item from the queue and return it, or None if there is none. Only items
        for which `accepts` returns True count. The owners stand in a circle: the item is the oldest
        of the first owner that has one, and this owner then goes to the end of the circle."""
        for owner, items in self._waiting.items():
            item = next(filter(accepts, items), None)
            if item is None:
                continue
            self.discard(owner, item)
            self._move_to_end(owner)
            return item  # without a further turn of the loop, whose dictionary has changed
        return None

    def _move_to_end(self, owner: str) -> None:
        """Give all other owners their turns before `owner` has the next one."""
        if owner in self._waiting:  # an owner without items has left the circle
            self._waiting[owner] = self._waiting.pop(owner)

    def discard(self, owner: str, item: T) -> None:
        """Remove `item` of `owner` from the queue, if it is there. The owner keeps its turn among
        the owners, unless this was its last item."""
        items = self._waiting.get(owner)
        if items is None or item not in items:
            return
        items.remove(item)
        self._count -= 1
        if not items:
            del self._waiting[owner]
