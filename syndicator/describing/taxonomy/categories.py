"""Choose the category of an article by the operator's descriptions and the words of topics.

Right in 94.8/84.5/72.1 % of BBC, AG News and KPCrowd. Confirmed articles add a ridge regression."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from syndicator.describing.resources import Doubles, Floats, NDArray, load_weights, np
from syndicator.describing.taxonomy import vocabulary
from syndicator.describing.taxonomy.vocabulary import ENGLISH, CategoryDef, Topic, count_terms, fold
from syndicator.describing.text.embeddings import SAMPLE, load_embedder, normalise

_EAST: Final = "\u3041-\u30ff\u3400-\u9fff"  # kana and Han: no blanks between words
_TOKEN: Final = re.compile(rf"[{_EAST}]+|[^\W_{_EAST}]+")
_EASTERN: Final = re.compile(rf"[{_EAST}]")
# Least letters of a word inside others, and of the part before it.
INSIDE: Final = {"de": (5, 3), "nl": (6, 3), "sv": (6, 3), "ko": (2, 1)}
WHOLE: Final = "$"
SHORTEST: Final = 5  # least letters of a word to cut one
LONG: Final = 7  # least letters to cut two
TELLING: Final = 4  # least letters of a description's word
RIVAL: Final = ""  # name of topics outside all categories
WRITTEN: Final = 1.5  # weight of the operator's words; others have 1
LISTED: Final = 0.5  # weight of a topic's words if most categories have none
MOST: Final = 1500  # newest confirmed articles: the work grows with the cube
RIDGE: Final = 0.3  # pull of the regression to zero
WEIGHTS: Final = (0.0, 0.1, 0.2, 0.4, 0.8)  # the first: words alone; one of the others is chosen
TITLE: Final = 2  # times the title counts
SUBJECT: Final = 0.25  # gain of a category whose subject the title names
SUBJECT_IN_TEXT: Final = SUBJECT / 4  # times the logarithm of how often the text repeats it
NAMED: Final = 0.08  # gain of a category named like a publisher's tag
SHARP: Final = 25.0  # scores to probabilities: calibrated on the three open sets
FLOOR: Final = 0.35  # least probability of a category
# Least probability of a category that a language model may choose. On the editor's 94 articles
# (November 2026), 96 % of right English ones and 4 % of wrong ones pass; at .15, 93 % and 3 %.
SUPPORT: Final = 0.05
# A topic outside all categories (sport) wins with this lead and so many words.
RIVAL_LEAD: Final = 0.14
RIVAL_WORDS: Final = 6
RIVAL_LOSS: Final = 2.0  # times the largest learnt gain of a category
# Features of the likeliest category: its score, its words in the title, nearness (z-score), number
# of nearer topics, lead over the best topic, share of all evidence on categories, number of its
# words.
FEATURES: Final = (
    "score",
    "title-word",
    "nearness",
    "nearer-topics",
    "lead-words",
    "share",
    "own-words",
)
CONSTANT: Final = "constant"
FITS: Final = 0.5  # least fit of a category
WORDS_MISSING: Final = 0.0  # fit of a category without words in the article
FARTHEST: Final = 50.0  # log-odds that make no more difference
BELONGS: Final = -2.7  # least log-odds to belong
# The same in a cold taxonomy. On ten that the weights had not seen, 91 % of articles on their
# subjects are filed right, and 95 % of others not at all (tools/train/fit_none.py --folds).
BELONGS_COLD: Final = -1.0
OWN_WORDS_NATIVE: Final = 2  # least words of the category, outside English
WORDS_GIVEN: Final = 4.0  # evidence for none, when words are compared


@dataclass(frozen=True)
class NativeWords:
    """The words of categories in a language other than English, arranged to be found in texts.

    A word that ends with WHOLE matches only a whole token of the text. Any other word matches each
    token that begins with it. "e-mail" has two parts: the first part must match a token, the later
    part the next token.

    `by_first_part`: by first part of a word, all words with that part, each with its later parts.
    `inside`: words that are also found in the middle of longer words. `eastern`: words in scripts
    without spaces. `longest`: number of letters of the longest first part or eastern word.
    `letters_before`: how many letters must stand before a word of `inside`."""

    by_first_part: dict[str, list[tuple[str, tuple[str, ...]]]]
    inside: frozenset[str]
    eastern: frozenset[str]
    longest: int
    letters_before: int

    def count_words(self, text: str) -> Counter[str]:
        """Return how often `text` has each word of the categories."""
        tokens = _TOKEN.findall(text.casefold())
        counts: Counter[str] = Counter()
        for index, token in enumerate(tokens):
            if _EASTERN.match(token):  # in a script without spaces
                counts.update(self._find_eastern(token))
            else:
                counts.update(self._find_spaced(tokens, index))
        return counts

    def _find_eastern(self, token: str) -> Iterator[str]:
        """Yield the words of the categories in `token`, a text without spaces. At each character,
        take the longest word that begins there, and continue after it. If no word begins there,
        continue at the next character."""
        start = 0
        end = len(token)
        while start < end:
            for length in range(min(self.longest, end - start), 0, -1):
                word = token[start : start + length]
                if word in self.eastern:
                    yield word
                    start += length
                    break
            else:
                start += 1

    def _find_spaced(self, tokens: list[str], index: int) -> Iterator[str]:
        """Yield the words of the categories that match the token at `index`, and those that are in
        the middle of this token. A word of several parts, such as "e-mail", must also match the
        tokens after it."""
        token = tokens[index]
        for word, later_parts in self._find_by_beginning(token):
            following = tokens[index + 1 : index + 1 + len(later_parts)]
            is_text_long_enough = len(following) == len(later_parts)
            if is_text_long_enough and all(map(_begins, following, later_parts)):
                yield word
        if not self.inside:  # only languages with long compounds have such words
            return
        for start in range(self.letters_before, len(token) - 1):
            for end in range(start + 2, len(token) + 1):
                if token[start:end] in self.inside:
                    yield token[start:end]

    def _find_by_beginning(self, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each word of the categories whose first part is `token` or its beginning, as (word,
        its later parts)."""
        yield from self.by_first_part.get(token + WHOLE, ())
        most_letters = min(self.longest, len(token))
        for letters in range(1, most_letters + 1):
            yield from self.by_first_part.get(token[:letters], ())


def prepare_native_words(words: Iterable[str], language: str) -> NativeWords:
    """Return `words` arranged so that they can be found in texts quickly. A word that ends with
    WHOLE matches only this word in a text; any other matches all words that begin with it.
    `language`: the language of the texts, a code of two letters."""
    # by first part of a word, the words with that part, each with its later parts
    first: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    single_words = set()
    eastern = set()
    for word in dict.fromkeys(words):
        if _EASTERN.search(word):
            eastern.add(word)
            continue
        first_part, *later_parts = re.split(r"[-']", word)
        first[first_part].append((word, tuple(later_parts)))
        if not later_parts and not word.endswith(WHOLE):
            single_words.add(word)
    # in languages with long compounds, words are also found in the middle of others
    inside = frozenset[str]()
    letters_before = 0
    if language in INSIDE:
        least_letters, letters_before = INSIDE[language]
        inside = frozenset(word for word in single_words if len(word) >= least_letters)
    longest = max(map(len, (*first, *eastern)), default=0)
    return NativeWords(dict(first), inside, frozenset(eastern), longest, letters_before)


def cut_ending(word: str) -> str:
    """Return the beginning of `word`, by which its other forms are found. A word of LONG letters or
    more loses its last two letters, a shorter one loses one letter. Words of fewer than SHORTEST
    letters and East Asian words are returned unchanged."""
    if _EASTERN.search(word) or len(word) < SHORTEST:
        return word
    if len(word) >= LONG:
        return word[:-2]
    return word[:-1]


def _begins(token: str, part: str) -> bool:
    """Return True if `token` begins with `part`, or is equal to it if `part` ends with WHOLE."""
    return token + WHOLE == part or token.startswith(part)


@dataclass(frozen=True, slots=True)
class Categories:
    """The operator's categories with their words and vectors, for texts in one language.

    Behind the categories come topics that belong to none of them, but may win over them (sport);
    each has the name RIVAL. `names`, `labels`, `words` and `subjects` have one item for each
    category and each of these topics, in the same order."""

    names: tuple[str, ...]
    labels: Floats  # a unit vector a category
    words: tuple[dict[str, float], ...]  # for each category, the weight of each of its words
    subjects: tuple[frozenset[str], ...]  # words that decide for a category if in the title
    other_words: tuple[frozenset[str], ...]  # words of each topic that matches no category
    other_labels: Floats  # a unit vector a topic
    native: NativeWords | None = None  # how words are found outside English
    is_cold: bool = False  # most categories are known by the operator's words alone

    def count_words(self, text: str) -> Counter[str]:
        """Return how often `text` has each word. In English, all words of the text are counted; in
        other languages, only words of categories and topics."""
        return self.native.count_words(text) if self.native else count_terms(text)


def prepare_categories(defined: Sequence[CategoryDef], language: str = ENGLISH) -> Categories:
    """Return the operator's categories `defined` with the vectors and the weighted words by which
    articles are compared with them. A category has the words that the operator wrote, and those of
    our topics that match it. `language`: the language of the articles, a code of two letters; we
    have topics for some languages only."""
    # the topics of each category, and those of none, some of which may win over categories
    topics_by_category = [
        vocabulary.find_matching_topics(category, language) for category in defined
    ]
    has_topics = [bool(topics) for topics in topics_by_category]
    # at least half of the categories match none of our topics
    is_cold = 2 * sum(has_topics) <= len(has_topics)
    other_topics = vocabulary.find_other_topics(defined, language)
    rivals = [topic for topic in other_topics if topic.name in vocabulary.APART]

    listed_weight = LISTED if is_cold else 1.0
    word_weights = [_weigh_words(category, language, listed_weight) for category in defined]
    word_weights += [dict.fromkeys(rival.words, 1.0) for rival in rivals]
    # a word counts more if fewer categories have it
    categories_with_word = Counter[str]()
    for weights in word_weights:
        categories_with_word.update(weights.keys())
    rarities = {}
    for word, count in categories_with_word.items():
        rarities[word] = math.log((len(word_weights) + 0.5) / count)
    final_weights = []
    for weights in word_weights:
        final_weights.append({word: rarities[word] * weight for word, weight in weights.items()})

    subjects = []
    for topics in topics_by_category:
        subjects.append(frozenset[str]().union(*(topic.subject for topic in topics)))
    other_words = [topic.words for topic in other_topics]
    native = None
    if language != ENGLISH:
        all_words = set(categories_with_word).union(*subjects, *other_words)
        native = prepare_native_words(all_words, language)

    labels = [_make_label(category, language, is_cold=is_cold) for category in defined]
    labels += [load_embedder().embed(_list_words([rival])) for rival in rivals]
    other_labels = [load_embedder().embed(_list_words([topic])) for topic in other_topics]
    no_labels = np.zeros((0, load_embedder().table.shape[1]), dtype=np.float32)
    return Categories(
        names=(*(category.name for category in defined), *(RIVAL for _ in rivals)),
        labels=np.stack(labels),
        words=tuple(final_weights),
        subjects=(*subjects, *(rival.subject for rival in rivals)),
        other_words=tuple(other_words),
        other_labels=np.stack(other_labels) if other_labels else no_labels,
        native=native,
        is_cold=is_cold,
    )


def _weigh_words(category: CategoryDef, language: str, listed_weight: float) -> dict[str, float]:
    """Return the weight of each word of a category: WRITTEN for a word that the operator lists,
    else 1 for a word of the description, else `listed_weight` for a word of one of our topics that
    match the category."""
    described = []
    for word in count_terms(category.description):
        if len(word) >= TELLING and "-" not in word:
            described.append(word)
    written = [word.casefold().replace(" ", "-") for word in category.words]
    if language != ENGLISH:
        described = [cut_ending(word) for word in described]
        written = [cut_ending(word) for word in written]
    # later weights replace earlier ones
    weights = {}
    for topic in vocabulary.find_matching_topics(category, language):
        weights.update(dict.fromkeys(topic.words, listed_weight))
    weights.update(dict.fromkeys(described, 1.0))
    weights.update(dict.fromkeys(written, WRITTEN))
    return weights


def _make_label(category: CategoryDef, language: str, *, is_cold: bool) -> Floats:
    """Return the vector of a category, which stands for its meaning and has the length 1. It is
    made from its description (or its name), words and examples. `is_cold`: most categories match
    none of our topics, so that the words of topics are not used."""
    texts = [category.description or category.name]
    if not is_cold:
        texts.append(_list_words(vocabulary.find_matching_topics(category, language)))
    texts.append(" ".join(category.words))
    texts.extend(category.examples)
    first_vector, *other_vectors = (load_embedder().embed(text) for text in texts if text)
    return normalise(sum(other_vectors, first_vector))


def _list_words(topics: Sequence[Topic]) -> str:
    """Return the words of `topics` as one text with spaces between them, from which a vector is
    made."""
    words: list[str] = []
    for topic in topics:
        words.extend(topic.words)
    joined = " ".join(sorted(words))
    return joined.replace("-", " ").replace(WHOLE, "")


@dataclass(frozen=True)
class LearntCategories:
    """A ridge regression on articles whose category was confirmed. `names`: the categories;
    `vectors`: of each confirmed article; `slopes`: the coefficients of the regression; `weight`:
    the factor of its predictions when they are added to the scores by words."""

    names: tuple[str, ...]
    vectors: Floats  # article x 256
    slopes: Floats  # article x category
    weight: float

    def predict_gains(self, title: str, text: str) -> dict[str, float]:
        """Return for each category what the regression adds to its score for this article."""
        nearness = self.vectors @ load_embedder().embed_article(title, text)
        gains = self.weight * (nearness @ self.slopes)
        return dict(zip(self.names, gains.tolist(), strict=True))


def learn_categories(
    names: Sequence[str], posts: Sequence[tuple[str, str, str]], scores: Sequence[Floats]
) -> LearntCategories:
    """Learn from articles whose category was confirmed: fit a ridge regression, which predicts
    categories from vectors of articles, and choose its weight beside the scores by words.

    `names`: all categories. `posts`: (title, text, category) of each article, the oldest first.
    `scores`: for each article, its score by words for each of `names`."""
    post_vectors = [load_embedder().embed_article(title, text) for title, text, _ in posts]
    vectors: Doubles = np.stack(post_vectors).astype(np.float64)
    right = np.array([names.index(category) for _, _, category in posts], dtype=np.intp)
    membership = np.eye(len(names))[right]
    deviations = membership - membership.mean(axis=0)
    inverse = np.linalg.inv(vectors @ vectors.T + RIDGE * np.eye(len(right)))
    slopes = inverse @ deviations
    # what a regression on all other articles would predict for each article, in closed form
    predictions = deviations - slopes / np.diag(inverse)[:, None]
    # try each weight: of those that give as many right categories as the words alone, take the one
    # by which the right categories are the most probable
    word_scores = np.stack(scores)
    accuracies = {
        weight: _measure_accuracy(word_scores + weight * predictions, right) for weight in WEIGHTS
    }
    words_alone, *weights = WEIGHTS

    def rate(weight: float) -> tuple[bool, float]:
        """Return a sort key that is higher for a better weight."""
        accuracy = accuracies[weight]
        is_no_worse = accuracy.hits >= accuracies[words_alone].hits
        return is_no_worse, accuracy.mean_log_chance

    return LearntCategories(
        names=tuple(names),
        vectors=vectors.astype(np.float32),
        slopes=slopes.astype(np.float32),
        weight=max(weights, key=rate),
    )


class _Accuracy(NamedTuple):
    """How well scores fit the confirmed categories. `hits`: number of articles whose confirmed
    category has the highest score; `mean_log_chance`: mean logarithm of the confirmed category's
    probability, higher is better."""

    hits: int
    mean_log_chance: float


def _measure_accuracy(scores: Doubles, right: "NDArray[np.intp]") -> _Accuracy:
    """Return how well `scores` fit the confirmed categories. `scores`: a row for each article, with
    a column for each category. `right`: the column of the confirmed category of each article."""
    sharpened = SHARP * (scores - scores.max(axis=1, keepdims=True))
    right_scores = sharpened[np.arange(len(right)), right]
    log_chances = right_scores - np.log(np.exp(sharpened).sum(axis=1))
    hits = int((scores.argmax(axis=1) == right).sum())
    return _Accuracy(hits, float(log_chances.mean()))


class Mixture(NamedTuple):
    """The weights of the two parts of a score: nearness of vectors, and shared words."""

    near: float  # weight of the cosine between article and category
    lexical: float  # weight of the share that a category has in all words found
    doubt: float  # words assumed for no category, so that words decide less in short texts


ENGLISH_MIXTURE: Final = Mixture(1.0, 0.35, 8.0)
NATIVE_MIXTURE: Final = Mixture(0.5, 0.8, 4.0)


class Guess(NamedTuple):
    """A guessed category. `name`: the category, None if the article belongs to none; `score`:
    probability of the likeliest category, even if it was not taken; `certainty`: how certain it is,
    from 0 to 1, that `name` is right, 0 if nothing is known."""

    name: str | None
    score: float
    certainty: float = 0.0


def guess_category(
    prepared: Categories,
    title: str,
    text: str,
    section: str = "",
    published: Sequence[str] = (),
    past: LearntCategories | None = None,
) -> Guess:
    """Return the likeliest category of an article, with its probability. The name of the category
    is None if the article belongs to none.

    `prepared`: the categories. `section`: the article's section on the publisher's site; a category
    with this name is taken at once. `published`: the publisher's tags; a category with the name of
    a tag gets a higher score. `past`: the regression on confirmed articles, None without one."""
    if section:
        for name in prepared.names:
            if name != RIVAL and fold(section) == fold(name):
                return Guess(name, 1.0, 1.0)
    if not _has_letters(title, text):
        return Guess(None, 0.0)

    # score each category by words, confirmed articles and publisher's tags
    counts = prepared.count_words(text[:SAMPLE])
    learnt_gains = past.predict_gains(title, text) if past else {}
    # topics that belong to no category (RIVAL) lose against categories that confirmed articles name
    rival_loss = RIVAL_LOSS * max(learnt_gains.values(), default=0.0)
    gains = []
    for name in prepared.names:
        gain_without_learning = -rival_loss if name == RIVAL else 0.0
        gains.append(learnt_gains.get(name, gain_without_learning))
    folded_tags = set(map(fold, published))
    is_tagged = [fold(name) in folded_tags for name in prepared.names]
    all_gains = (np.array(gains) + NAMED * np.array(is_tagged)).astype(np.float32)
    values: Floats = score_categories(prepared, title, text, counts) + all_gains

    # take the likeliest one, if it fits
    chances = convert_to_probabilities(values)
    best = int(chances.argmax())
    chance = float(chances[best])
    name = prepared.names[best]
    if name == RIVAL:
        return Guess(None, chance, chance)
    if is_tagged[best] or learnt_gains.get(name, 0.0) > 0:
        fit = 1.0  # a tag of the publisher or confirmed articles say that it fits
    else:
        fit = measure_fit(prepared, title, text, counts, values)
    if fit >= FITS and chance >= FLOOR:
        return Guess(name, chance, chance)
    if fit == WORDS_MISSING:
        return Guess(None, chance)
    return Guess(None, chance, 1 - chance * fit)


def _has_letters(title: str, text: str) -> bool:
    return any(character.isalpha() for character in title + text[:SAMPLE])


def measure_fit(
    prepared: Categories, title: str, text: str, counts: Counter[str], values: Floats
) -> float:
    """Return the probability that the article belongs to the category with the highest score, and
    not to none. FITS or more means that it belongs there. WORDS_MISSING means that it lacks words
    of the category. `prepared`: the categories. `counts`: how often the text has each word.
    `values`: the score of each category."""
    best = int(values.argmax())
    found_words = counts.keys() & prepared.words[best].keys()
    if prepared.native and _count_different(found_words) < OWN_WORDS_NATIVE:
        return WORDS_MISSING
    subject = prepared.subjects[best]
    words_of_article = (*counts, *prepared.count_words(title))
    if subject and subject.isdisjoint(words_of_article):
        # other words of the category are not enough: "models" may be espresso machines
        return WORDS_MISSING
    if prepared.is_cold:
        table = "cold"
        least_odds = BELONGS_COLD
    else:
        table = "weights"
        least_odds = BELONGS
    constant_and_weights = load_weights("none.toml", table, (CONSTANT, *FEATURES))
    constant = constant_and_weights[0]
    weights = constant_and_weights[1:]
    features = measure_features(prepared, title, text, counts, values)
    odds = float(features @ weights + constant)
    return 1 / (1 + math.exp(min(least_odds - odds, FARTHEST)))


def _count_different(words: Set[str]) -> int:
    """Return the number of different words in `words`. A word with which another one begins is not
    counted, as both are forms of one word ("patien", "patient")."""
    count = 0
    for word in words:
        begins_other = any(other != word and other.startswith(word) for other in words)
        if not begins_other:
            count += 1
    return count


def measure_features(
    prepared: Categories, title: str, text: str, counts: Counter[str], values: Floats
) -> Floats:
    """Return the FEATURES of the category with the highest score, by which `measure_fit` judges if
    the article belongs to it or to no category. `prepared`: the categories. `counts`: how often the
    text has each word. `values`: the score of each category."""
    best = int(values.argmax())
    words = prepared.words[best].keys()

    # words of the category against those of the topics that match no category
    own_evidence = _sum_evidence(counts, words)
    category_evidence = sum(_sum_evidence(counts, other.keys()) for other in prepared.words)
    topic_evidence = [_sum_evidence(counts, topic_words) for topic_words in prepared.other_words]
    lead = 0.0
    if topic_evidence:
        best_topic = max(topic_evidence)
        lead = (own_evidence - best_topic) / (own_evidence + best_topic + WORDS_GIVEN)
    category_share = category_evidence / (category_evidence + sum(topic_evidence) + 1)

    # its vector against those of the topics that match no category
    article_vector = load_embedder().embed_article(title, text, TITLE)
    nearness = np.concatenate(
        [prepared.labels @ article_vector, prepared.other_labels @ article_vector]
    )
    topic_nearness = nearness[len(prepared.names) :]
    nearer_topics = int((topic_nearness > nearness[best]).sum())

    features = (
        values[best],
        not words.isdisjoint(prepared.count_words(title)),
        (nearness[best] - nearness.mean()) / (nearness.std() + 1e-6),
        math.log1p(nearer_topics),
        lead,
        category_share,
        math.log1p(len(counts.keys() & words)),
    )
    return np.array(features, dtype=np.float32)


def _sum_evidence(counts: Counter[str], words: Set[str]) -> float:
    """Return how much an article speaks for a topic with these words: each word adds the logarithm
    of one plus its count. `counts`: how often the article has each word."""
    return sum(math.log1p(counts[word]) for word in counts.keys() & words)


def list_supported(prepared: Categories, title: str, text: str) -> list[str]:
    """Return the names of the categories that a language model may choose for an article: those
    with a probability of SUPPORT or more, the likeliest first. Return [] if no category fits the
    article. `prepared`: the categories."""
    if not _has_letters(title, text):
        return []
    counts = prepared.count_words(text[:SAMPLE])
    values = score_categories(prepared, title, text, counts)
    if measure_fit(prepared, title, text, counts, values) < FITS:
        return []
    chances = convert_to_probabilities(values)
    names = []
    for number in (-chances).argsort(kind="stable"):
        name = prepared.names[number]
        if chances[number] >= SUPPORT and name != RIVAL:
            names.append(name)
    return names


def score_categories(prepared: Categories, title: str, text: str, counts: Counter[str]) -> Floats:
    """Return the score of an article for each of the categories, and for each topic that belongs to
    no category (RIVAL). The score is the sum of three parts: how near the vectors of article and
    category are, how many of the category's words the article has, and a gain if the article names
    the subject of the category. `counts`: how often the beginning of the text has each word."""
    mixture = NATIVE_MIXTURE if prepared.native else ENGLISH_MIXTURE
    article_vector = load_embedder().embed_article(title, text, TITLE)
    nearness = mixture.near * (prepared.labels @ article_vector)

    title_counts = prepared.count_words(title)
    all_counts = counts.copy()
    all_counts.update({word: TITLE * count for word, count in title_counts.items()})
    logs = {word: math.log1p(count) for word, count in all_counts.items()}
    evidence = []
    gains = []
    has_few_words = []
    for weights, subject in zip(prepared.words, prepared.subjects, strict=True):
        shared_words = logs.keys() & weights.keys()
        evidence.append(sum(logs[word] * weights[word] for word in shared_words))
        gains.append(_measure_subject_gain(title_counts, counts, subject))
        has_few_words.append(len(counts.keys() & weights.keys()) < RIVAL_WORDS)
    lexical = np.array(evidence, dtype=np.float32)
    word_shares = mixture.lexical * lexical / (float(lexical.sum()) + mixture.doubt)
    subject_gains = np.array(gains, dtype=np.float32)

    # a topic outside all categories must win clearly, and with several words
    is_rival = np.array([name == RIVAL for name in prepared.names])
    rival_losses = is_rival * (RIVAL_LEAD + np.array(has_few_words))  # True counts as 1
    return (nearness + word_shares + subject_gains - rival_losses).astype(np.float32)


def convert_to_probabilities(values: Floats) -> Floats:
    """Return scores as probabilities that sum to one."""
    exponentials = np.exp(SHARP * (values - values.max()))
    result: Floats = exponentials / exponentials.sum()
    return result


def _measure_subject_gain(
    title_counts: dict[str, int], text_counts: dict[str, int], subject: frozenset[str]
) -> float:
    """Return the number that is added to the score of a category if the article names its subject.
    A word of the subject in the title adds SUBJECT. Repeated words of the subject in the text add
    more, depending on how often the text has them. `title_counts`, `text_counts`: how often title
    and text have each word. `subject`: the words of the subject."""
    is_in_title = not subject.isdisjoint(title_counts)
    title_gain = SUBJECT if is_in_title else 0.0
    times_in_text = sum(text_counts[word] for word in text_counts.keys() & subject)
    repetitions = max(0, times_in_text - 1)
    text_gain = SUBJECT_IN_TEXT * math.log1p(repetitions)
    return title_gain + text_gain
