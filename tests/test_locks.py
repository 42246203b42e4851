"""The lock files of the extras: consistent with pyproject.toml and each other, with hashes."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.packaging import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
_PIN = re.compile(
    r"(?m)^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)[^\n]*\\\n((?: +--hash=sha256:[0-9a-f]{64}(?:"
    r" \\)?\n)+)"
)


def read_pins(name: str) -> dict[str, set[str]]:
    """Package -> its versions: there may be one for each Python."""
    text = (ROOT / name).read_text(encoding="utf-8")
    result = _PIN.findall(text)
    assert len(result) == len(re.findall(r"(?m)^[^ #\n]", text)), "a line without hashes"
    return {
        package: {version for name, version, _ in result if name == package}
        for package, _, _ in result
    }


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_has_a_lock_that_fits_beside_the_others(extra: str) -> None:
    """The lock of an extra agrees with the other locks."""
    locked = read_pins(f"requirements-{extra}.lock")

    assert PROJECT["dependency-groups"][extra] == EXTRAS[extra]  # of which it is made
    assert {
        re.split(r"[\[><=]", requirement)[0].lower() for requirement in EXTRAS[extra]
    } <= locked.keys()

    for other in ("requirements.lock", "requirements-test.lock"):
        beside = read_pins(other)
        common_names = locked.keys() & beside.keys()
        assert {name: locked[name] for name in common_names} == {
            name: beside[name] for name in common_names
        }
