"""List mistakes in an article that somebody wrote: its tags, fields, category, body. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syndicator.core import text, urls
from syndicator.core.model import Article
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import sentences
from syndicator.reading.html import hints

_BLANK_RUN = re.compile(r"\n[ \t]*\n[ \t]*\n")
_MARKS = re.compile(r"^\s*(?:[-*>#]+|\d+\.)\s+|[*_`]{1,3}|\[|\]\([^)]*\)")
_SHORT = 160  # letters of a line that may be boilerplate
_PROMO = re.compile(  # calls to action
    r"(?i)^(?:\w+ (?:event|webinar|podcast|newsletter)|add yourself to (?:the|our)\b.*|join"
    r" (?:the|us|our)\b.*"
    r"|(?:sign|register|subscribe|save|book|get) (?:up|now|your|today)\b.*|read"
    r" more\b.*|advertisement)$"
)
_STOCK = re.compile(
    r"(?i)(?:unsplash|pexels|pixabay|shutterstock|gettyimages|istockphoto|depositphotos|dreamstime|123rf|alamy|freepik)\."
    r"|stock\.adobe\.|[/_-](?:stock|placeholder|default)(?:-?(?:photo|image|cover|og))?s?[./_-]"
)
_STAFF = re.compile(
    r"(?i)(?:the )?(?:editors?|editorial(?: team| staff)?|staff(?:"
    r" writers?)?|admin(?:istrator)?|team)"
)
_MOST = 3  # examples in a finding: a choice


@dataclass(frozen=True, slots=True)
class Oddity:
    """A mistake in an article: its code, and a message with the correction if known."""

    reason: LintReason
    detail: str


def lint(article: Article, body: str, taxonomy: Taxonomy | None = None) -> list[Oddity]:
    """List mistakes in `article`, whose file has the markdown `body`."""
    return [
        *_tags(article, taxonomy),
        *_fields(article),
        *_body(body),
        *_category(article, taxonomy),
    ]


def _tags(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    from syndicator.describing.taxonomy import tag_names

    spell = taxonomy.spelling if taxonomy else tag_names.canonical
    wrong = [(tag, right) for tag in article.tags if (right := spell(tag, article.body)) != tag]
    if wrong:
        yield Oddity(
            LintReason.TAG_CASING,
            ", ".join(f"{tag!r} is written {right!r}" for tag, right in wrong),
        )


def _fields(article: Article) -> Iterator[Oddity]:
    fault = sentences.fault(article.excerpt, article.title) if article.excerpt else ""
    if fault:
        yield Oddity(LintReason.BAD_EXCERPT, f"{fault}: {article.excerpt[-60:]!r}")
    if article.cover and _STOCK.search(article.cover):
        yield Oddity(LintReason.STOCK_IMAGE, f"{article.cover} looks like a picture from stock")

    name = article.author or ""
    host = urls.host(article.url)
    labels = {_key(label) for label in host.split(".")[:-1]}
    if name and (_key(name) in labels or _key(name) == _key(host) or _STAFF.fullmatch(name)):
        yield Oddity(LintReason.SITE_AS_AUTHOR, f"{name!r} is the site, not a person")


def _body(body: str) -> Iterator[Oddity]:
    lines = [plain for line in body.splitlines() if (plain := text.line(_MARKS.sub("", line)))]
    short = [line for line in lines if len(line) < _SHORT]
    odd = [
        line
        for line in short
        if _PROMO.match(line) or hints.starts(("cut",), hints.ready(line))[0] > 0
    ]
    if odd:
        shown = "; ".join(repr(line[:60]) for line in odd[:_MOST])
        yield Oddity(
            LintReason.BOILERPLATE,
            shown + (f" and {len(odd) - _MOST} more" if len(odd) > _MOST else ""),
        )
    if blank := len(_BLANK_RUN.findall(body)):
        yield Oddity(
            LintReason.BLANK_RUNS,
            f"{blank} times more than one blank line in a row; they are left out of feeds",
        )


def _category(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    if taxonomy is None or article.category not in {
        category.name for category in taxonomy.vocabulary.category
    }:
        return
    guess = taxonomy.category(article.title, article.body)
    if guess.name and guess.name != article.category:
        detail = f"{article.category!r}, but the text says {guess.name!r} (score {guess.score:.2f})"
        yield Oddity(LintReason.CATEGORY_UNLIKE_TEXT, detail)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
