"""The documentation lists every command, setting and exit code, and its links work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from syndicator.configuration.settings import Digest, Settings, Webhook
from syndicator.core import errors

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def find_section(page: str, title: str) -> str:
    """The part of a page under a heading of the second level."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_command_is_told_of() -> None:
    """The README lists exactly the commands that exist."""
    from syndicator.cli import app, load_commands

    load_commands()
    known = {
        command.name or getattr(command.callback, "__name__", "")
        for command in app.registered_commands
    }
    known |= {str(group.name) for group in app.registered_groups}
    rows = re.findall(r"(?m)^\| ((?:`[a-z ./]+` ?)+)\|", find_section(README, "Commands"))
    names = {name for row in rows for name in re.findall(r"`([a-z]+)`", row)}
    assert names == known


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_told_of(name: str) -> None:
    """The reference lists exactly the settings of each table."""
    (row,) = re.findall(rf"(?m)^\| `\[+{name}\]+`.*$", find_section(REFERENCE, "Settings"))
    documented = set(re.findall(r"`([a-z_0-9]+)`", row))
    tables: dict[str, type[BaseModel]] = {"webhook": Webhook, "digest": Digest}

    assert documented == (
        set(tables[name].model_fields)
        if name in tables
        else list_setting_names(getattr(Settings(), name))
    )


def list_setting_names(part: BaseModel) -> set[str]:
    results: set[str] = set()
    for name in type(part).model_fields:
        value = getattr(part, name)
        results |= list_setting_names(value) if isinstance(value, BaseModel) else {name}
    return results


def test_every_exit_code_is_told_of() -> None:
    """The reference lists exactly the exit codes."""
    documented = {
        int(code) for code in re.findall(r"(?m)^\| (\d+) \|", find_section(REFERENCE, "Exit codes"))
    }
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and hasattr(kind, "exit_code")
    ]
    assert documented == {kind.exit_code for kind in kinds} | {0, 3}


def test_the_two_commands_come_first() -> None:
    """README shows how to start the demo before its first section."""
    assert README.index("./run demo") < README.index("\n## ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names an existing file."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
