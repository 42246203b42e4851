"""The service as an operator has it: a configuration over the loopback web, each command a process
of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import commands

FEED = (
    b'<rss version="2.0"><channel><title>T</title><link>http://t.test/</link>'
    b'<item><title>A</title><guid isPermaLink="false">1</guid></item></channel></rss>'
)


def write_sources_config(folder: Path, sources: Mapping[str, str]) -> Path:
    """A configuration folder with these sources, each with the lines that follow its key."""
    config = folder / "config"
    config.mkdir()
    (config / "syndicator.toml").write_text("[fetch]\nallow_loopback = true\npause = 0\n")
    tables = [f'[[source]]\nkey = "{key}"\n{lines}\n' for key, lines in sources.items()]
    (config / "sources.toml").write_text("\n".join(tables))
    return config


def run_checked_command(
    config: Path, *words: str, code: int | tuple[int, ...] = 0
) -> subprocess.CompletedProcess[str]:
    """`syndicator WORDS… --config CONFIG`, which has to leave with `code`."""
    environ = {"PATH": os.environ["PATH"]}
    done = commands.run_syndicator(
        *words, "--config", str(config), cwd=config.parent, environ=environ, timeout=60
    )
    assert done.returncode in ((code,) if isinstance(code, int) else code), done.stderr
    return done


def refresh_sources(config: Path, *keys: str) -> dict[str, dict[str, Any]]:
    """The outcomes of `refresh --source KEY…` by key."""
    expected_words = [word for key in keys for word in ("--source", key)]
    done = run_checked_command(config, "refresh", *expected_words, "--json", code=(0, 4))
    return {outcome["key"]: outcome for outcome in json.loads(done.stdout)["sources"]}
