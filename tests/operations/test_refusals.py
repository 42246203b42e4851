"""Arguments that no operation can take are refused with a sentence, and nothing fails inside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syndicator.core.errors import UsageError
from syndicator.operations.operation import arguments_of, need, no_progress
from tests.services.places import Place

REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("remove-source", {"key": []}, "name at least one source"),
    ("use-list", {"key": "one", "wrapper": "5"}, "no list was pointed to"),
    ("prune", {"pages_days": 10**9}, "to 36500"),
    ("look", {"address": "/etc/hostname"}, "is a path"),
    ("look", {"address": "/etc/no such file"}, "is a path"),
    ("look", {"address": "../sources.opml"}, "is a path"),
)


@pytest.mark.parametrize(("name", "given", "said"), REFUSED)
def test_what_cannot_be_done_is_said(tmp_path: Path, name: str, given: Mapping[str, Any], said: str) -> None:
    operation = need(name)
    with Place(tmp_path).app() as app, pytest.raises(UsageError, match=said):
        operation.plan(app, arguments_of(operation, given), no_progress)
