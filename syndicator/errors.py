"""Errors a caller can act on. Each carries the exit code of the command line that met it.

SyndicatorError (1)
├── ConfigError (78)        a file of the operator's is wrong: names the file, the key and the cure
├── MissingError (69)       something needed is not there
├── LockedError (75)        another run holds the lock
├── NetworkDown (4)         no source could be reached at all
├── UsageError (2)          a command was called in a way it does not know
├── StoreError (69)         the database cannot be used as it is: names the cure
├── DiskError (69)          the disk or the system refuses a file: names it and the cure
├── NotAnArticle (69)       a page that is no article, with its kind
├── NotAFeed                bytes that are no feed, with the reason
└── WorkerFailed            the worker process did not come back with a result
"""

from __future__ import annotations

import errno

from syndicator.reasons import NOT_AN_ARTICLE, CommandReason


class SyndicatorError(Exception):
    """Base of all errors that are not our bugs; `str(error)` is one clear sentence or two, `reason` a code of
    `syndicator.reasons`."""

    exit_code = 1
    reason: str = CommandReason.BUG


class ConfigError(SyndicatorError):
    exit_code = 78
    reason = CommandReason.BAD_CONFIG


class MissingError(SyndicatorError):
    exit_code = 69
    reason = CommandReason.MISSING


class LockedError(SyndicatorError):
    exit_code = 75
    reason = CommandReason.LOCKED


class NetworkDown(SyndicatorError):
    exit_code = 4
    reason = CommandReason.NO_NETWORK


class UsageError(SyndicatorError):
    exit_code = 2
    reason = CommandReason.USAGE


class StoreError(SyndicatorError):
    exit_code = 69
    reason = CommandReason.STORE


class DiskError(SyndicatorError):
    exit_code = 69
    reason = CommandReason.DISK

    @classmethod
    def of(cls, error: OSError) -> DiskError:
        """The system's message, with the file it is about and the cure."""
        cure = _CURES.get(error.errno or 0, "")
        what = f"{error.filename}: " if error.filename else ""
        return cls(f"{what}{error.strerror or error}" + (f"; {cure}" if cure else ""))


_CURES = {
    errno.ENOSPC: "the disk is full (df, df -i): free some space and run again, nothing is lost",
    errno.EDQUOT: "the disk quota is used up: free some space and run again, nothing is lost",
    errno.EFBIG: "files may not grow so large here: raise the limit (ulimit -f)",
    errno.EROFS: "the file system is read-only: mount it writable, or set [paths] to folders that are",
    errno.EACCES: "give this user the right to read and write it",
    errno.EPERM: "give this user the right to read and write it",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n), or lower fetch.concurrency",
    errno.ENFILE: "the system has too many files open: close other programs",
    errno.EIO: "the disk does not read or write: check the disk",
}
# What is wrong with this machine, and not with a page or a source.
OURS = frozenset(_CURES)


class NotAnArticle(SyndicatorError):
    """The page is something else: `kind` is a `reasons.PageReason`."""

    exit_code = 69

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"not an article: {kind}" + (f" ({detail})" if detail else ""))
        self.kind = kind
        self.reason = f"{NOT_AN_ARTICLE}{kind}"
        self.detail = detail

    def __reduce__(self) -> tuple[type[NotAnArticle], tuple[str, str]]:
        return (NotAnArticle, (self.kind, self.detail))


class NotAFeed(SyndicatorError):
    """The bytes are no feed: `reason` is a `reasons.FeedReason`."""

    exit_code = 69

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"not a feed: {reason}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[NotAFeed], tuple[str, str]]:
        return (NotAFeed, (self.reason, self.detail))


class WorkerFailed(SyndicatorError):
    """The worker gave no result: `reason` is a `reasons.WorkerReason`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"worker {reason}" + (f": {detail}" if detail else ""))
        self.reason = reason
        self.detail = detail
