"""A mailbox of 20,000 mails, few of them newsletters: limits of time and memory.
Through the command line, by a Maildir and by a mail server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.dovecot import PASSWORD, running_dovecot
from tests.filing.kinds.post import MailInstance
from tests.mails import deliver_to_maildir, make_mail
from tests.newsletters import NEWSLETTERS, make_issues

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
MAILS = 20_000
MOST_MORE_MEGABYTES = 80  # than for the same newsletters in a mailbox that has nothing else
MOST_MORE_CPU = 60.0  # seconds: 3 ms a mail


@dataclass(frozen=True, slots=True)
class Cost:
    cpu: float
    megabytes: float


def run_refresh(post: MailInstance, environ: Mapping[str, str]) -> Cost:
    """Run the command, and return the time and memory that it and its workers used."""
    command = [sys.executable, "-m", "syndicator", "refresh", "--all"]
    process = subprocess.Popen(
        [*command, "--config", str(post.folder / "config")],
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def fill_mailbox(
    deliver_mail: Callable[[str, bytes, datetime], object], now: datetime, others: int
) -> None:
    """Deliver five issues of each newsletter, and so many mails of other senders."""
    for number, issue in enumerate(make_issues(now)):
        deliver_mail(f"{number}.issue.host", issue.raw, issue.sent)
    for number in range(others):
        sent = now - timedelta(minutes=2 * number + 1)
        sender = f"codes{number % 40}@bank.example"
        letter = {"List-Unsubscribe": "" if number % 2 else "<https://bank.example/leave>"}
        raw = make_mail(number, sent, sender=sender, headers=letter)
        deliver_mail(f"{number}.other.host", raw, sent)


def check_cost(small: Cost, large: Cost) -> None:
    print(f"{MAILS:,} mails: {large}; 60: {small}")
    assert large.megabytes - small.megabytes < MOST_MORE_MEGABYTES
    assert large.cpu - small.cpu < MOST_MORE_CPU


def make_post(folder: Path, url: str = "", more: str = "") -> MailInstance:
    folder.mkdir()
    post = MailInstance(folder, url, more)
    post.configure(*(newsletter.table for newsletter in NEWSLETTERS))
    return post


def test_a_large_maildir(tmp_path: Path) -> None:
    """20,000 other mails in a Maildir cost little more time and memory than none, and a second
    visit files nothing new."""
    costs = []
    now = datetime.now(UTC).replace(microsecond=0)
    for name, others in (("small", 0), ("large", MAILS)):
        post = make_post(tmp_path / name)
        fill_mailbox(partial(deliver_to_maildir, post.box), now, others)
        costs.append(run_refresh(post, {}))
        assert len(post.list_article_files()) == 60
        again = run_refresh(post, {})
        print(f"{name}, again: {again}")
        assert len(post.list_article_files()) == 60

    check_cost(*costs)


def test_a_large_mailbox_of_a_server(tmp_path: Path) -> None:
    """20,000 other mails on the server cost little more time and memory than none, with one
    login and all 60 newsletters filed."""
    costs = []
    now = datetime.now(UTC).replace(microsecond=0)
    for name, others in (("small", 0), ("large", MAILS)):
        with running_dovecot() as server:
            environ = {"MAIL_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(server.certificate)}
            post = make_post(tmp_path / name, server.url, server.allow)
            fill_mailbox(server.deliver_mail, now, others)
            costs.append(run_refresh(post, environ))
            assert len(post.list_article_files()) == 60
            assert server.count_logins() == 1

    check_cost(*costs)
