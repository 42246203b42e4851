"""Choose category and tags of an article by taxonomy.toml and by what was learnt.

`Taxonomy` is a value that can be sent to any process."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from syndicator.core.errors import UsageError
from syndicator.describing.taxonomy import categories, learning, tag_names, taggers, vocabulary
from syndicator.describing.taxonomy.categories import (
    Categories,
    Guess,
    LearntCategories,
    prepare_categories,
)
from syndicator.describing.taxonomy.mentions import make_key
from syndicator.describing.taxonomy.tag_names import clean_tag, is_named_in, is_sound
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
    """The operator's categories and tags, and what was learnt from confirmed articles."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    learnt: LearntTagger | None = None
    forms: Mapping[str, str] = field(default_factory=dict)  # word in lower case to spelling
    filed: LearntCategories | None = None  # learnt from confirmed categories
    trust: Trust | None = None  # in tags that were never confirmed
    _prepared_by_language: dict[str, Categories] = field(
        default_factory=dict, init=False, compare=False
    )

    @classmethod
    def from_toml(cls, path: Path | str) -> "Taxonomy":
        """Load taxonomy.toml (see config/taxonomy.toml). Raises ConfigError, which names the file,
        the key and the correction."""
        return cls(vocabulary.load(Path(path)))

    def category(
        self,
        title: str,
        text: str,
        section: str = "",
        published: Sequence[str] = (),
        language: str | None = None,
    ) -> Guess:
        """Return the likeliest category of an article, with its probability. The name is None if no
        category fits. `section`, `published`: the section and the tags that the publisher gives the
        article. `language`: a code of two letters, None to detect it."""
        prepared = self._prepare_categories(title, text, language)
        if prepared is None:
            return Guess(None, 0.0)
        return categories.guess_category(prepared, title, text, section, published, self.filed)

    def tags(
        self, title: str, text: str, published: Sequence[str] = (), own: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return the tags of an article, at most MOST_TAGS, the likeliest first. If the operator's
        tags are only additional ones (`only = false`), up to MOST_TAGS of the publisher's tags come
        before them. `published`: the publisher's tags. `own`: the names of author and site, which
        are no tags."""
        from_publisher = self.map_published_tags(published, text, title, own)
        if not self._spellings:  # the operator lists no tags, and none were learnt
            return tuple(from_publisher[:MOST_TAGS])
        chances = self._measure_chances(title, text, from_publisher)
        likeliest = sorted(chances, key=lambda tag: -chances[tag])[:MOST_TAGS]
        if not self.vocabulary.only_adds:
            return tuple(likeliest)
        all_tags = (*from_publisher[:MOST_TAGS], *likeliest)
        return tuple(dict.fromkeys(all_tags))

    def map_published_tags(
        self, published: Sequence[str], text: str = "", title: str = "", own: Collection[str] = ()
    ) -> list[str]:
        """Return those of the publisher's tags (`published`) that an article gets, in the
        operator's spelling. If the operator lists tags, these are the listed ones that the title or
        the text names. Without such a list, or with `only = false`, these are all tags that are fit
        for readers. `own`: the names of author and site, which are no tags."""
        listed = self._spellings if self.vocabulary.tag else {}
        spelled: list[str] = []
        for tag in published:
            if is_sound(tag, title, own) or make_key(tag) in listed:
                spelled.append(self.spell_tag(clean_tag(tag), text))
        different = list(dict.fromkeys(spelled))
        if not self._spellings or self.vocabulary.only_adds:
            return different
        whole_text = f"{title}\n{text}"
        named = []
        for tag in different:
            if make_key(tag) not in self._spellings:
                continue
            forms = [tag, *self._aliases.get(tag, ())]
            if is_named_in(forms, whole_text):
                named.append(tag)
        return named

    def score_tags(self, title: str, text: str) -> dict[str, tuple[float, str]]:
        """Return the probability of each tag for an article, by the tag, with its origin: NAMED if
        it is likely because the article names it, LEARNT if confirmed articles make it likely. Tags
        that are too unlikely for the article are also returned."""
        scored: dict[str, tuple[float, str]] = {}
        if self._zero_shot:
            for tag, chance in self._zero_shot.score_tags(title, text).items():
                scored[tag] = (chance, NAMED)
        if self.learnt:
            for tag, chance in self.learnt.score_tags(title, text).items():
                chance_by_name, _ = scored.get(tag, (0.0, NAMED))
                if chance >= chance_by_name:
                    scored[tag] = (chance, LEARNT)
        return scored

    def list_choices(self, title: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the categories and the tags from which a language model may choose for an article,
        the likeliest first."""
        prepared = self._prepare_categories(title, text)
        names = categories.list_supported(prepared, title, text) if prepared else []
        chances = {tag: chance for tag, (chance, _) in self.score_tags(title, text).items()}
        likeliest = sorted(chances, key=lambda tag: -chances[tag])
        return tuple(names), tuple(tag for tag in likeliest if chances[tag] >= SUPPORT)

    def _measure_chances(
        self, title: str, text: str, from_publisher: Collection[str]
    ) -> dict[str, float]:
        """Return the tags that are likely enough for an article, with their probabilities.
        `from_publisher`: the tags that the publisher gives the article."""
        by_name = self._measure_named(title, text, from_publisher)
        if self.learnt is None:
            return by_name
        confirmed_tags = frozenset(self.learnt.tags)
        chances = {}
        for tag, chance in by_name.items():
            if tag in confirmed_tags:
                continue  # the learnt model knows better
            trusted = self.trust.lower_chance(tag, chance) if self.trust else chance
            if trusted >= taggers.GIVEN:
                chances[tag] = trusted
        for tag, chance in self.learnt.score_tags(title, text).items():
            if chance >= self.learnt.threshold:
                chances[tag] = chance
        return chances

    def _measure_named(
        self, title: str, text: str, from_publisher: Collection[str] = ()
    ) -> dict[str, float]:
        """Return the operator's tags that the title or the text names and that are likely enough,
        with their probabilities. For short texts, and for tags that the publisher gives, too
        (`from_publisher`), a lower probability is enough."""
        if self._zero_shot is None:
            return {}
        is_short = len(text) <= SHORT
        chances = {}
        for tag, chance in self._zero_shot.score_tags(title, text).items():
            bar = BAR_LOW if is_short or tag in from_publisher else BAR
            if chance >= bar:
                chances[tag] = chance
        return chances

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the operator's tags."""
        return frozenset(tag.name for tag in self.vocabulary.tag)

    def spell_tag(self, tag: str, text: str = "") -> str:
        """Return the operator's spelling of `tag`. If the operator does not list it, return the
        usual spelling of the name, or the spelling that `text` mostly has."""
        return self._spellings.get(make_key(tag)) or tag_names.spell_tag(tag, text, self.forms)

    def learn(
        self,
        history: Iterable[tuple[str, str, Sequence[str]]],
        *,
        least: int = 1,
        filed: Iterable[tuple[str, str, str]] = (),
    ) -> "Taxonomy":
        """Return a taxonomy that has learnt from articles whose tags or categories were confirmed.

        `history`: articles as (title, text, tags), the oldest first. `filed`: articles as (title,
        text, category), the oldest first. `least`: the number of articles with tags that are needed
        to learn tags, and of articles with a category to learn categories."""
        posts = list(history)
        forms = word_index.learn_word_forms([text for _, text, _ in posts[-MOST_TEXTS:]])
        learnt_categories = self._learn_categories(filed, least)
        untrained = replace(self, learnt=None, filed=learnt_categories, forms=forms)
        tagged = []
        for title, text, tags in posts:
            if tags:
                tagged.append((title, text, [untrained.spell_tag(tag) for tag in tags]))
        if len(tagged) < least:
            return replace(untrained, trust=None)
        trust = self._learn_trust(tagged) if self.vocabulary.tag else None
        return replace(untrained, learnt=learning.fit_learnt(tagged), trust=trust)

    def _learn_trust(self, tagged: Sequence[tuple[str, str, Sequence[str]]]) -> Trust:
        """Return how reliable the operator's tags are when an article names them: how often they
        were confirmed. `tagged`: the articles as (title, text, confirmed tags), the oldest first;
        only the newest count."""
        pairs = []
        for title, text, tags in tagged[-MOST_TRIED:]:
            if not self.vocabulary.only_adds or not self.names.isdisjoint(tags):
                pairs.append((self._measure_named(title, text), tags))
        return taggers.learn_trust(pairs)

    def _learn_categories(
        self, filed: Iterable[tuple[str, str, str]], least: int
    ) -> LearntCategories | None:
        """Return the regression that has learnt from articles with a confirmed category. None if
        fewer than `least` of them have a category of the taxonomy. `filed`: the articles as (title,
        text, category), the oldest first."""
        names = [category.name for category in self.vocabulary.category]
        posts = []
        for title, text, category in filed:
            if category in names:
                posts.append((title, text, category))
        posts = posts[-categories.MOST :]
        if len(posts) < max(1, least):
            return None
        scores = []
        for title, text, _ in posts:
            prepared = self._prepare_categories(title, text)
            if prepared is None:
                continue
            counts = prepared.count_words(text[:SAMPLE])
            values = categories.score_categories(prepared, title, text, counts)
            scores.append(values[: len(names)])  # without the topics outside all categories
        return categories.learn_categories(names, posts, scores)

    def save(self, path: Path | str) -> None:
        """Write the results of learning to the file `path`. Raises OSError; UsageError if nothing
        was learnt."""
        has_learnt_nothing = self.learnt is None and self.filed is None and not self.forms
        if has_learnt_nothing:
            raise UsageError(
                "nothing was learnt yet: no article of the past has a tag that somebody confirmed"
            )
        learning.save_learnt(
            learning.State(self.learnt, self.forms, self.trust, self.filed), Path(path)
        )

    def rename_tag(self, old: str, new: str) -> "Taxonomy":
        """Return a taxonomy in which the learnt tag `old` has the name `new`. If `new` was learnt,
        too, both are merged. If `old` was not learnt, nothing changes. The names may be in any
        spelling."""
        if self.learnt is None:
            return self
        learnt_names = {make_key(tag): tag for tag in self.learnt.tags}
        if make_key(old) not in learnt_names:
            return self
        old_name = learnt_names[make_key(old)]
        target = learnt_names.get(make_key(new), old_name)
        return replace(
            self, learnt=self.learnt.merge_tags(old_name, target).rename_tag(target, new)
        )

    def with_learnt(self, path: Path | str) -> "Taxonomy":
        """Return the taxonomy with the results of learning that are in `path`, a file that `save`
        wrote. Raises OSError; ValueError or KeyError if it is another file."""
        state = learning.load_learnt(Path(path))
        return replace(
            self, learnt=state.tagger, forms=state.forms, trust=state.trust, filed=state.filed
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out cached properties when pickled."""
        return (Taxonomy, (self.vocabulary, self.learnt, dict(self.forms), self.filed, self.trust))

    def _prepare_categories(
        self, title: str, text: str, language: str | None = None
    ) -> Categories | None:
        """Return the categories with words in the language of the article. They are cached by
        language. None if the taxonomy has no categories. `language`: a code of two letters, None to
        detect it."""
        if not self.vocabulary.category:
            return None
        code = language or detect(f"{title}\n{text}"[:SAMPLE], None) or ENGLISH
        if code not in self._prepared_by_language:
            self._prepared_by_language[code] = prepare_categories(self.vocabulary.category, code)
        return self._prepared_by_language[code]

    @cached_property
    def _zero_shot(self) -> ZeroShotTagger | None:
        return taggers.prepare_zero_shot(self.vocabulary.tag) if self.vocabulary.tag else None

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, ...]]:
        return {tag.name: tag.aliases for tag in self.vocabulary.tag}

    @cached_property
    def _spellings(self) -> dict[tuple[str, ...], str]:
        """The spellings of all tags: those that were learnt, and those of the operator, whose
        aliases have the spelling of their tag. The keys are the stems of the words of a tag or
        alias."""
        spellings = {}
        if self.learnt:
            spellings.update({make_key(tag): tag for tag in self.learnt.tags})
        for tag in self.vocabulary.tag:
            for form in (*tag.aliases, tag.name):
                spellings[make_key(form)] = tag.name
        return spellings
