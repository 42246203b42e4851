"""Decide after each try if a picture is done, tried again or given up; store thumbnail files."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from syndicator.articles import disk
from syndicator.core.model import Failed
from syndicator.core.ports.subscriptions import Picture, PictureRow
from syndicator.core.reasons import FetchReason, PictureReason, explain_reason

_MOST_TRIES: Final = 5
_FIRST_WAIT: Final = timedelta(hours=1)
_WAIT_FACTOR: Final = 4  # each wait is so many times as long as the one before: in all, five tries
_LOOK_AGAIN: Final = timedelta(days=7)  # until we check again if a forbidden picture is permitted
# Failures after which another try would fail, too.
_FINAL_REASONS: Final = (
    FetchReason.BAD_URL,
    FetchReason.BLOCKED_ADDRESS,
    FetchReason.DOWNGRADE,
    FetchReason.GONE,
    FetchReason.LEGAL,
    FetchReason.ROBOTS,
    FetchReason.TOO_LARGE,
)
# Directives in the header X-Robots-Tag by which a server forbids copies of a picture
# (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag). "none" means
# noindex and nofollow. A directive for one robot begins with its name: "googlebot: noindex".
_FORBIDDING_DIRECTIVES: Final = frozenset(
    ("noindex", "noimageindex", "none", "max-image-preview:none")
)
FOLDER: Final = "pictures/"  # in names of thumbnails, which are also those of the published files
_NAME: Final = re.compile(r"pictures/([0-9a-f]{2})([0-9a-f]{18})\.webp")
_NAME_DIGITS: Final = 20  # of a SHA-256 in hexadecimal: 80 bits, which no two files share by chance


def record_copy(row: PictureRow, picture: Picture) -> PictureRow:
    """Return the row of a picture of which a thumbnail was made."""
    return replace(row, picture=picture, next_try=None, reason="", detail="")


def record_failure(row: PictureRow, failure: Failed, now: datetime) -> PictureRow:
    """Return the row of a picture after it could not be fetched, with the time of the next try or
    given up. The failure counts as a try, unless no request was sent or the fault was on our side.
    """
    if failure.unasked or failure.ours:
        next_try = failure.retry_after or now + _FIRST_WAIT
        return _without_picture(row, failure.reason, failure.detail, next_try)
    if failure.reason in _FINAL_REASONS:
        return _give_up(row, failure.reason, failure.detail)
    return _count_try(row, failure.reason, failure.detail, now, failure.retry_after)


def record_refusal(
    row: PictureRow, reason: PictureReason, detail: str, now: datetime, *, final: bool
) -> PictureRow:
    """Return the row of a picture after it was fetched but no thumbnail could be made from it.
    `reason` and `detail` say why; `final`: another try would give the same result, so give it up.
    """
    if final:
        return _give_up(row, reason, detail)
    if reason == PictureReason.NOT_SHUT_OFF:  # this machine's fault
        return _without_picture(row, reason, detail, now + _FIRST_WAIT)
    return _count_try(row, reason, detail, now, None)


def record_ban(row: PictureRow, detail: str, now: datetime) -> PictureRow:
    """Return the row of a picture that must not be copied. After a week, we check if that has
    changed. `detail`: who forbids it."""
    return _without_picture(row, PictureReason.OFF_LIMITS, detail, now + _LOOK_AGAIN)


def find_ban(headers: Mapping[str, str]) -> str:
    """Return the directive of the header X-Robots-Tag that forbids us to copy a picture, such as
    "noindex"; "" if there is none. `headers`: name in lower case -> value."""
    directives: set[str] = set()
    for part in headers.get("x-robots-tag", "").lower().split(","):
        _, _, directive = part.rpartition(": ")  # without the name of a robot
        directives.add(directive.strip())
    forbidding = directives & _FORBIDDING_DIRECTIVES
    return min(forbidding, default="")  # any of them


def describe_picture(row: PictureRow) -> str:
    """Describe the state of a picture for the operator: made, waiting, or why there is none and
    when it is tried again."""
    if row.picture is not None:
        return f"made, {row.picture.width} x {row.picture.height}: {row.picture.name}"
    if not row.reason:
        return "waits to be fetched"
    meaning, _ = explain_reason(row.reason)
    text = f"none, {row.reason}: {meaning}"
    if row.detail not in ("", meaning):
        text += f" ({row.detail})"
    if row.next_try:
        return f"{text}; tried again after {row.next_try:%Y-%m-%d %H:%M} UTC"
    return f"{text}; not tried again"


def _count_try(
    row: PictureRow, reason: str, detail: str, now: datetime, not_before: datetime | None
) -> PictureRow:
    """Return the row of a picture after a failed try, with the time of the next try. Each wait is
    four times as long as the one before; the next try is not before `not_before`, a time that the
    server named, or None. After five tries the picture is given up."""
    if row.tries + 1 >= _MOST_TRIES:
        return _give_up(row, reason, detail)
    next_try = now + _FIRST_WAIT * _WAIT_FACTOR**row.tries
    if not_before is not None:
        next_try = max(next_try, not_before)
    return _without_picture(replace(row, tries=row.tries + 1), reason, detail, next_try)


def _give_up(row: PictureRow, reason: str, detail: str) -> PictureRow:
    """Return the row of a picture that is not tried again."""
    return _without_picture(replace(row, tries=row.tries + 1), reason, detail, None)


def _without_picture(
    row: PictureRow, reason: str, detail: str, next_try: datetime | None
) -> PictureRow:
    """Return the row of a picture without a thumbnail. `reason` and `detail` say why there is none;
    `next_try`: the time of the next try, None if there will be none."""
    return replace(row, picture=None, reason=reason, detail=detail, next_try=next_try)


class KeptPictures:
    """WebP files in the folder `root`, each named by a digest of its bytes. It is a cache: files
    that are lost are made again."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, webp: bytes) -> str:
        """Store a thumbnail, and return its name, such as pictures/0123456789abcdef0123.webp.
        Raises OSError."""
        name = f"{FOLDER}{hashlib.sha256(webp).hexdigest()[:_NAME_DIGITS]}.webp"
        path = self._path(name)
        if not path.exists():
            disk.write(path, webp, durable=False)
        return name

    def get(self, name: str) -> bytes | None:
        """Return the bytes of the thumbnail `name`, None if its file is missing or damaged."""
        try:
            content = self._path(name).read_bytes()
        except OSError:
            return None
        digest = hashlib.sha256(content).hexdigest()[:_NAME_DIGITS]
        is_intact = digest == Path(name).stem  # the name of a thumbnail is its digest
        return content if is_intact else None

    def drop_all_but(self, names: Collection[str]) -> int:
        """Delete the thumbnails whose names are not among `names`. Return the number of deleted
        files."""
        needed = {self._path(name) for name in names}
        unneeded = [path for path in sorted(self.root.glob("*/*")) if path not in needed]
        for path in unneeded:
            path.unlink(missing_ok=True)
        return len(unneeded)

    def sweep(self) -> None:
        """Delete temporary files that killed processes left."""
        for path in self.root.glob("*/.*"):
            if disk.is_litter(path.name):
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        """Return the path of the file of the thumbnail `name`. It is in a folder named after the
        first two digits of the name, so that folders stay small. Raises ValueError for an invalid
        name."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"not the name of a thumbnail: {name[:60]!r}")
        first_digits, further_digits = match.groups()
        return self.root / first_digits / f"{first_digits}{further_digits}.webp"
