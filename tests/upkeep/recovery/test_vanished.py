"""Missing article files are reported before their articles are removed, and for a week after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.health.check.installation import check
from syndicator.health.conditions import Condition
from syndicator.health.observing import open_read_only, read_folders
from syndicator.health.summary import read_health
from syndicator.upkeep import reconcile
from tests.instances import Instance, store_articles

ARTICLES = 9


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path).fill_once(store_stories)


def store_stories(instance: Instance) -> None:
    with instance.open_app(create=True) as app:
        for number in range(ARTICLES):
            store_articles(app, f"Story {number}", "Of it.")
    reconcile_and_build(instance)


def reconcile_and_build(instance: Instance) -> None:
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
    instance.build()


def list_articles(instance: Instance) -> list[Path]:
    return sorted((instance.folder / "feeds/articles").rglob("*.md"), key=lambda path: path.name)


def find_files(instance: Instance) -> list[Condition]:
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as looked:
        return [item for item in read_health(looked).conditions if item.kind == "article-file"]


def list_vanished_names(instance: Instance) -> list[str]:
    return sorted(
        Path(item.subject).name for item in find_files(instance) if item.code == "vanished-file"
    )


@pytest.mark.parametrize("gone", [1, 2, 4])
def test_they_are_named_before_and_after_the_run(instance: Instance, gone: int) -> None:
    """Of nine article files some (`gone`) are deleted. They are reported, with a cure, before the
    run that removes their articles, after it, and for a week; then no longer."""
    assert list_vanished_names(instance) == []

    paths = list_articles(instance)[:gone]
    for path in paths:
        path.unlink()
    names = [path.name for path in paths]

    # before the run
    assert list_vanished_names(instance) == names
    assert all(not item.needs_you and item.cure for item in find_files(instance))

    reconcile_and_build(instance)
    with instance.open_app() as app:
        assert len(app.archive.store.visits.stamps()) == ARTICLES - gone

    assert list_vanished_names(instance) == names
    assert f"left its feeds on {instance.now:%Y-%m-%d}" in find_files(instance)[0].detail

    # six days after the run
    instance.now += timedelta(days=6)
    reconcile_and_build(instance)

    assert list_vanished_names(instance) == names

    # eight days after the run
    instance.now += timedelta(days=2)

    assert list_vanished_names(instance) == []


def test_a_walk_of_before_the_run_names_none_twice(instance: Instance) -> None:
    """A file that vanished is reported once, though the console's list of files (`walked`) is older
    than the run that noticed it."""
    path = list_articles(instance)[0]
    path.unlink()

    # the list is read, then comes the run
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as opened:
        walked = read_folders(opened)
    reconcile_and_build(instance)
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as opened:
        conditions = read_health(opened, walked=walked).conditions

    assert [item.code for item in conditions if item.kind == "article-file"] == ["vanished-file"]


def test_later_ones_are_named_beside_the_first(instance: Instance) -> None:
    """Each article file that vanished is reported, also if others vanished before."""
    first, second, *_ = list_articles(instance)
    for path in (first, second):
        path.unlink()
        reconcile_and_build(instance)
    assert list_vanished_names(instance) == [first.name, second.name]


def test_a_file_that_is_back_is_not_named(instance: Instance) -> None:
    """A vanished article file that was put back is no longer reported."""
    path = list_articles(instance)[0]
    data = path.read_bytes()
    path.unlink()
    reconcile_and_build(instance)
    path.write_bytes(data)
    reconcile_and_build(instance)

    assert list_vanished_names(instance) == []


def test_a_file_under_another_name_is_not_named(instance: Instance) -> None:
    """A renamed article file does not count as vanished."""
    path = list_articles(instance)[0]
    path.rename(path.with_name(f"other-{path.name}"))

    assert list_vanished_names(instance) == []

    reconcile_and_build(instance)

    assert list_vanished_names(instance) == []


def test_what_is_deleted_by_command_is_not_named(instance: Instance) -> None:
    """The file of an article that was withdrawn by command does not count as vanished."""
    from syndicator.operations.changes import texts
    from syndicator.operations.operation import need_operation

    with instance.open_app() as app:
        operation = need_operation("withdraw")
        arguments = {"id": "https://one.example/story-3"}
        texts.apply(app, operation, arguments, operation.plan(app, arguments), who="operator")
    reconcile_and_build(instance)
    assert list_vanished_names(instance) == []


def test_check_warns_of_them(instance: Instance) -> None:
    """`check` warns of each missing article file."""
    path = list_articles(instance)[0]
    path.unlink()
    (finding,) = (
        item for item in check(instance.config, environ={}) if item.reason == "vanished-file"
    )

    assert finding.severity == "warning"
    assert finding.file == str(path)
