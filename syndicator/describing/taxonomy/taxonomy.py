"""What the operator calls things: categories and tags, and what was learnt from the confirmed past."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from syndicator.describing.taxonomy import casing, categories, learnt_tags, vocabulary, zero_shot_tags
from syndicator.describing.taxonomy.categories import Categories, Guess
from syndicator.describing.taxonomy.learnt_tags import Past
from syndicator.describing.taxonomy.matching import key
from syndicator.describing.taxonomy.publisher_tags import clean, sound
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.describing.taxonomy.zero_shot_tags import Known
from syndicator.describing.text import word_forms
from syndicator.errors import UsageError

MOST_TAGS = 5
ENOUGH = 30  # posts from which on the past judges the tags it knows better than their bare names do
MOST_TEXTS = 3000  # newest texts from which the forms of words are learnt: more say the same
BAR = 0.05  # probability from which on a tag is given that stands in the text
BAR_UNNAMED = 0.45  # and one that does not: an editor would ask where it came from
BAR_ALONE = 0.06  # and the best one when no other reaches its bar
BAR_LEARNT = 0.06  # likewise, of what was learnt


@dataclass(frozen=True)
class Taxonomy:
    """Categories and tags. A value: safe to send to other processes, which load the vectors for themselves."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    past: Past | None = None
    forms: Mapping[str, str] = field(default_factory=dict)  # how the article store writes its words, see forms.py

    @classmethod
    def from_toml(cls, path: Path | str) -> Taxonomy:
        """The taxonomy of the file at `path`. Raises ConfigError naming file, key and cure."""
        return cls(vocabulary.load(Path(path)))

    def category(self, title: str, text: str, section: str = "", published: Sequence[str] = ()) -> Guess:
        """The likeliest category of the text, None when there is none to choose from or it is unclear. `section` and
        `published` are the publisher's section and tags."""
        known = self._categories
        return categories.guess(known, title, text, section, published) if known else Guess(None, 0.0)

    def tags(self, title: str, text: str, published: Sequence[str] = (), own: Collection[str] = ()) -> tuple[str, ...]:
        """At most five tags, the most telling first. `published`: the publisher's own, kept when they map; `own`: names
        of the author and the site, which are no tags."""
        chances = self._chances(title, text)
        for tag in self.mapped(published, text, title, own):
            chances[tag] = 1.0 + chances.get(tag, 0.0)
        ranked = sorted(chances, key=lambda tag: -chances[tag])[:MOST_TAGS]
        return tuple(tag for tag in ranked if chances[tag] > 0)

    def mapped(self, published: Sequence[str], text: str = "", title: str = "", own: Collection[str] = ()) -> list[str]:
        """The publisher's tags that we know, as we spell them; all sound ones when nothing is known beforehand."""
        listed = bool(self.vocabulary.tag)
        kept = (clean(tag) for tag in published if sound(tag, title, own) or (listed and key(tag) in self._spellings))
        spelled = dict.fromkeys(self.spelling(tag, text) for tag in kept)
        if not self._spellings:
            return list(spelled)
        return [tag for tag in spelled if key(tag) in self._spellings]

    def _chances(self, title: str, text: str) -> dict[str, float]:
        """Tag -> probability, for those that reach their bar."""
        found: dict[str, float] = {}
        if self._known is not None:
            scores = self._known.scores(title, text)
            found = {
                tag: chance for tag, (chance, named) in scores.items() if chance >= (BAR if named else BAR_UNNAMED)
            }
            found = found or {tag: chance for tag, (chance, _) in list(scores.items())[:1] if chance >= BAR_ALONE}
        if self.past is not None:
            learned = self.past.scores(title, text)
            enough = len(self.past.has) >= ENOUGH
            found = {tag: chance for tag, chance in found.items() if not enough or tag not in learned}
            found |= {tag: chance for tag, chance in learned.items() if chance >= self.past.threshold}
            if not found:
                found = {tag: chance for tag, chance in list(learned.items())[:1] if chance >= BAR_LEARNT}
        return found

    @property
    def names(self) -> frozenset[str]:
        """The operator's tags by name."""
        return frozenset(tag.name for tag in self.vocabulary.tag)

    def spelling(self, tag: str, text: str = "") -> str:
        """`tag` as the operator spells it, else with its canonical casing."""
        return self._spellings.get(key(tag)) or casing.canonical(tag, text, self.forms)

    def learn(self, history: Iterable[tuple[str, str, Sequence[str]]], *, least: int = 1) -> Taxonomy:
        """A taxonomy that also knows (title, text, tags) of the past, oldest first. Posts with tags that someone stood
        behind, teach what is tagged how when there are `least` of them; all teach how words are written."""
        posts = list(history)
        spelled = replace(self, past=None, forms=word_forms.learn([text for _, text, _ in posts[-MOST_TEXTS:]]))
        named = [(title, text, [spelled.spelling(tag) for tag in tags]) for title, text, tags in posts if tags]
        return replace(spelled, past=learnt_tags.learn(named) if len(named) >= least else None)

    def save(self, path: Path | str) -> None:
        """Writes what was learnt, as numpy arrays without pickle. Raises UsageError when nothing was."""
        if self.past is None and not self.forms:
            raise UsageError("nothing was learnt yet: no article of the past has a tag that somebody confirmed")
        learnt_tags.save(self.past, self.forms, Path(path))

    def with_learnt(self, path: Path | str) -> Taxonomy:
        """This taxonomy with what `save` wrote."""
        past, spelled = learnt_tags.load(Path(path))
        return replace(self, past=past, forms=spelled)

    def __reduce__(self) -> tuple[Any, ...]:
        """What was worked out for this process stays here; another one works it out again."""
        return (Taxonomy, (self.vocabulary, self.past, dict(self.forms)))

    @cached_property
    def _categories(self) -> Categories | None:
        return categories.prepare(self.vocabulary.category) if self.vocabulary.category else None

    @cached_property
    def _known(self) -> Known | None:
        return zero_shot_tags.prepare(self.vocabulary.tag) if self.vocabulary.tag else None

    @cached_property
    def _spellings(self) -> dict[tuple[str, ...], str]:
        past = {key(tag): tag for tag in (self.past.tags if self.past else ())}
        return past | {key(form): tag.name for tag in self.vocabulary.tag for form in (*tag.aliases, tag.name)}
