"""Write redirect maps for moved and deleted addresses; publish copies of thumbnails."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from syndicator.core.formats import FORMATS, PICTURES
from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow, Outlet
from syndicator.publishing import paths
from syndicator.publishing.output.batches import batch

JSON: Final = paths.MAPS + "moved.json"
NGINX: Final = paths.MAPS + "nginx.conf"
CADDY: Final = paths.MAPS + "caddy.conf"
_THUMBNAIL: Final = re.compile(rf"{PICTURES}[0-9a-f]{{20}}\.webp")


def resolve_moves(rows: Sequence[FeedRow]) -> dict[FeedKey, FeedKey]:
    """Return old key -> present key for all feeds that moved. If a moved to b and b to c, both lead
    to c. Feeds that moved in a circle (a to b, b to a) are left out: they count as deleted. `rows`:
    all feeds in the database."""
    moves = {row.key: row.moved_to for row in rows if row.moved_to is not None}
    targets: dict[FeedKey, FeedKey] = {}
    for key in moves:
        # follow the moves from this feed on, until the last feed or a circle
        visited = {key}
        target = moves[key]
        while target in moves and target not in visited:
            visited.add(target)
            target = moves[target]
        if target not in visited:
            targets[key] = target
    return targets


def make_redirect_maps(
    rows: Sequence[FeedRow],
    base_url: str,
    off: Collection[FeedKey] = (),
    withdrawn: Iterable[str] = (),
) -> dict[str, bytes]:
    """Return the redirect maps for our own server, nginx and Caddy: file name -> bytes. With them,
    old addresses of moved feeds redirect to the new ones; addresses of ended feeds and withdrawn
    articles answer 410 (gone). `rows`: all feeds in the database; `base_url`: the address of the
    web root; `off`: feeds whose axis (kind) is not published now; `withdrawn`: file names of the
    pages of withdrawn articles."""
    targets = resolve_moves(rows)
    new_names: dict[str, str] = {}  # former file name -> present one
    for old_key, new_key in targets.items():
        for feed_format in FORMATS:
            old_name = paths.file_name(old_key, feed_format)
            new_names[old_name] = paths.file_name(new_key, feed_format)
    moved_names = dict(sorted(new_names.items()))

    ended_feeds = {row.key for row in rows if row.dropped or row.moved_to}
    gone_feeds = {*off, *ended_feeds} - targets.keys()
    gone_names = list(withdrawn)
    for key in gone_feeds:
        gone_names += [paths.file_name(key, feed_format) for feed_format in FORMATS]
    gone_names.sort()

    path_of_site = urlsplit(base_url).path  # nginx and Caddy need it before each name
    texts = {
        JSON: json.dumps({"moved": moved_names, "gone": gone_names}, indent=1),
        NGINX: _write_nginx_map(path_of_site, moved_names, gone_names),
        CADDY: _write_caddy_map(path_of_site, moved_names, gone_names),
    }
    return {name: f"{text}\n".encode() for name, text in texts.items()}


def _write_nginx_map(prefix: str, new_names: Mapping[str, str], gone_names: Sequence[str]) -> str:
    """Return the redirect map for nginx, as text: one `map` block with the moved addresses and one
    with the addresses that are gone. `prefix`: the path of the web root, such as "/news/";
    `new_names`: old file name -> new file name; `gone_names`: names of files that answer 410."""
    lines = [
        "# In http { }: include this file. In server { }:",
        "#   if ($syndicator_gone) { return 410; }",
        "#   if ($syndicator_moved) { return 301 $syndicator_moved; }",
        "map $uri $syndicator_moved {",
    ]
    lines += [f'    "{prefix}{old}" "{prefix}{new}";' for old, new in new_names.items()]
    lines += ["}", "map $uri $syndicator_gone {"]
    lines += [f'    "{prefix}{name}" 1;' for name in gone_names]
    lines.append("}")
    return "\n".join(lines)


def _write_caddy_map(prefix: str, new_names: Mapping[str, str], gone_names: Sequence[str]) -> str:
    """Return the redirect map for Caddy, as text: a directive for each moved address and for each
    one that is gone. `prefix`: the path of the web root, such as "/news/"; `new_names`: old file
    name -> new file name; `gone_names`: names of files that answer 410."""
    lines = ["# In a site block: import this file."]
    lines += [f'redir "{prefix}{old}" "{prefix}{new}" 301' for old, new in new_names.items()]
    lines += [f'respond "{prefix}{name}" 410' for name in gone_names]
    return "\n".join(lines)


def publish_thumbnails(
    outlet: Outlet, needed: Collection[str], load: Callable[[str], bytes | None]
) -> set[str]:
    """Publish the thumbnails that are needed and not published yet; return the names of those that
    are lost. `needed`: names of thumbnails; `load`: takes a name, returns the bytes of the
    thumbnail, None if it is lost. Raises OSError if a file cannot be written."""
    unpublished = set(needed) - outlet.names(PICTURES)
    lost = set()
    with batch(outlet):
        for name in sorted(unpublished):
            data = load(name)
            if data is None:
                lost.add(name)
            else:
                outlet.put(name, data)
    return lost


def delete_unneeded_thumbnails(outlet: Outlet, needed: Collection[str]) -> set[str]:
    """Delete the published thumbnails that are not needed any more; return their names. Other files
    in the same folder stay. `needed`: names of the thumbnails to keep. Raises OSError if a file
    cannot be deleted."""
    unneeded = outlet.names(PICTURES) - set(needed)
    thumbnails = {name for name in unneeded if _THUMBNAIL.fullmatch(name)}
    with batch(outlet):
        for name in thumbnails:
            outlet.delete(name)
    return thumbnails
