"""The API of the console of tests/console, and tokens for it."""

from __future__ import annotations

import pytest

from syndicator.app.clock import utc_now
from syndicator.console import security
from tests.console.api.client import Client
from tests.console.conftest import Served


def made(served: Served, name: str, scope: security.Scope, days: int = 30) -> Client:
    path = security.find_tokens_file(served.settings.state_dir)
    return Client(served.port, security.create_token(path, name, scope, days, utc_now()))


@pytest.fixture
def reader(served: Served) -> Client:
    return made(served, "reader", "read")


@pytest.fixture
def writer(served: Served) -> Client:
    return made(served, "writer", "write")


@pytest.fixture
def setter(served: Served) -> Client:
    return made(served, "setter", "settings")
