"""Call an OpenAI-compatible endpoint, with a daily budget and pauses after failures."""

import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from syndicator.configuration.settings import Llm
from syndicator.core.model import Failed, Fetched, FetchResult, Request
from syndicator.core.ports import Fetcher, Material, Meter, Reply
from syndicator.describing.llm import prompt
from syndicator.describing.llm.aligned import Refusal
from syndicator.describing.llm.prompt import FORMS

CONNECT_SECONDS: Final = 3.0
_UNKNOWN_FORM: Final = (400, 422)  # answers to an unsupported form
LONGEST: Final = 50_000  # characters of an answer
SECRET: Final = 8  # least characters of a key to mask
_MASK: Final = "[key]"
_ESCAPED: Final = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
FIRST_REST: Final = timedelta(minutes=1)  # doubled with each in a row
LONGEST_REST: Final = timedelta(hours=1)
MOST_DOUBLINGS: Final = 10  # of a pause, so that the number stays small
MOST_TOKENS: Final = 10**9  # of one answer; more is an error of the endpoint
LONGEST_WISH: Final = timedelta(days=1)  # longest Retry-After
IN_A_ROW: Final = 3  # failures, each of which the question may have caused
# Failures that another question would not mend.
_AT_ONCE: Final = frozenset(
    (
        "dns",
        "connect",
        "tls",
        "blocked-address",
        "bad-url",
        "rate-limited",
        "system",
        "http-301",
        "http-302",
        "http-303",
        "http-307",
        "http-308",
        "http-401",
        "http-402",
        "http-403",
        "http-404",
        "http-405",
    )
)


class Endpoint:
    """An OpenAI-compatible endpoint. `key`: bearer token, "" for none; it is masked in answers.
    `allow`: private addresses that the fetcher may call. `fence`: returns a random line, which is
    put before and after the article in a question."""

    def __init__(
        self,
        settings: Llm,
        fetcher: Fetcher,
        *,
        key: str = "",
        allow: Sequence[str] = (),
        fence: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._key = key
        self._allow = tuple(allow)
        self._fence = fence

    async def ask(self, material: Material, form: str) -> Reply | Failed:
        """Send a question about the article in `material` to the model, and return its reply. A
        failure is returned, not raised. `form`: how the request demands JSON, one of
        `prompt.FORMS`. If the endpoint refuses this form (status 400 or 422), the simpler ones
        after it are tried."""
        messages = prompt.build_messages(material, self._fence())
        schema = prompt.build_schema(material)
        first_form = FORMS.index(form) if form in FORMS else 0
        result: FetchResult | None = None
        for form_to_try in FORMS[first_form:]:
            body = prompt.build_body(self._settings.model, messages, schema, form_to_try)
            result = await self._fetcher.fetch(self._build_request(body))
            is_unknown_form = isinstance(result, Failed) and result.status in _UNKNOWN_FORM
            if not is_unknown_form:
                return self._mask_key(_parse_reply(result, form_to_try))
        assert isinstance(result, Failed)  # the endpoint takes not even the simplest form
        return self._mask_key(result)

    def estimate_cost(self, material: Material) -> int:
        """Return the largest number of tokens expected for question and answer together."""
        return prompt.estimate_cost(prompt.build_messages(material, ""))

    async def aclose(self) -> None:
        await self._fetcher.aclose()

    def _build_request(self, body: bytes) -> Request:
        """Return the request that sends the question `body` to the model, with the secret key of
        the endpoint if there is one."""
        headers = {"content-type": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        return Request(
            url=build_completions_url(self._settings.url),
            kind="llm",
            method="POST",
            body=body,
            headers=headers,
            allow=self._allow,
            deadline=self._settings.seconds,
            connect=min(CONNECT_SECONDS, self._settings.seconds),
        )

    def _mask_key(self, result: Reply | Failed) -> Reply | Failed:
        """Return the result with the secret key masked in its text. The text of a reply is cut to
        LONGEST characters."""
        if isinstance(result, Failed):
            return replace(result, detail=self._mask_key_in(result.detail))
        return replace(result, content=self._mask_key_in(result.content)[:LONGEST])

    def _mask_key_in(self, value: str) -> str:
        """Return `value` with the secret key replaced by _MASK."""
        if len(self._key) < SECRET:  # it is no secret but a word, such as "ollama" or "none"
            return value
        masked = value.replace(self._key, _MASK)
        # the key may also be written with JSON escapes; then replace the whole text
        unescaped = _ESCAPED.sub(_unescape, masked)
        return _MASK if self._key in unescaped else masked


def _unescape(escape: re.Match[str]) -> str:
    """Return the character of a match of _ESCAPED: `\\u0041` gives A, `\\x` gives x."""
    code, character = escape.groups()
    return chr(int(code, 16)) if code else character


def build_completions_url(url: str) -> str:
    """Return the URL of chat completions for a base address such as "http://host:port/v1"."""
    parts = urlsplit(url.strip())
    base = parts.path.rstrip("/").removesuffix("/chat/completions")
    return urlunsplit((parts.scheme, parts.netloc, f"{base}/chat/completions", parts.query, ""))


def _parse_reply(result: FetchResult, form: str) -> Reply | Failed:
    """Return the reply of the model from the answer `result`: the text of its first choice and the
    number of tokens (https://platform.openai.com/docs/api-reference/chat/object). Return a Failed
    if the request failed or the answer is no such object. `form`: the form of the request, which is
    stored in the reply."""
    if isinstance(result, Failed):
        return result
    if not isinstance(result, Fetched):
        return Failed(url=result.url, reason="http-304", detail="a 304 to a question")
    try:
        value = json.loads(result.body)
        content = _join_content(value["choices"][0]["message"]["content"])
        return Reply(content=content, tokens=_read_token_count(value), form=form)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        detail = f"{len(result.body)} bytes that are no chat completion"
        return Failed(
            url=result.url, reason="not-a-completion", detail=detail, status=result.status
        )


def _join_content(value: Any) -> str:
    """Return the text of a message. `value`: a string, or a list of parts with a "text" each. For
    any other value, return ""."""
    if isinstance(value, list):
        return "".join(str(part.get("text") or "") for part in value)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode()


def _read_token_count(value: Any) -> int:
    """Return the number of tokens that an answer reports that it took; 0 if it reports none or an
    impossible number. `value`: the parsed JSON of the answer."""
    usage = value.get("usage")
    if not isinstance(usage, dict):
        return 0
    total = usage.get("total_tokens")
    if not isinstance(total, int) or isinstance(total, bool):
        return 0
    return total if 0 < total < MOST_TOKENS else 0


def reset_if_changed(meter: Meter, settings: Llm, now: datetime) -> Meter:
    """Return `meter`, the counts of calls, tokens and failures, as they are valid at `now`. If a
    new day (UTC) has begun, calls and tokens start at 0. If the operator changed the endpoint or
    the model, failures and pauses are forgotten."""
    day = now.astimezone(UTC).strftime("%Y-%m-%d")
    if meter.day != day:
        meter = replace(meter, day=day, calls=0, tokens=0)
    endpoint = f"{settings.url} {settings.model}"
    if meter.endpoint != endpoint:
        return Meter(endpoint=endpoint, day=day, calls=meter.calls, tokens=meter.tokens)
    return meter


def find_hindrance(meter: Meter, settings: Llm, cost: int, now: datetime) -> Refusal | None:
    """Return None if a question may be sent now, else a refusal with the reason: a pause, or the
    daily budget of calls or tokens. `meter`: the counts of today (after `reset_if_changed`).
    `cost`: the largest number of tokens that the question may take."""
    until = meter.rest_until
    # a pause that ends much later is ignored, as the clock was set back
    if until is not None and now < until <= now + LONGEST_WISH:
        why = f"{meter.reason}: {meter.detail}" if meter.detail else meter.reason
        return Refusal(
            reason="resting", detail=f"until {until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} ({why})"
        )
    if meter.calls >= settings.daily_calls:
        return Refusal(
            reason="budget-calls",
            detail=f"{meter.calls} of {settings.daily_calls} calls of today made",
        )
    if meter.tokens + cost > settings.daily_tokens:
        spent = f"{meter.tokens} of {settings.daily_tokens} tokens of today spent"
        return Refusal(
            reason="budget-tokens", detail=f"{spent}, and the next question may take {cost}"
        )
    return None


def end_pause(meter: Meter) -> Meter:
    """Return `meter` without its pause, unless the endpoint itself asked for it (429)."""
    if meter.reason == "rate-limited":
        return meter
    return replace(meter, rest_until=None)


def count_call(meter: Meter, cost: int) -> Meter:
    """Add a call and its `cost`, the most tokens that it may take. Do this before the call, so that
    interrupted calls count, too."""
    return replace(meter, calls=meter.calls + 1, tokens=meter.tokens + cost)


def record_answer(meter: Meter, cost: int, tokens: int, form: str) -> Meter:
    """Return `meter` after an answer of the endpoint: failures and pauses are forgotten, and the
    tokens of the answer are counted. `cost`: the estimate that was counted before the call.
    `tokens`: the number that the endpoint reports. `form`: the form of request that it accepted."""
    spent = meter.tokens
    is_possible = 0 < tokens <= 10 * cost
    if is_possible:  # replace the estimate
        spent += tokens - cost
    return replace(
        meter, tokens=spent, form=form, failures=0, rests=0, rest_until=None, reason="", detail=""
    )


def record_failure(meter: Meter, failure: Failed, now: datetime) -> Meter:
    """Return `meter` after a failure. It has a pause if the endpoint caused the failure, or if this
    is the third failure in a row. The pause lasts until the time that the endpoint asks for
    (Retry-After), but at most LONGEST_WISH. If it asks for none, the pause is twice as long as the
    last one, but at most LONGEST_REST."""
    counted = replace(
        meter, failures=meter.failures + 1, reason=failure.reason, detail=failure.detail[:300]
    )
    if not is_caused_by_endpoint(failure) and counted.failures < IN_A_ROW:
        return counted
    if failure.retry_after:
        rest_until = min(failure.retry_after, now + LONGEST_WISH)
    else:
        doublings = min(meter.rests, MOST_DOUBLINGS)
        rest_until = now + min(FIRST_REST * 2**doublings, LONGEST_REST)
    return replace(counted, rests=meter.rests + 1, rest_until=rest_until)


def is_caused_by_endpoint(failure: Failed) -> bool:
    """Return True if another question would have failed, too: the endpoint asked for a pause,
    cannot be reached, or refuses the program."""
    return failure.retry_after is not None or failure.reason in _AT_ONCE
