"""Times as article files hold them: UTC, whole seconds, ISO 8601 with a Z. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicator.core.model import Article


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
    # years before 1000 come without leading zeros from strftime on some systems; the whole has 20 characters
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0") if value else ""


def day(article: Article) -> str:
    """The day an article counts for, YYYY-MM-DD in UTC: published, else added, "" when neither is known."""
    return iso(moment(article.published or article.added))[:10]
