"""Errors that callers can handle, each with the exit code of the command that it ends.

SyndicatorError (1)
├── ConfigError (78)        a configuration file is wrong: names the file, the key and the cure
├── MissingError (69)       something that the command needs is missing
├── LockedError (75)        another run is in progress
├── NetworkDown (4)         no source could be reached
├── UsageError (2)          the command has a wrong argument or option
│   └── EditedMeanwhile     the text was edited after it was shown
├── StoreError (69)         the database cannot be used: names the cure
├── DiskError (69)          the system cannot read or write a file: names it and the cure
├── NotAnArticle (69)       the page is not an article: names its kind
├── NotAFeed (69)           the bytes are not a feed: says why
└── WorkerFailed (1)        the worker process returned no result"""

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndicator.core.reasons import NOT_AN_ARTICLE, CommandReason, EntryReason

WAIT_CURE = "; --wait waits for it"  # end of the message of a LockedError of a run
_CURES = {
    errno.ENOSPC: "the disk is full (df, df -i): free some space and run again, nothing is lost",
    errno.EDQUOT: "the disk quota is used up: free some space and run again, nothing is lost",
    errno.EFBIG: "the file is larger than this user may write: raise the limit (ulimit -f)",
    errno.EROFS: (
        "the file system is read-only: mount it writable, or set [paths] to folders on another one"
    ),
    errno.EACCES: "give this user the right to read and write it",
    errno.EPERM: "give this user the right to read and write it",
    errno.EMFILE: (
        "too many files are open: raise the limit (ulimit -n), or lower fetch.concurrency"
    ),
    errno.ENFILE: "the system has too many open files: close other programs",
    errno.EREMOTE: (
        "see that the object store answers (AWS_ENDPOINT_URL, AWS_REGION) and run again, nothing is"
        " lost"
    ),
    errno.EIO: "the disk fails to read or write: check the disk",
}
_FOLDER_CURE = (
    "a file is where a folder is needed: move it away, or name another folder under [paths] in"
    " syndicator.toml (articles, public, state, pages)"
)
_FOLDER_CURES = dict.fromkeys((errno.ENOTDIR, errno.EEXIST), _FOLDER_CURE)
# Numbers of errors that this machine causes, not a page or a source.
OURS = frozenset(_CURES)
# Numbers of errors that concern a single file: other files may be written.
OF_A_FILE = frozenset((errno.EACCES, errno.EPERM, errno.EFBIG))


class SyndicatorError(Exception):
    """The base of all errors that are not bugs. `str(error)`: message for the operator.
    `exit_code`: of a command that ends with this error. `reason`: a code of `core.reasons`."""

    exit_code = 1
    reason: str = CommandReason.BUG


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of the configuration. `file`: its path, or "environment variable X"; `message`: what
    is wrong and what to do; `key`: of the wrong value, "" if unknown."""

    file: str
    message: str
    line: int | None = None
    key: str = ""

    @property
    def at(self) -> str:
        """The place of the fault: `file:line`, or the file alone if the line is unknown."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        """Return the fault with its place, as a line for the operator."""
        return f"{self.at}: {self.message}"


class ConfigError(SyndicatorError):
    """The configuration is wrong. `faults`: all its faults; empty if the error was not made by
    `of`."""

    exit_code = 78
    reason: str = CommandReason.BAD_CONFIG
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> "ConfigError":
        """Return an error that has all of `faults`, at least one. Its message is the first fault
        and the number of the others."""
        message = str(faults[0])
        others = len(faults) - 1
        if others > 0:
            message += f" (and {others} more: `syndicator check` lists them)"
        error = cls(message)
        error.faults = tuple(faults)
        return error


class RulesError(ConfigError):
    """The operator's rules for the pages of a source are invalid."""

    reason = EntryReason.BAD_RULES


class MissingError(SyndicatorError):
    """Something that the command needs is missing, such as a package."""

    exit_code = 69
    reason = CommandReason.MISSING


class LockedError(SyndicatorError):
    """Another program holds the lock; the message names it."""

    exit_code = 75
    reason = CommandReason.LOCKED


class NetworkDown(SyndicatorError):
    """No source could be reached."""

    exit_code = 4
    reason = CommandReason.NO_NETWORK


class UsageError(SyndicatorError):
    """The command has a wrong argument or option."""

    exit_code = 2
    reason: str = CommandReason.USAGE


class EditedMeanwhile(UsageError):
    """A text was edited after it was shown, so that an edit of the shown text was refused."""

    reason = CommandReason.EDITED

    def __init__(self, what: str) -> None:
        """`what`: words for the text that was edited, such as the path of its file."""
        super().__init__(f"{what} was edited meanwhile and was not changed; look at it again")


class StoreError(SyndicatorError):
    """The database cannot be used; the message has the cure."""

    exit_code = 69
    reason = CommandReason.STORE


class DiskError(SyndicatorError):
    """The system cannot read or write a file; the message names it and the cure."""

    exit_code = 69
    reason = CommandReason.DISK

    @classmethod
    def of(cls, error: OSError) -> "DiskError":
        """Return a DiskError that describes an error of the operating system with a file. Its
        message has the name of the file, the system's words and, for common errors, the cure."""
        message = str(error.strerror or error)
        if error.filename:
            message = f"{error.filename}: {message}"
        all_cures = _CURES | _FOLDER_CURES
        cure = all_cures.get(error.errno or 0)
        if cure is not None:
            message += f"; {cure}"
        return cls(message)


class RefusedFiles(OSError):
    """Some files of a batch could not be replaced and keep their old bytes; all others were
    written. `errors`: by name of the file, its error."""

    def __init__(self, errors: Mapping[str, OSError]) -> None:
        """`errors`: the error of each file that could not be used, by the name of the file, at
        least one. The first of them gives the message of this error."""
        first = next(iter(errors.values()))
        super().__init__(first.errno, first.strerror, first.filename)
        self.errors = errors


class NotAnArticle(SyndicatorError):
    """The page is not an article. `kind`: what it is, a value of `reasons.PageReason`. `detail`:
    the same in words, or "". `alternate`: address of the AMP or print version of the page, None if
    it has none."""

    exit_code = 69

    def __init__(self, kind: str, detail: str = "", alternate: str | None = None) -> None:
        message = f"not an article: {kind}"
        if detail:
            message += f" ({detail})"
        super().__init__(message)
        self.kind = kind
        self.detail = detail
        self.alternate = alternate
        self.reason = f"{NOT_AN_ARTICLE}{kind}"

    def __reduce__(self) -> tuple[type["NotAnArticle"], tuple[str, str, str | None]]:
        """Let pickle rebuild the error: a worker process sends it to the main process."""
        return (NotAnArticle, (self.kind, self.detail, self.alternate))


class NotAFeed(SyndicatorError):
    """The bytes are not a feed. `reason`: why, a value of `reasons.FeedReason`; `detail`: in words,
    or ""."""

    exit_code = 69

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"not a feed: {reason}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["NotAFeed"], tuple[str, str]]:
        """Let pickle rebuild the error: a worker process sends it to the main process."""
        return (NotAFeed, (self.reason, self.detail))


class WorkerFailed(SyndicatorError):
    """The worker process returned no result. `reason`: why, a value of `reasons.WorkerReason`;
    `detail`: in words, or ""."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"worker {reason}" + (f": {detail}" if detail else ""))
        self.reason = reason
        self.detail = detail


def find_reported_error(failed: BaseExceptionGroup) -> BaseException:
    """Return the error to report for `failed`, a group of errors that may have groups in it: the
    first SyndicatorError, or the first error if there is no SyndicatorError."""
    errors: list[BaseException] = []
    for error in failed.exceptions:
        if isinstance(error, BaseExceptionGroup):
            errors.append(find_reported_error(error))
        else:
            errors.append(error)
    for error in errors:
        if isinstance(error, SyndicatorError):
            return error
    return errors[0]
