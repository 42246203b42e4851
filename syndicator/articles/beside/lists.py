"""Lists beside the articles that survive a lost database: rights, withdrawals, instance uuid;
append-only files of carriers, pruned articles and stories."""

import re
import tomllib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from syndicator.articles import fields
from syndicator.articles.beside import instance_toml
from syndicator.articles.beside.instance_toml import INSTANCE_TOML
from syndicator.articles.beside.toml_text import quote, write_table
from syndicator.articles.fields import aliases_of, feeds_of
from syndicator.core import text
from syndicator.core.axes import SOURCE_KEY
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import Withdrawn
from syndicator.core.ports.articles import KeptFile

T = TypeVar("T")
Decided = tuple[str, str, bool]  # article id, story, "" for none, and True if an operator said so


class Folded(NamedTuple):
    """An article that an earlier version published as part of one entry for its story. `latest`:
    when the last of its reports was added, in seconds since 1970."""

    article: str
    story: str
    latest: int


def read_lines(data: bytes | None) -> list[str]:
    """Return the whole lines in order, without a last line cut by a crash."""
    data = data or b""
    return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace").split("\n")[:-1]


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """An append-only file. `note`: its head; `entries`: returns the current entries from its valid
    lines; `fields`: returns the fields of an entry's line. Methods raise OSError."""

    name: str
    note: str
    valid: re.Pattern[str]
    entries: Callable[[Iterable[re.Match[str]]], list[T]]
    fields: Callable[[T], tuple[str, ...]]

    def read(self, file: KeptFile) -> list[T]:
        """Return the current entries; [] without a file."""
        return self._parsed(file.read())

    def append(self, file: KeptFile, entries: Iterable[T]) -> None:
        """Append entries durably, creating the file; skip invalid ones; remove a cut last line."""
        file.append(self.note.encode(), self._text(entries))

    def compact(self, file: KeptFile) -> None:
        """Rewrite an existing file without outdated lines."""
        file.update(
            lambda data: (
                None if data is None else self.note.encode() + self._text(self._parsed(data))
            )
        )

    def _parsed(self, data: bytes | None) -> list[T]:
        return self.entries(filter(None, map(self.valid.fullmatch, read_lines(data))))

    def _text(self, entries: Iterable[T]) -> bytes:
        lines = ("\t".join(self.fields(entry)) for entry in entries)
        return "".join(f"{line}\n" for line in lines if self.valid.fullmatch(line)).encode()


def _pairs(lines: Iterable[re.Match[str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((line[1], line[2]) for line in lines))


def _last_values(lines: Iterable[re.Match[str]]) -> list[tuple[str, str]]:
    return list({line[1]: line[2] for line in lines}.items())


def _folded(lines: Iterable[re.Match[str]]) -> list[Folded]:
    by_article = {line[1]: Folded(line[1], line[2], int(line[3])) for line in lines}
    return list(by_article.values())


def _last_decisions(lines: Iterable[re.Match[str]]) -> list[Decided]:
    last = {line[1]: (line[1], line[2], bool(line[3])) for line in lines}
    return [decided for decided in last.values() if decided[1] != "-"]


CARRIED = Lines(
    "carried.tsv",
    "# Sources that announced an article which another source brought: article id, tab, source"
    " key.\n",
    re.compile(rf"([a-z2-7]{{26}})\t({SOURCE_KEY.pattern})\r?"),
    _pairs,
    tuple[str, ...],
)
PRUNED = Lines(
    "pruned.tsv",
    "# Articles whose files were pruned: article id, tab, address or entry. They are not fetched"
    " again. To undo it, put the\n# file back, or delete the lines: then the source is asked for"
    " it.\n",
    re.compile(r"([a-z2-7]{26})\t([^\t\r\n]+)\r?"),
    _pairs,
    tuple[str, ...],
)
STORIES = Lines(
    "stories.tsv",
    '# Which articles report one event: article id, tab, story ("-" for none), and "final" if an'
    " operator said so. The last\n# line of an article counts.\n",
    re.compile(r"([a-z2-7]{26})\t([a-z0-9]{26}|-)(\tfinal)?\r?"),
    _last_decisions,
    lambda decided: (decided[0], decided[1] or "-", *(["final"] if decided[2] else [])),
)
LEADS = Lines(
    "leads.tsv",
    "# The article that leads each story: story, tab, article id. The last line of a story"
    " counts.\n",
    re.compile(r"([a-z0-9]{26})\t([a-z2-7]{26})\r?"),
    _last_values,
    tuple[str, ...],
)
FOLLOWED = Lines(
    "followed.tsv",
    "# Since when each source is followed at its site: source key, tab, day. The last line of a"
    " source counts; one without a line\n# was followed before this file was there.\n",
    re.compile(rf"({SOURCE_KEY.pattern})\t([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\r?"),
    _last_values,
    tuple[str, ...],
)
FOLDED = Lines(
    "folded.tsv",
    "# Articles that an earlier version published as one entry for each story: article id, tab,"
    " story, tab, when its last report\n# was added (seconds since 1970). The first published one"
    " of a story has that entry, the others are in the feeds of their\n# sources only. To give an"
    " article an entry of its own, delete its line.\n",
    re.compile(r"([a-z2-7]{26})\t([a-z0-9]{26})\t([0-9]{1,12})\r?"),
    _folded,
    lambda folded: (folded.article, folded.story, str(folded.latest)),
)

WITHDRAWN_TOML = "withdrawn.toml"
_WITHDRAWALS_NOTE = (
    "# Articles that were withdrawn: they are in no feed and are never fetched again. Delete an"
    " entry to undo it.\n"
)


def _listed(data: bytes | None, file: KeptFile) -> list[Withdrawn]:
    try:
        listed = tomllib.loads((data or b"").decode()).get("withdrawn", [])
        return [_parsed(entry) for entry in listed]
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        raise ConfigError(
            f"{file}: not a list of withdrawn articles ({error}); restore it from a backup"
        ) from error


def _entry(withdrawn: Withdrawn) -> str:
    feeds = [f"{key.axis}/{key.slug}" for key in withdrawn.feeds]
    row = {
        "id": withdrawn.id,
        "url": withdrawn.url,
        "at": fields.iso(withdrawn.at),
        "aliases": list(withdrawn.aliases),
    }
    return write_table("[[withdrawn]]", {**row, "feeds": feeds})


def _parsed(entry: dict[str, Any]) -> Withdrawn:
    keys: list[Any] = [str(feed).split("/", 1) for feed in entry.get("feeds", [])]
    return Withdrawn(
        id=str(entry["id"]),
        at=fields.parsed(str(entry["at"])),
        feeds=tuple(FeedKey(axis, slug) for axis, slug in keys),
        url=str(entry.get("url", "")),
        aliases=tuple(map(str, entry.get("aliases", []))),
    )


RIGHTS_TOML = "rights.toml"
ASKED_AGAIN = timedelta(days=7)  # ask a host again after that: addresses change hands
# after its front page was last seen to link the feed; a host may be down for weeks
BELIEVED = timedelta(days=60)
WARNED = timedelta(days=30)  # before a right ends
# rights are for hosts; files of earlier versions lack this line and list registrable domains
_UNIT = "host"
_NOTE = """\
# For which hosts a source may speak besides its own. Written by Syndicator; `speaks_for` in config/sources.toml is the
# operator's place. [before]: domains whose articles a source wrote when no article had an owner; it keeps that until
# its speaks_for is written. [shown]: hosts it wrote for until it lost the right; what was filed stays as it is.
# [linked.<source>]: hosts whose front page links its feed, and when that was last seen. [moved.<source>]: hosts to
# which its site moved, and from where.
"""  # noqa: E501

_Names = Mapping[str, Collection[str]]


class MovedHost(NamedTuple):
    """Former host of a site, and the day on which both hosts had confirmed the move."""

    old: str
    on: date


class RightsFile:
    """rights.toml of an article store, read on first use. Methods raise ConfigError, OSError."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file

    def __str__(self) -> str:
        return str(self._file)

    def is_current(self) -> bool:
        """Return False if the file is missing or an earlier version wrote it."""
        return self._file.stamp() is not None and self._read.get("unit") == _UNIT

    def begin(self, before: _Names, shown: _Names) -> None:
        """Write a missing file, or upgrade an older one: keep [before], move its [linked] hosts to
        [shown]."""

        def upgraded(there: dict[str, Any]) -> dict[str, Any]:
            if there.get("unit") == _UNIT:
                return there
            merged = {
                key: {*hosts, *there.get("linked", {}).get(key, ())} for key, hosts in shown.items()
            }
            merged |= {
                key: set(hosts)
                for key, hosts in there.get("linked", {}).items()
                if key not in merged
            }
            return {"before": there.get("before", before), "shown": merged}

        self._update(upgraded)

    def before(self, key: str) -> tuple[str, ...]:
        """Return the domains that the source wrote for before ownership existed."""
        return tuple(self._read.get("before", {}).get(key, ()))

    def shown(self, key: str) -> tuple[str, ...]:
        """Return the hosts that the source once wrote for. Articles filed then stay published."""
        return (
            *self._read.get("shown", {}).get(key, ()),
            *self._read.get("linked", {}).get(key, ()),
        )

    def linked(self, key: str, today: date) -> tuple[str, ...]:
        """Return the hosts whose front page linked the source's feed when seen within BELIEVED."""
        hosts: Mapping[str, date] = self._read.get("linked", {}).get(key, {})
        return tuple(site for site, seen in hosts.items() if today - seen < BELIEVED)

    def all_linked(self) -> Iterator[tuple[str, str]]:
        """Yield (source key, host) of every link and every move."""
        for table in ("linked", "moved"):
            for key, hosts in self._read.get(table, {}).items():
                yield from ((key, host) for host in hosts)

    def is_fresh(self, key: str, site: str, today: date) -> bool:
        """Return True if the front page of `site` was seen within ASKED_AGAIN to link the feed."""
        seen = self._read.get("linked", {}).get(key, {}).get(site)
        return seen is not None and today - seen < ASKED_AGAIN

    def ending(self, key: str, today: date) -> dict[str, date]:
        """Return by host the day its link expires, if within WARNED."""
        ends = {
            site: seen + BELIEVED
            for site, seen in self._read.get("linked", {}).get(key, {}).items()
        }
        return {site: end for site, end in ends.items() if today < end <= today + WARNED}

    def moved(self, key: str) -> dict[str, MovedHost]:
        """Return former hosts by the host that the source's site moved to."""
        return {
            new: MovedHost(**move) for new, move in self._read.get("moved", {}).get(key, {}).items()
        }

    def link(self, key: str, site: str, today: date) -> None:
        """Record that the front page of `site` links the feed of the source."""
        if self._read.get("linked", {}).get(key, {}).get(site) != today:
            self._put("linked", key, {site: today})

    def unlink(self, key: str, site: str) -> None:
        """End the source's right to write for `site`: its front page no longer links the feed."""
        if site not in self._read.get("linked", {}).get(key, {}):
            return

        def unlinked(there: dict[str, Any]) -> dict[str, Any]:
            links = {name: day for name, day in there["linked"][key].items() if name != site}
            hosts = {*there.get("shown", {}).get(key, ()), site}
            return {
                **there,
                "linked": {**there["linked"], key: links},
                "shown": {**there.get("shown", {}), key: hosts},
            }

        self._update(unlinked)

    def move(self, key: str, old: str, new: str, today: date) -> None:
        """Record that the source's site moved from host `old` to host `new`."""
        self._put("moved", key, {new: {"old": old, "on": today}})

    def _put(self, table: str, key: str, rows: Mapping[str, Any]) -> None:
        def put(there: dict[str, Any]) -> dict[str, Any]:
            sources = there.get(table, {})
            return {**there, table: {**sources, key: {**sources.get(key, {}), **rows}}}

        self._update(put)

    @cached_property
    def _read(self) -> dict[str, Any]:
        return self._parsed(self._file.read())

    def _parsed(self, data: bytes | None) -> dict[str, Any]:
        try:
            return tomllib.loads((data or b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{self._file}: cannot be read ({error}); restore it from a backup"
            ) from error

    def _update(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._file.update(lambda data: _write_rights(change(self._parsed(data))))
        self.__dict__.pop("_read", None)


def _write_rights(tables: Mapping[str, Any]) -> bytes:
    parts = [_NOTE, f"unit = {quote(_UNIT)}\n"]
    for name in ("before", "shown"):
        rows = sorted(tables.get(name, {}).items())
        parts.append(
            write_table(f"[{name}]", {quote(key): sorted(hosts) for key, hosts in rows if hosts})
        )
    for name in ("linked", "moved"):
        for key, hosts in sorted(tables.get(name, {}).items()):
            rows = sorted(hosts.items())
            parts.append(
                write_table(f"[{name}.{quote(key)}]", {quote(host): value for host, value in rows})
            )
    return "".join(parts).encode()


class Listed(ABC):
    """Methods of an ArticleStore (see ports) that are the same in folders and object stores."""

    @abstractmethod
    def file(self, name: str) -> KeptFile:
        """Return a file beside the articles."""

    @abstractmethod
    def begun(self) -> bool:
        """Return True if we wrote articles here."""

    def instance(self) -> uuid.UUID:
        file = self.file(INSTANCE_TOML)
        data = file.read()
        if data is None:
            return instance_toml.mint(file, begun=self.begun())
        return instance_toml.parse_id(data, file)

    def minted(self) -> bool:
        return self.file(INSTANCE_TOML).stamp() is not None

    def withdraw(
        self, article: Article, at: datetime, feeds: Iterable[FeedKey] | None = None
    ) -> None:
        entry = Withdrawn(
            id=article.id,
            at=fields.moment(at) or at,
            feeds=tuple(feeds_of(article) if feeds is None else feeds),
            url=text.legal(article.url),
            aliases=tuple(dict.fromkeys(map(text.legal, aliases_of(article)))),
        )
        self.list_withdrawn([entry])

    def list_withdrawn(self, new: Iterable[Withdrawn]) -> None:
        added = {entry.id: entry for entry in new}

        def after(listed: list[Withdrawn]) -> Iterable[Withdrawn] | None:
            before = {entry.id: entry for entry in listed}
            return (added | before).values() if added.keys() - before.keys() else None

        self._update_withdrawn(after)

    def unlist_withdrawn(self, id: str) -> None:
        self._update_withdrawn(lambda listed: [entry for entry in listed if entry.id != id])

    def _update_withdrawn(
        self, change: Callable[[list[Withdrawn]], Iterable[Withdrawn] | None]
    ) -> None:
        file = self.file(WITHDRAWN_TOML)

        def changed(data: bytes | None) -> bytes | None:
            if (entries := change(_listed(data, file))) is None:
                return None
            ordered = sorted(entries, key=lambda entry: (entry.at, entry.id))
            return (_WITHDRAWALS_NOTE + "".join(map(_entry, ordered))).encode()

        file.update(changed)

    def lists_withdrawn(self) -> bool:
        return self.file(WITHDRAWN_TOML).stamp() is not None

    def withdrawn(self) -> list[Withdrawn]:
        file = self.file(WITHDRAWN_TOML)
        return _listed(file.read(), file)

    def carry(self, announced: Iterable[tuple[str, str]]) -> None:
        CARRIED.append(self.file(CARRIED.name), announced)

    def carried(self) -> list[tuple[str, str]]:
        return CARRIED.read(self.file(CARRIED.name))

    def carried_stamp(self) -> str | None:
        return self.file(CARRIED.name).stamp()

    def prune(self, aliases: Iterable[tuple[str, str]]) -> None:
        PRUNED.append(self.file(PRUNED.name), aliases)

    def pruned(self) -> list[tuple[str, str]]:
        return PRUNED.read(self.file(PRUNED.name))

    def pruned_stamp(self) -> str | None:
        return self.file(PRUNED.name).stamp()

    def compact(self) -> None:
        lists: tuple[Lines[Any], ...] = (CARRIED, PRUNED, STORIES, LEADS, FOLLOWED, FOLDED)
        for lines in lists:
            lines.compact(self.file(lines.name))
