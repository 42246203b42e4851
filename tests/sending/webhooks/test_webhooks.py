"""Webhooks to local receivers that are well, slow, down, or that refuse or redirect."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.core.errors import ConfigError
from syndicator.core.model import (
    BackOff,
    Failed,
    Outcome,
    Problem,
    SourceState,
    VisitTimes,
    entry_urn,
)
from syndicator.health.after_run import report_run
from syndicator.health.check.config_files import list_settings
from syndicator.health.check.installation import check
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.runs.build import build_feeds
from syndicator.sending import webhooks
from syndicator.upkeep.editorial import release, undo_withdrawal, withdraw
from syndicator.upkeep.reconcile import update_from_files
from syndicator.upkeep.reindex import reindex
from tests.instances import NOW, Instance, store_articles
from tests.postgres import Server
from tests.sending.webhooks.receiver import SECRET, Receiver, serve_receiver

SETTINGS = '[publish]\ntag_min = 1\n[[webhook]]\nurl = "{url}/feeds"\nsecret = "{secret}"\n{more}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serve_receiver() as made:
        yield made


@pytest.fixture
def instance(tmp_path: Path, receiver: Receiver) -> Instance:
    """An instance with one article published before it had a receiver."""
    result = Instance(tmp_path).fill_once(publish_one)
    configure_receiver(result, receiver)
    build_and_send(result)
    return result


def publish_one(instance: Instance) -> None:
    store_titles(instance, "Old")
    instance.now += timedelta(hours=1)
    instance.build()


def configure_receiver(
    instance: Instance, receiver: Receiver, more: str = 'allow = ["127.0.0.1"]\n'
) -> None:
    path = instance.config / "syndicator.toml"
    kept_lines = [
        line
        for line in path.read_text().splitlines()
        if line.startswith(("[store]", 'url = "postgresql'))
    ]
    path.write_text(
        SETTINGS.format(url=receiver.url, secret=SECRET, more=more) + "\n".join(kept_lines)
    )


@pytest.mark.slow
def test_messages_are_sent_from_a_database_server_too(
    postgres: Server, tmp_path: Path, receiver: Receiver
) -> None:
    """With a PostgreSQL store, messages are sent and retried in order; after a new database, only
    articles of the last day are announced again."""
    settings = f'[publish]\ntag_min = 1\n[store]\nurl = "{postgres.schema()}"\n'
    instance = Instance(tmp_path, settings=settings)
    publish_one(instance)
    configure_receiver(instance, receiver)
    build_and_send(instance)
    receiver.answer = lambda delivery: 500
    store_titles(instance, "First", "Second")
    build_and_send(instance)

    assert receiver.lines == ["article.published First"]

    receiver.answer = lambda delivery: 204
    instance.edit_file("First", "title: First", "title: Edited")
    send_later(instance, minutes=2)

    assert receiver.lines[1:3] == ["article.published First", "article.published Second"]
    assert receiver.lines[3:] == ["article.changed Edited"]

    with instance.open_app() as app:
        withdraw(app.archive, app.configuration, instance.load_article("Edited").id)
    send_later(instance, minutes=1)

    assert receiver.lines[4:] == ["article.withdrawn"]

    receiver.answer = lambda delivery: 500
    instance.now += timedelta(hours=25)
    store_titles(instance, "Waits")
    send_later(instance, minutes=1)
    path = instance.config / "syndicator.toml"
    empty_schema = f'url = "{postgres.schema()}"'
    path.write_text(re.sub(r'(?m)^url = "postgresql.*', empty_schema, path.read_text()))
    receiver.answer = lambda delivery: 204
    with instance.open_app(create=True) as app:
        reindex(app.archive, app.configuration)
    send_later(instance, minutes=5)

    # of the last day: what waited was lost
    assert receiver.lines[6:] == ["article.published Waits"]

    store_titles(instance, "New")
    send_later(instance, minutes=1)

    assert receiver.lines[7:] == ["article.published New"]


def store_titles(instance: Instance, *titles: str, **fields: object) -> None:
    with instance.open_app() as app:
        for title in titles:
            store_articles(
                app,
                title,
                f"The text of {title}.",
                tags=("AI",),
                **{"added": instance.now, **fields},
            )


def build_and_send(instance: Instance) -> list[Problem]:
    """Build and send, as `build` does."""
    with instance.open_app() as app:
        update_from_files(app.archive, app.configuration)
        asyncio.run(build_feeds(app))
        return asyncio.run(webhooks.send_due_messages(app.archive, app.configuration, app.jitter))


def send_later(instance: Instance, **passed: float) -> list[Problem]:
    instance.now += timedelta(**passed)
    return build_and_send(instance)


def test_the_signature_is_that_of_the_specification() -> None:
    """The signature equals the one in the example of the Standard Webhooks specification."""
    message_id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    sent_at = datetime.fromtimestamp(1614265330, UTC)
    headers = webhooks.make_signature(
        message_id, sent_at, b'{"test": 2432232314}', webhooks.read_signing_key(SECRET, {})
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-id"] == message_id
    assert headers["webhook-timestamp"] == "1614265330"


def test_an_article_is_announced_once_after_its_build_and_signed(
    instance: Instance, receiver: Receiver
) -> None:
    """A new article is announced once, only after its build, with the id of its feed entry and a
    valid signature."""
    store_titles(instance, "New")
    with instance.open_app() as app:
        assert (
            asyncio.run(webhooks.send_due_messages(app.archive, app.configuration, app.jitter))
            == []
        )

    assert receiver.got == []  # it is not published yet
    assert build_and_send(instance) == build_and_send(instance) == []

    [delivery] = receiver.got

    assert delivery.line == "article.published New"

    article = instance.load_article("New")
    with instance.open_app() as app:
        urn = entry_urn(app.archive.instance, article.id)
    data = delivery.message["data"]

    assert data["id"] == urn
    assert data["url"] == article.url
    assert data["_source"] == "one"
    assert urn in instance.read_published("all.json")
    assert data["tags"] == ["AI"]
    assert delivery.message["timestamp"] == instance.now.isoformat()

    key = webhooks.read_signing_key(SECRET, {})
    signed = webhooks.make_signature(
        delivery.headers["webhook-id"], instance.now, delivery.body, key
    )

    assert signed.items() <= delivery.headers.items()
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.path == "/feeds"


def test_articles_are_announced_in_the_order_in_which_they_came(
    instance: Instance, receiver: Receiver
) -> None:
    """Webhook messages about new articles are sent in the order of filing."""
    titles = [f"Number {number}" for number in range(6)]
    store_titles(instance, *titles)
    build_and_send(instance)

    assert receiver.lines == [f"article.published {title}" for title in titles]


def test_edits_and_withdrawals_follow_in_order(instance: Instance, receiver: Receiver) -> None:
    """An edit, a withdrawal and its undo are three messages about the same article id."""
    instance.edit_file("Old", "title: Old", "title: Renamed")
    send_later(instance, minutes=1)
    with instance.open_app() as app:
        withdraw(app.archive, app.configuration, instance.load_article("Renamed").id)
    send_later(instance, minutes=1)
    with instance.open_app() as app:
        undo_withdrawal(app.archive, app.configuration, "https://one.example/old")
    send_later(instance, minutes=1)

    assert receiver.lines == [
        "article.changed Renamed",
        "article.withdrawn",
        "article.published Renamed",
    ]

    urns = {delivery.message["data"]["id"] for delivery in receiver.got}

    assert len(urns) == 1
    assert len({delivery.headers["webhook-id"] for delivery in receiver.got}) == 3


def test_a_file_that_is_written_anew_is_no_news(instance: Instance, receiver: Receiver) -> None:
    """A changed title is announced; a file that is only touched is not."""
    instance.edit_file("Old", "title: Old", "title: Renamed")
    build_and_send(instance)
    path = instance.find_file("Renamed")
    os.utime(path, ns=(0, 0))
    send_later(instance, minutes=1)

    assert receiver.lines == ["article.changed Renamed"]


def test_what_a_build_leaves_is_announced_by_the_one_that_publishes_it(
    instance: Instance, receiver: Receiver
) -> None:
    """An article is announced after the build that publishes it, not before."""
    store_titles(instance, "New")
    with instance.open_app() as app:
        asyncio.run(build_feeds(app, accepts=lambda key: False))
        asyncio.run(webhooks.send_due_messages(app.archive, app.configuration, app.jitter))

    assert receiver.got == []

    build_and_send(instance)

    assert receiver.lines == ["article.published New"]


def test_what_is_filed_during_a_build_holds_up_no_other_news(
    instance: Instance, receiver: Receiver
) -> None:
    """An article filed during a build is announced after the next build."""
    store_titles(instance, "New")
    with instance.open_app() as app:
        during = iter(
            [lambda: store_articles(app, "Later", "A text.", tags=("AI",), added=instance.now)]
        )
        asyncio.run(build_feeds(app, turn=lambda: next(during, lambda: None)()))
        asyncio.run(webhooks.send_due_messages(app.archive, app.configuration, app.jitter))

    assert receiver.lines == ["article.published New"]

    build_and_send(instance)

    assert receiver.lines == ["article.published New", "article.published Later"]


def test_a_long_answer_is_an_answer(instance: Instance, receiver: Receiver) -> None:
    """A receiver may answer with a long body; the message counts as delivered and is not
    repeated."""
    receiver.answer = lambda delivery: 200
    receiver.text = b"x" * 100_000
    store_titles(instance, "New")

    assert build_and_send(instance) == []

    send_later(instance, hours=1)

    assert receiver.lines == ["article.published New"]


def test_an_article_on_hold_is_announced_with_its_release(
    instance: Instance, receiver: Receiver
) -> None:
    """An article on hold causes no message until it is released."""
    store_titles(instance, "Held", hold=True)
    send_later(instance, minutes=1)

    assert receiver.got == []

    with instance.open_app() as app:
        release(app.archive, app.configuration, [instance.load_article("Held").id])
    send_later(instance, minutes=1)

    assert receiver.lines == ["article.published Held"]


def test_private_sources_show_no_more_than_their_feeds(
    instance: Instance, receiver: Receiver
) -> None:
    """A message for a source with `content = "link"` has no excerpt."""
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "one"\nurl = "https://one.example/feed"\ncontent = "link"\n'
    )
    store_titles(instance, "New", excerpt="A line that is not to be shown.")
    build_and_send(instance)

    assert receiver.lines == ["article.published New"]
    assert b"not to be shown" not in receiver.got[0].body


def test_only_what_a_receiver_asked_for_is_sent(instance: Instance, receiver: Receiver) -> None:
    """A receiver gets only the events in its `events`."""
    configure_receiver(
        instance, receiver, 'allow = ["127.0.0.1"]\nevents = ["article.withdrawn"]\n'
    )
    store_titles(instance, "New")
    build_and_send(instance)
    with instance.open_app() as app:
        withdraw(app.archive, app.configuration, instance.load_article("New").id)
    send_later(instance, minutes=1)

    assert receiver.lines == ["article.withdrawn"]


@pytest.mark.parametrize(
    ("query", "announced"),
    [
        ("title:new", ["article.published New"]),
        ("not title:new", []),
        ("text", []),  # its text is not published
        ("excerpt", ["article.published New"]),
    ],
)
def test_a_query_chooses_what_is_announced(
    instance: Instance, receiver: Receiver, query: str, announced: list[str]
) -> None:
    """A webhook's query is matched with the published fields of an article."""
    configure_receiver(instance, receiver, f'allow = ["127.0.0.1"]\nquery = "{query}"\n')
    store_titles(instance, "New", excerpt="An excerpt.")
    build_and_send(instance)

    assert receiver.lines == announced


def test_a_receiver_that_comes_back_hears_of_nothing_in_between(
    instance: Instance, receiver: Receiver
) -> None:
    """A receiver that was removed and added again hears nothing of the article published
    meanwhile."""
    (instance.config / "syndicator.toml").write_text("[publish]\ntag_min = 1\n")
    store_titles(instance, "Meanwhile")
    send_later(instance, minutes=1)
    instance.now += timedelta(minutes=1)
    configure_receiver(instance, receiver)
    build_and_send(instance)
    store_titles(instance, "New")
    send_later(instance, minutes=1)

    assert receiver.lines == ["article.published New"]


@pytest.mark.parametrize("status", [500, 503, 429, 302, 307, 308, 0])
def test_a_receiver_that_fails_gets_the_same_message_again(
    instance: Instance, receiver: Receiver, status: int
) -> None:
    """A message that fails is sent again after a pause with the same id, later messages wait for
    it, and no redirect is followed."""
    answers = [status, 200, 200]
    receiver.answer = lambda delivery: answers.pop(0)
    store_titles(instance, "First", "Second")
    [problem] = build_and_send(instance)

    assert problem.what == "127.0.0.1"
    assert problem.reason == "webhook-failing"

    build_and_send(instance)

    # it gets a pause, and no redirect is followed
    assert receiver.lines == ["article.published First"]

    send_later(instance, minutes=2)

    assert receiver.lines == [
        "article.published First",
        "article.published First",
        "article.published Second",
    ]

    first, again, _ = (delivery.headers for delivery in receiver.got)

    assert first["webhook-id"] == again["webhook-id"]
    assert first["webhook-timestamp"] != again["webhook-timestamp"]


def test_a_message_that_is_refused_holds_up_its_article_alone(
    instance: Instance, receiver: Receiver
) -> None:
    """A refused message delays later messages of the same article only."""
    refused = [True]
    receiver.answer = lambda delivery: 400 if "First" in delivery.line and refused[0] else 200
    store_titles(instance, "First", "Second")
    build_and_send(instance)
    instance.edit_file("First", "title: First", "title: Edited")
    send_later(instance, seconds=1)

    assert receiver.lines == ["article.published First", "article.published Second"]

    refused[0] = False
    send_later(instance, minutes=2)

    assert receiver.lines[2:] == ["article.published First", "article.changed Edited"]


def test_a_receiver_that_refuses_everything_gets_a_pause(
    instance: Instance, receiver: Receiver
) -> None:
    """After three refused messages, the receiver gets no more for a while."""
    receiver.answer = lambda delivery: 401
    store_titles(instance, *(f"Number {number}" for number in range(9)))
    build_and_send(instance)
    send_later(instance, seconds=30)

    assert len(receiver.got) == 3


def test_a_slow_receiver_holds_up_no_other(
    instance: Instance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that does not answer in time does not delay the messages for another one."""
    over = threading.Event()
    receiver.answer = lambda delivery: 200 if over.wait(30) else 500
    monkeypatch.setattr(webhooks, "_DEADLINE", 0.3)
    with serve_receiver() as other_receiver:
        table = (
            f'[[webhook]]\nurl = "{other_receiver.url}"\n'
            f'secret = "{SECRET}"\nallow = ["127.0.0.1"]\n'
        )
        configure_receiver(instance, receiver, 'allow = ["127.0.0.1"]\n' + table)
        store_titles(instance, "First", "Second")
        [problem] = build_and_send(instance)
        over.set()

        assert other_receiver.lines == ["article.published First", "article.published Second"]

    assert receiver.lines == ["article.published First"]
    assert "no complete answer" in problem.detail


def test_a_run_sends_for_a_bounded_time(
    instance: Instance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages that do not fit into the time of a run (none here) are sent by the next one."""
    monkeypatch.setattr(webhooks, "SECONDS", -1.0)
    store_titles(instance, "New")
    build_and_send(instance)

    assert receiver.got == []

    monkeypatch.undo()
    build_and_send(instance)

    assert receiver.lines == ["article.published New"]


def test_a_private_address_needs_allow(instance: Instance, receiver: Receiver) -> None:
    """A receiver at a private address gets nothing until `allow` names its network; the report says
    how."""
    configure_receiver(instance, receiver, "")
    store_titles(instance, "New")
    [problem] = build_and_send(instance)

    assert receiver.got == []
    assert 'allow = ["127.0.0.1/32:' in problem.detail

    configure_receiver(instance, receiver)
    send_later(instance, minutes=2)

    assert receiver.lines == ["article.published New"]


def test_a_receiver_that_is_down_for_a_day_is_a_condition(
    instance: Instance, receiver: Receiver
) -> None:
    """A receiver that fails for 25 hours is a condition; it ends once messages arrive again."""
    configure_receiver(
        instance,
        receiver,
        'allow = ["127.0.0.1"]\nevents = ["article.published", "condition.opened"]\n',
    )
    receiver.answer = lambda delivery: 500
    store_titles(instance, "New")
    build_and_send(instance)

    assert list_open_conditions(instance) == set()

    instance.now += timedelta(hours=25)

    assert list_open_conditions(instance) == {"webhook-failing:127.0.0.1"}

    receiver.answer = lambda delivery: 200
    instance.now += timedelta(hours=2)
    list_open_conditions(instance)
    instance.now += timedelta(hours=2)

    assert list_open_conditions(instance) == set()

    [*_, published, opened] = receiver.got

    assert published.line == "article.published New"
    assert opened.message["data"]["kind"] == "webhook-failing"
    assert "127.0.0.1" in opened.message["data"]["subject"]


def list_open_conditions(instance: Instance) -> set[str]:
    """The end of a run. Returns the conditions of webhooks that are open."""
    from syndicator.health.episodes import read_memory

    with instance.open_app() as app:
        asyncio.run(
            report_run(
                app.archive,
                app.configuration,
                app.jitter,
                [Outcome(key="one", at=instance.now, status="unchanged")],
                BuildReport(),
                seconds=1,
            )
        )
        return {
            episode.identity
            for episode in read_memory(app.archive.store).episodes
            if episode.kind == "webhook-failing"
        }


def test_conditions_open_and_close(instance: Instance, receiver: Receiver) -> None:
    """A receiver gets one message when a source is gone and one when it has recovered."""
    for disabled in ("gone", None):
        state = SourceState(
            key="one",
            url="https://one.example/feed",
            visits=VisitTimes(first_visit=NOW, last_visit=instance.now),
            backoff=BackOff(disabled=disabled),
        )
        with instance.open_app() as app:
            app.archive.store.visits.save_states([state])
        list_open_conditions(instance)
        instance.now += timedelta(hours=1)

    assert [delivery.message["type"] for delivery in receiver.got] == [
        "condition.opened",
        "condition.closed",
    ]

    opened, closed = (delivery.message["data"] for delivery in receiver.got)

    assert opened["kind"] == "source-gone"
    assert opened["subject"] == "one"
    assert opened["state"] == "broken"
    assert closed["state"] == "recovered"
    assert opened["id"] != closed["id"]


def test_a_receiver_that_was_taken_out_leaves_nothing(
    instance: Instance, receiver: Receiver
) -> None:
    """Waiting messages of a removed receiver are deleted."""
    receiver.answer = lambda delivery: 500
    store_titles(instance, "New")
    build_and_send(instance)
    (instance.config / "syndicator.toml").write_text("[publish]\ntag_min = 1\n")
    send_later(instance, hours=1)
    with instance.open_app() as app:
        assert app.archive.store.messages.waiting() == []


def test_a_withdrawal_takes_the_text_that_waits(instance: Instance, receiver: Receiver) -> None:
    """Purging an article also deletes its text from the messages that wait; only the withdrawal is
    sent then."""
    receiver.answer = lambda delivery: 500
    store_titles(instance, "Secret")
    build_and_send(instance)
    with instance.open_app() as app:
        withdraw(app.archive, app.configuration, instance.load_article("Secret").id, purge=True)
    receiver.answer = lambda delivery: 200
    send_later(instance, hours=1)

    assert receiver.lines == ["article.published Secret", "article.withdrawn"]
    assert b"Secret" not in (instance.folder / "feeds/state/syndicator.db").read_bytes()


def test_a_crash_after_the_build_loses_nothing(
    instance: Instance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the program stops after a build and before the messages are queued, the next run sends
    them."""
    store_titles(instance, "New")

    with (
        monkeypatch.context() as patch,
        pytest.raises(KeyboardInterrupt),
        instance.open_app() as app,
    ):
        patch.setattr(webhooks, "queue_article_messages", _stop)
        asyncio.run(build_feeds(app))

    build_and_send(instance)

    assert receiver.lines == ["article.published New"]


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
def test_a_message_whose_sender_was_killed_is_sent_again(
    instance: Instance, receiver: Receiver
) -> None:
    """If the sender is killed before it records the answer, the message is sent again with the same
    id."""
    store_titles(instance, "First", "Second")
    command = [sys.executable, "-m", "syndicator", "build", "--config", str(instance.config)]
    sender = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(delivery: object) -> int:
        receiver.answer = lambda delivery: 200
        os.kill(sender.pid, signal.SIGKILL)
        return 200

    receiver.answer = kill
    assert sender.wait(60) == -signal.SIGKILL
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert receiver.lines == [
        "article.published First",
        "article.published First",
        "article.published Second",
    ]
    first, again, _ = (delivery.headers["webhook-id"] for delivery in receiver.got)
    assert first == again


def test_pauses_grow_to_an_hour_and_follow_what_the_receiver_asks() -> None:
    """Retry pauses double up to an hour; Retry-After is followed up to a day."""

    def pause(tries: int, asked: timedelta | None = None) -> timedelta:
        failed = Failed(
            url="", reason="http-503", status=503, retry_after=NOW + asked if asked else None
        )
        return webhooks.plan_next_try(tries, failed, NOW, 0.5) - NOW

    assert [pause(tries) for tries in (0, 1, 2)] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 4)
    ]
    assert pause(9) == pause(10_000) == timedelta(hours=1)
    assert pause(0, timedelta(hours=3)) == timedelta(hours=3)
    assert pause(0, timedelta(days=90)) == timedelta(days=1)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"]
)
def test_a_secret_that_signs_nothing_is_refused_and_not_shown(
    instance: Instance, secret: str
) -> None:
    """A signing secret that is empty, too short or of another form is refused, and the error does
    not show it."""
    path = instance.config / "syndicator.toml"
    path.write_text(path.read_text().replace(SECRET, secret))

    with (
        pytest.raises(ConfigError, match=r"webhook\.secret: write \"whsec_\"") as caught,
        instance.open_app(),
    ):
        pass
    assert "c2hvcnQ" not in str(caught.value)
    assert "MfKQ" not in str(caught.value)


def test_a_secret_is_not_shown_with_the_settings(instance: Instance) -> None:
    """The list of settings shows a webhook's address but not its secret."""
    [webhook_text] = [
        str(setting.value)
        for setting in list_settings(instance.config, {})
        if setting.name == "webhook"
    ]
    assert "/feeds" in webhook_text
    assert SECRET not in webhook_text


def test_a_secret_can_be_in_the_environment(instance: Instance, receiver: Receiver) -> None:
    """A secret may name a variable; while that is not set, nothing is sent and `check` reports the
    line."""
    path = instance.config / "syndicator.toml"
    path.write_text(path.read_text().replace(SECRET, "${HOOK}"))
    store_titles(instance, "New")
    [problem] = build_and_send(instance)

    assert "HOOK" in problem.detail
    assert receiver.got == []

    [finding] = [
        checked
        for checked in check(instance.config, environ={})
        if "webhook.secret" in checked.detail
    ]

    assert finding.severity == "error"
    assert finding.line == 5
    assert webhooks.read_signing_key("${HOOK}", {"HOOK": SECRET}) == webhooks.read_signing_key(
        SECRET, {}
    )
