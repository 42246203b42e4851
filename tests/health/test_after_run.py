"""The end of a run: counters, conditions and alerts, with a real database and mail server."""

from __future__ import annotations

import asyncio
import json
import shlex
import socketserver
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from prometheus_client import parser

from syndicator.app.container import App
from syndicator.core.model import BackOff, Outcome, Problem, SourceState, VisitTimes
from syndicator.health import episodes, metrics
from syndicator.health.after_run import check_health, is_check_due, report_run
from syndicator.health.episodes import read_counters, read_outbox
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.validate import find_atom_fault
from tests.instances import NOW, Instance

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "https://one.example/feed"


def end_run(
    instance: Instance, *, source_is_gone: bool, environ: dict[str, str] | None = None
) -> tuple[Problem, ...]:
    """The end of a run that found source "one" gone, or well."""
    state = SourceState(
        key="one",
        url=URL,
        visits=VisitTimes(first_visit=NOW, last_visit=instance.now, last_success=NOW),
    )
    if source_is_gone:
        state = replace(
            state,
            backoff=replace(
                state.backoff,
                disabled="gone",
                reason="gone",
                detail="HTTP 410 <b>\x1b",
                gone_since=NOW,
            ),
        )
    outcome = Outcome(
        key="one", at=instance.now, status="disabled" if source_is_gone else "unchanged"
    )
    with instance.open_app() as app:
        app.archive.store.visits.save_states([state])
        configuration = replace(app.configuration, environ=environ or {})
        return _follow(replace(app, configuration=configuration), [outcome])


def _follow(app: App, outcomes: Sequence[Outcome]) -> tuple[Problem, ...]:
    return asyncio.run(
        report_run(app.archive, app.configuration, app.jitter, outcomes, BuildReport(), seconds=1)
    )


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def write_settings(instance: Instance, text: str) -> None:
    (instance.config / "syndicator.toml").write_text(
        f'[site]\ntitle = "Ours"\nurl = "https://feeds.example/"\n{text}'
    )


def test_the_health_feed_is_valid_and_stable(instance: Instance) -> None:
    """The health feed has one entry for the start of a condition and one for its end, is valid
    Atom, and is the same each time it is made."""
    end_run(instance, source_is_gone=True)
    instance.now += timedelta(hours=1)
    end_run(instance, source_is_gone=False)
    with instance.open_app() as app:
        key = episodes.ensure_feed_token(app.configuration.settings.state_dir)
        health_feed = metrics.make_health_feed(app.configuration.settings, key)
        assert metrics.make_health_feed(app.configuration.settings, key) == health_feed

    assert find_atom_fault(health_feed) is None

    root = ElementTree.fromstring(health_feed)
    entries = root.findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]

    assert titles == [
        "one: over after 1 hour: the address is gone for good (HTTP 410)",
        "one: the address is gone for good (HTTP 410)",
    ]
    assert (
        len({entry.findtext(f"{ATOM}id") for entry in entries} | {root.findtext(f"{ATOM}id")}) == 3
    )
    assert len({entry.findtext(f"{ATOM}updated") for entry in entries}) == 2
    assert "<br>\nDetail: HTTP 410 &lt;b&gt;<br>" in str(entries[1].findtext(f"{ATOM}content"))


def test_its_address_is_where_it_is_served(instance: Instance) -> None:
    """The health feed links its local address, or the public one if published."""
    for text, base in (
        ("", "http://127.0.0.1:8080/"),
        ("[health]\npublish = true\n", "https://feeds.example/"),
    ):
        write_settings(instance, text)
        with instance.open_app() as app:
            health_feed = metrics.make_health_feed(app.configuration.settings, "key")
        assert f'href="{base}health/key.atom"'.encode() in health_feed


def test_the_token_is_minted_once_for_this_user_alone(tmp_path: Path) -> None:
    """The token of the alert feed is created once, in a file of mode 0600; an empty file is an
    error and not replaced."""
    assert episodes.read_feed_token(tmp_path) == ""

    key = episodes.ensure_feed_token(tmp_path / "state")

    assert len(key) > 30
    assert (
        episodes.ensure_feed_token(tmp_path / "state")
        == key
        == episodes.read_feed_token(tmp_path / "state")
    )

    [file] = (tmp_path / "state").iterdir()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    file.write_text("")

    with pytest.raises(OSError, match="delete it"):
        episodes.ensure_feed_token(tmp_path / "state")


def test_the_public_folder_has_it_by_setting_alone(instance: Instance) -> None:
    """The health feed is in the public folder only while `health.publish` is set, and no other
    public file links it."""
    public = instance.folder / "feeds/public"
    instance.build()
    end_run(instance, source_is_gone=True)
    with instance.open_app() as app:
        # `status` has an address to name after any run
        assert episodes.read_feed_token(app.configuration.settings.state_dir)
    before = {path for path in public.rglob("*") if path.is_file()}

    assert not any("health" in path.name for path in before)

    write_settings(instance, "[health]\npublish = true\n")
    instance.build()
    end_run(instance, source_is_gone=True)
    with instance.open_app() as app:
        name = episodes.feed_name(episodes.ensure_feed_token(app.configuration.settings.state_dir))

    assert (public / name).exists()

    public_files = [
        path
        for path in public.rglob("*")
        if path.is_file() and path.suffix != ".gz" and path != public / name
    ]

    assert not any(b"health/" in path.read_bytes() for path in public_files)

    write_settings(instance, "")
    end_run(instance, source_is_gone=True)

    assert not (public / name).exists()


def test_the_textfile_is_written_where_a_setting_names_it(instance: Instance) -> None:
    """Metrics are written to the file of `health.textfile`; if it cannot be written, that is a
    problem of the run."""
    write_settings(instance, '[health]\ntextfile = "metrics.prom"\n')

    assert end_run(instance, source_is_gone=True) == ()

    families = {
        family.name: family
        for family in parser.text_string_to_metric_families(
            (instance.folder / "metrics.prom").read_text()
        )
    }

    assert families["syndicator_sources"].samples[0].value == 2
    assert {
        sample.labels["kind"]: sample.value for sample in families["syndicator_conditions"].samples
    } == {"source-gone": 1}

    write_settings(instance, '[health]\ntextfile = "nowhere/metrics.prom"\n')
    [problem] = end_run(instance, source_is_gone=True)

    assert problem.what == "health.textfile"


@pytest.mark.parametrize(
    ("passed", "took", "has_news", "due"),
    [
        (1, 0.4, True, True),
        (1, 0.4, False, False),
        (301, 0.4, False, True),
        (60, 2.4, True, False),  # 50,000 sources: two seconds a minute would be too much
        (121, 2.4, True, True),
        (-5, 0.4, False, True),  # the clock was set back
    ],
)
def test_when_all_is_looked_at(passed: float, took: float, has_news: bool, due: bool) -> None:
    """All conditions are examined every five minutes, earlier after news, and less often if that
    takes long."""
    last = {"at": NOW.timestamp() - passed, "took": took}
    assert is_check_due(last, NOW, has_news=has_news) is due
    assert is_check_due({}, NOW, has_news=has_news)


def test_a_configuration_that_is_broken_is_told(instance: Instance) -> None:
    """A fault in the configuration becomes an event."""
    with instance.open_app() as app:
        asyncio.run(
            check_health(
                app.archive,
                app.configuration,
                has_news=False,
                unreadable_because="sources.toml: line 3",
            )
        )
        [event] = metrics.read_memory(app.archive.store).events
    assert event.kind == "configuration"
    assert event.detail == "sources.toml: line 3"


def test_a_run_in_which_nothing_happens_is_counted_and_spared_the_look(instance: Instance) -> None:
    """Idle runs are counted but look for conditions only after five minutes: the source that is
    gone is found by the second of these runs."""
    end_run(instance, source_is_gone=False)
    with instance.open_app() as app:
        app.archive.store.visits.save_states(
            [
                SourceState(
                    key="one",
                    url=URL,
                    backoff=BackOff(disabled="gone"),
                    visits=VisitTimes(last_visit=NOW),
                )
            ]
        )
        for minutes, events in ((1, 0), (6, 1)):
            instance.now = NOW + timedelta(minutes=minutes)
            _follow(app, [])
            assert len(metrics.read_memory(app.archive.store).events) == events
        assert read_counters(app.archive.store)["runs"] == {"ok": 3}


def configure_alert(instance: Instance, script: str) -> None:
    program = instance.folder / "tell"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    write_settings(
        instance, f'[alert]\ncommand = ["{program}", "$HOME; touch {instance.folder}/shell"]\n'
    )


def test_a_command_gets_what_broke_and_recovered(instance: Instance) -> None:
    """The alert command gets a JSON document with the "broken" event, and at least ten minutes
    later one with the "recovered" event."""
    out = instance.folder / "told"
    configure_alert(instance, f"cat >> {shlex.quote(str(out))}; echo >> {shlex.quote(str(out))}")

    assert end_run(instance, source_is_gone=True) == ()

    instance.now += timedelta(minutes=5)

    # within ten minutes: later
    assert end_run(instance, source_is_gone=False) == ()
    assert len(out.read_text().splitlines()) == 1

    instance.now += timedelta(minutes=6)

    assert end_run(instance, source_is_gone=False) == ()

    instance.now += timedelta(hours=6)

    assert end_run(instance, source_is_gone=False) == ()  # nothing new

    documents: list[dict[str, Any]] = [json.loads(line) for line in out.read_text().splitlines()]
    events = [event for document in documents for event in document["events"]]

    assert len(documents) == 2
    assert documents[0]["site"] == "Ours"
    assert [(event["state"], event["kind"], event["subject"]) for event in events] == [
        ("broken", "source-gone", "one"),
        ("recovered", "source-gone", "one"),
    ]
    assert events[0]["title"].startswith("one: the address is gone")
    assert events[0]["cure"]
    assert not (instance.folder / "shell").exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [("echo no network; exit 3", "exit code 3: no network"), ("rm $0; kill -9 $$", "exit code -9")],
)
def test_a_command_that_fails_is_told_and_tried_again(
    instance: Instance, script: str, words: str
) -> None:
    """If the alert command fails, its message is kept and sent eleven minutes later, together with
    that failure."""
    configure_alert(instance, script)
    [problem] = end_run(instance, source_is_gone=True)

    assert problem.reason == "alert-failing"
    assert words in problem.detail

    with instance.open_app() as app:
        outbox = read_outbox(app.archive.store)

    assert len(outbox.waiting) == 1
    assert words in outbox.fault

    out = instance.folder / "told"
    configure_alert(instance, f"cat > {shlex.quote(str(out))}")
    instance.now += timedelta(minutes=11)

    assert end_run(instance, source_is_gone=True) == ()
    assert {event["kind"] for event in json.loads(out.read_text())["events"]} == {
        "source-gone",
        "alert-failing",
    }


def test_a_command_that_does_not_end_is_ended(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert command that runs too long is killed with its children and reported."""
    monkeypatch.setattr("syndicator.health.alert.SECONDS", 0.2)
    configure_alert(instance, "sleep 600 & sleep 600")
    [problem] = end_run(instance, source_is_gone=True)

    assert "no end after" in problem.detail


def test_a_command_that_is_not_there_is_named(instance: Instance) -> None:
    """An alert command that does not exist is reported with its path."""
    write_settings(instance, '[alert]\ncommand = ["/nowhere/tell"]\n')
    [problem] = end_run(instance, source_is_gone=True)
    assert problem.detail == "/nowhere/tell: No such file or directory"


class _Mailbox(socketserver.StreamRequestHandler):
    """A mail server without TLS that takes one mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for raw in self.rfile:
            word = raw.split()[0].upper() if raw.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = b""
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    mail += line
                self.server.mails.append(mail.decode())  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            if word == b"QUIT":
                return


@contextmanager
def serve_mailbox() -> Iterator[tuple[int, list[str]]]:
    with socketserver.TCPServer(("127.0.0.1", 0), _Mailbox) as server:
        server.mails = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], server.mails  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


def test_a_mail_has_all_events(instance: Instance) -> None:
    """The alert mail has the event in its subject, the cure in its text and the header of automatic
    mails."""
    with serve_mailbox() as (port, mails):
        write_settings(
            instance, f'[alert]\nmail = "ops@feeds.example"\nsmtp = "smtp://127.0.0.1:{port}"\n'
        )
        assert end_run(instance, source_is_gone=True) == ()
    [mail] = mails

    assert "Subject: Ours: one: the address is gone for good" in mail.replace("\r\n ", " ")
    assert "Auto-Submitted: auto-generated" in mail
    assert "Cure: remove it" in mail


def test_a_mail_server_that_is_not_there_is_named(instance: Instance) -> None:
    """A mail server that refuses the connection (it was just stopped) is reported with its
    address."""
    with serve_mailbox() as (port, _):
        pass
    write_settings(
        instance, f'[alert]\nmail = "ops@feeds.example"\nsmtp = "smtp://127.0.0.1:{port}"\n'
    )
    [problem] = end_run(instance, source_is_gone=True)

    assert f"smtp://127.0.0.1:{port}" in problem.detail
    assert "refused" in problem.detail


def test_a_password_that_is_not_set_is_named(instance: Instance) -> None:
    """If the variable with the mail password is not set, the report names it."""
    write_settings(
        instance, '[alert]\nmail = "ops@feeds.example"\npassword_env = "MAIL_PASSWORD"\n'
    )
    [problem] = end_run(instance, source_is_gone=True)
    assert "MAIL_PASSWORD is not set" in problem.detail


@pytest.mark.parametrize(
    ("smtp", "secret", "words"),
    [("smtp://a..b", "x", "smtp://a..b"), ("smtp://a.example", "gehe\xefm", "not ASCII")],
)
def test_what_no_mail_can_be_sent_with_is_named_and_not_waited_for(
    instance: Instance, smtp: str, secret: str, words: str
) -> None:
    """Wrong mail settings are reported at once, without the password."""
    write_settings(
        instance,
        f'[alert]\nmail = "ops@feeds.example"\nsmtp = "{smtp}"\npassword_env = "MAIL_PASSWORD"\n',
    )
    [problem] = end_run(instance, source_is_gone=True, environ={"MAIL_PASSWORD": secret})

    assert words in problem.detail
    assert secret not in problem.detail.split()
