"""Arguments that no operation accepts are refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.errors import UsageError
from syndicator.operations.operation import arguments_of, need_operation, no_progress
from tests.instances import Instance

REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("release", {"id": "abc"}, "release: id: write a list, such as"),
    ("release", {"al": True}, "release: unknown key 'al'; did you mean 'all'"),
    ("release", {"xyz": True}, "release: unknown key 'xyz'; there are id, "),
    ("remove-source", {"key": []}, "name at least one source"),
    ("use-list", {"key": "one", "wrapper": "5"}, "no list was pointed to"),
    ("prune", {"pages_days": 10**9}, "to 36500"),
    ("look", {"address": "/etc/hostname"}, "is a path"),
    ("look", {"address": "/etc/no such file"}, "is a path"),
    ("look", {"address": "../sources.opml"}, "is a path"),
    ("look", {"address": "https://a.example/?x=${HOME}"}, "by hand"),
    ("add", {"url": ["https://a.example/?x=${HOME}"]}, "by hand"),
    ("add", {"sources": [{"url": "https://a.example/?x=${HOME}"}]}, "by hand"),
    ("add", {"sources": [{"url": "https://a.example/", "headers_env": {"X": "HOME"}}]}, "by hand"),
    ("add", {"sources": [{"url": "https://a.example/", "cookies": "a.txt"}]}, "by hand"),
    ("change-settings", {"values": [""]}, "has no name; write it like publish.limit=80"),
    ("change-settings", {"values": ["=80"]}, "has no name"),
    ("change-settings", {"values": ["publish.limit=80", " "]}, "has no name"),
    ("change-settings", {"values": ["publish"]}, "is no setting; write it like publish.limit=80"),
    ("follow-list", {"url": "https://a.example/?x=${HOME}", "wrapper": "5"}, "by hand"),
    ("change-source", {"key": "one", "url": "https://a.example/?x=${HOME}"}, "by hand"),
)


@pytest.mark.parametrize(("name", "arguments", "message"), REFUSED)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, name: str, arguments: Mapping[str, Any], message: str
) -> None:
    """Invalid arguments raise UsageError with an explanation."""
    operation = need_operation(name)
    with Instance(tmp_path).open_app() as app, pytest.raises(UsageError, match=message):
        operation.plan(app, arguments_of(operation, arguments), no_progress)


@pytest.mark.parametrize(
    "line", ['headers_env = { Authorization = "TOKEN" }', 'cookies = "cookies/one.txt"']
)
def test_another_host_does_not_get_the_credentials_of_a_source(tmp_path: Path, line: str) -> None:
    """An operation cannot move a source with credentials to another host, which would get them;
    another path of its host is fine."""
    instance = Instance(tmp_path)
    (instance.config / "sources.toml").write_text(
        f'[[source]]\nkey = "one"\nurl = "https://one.example/feed"\n{line}\n'
    )
    operation = need_operation("change-source")
    with instance.open_app() as app:
        with pytest.raises(UsageError, match="by hand"):
            operation.plan(app, {"key": "one", "url": "https://evil.example/feed"}, no_progress)
        assert not operation.plan(
            app, {"key": "one", "url": "https://one.example/atom"}, no_progress
        ).is_empty
