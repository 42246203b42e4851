"""Digests: one entry per period, made once; withdrawn articles leave it; one mail each."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import pytest

from syndicator.app.archive import make_opened_instance
from syndicator.configuration.settings import Digest, load
from syndicator.core.errors import ConfigError
from syndicator.core.formats import FORMATS
from syndicator.core.model import Problem
from syndicator.health.after_run import report_run
from syndicator.health.observing import observe
from syndicator.publishing.kinds.targets import BuildReport
from syndicator.publishing.validate import find_atom_fault
from syndicator.runs.build import build_due
from syndicator.runs.build_timing import Settling
from syndicator.sending.digests import last_end
from tests.health.test_after_run import serve_mailbox
from tests.instances import Instance, store_articles
from tests.stories.test_published import file_report
from tests.stories.test_published import open_and_run as operate
from tests.stories.test_stories import FERRY, QUAKE

SETTINGS = '[publish]\ntag_min = 1\nstories = "link"\n[[digest]]\nname = "morning"\n'
MORNING = datetime(2026, 3, 11, 7, tzinfo=UTC)
UTC_DAY = Digest(name="d", at="02:30")
WEEK = Digest(name="w", at="mon 00:00")


@pytest.fixture(autouse=True)
def utc_timezone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def make_instance_with_digest(folder: Path, more: str = "", settings: str = SETTINGS) -> Instance:
    """An instance whose digest began on 10 March at noon."""
    instance = Instance(folder, settings=settings + more)
    instance.build()
    return instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return make_instance_with_digest(tmp_path)


def list_digest_entries(
    instance: Instance, name: str = "morning"
) -> list[feedparser.FeedParserDict]:
    entries: list[feedparser.FeedParserDict] = feedparser.parse(
        instance.read_published(f"digests/{name}.atom")
    ).entries
    return entries


def list_story_addresses(
    instance: Instance, name: str = "morning", entry: int = 0
) -> list[list[str]]:
    """The addresses of each story of an entry, the lead first."""
    items = list_digest_entries(instance, name)[entry].content[0].value.split("</li>")[:-1]
    return [re.findall('href="([^"]*)"', item) for item in items]


def build_at(instance: Instance, now: datetime) -> None:
    instance.now = now
    instance.build()


LISTS = ("index.html", "feeds.html", "feeds.opml", "sitemap.xml")


def test_a_digest_is_there_from_the_first_day_and_in_the_lists_of_feeds(instance: Instance) -> None:
    """A new digest is an empty, valid feed and is in all lists of feeds; without its table it is in
    none."""
    is_listed = {name: "digests/morning." in instance.read_published(name) for name in LISTS}

    assert is_listed == dict.fromkeys(LISTS, True)
    assert list_digest_entries(instance) == []
    assert find_atom_fault(instance.read_published("digests/morning.atom").encode()) is None
    assert 'text="Digests"' in instance.read_published("feeds.opml")

    config = instance.config / "syndicator.toml"
    config.write_text(config.read_text().partition("[[digest]]")[0])
    instance.build()

    assert not [name for name in LISTS if "digests/" in instance.read_published(name)]


def end_run(instance: Instance) -> tuple[Problem, ...]:
    """The end of a run."""
    with instance.open_app() as app:
        return asyncio.run(
            report_run(app.archive, app.configuration, app.jitter, [], BuildReport(), seconds=1)
        )


def test_an_entry_lists_stories_by_outlets_and_is_made_once(instance: Instance) -> None:
    """A digest entry is made when its period ends, lists stories with more outlets first, is in
    every format, and does not change when more reports come."""
    file_report(instance, "one", excerpt="Nobody was <hurt>.")
    file_report(instance, "two")
    file_report(instance, "sea", FERRY)
    build_at(instance, MORNING - timedelta(seconds=1))

    assert list_digest_entries(instance) == []

    build_at(instance, MORNING)

    assert list_story_addresses(instance) == [
        ["https://one.example/a", "https://two.example/a"],
        ["https://sea.example/a"],
    ]

    (first_entry,) = list_digest_entries(instance)

    assert first_entry.title == "Morning: Wednesday, 11 March 2026"
    assert first_entry.published == MORNING.isoformat()
    assert first_entry.link == "http://127.0.0.1:8080/digests/morning.html#d2026-03-11"
    assert "</a> · One</p>\n<p>Also: <a" in first_entry.content[0].value
    assert "<p>Nobody was &lt;hurt&gt;.</p>" in first_entry.content[0].value

    for feed_format in ("rss", "json", "html"):
        assert "https://two.example/a" in instance.read_published(f"digests/morning.{feed_format}")

    assert "source" not in first_entry  # it would be the digest itself
    assert (
        find_atom_fault((instance.folder / "feeds/public/digests/morning.atom").read_bytes())
        is None
    )

    before = instance.read_digests("public/digests")
    file_report(instance, "three")
    build_at(instance, MORNING + timedelta(hours=23))

    assert instance.read_digests("public/digests") == before

    build_at(instance, MORNING + timedelta(days=1))
    second, again = list_digest_entries(instance)

    assert again.id == first_entry.id
    assert again.updated == first_entry.updated
    assert again.content == first_entry.content
    assert second.id != first_entry.id


def test_a_period_ends_before_its_last_moment_and_none_is_lost(instance: Instance) -> None:
    """An article filed at the very end of a period is in the next digest; one filed a second before
    is in this one."""
    with instance.open_app() as app:
        for title, added in (
            ("At the end", MORNING),
            ("Just before", MORNING - timedelta(seconds=1)),
        ):
            store_articles(app, title, "A text.", added=added)
    build_at(instance, MORNING + timedelta(hours=1))

    assert list_story_addresses(instance) == [["https://one.example/just-before"]]

    build_at(instance, MORNING + timedelta(days=3))

    assert list_story_addresses(instance) == [["https://one.example/at-the-end"]]


def test_a_report_after_the_period_is_not_of_it(instance: Instance) -> None:
    """Later reports of a story do not change an earlier digest."""
    for outlet, now in (("one", instance.now), ("two", MORNING)):
        instance.now = now
        file_report(instance, outlet)
    instance.build()

    assert list_story_addresses(instance) == [["https://one.example/a"]]

    build_at(instance, MORNING + timedelta(days=1))

    assert list_story_addresses(instance) == [["https://one.example/a", "https://two.example/a"]]

    instance.now = MORNING + timedelta(days=2)
    file_report(instance, "three")
    instance.build()

    assert len(list_digest_entries(instance)) == 2


def test_the_first_entry_is_of_the_last_period_alone(tmp_path: Path) -> None:
    """The first entry of a new digest covers only the last complete day, neither older articles nor
    those of today."""
    instance = Instance(tmp_path, settings=SETTINGS)
    with instance.open_app() as app:
        for title, hours in (("Old", 30), ("Of the last day", 20), ("Of today", 2)):
            store_articles(app, title, "A text.", added=instance.now - timedelta(hours=hours))
    instance.build()

    assert list_story_addresses(instance) == [["https://one.example/of-the-last-day"]]


def test_without_stories_there_is_no_entry(instance: Instance) -> None:
    """A digest gets no entry for a day without stories."""
    build_at(instance, MORNING)
    assert list_digest_entries(instance) == []


@pytest.mark.parametrize("operation", ["withdraw", "hide"])
def test_what_is_published_no_more_leaves_no_trace(instance: Instance, operation: str) -> None:
    """Articles that are withdrawn or hidden leave a digest entry without changing its date; an
    entry without articles disappears."""
    ids = [
        file_report(instance, "sea", FERRY),
        file_report(instance, "one"),
        file_report(instance, "two"),
    ]
    build_at(instance, MORNING)
    (first_entry,) = list_digest_entries(instance)
    operate(instance, operation, id=ids[1])
    instance.build()

    assert list_story_addresses(instance) == [["https://two.example/a"], ["https://sea.example/a"]]
    assert list_digest_entries(instance)[0].updated == first_entry.updated

    for article_id in (ids[0], ids[2]):
        operate(instance, operation, id=article_id)
    instance.build()

    assert list_digest_entries(instance) == []
    assert not [
        name
        for name in FORMATS
        if "example/a" in instance.read_published(f"digests/morning.{name}")
    ]


def test_a_digest_is_of_one_feed_and_goes_with_its_table(tmp_path: Path) -> None:
    """A digest contains articles of its feed only, and is deleted with its table."""
    instance = make_instance_with_digest(tmp_path, 'of = "tags/llm"\nat = "wed 07:00"\n')
    with instance.open_app() as app:
        store_articles(app, "Tagged", "A text.", added=instance.now, tags=("LLM",))
        store_articles(app, "Not", "A text.", added=instance.now)
    build_at(instance, MORNING)

    assert list_story_addresses(instance) == [["https://one.example/tagged"]]

    (instance.config / "syndicator.toml").write_text("[publish]\ntag_min = 1\n")
    instance.build()

    assert instance.read_digests("public/digests") == {}


def test_a_digest_of_a_query_has_the_stories_that_match(tmp_path: Path) -> None:
    """A digest with a query has only articles that match in published fields; "Not published" has
    the word in its text alone."""
    instance = make_instance_with_digest(tmp_path, 'query = "tag:llm or storm"\n')
    with instance.open_app() as app:
        store_articles(app, "Tagged", "A text.", added=instance.now, tags=("LLM",))
        store_articles(app, "A storm", "A text.", added=instance.now)
        store_articles(app, "Not published", "A storm.", added=instance.now)
    build_at(instance, MORNING)

    assert sorted(list_story_addresses(instance)) == [
        ["https://one.example/a-storm"],
        ["https://one.example/tagged"],
    ]


def test_a_due_entry_does_not_wait_for_articles(instance: Instance) -> None:
    """A digest entry is published when its time comes, although no new article makes a build
    due."""
    file_report(instance, "one")
    instance.build()
    settling = Settling(clock=lambda: 1.0)
    instance.now = MORNING - timedelta(seconds=1)
    with instance.open_app() as app:
        asyncio.run(build_due(app, settling))
        assert asyncio.run(build_due(app, settling)).written == ()
    instance.now = MORNING
    with instance.open_app() as app:
        assert "digests/morning.atom" in asyncio.run(build_due(app, settling)).written


@pytest.mark.parametrize(
    ("digest", "zone", "now", "then"),
    [
        # at 2:30 on the day without it, that is 3:30 of summer time; and the first of two
        (UTC_DAY, "Europe/Berlin", "2026-03-29T01:29:59", "2026-03-28T01:30:00"),
        (UTC_DAY, "Europe/Berlin", "2026-03-29T01:30:00", "2026-03-29T01:30:00"),
        (UTC_DAY, "Europe/Berlin", "2026-03-30T00:30:00", "2026-03-30T00:30:00"),
        (UTC_DAY, "Europe/Berlin", "2026-10-25T01:30:00", "2026-10-25T00:30:00"),
        (WEEK, "Asia/Tokyo", "2026-11-29T14:59:59", "2026-11-22T15:00:00"),
        (WEEK, "Asia/Tokyo", "2026-11-29T15:00:00", "2026-11-29T15:00:00"),
    ],
)
def test_periods_end_by_the_clock_of_the_operator(
    digest: Digest, zone: str, now: str, then: str
) -> None:
    """A period of a digest ends at local time, also on days when the clock changes. `then` is the
    end of the last period."""
    moment = datetime.fromisoformat(f"{now}+00:00")
    assert last_end(digest, moment, ZoneInfo(zone)) == datetime.fromisoformat(f"{then}+00:00")


def configure_mail(instance: Instance, port: int) -> None:
    text = (
        'mail = ["me@ours.example", "you@ours.example"]\n[alert]\nsmtp ='
        f' "smtp://127.0.0.1:{port}"\n'
    )
    (instance.config / "syndicator.toml").write_text(SETTINGS + text)


def test_a_mail_is_sent_once(instance: Instance) -> None:
    """A digest is mailed once to all its readers, however many runs follow in the same morning."""
    file_report(instance, "one", QUAKE)
    with serve_mailbox() as (port, mails):
        configure_mail(instance, port)
        build_at(instance, MORNING)

        assert end_run(instance) == ()
        assert end_run(instance) == ()

        build_at(instance, MORNING + timedelta(hours=1))

        assert end_run(instance) == ()
    (mail,) = mails

    assert "To: me@ours.example, you@ours.example" in mail
    assert "Subject: Morning: Wednesday, 11 March 2026" in mail
    assert "Strong quake hits Sant Orel in Verania (https://one.example/a)" in mail.replace(
        "=\r\n", ""
    )


def test_a_mail_that_fails_is_reported_and_tried_again(instance: Instance) -> None:
    """A digest mail that cannot be sent is reported, and is sent ten minutes later when the server
    answers."""
    file_report(instance, "one")
    with serve_mailbox() as (port, _):
        pass
    configure_mail(instance, port)
    build_at(instance, MORNING)
    (problem,) = end_run(instance)

    assert "me@ours.example" in problem.detail

    with instance.open_app() as app:
        assert (
            observe(make_opened_instance(app.archive, app.configuration, "")).alert
            == problem.detail
        )
    with serve_mailbox() as (port, mails):
        configure_mail(instance, port)

        assert end_run(instance) == (problem,)
        assert mails == []

        instance.now += timedelta(minutes=10)

        assert end_run(instance) == ()

    assert len(mails) == 1


def test_the_first_entry_of_a_new_digest_is_not_mailed(tmp_path: Path) -> None:
    """The first entry, which is about the time before the digest was set up, is published and not
    mailed."""
    with serve_mailbox() as (port, mails):
        instance = Instance(tmp_path)
        file_report(instance, "one")
        instance.now = MORNING
        configure_mail(instance, port)
        instance.build()

        assert len(list_digest_entries(instance)) == 1
        assert end_run(instance) == ()
    assert mails == []


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('name = "Big News"', "2: digest.name: write small letters"),
        ('name = "a"\nof = "tag:ai"', "3: digest.of: write"),
        ('name = "a"\nat = "25:00"', "3: digest.at: write"),
        ('name = "a"\nat = "may 07:00"', "3: digest.at: write"),
        ('name = "a"\nquery = "color:red"', "unknown field 'color'"),
        ('name = "a"\nmail = ["me"]', "3: digest.mail: write"),
        ('name = "a"\n[[digest]]\nname = "a"', "same name"),
    ],
)
def test_a_bad_table_names_file_line_and_key(tmp_path: Path, table: str, words: str) -> None:
    """A wrong value in `[[digest]]` is reported with file, line, key and what to write."""
    (tmp_path / "syndicator.toml").write_text(f"[[digest]]\n{table}\n")
    with pytest.raises(ConfigError, match=r"syndicator\.toml") as caught:
        load(tmp_path, {})
    assert words in str(caught.value)
