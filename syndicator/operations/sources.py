"""Plan changes of sources and settings, visits and builds; `Change.act` carries them out later."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict, Unpack

from syndicator.configuration.sources import plain_values
from syndicator.configuration.sources.plain_values import table
from syndicator.configuration.sources.rights import list_variables
from syndicator.core import urls
from syndicator.core.errors import EditedMeanwhile, UsageError
from syndicator.core.text import stamp as stamp_of
from syndicator.core.text import suggest_similar
from syndicator.operations.operation import (
    Argument,
    Change,
    Progress,
    Stamp,
    convert_to_json,
    operation,
    split_pairs,
)

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
        "limit",
        "window_hours",
        "tag_min",
        "hold",
        "stories",
        "thumbnails",
        "archives",
        "entry_html",
        "settle",
        "questions",
        "mute",
        "keep",
    ),
}
SETTINGS_FILE: Final = "syndicator.toml"


@operation("retry")
def retry(app: App, key: Key) -> Change:
    """Visit a source now, due or not. A failure counts no more than that of a scheduled visit."""
    need_source(app, key)

    def visit_source(progress: Progress) -> dict[str, object]:
        """Visit the source when the change is applied. Return the fields of the `Change` that
        replace those of the plan."""
        from syndicator.runs.refresh import Wanted, run

        only_this_source = Wanted(keys=(key,), llm_seconds=0)
        report = asyncio.run(run(app, only_this_source, stop=asyncio.Event()))
        outcomes = [outcome for outcome in report.outcomes if outcome.key == key]
        if not outcomes:
            return {"sentence": f"{key}: not visited"}
        outcome = outcomes[0]
        if outcome.status in ("failed", "disabled"):
            return {"sentence": f"{key}: {outcome.reason}: {outcome.detail}"}
        counts = (
            f"{len(outcome.added)} new, {len(outcome.changed)} changed, {outcome.pending} waiting"
        )
        return {
            "sentence": f"{key}: {counts}",
            "data": {"new": outcome.added, "changed": outcome.changed},
        }

    return Change(subject=key, sentence=f"{key}: visited", logged=False, act=visit_source)


@operation("adopt-move", quick=True, unlocked=True)
def adopt_move(app: App, key: Key) -> Change:
    """Replace a source's address by the one that it redirects to permanently."""
    source = need_source(app, key)
    state = app.archive.store.visits.state(source.key)
    new_address = state.redirects.effective_url if state and state.has_moved else ""
    if not new_address or new_address == source.url:
        return Change(subject=source.key, sentence=f"{source.key}: has not moved", is_empty=True)
    edited = replace(source, url=new_address)
    return plan_source_edit(app, source, edited, f"{source.url} is {new_address} now")


@operation("rest", quick=True, unlocked=True)
def rest(app: App, key: Key) -> Change:
    """Pause a source until it is resumed. Its articles and feeds stay."""
    source = need_source(app, key)
    return plan_source_edit(app, source, replace(source, enabled=False), "paused")


@operation("wake", quick=True, unlocked=True)
def wake(app: App, key: Key) -> Change:
    """Resume a paused source."""
    source = need_source(app, key)
    return plan_source_edit(app, source, replace(source, enabled=True), "resumed")


class SourceFields(TypedDict, total=False):
    """The fields of a source that an edit can change."""

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
    from syndicator.configuration.sources.schema import make_source

    source = need_source(app, key)
    need_stamp(source, stamp)
    edited_table: dict[str, Any] = dict(table(source))  # as in sources.toml
    given: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    for name, value in given.items():
        value_in_toml = _convert_to_toml(value)
        if value_in_toml:
            edited_table[name] = value_in_toml
        else:
            edited_table.pop(name, None)
    refuse_variables(str(edited_table.get("url", "")), source.url)
    edited = make_source(edited_table)

    # secrets of a source must not reach another host
    has_new_host = urls.host(edited.url) != urls.host(source.url)
    if edited.headers_env and has_new_host:
        raise UsageError(
            f"{key} has headers_env, whose values another host would get; change its address by"
            " hand"
        )
    if edited.cookies and has_new_host:
        raise UsageError(f"{key} has cookies, which are for one site; change its address by hand")

    old_table = table(source)
    new_table = table(edited)
    names = sorted({*old_table, *new_table} - {"rules"})  # `save-rules` changes the rules
    changed_names = [name for name in names if old_table.get(name) != new_table.get(name)]
    return plan_source_edit(app, source, edited, f"{', '.join(changed_names)} changed")


def _convert_to_toml(value: str | bool | tuple[str, ...]) -> str | bool | list[str]:
    """Return the value of a source's field as it is written to sources.toml: a tuple becomes a
    list, and a text loses the spaces around it."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str):
        return value.strip()
    return value


def need_stamp(source: Source, seen: str | None) -> None:
    """Raise UsageError if the source was edited since an operator saw it. `seen`: its stamp at that
    time; None allows any edit."""
    if seen not in (None, plain_values.stamp(source)):
        raise EditedMeanwhile(f"the source {source.key!r}")


def refuse_variables(address: str, old_address: str) -> None:
    """Raise UsageError if the new `address` of a source names a variable of this machine, such as
    ${TOKEN}: only people who can edit sources.toml may use variables. `old_address`: the present
    address, which may be kept with its variables; "" for a new source."""
    if address == old_address:
        return
    variables = list_variables(address)
    if variables:
        variable = "${" + variables[0] + "}"
        raise UsageError(
            f"an address that names a variable ({variable}) is written into sources.toml by hand"
        )


def plan_source_edit(app: App, source: Source, edited: Source, sentence: str) -> Change:
    """Return the change that replaces `source` by `edited` in sources.toml; comments in the file
    stay. `sentence`: the change in words."""
    from syndicator.configuration.sources import registry
    from syndicator.operations.changes import texts

    path = app.configuration.folder / "sources.toml"
    is_unchanged = edited == source
    nothing = "nothing differs"
    result = nothing if is_unchanged else sentence
    return Change(
        subject=source.key,
        sentence=f"{source.key}: {result}",
        data={"before": table(source), "after": table(edited)},
        touches=(texts.name_source_text(app, source.key),),
        is_empty=is_unchanged,
        nothing=nothing,
        act=lambda progress: registry.change_source(path, source.key, source, edited),
    )


@operation("remove-source", command="remove", quick=True, unlocked=True)
def remove(
    app: App,
    key: Annotated[
        tuple[str, ...],
        Argument(
            "Keys of sources; `sources` lists them.",
            "KEY...",
            positional=True,
            completes="source",
            lines=True,
        ),
    ],
) -> Change:
    """Remove all the named sources, or none if one is unknown. Their articles and feeds stay."""
    from syndicator.app.lookup import need_sources
    from syndicator.configuration.sources import registry
    from syndicator.operations.changes import texts

    keys = tuple(dict.fromkeys(key))  # each once
    path = app.configuration.folder / "sources.toml"
    if not keys:
        raise UsageError("name at least one source")
    need_sources(app.configuration.sources, keys, app.configuration.folder)
    return Change(
        subject=keys[0],
        sentence=f"{', '.join(keys)}: removed; its articles and feeds stay",
        lines=lambda dry_run: [f"removed: {', '.join(keys)}; articles and feeds stay"],
        data={"removed": keys},
        touches=tuple({texts.name_source_text(app, key) for key in keys}),
        build=False,
        act=lambda progress: [registry.remove_source(path, key) for key in keys],
    )


@operation("push-sources", command="sources push", unlocked=True)
def push(app: App) -> Change:
    """Send the configured sources to the workers."""
    return Change(
        subject="sources",
        **_push_sources(app, dry_run=True),
        logged=False,
        build=False,
        act=lambda progress: _push_sources(app, dry_run=False),
    )


def _push_sources(app: App, *, dry_run: bool) -> dict[str, Any]:
    """Send the configured sources to the workers, which are other machines. In a dry run, send
    nothing, but find out what would change there.

    Return the fields "sentence", "lines" and "data" of a `Change`: they say which sources are
    added, changed and removed."""
    from syndicator.fleet import worker

    pushed = worker.push_sources(app, dry_run=dry_run)
    key_lines = [f"+ {key}" for key in pushed.added]
    key_lines += [f"~ {key}" for key in pushed.changed]
    key_lines += [f"- {key}" for key in pushed.removed]
    counts = (
        f"{len(pushed.added)} added, {len(pushed.changed)} changed, {len(pushed.removed)} removed"
    )

    def list_lines(dry_run: bool) -> list[str]:
        """Return the lines that a terminal shows."""
        if dry_run:
            return [*key_lines, f"{counts}; nothing was written"]
        return [*key_lines, counts]

    return {
        "sentence": f"workers follow the sources: {counts}",
        "lines": list_lines,
        "data": {"change": convert_to_json(pushed), "applied": not dry_run},
    }


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

    value_texts = split_pairs(values)  # by name of the setting, such as publish.limit
    _need_changeable(value_texts)
    name_of_text = f"config:{SETTINGS_FILE}"
    text = texts.read(app, name_of_text)
    # the stamp, a digest, is that of the file when a form showed it; None without a form
    if stamp not in (None, stamp_of(text or "")):
        raise EditedMeanwhile(SETTINGS_FILE)
    new_settings = _check_settings(app, text or "", value_texts)
    old_settings = app.configuration.settings
    tables: dict[str, dict[str, Any]] = {}  # new values by section and name, as in the file
    changed: dict[str, Any] = {}  # the same values by name of the setting
    for setting in value_texts:
        section, name = setting.split(".")
        new_value = getattr(getattr(new_settings, section), name)
        old_value = getattr(getattr(old_settings, section), name)
        if new_value != old_value:
            tables.setdefault(section, {})[name] = new_value
            changed[setting] = new_value
    return Change(
        subject=SETTINGS_FILE,
        sentence=f"settings changed: {', '.join(changed)}",
        data=changed,
        edits={name_of_text: (text, set_settings(text or "", tables))},
        is_empty=not changed,
        nothing="nothing differs",
    )


def _need_changeable(names: Iterable[str]) -> None:
    """Raise UsageError if one of `names` is no setting, or is a setting that can only be changed by
    hand in the file. A name has a section, such as publish.limit."""
    from syndicator.configuration.settings import Settings
    from syndicator.configuration.toml_files import list_leaves
    from syndicator.configuration.toml_lines import dotted

    changeable: list[str] = []
    for section, names_in_section in SETTINGS.items():
        changeable += [f"{section}.{name}" for name in names_in_section]
    known_settings = {dotted(key_path) for key_path in list_leaves(Settings)}
    for name in names:
        if not name.strip():
            raise UsageError("a setting has no name; write it like publish.limit=80")
        if name not in changeable:
            if name in known_settings:
                fault = f"can only be changed in {SETTINGS_FILE}"
            else:
                fault = "is no setting; write it like publish.limit=80"
            raise UsageError(f"{name[:60]!r} {fault}{suggest_similar(name, changeable)}")


def _check_settings(app: App, text: str, value_texts: Mapping[str, str]) -> Settings:
    """Return the settings after an edit of syndicator.toml. `text`: its content now. `value_texts`:
    new values by name of the setting; "" stands for its default. Raises ConfigError if the file is
    invalid after the edit; UsageError if the edit causes an error that `syndicator check` would
    report."""
    from syndicator.configuration.settings import Settings, make_settings
    from syndicator.configuration.toml_edit import set_settings
    from syndicator.configuration.toml_files import TomlFile, list_leaves
    from syndicator.health.check import config_files

    setting_fields = list_leaves(Settings)  # by (section, name)
    tables: dict[str, dict[str, Any]] = {}  # new values by section and name
    for setting, value_text in value_texts.items():
        section, name = setting.split(".")
        value = value_text.strip() or setting_fields[section, name].default
        tables.setdefault(section, {})[name] = value
    edited = set_settings(text, tables)
    folder = app.configuration.folder
    environ = app.configuration.environ
    file = TomlFile(folder / SETTINGS_FILE, tomllib.loads(edited), edited)
    settings = make_settings(file, environ)

    # refuse the edit for new errors only
    findings_before = config_files.check_settings(
        folder, app.configuration.settings, environ, strict=False
    )
    known = [finding.detail for finding in findings_before]
    for finding in config_files.check_settings(folder, settings, environ, strict=False):
        if finding.severity == "error" and finding.detail not in known:
            raise UsageError(finding.detail)
    return settings


@operation("build")
def build(app: App) -> Change:
    """Build the stale feeds, also those that were held back."""

    def build_stale(progress: Progress) -> dict[str, object]:
        """Build the feeds when the change is applied. Return the sentence that replaces that of the
        plan."""
        from syndicator.runs.build import build_feeds

        report = asyncio.run(build_feeds(app))
        held = f", {len(report.held)} held back" if report.held else ""
        return {"sentence": f"{len(report.written)} files written{held}"}

    return Change(
        subject="feeds",
        sentence="the stale feeds are built",
        logged=False,
        build=False,
        act=build_stale,
    )


def need_source(app: App, key: str) -> Source:
    """Return the configured source with this key. Raises UsageError if there is none."""
    from syndicator.app.lookup import need_sources

    need_sources(app.configuration.sources, [key], app.configuration.folder)
    return app.configuration.sources[key]
