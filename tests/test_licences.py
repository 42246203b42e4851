"""Licences of installed packages: permissive, or named in NOTICE."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.findall(r"(?m)^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements.lock").read_text())
# They ask for their notice alone, which is in each package.
PERMISSIVE = {
    *(
        "MIT",
        "MIT License",
        "Apache-2.0",
        "Apache 2.0",
        "Apache Software License",
        "PSF-2.0",
        "CNRI-Python",
        "Zlib",
    ),
    *("MIT-CMU", "Python Software Foundation License", "ISC License (ISCL)", "CC0-1.0", "0BSD"),
    *("BSD License", "BSD-2-Clause", "BSD-3-Clause"),
}
# Stated in other words than theirs: the whole text of the BSD 3-Clause licence.
STATED_AS_TEXT = {"httpx-aiohttp"}


def find_licence(name: str) -> str | None:
    """What a package says of its licence, the first word of its own that says anything; None where
    it is not installed (those for other systems)."""
    try:
        result = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [
        one for one in result.get_all("Classifier") or [] if one.startswith("License ::")
    ]
    return result.get("License-Expression") or "; ".join(classifiers) or result.get("License") or ""


def of_extras() -> set[str]:
    """The packages that the extras of pyproject.toml bring, and what those need, as far as they are
    installed."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    results = set()
    expected_needs = [need for needs in extras.values() for need in needs]
    while expected_needs:
        need, _, marker = expected_needs.pop().partition(";")
        name, *more = re.findall(r"[A-Za-z0-9._-]+", need.partition(">")[0].partition("=")[0])
        # psycopg[binary] is psycopg-binary
        names = {name.lower(), *(f"{name}-{extra}".lower() for extra in more)}
        if "extra" in marker or names <= results:
            continue
        results |= names
        with suppress(PackageNotFoundError):
            expected_needs += requires(name) or []
    return results


def test_every_licence_is_permissive_or_in_the_notice() -> None:
    """Dependencies with another licence than the permissive ones are exactly those NOTICE names."""
    extras = of_extras()

    assert {
        "psycopg",
        "psycopg-binary",
        "procrastinate",
        "obstore",
        "croniter",
        "python-dateutil",
    } <= extras

    named = set(re.findall(r"(?m)^([a-z0-9-]+) {2,}", (ROOT / "NOTICE").read_text()))
    asking = set()
    for name in {*LOCKED, *extras}:
        stated = find_licence(name)
        if stated is not None and name not in STATED_AS_TEXT:
            parts = {
                part.rpartition("::")[2].strip() for part in re.split(r"\bAND\b|\bOR\b|;", stated)
            }
            asking |= {name} if parts - PERMISSIVE else set()

    assert len(LOCKED) > 50
    assert asking == named
