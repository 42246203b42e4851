"""Describe why an address gives no answer, and name the setting that may help. Pure."""

import re
from collections.abc import Mapping

from syndicator.core import urls
from syndicator.core.model import Failed
from syndicator.core.reasons import FetchReason, explain_reason
from syndicator.visiting.fetch.transport import NO_TLS

_PROXY_CURE = "if only a proxy finds names, set fetch.proxy in syndicator.toml"
# What to do about an address that has never worked. For other reasons, the advice for a source that
# has begun to fail fits, too.
_CURES: dict[str, str] = {
    FetchReason.DNS: f"check how it is spelled, and this machine's network; {_PROXY_CURE}",
    FetchReason.CONNECT: "check the address, or try again later",
    FetchReason.TLS: "its certificate is not valid: tell the site's owner",
    FetchReason.GONE: "look for the site's new address",
    FetchReason.NOT_FOUND: (
        "check how it is spelled, look for the site's new address, or give its front page"
    ),
    FetchReason.FORBIDDEN: "the server refuses us: ask its owner, or give the address of its feed",
}
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_OWN_CERTIFICATE = re.compile("self.signed|local issuer|unable to get issuer", re.I)
_TRUST_OWN = (
    "if the certificate is of your own network, name a file with it and the public ones in the"
    " environment variable SSL_CERT_FILE"
)
_ALLOW = re.compile(r'allow = \["([^"]+)"\]')


def describe_failure(url: str, failed: Failed) -> str:
    """Return a sentence for the operator about a request to `url` that failed: the address, the
    reason, and what to do."""
    meaning = ""
    if failed.detail.startswith("robots.txt unreachable"):  # the detail says too little
        meaning = f"{explain_reason(failed.reason)[0]}: "
    return f"{url}: {failed.reason}: {meaning}{failed.detail}{_find_cure(failed)}"


def name_setting(
    failed: Failed, proxy: str, environ: Mapping[str, str], *, is_followed: bool = True
) -> str:
    """Return advice for the operator about the request that `failed`, if this machine's network or
    certificates seem to be at fault: which setting may help. Return "" for other failures.

    `proxy`: the setting fetch.proxy, "" if it is not set. `environ`: the environment variables.
    `is_followed`: True if the address is in sources.toml, so that a misspelled address can be
    corrected there."""
    if failed.reason == FetchReason.TLS and _OWN_CERTIFICATE.search(failed.detail):
        return _TRUST_OWN
    if not failed.no_network:
        return ""
    if proxy:
        return f"see that the proxy of fetch.proxy answers: {urls.redacted(proxy)}"
    for name in _PROXY_VARIABLES:
        value = environ.get(name) or environ.get(name.lower())
        if value:
            return (
                f"the environment variable {name} is not used: if there is no other way out, set"
                f' fetch.proxy = "{urls.redacted(value)}" in syndicator.toml'
            )
    if failed.reason == FetchReason.DNS and is_followed:
        return f"correct its url in sources.toml if it is misspelled; {_PROXY_CURE}"
    return ""


def _find_cure(failed: Failed) -> str:
    """Return the end of a sentence about the request that `failed`: what the operator can do."""
    allow_line = _ALLOW.search(failed.detail)  # the detail names a line for sources.toml
    if allow_line:
        return f", or add it with --allow {allow_line[1]}, which writes that line"
    if failed.reason == FetchReason.TLS and NO_TLS in failed.detail:
        return "; try it with http://"
    if failed.reason == FetchReason.TLS and _OWN_CERTIFICATE.search(failed.detail):
        return f"; tell the site's owner; {_TRUST_OWN}"
    cure = _CURES.get(failed.reason) or explain_reason(failed.reason)[1]
    if not cure or cure.startswith("nothing"):
        return "; try again later"
    return f"; {cure}"
