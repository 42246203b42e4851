"""Addresses that moved or are gone, for web servers. Pure.

Thumbnails among the published files: copies of those that are kept with the state."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from urllib.parse import urlsplit

from syndicator.core.formats import FORMATS, PICTURES
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow, Outlet
from syndicator.publishing import paths

JSON = paths.MAPS + "moved.json"
NGINX = paths.MAPS + "nginx.conf"
CADDY = paths.MAPS + "caddy.conf"


def moved(rows: Sequence[FeedRow]) -> dict[FeedKey, FeedKey]:
    """Feeds that moved, each with the feed at the end of its chain of moves. Feeds whose moves run in a circle are
    left out: they count as gone."""
    step = {row.key: row.moved_to for row in rows if row.moved_to is not None}
    found: dict[FeedKey, FeedKey] = {}
    for key in step:
        seen, target = {key}, step[key]
        while target in step and target not in seen:
            seen.add(target)
            target = step[target]
        if target not in seen:
            found[key] = target
    return found


def files(
    rows: Sequence[FeedRow], base_url: str, off: Collection[FeedKey] = (), withdrawn: Iterable[str] = ()
) -> dict[str, bytes]:
    """The maps: one for our own server, an nginx `map` file, a Caddy snippet. Paths carry the path of `base_url`;
    `off`: those of the feeds whose axis is not published now;
    `withdrawn`: the pages of withdrawn articles."""
    prefix = urlsplit(base_url).path
    targets = moved(rows)
    forward = {
        file: paths.file_name(targets[row.key], file.rpartition(".")[2])
        for row in rows
        if row.key in targets
        for file in _files(row)
    }
    over = {*off, *(row.key for row in rows if row.dropped or row.moved_to)} - targets.keys()
    gone = sorted(chain(withdrawn, (file for row in rows if row.key in over for file in _files(row))))
    lines = ["# In a site block: import this file."]
    lines += [f'redir "{prefix}{old}" "{prefix}{new}" 301' for old, new in sorted(forward.items())]
    lines += [f'respond "{prefix}{name}" 410' for name in gone]
    return {
        JSON: (json.dumps({"moved": dict(sorted(forward.items())), "gone": gone}, indent=1) + "\n").encode(),
        NGINX: _nginx(prefix, forward, gone),
        CADDY: ("\n".join(lines) + "\n").encode(),
    }


def _files(row: FeedRow) -> list[str]:
    return [paths.file_name(row.key, format) for format in FORMATS]


def _nginx(prefix: str, forward: Mapping[str, str], gone: Sequence[str]) -> bytes:
    lines = [
        "# In http { }: include this file. In server { }:",
        "#   if ($syndicator_gone) { return 410; }",
        "#   if ($syndicator_moved) { return 301 $syndicator_moved; }",
        "map $uri $syndicator_moved {",
        *(f'    "{prefix}{old}" "{prefix}{new}";' for old, new in sorted(forward.items())),
        "}",
        "map $uri $syndicator_gone {",
        *(f'    "{prefix}{name}" 1;' for name in gone),
        "}",
    ]
    return ("\n".join(lines) + "\n").encode()


def publish(outlet: Outlet, wanted: Collection[str], kept: Callable[[str], bytes | None]) -> set[str]:
    """Copies those of `wanted` that are not there, before a page shows them. Their names are made of their bytes: what
    is there is right. Returns those that are not `kept` either. Raises OSError."""
    missing = set(wanted) - outlet.names(PICTURES)
    lost = set()
    for name in sorted(missing):
        data = kept(name)
        if data is None:
            lost.add(name)
        else:
            outlet.put(name, data)
    return lost


def take_off(outlet: Outlet, wanted: Collection[str]) -> set[str]:
    """Deletes all but `wanted`, once no page shows them: of articles that were withdrawn, pruned or put on hold, and
    those that gave way to others. Returns the names. Raises OSError."""
    going = outlet.names(PICTURES) - set(wanted)
    for name in sorted(going):
        outlet.delete(name)
    return going
