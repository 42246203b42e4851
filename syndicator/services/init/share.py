"""A private instance for its operator: its secret path, and its address on the home network."""

from __future__ import annotations

import base64
import re
import secrets
import socket
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from syndicator.configuration.settings import Publish, load
from syndicator.configuration.sources.registry import put_text
from syndicator.configuration.tables import with_settings
from syndicator.core.errors import MissingError, UsageError
from syndicator.services.init.start import Start

_EVERYWHERE: Final = "0.0.0.0"
_BYTES: Final = 12  # 20 letters and digits, which can be typed on a telephone
_FAR: Final = ("192.0.2.1", 9)  # a network for documentation (RFC 5737), reached by the default route
_AT_HOME: Final = re.compile(r"http://[\d.]+:\d+/?")


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode().rstrip("=").lower()


def home_address() -> str:
    """Return the IPv4 address of this machine in its network, "" without one. Sends nothing."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_FAR)
        return str(probe.getsockname()[0])
    return ""


def for_me(start: Start) -> Start:
    """Return `start` for a private instance, on the home network unless it has an address."""
    start = replace(start, secret_path=new_secret())
    address = "" if start.url else home_address()
    return replace(start, url=f"http://{address}:{Publish().port}/", host=_EVERYWHERE) if address else start


def share(config: Path) -> None:
    """Make the instance private, on the home network. Raises UsageError if public, MissingError if offline."""
    settings = load(config)
    url, secret = settings.site.url, settings.publish.secret_path
    if url and not _AT_HOME.fullmatch(url):
        if secret:
            return  # a web server answers at that address
        raise UsageError(f"this folder is published at {url}; make another for yourself: init --for me ../mine")
    if not (address := home_address()):
        raise MissingError("this machine is in no network; connect it, or name an address with --host")
    wanted = {
        "site": {"url": f"http://{address}:{settings.publish.port}/"},
        "publish": {"host": _EVERYWHERE, "secret_path": secret or new_secret()},
    }
    path = config / "syndicator.toml"
    before = path.read_text(encoding="utf-8") if path.exists() else None
    put_text(path, with_settings(before or "", wanted), seen=before)
