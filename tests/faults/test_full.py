"""Full disks, file size limits and exhausted descriptors under a real `refresh`."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.instance import Done, Instance
from tests.faults.table import mark_fault

# Free kilobytes: a run takes 1,200 to 2,000 of them, the more the more commits it has time for
# (their pages are all in the log), the database and its log the first 250.
ROOM = (
    4,
    40,
    120,
    230,
    260,
    300,
    340,
    380,
    420,
    460,
    500,
    540,
    580,
    620,
    670,
    720,
    780,
    840,
    900,
    1000,
)
INODES = (4, 8, 14, 30, 60)  # a run makes some 130 files and folders
FEW = (8, 10, 12, 15, 18, 20)  # descriptors; from 25 on there are enough
# bytes that no file may pass; the database needs more
SHORT = (100, 9_000, 40_000, 100_000, 200_000)


@contextmanager
def mount_small_disk(folder: Path, **options: object) -> Iterator[Callable[[], object]]:
    """A file system of its own at `folder`; what it yields gives it room. Skips where mounting is
    not allowed."""
    folder.mkdir()
    said = ",".join(f"{name}={value}" for name, value in options.items())
    result = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", said, "tmpfs", folder], capture_output=True, text=True
    )
    if result.returncode:
        pytest.skip(f"no file system can be mounted here: {result.stderr.strip()}")
    try:
        more = ["mount", "-o", "remount,size=64m,nr_inodes=100000", str(folder)]
        yield lambda: subprocess.run(more, check=True)
    finally:
        subprocess.run(["umount", folder], check=True)


def check_spoken(done: Done, *cures: str) -> None:
    """The run ended as it should for want of something: with 69 and one of the `cures`, or with a
    feed that it held."""
    assert "Traceback" not in done.err, done
    if done.code == 0:
        assert "No space left" in done.json["held"][0]["detail"], done
        return
    assert done.code == 69, done
    assert any(cure in done.json["error"] for cure in cures), done
    assert done.json["reason"] in ("disk", "store"), done


def check_complete(instance: Instance) -> None:
    """The next run, with enough of everything, does all that is left, and asks for no page that was
    in the store."""
    instance.count_well_formed_files()
    request_count = len(instance.world.requests)
    article_store = {article.url for article in instance.load_articles()}
    done = instance.run_command("refresh", "--all", "--json")
    assert done.code == 0, done
    second_paths = {seen.path for seen in instance.world.requests[request_count:]}
    pages = {instance.world.url(story) for story in instance.world.stories}
    assert [
        url for url in pages & article_store if "/" + url.split("/", 3)[3] in second_paths
    ] == []
    instance.now = max(article.added for article in instance.load_articles() if article.added)
    instance.assert_consistent(wanted=instance.list_titles())


@mark_fault(
    "the disk is full, really",
    how=(
        "feeds/ on a file system of its own that fills up at 20 points of a real `refresh`, and"
        " that has room again"
    ),
    holds=(
        "69 and the cure, or the feed held; nothing torn; the next run does the rest, nothing lost,"
        " twice or fetched again"
    ),
)
@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", ROOM)
def test_a_full_disk(small_instance: Instance, kilobytes: int) -> None:
    """A full disk stops `refresh` with a clear message; once there is room, the next run completes
    everything."""
    with mount_small_disk(small_instance.feeds, size=f"{kilobytes}k") as free:
        check_spoken(
            small_instance.run_command("refresh", "--all", "--json"), "free some space", "not full"
        )
        free()
        check_complete(small_instance)


@mark_fault(
    "the disk has no file left to give",
    how="the same with a limit on its inodes",
    holds="the same; the message names them",
)
@pytest.mark.slow
@pytest.mark.parametrize("inodes", INODES)
def test_no_inodes(small_instance: Instance, inodes: int) -> None:
    """A file system without free inodes: the error suggests `df -i`, and later all is complete."""
    with mount_small_disk(small_instance.feeds, size="64m", nr_inodes=inodes) as free:
        check_spoken(small_instance.run_command("refresh", "--all", "--json"), "df -i")
        free()
        check_complete(small_instance)


@mark_fault(
    "too many open files, really",
    how=(
        "RLIMIT_NOFILE of a real `refresh` at so few that the database, a module, a socket or the"
        " worker lacks one"
    ),
    holds=(
        "69 and `ulimit -n`; the next run with enough does it all, at once: nothing is held against"
        " a page or site"
    ),
)
@pytest.mark.slow
@pytest.mark.parametrize("files", FEW)
def test_few_descriptors(small_instance: Instance, files: int) -> None:
    """With few file descriptors the error suggests `ulimit -n`."""
    limit = (resource.RLIMIT_NOFILE, (files, files))
    check_spoken(
        small_instance.run_command(
            "refresh", "--all", "--json", preexec_fn=lambda: resource.setrlimit(*limit)
        ),
        "ulimit -n",
    )
    check_complete(small_instance)


@mark_fault(
    "files may not grow",
    how="RLIMIT_FSIZE of a real `refresh`",
    holds="69 and `ulimit -f`; the next run without the limit does it all",
)
@pytest.mark.slow
@pytest.mark.parametrize("size", SHORT)
def test_short_files(small_instance: Instance, size: int) -> None:
    """With a file size limit the error suggests `ulimit -f`."""
    limit = (resource.RLIMIT_FSIZE, (size, size))
    check_spoken(
        small_instance.run_command(
            "refresh", "--all", "--json", preexec_fn=lambda: resource.setrlimit(*limit)
        ),
        "ulimit -f",
    )
    check_complete(small_instance)
