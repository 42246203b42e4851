"""`init` on the command line."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicator.cli import app
from syndicator.configuration.settings import load
from syndicator.core.errors import UsageError
from syndicator.setup import start
from tests.world import World

ROOT = Path(__file__).resolve().parents[3]


def run_init(*words: str) -> str:
    return CliRunner().invoke(app, ["init", *words], catch_exceptions=False).output


def read_site_settings(folder: Path) -> object:
    return tomllib.loads((folder / "config/syndicator.toml").read_text()).get("site")


def test_a_folder_is_made_and_nothing_is_written_over(tmp_path: Path) -> None:
    """`init` writes the missing files and keeps existing ones; a second `init` writes nothing."""
    folder = tmp_path / "mine"
    (folder / "config").mkdir(parents=True)
    (folder / "config/sources.toml").write_text("# mine\n")
    first_output = run_init(str(folder), "--title", "Gardening")

    assert f"wrote {folder}/config/feeds.toml" in first_output
    assert "sources.toml" not in first_output
    assert (folder / "config/sources.toml").read_text() == "# mine\n"
    assert read_site_settings(folder) == {"title": "Gardening"}

    second_output = run_init(str(folder), "--title", "Cooking")

    assert "wrote" not in second_output
    assert read_site_settings(folder) == {"title": "Gardening"}


def test_a_second_time_it_says_that_nothing_was_changed(tmp_path: Path) -> None:
    """`init` says that nothing was changed only if no file was missing, so not at the first
    call."""
    message = f"{tmp_path} is set up already; nothing was changed\n"
    first_output = run_init(str(tmp_path))
    second_output = run_init(str(tmp_path))

    assert message not in first_output
    assert message in second_output


def test_the_folder_may_be_named_by_its_configuration(tmp_path: Path) -> None:
    """`init --config` makes that configuration folder, and the `run` script beside it uses it."""
    run_init("--config", str(tmp_path / "settings"))
    assert (tmp_path / "settings/taxonomy.toml").exists()
    assert 'SYNDICATOR_CONFIG="$here"/settings\n' in (tmp_path / "run").read_text()


def test_the_configuration_of_the_account_has_its_script_where_its_articles_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the configuration is in ~/.config/syndicator, `init` puts `run`, deploy files and articles
    into ~/.local/share/syndicator."""
    monkeypatch.setenv("HOME", str(tmp_path))
    run_init("--config", str(tmp_path / ".config/syndicator"))
    data = tmp_path / ".local/share/syndicator"

    assert [path.name for path in (tmp_path / ".config").iterdir()] == ["syndicator"]
    assert f"SYNDICATOR_CONFIG={tmp_path}/.config/syndicator\n" in (data / "run").read_text()
    assert f'alias "{data}/feeds/public/"' in (data / "deploy/nginx.conf").read_text()


def test_the_script_of_a_folder_completes_that_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called through its `run` script, `init` without a folder restores the files that its own
    folder lacks."""
    run_init(str(tmp_path / "mine"))
    (tmp_path / "mine/deploy/crontab").unlink()
    monkeypatch.chdir("/")
    monkeypatch.setenv("SYNDICATOR_CONFIG", str(tmp_path / "mine/config"))  # as the script sets it

    assert run_init().count("wrote") == 1
    assert (tmp_path / "mine/deploy/crontab").exists()


def test_it_is_this_folder_where_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`init` without a folder uses the current one, even if the account has a configuration in
    ~/.config."""
    (tmp_path / "home/.config/syndicator").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    run_init()

    assert (tmp_path / "config/feeds.toml").exists()
    assert not list((tmp_path / "home/.config/syndicator").iterdir())


def test_the_folder_of_the_program_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """`init` refuses to write into the folder of the program itself."""
    monkeypatch.chdir(ROOT)
    with pytest.raises(UsageError, match=r"an upgrade changes; name one of your own"):
        run_init()


def test_an_edited_checkout_gives_nothing_away(tmp_path: Path) -> None:
    """`init` copies its example from the package and not from the checkout's `config`, which may be
    edited and secret."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "syndicator").symlink_to(ROOT / "syndicator")
    (checkout / "config").mkdir()
    (checkout / "config/sources.toml").write_text(
        '[[source]]\nkey = "secret"\nurl = "https://secret.example/feed"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "syndicator", "init", str(tmp_path / "mine"), "--example", "ai"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "sources.toml" in done.stdout
    assert "secret.example" not in (tmp_path / "mine/config/sources.toml").read_text()


@pytest.mark.slow
def test_the_script_runs_the_program_on_its_folder_from_anywhere(tmp_path: Path) -> None:
    """The `run` script uses the folder that it is in, also after a move, from any directory and
    whatever the environment names."""
    run_init(str(tmp_path / "my feeds"))
    (tmp_path / "my feeds").rename(tmp_path / "moved")
    environ = {"PATH": os.environ["PATH"], "SYNDICATOR_CONFIG": "/nowhere"}
    script = tmp_path / "moved/run"
    text = script.read_text()

    assert f"set -- {shlex.join(start.get_start_command())} " in text

    script.write_text(
        text.replace(shlex.join(start.get_start_command()), f"{sys.executable} -m syndicator")
    )
    done = subprocess.run(
        [script, "build"], cwd="/", env=environ, capture_output=True, text=True, check=True
    )

    assert "held back" in done.stdout
    assert (tmp_path / "moved/feeds/public/index.html").exists()


def run_init_at_terminal(*words: str, answers: str) -> str:
    """What `init` prints when somebody types these answers, a line each."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "syndicator", "init", *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, text=True
    ) as asking:
        os.write(ours, answers.encode())
        output, _ = asking.communicate(timeout=60)
    assert asking.returncode == 0, output
    return output


def test_at_a_terminal_it_asks(tmp_path: Path) -> None:
    """In a terminal `init` asks for title, address (here none) and how it will run, but not for the
    contact, which an option says; it repeats a question after an invalid answer ("boat"). It
    writes what was answered, and the deployment files of cron."""
    output = run_init_at_terminal(
        str(tmp_path / "mine"),
        "--contact",
        "me@garden.example",
        answers="Gardening\n\nboat\ncron\n",
    )

    assert "What are the feeds about" in output
    assert "reach you" not in output
    assert output.count("How will it run?") == 2  # a boat is no answer
    assert read_site_settings(tmp_path / "mine") == {
        "title": "Gardening",
        "contact": "me@garden.example",
    }
    assert sorted(path.name for path in (tmp_path / "mine/deploy").iterdir()) == [
        "Caddyfile",
        "crontab",
        "nginx.conf",
    ]


def test_who_reads_alone_is_asked_for_no_contact(tmp_path: Path) -> None:
    """For somebody who reads alone, `init` asks for no contact or address, and makes a secret path
    that it does not print."""
    # Enter at the first question: for me alone; at the last: started by hand
    output = run_init_at_terminal(str(tmp_path / "mine"), answers="\nGardening\n\n")

    assert "reach you" not in output
    assert "Where will they be published" not in output

    settings = load(tmp_path / "mine/config", {})

    assert settings.site.title == "Gardening"
    assert len(settings.publish.secret_path) == 20
    assert not (tmp_path / "mine/deploy").exists()
    assert settings.publish.secret_path not in output  # it is no terminal that this goes to


def test_with_yes_it_asks_nothing(tmp_path: Path) -> None:
    """`init --yes` asks nothing and takes the options and defaults, here for a private instance at
    an address."""
    output = run_init_at_terminal(
        *("--yes", "--for", "me", "--url", "https://feeds.example/", str(tmp_path / "mine")),
        answers="",
    )
    settings = load(tmp_path / "mine/config", {})

    assert settings.base_url == f"https://feeds.example/{settings.publish.secret_path}/"
    assert settings.publish.host == "127.0.0.1"
    assert "?" not in output
    assert (
        f"location /{settings.publish.secret_path}/ {{"
        in (tmp_path / "mine/deploy/nginx.conf").read_text()
    )


@pytest.mark.parametrize(
    ("way", "command", "endings"),
    [
        ("systemd", "systemctl enable --now {}/deploy/syndicator.service", {"service", "timer"}),
        ("cron", "(crontab -l; cat {}/deploy/crontab) | crontab -", {"crontab"}),
        (
            "docker",
            "docker compose -f {}/deploy/compose.yaml up -d --build",
            {"yaml", "Dockerfile", "dockerignore"},
        ),
        (
            "fleet",
            "cp {}/deploy/syndicator-worker@.service /etc/systemd/system/ && ",
            {"sh", "service", "yaml", "Dockerfile", "dockerignore"},
        ),
        ("up", "; then {}/run\n", set()),
    ],
)
def test_one_command_has_it_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, command: str, endings: set[str]
) -> None:
    """`init --run` writes the deployment files of the chosen way (`endings` of their names) and
    prints the one command that starts the instance. The address is that of this machine in its
    network. cron serves, too; docker publishes the port; a fleet is told to push its sources."""
    folder = tmp_path / "mine"
    monkeypatch.setattr(start, "find_home_address", lambda: "192.168.1.5")
    output = run_init(str(folder), "--for", "me", "--run", way)
    written = {
        path.name.rpartition(".")[2]: path.read_text() for path in (folder / "deploy").glob("*")
    }

    assert command.format(folder) in output
    assert written.keys() == endings
    assert load(folder / "config", {}).base_url.startswith("http://192.168.1.5:8080/")

    if way == "cron":
        assert "\n@reboot  cd" in written["crontab"]
        assert written["crontab"].endswith("--quiet up\n")
    if way == "docker":
        assert '- "8080:8080"' in written["yaml"]

    advice = f"store.url as deploy/database.sh says, and {folder}/run sources push; then"

    assert (advice in output) == (way == "fleet")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("mine", "https://x.example/;}"),
        ("mine", "https://x.example:99999/"),
        ("mine", "https://x;y.example/"),
        ("my*feeds", ""),
        ("my[feeds", ""),
    ],
)
def test_what_a_web_server_would_refuse_is_refused_first(
    tmp_path: Path, name: str, url: str
) -> None:
    """`init` refuses an address or folder name that would be invalid in the web server's
    configuration, and makes no folder."""
    with pytest.raises(UsageError, match=r"cannot be written|write it like https"):
        run_init(str(tmp_path / name), "--for", "public", "--title", "Mine", "--url", url)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "words", [("--run", "boat"), ("--for", "you"), ("--for", "me", "--template", "github")]
)
def test_another_word_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """An invalid option value is refused, and nothing is written."""
    with pytest.raises(UsageError, match="say "):
        run_init(str(tmp_path / "mine"), *words)
    assert not (tmp_path / "mine").exists()


@pytest.mark.slow
def test_what_it_follows_and_files_leaves_the_checkout_as_it_was(
    tmp_path: Path, world: World
) -> None:
    """An instance in another folder writes nothing into the git checkout that runs it, so that `git
    pull` works."""
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{ROOT}", checkout], check=True)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SYNDICATOR_FETCH__ALLOW_LOOPBACK": "true",
    }

    def run(*words: str | Path) -> str:
        command = [sys.executable, "-m", "syndicator", *words]
        return subprocess.run(
            command, cwd=checkout, env=environ, capture_output=True, text=True, check=True
        ).stdout

    run("init", tmp_path / "mine")
    environ["SYNDICATOR_CONFIG"] = str(tmp_path / "mine/config")
    run("add", "--yes", "--allow", "127.0.0.0/8", world.feed_url("holt"))
    run("refresh")
    assert (tmp_path / "mine/feeds/public/all.atom").exists()
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert changed.stdout == ""
