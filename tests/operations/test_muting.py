"""Withdraw filed articles that `mute` excludes, and bring them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syndicator.cli import app as command_line
from syndicator.cli import load_commands
from syndicator.core.errors import ConfigError
from syndicator.operations.articles import withdraw_muted
from syndicator.operations.operation import no_progress
from syndicator.upkeep import editorial
from syndicator.upkeep.reconcile import update_from_files
from tests.instances import Instance, store_articles


def store_muted_articles(instance: Instance) -> None:
    with instance.open_app() as app:
        first_article = store_articles(app, "Sports today", "A text about the cup.", tags=("LLM",))
        store_articles(
            app,
            "Sports copy",
            "The same text about the cup.",
            source="two",
            merged_into=first_article.id,
        )
        store_articles(app, "Science", "A text about cells and a cup of tea.", tags=("GPU",))
        store_articles(app, "Trains", "A text about rails.", source="two")
    (instance.folder / "feeds/articles/mine.md").write_text(
        "---\ntitle: Sports of mine\ndate: '2026-03-01'\nsource:"
        " 'https://mine.example/sports'\n---\n\nMy own words.\n"
    )
    with instance.open_app() as app:
        update_from_files(app.archive, app.configuration)
    instance.build()


load_commands()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path).fill_once(store_muted_articles)


def write_settings(instance: Instance, text: str) -> None:
    (instance.config / "syndicator.toml").write_text(f"[publish]\ntag_min = 1\n{text}\n")


def run_change(instance: Instance, *words: str) -> Any:
    said = CliRunner().invoke(
        command_line,
        ["change", *words, "--json", "--config", str(instance.config)],
        catch_exceptions=False,
    )
    return json.loads(said.stdout)


def list_planned_titles(instance: Instance) -> set[str]:
    return {
        article["title"]
        for article in run_change(instance, "withdraw-muted", "--dry-run")["articles"]
    }


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("", set()),
        ('mute = "title:sports"', {"Sports today", "Sports copy"}),
        ('mute = "cup and not url:science"', {"Sports today", "Sports copy"}),
        ('mute = "url:two.example/trains"', {"Trains"}),
        ('keep = "title:sports or tag:gpu"', {"Trains"}),
        (
            'keep = "rails"\nmute = "title:trains"',
            {"Sports today", "Sports copy", "Science", "Trains"},
        ),
    ],
)
def test_a_dry_run_shows_the_articles_that_the_settings_leave_out_without_those_of_a_hand(
    instance: Instance, text: str, titles: set[str]
) -> None:
    """The dry run of `withdraw-muted` lists the articles that `mute` and `keep` exclude, except
    those written by hand, and changes nothing."""
    write_settings(instance, text)
    before = instance.read_digests("articles")

    assert list_planned_titles(instance) == titles
    assert instance.read_digests("articles") == before


def test_they_are_withdrawn_and_one_undo_brings_all_back(instance: Instance) -> None:
    """`withdraw-muted` withdraws muted articles as one change, which can be undone and withdrawn
    again; those of a hand stay."""
    write_settings(instance, 'mute = "title:sports"')
    before = instance.read_digests("articles")

    assert len(run_change(instance, "withdraw-muted")["articles"]) == 2
    assert list_planned_titles(instance) == set()
    assert "today" not in instance.read_published("all.json")
    assert "copy" not in instance.read_published("sources/two.json")
    assert "Sports of mine" in instance.read_published("all.json")

    run_change(instance, "undo", "1")

    assert "Sports today" in instance.read_published("all.json")
    assert instance.read_digests("articles").keys() >= before.keys()

    run_change(instance, "undo", "2")

    assert "Sports today" not in instance.read_published("all.json")


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_if_nothing_is_muted_the_command_says_so(instance: Instance, dry: tuple[str, ...]) -> None:
    """Without muted articles the command reports 0."""
    words = ("change", "withdraw-muted", *dry, "--config", str(instance.config))
    stdout = CliRunner().invoke(command_line, words, catch_exceptions=False).stdout
    assert stdout == "0 articles withdrawn, as syndicator.toml mutes them\n"


def test_what_came_back_by_hand_is_in_the_way_of_no_undo(instance: Instance) -> None:
    """Undo restores the remaining articles if one was restored by hand before."""
    write_settings(instance, 'mute = "title:sports"')
    run_change(instance, "withdraw-muted")
    with instance.open_app() as app:
        editorial.undo_withdrawal(
            app.archive, app.configuration, "https://one.example/sports-today"
        )

    assert [article["url"] for article in run_change(instance, "undo", "1")["articles"]] == [
        "https://two.example/sports-copy"
    ]


def test_what_went_meanwhile_is_in_the_way_of_no_withdrawal(instance: Instance) -> None:
    """An article withdrawn between plan and action does not stop the others."""
    write_settings(instance, 'mute = "title:sports"')
    with instance.open_app() as app:
        plan = withdraw_muted.plan(app, {})

        assert plan.act is not None

        editorial.withdraw(app.archive, app.configuration, "https://one.example/sports-today")
        plan.act(no_progress)
    assert list_planned_titles(instance) == set()


def test_a_query_that_cannot_be_read_is_shown_with_its_fault(instance: Instance) -> None:
    """An invalid `publish.mute` is an error with its line."""
    write_settings(instance, 'mute = "title:"')
    with (
        pytest.raises(ConfigError, match=r"syndicator.toml:3: publish.mute: .*needs a word"),
        instance.open_app(),
    ):
        pass
