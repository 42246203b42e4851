"""A repository that publishes by itself: files for a host of repositories that runs workflows and serves pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from syndicator.core.errors import UsageError
from syndicator.services.init.templates import filled

# The name of a template -> the files it adds to the configuration, each with the text of ours that it is made of.
TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {
        ".github/workflows/feeds.yml": "github/feeds.yml",
        ".gitignore": "github/gitignore",
        "README.md": "github/README.md",
        "requirements.txt": "github/requirements.txt",
    },
}


def repository_files(template: str, requirement: str) -> dict[str, str]:
    """The files of a template. `requirement`: what pip installs the program from. Raises UsageError for a name that is
    none."""
    if template not in TEMPLATES:
        raise UsageError(f"--template {template}: there is none of that name; there is {', '.join(TEMPLATES)}")
    return {path: filled(name, REQUIREMENT=requirement) for path, name in TEMPLATES[template].items()}
