"""The API of the console of tests/console, and tokens for it."""

from __future__ import annotations

import pytest

from syndicator.app.clock import utc_now
from syndicator.console import security
from tests.console.api.client import Client
from tests.console.conftest import RunningConsole


def make_client(
    running_console: RunningConsole, name: str, scope: security.Scope, days: int = 30
) -> Client:
    path = security.find_tokens_file(running_console.settings.state_dir)
    return Client(running_console.port, security.create_token(path, name, scope, days, utc_now()))


@pytest.fixture
def reading_client(running_console: RunningConsole) -> Client:
    return make_client(running_console, "reader", "read")


@pytest.fixture
def writing_client(running_console: RunningConsole) -> Client:
    return make_client(running_console, "writer", "write")


@pytest.fixture
def settings_client(running_console: RunningConsole) -> Client:
    return make_client(running_console, "setter", "settings")
