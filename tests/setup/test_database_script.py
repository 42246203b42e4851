"""The script that creates the database for several machines."""

from __future__ import annotations

import subprocess
from pathlib import Path

from syndicator.setup.deploy import fill_template

PROGRAMS = {
    "createuser": "exit 0",
    "createdb": "exit 0",
    "hostname": 'test "$1" = -f && echo db.machines.example',
}


def test_it_prints_addresses_that_can_be_copied(tmp_path: Path) -> None:
    """The script prints the database address for both settings."""
    for name, line in PROGRAMS.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    script = tmp_path / "database.sh"
    script.write_text(fill_template("deploy/database.sh"))
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    printed = subprocess.check_output(["sh", str(script)], env=environ, text=True)
    host_and_database = "db.machines.example/syndicator"

    assert f'store.url = "postgresql://syndicator@{host_and_database}"\n' in printed
    assert (
        f"SYNDICATOR_STORE__URL=postgresql://syndicator:PASSWORD@{host_and_database}\n" in printed
    )
    assert "@HOST" not in printed
