"""Errors a caller can act on. Each carries the exit code of the command line that met it.

SyndicatorError (1)
├── ConfigError (78)        a file of the operator's is wrong: names the file, the key and the cure
├── MissingError (69)       something needed is not there
├── LockedError (75)        another run holds the lock
├── NetworkDown (4)         no source could be reached at all
├── UsageError (2)          the words of the command are off
├── StoreError (1)          the database cannot be used as it is: names the cure
├── NotAnArticle            a page that is no article, with its kind
├── NotAFeed                bytes that are no feed, with the reason
└── WorkerFailed            the worker process did not come back with a result
"""

from __future__ import annotations


class SyndicatorError(Exception):
    """Base of all errors that are not our bugs; `str(error)` is one clear sentence or two."""

    exit_code = 1


class ConfigError(SyndicatorError):
    exit_code = 78


class MissingError(SyndicatorError):
    exit_code = 69


class LockedError(SyndicatorError):
    exit_code = 75


class NetworkDown(SyndicatorError):
    exit_code = 4


class UsageError(SyndicatorError):
    exit_code = 2


class StoreError(SyndicatorError):
    exit_code = 1


class NotAnArticle(SyndicatorError):
    """The page is something else. `kind`: consent, login, paywall, bot-check, error-page, listing, empty, not-html."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"not an article: {kind}" + (f" ({detail})" if detail else ""))
        self.kind = kind
        self.detail = detail

    def __reduce__(self) -> tuple[type[NotAnArticle], tuple[str, str]]:
        return (NotAnArticle, (self.kind, self.detail))


class NotAFeed(SyndicatorError):
    """The bytes are no feed. `reason`: empty, html, broken-xml, broken-json, unknown-format, no-entries-parsed."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"not a feed: {reason}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[NotAFeed], tuple[str, str]]:
        return (NotAFeed, (self.reason, self.detail))


class WorkerFailed(SyndicatorError):
    """The worker gave no result. `reason`: hung (time limit), memory (limit reached), crashed (died)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"worker {reason}" + (f": {detail}" if detail else ""))
        self.reason = reason
        self.detail = detail
