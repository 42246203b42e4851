"""Jobs of the console: each is done once, under the lock of the instance."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.app.container import open_app
from syndicator.app.lock import hold_run_lock
from syndicator.cli.running.serving import do_jobs_during
from syndicator.configuration.settings import load
from syndicator.console import security
from syndicator.core.model import Fetched
from syndicator.core.requests import JOBS
from syndicator.operations.changes.log import Log, LoggedChange, revert_edit
from syndicator.operations.jobs.queue import KEPT, Job, Queue
from syndicator.operations.jobs.work import drain
from tests.cli.conftest import Instance
from tests.world import World

AT = "2026-11-26T15:00:00+00:00"


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    config = tmp_path / "config"
    config.mkdir()
    (config / "syndicator.toml").write_text("")
    (config / "taxonomy.toml").write_text("")
    (config / "sources.toml").write_text(
        '# ours\n[[source]]\nkey = "a"\nurl = "https://a.example/feed"\n'
    )
    return Instance(tmp_path, World())


def test_a_job_has_one_doer_and_the_oldest_goes_first(queue: Queue) -> None:
    """Each waiting job is claimed once, the oldest first, also if two processes claim in turn."""
    ids = [
        queue.add("rest", {"key": str(number)}, who="ann", requested=AT).id for number in range(3)
    ]
    other_queue = Queue(queue.root.parents[1])
    claimed = [claimant.claim() for claimant in (queue, other_queue, queue, other_queue)]

    assert [job.id if job else None for job in claimed] == [*ids, None]
    assert [job.status for job in queue.recent(9)] == ["running"] * 3


READER = "token reader"
WRITER = "token writer"


def run_order(
    instance: Instance, queue: Queue, jobs: Iterable[tuple[str, bool]]
) -> list[tuple[str, bool]]:
    """Queue jobs of (who, dry_run), run them, and return them in the order in which they began."""
    began: list[tuple[str, bool]] = []
    for who, dry_run in jobs:
        queue.add("rest", {"key": "a"}, who=who, requested=AT, dry_run=dry_run)
    claim = queue.claim

    def noted(which: Callable[[Job], bool] = lambda job: True) -> Job | None:
        job = claim(which)
        if job is not None:
            began.append((job.who, job.dry_run))
        return job

    queue.claim = noted  # type: ignore[method-assign]
    assert drain(instance.config, queue) == len(began)
    return began


def test_tokens_have_turns_and_people_go_first(queue: Queue) -> None:
    """Jobs of people are done before those of tokens, and tokens have turns among themselves."""
    for who in (READER, READER, READER, WRITER, "ann", READER, WRITER, "ann"):
        queue.add("rest", {}, who=who, requested=AT)
    claimed = list(iter(queue.claim, None))
    assert [job.who for job in claimed] == [
        "ann",
        "ann",
        READER,
        WRITER,
        READER,
        WRITER,
        READER,
        READER,
    ]


def test_a_change_waits_for_one_preview_of_another_token(instance: Instance) -> None:
    """A change of one token waits for at most one of twenty previews (dry runs, True) of another
    token."""
    queue = Queue(load(instance.config).state_dir)
    began = run_order(instance, queue, [*[(READER, True)] * 20, (WRITER, False)])

    assert began.index((WRITER, False)) <= 1
    assert len(began) == 21


def test_a_preview_waits_for_one_change_of_another_token(instance: Instance) -> None:
    """A preview of one token waits for one of five changes of another token."""
    queue = Queue(load(instance.config).state_dir)
    began = run_order(instance, queue, [*[(WRITER, False)] * 5, (READER, True)])

    assert began.index((READER, True)) == 1
    assert len(began) == 6


def test_during_a_run_previews_are_answered_and_changes_wait(instance: Instance) -> None:
    """While a run holds the lock, dry runs (True) are done and the real change (False) waits."""
    settings = load(instance.config)
    queue = Queue(settings.state_dir)
    with hold_run_lock(settings):
        assert (
            run_order(instance, queue, [(WRITER, False), (READER, True), (READER, True)])
            == [(READER, True)] * 2
        )
        assert len(queue.waiting()) == 1


def test_a_token_has_a_quarter_of_the_places(queue: Queue) -> None:
    """One token may fill a quarter of the job queue, counted over all processes; a cancelled job
    frees its place."""
    other_queue = Queue(queue.root.parents[1])  # of another process
    for number in range(JOBS // 4):
        assert other_queue.has_room(READER)
        last = queue.add("rest", {"key": str(number)}, who=READER, requested=AT)

    assert not other_queue.has_room(READER)
    assert other_queue.has_room(WRITER)

    other_queue.cancel(last.id)

    assert queue.has_room(READER)
    assert queue.has(lambda job: job.who == READER)
    assert not queue.has(lambda job: job.who == WRITER)


def test_a_job_that_waits_is_cancelled_at_once(queue: Queue) -> None:
    """A cancelled job that waits is never done."""
    job_id = queue.add("rest", {}, who="ann", requested=AT).id
    queue.cancel(job_id)
    job = queue.get(job_id)

    assert job is not None
    assert job.status == "cancelled"
    assert queue.claim() is None


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "null", "{}", '{"act": "rest"}', "1" * 9999, "[" * 99_999]
)
def test_a_job_that_cannot_be_read_stops_none_behind_it(queue: Queue, damaged: str) -> None:
    """A damaged job file does not block the next job."""
    first, second = (queue.add("rest", {"key": key}, who="ann", requested=AT).id for key in "ab")
    (queue.root / f"{first}.json").write_text(damaged)
    claimed = queue.claim(lambda job: job.act == "rest")
    if claimed is None or claimed.id != second:  # nothing is known of it
        claimed = queue.claim(lambda job: job.act == "rest")

    assert claimed is not None
    assert claimed.id == second
    assert queue.claim() is None
    assert len(queue.recent(9)) <= 2


@pytest.mark.parametrize(
    "id",
    ["", "..", "../passwords", "../../config/sources", "0" * 20 + "-xyz", "0" * 20 + "-0123456g"],
)
def test_an_id_names_no_other_file(queue: Queue, id: str) -> None:
    """An id that is not of a job, such as a path, names no file."""
    queue.root.mkdir(parents=True)
    (queue.root.parent / "passwords.json").write_text("{}")

    assert queue.get(id) is None

    queue.cancel(id)


def test_old_jobs_are_forgotten_and_lost_ones_say_so(queue: Queue) -> None:
    """Only the newest KEPT jobs stay; jobs that a dead process left running become failed."""
    for number in range(KEPT + 5):
        queue.add("rest", {"key": str(number)}, who="ann", requested=AT)
        queue.claim()
    queue.delete_old_jobs()

    assert len(queue.recent(KEPT * 2)) == KEPT

    queue.fail_running()

    assert {job.status for job in queue.recent(KEPT)} == {"failed"}


def test_while_a_run_has_the_lock_jobs_wait(instance: Instance) -> None:
    """Jobs wait while a run holds the lock, and are done once it is free."""
    settings = load(instance.config)
    queue = Queue(settings.state_dir)
    job_id = queue.add("rest", {"key": "a"}, who="ann", requested=AT).id
    with hold_run_lock(settings):
        assert drain(instance.config, queue) == 0
        assert queue.waiting() == [job_id]

    assert drain(instance.config, queue) == 1
    assert "enabled = false" in (instance.config / "sources.toml").read_text()


def test_a_run_does_what_is_quick_itself(instance: Instance) -> None:
    """While a run holds the lock, it does quick jobs ("rest") itself and leaves slow ones ("retry")
    in the queue."""
    settings = load(instance.config)
    hurried = [0]
    queue = Queue(settings.state_dir)

    async def run() -> None:
        with hold_run_lock(settings), open_app(instance.config) as app:
            async with do_jobs_during(app, lambda: hurried.append(1)):
                quick = queue.add("rest", {"key": "a"}, who="ann", requested=AT).id
                slow = queue.add("retry", {"key": "a"}, who="ann", requested=AT).id
                for _ in range(100):
                    await asyncio.sleep(0.05)
                    if (job := queue.get(quick)) is not None and job.ended:
                        break
                assert job is not None and job.status == "done" and "run under way" in job.said, job
                assert queue.waiting() == [slow]

    asyncio.run(run())
    assert hurried == [0, 1]
    (change,) = Log(settings.state_dir).newest()
    assert change.who == "ann"
    assert change.subject == "a"
    assert change.kept is True
    assert (instance.config / "sources.toml").read_text().startswith("# ours\n")


def test_what_fails_costs_no_other(instance: Instance) -> None:
    """A failing job does not stop the next one."""
    queue = Queue(load(instance.config).state_dir)
    wrong = queue.add("rest", {"key": "nobody"}, who="ann", requested=AT).id
    right = queue.add("rest", {"key": "a"}, who="ann", requested=AT).id
    drain(instance.config, queue)
    failed = queue.get(wrong)
    done = queue.get(right)

    assert failed is not None
    assert done is not None
    assert failed.status == "failed"
    assert done.status == "done"
    assert "nobody" in failed.said


def test_a_change_is_kept_whole_and_half_a_line_is_passed_over(tmp_path: Path) -> None:
    """The log of changes ignores a line that a crash cut off, and goes on with the next number."""
    log = Log(tmp_path)
    change = LoggedChange(number=0, at=AT, who="ann", act="edit", subject="x", said="x: edited")
    first = log.add(change, {"article:x.md": ("a\n", "b\n")})
    with log.path.open("ab") as file:
        file.write(b'{"number": 2, "at"')

    assert first.number == 1
    assert log.newest()[0] == first
    assert log.read_texts(1) == {"article:x.md": ("a\n", "b\n")}
    assert log.undone() == set()

    second = log.add(change, {"article:x.md": ("b\n", "c\n")})

    assert second.number == 2
    assert log.newest() == [second, first]
    assert log.read_texts(1) == {"article:x.md": ("a\n", "b\n")}


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("old", [False, True], ids=["new", "of an earlier version"])
def test_what_the_console_writes_is_for_this_account_alone(tmp_path: Path, old: bool) -> None:
    """Folders of the console have mode 0700 and files 0600, whatever the umask, also those that an
    earlier version made."""
    root = tmp_path / "console"
    if old:
        for folder in (root, root / "jobs", root / "kept"):
            folder.mkdir()
        (root / "changes.jsonl").touch()
    queue = Queue(tmp_path)
    job = queue.add("rest", {"url": "https://ann:secret@a.example/"}, who="ann", requested=AT)
    page = Fetched(
        url="https://a.example/", final_url="https://a.example/", status=200, headers={}, body=b"x"
    )
    queue.keep_page(job.id, page)
    queue.claim()
    queue.cancel(job.id)
    change = LoggedChange(number=0, at=AT, who="ann", act="rest", subject="a", said="")
    Log(tmp_path).add(change, {"config:sources.toml": ("a", "b")})
    security.set_password(security.find_passwords_file(tmp_path), "ann", "correct horse battery")
    modes = {
        str(path.relative_to(tmp_path)): (path.is_dir(), path.stat().st_mode & 0o777)
        for path in root.rglob("*")
    }

    assert len(modes) == 9
    assert {
        name for name, (is_folder, mode) in modes.items() if mode != (0o700 if is_folder else 0o600)
    } == set()
    assert root.stat().st_mode & 0o777 == 0o700


def test_a_change_is_taken_back_where_what_took_it_back_was_not(tmp_path: Path) -> None:
    """A change counts as undone only while its undo is not undone itself: changes 2, 3 and 4 each
    undo the one before."""
    log = Log(tmp_path)
    taken_back = []
    for undoes in (None, 1, 2, 3):
        change = LoggedChange(
            number=0, at=AT, who="ann", act="undo", subject="x", said="x", undoes=undoes
        )
        log.add(change, {})
        taken_back.append(log.undone())

    assert taken_back == [set(), {1}, {2}, {1, 3}]


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "key = 1", "[[source]]"]), max_size=12)


@given(LINES, LINES)
def test_undoing_at_once_gives_what_was(before: list[str], after: list[str]) -> None:
    """For any two texts, undoing an edit at once gives the former text."""
    old, new = ("".join(f"{line}\n" for line in lines) for lines in (before, after))
    assert revert_edit(old, new, new) == old


@given(LINES, st.integers(0, 12), LINES)
def test_what_was_edited_elsewhere_stays(base: list[str], place: int, added: list[str]) -> None:
    """Undoing a changed line keeps lines that were added at the beginning and the end since."""
    lines = [f"{number} {line}" for number, line in enumerate(base)]
    place = min(place, len(lines))
    text = "\n".join([*lines[:place], "old", *lines[place:]]) + "\n"
    changed = text.replace("old\n", "new\n") if "old\n" in text else text
    head = "".join(f"+{line}\n" for line in added)
    tail = "a last line\n"

    assert revert_edit(text, changed, head + changed + tail) == head + text + tail


def test_an_edit_in_the_same_place_is_in_the_way() -> None:
    """An edit cannot be undone if the same line, or a file that it created, was changed since."""
    with pytest.raises(ValueError, match="edited since"):
        revert_edit("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n")
    with pytest.raises(ValueError, match="edited since"):
        revert_edit(None, "a\n", "b\n")
    assert revert_edit(None, "a\n", "a\n") is None
