"""Newsletters of a mail server (dovecot): one connection, each mail filed once.
Also if a visit is interrupted. A password goes to no other server, log or feed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.runs import refresh
from tests.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.faults.instance import InProcess
from tests.filing.kinds.post import BRIDGES, DAY, NOW, TOWERS, MailInstance
from tests.mails import make_mail

TOWER = {"List-Id": "<weekly.towers.example>", "Subject": "Towers"}


@pytest.fixture(scope="module")
def running_server() -> Iterator[Dovecot]:
    with running_dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def server(running_server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    running_server.empty()
    monkeypatch.setenv("SSL_CERT_FILE", str(running_server.certificate))
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    return running_server


@pytest.fixture
def mail_instance(server: Dovecot, tmp_path: Path) -> MailInstance:
    return MailInstance(tmp_path, server.url, server.allow, {"MAIL_PASSWORD": PASSWORD})


def test_one_connection_serves_all_newsletters_of_a_mailbox(
    server: Dovecot, mail_instance: MailInstance
) -> None:
    """A mailbox has three mails of bridges, one of towers and one of tunnels, which is not
    followed. A run files the first four with a single login, names tunnels in a warning, and
    leaves every mail unread; the next run files nothing."""
    mail_instance.configure(BRIDGES, TOWERS)
    for number in (1, 2, 3):
        server.deliver_mail(
            f"{number}.host", make_mail(number, NOW - number * DAY), NOW - number * DAY
        )
    towers = make_mail(4, NOW, sender="ed@towers.example", headers=TOWER)
    server.deliver_mail("4.host", towers, NOW)
    server.deliver_mail("5.host", make_mail(5, NOW, sender="ed@tunnels.example"), NOW)
    logins_before = server.count_logins()
    added = {key: len(outcome.added) for key, outcome in mail_instance.visit_sources().items()}

    assert added == {"bridges": 3, "towers": 1}
    assert server.count_logins() == logins_before + 1
    assert 'from = "ed@tunnels.example"' in mail_instance.read_warning("bridges")

    added = {key: len(outcome.added) for key, outcome in mail_instance.visit_sources().items()}

    assert added == {"bridges": 0, "towers": 0}
    assert len(mail_instance.list_article_files()) == 4
    assert "counted 2 bridges" in mail_instance.read_published()
    # the name of an unread mail has no flags
    for name in server.list_names():
        assert name.endswith(":2,") or ":2," not in name


def test_mails_are_put_away_once_they_are_stored(
    server: Dovecot, mail_instance: MailInstance
) -> None:
    """With `after = "move:Read"` a mail is moved only by the visit after the one that stored it,
    and is not filed again; a mail of another sender stays in the inbox."""
    mail_instance.configure(BRIDGES + 'after = "move:Read"\n')
    server.deliver_mail("1.host", make_mail(1, NOW), NOW)
    server.deliver_mail("2.host", make_mail(2, NOW, sender="ed@tunnels.example"), NOW)
    mail_instance.visit_sources()

    assert len(server.list_names()) == 2  # both are in the inbox

    mail_instance.visit_sources()

    assert len(server.list_names()) == 1
    assert len(server.list_names("Read")) == 1

    mail_instance.visit_sources()

    assert len(mail_instance.list_article_files()) == 1


def test_a_mail_is_filed_once_if_the_server_numbers_its_mails_anew(
    server: Dovecot, mail_instance: MailInstance
) -> None:
    """After the server renumbers its mails (a new UIDVALIDITY), known mails are recognised and
    not filed again."""
    mail_instance.configure(BRIDGES)
    server.deliver_mail("1.host", make_mail(1, NOW), NOW)
    mail_instance.visit_sources()
    server.number_anew()
    server.deliver_mail("2.host", make_mail(2, NOW), NOW)

    assert len(mail_instance.visit_sources()["bridges"].added) == 1
    assert {article.title for article in mail_instance.load_articles()} == {
        "Issue 1 of the bridges",
        "Issue 2 of the bridges",
    }


def test_more_mails_than_a_visit_fetches_come_by_the_next_ones(
    server: Dovecot, mail_instance: MailInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit fetches at most 4 mails: of 11 mails, three visits file 4, 4 and 3, and the fourth
    finds nothing new."""
    monkeypatch.setattr("syndicator.filing.kinds.mailbox._MOST_MAILS", 4)
    monkeypatch.setattr("syndicator.filing.kinds.mailbox._MAILS_PER_PAGE", 3)
    mail_instance.configure(BRIDGES)
    for number in range(11):
        sent = NOW - timedelta(hours=number)
        server.deliver_mail(f"{number}.host", make_mail(number, sent), sent)
    added = [len(mail_instance.visit_sources()["bridges"].added) for _ in range(4)]

    assert added == [4, 4, 3, 0]
    assert len(mail_instance.list_article_files()) == 11


def test_the_password_stands_nowhere(
    server: Dovecot, mail_instance: MailInstance, caplog: pytest.LogCaptureFixture
) -> None:
    """A visit logs in, and another one fails with a wrong password: neither password is in the log,
    in the error or in any file that we write."""
    caplog.set_level(logging.DEBUG)
    mail_instance.configure(BRIDGES)
    server.deliver_mail("1.host", make_mail(1, NOW), NOW)
    mail_instance.visit_sources()
    mail_instance.environ = {"MAIL_PASSWORD": "a wrong password"}
    outcome = mail_instance.visit_sources()["bridges"]

    assert outcome.status == "failed"
    assert outcome.reason == "mail-login"

    written = [path.read_bytes() for path in mail_instance.folder.rglob("*") if path.is_file()]
    for secret in (PASSWORD, "a wrong password"):
        assert secret not in caplog.text
        assert secret not in outcome.detail
        assert not any(secret.encode() in data for data in written)


def test_a_wrong_password_is_tried_once_in_a_run(
    server: Dovecot, mail_instance: MailInstance
) -> None:
    """Two sources share a mailbox: after its password is refused for one, the other does not
    connect, so that no account is locked."""
    mail_instance.configure(BRIDGES, TOWERS)
    mail_instance.environ = {"MAIL_PASSWORD": "a wrong password"}
    connections_before = server.count_connections()
    outcomes = mail_instance.visit_sources()

    assert outcomes["bridges"].reason == "mail-login"
    assert outcomes["towers"].reason == "mail-login"
    assert server.count_connections() == connections_before + 1


def test_without_the_password_nothing_is_connected_to(
    server: Dovecot, mail_instance: MailInstance
) -> None:
    """If the variable with the password is unset, the visit fails with its name and opens no
    connection."""
    mail_instance.configure(BRIDGES)
    mail_instance.environ = {}
    before = server.count_connections()
    outcome = mail_instance.visit_sources()["bridges"]

    assert outcome.reason == "unset-variable"
    assert "MAIL_PASSWORD" in outcome.detail
    assert server.count_connections() == before
