"""Find articles by a search: the database proposes candidates, `searching` decides and ranks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from syndicator.core.model import Article
from syndicator.searching.candidates import require, require_any, require_tokens
from syndicator.searching.documents import TITLE, TermTexts
from syndicator.searching.language import Expr, Term, join_all
from syndicator.searching.matching import matches_texts
from syndicator.searching.ranking import (
    Candidate,
    Frequencies,
    Search,
    choose_words,
    misspell,
    needs_article,
    plan_search,
    rank,
    require_most,
)
from syndicator.store.engine import Store

MOST: Final = 200  # articles that a search by words finds
_IN_TITLE: Final = 60  # of these, with all words in the title, however old
_ENOUGH: Final = 20  # with all words: then those with most of them are not looked for
_PART: Final = 50  # candidates at a time
_SPELLED: Final = 30  # articles whose words are looked at for another spelling
_LOOKED_THROUGH: Final = 5000  # candidates of a search without words
_NARROWED: Final = 1000  # candidates for a part of a search whose candidates are narrowed

# Returns those of the candidates that somebody may find, by what they may read of them.
Narrow = Callable[[Sequence[Candidate]], Sequence[Candidate]]


def find(store: Store, expr: Expr, most: int = MOST, narrow: Narrow | None = None) -> list[str]:
    """Return the ids of the articles that a search finds, the best first; for a search without
    words, the newest first. `narrow`: None to find all. A narrowed search corrects no spelling, as
    whether it does tells what the other articles say."""
    search = plan_search(expr)
    if not search.words:
        return _find_exact(store, expr, most, narrow)
    frequencies = store.texts.frequencies(search.words)
    words = choose_words(search, frequencies)
    spellings = {} if narrow else _find_spellings(store, words, frequencies)
    candidates = _Candidates(store, search, narrow)
    if not spellings:
        candidates.add(require_tokens(TITLE + word for word in words), _IN_TITLE)
    candidates.add(_require_words(words, spellings), MOST - _IN_TITLE)
    ranked = rank(words, candidates.found.values(), frequencies, spellings)
    if sum(one.words == len(words) for one in ranked) < _ENOUGH:
        some = [_require_words(part, spellings) for part in require_most(words, frequencies)]
        for requirement in some:
            candidates.add(requirement, _PART)
        ranked = rank(words, candidates.found.values(), frequencies, spellings)
    return [one.id for one in ranked[:most]]


class _Candidates:
    """The candidates of a search that match what it asks for besides its words."""

    def __init__(self, store: Store, search: Search, narrow: Narrow | None) -> None:
        self._store = store
        self._narrow = narrow
        self._exact = search.exact
        self._required = require(search.exact) if search.exact else None
        self.found: dict[str, Candidate] = {}

    def add(self, requirement: Expr | None, most: int) -> None:
        """Add the last `most` articles that fulfil `requirement`."""
        parts = [part for part in (requirement, self._required) if part is not None]
        whole = join_all(parts)
        proposed = self._store.texts.propose(whole, most)
        added = self._add_new(proposed.candidates)
        if self._narrow is None:
            return
        looked = len(proposed.candidates)
        while added < most and proposed.n and looked < _NARROWED:
            proposed = self._store.texts.propose(whole, most, proposed.n)
            added += self._add_new(proposed.candidates)
            looked += len(proposed.candidates)

    def _add_new(self, proposed: Sequence[Candidate]) -> int:
        """Add those of `proposed` that match and are new; return how many."""
        new = [candidate for candidate in proposed if candidate.id not in self.found]
        if self._narrow is not None:
            new = list(self._narrow(new))
        if self._exact is not None:
            new = select(self._store, self._exact, new)
        self.found |= {candidate.id: candidate for candidate in new}
        return len(new)


def select(store: Store, expr: Expr, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates that match `expr` by their terms, in their order."""
    articles: Mapping[str, Article] = {}
    if needs_article(expr):
        articles = store.index.articles([candidate.id for candidate in candidates])
    unnamed = Article(id="", url="", title="")
    return [
        candidate
        for candidate in candidates
        if matches_texts(expr, articles.get(candidate.id, unnamed), TermTexts(candidate.document))
    ]


def _find_exact(store: Store, expr: Expr, most: int, narrow: Narrow | None) -> list[str]:
    requirement = require(expr)
    found: list[Candidate] = []
    looked = 0
    proposed = store.texts.propose(requirement, _PART)
    while True:
        candidates = narrow(proposed.candidates) if narrow else proposed.candidates
        found += select(store, expr, candidates)
        looked += len(proposed.candidates)
        if len(found) >= most or not proposed.n or looked >= _LOOKED_THROUGH:
            break
        proposed = store.texts.propose(requirement, _PART, proposed.n)
    found.sort(key=lambda candidate: (-candidate.added, candidate.id))
    return [candidate.id for candidate in found[:most]]


def _require_words(words: Sequence[str], spellings: Mapping[str, Sequence[str]]) -> Expr | None:
    parts = [
        require_any(Term("", form) for form in spellings.get(word) or (word,)) for word in words
    ]
    return join_all([part for part in parts if part is not None])


def _find_spellings(
    store: Store, words: Sequence[str], frequencies: Frequencies
) -> dict[str, Sequence[str]]:
    """Return, for words that no article has, those that articles have and that differ by a
    letter."""
    spellings: dict[str, Sequence[str]] = {}
    for word in words:
        if frequencies.terms.get(word):
            continue
        forms = misspell(word)
        if not forms:
            continue
        near = store.texts.propose(require_any(Term("", form) for form in forms), _SPELLED)
        present = set(forms).intersection(
            term
            for candidate in near.candidates
            for field in candidate.document.fields
            for term in field.split()
        )
        if present:
            spellings[word] = sorted(present)
    return spellings
