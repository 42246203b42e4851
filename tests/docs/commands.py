"""The commands that the documentation shows: those to type, in fenced blocks, and those named in
sentences."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
_SHELL = {"console", "cron", "sh", "bash"}
_FENCE = re.compile(r"(?ms)^```([a-z]*)\n(.*?)^```$")
_SCHEDULE = re.compile(r"\S+ \S+ \S+ \S+ \S+\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Shown:
    """A command as a page shows it. `part`: the heading that it stands under. `root`: for root, by
    its prompt."""

    page: str
    part: str
    line: int
    typed: str
    root: bool = False

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.typed}"


def to_type(page: Path) -> Iterator[Shown]:
    """The commands of a page's fenced blocks, in their order, without prompts, comments and what
    they print."""
    text = page.read_text(encoding="utf-8")
    for block in _FENCE.finditer(text):
        kind, body = block.groups()
        first = text[: block.start(2)].count("\n") + 1
        if kind not in _SHELL:
            continue
        lines = body.replace("\\\n", " \0").split("\n")
        part = find_last_heading(text[: block.start()])
        for number, line in enumerate(lines):
            at = first + number + "".join(lines[:number]).count("\0")
            shown = line.replace("\0", "")
            if kind == "cron":
                yield Shown(page.name, part, at, _SCHEDULE.sub("", shown, count=1))
            elif kind != "console" or shown[:2] in ("$ ", "# "):
                typed = shown[2:] if kind == "console" else shown
                yield Shown(
                    page.name, part, at, without_comment(typed), root=shown.startswith("# ")
                )


def list_named_commands(page: Path) -> Iterator[Shown]:
    """The commands of the program that a page names in its sentences and tables."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(
        r"`(\./run [^`\n]+)`", _FENCE.sub(lambda block: re.sub(r".", " ", block[0]), text)
    ):
        yield Shown(
            page.name, "", text[: found.start()].count("\n") + 1, found[1].replace("\\|", "|")
        )


def find_last_heading(before: str) -> str:
    """The last heading of the second or third level."""
    return next(reversed(re.findall(r"(?m)^###? (.+)$", before)), "")


def without_comment(typed: str) -> str:
    return re.sub(r"\s+#\s.*$", "", typed).strip()


def of_the_program(typed: str) -> Iterator[list[str]]:
    """The words that each call of the program in a line has, without redirections."""
    for part in re.split(r"&&|\|\|?|;", typed):
        words = shlex.split(re.split(r"\s\d?>+\s?", part)[0])
        starts = [
            at for at, word in enumerate(words) if word.endswith("/run") or word == "syndicator"
        ]
        if (
            starts
            and words[starts[0] - 1 : starts[0]] != ["bash"]
            and all("=" in word for word in words[: starts[0]])
        ):
            yield words[starts[0] + 1 :]
