"""Acts that are no operations yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from syndicator.operations.old import mending, sources
from syndicator.operations.old.task import Acted, Task

Act = Callable[[Task], Acted]

ACTS: Final[Mapping[str, Act]] = {
    "add": sources.add_source,
    "look": sources.look_for,
    "fetch-list": sources.fetch_list,
    "follow-list": sources.follow_list,
    "use-list": sources.use_list,
    "retry": sources.retry,
    "adopt-move": sources.adopt_move,
    "rest": sources.rest,
    "wake": sources.wake,
    "change-source": sources.change,
    "remove-source": sources.remove,
    "build": sources.build_all,
    "try-rules": mending.try_rules,
    "save-rules": mending.save_rules,
    "plan-reread": mending.plan_reread,
    "reread": mending.reread,
}

# These change nothing: they need no lock, and no run has to end for them.
UNLOCKED: Final = frozenset({"look", "fetch-list", "try-rules"})
