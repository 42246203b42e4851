"""Compare two versions of an article: list the changed fields, and lines that show them. Pure."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from syndicator.articles import fields
from syndicator.core.model import Article
from syndicator.core.text import one_line
from syndicator.upkeep.passes.revision import FieldChange

LONGEST = 60  # characters of a value that are shown
MOST_PARAGRAPHS = 6  # of a changed body that are shown
_BEFORE = 12  # characters shown before the first that differs
_SHOWN = (
    "title",
    "author",
    "coverImage",
    "excerpt",
    "tags",
    "category",
    "language",
    "robots",
    "rights",
    "partial",
)


def find_changed_values(old: Article, new: Article) -> dict[str, Any]:
    """Return the values of the article `new` that differ from those of `old`, by the name of the
    field of Article."""
    values = {}
    for field in dataclasses.fields(Article):
        new_value = getattr(new, field.name)
        if new_value != getattr(old, field.name):
            values[field.name] = new_value
    return values


def list_changes(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """Return the changes of the fields that an operator sees, from the article `old` to the article
    `new`. The change of the body has only the removed and the added paragraphs."""
    changes = []
    for key in _SHOWN:
        field = fields.row(key)
        old_value = _join_words(field.written(old))  # as it is written in the file
        new_value = _join_words(field.written(new))
        if old_value != new_value:
            changes.append(FieldChange(field=key, old=old_value, new=new_value))
    if old.body != new.body:
        old_paragraphs = _split_paragraphs(old)
        new_paragraphs = _split_paragraphs(new)
        removed = _list_surplus(old_paragraphs, Counter(new_paragraphs))
        added = _list_surplus(new_paragraphs, Counter(old_paragraphs))
        changes.append(FieldChange(field="body", old="\n\n".join(removed), new="\n\n".join(added)))
    return tuple(changes)


def _join_words(value: object) -> str:
    """Return the value of a field as text. Items of a list or tuple are joined with commas; for
    None, return ""."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _split_paragraphs(article: Article) -> list[str]:
    return [part.strip() for part in article.body.split("\n\n") if part.strip()]


def _list_surplus(paragraphs: Sequence[str], others: Counter[str]) -> list[str]:
    """Return those of `paragraphs` that another version of the text does not have. If it has a
    paragraph fewer times, return only the surplus ones. `others`: the number of times that the
    other version has each paragraph; this call changes these numbers."""
    surplus = []
    for paragraph in paragraphs:
        if others[paragraph] > 0:
            others[paragraph] -= 1
        else:
            surplus.append(paragraph)
    return surplus


def show_change(change: FieldChange, old: Article, new: Article) -> Iterator[str]:
    """Yield lines that show the change of one field to the operator, such as `title: old → new`.
    For the body, the first line has the numbers of removed and added paragraphs, and further lines
    show some of them. `old`, `new`: both versions of the article."""
    if change.field != "body":
        old_value, new_value = _cut_at_difference(change.old, change.new)
        yield f"{change.field}: {old_value or 'none'} → {new_value or 'none'}"
        return
    marked = list(_mark_differences(_split_paragraphs(old), _split_paragraphs(new)))
    removed = sum(line.startswith("-") for line in marked)
    added = len(marked) - removed
    yield f"body: -{removed} +{added} paragraphs"
    yield from (f"  {line}" for line in marked[:MOST_PARAGRAPHS])
    if len(marked) > MOST_PARAGRAPHS:
        yield f"  … {len(marked) - MOST_PARAGRAPHS} more"


def _mark_differences(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield a line for each removed paragraph, with "-" in front, and for each added one, with "+".
    The lines are shortened. If paragraphs were replaced by as many others, they are shown in pairs,
    and both lines of a pair are cut so that their first difference is visible.

    `old`, `new`: the paragraphs of both versions."""
    # an opcode is a stretch of paragraphs that are equal, or replaced, deleted or inserted
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        removed = list(old[old_start:old_end])
        added = list(new[new_start:new_end])
        if len(removed) == len(added):
            for paragraph, replacement in zip(removed, added, strict=True):
                old_part, new_part = _cut_at_difference(paragraph, replacement)
                yield f"- {old_part}"
                yield f"+ {new_part}"
        else:
            yield from (f"- {_cut(paragraph)}" for paragraph in removed)
            yield from (f"+ {_cut(paragraph)}" for paragraph in added)


def _cut_at_difference(old: str, new: str) -> tuple[str, str]:
    """Return both texts as lines of about LONGEST characters, to compare them. If their first
    difference would be near the end or cut off, both lines begin shortly before it."""
    old_line = one_line(old)
    new_line = one_line(new)

    # find the first difference
    first_difference = min(len(old_line), len(new_line))  # if one is the beginning of the other
    for index, (old_character, new_character) in enumerate(zip(old_line, new_line, strict=False)):
        if old_character != new_character:
            first_difference = index
            break

    is_cut = max(len(old_line), len(new_line)) > LONGEST
    is_late = first_difference > LONGEST // 2
    start = 0
    if is_cut and is_late:
        start = first_difference - _BEFORE
    return _cut(old_line, start), _cut(new_line, start)


def _cut(words: str, start: int = 0) -> str:
    """Return at most LONGEST characters of `words` as one line, from the index `start` on. An
    ellipsis stands at each end where something was cut off."""
    line = one_line(words)[start:]
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return f"…{line}" if start and line else line
