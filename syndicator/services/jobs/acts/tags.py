"""Acts on tags and categories: proposed, listed, renamed, merged, and a category's line tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Literal

from syndicator.articles import disk
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError, UsageError, WorkerFailed
from syndicator.core.model import Article, FeedKey
from syndicator.describing.taxonomy.edit import Change, knows, place, rewritten
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary, load
from syndicator.pipeline import jobs
from syndicator.services.container import open_worker
from syndicator.services.descriptions import redescribe, rename_tags
from syndicator.services.jobs.acts.writing import category_stamp
from syndicator.services.jobs.task import Acted, Task

TRIED = 200  # newest articles on which a category's line is tried: some seconds
_FILE = "taxonomy.toml"


def suggest(task: Task) -> Acted:
    """What articles speak of and taxonomy.toml lacks. Changes nothing."""
    found = [one._asdict() for one in redescribe.suggest(task.app)]
    said = f"{len(found)} names to consider as tags"
    return Acted(subject="tags", said=said, logged=False, build=False, result={"proposals": found})


def add_tag(task: Task) -> Acted:
    """Lists a tag in taxonomy.toml, with "aliases" where there are some."""
    name, aliases = task.text("name").strip(), tuple(one.strip() for one in task.texts("aliases") if one.strip())
    known = _vocabulary(task)
    if any(knows(tag, name) for tag in known.tag):
        raise UsageError(f"{name!r} is listed already")
    _write(task, Change(tag=_tag(name, aliases)))
    return Acted(subject="tags", said=f"{name}: listed; `describe --all` looks for it in the articles that are there")


def add_alias(task: Task) -> Acted:
    """Another spelling of a tag that is listed."""
    name, alias, known = task.text("name").strip(), task.text("alias").strip(), _vocabulary(task)
    at = place(known, name)
    if at is None:
        raise UsageError(f"no tag {name!r} in taxonomy.toml")
    if any(knows(tag, alias) for tag in known.tag):
        raise UsageError(f"{alias!r} is listed already; merge it to make one of two tags")
    tag = known.tag[at]
    _write(task, Change(tag=_tag(tag.name, (*tag.aliases, alias), tag.description), at=at))
    return Acted(subject="tags", said=f"{tag.name}: is known as {alias}, too")


def plan_retag(task: Task) -> Acted:
    """What a rename or a merge would do. Changes nothing."""
    planned = rename_tags.plan(task.app, _kind(task), task.text("old"), task.text("new"))
    return Acted(subject="tags", said=_said(planned), logged=False, build=False, result=_planned(planned))


def retag(task: Task) -> Acted:
    """Renames a tag, or merges it into another: in taxonomy.toml, in articles, and in feeds, whose addresses stay
    good."""
    planned = rename_tags.plan(task.app, _kind(task), task.text("old"), task.text("new"))
    if planned.kind == "merge":  # a rename is taken back by another
        task.touch("config", _FILE)
        for id in planned.articles:
            task.touch("tags", id)
    rename_tags.act(task.app, planned, task.progress)
    kept = {"kind": planned.kind, "old": planned.old, "new": planned.new}
    kept |= {"old_feed": planned.old_feed.slug, "new_feed": planned.new_feed.slug}
    return Acted(subject="tags", said=_said(planned), result=_planned(planned), args=kept)


def _said(planned: rename_tags.Retagging) -> str:
    count = len(planned.articles)
    return f"{planned.old} → {planned.new}: {count} {'article' if count == 1 else 'articles'}"


def try_category(task: Task) -> Acted:
    """Which of the newest articles a category would win and lose with another description. Changes nothing."""
    name, description = task.text("name").strip(), task.text("description").strip()
    if not name:
        raise UsageError("a category needs a name")
    articles = _newest(task)
    try:
        with open_worker(task.app) as worker:
            parts = [articles[at : at + 20] for at in range(0, len(articles), 20)]
            tried = []
            for number, part in enumerate(parts, 1):
                tried += worker.call_sync(jobs.tried_category, task.app.taxonomy, name, description, part)
                task.progress(number, len(parts))
    except (WorkerFailed, ValueError) as error:
        raise UsageError(f"{name!r} cannot be tried: {error}") from error
    titles = {one.id: one.title for one in articles}
    moved = [
        {"id": id, "title": titles[id], "before": before, "after": after}
        for id, before, after in tried
        if before != after
    ]
    said = f"{name}: {len(moved)} of the newest {len(articles)} articles would move"
    result = {
        "moved": moved,
        "looked": len(articles),
        "feeds": _feeds(moved),
        "stamp": category_stamp(task.app.config, name),
    }
    return Acted(subject="tags", said=said, logged=False, build=False, result=result)


def _feeds(moved: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The feeds of categories that such articles would join and leave. Pure."""
    joins, leaves = Counter(one["after"] for one in moved), Counter(one["before"] for one in moved)
    names = sorted(name for name in {*joins, *leaves} if name)
    return [{"feed": name, "joins": joins[name], "leaves": leaves[name]} for name in names]


def _newest(task: Task) -> list[Article]:
    index, found = task.app.store.index, []
    for id in index.ids(FeedKey(ALL.axis, ALL.slug), limit=TRIED, since=None, most=TRIED):
        with suppress(ConfigError, OSError):
            found.append(task.app.article_store.get(index.path(id) or ""))
    return found


def _kind(task: Task) -> Literal["rename", "merge"]:
    return "merge" if task.text("kind") == "merge" else "rename"


def _tag(name: str, aliases: tuple[str, ...] = (), description: str = "") -> TagDef:
    try:
        return TagDef(name=name, aliases=aliases, description=description)
    except ValueError as error:
        raise UsageError(f"{name!r} is no name of a tag: one to 80 characters") from error


def _vocabulary(task: Task) -> Vocabulary:
    path = task.app.config / _FILE
    return load(path) if path.exists() else Vocabulary()


def _write(task: Task, change: Change) -> None:
    """Edits taxonomy.toml; comments stay. Raises ConfigError where it is written in a way that cannot be edited."""
    path = (task.app.config / _FILE).resolve()  # a symlink stays one
    task.touch("config", _FILE)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    disk.write(path, rewritten(text, change, path).encode())


def _planned(planned: rename_tags.Retagging) -> dict[str, Any]:
    moved = planned.old_feed != planned.new_feed
    return {
        "kind": planned.kind,
        "old": planned.old,
        "new": planned.new,
        "articles": len(planned.articles),
        "redirect": f"tags/{planned.old_feed.slug} will lead to tags/{planned.new_feed.slug}" if moved else "",
        "feeds": [asdict(one) for one in planned.feeds[:50]],
        "notes": list(planned.notes),
    }
