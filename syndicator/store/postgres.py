"""Set timeouts on connections to PostgreSQL, classify its errors, and retry transactions that
conflict with those of other programs."""

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
# Options of libpq in seconds, except as noted: a server that lost power is noticed within a minute.
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
# it takes two hours. Nothing prescribes these numbers: we chose them.
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
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_NO_STATE = ""  # the error has no SQLSTATE, so it did not come from the server


class StoreConflict(StoreError):
    """Another writer changed the same rows; retrying the transaction succeeds."""


class StoreBusy(StoreError):
    """Another program held a lock for longer than we wait; try again later."""


class StoreAway(StoreError):
    """The database cannot be reached now, or this process has lost its lock in the database."""


class JobLost(StoreError):
    """The job belongs to another worker now; nothing of the transaction is written."""


# division_by_zero: a job's transaction divides by zero if the job belongs to another worker;
# lock_not_available
_CLASSES = {"22012": JobLost, "55P03": StoreBusy}


def choose_error_class(error: DBAPIError) -> type[StoreError]:
    """Return the class of our error to raise for an error of the driver. It depends on PostgreSQL's
    code of the error (SQLSTATE): StoreConflict, StoreAway (the server cannot be reached), JobLost
    or StoreBusy; StoreError for other codes and for SQLite."""
    driver_error: Any = error.orig
    if not hasattr(driver_error, "sqlstate"):  # SQLite
        return StoreError
    state: str = driver_error.sqlstate or _NO_STATE
    if state in _CONFLICTS:
        return StoreConflict
    if error.connection_invalidated or state.startswith(_AWAY):
        return StoreAway
    if state == _NO_STATE and isinstance(error, OperationalError):
        return StoreAway
    return _CLASSES.get(state, StoreError)


def find_away_cure(message: str) -> str:
    """Return what the operator should do if the server cannot be reached. `message`: the driver's
    words. Pure."""
    return PASSWORD_CURE if "password" in message else AWAY_CURE


def set_timeouts(engine: Engine) -> Engine:
    """Let `engine` set our timeouts (for statements, for locks and for connections whose other side
    does not answer) on each new connection. Return the engine."""

    @event.listens_for(engine, "connect")
    def _set_limits(connection: Any, _record: object) -> None:
        """Set the timeouts on a connection of psycopg. SQLAlchemy calls this for each new one."""
        # a SET inside a transaction would be undone with it
        previous_autocommit = connection.autocommit
        connection.autocommit = True
        connection.execute(_LIMITS)
        connection.autocommit = previous_autocommit

    return engine


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Inside the block, send each statement without waiting for the answer to the previous one; the
    block cannot read results. Raises DBAPIError if one of the statements fails. With SQLite the
    block runs as usual."""
    driver_connection: Any = connection.connection.driver_connection
    if not hasattr(driver_connection, "pipeline"):  # SQLite
        yield
        return
    # the end of the block raises the driver's own errors; callers expect those of SQLAlchemy
    error_class: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver_connection.pipeline():
            yield
    except error_class as error:
        raise DBAPIError.instance(
            None, None, error, error_class, dialect=connection.dialect
        ) from error


def lift_timeouts(connection: Connection) -> None:
    """Lift our timeouts for statements and locks until the transaction ends. Do nothing on
    SQLite."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_UNLIMITED)


def lock_until_commit(connection: Connection, name: str) -> None:
    """Wait for the lock `name` and hold it until the transaction ends, so that other programs that
    lock the same name wait. Do nothing on SQLite, which has one writer at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"name": name})


def make_retrying(part: T) -> T:
    """Change the object `part` so that each of its public methods runs again if it raises
    StoreConflict. Return `part`. Each of the methods must be a single transaction."""
    part_class: Any = type(part)
    part.__class__ = _make_retrying_class(part_class)
    return part


@functools.cache
def _make_retrying_class(part_class: Any) -> Any:
    """Return a subclass of `part_class` with the same name, whose public methods run again if they
    raise StoreConflict."""
    attributes = {"__doc__": part_class.__doc__, "__module__": part_class.__module__}
    for name in dir(part_class):
        if name.startswith("_"):
            continue
        attribute = inspect.getattr_static(part_class, name)
        if inspect.isfunction(attribute):  # a method
            attributes[name] = _with_retries(attribute)
    return type(part_class.__name__, (part_class,), attributes)


def _with_retries(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls `method`, and calls it again if it raises StoreConflict. The
    eighth StoreConflict is raised. The pauses between the calls grow and are random, so that two
    programs that conflict do not try again at the same moment."""

    @functools.wraps(method)
    def call_with_retries(*args: Any, **options: Any) -> Any:
        """Call `method`, and again after each StoreConflict except the last."""
        for try_number in range(_TRIES - 1):
            with suppress(StoreConflict):
                return method(*args, **options)
            time.sleep(_PAUSE * 2**try_number * (0.5 + random.random()))
        return method(*args, **options)  # the last try: its StoreConflict is raised

    return call_with_retries
