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
from syndicator.configuration.sources.identity import files_of
from syndicator.configuration.sources.identity import key_for as key_for
from syndicator.configuration.sources.plain_values import address_key
from syndicator.configuration.sources.plain_values import table as plain
from syndicator.configuration.sources.schema import Placed, check, check_all, readable
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core.errors import ConfigError, EditedMeanwhile, Fault, LockedError, UsageError
from syndicator.core.model import Source

LOCK_SECONDS = 10.0  # how long an edit waits for another command's
_HEADERS = re.compile(r"^\s*\[\[\s*(source|'source'|\"source\")\s*\]\]", re.M)


def load_sources(path: Path) -> tuple[Source, ...]:
    """Return all sources of `path` (sources.toml) and of the files beside it, in order. Raises
    ConfigError if any is faulty. The error has the file, line, key and cure of each fault."""
    return tuple(placed.source for placed in read_placed_sources(path))


def read_valid_sources(path: Path) -> tuple[tuple[Source, ...], tuple[Fault, ...]]:
    """Return the valid sources of `path` (sources.toml) and of the files beside it, in order, and
    the faults of the others."""
    placed, faults = readable(*_read_files(path))
    return tuple(valid.source for valid in placed), faults


def read_placed_sources(path: Path) -> tuple[Placed, ...]:
    """Return all sources of `path` (sources.toml) and of the files beside it, each with its file
    and its number in it. Raises ConfigError if any is faulty."""
    return check_all(*_read_files(path))


def _read_files(path: Path) -> tuple[list[TomlFile], list[Fault]]:
    """Return the parsed files of sources, and the faults of those that are not valid TOML. Raises
    ConfigError if a file cannot be read at all."""
    files: list[TomlFile] = []
    faults: list[Fault] = []
    for file in files_of(path):
        try:
            files.append(read_toml_file(file))
        except ConfigError as error:
            if not error.faults:
                raise
            faults += error.faults
    return files, faults


def _find_file(path: Path, key: str) -> Path:
    """Return the file that has the source `key`. If no file has it, return `path`, which is
    sources.toml."""
    placed = read_placed_sources(path) if path.exists() else ()
    return next((item.file.path for item in placed if item.source.key == key), path)


def add_sources(
    path: Path,
    sources: Sequence[Source],
    known: Callable[[], Mapping[str, Source] | None] = lambda: None,
) -> None:
    """Append sources to `path` (sources.toml): all of them, or none if one fails. A missing file is
    created. `known`: called while the file is locked; returns all present sources by address
    (`urls.alias`), so that the file need not be parsed, or None if the caller does not have them.
    Raises UsageError if a key or address exists already, ConfigError if the file is not valid, and
    LockedError if it is locked for 10 s."""
    with _lock_file(path) as target:
        text = _read_text(target)
        present = known()  # after reading the text: an editor may save at any moment
        if present and sources and _append_unparsed(path, target, text, present, sources):
            return

    def append_new(text: str, old: tuple[Source, ...]) -> str:
        """Return `text` with the new sources, which must not be in any file."""
        placed: tuple[Placed, ...] = ()
        if path.exists():
            placed, _ = readable(*_read_files(path))
        files_by_key = {item.source.key: item.file.path for item in placed}
        keys_by_address = {address_key(item.source): item.source.key for item in placed}
        _need_new(files_by_key, keys_by_address, path, sources)
        if not sources:
            return text
        new_tables = _write_tables(sources)
        check(TomlFile(path, tomllib.loads(new_tables), new_tables))
        return toml_edit.append_tables(text, new_tables)

    def read_valid(file: TomlFile) -> tuple[Source, ...]:
        """Return the valid sources of the file; faulty ones do not prevent the edit."""
        placed, _ = readable([file])
        return tuple(item.source for item in placed)

    _edit_file(path, append_new, lambda old: (*old, *sources), read_valid)


def _append_unparsed(
    path: Path, target: Path, text: str, present: Mapping[str, Source], sources: Sequence[Source]
) -> bool:
    """Append `sources` without parsing `text`, the present content of the file, which saves seconds
    for 100,000 sources. Return False, with nothing written, if this is not safe: there are other
    files, `text` has more or fewer headers than `present` has sources, or the new tables are not
    read as `sources`. `present`: the sources of the file, by address. `target`: the file to write,
    which is `path` or the file that `path` links to."""
    headers = sum(1 for _ in _HEADERS.finditer(text))
    if files_of(path) != [path] or headers != len(present):
        return False
    files_by_key = {source.key: path for source in present.values()}
    keys_by_address = {address: source.key for address, source in present.items()}
    _need_new(files_by_key, keys_by_address, path, sources)
    new_tables = _write_tables(sources)
    read_back = check(TomlFile(path, tomllib.loads(new_tables)))
    if read_back != tuple(sources):
        return False
    _replace_file(target, toml_edit.append_tables(text, new_tables))
    return True


def remove_source(path: Path, key: str) -> bool:
    """Remove the source `key`, and the comments directly above and below it. Return False if there
    is no such source. Raises ConfigError if the file is not valid or cannot be edited, and
    LockedError if it is locked."""
    file = _find_file(path, key)

    def remove_from_text(text: str, old: tuple[Source, ...]) -> str:
        """Return `text` without the table of the source. `old`: the sources in `text`."""
        keys = [source.key for source in old]
        if key not in keys:
            return text
        return toml_edit.remove_table(text, "source", keys.index(key))

    def remove_from_sources(old: tuple[Source, ...]) -> tuple[Source, ...]:
        return tuple(source for source in old if source.key != key)

    return _edit_file(file, remove_from_text, remove_from_sources)


def change_source(path: Path, key: str, expected: Source, new: Source) -> None:
    """Replace the source `key` by `new`. `expected`: the source as it was when the edit was
    planned. Raises EditedMeanwhile if the source differs from `expected`."""

    def change(source: Source) -> Source:
        if source != expected:
            raise EditedMeanwhile(f"{path}: the source {key!r}")
        return new

    edit_source(path, key, change)


def edit_source(path: Path, key: str, change: Callable[[Source], Source]) -> None:
    """Replace the source `key` by `change(source)`, which is called more than once. Only values
    that differ are written. Raises UsageError if there is no such source, ConfigError if the file
    is not valid or cannot be edited, and LockedError if it is locked."""
    file = _find_file(path, key)

    def change_in_text(text: str, old: tuple[Source, ...]) -> str:
        """Return `text` with the changed values. `old`: the sources in `text`."""
        keys = [source.key for source in old]
        if key not in keys:
            raise UsageError(
                f"{file} has no source {key!r}; `syndicator sources` lists those it has"
            )
        number = keys.index(key)
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
        return tuple(change(source) if source.key == key else source for source in old)

    _edit_file(file, change_in_text, change_in_sources)


def _find_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `new` that differ from `old`. A name that only `old` has gets None."""
    names = dict.fromkeys((*old, *new))
    return {name: new.get(name) for name in names if old.get(name) != new.get(name)}


def put_text(
    path: Path, text: str | None, *, expected: str | None, is_private: bool = False
) -> None:
    """Replace the text of a file; None deletes the file. `expected`: the text that the edit began
    with, None if there was no file. `is_private`: the text has a secret, so other accounts lose
    their access; otherwise owner and mode stay. Raises EditedMeanwhile if the file has another text
    than `expected`, and LockedError if it is locked."""
    with _lock_file(path) as target:
        # ends of lines stay
        now = target.read_bytes().decode("utf-8", "surrogateescape") if target.exists() else None
        if now != expected:
            raise EditedMeanwhile(str(path))
        if text is None:
            target.unlink(missing_ok=True)
        else:
            _replace_file(target, text, is_private=is_private)


def _need_new(
    files_by_key: dict[str, Path],
    keys_by_address: dict[str, str],
    path: Path,
    added: Sequence[Source],
) -> None:
    """Raise UsageError if one of `added` has a key or an address that is taken, by a present source
    or by another one of `added`. `files_by_key`: the files of the present sources.
    `keys_by_address`: the keys of the present sources. Both get the new sources. `path`: the file
    that these are added to."""
    for source in added:
        if source.key in files_by_key:
            raise UsageError(
                f"{files_by_key[source.key]} already has a source {source.key!r}; give the new one"
                " another key"
            )
        other = keys_by_address.get(address_key(source))
        if other is not None:
            raise UsageError(f"{files_by_key[other]} already has this URL, as source {other!r}")
        files_by_key[source.key] = path
        keys_by_address[address_key(source)] = source.key


def _edit_file(
    path: Path,
    edit: Callable[[str, tuple[Source, ...]], str],
    expected: Callable[[tuple[Source, ...]], tuple[Source, ...]],
    check: Callable[[TomlFile], tuple[Source, ...]] = check,
) -> bool:
    """Edit a file of sources while it is locked. Return False if its text does not change.

    `edit`: returns the new text; it gets the present text and sources. `expected`: returns the
    sources that the new text must have; it gets the present sources. `check`: returns the sources
    of a parsed file. Raises ConfigError, with nothing written, if the new text does not have the
    expected sources, because the file is written in a way that cannot be edited."""
    with _lock_file(path) as target:
        text = _read_text(target)
        old = check(read_toml_file(path)) if target.exists() else ()
        new: tuple[Source, ...] | None = None  # None: the new text cannot be parsed
        new_text = ""
        with suppress(ValueError):  # inline tables: nothing can be appended
            new_text = edit(text, old)
            if new_text == text:
                return False
            new = check(TomlFile(path, tomllib.loads(new_text)))
        if new != expected(old):
            raise ConfigError(
                f"{path} is written in a way that a command cannot edit safely; edit it by hand"
            )
        _replace_file(target, new_text)
        return True


def _read_text(path: Path) -> str:
    """Return the text of a file, with line ends as they are; "" if there is no file."""
    return path.read_bytes().decode() if path.exists() else ""


@contextmanager
def _lock_file(path: Path) -> Iterator[Path]:
    """Lock a file against edits of other commands during the block. Yield the file to write: if
    `path` is a symbolic link, this is the file that it points to, so that the link stays. Raises
    LockedError after 10 s."""
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=LOCK_SECONDS):
            yield target
    except Timeout as error:
        raise LockedError(f"another command is editing {target}; try again") from error


def _replace_file(path: Path, text: str, *, is_private: bool = False) -> None:
    """Replace the text of a file in one step, so that readers see the old or the new text, even
    after a crash. Owner and mode stay. `is_private`: the text has a secret, so other accounts lose
    their access."""
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
    """Give the new file the group and the owner of the old one, as far as this account may. Without
    this, a file that root edits could not be read by the account of the service."""
    for user, group in ((-1, old_status.st_gid), (old_status.st_uid, -1)):
        # only root may do more; what the account of the service wrote, it can read
        with suppress(OSError):
            os.fchown(descriptor, user, group)


def _write_tables(sources: Sequence[Source]) -> str:
    """Return the sources as tables of a sources.toml."""
    texts = []
    for source in sources:
        values = plain(source)
        rules = values.pop("rules", {})
        texts.append(toml_edit.write_table("source", values, {"rules": rules} if rules else {}))
    return "\n".join(texts)
