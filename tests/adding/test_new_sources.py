"""New sources join the sources already loaded, unless somebody edited the files since."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.adding.new_sources import Candidate, by_address, write_sources
from syndicator.app.container import open_app
from syndicator.configuration.sources.registry import load_sources
from syndicator.core.errors import UsageError
from syndicator.core.model import Source
from syndicator.setup.start import write_config

NEW = Candidate(source=Source(key="new", url="https://new.example/feed"), kind="feed")


def test_an_edit_since_they_were_read_is_seen(tmp_path: Path) -> None:
    """Adding a source reads sources.toml again: if an edit since the start has added the same
    address, it is refused; other edits are kept."""
    config = tmp_path / "config"
    write_config(config)
    sources = config / "sources.toml"
    sources.write_text('[[source]]\nkey = "a"\nurl = "https://a.example/"\n')
    with open_app(config) as app:
        known_at_start = by_address(app.configuration.sources)
        # an edit since: it has the address of NEW
        sources.write_text('[[source]]\nkey = "a"\nurl = "https://new.example/feed"\n')
        with pytest.raises(UsageError, match="already"):
            write_sources(app.configuration, [NEW], known_at_start)

    with open_app(config) as app:
        known_at_start = by_address(app.configuration.sources)
        # an edit since: it has another address
        sources.write_text('[[source]]\nkey = "a"\nurl = "https://a.example/"\n')
        write_sources(app.configuration, [NEW], known_at_start)

    assert [source.key for source in load_sources(sources)] == ["a", "new"]
