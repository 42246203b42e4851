"""URLs of requests: parsed and checked, redirects resolved, credentials taken out."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx

from syndicator.core.urls import redacted


class Refusal(Exception):
    """A fetch that we end ourselves. `reason`: the code that the `Failed` carries; `detail`: one line, no secrets;
    `status`: of the answer, None when there was none."""

    def __init__(self, reason: str, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.status = reason, detail, status


def origin(url: httpx.URL) -> str:
    """Scheme, host and port (RFC 6454): credentials are sent to the origin they belong to and to no other."""
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.host}:{port}"


def parse_url(url: str) -> httpx.URL:
    """An absolute http(s) URL as httpx parses it. Raises Refusal(bad-url)."""
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.host
    except (httpx.InvalidURL, ValueError, UnicodeError, TypeError) as error:
        raise Refusal("bad-url", f"not a URL: {redacted(url)[:200]!r}") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise Refusal("bad-url", f"not an http or https URL: {redacted(url)[:200]!r}")
    return parsed


def next_hop(here: str, location: str) -> str:
    """The URL that a redirect from `here` leads to. Raises Refusal: redirects (no Location), bad-url, downgrade (from
    https to http)."""
    if not location.strip():
        raise Refusal("redirects", "a redirect without a Location")
    try:
        target = parse_url(urljoin(here, location.strip()))
    except ValueError as error:
        raise Refusal("bad-url", "the redirect leads to something that is not a URL") from error
    if here.startswith("https:") and target.scheme == "http":
        raise Refusal("downgrade", f"a redirect from https to {redacted(str(target))[:200]}")
    return str(target)


def bare(url: httpx.URL) -> httpx.URL:
    """`url` without credentials and fragment."""
    return url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url
