"""Newsletters in a mailbox become articles, each once; nothing else of it is stored.
No more of them is published than their reader permits."""

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
from tests.filing.kinds.post import BRIDGES, DAY, NOW, PRIVATE, PUBLIC, TOWERS, MailInstance
from tests.mails import deliver_to_maildir, make_mail


@pytest.fixture
def mail_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailInstance]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    yield MailInstance(tmp_path)


def test_a_newsletter_is_filed_once_and_shown_whole_to_its_reader(
    mail_instance: MailInstance,
) -> None:
    """On a private instance three mails of a newsletter are filed once, in files that only their
    owner may read, and published in full, without the reader's data. A login code from a bank is
    ignored."""
    mail_instance.configure(BRIDGES)  # follows news@bridges.example
    for number in (1, 2, 3):
        mail_instance.deliver_mail(f"{number}.host", make_mail(number, NOW - number * DAY))
    mail_instance.deliver_mail("login.host", make_mail(4, NOW, sender="codes@bank.example"))
    outcome = mail_instance.visit_sources()["bridges"]

    assert len(outcome.added) == 3
    assert outcome.reason is None
    assert outcome.skipped == ()

    second_outcome = mail_instance.visit_sources()["bridges"]

    assert len(second_outcome.added) == 0
    assert second_outcome.refused == 0
    assert len(mail_instance.list_article_files()) == 3

    article = next(
        each for each in mail_instance.load_articles() if each.title == "Issue 2 of the bridges"
    )

    assert article.url == "mid:issue.2@bridges.example"
    assert article.author == "Bridges Weekly"
    assert article.published == NOW - 2 * DAY
    assert article.body.startswith("The council counted 2 bridges")
    assert not article.hold
    assert article.cover is None
    assert article.origin.url == ""

    modes = {stat.S_IMODE(path.stat().st_mode) for path in mail_instance.list_article_files()}

    assert modes == {0o600}

    published = mail_instance.read_published()

    assert "counted 2 bridges" in published
    assert "mid:issue.2@bridges.example" in published

    # the reader's address, a tracking pixel, a link to unsubscribe, the other mail, the mailbox
    for secret in ("anna@reader", "pixel", "/u/123", "bank.example", "maildir:", "Maildir"):
        assert secret not in published, secret


def test_each_newsletter_has_its_feed_and_others_are_only_named(
    mail_instance: MailInstance,
) -> None:
    """Of the newsletters bridges and towers, which are followed, mails are filed. Of tunnels,
    which is not, only the sender is stored and named in a warning, until it is followed; of a
    personal mail from a bank nothing is stored."""
    mail_instance.configure(BRIDGES, TOWERS)
    tower = {"List-Id": "<weekly.towers.example>", "Subject": "Towers"}
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.deliver_mail(
        "2.host", make_mail(2, NOW, sender="ed@towers.example", headers=tower)
    )
    mail_instance.deliver_mail("3.host", make_mail(3, NOW, sender="ed@tunnels.example"))
    personal = {"List-Unsubscribe": ""}  # without this header a mail is no newsletter
    mail_instance.deliver_mail(
        "4.host", make_mail(4, NOW, sender="codes@bank.example", headers=personal)
    )
    added = {key: len(outcome.added) for key, outcome in mail_instance.visit_sources().items()}

    assert added == {"bridges": 1, "towers": 1}
    assert mail_instance.read_warning("towers") == ""
    assert 'from = "ed@tunnels.example"' in mail_instance.read_warning("bridges")
    assert "bank" not in mail_instance.read_warning("bridges")

    database = (mail_instance.folder / "feeds/state/syndicator.db").read_bytes()

    assert b"tunnels.example" in database
    assert b"counted 3 bridges" not in database
    assert b"bank.example" not in database

    mail_instance.configure(BRIDGES, TOWERS, 'key = "tunnels"\nfrom = "ed@tunnels.example"\n')

    assert len(mail_instance.visit_sources()["tunnels"].added) == 1
    assert mail_instance.read_warning("bridges") == ""


def test_a_public_instance_publishes_no_mail_until_its_table_says_so(
    mail_instance: MailInstance,
) -> None:
    """On a public instance mails are on hold as "private" until the operator sets `content` for
    their source."""
    mail_instance.configure(BRIDGES, settings=PUBLIC)
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.visit_sources()

    assert [article.hold_reason for article in mail_instance.load_articles()] == ["private"]

    # the feed of the source has its name, and nothing else is published
    published = mail_instance.read_published().lower()

    assert "bridges" not in published.replace("sources/bridges", "")

    mail_instance.configure(BRIDGES + 'content = "excerpt"\n', settings=PUBLIC)
    mail_instance.visit_sources()

    assert [article.hold for article in mail_instance.load_articles()] == [False]

    mail_instance.visit_sources()

    assert "Issue 1 of the bridges" in mail_instance.read_published()


def test_mails_leave_the_feeds_of_an_instance_that_becomes_public(
    mail_instance: MailInstance,
) -> None:
    """If an instance becomes public, its mails are put on hold and leave the feeds, even if
    their source was removed."""
    mail_instance.configure(BRIDGES, settings=PRIVATE)
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.visit_sources()

    assert "counted 1 bridges" in mail_instance.read_published()

    mail_instance.configure(settings=PUBLIC)  # and its source is removed
    mail_instance.visit_sources()

    assert [article.hold_reason for article in mail_instance.load_articles()] == ["private"]
    assert "counted 1 bridges" not in mail_instance.read_published()


def test_forged_and_broken_mails_have_a_reason_and_hold_up_no_other(
    mail_instance: MailInstance,
) -> None:
    """Of three mails the first is forged (DMARC failed) and the second has no text: both are
    refused with reasons. The third is filed, and the next visit files nothing."""
    mail_instance.configure(BRIDGES)
    forged = {"Authentication-Results": "mx.reader.example; dmarc=fail"}
    mail_instance.deliver_mail("1.host", make_mail(1, NOW, headers=forged))
    mail_instance.deliver_mail(
        "2.host", make_mail(2, NOW, body="<img src='https://t.example/all.png'>")
    )
    mail_instance.deliver_mail("3.host", make_mail(3, NOW))
    outcome = mail_instance.visit_sources()["bridges"]

    reasons = {problem.what.rpartition(":")[2]: problem.reason for problem in outcome.skipped}

    assert reasons == {
        "issue.1@bridges.example": "mail-forged",
        "issue.2@bridges.example": "mail-empty",
    }
    assert len(outcome.added) == 1
    assert outcome.refused == 2
    assert len(mail_instance.visit_sources()["bridges"].added) == 0


def test_a_mail_of_100_megabytes_is_not_read(
    mail_instance: MailInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail of 100 megabytes is refused by the size of its file alone: reading it (`fetch`) would
    fail this test."""

    def refuse(box: Maildir, name: MailName) -> bytes:
        raise AssertionError(name)

    monkeypatch.setattr(Maildir, "fetch", refuse)
    mail_instance.configure(BRIDGES)
    path = deliver_to_maildir(mail_instance.box, "1.host", make_mail(1, NOW), NOW)
    os.truncate(path, 100_000_000)  # makes the file longer without writing
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    [skipped] = mail_instance.visit_sources()["bridges"].skipped

    assert skipped.reason == "mail-too-large"
    assert "100,000,000 bytes" in skipped.detail


def test_one_message_id_of_two_senders_changes_no_article(mail_instance: MailInstance) -> None:
    """A mail with the Message-ID of another sender's mail becomes an article of its own and
    leaves the other one unchanged."""
    mail_instance.configure(BRIDGES, 'key = "towers"\nfrom = "@towers.example"\n')
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.visit_sources()
    before = mail_instance.list_article_files()[0].read_bytes()
    same_id = {"Message-ID": "<issue.1@bridges.example>", "Subject": "Ours now"}
    mail_instance.deliver_mail(
        "2.host", make_mail(9, NOW, sender="ed@towers.example", headers=same_id)
    )

    assert len(mail_instance.visit_sources()["towers"].added) == 1
    assert before in [path.read_bytes() for path in mail_instance.list_article_files()]
    assert len({article.id for article in mail_instance.load_articles()}) == 2


def test_a_mail_that_two_sources_name_is_one_article(mail_instance: MailInstance) -> None:
    """A mail of news@bridges.example matches two sources, by its address and by its domain: it is
    filed once."""
    mail_instance.configure(BRIDGES, 'key = "all-bridges"\nfrom = "@bridges.example"\n')
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.visit_sources()

    assert len(mail_instance.list_article_files()) == 1


def test_a_mail_is_put_away_after_it_is_filed(mail_instance: MailInstance) -> None:
    """With `after = "move:Read"` a mail that a visit filed is moved to the folder Read by the next
    visit, once it is safely stored, and not filed again. A mail of another sender stays."""
    mail_instance.configure(BRIDGES + 'after = "move:Read"\n')
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.deliver_mail("2.host", make_mail(2, NOW, sender="ed@tunnels.example"))
    mail_instance.visit_sources()

    assert (mail_instance.box / "new/1.host").exists()

    mail_instance.visit_sources()

    assert (mail_instance.box / ".Read/cur/1.host:2,S").exists()  # S: seen
    assert (mail_instance.box / "new/2.host").exists()

    mail_instance.visit_sources()

    assert len(mail_instance.list_article_files()) == 1


def test_a_folder_that_is_gone_is_a_failure_of_the_source(mail_instance: MailInstance) -> None:
    """If the folder `cur` of a Maildir is missing, the visit fails with "no-folder"."""
    mail_instance.configure(BRIDGES)
    (mail_instance.box / "cur").rmdir()
    outcome = mail_instance.visit_sources()["bridges"]

    assert outcome.status == "failed"
    assert outcome.reason == "no-folder"


def test_a_sender_is_shown_as_it_names_itself(mail_instance: MailInstance) -> None:
    """The author of an article is the display name of the mail's sender."""
    mail_instance.configure(BRIDGES)
    name = {"From": '"Ida from Bridges & Co" <news@bridges.example>'}
    mail_instance.deliver_mail("1.host", make_mail(1, NOW, headers=name))
    mail_instance.visit_sources()

    assert [article.author for article in mail_instance.load_articles()] == [
        "Ida from Bridges & Co"
    ]


def test_a_mail_that_cannot_be_put_away_is_read_nevertheless(mail_instance: MailInstance) -> None:
    """The first mail cannot be moved away after it was filed, as a file is in the place of the
    folder Read. It stays where it is, the second mail is filed nevertheless, and the source has a
    warning."""
    mail_instance.configure(BRIDGES + 'after = "move:Read"\n')
    (mail_instance.box / ".Read").write_text("no folder")
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    mail_instance.visit_sources()
    mail_instance.deliver_mail("2.host", make_mail(2, NOW))
    outcome = mail_instance.visit_sources()["bridges"]

    assert len(outcome.added) == 1
    assert outcome.status == "new"
    assert 'after = "move:Read" was not possible' in mail_instance.read_warning("bridges")
    assert (mail_instance.box / "new/1.host").exists()


def test_a_mail_that_another_program_moves_meanwhile_is_read_by_the_next_visit(
    mail_instance: MailInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program moves a mail from new/ to cur/ after a visit listed it and before it fetches
    it: that is no refusal, and the next visit files the mail."""
    mail_instance.configure(BRIDGES)
    mail_instance.deliver_mail("1.host", make_mail(1, NOW))
    fetch = Maildir.fetch

    def move_and_fetch(box: Maildir, name: MailName) -> bytes:
        (box.folder / name.name).rename(box.folder / "cur/1.host:2,")
        monkeypatch.setattr(Maildir, "fetch", fetch)
        return box.fetch(name)

    monkeypatch.setattr(Maildir, "fetch", move_and_fetch)
    outcome = mail_instance.visit_sources()["bridges"]

    assert len(outcome.added) == 0
    assert outcome.refused == 0

    next_outcome = mail_instance.visit_sources()["bridges"]

    assert len(next_outcome.added) == 1
