"""A process without network and file access can open nothing."""

from __future__ import annotations

import subprocess
import sys

from syndicator.processes.child import make_environment

ATTEMPTS = """
import os, resource, socket, sys
from pathlib import Path
import syndicator.processes.limits as it
it.shut_off(200)
def attempt(name, act):
    try:
        act()
    except (OSError, ValueError, MemoryError) as error:
        return
    os.write(1, (name + " ").encode())
attempt("socket", socket.socket)
attempt("pair", socket.socketpair)
attempt("read", lambda: os.open("/etc/passwd", os.O_RDONLY))
attempt("write", lambda: os.open("/tmp/written", os.O_WRONLY | os.O_CREAT))
attempt("dup", lambda: os.dup(1))
attempt("limit", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
attempt("memory", lambda: bytearray(300_000_000))
os.write(1, b"done")
"""
WEAK = """
import syndicator.processes.limits as it
it._set_resource_limit = it._enter_namespaces = lambda *a: None
it.shut_off(200)
"""


def run_code(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, env=make_environment(), timeout=60
    )


def test_a_process_that_is_shut_off_opens_nothing() -> None:
    """After `shut_off`, a process can open no socket or file and cannot raise its limits: ATTEMPTS
    prints the name of each attempt that works, then "done"."""
    assert run_code(ATTEMPTS).stdout == "done"


def test_where_a_descriptor_can_still_be_had_nothing_is_run() -> None:
    """If the isolation does not work, as in WEAK, `shut_off` raises NotShutOff instead of running
    the work."""
    assert "NotShutOff" in run_code(WEAK).stderr
