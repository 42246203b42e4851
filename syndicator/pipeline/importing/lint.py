"""What is odd about an article that others wrote: each finding is shown to the operator, nothing is changed. Pure.

The findings are what naive pipelines leave in such files: tags like `Ai` and `Llm`, an excerpt cut in the middle of a
sentence, lines of boilerplate and runs of blank lines in the body, a stock photo as the cover, the site as the author,
a category that the text does not bear out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syndicator.core import text, urls
from syndicator.core.model import Article
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import sentences
from syndicator.reading.html import phrases

_BLANK_RUN = re.compile(r"\n[ \t]*\n[ \t]*\n")
_MARKS = re.compile(r"^\s*(?:[-*>#]+|\d+\.)\s+|[*_`]{1,3}|\[|\]\([^)]*\)")
_SHORT = 160  # letters of a line that can be boilerplate as a whole; a paragraph of prose is longer
_PROMO = re.compile(  # a line that wants something of its reader
    r"(?i)^(?:\w+ (?:event|webinar|podcast|newsletter)|add yourself to (?:the|our)\b.*|join (?:the|us|our)\b.*"
    r"|(?:sign|register|subscribe|save|book|get) (?:up|now|your|today)\b.*|read more\b.*|advertisement)$"
)
_STOCK = re.compile(
    r"(?i)(?:unsplash|pexels|pixabay|shutterstock|gettyimages|istockphoto|depositphotos|dreamstime|123rf|alamy|freepik)\."
    r"|stock\.adobe\.|[/_-](?:stock|placeholder|default)(?:-?(?:photo|image|cover|og))?s?[./_-]"
)
_STAFF = re.compile(r"(?i)(?:the )?(?:editors?|editorial(?: team| staff)?|staff(?: writers?)?|admin(?:istrator)?|team)")
_MOST = 3  # examples in one finding; a choice


@dataclass(frozen=True, slots=True)
class Oddity:
    """One finding: `detail` names what stands there, and what would be right where that is known."""

    reason: LintReason
    detail: str


def lint(article: Article, body: str, taxonomy: Taxonomy | None = None) -> list[Oddity]:
    """What is odd about `article`, whose file has the text `body` (markdown, as it stands there)."""
    own = (*_linted_tags(article, taxonomy), *_excerpt(article), *_body(body), *_cover(article), *_author(article))
    return [*own, *_category(article, taxonomy)]


def _linted_tags(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    from syndicator.describing.taxonomy import casing

    spell = taxonomy.spelling if taxonomy else casing.canonical
    wrong = [(tag, right) for tag in article.tags if (right := spell(tag, article.body)) != tag]
    if wrong:
        yield Oddity(LintReason.TAG_CASING, ", ".join(f"{tag!r} is written {right!r}" for tag, right in wrong))


def _excerpt(article: Article) -> Iterator[Oddity]:
    fault = sentences.fault(article.excerpt, article.title, article.language) if article.excerpt else ""
    if fault:
        yield Oddity(LintReason.BAD_EXCERPT, f"{fault}: {article.excerpt[-60:]!r}")


def _body(body: str) -> Iterator[Oddity]:
    lines = [plain for line in body.splitlines() if (plain := text.line(_MARKS.sub("", line)))]
    found = [line for line in lines if len(line) < _SHORT and _is_boilerplate(line)]
    if found:
        shown = "; ".join(repr(line[:60]) for line in found[:_MOST])
        yield Oddity(LintReason.BOILERPLATE, shown + (f" and {len(found) - _MOST} more" if len(found) > _MOST else ""))
    blank = len(_BLANK_RUN.findall(body))
    if blank:
        yield Oddity(
            LintReason.BLANK_RUNS, f"{blank} times more than one blank line in a row; they are left out of feeds"
        )


def _is_boilerplate(line: str) -> bool:
    return bool(_PROMO.match(line)) or phrases.starts(("cut",), phrases.ready(line))[0] > 0


def _cover(article: Article) -> Iterator[Oddity]:
    if article.cover and _STOCK.search(article.cover):
        yield Oddity(LintReason.STOCK_IMAGE, f"{article.cover} looks like a picture from stock")


def _author(article: Article) -> Iterator[Oddity]:
    name = article.author or ""
    labels = {_key(label) for label in urls.host(article.url).split(".")[:-1]}
    if name and (_key(name) in labels or _key(name) == _key(urls.host(article.url)) or _STAFF.fullmatch(name)):
        yield Oddity(LintReason.SITE_AS_AUTHOR, f"{name!r} is the site, not a person")


def _category(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    """Of one of the operator's categories: what another site calls its own is not for us to say."""
    if taxonomy is None or article.category not in {one.name for one in taxonomy.vocabulary.category}:
        return
    guess = taxonomy.category(article.title, article.body)
    if guess.name and guess.name != article.category:
        detail = f"{article.category!r}, but the text says {guess.name!r} (score {guess.score:.2f})"
        yield Oddity(LintReason.CATEGORY_UNLIKE_TEXT, detail)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
