"""Find secrets in syndicator.toml, and tighten the mode of a file that has some. Pure."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

PRIVATE: Final = 0o600  # for its owner alone
PUBLIC: Final = 0o644
_BITS_OF_OTHERS: Final = 0o007  # bits of accounts that are neither the owner nor of the group
_PLACES_OF_ADDRESSES: Final = (("store", "url"), ("fetch", "proxy"))  # which may have a password


def list_secrets(values: Mapping[str, Any]) -> list[tuple[str | int, ...]]:
    """Return the places of secrets in a parsed syndicator.toml. A value that only names an
    environment variable, such as `$NAME`, is no secret."""
    places: list[tuple[str | int, ...]] = []
    if _read_section(values, "publish").get("secret_path"):
        places.append(("publish", "secret_path"))
    webhooks = values.get("webhook")
    if isinstance(webhooks, list):
        for number, webhook in enumerate(webhooks):
            if not isinstance(webhook, Mapping):
                continue
            secret = webhook.get("secret")
            if isinstance(secret, str) and not secret.startswith("$"):
                places.append(("webhook", number, "secret"))
    for section, name in _PLACES_OF_ADDRESSES:
        address = _read_section(values, section).get(name)
        if isinstance(address, str) and _has_password(address):
            places.append((section, name))
    return places


def is_readable_by_others(mode: int) -> bool:
    """Return True if accounts besides the owner and the group of a file may read, change or run it.
    `mode`: as in stat(2)."""
    return bool(mode & _BITS_OF_OTHERS)


def tighten(mode: int) -> int:
    """Return the mode for a file that gets a secret: for its owner alone, but `mode` itself if it
    lets only the owner and a group in."""
    return PRIVATE if is_readable_by_others(mode) else mode


def _read_section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a table of the file, empty if it is missing or no table."""
    section = values.get(name)
    return section if isinstance(section, Mapping) else {}


def _has_password(address: str) -> bool:
    """Return True if a URL has a password."""
    try:
        return bool(urlsplit(address).password)
    except ValueError:
        return False
