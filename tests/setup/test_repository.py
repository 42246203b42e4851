"""The git repository that publishes by GitHub Actions: its workflow, run locally."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from syndicator import __version__
from syndicator.core.errors import UsageError
from syndicator.setup import start
from syndicator.setup.deploy import fill_repository_files
from syndicator.setup.start import Start, write_folder
from tests.world import World, serve_world

WORKFLOW = yaml.safe_load(
    fill_repository_files("github", "syndicator==0.2.0")[".github/workflows/feeds.yml"]
)
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["feeds"]["steps"]
GIT = [
    "git",
    "-c",
    "user.name=Ada",
    "-c",
    "user.email=ada@garden.example",
    "-c",
    "init.defaultBranch=main",
]
PAGES = "https://ada.github.example/feeds"


def find_step(action: str) -> dict[str, Any]:
    (step,) = [step for step in STEPS if step.get("uses", "").startswith(action + "@")]
    return step


def test_it_runs_by_the_clock_by_hand_and_after_an_edit_one_at_a_time() -> None:
    """The workflow has a schedule, a manual trigger and a push trigger, and runs one at a time."""
    on = WORKFLOW[True]  # YAML 1.1 reads the key `on` so
    (clock,) = on["schedule"]

    assert not re.match(r"\*|0\b|0,", clock["cron"])  # full hours are left out first
    assert "workflow_dispatch" in on
    assert "config/**" in on["push"]["paths"]
    assert WORKFLOW["concurrency"] == {"group": "feeds", "cancel-in-progress": False}
    assert WORKFLOW["permissions"] == {"contents": "write", "pages": "write", "id-token": "write"}


def test_no_key_is_asked_for_and_every_action_has_its_version() -> None:
    """The workflow uses no secrets and pins each action to a commit."""
    text = fill_repository_files("github", "syndicator==0.2.0")[".github/workflows/feeds.yml"]
    assert "secrets." not in text
    assert all(
        re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40}", step["uses"])
        for step in STEPS
        if "uses" in step
    )


def test_what_is_remembered_is_what_is_restored_and_what_is_published_is_public() -> None:
    """The workflow caches and restores the same paths and publishes public/."""
    saved = find_step("actions/cache/save")["with"]
    restored = find_step("actions/cache/restore")["with"]

    assert saved["path"] == restored["path"]
    assert saved["key"] == restored["key"]
    assert saved["key"].startswith(restored["restore-keys"])
    assert find_step("actions/upload-pages-artifact")["with"]["path"] in saved["path"].split()


def test_nothing_in_it_names_this_machine(tmp_path: Path) -> None:
    """The files of the repository contain no local paths."""
    written_folder = write_folder(tmp_path / "mine", Start(example="ai"), template="github")
    texts = [path.read_text() for path in written_folder]
    package = str(Path(start.__file__).parents[1])

    assert len(texts) == 8
    assert not any(str(tmp_path) in text or package in text for text in texts)
    assert (
        (tmp_path / "mine/config/syndicator.toml")
        .read_text()
        .startswith("# Syndicator's settings.")
    )


def test_a_template_that_is_none_is_named() -> None:
    """An unknown template is refused with the list of templates."""
    with pytest.raises(UsageError, match="--template gitlab: no such template; there is github"):
        fill_repository_files("gitlab", "syndicator")


@pytest.mark.parametrize(
    ("remote", "installed"),
    [
        (
            "https://ada:secret@code.example/ada/syndicator.git",
            "git+https://code.example/ada/syndicator.git",
        ),
        ("git@code.example:ada/syndicator.git", "git+https://code.example/ada/syndicator.git"),
        (
            "ssh://git@code.example/ada/syndicator.git",
            "git+https://code.example/ada/syndicator.git",
        ),
        ("/srv/git/syndicator", ""),
    ],
)
def test_the_program_comes_from_where_the_checkout_came_from(
    remote: str, installed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container installs from the checkout's git remote, without credentials, or else from a
    wheel file."""
    subprocess.run(
        f"git init -q . && git remote add origin {remote}", shell=True, cwd=tmp_path, check=True
    )
    monkeypatch.setattr(start, "find_checkout", lambda: tmp_path)
    requirement = start.make_requirement()

    assert requirement == (f"syndicator @ {installed}" if installed else requirement)
    assert "secret" not in requirement
    assert installed or requirement == f"./syndicator-{__version__}-py3-none-any.whl"


class Runner:
    """Runs the workflow in a new clone each time; `cache` is what its cache keeps."""

    def __init__(self, folder: Path, origin: Path) -> None:
        self.folder = folder
        self.origin = origin
        self.cache = folder / "cache"
        self.paths = find_step("actions/cache/save")["with"]["path"].split()
        commands = folder / "commands"
        commands.mkdir()
        self._command(commands / "syndicator", f'exec {sys.executable} -m syndicator "$@"')
        self._command(commands / "pip", f'echo "$@" >{folder}/pip')
        self.environ = {
            "PATH": f"{commands}:/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def _command(self, path: Path, line: str) -> None:
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def run_workflow(self) -> Path:
        """What would be published: the folder of the artifact."""
        clone = self.folder / "clone"
        shutil.rmtree(clone, ignore_errors=True)
        subprocess.run(["git", "clone", "-q", self.origin, clone], check=True)
        for step in STEPS:
            if step.get("uses", "").startswith("actions/cache/"):
                self._copy(
                    *((self.cache, clone) if "restore" in step["uses"] else (clone, self.cache))
                )
            if "run" in step:
                self._step(clone, step)
        return clone / str(find_step("actions/upload-pages-artifact")["with"]["path"])

    def _copy(self, source: Path, target: Path) -> None:
        for path in self.paths:
            if (source / path).exists():
                shutil.copytree(source / path, target / path, dirs_exist_ok=True)

    def _step(self, clone: Path, step: dict[str, Any]) -> None:
        values = {
            name: said.replace("${{ steps.pages.outputs.base_url }}", PAGES)
            for name, said in step.get("env", {}).items()
        }
        assert not any("${{" in text for text in (step["run"], *values.values()))
        script = clone.parent / "script"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "-e", script],
            cwd=clone,
            env=self.environ | values,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serve_world(World(without={"slow"})) as started:
        yield started


@pytest.fixture
def runner(tmp_path: Path, world: World) -> Runner:
    """A repository made with init and pushed, which follows a site of the small web."""
    work = tmp_path / "work"
    origin = tmp_path / "origin.git"
    write_folder(work, Start("Gardening"), template="github")
    with (work / "config/sources.toml").open("a") as sources:
        sources.write(f'\n[[source]]\nkey = "holt"\nurl = "{world.feed_url("holt")}"\n')
    settings = work / "config/syndicator.toml"
    settings.write_text(
        settings.read_text().replace("# allow_loopback = false", "allow_loopback = true ")
    )
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "start"]):
        subprocess.run([*GIT, *words], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", work, origin], check=True)
    return Runner(tmp_path, origin)


def list_commits(runner: Runner) -> list[str]:
    listed = subprocess.run(
        ["git", "log", "--format=%s"], cwd=runner.origin, capture_output=True, text=True, check=True
    )
    return listed.stdout.split("\n")[:-1]


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_its_steps_publish_and_go_on_where_they_were_also_without_their_cache(
    runner: Runner,
) -> None:
    """The workflow publishes the same files again with and without its cache."""
    first_files = read_files(runner.run_workflow())
    assert (runner.folder / "pip").read_text() == "install --quiet --requirement requirements.txt\n"
    assert b"<title>Gardening" in first_files["index.html"]
    assert b"What my scraper owes your server" in first_files["all.html"]
    assert f"{PAGES}/all.atom".encode() in first_files["all.atom"]
    assert not any(name.endswith(".gz") for name in first_files)
    # the site lies below a path
    assert b'href="/' not in first_files["index.html"] + first_files["sources/holt.html"]
    assert list_commits(runner) == ["New articles", "start"]

    assert read_files(runner.run_workflow()) == first_files  # with its cache, nothing due
    assert list_commits(runner) == ["New articles", "start"]

    shutil.rmtree(runner.cache)
    # each feed, byte for byte, from the articles alone
    assert read_files(runner.run_workflow()) == first_files
    assert list_commits(runner) == ["New articles", "start"]


@pytest.mark.slow
def test_an_edit_made_meanwhile_stays_and_a_dead_network_publishes_what_is_there(
    runner: Runner, world: World
) -> None:
    """A commit pushed by the operator is kept; without a network the old articles are published."""
    runner.run_workflow()
    other = runner.folder / "other"
    subprocess.run(["git", "clone", "-q", runner.origin, other], check=True)
    article = next(
        path
        for path in (other / "feeds/articles").rglob("*.md")
        if "owes your server" in path.read_text()
    )
    article.write_text(
        article.read_text().replace("title: What my scraper", "title: What our scraper")
    )
    sources = other / "config/sources.toml"
    sources.write_text(
        sources.read_text().replace(world.feed_url("holt"), "http://127.0.0.99:9/feed")
    )
    for words in (["commit", "-q", "-a", "-m", "edited"], ["push", "-q"]):
        subprocess.run([*GIT, *words], cwd=other, check=True)

    assert b"What our scraper owes" in read_files(runner.run_workflow())["all.html"]
    assert list_commits(runner)[0] in ("edited", "New articles")
