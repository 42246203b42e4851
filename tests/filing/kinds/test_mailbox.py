"""Newsletters of a mailbox become articles, each once; nothing else of it is stored, and no more of
them is published than their reader permits."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.runs import refresh
from syndicator.visiting.mail.mailbox import MailName
from syndicator.visiting.mail.maildir import Maildir
from tests.faults.instance import InProcess
from tests.filing.kinds.post import BRIDGES, DAY, NOW, PRIVATE, PUBLIC, TOWERS, Post
from tests.mails import deliver_to_maildir, make_mail


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    yield Post(tmp_path)


def test_a_newsletter_is_filed_once_and_shown_whole_to_its_reader(post: Post) -> None:
    post.configure(BRIDGES)
    for number in (1, 2, 3):
        post.deliver(f"{number}.host", make_mail(number, NOW - number * DAY))
    post.deliver("login.host", make_mail(4, NOW, sender="codes@bank.example"))
    outcome = post.visit()["bridges"]
    assert (len(outcome.added), outcome.reason, outcome.skipped) == (3, None, ())
    again = post.visit()["bridges"]
    assert (len(again.added), again.refused, len(post.files())) == (0, 0, 3)
    article = next(each for each in post.articles() if each.title == "Issue 2 of the bridges")
    assert article.url == "mid:issue.2@bridges.example"
    assert (article.author, article.published) == ("Bridges Weekly", NOW - 2 * DAY)
    assert article.body.startswith("The council counted 2 bridges")
    assert not article.hold and article.cover is None and article.origin.url == ""
    assert {stat.S_IMODE(path.stat().st_mode) for path in post.files()} == {0o600}
    shown = post.published()
    assert "counted 2 bridges" in shown and "mid:issue.2@bridges.example" in shown
    for secret in ("anna@reader", "pixel", "/u/123", "bank.example", "maildir:", "Maildir"):
        assert secret not in shown, secret


def test_each_newsletter_has_its_feed_and_others_are_only_named(post: Post) -> None:
    post.configure(BRIDGES, TOWERS)
    tower = {"List-Id": "<weekly.towers.example>", "Subject": "Towers"}
    post.deliver("1.host", make_mail(1, NOW))
    post.deliver("2.host", make_mail(2, NOW, sender="ed@towers.example", headers=tower))
    post.deliver("3.host", make_mail(3, NOW, sender="ed@tunnels.example"))
    letter = {"List-Unsubscribe": ""}
    post.deliver("4.host", make_mail(4, NOW, sender="codes@bank.example", headers=letter))
    added = {key: len(outcome.added) for key, outcome in post.visit().items()}
    assert added == {"bridges": 1, "towers": 1}
    assert post.warning("towers") == ""
    assert 'from = "ed@tunnels.example"' in post.warning("bridges")
    assert "bank" not in post.warning("bridges")
    database = (post.folder / "feeds/state/syndicator.db").read_bytes()
    assert b"tunnels.example" in database and b"counted 3 bridges" not in database
    assert b"bank.example" not in database
    post.configure(BRIDGES, TOWERS, 'key = "tunnels"\nfrom = "ed@tunnels.example"\n')
    assert len(post.visit()["tunnels"].added) == 1
    assert post.warning("bridges") == ""


def test_a_public_instance_publishes_no_mail_until_its_table_says_so(post: Post) -> None:
    post.configure(BRIDGES, settings=PUBLIC)
    post.deliver("1.host", make_mail(1, NOW))
    post.visit()
    assert [each.hold_reason for each in post.articles()] == ["private"]
    assert "bridges" not in post.published().lower().replace("sources/bridges", "")
    post.configure(BRIDGES + 'content = "excerpt"\n', settings=PUBLIC)
    post.visit()
    assert [each.hold for each in post.articles()] == [False]
    post.visit()
    assert "Issue 1 of the bridges" in post.published()


def test_mails_leave_the_feeds_of_an_instance_that_becomes_public(post: Post) -> None:
    post.configure(BRIDGES, settings=PRIVATE)
    post.deliver("1.host", make_mail(1, NOW))
    post.visit()
    assert "counted 1 bridges" in post.published()
    post.configure(settings=PUBLIC)  # and its source is removed
    post.visit()
    assert [each.hold_reason for each in post.articles()] == ["private"]
    assert "counted 1 bridges" not in post.published()


def test_forged_and_broken_mails_have_a_reason_and_hold_up_no_other(post: Post) -> None:
    post.configure(BRIDGES)
    forged = {"Authentication-Results": "mx.reader.example; dmarc=fail"}
    post.deliver("1.host", make_mail(1, NOW, headers=forged))
    post.deliver("2.host", make_mail(2, NOW, body="<img src='https://t.example/all.png'>"))
    post.deliver("3.host", make_mail(3, NOW))
    outcome = post.visit()["bridges"]
    assert {each.what.rpartition(":")[2]: each.reason for each in outcome.skipped} == {
        "issue.1@bridges.example": "mail-forged",
        "issue.2@bridges.example": "mail-empty",
    }
    assert (len(outcome.added), outcome.refused) == (1, 2)
    assert len(post.visit()["bridges"].added) == 0


def test_a_mail_of_100_megabytes_is_not_read(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(box: Maildir, name: MailName) -> bytes:
        raise AssertionError(name)

    monkeypatch.setattr(Maildir, "fetch", refuse)
    post.configure(BRIDGES)
    path = deliver_to_maildir(post.box, "1.host", make_mail(1, NOW), NOW)
    os.truncate(path, 100_000_000)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    [skipped] = post.visit()["bridges"].skipped
    assert (skipped.reason, "100,000,000 bytes" in skipped.detail) == ("mail-too-large", True)


def test_one_message_id_of_two_senders_changes_no_article(post: Post) -> None:
    post.configure(BRIDGES, 'key = "towers"\nfrom = "@towers.example"\n')
    post.deliver("1.host", make_mail(1, NOW))
    post.visit()
    before = post.files()[0].read_bytes()
    same = {"Message-ID": "<issue.1@bridges.example>", "Subject": "Ours now"}
    post.deliver("2.host", make_mail(9, NOW, sender="ed@towers.example", headers=same))
    assert len(post.visit()["towers"].added) == 1
    assert before in [path.read_bytes() for path in post.files()]
    assert len({each.id for each in post.articles()}) == 2


def test_a_mail_that_two_sources_name_is_one_article(post: Post) -> None:
    post.configure(BRIDGES, 'key = "all-bridges"\nfrom = "@bridges.example"\n')
    post.deliver("1.host", make_mail(1, NOW))
    post.visit()
    assert len(post.files()) == 1


def test_a_mail_is_put_away_after_it_is_filed(post: Post) -> None:
    post.configure(BRIDGES + 'after = "move:Read"\n')
    post.deliver("1.host", make_mail(1, NOW))
    post.deliver("2.host", make_mail(2, NOW, sender="ed@tunnels.example"))
    post.visit()
    assert (post.box / "new/1.host").exists()
    post.visit()
    assert (post.box / ".Read/cur/1.host:2,S").exists() and (post.box / "new/2.host").exists()
    post.visit()
    assert len(post.files()) == 1


def test_a_folder_that_is_gone_is_a_failure_of_the_source(post: Post) -> None:
    post.configure(BRIDGES)
    (post.box / "cur").rmdir()
    outcome = post.visit()["bridges"]
    assert (outcome.status, outcome.reason) == ("failed", "no-folder")


def test_a_sender_is_shown_as_it_names_itself(post: Post) -> None:
    post.configure(BRIDGES)
    name = {"From": '"Ida from Bridges & Co" <news@bridges.example>'}
    post.deliver("1.host", make_mail(1, NOW, headers=name))
    post.visit()
    assert [each.author for each in post.articles()] == ["Ida from Bridges & Co"]


def test_a_mail_that_cannot_be_put_away_is_read_nevertheless(post: Post) -> None:
    post.configure(BRIDGES + 'after = "move:Read"\n')
    (post.box / ".Read").write_text("no folder")
    post.deliver("1.host", make_mail(1, NOW))
    post.visit()
    post.deliver("2.host", make_mail(2, NOW))
    outcome = post.visit()["bridges"]
    assert (len(outcome.added), outcome.status) == (1, "new")
    assert 'after = "move:Read" was not possible' in post.warning("bridges")
    assert (post.box / "new/1.host").exists()


def test_a_mail_that_another_program_moves_meanwhile_is_read_by_the_next_visit(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.configure(BRIDGES)
    post.deliver("1.host", make_mail(1, NOW))
    fetch = Maildir.fetch

    def move_and_fetch(box: Maildir, name: MailName) -> bytes:
        (box.folder / name.name).rename(box.folder / "cur/1.host:2,")
        monkeypatch.setattr(Maildir, "fetch", fetch)
        return box.fetch(name)

    monkeypatch.setattr(Maildir, "fetch", move_and_fetch)
    outcome = post.visit()["bridges"]
    assert (len(outcome.added), outcome.refused) == (0, 0)
    assert len(post.visit()["bridges"].added) == 1
