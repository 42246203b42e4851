"""What the operator calls things: categories and tags, and what was learnt from the confirmed past."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from syndicator.describing import casing, category, learnt, vocabulary
from syndicator.describing.category import Categories, Guess
from syndicator.describing.vocabulary import Vocabulary, fold

MOST_TAGS = 5
PAST_FLOOR = 0.25


@dataclass(frozen=True)
class Taxonomy:
    """Categories and tags. A value: safe to send to other processes, which load the vectors for themselves."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    past: learnt.Past = field(default_factory=lambda: learnt.Past(()))

    @classmethod
    def from_toml(cls, path: Path | str) -> Taxonomy:
        """The taxonomy of the file at `path`. Raises ConfigError naming file, key and cure."""
        return cls(vocabulary.load(Path(path)))

    def category(self, title: str, text: str, section: str = "") -> Guess:
        """The likeliest category of the text, None when there is none to choose from or it is unclear."""
        known = self._categories
        return category.guess(known, title, text, section) if known else Guess(None, 0.0)

    def tags(self, title: str, text: str, published: Sequence[str] = ()) -> tuple[str, ...]:
        """At most five tags, the most telling first."""
        mapped = [self.spelling(tag, text) for tag in published if tag.strip()]
        if self.vocabulary.tag:
            mapped = [tag for tag in mapped if fold(tag) in self._aliases]
        past = self.past.scores(title, text)
        learned = [tag for tag, score in sorted(past.items(), key=lambda item: -item[1]) if score >= PAST_FLOOR]
        return tuple(dict.fromkeys([*mapped, *learned, *self._matched(title, text)]))[:MOST_TAGS]

    def spelling(self, tag: str, text: str = "") -> str:
        """`tag` as the operator spells it, else with its canonical casing."""
        return self._aliases.get(fold(tag)) or casing.canonical(tag, text)

    def learn(self, history: Iterable[tuple[str, str, Sequence[str]]]) -> Taxonomy:
        """A taxonomy that also knows (title, text, tags) of the confirmed past."""
        named = ((title, text, [self.spelling(tag) for tag in tags]) for title, text, tags in history)
        return replace(self, past=learnt.Past((*self.past.posts, *learnt.posts(named))))

    def save(self, path: Path | str) -> None:
        """Writes what was learnt (.npz without pickle)."""
        learnt.save(self.past, Path(path))

    def with_learnt(self, path: Path | str) -> Taxonomy:
        """This taxonomy with what `save` wrote."""
        return replace(self, past=learnt.load(Path(path)))

    def __reduce__(self) -> tuple[Any, ...]:
        """What was worked out for this process stays here; another one works it out again."""
        return (Taxonomy, (self.vocabulary, self.past))

    @cached_property
    def _categories(self) -> Categories | None:
        return category.prepare(self.vocabulary.category) if self.vocabulary.category else None

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {fold(form): tag.name for tag in self.vocabulary.tag for form in (*tag.aliases, tag.name)}

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        forms = sorted(self._aliases, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)") if forms else None

    def _matched(self, title: str, text: str) -> list[str]:
        if self._pattern is None:
            return []
        counts: dict[str, float] = {}
        for part, weight in ((title, 5.0), (text, 1.0)):
            for match in self._pattern.finditer(fold(part)):
                name = self._aliases[match[0]]
                counts[name] = counts.get(name, 0.0) + weight
        return [name for name, count in sorted(counts.items(), key=lambda item: -item[1]) if count >= 2]
