"""Read, append to and compact tab-separated lists beside the articles, such as stories.tsv.
The lists themselves are defined here, too. A line is an entry, tabs separate its columns."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from syndicator.core.axes import SOURCE_KEY
from syndicator.core.ports.articles import KeptFile, KeptFiles

T = TypeVar("T")
Pair = tuple[str, str]  # two columns

_NO_STORY: Final = "-"  # in the column of the story


def read_lines(data: bytes | None) -> list[str]:
    """Return the lines of a file in their order. `data`: its bytes, None if it is missing. If the
    last line has no line end, a crash has cut it, and it is left out."""
    if data is None:
        return []
    whole_lines = data[: data.rfind(b"\n") + 1]
    return whole_lines.decode("utf-8", "replace").split("\n")[:-1]


def _is_current(entry: object) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class TabList(Generic[T]):
    """A kind of tab-separated list beside the articles. Of several entries with the same key the
    last counts. Methods raise OSError."""

    name: str  # of the file
    note: str  # first lines of the file, for the operator
    line: re.Pattern[str]  # matches a valid line, with a group for each column
    parse: Callable[[re.Match[str]], T]  # returns the entry of a line
    columns: Callable[[T], Iterable[str]]  # returns the columns of the line of an entry
    key: Callable[[T], Hashable]  # returns the key of an entry
    # returns False for an entry that only ends an earlier entry with the same key
    is_current: Callable[[T], bool] = _is_current

    def read(self, files: KeptFiles) -> list[T]:
        """Return the entries that count, [] if there is no file. They have the order in which their
        keys first occur; invalid lines are left out."""
        return self._parse(self.file(files).read())

    def append(self, files: KeptFiles, entries: Iterable[T]) -> None:
        """Append entries durably. Create the file if it is missing; leave out entries that give no
        valid line; first remove a last line that a crash cut."""
        self.file(files).append(self.note.encode(), self._write(entries))

    def compact(self, files: KeptFiles) -> None:
        """Rewrite the file with only the entries that count, the last one of each key. Do nothing
        if there is no file."""

        def rewrite(data: bytes | None) -> bytes | None:
            """Return the new bytes of the file; None to make none. `update` calls this."""
            if data is None:
                return None
            return self.note.encode() + self._write(self._parse(data))

        self.file(files).update(rewrite)

    def stamp(self, files: KeptFiles) -> str | None:
        """Return a value that changes with the file, None if there is no file."""
        return self.file(files).stamp()

    def file(self, files: KeptFiles) -> KeptFile:
        """Return the file of this list, which need not exist."""
        return files.file(self.name)

    def _parse(self, data: bytes | None) -> list[T]:
        """Return the entries that count in the bytes of a file: the last one of each key, in the
        order in which the keys first occur. Invalid lines are ignored."""
        last_by_key: dict[Hashable, T] = {}
        for line in read_lines(data):
            match = self.line.fullmatch(line)
            if match:
                entry = self.parse(match)
                last_by_key[self.key(entry)] = entry
        return [entry for entry in last_by_key.values() if self.is_current(entry)]

    def _write(self, entries: Iterable[T]) -> bytes:
        """Return the bytes of the lines of `entries`, without lines that would be invalid."""
        lines = ["\t".join(self.columns(entry)) for entry in entries]
        valid_lines = [line for line in lines if self.line.fullmatch(line)]
        return "".join(f"{line}\n" for line in valid_lines).encode()


class Decided(NamedTuple):
    """A decision to which story an article belongs. `article`, `story`: their ids, "" as story if
    it belongs to none; `final`: an operator decided it."""

    article: str
    story: str
    final: bool


class Folded(NamedTuple):
    """An article that an earlier version published as part of one entry for its story. `latest`:
    when the last of its reports was added, in seconds since 1970."""

    article: str
    story: str
    latest: int


def _parse_pair(line: re.Match[str]) -> Pair:
    return line[1], line[2]


def _write_pair(pair: Pair) -> Pair:
    return pair


def _key_whole(pair: Pair) -> Pair:
    return pair


def _key_first(pair: Pair) -> str:
    return pair[0]


def _parse_decision(line: re.Match[str]) -> Decided:
    """Return the decision of a line of stories.tsv."""
    article, story, final = line.groups()
    return Decided(article, "" if story == _NO_STORY else story, bool(final))


def _write_decision(decided: Decided) -> tuple[str, ...]:
    """Return the columns of a line in stories.tsv, which says to which story an article belongs:
    the article, the story ("-" for none), and "final" if the decision is final."""
    story = decided.story or _NO_STORY
    if decided.final:
        return decided.article, story, "final"
    return decided.article, story


CARRIED: Final = TabList(
    name="carried.tsv",
    note="# Sources that announced an article which another source brought: article id, tab, source"
    " key.\n",
    line=re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?"),
    parse=_parse_pair,
    columns=_write_pair,
    key=_key_whole,
)
PRUNED: Final = TabList(
    name="pruned.tsv",
    note="# Articles whose files were pruned: article id, tab, address or entry. They are not"
    " fetched again. To undo it, put the\n# file back, or delete the lines: then the source is"
    " asked for it.\n",
    line=re.compile(r"([a-z2-7]{26})\t([^\t\r\n]+)\r?"),
    parse=_parse_pair,
    columns=_write_pair,
    key=_key_whole,
)
STORIES: Final = TabList(
    name="stories.tsv",
    note='# Which articles report one event: article id, tab, story ("-" for none), and "final" if'
    " an operator said so. The last\n# line of an article counts.\n",
    line=re.compile(r"([a-z2-7]{26})\t([a-z0-9]{26}|-)(\tfinal)?\r?"),
    parse=_parse_decision,
    columns=_write_decision,
    key=lambda decided: decided.article,
    is_current=lambda decided: bool(decided.story),
)
LEADS: Final = TabList(
    name="leads.tsv",
    note="# The article that leads each story: story, tab, article id. The last line of a story"
    " counts.\n",
    line=re.compile(r"([a-z0-9]{26})\t([a-z2-7]{26})\r?"),
    parse=_parse_pair,
    columns=_write_pair,
    key=_key_first,
)
FOLLOWED: Final = TabList(
    name="followed.tsv",
    note="# Since when each source is followed at its site: source key, tab, day. The last line of"
    " a source counts; one without a line\n# was followed before this file was there.\n",
    line=re.compile(rf"({SOURCE_KEY.pattern})\t([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\r?"),
    parse=_parse_pair,
    columns=_write_pair,
    key=_key_first,
)
FOLDED: Final = TabList(
    name="folded.tsv",
    note="# Articles that an earlier version published as one entry for each story: article id,"
    " tab, story, tab, when its last report\n# was added (seconds since 1970). The first published"
    " one of a story has that entry, the others are in the feeds of their\n# sources only. To give"
    " an article an entry of its own, delete its line.\n",
    line=re.compile(r"([a-z2-7]{26})\t([a-z0-9]{26})\t([0-9]{1,12})\r?"),
    parse=lambda line: Folded(line[1], line[2], int(line[3])),
    columns=lambda folded: (folded.article, folded.story, str(folded.latest)),
    key=lambda folded: folded.article,
)
ADDED_TO: Final[Sequence[TabList[Any]]] = (CARRIED, PRUNED, STORIES, LEADS, FOLLOWED, FOLDED)


def compact_lists(files: KeptFiles) -> None:
    """Delete outdated lines from all lists to which lines are added. Raises OSError."""
    for tab_list in ADDED_TO:
        tab_list.compact(files)
