"""Shell completion: its scripts and the words it offers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from syndicator.cli.base import (
    COMPLETION_VARIABLE,
    SHELLS,
    complete_source_keys,
    complete_tag_names,
    make_completion_script,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_completes_the_program_as_it_is_called(shell: str) -> None:
    """Completion scripts work for `syndicator` and for `./run`."""
    installed = make_completion_script(shell, "syndicator")
    checkout = make_completion_script(shell, "./run")

    assert COMPLETION_VARIABLE in installed
    assert "syndicator" in installed
    assert "run_completion" in checkout or "--command run" in checkout

    if shell != "bash":  # which calls what was typed
        assert f"{Path('run').resolve()}" in checkout

    assert make_completion_script(shell, "python -m syndicator") == installed


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_a_shell_reads_its_script(shell: str) -> None:
    """Each installed shell parses its completion script without an error (`-n` only parses)."""
    done = subprocess.run(
        [shell, "-n"],
        input=make_completion_script(shell, "./run"),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0
    assert done.stderr == ""


def complete_words(*words: str) -> list[str]:
    """What bash is offered for the last of these words."""
    line = {
        COMPLETION_VARIABLE: "complete_bash",
        "COMP_WORDS": "\n".join(("run", *words)),
        "COMP_CWORD": str(len(words)),
    }
    command = [sys.executable, "-m", "syndicator"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **line},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split("\n")


@pytest.mark.slow
def test_commands_options_and_sources_are_completed() -> None:
    """Completion offers commands, options and the keys of sources."""
    assert "reindex" in complete_words("rei")
    assert "--source" in complete_words("refresh", "--so")
    assert complete_words("refresh", "--source", "techcr")[0] == "techcrunch-ai"


def make_context(config: Path | None) -> Any:
    return SimpleNamespace(params={"config": config} if config else {})


def test_keys_and_tags_are_those_of_the_folder(tmp_path: Path) -> None:
    """Completion reads keys and tags from the configuration folder; if a file is broken or missing,
    it offers nothing and does not fail."""
    (tmp_path / "sources.toml").write_text('[[source]]\nkey = "one"\n[[source]]\nkey = "two"\n')
    (tmp_path / "taxonomy.toml").write_text('[[tag]]\nname = "open source"\n')

    assert complete_source_keys(make_context(tmp_path), "") == [
        "one",
        "two",
    ]
    assert complete_source_keys(make_context(tmp_path), "t") == ["two"]
    assert complete_tag_names(make_context(tmp_path), "op") == ["open source"]

    (tmp_path / "sources.d").mkdir()
    (tmp_path / "sources.d/more.toml").write_text('[[source]]\nkey = "three"\n')

    assert complete_source_keys(make_context(tmp_path), "t") == ["two", "three"]

    (tmp_path / "sources.d/more.toml").unlink()
    for wrong in ("[[source", "source = 1", "[[source]]\nurl = ''"):
        (tmp_path / "sources.toml").write_text(wrong)
        assert complete_source_keys(make_context(tmp_path), "") == []

    assert complete_source_keys(make_context(tmp_path / "none"), "") == []
