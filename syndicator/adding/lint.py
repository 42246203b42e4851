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
# markdown around the words of a line: bullets, emphasis and links
_MARKS = re.compile(r"^\s*(?:[-*>#]+|\d+\.)\s+|[*_`]{1,3}|\[|\]\([^)]*\)")
_LONGEST_BOILERPLATE = 160  # letters of a line that may be boilerplate
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
_MOST_EXAMPLES = 3  # in a finding: our choice
_SHOWN_CHARS = 60  # of a text in a finding: our choice


@dataclass(frozen=True, slots=True)
class Oddity:
    """A mistake in an article: its code, and a message that has the correction if it is known."""

    reason: LintReason
    detail: str


def lint(article: Article, body: str, taxonomy: Taxonomy | None = None) -> list[Oddity]:
    """Return the mistakes in `article`. `body`: the markdown body in its file. `taxonomy`: the
    operator's taxonomy, None without one."""
    oddities: list[Oddity] = []
    oddities += _check_tags(article, taxonomy)
    oddities += _check_fields(article)
    oddities += _check_body(body)
    oddities += _check_category(article, taxonomy)
    return oddities


def _check_tags(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    """Yield one finding, which lists all tags of the article that the taxonomy spells in another
    way. Yield nothing if there are none."""
    from syndicator.describing.taxonomy import tag_names

    spell = taxonomy.spell_tag if taxonomy else tag_names.spell_tag
    corrections = []
    for tag in article.tags:
        spelling = spell(tag, article.body)
        if spelling != tag:
            corrections.append(f"{tag!r} is written {spelling!r}")
    if corrections:
        yield Oddity(LintReason.TAG_CASING, ", ".join(corrections))


def _check_fields(article: Article) -> Iterator[Oddity]:
    """Yield a finding for each mistake in the excerpt, the cover and the author of the article."""
    if article.excerpt:
        fault = sentences.find_fault(article.excerpt, article.title)
        if fault:
            end = article.excerpt[-_SHOWN_CHARS:]
            yield Oddity(LintReason.BAD_EXCERPT, f"{fault}: {end!r}")
    if article.cover and _STOCK.search(article.cover):
        yield Oddity(LintReason.STOCK_IMAGE, f"{article.cover} looks like a picture from stock")
    if article.author and _is_name_of_site(article.author, article.url):
        yield Oddity(LintReason.SITE_AS_AUTHOR, f"{article.author!r} is the site, not a person")


def _is_name_of_site(author: str, url: str) -> bool:
    """Return True if `author` names a site or its staff, not a person: the host of `url`, a part of
    this host, or words such as "editorial staff"."""
    host = urls.host(url)
    labels = {_normalise_name(label) for label in host.split(".")[:-1]}
    name = _normalise_name(author)
    if name in labels or name == _normalise_name(host):
        return True
    return _STAFF.fullmatch(author) is not None


def _check_body(body: str) -> Iterator[Oddity]:
    """Yield one finding if the body has lines that do not belong to the article, such as "Sign up
    now", and one if it has several blank lines in a row."""
    boilerplate = []
    for markdown_line in body.splitlines():
        line = text.line(_MARKS.sub("", markdown_line))
        if line and len(line) < _LONGEST_BOILERPLATE and _is_boilerplate(line):
            boilerplate.append(line)
    if boilerplate:
        examples = "; ".join(repr(line[:_SHOWN_CHARS]) for line in boilerplate[:_MOST_EXAMPLES])
        others = len(boilerplate) - _MOST_EXAMPLES
        if others > 0:
            examples += f" and {others} more"
        yield Oddity(LintReason.BOILERPLATE, examples)
    blank_runs = len(_BLANK_RUN.findall(body))
    if blank_runs:
        yield Oddity(
            LintReason.BLANK_RUNS,
            f"{blank_runs} times more than one blank line in a row; they are left out of feeds",
        )


def _is_boilerplate(line: str) -> bool:
    """Return True if a line does not belong to the text of an article: it asks for something ("Sign
    up now"), or begins like text that the reader cuts from pages."""
    if _PROMO.match(line):
        return True
    return hints.measure_starts(("cut",), hints.normalise_phrase(line))[0] > 0


def _check_category(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    """Yield a finding if the text of the article suggests another category than the one that it
    has. A category that is not in the taxonomy is not checked."""
    if taxonomy is None:
        return
    names = {category.name for category in taxonomy.vocabulary.category}
    if article.category not in names:
        return
    guess = taxonomy.category(article.title, article.body)
    if guess.name and guess.name != article.category:
        detail = f"{article.category!r}, but the text says {guess.name!r} (score {guess.score:.2f})"
        yield Oddity(LintReason.CATEGORY_UNLIKE_TEXT, detail)


def _normalise_name(name: str) -> str:
    """Return the letters and digits of `name` in lower case, so that names can be compared."""
    return re.sub(r"[\W_]+", "", name.casefold())
