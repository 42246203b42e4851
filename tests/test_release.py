"""The release workflow, and the files for packages of distributions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from syndicator import __version__
from syndicator.setup.deploy import Deployment, fill_deployment_files
from tests.packaging import ROOT

WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
DEBIAN = ROOT / "syndicator/data/debian"
HOME = Path("/var/lib/syndicator")
INSTALLED = Deployment(
    root=HOME,
    config=HOME / "config",
    public=HOME / "feeds/public",
    program=("/usr/bin/syndicator",),
    user="syndicator",
)
UNITS = ("syndicator.service", "syndicator-refresh.service", "syndicator-refresh.timer")


def test_a_tag_publishes_only_if_the_repository_says_so_and_without_a_key() -> None:
    """A tag publishes only with vars.PUBLISH, and no secrets are used."""
    # YAML 1.1: `on` is True
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}
    assert WORKFLOW["permissions"] == {}
    assert JOBS["build"]["if"] == "vars.PUBLISH == 'true'"
    assert all(job.get("needs") == "build" for name, job in JOBS.items() if name != "build")
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text()


WORKFLOWS = [
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
    ROOT / "syndicator/data/init/github/feeds.yml",
]
DEPLOYED = ROOT / "syndicator/data/init/deploy"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_action_is_the_commit_of_a_version(path: Path) -> None:
    """Each action in a workflow is pinned to a commit, with its version as a comment, because a tag
    can be moved to other code."""
    lines = [
        line.partition("uses:")[2].strip()
        for line in path.read_text().splitlines()
        if "uses:" in line
    ]
    pattern = r"[a-z0-9-]+/[a-z-]+(/[a-z]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+"

    assert lines
    assert [line for line in lines if not re.fullmatch(pattern, line)] == []


def test_an_action_is_the_same_commit_everywhere() -> None:
    """All workflows pin the same commit of an action."""
    commits: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for action, commit in re.findall(r"uses: ([a-z0-9-]+/[a-z-]+)\S*@(\S+)", path.read_text()):
            commits.setdefault(action, set()).add(commit)
    assert {
        action: commits_of_action
        for action, commits_of_action in commits.items()
        if len(commits_of_action) > 1
    } == {}


def test_each_image_has_its_digest() -> None:
    """The container images are the expected ones, each pinned by its digest."""
    images = re.findall(r"^FROM (\S+:\S+)", (DEPLOYED / "Dockerfile").read_text(), re.MULTILINE)
    for path in sorted(DEPLOYED.glob("*.yaml")):
        images += re.findall(r"^ *image: (\S+)", path.read_text(), re.MULTILINE)

    assert [image.partition("@")[0] for image in images] == ["python:3.13-slim", "postgres:17"]
    assert [
        image
        for image in images
        if not re.fullmatch(r"[a-z]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}", image)
    ] == []


@pytest.mark.parametrize("job", ["build", "image"])
def test_what_is_published_is_signed(job: str) -> None:
    """The jobs that publish packages and image attest them, with no more rights than that needs."""
    (signed,) = (
        step
        for step in JOBS[job]["steps"]
        if step.get("uses", "").startswith("actions/attest-build-")
    )
    assert signed["with"].get("subject-path", signed["with"].get("subject-name")) in (
        "dist/*",
        IMAGE,
    )
    assert {"id-token": "write", "attestations": "write"}.items() <= JOBS[job][
        "permissions"
    ].items()


IMAGE = "${{ vars.REGISTRY }}/${{ vars.IMAGE }}"


@pytest.mark.parametrize(
    ("tag", "code"), [(f"v{__version__}", 0), ("v9.9.9", 1), (f"{__version__}x", 1)]
)
def test_only_the_tag_of_this_version_is_built(tag: str, code: int) -> None:
    """A release is built only if its tag is `v` and the version of the package."""
    (step,) = (
        step for step in JOBS["build"]["steps"] if step.get("name") == "The tag is the version"
    )
    environ = {**os.environ, "GITHUB_REF_NAME": tag}
    assert (
        subprocess.run(["bash", "-e", "-c", step["run"]], cwd=ROOT, env=environ).returncode == code
    )


def test_the_image_is_built_of_the_file_that_init_writes() -> None:
    """The published image is built from the same Dockerfile that `init` writes."""
    (step,) = (step for step in JOBS["image"]["steps"] if step.get("id") == "image")
    text = (ROOT / step["with"]["file"]).read_text()
    assert (
        text == fill_deployment_files(INSTALLED)["Dockerfile"]
    )  # nothing in it depends on the folder


@pytest.mark.parametrize("name", UNITS)
def test_the_units_are_those_of_init_for_an_installed_program(name: str) -> None:
    """The systemd units of the Debian package are those of `init`, apart from two lines that create
    the folder."""
    of_init = [
        line
        for line in fill_deployment_files(INSTALLED)[name].splitlines()
        if not line.startswith("#")
    ]
    ours = [line for line in (DEBIAN / name).read_text().splitlines() if not line.startswith("#")]
    additional_lines = [
        "StateDirectory=syndicator",
        "ExecStartPre=/usr/bin/syndicator init /var/lib/syndicator",
    ]

    assert [line for line in ours if line not in additional_lines] == of_init
    assert [line for line in ours if line in additional_lines] == (
        additional_lines if name.endswith(".service") else []
    )
    assert "u syndicator " in (DEBIAN / "syndicator.sysusers").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` accepts the units."""
    for name in UNITS:  # programs and folders of this machine, which systemd looks for
        text = (DEBIAN / name).read_text().replace("/usr/bin/syndicator", "/bin/true")
        (tmp_path / name).write_text(text)
    words = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)]
    environ = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(words, capture_output=True, text=True, env=environ, timeout=60)

    assert done.returncode == 0
    assert done.stderr == ""
