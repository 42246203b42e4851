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
    """Return the fields of a dataclass instance whose values differ from another instance's: their
    names, and the values that they have in `value`. `default`: an instance of the same class."""
    result = {}
    for field in dataclasses.fields(value):
        field_value = getattr(value, field.name)
        if field_value != getattr(default, field.name):
            result[field.name] = field_value
    return result


def table(source: Source) -> dict[str, Any]:
    """Return the settings of a source as a table of sources.toml, by their keys in that file.
    Settings that have their usual value for the address of the source are left out."""
    fields = list_differing_fields(source, make_usual_source(source.url, source.cookies))
    values = {key_of(name): value for name, value in fields.items()}
    if "rules" in values:
        values["rules"] = list_differing_fields(source.rules, Rules())
    return values


def key_of(field: str) -> str:
    """Return the key of sources.toml that sets a field of `Source`. `field`: the name of the field;
    the key is mostly the same, but "from" for "sender"."""
    return _KEYS.get(field, field)


def make_usual_source(url: str, cookies: str = "") -> Source:
    """Return a source without key and address that has the usual settings for a source at `url`.
    `cookies`: the file of cookies that its pages need, "" if none. A language model reads neither
    mails nor pages that need cookies, unless the operator permits it."""
    if urls.is_mailbox(url):  # mails are meant for their reader alone
        return Source(key="", url="", content="private", llm=False)
    return Source(key="", url="", llm=not cookies)


def compute_address_key(source: Source) -> str:
    """Return a text that is the same for two sources if they have the same address, in any
    spelling, and only then. For a mailbox, the newsletter (sender and list) must be the same
    too."""
    if urls.is_mailbox(source.url):
        return f"{source.url.strip()} from={source.sender or ''} list={source.list_id or ''}"
    return urls.alias(source.url)


def stamp(source: Source) -> str:
    """Return a digest of the settings of a source. It shows if somebody else edited the source
    since an edit began; that edit is then refused."""
    return digest(json.dumps(table(source), default=list, sort_keys=True))
