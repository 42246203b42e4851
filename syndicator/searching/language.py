"""Parse queries such as tag:AI and not (category:Finance or source:example). Pure.

Terms beside each other mean `and`. The fields tag:, category:, source:, author: and language: take
a word or a "quoted phrase"; title: takes words of the title; url: takes a part of the address;
after: and before: take a year, month or day of publication; words: takes words in any form and
order. A term without a field matches whole words of title, excerpt and text, in upper or lower
case."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

WORDS: Final = "words"
AFTER: Final = "after"
BEFORE: Final = "before"
FIELDS: Final = (
    "tag",
    "category",
    "source",
    "author",
    "language",
    "title",
    "url",
    AFTER,
    BEFORE,
    WORDS,
)
MOST_CHARACTERS: Final = 1000  # of a search, which strangers may send
MOST_TERMS: Final = 50  # of a search
_OPERATORS: Final = ("and", "or", "not")
_NAMES_OF_FIELDS: Final = ", ".join(f"{field}:" for field in FIELDS)
_CONTROL_CHARACTER: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_DATE: Final = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?")
_DEEPEST_NESTING: Final = 50  # nested parentheses; far below Python's recursion limit

_TOKEN = re.compile(
    r"""
    \s*
    (?:
        (?P<paren>[()])
        | (?P<field>[A-Za-z]+):(?:"(?P<field_phrase>[^"]*)"|(?P<field_word>[^\s()"]*))
        | "(?P<phrase>[^"]*)"
        | (?P<word>[^\s()"]+)
    )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a query, such as tag:AI. `field`: its field, "" for words without one, which
    are searched in title, excerpt and text; `value`: the value that the field must have."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """Matches what `inner` does not match."""

    inner: "Expr"


@dataclass(frozen=True, slots=True)
class And:
    """Matches what all parts match."""

    parts: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Matches what at least one part matches."""

    parts: "tuple[Expr, ...]"


Expr = Term | Not | And | Or


class QueryError(ValueError):
    """An invalid query; the message says why. `at`: position of the fault in the query, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of a query. `kind`: "(", ")", "and", "or", "not", "term" or "end"; `at`: its position
    in the query, from 0; `term`: the term, if it is one."""

    kind: str
    at: int
    term: Term | None = None


@lru_cache(maxsize=256)
def parse_query(text: str) -> Expr:
    """Parse a query, and return it as a tree of terms. Raise QueryError if it is invalid."""
    return _Parser(_split_tokens(text)).parse()


def parse_search(text: str) -> Expr:
    """Parse a query that anybody may have sent, and return it as a tree of terms. Raise QueryError
    if it is invalid, has more than 1,000 characters or more than 50 terms, or contains control
    characters."""
    if len(text) > MOST_CHARACTERS:
        raise QueryError(f"more than {MOST_CHARACTERS} characters", MOST_CHARACTERS)
    control = _CONTROL_CHARACTER.search(text)
    if control:
        raise QueryError("a control character", control.start())
    expr = parse_query(text)
    if sum(1 for _ in iterate_terms(expr)) > MOST_TERMS:
        raise QueryError(f"more than {MOST_TERMS} terms", 0)
    return expr


def write_field(name: str, value: str) -> str:
    """Write a term of a query, such as tag:"AI" for the field "tag" and the value "AI". Quotation
    marks in the value become spaces, because they would end it."""
    return f'{name}:"{value.replace(chr(34), " ")}"'


def iterate_terms(expr: Expr) -> Iterator[Term]:
    """Yield all terms of a query, in order. Terms behind `not` are yielded, too."""
    if isinstance(expr, Term):
        yield expr
    elif isinstance(expr, Not):
        yield from iterate_terms(expr.inner)
    else:
        for part in expr.parts:
            yield from iterate_terms(part)


def join_all(parts: Sequence[Expr]) -> Expr | None:
    """Join queries by `and`: return the query that matches an article if all of `parts` match it.
    Return None if there are no parts."""
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    return And(tuple(parts))


def parse_date(value: str) -> datetime | None:
    """Return the time in UTC at which a year, month or day begins. `value`: a date such as 2026,
    2026-11 or 2026-11-30. Return None if it has another form, or if there is no such day."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    year = int(match["year"])
    month = int(match["month"] or 1)
    day = int(match["day"] or 1)
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _split_tokens(text: str) -> list[_Token]:
    """Split a query into tokens; the last one has the kind "end". Raise QueryError if a quotation
    mark is never closed, a field is unknown, or a value is empty or invalid."""
    tokens: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:  # only a single quotation mark begins no token
            raise QueryError("a quotation mark is never closed", text.index('"', position))
        tokens.append(_make_token(match))
        position = match.end()
    return [*tokens, _Token("end", len(text))]


def _make_token(match: re.Match[str]) -> _Token:
    """Return the token for a match of _TOKEN: a parenthesis, an operator or a term. Raise
    QueryError if a field is unknown, or if a value is empty or invalid."""
    position = match.end() - len(match[0].lstrip())  # without the spaces before the token
    if match["paren"]:
        return _Token(match["paren"], position)
    if match["field"]:
        is_quoted = match["field_phrase"] is not None
        field_value = match["field_phrase"] if is_quoted else match["field_word"]
        return _Token("term", position, _make_field_term(match["field"], field_value, position))
    word = match["word"]
    if word and word.lower() in _OPERATORS:  # and, or, not
        return _Token(word.lower(), position)
    value = word if match["phrase"] is None else match["phrase"]
    if not value.strip():
        raise QueryError("an empty phrase", position)
    return _Token("term", position, Term("", value))


def _make_field_term(field: str, value: str, position: int) -> Term:
    """Return a term with a field, such as tag:AI. `position`: where it begins in the query, from 0,
    for errors. Raise QueryError if there is no such field, if the value is empty, or if after: or
    before: has no date."""
    name = field.lower()
    value_position = position + len(name) + 1
    if name not in FIELDS:
        raise QueryError(f"unknown field {field!r}; there are {_NAMES_OF_FIELDS}", position)
    if not value.strip():
        raise QueryError(
            f"{name}: needs a word or a quoted phrase right after the colon", value_position
        )
    if name in (AFTER, BEFORE) and parse_date(value) is None:
        raise QueryError(
            f"{name}: needs a year, month or day, such as 2026, 2026-11 or 2026-11-30",
            value_position,
        )
    return Term(name, value)


class _Parser:
    """Parses the tokens of a query by recursive descent, with a method for each operator: `or`
    binds least, then `and`, then `not`. Each method begins at the next token, moves `position`
    behind the tokens that it parsed, and raises QueryError if they are no query."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0  # of the next token
        self.depth = 0  # number of open parentheses

    def parse(self) -> Expr:
        """Return the tree of the whole query. Raise QueryError if it is empty or invalid."""
        if self.kind == "end":
            raise QueryError("an empty query", 0)
        expression = self.parse_disjunction()
        if self.kind != "end":
            position = self.tokens[self.position].at
            raise QueryError("a closing parenthesis without an opening one", position)
        return expression

    @property
    def kind(self) -> str:
        """The kind of the next token."""
        return self.tokens[self.position].kind

    def parse_disjunction(self) -> Expr:
        """Parse one conjunction, or several with `or` between them, from the next token on. Return
        their tree. Raise QueryError."""
        parts = [self.parse_conjunction()]
        while self.kind == "or":
            self.position += 1
            parts.append(self.parse_conjunction())
        if len(parts) == 1:
            return parts[0]
        return Or(tuple(parts))

    def parse_conjunction(self) -> Expr:
        """Parse one negation, or several with `and` or nothing between them, from the next token
        on. Return their tree. Raise QueryError."""
        parts = [self.parse_negation()]
        while self.kind in ("and", "not", "term", "("):
            if self.kind == "and":
                self.position += 1
            parts.append(self.parse_negation())
        if len(parts) == 1:
            return parts[0]
        return And(tuple(parts))

    def parse_negation(self) -> Expr:
        """Parse a term or a query in parentheses, with any number of `not` before it, and return
        its tree. Two `not` cancel out. Raise QueryError."""
        is_negated = False
        while self.kind == "not":
            self.position += 1
            is_negated = not is_negated
        expression = self.parse_primary()
        return Not(expression) if is_negated else expression

    def parse_primary(self) -> Expr:
        """Parse a term or a query in parentheses, and return its tree. Raise QueryError if the next
        token begins neither of the two."""
        token = self.tokens[self.position]
        if token.term is not None:
            self.position += 1
            return token.term
        if token.kind == "(":
            return self.parse_group(token)
        next_token = "the end" if token.kind == "end" else repr(token.kind)
        raise QueryError(f"a term is missing before {next_token}", token.at)

    def parse_group(self, opening: _Token) -> Expr:
        """Parse a query in parentheses, and return its tree. `opening`: the opening parenthesis,
        which is the next token. Raise QueryError if it is never closed, or if too many parentheses
        are open."""
        self.position += 1
        self.depth += 1
        if self.depth > _DEEPEST_NESTING:
            raise QueryError(f"more than {_DEEPEST_NESTING} nested parentheses", opening.at)
        expression = self.parse_disjunction()
        if self.kind != ")":
            raise QueryError("this parenthesis is never closed", opening.at)
        self.position += 1
        self.depth -= 1
        return expression
