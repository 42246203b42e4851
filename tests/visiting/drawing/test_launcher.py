"""Start Chromium, and check that pages can be drawn."""

from __future__ import annotations

import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from syndicator.visiting.drawing import launcher
from syndicator.visiting.drawing.chromium import LIMITS
from tests.visiting.drawing.drawn import need_browser


def make_programs(folder: Path, *names: str, code: int = 0) -> str:
    """Make programs that only end with `code`. Return their PATH."""
    for name in names:
        program = folder / name
        program.write_text(f"#!/bin/sh\necho refused >&2\nexit {code}\n")
        program.chmod(0o755)
    return str(folder)


PROGRAMS = ("chromium", "prlimit", "setpriv", "unshare", "true")


@pytest.mark.parametrize("missing", ["chromium", "prlimit", "unshare"])
def test_a_missing_program_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """If one of the programs that drawing needs is not installed, the obstacle names it."""
    names = [name for name in PROGRAMS if name != missing]
    monkeypatch.setenv("PATH", make_programs(tmp_path, *names))
    assert missing in launcher.find_obstacle().lower()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the Python package for drawing is missing, the obstacle names the lock file that installs
    it."""
    monkeypatch.setattr(launcher, "_LIBRARY", "no_such_package")
    assert "requirements-browser.lock" in launcher.find_obstacle()


@pytest.mark.parametrize(("code", "says"), [(0, ""), (1, "no namespaces")])
def test_namespaces_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, says: str
) -> None:
    """Before drawing, it is tried whether this machine allows namespaces, which isolate the
    browser; if the program that makes them exits with 1, that is the obstacle, else there is
    none."""
    monkeypatch.setenv("PATH", make_programs(tmp_path, *PROGRAMS, code=code))

    obstacle = launcher.find_obstacle()

    if code == 0:
        assert obstacle == ""
    else:
        assert says in obstacle


def test_chromium_gets_no_secret_and_a_folder_that_goes_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Chromium runs without our environment variables, in a private folder that is deleted."""
    need_browser()
    monkeypatch.setenv("MY_FEED_TOKEN", "secret")
    with launcher.make_profile(LIMITS) as profile:
        assert "secret" not in profile.environment.values()
        assert profile.environment["HOME"] == str(profile.folder)
        assert stat.S_IMODE(profile.folder.stat().st_mode) == 0o700
        assert profile.read_process() is None

    assert not profile.folder.exists()


def test_what_is_launched_has_no_network_and_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is started without network, as another user than root and without core dumps; a
    script in place of Chromium reports this."""
    need_browser()
    with tempfile.TemporaryDirectory() as name:  # which another user can enter
        Path(name).chmod(0o755)
        teller = Path(name) / "chromium"
        teller.write_text('#!/bin/sh\necho "$@"\nid -u\nulimit -c\ncat /proc/net/dev\n')
        teller.chmod(0o755)
        monkeypatch.setattr(launcher, "_find_browser", lambda: str(teller))
        with launcher.make_profile(LIMITS) as profile:
            done = subprocess.run(
                [str(profile.launcher), "--user-data-dir=/elsewhere"],
                capture_output=True,
                text=True,
                env=profile.environment,
                check=True,
            )
            process = profile.read_process()

    # what the script reported; of /proc/net/dev the first two lines are a head
    arguments, user, cores, *network = done.stdout.splitlines()

    assert arguments.split()[-1] == f"--user-data-dir={profile.folder}/profile"
    assert int(user) != 0
    assert cores == "0"
    assert [line.partition(":")[0].strip() for line in network[2:]] in ([], ["lo"])
    assert process is not None
