"""`check` reports faults of the machine: clock, disk and name resolution."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Source
from syndicator.health.check import installation
from syndicator.health.conditions import Disk

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("installed", "last_run", "message"),
    [
        (NOW - DAY, NOW, ""),
        (NOW, NOW + timedelta(minutes=5), ""),
        (NOW - DAY, None, ""),
        (NOW - DAY, NOW + DAY, "the last run was at 2026-03-11 12:00"),
        (NOW + DAY, NOW - DAY, "this program was installed at 2026-03-11 12:00"),
    ],
)
def test_a_clock_that_is_behind_is_named(
    installed: datetime, last_run: datetime | None, message: str
) -> None:
    """A clock earlier than the last run or the installation is wrong; five minutes are
    tolerated."""
    details = [
        finding.detail
        for finding in installation.check_clock(NOW, installed=installed, last_run=last_run)
    ]
    assert bool(details) is bool(message)
    assert all(message in detail and "12:00 UTC" in detail for detail in details)


def test_a_disk_that_is_nearly_full_is_named() -> None:
    """Of two disks, only the one with a megabyte left is reported."""
    room = Disk(path="/a", free=50 * 2**30, size=100 * 2**30)
    little = Disk(path="/b", free=2**20, size=100 * 2**30)
    (disk,) = installation.check_disks([room, little])

    assert disk.what == "/b"
    assert disk.severity == "warning"
    assert disk.reason == "disk-full"


def make_source(url: str, *, enabled: bool = True) -> Source:
    return Source(key="k", url=url, enabled=enabled)


def test_one_name_that_resolves_is_enough() -> None:
    """If one host resolves ("b.org"), DNS works and no further one is asked; only if none does,
    this is reported."""
    asked = []

    def lookup(host: str, port: int) -> None:
        asked.append(host)
        if host != "b.org":
            raise socket.gaierror(socket.EAI_AGAIN, "no")

    sources = [make_source(f"https://{host}/feed") for host in ("a.org", "b.org", "c.org", "d.org")]
    assert [*installation.check_host_names(sources, lookup)] == []
    (host_name,) = installation.check_host_names(sources[::2], lookup)
    assert host_name.reason == "dns"
    assert "a.org, c.org" in host_name.detail
    assert "d.org" not in asked


def test_what_is_in_no_dns_is_not_asked_for() -> None:
    """IP addresses, localhost and disabled sources cause no DNS request."""
    urls = ("http://127.0.0.1:80/", "http://[::1]/", "http://localhost:8080/", "https://x.example/")
    sources = [*map(make_source, urls), make_source("https://off.org/", enabled=False)]
    assert [*installation.check_host_names(sources, lambda host, port: pytest.fail(host))] == []
