"""Runs of `up` that fail altogether still send alerts, without a database."""

from __future__ import annotations

import asyncio
import json
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.configuration.settings import load
from syndicator.core.errors import DiskError, StoreError
from syndicator.health.alert import Outage
from syndicator.runs import daemon
from syndicator.runs.refresh import RunReport
from tests.instances import NOW, Instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    out = shlex.quote(str(tmp_path / "told"))
    made = Instance(
        tmp_path, settings=f'[alert]\ncommand = ["/bin/sh", "-c", "cat >> {out}; echo >> {out}"]\n'
    )
    (made.config / "sources.toml").write_text("")
    return made


def list_sent_events(instance: Instance) -> list[dict[str, Any]]:
    out = instance.folder / "told"
    lines = out.read_text().splitlines() if out.exists() else []
    return [event for line in lines for event in json.loads(line)["events"]]


def test_a_database_that_cannot_be_used_is_told_after_the_second_run(instance: Instance) -> None:
    """A damaged database is told after the second failed run, once, and no longer reported when it
    is whole again."""
    reports: list[RunReport] = []
    trouble: list[str] = []
    jobs = daemon.Jobs(
        instance.config, stop=asyncio.Event(), report_visits=reports.append, warn=trouble.append
    )
    asyncio.run(jobs.run(daemon.VISITS))

    assert len(reports) == 1
    assert list_sent_events(instance) == []

    database = instance.folder / "feeds/state/syndicator.db"
    whole = database.read_bytes()
    for name in ("syndicator.db-wal", "syndicator.db-shm"):
        database.with_name(name).unlink(missing_ok=True)
    database.write_bytes(b"noise" * 1000)
    asyncio.run(jobs.run(daemon.VISITS))

    assert list_sent_events(instance) == []

    for _ in range(3):
        asyncio.run(jobs.run(daemon.VISITS))
    [event] = list_sent_events(instance)

    assert event["kind"] == "database"
    assert event["state"] == "broken"
    assert event["code"] == "store"
    assert "syndicator.db" in event["detail"]
    assert len(trouble) == 4

    database.write_bytes(whole)
    asyncio.run(jobs.run(daemon.VISITS))

    assert len(reports) == 2
    assert len(trouble) == 4  # that it is over is said with the next message


def test_one_run_that_fails_is_no_outage(instance: Instance) -> None:
    """Single failed runs (instance.toml is missing) between good ones send no alert."""
    jobs = daemon.Jobs(instance.config, stop=asyncio.Event(), warn=lambda line: None)
    asyncio.run(jobs.run(daemon.VISITS))
    articles = instance.folder / "feeds/articles"
    toml_file = articles / "instance.toml"
    kept_text = toml_file.read_text()
    for _ in range(3):
        toml_file.unlink()
        asyncio.run(jobs.run(daemon.VISITS))
        toml_file.write_text(kept_text)
        asyncio.run(jobs.run(daemon.VISITS))

    assert list_sent_events(instance) == []


def test_an_outage_and_its_end_are_told_once_each(instance: Instance) -> None:
    """Four failures and a success give one "broken" and one "recovered"."""
    outage = Outage()
    settings = load(instance.config, {})
    for minutes in (0, 1, 12, 25, 40):
        error = StoreError("damaged") if minutes < 40 else None
        asyncio.run(
            outage.note_end(
                settings, error, NOW + timedelta(minutes=minutes), {"PATH": "/usr/bin:/bin"}
            )
        )

    assert [event["state"] for event in list_sent_events(instance)] == ["broken", "recovered"]


def test_a_job_that_fails_is_told_although_others_end_well(instance: Instance) -> None:
    """A job that keeps failing is reported although other jobs succeed."""
    outage = Outage()
    settings = load(instance.config, {})
    environ = {"PATH": "/usr/bin:/bin"}
    for _ in range(2):
        asyncio.run(
            outage.note_end(settings, DiskError("the disk is full"), NOW, environ, job="build")
        )
        asyncio.run(outage.note_end(settings, None, NOW, environ, job="visits"))

    assert [event["detail"] for event in list_sent_events(instance)] == ["the disk is full"]
