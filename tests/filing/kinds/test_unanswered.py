"""A failure of this machine's network names the setting to change."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from syndicator.core.model import Failed
from syndicator.core.reasons import FetchReason
from syndicator.filing.kinds.unanswered import describe_failure, name_setting

OWN = "certificate verify failed: unable to get local issuer certificate"
PROXY = {"https_proxy": "http://10.0.0.1:3128"}


@pytest.mark.parametrize(
    ("reason", "detail", "proxy", "environ", "expected"),
    [
        (FetchReason.TLS, OWN, "", {}, "SSL_CERT_FILE"),
        (FetchReason.TLS, "self-signed certificate", "", {}, "SSL_CERT_FILE"),
        (FetchReason.TLS, "certificate has expired", "", {}, ""),
        (FetchReason.CONNECT, "", "", PROXY, 'fetch.proxy = "http://10.0.0.1:3128"'),
        (FetchReason.DNS, "", "", {"ALL_PROXY": "http://me:secret@p/"}, "ALL_PROXY is not used"),
        (FetchReason.DNS, "", "http://10.0.0.1:3128", PROXY, "proxy of fetch.proxy answers"),
        (FetchReason.DNS, "", "", {}, "correct its url in sources.toml"),
        (FetchReason.CONNECT, "", "", {}, ""),
        (FetchReason.TIMEOUT, "", "", PROXY, ""),
    ],
)
def test_the_setting_is_named(
    reason: str, detail: str, proxy: str, environ: Mapping[str, str], expected: str
) -> None:
    """A failed request that a proxy or a variable of this machine explains names it, without its
    value; "" means that nothing explains it."""
    message = name_setting(Failed(url="https://a/", reason=reason, detail=detail), proxy, environ)

    assert expected in message
    assert bool(message) == bool(expected)
    assert "secret" not in message  # it is in the values of the variables


def test_a_certificate_of_ones_own_network_has_its_cure_in_the_preview_too() -> None:
    """A self-signed certificate of the own network names SSL_CERT_FILE as the cure; an expired
    one does not."""

    def describe_tls_failure(detail: str) -> str:
        failed = Failed(url="https://nas.home/", reason=FetchReason.TLS, detail=detail)
        return describe_failure("https://nas.home/", failed)

    self_signed = describe_tls_failure("certificate verify failed: self-signed certificate")
    expired = describe_tls_failure("certificate has expired")

    assert self_signed.startswith("https://nas.home/: tls: certificate verify failed")
    assert "of your own network" in self_signed
    assert "SSL_CERT_FILE" in self_signed
    assert "SSL_CERT_FILE" not in expired


def test_an_address_that_is_not_followed_yet_is_not_looked_for_in_a_file() -> None:
    """For an address that is only tried, a network failure names a setting for all sources and
    not a line of sources.toml."""
    failed = Failed(url="https://a/", reason=FetchReason.DNS, detail="")

    assert name_setting(failed, "", {}, is_followed=False) == ""

    message = describe_failure("https://a/", failed)

    assert "sources.toml" not in message
    assert "fetch.proxy" in message
