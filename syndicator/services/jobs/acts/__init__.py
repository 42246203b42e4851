"""The acts by name: what each page may ask for, made of the functions that the commands use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from syndicator.services.jobs.acts import articles, lists, looking, mending, sources, tags, taking_back, writing
from syndicator.services.jobs.task import Acted, Task

Act = Callable[[Task], Acted]

ACTS: Final[Mapping[str, Act]] = {
    "add": looking.add_source,
    "look": looking.look_for,
    "fetch-list": lists.fetch_list,
    "follow-list": lists.follow_list,
    "use-list": lists.use_list,
    "confirm": articles.confirm,
    "edit": articles.edit,
    "hide": articles.hide,
    "release": articles.release,
    "split": articles.split_off,
    "withdraw": articles.withdraw_one,
    "bring-back": articles.bring_back,
    "retry": sources.retry,
    "adopt-move": sources.adopt_move,
    "rest": sources.rest,
    "wake": sources.wake,
    "change-source": sources.change,
    "remove-source": sources.remove,
    "build": sources.build_all,
    "undo": taking_back.undo,
    "try-rules": mending.try_rules,
    "save-rules": mending.save_rules,
    "plan-reread": mending.plan_reread,
    "reread": mending.reread,
    "suggest-tags": tags.suggest,
    "add-tag": tags.add_tag,
    "add-alias": tags.add_alias,
    "plan-retag": tags.plan_retag,
    "retag": tags.retag,
    "try-category": tags.try_category,
    "save-category": writing.save_category,
    "plan-query": writing.plan_query,
    "save-query": writing.save_query,
}

# These change nothing: they need no lock, and no run has to end for them.
UNLOCKED: Final = frozenset({"look", "fetch-list", "suggest-tags", "try-category", "try-rules", "plan-query"})
