"""Whether a push is signed by its hub (WebSub, section 7.1 "Authenticated Content Distribution"). Pure."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

METHODS: Final = ("sha1", "sha256", "sha384", "sha512")  # those of the recommendation


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """True when `signature` (the header X-Hub-Signature, "method=hexadecimal digits") is that of `body`, compared in
    constant time."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    known = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(known.encode(), given.strip().lower().encode("utf-8", "replace"))
