"""A run with nothing to do: the modules it imports, and changes that it must notice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from syndicator.setup.start import write_config

ROOT = Path(__file__).resolve().parent.parent.parent
# Each costs a run of every few minutes more than its own work does.
HEAVY = (
    "aiohttp",
    "feedgen",
    "feedparser",
    "frontmatter",
    "httpx",
    "jinja2",
    "lxml",
    "markdown_it",
    "numpy",
    "protego",
    "rich",
    "sqlalchemy.dialects.postgresql",
    "tld",
    "trafilatura",
    "yaml",
)
SCRIPT = """
import sys
from syndicator.cli import main
sys.argv = ["syndicator", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted(sys.modules))
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    write_config(folder)
    (folder / "sources.toml").write_text("")
    return folder


def run_command(config: Path, name: str) -> tuple[str, set[str]]:
    """Return what a command printed, and the modules that it loaded."""
    command = [sys.executable, "-c", SCRIPT, name, "--config", str(config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    *said, loaded = done.stdout.splitlines()
    return "\n".join(said), set(loaded.split())


def test_status_does_not_load_what_writes_feeds(config: Path) -> None:
    """`status` imports no modules for writing feeds."""
    output, loaded = run_command(config, "status")

    assert output
    assert loaded.isdisjoint({"feedgen", "dateutil.parser", "lxml"})


@pytest.mark.slow
def test_what_fetches_reads_and_writes_feeds_is_not_loaded(config: Path) -> None:
    """A run without work imports no package that fetches, parses or writes, as it runs every few
    minutes."""
    run_command(config, "refresh")  # writes the first, empty feeds
    output, loaded = run_command(config, "refresh")

    assert "0 files written" in output
    assert loaded & {*HEAVY} == set()

    _, loaded = run_command(config, "build")

    assert loaded.isdisjoint(
        (*HEAVY, "syndicator.cli.operations", "syndicator.configuration.sources.schema")
    )


@pytest.mark.slow
def test_a_lost_index_and_a_query_that_is_no_more_are_seen(config: Path) -> None:
    """Even a run without due sources restores a deleted index page and follows edits of saved
    queries."""
    public = config.parent / "feeds" / "public"
    queries = config / "feeds.toml"
    before = queries.read_text()
    queries.write_text('[[feed]]\nslug = "mine"\ntitle = "Mine"\nquery = "tag:AI"\n')
    run_command(config, "refresh")

    assert (public / "queries" / "mine.atom").exists()

    (public / "index.html").unlink()
    run_command(config, "refresh")

    assert (public / "index.html").exists()

    queries.write_text(before)
    run_command(config, "refresh")

    assert not (public / "queries" / "mine.atom").exists()
    assert "0 files written" in run_command(config, "refresh")[0]
