"""Decide if an answer shows that the session at a source's site ended. Pure.

A source has a session if it names a file of cookies. If that ended, its entries wait until the
operator exports the cookies again."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.core.model import Failed, FetchResult, Source
from syndicator.core.reasons import NOT_A_FEED, FeedReason, FetchReason, HoldReason, PageReason
from syndicator.filing.page_reading import PageReading

_WALLS: Final = frozenset(
    (
        PageReason.LOGIN,
        PageReason.PAYWALL,
        FetchReason.UNAUTHORIZED,
        FetchReason.FORBIDDEN,
        "http-402",
        f"{NOT_A_FEED}{FeedReason.LOGIN}",
    )
)
_LOGIN: Final = re.compile(
    r"/(log-?in|log-?on|sign-?in|signon|sso|auth(enticate)?|anmelden)(?=[/.]|$)", re.I
)


def is_session_wall(reason: str) -> bool:
    """Return True if `reason` is one for which a page is refused to those who are not logged in."""
    return reason in _WALLS


def is_partial(reading: PageReading) -> bool:
    """Return True if a page shows the beginning of an article alone."""
    return HoldReason.PARTIAL in reading.doubts


def is_login_address(requested_url: str, answered_url: str) -> bool:
    """Return True if the request for `requested_url` was redirected to `answered_url`, an address
    that is named like a login form."""
    if urls.alias(requested_url) == urls.alias(answered_url):
        return False
    if _LOGIN.search(urlsplit(requested_url).path):
        return False
    return bool(_LOGIN.search(urlsplit(answered_url).path))


def name_ended_session(source: Source, requested_url: str, result: FetchResult) -> FetchResult:
    """Return the answer of a source's own address. If it is a wall of a site with a session, name
    the end of the session as its reason."""
    if not source.cookies or not isinstance(result, Failed):
        return result
    if is_session_wall(result.reason) or is_login_address(requested_url, result.url):
        return replace(result, reason=FetchReason.SESSION_ENDED)
    return result
