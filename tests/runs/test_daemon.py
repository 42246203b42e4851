"""The jobs of `up` share one opened instance and yield to other commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.app.container import App
from syndicator.app.lock import hold_run_lock
from syndicator.configuration.settings import load
from syndicator.health.documents import describe_instance
from syndicator.health.observing import open_read_only
from syndicator.health.summary import read_health
from syndicator.runs import daemon
from syndicator.runs.daemon import (
    BUILD,
    HEALTH,
    JOBS,
    RETENTION,
    VISITS,
    WEBHOOKS,
    Job,
    Jobs,
    Opened,
)
from tests.health.test_after_run import serve_mailbox
from tests.instances import Instance, store_articles

pytestmark = pytest.mark.anyio
MAIL = 'mail = ["me@ours.example"]\n[alert]\nsmtp = "smtp://127.0.0.1:{port}"\n'


class Up:
    """Jobs of an instance, and what they called for."""

    def __init__(self, instance: Instance) -> None:
        self.opened: list[App] = []
        self.called: list[tuple[str, float]] = []
        self.troubles: list[str] = []
        self.now = 0.0
        self.build_at_once: Callable[[], None] = lambda: None
        (instance.config / "sources.toml").write_text("")
        self.jobs = Jobs(
            instance.config,
            stop=asyncio.Event(),
            warn=self.troubles.append,
            run_beside=self.run_beside,
            bring_forward=lambda name, seconds: self.called.append((name, seconds)),
            read_next_runs=lambda: dict.fromkeys(JOBS, instance.now + timedelta(minutes=1)),
            clock=lambda: instance.now,
            steady=lambda: self.now,
        )

    def run_beside(
        self, app: App, build_at_once: Callable[[], None]
    ) -> AbstractAsyncContextManager[None]:
        self.opened.append(app)
        self.build_at_once = build_at_once
        return nullcontext()

    async def run_all(self) -> None:
        await asyncio.gather(*map(self.jobs.run, JOBS))


@pytest.fixture
def daemon_instance(instance: Instance) -> Up:
    return Up(instance)


async def test_jobs_that_start_together_open_the_instance_once(daemon_instance: Up) -> None:
    """Jobs of `up` that run at the same time share one opened instance: two rounds open it
    twice."""
    await daemon_instance.run_all()
    await daemon_instance.run_all()

    assert len(daemon_instance.opened) == 2
    assert daemon_instance.troubles == []


async def test_visits_wait_for_the_jobs_under_way_and_no_job_goes_before_them(
    daemon_instance: Up, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Visits wait for running jobs and are postponed by half a second; jobs that come meanwhile are
    postponed too, so that visits get their turn."""
    gate = asyncio.Event()

    async def wait(jobs: Jobs, opened: Opened) -> None:
        await gate.wait()

    monkeypatch.setitem(daemon.JOBS, WEBHOOKS, Job(60, wait))
    waiting = asyncio.create_task(daemon_instance.jobs.run(WEBHOOKS))
    await asyncio.sleep(0)
    await daemon_instance.jobs.run(HEALTH)  # joins

    assert len(daemon_instance.opened) == 1

    await daemon_instance.jobs.run(VISITS)
    await daemon_instance.jobs.run(RETENTION)
    gate.set()
    await waiting

    assert len(daemon_instance.opened) == 1

    postponed = [
        (name, seconds) for name, seconds in daemon_instance.called if name in (VISITS, RETENTION)
    ]

    assert sorted(postponed) == [(RETENTION, 0.5), (VISITS, 0.5)]

    with hold_run_lock(load(instance.config)):  # for half a second: another command's turn
        await daemon_instance.jobs.run(VISITS)

    assert len(daemon_instance.troubles) == 1
    assert "another run is under way" in daemon_instance.troubles[0]

    await daemon_instance.jobs.run(VISITS)

    assert len(daemon_instance.opened) == 2


async def test_a_lock_that_others_hold_is_said_once_between_two_visits(
    daemon_instance: Up, instance: Instance
) -> None:
    """If another command holds the lock, it is reported once a round of jobs, and a daily job is
    tried again within a minute."""
    with hold_run_lock(load(instance.config)):
        await daemon_instance.run_all()

        assert len(daemon_instance.troubles) == 1
        assert (RETENTION, 60.0) in daemon_instance.called  # it is not left out for a day

        await daemon_instance.run_all()

    assert len(daemon_instance.troubles) == 2
    assert daemon_instance.opened == []


async def test_an_edit_of_the_configuration_counts_from_the_next_visits(
    daemon_instance: Up, instance: Instance
) -> None:
    """A build keeps the configuration of the visits before it; the next visits read the edit (50 is
    the default limit)."""
    await daemon_instance.run_all()
    (instance.config / "syndicator.toml").write_text("[publish]\nlimit = 77\n")
    await daemon_instance.jobs.run(BUILD)
    await daemon_instance.jobs.run(VISITS)

    assert [app.configuration.settings.publish.limit for app in daemon_instance.opened[1:]] == [
        50,
        77,
    ]


async def test_builds_leave_time_for_the_visits(daemon_instance: Up, instance: Instance) -> None:
    """After a build that took long, the next one waits four times as long, even if it is asked for
    at once."""
    await daemon_instance.jobs.run(BUILD)
    daemon_instance.called.clear()

    def build_for_two_seconds() -> None:
        daemon_instance.now += 2

    with instance.open_app() as app:
        store_articles(app, "Story", "Text.")
    daemon_instance.jobs.watch = replace(daemon_instance.jobs.watch, turn=build_for_two_seconds)
    await daemon_instance.jobs.run(BUILD)
    build_seconds = daemon_instance.now

    assert build_seconds >= 2
    assert {name for name, _ in daemon_instance.called} == {HEALTH, WEBHOOKS}

    daemon_instance.called.clear()
    daemon_instance.now += 1
    daemon_instance.build_at_once()
    daemon_instance.now += 4 * build_seconds
    daemon_instance.build_at_once()

    assert daemon_instance.called == [(BUILD, 4 * build_seconds - 1), (BUILD, 0)]


async def test_status_says_when_each_job_ran_and_runs_next(
    daemon_instance: Up, instance: Instance
) -> None:
    """`status` shows the last and next time of each job."""
    await daemon_instance.run_all()
    with open_read_only(instance.config, now=lambda: instance.now) as opened:
        health = read_health(opened)
        jobs: list[Any] = list(describe_instance(health, opened.store, [])["schedule"])

    assert [job.job for job in jobs] == list(JOBS)
    assert {(job.last, job.next) for job in jobs} == {
        (instance.now, instance.now + timedelta(minutes=1))
    }


async def test_what_one_process_did_another_does_not_repeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart `up` does not send the digest mail of the morning again."""
    monkeypatch.setenv("TZ", "UTC")
    instance = Instance(tmp_path, settings='[publish]\ntag_min = 1\n[[digest]]\nname = "morning"\n')
    await asyncio.to_thread(instance.build)
    with serve_mailbox() as (port, mails):
        path = instance.config / "syndicator.toml"
        path.write_text(path.read_text() + MAIL.format(port=port))
        with instance.open_app() as app:
            store_articles(app, "Story", "Text.", added=instance.now)
        instance.now = datetime(2026, 3, 11, 7, tzinfo=UTC)
        for _ in range(2):
            up = Up(instance)
            for name in (*JOBS, *JOBS):
                await up.jobs.run(name)
            assert up.troubles == []

    assert len(mails) == 1
