"""Find articles by a search. The database proposes candidates; `searching` decides which match and
ranks them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from syndicator.core.model import Article
from syndicator.searching.candidates import require, require_any, require_tokens
from syndicator.searching.documents import TITLE, TermTexts
from syndicator.searching.language import Expr, Term, iterate_terms, join_all
from syndicator.searching.matching import is_match_with_texts
from syndicator.searching.ranking import (
    Candidate,
    Frequencies,
    Search,
    choose_words,
    list_misspellings,
    needs_article,
    needs_texts,
    plan_search,
    rank_candidates,
    require_most,
)
from syndicator.store.engine import Store

MOST: Final = 200  # articles that a search by words finds
# A search by words ranks the newest candidates of three kinds. These numbers limit its CPU time.
_IN_TITLE: Final = 30  # have all words in the title
_WITH_ALL: Final = 50  # have all words anywhere
_WITH_MOST: Final = 40  # have most of the words; only if too few have all
_ENOUGH: Final = 20  # so many articles with all words are enough
_PAGE_SIZE: Final = 50  # candidates that are read at a time
_MISSPELLED: Final = 2  # words of a search that may have a wrong letter
_SPELLED: Final = 12  # articles whose words are compared with a misspelt one
_LOOKED_THROUGH: Final = 500  # candidates that are examined if the index cannot decide

_NAMED: Final = ("tag", "category", "source", "language")

# Returns the candidates that the person who searches may find, with the terms that this person may
# read.
Narrow = Callable[[Sequence[Candidate]], Sequence[Candidate]]


def find(store: Store, expr: Expr, limit: int = MOST, narrow: Narrow | None = None) -> list[str]:
    """Return the ids of at most `limit` articles that a search finds: the best first, or the newest
    first if the search has no words.

    `narrow`: limits what may be found; None for no limit. With a limit, misspelt words are not
    corrected, because a correction would tell what hidden articles say."""
    search = plan_search(expr)
    if not search.words:
        return find_exact(store, expr, limit, narrow, max(limit, _LOOKED_THROUGH))
    frequencies = store.texts.frequencies(search.words)
    words = choose_words(search, frequencies)
    spellings = {} if narrow else _find_spellings(store, words, frequencies)
    candidates = _Candidates(store, search, narrow)
    if not spellings:
        candidates.add(require_tokens(TITLE + word for word in words), _IN_TITLE)
    candidates.add(_require_words(words, spellings), _WITH_ALL)
    ranked = rank_candidates(words, candidates.found.values(), frequencies, spellings)
    with_all_words = sum(result.words == len(words) for result in ranked)
    if with_all_words < _ENOUGH:
        subsets = require_most(words, frequencies)
        for subset in subsets:
            most_of_subset = _WITH_MOST // len(subsets)
            candidates.add(_require_words(subset, spellings), most_of_subset)
        ranked = rank_candidates(words, candidates.found.values(), frequencies, spellings)
    return [result.id for result in ranked[:limit]]


class _Candidates:
    """The articles found by several requirements. Each of them also matches all that the search
    requires besides words, such as tags and dates."""

    def __init__(self, store: Store, search: Search, narrow: Narrow | None) -> None:
        self._store = store
        self._narrow = narrow
        self._exact = search.exact
        self._required = require(search.exact) if search.exact else None
        self.found: dict[str, Candidate] = {}

    def add(self, requirement: Expr | None, limit: int) -> None:
        """Add at most `limit` articles that fulfil `requirement` (None: any do), the newest first.
        They must also match the tags, dates and so on of the search. Articles that were found
        before are not counted."""
        requirements = [part for part in (requirement, self._required) if part is not None]
        pages = _iterate_pages(self._store, join_all(requirements), limit)
        added = 0
        for page in pages:
            new = [candidate for candidate in page if candidate.id not in self.found]
            articles = select(self._store, self._exact, new, self._narrow)
            for candidate in articles[: limit - added]:
                self.found[candidate.id] = candidate
            added += len(articles)
            if added >= limit:
                return


def _iterate_pages(
    store: Store,
    requirement: Expr | None,
    size: int,
    limit: int = _LOOKED_THROUGH,
    *,
    with_texts: bool = True,
) -> Iterator[Sequence[Candidate]]:
    """Yield articles that fulfil `requirement` (None: all do), `size` at a time, in the reverse
    order of their indexing. End after about `limit` articles. `with_texts`: True to read their
    terms, too."""
    proposed = store.texts.find_candidates(requirement, size, with_texts=with_texts)
    count = 0
    while True:
        yield proposed.candidates
        count += len(proposed.candidates)
        if not proposed.n or count >= limit:
            return
        proposed = store.texts.find_candidates(requirement, size, proposed.n, with_texts=with_texts)


def select(
    store: Store, expr: Expr | None, candidates: Sequence[Candidate], narrow: Narrow | None
) -> list[Candidate]:
    """Return those candidates that match `expr` (None: all do), in their order. `narrow`: leaves
    out candidates and parts of texts that may not be found; None leaves out nothing."""
    allowed = list(candidates)
    if narrow is not None and allowed:
        allowed = list(narrow(candidates))
    if expr is None:
        return allowed
    articles: Mapping[str, Article] = {}
    if needs_article(expr):
        articles = store.index.articles([candidate.id for candidate in allowed])
    unnamed = Article(id="", url="", title="")
    matching: list[Candidate] = []
    for candidate in allowed:
        article = articles.get(candidate.id, unnamed)
        if is_match_with_texts(expr, article, TermTexts(candidate.document)):
            matching.append(candidate)
    return matching


def find_exact(
    store: Store,
    expr: Expr,
    limit: int,
    narrow: Narrow | None = None,
    looked_through: int = _LOOKED_THROUGH,
) -> list[str]:
    """Return the ids of at most `limit` articles that match `expr`, the newest first. `narrow`:
    limits what may be found; None for no limit. `looked_through`: about how many of the articles
    that the index proposes are examined at most."""
    found: list[Candidate] = []
    with_texts = narrow is not None or needs_texts(expr)
    for page in _iterate_pages(
        store, require(expr), _PAGE_SIZE, looked_through, with_texts=with_texts
    ):
        found += select(store, expr, page, narrow)
        if len(found) >= limit:
            break
    found.sort(key=lambda candidate: (candidate.added, candidate.id), reverse=True)
    return [candidate.id for candidate in found[:limit]]


def find_unknown(store: Store, expr: Expr) -> Term | None:
    """Return the first tag, category, source or language in a query that no article has. None if
    there is none, and while articles wait to be indexed, because these may have it."""
    if store.texts.has_due():
        return None
    for term in iterate_terms(expr):
        if term.field not in _NAMED:
            continue
        if not store.texts.find_candidates(require(term), 1, with_texts=False).candidates:
            return term
    return None


def _require_words(words: Sequence[str], spellings: Mapping[str, Sequence[str]]) -> Expr | None:
    """Return the requirement that an article has each of `words`, or one of its other spellings.
    None if there are no words. `spellings`: by word, its other spellings."""
    parts: list[Expr] = []
    for word in words:
        forms = spellings.get(word) or (word,)
        part = require_any(Term("", form) for form in forms)
        if part is not None:
            parts.append(part)
    return join_all(parts)


def _find_spellings(
    store: Store, words: Sequence[str], frequencies: Frequencies
) -> dict[str, Sequence[str]]:
    """Return other spellings by word, only for words that no article has. They differ from the word
    by one letter, and articles have them. At most _MISSPELLED words of a search are corrected."""
    spellings: dict[str, Sequence[str]] = {}
    for word in words:
        if frequencies.terms.get(word) or len(spellings) == _MISSPELLED:
            continue
        forms = list_misspellings(word)
        if not forms:
            continue
        known_forms = frozenset(forms)
        present: set[str] = set()
        similar = store.texts.find_candidates(
            require_any(Term("", form) for form in forms), _SPELLED
        )
        for candidate in similar.candidates:
            for field in candidate.document.fields:
                present.update(known_forms.intersection(field.split()))
        if present:
            spellings[word] = sorted(present)
    return spellings
