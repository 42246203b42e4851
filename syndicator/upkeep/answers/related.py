"""Find the related articles of each published article, and keep them until an article changes."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from syndicator.app.archive import Archive
from syndicator.core.axes import ALL
from syndicator.core.model import Article, FeedKey, Source
from syndicator.core.text import each_term
from syndicator.describing.text.embeddings import load_embedder
from syndicator.describing.text.language import load_function_words
from syndicator.publishing.published_texts import limit_to_published
from syndicator.searching.documents import Document, get_primary_language, join_terms
from syndicator.searching.language import Term
from syndicator.searching.ranking import Frequencies
from syndicator.store import codec
from syndicator.store.engine import Store
from syndicator.stories.related import Traits, choose_keys, choose_related, list_terms

SECONDS: Final = 10.0  # of a build: the next one goes on
_ARTICLES_A_TRANSACTION: Final = 25  # articles in one transaction
_MOST_KEYS: Final = 8  # keys whose articles are compared
_ARTICLES_A_KEY: Final = 25  # newest articles with a key that are compared
# of the terms of a text: counting in whole texts takes four times as long
_TERM_CHARACTERS: Final = 3_000
_MOST_CACHED: Final = 5_000  # articles, and terms with their frequency

SourceOf = Callable[[Article], Source | None]


async def find_all_related(
    archive: Archive, source_of: SourceOf, feeds: Collection[FeedKey], seconds: float = SECONDS
) -> int:
    """Find and save related articles for those articles in `feeds` that have none yet, the newest
    first. Stop after about `seconds`. Return the number of articles for which it was done.
    `source_of`: returns the source of an article, None if it was removed."""
    # related articles are found by their terms (words), which must all be read first
    if archive.store.texts.has_due():
        return 0
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    finder = RelatedFinder(archive.store, source_of)
    count = 0
    while clock() < end:
        ids = archive.store.related.list_missing(feeds, _ARTICLES_A_TRANSACTION)
        if not ids:
            break
        related_ids = {article_id: finder.find_related(article_id) for article_id in ids}
        archive.store.related.save(related_ids)
        count += len(ids)
        await asyncio.sleep(0)  # let other tasks run
    return count


@lru_cache(32)
def _list_small_words(language: str) -> frozenset[str]:
    """Return the function words of a language, such as "the", as terms. They say nothing about an
    article, and so are not compared. `language`: its code."""
    words = load_function_words().get(language, ())
    return frozenset(each_term(" ".join(words)))


@dataclass(slots=True)
class RelatedFinder:
    """Finds related articles among those in the feed of all articles. Only what is published of an
    article is compared. `source_of`: returns the source of an article, None if it was removed."""

    store: Store
    source_of: SourceOf
    # caches: traits by article id (None: it is not published), number of articles by term
    _traits: dict[str, Traits | None] = field(default_factory=dict)
    _articles_by_term: dict[str, int] = field(default_factory=dict)
    _article_count: int = 0  # of all articles, when `_articles_by_term` was filled

    def find_related(self, article_id: str) -> list[str]:
        """Return the ids of up to five articles related to this one, the most similar first. Return
        [] if the article is not published."""
        # traits are the published parts of an article that are compared
        traits = self._read_traits([article_id]).get(article_id)
        if traits is None:
            return []
        terms = list_terms(traits.document, _list_small_words(traits.language))
        # keys are the terms that say most about the article, the best first
        keys = choose_keys(traits.document, terms, self._count_articles(terms))
        candidate_ids = self._list_candidates(traits, list(keys)[:_MOST_KEYS])
        candidates = self._read_traits(candidate_ids)
        return choose_related(traits, keys, candidates.values())

    def _list_candidates(self, article: Traits, keys: Sequence[str]) -> list[str]:
        """Return the ids of articles to compare with `article`: those of the same story, and the
        newest articles that have one of `keys`, the terms that say most about `article`."""
        ids: dict[str, None] = {}  # a set that keeps its order
        if article.story:
            members_by_story = self.store.stories.articles([article.story])
            for article_id, _ in members_by_story.get(article.story, ()):
                ids[article_id] = None
        for key in keys:
            ids |= dict.fromkeys(self.store.texts.list_newest(Term("", key), _ARTICLES_A_KEY))
        return list(ids)

    def _read_traits(self, ids: Sequence[str]) -> dict[str, Traits]:
        """Return the traits (the parts to compare) of those articles that are published, by article
        id. Traits are cached: only those that are not in the cache are loaded."""
        new = [article_id for article_id in ids if article_id not in self._traits]
        if len(self._traits) + len(new) > _MOST_CACHED:
            self._traits.clear()  # the cache is full
            new = list(ids)
        if new:
            # None stays for articles that are not published, for which nothing is loaded
            self._traits |= dict.fromkeys(new)
            self._traits |= self._load_traits(new)
        published = {}
        for article_id in ids:
            traits = self._traits[article_id]
            if traits is not None:
                published[article_id] = traits
        return published

    def _load_traits(self, ids: Sequence[str]) -> dict[str, Traits]:
        """Load the traits (the parts to compare) of articles from the database. Return them by
        article id; articles that are not published are left out."""
        published_ids = list(self.store.index.select_in_feed(ALL, ids))
        articles = self.store.index.articles(published_ids)
        documents = self.store.index.documents(published_ids)
        stories = self.store.stories.find_stories(published_ids)
        traits = {}
        for article_id, document in documents.items():
            article = articles.get(article_id)
            if article is not None:
                story = stories.get(article_id, "")
                traits[article_id] = self._make_traits(article, document, story)
        return traits

    def _make_traits(self, article: Article, document: Document, story: str) -> Traits:
        """Return the traits of an article: its parts that are compared with other articles. Parts
        that its licence or the settings of its source forbid to publish are left out. `document`:
        the terms (words) of the article; `story`: id of its story, "" for none."""
        published = limit_to_published(document, article, self.source_of(article))
        # in place of all names in the article, only its tags are compared
        tags = join_terms(each_term("\n".join(article.tags)))
        compared = replace(published, names=tags, body=published.body[:_TERM_CHARACTERS])
        may_publish_excerpt = bool(published.excerpt.strip())
        published_excerpt = article.excerpt if may_publish_excerpt else ""
        return Traits(
            id=article.id,
            added=codec.to_micros_or_never(article.added),
            language=get_primary_language(article.language or ""),
            document=compared,
            vector=load_embedder().embed_article(article.title, published_excerpt),
            story=story,
        )

    def _count_articles(self, terms: Sequence[str]) -> Frequencies:
        """Return how many articles have each of these terms, and how many articles there are. The
        numbers are cached: only those that are not in the cache are counted."""
        if len(self._articles_by_term) > _MOST_CACHED:
            self._articles_by_term.clear()  # the cache is full
        new = [term for term in terms if term not in self._articles_by_term]
        if new or not self._article_count:  # 0: nothing has been counted yet
            counted = self.store.texts.frequencies(new)
            self._articles_by_term |= counted.terms
            self._article_count = counted.total
        counts: Mapping[str, int] = {term: self._articles_by_term[term] for term in terms}
        return Frequencies(total=self._article_count, terms=counts)
