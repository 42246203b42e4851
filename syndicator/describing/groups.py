"""Group articles that share rare words or have near vectors into possible categories. Pure.

Average linkage: two groups are as similar as their articles are on average."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from syndicator.describing.resources import Doubles, np
from syndicator.describing.summary.excerpt import list_stems
from syndicator.describing.taxonomy.suggest import list_function_words, split_tokens
from syndicator.describing.text import word_index
from syndicator.describing.text.embeddings import load_embedder

MOST_ARTICLES: Final = 600  # newest articles that are grouped: the work grows with the cube
MOST_GROUPS: Final = 12  # groups
LEAST_SHARE: Final = 0.04  # of the articles, in a group
LEAST_ARTICLES: Final = 3  # articles of a group
COMPARED: Final = 2000  # characters of a text to compare
SEARCHED: Final = 6000  # characters searched for the group's name
LEAST_REPETITIONS: Final = 2  # times that a text repeats a word
MOST_WORDS: Final = 6  # of a description
MOST_EXAMPLES: Final = 3  # titles of a group
LEAST_SUPPORT: Final = 2  # articles of a group that must repeat such a word
MOST_ELSEWHERE: Final = 0.12  # share of the other articles that may have such a word
SHORTEST_WORD: Final = 4  # letters of a word that names a group


class Group(NamedTuple):
    """A possible category. `support`: number of its articles; `description`: the words that
    distinguish them, separated by commas; `examples`: titles of the articles that are most like the
    others."""

    name: str
    support: int
    description: str
    examples: tuple[str, ...]


def group_articles(history: Sequence[tuple[str, str]]) -> list[Group]:
    """Group similar articles into possible categories. Return at most MOST_GROUPS groups, the
    largest first; [] if there are too few articles. `history`: the title and the text of each
    article, the oldest first; only the newest MOST_ARTICLES are grouped."""
    articles = history[-MOST_ARTICLES:]
    least = max(LEAST_ARTICLES, int(LEAST_SHARE * len(articles)))  # the size of a large group
    if len(articles) < 2 * least:
        return []
    similarities = _measure_similarities(articles)
    repeated_words = []
    articles_by_word = Counter[str]()
    for title, text in articles:
        repeated_words.append(_find_repeated_words(title, text))
        words = {word.casefold() for word in _list_words(title, text)}
        articles_by_word.update(words)
    large_groups = [group for group in _merge_similar(similarities, least) if len(group) >= least]
    large_groups.sort(key=lambda group: (-len(group), group))
    unnamed = []
    for group in large_groups[:MOST_GROUPS]:
        described = _describe_group(group, articles, repeated_words, articles_by_word, similarities)
        unnamed.append(described)
    return _name_groups(unnamed)


def _measure_similarities(articles: Sequence[tuple[str, str]]) -> Doubles:
    """Return a square matrix with the similarity of each two articles, given as (title, text). A
    higher value means that they are more alike. It is the mean of two z-scores: how many words both
    share, and how near their vectors are (numbers that stand for the meaning of a text)."""
    bags = [Counter(list_stems(f"{title} {text[:COMPARED]}")) for title, text in articles]
    index = word_index.build_index(bags)
    by_words: Doubles = np.stack([index.measure_nearness(bag) for bag in bags]).astype(np.float64)
    vectors: Doubles = np.stack(
        [load_embedder().embed_article(title, text) for title, text in articles]
    ).astype(np.float64)
    by_vectors: Doubles = vectors @ vectors.T
    result: Doubles = (_convert_to_z_scores(by_words) + _convert_to_z_scores(by_vectors)) / 2
    return result


def _convert_to_z_scores(matrix: Doubles) -> Doubles:
    """Return the values of a square matrix as z-scores, by the mean and the standard deviation of
    all values outside the diagonal. The diagonal compares each article with itself."""
    off_diagonal = ~np.eye(len(matrix), dtype=bool)
    pairs = matrix[off_diagonal]
    result: Doubles = (matrix - pairs.mean()) / (pairs.std() + 1e-9)
    return result


def _merge_similar(similarities: Doubles, least: int) -> list[list[int]]:
    """Begin with one group for each article, and merge the two most similar groups again and again.
    Return the groups, each as the sorted row numbers of its articles.

    Stop if no two groups are more similar than average. Stop also if the two most similar groups
    are both large, and at most MOST_GROUPS groups are large. `similarities`: of each two articles,
    as z-scores. `least`: the number of articles in a large group."""
    links = similarities.copy()
    np.fill_diagonal(links, -np.inf)  # no group is merged with itself
    members: dict[int, list[int]] = {number: [number] for number in range(len(similarities))}
    while len(members) > 1:
        # the row and the column of the largest value
        first, second = divmod(int(links.argmax()), len(links))
        if links[first, second] <= 0:  # 0 is the average
            break
        first_size = len(members[first])
        second_size = len(members[second])
        large_groups = sum(len(group) >= least for group in members.values())
        are_both_large = first_size >= least and second_size >= least
        if are_both_large and large_groups <= MOST_GROUPS:
            break
        # the merged group gets the row of the first one, with the mean similarities of both
        total = first_size * links[first] + second_size * links[second]
        links[first] = total / (first_size + second_size)
        links[:, first] = links[first]
        links[first, first] = -np.inf
        # the row of the second one is not used any more
        links[second] = -np.inf
        links[:, second] = -np.inf
        members[first] += members.pop(second)
    return [sorted(group) for group in members.values()]


def _find_repeated_words(title: str, text: str) -> dict[str, str]:
    """Return the words of an article that may name a group: those that it has at least
    LEAST_REPETITIONS times, without short words and function words such as "the". The keys of the
    result are the words in lower case, its values are the words as the article spells them."""
    stop_words = list_function_words(text)
    words = _list_words(title, text)
    times = Counter(map(str.casefold, words))
    repeated = {}
    for word in words:
        folded = word.casefold()
        if times[folded] < LEAST_REPETITIONS:
            continue
        if folded in stop_words or not word.isalpha():
            continue
        # in scripts such as Chinese, words are short
        if len(word) >= SHORTEST_WORD or not word.isascii():
            repeated[folded] = word
    return repeated


def _list_words(title: str, text: str) -> list[str]:
    """Return the words of an article's title and of the beginning of its text."""
    words: list[str] = []
    for line in (title, *text[:SEARCHED].split("\n")):
        words.extend(token.word for token in split_tokens(line))
    return words


def _describe_group(
    group: Sequence[int],
    articles: Sequence[tuple[str, str]],
    repeated_words: Sequence[dict[str, str]],
    articles_by_word: Counter[str],
    similarities: Doubles,
) -> Group:
    """Return a group with a description: its most distinctive words and the titles of its most
    central articles. Its name is the first of these words.

    `group`: the row numbers of its articles in `articles`, which are pairs (title, text).
    `repeated_words`: for each article, the words that may name a group, as spelled, by word in
    lower case. `articles_by_word`: the number of articles that have a word, by word in lower case.
    `similarities`: of each two articles, by row numbers."""
    # how often each spelling of a word is used in the group
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for number in group:
        for folded, word in repeated_words[number].items():
            spellings[folded][word] += 1
    articles_inside = Counter({folded: forms.total() for folded, forms in spellings.items()})
    distinctive = _choose_distinctive(articles_inside, len(group), articles_by_word, len(articles))
    words = []
    for folded in distinctive:
        [(commonest, _)] = spellings[folded].most_common(1)
        words.append(commonest)
    name = words[0].capitalize() if words else ""

    def rank(number: int) -> tuple[float, int]:
        """Return a key that sorts the most central articles of the group first."""
        return -similarities[number, list(group)].sum(), number

    titles = []
    for number in sorted(group, key=rank)[:MOST_EXAMPLES]:
        title, _ = articles[number]
        titles.append(title)
    return Group(name, len(group), ", ".join(words), tuple(titles))


def _choose_distinctive(
    inside: Counter[str], size: int, articles_by_word: Counter[str], total: int
) -> list[str]:
    """Return the words that many articles of a group and few other articles have, the most
    distinctive first.

    `inside`: the number of articles of the group that repeat a word, by word. `size`: the number of
    articles in the group. `articles_by_word`: the number of all articles that have a word, by word.
    `total`: the number of all articles."""

    def share_of_others(word: str) -> float:
        """Return the share of the articles outside the group that have the word."""
        outside = max(0, articles_by_word[word] - inside[word])
        return outside / max(1, total - size)

    def rank(word: str) -> tuple[float, str]:
        """Return a key that sorts the most distinctive words first."""
        share_of_group = inside[word] / size
        return 2 * share_of_others(word) - share_of_group, word

    usable = []
    for word, times in inside.items():
        if times >= LEAST_SUPPORT and share_of_others(word) <= MOST_ELSEWHERE:
            usable.append(word)
    return sorted(usable, key=rank)[:MOST_WORDS]


def _name_groups(unnamed: Collection[Group]) -> list[Group]:
    """Return the groups with names: each gets the first word of its description that is not the
    name of a group before it. Groups that have no such word are left out."""
    used_names: set[str] = set()
    named = []
    for group in unnamed:
        for word in group.description.split(","):
            name = word.strip().capitalize()
            if name and name.casefold() not in used_names:
                used_names.add(name.casefold())
                named.append(group._replace(name=name))
                break
    return named
