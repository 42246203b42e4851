"""New articles put on hold by visits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.app.container import App, open_app
from syndicator.core.model import Article
from syndicator.core.reasons import EntryReason
from syndicator.runs import refresh
from tests.faults.instance import NOT_SMALL, InProcess
from tests.world import World, patient_config, serve_world

LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


@pytest.fixture(autouse=True)
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())


def open_instance(folder: Path, world: World, hold: str) -> App:
    patient_config(folder / "config", world, port=0)
    settings = folder / "config/syndicator.toml"
    settings.write_text(settings.read_text().replace("[publish]", f'[publish]\nhold = "{hold}"'))
    return open_app(folder / "config", environ={}).__enter__()


def visit_and_list_new(app: App, limit: int | None = None) -> list[Article]:
    """Visit the source "holt"; return the articles that this files."""
    wanted = refresh.Wanted(keys=("holt",), limit=limit)
    (outcome,) = asyncio.run(refresh.run(app, wanted, stop=asyncio.Event())).outcomes
    return list(app.archive.store.index.articles(outcome.added).values())


def test_all_new_articles_wait_where_the_operator_wants_to_see_them(
    tmp_path: Path, world: World
) -> None:
    """With `hold = "all"` every new article waits unpublished, and the next visit does not file it
    again."""
    app = open_instance(tmp_path, world, "all")
    filed = visit_and_list_new(app)

    assert len(filed) > 1
    assert {(article.hold, article.hold_reason) for article in filed} == {(True, "all")}
    assert "<entry" not in (app.configuration.settings.public_dir / "all.atom").read_text()
    assert visit_and_list_new(app) == []  # nothing is fetched or filed twice
    assert {
        article.hold
        for article in app.archive.store.index.articles([article.id for article in filed]).values()
    } == {True}


def test_what_reads_well_does_not_wait_and_the_surplus_of_a_flood_does(
    tmp_path: Path, world: World
) -> None:
    """With `hold = "unsure"` an article that reads well is published at once; entries that wait as
    the surplus of a flood are filed on hold."""
    app = open_instance(tmp_path, world, "unsure")

    assert {article.hold for article in visit_and_list_new(app, limit=1)} == {False}

    # all entries but the first, which is filed, wait now as if they were too many at once
    rows = app.archive.store.visits.pending("holt", LATER)
    app.archive.store.visits.save_entries([replace(row, reason=EntryReason.FLOOD) for row in rows])

    assert Counter(article.hold_reason for article in visit_and_list_new(app)) == {
        "flood": len(rows)
    }
    assert (app.configuration.settings.public_dir / "all.atom").read_text().count("<entry") == 1


def test_without_the_setting_nothing_waits(tmp_path: Path, world: World) -> None:
    """With `hold = "off"`, every new article is published without waiting for the operator."""
    assert {
        article.hold for article in visit_and_list_new(open_instance(tmp_path, world, "off"))
    } == {False}
