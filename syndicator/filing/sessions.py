"""Decide if an answer shows that the login session at a source's site has ended. Pure.

A source with a session names a file of cookies. When its session ends, its entries wait until the
operator exports the cookies again."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from syndicator.core import urls
from syndicator.core.model import Failed, FetchResult, Source
from syndicator.core.reasons import NOT_A_FEED, FeedReason, FetchReason, HoldReason, PageReason
from syndicator.filing.page_reading import PageReading

# reasons for which a site with a login refuses a page
_WALL_REASONS: Final = frozenset(
    (
        PageReason.LOGIN,
        PageReason.PAYWALL,
        FetchReason.UNAUTHORIZED,
        FetchReason.FORBIDDEN,
        "http-402",
        f"{NOT_A_FEED}{FeedReason.LOGIN}",
    )
)
# paths of login forms, such as /login, /sign-in.php, /auth/
_LOGIN: Final = re.compile(
    r"/(log-?in|log-?on|sign-?in|signon|sso|auth(enticate)?|anmelden)(?=[/.]|$)", re.I
)


def is_session_wall(reason: str) -> bool:
    """Return True if a site refuses a page for `reason` because the reader is not logged in."""
    return reason in _WALL_REASONS


def is_partial(reading: PageReading) -> bool:
    """Return True if the page shows only the beginning of its article."""
    return HoldReason.PARTIAL in reading.doubts


def is_login_address(requested_url: str, answered_url: str) -> bool:
    """Return True if the address from which an answer came (`answered_url`) looks like that of a
    login form, and the address that was requested does not."""
    if urls.alias(requested_url) == urls.alias(answered_url):
        return False
    if _LOGIN.search(urlsplit(requested_url).path):
        return False
    return bool(_LOGIN.search(urlsplit(answered_url).path))


def name_ended_session(source: Source, requested_url: str, result: FetchResult) -> FetchResult:
    """Return `result`, the answer from the source's address `requested_url`. If it is a failure
    that shows that the source's login session has ended, its reason is replaced by
    SESSION_ENDED."""
    has_session = bool(source.cookies)
    if not has_session or not isinstance(result, Failed):
        return result
    if is_session_wall(result.reason) or is_login_address(requested_url, result.url):
        return replace(result, reason=FetchReason.SESSION_ENDED)
    return result
