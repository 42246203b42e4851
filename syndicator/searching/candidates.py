"""Find the tokens that the text index must have for an article that matches a query. Pure.

The text index of the database knows which articles have a token. A requirement is a tree of `Term`,
`And` and `Or` whose values are tokens (see `searching.documents`). Every article that matches the
query fulfils it; some that fulfil it do not match, so that each is checked by `searching.matching`
afterwards."""

from collections.abc import Iterable

from syndicator.core.text import each_term, slug
from syndicator.searching.documents import (
    FIRST_YEAR,
    LAST_YEAR,
    TITLE,
    get_primary_language,
    make_facet,
    make_year,
)
from syndicator.searching.language import AFTER, And, Expr, Not, Or, Term, join_all, parse_date


def require(expr: Expr) -> Expr | None:
    """Return the tokens that the text index has for every article that matches the query `expr`. A
    token is a word as the index has it; the result is a tree of tokens, joined by And and Or.
    Return None if no token is required, as for `not tag:ai`."""
    if isinstance(expr, Not):
        return None
    if isinstance(expr, And):
        parts = [require(part) for part in expr.parts]
        return join_all([part for part in parts if part is not None])
    if isinstance(expr, Or):
        return require_any([require(part) for part in expr.parts])
    return _require_term(expr)


def require_any(parts: Iterable[Expr | None]) -> Expr | None:
    """Join requirements by Or: return the requirement that an article fulfils if it fulfils one of
    `parts`. None stands for no requirement, which all articles fulfil: so return None if one of
    `parts` is None."""
    requirements: list[Expr] = []
    for part in parts:
        if part is None:
            return None
        requirements.append(part)
    if len(requirements) == 1:
        return requirements[0]
    return Or(tuple(requirements))


def require_tokens(tokens: Iterable[str]) -> Expr | None:
    """Return the requirement to have all of these tokens, None if there are no tokens."""
    return join_all([Term("", token) for token in dict.fromkeys(tokens)])


def _require_term(term: Term) -> Expr | None:
    """Return the tokens that an article must have in the text index to match one term of a query.
    Return None if the index has no tokens for such a term, as for url:."""
    match term.field:
        case "tag" | "category" | "source" | "language":
            return _require_name(term.field, term.value)
        case "title":
            return require_tokens(TITLE + word for word in each_term(term.value))
        case "" | "author":
            return require_tokens(_list_whole_words(term.value))
        case "words":
            return require_tokens(each_term(term.value))
        case "after" | "before":
            return _require_years(term)
    return None


def _require_years(term: Term) -> Expr:
    """Return the tokens of years of which an article must have one to match a term such as
    after:2026-11 or before:2026-11: those of 2026 and all later years, or of 2026 and all earlier
    years. The index has no months and days."""
    day = parse_date(term.value)
    assert day is not None  # the parser refuses others
    first_year = FIRST_YEAR
    last_year = LAST_YEAR
    if term.field == AFTER:
        first_year = min(day.year, LAST_YEAR)
    else:
        last_year = max(day.year, FIRST_YEAR)
    return Or(tuple(Term("", make_year(year)) for year in range(first_year, last_year + 1)))


def _require_name(field: str, value: str) -> Expr:
    """Return the token that an article must have to match a term such as tag:ai. `field`: "tag",
    "category", "source" or "language"."""
    if field == "language":
        return Term("", make_facet(field, get_primary_language(value)))
    if field == "source":
        return Term("", make_facet(field, value))
    return Term("", make_facet(field, slug(value)))


def _list_whole_words(value: str) -> list[str]:
    """Return the tokens that an article with the phrase `value` must have. In scripts without
    spaces, such as Chinese, the index has pairs of characters: a single character is left out."""
    terms = list(each_term(value))
    return [term for term in terms if len(term) > 1 or term.isascii()]
