"""The templates of the console. The one importer of Jinja here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(template: str, **values: Any) -> bytes:
    """A template with its values, in UTF-8. Whatever is shown is escaped."""
    return _environment().get_template(template).render(**values).encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("syndicator.console"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"ago": ago, "day": day, "web": web, "plural": plural}
    return made


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago: "4 minutes", "3 days"; or "in 4 minutes"."""
    if then is None:
        return "never"
    behind = now - then
    said = span(abs(behind))
    return f"in {said}" if behind < timedelta() else f"{said} ago"


def span(length: timedelta) -> str:
    """A length of time in its largest unit."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def day(when: datetime | None) -> str:
    """A time as it is read: 2026-11-26 13:05 UTC."""
    return "" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def web(address: str | None) -> str:
    """An address that may stand in a link: of the web, and nothing that a browser would run."""
    return address if address and address.lower().startswith(("http://", "https://")) else "#"


def plural(count: int, one: str, many: str = "") -> str:
    """297 articles, 1 article."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
