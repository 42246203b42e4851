"""A configuration whose sources a test changes in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from syndicator.app.read_configuration import Configuration, read_configuration


def read_unstamped_configuration(config: Path) -> Configuration:
    """The configuration of a folder as one of which nobody knows whether it changed: each run goes
    through all of its sources, as after an edit of their file."""
    return replace(read_configuration(config, {}), sources_stamp="")
