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
    largest first; none if there are too few articles. `history`: (title, text) of each article,
    oldest first; only the newest MOST_ARTICLES are grouped."""
    articles = history[-MOST_ARTICLES:]
    least = max(LEAST_ARTICLES, int(LEAST_SHARE * len(articles)))
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
    """Return a square matrix with the similarity of each article to each other one, higher is more
    alike. It is the mean of two z-scores: of the words that both share, and of the nearness of
    their vectors."""
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
    """Return the values of a square matrix as z-scores. Mean and deviation are those of the pairs
    of different articles; the diagonal, each article with itself, is left out."""
    off_diagonal = ~np.eye(len(matrix), dtype=bool)
    pairs = matrix[off_diagonal]
    result: Doubles = (matrix - pairs.mean()) / (pairs.std() + 1e-9)
    return result


def _merge_similar(similarities: Doubles, least: int) -> list[list[int]]:
    """Merge the two most similar groups again and again, beginning with one group for each article.
    Return the groups, each as sorted row numbers.

    The merging stops if no two groups are more similar than average. It also stops if the two most
    similar groups are both large (`least` articles or more) and at most MOST_GROUPS groups are
    large."""
    links = similarities.copy()
    np.fill_diagonal(links, -np.inf)
    members: dict[int, list[int]] = {number: [number] for number in range(len(similarities))}
    while len(members) > 1:
        first, second = divmod(int(links.argmax()), len(links))
        if links[first, second] <= 0:
            break
        first_size = len(members[first])
        second_size = len(members[second])
        large_groups = sum(len(group) >= least for group in members.values())
        are_both_large = first_size >= least and second_size >= least
        if are_both_large and large_groups <= MOST_GROUPS:
            break
        # the merged group takes the place of the first; the row of the second is closed
        total = first_size * links[first] + second_size * links[second]
        links[first] = total / (first_size + second_size)
        links[:, first] = links[first]
        links[first, first] = -np.inf
        links[second] = -np.inf
        links[:, second] = -np.inf
        members[first] += members.pop(second)
    return [sorted(group) for group in members.values()]


def _find_repeated_words(title: str, text: str) -> dict[str, str]:
    """Return the words that may name a group: those that the article writes at least
    LEAST_REPETITIONS times, without function words and short ones. The result has for each word in
    lower case one of its spellings."""
    stop_words = list_function_words(text)
    words = _list_words(title, text)
    times = Counter(map(str.casefold, words))
    repeated = {}
    for word in words:
        folded = word.casefold()
        if times[folded] < LEAST_REPETITIONS or folded in stop_words or not word.isalpha():
            continue
        if len(word) >= SHORTEST_WORD or not word.isascii():
            repeated[folded] = word
    return repeated


def _list_words(title: str, text: str) -> list[str]:
    """Return the words of the title and of the start of the text."""
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
    """Return the description of a group: its most distinctive words, the first of which is its
    name, and the titles of its most central articles.

    `group`: row numbers of its articles. `repeated_words`: for each article, by word in lower case
    one of its spellings. `articles_by_word`: by word in lower case, the number of all articles that
    have it. `similarities`: of all articles to each other."""
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

    `inside`: by word, the number of articles of the group that repeat it. `size`: number of
    articles of the group. `articles_by_word`: by word, the number of all articles that have it.
    `total`: number of all articles."""

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
    """Name each group by the first word of its description that is not yet the name of another
    group. Groups without such a word are left out. Earlier groups choose first."""
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
