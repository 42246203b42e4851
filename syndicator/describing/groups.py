"""Group articles by shared rare words and near vectors into possible categories. Pure.

By average linkage."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from syndicator.describing.resources import Doubles, np
from syndicator.describing.summary.excerpt import stems
from syndicator.describing.taxonomy.suggest import small_words, tokens
from syndicator.describing.text import word_index
from syndicator.describing.text.embeddings import embedder

MOST_ARTICLES: Final = 600  # newest articles that are grouped: the work grows with the cube
MOST: Final = 12  # groups
LEAST_SHARE: Final = 0.04  # of the articles, in a group
LEAST: Final = 3  # articles of a group
HEAD: Final = 2000  # characters of a text to compare
READ: Final = 6000  # characters searched for the group's name
AGAIN: Final = 2  # times that a text repeats a word
WORDS: Final = 6  # of a description
EXAMPLES: Final = 3  # titles of a group
SAID: Final = 2  # articles of a group that must repeat such a word
COMMON: Final = 0.12  # share of the other articles that may have such a word
SHORTEST: Final = 4  # letters of a word that names a group


class Group(NamedTuple):
    """A possible category: number of articles, its distinctive words, and titles."""

    name: str
    support: int
    description: str
    examples: tuple[str, ...]


def groups(history: Sequence[tuple[str, str]]) -> list[Group]:
    """Group articles (title, text), the largest group first; [] if there are too few."""
    articles = history[-MOST_ARTICLES:]
    least = max(LEAST, int(LEAST_SHARE * len(articles)))
    if len(articles) < 2 * least:
        return []
    alike = _alike(articles)
    having = [_words(title, text) for title, text in articles]
    everywhere = Counter(
        word for title, text in articles for word in set(map(str.casefold, _spelled(title, text)))
    )
    members = [group for group in _joined(alike, least) if len(group) >= least]
    members.sort(key=lambda group: (-len(group), group))
    return _named([_group(group, articles, having, everywhere, alike) for group in members[:MOST]])


def _alike(articles: Sequence[tuple[str, str]]) -> Doubles:
    bags = [Counter(stems(f"{title} {text[:HEAD]}")) for title, text in articles]
    index = word_index.build(bags)
    shared = np.stack([index.near(bag) for bag in bags]).astype(np.float64)
    vectors = np.stack([embedder().article(title, text) for title, text in articles]).astype(
        np.float64
    )
    near = vectors @ vectors.T
    off = ~np.eye(len(articles), dtype=bool)
    scaled = [
        (matrix - matrix[off].mean()) / (matrix[off].std() + 1e-9) for matrix in (shared, near)
    ]
    result: Doubles = (scaled[0] + scaled[1]) / 2
    return result


def _joined(alike: Doubles, least: int) -> list[list[int]]:
    """Join groups by average linkage while they are alike, smaller than `least`, or too many."""
    links = alike.copy()
    np.fill_diagonal(links, -np.inf)
    members: dict[int, list[int]] = {at: [at] for at in range(len(alike))}
    while len(members) > 1:
        first, second = divmod(int(links.argmax()), len(links))
        large = sum(len(group) >= least for group in members.values())
        both_large = len(members[first]) >= least and len(members[second]) >= least
        if links[first, second] <= 0 or (both_large and large <= MOST):
            break
        a = len(members[first])
        b = len(members[second])
        links[first] = (a * links[first] + b * links[second]) / (a + b)
        links[:, first] = links[first]
        links[first, first] = links[second] = links[:, second] = -np.inf
        members[first] += members.pop(second)
    return [sorted(group) for group in members.values()]


def _words(title: str, text: str) -> dict[str, str]:
    small = small_words(text)
    spelled = _spelled(title, text)
    times = Counter(map(str.casefold, spelled))
    return {
        word.casefold(): word
        for word in spelled
        if times[word.casefold()] >= AGAIN
        and word.casefold() not in small
        and word.isalpha()
        and (len(word) >= SHORTEST or not word.isascii())
    }


def _spelled(title: str, text: str) -> list[str]:
    return [token.word for line in (title, *text[:READ].split("\n")) for token in tokens(line)]


def _group(
    group: Sequence[int],
    articles: Sequence[tuple[str, str]],
    having: Sequence[dict[str, str]],
    everywhere: Counter[str],
    alike: Doubles,
) -> Group:
    inside = Counter(word for at in group for word in having[at])
    telling = _telling(inside, len(group), everywhere, len(articles))
    spelled = [
        Counter(having[at][word] for at in group if word in having[at]).most_common(1)[0][0]
        for word in telling
    ]
    central = sorted(group, key=lambda at: (-alike[at, list(group)].sum(), at))
    titles = tuple(articles[at][0] for at in central[:EXAMPLES])
    return Group(spelled[0].capitalize() if spelled else "", len(group), ", ".join(spelled), titles)


def _telling(inside: Counter[str], size: int, everywhere: Counter[str], total: int) -> list[str]:
    def others(word: str) -> float:
        return max(0, everywhere[word] - inside[word]) / max(1, total - size)

    usable = [word for word, times in inside.items() if times >= SAID and others(word) <= COMMON]
    return sorted(usable, key=lambda word: (2 * others(word) - inside[word] / size, word))[:WORDS]


def _named(unnamed: Collection[Group]) -> list[Group]:
    taken: set[str] = set()
    named = []
    for group in unnamed:
        parts = [word.strip().capitalize() for word in group.description.split(",") if word.strip()]
        name = next((part for part in parts if part.casefold() not in taken), "")
        if name:
            taken.add(name.casefold())
            named.append(group._replace(name=name))
    return named
