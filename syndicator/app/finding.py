"""Find articles by a search: the database proposes candidates, `searching` matches and ranks them.

A `Candidate` is an article with its terms: the words of its parts, as the index has them."""

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

    `expr`: the search. `narrow`: returns those of some candidates that the person who searches may
    find; None if all may be found."""
    search = plan_search(expr)
    if not search.words:
        return find_exact(store, expr, limit, narrow, max(limit, _LOOKED_THROUGH))
    frequencies = store.texts.frequencies(search.words)
    words = choose_words(search, frequencies)
    # other spellings of misspelt words; to a person who may not find all articles, these would tell
    # what hidden articles say
    spellings = {} if narrow else _find_spellings(store, words, frequencies)

    candidates = _Candidates(store, search, narrow)
    if not spellings:
        candidates.add(require_tokens(TITLE + word for word in words), _IN_TITLE)
    candidates.add(_require_words(words, spellings), _WITH_ALL)
    ranked = rank_candidates(words, candidates.found.values(), frequencies, spellings)

    # if too few have all words, also find articles with most of them
    count_with_all_words = sum(result.words == len(words) for result in ranked)
    if count_with_all_words < _ENOUGH:
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
        # the tags, dates and so on of the search, which an article must match; None for none
        self._exact = search.exact
        # the part of them that the index can decide
        self._required = require(search.exact) if search.exact else None
        self.found: dict[str, Candidate] = {}  # by id of the article

    def add(self, requirement: Expr | None, limit: int) -> None:
        """Add at most `limit` articles to `found`, the newest first: those that fulfil
        `requirement` (None for any) and match the tags, dates and so on of the search. Articles
        that were found before are not counted."""
        requirements = [part for part in (requirement, self._required) if part is not None]
        pages = _iterate_pages(self._store, join_all(requirements), limit)
        added = 0  # may be more than were added, if the last page has more than needed
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
    """Yield pages of `size` articles that fulfil `requirement` (None for all articles): first those
    that were indexed last. End after about `limit` articles. `with_texts`: True to read their
    terms, too."""
    proposed = store.texts.find_candidates(requirement, size, with_texts=with_texts)
    count = 0
    while True:
        yield proposed.candidates
        count += len(proposed.candidates)
        has_more = bool(proposed.n)  # the place in the index where the next page begins
        if not has_more or count >= limit:
            return
        proposed = store.texts.find_candidates(requirement, size, proposed.n, with_texts=with_texts)


def select(
    store: Store, expr: Expr | None, candidates: Sequence[Candidate], narrow: Narrow | None
) -> list[Candidate]:
    """Return those candidates that match `expr` (None for all), in their order. `narrow`: returns
    those candidates, with those of their terms, that may be found; None if all may be found."""
    allowed = list(candidates)
    if narrow is not None and allowed:
        allowed = list(narrow(candidates))
    if expr is None:
        return allowed
    articles: Mapping[str, Article] = {}
    if needs_article(expr):
        articles = store.index.articles([candidate.id for candidate in allowed])
    empty_article = Article(id="", url="", title="")  # if `expr` only asks for terms
    matching: list[Candidate] = []
    for candidate in allowed:
        article = articles.get(candidate.id, empty_article)
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
    """Return the ids of at most `limit` articles that match `expr`, the newest first.

    `narrow`: returns those of some candidates that the person who searches may find; None if all
    may be found. `looked_through`: about the number of articles to examine at most."""
    found: list[Candidate] = []
    with_texts = narrow is not None or needs_texts(expr)
    # the index decides a part of `expr`, `select` the rest
    pages = _iterate_pages(store, require(expr), _PAGE_SIZE, looked_through, with_texts=with_texts)
    for page in pages:
        found += select(store, expr, page, narrow)
        if len(found) >= limit:
            break
    found.sort(key=lambda candidate: (candidate.added, candidate.id), reverse=True)
    return [candidate.id for candidate in found[:limit]]


def find_unknown(store: Store, expr: Expr) -> Term | None:
    """Return the first tag, category, source or language in the query `expr` that no article has.
    Return None if articles have all of them, or if articles still wait to be indexed."""
    if store.texts.has_due():  # one of the waiting articles may have it
        return None
    for term in iterate_terms(expr):
        if term.field not in _NAMED:
            continue
        found = store.texts.find_candidates(require(term), 1, with_texts=False)
        if not found.candidates:
            return term
    return None


def _require_words(words: Sequence[str], spellings: Mapping[str, Sequence[str]]) -> Expr | None:
    """Return the requirement that an article has all `words`. None if there are no words.
    `spellings`: other spellings by word; an article must then have one of these in its place."""
    requirements: list[Expr] = []
    for word in words:
        forms = spellings.get(word) or (word,)
        requirement = require_any(Term("", form) for form in forms)
        if requirement is not None:
            requirements.append(requirement)
    return join_all(requirements)


def _find_spellings(
    store: Store, words: Sequence[str], frequencies: Frequencies
) -> dict[str, Sequence[str]]:
    """Return other spellings of misspelt words, by word. A word is misspelt if no article has it;
    its other spellings differ by one letter, and articles have them. At most _MISSPELLED words get
    other spellings. `frequencies`: says how many articles have each word."""
    spellings: dict[str, Sequence[str]] = {}
    for word in words:
        is_used = bool(frequencies.terms.get(word))
        if is_used or len(spellings) == _MISSPELLED:
            continue
        forms = list_misspellings(word)
        if not forms:
            continue

        # find which of these forms articles have
        form_set = frozenset(forms)
        present: set[str] = set()
        similar = store.texts.find_candidates(
            require_any(Term("", form) for form in forms), _SPELLED
        )
        for candidate in similar.candidates:
            for field in candidate.document.fields:  # each has words, separated by spaces
                present.update(form_set.intersection(field.split()))
        if present:
            spellings[word] = sorted(present)
    return spellings
