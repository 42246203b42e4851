"""Find secrets in syndicator.toml, and tighten the mode of a file that has some. Pure."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

PRIVATE: Final = 0o600  # for its owner alone
PUBLIC: Final = 0o644
_BITS_OF_OTHERS: Final = 0o007  # bits of accounts that are neither the owner nor of the group
_PLACES_OF_ADDRESSES: Final = (("store", "url"), ("fetch", "proxy"))  # which may have a password


def list_secrets(values: Mapping[str, Any]) -> list[tuple[str | int, ...]]:
    """Return the place of each secret in a parsed syndicator.toml (`values`). A place is the keys
    and indexes that lead to the secret, such as ("webhook", 0, "secret"). Secrets are secret paths,
    secrets of webhooks and addresses with a password. Names of environment variables are no
    secrets."""
    places: list[tuple[str | int, ...]] = []
    if _read_section(values, "publish").get("secret_path"):
        places.append(("publish", "secret_path"))
    webhooks = values.get("webhook")
    if isinstance(webhooks, list):
        for number, webhook in enumerate(webhooks):
            if not isinstance(webhook, Mapping):
                continue
            secret = webhook.get("secret")
            # "${NAME}" names an environment variable
            if isinstance(secret, str) and not secret.startswith("$"):
                places.append(("webhook", number, "secret"))
    for section, name in _PLACES_OF_ADDRESSES:
        address = _read_section(values, section).get(name)
        if isinstance(address, str) and _has_password(address):
            places.append((section, name))
    return places


def is_readable_by_others(mode: int) -> bool:
    """Return True if `mode`, as in stat(2), lets accounts besides the owner and the group of the
    file read, change or run it."""
    return bool(mode & _BITS_OF_OTHERS)


def tighten(mode: int) -> int:
    """Return the mode (as in stat(2)) for a file that gets a secret. `mode`: its mode so far. If
    that gives rights to the owner and the group alone, it stays; if not, only the owner may read
    and write the file."""
    return PRIVATE if is_readable_by_others(mode) else mode


def _read_section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the table `name` of a parsed file (`values`). Return an empty table if it is missing
    or is no table."""
    section = values.get(name)
    return section if isinstance(section, Mapping) else {}


def _has_password(address: str) -> bool:
    """Return True if the URL `address` contains a password, as in https://user:password@host/. An
    address that is no valid URL has none."""
    try:
        return bool(urlsplit(address).password)
    except ValueError:
        return False
