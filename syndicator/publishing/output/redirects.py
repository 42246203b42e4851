"""Write redirect maps for moved and deleted addresses; publish copies of thumbnails."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from urllib.parse import urlsplit

from syndicator.core.formats import FORMATS, PICTURES
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow, Outlet
from syndicator.publishing import paths
from syndicator.publishing.output.batches import batch

JSON = paths.MAPS + "moved.json"
NGINX = paths.MAPS + "nginx.conf"
CADDY = paths.MAPS + "caddy.conf"
_THUMBNAIL = re.compile(rf"{PICTURES}[0-9a-f]{{20}}\.webp")


def moved(rows: Sequence[FeedRow]) -> dict[FeedKey, FeedKey]:
    """Return moved feed -> final target, without feeds that move in a circle: these count as
    deleted."""
    step = {row.key: row.moved_to for row in rows if row.moved_to is not None}
    targets: dict[FeedKey, FeedKey] = {}
    for key in step:
        seen = {key}
        target = step[key]
        while target in step and target not in seen:
            seen.add(target)
            target = step[target]
        if target not in seen:
            targets[key] = target
    return targets


def files(
    rows: Sequence[FeedRow],
    base_url: str,
    off: Collection[FeedKey] = (),
    withdrawn: Iterable[str] = (),
) -> dict[str, bytes]:
    """Return the maps for our own server, nginx and Caddy, by file name. Paths include the path of
    `base_url`. `off`: feeds whose axis is not published now; `withdrawn`: pages of withdrawn
    articles."""
    prefix = urlsplit(base_url).path
    targets = moved(rows)
    moves = ((old, new, feed_format) for old, new in targets.items() for feed_format in FORMATS)
    forward = dict(
        sorted(
            (paths.file_name(old, feed_format), paths.file_name(new, feed_format))
            for old, new, feed_format in moves
        )
    )
    over = {*off, *(row.key for row in rows if row.dropped or row.moved_to)} - targets.keys()
    gone = sorted(
        chain(
            withdrawn,
            (paths.file_name(key, feed_format) for key in over for feed_format in FORMATS),
        )
    )
    caddy = [
        "# In a site block: import this file.",
        *(f'redir "{prefix}{old}" "{prefix}{new}" 301' for old, new in forward.items()),
        *(f'respond "{prefix}{name}" 410' for name in gone),
    ]
    nginx = [
        "# In http { }: include this file. In server { }:",
        "#   if ($syndicator_gone) { return 410; }",
        "#   if ($syndicator_moved) { return 301 $syndicator_moved; }",
        "map $uri $syndicator_moved {",
        *(f'    "{prefix}{old}" "{prefix}{new}";' for old, new in forward.items()),
        "}",
        "map $uri $syndicator_gone {",
        *(f'    "{prefix}{name}" 1;' for name in gone),
        "}",
    ]
    texts = {JSON: json.dumps({"moved": forward, "gone": gone}, indent=1)}
    texts |= {NGINX: "\n".join(nginx), CADDY: "\n".join(caddy)}
    return {name: f"{text}\n".encode() for name, text in texts.items()}


def publish(
    outlet: Outlet, wanted: Collection[str], stored: Callable[[str], bytes | None]
) -> set[str]:
    """Publish the missing thumbnails of `wanted`; return the names without `stored` bytes. Raises
    OSError."""
    missing = set(wanted) - outlet.names(PICTURES)
    lost = set()
    with batch(outlet):
        for name in sorted(missing):
            data = stored(name)
            if data is None:
                lost.add(name)
            else:
                outlet.put(name, data)
    return lost


def take_off(outlet: Outlet, wanted: Collection[str]) -> set[str]:
    """Delete the published thumbnails that are not `wanted`, no other file of their folder; return
    their names. Raises OSError."""
    going = {name for name in outlet.names(PICTURES) - set(wanted) if _THUMBNAIL.fullmatch(name)}
    with batch(outlet):
        for name in going:
            outlet.delete(name)
    return going
