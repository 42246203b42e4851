"""Placeholders for secrets in addresses, and secrets removed from texts."""

from __future__ import annotations

import pytest

from syndicator.core import urls
from syndicator.core.secrets import (
    expand,
    list_secret_parameters,
    make_public_url,
    mask_bytes,
    mask_text,
    read_known_values,
    set_placeholder,
    variables,
)

VALUES = {"TOKEN": "a/b=c d&e+f%g"}


def test_a_value_is_escaped_and_found_again_in_any_spelling() -> None:
    """A secret is escaped in addresses, and masked however it is spelled."""
    url = "https://a.example/feed?x=1&token=${TOKEN}"

    assert variables(url) == variables(urls.canonical(url)) == ("TOKEN",)

    sent = expand(url, VALUES)

    assert (
        sent
        == expand(urls.canonical(url), VALUES)
        == "https://a.example/feed?x=1&token=a%2Fb%3Dc%20d%26e%2Bf%25g"
    )
    assert mask_text(sent, VALUES) == urls.canonical(url)

    for spelling in (
        "a/b=c d&e+f%g",
        "a%2Fb%3Dc%20d%26e%2Bf%25g",
        "a/b%3Dc%20d%26e%2Bf%25g",
        "a/b=c%20d%26e%2Bf%25g",
    ):
        assert mask_text(f"<{spelling}>", VALUES) == "<$%7BTOKEN%7D>"
        assert mask_bytes(f"<{spelling}>".encode(), VALUES) == b"<$%7BTOKEN%7D>"

    assert mask_text("nothing of it", VALUES) == "nothing of it"
    assert expand(url, {}) == url


def test_what_is_longer_is_taken_out_first() -> None:
    """Longer secrets are replaced before shorter ones that they contain."""
    assert (
        mask_text("12345678abc 12345678", {"A": "12345678", "B": "12345678abc"})
        == "$%7BB%7D $%7BA%7D"
    )


def test_known_are_values_that_can_be_kept_out_of_texts() -> None:
    """Only values of eight or more characters count as secrets to remove from texts."""
    environ = {"A": " 12345678\n", "B": "short", "C": "", "D": "not named here"}
    assert read_known_values("https://a.example/${A}/${B}?c=${C}&e=${E}", environ) == {
        "A": "12345678"
    }


@pytest.mark.parametrize(
    ("url", "public_url"),
    [
        ("https://a.example/feed?x=1&token=$%7BT%7D&y=2", "https://a.example/feed?x=1&y=2"),
        ("https://a.example/feed?token=${T}", "https://a.example/feed"),
        ("https://a.example/private/${T}/rss.xml", "https://a.example/private/"),
        ("https://a.example/feed?other=${O}", "https://a.example/feed?other=${O}"),
        ("https://a.example/feed?x=1", "https://a.example/feed?x=1"),
        ("https://a.example/feed#${T}", "https://a.example/feed"),
        ("", ""),
    ],
)
def test_subscribers_see_no_placeholder(url: str, public_url: str) -> None:
    """The public address of a source lacks the parameters or path parts with its secret; other
    placeholders stay."""
    assert make_public_url(url, ("T",)) == public_url


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("token=abc", ("token",)),
        ("access_token=abc&api-key=def", ("access_token", "api-key")),
        (
            "apikey=a&auth=b&signature=c&client%5Fsecret=d",
            ("apikey", "auth", "signature", "client_secret"),
        ),
        ("token=${TOKEN}&key=$%7BKEY%7D", ()),
        ("token=&keyword=abc&author=x&monkey=y", ()),
        ("id=7", ()),
        ("", ()),
    ],
)
def test_parameters_that_look_like_secrets(query: str, parameters: tuple[str, ...]) -> None:
    """Parameters named like a secret and with a value are found; placeholders, empty ones and
    similar words are not."""
    assert list_secret_parameters(f"https://a.example/feed?{query}") == parameters


def test_the_line_to_write() -> None:
    """The proposed address replaces only the value of the secret parameter by a placeholder."""
    proposed_url = set_placeholder(
        "https://a.example/feed?x=1&access%5Ftoken=abc&y", "access_token", "MINE"
    )
    assert proposed_url == "https://a.example/feed?x=1&access%5Ftoken=${MINE}&y"
