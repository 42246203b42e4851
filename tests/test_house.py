"""The house holds: floors, siblings, doors, sizes, types and style."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "syndicator"
FILES = sorted(PACKAGE.rglob("*.py"))

# One third-party package, one door: module prefixes that may import it.
DOORS = {
    "httpx": ("syndicator.visiting.fetch",),
    "httpx_aiohttp": ("syndicator.visiting.fetch",),
    "aiohttp": ("syndicator.visiting.fetch",),
    "trafilatura": ("syndicator.reading.body.trafilatura",),
    "charset_normalizer": ("syndicator.reading.html.charset",),
    "htmldate": ("syndicator.reading.metadata.date",),
    "feedparser": ("syndicator.visiting.feeds.parser",),
    "protego": ("syndicator.visiting.politeness.robots",),
    "feedgen": ("syndicator.publishing.render",),
    "frontmatter": ("syndicator.articles.frontmatter",),
    "apscheduler": ("syndicator.schedule", "syndicator.cron"),
    "typer": ("syndicator.cli",),
    "rich": ("syndicator.cli",),
    "structlog": ("syndicator.cli",),
    "markdown_it": ("syndicator.publishing.render.html",),
    "nh3": ("syndicator.publishing.render.html",),
    "jinja2": ("syndicator.publishing.render.pages",),
    "starlette": ("syndicator.server",),
    "uvicorn": ("syndicator.server.server",),
    "sqlalchemy": ("syndicator.store",),
    "alembic": ("syndicator.store",),
    "nupunkt": ("syndicator.describing",),
    "py3langid": ("syndicator.describing.text.language",),
    "tokenizers": ("syndicator.describing",),
    "safetensors": ("syndicator.describing",),
    "tenacity": ("syndicator.publishing.output.websub",),
    "tomlkit": ("syndicator.sources.registry", "syndicator.describing"),
    "filelock": ("syndicator.sources.registry", "syndicator.services.container"),
    "cssselect": ("syndicator.reading.body.selectors",),
    "slugify": ("syndicator.text",),
    "tld": ("syndicator.urls",),
    "idna": ("syndicator.urls",),
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_every_package_has_one_door() -> None:
    trespassers = [
        f"{module_of(path)} imports {package}"
        for path in FILES
        for package in imports_of(path) & DOORS.keys()
        if not any(module_of(path) == door or module_of(path).startswith(door + ".") for door in DOORS[package])
    ]
    assert trespassers == []


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_file_and_no_function_got_away(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 450
    long = [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def test_imports_run_downwards() -> None:
    done = run(tool("lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_style_is_clean() -> None:
    for words in (("check", "."), ("format", "--check", ".")):
        done = run(tool("ruff"), *words, "--no-cache")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_types_hold() -> None:
    done = run(tool("mypy"), "--cache-dir", str(ROOT / ".mypy_cache"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_project_speaks_of_itself_alone() -> None:
    places = [re.escape(str(place)) for place in (ROOT, Path.home()) if len(place.parts) > 1]
    listed = run("git", "grep", "-nIE", "|".join([*places, r"\bissue #?[0-9]+\b"]))
    assert listed.stdout == ""
