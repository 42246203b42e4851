"""The next state of a picture after it was requested."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.core.model import Failed
from syndicator.core.ports.subscriptions import Picture, PictureRow
from syndicator.core.reasons import PictureReason
from syndicator.pictures import outcomes

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROW = PictureRow(id="a" * 26, url="https://example.org/a.jpg", next_try=NOW)


def record_failed_picture(reason: str, row: PictureRow = ROW, **more: object) -> PictureRow:
    return outcomes.record_failure(row, Failed(url=ROW.url, reason=reason, **more), NOW)  # type: ignore[arg-type]


def test_a_failure_is_tried_again_later_and_later_and_then_no_more() -> None:
    """A picture that fails is tried again after 1, 4, 16 and 64 hours, then never."""
    row = ROW
    waits = []
    while row.next_try:
        row = record_failed_picture("timeout", row)
        waits.append(row.next_try and row.next_try - NOW)
    hour = timedelta(hours=1)

    assert waits == [hour, 4 * hour, 16 * hour, 64 * hour, None]
    assert row.reason == "timeout"


@pytest.mark.parametrize("reason", ["robots", "gone", "blocked-address", "too-large", "http-451"])
def test_what_no_other_try_mends_is_not_tried_again(reason: str) -> None:
    """A picture that fails for a reason that another try does not mend has no next try."""
    assert record_failed_picture(reason).next_try is None


def test_a_host_that_was_not_asked_costs_no_try() -> None:
    """A picture that was not requested (rate limit, our own fault) keeps its tries."""
    later = NOW + timedelta(minutes=7)
    row = record_failed_picture("rate-limited", retry_after=later)

    assert row.tries == 0
    assert row.next_try == later
    assert record_failed_picture("system").tries == 0


def test_a_server_that_asks_for_more_time_gets_it() -> None:
    """A server answers 503 and names a time three days later: the next try is then."""
    later = NOW + timedelta(days=3)
    row = record_failed_picture("http-503", status=503, retry_after=later)

    assert row.next_try == later


def test_what_cannot_be_decoded_is_final_and_what_ours_failed_at_is_not() -> None:
    """A broken picture is not tried again. One at which our process crashed is, an hour later, and
    has used up a try; one for which our process could not be shut off has not."""
    broken = outcomes.record_refusal(ROW, PictureReason.BROKEN, "", NOW, final=True)

    assert broken.next_try is None

    crashed = outcomes.record_refusal(ROW, PictureReason.CRASHED, "", NOW, final=False)

    assert crashed.tries == 1
    assert crashed.next_try == NOW + timedelta(hours=1)

    ours = outcomes.record_refusal(ROW, PictureReason.NOT_SHUT_OFF, "", NOW, final=False)

    assert ours.tries == 0


def test_what_is_off_limits_is_looked_at_again_and_shows_nothing_until_then() -> None:
    """A forbidden picture is hidden and checked again after seven days."""
    before = outcomes.record_copy(ROW, Picture(name="pictures/0.webp", width=1, height=1))
    row = outcomes.record_ban(before, "noimageindex", NOW)

    assert row.picture is None
    assert row.next_try == NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("header", "ban"),
    [
        ("noimageindex", "noimageindex"),
        ("nofollow, NOINDEX", "noindex"),
        ("googlebot: noindex", "noindex"),
        ("none", "none"),
        ("max-image-preview:none", "max-image-preview:none"),
        ("max-image-preview:large", ""),
        ("nofollow, noarchive", ""),
        ("", ""),
    ],
)
def test_the_server_of_a_picture_may_forbid_it(header: str, ban: str) -> None:
    """The header X-Robots-Tag of a picture forbids a thumbnail by these rules: `ban` is the rule
    that does, or "" if none does."""
    assert outcomes.find_ban({"x-robots-tag": header}) == ban


def test_how_a_picture_is_in_words() -> None:
    """A picture is described as waiting, made, refused for good, or to be tried again at a time."""
    assert outcomes.describe_picture(ROW) == "waits to be fetched"

    copy = outcomes.record_copy(ROW, Picture(name="pictures/1.webp", width=640, height=360))

    assert outcomes.describe_picture(copy) == "made, 640 x 360: pictures/1.webp"

    means = PictureReason.FORMAT.means
    refused = outcomes.record_refusal(ROW, PictureReason.FORMAT, means, NOW, final=True)

    assert outcomes.describe_picture(refused) == f"none, picture-format: {means}; not tried again"

    later_failed_picture = record_failed_picture("timeout", detail="15 s")

    assert outcomes.describe_picture(later_failed_picture).endswith(
        " (15 s); tried again after 2026-11-26 13:00 UTC"
    )
