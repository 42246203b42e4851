"""A pushed body is accepted only with the hub's signature."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.visiting.websub import METHODS, is_signed

SECRET = "a secret of ours"


def make_signature(method: str, body: bytes, secret: str = SECRET) -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@given(st.binary(max_size=200), st.sampled_from(METHODS))
def test_each_method_of_the_recommendation(body: bytes, method: str) -> None:
    """A push is accepted if its signature, by any method of the WebSub recommendation, fits its
    body and our secret; case does not matter."""
    signature = make_signature(method, body)

    assert is_signed(SECRET, body, signature)
    assert is_signed(SECRET, body, signature.upper())

    assert not is_signed(SECRET, body + b"x", signature)
    assert not is_signed(SECRET, body, make_signature(method, body, secret="another"))
    assert not is_signed(SECRET, body, signature[:-1])


@pytest.mark.parametrize("method", ["md5", "sha224", "blake2b", "sha3_256"])
def test_no_other_method(method: str) -> None:
    """Signatures by methods outside the WebSub recommendation are refused, though they are
    correct."""
    assert not is_signed(SECRET, b"x", make_signature(method, b"x"))


@given(st.text(max_size=80))
def test_anything_else_is_no_signature(value: str) -> None:
    """Any other text in place of a signature is refused without an error."""
    assert not is_signed(SECRET, b"x", value)
    assert not is_signed(SECRET, b"x", f"sha256={value}")
