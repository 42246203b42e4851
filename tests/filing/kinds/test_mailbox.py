"""Newsletters of a mailbox become articles, each once; nothing else of it is stored, and no more of
them is published than their reader permits."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App, open_app
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article, Outcome
from syndicator.runs import refresh
from syndicator.upkeep import reconcile
from tests.faults.instance import InProcess
from tests.mails import deliver, mail, make_maildir

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BRIDGES = 'key = "bridges"\nfrom = "news@bridges.example"\n'
TOWERS = 'key = "towers"\nlist = "weekly.towers.example"\n'
PRIVATE = f'[publish]\nstories = "off"\nsecret_path = "{"a" * 40}"\n'
PUBLIC = '[publish]\nstories = "off"\n'


class Post:
    """An instance that follows newsletters of one Maildir."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.box = make_maildir(folder / "Maildir")
        self.now = NOW
        (folder / "config").mkdir()

    def configure(self, *sources: str, settings: str = PRIVATE) -> None:
        tables = (f'[[source]]\nurl = "maildir:{self.box}"\n{source}' for source in sources)
        (self.folder / "config/sources.toml").write_text("".join(tables))
        (self.folder / "config/syndicator.toml").write_text(settings)

    def deliver(self, name: str, raw: bytes) -> None:
        deliver(self.box, name, raw, self.now)

    def open(self) -> App:
        return open_app(self.folder / "config", environ={}, clock=lambda: self.now)

    def visit(self) -> dict[str, Outcome]:
        """Visit all sources an hour after the last time."""
        self.now += timedelta(hours=1)
        with self.open() as app:
            report = asyncio.run(refresh.run(app, refresh.Wanted(all=True), stop=asyncio.Event()))
            reconcile.files(app.archive, app.configuration)
        return {outcome.key: outcome for outcome in report.outcomes}

    def warning(self, key: str) -> str:
        with self.open() as app:
            state = app.archive.store.visits.state(key)
        return state.warning if state else ""

    def files(self) -> list[Path]:
        return sorted((self.folder / "feeds/articles").rglob("*.md"))

    def articles(self) -> list[Article]:
        return [load(path.read_bytes()) for path in self.files()]

    def published(self) -> str:
        texts = (
            path.read_bytes().decode("utf-8", "replace")
            for path in (self.folder / "feeds/public").rglob("*")
            if path.is_file()
        )
        return "\n".join(texts)


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    yield Post(tmp_path)


def test_a_newsletter_is_filed_once_and_shown_whole_to_its_reader(post: Post) -> None:
    post.configure(BRIDGES)
    for number in (1, 2, 3):
        post.deliver(f"{number}.host", mail(number, NOW - number * DAY))
    post.deliver("login.host", mail(4, NOW, sender="codes@bank.example"))
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
    post.deliver("1.host", mail(1, NOW))
    post.deliver("2.host", mail(2, NOW, sender="ed@towers.example", headers=tower))
    post.deliver("3.host", mail(3, NOW, sender="ed@tunnels.example"))
    letter = {"List-Unsubscribe": ""}
    post.deliver("4.host", mail(4, NOW, sender="codes@bank.example", headers=letter))
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
    post.deliver("1.host", mail(1, NOW))
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
    post.deliver("1.host", mail(1, NOW))
    post.visit()
    assert "counted 1 bridges" in post.published()
    post.configure(settings=PUBLIC)  # and its source is removed
    post.visit()
    assert [each.hold_reason for each in post.articles()] == ["private"]
    assert "counted 1 bridges" not in post.published()


def test_forged_and_broken_mails_have_a_reason_and_hold_up_no_other(post: Post) -> None:
    post.configure(BRIDGES)
    forged = {"Authentication-Results": "mx.reader.example; dmarc=fail"}
    post.deliver("1.host", mail(1, NOW, headers=forged))
    post.deliver("2.host", mail(2, NOW, body="<img src='https://t.example/all.png'>"))
    post.deliver("3.host", mail(3, NOW))
    outcome = post.visit()["bridges"]
    assert {each.what.rpartition(":")[2]: each.reason for each in outcome.skipped} == {
        "issue.1@bridges.example": "mail-forged",
        "issue.2@bridges.example": "mail-empty",
    }
    assert (len(outcome.added), outcome.refused) == (1, 2)
    assert len(post.visit()["bridges"].added) == 0


def test_one_message_id_of_two_senders_changes_no_article(post: Post) -> None:
    post.configure(BRIDGES, 'key = "towers"\nfrom = "@towers.example"\n')
    post.deliver("1.host", mail(1, NOW))
    post.visit()
    before = post.files()[0].read_bytes()
    same = {"Message-ID": "<issue.1@bridges.example>", "Subject": "Ours now"}
    post.deliver("2.host", mail(9, NOW, sender="ed@towers.example", headers=same))
    assert len(post.visit()["towers"].added) == 1
    assert before in [path.read_bytes() for path in post.files()]
    assert len({each.id for each in post.articles()}) == 2


def test_a_mail_that_two_sources_name_is_one_article(post: Post) -> None:
    post.configure(BRIDGES, 'key = "all-bridges"\nfrom = "@bridges.example"\n')
    post.deliver("1.host", mail(1, NOW))
    post.visit()
    assert len(post.files()) == 1


def test_a_mail_is_put_away_after_it_is_filed(post: Post) -> None:
    post.configure(BRIDGES + 'after = "move:Read"\n')
    post.deliver("1.host", mail(1, NOW))
    post.deliver("2.host", mail(2, NOW, sender="ed@tunnels.example"))
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
