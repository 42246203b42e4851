"""Rights that sources lost, and the line of sources.toml that gives them back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from syndicator.core.model import Problem, Source
from syndicator.core.reasons import CheckReason
from syndicator.services.container import App, owners


def line(source: Source, hosts: Iterable[str]) -> str:
    """The `speaks_for` of `source` with `hosts` added to what it has."""
    return f"speaks_for = {json.dumps(list(dict.fromkeys((*(source.speaks_for or ()), *hosts))))}"


def lost(app: App) -> Iterator[Problem]:
    """The hosts that each source wrote for and has no right to any more. Raises ConfigError."""
    for key, claimant in owners(app).items():
        hosts = [host for host in app.rights_file.shown(key) if not claimant.rights.owns(f"https://{host}/")]
        if hosts:
            detail = f"it wrote articles of {', '.join(sorted(hosts))}: {line(claimant.source, sorted(hosts))}"
            yield Problem(what=key, reason=CheckReason.RIGHT_LOST, detail=detail)
