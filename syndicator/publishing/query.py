"""Saved queries: config/feeds.toml and the small language in it. Pure but for reading the file.

    query = 'tag:AI and not (category:Finance or source:example)'

Words: `and`, `or`, `not`, parentheses; two terms side by side mean `and`. Terms: tag: category: source: author:
language: with a word or a "quoted phrase", or a bare word or phrase that is looked for in title and excerpt, whole
words, any case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from syndicator.errors import ConfigError
from syndicator.model import Article, ContentMode, FeedKey
from syndicator.publishing.names import parse_stem
from syndicator.settings import explain, read_toml, seconds

FIELDS: Final = ("tag", "category", "source", "author", "language")
_DEEPEST: Final = 50  # nested parentheses; far beyond what a person writes, far below Python's recursion limit

_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])|(?P<field>[A-Za-z]+):(?:"(?P<fphrase>[^"]*)"|(?P<fword>[^\s()"]*))|"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))"""
)


@dataclass(frozen=True, slots=True)
class Term:
    field: str  # "" for text
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: Expr


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expr, ...]


Expr = Term | Not | And | Or


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """One [[feed]] of feeds.toml: a query with a feed of its own, or, with `feed` set, other settings for a feed that
    exists anyway. None means: as the settings have it."""

    slug: str
    query: str = ""
    expr: Expr | None = None
    feed: FeedKey | None = None
    title: str = ""
    description: str = ""
    limit: int | None = None
    window_hours: int | None = None
    content: ContentMode | None = None
    formats: tuple[str, ...] | None = None

    @property
    def key(self) -> FeedKey:
        """The feed this entry is about."""
        return self.feed or FeedKey("query", self.slug)


class QueryError(ValueError):
    """A query that cannot be read. `at`: the position of the fault, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # ( ) and or not term end
    at: int
    term: Term | None = None


def parse(text: str) -> Expr:
    """The tree of a query. Raises QueryError."""
    return _Parser(_tokens(text)).whole()


def matches(query: SavedQuery, article: Article) -> bool:
    """True when `article` belongs in the feed of `query`. Bodies are not looked at: the answer is the same at intake
    and at every later press."""
    return query.expr is not None and _holds(query.expr, article)


def load_queries(path: Path) -> tuple[SavedQuery, ...]:
    """The [[feed]] entries of feeds.toml; none where the file is absent. Raises ConfigError; a bad query is shown with
    a caret under its fault."""
    if not path.exists():
        return ()
    try:
        file = _File.model_validate(read_toml(path))
    except ValidationError as error:
        raise ConfigError(explain(path, error, {*_Feed.model_fields, "feed"})) from error
    found = tuple(_saved(path, number, item) for number, item in enumerate(file.feed, 1))
    seen: set[FeedKey] = set()
    for item in found:
        if item.key in seen:
            raise ConfigError(f"{path}: two [[feed]] entries are about {item.slug!r}; give each its own slug")
        seen.add(item.key)
    return found


class _Feed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)] | None = None
    query: str | None = None
    feed: str | None = None
    title: str = ""
    description: str = ""
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None
    window: str | None = None
    content: Literal["full", "excerpt", "link"] | None = None
    formats: tuple[Literal["atom", "rss", "json", "html"], ...] | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: tuple[_Feed, ...] = ()


def _saved(path: Path, number: int, item: _Feed) -> SavedQuery:
    where = f"{path}: [[feed]] {number}"
    if (item.feed is None) == (item.query is None):
        raise ConfigError(
            f'{where}: give either `query` with a `slug`, or `feed = "tags/ai"` to set up an existing feed'
        )
    feed = parse_stem(item.feed) if item.feed is not None else None
    if item.feed is not None and (feed is None or feed.axis == "query"):
        raise ConfigError(f"{where}: feed {item.feed!r} is none of all, tags/…, categories/…, sources/…")
    if feed is None and item.slug is None:
        raise ConfigError(f"{where}: a query needs a slug, the name of its files")
    return SavedQuery(
        slug=item.slug or item.feed or "",
        query=item.query or "",
        expr=_parsed(where, item.query) if item.query is not None else None,
        feed=feed,
        title=item.title,
        description=item.description,
        limit=item.limit,
        window_hours=_hours(where, item.window),
        content=item.content,
        formats=item.formats,
    )


def _parsed(where: str, text: str) -> Expr:
    try:
        return parse(text)
    except QueryError as error:
        line = " ".join(text.splitlines()) if "\n" in text else text
        raise ConfigError(f"{where}: {error}\n  {line}\n  {' ' * error.at}^") from error


def _hours(where: str, window: str | None) -> int | None:
    if window is None:
        return None
    try:
        return -(-seconds(window) // 3600)
    except ValueError as error:
        raise ConfigError(f"{where}: window: {error}") from error


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise QueryError("a quotation mark is never closed", position + text[position:].index('"'))
        tokens.append(_token(match))
        position = match.end()
    return [*tokens, _Token("end", len(text))]


def _token(match: re.Match[str]) -> _Token:
    at = match.end() - len(match[0].lstrip())
    if match["paren"]:
        return _Token(match["paren"], at)
    if match["field"]:
        return _Token("term", at, _field(match, at))
    if match["word"] and match["word"].lower() in ("and", "or", "not"):
        return _Token(match["word"].lower(), at)
    value = match["word"] if match["phrase"] is None else match["phrase"]
    if not value.strip():
        raise QueryError("an empty phrase", at)
    return _Token("term", at, Term("", value))


def _field(match: re.Match[str], at: int) -> Term:
    name = match["field"].lower()
    value = match["fphrase"] if match["fphrase"] is not None else match["fword"]
    if name not in FIELDS:
        raise QueryError(f"unknown field {match['field']!r}; there are {', '.join(f + ':' for f in FIELDS)}", at)
    if not value.strip():
        raise QueryError(f"{name}: needs a word or a quoted phrase right after the colon", at + len(name) + 1)
    return Term(name, value)


class _Parser:
    """Recursive descent: or < and < not < term."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.position, self.depth = tokens, 0, 0

    def whole(self) -> Expr:
        if self.kind == "end":
            raise QueryError("an empty query", 0)
        found = self.disjunction()
        if self.kind != "end":
            raise QueryError("a closing parenthesis without an opening one", self.at)
        return found

    @property
    def kind(self) -> str:
        return self.tokens[self.position].kind

    @property
    def at(self) -> int:
        return self.tokens[self.position].at

    def disjunction(self) -> Expr:
        parts = [self.conjunction()]
        while self.kind == "or":
            self.position += 1
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self) -> Expr:
        parts = [self.negation()]
        while self.kind in ("and", "not", "term", "("):
            if self.kind == "and":
                self.position += 1
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negation(self) -> Expr:
        odd = False
        while self.kind == "not":
            self.position += 1
            odd = not odd
        found = self.primary()
        return Not(found) if odd else found

    def primary(self) -> Expr:
        token = self.tokens[self.position]
        if token.term is not None:
            self.position += 1
            return token.term
        if token.kind != "(":
            what = "the end" if token.kind == "end" else repr(token.kind)
            raise QueryError(f"a term is missing before {what}", token.at)
        return self.group(token)

    def group(self, opening: _Token) -> Expr:
        self.position, self.depth = self.position + 1, self.depth + 1
        if self.depth > _DEEPEST:
            raise QueryError(f"more than {_DEEPEST} nested parentheses", opening.at)
        found = self.disjunction()
        if self.kind != ")":
            raise QueryError("this parenthesis is never closed", opening.at)
        self.position, self.depth = self.position + 1, self.depth - 1
        return found


def _holds(expr: Expr, article: Article) -> bool:
    if isinstance(expr, Not):
        return not _holds(expr.inner, article)
    if isinstance(expr, And):
        return all(_holds(part, article) for part in expr.parts)
    if isinstance(expr, Or):
        return any(_holds(part, article) for part in expr.parts)
    return _TESTS[expr.field](expr.value.casefold(), article)


def _has_text(value: str, article: Article) -> bool:
    pattern = r"(?<!\w)" + r"\s+".join(re.escape(word) for word in value.split()) + r"(?!\w)"
    return re.search(pattern, f"{article.title}\n{article.excerpt}".casefold()) is not None


def _same(value: str, other: str | None) -> bool:
    return other is not None and value in (other.casefold(), other.casefold().replace(" ", "-"))


def _language(value: str, article: Article) -> bool:
    have = (article.language or "").casefold()
    return have == value or have.startswith(value + "-")


def _author(value: str, article: Article) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", (article.author or "").casefold()) is not None


_TESTS: Final[dict[str, Callable[[str, Article], bool]]] = {
    "": _has_text,
    "tag": lambda value, article: any(_same(value, tag) for tag in article.tags),
    "category": lambda value, article: _same(value, article.category),
    "source": lambda value, article: _same(value, article.source_key),
    "author": _author,
    "language": _language,
}
