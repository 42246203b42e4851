"""Encode documents of rows: exact, readable by other versions, safe with invalid Unicode."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syndicator.core.model import (
    Article,
    Cadence,
    Discovery,
    Enclosure,
    Entry,
    Origin,
    Outcome,
    PageRecord,
    Problem,
    Rules,
    Source,
    SourceState,
    VisitTimes,
)
from syndicator.core.ports import EntryRow
from syndicator.core.ports.language_model import Asked, Meter
from syndicator.core.ports.subscriptions import Subscription, Tally
from syndicator.core.requests import Seen, Wrapper
from syndicator.health.episodes import Memory, Outbox
from syndicator.store import codec
from tests.states import change_state

NOW = datetime(2026, 11, 24, 12, 30, 5, 17, tzinfo=UTC)
# instances of versions that kept whole rows as documents
AGED = [
    Path(__file__).resolve().parents[1] / f"aged/{name}/instance/feeds/state/syndicator.db"
    for name in ("first", "second")
]
TABLES = {"sources": SourceState, "outcomes": Outcome, "entries": EntryRow, "articles": Article}
PACKED = [
    Outcome,
    EntryRow,
    Article,
    Source,
    Subscription,
    Tally,
    Asked,
    Meter,
    Wrapper,
    Memory,
    Outbox,
]
SURROGATE = "lone \ud800 surrogate"
GROUPS = {one.name: one.default for one in fields(SourceState) if is_dataclass(one.default)}
FULL_STATE = SourceState(
    key="example",
    url="https://example.org/",
    visits=VisitTimes(last_visit=NOW),
    cadence=Cadence(recent=(NOW, NOW - timedelta(days=1)), skip_hours=(1, 2)),
    discovery=Discovery(
        listing=Wrapper(
            by="blocks", paths=("a", "b"), seen=(Seen(url="https://example.org/a", title="A"),)
        )
    ),
    pages=PageRecord(unmatched={"select": 2}),
)


def with_dicts(value: Any) -> Any:
    """Return `value` with dicts for its mappings, of which hypothesis draws rare kinds."""
    mappings: dict[str, Any] = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        if isinstance(inner, Mapping):
            mappings[field.name] = dict(inner)
    return replace(value, **mappings)


@pytest.mark.parametrize("kind", PACKED, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_any_value_survives(kind: type[Any], data: st.DataObject) -> None:
    """Any value of each stored type is the same after packing and unpacking, and its document is
    ASCII."""
    value = with_dicts(data.draw(st.from_type(kind)))
    document = codec.pack(value)
    assume("NaN" not in document)  # equals nothing

    assert codec.unpack(kind, document) == value
    assert codec.pack(codec.unpack(kind, document)) == document
    assert document.isascii()


def test_fields_with_their_default_are_not_written() -> None:
    """Packed rows have only fields that differ from their default, and unpack to equal rows. A
    field that is named to `pack` is left out, too."""
    row = EntryRow(
        source_key="example",
        entry_id="1",
        url="",
        digest="",
        status="pending",
        first_seen=NOW,
        entry=Entry(
            id="1",
            published=NOW,
            enclosures=(Enclosure(url="https://example.org/a.mp3", length=3),),
        ),
    )

    assert codec.pack(row) == (
        '{"source_key":"example","entry_id":"1","url":"","digest":"","status":"pending",'
        '"first_seen":"2026-11-24T12:30:05.000017+00:00","entry":{"id":"1",'
        '"published":"2026-11-24T12:30:05.000017+00:00",'
        '"enclosures":[{"url":"https://example.org/a.mp3","length":3}]}}'
    )
    assert codec.unpack(EntryRow, codec.pack(row)) == row

    # without the field `entry`
    assert codec.pack(row, frozenset(("entry",))) == codec.pack(replace(row, entry=None))


def test_a_state_is_two_documents_without_groups() -> None:
    """The state of a source, which has groups of fields, is stored flat in two documents: the plan
    of visits, which changes often, and the rest. The single document of earlier versions is read,
    too. GROUPS has the names of the groups."""
    packed = codec.pack_state(FULL_STATE)
    data = json.loads(packed.data)
    plan = json.loads(packed.plan)

    assert codec.unpack_state(packed.data, packed.plan) == FULL_STATE
    assert {"key", "recent", "listing", "unmatched"} <= data.keys()
    assert plan.keys() <= {"last_visit", "last_success", "next_due", "due_why"}
    assert not GROUPS.keys() & data.keys()
    # as earlier versions wrote it, in one document
    assert codec.unpack_state(json.dumps(data | plan), "") == FULL_STATE


def test_no_two_groups_of_a_state_have_a_name_in_common() -> None:
    """Field names are unique across all groups of a source state, since the stored document has no
    groups."""
    # of all fields, in the groups and outside
    names = [inner.name for group in GROUPS.values() for inner in fields(group)]
    names += [field.name for field in fields(SourceState)]

    assert len(names) == len(set(names))


@given(state=st.from_type(SourceState))
def test_any_state_survives(state: SourceState) -> None:
    """Any state of a source is the same after packing and unpacking."""
    state = change_state(state, unmatched=dict(state.pages.unmatched))
    packed = codec.pack_state(state)
    assume("NaN" not in packed.data)

    assert codec.unpack_state(packed.data, packed.plan) == state
    assert codec.pack_state(codec.unpack_state(packed.data, packed.plan)) == packed


@pytest.mark.parametrize(
    "value",
    [
        Article(
            id="a",
            url=SURROGATE,
            title=SURROGATE,
            tags=(SURROGATE,),
            origin=Origin(title=SURROGATE),
        ),
        Source(
            key="a", url="b", headers_env={SURROGATE: SURROGATE}, rules=Rules(select=(SURROGATE,))
        ),
        Outcome(key="a", at=NOW, status="failed", skipped=(Problem(what=SURROGATE, reason="x"),)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_lone_surrogate_survives(value: Any) -> None:
    """Half of a surrogate pair, which UTF-8 cannot encode, is stored as a JSON escape and read back
    unchanged."""
    document = codec.pack(value)

    assert "\\ud800" in document
    assert codec.unpack(type(value), document) == value


def test_fields_of_a_later_version_are_ignored_at_every_depth() -> None:
    """Fields that only a later version knows are ignored when a state is read, so that a downgrade
    works."""
    packed = codec.pack_state(FULL_STATE)
    values = json.loads(packed.data)
    values["later"] = {"x": [1]}
    values["listing"]["later"] = None  # inside another field

    assert codec.unpack_state(json.dumps(values), packed.plan) == FULL_STATE


@pytest.mark.parametrize("zone", [UTC, None, timezone(timedelta(hours=-9, minutes=-30))], ids=str)
def test_times_keep_their_zone(zone: timezone | None) -> None:
    """A stored time keeps its time zone, or the lack of one."""
    outcome = Outcome(key="a", at=NOW.replace(tzinfo=zone), status="new")
    read = codec.unpack(Outcome, codec.pack(outcome))

    assert read == outcome
    assert read.at.isoformat() == outcome.at.isoformat()


@pytest.mark.parametrize(
    "document", ["", "{", "[]", '"text"', "{}", '{"key": "a", "at": "soon", "status": "new"}']
)
def test_another_document_is_refused(document: str) -> None:
    """A document that is not JSON, not an object, or lacks a valid required field raises an
    error."""
    with pytest.raises((ValueError, TypeError)):
        codec.unpack(Outcome, document)


def list_documents(database: Path) -> Iterator[tuple[type[Any], str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as connection:
        for table, kind in TABLES.items():
            for (document,) in connection.execute(f"SELECT data FROM {table}"):
                yield kind, document


@pytest.mark.parametrize("database", AGED, ids=lambda path: path.parts[-5])
def test_rows_of_earlier_versions_are_written_as_they_are(database: Path) -> None:
    """Documents in databases of earlier versions are the same after reading and writing, so that
    upgrade and downgrade lose nothing. The state of a source is two documents now, which together
    have the fields of the earlier one."""
    rows = list(list_documents(database))  # each with its type

    assert len(rows) > 400  # enough to mean something

    for kind, document in rows:
        if kind is SourceState:
            packed = codec.pack_state(codec.unpack_state(document, ""))
            again = json.loads(packed.data) | json.loads(packed.plan)
        else:
            again = json.loads(codec.pack(codec.unpack(kind, document)))
        assert again == json.loads(document)
