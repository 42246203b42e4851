"""Why no hub pushes a source."""

from __future__ import annotations

from syndicator.core.reasons.base import Reason


class HubReason(Reason):
    """Why no hub pushes a source, beside the reasons of fetching; it is polled as any other."""

    UNVERIFIED = (
        "unverified",
        "the hub took the subscription and has not verified it (yet)",
        "see that the hub reaches site.callback from where it is; it is asked again",
    )
    DENIED = "denied", "the hub denied the subscription", "nothing, it is asked again after a week"
