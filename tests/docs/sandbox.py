"""A checkout and the made-up web, in which a page's commands are typed as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from syndicator.cli.demo.world import write_config
from tests.docs.commands import ROOT
from tests.world import World

LINKED = ("run", "syndicator", ".venv", *(lock.name for lock in ROOT.glob("requirements*.lock")))
FOREVER = re.compile(r"\./run( up| serve| demo)?( --dir \S+)?")  # these run until Ctrl-C
_LISTENING = re.compile(r"http://127\.0\.0\.1:\d+/")


class Sandbox:
    """A shell in a checkout, which lies in `folder`."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        self.cwd = folder / "syndicator"
        self.checkout = folder / "syndicator"
        self.checkout.mkdir(parents=True, exist_ok=True)
        home = folder / "home"
        (home / ".config/fish/completions").mkdir(parents=True, exist_ok=True)
        for name in LINKED:
            (self.checkout / name).symlink_to(ROOT / name)
        self.environ = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith("SYNDICATOR_")
            },
            "HOME": str(home),
            "COLUMNS": "120",
            "SYNDICATOR_FETCH__ALLOW_LOOPBACK": "true",
            "SYNDICATOR_FETCH__PAUSE": "0",
            "SYNDICATOR_PUBLISH__LISTEN": "127.0.0.1:0",
        }

    def type(self, line: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        """One line; what it prints is in stdout, both streams as a terminal shows them. A `cd`
        lasts. `answers`: it is typed at a terminal, and these are typed when it asks."""
        if FOREVER.fullmatch(line):
            return self._until_it_serves(line)
        kept = self.checkout.parent / "cwd"
        whole = f'{line}\ncode=$?; pwd >"{kept}"; exit $code'
        words = ["script", "-qec", whole, "/dev/null"] if answers else ["bash", "-c", whole]
        done = subprocess.run(
            words,
            cwd=self.cwd,
            env={**self.environ, "SHELL": "/bin/bash"},
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        self.cwd = Path(kept.read_text().strip())
        return done

    def _until_it_serves(self, line: str) -> subprocess.CompletedProcess[str]:
        """Starts it, waits for the address that it prints, and then is Ctrl-C."""
        log = self.checkout.parent / "log"
        with log.open("w") as out:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=self.cwd,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            until = time.monotonic() + 240
            while (
                not _LISTENING.search(log.read_text())
                and process.poll() is None
                and time.monotonic() < until
            ):
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            process.wait(120)
        finally:
            process.kill()
        return subprocess.CompletedProcess(line, process.returncode, log.read_text())

    def follow(self, *keys: str) -> None:
        """The checkout's configuration follows these sites of the web."""
        write_config(self.checkout / "config", self.world, port=0)
        gone_keys = [source.key for source in self.world.sources if source.key not in keys]
        assert self.type(f"./run remove {' '.join(gone_keys)}").returncode == 0


def copy_sandbox(sandbox: Sandbox, folder: Path) -> Sandbox:
    """Another with the same files."""
    shutil.copytree(sandbox.checkout.parent, folder, symlinks=True)
    for name in LINKED:
        (folder / "syndicator" / name).unlink()
    return Sandbox(folder, sandbox.world)
