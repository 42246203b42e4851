"""Choose category and tags of an article by taxonomy.toml and the learnt models.

`Taxonomy` is a value for any process."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from syndicator.core.errors import UsageError
from syndicator.describing.taxonomy import categories, learning, tag_names, taggers, vocabulary
from syndicator.describing.taxonomy.categories import Categories, Guess, LearntCategories, prepare
from syndicator.describing.taxonomy.mentions import key
from syndicator.describing.taxonomy.tag_names import clean, sound, stands
from syndicator.describing.taxonomy.taggers import LearntTagger, Trust, ZeroShotTagger
from syndicator.describing.taxonomy.vocabulary import ENGLISH, Vocabulary
from syndicator.describing.text import word_index
from syndicator.describing.text.language import SAMPLE, detect

MOST_TAGS: Final = 5  # of an article
MOST_TRIED: Final = 400  # newest confirmed articles that trust is measured on
MOST_TEXTS: Final = 3000  # newest texts for word forms
# Least probabilities, chosen on 94 articles (tools/train/fit_tags.py): few tags, and right.
BAR: Final = 0.58  # of a tag that the article names
BAR_LOW: Final = 0.2  # if the publisher has it too, or the text is SHORT
SHORT: Final = 600
# Least probability of a tag that a language model may choose: 86 % of right tags pass, 80 % of
# those are right.
SUPPORT: Final = 0.45

# Origins of a probability, shown to the operator.
NAMED = "its text names it"
LEARNT = "articles of the past had it"


@dataclass(frozen=True)
class Taxonomy:
    """Categories, tags and learnt models, as a value for any process."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    learnt: LearntTagger | None = None
    forms: Mapping[str, str] = field(default_factory=dict)  # folded word to spelling
    filed: LearntCategories | None = None  # learnt from confirmed categories
    trust: Trust | None = None  # in tags that were never confirmed
    # by language
    _prepared: dict[str, Categories] = field(default_factory=dict, init=False, compare=False)

    @classmethod
    def from_toml(cls, path: Path | str) -> "Taxonomy":
        """Load taxonomy.toml (see config/taxonomy.toml). Raises ConfigError with file, key and
        correction."""
        return cls(vocabulary.load(Path(path)))

    def category(
        self,
        title: str,
        text: str,
        section: str = "",
        published: Sequence[str] = (),
        language: str | None = None,
    ) -> Guess:
        """Return the likeliest category, its probability. `section`, `published`: publisher's
        section, tags."""
        prepared = self._categories(title, text, language)
        return (
            categories.guess(prepared, title, text, section, published, self.filed)
            if prepared
            else Guess(None, 0.0)
        )

    def tags(
        self, title: str, text: str, published: Sequence[str] = (), own: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return at most MOST_TAGS tags, best first; with `only = false` after as many of the
        publisher's. `published`: publisher's tags; `own`: names of author and site."""
        asked = self.mapped(published, text, title, own)
        if not self._spellings:
            return tuple(asked[:MOST_TAGS])
        chances = self._chances(title, text, asked)
        likely = sorted(chances, key=lambda tag: -chances[tag])[:MOST_TAGS]
        if not self.vocabulary.only_adds:
            return tuple(likely)
        return tuple(dict.fromkeys((*asked[:MOST_TAGS], *likely)))

    def mapped(
        self, published: Sequence[str], text: str = "", title: str = "", own: Collection[str] = ()
    ) -> list[str]:
        """Return the publisher's tags that are listed and named in title or text; without a list
        or with `only = false`, all sound ones."""
        listed = self._spellings if self.vocabulary.tag else {}
        accepted = (clean(tag) for tag in published if sound(tag, title, own) or key(tag) in listed)
        spelled = dict.fromkeys(self.spelling(tag, text) for tag in accepted)
        if not self._spellings or self.vocabulary.only_adds:
            return list(spelled)
        ours = [tag for tag in spelled if key(tag) in self._spellings]
        return [tag for tag in ours if stands([tag, *self._forms.get(tag, ())], f"{title}\n{text}")]

    def scored(self, title: str, text: str) -> dict[str, tuple[float, str]]:
        """Return (probability, origin) by tag, also below the threshold."""
        seen = self._zero_shot.scores(title, text) if self._zero_shot else {}
        past = self.learnt.scores(title, text) if self.learnt else {}
        learnt = {
            tag: (chance, LEARNT) for tag, chance in past.items() if chance >= seen.get(tag, 0.0)
        }
        return {tag: (chance, NAMED) for tag, chance in seen.items()} | learnt

    def supported(self, title: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return likely categories and tags, best first, for a model to choose from."""
        prepared = self._categories(title, text)
        names = categories.supported(prepared, title, text) if prepared else []
        scored = self.scored(title, text)
        likely = sorted(scored, key=lambda tag: -scored[tag][0])
        return tuple(names), tuple(tag for tag in likely if scored[tag][0] >= SUPPORT)

    def _chances(self, title: str, text: str, asked: Collection[str]) -> dict[str, float]:
        chances = self._zero_shot_chances(title, text, asked)
        if self.learnt is None:
            return chances
        past = frozenset(self.learnt.tags)
        learnt = self.learnt.scores(title, text)
        likely = {tag: chance for tag, chance in learnt.items() if chance >= self.learnt.threshold}
        trusted = self.trust.chance if self.trust else lambda tag, chance: chance
        new = {tag: trusted(tag, chance) for tag, chance in chances.items() if tag not in past}
        return {tag: chance for tag, chance in new.items() if chance >= taggers.GIVEN} | likely

    def _zero_shot_chances(
        self, title: str, text: str, asked: Collection[str] = ()
    ) -> dict[str, float]:
        scores = self._zero_shot.scores(title, text) if self._zero_shot else {}
        short = len(text) <= SHORT
        return {
            tag: chance
            for tag, chance in scores.items()
            if chance >= (BAR_LOW if short or tag in asked else BAR)
        }

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the operator's tags."""
        return frozenset(tag.name for tag in self.vocabulary.tag)

    def spelling(self, tag: str, text: str = "") -> str:
        """Return the operator's spelling of `tag`, else `tag_names.canonical`."""
        return self._spellings.get(key(tag)) or tag_names.canonical(tag, text, self.forms)

    def learn(
        self,
        history: Iterable[tuple[str, str, Sequence[str]]],
        *,
        least: int = 1,
        filed: Iterable[tuple[str, str, str]] = (),
    ) -> "Taxonomy":
        """Learn spellings, tags (if `least` posts are tagged), categories from `filed`. Oldest
        posts first."""
        posts = list(history)
        forms = word_index.learn_word_forms([text for _, text, _ in posts[-MOST_TEXTS:]])
        spelled = replace(
            self, learnt=None, filed=self._learn_categories(filed, least), forms=forms
        )
        named = [
            (title, text, [spelled.spelling(tag) for tag in tags])
            for title, text, tags in posts
            if tags
        ]
        if len(named) < least:
            return replace(spelled, trust=None)
        cold = (
            (self._zero_shot_chances(title, text), tags)
            for title, text, tags in named[-MOST_TRIED:]
            if not self.vocabulary.only_adds or not self.names.isdisjoint(tags)
        )
        learnt = learning.fit_learnt(named)
        return replace(
            spelled, learnt=learnt, trust=taggers.learn_trust(cold) if self.vocabulary.tag else None
        )

    def _learn_categories(
        self, filed: Iterable[tuple[str, str, str]], least: int
    ) -> LearntCategories | None:
        names = [category.name for category in self.vocabulary.category]
        posts = [post for post in filed if post[2] in names][-categories.MOST :]
        if len(posts) < max(1, least):
            return None
        scores = []
        for title, text, _ in posts:
            if prepared := self._categories(title, text):
                scores.append(
                    categories.scores(prepared, title, text, prepared.counts(text[:SAMPLE]))[
                        : len(names)
                    ]
                )
        return categories.learn_categories(names, posts, scores)

    def save(self, path: Path | str) -> None:
        """Write the learnt state, for `with_learnt`. Raises UsageError if there is none,
        OSError."""
        if self.learnt is None and self.filed is None and not self.forms:
            raise UsageError(
                "nothing was learnt yet: no article of the past has a tag that somebody confirmed"
            )
        learning.save_learnt(
            learning.State(self.learnt, self.forms, self.trust, self.filed), Path(path)
        )

    def renamed(self, old: str, new: str) -> "Taxonomy":
        """Rename the learnt tag `old`, in any spelling, to `new`."""
        names = {key(tag): tag for tag in self.learnt.tags} if self.learnt else {}
        if self.learnt is None or key(old) not in names:
            return self
        there = names.get(key(new), names[key(old)])
        return replace(self, learnt=self.learnt.joined(names[key(old)], there).renamed(there, new))

    def with_learnt(self, path: Path | str) -> "Taxonomy":
        """Load the file of `save`. Raises OSError, ValueError, KeyError for other files."""
        state = learning.load_learnt(Path(path))
        return replace(
            self, learnt=state.tagger, forms=state.forms, trust=state.trust, filed=state.filed
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without cached properties."""
        return (Taxonomy, (self.vocabulary, self.learnt, dict(self.forms), self.filed, self.trust))

    def _categories(self, title: str, text: str, language: str | None = None) -> Categories | None:
        if not self.vocabulary.category:
            return None
        code = language or detect(f"{title}\n{text}"[:SAMPLE], None) or ENGLISH
        if code not in self._prepared:
            self._prepared[code] = prepare(self.vocabulary.category, code)
        return self._prepared[code]

    @cached_property
    def _zero_shot(self) -> ZeroShotTagger | None:
        return taggers.prepare_zero_shot(self.vocabulary.tag) if self.vocabulary.tag else None

    @cached_property
    def _forms(self) -> dict[str, tuple[str, ...]]:
        return {tag.name: tag.aliases for tag in self.vocabulary.tag}

    @cached_property
    def _spellings(self) -> dict[tuple[str, ...], str]:
        learnt = {key(tag): tag for tag in (self.learnt.tags if self.learnt else ())}
        return learnt | {
            key(form): tag.name for tag in self.vocabulary.tag for form in (*tag.aliases, tag.name)
        }
