"""Match articles with queries (`keep`, `mute`, saved); detect texts that shrank. Pure.
The query language: tag:AI and not (category:Finance or source:example). Adjacent terms mean
`and`. tag: category: source: author: language: take a word or "quoted phrase", title: takes
words of the title, url: part of the address, words: search words as on the pages. Terms without
field match whole words in title, excerpt and body, in any case. Texts that shrank are those of
pages that became much shorter."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median
from typing import Final, Protocol

from syndicator.core.model import Article, Entry, Source
from syndicator.core.text import each_term, slug

FIELDS: Final = ("tag", "category", "source", "author", "language", "title", "url", "words")
_WORDS: Final = FIELDS[-1]
_DEEPEST: Final = 50  # nested parentheses; far below Python's recursion limit

# Thai to Khmer, kana, ideographs (Unicode blocks)
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)

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
    return _Parser(_tokens(text)).whole()


def terms(expr: Expr) -> Iterator[Term]:
    """Yield each term of a query."""
    if isinstance(expr, Term):
        yield expr
    else:
        for part in (expr.inner,) if isinstance(expr, Not) else expr.parts:
            yield from terms(part)


def matches(expr: Expr, article: Article, body: Callable[[], str]) -> bool:
    """Return True if `article` matches `expr`. `body` returns its plain text and is called only if
    needed."""
    if isinstance(expr, Not):
        return not matches(expr.inner, article, body)
    if isinstance(expr, And):
        return all(matches(part, article, body) for part in sorted(expr.parts, key=_needs_body))
    if isinstance(expr, Or):
        return any(matches(part, article, body) for part in sorted(expr.parts, key=_needs_body))
    value = expr.value.casefold()
    if expr.field == _WORDS:
        return _has_terms(set(each_term(value)), article, body)
    if expr.field:
        return _TESTS[expr.field](value, article)
    return _says(value, f"{article.title}\n{article.excerpt}") or _says(value, body())


def _needs_body(expr: Expr) -> bool:
    if isinstance(expr, Not):
        return _needs_body(expr.inner)
    if isinstance(expr, Term):
        return expr.field in ("", _WORDS)
    return any(map(_needs_body, expr.parts))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise QueryError(
                "a quotation mark is never closed", position + text[position:].index('"')
            )
        tokens.append(_token(match))
        position = match.end()
    return [*tokens, _Token("end", len(text))]


def _token(match: re.Match[str]) -> _Token:
    at = match.end() - len(match[0].lstrip())
    if match["paren"]:
        return _Token(match["paren"], at)
    if match["field"]:
        name = match["field"].lower()
        value = match["fphrase"] if match["fphrase"] is not None else match["fword"]
        if name not in FIELDS:
            raise QueryError(
                f"unknown field {match['field']!r}; there are {', '.join(f + ':' for f in FIELDS)}",
                at,
            )
        if not value.strip():
            raise QueryError(
                f"{name}: needs a word or a quoted phrase right after the colon", at + len(name) + 1
            )
        return _Token("term", at, Term(name, value))
    if match["word"] and match["word"].lower() in ("and", "or", "not"):
        return _Token(match["word"].lower(), at)
    value = match["word"] if match["phrase"] is None else match["phrase"]
    if not value.strip():
        raise QueryError("an empty phrase", at)
    return _Token("term", at, Term("", value))


class _Parser:
    """Recursive descent: or < and < not < term."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.position, self.depth = tokens, 0, 0

    def whole(self) -> Expr:
        if self.kind == "end":
            raise QueryError("an empty query", 0)
        expression = self.disjunction()
        if self.kind != "end":
            raise QueryError(
                "a closing parenthesis without an opening one", self.tokens[self.position].at
            )
        return expression

    @property
    def kind(self) -> str:
        return self.tokens[self.position].kind

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
        expression = self.primary()
        return Not(expression) if odd else expression

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
        expression = self.disjunction()
        if self.kind != ")":
            raise QueryError("this parenthesis is never closed", opening.at)
        self.position, self.depth = self.position + 1, self.depth - 1
        return expression


def _says(value: str, text: str) -> bool:
    """Return True if `text` contains the whole words `value`; scripts without spaces have no word
    boundaries."""
    before = "" if _SPACELESS.match(value[0]) else r"(?<!\w)"
    after = "" if _SPACELESS.match(value[-1]) else r"(?!\w)"
    pattern = before + r"\s+".join(re.escape(word) for word in value.split()) + after
    return re.search(pattern, text.casefold()) is not None


def _has_terms(wanted: set[str], article: Article, body: Callable[[], str]) -> bool:
    """Return True if the pages' search would find the article by these terms."""
    names = (
        article.title,
        article.excerpt,
        article.category,
        *article.tags,
        article.author,
        article.origin.title,
    )
    wanted = wanted.difference(each_term("\n".join(filter(None, names))))
    return not wanted or wanted <= set(each_term(body()))


def _same(value: str, other: str | None) -> bool:
    folded = (other or "").casefold()
    return other is not None and (
        value in (folded, folded.replace(" ", "-")) or value == slug(other)
    )


def _language(value: str, article: Article) -> bool:
    have = (article.language or "").casefold()
    return have == value or have.startswith(value + "-")


_TESTS: Final[dict[str, Callable[[str, Article], bool]]] = {
    "title": lambda value, article: _says(value, article.title),
    "tag": lambda value, article: any(_same(value, tag) for tag in article.tags),
    "category": lambda value, article: _same(value, article.category),
    "source": lambda value, article: _same(value, article.source_key),
    "author": lambda value, article: _says(value, article.author or ""),
    "language": _language,
    "url": lambda value, article: value in article.url.casefold(),
}


_TAG = re.compile(r"<[^<>]{0,1000}>")
_KEPT = 2_000  # characters stored of a muted entry, to test other queries


class Choice(Protocol):
    """`keep` and `mute` of a source, or for all sources."""

    @property
    def mute(self) -> str | None: ...
    @property
    def keep(self) -> str | None: ...


def leaves_out(choice: Choice, article: Article, body: Callable[[], str]) -> bool:
    """Return True if `mute` matches the article or `keep` does not. `body`: as in `matches`."""
    if choice.mute and matches(parse_query(choice.mute), article, body):
        return True
    return bool(choice.keep) and not matches(parse_query(choice.keep or ""), article, body)


def is_muted(source: Source, entry: Entry, everywhere: Choice) -> bool:
    """Return True if `keep` or `mute` of source or settings exclude the entry, by feed data and the
    source's tags."""
    choices = [choice for choice in (source, everywhere) if choice.keep or choice.mute]
    if not choices:
        return False
    article = Article(
        id="",
        url=entry.url,
        title=_text(entry.title),
        author=", ".join(entry.authors) or None,
        tags=(*entry.categories, *source.tags),
        category=source.category or "",
        language=entry.language or source.language,
        source_key=source.key,
    )
    return any(
        leaves_out(choice, article, lambda: _text(f"{entry.summary} {entry.content}"))
        for choice in choices
    )


def remembered(entry: Entry) -> Entry:
    """Return the part of a muted entry to store; edited queries are tested on it later."""
    return replace(
        entry,
        summary=_text(f"{entry.summary} {entry.content}").strip()[:_KEPT],
        content="",
        enclosures=(),
    )


def _text(value: str) -> str:
    return html.unescape(_TAG.sub(" ", value))


_BODIES = 20  # remembered lengths of texts
NEWEST = 5  # texts, compared with at least as many before them
_LONG = 300  # characters: shorter texts were incomplete before
_THIRD = 3


def remember_bodies(
    read: Sequence[int], before: Sequence[int], *, is_first: bool
) -> tuple[int, ...]:
    """Return the lengths of texts to remember, newest first. `is_first`: they are of a source's
    first hour, in no order of time. Later texts are compared with these, and for that a few
    suffice: so they are not compared with each other."""
    return (*read, *before)[: NEWEST if is_first else _BODIES]


def has_collapsed(bodies: Sequence[int]) -> bool:
    """Return True if the newest of `bodies` are a third as long as before. Lengths, newest first, 0
    if refused."""
    newest, before = bodies[:NEWEST], bodies[NEWEST:]
    if len(before) < NEWEST or median(before) < _LONG:
        return False
    return _THIRD * median(newest) <= median(before)


def before_collapse(bodies: Sequence[int]) -> tuple[int, ...]:
    """Return `bodies` without collapsed texts. Call after a source's rules were corrected."""
    return tuple(bodies[NEWEST:] if has_collapsed(bodies) else bodies)
