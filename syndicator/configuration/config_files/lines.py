"""On which line of a TOML document each table, key and item of an array stands. Pure.

tomllib keeps no positions, and tomlkit neither. tomllib has read the document: what stands in it is valid, so that
this only has to know where strings, brackets and comments end."""

from __future__ import annotations

import re
import tomllib

Place = tuple[str | int, ...]  # keys and indexes that lead to a value: ("source", 0, "rules", "select", 1)

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' + r"|'''(?:[^']|'(?!''))*'{3,5}" + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]+")  # numbers, dates, true and false


def lines_of(text: str) -> dict[Place, int]:
    """The line (from 1) of each table, key and item in `text`, which is valid TOML."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Place, int] = {}
        self._arrays: dict[Place, int] = {}  # arrays of tables -> the index of their last

    def document(self) -> None:
        table: Place = ()
        while not self._ended():
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Place:
        repeated = self.text.startswith("[", self.at)
        line = self._line()
        self.at += repeated
        place = self._resolved(self._key(), repeated=repeated)
        self.at = self.text.index("]", self.at) + 1 + repeated
        self.found.setdefault(place, line)
        return place

    def _resolved(self, keys: list[str], *, repeated: bool) -> Place:
        """The place that the keys of a header name: inside of arrays of tables, the last table is meant."""
        place: Place = ()
        for number, key in enumerate(keys):
            place = (*place, key)
            if repeated and number == len(keys) - 1:
                self._arrays[place] = self._arrays.get(place, -1) + 1
                self.found.setdefault(place, self._line())
            if place in self._arrays:
                place = (*place, self._arrays[place])
        return place

    def _pair(self, table: Place) -> None:
        line, place = self._line(), table
        for key in self._key():
            place = (*place, key)
            self.found.setdefault(place, line)
        self.at = self.text.index("=", self.at) + 1
        self._value(place)

    def _value(self, place: Place) -> None:
        self._ended()
        if self._next("["):
            self._items(place, "]")
        elif self._next("{"):
            self._items(place, "}")
        else:
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)

    def _items(self, place: Place, end: str) -> None:
        number = 0
        while not self._ended() and not self._next(end):
            if self._next(","):
                continue
            if end == "}":
                self._pair(place)
            else:
                self.found[(*place, number)] = self._line()
                self._value((*place, number))
                number += 1

    def _key(self) -> list[str]:
        keys, more = [], True
        while more and (match := _KEY.match(self.text, self.at)):
            self.at = match.end()
            quoted = match[1][0] in "\"'"
            keys.append(str(tomllib.loads(f"key = {match[1]}")["key"]) if quoted else match[1])
            more = bool(match[2])
        return keys

    def _ended(self) -> bool:
        """Goes past spaces and comments; True at the end of the text."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at >= len(self.text)

    def _next(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
