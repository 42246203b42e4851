"""When `up` builds: due feeds at once, others after more changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from syndicator.app.container import App
from syndicator.core.model import FeedKey
from syndicator.publishing import builder
from syndicator.publishing.selection.pace import LONG, MANY
from syndicator.runs import build
from syndicator.runs.build import build_due, build_feeds
from syndicator.runs.build_timing import Settling
from syndicator.upkeep import editorial
from tests.instances import Instance, store_articles


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Runs:
    """What the runs of `up` do about building, in one process."""

    def __init__(self, instance: Instance, app: App) -> None:
        self.instance = instance
        self.app = app
        self.time = Time()
        self.number = 0
        self.settling = Settling(self.time)

    def file_and_count_builds(
        self, articles: int = 0, *, source: str = "one", first: bool = False
    ) -> int:
        """A run that files so many articles; how many builds it made. `first`: at the first visit
        of their source."""
        self.settling.begin(self.app)
        for _ in range(articles):
            self.number += 1
            store_articles(self.app, f"Story {self.number}", "Text.", source=source)
            self.settling.count_article()
        if first:
            self.settling.hurry()
        report = asyncio.run(build_due(self.app, self.settling))
        self.settling.end(self.app)
        return report.builds

    def count_shown(self) -> int:
        return self.instance.read_published("all.atom").count("<entry")


@pytest.fixture
def runs(instance: Instance) -> Iterator[Runs]:
    """With one article of a source that is published."""
    with instance.open_app(create=True) as app:
        made = Runs(instance, app)
        assert made.file_and_count_builds(1) == 1  # the first of a process
        yield made


def test_a_new_article_waits_and_then_all_of_them_are_built(runs: Runs) -> None:
    """A new article waits 180 seconds, and all that came meanwhile are built with it. One article
    was published before."""
    assert runs.file_and_count_builds(1) == 0

    runs.time.now += 120

    assert runs.file_and_count_builds(1) == 0
    assert runs.count_shown() == 1

    runs.time.now += 60  # since the first one

    assert runs.file_and_count_builds() == 1
    assert runs.count_shown() == 3

    runs.time.now += 300

    assert runs.file_and_count_builds() == 0


def test_many_do_not_wait(runs: Runs) -> None:
    """From MANY new articles on, the feeds are built at once."""
    assert runs.file_and_count_builds(MANY - 1) == 0
    assert runs.file_and_count_builds(1) == 1


def test_the_first_articles_of_a_source_do_not_wait(runs: Runs) -> None:
    """The first articles of a new source are published at once, and so are those of its first visit
    (`first`)."""
    assert runs.file_and_count_builds(1, source="two") == 1
    assert runs.file_and_count_builds(1, source="two") == 0
    assert runs.file_and_count_builds(1, source="two", first=True) == 1


def test_a_long_feed_and_what_speaks_of_all_rest_while_short_ones_are_built(runs: Runs) -> None:
    """While the feed of everything and the lists of all feeds are long and wait, the short feed of
    source "two" is built."""
    assert runs.file_and_count_builds(2 * LONG) == 1  # many

    runs.settling.record_build(
        {FeedKey("tag", str(n)): (200, 200) for n in range(60)}, 0
    )  # not its crowd
    runs.time.now += 200
    runs.file_and_count_builds(1, source="two")  # the first of its source
    runs.time.now += 10

    assert runs.file_and_count_builds(1, source="two") == 0

    runs.time.now += 180
    before = runs.instance.read_digests("public")

    assert runs.file_and_count_builds() == 1

    after = runs.instance.read_digests("public")
    changed = {name for name in after if after[name] != before.get(name)}

    assert {"sources/two.atom"} <= changed
    assert not changed & {
        "all.atom",
        "index.html",
        "feeds.html",
    }

    runs.time.now += 180

    assert runs.file_and_count_builds() == 1
    assert "Story 103" in runs.instance.read_published("all.atom")


def test_what_a_build_leaves_is_out_of_date_and_made_by_the_next_one(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build whose time is over publishes the urgent feeds and marks the rest as outdated; the
    next build makes that."""
    page = "archive/all/2026-03-09.html"
    monkeypatch.setattr(build, "LONGEST", 0.0)
    monkeypatch.setattr(builder, "_BATCH_SIZE", 1)
    runs.file_and_count_builds(1)
    runs.time.now += 180

    assert runs.file_and_count_builds() == 1
    assert "Story 2" not in runs.instance.read_published(page)
    assert runs.app.archive.store.index.list_outdated_owners()

    monkeypatch.undo()
    runs.time.now += 180

    assert runs.file_and_count_builds() == 1
    assert runs.count_shown() == 2
    assert "Story 2" in runs.instance.read_published(page)
    assert not runs.app.archive.store.index.list_outdated_owners()

    digests = runs.instance.read_digests("public")
    asyncio.run(build_feeds(runs.app, include_all=True))

    assert runs.instance.read_digests("public") == digests


def test_what_is_withdrawn_goes_from_pages_of_older_stories_at_once(runs: Runs) -> None:
    """The run after a withdrawal removes the article from archive pages too, without waiting."""
    runs.file_and_count_builds(1)
    asyncio.run(build_feeds(runs.app))
    editorial.withdraw(runs.app.archive, runs.app.configuration, "https://one.example/story-1")

    assert runs.file_and_count_builds() == 1

    page = runs.instance.read_published("archive/all/2026-03-09.html")

    assert "Story 2" in page
    assert "Story 1" not in page


def test_what_no_visit_did_does_not_wait(runs: Runs) -> None:
    """Changes by the operator are built at once."""
    assert runs.file_and_count_builds(1) == 0

    editorial.withdraw(runs.app.archive, runs.app.configuration, "https://one.example/story-1")

    assert runs.file_and_count_builds() == 1
    assert runs.count_shown() == 1


def test_an_edit_of_the_configuration_does_not_wait(runs: Runs) -> None:
    """An edit of the taxonomy is built at once, although one article alone would wait."""
    assert runs.file_and_count_builds(1) == 0

    runs.instance.write_taxonomy(runs.instance.taxonomy + '\n[[tag]]\nname = "robots"\n')
    with runs.instance.open_app() as app:
        runs.app = app
        assert runs.file_and_count_builds() == 1


def test_a_build_that_failed_is_due_at_once(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a build failed with an error, the next run builds without waiting again."""
    assert runs.file_and_count_builds(1) == 0

    runs.time.now += 180
    with monkeypatch.context() as patch:
        patch.setattr("syndicator.runs.build.plan_feed_specs", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            runs.file_and_count_builds()

    assert runs.file_and_count_builds() == 1


def test_once_an_hour_a_build_looks_at_what_no_mark_tells_of(runs: Runs) -> None:
    """Once an hour (3,600 seconds) a build checks all files and repairs the overwritten feed; after
    half an hour it does not."""
    (runs.instance.folder / "feeds/public/all.atom").write_text("an earlier day")
    runs.time.now += 1800

    assert runs.file_and_count_builds() == 0

    runs.time.now += 1800

    assert runs.file_and_count_builds() == 1
    assert runs.count_shown() == 1
