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
    """Return `text` with a new table at the end of the array of tables `array`. `values`: its keys
    with their values. `subtables`: tables in it, by name. Raises ValueError if `text` is not valid
    TOML or has that array in one line."""
    new_text = append_tables(text, write_table(array, values, subtables))
    document = tomllib.loads(text)
    new_table = {**values, **(subtables or {})}
    tables = [*document.get(array, ()), new_table]
    return _check_result(new_text, {**document, array: tables})


def append_tables(text: str, tables: str) -> str:
    """Return `text` with `tables`, a text of TOML, at its end. The caller makes sure that `tables`
    defines nothing that `text` has."""
    stripped_text = text.rstrip()
    if not stripped_text:
        return tables
    return stripped_text + _keep_line_ends(text, f"\n\n{tables}")


def write_table(array: str, values: Values, subtables: Mapping[str, Values] | None = None) -> str:
    """Return a table of the array `array` as TOML. `values`: its keys with their values.
    `subtables`: tables in it, by name."""
    text = f"[[{array}]]\n{_write_pairs(values)}"
    for name, pairs in (subtables or {}).items():
        text += f"\n[{array}.{name}]\n{_write_pairs(pairs)}"
    return text


def set_values(text: str, key_path: KeyPath, values: Values) -> str:
    """Return `text` with `values` in the table at `key_path`, such as ("publish",) or ("source",
    2). A missing table is added. The value None removes a key. A value that does not change stays
    as it is written. Raises ValueError if the table is written in a way that cannot be edited."""
    document = tomllib.loads(text)
    changed = _apply_values(document, key_path, values)
    if not changed:
        return text

    def put_changed(table: Any) -> None:
        """Set the changed values in a table of tomlkit."""
        for name, value in changed.items():
            _set_value(table, name, value)

    section = _find_section(text, key_path)
    if section is None:
        new_text = _insert_table(text, key_path, changed)
    else:
        new_text = _edit_section(text, section, key_path, put_changed)
    return _check_result(new_text, document)


def set_settings(text: str, settings: Mapping[str, Values]) -> str:
    """Return `text`, the content of a syndicator.toml, with these settings. `settings`: values of
    keys, by section. Raises ConfigError if the text cannot be edited."""
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
    """Return `text` without table `number` (from 0) of the array of tables `array`. The comments
    directly above and below the table are removed, too; but a comment directly above the next table
    stays. Raises ValueError if the text cannot be edited."""
    expected = tomllib.loads(text)
    del expected[array][number]
    key_path: KeyPath = (array, number)
    sections = list_sections(text)
    removed = [section for section in sections if section.key_path[:2] == key_path]
    if not removed:  # the array is written inline
        root = sections[0]
        new_text = _edit_section(text, root, (array,), lambda tables: tables.pop(number))
        return _check_result(new_text, expected)
    if not expected[array]:  # an array of tables without tables is not there
        del expected[array]
    lines = _LINE.findall(text)
    first = _find_comment(lines, sections, removed[0])
    following = sections[sections.index(removed[-1]) + 1 :]
    start_of_next = len(lines)
    if following:
        start_of_next = _find_comment(lines, sections, following[0])
    end = removed[-1].end
    while end < start_of_next and _is_comment(lines[end]):
        end += 1
    while end < start_of_next and not lines[end].strip():  # empty lines
        end += 1
    new_text = "".join([*lines[:first], *lines[end:]])
    is_at_end = end == len(lines)
    if is_at_end and new_text.strip():
        new_text = _keep_line_ends(text, f"{new_text.rstrip()}\n")
    elif is_at_end:
        new_text = ""
    return _check_result(new_text, expected)


def _find_section(text: str, key_path: KeyPath) -> Section | None:
    """Return the section of `text` that holds the table at `key_path`: the table's own section, or
    the nearest one around it if the table is written inline or with dotted keys. Return None if
    there is no such table."""
    sections = list_sections(text)
    for section in sections:
        is_empty = section.end == 0
        if section.key_path == key_path and not is_empty:
            return section
    if key_path not in find_lines(text):
        return None
    around = [
        section for section in sections if section.key_path == key_path[: len(section.key_path)]
    ]
    return max(around, key=lambda section: len(section.key_path))


def _edit_section(
    text: str, section: Section, key_path: KeyPath, change: Callable[[Any], object]
) -> str:
    """Return `text` with the value at `key_path` edited. `section` is the section that holds the
    value; only its lines change. `change`: called with the value, an object of tomlkit, to edit it
    in place. Raises ValueError if the section cannot be edited."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    lines = _LINE.findall(text)
    section_text = "".join(lines[section.first : section.end])
    if not section_text.endswith("\n"):
        section_text += "\n"
    try:
        document: Any = tomlkit.parse(section_text)
        section_value = _find_value(document, section.key_path, is_alone=True)
        keys_in_section = key_path[len(section.key_path) :]
        change(_find_value(section_value, keys_in_section))
        edited_text = tomlkit.dumps(document)
    except (TOMLKitError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"the file cannot be edited safely: {error}") from error
    above = "".join(lines[: section.first])
    below = "".join(lines[section.end :])
    return above + _keep_line_ends(text, edited_text) + below


def _find_value(value: Any, key_path: KeyPath, *, is_alone: bool = False) -> Any:
    """Return the value at `key_path` in `value`. `is_alone`: `value` is one section that was parsed
    by itself. Its arrays of tables then have only one table, and indexes in `key_path` are not
    looked at."""
    current = value
    for part in key_path:
        is_index_of_only_table = is_alone and isinstance(part, int)
        if not is_index_of_only_table:
            current = current[part]
        elif isinstance(current, list):
            current = current[0]
    return current


def _insert_head(text: str, values: Values) -> str:
    """Return `text` with `values` as keys that are in no table. They go above the first table and
    its comment, or to the end of a text without tables. `text` must not have these keys yet."""
    lines = _LINE.findall(text)
    sections = list_sections(text)
    tables = sections[1:]  # the first section is what stands above them
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
    """Return `text` with a new table at `key_path` that has `values`. It goes behind the table that
    contains it and behind the other tables in that one. If no table contains it, it goes to the
    end. Raises ValueError if the table that contains it has no header."""
    if not key_path:
        return _insert_head(text, values)
    *parents, name = key_path
    if not isinstance(name, str):
        raise ValueError(f"{key_path[0]} has no table number {name} with a header of its own")
    header = ".".join(str(part) for part in key_path if isinstance(part, str))
    new_table = f"[{header}]\n{_write_pairs(values)}"
    if not parents:
        return append_tables(text, new_table)
    related = []
    for section in list_sections(text):
        if section.key_path[: len(parents)] == tuple(parents):
            related.append(section)
    if not related:
        raise ValueError(f"{key_path[0]} has no header of its own")
    lines = _LINE.findall(text)
    above = "".join(lines[: related[-1].end])
    below = "".join(lines[related[-1].end :])
    gap = "" if above.endswith("\n") else "\n"
    return above + _keep_line_ends(text, gap + new_table) + below


def _write_pairs(values: Values) -> str:
    """Return keys and values as lines of TOML. Keys with the value None are left out."""
    import tomlkit

    table = tomlkit.table()
    for name, value in values.items():
        if value is not None:
            table.append(name, _make_item(value))
    return table.as_string()


def _set_value(table: Any, name: str, value: Any) -> None:
    """Set the value of a key in a table of tomlkit; None removes the key. If a list only grew, the
    new items are appended to it, so that comments in the list stay."""
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
    """Return a value in a form that tomlkit writes: a table becomes an inline table."""
    import tomlkit

    if not isinstance(value, Mapping):
        return _make_plain(value)
    inline = tomlkit.inline_table()
    inline.update(dict(value))
    return inline


def _make_plain(value: Any) -> Any:
    """Return a value, of this program or of tomlkit, as tomllib would read it: without objects of
    tomlkit, without keys whose value is None, and with lists in place of tuples."""
    plain = value.unwrap() if hasattr(value, "unwrap") else value
    if isinstance(plain, Mapping):
        return {name: _make_plain(item) for name, item in plain.items() if item is not None}
    if isinstance(plain, list | tuple):
        return [_make_plain(item) for item in plain]
    return plain


def _apply_values(document: dict[str, Any], key_path: KeyPath, values: Values) -> dict[str, Any]:
    """Put `values` into the table at `key_path` of a parsed document; None removes a key. Return
    the values that differ from those before. Raises ValueError if there can be no table at
    `key_path`."""
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
        if old == new and type(old) is type(new):
            continue
        changed[name] = value
        if value is None:
            del table[name]
        else:
            table[name] = new
    return changed


def _check_result(text: str, expected: dict[str, Any]) -> str:
    """Return `text` if its values equal `expected`; empty tables do not count. Raises ValueError if
    they differ, because the edit then changed something else."""
    if _remove_empty(tomllib.loads(text)) != _remove_empty(_make_plain(expected)):
        raise ValueError("the file cannot be edited safely")
    return text


def _remove_empty(value: Any) -> Any:
    """Return a parsed value without the empty tables in it, however deep they are."""
    if isinstance(value, list):
        return [_remove_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    tidy = {}
    for name, item in value.items():
        tidy_item = _remove_empty(item)
        if tidy_item != {}:
            tidy[name] = tidy_item
    return tidy


def _find_comment(lines: list[str], sections: list[Section], section: Section) -> int:
    """Return the index of the first line of the comment directly above the header of `section`; the
    index of the header if it has none. Lines of the section before are not looked at, because its
    last value may be a text with lines that begin with "#"."""
    section_before = sections[sections.index(section) - 1]
    first = section.first
    while first > section_before.end and _is_comment(lines[first - 1]):
        first -= 1
    return first


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _keep_line_ends(text: str, new: str) -> str:
    """Return `new` with the line ends of `text`: with CR LF if all lines of `text` end so, else
    unchanged."""
    if "\r\n" not in text or text.count("\n") != text.count("\r\n"):
        return new
    return new.replace("\r\n", "\n").replace("\n", "\r\n")
