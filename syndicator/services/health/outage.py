"""What stops the runs of `up` altogether: a database, a disk, a file that cannot be used. The database cannot remember
that, so this process does, and those who asked for alerts are told all the same."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, SyndicatorError
from syndicator.core.reasons import ConditionReason, explained
from syndicator.services.health.condition import Condition
from syndicator.services.health.episodes import Memory, follow
from syndicator.services.health.memory import Outbox, is_due, put

_IN_A_ROW = 2  # runs: a file that is just being written mends itself


class Outage:
    """Is told after each run how that ended."""

    def __init__(self) -> None:
        self._memory, self._outbox, self._failures = Memory(), Outbox(), 0

    async def follow(
        self, settings: Settings, error: SyndicatorError | None, now: datetime, environ: Mapping[str, str]
    ) -> str:
        """Tells that runs fail, once they have twice in a row, and that they do no longer. Returns what was wrong with
        telling it, "" where nothing was."""
        self._failures = self._failures + 1 if error else 0
        found = [_condition(error)] if error and self._failures >= _IN_A_ROW else []
        if error and not found:
            return ""
        # an id is of this instance's folder and the time: who restarts the service in an outage is told again
        self._memory, events = follow(self._memory, found, now, uuid.uuid5(uuid.NAMESPACE_OID, str(settings.root)))
        if not (settings.alert.command or settings.alert.mail):
            return ""
        self._outbox = put(self._outbox, events)
        if not is_due(self._outbox, now):
            return ""
        from syndicator.services.health.alert import send

        fault, _ = await send(settings.alert, settings.site, self._outbox, now, environ)
        self._outbox = Outbox(waiting=self._outbox.waiting if fault else (), last=now, fault=fault)
        return fault


def _condition(error: SyndicatorError) -> Condition:
    means, cure = explained(error.reason)
    kind = ConditionReason.CONFIGURATION if isinstance(error, ConfigError) else ConditionReason.DATABASE
    return Condition(kind=kind, subject="", reason=means, detail=str(error), cure=cure, code=error.reason)
