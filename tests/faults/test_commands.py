"""Mistakes of an operator on the command line, and the exit code of each."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.app.clock import utc_now
from syndicator.app.lock import hold_run_lock
from syndicator.configuration.settings import load
from syndicator.store.engine import open_store
from tests.faults.instance import Done, Instance, wait_for
from tests.faults.table import mark_fault

SECRET = "s3ntinel-b7f1c2"


def check_refusal(done: Done, code: int, *words: str) -> None:
    """It left with `code`, said why in one clear message, and that as JSON too; nobody saw a
    traceback."""
    assert done.code == code, done
    assert "Traceback" not in done.err, done
    answer = done.json
    assert answer["exit_code"] == code and answer["reason"], done
    for word in words:
        assert word in answer["error"], done


@mark_fault(
    "wrong words, wrong configuration",
    how="a broken file, key, variable or option, one at a time, in a process of its own",
    holds=(
        "the exit code of the table, one message that names file and fault, JSON that stays JSON,"
        " no traceback"
    ),
)
@pytest.mark.parametrize(
    ("words", "mischief", "code", "message"),
    [
        (("status", "--frobnicate"), lambda config: None, 2, "--frobnicate"),
        (("refresh", "--source", "nobody"), lambda config: None, 2, "nobody"),
        pytest.param(
            ("refresh", "--max-time", "soon"),
            lambda config: None,
            2,
            "soon",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ("show", "/nowhere/at-all.md"),
            lambda config: None,
            69,
            "nowhere",
            marks=pytest.mark.slow,
        ),
        (("show", "/tmp"), lambda config: None, 69, "directory"),
        (("status",), lambda config: (config / "sources.toml").unlink(), 78, "sources.toml"),
        pytest.param(
            ("status",),
            lambda config: break_toml(config / "syndicator.toml"),
            78,
            "syndicator.toml",
            marks=pytest.mark.slow,
        ),
        (
            ("refresh", "--all"),
            lambda config: break_toml(config / "taxonomy.toml"),
            78,
            "taxonomy.toml",
        ),
        pytest.param(
            ("status",),
            lambda config: append_text(config / "syndicator.toml", "\n[fetsch]\npause = 1\n"),
            78,
            "fetsch",
            marks=pytest.mark.slow,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_every_slip_is_named(
    small_instance: Instance,
    words: tuple[str, ...],
    mischief: Callable[[Path], object],
    code: int,
    message: str,
) -> None:
    """Each mistake in options or files ends a command with its exit code and a message that names
    it (`mischief` makes it), and shows no secret."""
    mischief(small_instance.config)
    done = small_instance.run_command(*words, "--json")

    check_refusal(done, code, message)
    assert SECRET not in done.out + done.err


@mark_fault(
    "a fault in a list",
    how="sources.toml or feeds.toml broken, or one of its tables, before the first run",
    holds="0, and a condition that names file and fault",
)
@pytest.mark.parametrize(
    ("name", "end", "message"),
    [
        ("sources.toml", "\n[site\n", "is not valid TOML"),
        ("feeds.toml", "\n[site\n", "is not valid TOML"),
        ("sources.toml", "\nurll = 'x'\n", "urll"),
        ("sources.toml", f'\n[[source]]\nkey="s"\nurl="https://u:{SECRET}@x.org/"\n', "password"),
    ],
)
def test_a_fault_in_a_list_is_a_condition(
    small_instance: Instance, name: str, end: str, message: str
) -> None:
    """A fault in sources.toml or feeds.toml does not stop `status`, which names the file and the
    fault, but no secret."""
    path = small_instance.config / name
    path.write_text((path.read_text() if path.exists() else "") + end)
    done = small_instance.run_command("status", "--json")
    (reported_condition,) = (
        condition for condition in done.json["conditions"] if condition["kind"] == "configuration"
    )

    assert done.code == 0
    assert name in reported_condition["detail"]
    assert message in reported_condition["detail"]
    assert SECRET not in done.out + done.err


def break_toml(path: Path) -> None:
    path.write_text("[site\ntitle = ")


def append_text(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


@mark_fault(
    "a variable nobody knows",
    how="SYNDICATOR_FETCH__PAUS in the environment",
    holds=(
        "a warning with the nearest known one, and the command does its work: Kubernetes sets such"
        " variables"
    ),
)
def test_an_unknown_variable(small_instance: Instance) -> None:
    """A misspelled `SYNDICATOR_` variable is only a warning that proposes the right name."""
    done = small_instance.run_command("status", "--json", environ={"SYNDICATOR_FETCH__PAUS": "1"})

    assert done.code == 0
    assert "SYNDICATOR_FETCH__PAUSE" in done.err
    assert json.loads(done.out)


def as_a_user() -> None:
    """Takes away root's right to read and write everything: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    (capability(7))."""
    if os.getuid() == 0:
        for capability in (1, 2):
            ctypes.CDLL(None, use_errno=True).prctl(24, capability, 0, 0, 0)


@mark_fault(
    "a folder that may not be written",
    how="chmod 555 on feeds/",
    holds="69, the folder and the cure named",
)
def test_a_read_only_folder(small_instance: Instance) -> None:
    """A run that may not write says which folder it has no right to."""
    small_instance.feeds.mkdir()
    small_instance.feeds.chmod(0o555)
    try:
        check_refusal(
            small_instance.run_command("refresh", "--all", "--json", preexec_fn=as_a_user),
            69,
            str(small_instance.feeds),
            "right",
        )
    finally:
        small_instance.feeds.chmod(0o755)


@pytest.mark.slow
@mark_fault(
    "a user who may only read",
    how=(
        "chmod a-w on everything, `status` with and without another process that has the database"
        " open"
    ),
    holds="`status` tells all it tells its owner, and no file or folder is made or changed",
)
def test_a_user_who_may_only_read(small_instance: Instance) -> None:
    """A user who may only read sees the same `status` as the owner, also while another process has
    the database open, and changes no file."""
    small_instance.run_refresh("holt")
    status_counts = read_status_counts(small_instance.run_command("status"))
    paths = [small_instance.folder, *small_instance.folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    try:
        for path in paths:
            path.chmod(modes[path] & ~0o222)
        before = list_file_times(small_instance.folder)
        done = small_instance.run_command("status", preexec_fn=as_a_user)
        assert (done.code, read_status_counts(done)) == (0, status_counts), done
        assert list_file_times(small_instance.folder) == before
    finally:
        for path in paths:
            path.chmod(modes[path])
    with open_store(
        f"sqlite:///{small_instance.feeds}/state/syndicator.db", articles_exist=True
    ) as store:
        store.visits.set_note("a note", "that is in the log", utc_now())
        for path in small_instance.feeds.rglob("*"):
            path.chmod(path.stat().st_mode & ~0o222)
        done = small_instance.run_command("status", preexec_fn=as_a_user)

        assert (done.code, read_status_counts(done)) == (0, status_counts), done

        for path in small_instance.feeds.rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)


def read_status_counts(done: Done) -> str:
    """What `status` said of articles, feeds and entries."""
    return done.out.splitlines()[1].partition("; last run")[0]


def list_file_times(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@mark_fault(
    "a file that may not be read", how="chmod 000 on sources.toml", holds="78, the file named"
)
def test_an_unreadable_file(small_instance: Instance) -> None:
    """A file that may not be read is named, with the exit code for configuration."""
    (small_instance.config / "sources.toml").chmod(0)
    check_refusal(
        small_instance.run_command("status", "--json", preexec_fn=as_a_user),
        78,
        "sources.toml",
        "cannot be read",
    )


@mark_fault(
    "a port that is taken",
    how="another socket listens on it",
    holds="`serve` leaves with 69 and names the port",
)
def test_a_taken_port(small_instance: Instance) -> None:
    """If its port is in use, `serve` exits with 69 and names the port, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other_server:
        port = other_server.getsockname()[1]
        done = small_instance.run_command("serve", "--port", str(port))
    assert done.code == 69 and f"port {port}" in done.err and "Traceback" not in done.err, done


@mark_fault(
    "the database of 0 bytes, missing, no database",
    how="truncated, deleted, overwritten with noise after a run",
    holds=(
        "a missing one is made anew; a broken one is refused, the cure named, `check` says so and"
        " `reindex` cures; nothing is new after"
    ),
)
@pytest.mark.parametrize(
    "harm",
    [
        "emptied",
        pytest.param("deleted", marks=pytest.mark.slow),
        pytest.param("noise", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_a_harmed_database(small_instance: Instance, harm: str) -> None:
    """A damaged database is refused with the advice `reindex`, which restores all articles; a
    deleted one is rebuilt by `build`. No article is new afterwards."""
    small_instance.run_refresh("holt")
    count = len(small_instance.load_articles())
    database = small_instance.feeds / "state/syndicator.db"
    for beside in database.parent.glob("syndicator.db-*"):
        beside.unlink()
    if harm == "deleted":
        database.unlink()
        small_instance.run_command("build")
    else:
        database.write_bytes(b"" if harm == "emptied" else os.urandom(40_000))
        check_refusal(small_instance.run_command("refresh", "--all", "--json"), 69, "reindex")
        assert "reindex" in small_instance.run_command("check").out
        assert small_instance.run_command("reindex", "--json").json["articles"] == count

    assert small_instance.run_refresh("holt").outcomes[0].added == ()
    assert len(small_instance.load_articles()) == count


@pytest.mark.slow
@mark_fault(
    "two refreshes at once, SIGTERM while waiting",
    how="the lock is held here; `refresh`, `refresh --wait` in other processes",
    holds="the one leaves at once with 75, the other waits; a SIGTERM ends the wait with 0",
)
def test_two_at_once(small_instance: Instance) -> None:
    """While a run holds the lock, `refresh` leaves with 75, `refresh --wait` waits for it, and
    SIGTERM ends that wait with 0."""
    with hold_run_lock(load(small_instance.config)):
        waiting = small_instance.start_command("refresh", "--source", "holt", "--wait")
        leaving = small_instance.start_command("refresh", "--wait")

        check_refusal(small_instance.run_command("refresh", "--json"), 75, "--wait")
        assert waiting.poll() is None

        wait_for(lambda: catches_sigterm(leaving.pid))
        leaving.send_signal(signal.SIGTERM)

        assert leaving.wait(10) == 0

        leaving.communicate()
    out, err = waiting.communicate(timeout=60)

    assert waiting.returncode == 0, out + err
    assert len(small_instance.load_articles()) >= 5


def catches_sigterm(pid: int) -> bool:
    """True once the process has its handler (proc(5), SigCgt)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return any(
        int(line[7:], 16) >> (signal.SIGTERM - 1) & 1
        for line in lines
        if line.startswith("SigCgt:")
    )


@mark_fault(
    "no network at all",
    how="the only source is on an address where nobody listens",
    holds="exit 4, one message that names demo, and no failure counted against any source",
)
def test_no_network(small_instance: Instance) -> None:
    """Without a network `refresh` exits with 4 and counts no failure."""
    small_instance.run_refresh("holt")
    write_sources(small_instance, "http://127.0.0.99:9/feed")
    done = small_instance.run_command("refresh", "--all", "--json")

    check_refusal(done, 4, "no network", "demo")

    with small_instance.open_app() as app:
        assert [state.backoff.failures for state in app.archive.store.visits.states().values()] == [
            0
        ]


def write_sources(small_instance: Instance, url: str) -> None:
    (small_instance.config / "sources.toml").write_text(
        f'[[source]]\nkey = "holt"\nurl = "{url}"\n'
    )


@mark_fault(
    "a source that fails",
    how="a site that answers 410, `refresh` with and without --strict",
    holds="0 without --strict and 3 with it, the others visited; a reason code in the JSON",
)
@pytest.mark.slow
def test_strict(small_instance: Instance) -> None:
    """If the source "gone" fails, `refresh` still ends with 0 and visits the others; with
    `--strict` it ends with 3."""
    for words, code in (((), 0), (("--strict",), 3)):
        done = small_instance.run_command(
            "refresh", "--source", "holt", "--source", "gone", "--json", *words
        )
        assert done.code == code, done
        reasons = {source["key"]: source["reason"] for source in done.json["sources"]}
        assert reasons["gone"] == "gone"
        assert reasons["holt"] is None


@mark_fault(
    "the only source due fails, and not for the network",
    how=(
        "a site that answers 410 and a source whose variable is not set, `refresh` with and without"
        " --strict"
    ),
    holds="0 without --strict and 3 with it: 4 is for no network",
)
def test_the_only_source_fails(small_instance: Instance) -> None:
    """If the only visited source fails, `refresh` ends with 0, or 3 with `--strict`; code 4 is only
    for a network that is down."""
    path = small_instance.config / "sources.toml"
    path.write_text(
        path.read_text().replace(
            'key = "holt"\n', 'key = "holt"\nheaders_env = { A = "SURELY_UNSET" }\n'
        )
    )
    for key, reason in (("gone", "gone"), ("holt", "unset-variable")):
        for words, code in (((), 0), (("--strict",), 3)):
            done = small_instance.run_command("refresh", "--source", key, "--json", *words)
            assert done.code == code
            assert done.json["sources"][0]["reason"] == reason


@mark_fault(
    "a secret in the headers of a source",
    how=(
        "headers_env with a sentinel; a source that works and one that fails; all files, logs and"
        " the database read"
    ),
    holds="the site gets it, and it stands nowhere else",
)
@pytest.mark.slow
def test_a_secret_stays_one(small_instance: Instance) -> None:
    """A source's secret header is sent to its site only, and appears in no output, file or
    database."""
    path = small_instance.config / "sources.toml"
    text = path.read_text()
    for key in ("holt", "gone"):
        text = text.replace(
            f'key = "{key}"\n', f'key = "{key}"\nheaders_env = {{"X-Token" = "HOLT_TOKEN"}}\n'
        )
    path.write_text(text)
    keys = [word for key in ("holt", "gone", "parallel") for word in ("--source", key)]
    done = small_instance.run_command("refresh", *keys, "--json", environ={"HOLT_TOKEN": SECRET})

    assert done.code == 0, done
    assert SECRET in {
        request.headers.get("x-token")
        for request in small_instance.world.requests
        if request.site == "holt"
    }
    assert {
        request.headers.get("x-token")
        for request in small_instance.world.requests
        if request.site == "parallel"
    } == {None}

    status = small_instance.run_command("status", "--json", environ={"HOLT_TOKEN": SECRET})

    assert SECRET not in done.out + done.err + status.out + status.err

    for file in small_instance.folder.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


@mark_fault(
    "SIGTERM to `refresh` and to `up`",
    how="sent while sites that answer slowly are being visited",
    holds="exit 0 long before the sites answer, nothing torn, nothing lost",
)
@pytest.mark.parametrize(
    "command", [pytest.param(one, marks=pytest.mark.slow) for one in ("refresh", "up")]
)
def test_sigterm(small_instance: Instance, command: str) -> None:
    """SIGTERM during a visit ends the run cleanly."""
    for site in ("parallel", "holt"):
        small_instance.world.delay_answers(site, 180)
    text = (small_instance.config / "syndicator.toml").read_text()
    (small_instance.config / "syndicator.toml").write_text(
        text.replace("_seconds = 30", "_seconds = 240")
    )
    process = small_instance.start_command(command, *(("--all",) if command == "refresh" else ()))
    wait_for(
        lambda: {request.site for request in small_instance.world.requests} >= {"parallel", "holt"}
    )
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=90)  # long before the sites answer

    assert process.returncode == 0, out + err
    assert "Traceback" not in err

    small_instance.load_articles()
    small_instance.count_well_formed_files()


@mark_fault(
    "the database locked by another program",
    how="BEGIN EXCLUSIVE from here during a run, longer than the wait for it",
    holds="69 and a message; the next run does it all",
)
@pytest.mark.slow
def test_a_locked_database(small_instance: Instance) -> None:
    """A run says that another program holds the database; the next one works."""
    small_instance.run_refresh("holt")
    with sqlite3.connect(
        small_instance.feeds / "state/syndicator.db", isolation_level=None
    ) as other_program:
        other_program.execute("BEGIN EXCLUSIVE")
        check_refusal(
            small_instance.run_command("refresh", "--all", "--json"), 69, "another program holds it"
        )
        other_program.execute("ROLLBACK")
    other_program.close()
    small_instance.run_refresh()

    small_instance.assert_consistent(wanted=small_instance.list_titles())


def test_json_of_errors_is_one_document(small_instance: Instance) -> None:
    """`status --json` prints valid JSON even if the output can encode only ASCII."""
    done = small_instance.run_command("status", "--json", environ={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0
    assert json.loads(done.out)["articles"] == 0
