"""Read a TOML file of the operator, and describe its faults with line, key and cure."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from syndicator.configuration.dropped_settings import PART_OF
from syndicator.configuration.toml_lines import KeyPath, dotted, find_lines
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.text import name_alternatives, suggest_similar

# Keys whose values are not shown in messages: they may have a password or an API key.
_SECRET_KEYS = frozenset(("llm", "url", "headers_env", "secret"))
_CURES = {
    "tuple_type": 'write a list, such as ["a", "b"]',
    "string_type": "write a text, in quotes",
    **dict.fromkeys(("bool_type", "bool_parsing"), "write true or false"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "write a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "write a number"),
    "string_pattern_mismatch": "write small letters, digits and hyphens, such as my-feed",
    "model_type": "write a table: [its name] on a line, and its keys below",
}  # instead of pydantic's messages, which name its types
_SHOWN_CHARACTERS = 80  # characters of a wrong value
_CURLY_QUOTES = ("\u201c", "\u201d", "\u201e", "\u2018", "\u2019")
_SYNTAX_CURE = "texts stand in quotes, and each key on a line of its own"
# a key and the beginning of a value that may go on over several lines; group: its opening sign
_VALUE_OF_LINES = re.compile(r"""^[^#=]+=\s*(\[|\{|\"{3}|'{3}|\"|')""")
_REPEATED_KEY_MESSAGE = "Cannot overwrite a value"  # begins the message of tomllib about a key
_CLOSING_SIGNS = {"[": "]", "{": "}"}
_NEXT_KEY = re.compile(r"""[\w.\"'-]+\s*=|\[""")
_HEADER = re.compile(r"(?P<brackets>\[{1,2})(?P<name>[\w.\"' \t-]+)(?P<end>\]*)\s*(?:#.*)?$")


@dataclass(frozen=True)
class TomlFile:
    """A parsed TOML file. `text` is its content, in which the lines of faults are found."""

    path: Path
    values: Mapping[str, Any]
    text: str = ""

    def fault(self, message: str, *key_path: str | int, entry: str = "") -> Fault:
        """Return a fault of the value at `key_path` in this file, with its line. `message`: what is
        wrong. `key_path`: the keys and indexes that lead to the value. `entry`: a name of its table
        for people, such as "source 'one'", written before the message; "" for none."""
        message = f"{entry}: {message}" if entry else message
        return Fault(
            file=str(self.path), line=self._line(key_path), key=dotted(key_path), message=message
        )

    def faults(
        self, error: ValidationError, model: type[BaseModel], *key_path: str | int, entry: str = ""
    ) -> list[Fault]:
        """Return a fault for each error that pydantic found in the table at `key_path` in this
        file. `model`: the pydantic class of the table. `entry`: a name of the table for people,
        written before each message; "" for none."""
        table_name = dotted(key_path)
        faults = []
        for detail in _drop_missing_that_are_misspelt(error.errors(), model):
            message = describe_error(detail, model, table_name)
            faults.append(self.fault(message, *key_path, *detail["loc"], entry=entry))
        return faults

    def where(self, *key_path: str | int) -> str:
        """Return the place of the value at `key_path`, as "file:line", or "" if this file has no
        such value."""
        if key_path not in self.lines:
            return ""
        return f"{self.path}:{self.lines[key_path]}"

    def _line(self, key_path: KeyPath) -> int | None:
        """Return the number of the line with the value at `key_path`. If the file has no such
        value, return the line of the nearest table that would contain it, or None if there is no
        such table either."""
        nearest = key_path
        while nearest and nearest not in self.lines:
            nearest = nearest[:-1]  # the table around it
        return self.lines.get(nearest)

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """The number of the line of each key in the file, by key path. If the file has a setting of
        an earlier version, the setting that took its place has its line too."""
        lines_in_file = find_lines(self.text)
        lines: dict[KeyPath, int] = {}
        for key_path, line in lines_in_file.items():
            if key_path in PART_OF:
                lines[PART_OF[key_path]] = line
        return lines | lines_in_file


def read_toml_file(path: Path) -> TomlFile:
    """Return the parsed TOML file at `path`. Raises ConfigError, with the file, the line and the
    cure, if it does not exist, cannot be read or is not valid TOML."""
    try:
        exists = path.exists() or path.is_symlink()
        if exists and not path.is_file():  # reading a pipe or device would not end
            raise ConfigError.of(
                [Fault(file=str(path), message="is not a file; correct or delete it")]
            )
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            raise ConfigError.of(
                [Fault(file=str(path), line=1, message="has a byte order mark; save it without")]
            )
        return TomlFile(path, _parse_toml(path, text), text)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} does not exist; `syndicator init` writes one to start with"
        ) from error
    except RecursionError as error:
        raise ConfigError.of(
            [Fault(file=str(path), message="has too many nested brackets")]
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError.of([_describe_encoding(path, error)]) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def read_any_toml_file(path: Path) -> TomlFile:
    """Return the parsed TOML file at `path`; if there is none, a TomlFile without values. Raises
    ConfigError if it cannot be read or is not valid TOML."""
    return read_toml_file(path) if path.exists() else TomlFile(path, {})


def _parse_toml(path: Path, text: str) -> dict[str, Any]:
    """Return the values of a TOML text, the content of the file `path`. Raises ConfigError, with
    the line and the cure, if it is not valid."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError.of([_describe_syntax_error(path, text, error)]) from error


def _describe_encoding(path: Path, error: UnicodeDecodeError) -> Fault:
    """Return the fault of a file that is not UTF-8, with the line of the first wrong byte and the
    cure. `error`: the error of decoding the whole file."""
    line = error.object.count(b"\n", 0, error.start) + 1
    message = (
        "is not UTF-8; save it as UTF-8 in your editor, or convert it:"
        f" iconv -f WINDOWS-1252 -t UTF-8 {path} > new.toml"
    )
    return Fault(file=str(path), line=line, message=message)


def _describe_syntax_error(path: Path, text: str, error: tomllib.TOMLDecodeError) -> Fault:
    """Return the fault of a file that is not valid TOML, with the line and the cure. `text`: the
    content of the file. `error`: the error of tomllib."""
    # a message of tomllib ends in "(at line 3, column 5)" or "(at end of document)"
    lines = text.rstrip().splitlines()
    what, _, position = str(error).removesuffix(")").rpartition(" (at ")
    line_and_column = re.fullmatch(r"line (\d+), column (\d+)", position)
    line = int(line_and_column[1]) if line_and_column else len(lines)
    wrong_line = lines[line - 1].strip() if 0 < line <= len(lines) else ""

    # a value above that is not closed
    open_line = _find_open_value(lines, line, wrong_line if line_and_column else None)
    if open_line and not what.startswith(_REPEATED_KEY_MESSAGE):
        cause = _explain_open_value(lines[open_line - 1])
        return Fault(file=str(path), line=open_line, message=f"is not valid TOML: {cause}")

    # a mistake that people often make: the first explanation that is not ""
    lines_by_key_path = _find_key_paths("\n".join(lines[: line - 1]))
    cause = (
        _explain_header(wrong_line, lines_by_key_path)
        or _explain_repeated_key(what, wrong_line)
        or _explain_value(wrong_line)
    )
    if cause:
        return Fault(file=str(path), line=line, message=f"is not valid TOML: {cause}")

    # anything else: the words of tomllib
    where = f"at column {line_and_column[2]}" if line_and_column else position
    return Fault(
        file=str(path),
        line=line if line_and_column else None,
        message=f"is not valid TOML: {what}, {where}; {_SYNTAX_CURE}",
    )


def _find_open_value(lines: Sequence[str], line: int, wrong_line: str | None) -> int:
    """Return the number of the line, from 1, on which a list, table or text begins that is never
    closed. Return 0 if there is none. `lines`: those of the file. `line`: the number of the line on
    which the parser stopped. `wrong_line`: the text of that line, None if the parser stopped at the
    end of the file."""
    last_number = line  # of the last line on which the value may begin
    if wrong_line is not None:
        # after a value that is not closed, the parser stops at the next key
        if not _NEXT_KEY.match(wrong_line):
            return 0
        last_number = line - 1
    for number in range(last_number, 0, -1):
        if not _VALUE_OF_LINES.search(lines[number - 1]):
            continue
        lines_above = lines[: number - 1]
        # the value that begins the fault: everything above it is valid
        if _is_valid("\n".join(lines_above)):
            is_closed = _is_valid("\n".join(lines[:number]))
            return 0 if is_closed else number
    return 0


def _is_valid(text: str) -> bool:
    """Return True if `text` is valid TOML."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _explain_open_value(line: str) -> str:
    """Return a sentence for the operator that says how to close the list, table or text that begins
    on `line`, the text of a line."""
    opening = _VALUE_OF_LINES.search(line)
    opening_sign = opening[1] if opening else ""
    closing_sign = _CLOSING_SIGNS.get(opening_sign, opening_sign)  # quotes close themselves
    kind = {"[": "list", "{": "table"}.get(opening_sign, "text")
    return f"the {kind} that begins here is not closed: write {closing_sign} at its end"


def _find_key_paths(text: str) -> dict[KeyPath, int]:
    """Return the number of the line of each key, by key path. `text`: the lines above a fault. If
    they are not valid TOML, because they end within a value, return an empty dict."""
    return find_lines(text) if _is_valid(text) else {}


def _explain_header(wrong_line: str, lines_by_key_path: Mapping[KeyPath, int]) -> str:
    """Return in words what is wrong with a line that is the header of a table, such as "[publish]":
    a bracket is missing, or the table has a header already. Return "" if the line is no header, or
    if these mistakes are not in it. `lines_by_key_path`: the number of the line of each key above
    it."""
    header = _HEADER.match(wrong_line)
    if header is None:
        return ""
    name = header["name"].strip()
    brackets = header["brackets"]
    corrected = f"{brackets}{name}{']' * len(brackets)}"
    key_path = tuple(part.strip(" 	\"'") for part in name.split("."))
    # "[source]" below "[[source]]"
    first_of_array = (*key_path, 0)
    if len(brackets) == 1 and first_of_array in lines_by_key_path:
        return f"write [{corrected}], with two brackets on each side, as above it"
    causes = []
    if not header["end"].startswith("]" * len(brackets)):
        causes.append(f"the header lacks a bracket at its end: write {corrected}")
    if key_path in lines_by_key_path and len(brackets) == 1:
        causes.append(
            f"{corrected} is on line {lines_by_key_path[key_path]} already: write these keys below"
            " that line, and take this header out"
        )
    return "; ".join(causes)


def _explain_repeated_key(message: str, wrong_line: str) -> str:
    """Return a sentence for the operator about a key that is in its section twice. Return "" if
    `message`, the message of tomllib, is about another fault. `wrong_line`: the text of the line
    with the fault."""
    if not message.startswith(_REPEATED_KEY_MESSAGE):
        return ""
    key = wrong_line.partition("=")[0].strip()
    return f"the key {key} is in this section twice: take one of the two out"


def _explain_value(wrong_line: str) -> str:
    """Return in words what is wrong with the value on a line, if it is a mistake that people often
    make: True in place of true, curly quotes, a text that is not closed, no value. Return "" for
    other mistakes."""
    before_equals, _, after_equals = wrong_line.partition("=")
    key = before_equals.strip()
    value = after_equals.strip()
    lower_value = value.partition("#")[0].strip().lower()  # without a comment
    if lower_value in ("true", "false"):
        return f"write {lower_value}, in small letters"
    if value.startswith(_CURLY_QUOTES):
        return f'write straight quotes: {key} = "..."'
    if value.startswith('"') and value.count('"') == 1:
        return 'the text is not closed: write " at its end'
    line_without_comment = wrong_line.partition("#")[0].strip()
    if wrong_line.endswith("=") or line_without_comment.endswith("="):
        return f"{key} has no value; write one, or take the line out"
    return ""


def _drop_missing_that_are_misspelt(
    errors: Sequence[Mapping[str, Any]], model: type[BaseModel]
) -> list[Mapping[str, Any]]:
    """Return the errors of pydantic without those about a missing key that the operator misspelt:
    the unknown key `tilte` is reported, so that the missing key `title` need not be. `model`: the
    pydantic class of the table."""
    valid_keys = list(model.model_fields)
    misspelt: set[str] = set()  # valid keys for which the table has a wrong spelling
    for error in errors:
        key_path = error["loc"]
        if error["type"] == "extra_forbidden" and len(key_path) == 1:
            misspelt.update(difflib.get_close_matches(str(key_path[0]), valid_keys, n=1))
    return [
        error
        for error in errors
        if error["type"] != "missing" or misspelt.isdisjoint(map(str, error["loc"]))
    ]


def describe_error(error: Mapping[str, Any], model: type[BaseModel], table: str = "") -> str:
    """Return a sentence about an error of pydantic, such as "publish.limit: write a whole number
    (got 'x')". A value that may be secret is not shown. `model`: the pydantic class of the table or
    file with the error. `table`: the name of that table, "" for a whole file."""
    key_path = error["loc"]
    kind = error["type"]
    key = dotted(key_path)
    if kind == "extra_forbidden":
        return f"unknown key {key!r}" + _suggest_key(str(key_path[-1]), key_path[:-1], model, table)
    if kind == "missing":
        return f"has no {key}; write one"
    cure = _describe_cure(error, key)
    may_be_secret = not _SECRET_KEYS.isdisjoint(key_path)
    names_value_itself = kind == "value_error"  # messages of our own validators
    if names_value_itself or may_be_secret:
        return f"{key}: {cure}" if key else cure
    value = str(error.get("input"))[:_SHOWN_CHARACTERS]
    valid_values: list[str] = []
    if kind == "literal_error":  # pydantic lists the valid values in quotes
        valid_values = re.findall("'([^']*)'", error["msg"])
    return f"{key}: {cure} (got {value!r})" + suggest_similar(value, valid_values)


def _describe_cure(error: Mapping[str, Any], key: str) -> str:
    """Return words that say what to write in place of a wrong value. `error`: an error of pydantic.
    `key`: the name of the value, such as "publish.port"."""
    kind = error["type"]
    bounds = error.get("ctx", {})  # the limits or valid values that pydantic compared with
    # [digest] in place of [[digest]]
    if kind == "tuple_type" and isinstance(error.get("input"), Mapping):
        return f"write [[{key}]], with two brackets on each side"
    if kind == "literal_error":
        values_in_quotes = bounds["expected"].replace("'", '"')
        return f"write {values_in_quotes}"
    if kind == "greater_than_equal":
        return f"write a number from {bounds['ge']} on"
    if kind == "greater_than":
        return f"write a number above {bounds['gt']}"
    if kind == "less_than_equal":
        return f"write a number up to {bounds['le']}"
    if kind == "string_too_short":
        return "is empty; write a text"
    return str(_CURES.get(kind, error["msg"].removeprefix("Value error, ")))


def _suggest_key(name: str, key_path: KeyPath, model: type[BaseModel], table: str) -> str:
    """Return a hint, such as "; did you mean 'title'?", for the unknown key `name` in the table at
    `key_path`. If exactly one other table has this key, the hint names that table; if not, a
    similar key of this table; if there is none, all keys of this table. `model`: the pydantic class
    of the file, or of a table in it, from which `key_path` starts. `table`: the name of that table,
    "" for a whole file."""
    tables = dict(_iterate_tables(model))
    table_name = dotted(key_path)
    others = [
        other_name
        for other_name, other_model in tables.items()
        if name in other_model.model_fields and other_name != table_name
    ]
    if len(others) == 1:
        other_name = others[0]
        if not other_name:
            return "; it belongs above the first [table] of the file"
        full_name = f"{table}.{other_name}" if table else other_name
        return f"; it belongs to [{full_name}]"
    if table_name in tables:
        matches = difflib.get_close_matches(name, list(tables[table_name].model_fields), n=1)
        if matches:
            return f"; did you mean {matches[0]!r}?"
    return name_alternatives(name, _list_keys(tables.get(table_name)))


def _list_keys(model: type[BaseModel] | None) -> list[str]:
    """Return the keys that a table may have, as they are written in the file. `model`: the pydantic
    class of the table; None, if there is no such table, gives an empty list."""
    fields = model.model_fields.items() if model else ()
    return [field.alias or name for name, field in fields]


def _iterate_tables(
    model: type[BaseModel], dotted: str = ""
) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield each table that a file may have: its name, such as "describe.llm", and its pydantic
    class. The file itself comes first, with the name "". `model`: the class of the file. `dotted`:
    only set if this function calls itself for a table: the name of that table."""
    yield dotted, model
    for name, field in model.model_fields.items():
        # a table may stand in a list of tables, or be optional
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _iterate_tables(kind, f"{dotted}.{name}".removeprefix("."))


Leaves = dict[KeyPath, FieldInfo]


def list_leaves(model: type[BaseModel], key_path: KeyPath = ()) -> Leaves:
    """Return the fields of a pydantic class and of the classes of its tables, except the tables
    themselves, by key path. `key_path`: only set if this function calls itself for a table: the
    keys that lead to that table."""
    fields: Leaves = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            fields |= list_leaves(field.annotation, (*key_path, name))
        else:
            fields[(*key_path, name)] = field
    return fields


def flatten(values: Mapping[str, Any], key_path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the key path and the value of each value in nested tables (`values`), except the tables
    themselves. An empty table is yielded like a value. `key_path`: only set if this function calls
    itself for a table: the keys that lead to that table."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flatten(value, (*key_path, key))
        else:
            yield (*key_path, key), value
