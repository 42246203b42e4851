"""Set timeouts on PostgreSQL, classify its errors, and retry transactions that conflict."""

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from syndicator.core.errors import StoreError

T = TypeVar("T")
DRIVER = "postgresql+psycopg"
AWAY_CURE = "see that the server runs and store.url is right; nothing is lost, the next run goes on"
PASSWORD_CURE = (
    "set SYNDICATOR_STORE__URL=postgresql://USER:PASSWORD@HOST/DATABASE in the environment, or as a"
    " line of /etc/syndicator/environment, which units read, and commands that root types"
)
# Seconds to connect; a peer that lost power is noticed within a minute.
CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds without an acknowledgement of the network
    # prepared statements do not survive a pooler that hands connections around
    "prepare_threshold": None,
}
# Only statements of migrations and rebuilds take a minute. The server must end the connection of a
# frozen process or a machine without power before others give up waiting for its locks; by default
# it takes two hours. All are choices.
_LIMITS = (
    "SET statement_timeout = '120s'; SET lock_timeout = '10s'; SET"
    " idle_in_transaction_session_timeout = '5s'; SET tcp_keepalives_idle = 20; SET"
    " tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; SET tcp_user_timeout = 30000"
)
_UNLIMITED = (
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL"
    " idle_in_transaction_session_timeout = 0"
)
# SQLSTATE: serialization_failure, deadlock_detected; unique_violation (two insert the same row)
_CONFLICTS = ("40001", "40P01", "23505")
# connection_exception, operator_intervention (the server stops, starts or ended us), idle too long,
# too many clients
_AWAY = ("08", "57P", "25P03", "53300")
_TRIES = 8
_PAUSE = 0.01  # seconds before the second try, doubled for each further one
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class StoreConflict(StoreError):
    """Another writer changed the same rows; retrying the transaction succeeds."""


class StoreBusy(StoreError):
    """Another program held a lock for longer than we wait; try again later."""


class StoreAway(StoreError):
    """The database cannot be reached now, or a lock in it was lost."""


class JobLost(StoreError):
    """The job belongs to another worker now; nothing of the transaction is written."""


# division_by_zero, raised by the fence of a job; lock_not_available
_KINDS = {"22012": JobLost, "55P03": StoreBusy}


def kind(error: DBAPIError) -> type[StoreError]:
    """Return the subclass of StoreError for a driver error; StoreError itself for other errors and
    drivers."""
    if not hasattr(error.orig, "sqlstate"):
        return StoreError
    state = getattr(error.orig, "sqlstate", "") or ""
    unanswered = isinstance(error, OperationalError) and not state
    if state in _CONFLICTS:
        return StoreConflict
    if unanswered or error.connection_invalidated or state.startswith(_AWAY):
        return StoreAway
    return _KINDS.get(state, StoreError)


def find_away_cure(message: str) -> str:
    """Return what to do if the server cannot be reached for the reason `message`. Pure."""
    return PASSWORD_CURE if "password" in message else AWAY_CURE


def polite(engine: Engine) -> Engine:
    """Set the timeouts `_LIMITS` on each new connection of the engine."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        before = connection.autocommit
        connection.autocommit = True
        connection.execute(_LIMITS)
        connection.autocommit = before

    return engine


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Send statements without waiting for the answers of earlier ones. Results cannot be read
    inside."""
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
    """Lift the timeouts for this transaction. Does nothing on SQLite."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_UNLIMITED)


def alone(connection: Connection, name: str) -> None:
    """Lock `name` until the transaction ends. Does nothing on SQLite, which has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"name": name})


def retried(part: T) -> T:
    """Make the methods of `part`, each of which must be one transaction, retry after write
    conflicts; return `part`."""
    kind: Any = type(part)
    part.__class__ = _retrying(kind)
    return part


@functools.cache
def _retrying(kind: Any) -> Any:
    attributes = (
        (name, inspect.getattr_static(kind, name)) for name in dir(kind) if not name.startswith("_")
    )
    methods = {
        name: _with_retries(value) for name, value in attributes if inspect.isfunction(value)
    }
    return type(
        kind.__name__, (kind,), {"__doc__": kind.__doc__, "__module__": kind.__module__, **methods}
    )


def _with_retries(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def trying(*args: Any, **named: Any) -> Any:
        for number in range(_TRIES - 1):
            with suppress(StoreConflict):
                return method(*args, **named)
            time.sleep(_PAUSE * 2**number * (0.5 + random.random()))
        return method(*args, **named)

    return trying
