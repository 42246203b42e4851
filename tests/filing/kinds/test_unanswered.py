"""A failure of this machine's network names the setting that cures it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from syndicator.core.model import Failed
from syndicator.core.reasons import FetchReason
from syndicator.filing.kinds.unanswered import name_setting

OWN = "certificate verify failed: unable to get local issuer certificate"
PROXY = {"https_proxy": "http://10.0.0.1:3128"}


@pytest.mark.parametrize(
    ("reason", "detail", "proxy", "environ", "says"),
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
    reason: str, detail: str, proxy: str, environ: Mapping[str, str], says: str
) -> None:
    said = name_setting(Failed(url="https://a/", reason=reason, detail=detail), proxy, environ)
    assert says in said and bool(said) == bool(says)
    assert "secret" not in said
