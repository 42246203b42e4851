"""What is true of PostgreSQL alone: its driver, its limits in time, and which of its errors pass."""

from __future__ import annotations

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from syndicator.core.errors import StoreError

DRIVER = "postgresql+psycopg"
_CURE = "see that the server runs and store.url is right; nothing is lost, the next run goes on"
# Of one connection: seconds to make it; a peer that is gone is noticed within a minute (a machine without power).
CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds for which what was sent may stay without an answer of the network
    "prepare_threshold": None,  # prepared statements do not survive a pooler that hands connections around
}
# No statement of ours takes a minute but those of migrations and of a rebuild. A process that was stopped within a
# transaction must not hold up all others: its connection is ended before they give up; nor must a machine without
# power, which the server would notice after two hours. All are choices.
_LIMITS = (
    "SET statement_timeout = '120s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '5s'; "
    "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 30000"
)
_UNLIMITED = (
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)

# SQLSTATE: serialization_failure, deadlock_detected; unique_violation, as where two insert the same and neither sees it
_CONFLICTS = ("40001", "40P01", "23505")
# connection_exception, operator_intervention (the server stops, starts or ended us), idle for too long, too many of us
_AWAY = ("08", "57P", "25P03", "53300")
_BUSY = "55P03"  # lock_not_available: somebody holds what is waited for
_TRIES = 8
_PAUSE = 0.01  # seconds before the second try, doubled for each further one


class StoreConflict(StoreError):
    """Another writer came in between; the same again succeeds."""


class StoreBusy(StoreError):
    """Another program holds for long what is to be written; later it does not."""


class StoreAway(StoreError):
    """There is no connection to the database at the moment."""


class JobLost(StoreError):
    """The job was given to another worker: what was done meanwhile is not written."""


def is_lost(error: DBAPIError) -> bool:
    """True for what the fence of a job (`store.fleet.shards`) raises: division_by_zero."""
    return getattr(error.orig, "sqlstate", None) == "22012"


def is_conflict(error: DBAPIError) -> bool:
    """True for what the same transaction, once more, does not run into."""
    return getattr(error.orig, "sqlstate", None) in _CONFLICTS


def is_busy(error: DBAPIError) -> bool:
    """True where a lock was waited for in vain."""
    return getattr(error.orig, "sqlstate", None) == _BUSY


def is_away(error: DBAPIError) -> bool:
    """True where there is no connection (any more): refused, ended by the server, or it starts or stops."""
    if not hasattr(error.orig, "sqlstate"):
        return False  # of another driver
    state = getattr(error.orig, "sqlstate", "") or ""
    gone = isinstance(error, OperationalError) and not state  # nobody answered who could have said a state
    return gone or error.connection_invalidated or state.startswith(_AWAY)


def away(name: str, error: DBAPIError) -> str:
    """What the operator is told of a database that cannot be reached."""
    return f"the database {name} cannot be reached ({error.orig}): {_CURE}"


def polite(engine: Engine) -> Engine:
    """The engine, whose connections keep to `_LIMITS`."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(_LIMITS)
        connection.autocommit = before

    return engine


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Within, statements are sent without waiting for the answers of those before, which cannot be read."""
    driver: Any = connection.connection.driver_connection
    if not hasattr(driver, "pipeline"):
        yield
        return
    base: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except base as error:
        raise DBAPIError.instance(None, None, error, base, dialect=connection.dialect) from error


def unlimited(connection: Connection) -> None:
    """Lifts the limits in time for the transaction. Nothing on SQLite, which has none."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_UNLIMITED)


def alone(connection: Connection, name: str) -> None:
    """Wait for and exclude other transactions on `name`. Does nothing on SQLite, which has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"name": name})


_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def retried(part: Any) -> None:
    """Retry the methods of `part` after write conflicts; each is one transaction, so a failed try leaves nothing."""
    kind: Any = type(part)
    part.__class__ = _retrying(kind)


@functools.cache
def _retrying(kind: Any) -> Any:
    """A class like `kind` whose public methods are tried again; made once: each job of a worker has such parts."""
    found = ((name, inspect.getattr_static(kind, name)) for name in dir(kind) if not name.startswith("_"))
    methods = {name: _trying(one) for name, one in found if inspect.isfunction(one)}
    return type(kind.__name__, (kind,), {"__doc__": kind.__doc__, "__module__": kind.__module__, **methods})


def _trying(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def trying(*args: Any, **named: Any) -> Any:
        for number in range(_TRIES):
            try:
                return method(*args, **named)
            except StoreConflict:
                if number == _TRIES - 1:
                    raise
                time.sleep(_PAUSE * 2**number * (0.5 + random.random()))
        raise AssertionError("not reached")

    return trying
