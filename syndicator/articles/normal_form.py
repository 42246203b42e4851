"""What a field of an article looks like once it has been through a file: the one normal form. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from syndicator import text
from syndicator.model import Article, Enclosure, Origin

_NEWLINE = re.compile(r"\r\n?")
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")


def settle(article: Article) -> Article:
    """`article` as it would come back from its file: legal characters, UTC times of whole seconds, None for an empty
    author, cover or language, a tidy body. What no file keeps (trace, blocks, alternate) stays. Idempotent."""
    return replace(
        article,
        url=text.legal(article.url),
        title=text.legal(article.title),
        author=_or_none(article.author),
        published=moment(article.published),
        updated=moment(article.updated),
        cover=_or_none(article.cover),
        excerpt=text.legal(article.excerpt),
        category=text.legal(article.category),
        tags=_texts(article.tags),
        body=body(article.body),
        language=_or_none(article.language),
        robots=_texts(article.robots),
        added=moment(article.added),
        source_key=text.legal(article.source_key),
        source_id=text.legal(article.source_id),
        excerpt_by=str(article.excerpt_by),  # a member of By has no plain form in YAML
        tags_by=str(article.tags_by),
        enclosure=_enclosure(article.enclosure),
        also=_texts(article.also),
        revisions=_texts(article.revisions),
        origin=_origin(article.origin),
        aliases=_texts(article.aliases),
        keywords=_texts(article.keywords),
        section=text.legal(article.section),
        merged_into=text.legal(article.merged_into),
        split_from=_texts(article.split_from),
    )


def body(value: str) -> str:
    """Markdown with legal characters, line feeds only, never two blank lines in a row, none at either end."""
    tidy = _BLANKS.sub("\n\n", _NEWLINE.sub("\n", text.legal(value))).rstrip()
    blank = len(tidy) - len(tidy.lstrip())
    return tidy[tidy.rfind("\n", 0, blank) + 1 :]  # the first line keeps its indentation


def moment(value: datetime | None) -> datetime | None:
    """`value` in UTC without its microseconds, which no feed format of ours needs; a naive time counts as UTC."""
    if value is None:
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def parsed(value: str) -> datetime:
    """The time that ISO 8601 text says, in UTC. Raises ValueError."""
    return moment(datetime.fromisoformat(value)) or datetime.min.replace(tzinfo=UTC)


def iso(value: datetime | None) -> str:
    """ISO 8601 in UTC with a Z, "" for None."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0") if value else ""


def day(article: Article) -> str:
    """The day an article counts for, YYYY-MM-DD in UTC: published, else added, "" when neither is known."""
    return iso(article.published or article.added)[:10]


def _or_none(value: str | None) -> str | None:
    return text.legal(value or "") or None


def _texts(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cleaned for value in values if (cleaned := text.legal(value)))


def _enclosure(value: Enclosure | None) -> Enclosure | None:
    if value is None or not text.legal(value.url):
        return None
    return replace(
        value,
        url=text.legal(value.url),
        type=text.legal(value.type),
        length=max(0, value.length),
        duration=text.legal(value.duration),
    )


def _origin(value: Origin) -> Origin:
    return Origin(
        title=text.legal(value.title),
        url=text.legal(value.url),
        site=text.legal(value.site),
        id=text.legal(value.id),
        updated=moment(value.updated),
    )
