"""A configuration that follows the demo's web, and the commands in this process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from syndicator.cli import app, load_commands
from tests.world import World, patient_config, serve_world

load_commands()
TAXONOMY = '[[tag]]\nname = "AI"\n'


class Instance:
    """Runs commands on a configuration folder."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self.config = folder / "config"
        if not self.config.exists():
            patient_config(self.config, world, port=0, taxonomy=TAXONOMY)

    def keep_sources(self, *keys: str) -> None:
        """Of all sources only these stay."""
        self.run_command(
            "remove", *(source.key for source in self.world.sources if source.key not in keys)
        )

    def run_command(self, *words: str, answers: str = "") -> Result:
        words = (*words, "--config", str(self.config))
        return CliRunner().invoke(app, list(words), input=answers, catch_exceptions=False)

    def run_json(self, *words: str) -> Any:
        return json.loads(self.run_command(*words, "--json").stdout)

    def read_files(self) -> dict[str, bytes]:
        """The files of articles and feeds, by path."""
        folders = (self.folder / "feeds/articles", self.folder / "feeds/public")
        return {
            str(path): path.read_bytes()
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file()
        }

    def list_keys(self) -> list[str]:
        return [listed["source"]["key"] for listed in self.run_json("sources")]


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with serve_world(World(without={"slow"})) as started:
        yield started  # no test changes what it serves: `visited_folder` uses it, too


@pytest.fixture
def instance(tmp_path: Path, world: World) -> Instance:
    return Instance(tmp_path, world)


@pytest.fixture(scope="session")
def visited_folder(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    """A folder in which two sources, one of them gone, were visited once."""
    instance = Instance(tmp_path_factory.mktemp("visited"), world)
    instance.keep_sources("holt", "gone")
    instance.run_command("refresh", "--all")
    return instance.folder


@pytest.fixture
def visited_instance(tmp_path: Path, visited_folder: Path, world: World) -> Instance:
    """An instance over a copy of `visited_folder`."""
    shutil.copytree(visited_folder, tmp_path, dirs_exist_ok=True)
    return Instance(tmp_path, world)


@pytest.fixture(autouse=True)
def _kept_workers(kept_workers: None) -> None:
    """Commands run in this process here."""
