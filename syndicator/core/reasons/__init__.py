"""All reason codes, which say why a fetch, page, feed, entry or command failed, with their cures.
docs/reasons.md lists them. A code never changes; the same code may mean something else in another
class."""

from collections.abc import Iterable

from syndicator.core.reasons.operation_reasons import CheckReason, CommandReason, ConditionReason
from syndicator.core.reasons.publishing_reasons import (
    FeedFileReason,
    FileReason,
    HoldReason,
    LintReason,
    LlmReason,
    PictureReason,
)
from syndicator.core.reasons.reason import Reason
from syndicator.core.reasons.visit_reasons import (
    EntryReason,
    FeedReason,
    FetchReason,
    HubReason,
    MailReason,
    PageReason,
    WorkerReason,
)

__all__ = [
    "FOR_THE_OPERATOR",
    "GROUPS",
    "NOT_AN_ARTICLE",
    "NOT_A_FEED",
    "CheckReason",
    "CommandReason",
    "ConditionReason",
    "EntryReason",
    "FeedFileReason",
    "FeedReason",
    "FetchReason",
    "FileReason",
    "HoldReason",
    "HubReason",
    "LintReason",
    "LlmReason",
    "MailReason",
    "PageReason",
    "PictureReason",
    "Reason",
    "WorkerReason",
    "explained",
]

# prefixes of the codes of pages and feeds
NOT_AN_ARTICLE = "not-an-article-"
NOT_A_FEED = "not-a-feed-"
# prefix of the status of an answer that has no code of its own
_HTTP = "http-"

# Reasons for which an entry waits until the operator repairs something; such a try does not count.
FOR_THE_OPERATOR: frozenset[str] = frozenset(
    (
        EntryReason.BAD_RULES,
        FetchReason.UNSET_VARIABLE,
        FetchReason.NO_BROWSER,
        FetchReason.BAD_COOKIES,
        FetchReason.SESSION_ENDED,
        FileReason.BAD_ARTICLE_FILE,
        CommandReason.BAD_CONFIG,
    )
)
GROUPS: tuple[type[Reason], ...] = (
    CommandReason,
    FetchReason,
    MailReason,
    PageReason,
    FeedReason,
    WorkerReason,
    EntryReason,
    FileReason,
    HoldReason,
    PictureReason,
    FeedFileReason,
    LintReason,
    CheckReason,
    ConditionReason,
    HubReason,
    LlmReason,
)
# prefix -> class of its codes, and what the address should have given
_PREFIXED: dict[str, tuple[type[Reason], str]] = {
    NOT_AN_ARTICLE: (PageReason, "article"),
    NOT_A_FEED: (FeedReason, "feed"),
}
# classes in which a code without a prefix is searched, in this order
_OF_VISITS: tuple[type[Reason], ...] = (
    FetchReason,
    MailReason,
    WorkerReason,
    EntryReason,
    FileReason,
    PictureReason,
    FeedFileReason,
    CommandReason,
    ConditionReason,
    HubReason,
)


def explain_reason(code: str) -> tuple[str, str]:
    """Return the meaning and the cure of a reason code, both in words. The cure is "" if there is
    nothing to do. For an unknown code, the meaning is the code itself."""
    # a reason why the address of, say, a feed gave none
    for prefix, (group, noun) in _PREFIXED.items():
        if not code.startswith(prefix):
            continue
        reason = _find_reason(code.removeprefix(prefix), (group,))
        if reason is None:
            return code, ""
        return f"the address gives no {noun}: {reason.means}", reason.cure

    reason = _find_reason(code, _OF_VISITS)
    if reason is not None:
        return reason.means, reason.cure

    # an HTTP status
    if not code.startswith(_HTTP):
        return code, ""
    status = code.removeprefix(_HTTP)
    verb = "fails" if status.startswith("5") else "refuses the request"
    return f"the server {verb} (HTTP {status})", "nothing: it is retried"


def _find_reason(code: str, groups: Iterable[type[Reason]]) -> Reason | None:
    """Return the reason with this code, or None if there is none. `groups`: the classes of reasons
    to look in; of several that have the code, the first counts."""
    for group in groups:
        for reason in group:
            if reason == code:
                return reason
    return None
