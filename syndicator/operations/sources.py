"""Define operations on sources (edit, pause, remove, visit), on settings and on builds."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict, Unpack

from syndicator.configuration.sources import plain_values
from syndicator.configuration.sources.plain_values import table
from syndicator.configuration.sources.rights import list_variables
from syndicator.core import urls
from syndicator.core.errors import EditedMeanwhile, UsageError
from syndicator.core.text import stamp as stamp_of
from syndicator.core.text import suggestion
from syndicator.operations.operation import Argument, Change, Progress, Stamp, operation, plain

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.configuration.settings import Settings
    from syndicator.core.model import Source

Key = Annotated[str, Argument("The key of a source.", "KEY", positional=True, completes="source")]
# Settings that an operation may change, by section: none that names files, programs, secrets or
# where to listen.
SETTINGS: Final = {
    "site": ("title", "url", "contact", "language", "author", "icon", "rights"),
    "fetch": ("every_min", "every_max", "pause"),
    "publish": (
        *(
            "limit",
            "window_hours",
            "tag_min",
            "hold",
            "stories",
            "thumbnails",
            "archives",
            "entry_html",
            "settle",
        ),
        *("questions", "mute", "keep"),
    ),
}
SETTINGS_FILE: Final = "syndicator.toml"


@operation("retry")
def retry(app: App, key: Key) -> Change:
    """Visit a source now, due or not. A failure counts no more than that of a scheduled visit."""
    source_of_key(app, key)

    def act(progress: Progress) -> dict[str, object]:
        from syndicator.runs.refresh import Wanted, run

        report = asyncio.run(run(app, Wanted(keys=(key,), llm_seconds=0), stop=asyncio.Event()))
        outcome = next((visit for visit in report.outcomes if visit.key == key), None)
        if outcome is None:
            return {"sentence": f"{key}: not visited"}
        if outcome.status in ("failed", "disabled"):
            return {"sentence": f"{key}: {outcome.reason}: {outcome.detail}"}
        counts = (
            f"{len(outcome.added)} new, {len(outcome.changed)} changed, {outcome.pending} waiting"
        )
        return {
            "sentence": f"{key}: {counts}",
            "data": {"new": outcome.added, "changed": outcome.changed},
        }

    return Change(subject=key, sentence=f"{key}: visited", logged=False, act=act)


@operation("adopt-move", quick=True, unlocked=True)
def adopt_move(app: App, key: Key) -> Change:
    """Replace a source's address by the one that it redirects to permanently."""
    source = source_of_key(app, key)
    state = app.archive.store.visits.state(source.key)
    address = state.redirects.effective_url if state and state.has_moved else ""
    if not address or address == source.url:
        return Change(subject=source.key, sentence=f"{source.key}: has not moved", is_empty=True)
    return edit_of(app, source, replace(source, url=address), f"{source.url} is {address} now")


@operation("rest", quick=True, unlocked=True)
def rest(app: App, key: Key) -> Change:
    """Pause a source until it is resumed. Its articles and feeds stay."""
    source = source_of_key(app, key)
    return edit_of(app, source, replace(source, enabled=False), "paused")


@operation("wake", quick=True, unlocked=True)
def wake(app: App, key: Key) -> Change:
    """Resume a paused source."""
    source = source_of_key(app, key)
    return edit_of(app, source, replace(source, enabled=True), "resumed")


class SourceFields(TypedDict, total=False):
    """Fields of a source that an edit can change."""

    url: Annotated[str | None, Argument("Its address.")]
    title: Annotated[str | None, Argument("Its name in our feeds.")]
    category: Annotated[
        str | None, Argument("Category of articles that fit none of taxonomy.toml.")
    ]
    tags: Annotated[
        tuple[str, ...] | None, Argument("Tags for each of its articles.", completes="tag")
    ]
    every: Annotated[str | None, Argument("Visit it every 30m, 6h, 1d.", "TIME")]
    content: Annotated[str | None, Argument("How much of a text to publish: full, excerpt, link.")]
    licence: Annotated[str | None, Argument("Its licence.")]
    language: Annotated[str | None, Argument("The language of its articles.")]
    keep: Annotated[str | None, Argument("Read only the entries that this query matches.", "QUERY")]
    mute: Annotated[str | None, Argument("Skip the entries that this query matches.", "QUERY")]
    lead: Annotated[bool | None, Argument("Let its reports lead their stories.")]


@operation("change-source", quick=True, unlocked=True)
def change(app: App, key: Key, stamp: Stamp = None, **fields: Unpack[SourceFields]) -> Change:
    """Edit a source. A field that is not given stays; an empty one is removed."""
    from syndicator.configuration.sources.schema import source_of

    source = source_of_key(app, key)
    need_stamp(source, stamp)
    edits: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    edits = {name: _plain(value) for name, value in edits.items()}
    merged = {**table(source), **edits}
    values: dict[str, Any] = {
        name: value for name, value in merged.items() if edits.get(name, True)
    }
    refuse_variables(str(values.get("url", "")), source.url)
    wanted = source_of(values)
    if wanted.headers_env and urls.host(wanted.url) != urls.host(source.url):
        raise UsageError(
            f"{key} has headers_env, whose values another host would get; change its address by"
            " hand"
        )
    if wanted.cookies and urls.host(wanted.url) != urls.host(source.url):
        raise UsageError(f"{key} has cookies, which are for one site; change its address by hand")
    names = sorted({*table(source), *table(wanted)} - {"rules"})
    differ = [name for name in names if table(source).get(name) != table(wanted).get(name)]
    return edit_of(app, source, wanted, f"{', '.join(differ)} changed")


def _plain(value: str | bool | tuple[str, ...]) -> str | bool | list[str]:
    """Return the value of a field as sources.toml has it."""
    if isinstance(value, tuple):
        return list(value)
    return value.strip() if isinstance(value, str) else value


def need_stamp(source: Source, seen: str | None) -> None:
    """Raise UsageError if the source was edited since it had the stamp `seen`."""
    if seen not in (None, plain_values.stamp(source)):
        raise EditedMeanwhile(f"the source {source.key!r}")


def refuse_variables(address: str, before: str) -> None:
    """Raise UsageError if `address` was changed and names a variable: only people who can edit the
    files may use variables."""
    if address == before:
        return
    variables = list_variables(address)
    if variables:
        variable = "${" + variables[0] + "}"
        raise UsageError(
            f"an address that names a variable ({variable}) is written into sources.toml by hand"
        )


def edit_of(app: App, source: Source, wanted: Source, sentence: str) -> Change:
    """Plan the edit of a source in its file; comments stay."""
    from syndicator.configuration.sources import registry
    from syndicator.operations.changes import texts

    return Change(
        subject=source.key,
        sentence=f"{source.key}: {sentence if wanted != source else 'nothing differs'}",
        data={"before": table(source), "after": table(wanted)},
        touches=(texts.of_source(app, source.key),),
        is_empty=wanted == source,
        nothing="nothing differs",
        act=lambda progress: registry.change_source(
            app.configuration.folder / "sources.toml", source.key, source, wanted
        ),
    )


@operation("remove-source", command="remove", quick=True, unlocked=True)
def remove(
    app: App,
    key: Annotated[
        tuple[str, ...],
        Argument("Keys of sources.", "KEY...", positional=True, completes="source", lines=True),
    ],
) -> Change:
    """Remove all the named sources, or none if one is unknown. Their articles and feeds stay."""
    from syndicator.app.lookup import need_sources
    from syndicator.configuration.sources import registry
    from syndicator.operations.changes import texts

    keys = tuple(dict.fromkeys(key))
    path = app.configuration.folder / "sources.toml"
    if not keys:
        raise UsageError("name at least one source")
    need_sources(app.configuration.sources, keys, app.configuration.folder)
    return Change(
        subject=keys[0],
        sentence=f"{', '.join(keys)}: removed; its articles and feeds stay",
        lines=lambda dry_run: [f"removed: {', '.join(keys)}; articles and feeds stay"],
        data={"removed": keys},
        touches=tuple({texts.of_source(app, key) for key in keys}),
        build=False,
        act=lambda progress: [registry.remove_source(path, key) for key in keys],
    )


@operation("push-sources", command="sources push", unlocked=True)
def push(app: App) -> Change:
    """Send the configured sources to the workers."""
    from syndicator.fleet import worker

    def change(dry_run: bool) -> dict[str, Any]:
        pushed = worker.push(app, dry_run=dry_run)
        signs = (("+", pushed.added), ("~", pushed.changed), ("-", pushed.removed))
        lines = [f"{sign} {key}" for sign, keys in signs for key in keys]
        counts = (
            f"{len(pushed.added)} added, {len(pushed.changed)} changed, {len(pushed.removed)}"
            " removed"
        )
        return {
            "sentence": f"workers follow the sources: {counts}",
            "lines": lambda dry_run: [
                *lines,
                f"{counts}{'; nothing was written' if dry_run else ''}",
            ],
            "data": {"change": plain(pushed), "applied": not dry_run},
        }

    return Change(
        subject="sources",
        **change(True),
        logged=False,
        build=False,
        act=lambda progress: change(False),
    )


@operation("change-settings", quick=True, unlocked=True, is_for_settings=True)
def change_settings(
    app: App,
    values: Annotated[
        tuple[str, ...],
        Argument(
            "A setting such as publish.limit=80.", "NAME=VALUE...", positional=True, lines=True
        ),
    ],
    stamp: Stamp = None,
) -> Change:
    """Change settings in syndicator.toml, all or none. A setting without a value gets its
    default."""
    from syndicator.configuration.toml_edit import set_settings
    from syndicator.operations.changes import texts

    allowed = [f"{section}.{name}" for section, names in SETTINGS.items() for name in names]
    texts_by_name = dict(value.partition("=")[::2] for value in values)
    for name in texts_by_name:
        if not name.strip():
            raise UsageError("a setting has no name; write it like publish.limit=80")
        if name not in allowed:
            raise UsageError(
                f"{name[:60]!r} can only be changed in {SETTINGS_FILE}{suggestion(name, allowed)}"
            )
    before = texts.read(app, f"config:{SETTINGS_FILE}")
    if stamp not in (None, stamp_of(before or "")):
        raise EditedMeanwhile(SETTINGS_FILE)
    wanted = _checked_settings(app, before or "", texts_by_name)
    differ = dict[str, dict[str, Any]]()
    for section, name in (setting.split(".") for setting in texts_by_name):
        value, now = (
            getattr(getattr(settings, section), name)
            for settings in (wanted, app.configuration.settings)
        )
        if value != now:
            differ.setdefault(section, {})[name] = value
    data = {
        f"{section}.{name}": value
        for section, names in differ.items()
        for name, value in names.items()
    }
    return Change(
        subject=SETTINGS_FILE,
        sentence=f"settings changed: {', '.join(data)}",
        data=data,
        edits={f"config:{SETTINGS_FILE}": (before, set_settings(before or "", differ))},
        is_empty=not data,
        nothing="nothing differs",
    )


def _checked_settings(app: App, text: str, texts: Mapping[str, str]) -> Settings:
    """Return the settings with `texts` on top. Raises ConfigError, and UsageError for findings of
    `check`."""
    from syndicator.configuration.settings import Settings, settings_of
    from syndicator.configuration.toml_edit import set_settings
    from syndicator.configuration.toml_files import TomlFile, leaves
    from syndicator.health.check import config_files as check

    defaults = leaves(Settings)
    written = dict[str, dict[str, Any]]()
    for section, name in (finding.split(".") for finding in texts):
        value = texts[f"{section}.{name}"].strip() or defaults[section, name].default
        written.setdefault(section, {})[name] = value
    text = set_settings(text, written)
    wanted = settings_of(
        TomlFile(app.configuration.folder / SETTINGS_FILE, tomllib.loads(text), text),
        app.configuration.environ,
    )
    # errors from before are no reason to refuse
    before, after = (
        check.settings(app.configuration.folder, each, app.configuration.environ, strict=False)
        for each in (app.configuration.settings, wanted)
    )
    old = [finding.detail for finding in before]
    if wrong := next(
        (finding for finding in after if finding.severity == "error" and finding.detail not in old),
        None,
    ):
        raise UsageError(wrong.detail)
    return wanted


@operation("build")
def build(app: App) -> Change:
    """Build the stale feeds, also those that were held back."""

    def act(progress: Progress) -> dict[str, object]:
        from syndicator.runs.build import build_feeds

        report = asyncio.run(build_feeds(app))
        held = f", {len(report.held)} held back" if report.held else ""
        return {"sentence": f"{len(report.written)} files written{held}"}

    return Change(
        subject="feeds", sentence="the stale feeds are built", logged=False, build=False, act=act
    )


def source_of_key(app: App, key: str) -> Source:
    from syndicator.app.lookup import need_sources

    need_sources(app.configuration.sources, [key], app.configuration.folder)
    return app.configuration.sources[key]
