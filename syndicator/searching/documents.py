"""List the terms of an article that searches compare, and its tokens for a text index. Pure.

Terms come from `core.text.each_term`: words without case, accents and plural s; in scripts without
spaces, pairs of neighbouring characters. Tokens are the terms, the terms of the title again with
the mark TITLE before them, and facets: tags, category, source, language and year with the mark
FACET."""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self

from syndicator.core.model import Article
from syndicator.core.text import each_term, slug

# Marks before a token: no term has these characters, and no text index takes them for separators.
TITLE: Final = "\u00b6"
FACET: Final = "\u00a7"
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2069
# The beginning of a text, which is searched.
_MOST_TERMS: Final = 20_000
_MOST_CHARACTERS: Final = 400_000
_ZLIB_LEVEL: Final = 6  # of compression by zlib
_NOT_IN_TOKENS: Final = re.compile(r"[^0-9a-z]+")


def join_terms(terms: Iterable[str]) -> str:
    """Return terms as one text with a space before and after each. A search for " gpu price " in
    this text finds the two terms only side by side. Without terms, the text is one space."""
    joined = " ".join(terms)
    return f" {joined} " if joined else " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The terms of an article. A field has its terms as one text, in the order in which they occur,
    with a space before and after each; a field without terms is " ". `names`: the terms of tags,
    category, author and outlet; `facets`: tokens by which articles are selected, such as
    "§tag-ai"."""

    title: str = " "
    names: str = " "
    excerpt: str = " "
    body: str = " "
    facets: str = " "

    @property
    def fields(self) -> tuple[str, str, str, str]:
        """The fields with the terms of texts: title, names, excerpt and body. The weights of the
        ranking have the same order."""
        return self.title, self.names, self.excerpt, self.body

    @property
    def tokens(self) -> set[str]:
        """The tokens under which the text index lists the article."""
        tokens = {TITLE + term for term in self.title.split()}
        for field in (*self.fields, self.facets):
            tokens.update(field.split())
        return tokens

    def pack(self) -> bytes:
        """Return the document as compressed bytes, from which `unpack` restores it."""
        lines = (field[1:-1] for field in (*self.fields, self.facets))
        return zlib.compress("\n".join(lines).encode(), _ZLIB_LEVEL)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return the document that `pack` packed."""
        lines = zlib.decompress(data).decode().split("\n")
        title, names, excerpt, body, facets = [f" {line} " if line else " " for line in lines]
        return cls(title=title, names=names, excerpt=excerpt, body=body, facets=facets)

    def count(self, term: str) -> tuple[int, ...]:
        """Return how often each of `fields` has `term`, in the order of `fields`. If a term stands
        twice in a row, the two count as one, because they share a space."""
        token = f" {term} "
        return tuple(field.count(token) for field in self.fields)

    def has_terms_in_row(self, joined_terms: str) -> bool:
        """Return True if one of `fields` has these terms one directly after the other.
        `joined_terms`: the terms as one text, joined by `join_terms`."""
        return any(joined_terms in field for field in self.fields)


@dataclass(frozen=True, slots=True)
class TermTexts:
    """Answers from the terms of an article whether its texts have some words, as
    `searching.matching` asks. Case, accents and plurals make no difference."""

    document: Document

    def says(self, value: str) -> bool:
        """Return True if one of the texts has the words of `value` in a row. False if `value` has
        no words."""
        terms = list(each_term(value))
        return bool(terms) and self.document.has_terms_in_row(join_terms(terms))

    def has_words(self, value: str) -> bool:
        """Return True if each word of `value` is in at least one of the texts. The words may be in
        different texts, and in any order."""
        return all(any(self.document.count(term)) for term in each_term(value))


def make_document(article: Article, body: str) -> Document:
    """Return the terms of an article, the words by which searches find it, field by field. `body`:
    the plain text of the article. The field `names` has the terms of its tags, category, author and
    outlet; the field `facets` has a token for each of its tags, its language and so on."""
    names = (*article.tags, article.category, article.author or "", article.origin.title)
    terms_of_names = each_term("\n".join(names))
    distinct_facets = set(_make_facets(article))
    return Document(
        title=join_terms(each_term(article.title)),
        names=join_terms(terms_of_names),
        excerpt=join_terms(each_term(article.excerpt)),
        body=join_text_terms(body),
        facets=join_terms(sorted(distinct_facets)),
    )


def join_text_terms(text: str) -> str:
    """Return the terms of a text as one text, with a space before and after each. Of a very long
    text, only the first 20,000 terms are returned."""
    return join_terms(islice(each_term(text[:_MOST_CHARACTERS]), _MOST_TERMS))


def make_facet(kind: str, value: str) -> str:
    """Return the token for a value by which articles are selected: for the tag "AI" it is
    "§tag-ai". `kind`: "tag", "category", "source", "language" or "year". In `value`, each row of
    characters other than a to z and digits becomes a hyphen."""
    return f"{FACET}{kind}-{_NOT_IN_TOKENS.sub('-', value.casefold())}"


def _make_facets(article: Article) -> Iterator[str]:
    """Yield the tokens for the tags, category, source, language and year of an article. For a tag,
    a category or a source there are two tokens, since a query may write its name with spaces or
    with hyphens."""
    kinds_and_names = [("tag", tag) for tag in article.tags]
    if article.category:
        kinds_and_names.append(("category", article.category))
    for kind, name in kinds_and_names:
        yield make_facet(kind, slug(name))
        yield make_facet(kind, slug(name.replace(" ", "-")))
    yield make_facet("source", article.source_key)
    yield make_facet("source", slug(article.source_key))
    yield make_facet("language", get_primary_language(article.language or ""))
    if article.published:
        yield make_year(article.published.year)


def make_year(year: int) -> str:
    """Return the token for a year of publication. Earlier years have the token of 1970, later ones
    that of 2069."""
    return make_facet("year", str(min(max(year, FIRST_YEAR), LAST_YEAR)))


def get_primary_language(language: str) -> str:
    """Return the first part of a language tag in lower case: "en-GB" gives "en"."""
    return language.casefold().partition("-")[0]
