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
    """A change of the tags of taxonomy.toml: at most one tag is written and one is deleted.

    `tag`: the tag to write, None to write none. `at`: index of the tag that it replaces, None to
    append it. `gone`: index of the tag to delete, None to delete none. `only_add`: True to write
    `only = false`, too, so that publishers' tags are kept."""

    tag: TagDef | None = None
    at: int | None = None
    gone: int | None = None
    only_add: bool = False

    def apply(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return a copy of `vocabulary` with this change: a tag is replaced or added, and another
        one may be deleted."""
        tags = list(vocabulary.tag)
        if self.tag is not None and self.at is not None:
            tags[self.at] = self.tag
        if self.tag is not None and self.at is None:
            tags.append(self.tag)
        if self.gone is not None:
            del tags[self.gone]
        only = False if self.only_add else vocabulary.only
        return vocabulary.model_copy(update={"tag": tuple(tags), "only": only})


def is_first(vocabulary: Vocabulary) -> bool:
    """Return True if the file has no tag yet and does not set `only`. The first tag would then
    replace all publishers' tags, which nobody asked for, unless `only = false` is written with
    it."""
    return not vocabulary.tag and vocabulary.only is None


def plan_restore(vocabulary: Vocabulary, left: TagDef, before: TagDef | None) -> Change | None:
    """Return the change that undoes an earlier change of the vocabulary. `left`: the tag that the
    earlier change wrote. `before`: the tag that it replaced, None if it added a new tag. Return
    None if `left` was changed or deleted since then."""
    if left not in vocabulary.tag:
        return None
    index = vocabulary.tag.index(left)
    if before is None:
        return Change(gone=index)
    return Change(tag=before, at=index)


def find_tag_index(vocabulary: Vocabulary, name: str) -> int | None:
    """Return the index of the tag with the name `name`, in any spelling; None if there is none. The
    aliases of tags are not searched."""
    for index, tag in enumerate(vocabulary.tag):
        if fold(tag.name) == fold(name):
            return index
    return None


def has_name(tag: TagDef, name: str) -> bool:
    """Return True if `name`, in any spelling, is the tag's name or an alias."""
    return fold(name) in {fold(form) for form in (tag.name, *tag.aliases)}


def plan_rename_or_merge(vocabulary: Vocabulary, old: str, new: str) -> Change:
    """Return the change that renames the tag `old` to `new`, or merges it into `new` if there is
    such a tag already. The name and the aliases of `old` become aliases, so that the tag is still
    found in articles that use them."""
    old_index = find_tag_index(vocabulary, old)
    new_index = find_tag_index(vocabulary, new)
    old_tag = TagDef(name=old)
    if old_index is not None:
        old_tag = vocabulary.tag[old_index]
    if new_index is None or new_index == old_index:
        # rename it; `new` may also be another spelling of the same name
        base = old_tag
        name = new
        written_index = old_index
        deleted_index = None
    else:
        # merge it
        base = vocabulary.tag[new_index]
        name = base.name
        written_index = new_index
        deleted_index = old_index
    aliases = {fold(form): form for form in (*base.aliases, *old_tag.aliases, old_tag.name)}
    aliases.pop(fold(name), None)
    tag = TagDef(
        name=name,
        aliases=tuple(aliases.values()),
        description=base.description or old_tag.description,
    )
    only_add = is_first(vocabulary)
    return Change(tag=tag, at=written_index, gone=deleted_index, only_add=only_add)


def rewrite_taxonomy(text: str, change: Change, path: Path) -> str:
    """Return `text`, the content of taxonomy.toml, with `change` made. Comments and order stay. The
    result is parsed again; if it does not have exactly the expected tags, ConfigError is raised.
    `path`: the path of the file, for this error."""
    before = parse(TomlFile(path, tomllib.loads(text), text))
    expected = change.apply(before)
    edited = ""
    result = None
    try:
        edited = _edit_text(text, change, before)
        result = parse(TomlFile(path, tomllib.loads(edited), edited))
    except (ValueError, ConfigError):  # ValueError: tomlkit's and tomllib's errors
        result = None
    if result != expected:
        raise ConfigError(
            f"{path} is written in a way that cannot be edited safely; please edit [[tag]] by hand"
        )
    return edited


def _edit_text(text: str, change: Change, before: Vocabulary) -> str:
    """Return `text`, the content of taxonomy.toml, with `change` made. The result is not checked.
    `before`: the vocabulary in `text`. Raises ValueError if the text cannot be edited."""
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
    """Return those values of the tag `new` that differ from the tag `old`, by their keys in a
    [[tag]] table of taxonomy.toml."""
    new_values = {"name": new.name, "aliases": list(new.aliases), "description": new.description}
    old_values = {"name": old.name, "aliases": list(old.aliases), "description": old.description}
    return {key: value for key, value in new_values.items() if value != old_values[key]}
