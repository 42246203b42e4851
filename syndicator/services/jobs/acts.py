"""Acts by name, made of the functions of the commands; undo of a logged change unless a later edit is in the way."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from syndicator.configuration.sources import registry
from syndicator.core.errors import UsageError
from syndicator.core.model import FeedKey
from syndicator.services import reconcile
from syndicator.services.descriptions import rename_tags
from syndicator.services.jobs import articles, log, mending, sources, tags
from syndicator.services.jobs.log import undone
from syndicator.services.jobs.sources import LEARNING
from syndicator.services.jobs.task import Acted, Task, read, unpacked_list
from syndicator.services.mending import editorial

_TAGS = "tags:"  # names of the log of articles of which only the tags change


def undo(task: Task) -> Acted:
    """Takes back the change with this "number". Raises UsageError where that cannot be: nothing is changed then."""
    kept = log.Log(task.app.settings.state_dir)
    number = int(task.text("number")) if re.fullmatch("[0-9]{1,12}", task.text("number")) else 0
    if (change := kept.get(number)) is None:
        raise UsageError(f"there is no change {number}")
    if number in kept.undone():
        raise UsageError(f"change {number} was taken back already")
    if change.lasting:
        raise UsageError(f"change {number} cannot be taken back: {change.lasting}")
    if change.act in log.OTHER_WAY:
        if change.act == "withdraw":
            done = editorial.undo_withdrawal(task.app, change.subject)
        else:
            done = editorial.withdraw(task.app, change.subject)
        return Acted(subject=done.id, said=f"taken back: {change.said}", undoes=change.number)
    if change.act == "retag":
        return _parted(task, change) if change.args.get("kind") == "merge" else _renamed_back(task, change)
    _refuse_older_list(kept, change)
    files = _files(task, change)
    wanted = {name: _before(task, name, *texts) for name, texts in files.items()}
    for name, text in wanted.items():
        _check(task, name, text)
    for name, text in wanted.items():
        kind, _, path = name.partition(":")
        task.touch(kind, path)
        _put(task, name, text)
    if any(name.startswith("article:") for name in wanted):
        reconcile.files(task.app)
    return Acted(subject=change.subject, said=f"taken back: {change.said}", undoes=change.number)


def _files(task: Task, change: log.Change) -> dict[str, tuple[str | None, str | None]]:
    if not (files := log.Log(task.app.settings.state_dir).files(change.number)):
        raise UsageError(f"what was kept of change {change.number} is not there any more: {change.said}")
    return files


def _renamed_back(task: Task, change: log.Change) -> Acted:
    old, new = str(change.args["old"]), str(change.args["new"])
    rename_tags.act(task.app, rename_tags.plan(task.app, "rename", new, old))
    return Acted(subject=change.subject, said=f"taken back: {change.said}", undoes=change.number)


def _parted(task: Task, change: log.Change) -> Acted:
    """Part two merged tags. Articles whose tags were edited since the merge stay."""
    files = _files(task, change)
    old, new = (FeedKey("tag", str(change.args[name])) for name in ("old_feed", "new_feed"))
    rename_tags.need_parted(task.app, old, new)
    texts = {name: _before(task, name, *both) for name, both in files.items() if not name.startswith(_TAGS)}
    for name, text in texts.items():
        _check(task, name, text)
    tags, edited = _tags_before(task, files)
    for name, text in texts.items():
        _put(task, name, text)
    rename_tags.part(task.app, old, new, tags, task.progress)
    more = f"; {edited} with tags that were edited since stay as they are" if edited else ""
    return Acted(subject=change.subject, said=f"taken back: {change.said}{more}", undoes=change.number)


def _tags_before(
    task: Task, files: Mapping[str, tuple[str | None, str | None]]
) -> tuple[dict[str, tuple[str, ...]], int]:
    found: dict[str, tuple[str, ...]] = {}
    edited = 0
    for name, (before, after) in files.items():
        now = read(task.app, name) if name.startswith(_TAGS) else None
        if now is None:  # another file, or an article that is not there any more
            continue
        try:
            found[name.removeprefix(_TAGS)] = tuple((undone(before, after, now) or "").splitlines())
        except ValueError:
            edited += 1
    return found, edited


def _refuse_older_list(kept: log.Log, change: log.Change) -> None:
    taken = kept.undone()
    later = [
        one.number
        for one in kept.of(change.subject)
        if change.act in LEARNING and one.act in LEARNING and one.number > change.number and one.number not in taken
    ]
    if later:
        raise UsageError(f"its list was pointed to again since; take change {later[0]} back first")


def _before(task: Task, name: str, before: str | None, after: str | None) -> str | None:
    if name.startswith("list:"):  # every visit adds to what is remembered of a list: no edit
        return before
    try:
        return undone(before, after, read(task.app, name))
    except ValueError as error:
        raise UsageError(f"{name.partition(':')[2]}: {error}; it stays as it is") from error


def _check(task: Task, name: str, text: str | None) -> None:
    kind, _, path = name.partition(":")
    if kind == "config" and text is not None:
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{path} would be no TOML then ({error}); edit it by hand") from error


def _put(task: Task, name: str, text: str | None) -> None:
    kind, _, path = name.partition(":")
    if kind == "list":
        visits = task.app.store.visits
        if (state := visits.state(path)) is not None:
            listing = unpacked_list(text) if text is not None else None
            visits.save_states([replace(state.asked_whole(), listing=listing)])
    elif kind == "config":
        registry.put_text(task.app.config / path, text, seen=read(task.app, name))
    elif text is None:
        task.app.article_store.delete(path)
    else:
        task.app.article_store.edit(path, text.encode("utf-8", "surrogateescape"))


Act = Callable[[Task], Acted]

ACTS: Final[Mapping[str, Act]] = {
    "add": sources.add_source,
    "look": sources.look_for,
    "fetch-list": sources.fetch_list,
    "follow-list": sources.follow_list,
    "use-list": sources.use_list,
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
    "undo": undo,
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
    "save-category": tags.save_category,
    "plan-query": tags.plan_query,
    "save-query": tags.save_query,
}

# These change nothing: they need no lock, and no run has to end for them.
UNLOCKED: Final = frozenset({"look", "fetch-list", "suggest-tags", "try-category", "try-rules", "plan-query"})
