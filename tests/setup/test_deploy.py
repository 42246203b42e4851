"""The generated deployment files, also with odd names and paths."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.core.errors import UsageError
from syndicator.setup.deploy import FILES, Deployment, fill_deployment_files

HERE = Deployment(
    root=Path("/srv/feeds"),
    config=Path("/srv/feeds/config"),
    public=Path("/srv/feeds/feeds/public"),
    program=("/opt/syndicator/run",),
    user="feeder",
    url="https://feeds.example.org/",
)


def parse_unit(name: str, here: Deployment = HERE) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(fill_deployment_files(here)[name])
    return parser


def test_no_place_is_left_empty() -> None:
    """All deployment files are written, with every `@NAME@` filled in."""
    files = fill_deployment_files(HERE)
    assert tuple(files) == FILES
    assert [name for name, text in files.items() if re.search(r"@[A-Z_]+@", text)] == []


def test_the_service_runs_the_program_on_its_folder_and_may_write_there_alone() -> None:
    """The unit runs `up`, may write only to its folder, and uses the watchdog."""
    service = parse_unit("syndicator.service")["Service"]

    assert service["ExecStart"] == "/opt/syndicator/run up"
    assert service["User"] == "feeder"
    assert service["Environment"] == '"SYNDICATOR_CONFIG=/srv/feeds/config"'
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == '"/srv/feeds"'
    assert service["ProtectHome"] == "yes"
    assert service["Type"] == "notify"
    assert service["WatchdogSec"] == "2min"


def test_a_home_is_seen_where_program_or_folder_is_in_one() -> None:
    """If program or data are in a home folder, the unit may read homes."""
    for deployment in (
        replace(HERE, root=Path("/home/ada/feeds")),
        replace(HERE, program=("/home/ada/.local/bin/syndicator",)),
    ):
        assert parse_unit("syndicator.service", deployment)["Service"]["ProtectHome"] == "read-only"


def test_folders_that_the_settings_have_elsewhere_may_be_written_too() -> None:
    """The systemd service may write into a folder that the settings have outside of the
    instance."""
    service = parse_unit(
        "syndicator.service", replace(HERE, elsewhere=(Path("/var/lib/articles"),))
    )["Service"]
    assert service["ReadWritePaths"] == '"/srv/feeds" "/var/lib/articles"'


def test_the_timer_starts_the_run_of_its_own_name() -> None:
    """The timer starts `refresh`, for which exit code 75 is a success."""
    assert parse_unit("syndicator-refresh.service")["Service"]["ExecStart"].endswith(
        " refresh --max-time 10m"
    )
    assert parse_unit("syndicator-refresh.service")["Service"]["SuccessExitStatus"] == "75"
    assert parse_unit("syndicator-refresh.timer")["Timer"]["OnCalendar"] == "*:0/15"


@pytest.mark.parametrize(
    ("url", "listen", "name", "prefix", "caddy"),
    [
        ("", "80", "_", "/", ":80"),
        ("https://feeds.example.org", "80", "feeds.example.org", "/", "feeds.example.org"),
        ("https://example.org/feeds/", "80", "example.org", "/feeds/", "example.org"),
        ("http://127.0.0.1:8090/x", "8090", "127.0.0.1", "/x/", "http://127.0.0.1:8090"),
        ("http://[::1]:8090/", "8090", "[::1]", "/", "http://[::1]:8090"),
    ],
)
def test_the_sites_answer_at_the_address_of_the_settings(
    url: str, listen: str, name: str, prefix: str, caddy: str
) -> None:
    """The nginx and Caddy files serve the host, port and path of the site's address."""
    files = fill_deployment_files(replace(HERE, url=url))

    assert f"listen {listen};" in files["nginx.conf"]
    assert f"server_name {name};" in files["nginx.conf"]
    assert f"location {prefix} {{" in files["nginx.conf"]
    assert f"\n{caddy} {{\n" in files["Caddyfile"]


@pytest.mark.parametrize(
    "path",
    ['/srv/"mine"', "/srv/a*b", "/srv/[x]", "/srv/my$feeds", "/srv/it's", "/srv/a\nb", "/srv/{x}"],
)
def test_a_path_that_some_file_could_not_have_is_named(path: str) -> None:
    """A path that one of the deployment files could not quote is refused."""
    with pytest.raises(UsageError, match="cannot be written into every file"):
        fill_deployment_files(replace(HERE, root=Path(path)))


def make_odd_deployment(folder: Path) -> Deployment:
    """A deployment with what unit files, crontabs and shells take for their own, and a program that
    exists."""
    root = folder / "my feeds 100%"
    root.mkdir()
    program = root / "run it"
    program.write_text('#!/bin/sh\necho "$SYNDICATOR_CONFIG|$PWD|$@"\n')
    program.chmod(0o755)
    return replace(HERE, root=root, config=root / "config", program=(str(program),), user="root")


def test_the_line_of_cron_runs_in_any_shell(tmp_path: Path) -> None:
    """The crontab line works under plain sh in a folder with an odd name, with `%` escaped for
    cron."""
    odd_deployment = make_odd_deployment(tmp_path)
    line = fill_deployment_files(odd_deployment)["crontab"].strip().splitlines()[-1]
    command = line.split(None, 5)[5].replace(r"\%", "%")  # as cron(8) hands it to sh
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        env={"PATH": "/bin:/usr/bin"},
        check=True,
    )

    assert (
        done.stdout
        == f"{odd_deployment.root}/config|{odd_deployment.root}|--quiet refresh --max-time 10m\n"
    )
    assert "%" not in line.replace(r"\%", "")


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder that is not below /dev, where systemd takes no working directory."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units_and_finds_little_exposed(on_disk: Path) -> None:
    """systemd's own checks find no mistake in the units and an exposure of at most 2.9."""
    files = fill_deployment_files(make_odd_deployment(on_disk))
    for name in FILES[:3]:
        (on_disk / name).write_text(files[name])
    environ = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    units = [str(on_disk / name) for name in FILES[:3]]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
    )

    assert done.returncode == 0
    assert done.stderr == ""

    for service in units[:2]:  # the threshold is ten times the level of exposure
        command = [
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=29",
            "--no-pager",
            service,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout[-400:]
