"""One pass over all filed articles: reads, failures and writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from syndicator.app.container import App
from syndicator.core.errors import WorkerFailed
from syndicator.core.model import Problem
from syndicator.core.reasons import FileReason, WorkerReason
from syndicator.upkeep import reconcile
from syndicator.upkeep.passes.choose import Chosen, choose_all_articles
from syndicator.upkeep.passes.one_pass import (
    Filed,
    Outcome,
    Plan,
    plan_pass,
    read_filed,
    write_plan,
)
from syndicator.upkeep.passes.revision import Revision
from tests.instances import Instance, store_articles

Revise = Callable[[Sequence[Filed]], list[Outcome]]
TITLES = ("Bridges", "Gardens", "Harbours")


def store_titles(instance: Instance) -> None:
    with instance.open_app() as app:
        for title in TITLES:
            store_articles(app, title, f"Words about {title}.")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path).fill_once(store_titles)


def plan_with_progress(app: App, revise: Revise, seen: list[tuple[int, int]] | None = None) -> Plan:
    def note(done: int, total: int) -> None:
        if seen is not None:
            seen.append((done, total))

    problems = reconcile.update_from_files(app.archive, app.configuration)
    return plan_pass(
        app.archive,
        choose_all_articles(app.archive, None),
        lambda chosen: read_filed(app.archive, chosen.path),
        revise,
        problems=problems,
        batch=2,
        progress=note,
    )


def change_category(articles: Sequence[Filed]) -> list[Outcome]:
    return [Revision(values={"category": "Towns"}) for _ in articles]


def test_a_plan_names_revisions_and_feeds_and_writes_nothing(instance: Instance) -> None:
    """A plan lists the articles and feeds that would change, reports its progress after each batch
    of two, as (done, total), and writes nothing."""
    progress: list[tuple[int, int]] = []
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        before = instance.read_digests("articles")
        planned = plan_with_progress(app, change_category, progress)

    assert [item.title for item in planned.articles] == list(TITLES)
    assert planned.looked == 3
    assert planned.lacking == ()
    assert planned.problems == ()
    assert ("categories/towns", 3) in [(feed.feed, feed.joins) for feed in planned.feeds]
    assert progress == [(2, 3), (3, 3)]
    assert instance.read_digests("articles") == before


def test_a_failure_of_the_worker_costs_the_article_at_fault_alone(instance: Instance) -> None:
    """If a batch of two crashes the worker process, its articles are tried one by one: only the
    faulty one ("Gardens") is reported, and does not count as examined; the others are revised."""

    def revise(articles: Sequence[Filed]) -> list[Outcome]:
        if any(filed.article.title == "Gardens" for filed in articles):
            raise WorkerFailed(WorkerReason.CRASHED, "signal 9")
        return change_category(articles)

    with instance.open_app() as app:
        planned = plan_with_progress(app, revise)

    assert [item.title for item in planned.articles] == ["Bridges", "Harbours"]

    [problem] = planned.problems
    assert problem.reason == WorkerReason.CRASHED
    assert problem.detail == "signal 9"

    failed = instance.load_article("Gardens").id
    assert failed not in planned.examined
    assert len(planned.examined) == 2


def test_a_file_that_cannot_be_read_is_named_once(instance: Instance) -> None:
    """A plan names an unreadable article file once and goes on with the two others."""
    instance.find_file("Gardens").write_text("no frontmatter")
    with instance.open_app() as app:
        planned = plan_with_progress(app, change_category)

    assert [problem.reason for problem in planned.problems] == [FileReason.BAD_ARTICLE_FILE]
    assert planned.looked == 2


def test_what_is_not_kept_is_lacking_and_a_problem_is_not_revised(instance: Instance) -> None:
    """`read` returns None for "Bridges", whose page is not kept: it is listed as lacking. For
    "Gardens" it returns a problem, which is reported. "Harbours" is revised. `read_filed` returns
    None for a file that does not exist."""
    bridges = instance.load_article("Bridges").id
    problem = Problem(what="Gardens", reason=FileReason.BAD_ARTICLE_FILE)

    def read(chosen: Chosen) -> Filed | Problem | None:
        if chosen.id == bridges:
            return None
        filed = read_filed(app.archive, chosen.path)
        assert isinstance(filed, Filed)
        return problem if filed.article.title == "Gardens" else filed

    with instance.open_app() as app:
        chosen = choose_all_articles(app.archive, None)
        planned = plan_pass(app.archive, chosen, read, change_category, problems=())
        gone = read_filed(app.archive, "2020/01/none.md")
    assert planned.lacking == (bridges,)
    assert planned.problems == (problem,)
    assert [item.title for item in planned.articles] == ["Harbours"]
    assert gone is None


def test_an_edit_between_plan_and_writing_stays(instance: Instance) -> None:
    """An edit by hand after the plan is kept: another field beside the change, the same field
    instead of it."""
    with instance.open_app() as app:
        planned = plan_with_progress(app, change_category)
        # the plan changes the category of all three articles
        instance.edit_file("Gardens", "title: Gardens", "title: Better gardens")
        instance.edit_file("Harbours", "source_key", "category: Mine\nsource_key")
        write_plan(app.archive, planned)

    assert instance.load_article("Bridges").category == "Towns"
    assert instance.load_article("Better gardens").category == "Towns"
    assert instance.load_article("Harbours").category == "Mine"
