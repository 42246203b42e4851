"""Read all sources from sources.toml and sources.d; add, edit and remove them in place.

Comments stay. New sources go to sources.toml."""

import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from syndicator.configuration import toml_edit
from syndicator.configuration.private import PUBLIC, tighten
from syndicator.configuration.sources.identity import list_source_files
from syndicator.configuration.sources.identity import make_source_key as make_source_key
from syndicator.configuration.sources.plain_values import compute_address_key
from syndicator.configuration.sources.plain_values import table as plain
from syndicator.configuration.sources.schema import (
    Placed,
    parse_source_files,
    parse_sources,
    parse_valid_sources,
)
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.errors import ConfigError, EditedMeanwhile, Fault, LockedError, UsageError
from syndicator.core.model import Source

LOCK_SECONDS = 10.0  # how long an edit waits for another command's
_HEADERS = re.compile(r"^\s*\[\[\s*(source|'source'|\"source\")\s*\]\]", re.M)


def load_sources(path: Path) -> tuple[Source, ...]:
    """Return all sources in sources.toml (`path`) and in the files in sources.d beside it, in
    order. Raises ConfigError if any is faulty; it has the file, line, key and cure of each
    fault."""
    return tuple(placed.source for placed in read_placed_sources(path))


def read_valid_sources(path: Path) -> tuple[tuple[Source, ...], tuple[Fault, ...]]:
    """Return the valid sources in sources.toml (`path`) and in the files in sources.d beside it, in
    order, and the faults of all that is not valid."""
    placed, faults = parse_valid_sources(*_read_files(path))
    return tuple(valid.source for valid in placed), faults


def read_placed_sources(path: Path) -> tuple[Placed, ...]:
    """Return all sources in sources.toml (`path`) and in the files in sources.d beside it, each
    with its file and its number in that file. Raises ConfigError if any is faulty."""
    return parse_source_files(*_read_files(path))


def _read_files(path: Path) -> tuple[list[TomlFile], list[Fault]]:
    """Return the parsed files that sources are read from, and the faults of files that are not
    valid TOML, which are left out. `path`: sources.toml. Raises ConfigError if a file cannot be
    read at all."""
    files: list[TomlFile] = []
    faults: list[Fault] = []
    for file in list_source_files(path):
        try:
            files.append(read_toml_file(file))
        except ConfigError as error:
            if not error.faults:  # the file could not be read
                raise
            faults += error.faults
    return files, faults


def _find_file(path: Path, key: str) -> Path:
    """Return the file that contains the source `key`: sources.toml (`path`) or a file in sources.d
    beside it. If none contains it, return `path`."""
    placed = read_placed_sources(path) if path.exists() else ()
    return next((item.file.path for item in placed if item.source.key == key), path)


def add_sources(
    path: Path,
    sources: Sequence[Source],
    known: Callable[[], Mapping[str, Source] | None] = lambda: None,
) -> None:
    """Append sources to sources.toml (`path`): all of them, or none if one fails. A missing file is
    created. `known`: called while the file is locked; returns all sources that the file has, by
    address (`urls.alias`), so that it need not be parsed, or None if the caller does not know them.
    Raises UsageError if a key or address exists already, ConfigError if the file is not valid, and
    LockedError if it is locked for 10 s."""
    # the fast way, without parsing the file
    with _lock_file(path) as target:
        text = _read_text(target)
        present = known()  # after reading the text: an editor may save at any moment
        if present and sources and _append_unparsed(path, target, text, present, sources):
            return

    def append_new(text: str, old: tuple[Source, ...]) -> str:
        """Return the text of the file with the new sources, after a check that no file has them.
        `_edit_file` calls this with the present text and sources."""
        placed: tuple[Placed, ...] = ()
        if path.exists():
            placed, _ = parse_valid_sources(*_read_files(path))
        files_by_key = {item.source.key: item.file.path for item in placed}
        keys_by_address = {compute_address_key(item.source): item.source.key for item in placed}
        _register_new(files_by_key, keys_by_address, path, sources)
        if not sources:
            return text
        new_tables = _write_tables(sources)
        parse_sources(TomlFile(path, tomllib.loads(new_tables), new_tables))  # raises if not valid
        return toml_edit.append_tables(text, new_tables)

    def read_valid(file: TomlFile) -> tuple[Source, ...]:
        """Return the valid sources of the parsed file: faulty ones must not prevent the edit."""
        placed, _ = parse_valid_sources([file])
        return tuple(item.source for item in placed)

    _edit_file(path, append_new, lambda old: (*old, *sources), read_valid)


def _append_unparsed(
    path: Path, target: Path, text: str, present: Mapping[str, Source], sources: Sequence[Source]
) -> bool:
    """Append `sources` to sources.toml (`path`) without parsing the file, which saves seconds if it
    has 100,000 sources. Return True if they were appended, and False, with nothing written, if this
    is not safe. `target`: the file to write, which is `path` or the file that `path` links to.
    `text`: its present content. `present`: the sources in it, by address."""
    # not safe if there are other files, or the file was edited since `present` was read
    headers = sum(1 for _ in _HEADERS.finditer(text))
    if list_source_files(path) != [path] or headers != len(present):
        return False
    files_by_key = {source.key: path for source in present.values()}
    keys_by_address = {address: source.key for address, source in present.items()}
    _register_new(files_by_key, keys_by_address, path, sources)
    new_tables = _write_tables(sources)
    # not safe if the new tables are read as other sources than these
    read_back = parse_sources(TomlFile(path, tomllib.loads(new_tables)))
    if read_back != tuple(sources):
        return False
    _replace_file(target, toml_edit.append_tables(text, new_tables))
    return True


def remove_source(path: Path, key: str) -> bool:
    """Remove the source `key` from the file that it is in, and the comments directly above and
    below it. `path`: sources.toml. Return True if it was removed, False if there is no such source.
    Raises ConfigError if the file is not valid or cannot be edited, and LockedError if it is
    locked."""
    file = _find_file(path, key)

    def remove_from_text(text: str, old: tuple[Source, ...]) -> str:
        """Return `text` without the table of the source. `old`: the sources in `text`."""
        keys = [source.key for source in old]
        if key not in keys:
            return text
        return toml_edit.remove_table(text, "source", keys.index(key))

    def remove_from_sources(old: tuple[Source, ...]) -> tuple[Source, ...]:
        """Return the sources that the new text must have."""
        return tuple(source for source in old if source.key != key)

    return _edit_file(file, remove_from_text, remove_from_sources)


def change_source(path: Path, key: str, expected: Source, new: Source) -> None:
    """Replace the source `key` by `new` in the file that it is in. `path`: sources.toml.
    `expected`: the source as it was when the edit was planned. Raises EditedMeanwhile if it has
    changed since."""

    def change(source: Source) -> Source:
        """Return the new source for the one that the file has now."""
        if source != expected:
            raise EditedMeanwhile(f"{path}: the source {key!r}")
        return new

    edit_source(path, key, change)


def edit_source(path: Path, key: str, change: Callable[[Source], Source]) -> None:
    """Replace the source `key` by `change(source)` in the file that it is in. `path`: sources.toml.
    `change` may be called more than once. Only values that differ are written. Raises UsageError if
    there is no such source, ConfigError if the file is not valid or cannot be edited, and
    LockedError if it is locked."""
    file = _find_file(path, key)

    def change_in_text(text: str, old: tuple[Source, ...]) -> str:
        """Return `text` with the changed values. `old`: the sources in `text`."""
        keys = [source.key for source in old]
        if key not in keys:
            raise UsageError(
                f"{file} has no source {key!r}; `syndicator sources` lists those it has"
            )
        number = keys.index(key)  # of its [[source]] table
        source = old[number]
        old_values = plain(source)
        new_values = plain(change(source))
        old_rules = old_values.pop("rules", {})
        new_rules = new_values.pop("rules", {})
        changed_values = _find_changed(old_values, new_values)
        changed_rules = _find_changed(old_rules, new_rules)
        edited_text = text
        if changed_values:
            edited_text = toml_edit.set_values(edited_text, ("source", number), changed_values)
        if changed_rules:  # a table of their own, in that of the source
            path_of_rules = ("source", number, "rules")
            edited_text = toml_edit.set_values(edited_text, path_of_rules, changed_rules)
        return edited_text

    def change_in_sources(old: tuple[Source, ...]) -> tuple[Source, ...]:
        """Return the sources that the new text must have."""
        return tuple(change(source) if source.key == key else source for source in old)

    _edit_file(file, change_in_text, change_in_sources)


def _find_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values in `new` that differ from those in `old`, by name. A name that only `old`
    has is in the result with the value None."""
    names = dict.fromkeys((*old, *new))
    return {name: new.get(name) for name in names if old.get(name) != new.get(name)}


def replace_text(
    path: Path, text: str | None, *, expected: str | None, is_private: bool = False
) -> None:
    """Replace the whole text of a file. `text`: the new text, None to delete the file. `expected`:
    the text that the edit began with, None if there was no file. `is_private`: True if the text
    contains a secret, so that other accounts must lose their access; if not, owner and mode stay.
    Raises EditedMeanwhile if the file has another text than `expected`, and LockedError if it is
    locked."""
    with _lock_file(path) as target:
        present_text = None
        if target.exists():
            # as bytes, so that "\r\n" at the ends of lines stays
            present_text = target.read_bytes().decode("utf-8", "surrogateescape")
        if present_text != expected:
            raise EditedMeanwhile(str(path))
        if text is None:
            target.unlink(missing_ok=True)
        else:
            _replace_file(target, text, is_private=is_private)


def _register_new(
    files_by_key: dict[str, Path],
    keys_by_address: dict[str, str],
    path: Path,
    added: Sequence[Source],
) -> None:
    """Add the new sources `added` to `files_by_key` (the file of each source, by key) and to
    `keys_by_address` (the key of each source, by `compute_address_key`). Raises UsageError if one
    has the key or the address of a source that is there already. `path`: the file that the new
    sources will be written to."""
    for source in added:
        if source.key in files_by_key:
            raise UsageError(
                f"{files_by_key[source.key]} already has a source {source.key!r}; give the new one"
                " another key"
            )
        other = keys_by_address.get(compute_address_key(source))
        if other is not None:
            raise UsageError(f"{files_by_key[other]} already has this URL, as source {other!r}")
        files_by_key[source.key] = path
        keys_by_address[compute_address_key(source)] = source.key


def _edit_file(
    path: Path,
    edit: Callable[[str, tuple[Source, ...]], str],
    expected: Callable[[tuple[Source, ...]], tuple[Source, ...]],
    parse: Callable[[TomlFile], tuple[Source, ...]] = parse_sources,
) -> bool:
    """Edit a file of sources while it is locked. Return True if it was written, False if its text
    does not change.

    `edit(text, sources)`: returns the new text for the present text and sources.
    `expected(sources)`: returns the sources that the new text must have, for the present ones.
    `parse(file)`: returns the sources of a parsed TOML file. Raises ConfigError, with nothing
    written, if the new text does not have the expected sources: the file is then written in a way
    that cannot be edited by a program."""
    with _lock_file(path) as target:
        text = _read_text(target)
        old = parse(read_toml_file(path)) if target.exists() else ()
        new: tuple[Source, ...] | None = None  # None: the new text cannot be parsed
        new_text = ""
        # ValueError: the sources are inline tables, which cannot be appended to
        with suppress(ValueError):
            new_text = edit(text, old)
            if new_text == text:
                return False
            new = parse(TomlFile(path, tomllib.loads(new_text)))
        if new != expected(old):
            raise ConfigError(
                f"{path} is written in a way that a command cannot edit safely; edit it by hand"
            )
        _replace_file(target, new_text)
        return True


def _read_text(path: Path) -> str:
    """Return the text of a file, with its line ends as they are, or "" if there is no file."""
    return path.read_bytes().decode() if path.exists() else ""


@contextmanager
def _lock_file(path: Path) -> Iterator[Path]:
    """Lock a file against edits of other commands as long as the `with` block runs. Yield the path
    of the file to write, which is `path`, or the file that `path` links to. Raises LockedError if
    another command has the lock for 10 s."""
    target = path.resolve()  # a file written to `path` would replace the link
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=LOCK_SECONDS):
            yield target
    except Timeout as error:
        raise LockedError(f"another command is editing {target}; try again") from error


def _replace_file(path: Path, text: str, *, is_private: bool = False) -> None:
    """Replace the text of a file in one step: readers see the whole old or the whole new text, even
    after a crash. Owner and mode stay. `is_private`: True if the text contains a secret, so that
    other accounts must lose their access."""
    old_status = path.stat() if path.exists() else None
    mode = old_status.st_mode & 0o777 if old_status else PUBLIC
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if old_status:
                _keep_owner(file.fileno(), old_status)
        temporary.chmod(tighten(mode) if is_private else mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _keep_owner(descriptor: int, old_status: os.stat_result) -> None:
    """Give a new file the group and the owner of the file that it replaces, as far as this account
    may. Without this, the account of the service could not read a file that root edited.
    `descriptor`: the open new file. `old_status`: the status of the old file."""
    # Accounts other than root may not do this. They need not: they own what they write.
    with suppress(OSError):
        os.fchown(descriptor, -1, old_status.st_gid)  # -1: no change of the owner
    with suppress(OSError):
        os.fchown(descriptor, old_status.st_uid, -1)


def _write_tables(sources: Sequence[Source]) -> str:
    """Return the text of sources as [[source]] tables of sources.toml."""
    texts = []
    for source in sources:
        values = plain(source)
        rules = values.pop("rules", {})
        subtables = {"rules": rules} if rules else {}
        texts.append(toml_edit.write_table("source", values, subtables))
    return "\n".join(texts)
