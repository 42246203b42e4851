"""Add, rename and merge tags in the text of taxonomy.toml, keeping comments. Pure."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomlkit

from syndicator.configuration.tables import is_comment, span
from syndicator.configuration.toml_files import TomlFile
from syndicator.core.errors import ConfigError
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary, fold, parse

_HEADER = re.compile(r"\s*\[\[\s*(?:tag|'tag'|\"tag\")\s*\]\]")
ONLY_ADD: Final = "only = false"  # the line that keeps publishers' tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of tags: put `tag` (None: no tag) at index `at` (None: append), delete the tag at
    `gone`. `only_add`: also write ONLY_ADD."""

    tag: TagDef | None = None
    at: int | None = None
    gone: int | None = None
    only_add: bool = False

    def apply(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return the changed vocabulary."""
        tags = list(vocabulary.tag)
        if self.tag is not None and self.at is not None:
            tags[self.at] = self.tag
        left = [tag for number, tag in enumerate(tags) if number != self.gone]
        if self.tag is not None and self.at is None:
            left.append(self.tag)
        only = False if self.only_add else vocabulary.only
        return vocabulary.model_copy(update={"tag": tuple(left), "only": only})


def is_first(vocabulary: Vocabulary) -> bool:
    """True if a first tag in `vocabulary` would replace publishers' tags although the file does
    not ask for that."""
    return not vocabulary.tag and vocabulary.only is None


def restore(vocabulary: Vocabulary, left: TagDef, before: TagDef | None) -> Change | None:
    """Return the change that puts `before` (None: no tag) back in place of `left`; None if `left`
    was edited since."""
    if left not in vocabulary.tag:
        return None
    index = vocabulary.tag.index(left)
    return Change(gone=index) if before is None else Change(tag=before, at=index)


def place(vocabulary: Vocabulary, name: str) -> int | None:
    """Return the index of the tag `name`, in any spelling; aliases are ignored."""
    return next((n for n, tag in enumerate(vocabulary.tag) if fold(tag.name) == fold(name)), None)


def knows(tag: TagDef, name: str) -> bool:
    """True if `name` is the tag's name or an alias."""
    return fold(name) in {fold(form) for form in (tag.name, *tag.aliases)}


def joined(vocabulary: Vocabulary, old: str, new: str) -> Change:
    """Rename `old` to `new`, or merge it into an existing `new`. Old name and aliases become
    aliases."""
    source, target = place(vocabulary, old), place(vocabulary, new)
    same = source is not None and source == target  # only the spelling changes
    before = vocabulary.tag[source] if source is not None else TagDef(name=old)
    base = vocabulary.tag[target] if target is not None else before
    spelled = base.name if target is not None and not same else new
    aliases = {fold(form): form for form in (*base.aliases, *before.aliases, before.name)}
    forms = tuple(form for folded, form in aliases.items() if folded != fold(spelled))
    description = base.description or before.description
    tag = TagDef(name=spelled, aliases=forms, description=description)
    at = target if target is not None else source
    gone = source if source != at else None
    return Change(tag=tag, at=at, gone=gone, only_add=is_first(vocabulary))


def rewritten(text: str, change: Change, path: Path) -> str:
    """Return `text` of taxonomy.toml with `change`. Raises ConfigError if it then parses to other
    tags."""
    before = parse(TomlFile(path, tomllib.loads(text), text))
    wanted = change.apply(before)
    try:
        after = _edited(text, change)
        result = parse(TomlFile(path, tomllib.loads(after), after))
    except (ValueError, ConfigError):  # ValueError: tomlkit's and tomllib's errors
        after, result = "", None
    if result != wanted:
        raise ConfigError(
            f"{path} is written in a way that cannot be edited safely; please edit [[tag]] by hand"
        )
    return after


def _edited(text: str, change: Change) -> str:
    lines = text.splitlines(keepends=True)
    spans = [span(lines, number) for number, line in enumerate(lines) if _HEADER.match(line)]
    places: dict[int, str] = {}
    if change.tag is not None and change.at is not None and change.at < len(spans):
        start, end = spans[change.at]
        places[change.at] = _table("".join(lines[start:end]), change.tag)
    if change.gone is not None:
        places[change.gone] = ""
    for number in sorted(places, reverse=True):
        if number < len(spans):
            start, end = spans[number]
            lines[start:end] = [places[number]] if places[number] else []
            if not places[number]:
                _close(lines, start)
    if change.only_add:
        _put_key(lines, ONLY_ADD)
    result = "".join(lines)
    if change.tag is not None and change.at is None:
        result = (result.rstrip() + "\n\n" if result.strip() else "") + _table(
            "[[tag]]\n", change.tag
        )
    return result


def _put_key(lines: list[str], key: str) -> None:
    """Insert the line `key` above the first table or key and the comment on it, else at the end."""
    start = 0
    while start < len(lines) and (is_comment(lines[start]) or not lines[start].strip()):
        start += 1
    if start == len(lines):
        lines.append(f"\n{key}\n" if lines else f"{key}\n")
        return
    while start > 0 and is_comment(lines[start - 1]):
        start -= 1
    lines.insert(start, f"{key}\n\n")


def _close(lines: list[str], at: int) -> None:
    """Delete the comment above the removed table (now line `at`) and the blank lines after it."""
    start = at
    while start > 0 and is_comment(lines[start - 1]):
        start -= 1
    stop = at
    while stop < len(lines) and not lines[stop].strip():
        stop += 1
    del lines[start:stop]


def _table(text: str, tag: TagDef) -> str:
    document: Any = tomlkit.parse(text)
    table: Any = document["tag"][0]
    if table.get("name") != tag.name:
        table["name"] = tag.name
    have = list(table.get("aliases", ()))
    if have != list(tag.aliases):
        if have and have == list(tag.aliases)[: len(have)]:
            for form in tag.aliases[len(have) :]:
                table["aliases"].append(form)
        else:
            table["aliases"] = list(tag.aliases)
    if table.get("description", "") != tag.description:
        table["description"] = tag.description
    result = tomlkit.dumps(document)
    return result if result.endswith("\n") else result + "\n"
