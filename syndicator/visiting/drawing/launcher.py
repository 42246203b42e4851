"""Start Chromium without a network of its own: find its programs, its user and its namespaces.

Does not import playwright, so that the command `check` can ask for obstacles without it."""

import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicator.core.program import describe_installation
from syndicator.processes.child import Limits
from syndicator.processes.process_tree import kill_tree

_BROWSERS: Final = ("chromium", "chromium-browser")
_LIBRARY: Final = "playwright"
_ROOT: Final = 0  # user id
_USER: Final = "nobody"  # as which root starts it: Chromium has no sandbox as root
# a new network namespace has no interface, not even loopback; a user who is not root needs a new
# user namespace for that
_WITHOUT_NETWORK: Final = ("unshare", "--user", "--net", "--map-current-user")
_TRY_SECONDS: Final = 10.0  # to try if namespaces are permitted
# variables of our environment that Chromium gets; others may contain secrets
_PASSED_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The folder of one run of Chromium. It is deleted when the run ends. `launcher`: the script
    that starts Chromium. `environment`: the environment variables for this script."""

    folder: Path
    launcher: Path
    environment: dict[str, str]

    def read_process(self) -> int | None:
        """Return the process id of Chromium's first process; None if it has not started yet."""
        try:
            return int(self._process_file.read_text())
        except (OSError, ValueError):
            return None

    def kill(self) -> None:
        """End all processes of Chromium, if it has started."""
        process = self.read_process()
        if process is not None:
            kill_tree(process)

    @property
    def _process_file(self) -> Path:
        return self.folder / "process"


def find_obstacle() -> str:
    """Return why pages cannot be drawn on this machine, and what the operator can do; "" if they
    can be drawn."""
    if importlib.util.find_spec(_LIBRARY) is None:
        return f"the package playwright is missing: {describe_installation('browser')}"
    if _find_browser() is None:
        return "Chromium is missing: install the package chromium of your system"
    # try it with the program `true` in the place of Chromium
    command = [*_make_user_prefix(), *_WITHOUT_NETWORK, "true"]
    # the system programs that start Chromium
    programs = ["prlimit"]
    programs += [part for part in command if part in ("setpriv", "unshare")]
    for program in programs:
        if shutil.which(program) is None:
            return f"the program {program} is missing: install the package util-linux"
    try:
        finished = subprocess.run(command, capture_output=True, timeout=_TRY_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return _describe_refused_namespaces(str(error))
    if finished.returncode:
        return _describe_refused_namespaces(finished.stderr.decode(errors="replace").strip())
    return ""


@contextmanager
def make_profile(limits: Limits) -> Iterator[Profile]:
    """Create a folder for one run of Chromium, with the script that starts it, and yield it as a
    Profile. At the end of the block, Chromium is killed and the folder is deleted. Raises OSError
    if the files cannot be written, or if Chromium is not installed."""
    browser = _find_browser()
    if browser is None:
        raise FileNotFoundError("there is no Chromium")
    # Chromium may still write files while they are deleted: such errors are ignored
    with tempfile.TemporaryDirectory(prefix="syndicator-", ignore_cleanup_errors=True) as path:
        folder = Path(path)
        launcher = folder / "launch"
        launcher.write_text(_write_launcher(browser, folder, limits), encoding="utf-8")
        launcher.chmod(0o755)
        if os.geteuid() == _ROOT:
            user = pwd.getpwnam(_USER)
            os.chown(folder, user.pw_uid, user.pw_gid)
        environment = {}
        for variable in _PASSED_VARIABLES:
            if variable in os.environ:
                environment[variable] = os.environ[variable]
        environment["HOME"] = path
        environment["TMPDIR"] = path
        profile = Profile(folder=folder, launcher=launcher, environment=environment)
        try:
            yield profile
        finally:
            profile.kill()


def _write_launcher(browser: str, folder: Path, limits: Limits) -> str:
    """Return the shell script that starts Chromium with its limits and without a network. The
    script first writes its process id to the file "process". Then `exec` makes the same process
    Chromium."""
    quoted = shlex.quote(str(folder))
    command = shlex.join(
        [
            "prlimit",
            f"--cpu={limits.seconds:.0f}",
            "--core=0",
            *_make_user_prefix(),
            *_WITHOUT_NETWORK,
            browser,
        ]
    )
    # playwright passes a --user-data-dir of its own in "$@": the last one counts
    return (
        "#!/bin/sh\n"
        f"echo $$ >{quoted}/process\n"
        f'exec {command} "$@" --user-data-dir={quoted}/profile\n'
    )


def _make_user_prefix() -> tuple[str, ...]:
    """Return the first words of a command that runs a program as the user "nobody". Only root needs
    this; for another user the result is ()."""
    if os.geteuid() != _ROOT:
        return ()
    group = str(pwd.getpwnam(_USER).pw_gid)
    return ("setpriv", f"--reuid={_USER}", f"--regid={group}", "--clear-groups")


def _find_browser() -> str | None:
    """Return the path of Chromium; None if it is not installed."""
    for name in _BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    return None


def _describe_refused_namespaces(detail: str) -> str:
    """Return a message for the operator: this machine does not permit new namespaces, which are
    needed to start Chromium without a network. `detail`: the error of the system."""
    return (
        f"this machine gives programs no namespaces of users and network ({detail}); in a container"
        " or a hardened unit, permit them"
    )
