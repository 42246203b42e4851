"""Rules of commits: the form of a subject, and commits of their own for looser limits.

They apply to commits that follow the one that added tests/test_style.py. Merges are not checked."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SINCE = "tests/test_style.py"  # the commit that added this file is the last that may ignore the rules
NEWEST = 200  # commits that are checked; older ones were checked when they were new
LONGEST_SUBJECT = 72
TYPES = ("feat", "fix", "perf", "refactor", "test", "docs", "build", "limits", "style", "chore")
SUBJECT = re.compile(rf"({'|'.join(TYPES)})(\([a-z0-9][a-z0-9 _,/-]*\))?: [a-z0-9-]+ \S.*")
CEILINGS = ("tests/test_limits.py", "tests/style.toml")
GATES = "tests/gate/"


class NoHistory(Exception):
    """There are no commits to check, for the reason in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """`loosened` names the limits that this commit raised, or removed."""

    id: str
    subject: str
    paths: tuple[str, ...]
    loosened: tuple[str, ...] = ()


def faults(commit: Commit) -> list[str]:
    """The rules that `commit` breaks, each with the cure."""
    name = f"{commit.id[:9]} {commit.subject!r}"
    broken = []
    if not SUBJECT.fullmatch(commit.subject) or len(commit.subject) > LONGEST_SUBJECT:
        broken.append(f"{name}: write `type(scope): verb object` in at most 72 characters; types: {', '.join(TYPES)}")
    if commit.loosened and not commit.subject.startswith("limits:"):
        broken.append(f"{name}: loosens {', '.join(commit.loosened)}; begin the subject with `limits:`")
    others = [path for path in commit.paths if not belongs_to_limits(path)]
    if commit.loosened and others:
        broken.append(f"{name}: loosens {', '.join(commit.loosened)}; change {', '.join(others)} in another commit")
    return broken


def belongs_to_limits(path: str) -> bool:
    """True for limits, docs and the changelog."""
    return is_limit(path) or path.startswith("docs/") or ("/" not in path and path.endswith(".md"))


def is_limit(path: str) -> bool:
    """True for files that hold limits."""
    return path in CEILINGS or (path.startswith(GATES) and path.endswith((".py", ".toml")))


def loosened(path: str, before: str | None, after: str | None) -> list[str]:
    """The limits that are looser in `after` than in `before`, texts of the file at `path`; None if it does not exist.

    A removed limit is loosened, except that of a package: tests/test_style.py wants a row for each package that exists.
    """
    old, new = (bounds(path, text) if text is not None else {} for text in (before, after))
    if path == "tests/style.toml":
        old = {name: old[name] for name in old.keys() & new.keys()}
    return [f"{path} {name}" for name in sorted(old) if name not in new or new[name] > old[name]]


def bounds(path: str, text: str) -> dict[str, float]:
    """The limits in the file at `path`, by name. Floors are negative, so that in all of them higher is looser."""
    values = tomllib.loads(text) if path.endswith(".toml") else read_constants(text)
    signs = {name: sign(path, name) for name, _ in numbers(values)}
    return {name: value * signs[name] for name, value in numbers(values) if signs[name]}


def read_constants(text: str) -> dict[str, Any]:
    """The module's constants whose values are literals."""
    constants = {}
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(targets[0], ast.Name) and node.value is not None:
            try:
                constants[targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return constants


def numbers(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """The numbers in nested tables and tuples, each with its dotted name."""
    if isinstance(value, Mapping):
        items = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, tuple):
        items = [(str(index), inner) for index, inner in enumerate(value)]
    else:
        items = []
        if isinstance(value, int | float):
            yield name, value
    for key, inner in items:
        yield from numbers(inner, f"{name}.{key}".lstrip("."))


def sign(path: str, name: str) -> int:
    """1 for a ceiling, -1 for a floor, 0 for a number that is no limit."""
    if path == "tests/test_limits.py":
        return int(name.startswith("LIMITS."))
    if path in CEILINGS or "at_most" in name or name.startswith("MOST_"):
        return 1
    return -1 if path.endswith(".toml") or "FLOORS" in name or name.startswith("LEAST_") else 0


def new_commits(root: Path) -> list[Commit]:
    """The commits that the rules apply to, newest first, at most 200. Raises NoHistory if there is nothing to read."""
    if not (root / ".git").exists():
        raise NoHistory(f"{root} has no .git: an export has no commits to check")
    try:
        first = git(root, "log", "--diff-filter=A", "--format=%H", "--", SINCE).decode().split()
        shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except OSError as error:
        raise NoHistory(f"git cannot be started: {error}") from error
    except subprocess.CalledProcessError as error:
        raise NoHistory(f"git cannot read the commits of {root}: {error.stderr.decode()}") from error
    if not first:
        raise NoHistory(f"no commit has added {SINCE} yet")
    commits = read_commits(root, first[-1])
    if shallow and not commits:
        raise NoHistory(f"the clone is too shallow: it ends at the commit that added {SINCE}, or seems to")
    return commits


def read_commits(root: Path, first: str) -> list[Commit]:
    options = ("--no-merges", "--ancestry-path", f"--max-count={NEWEST}", "--no-renames", "--name-only")
    log = git(root, "log", *options, "--format=%x01%H %s", f"{first}..HEAD").decode()
    commits = []
    for entry in log.split("\x01")[1:]:
        heading, *paths = filter(None, entry.split("\n"))
        id, _, subject = heading.partition(" ")
        commits.append(Commit(id=id, subject=subject, paths=tuple(paths)))
    return with_loosened(root, commits)


def with_loosened(root: Path, commits: Sequence[Commit]) -> list[Commit]:
    """The commits, compared with their parents."""
    changed = [(commit.id, path) for commit in commits for path in commit.paths if is_limit(path)]
    texts = read_files(root, [f"{id}{parent}:{path}" for id, path in changed for parent in ("^", "")])
    names: dict[str, list[str]] = {commit.id: [] for commit in commits}
    for (id, path), before, after in zip(changed, texts[::2], texts[1::2], strict=True):
        names[id] += loosened(path, before, after)
    return [replace(commit, loosened=tuple(names[commit.id])) for commit in commits]


def read_files(root: Path, names: Sequence[str]) -> list[str | None]:
    """The texts of `commit:path` in one call of git; None for a file that the commit does not have."""
    output = git(root, "cat-file", "--batch", input="".join(f"{name}\n" for name in names).encode())
    texts: list[str | None] = []
    while output:
        heading, _, output = output.partition(b"\n")
        if heading.endswith(b" missing"):
            texts.append(None)
        else:
            size = int(heading.split()[-1])
            texts.append(output[:size].decode())
            output = output[size + 1 :]
    return texts


def git(root: Path, *words: str, input: bytes = b"") -> bytes:
    """The output of git on the repository at `root`, also in a hook, whose GIT_DIR may be another one."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", "-C", str(root), *words], env=env, input=input, capture_output=True, check=True
    ).stdout
