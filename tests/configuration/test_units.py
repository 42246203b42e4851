"""Typed commands read the database password from the file that systemd units use."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.configuration import settings
from syndicator.configuration.units import is_same_server, parse_variable
from syndicator.store.postgres import AWAY_CURE, PASSWORD_CURE, find_away_cure

PLAIN = "postgresql://syndicator@db.internal/syndicator"
WITH_PASSWORD = "postgresql://syndicator:a%2Fb@db.internal/syndicator"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NAME=one", "one"),
        ("# NAME=no\nOTHER=no\n NAME = no\nNAME=yes\n", "yes"),
        ("NAME='quoted'", "quoted"),
        ('NAME="quoted"\n', "quoted"),
        ("NAME=first\nNAME=last", "last"),
        ("NAME=", ""),
        ("NAME='", "'"),
        ("", ""),
    ],
)
def test_a_variable_is_read_as_systemd_reads_it(text: str, value: str) -> None:
    """Quotes and escapes in the file are read as systemd does."""
    assert parse_variable("NAME", text) == value


@pytest.mark.parametrize(
    ("unit_url", "is_same"),
    [
        (WITH_PASSWORD, True),
        (PLAIN, False),
        ("", False),
        ("postgresql://other:secret@db.internal/syndicator", False),
        ("postgresql://syndicator:secret@db.internal:5433/syndicator", False),
        ("postgresql://syndicator:secret@db.internal/other", False),
    ],
)
def test_a_password_is_for_its_account_server_and_database(unit_url: str, is_same: bool) -> None:
    """A password in the file of the systemd units counts only for the same user, server, port and
    database."""
    assert is_same_server(PLAIN, unit_url) is is_same


@pytest.mark.parametrize(
    ("line", "environ", "store_url"),
    [
        (f'url = "{PLAIN}"', {}, WITH_PASSWORD),
        (f'url = "{PLAIN}"', {"SYNDICATOR_STORE__URL": "sqlite:///x.db"}, "sqlite:///x.db"),
        ('url = "sqlite:///x.db"', {}, "sqlite:///x.db"),
        ("", {}, None),
    ],
)
def test_a_typed_command_gets_the_password_of_the_units(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    environ: dict[str, str],
    store_url: str | None,
) -> None:
    """A typed command takes the password from the units' file if its own address is the same
    without one; other addresses stay."""
    file = tmp_path / "environment"
    file.write_text(f"SYNDICATOR_STORE__URL={WITH_PASSWORD}\n")
    monkeypatch.setattr(settings, "UNIT_ENVIRONMENT", file)
    (tmp_path / "syndicator.toml").write_text(f"[store]\n{line}\n")
    loaded = settings.load(tmp_path, environ)

    assert loaded.store_url == (store_url or f"sqlite:///{loaded.state_dir / 'syndicator.db'}")


def test_without_the_file_the_address_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the units' file, the address of the store is used as it is."""
    monkeypatch.setattr(settings, "UNIT_ENVIRONMENT", tmp_path / "missing")
    (tmp_path / "syndicator.toml").write_text(f'[store]\nurl = "{PLAIN}"\n')
    assert settings.load(tmp_path, {}).store_url == PLAIN


@pytest.mark.parametrize(
    ("message", "cure"),
    [
        ("connection failed: fe_sendauth: no password supplied", PASSWORD_CURE),
        ('FATAL:  password authentication failed for user "syndicator"', PASSWORD_CURE),
        ("connection refused", AWAY_CURE),
    ],
)
def test_a_missing_password_names_the_variable(message: str, cure: str) -> None:
    """If the database server refuses the password, the message names the variable to set; other
    failures have another advice."""
    assert find_away_cure(message) == cure
    assert ("SYNDICATOR_STORE__URL" in cure) == (cure == PASSWORD_CURE)
