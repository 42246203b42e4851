"""Turn a source into a plain table of its set fields, and a digest of this table. Pure."""

import dataclasses
import json
from typing import Any, Final

from syndicator.core import urls
from syndicator.core.model import Rules, Source
from syndicator.core.text import stamp as digest

# Keys of sources.toml that are no name of a field: `from` is a word of Python.
_KEYS: Final = {"sender": "from", "list_id": "list"}


def list_differing_fields(value: Any, default: Any) -> dict[str, Any]:
    """Return the fields of the dataclass `value` that differ from those of `default`, with their
    values."""
    result = {}
    for field in dataclasses.fields(value):
        field_value = getattr(value, field.name)
        if field_value != getattr(default, field.name):
            result[field.name] = field_value
    return result


def table(source: Source) -> dict[str, Any]:
    """Return the settings of a source that differ from the usual ones for its address, by their
    keys in sources.toml."""
    fields = list_differing_fields(source, usual_source(source.url, source.cookies))
    values = {key_of(name): value for name, value in fields.items()}
    if "rules" in values:
        values["rules"] = list_differing_fields(source.rules, Rules())
    return values


def key_of(field: str) -> str:
    """Return the key of sources.toml for a field of `Source`."""
    return _KEYS.get(field, field)


def usual_source(url: str, cookies: str = "") -> Source:
    """Return a source with the usual settings for this address and this file of cookies. A mailbox
    is private and no language model reads it, because mails are meant for their reader; the
    operator may change both. No language model reads pages that need cookies either."""
    if urls.is_mailbox(url):
        return Source(key="", url="", content="private", llm=False)
    return Source(key="", url="", llm=not cookies)


def address_key(source: Source) -> str:
    """Return a text that two sources have in common only if they have the same address, in whatever
    spelling; for a mailbox, also the same newsletter."""
    if urls.is_mailbox(source.url):
        return f"{source.url.strip()} from={source.sender or ''} list={source.list_id or ''}"
    return urls.alias(source.url)


def stamp(source: Source) -> str:
    """Return a digest of the settings of a source. An edit is refused if the digest has changed
    since the edit began."""
    return digest(json.dumps(table(source), default=list, sort_keys=True))
