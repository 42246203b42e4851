"""Commands in processes of their own, forked from one that has everything imported: as real as
started ones, and cheap.

A start costs half a second of CPU, nearly all of it imports, and the tests run hundreds of
commands.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from tests import command_line

ROOT = Path(__file__).resolve().parent.parent
_IMPORTED = (
    "syndicator.cli.reports",
    "syndicator.filing.visit",
    "syndicator.publishing.builder",
    "syndicator.runs.build",
    "syndicator.health.check.installation",
    "syndicator.runs.refresh",
    "syndicator.store.database",
    "syndicator.visiting.fetch",
    "syndicator.visiting.politeness.fetcher",
)
_MOST_BYTES = 1 << 17  # of a request: words, folder, environment


def run_syndicator(
    *words: str, cwd: Path = ROOT, environ: Mapping[str, str] | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """`syndicator WORDS...` in `cwd`, with `environ` alone (None: with ours) as its environment.
    Raises TimeoutExpired after `timeout` seconds, when it was killed."""
    request = json.dumps(
        [words, str(cwd), dict(os.environ if environ is None else environ), timeout]
    )
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        line = _server()
        socket.send_fds(line, [request.encode()], [out.fileno(), err.fileno()])
        code = int(line.recv(16))
        texts = [file.seek(0) or file.read().decode() for file in (out, err)]
    if code == -signal.SIGKILL:
        raise subprocess.TimeoutExpired(words, timeout, *texts)
    return subprocess.CompletedProcess(words, code, *texts)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    script = f"from tests.commands import serve_commands; serve_commands({theirs.fileno()})"
    words = [sys.executable, "-c", script]
    process = subprocess.Popen(
        words, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve_commands(descriptor: int) -> None:
    """Forks a command for each request until the other end closes. In a fork it returns after that
    command."""
    for module in _IMPORTED:
        import_module(module)
    cli = import_module("syndicator.cli")
    cli.load_commands()
    command_line.share_commands(pytest.MonkeyPatch())
    command_line.make_command(cli.app)
    gc.freeze()
    line = socket.socket(fileno=descriptor)
    while True:
        request, descriptors, _, _ = socket.recv_fds(line, _MOST_BYTES, 2)
        if not request:
            return
        words, cwd, environ, timeout = json.loads(request)
        child = os.fork()
        if child == 0:
            line.close()
            _become(words, cwd, environ, descriptors)
            return
        for number in descriptors:
            os.close(number)
        line.send(str(_code_of(child, timeout)).encode())


def _become(words: list[str], cwd: str, environ: dict[str, str], descriptors: list[int]) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    for number, standard in zip(descriptors, (1, 2), strict=True):
        os.dup2(number, standard)
        os.close(number)
    sys.argv[1:] = words
    runpy.run_module("syndicator", run_name="__main__", alter_sys=True)


def _code_of(child: int, timeout: float) -> int:
    watched = os.pidfd_open(child)
    ended, _, _ = select.select([watched], [], [], timeout)
    os.close(watched)
    if not ended:
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
