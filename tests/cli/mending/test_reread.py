"""`reread` on the command line after an upgrade."""

from __future__ import annotations

import pytest

from syndicator.cli import operations
from syndicator.reading import READING_VERSION
from tests.cli.conftest import Instance

assert operations  # importing it registers its command


@pytest.mark.slow
def test_the_first_run_of_a_version_that_reads_better_says_so_and_status_goes_on(
    visited_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run after an upgrade offers `reread`; `status` does so until it is done."""
    before = visited_instance.read_files()

    assert "older version" not in visited_instance.run_command("refresh").output

    monkeypatch.setattr("syndicator.app.places.READING_VERSION", READING_VERSION + 1)
    output = visited_instance.run_command("refresh").output

    assert "read by an older version: 5 articles; `" in output
    assert "reread --outdated --dry-run` shows what" in output
    assert "older version" not in visited_instance.run_command("refresh").output
    assert "read by an older version" in visited_instance.run_command("status").output
    assert (
        visited_instance.run_command("reread", "--outdated", "--dry-run").output
        == "0 of 5 articles change\n"
    )
    assert visited_instance.run_command("reread", "--outdated").output == "0 of 5 articles change\n"
    assert visited_instance.run_command("reread", "--outdated").output == "0 of 0 articles change\n"
    assert "read by an older version" not in visited_instance.run_command("status").output
    assert visited_instance.read_files() == before
