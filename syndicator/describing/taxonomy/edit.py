"""Add, rename and merge tags in the text of taxonomy.toml, keeping comments. Pure."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from syndicator.configuration import toml_edit
from syndicator.configuration.toml_files import TomlFile
from syndicator.core.errors import ConfigError
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary, fold, parse

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


def plan_restore(vocabulary: Vocabulary, left: TagDef, before: TagDef | None) -> Change | None:
    """Return the change that puts `before` (None: no tag) back in place of `left`; None if `left`
    was edited since."""
    if left not in vocabulary.tag:
        return None
    index = vocabulary.tag.index(left)
    return Change(gone=index) if before is None else Change(tag=before, at=index)


def find_tag_index(vocabulary: Vocabulary, name: str) -> int | None:
    """Return the index of the tag `name`, in any spelling; aliases are ignored."""
    return next((n for n, tag in enumerate(vocabulary.tag) if fold(tag.name) == fold(name)), None)


def has_name(tag: TagDef, name: str) -> bool:
    """True if `name` is the tag's name or an alias."""
    return fold(name) in {fold(form) for form in (tag.name, *tag.aliases)}


def plan_rename_or_merge(vocabulary: Vocabulary, old: str, new: str) -> Change:
    """Rename `old` to `new`, or merge it into an existing `new`. Old name and aliases become
    aliases."""
    source = find_tag_index(vocabulary, old)
    target = find_tag_index(vocabulary, new)
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


def rewrite_taxonomy(text: str, change: Change, path: Path) -> str:
    """Return `text` of taxonomy.toml with `change`. Raises ConfigError if it then parses to other
    tags."""
    before = parse(TomlFile(path, tomllib.loads(text), text))
    wanted = change.apply(before)
    try:
        after = _edit_text(text, change, before)
        result = parse(TomlFile(path, tomllib.loads(after), after))
    except (ValueError, ConfigError):  # ValueError: tomlkit's and tomllib's errors
        after = ""
        result = None
    if result != wanted:
        raise ConfigError(
            f"{path} is written in a way that cannot be edited safely; please edit [[tag]] by hand"
        )
    return after


def _edit_text(text: str, change: Change, before: Vocabulary) -> str:
    if change.tag is not None and change.at is not None:
        values = _list_changed(before.tag[change.at], change.tag)
        text = toml_edit.set_values(text, ("tag", change.at), values)
    if change.gone is not None:
        text = toml_edit.remove_table(text, "tag", change.gone)
    if change.only_add:
        text = toml_edit.set_values(text, (), {"only": False})
    if change.tag is not None and change.at is None:
        values = {
            "name": change.tag.name,
            **_list_changed(TagDef(name=change.tag.name), change.tag),
        }
        text = toml_edit.add_table(text, "tag", values)
    return text


def _list_changed(old: TagDef, new: TagDef) -> dict[str, Any]:
    values = {"name": new.name, "aliases": list(new.aliases), "description": new.description}
    before = {"name": old.name, "aliases": list(old.aliases), "description": old.description}
    return {key: value for key, value in values.items() if value != before[key]}
