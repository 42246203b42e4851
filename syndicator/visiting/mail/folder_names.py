"""Encode names of folders as IMAP writes them: modified UTF-7 (RFC 3501 section 5.1.3). Pure."""

import base64
import re

_NOT_ASCII = re.compile(r"[^\x20-\x7e]+")


def quote_folder(name: str) -> str:
    """Return the name of a folder as a quoted argument of an IMAP command. Characters outside ASCII
    are encoded."""
    encoded = encode_folder(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{encoded}"'


def encode_folder(name: str) -> str:
    """Return the name of a folder in modified UTF-7, which has only ASCII characters. "Entwürfe"
    gives "Entw&APw-rfe"."""
    return _NOT_ASCII.sub(_encode_run, name.replace("&", "&-"))


def _encode_run(match: re.Match[str]) -> str:
    """Return a run of characters outside ASCII in modified base64, between "&" and "-"."""
    encoded = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii")
    return f"&{encoded.rstrip('=').replace('/', ',')}-"
