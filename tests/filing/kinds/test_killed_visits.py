"""A visit to a mailbox that is killed at any step loses no mail and files none twice."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.runs import refresh
from syndicator.store.records import Visits
from syndicator.visiting.mail.imap import ImapFolder
from syndicator.visiting.mail.imap_connection import ImapConnection
from syndicator.visiting.mail.maildir import Maildir
from tests.dovecot import PASSWORD, running_dovecot
from tests.faults.instance import InProcess
from tests.filing.kinds.post import BRIDGES, NOW, MailInstance
from tests.mails import make_mail

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MAILS = 3
STORE_STEPS: list[tuple[Any, str]] = [
    (Visits, "save_entries"),
    (FileArticleStore, "put"),
    (Visits, "end_visit"),
    (Visits, "commit"),
]
MAILDIR_STEPS = [
    (Maildir, "list_names"),
    (Maildir, "read_headers"),
    (Maildir, "fetch"),
    (Maildir, "put_away"),
    (os, "link"),
    *STORE_STEPS,
]
IMAP_STEPS = [
    (ImapConnection, "select"),
    (ImapFolder, "read_headers"),
    (ImapFolder, "fetch"),
    (ImapFolder, "put_away"),
]


def visit_in_a_child(
    post: MailInstance, step: tuple[Any, str] | None = None, after: bool = False
) -> bool:
    """Visit in another process, which is killed before `step`, or after it. Return whether it was:
    this one has no thread that a child would miss."""
    post.now += timedelta(hours=1)
    child = os.fork()
    if child == 0:
        try:
            refresh.make_worker = lambda settings: InProcess()  # type: ignore[assignment,return-value]
            if step is not None:
                kill_at(*step, after)
            post.visit_sources()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL)
    return status != 0


def kill_at(place: Any, name: str, after: bool) -> None:
    original: Callable[..., Any] = getattr(place, name)

    def killed(*args: Any, **kwargs: Any) -> Any:
        if after:
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, killed)


def check_killed(
    post: MailInstance, step: tuple[Any, str], after: bool, names: Callable[[], int]
) -> None:
    """Kill two visits at the step: the first that files mails, and the first that puts them away,
    are among them. Then visit as ever."""
    post.configure(BRIDGES + 'after = "move:Read"\n')
    killed = [visit_in_a_child(post, step, after) for _ in range(2)]
    assert any(killed), f"no visit came to {step}"
    for _ in range(2):
        visit_in_a_child(post)
        assert names() == MAILS  # nothing is deleted
    counter = Counter(article.url for article in post.load_articles())
    assert counter == {f"mid:issue.{number}@bridges.example": 1 for number in range(MAILS)}
    feed = next((post.folder / "feeds/public").rglob("sources/bridges.atom")).read_text()
    assert feed.count("</entry>") == MAILS


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", MAILDIR_STEPS, ids=lambda step: step[1])
def test_a_killed_visit_to_a_maildir(tmp_path: Path, step: tuple[Any, str], after: bool) -> None:
    """A visit that is killed before or after a step, while filing or while moving mails away,
    loses no mail and files none twice."""
    post = MailInstance(tmp_path)
    for number in range(MAILS):
        post.deliver_mail(f"{number}.host", make_mail(number, NOW))

    def count() -> int:
        return len({path.name[0] for path in post.box.rglob("*host*")})

    check_killed(post, step, after, count)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", IMAP_STEPS, ids=lambda step: step[1])
def test_a_killed_visit_to_a_mail_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str], after: bool
) -> None:
    """The same holds for a mailbox on a server: mails are in the inbox or in `Read`, and each is
    one article."""
    with running_dovecot() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        post = MailInstance(tmp_path, server.url, server.allow, {"MAIL_PASSWORD": PASSWORD})
        for number in range(MAILS):
            server.deliver_mail(f"{number}.host", make_mail(number, NOW), NOW)

        def count() -> int:
            return len(server.list_names()) + len(server.list_names("Read"))

        check_killed(post, step, after, count)
