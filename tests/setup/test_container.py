"""The Dockerfile and the compose file, checked without Docker."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from syndicator.setup.deploy import fill_deployment_files
from syndicator.setup.start import FILES as CONFIG_FILES
from tests.packaging import index_reachable
from tests.setup.test_deploy import HERE
from tests.setup.test_web_servers import free_port, wait_for_listener

ROOT = Path(__file__).resolve().parents[2]
HERE = replace(HERE, checkout=str(ROOT), owner=(1234, 1235), port=8090)
FILES = fill_deployment_files(HERE)
# What of the compose specification is used; a key that is not of it would be refused by `docker
# compose`.
KEYS = {
    "build",
    "user",
    "ports",
    "volumes",
    "read_only",
    "tmpfs",
    "cap_drop",
    "security_opt",
    "restart",
    "stop_grace_period",
}


def list_instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with what it says."""
    text = re.sub(r"\\\n\s*", "", FILES["Dockerfile"])
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def read_service(files: dict[str, str]) -> dict[str, object]:
    document = yaml.safe_load(files["compose.yaml"])
    assert list(document) == ["services"]
    syndicator: dict[str, object] = document["services"]["syndicator"]
    return syndicator


def test_compose_builds_the_checkout_and_mounts_the_folder() -> None:
    """The compose file builds the image from the checkout, runs it as the owner of the folder, and
    publishes both ports on loopback."""
    service = read_service(FILES)

    assert set(service) == KEYS
    assert service["build"] == {"context": str(ROOT), "dockerfile": "/srv/feeds/deploy/Dockerfile"}
    assert service["user"] == "1234:1235"
    assert service["volumes"] == ["..:/data"]
    # the second is the console's
    assert service["ports"] == ["127.0.0.1:8090:8080", "127.0.0.1:8081:8081"]
    assert [arguments.split() for step, arguments in list_instructions() if step == "EXPOSE"] == [
        ["8080", "8081"]
    ]


def test_nobody_is_root_in_it() -> None:
    """The container never runs as root, even for a folder of root, and has a read-only system
    without capabilities."""
    assert read_service(fill_deployment_files(replace(HERE, owner=(0, 0))))["user"] == "10001:10001"
    assert [arguments for step, arguments in list_instructions() if step == "USER"] == ["10001"]
    assert read_service(FILES)["read_only"] is True
    assert read_service(FILES)["cap_drop"] == ["ALL"]


def test_odd_folders_are_quoted() -> None:
    """Folders with spaces, colons and `#` are quoted in the compose file."""
    odd = replace(HERE, root=Path("/srv/a: b #c"), checkout="/opt/a: b #c")
    built = {"context": "/opt/a: b #c", "dockerfile": "/srv/a: b #c/deploy/Dockerfile"}
    assert read_service(fill_deployment_files(odd))["build"] == built


def test_its_health_is_asked_of_the_service() -> None:
    """HEALTHCHECK asks /healthz with valid Python code."""
    (check,) = [arguments for step, arguments in list_instructions() if step == "HEALTHCHECK"]

    assert "/healthz" in check
    assert "8080" in check

    compile(yaml.safe_load(check.partition("CMD ")[2])[2], "health", "exec")


def list_sent_files(context: Path) -> list[Path]:
    """The files of a context that the ignore file lets through: the last pattern that fits a file
    decides."""
    patterns = [
        line
        for line in FILES["Dockerfile.dockerignore"].splitlines()
        if line and not line.startswith("#")
    ]
    kept_patterns = {pattern[1:] for pattern in patterns if pattern.startswith("!")}
    never = [pattern.removeprefix("**/") for pattern in patterns[1:] if not pattern.startswith("!")]
    tops = [path for name in kept_patterns for path in context.glob(name)]
    paths = [
        path
        for top in tops
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file()
    ]
    return [
        path
        for path in paths
        if not any(fnmatch(part, one) for part in path.parts for one in never)
    ]


def test_what_is_sent_to_the_build_is_the_program() -> None:
    """The build context has the program and its shipped configuration, but no environment, tests or
    feeds."""
    names = {str(path.relative_to(ROOT)) for path in list_sent_files(ROOT)}

    assert {
        "pyproject.toml",
        "requirements.lock",
        "syndicator/py.typed",
        "syndicator/data/init/run",
    } <= names
    assert {name for name in names if name.startswith("config")} == {
        f"config/{name}" for name in CONFIG_FILES
    }
    assert not any(
        "__pycache__" in name or name.startswith((".venv", "feeds", "tests")) for name in names
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_steps_of_the_build_make_a_program_that_runs(tmp_path: Path) -> None:
    """The Dockerfile's steps, run locally, give a server that answers its health check."""
    if not index_reachable():
        pytest.skip("no package index can be reached")
    source = tmp_path / "src"
    opt = tmp_path / "opt"
    data = tmp_path / "data"

    def here(said: str) -> str:
        return (
            said.replace("/src", str(source))
            .replace("/opt/syndicator", str(opt))
            .replace("python ", f"{sys.executable} ", 1)
        )

    stages = [number for number, (step, _) in enumerate(list_instructions()) if step == "FROM"]
    base, build, image = stages
    assert build == base + 1
    for step, said in list_instructions()[build + 1 : image]:
        if step == "RUN":
            done = subprocess.run(here(said), shell=True, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        else:
            assert step == "COPY"
            name, target = shlex.split(said)
            assert target == "/src/"
            for path in list_sent_files(ROOT) if name == "." else [ROOT / name]:
                copy = source / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
    shutil.rmtree(source)  # the second stage takes /opt/syndicator alone
    data.mkdir()
    environ = {
        "PATH": f"{opt}/bin",
        "SYNDICATOR_CONFIG": str(data / "config"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for words in (["init", str(data)], ["build"]):
        done = subprocess.run(
            [f"{opt}/bin/syndicator", *words], cwd="/", env=environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert (data / "feeds/public/index.html").exists()
    assert (
        subprocess.run(
            [f"{opt}/bin/python", "-c", "import psycopg, procrastinate, obstore"]
        ).returncode
        == 0
    )
    port = free_port()
    check = yaml.safe_load(
        dict(list_instructions())["HEALTHCHECK"].partition("CMD ")[2].replace("8080", str(port))
    )
    with subprocess.Popen(
        [f"{opt}/bin/syndicator", "up", "--port", str(port)], cwd="/", env=environ
    ) as up:
        wait_for_listener("127.0.0.1", port, up)
        healthy = subprocess.run(check, env=environ, timeout=30).returncode
        up.terminate()
    assert healthy == 0
    assert up.returncode == 0
