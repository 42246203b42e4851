"""Edit tables in the text of a TOML file; all other lines stay byte for byte. Pure.

tomlkit alone would move comments before the next table, and tables of two arrays that take turns.
Only this module imports tomlkit, and only to edit, because the import takes 80 ms."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from syndicator.configuration.toml_lines import KeyPath, Section, find_lines, list_sections
from syndicator.core.errors import ConfigError

Values = Mapping[str, Any]  # of a table: texts, numbers, booleans, lists; None removes the key
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def add_table(
    text: str, array: str, values: Values, subtables: Mapping[str, Values] | None = None
) -> str:
    """Return the TOML text `text` with a new table [[array]] at its end. `array`: the name of the
    array of tables, such as "source". `values`: the keys of the table with their values.
    `subtables`: tables in the new table, by name. Raises ValueError if `text` is not valid TOML or
    has that array in one line."""
    new_text = append_tables(text, write_table(array, values, subtables))
    document = tomllib.loads(text)
    new_table = {**values, **(subtables or {})}
    tables = [*document.get(array, ()), new_table]
    return _check_result(new_text, {**document, array: tables})


def append_tables(text: str, tables: str) -> str:
    """Return `text` with `tables` at its end, after an empty line. Both are TOML. The caller makes
    sure that `tables` defines nothing that `text` has."""
    stripped_text = text.rstrip()
    if not stripped_text:
        return tables
    return stripped_text + _keep_line_ends(text, f"\n\n{tables}")


def write_table(array: str, values: Values, subtables: Mapping[str, Values] | None = None) -> str:
    """Return the TOML text of a table [[array]]. `array`: the name of the array of tables, such as
    "source". `values`: the keys of the table with their values. `subtables`: tables in it, by
    name, with their keys and values."""
    text = f"[[{array}]]\n{_write_pairs(values)}"
    for name, pairs in (subtables or {}).items():
        text += f"\n[{array}.{name}]\n{_write_pairs(pairs)}"
    return text


def set_values(text: str, key_path: KeyPath, values: Values) -> str:
    """Return the TOML text `text` with `values` set in the table at `key_path`, such as
    ("publish",) or ("source", 2). If there is no such table, it is added. The value None removes a
    key. A value that does not change stays as it is written. Raises ValueError if the table is
    written in a way that cannot be edited."""
    document = tomllib.loads(text)
    changed = _apply_values(document, key_path, values)  # `document` now has the new values
    if not changed:
        return text

    def put_changed(table: Any) -> None:
        """Set the changed values in a table of tomlkit. `_edit_section` calls this."""
        for name, value in changed.items():
            _set_value(table, name, value)

    section = _find_section(text, key_path)
    if section is None:
        new_text = _insert_table(text, key_path, changed)
    else:
        new_text = _edit_section(text, section, key_path, put_changed)
    return _check_result(new_text, document)


def set_settings(text: str, settings: Mapping[str, Values]) -> str:
    """Return `text`, the content of a syndicator.toml, with new values of settings. `settings`: for
    each section, such as "publish", the keys to set with their values. Raises ConfigError if the
    text cannot be edited."""
    new_text = text
    try:
        for section, values in settings.items():
            new_text = set_values(new_text, (section,), values)
    except ValueError as error:
        raise ConfigError(
            "syndicator.toml is written in a way that a command cannot edit safely; edit it by hand"
        ) from error
    return new_text


def remove_table(text: str, array: str, number: int) -> str:
    """Return the TOML text `text` without a table of the array of tables `array`. `number`: which
    table, counted from 0. The comments directly above and below the table are removed, too; but a
    comment directly above the next table stays. Raises ValueError if the text cannot be edited."""
    expected = tomllib.loads(text)
    del expected[array][number]
    key_path: KeyPath = (array, number)
    sections = list_sections(text)
    # the table and the tables in it
    removed = [section for section in sections if section.key_path[:2] == key_path]
    if not removed:  # the array is written inline
        root = sections[0]
        new_text = _edit_section(text, root, (array,), lambda tables: tables.pop(number))
        return _check_result(new_text, expected)
    if not expected[array]:  # an array of tables without tables is not there
        del expected[array]

    # The lines to remove begin with the comment above the table. They end before the comment above
    # the next table, after comments and empty lines.
    lines = _LINE.findall(text)
    first = _find_comment(lines, sections, removed[0])
    following = sections[sections.index(removed[-1]) + 1 :]
    start_of_next = len(lines)
    if following:
        start_of_next = _find_comment(lines, sections, following[0])
    end = removed[-1].end
    while end < start_of_next and _is_comment(lines[end]):
        end += 1
    while end < start_of_next and not lines[end].strip():
        end += 1

    new_text = "".join([*lines[:first], *lines[end:]])
    is_at_end = end == len(lines)
    if is_at_end:  # no empty lines at the end of the new text
        stripped_text = new_text.rstrip()
        new_text = _keep_line_ends(text, f"{stripped_text}\n") if stripped_text else ""
    return _check_result(new_text, expected)


def _find_section(text: str, key_path: KeyPath) -> Section | None:
    """Return the section (a header and the lines below it) of a TOML text that contains the table
    at `key_path`. If the table has no header of its own, because it is written inline or with
    dotted keys, return the section of the nearest table around it. Return None if there is no such
    table."""
    sections = list_sections(text)
    for section in sections:
        is_empty = section.end == 0  # the lines above the first header, if there are none
        if section.key_path == key_path and not is_empty:
            return section
    if key_path not in find_lines(text):
        return None
    sections_around = [
        section for section in sections if section.key_path == key_path[: len(section.key_path)]
    ]
    return max(sections_around, key=lambda section: len(section.key_path))  # the nearest


def _edit_section(
    text: str, section: Section, key_path: KeyPath, change: Callable[[Any], object]
) -> str:
    """Return the TOML text `text` with the value at `key_path` edited. `section`: the section that
    contains the value; only its lines change. `change`: a function that is called with the value,
    an object of tomlkit, and edits it in place. Raises ValueError if the section cannot be
    edited."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    lines = _LINE.findall(text)
    section_text = "".join(lines[section.first : section.end])
    if not section_text.endswith("\n"):
        section_text += "\n"
    try:
        document: Any = tomlkit.parse(section_text)
        section_table = _find_value(document, section.key_path, is_alone=True)
        keys_in_section = key_path[len(section.key_path) :]
        change(_find_value(section_table, keys_in_section))
        edited_text = tomlkit.dumps(document)
    except (TOMLKitError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"the file cannot be edited safely: {error}") from error
    above = "".join(lines[: section.first])
    below = "".join(lines[section.end :])
    return above + _keep_line_ends(text, edited_text) + below


def _find_value(value: Any, key_path: KeyPath, *, is_alone: bool = False) -> Any:
    """Return the value at `key_path` in the tables and lists of `value`. `is_alone`: True if
    `value` is a single section that was parsed without the rest of its file. Each array of tables
    then has only one table, so that any index in `key_path` means this table."""
    current = value
    for part in key_path:
        is_index_of_only_table = is_alone and isinstance(part, int)
        if not is_index_of_only_table:
            current = current[part]
        elif isinstance(current, list):  # else `current` is the table itself already
            current = current[0]
    return current


def _insert_head(text: str, values: Values) -> str:
    """Return the TOML text `text` with new keys that are in no table. `values`: the keys with their
    values; `text` must not have them yet. They are written above the first table and its comment,
    or at the end of a text without tables."""
    lines = _LINE.findall(text)
    sections = list_sections(text)
    tables = sections[1:]  # the first section is the lines above all tables
    new_lines = _write_pairs(values)
    if tables:
        first = _find_comment(lines, sections, tables[0])
        new_lines += "\n"
    else:
        first = len(lines)
    above = "".join(lines[:first])
    below = "".join(lines[first:])
    return above + _keep_line_ends(text, new_lines) + below


def _insert_table(text: str, key_path: KeyPath, values: Values) -> str:
    """Return the TOML text `text` with a new table at `key_path`, such as ("source", 2, "rules").
    `values`: its keys with their values. It is written behind the table that contains it, here
    ("source", 2), and behind the other tables in that one; a table that no other contains, at the
    end. Raises ValueError if the table that contains it has no header."""
    if not key_path:  # no table: the keys above all tables
        return _insert_head(text, values)
    *parents, name = key_path
    if not isinstance(name, str):
        raise ValueError(f"{key_path[0]} has no table number {name} with a header of its own")
    header = ".".join(str(part) for part in key_path if isinstance(part, str))
    new_table = f"[{header}]\n{_write_pairs(values)}"
    if not parents:
        return append_tables(text, new_table)
    related = []  # the table that contains the new one, and the tables in it
    for section in list_sections(text):
        if section.key_path[: len(parents)] == tuple(parents):
            related.append(section)
    if not related:
        raise ValueError(f"{key_path[0]} has no header of its own")
    lines = _LINE.findall(text)
    above = "".join(lines[: related[-1].end])
    below = "".join(lines[related[-1].end :])
    # the last line of a text may have no line end
    gap = "" if above.endswith("\n") else "\n"
    return above + _keep_line_ends(text, gap + new_table) + below


def _write_pairs(values: Values) -> str:
    """Return `values`, keys with their values, as lines of TOML. Keys with the value None are left
    out."""
    import tomlkit

    table = tomlkit.table()
    for name, value in values.items():
        if value is not None:
            table.append(name, _make_item(value))
    return table.as_string()


def _set_value(table: Any, name: str, value: Any) -> None:
    """Set the value of the key `name` in `table`, a table of tomlkit, or remove the key if `value`
    is None. If a list only grew, the new items are appended to it, so that comments in the list
    stay."""
    if value is None:
        table.pop(name, None)
        return
    new = _make_plain(value)
    old = table.get(name)
    are_lists = isinstance(old, list) and isinstance(new, list)
    if are_lists and new[: len(old)] == _make_plain(old):
        added_items = new[len(old) :]
        old.extend(added_items)
    else:
        table[name] = _make_item(value)


def _make_item(value: Any) -> Any:
    """Return a value in a form that tomlkit can write in one line. A table becomes an inline
    table, such as {a = 1, b = 2}."""
    import tomlkit

    if not isinstance(value, Mapping):
        return _make_plain(value)
    inline = tomlkit.inline_table()
    inline.update(dict(value))
    return inline


def _make_plain(value: Any) -> Any:
    """Return a value as tomllib would read it from a file: tuples become lists, keys whose value is
    None are left out, and objects of tomlkit become plain ones."""
    # objects of tomlkit have a method `unwrap`
    plain = value.unwrap() if hasattr(value, "unwrap") else value
    if isinstance(plain, Mapping):
        return {name: _make_plain(item) for name, item in plain.items() if item is not None}
    if isinstance(plain, list | tuple):
        return [_make_plain(item) for item in plain]
    return plain


def _apply_values(document: dict[str, Any], key_path: KeyPath, values: Values) -> dict[str, Any]:
    """Set `values` in the table at `key_path` of a parsed TOML document, which changes `document`.
    The value None removes a key; a missing table is added. Return those of `values` that differ
    from the values before. Raises ValueError if there can be no table at `key_path`."""
    table: Any = document
    for part in key_path:
        if isinstance(table, list) and isinstance(part, int) and part < len(table):
            table = table[part]
        elif isinstance(table, dict):
            table = table.setdefault(part, {})
        else:
            raise ValueError(f"{key_path[0]} has no table {key_path[1:]}")
    if not isinstance(table, dict):
        raise ValueError(f"{key_path[0]} is no table")
    changed = {}
    for name, value in values.items():
        new = _make_plain(value)
        old = table.get(name)
        if old == new and type(old) is type(new):  # 1 equals True, but is written otherwise
            continue
        changed[name] = value
        if value is None:
            del table[name]
        else:
            table[name] = new
    return changed


def _check_result(text: str, expected: dict[str, Any]) -> str:
    """Return the TOML text `text` if its values equal `expected`, apart from empty tables. Raises
    ValueError if they differ: the edit then changed more or less than it should."""
    if _remove_empty(tomllib.loads(text)) != _remove_empty(_make_plain(expected)):
        raise ValueError("the file cannot be edited safely")
    return text


def _remove_empty(value: Any) -> Any:
    """Return a value of a parsed TOML document without the empty tables in it, at any depth."""
    if isinstance(value, list):
        return [_remove_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    table = {}
    for name, item in value.items():
        item_without_empty = _remove_empty(item)
        if item_without_empty != {}:
            table[name] = item_without_empty
    return table


def _find_comment(lines: list[str], sections: list[Section], section: Section) -> int:
    """Return the index in `lines` of the first line of the comment directly above the header of
    `section`, or the index of the header itself if there is no comment. `lines`: those of a TOML
    text. `sections`: all sections of the text, in order."""
    # Stop at the last key of the section before: its value may have lines that begin with "#".
    section_before = sections[sections.index(section) - 1]
    first = section.first
    while first > section_before.end and _is_comment(lines[first - 1]):
        first -= 1
    return first


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _keep_line_ends(text: str, new: str) -> str:
    """Return the text `new` with line ends like those of `text`: CR LF ("\\r\\n") if all lines of
    `text` end so. If not, return `new` unchanged."""
    if "\r\n" not in text or text.count("\n") != text.count("\r\n"):
        return new
    return new.replace("\r\n", "\n").replace("\n", "\r\n")
