"""Parse queries such as tag:AI and not (category:Finance or source:example). Pure.

Adjacent terms mean `and`. tag: category: source: author: language: take a word or "quoted phrase",
title: takes words of the title, url: part of the address, after: and before: a year, month or day
of publication, words: words in any form and order. Terms without field are whole words of title,
excerpt and text, in any case."""

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
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_DATE: Final = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?")
_DEEPEST: Final = 50  # nested parentheses; far below Python's recursion limit

_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])|(?P<field>[A-Za-z]+):(?:"(?P<fphrase>[^"]*)"|(?P<fword>[^\s()"]*))|"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))"""
)


@dataclass(frozen=True, slots=True)
class Term:
    field: str  # "" for text
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Expr"


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Expr, ...]"


Expr = Term | Not | And | Or


class QueryError(ValueError):
    """An invalid query. `at`: position of the fault, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # ( ) and or not term end
    at: int
    term: Term | None = None


@lru_cache(maxsize=256)
def parse_query(text: str) -> Expr:
    """Return the tree of a query. Raise QueryError."""
    return _Parser(_split_tokens(text)).parse()


def parse_search(text: str) -> Expr:
    """Return the tree of a search that a stranger may have sent. Raise QueryError, also if it is
    too long or has too many terms."""
    if len(text) > MOST_CHARACTERS:
        raise QueryError(f"more than {MOST_CHARACTERS} characters", MOST_CHARACTERS)
    control = _CONTROL.search(text)
    if control:
        raise QueryError("a control character", control.start())
    expr = parse_query(text)
    if sum(1 for _ in iterate_terms(expr)) > MOST_TERMS:
        raise QueryError(f"more than {MOST_TERMS} terms", 0)
    return expr


def write_field(name: str, value: str) -> str:
    """Return the term of a query for a field. Quotation marks in the value become spaces, so that
    they cannot end it."""
    return f'{name}:"{value.replace(chr(34), " ")}"'


def iterate_terms(expr: Expr) -> Iterator[Term]:
    """Iterate over the terms of a query, also those behind `not`."""
    if isinstance(expr, Term):
        yield expr
    elif isinstance(expr, Not):
        yield from iterate_terms(expr.inner)
    else:
        for part in expr.parts:
            yield from iterate_terms(part)


def join_all(parts: Sequence[Expr]) -> Expr | None:
    """Return the query that all of `parts` must match, None without any."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def parse_date(value: str) -> datetime | None:
    """Return when a year, month or day such as 2026, 2026-11 or 2026-11-30 begins, in UTC; None for
    any other text."""
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
    """Split a query into tokens; the last one has the kind "end"."""
    tokens: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise QueryError("a quotation mark is never closed", text.index('"', position))
        tokens.append(_make_token(match))
        position = match.end()
    return [*tokens, _Token("end", len(text))]


def _make_token(match: re.Match[str]) -> _Token:
    """Convert a match of _TOKEN. Raise QueryError."""
    position = match.end() - len(match[0].lstrip())
    if match["paren"]:
        return _Token(match["paren"], position)
    if match["field"]:
        value = match["fword"] if match["fphrase"] is None else match["fphrase"]
        return _Token("term", position, _make_field_term(match["field"], value, position))
    if match["word"] and match["word"].lower() in _OPERATORS:
        return _Token(match["word"].lower(), position)
    value = match["word"] if match["phrase"] is None else match["phrase"]
    if not value.strip():
        raise QueryError("an empty phrase", position)
    return _Token("term", position, Term("", value))


def _make_field_term(field: str, value: str, position: int) -> Term:
    """Return a term such as tag:AI. Raise QueryError for an unknown field or a wrong value."""
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
    """Recursive descent: or < and < not < term."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def parse(self) -> Expr:
        """Return the tree of the whole query. Raise QueryError."""
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
        """Parse parts joined by `or`, or a single one."""
        parts = [self.parse_conjunction()]
        while self.kind == "or":
            self.position += 1
            parts.append(self.parse_conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def parse_conjunction(self) -> Expr:
        """Parse parts joined by `and` or by nothing, or a single one."""
        parts = [self.parse_negation()]
        while self.kind in ("and", "not", "term", "("):
            if self.kind == "and":
                self.position += 1
            parts.append(self.parse_negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def parse_negation(self) -> Expr:
        """Parse a term or group with any number of `not` before it."""
        is_negated = False
        while self.kind == "not":
            self.position += 1
            is_negated = not is_negated
        expression = self.parse_primary()
        return Not(expression) if is_negated else expression

    def parse_primary(self) -> Expr:
        """Parse a term or a query in parentheses."""
        token = self.tokens[self.position]
        if token.term is not None:
            self.position += 1
            return token.term
        if token.kind == "(":
            return self.parse_group(token)
        next_token = "the end" if token.kind == "end" else repr(token.kind)
        raise QueryError(f"a term is missing before {next_token}", token.at)

    def parse_group(self, opening: _Token) -> Expr:
        """Parse a query in parentheses. `opening`: the next token, a parenthesis."""
        self.position += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise QueryError(f"more than {_DEEPEST} nested parentheses", opening.at)
        expression = self.parse_disjunction()
        if self.kind != ")":
            raise QueryError("this parenthesis is never closed", opening.at)
        self.position += 1
        self.depth -= 1
        return expression
