"""Addresses as httpx has them: checked, followed, without their secrets."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx

from syndicator.urls import redacted


class Refusal(Exception):
    """Ends a fetch with a reason of ours."""

    def __init__(self, reason: str, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.status = reason, detail, status


def origin(url: httpx.URL) -> str:
    """Scheme, host and port: what credentials belong to."""
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.host}:{port}"


def parse_url(url: str) -> httpx.URL:
    """An absolute http(s) URL as httpx has it. Raises Refusal(bad-url)."""
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.host
    except (httpx.InvalidURL, ValueError, UnicodeError, TypeError) as error:
        raise Refusal("bad-url", f"not a URL: {redacted(url)[:200]!r}") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise Refusal("bad-url", f"not an http or https URL: {redacted(url)[:200]!r}")
    return parsed


def next_hop(here: str, location: str) -> str:
    """Where a redirect leads. Raises Refusal for none, for a bad one and for a way from https to http."""
    if not location.strip():
        raise Refusal("redirects", "a redirect without a Location")
    try:
        target = parse_url(urljoin(here, location.strip()))
    except ValueError as error:
        raise Refusal("bad-url", "a redirect to something that is no URL") from error
    if here.startswith("https:") and target.scheme == "http":
        raise Refusal("downgrade", f"a redirect from https to {redacted(str(target))[:200]}")
    return str(target)


def bare(url: httpx.URL) -> httpx.URL:
    """`url` without credentials and fragment."""
    return url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url
