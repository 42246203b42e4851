"""The queue's engine is the version whose tables and worker our statements were written for."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("procrastinate")

ROOT = Path(__file__).resolve().parents[2]
VERSION = "3.10.0"
PINNED = f"procrastinate>={VERSION},<3.10.1"  # both bounds, as of each dependency
# sha256 of the files that `syndicator/store/fleet/jobs.py` relies on
FILES = {
    "worker.py": "bbec969d1d2c51d61e3cfd0a3c564fc03b78d72bcc6a5458d1d8ab03f68ed97a",
    "manager.py": "b32b71dc11fdd8198f0ee83247e6af95ede617e8afcdeeabc0ecc52631e3f70a",
    "sql/schema.sql": "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009",
    "sql/queries.sql": "e6b932bcefe689ed2941f5c885b5ebc7f07913203f8363e9f03762cd59314ed3",
}
WITH_ITS_TABLES = {"jobs.py", "workers.py"}


def test_the_version_is_pinned_and_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = project["project"]["optional-dependencies"]["postgres"]
    group = project["dependency-groups"]["postgres"]
    for requirements in (extra, group):
        assert PINNED in requirements
    assert importlib.metadata.version("procrastinate") == VERSION


@pytest.mark.parametrize("name", FILES)
def test_upstream_has_not_changed_what_we_rely_on(name: str) -> None:
    file = importlib.resources.files("procrastinate").joinpath(name)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == FILES[name], (
        "read what changed, run tests/fleet and tests/store/test_shards.py, then write the new sum"
    )


def test_few_modules_know_the_tables_of_the_engine() -> None:
    modules = (ROOT / "syndicator").rglob("*.py")
    knowing = {path.name for path in modules if "procrastinate_" in path.read_text()}
    assert knowing == WITH_ITS_TABLES
