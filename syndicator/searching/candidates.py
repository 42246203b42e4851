"""Find the tokens that an index must have of an article so that a query may match it. Pure.

A requirement is a tree of `Term`, `And` and `Or` whose values are tokens of `documents`. It never
excludes an article that matches: what it cannot express, it leaves to the matcher."""

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
    """Return the requirement for all articles that match the query `expr`: a tree of tokens, None
    if it requires nothing."""
    if isinstance(expr, Not):
        return None
    if isinstance(expr, And):
        parts = [require(part) for part in expr.parts]
        return join_all([part for part in parts if part is not None])
    if isinstance(expr, Or):
        return require_any([require(part) for part in expr.parts])
    return _require_term(expr)


def require_any(parts: Iterable[Expr | None]) -> Expr | None:
    """Return the requirement that an article fulfils if it fulfils one of `parts`. A part may be
    None, which requires nothing: then the result is None."""
    requirements: list[Expr] = []
    for part in parts:
        if part is None:
            return None
        requirements.append(part)
    return requirements[0] if len(requirements) == 1 else Or(tuple(requirements))


def require_tokens(tokens: Iterable[str]) -> Expr | None:
    """Return the requirement that an article has all of these tokens, None without tokens."""
    return join_all([Term("", token) for token in dict.fromkeys(tokens)])


def _require_term(term: Term) -> Expr | None:
    """Return the requirement of one term, None if an index cannot help with it."""
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
    """Require one of the years before or after the date of a term, that of the date included."""
    day = parse_date(term.value)
    assert day is not None  # the parser refuses others
    first = FIRST_YEAR
    last = LAST_YEAR
    if term.field == AFTER:
        first = min(day.year, LAST_YEAR)
    else:
        last = max(day.year, FIRST_YEAR)
    return Or(tuple(Term("", make_year(year)) for year in range(first, last + 1)))


def _require_name(field: str, value: str) -> Expr:
    """Require a tag, category, source or language."""
    if field == "language":
        return Term("", make_facet(field, get_primary_language(value)))
    if field == "source":
        return Term("", make_facet(field, value))
    return Term("", make_facet(field, slug(value)))


def _list_whole_words(value: str) -> list[str]:
    """Return the terms of a phrase; a single character of a script without spaces is part of many
    pairs, and requires none."""
    terms = list(each_term(value))
    return [term for term in terms if len(term) > 1 or term.isascii()]
