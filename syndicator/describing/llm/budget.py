"""Whether a language model may be asked now: the day's budget, and a circuit breaker for a failing endpoint. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from syndicator.configuration.settings import Llm
from syndicator.core.model import Failed
from syndicator.core.ports import Meter

FIRST_REST: Final = timedelta(minutes=1)  # doubled with each in a row
LONGEST_REST: Final = timedelta(hours=1)
LONGEST_WISH: Final = timedelta(days=1)  # a Retry-After beyond is taken as this
IN_A_ROW: Final = 3  # failures of one kind or another, each of which might be the question's own fault
# What no other question would mend: the endpoint is not there, or does not take ours.
_AT_ONCE: Final = frozenset(
    (
        "dns", "connect", "tls", "blocked-address", "bad-url", "rate-limited", "system",
        "http-301", "http-302", "http-303", "http-307", "http-308", "http-401", "http-402", "http-403", "http-404",
        "http-405",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """Why nothing is asked now. `reason`: budget-calls, budget-tokens or resting."""

    reason: str
    detail: str


def current(meter: Meter, settings: Llm, now: datetime) -> Meter:
    """`meter` as it counts now: a new day has its budget whole, another endpoint or model its health."""
    day = now.astimezone(UTC).strftime("%Y-%m-%d")
    name = f"{settings.url} {settings.model}"
    today = meter if meter.day == day else replace(meter, day=day, calls=0, tokens=0)
    if today.endpoint != name:
        today = Meter(endpoint=name, day=day, calls=today.calls, tokens=today.tokens)
    return today


def hindrance(meter: Meter, settings: Llm, cost: int, now: datetime) -> Hindrance | None:
    """What keeps a question of so many tokens from being asked now, None when nothing does. `meter` is `current`."""
    until = meter.rest_until
    if until is not None and now < until <= now + LONGEST_WISH:  # later than that: the clock was set back
        why = f"{meter.reason}: {meter.detail}" if meter.detail else meter.reason
        return Hindrance(reason="resting", detail=f"until {until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} ({why})")
    if meter.calls >= settings.daily_calls:
        return Hindrance(reason="budget-calls", detail=f"{meter.calls} of {settings.daily_calls} calls of today made")
    if meter.tokens + cost > settings.daily_tokens:
        spent = f"{meter.tokens} of {settings.daily_tokens} tokens of today spent"
        return Hindrance(reason="budget-tokens", detail=f"{spent}, and the next question may take {cost}")
    return None


def awake(meter: Meter) -> Meter:
    """`meter` without a rest that we chose ourselves: an operator asks for another try. One that the endpoint asked for
    stays."""
    return meter if meter.reason == "rate-limited" else replace(meter, rest_until=None)


def begun(meter: Meter, cost: int) -> Meter:
    """A call is made: it counts at once, with the most it may cost, so that one that is cut short counts too."""
    return replace(meter, calls=meter.calls + 1, tokens=meter.tokens + cost)


def succeeded(meter: Meter, cost: int, tokens: int, form: str) -> Meter:
    """The call was answered and took `tokens`; a number that cannot be (0, less, or ten times what was expected) is
    not believed."""
    took = tokens if 0 < tokens <= 10 * cost else cost
    return replace(
        meter, tokens=meter.tokens - cost + took, form=form, failures=0, rests=0, rest_until=None, reason="", detail=""
    )


def failed(meter: Meter, failure: Failed, now: datetime) -> Meter:
    """The call failed: the endpoint is left alone as long as it asks, at once when it is not there at all, or after the
    third failure in a row; each rest in a row is twice as long. What the call might have cost stays counted."""
    after = replace(meter, failures=meter.failures + 1, reason=failure.reason, detail=failure.detail[:300])
    if failure.retry_after is None and failure.reason not in _AT_ONCE and after.failures < IN_A_ROW:
        return after
    ours = now + min(FIRST_REST * 2 ** min(meter.rests, 10), LONGEST_REST)
    wish = min(failure.retry_after, now + LONGEST_WISH) if failure.retry_after else ours
    return replace(after, rests=meter.rests + 1, rest_until=wish)


def is_endpoints(failure: Failed) -> bool:
    """True when the failure says nothing of the article that was asked about."""
    return failure.retry_after is not None or failure.reason in _AT_ONCE
