"""Measure the memory of a process with its children, and end them all."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from syndicator.processes.process_tree import kill_tree, list_tree, measure_tree

_CHILD = "import time; kept = bytearray(60_000_000); print('ready', flush=True); time.sleep(60)"
_PARENT = (
    "import subprocess, sys, time;"
    f"child = subprocess.Popen([sys.executable, '-c', {_CHILD!r}]); time.sleep(60)"
)


@contextmanager
def start_process_with_child() -> Iterator[subprocess.Popen[bytes]]:
    """A process whose child has 60 MB."""
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        yield parent
        parent.kill()


def test_a_tree_has_its_children_and_their_memory() -> None:
    """The tree of a process includes its child and the memory of both (about 60 to 200 MB); killing
    the tree ends both."""
    with start_process_with_child() as parent:
        tree = list_tree(parent.pid)

        assert tree[0] == parent.pid
        assert len(tree) == 2
        assert 60_000_000 < measure_tree(parent.pid) < 200_000_000

        kill_tree(parent.pid)

        assert parent.wait(10) == -9

        for _ in range(100):
            if not list_tree(tree[1]):
                break
            time.sleep(0.05)

        assert list_tree(tree[1]) == []


def test_a_process_that_ended_has_no_tree() -> None:
    """A process that has ended has an empty tree without memory, and killing it is no error."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    assert list_tree(process.pid) == []
    assert measure_tree(process.pid) == 0

    kill_tree(process.pid)
