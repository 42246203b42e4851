"""A syndicator.toml that contains a secret is readable by its owner alone, after each edit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from syndicator.setup import start
from syndicator.setup.start import make_next_command
from tests import commands

NOBODY = 65534
WEBHOOK = (
    '[[webhook]]\nurl = "https://hook.example/"\nsecret ='
    ' "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n'
)


def run_command(folder: Path, *words: str) -> CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return commands.run_syndicator(*words, "--config", str(folder / "config"), environ=environ)


def read_file_mode(folder: Path) -> str:
    return oct((folder / "config/syndicator.toml").stat().st_mode & 0o777)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for its operator alone."""
    done = run_command(
        tmp_path,
        "init",
        str(tmp_path),
        "--for",
        "me",
        "--title",
        "Mine",
        "--url",
        "https://me.example/",
    )
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_init_writes_a_secret_for_its_owner_alone_and_an_edit_keeps_that(folder: Path) -> None:
    """The settings file with a secret has mode 0600, also after `change-settings`."""
    assert read_file_mode(folder) == "0o600"
    assert (folder / "config/sources.toml").stat().st_mode & 0o777 == 0o644
    assert "readable-secret" not in run_command(folder, "check").stdout
    assert run_command(folder, "change", "change-settings", "publish.limit=60").returncode == 0
    assert read_file_mode(folder) == "0o600"
    assert "limit = 60" in (folder / "config/syndicator.toml").read_text()


def test_a_public_folder_has_no_secret(tmp_path: Path) -> None:
    """A public folder has no secret in its settings, so everybody may read the file."""
    assert (
        run_command(
            tmp_path, "init", str(tmp_path), "--for", "public", "--title", "Ours", "--yes"
        ).returncode
        == 0
    )
    assert read_file_mode(tmp_path) == "0o644"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[publish]\nsecret_path = "sesame-opens-this-door"\n', "publish.secret_path"),
        (WEBHOOK, "webhook.secret"),
        ('[store]\nurl = "postgresql://me:word@db.example/feeds"\n', "store.url"),
        ('[fetch]\nproxy = "http://me:word@proxy.example:3128"\n', "fetch.proxy"),
    ],
)
def test_check_warns_of_a_secret_that_others_can_read(folder: Path, text: str, key: str) -> None:
    """`check` warns of each kind of secret in a settings file that everybody may read, with the
    `chmod` to use; group readers are fine."""
    path = folder / "config/syndicator.toml"
    path.write_text(text)
    path.chmod(0o644)
    done = run_command(folder, "check")

    assert f"warning: {key} is a secret" in done.stdout
    assert f"chmod 600 {path}" in done.stdout

    path.chmod(0o640)

    assert "readable-secret" not in run_command(folder, "check").stdout


def test_a_secret_in_the_environment_is_none_of_the_file(folder: Path) -> None:
    """A settings file that names its secret as `${VARIABLE}` may be readable by all."""
    path = folder / "config/syndicator.toml"
    path.write_text(WEBHOOK.replace("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "${HOOK_SECRET}"))
    path.chmod(0o644)

    assert "readable-secret" not in run_command(folder, "check").stdout


@pytest.mark.parametrize(
    ("before", "after"), [(0o644, "0o600"), (0o640, "0o640"), (0o600, "0o600")]
)
def test_a_folder_that_becomes_private_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, after: str
) -> None:
    """Adding a secret path to a world-readable settings file (0644) closes it to others; stricter
    modes stay."""
    start.write_config(tmp_path / "config", start.Start(title="Mine"))
    (tmp_path / "config/syndicator.toml").chmod(before)
    monkeypatch.setattr(start, "find_home_address", lambda: "192.168.1.5")
    start.share_at_home(tmp_path / "config")

    assert read_file_mode(tmp_path) == after
    assert "secret_path" in (tmp_path / "config/syndicator.toml").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may write files of another account")
def test_the_account_of_the_service_reads_what_root_edits(folder: Path) -> None:
    """A settings file of the service's account keeps its owner and mode when root changes a
    setting."""
    path = folder / "config/syndicator.toml"
    for entry in (folder, *folder.rglob("*")):
        shutil.chown(entry, NOBODY, NOBODY)

    assert run_command(folder, "change", "change-settings", "publish.limit=60").returncode == 0
    assert path.stat().st_uid == NOBODY
    assert path.stat().st_gid == NOBODY
    assert read_file_mode(folder) == "0o600"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes an account for the service")
def test_the_account_of_the_service_gets_a_configuration_that_is_elsewhere(tmp_path: Path) -> None:
    """The `chown` command for systemd also names the configuration folder if it is outside of the
    instance."""
    folder = tmp_path / "feeds"
    config = tmp_path / "etc"

    assert f"chown -R syndicator {folder} {config} && " in make_next_command(
        folder, "systemd", config
    )
    assert f"chown -R syndicator {folder} && " in make_next_command(
        folder, "systemd", folder / "config"
    )
