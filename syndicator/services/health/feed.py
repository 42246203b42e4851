"""The health feed: an Atom document of faults and recoveries, at an address that nobody can guess."""

from __future__ import annotations

import errno
import os
import secrets
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from syndicator.configuration.settings import Settings
from syndicator.core.text import legal, line
from syndicator.services.health.episodes import Event, titles

_ATOM = "http://www.w3.org/2005/Atom"
_FILE = "health-token"
_BYTES = 24


def token(state_dir: Path) -> str:
    """Return the secret in the address of the health feed, created at the first call. Raises OSError."""
    if not known_token(state_dir):
        state_dir.mkdir(parents=True, exist_ok=True)
        temporary = state_dir / f".{_FILE}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(_BYTES) + "\n")
        with suppress(FileExistsError):  # another process was first: its token counts
            os.link(temporary, state_dir / _FILE)
        temporary.unlink()
    if secret := known_token(state_dir):
        return secret
    raise OSError(errno.EINVAL, "is empty, or this user may not read it; delete it", str(state_dir / _FILE))


def known_token(state_dir: Path) -> str:
    """Return the token, "" if there is none or this user may not read it. Writes nothing."""
    try:
        return (state_dir / _FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def feed_name(key: str) -> str:
    """Return the path of the feed below the web root."""
    return f"health/{key}.atom"


def feed_url(settings: Settings, key: str) -> str:
    """Return the address of the health feed: among the published feeds if so set, else on our own server."""
    publish, base = settings.publish, settings.base_url
    at_home = publish.secret_path and publish.host == "0.0.0.0"
    here = base.removesuffix(f"{publish.secret_path}/") if at_home else f"http://{publish.host}:{publish.port}/"
    return (settings.base_url if settings.health.publish else here) + feed_name(key)


def document(events: Sequence[Event], settings: Settings, key: str) -> bytes:
    """Return the feed of these events, newest first, for the token `key`. The same events give the same bytes."""
    updated = max((_moment(event) for event in events), default=datetime.fromtimestamp(0, UTC))
    parts = (
        _element("id", uuid.uuid5(uuid.NAMESPACE_OID, f"health:{key}").urn),  # another token is another feed
        _element("title", f"Health of {settings.site.title}"),
        f'<link rel="self" type="application/atom+xml" href="{escape(feed_url(settings, key))}" />',
        f"<author>{_element('name', settings.site.title)}</author>",
        _element("updated", _time(updated)),
        *map(_entry, events, titles(events)),
    )
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="{_ATOM}">{"".join(parts)}</feed>\n'
    return text.encode("utf-8", "xmlcharrefreplace")


def _entry(event: Event, headline: str) -> str:
    shown = "<br>\n".join(escape(each) for each in lines(event))
    parts = (
        _element("id", f"urn:uuid:{event.id}"),
        _element("title", line(headline)[:300]),
        _element("updated", _time(_moment(event))),
        *(f'<category term="{escape(term)}" />' for term in (event.state, event.kind)),
        f'<content type="html">{escape(legal(shown))}</content>',
    )
    return f"<entry>{''.join(parts)}</entry>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(legal(text))}</{name}>"


def lines(event: Event) -> list[str]:
    """Return an event in lines for people."""
    pairs = [
        ("What", event.reason),
        ("Detail", event.detail),
        ("Cure", event.cure if event.state == "broken" else ""),
        ("Since", _time(event.since)),
        ("Until", _time(event.at) if event.state == "recovered" else ""),
        ("Last success", _time(event.last_success) if event.last_success and event.state == "broken" else ""),
        ("Next try", _time(event.next_try) if event.next_try and event.state == "broken" else ""),
    ]
    return [f"{name}: {line(value)}" for name, value in pairs if value]


def _moment(event: Event) -> datetime:
    return event.at.replace(microsecond=uuid.UUID(event.id).int % 1_000_000)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
