"""What is wrong with this machine: folders, disk, clock, names."""

from __future__ import annotations

import ipaddress
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from syndicator.configuration.settings import Settings
from syndicator.core.model import Source
from syndicator.core.reasons import CheckReason, ConditionReason, FetchReason
from syndicator.services.check.finding import Finding
from syndicator.services.health.condition import Disk
from syndicator.services.health.conditions import is_nearly_full, room
from syndicator.services.health.look import disks_of
from syndicator.services.recovery.clock import AHEAD

Lookup = Callable[[str, int], object]

_ASKED = 3  # names; one that resolves is enough
_SECONDS = 5.0  # for the next answer
_RESERVED = (".example", ".test", ".invalid", ".localhost")  # RFC 2606: in no DNS


def folders(settings: Settings) -> Iterator[Finding]:
    """Folders that cannot be written, and file systems that are nearly full."""
    for folder in settings.folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".check"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            taken = not folder.is_dir() and (folder.exists() or folder.is_symlink())
            cure = "it is no folder; move it away" if taken else "give this user write access"
            detail = f"{error.strerror}; {cure}"
            yield Finding(severity="error", what=str(folder), reason=CheckReason.NOT_WRITABLE, detail=detail)
    yield from full(disks_of(settings.folders))


def full(disks: Iterable[Disk]) -> Iterator[Finding]:
    """Those that are nearly full. Pure."""
    for disk in disks:
        if is_nearly_full(disk):
            detail = f"{room(disk)}; free some space: `syndicator prune` deletes kept pages"
            yield Finding(severity="warning", what=disk.path, reason=ConditionReason.DISK, detail=detail)


def clock(now: datetime, *, installed: datetime, last_run: datetime | None, articles: str = "") -> Iterator[Finding]:
    """A clock that is behind what it has been: at the last run, when this program was installed, or when the articles
    were filed (`articles`, in words). Pure."""
    for known, when in ((last_run, "the last run"), (installed, "this program was installed")):
        if known and known > now + AHEAD:
            detail = f"it says {now:%Y-%m-%d %H:%M} UTC, and {when} was at {known:%Y-%m-%d %H:%M}; set it"
            detail = detail.replace("installed was", "installed")
            yield Finding(severity="error", what="clock", reason=ConditionReason.CLOCK, detail=detail)
            return
    if articles:
        yield Finding(severity="error", what="clock", reason=ConditionReason.CLOCK, detail=articles)


def names(sources: Iterable[Source], lookup: Lookup) -> Iterator[Finding]:
    """Whether this machine finds hosts by their names: one of the first few sources' is enough."""
    hosts = list(dict.fromkeys(urlsplit(one.url).hostname or "" for one in sources if one.enabled))
    asked = [host for host in hosts if not _is_address(host) and not host.endswith(_RESERVED)][:_ASKED]
    if not asked or _one_resolves(asked, lookup):
        return
    detail = f"none of {', '.join(asked)} resolves: see the network of this machine, and /etc/resolv.conf"
    yield Finding(severity="warning", what="names of hosts", reason=FetchReason.DNS, detail=detail)


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return host in ("", "localhost")


def _one_resolves(hosts: Sequence[str], lookup: Lookup) -> bool:
    """Asks for all at once: a look-up cannot be stopped, and may take half a minute."""
    answers: queue.Queue[bool] = queue.Queue()

    def ask(host: str) -> None:
        try:
            lookup(host, 443)
            answers.put(True)
        except (OSError, UnicodeError, ValueError):
            answers.put(False)

    for host in hosts:
        threading.Thread(target=ask, args=(host,), daemon=True).start()
    with suppress(queue.Empty):
        return any(answers.get(timeout=_SECONDS) for _ in hosts)
    return False
