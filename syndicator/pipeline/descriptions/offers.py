"""What the taxonomy offers an operator who looks at an article: its tags and others that may be right, with how likely
they are. Pure but for loading the taxonomy; runs in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.core.model import Article
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.pipeline.read_article import load_taxonomy

MOST: Final = 9  # offered tags: one key each
LIKELY: Final = 0.05  # probability from which on a tag is offered that the article does not have


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """`tags`: those that the article has, then others, each with its probability; `category`: the likeliest, "" for
    none, with its own."""

    tags: tuple[tuple[str, float], ...]
    category: str
    chance: float


def offers_many(files: TaxonomyFiles, articles: Sequence[Article]) -> list[Offers]:
    """What is offered for each of the articles, as loaded from their files. Raises ConfigError."""
    taxonomy = load_taxonomy(files)
    return [offers(article, taxonomy) for article in articles]


def offers(article: Article, taxonomy: Taxonomy) -> Offers:
    """What is offered for one article. Pure."""
    scored = {tag: chance for tag, (chance, _) in taxonomy.scored(article.title, article.text).items()}
    others = [tag for tag in sorted(scored, key=lambda tag: -scored[tag]) if scored[tag] >= LIKELY]
    named = dict.fromkeys((*article.tags, *others))
    guess = taxonomy.category(article.title, article.text, article.section, article.keywords)
    listed = [(tag, scored.get(tag, 0.0)) for tag in named][: max(MOST, len(article.tags))]
    return Offers(tags=tuple(listed), category=guess.name or "", chance=guess.score)


def doubt(article: Article, offered: Offers) -> float:
    """How many errors its tags and its category are likely to have: what is looked at first. Pure."""
    wrong = sum(1 - chance if tag in article.tags else chance for tag, chance in offered.tags)
    return wrong + (1 - offered.chance if offered.category == article.category else 1.0)
