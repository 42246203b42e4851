"""The output of `status`; the command changes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.cli.status import describe_jobs, describe_pictures, fit_to_screen
from syndicator.core.errors import UsageError
from syndicator.core.ports.subscriptions import Pictured
from syndicator.core.reasons import ConditionReason
from syndicator.health.conditions import Condition
from syndicator.health.episodes import Scheduled
from tests.cli.conftest import Instance

ROOT = Path(__file__).resolve().parents[3]


_HEAD = re.compile(
    r"(?:(?P<what>.*): )?(?P<condition>[a-z-]+)(?: since (?P<since>[^;]*))?(?:; (?P<times>.*))?"
)


def read_condition_rows(instance: Instance) -> dict[str, dict[str, str]]:
    """The paragraphs of `status` in a pipe, by condition."""
    _, _, *lines, feed = instance.run_command("status").output.splitlines()
    assert "/health/" in feed  # its address, after any run
    results: dict[str, dict[str, str]] = {}
    row: dict[str, str] = {}
    for line in lines:
        if not line.startswith("    "):
            match = _HEAD.fullmatch(line)
            assert match, line
            row = {name: value or "" for name, value in match.groupdict().items()}
            results[row["condition"]] = row
        elif line.startswith("    to do: "):
            row["cure"] = line.removeprefix("    to do: ")
        else:
            row["reason"] = line.strip()
    return results


def test_the_first_line_says_how_many_are_well(visited_instance: Instance) -> None:
    """`status` starts with the number of sources that are fine and that need the operator, then the
    number of articles."""
    first, second, *_ = visited_instance.run_command("status").output.splitlines()
    assert re.fullmatch(r"\d fine, \d needs? you, last article \d+ \w+ ago", first)
    assert second.startswith("5 articles, ")


def test_a_source_with_trouble_has_its_reason_its_cure_and_its_next_try(
    visited_instance: Instance,
) -> None:
    """A failing source is shown with reason, cure, start and next try; the JSON has its reason and
    the number of failures, and no validators of its feed (`etag`)."""
    row = read_condition_rows(visited_instance)["source-failing"]

    assert row["what"] == "gone"
    assert row["reason"].startswith("the address is gone for good (HTTP 410) (gone): http")
    assert row["cure"] == "remove the source"
    assert row["since"]
    assert row["times"].startswith("next try 2")  # a date, 20…

    sources = visited_instance.run_json("status")["sources"]
    (state,) = [source for source in sources if source["key"] == "gone"]

    assert state["reason"] == "gone"
    assert state["failures"] == 1
    assert "etag" not in state


def test_an_article_file_that_cannot_be_read_is_named(visited_instance: Instance) -> None:
    """An article file with invalid YAML (an unclosed quote) is named with its line by `reindex` and
    by `status`."""
    path = sorted((visited_instance.folder / "feeds/articles").rglob("*.md"))[0]
    path.write_text(path.read_text().replace("title: ", "title: '", 1))
    line = f"{path}: line "

    assert line in visited_instance.run_command("reindex").output
    assert line in read_condition_rows(visited_instance)["article-file"]["reason"]

    (file,) = visited_instance.run_json("status")["files"]

    assert file["reason"] == "bad-article-file"
    assert line in file["detail"]


def test_a_source_that_moved_is_named(visited_instance: Instance) -> None:
    """`status` reports a source whose feed redirects permanently: the new address, since when, and
    that it is another site. The move is written into the state of the source `holt`."""
    with open_app(visited_instance.config) as app:
        state = app.archive.store.visits.states()["holt"]
        moved = replace(
            state,
            redirects=replace(
                state.redirects,
                effective_url="https://bank.example/feed",
                moved_at=datetime(2026, 11, 3, tzinfo=UTC),
            ),
        )
        app.archive.store.visits.save_states([moved])
    move = read_condition_rows(visited_instance)["source-moved"]

    assert move["since"].startswith("2026-11-0")  # in local time, so 2 or 3
    assert "https://bank.example/feed; another site" in move["reason"]

    (move,) = visited_instance.run_json("status")["moves"]

    assert move["source"] == "holt"
    assert move["moved_to"] == "https://bank.example/feed"


def test_a_pipe_gets_what_a_terminal_shows_without_colours(
    visited_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Output into a pipe is the terminal output without colours; it is not cut to the height of a
    screen."""
    is_terminal = "typer.testing._NamedTextIOWrapper.isatty"
    commands = (("status",), ("status", "--source", "gone"), ("status", "--list", "sources"))
    piped = [visited_instance.run_command(*command).output for command in commands]

    # the same on a high terminal
    monkeypatch.setattr(is_terminal, lambda stream: True)
    monkeypatch.setenv("LINES", "200")
    shown = [visited_instance.run_command(*command).output for command in commands]

    def take_out_colours_and_ages(output: str) -> str:
        without_colours = re.sub(r"\x1b\[\d*m", "", output)
        return re.sub(r"\d+ seconds? ago", "", without_colours)

    for terminal_output, piped_output in zip(shown, piped, strict=True):
        assert "\x1b" not in piped_output
        assert "\t" not in piped_output
        assert take_out_colours_and_ages(terminal_output) == take_out_colours_and_ages(piped_output)
    assert "\x1b[1m" in shown[1]  # bold

    # a pipe on a low terminal
    monkeypatch.setattr(is_terminal, lambda stream: False)
    monkeypatch.setenv("LINES", "5")
    piped_again = visited_instance.run_command("status").output

    assert piped_again.count("\n") == piped[0].count("\n")


def test_looking_changes_nothing(visited_instance: Instance) -> None:
    """`status` writes no file: all modification times stay."""

    def read_modification_times() -> dict[Path, int]:
        paths = (visited_instance.folder / "feeds").rglob("*")
        return {path: path.stat().st_mtime_ns for path in paths}

    before = read_modification_times()
    visited_instance.run_command("status")
    visited_instance.run_json("status")

    assert read_modification_times() == before


def test_a_place_where_nothing_has_run_is_told_and_stays_empty(instance: Instance) -> None:
    """`status` works before the first run and creates no files."""
    assert instance.run_command("status").output.startswith("0 fine, 0 need you, ")
    assert instance.run_json("status")["articles"] == 0
    assert not (instance.folder / "feeds").exists()


def test_who_follows_nothing_yet_is_told_how_to(instance: Instance) -> None:
    """`status` suggests `add` in its first line if there is no source."""
    with_sources = instance.run_command("status").output
    instance.keep_sources()  # none
    without_sources = instance.run_command("status").output

    assert "no source yet" not in with_sources
    assert " add URL` follows one" in without_sources.splitlines()[0]


def test_one_source_is_told_with_its_last_visits_and_why_it_is_visited_next(
    visited_instance: Instance,
) -> None:
    """`status --source KEY` shows the next visit and its reason. Its JSON has the last visits, the
    newest first: of `holt` a second one, which finds nothing new, and the first with 5 articles."""
    output = visited_instance.run_command("status", "--source", "holt").output
    first_line, second_line, *_ = output.splitlines()

    assert first_line.startswith("holt: http://127.0.0.")
    assert second_line.startswith("next visit 2")  # a date, 20…
    assert "publishes about every" in second_line

    assert visited_instance.run_command("refresh", "--source", "holt").exit_code == 0

    document = visited_instance.run_json("status", "--source", "holt")
    newest, oldest = document["visits"]

    assert (len(newest["added"]), newest["status"]) == (0, "unchanged")
    assert (len(oldest["added"]), oldest["status"]) == (5, "new")
    assert oldest["bytes"] > 0
    assert oldest["due_why"]
    assert oldest["next_due"]
    assert "etag" not in document["state"]


def test_one_source_that_fails_is_told_with_its_reason(visited_instance: Instance) -> None:
    """`status --source KEY` shows why a source fails, and suggests a key for a typo."""
    output = visited_instance.run_command("status", "--source", "gone").output

    assert "gone: source-failing since " in output
    assert "the address is gone for good (HTTP 410) (gone)" in output
    with pytest.raises(UsageError, match="did you mean 'gone'"):
        visited_instance.run_command("status", "--source", "gon")


def test_all_of_the_json_is_documented(visited_instance: Instance) -> None:
    """Every key of `status --json` is named in `docs/json.md`."""
    documentation = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    document = visited_instance.run_json("status")
    document_of_source = visited_instance.run_json("status", "--source", "gone")
    objects = [
        document,
        document["sources"][0],
        document["conditions"][0],
        document_of_source,
        document_of_source["visits"][0],
    ]
    for keys in objects:
        for key in keys:
            assert f"`{key}`" in documentation, key


def test_a_screen_has_what_fits_and_says_how_much_does_not() -> None:
    """Three conditions, of three lines each, fit on nine lines; on eight, and where lines are
    wrapped, those that do not fit are counted in the last line. One is shown in any case."""
    conditions = [
        Condition(kind=ConditionReason.SOURCE_GONE, subject=key, reason="gone", cure="remove it")
        for key in "abc"
    ]

    assert fit_to_screen(conditions, columns=80, lines=9) == [
        *("a: source-gone", "    gone", "    to do: remove it"),
        *("b: source-gone", "    gone", "    to do: remove it"),
        *("c: source-gone", "    gone", "    to do: remove it"),
    ]
    assert fit_to_screen(conditions, columns=80, lines=8)[-2:] == [
        "    to do: remove it",
        "1 more: `syndicator status | less`, or --json",
    ]
    # on a narrow screen the lines are wrapped
    assert fit_to_screen(conditions, columns=10, lines=8)[-1].startswith("2 more")
    # one condition on a screen of one line
    assert len(fit_to_screen(conditions[:1], columns=80, lines=1)) == 3


def test_pictures_are_told_by_state_and_reason() -> None:
    """The summary counts pictures made, waiting and failed, with the reasons; without pictures
    there is no line."""
    assert describe_pictures(None) == describe_pictures(Pictured()) == []
    assert describe_pictures(Pictured(made=1)) == ["1 picture"]

    pictures = Pictured(made=5, waiting=2, failed={"gone": 3, "picture-format": 1})

    assert describe_pictures(pictures) == [
        "5 pictures, 2 waiting, failed: 3 gone, 1 picture-format"
    ]


def test_a_line_shows_when_jobs_ran_and_run_next() -> None:
    """Times of jobs are local; a time on another day is shown with its date. Both jobs ran now;
    the first runs next in a minute, the second tomorrow."""
    now = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC).astimezone()  # to local time
    in_a_minute = now + timedelta(minutes=1)
    tomorrow = now + timedelta(days=1)
    jobs = [
        Scheduled(job="visits", last=now, next=in_a_minute),
        Scheduled(job="retention", last=now, next=tomorrow),
    ]

    assert describe_jobs(jobs, now) == (
        "jobs of up, last and next:"
        f" visits {now:%H:%M} {in_a_minute:%H:%M},"
        f" retention {now:%H:%M} {tomorrow:%Y-%m-%d %H:%M}"
    )
