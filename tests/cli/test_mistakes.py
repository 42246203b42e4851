"""A wrong command, option or value: the message names the nearest ones, or what is accepted."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from syndicator.cli import _explain_mistake, app, load_commands
from syndicator.core.errors import ConfigError, DiskError, SyndicatorError
from syndicator.core.errors import UsageError as WrongUse
from tests.cli.conftest import Instance

UsageError = typer.BadParameter.__base__ or Exception


def read_mistake(typed: str) -> str:
    """What the command line says of `typed`, which must be wrong."""
    load_commands()
    with pytest.raises(UsageError) as raised:
        app(shlex.split(typed), prog_name="syndicator", standalone_mode=False)
    error: typing.Any = raised.value
    error.message = _explain_mistake(error)
    return str(error.format_message())


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("refesh", "`refresh`: Visit the sources that are due"),
        ("undo", "`change undo`: Take back a change"),
        ("undo", "`withdraw --undo`: Restore a withdrawn article"),
        ("rename", "`tags rename`: Rename tag A to B."),
        ("tags renam", "`tags rename`: Rename tag A to B."),
        ("tags list", "There is `tags confirm`: Confirm the tags of an article"),
        ("config get", "There is `config show`: Print every setting"),
        ("config set a 1", "`config/syndicator.toml`: Settings are changed in this file"),
        ("up --daemon", "`deploy/`: Commands stay in the foreground"),
        ("export feeds.opml", "write `syndicator export > feeds.opml` for a file"),
        ("sources remove x", "`remove` is a command of its own: Remove all the named sources"),
        ("sources example", "`status --source example` shows a source"),
        ("backup", "`cp -a config feeds/articles FOLDER`: A backup is a copy"),
        ("delete", "`remove`: Remove all the named sources"),
        (
            "export --format json",
            "`export` takes only `--config`. It does this: Print the sources as OPML",
        ),
        ("fetch", "There is `refresh`: Visit the sources that are due"),
        ("search", "There is `status --list articles --where words=WORDS`: List the articles"),
        ("reread --all", "`reread --source`: Articles of one source"),
        ("sources --jsno", "`sources --json`: Print the result as JSON."),
        ("--quite status", "`--quiet`: Print only failures, for cron."),
    ],
)
def test_the_nearest_is_named_with_what_it_does(typed: str, named: str) -> None:
    """A misspelled or foreign command or option is answered with the nearest of ours and its
    description."""
    assert named in read_mistake(typed)


def test_few_are_named_and_none_twice() -> None:
    """For an unknown option (`--all`), three of the command's own options are proposed; `--json`,
    which every command has, is not among them."""
    mistake = read_mistake("reread --all")
    assert mistake.count("`reread --") == 3
    assert "--json" not in mistake


@pytest.mark.parametrize(
    ("typed", "option"), [("-h", "--help"), ("status -h", "--help"), ("refresh -v", "--verbose")]
)
def test_a_short_option_of_other_programs_is_answered_by_the_long_one(
    typed: str, option: str
) -> None:
    """`-h` and `-v`, which Syndicator has not, are answered with its long options."""
    assert f"There is `{option}`: " in read_mistake(typed)


def test_a_word_like_nothing_keeps_the_message() -> None:
    """A word unlike any command gets the plain error message."""
    assert read_mistake("xyzzy") == "No such command 'xyzzy'."


def test_a_word_that_is_little_alike_and_begins_otherwise_is_answered_by_no_command() -> None:
    """A word that begins with another letter and shares only three quarters of its letters
    ("bread", `reread`) gets no proposal."""
    assert "There is `reread`" not in read_mistake("bread")


def test_a_word_for_a_visit_names_nothing_that_deletes() -> None:
    """For "run" no deleting command such as `prune` is suggested."""
    assert "prune" not in read_mistake("run")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "serve --port abc",
            "'abc' is not a whole number from 0 to 65535; write it like `--port 8080`",
        ),
        (
            "up --port 70000",
            "'70000' is not a whole number from 0 to 65535; write it like `--port 8080`",
        ),
        (
            "console --days 0",
            "'0' is not a whole number from 1 to 3660; write it like `--days 365`",
        ),
        ("refresh --limit x", "'x' is not a whole number from 0 on; write it like `--limit 10`"),
        ("add URL --pick one", "'one' is not a whole number; write it like `--pick 10`"),
        (
            "add URL --backfill many",
            "'many' is not a whole number from 0 to 1000; write it like `--backfill 10`",
        ),
        (
            "reread --since yesterday",
            "'yesterday' is not a day: year, month and day; write it like `--since 2026-11-30`",
        ),
        (
            "reread --since 2026-13-40",
            "'2026-13-40' is not a day: year, month and day; write it like `--since 2026-11-30`",
        ),
    ],
)
def test_a_wrong_value_is_repeated_with_what_is_accepted(typed: str, message: str) -> None:
    """The message for a wrong value names the option, the value, the accepted range and an
    example. `typed` ends with the option and its value."""
    *_, option, _value = shlex.split(typed)
    assert read_mistake(typed) == f"Invalid value for '{option}': {message}"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "change undo",
            "'NUMBER'. The number of the change, as `syndicator status --list changes`",
        ),
        ("change", "'NAME'. The change: `syndicator change --help` lists them."),
    ],
)
def test_a_missing_argument_is_explained(typed: str, message: str) -> None:
    """The message for a missing argument says what it is and which command lists the valid ones."""
    assert f"Missing argument {message}" in read_mistake(typed)


def test_other_mistakes_keep_their_message() -> None:
    """An unknown option without a similar one gets the usual message."""
    assert read_mistake("sources --sort nosuch").startswith("No such option: --sort")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "serve 8000",
            "`syndicator serve` takes no 8000 here; its options with a value are --host, --port",
        ),
        (
            "refresh nosuch",
            "`syndicator refresh` takes no nosuch here; its options with a value are",
        ),
    ],
)
def test_words_that_a_command_does_not_take_are_answered_by_its_options(
    typed: str, message: str
) -> None:
    """A superfluous word is answered with the options of that command that take a value."""
    assert read_mistake(typed).startswith(message)


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("version", "`--version`"),
        ("help", "`--help`"),
        ("stop", "`up`"),
        ("logs", "`status`"),
        ("subscribe", "`add`"),
        ("ls", "`sources`"),
        ("https://one.example/feed", "`add`"),
    ],
)
def test_a_word_of_another_program_is_answered_by_the_command_that_does_it(
    word: str, command: str
) -> None:
    """A command of another program (`ls`, `subscribe`, an address alone) is answered with ours for
    the same purpose."""
    assert f"There is {command}: " in read_mistake(word)


def test_usage_of_a_change_names_it_as_typed() -> None:
    """The usage of a change shows `change undo`, as it was typed, although changes are one command
    inside."""
    words = [sys.executable, "-m", "syndicator", "change", "undo"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "change undo [OPTIONS] {NUMBER}\n" in done.stderr
    assert "change undo --help' for help" in done.stderr


def test_programs_get_it_as_json() -> None:
    """With `--json` a usage error is a JSON object."""
    words = [sys.executable, "-m", "syndicator", "refresh", "--forec", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 2

    error = json.loads(done.stdout)["error"]

    assert error.startswith("No such option: --forec. There is `refresh --source`: ")
    assert "Possible options" not in error


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("status --list nope", 2, "there are articles, changes, conditions, feeds, jobs, sources"),
        ("status --list article", 2, "did you mean 'articles'?"),
        (
            "status --list articles --where foo",
            2,
            "--where foo: write NAME=VALUE; for articles, NAME is one of filter, source",
        ),
        (
            "status --list articles --where foo=bar",
            2,
            "unknown key 'foo'; there are filter, source, words",
        ),
        ("status --list changes --where foo=bar", 2, "unknown key 'foo'; there is only about"),
        (
            "status --list feeds --where foo=bar",
            2,
            "--where foo=bar: the list of feeds has no filters",
        ),
        ("change undo 9999", 2, "there is no change '9999'; `syndicator status --list changes`"),
        ("change undo xyz", 2, "there is no change 'xyz'; `syndicator status --list changes`"),
        (
            "change frobnicate",
            2,
            "no operation 'frobnicate'; `syndicator change --help` lists them",
        ),
        ("tags rename nope other", 2, "nor an article has it; there is only AI"),
        ("tags merge nope other", 2, "nor an article has it; there is only AI"),
        ("show abc123", 69, "`syndicator status --list articles` has the ids of all"),
        ("withdraw abc123", 2, "as `syndicator status --list articles` has them"),
        ("add DIR", 2, "is a folder; `syndicator import DIR` adds the articles in it"),
    ],
)
def test_a_name_that_is_not_there_is_answered_by_where_those_are(
    visited_instance: Instance, tmp_path: Path, words: str, code: int, message: str
) -> None:
    """An unknown list, filter, change, tag or article is an error that names the valid ones or the
    command that lists them."""
    folder = str(tmp_path)

    with pytest.raises(SyndicatorError) as raised:
        visited_instance.run_command(*words.replace("DIR", folder).split())
    assert raised.value.exit_code == code
    assert message.replace("DIR", folder) in str(raised.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "status --config config/sources.toml",
            "config/sources.toml is a file, and --config takes its folder: --config config",
        ),
        (
            "init --config new.toml",
            "new.toml is the name of a file, and --config takes a folder, such as --config new",
        ),
    ],
)
def test_a_file_is_no_folder_of_the_configuration(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, words: str, message: str
) -> None:
    """`--config` with a file instead of a folder fails, proposes the folder, and makes nothing."""
    monkeypatch.chdir(instance.folder)
    before = sorted(instance.folder.iterdir())

    with pytest.raises(ConfigError) as raised:
        CliRunner().invoke(app, words.split(), catch_exceptions=False)
    assert str(raised.value) == message
    assert sorted(instance.folder.iterdir()) == before


def test_a_source_that_was_never_visited_is_not_called_well(instance: Instance) -> None:
    """`sources` shows a source before its first visit as "not visited", due now."""
    instance.keep_sources("holt")
    _heading, row = instance.run_command("sources").output.splitlines()
    _, _, state, due, *_ = row.split("\t")

    assert state == "not visited"
    assert due == "now"


def test_a_file_in_place_of_a_folder_names_the_setting(tmp_path: Path) -> None:
    """The error for a file where a folder must be names the path and the setting that can change
    it."""
    file = tmp_path / "articles"
    file.touch()

    with pytest.raises(OSError) as raised:
        (file / "2026").mkdir()

    message = str(DiskError.of(raised.value))

    assert str(file) in message
    assert "another folder under [paths] in syndicator.toml" in message


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("add", "nosuch.xml"), "there is no file nosuch.xml"),
        (("import", "https://a.example/feed"), "`syndicator add https://a.example/feed` follows"),
        (("status", "--where", "source=a"), "name it, such as --list articles"),
        (("prune", "--older-than", "90", "days"), "'days' is taken for an article"),
        (("prune", "30d"), "write `syndicator prune --older-than 30d`"),
        (("add", "me@example.org"), "newsletters are followed through your mailbox"),
        (("add", "http//a.example/x"), "did you mean http://a.example/x?"),
        (("add", "https:a.example"), "did you mean https://a.example?"),
        (("add", "http://a.example:184700/"), "there is no port 184700"),
    ],
)
def test_a_slip_is_answered_with_what_to_type(
    instance: Instance, typed: tuple[str, ...], message: str
) -> None:
    """A frequent slip (a missing option, a mistyped address) gets a message with the right command
    or address."""
    with pytest.raises(WrongUse) as raised:
        instance.run_command(*typed)
    assert message in str(raised.value)
