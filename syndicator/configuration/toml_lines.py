"""Find the line of each key and table in the text of a TOML file. Pure.

Neither tomllib nor tomlkit tells it."""

import re
import tomllib
from dataclasses import dataclass

# the keys and indexes that lead to a value: ("source", 0, "rules", "select", 1)
KeyPath = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    + r"|'''(?:[^']|'(?!''))*'{3,5}"
    + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]+")  # numbers, dates, true and false


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a TOML file: its header and the keys directly in it. Its lines, counted from 0,
    are `first` to `end`, without `end`. The first section of a file has no header; it has the keys
    above all tables."""

    key_path: KeyPath
    first: int
    end: int


def dotted(key_path: KeyPath) -> str:
    """Return the keys of a key path with dots between them, such as "publish.port" for ("publish",
    "port"). Indexes are left out."""
    return ".".join(part for part in key_path if isinstance(part, str))


def find_lines(text: str) -> dict[KeyPath, int]:
    """Return the number of the line, from 1, of each table, key and list item, by key path, such as
    ("source", 0, "tags", 1). `text`: valid TOML."""
    return _scan(text).lines


def list_sections(text: str) -> list[Section]:
    """Return the sections of a TOML file in their order. A section is the header of a table and the
    keys directly below it. `text`: valid TOML."""
    return _scan(text).sections


def _scan(text: str) -> "_Scanner":
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.read_document()
    return scanner


class _Scanner:
    """Reader of valid TOML, from left to right. `at`: the index of the next character to read.
    `lines`: the line of each key path, filled while reading. `sections`: the tables, filled while
    reading."""

    def __init__(self, text: str) -> None:
        """`text`: a valid TOML document whose lines end in "\\n"."""
        self.text = text
        self.at = 0  # index of the next character to read
        self.lines: dict[KeyPath, int] = {}
        self.sections: list[Section] = []
        self._last_tables: dict[KeyPath, int] = {}  # by array of tables: the index of its last one
        # `_count_line` has counted the line ends up to this index, and found so many
        self._counted_to = 0
        self._newlines = 0

    def read_document(self) -> None:
        """Read the whole text, and fill `lines` and `sections`."""
        section = Section((), 0, 0)  # the keys above all tables
        while not self._skip_to_end():
            if self._take_sign("["):  # the next section begins
                self.sections.append(section)
                first = self._count_line() - 1
                section = Section(self._read_header(), first, first + 1)
            else:
                # the section now ends with the line of this key's value
                self._read_pair(section.key_path)
                section = Section(section.key_path, section.first, self._count_line())
        self.sections.append(section)

    def _read_header(self) -> KeyPath:
        """Read the rest of the header of a table, such as [publish] or [[source]], behind its first
        bracket. Return the key path of the table."""
        repeated = self.text.startswith("[", self.at)
        bracket_count = 2 if repeated else 1
        line = self._count_line()
        self.at += bracket_count - 1
        key_path = self._enter_header(self._read_key(), repeated=repeated)
        self.at = self.text.index("]", self.at) + bracket_count
        self.lines.setdefault(key_path, line)
        return key_path

    def _enter_header(self, keys: list[str], *, repeated: bool) -> KeyPath:
        """Return the key path of the table whose header has these keys: ("source", 2, "rules") for
        [source.rules] below the third [[source]]. `repeated`: True if the header has double
        brackets, so that it begins another table of its array."""
        key_path: KeyPath = ()
        for number, key in enumerate(keys):
            key_path = (*key_path, key)
            is_last_key = number == len(keys) - 1
            if repeated and is_last_key:
                self._last_tables[key_path] = self._last_tables.get(key_path, -1) + 1
                self.lines.setdefault(key_path, self._count_line())
            # in an array of tables, its last table is meant
            if key_path in self._last_tables:
                key_path = (*key_path, self._last_tables[key_path])
        return key_path

    def _read_pair(self, table: KeyPath) -> None:
        """Read a line such as `key = value`, and record the line of the key. `table`: the key path
        of the table that it is in."""
        line = self._count_line()
        key_path = table
        for key in self._read_key():
            key_path = (*key_path, key)
            self.lines.setdefault(key_path, line)
        self.at = self.text.index("=", self.at) + 1
        self._read_value(key_path)

    def _read_value(self, key_path: KeyPath) -> None:
        """Read the value at `key_path`, and record the lines of the keys and items in it."""
        self._skip_to_end()
        if self._take_sign("["):
            self._read_items(key_path, "]")
        elif self._take_sign("{"):
            self._read_items(key_path, "}")
        else:
            # a text in quotes, or a number, date, true or false
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)

    def _read_items(self, key_path: KeyPath, end: str) -> None:
        """Read the rest of the list or inline table at `key_path`, up to its closing bracket, and
        record the lines of its items or keys. `end`: "]" for a list, "}" for an inline table."""
        number = 0
        while not self._skip_to_end() and not self._take_sign(end):
            if self._take_sign(","):
                continue
            if end == "}":
                self._read_pair(key_path)
            else:
                self.lines[(*key_path, number)] = self._count_line()
                self._read_value((*key_path, number))
                number += 1

    def _read_key(self) -> list[str]:
        """Read a key, which may have dots. Return its parts without quotes, such as "rules" and
        "select" for `rules."select"`."""
        parts: list[str] = []
        while True:
            match = _KEY.match(self.text, self.at)
            if match is None:
                return parts
            self.at = match.end()
            part = match[1]
            is_quoted = part[0] in "\"'"
            if is_quoted:
                part = str(tomllib.loads(f"key = {part}")["key"])  # resolve escapes in it
            parts.append(part)
            is_followed_by_dot = bool(match[2])
            if not is_followed_by_dot:
                return parts

    def _skip_to_end(self) -> bool:
        """Skip spaces, line ends and comments. Return True if nothing follows them."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at >= len(self.text)

    def _take_sign(self, sign: str) -> bool:
        """If the next character is `sign`, read it and return True. If not, read nothing and return
        False."""
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True

    def _count_line(self) -> int:
        """Return the number, from 1, of the line that is being read."""
        # count only from where the last call stopped: from the beginning would be slow
        self._newlines += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._newlines + 1
