"""Send alerts by the operator's command or by mail, also when jobs of `up` keep failing.

Alerts never stop a run: faults are returned."""

import asyncio
import json
import os
import signal
import smtplib
import ssl
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from syndicator.configuration.settings import Alert, Settings, Site
from syndicator.core.errors import ConfigError, SyndicatorError
from syndicator.core.program import logger
from syndicator.core.reasons import ConditionReason, explained
from syndicator.core.text import line
from syndicator.health.conditions import Condition, plain
from syndicator.health.episodes import (
    Event,
    Memory,
    Outbox,
    event_lines,
    follow,
    is_due,
    put,
    titles,
)

SECONDS: Final = 30.0  # for a command, and for each step of a mail
_OUTPUT = 2000  # characters of a command's output that are logged
_SUBJECT = 100
# ValueError: a host or a text that cannot be encoded
_UNSENT = (OSError, smtplib.SMTPException, ValueError)
_IN_A_ROW = 2  # failed runs: a half-written file is complete at the next one


async def send(
    settings: Settings, outbox: Outbox, now: datetime, environ: Mapping[str, str]
) -> Outbox:
    """Send all waiting events in one message. Returns the outbox after that."""
    alert = settings.alert
    site = settings.site
    fault = ""
    printed = ""
    if alert.command:
        fault, printed = await _run(alert.command, message(site, outbox.waiting, now), environ)
    if alert.mail:
        unsent = await deliver(alert, [alert.mail], *letter(site, outbox.waiting), now, environ)
        fault = "; ".join(filter(None, (fault, unsent)))
    logger("health").info("alert sent", events=len(outbox.waiting), printed=printed, fault=fault)
    return Outbox(waiting=outbox.waiting if fault else (), last=now, fault=fault)


async def deliver(
    alert: Alert,
    to: Sequence[str],
    subject: str,
    text: str,
    now: datetime,
    environ: Mapping[str, str],
) -> str:
    """Send a mail by the server of `alert`. Returns the fault, or ""."""
    user = unquote(urlsplit(alert.smtp).username or "")
    mail = EmailMessage()
    try:
        mail["Subject"] = subject
        mail["From"] = user if "@" in user else to[0]  # servers want their user's own address there
        mail["To"] = ", ".join(to)
        mail["Date"] = format_datetime(now)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail.set_content(text)
        secret = password(alert, environ)
        await _aside(lambda: _post(alert, mail, secret))
    except (*_UNSENT, ConfigError) as error:
        parts = urlsplit(alert.smtp)
        server = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        return f"mail to {', '.join(to)} by {server}: {line(str(error))}"
    return ""


async def _aside(work: Callable[[], None]) -> None:
    """Run `work` in a thread that does not keep the process alive. Raises its errors."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def over(error: Exception | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def working() -> None:
        fault: Exception | None = None
        try:
            work()
        except _UNSENT as error:
            fault = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(over, fault)

    threading.Thread(target=working, daemon=True).start()
    await done


def message(site: Site, events: Sequence[Event], now: datetime) -> dict[str, Any]:
    """Return the document that a command gets on stdin."""
    items = [
        {"title": title, **asdict(event)}
        for event, title in zip(events, titles(events), strict=True)
    ]
    return {"site": site.title, "url": site.url, "at": now, "events": items}


async def _run(
    command: Sequence[str], document: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, str]:
    """Run the operator's command; kill its process group. Returns (fault, output)."""
    body = json.dumps(document, default=lambda at: at.isoformat()).encode()
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"{command[0]}: {getattr(error, 'strerror', None) or error}", ""
    try:
        out, _ = await asyncio.wait_for(process.communicate(body), SECONDS)
    except TimeoutError:
        return f"{command[0]}: no end after {SECONDS:.0f} s", ""
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    printed = out.decode(errors="replace")[:_OUTPUT].strip()
    code = process.returncode
    return (
        f"{command[0]}: exit code {code}" + (f": {line(printed)}" if printed else "")
        if code
        else ""
    ), printed


def letter(site: Site, events: Sequence[Event]) -> tuple[str, str]:
    """Return subject (the first event) and text of the mail."""
    heads = list(titles(events))
    more = f" (and {len(heads) - 1} more)" if len(heads) > 1 else ""
    pairs = zip(heads, events, strict=True)
    parts = [
        "\n".join([line(head), *(f"  {each}" for each in event_lines(event))])
        for head, event in pairs
    ]
    return f"{line(site.title)}: {line(heads[0])[:_SUBJECT]}{more}", "\n\n".join(parts) + "\n"


def password(alert: Alert, environ: Mapping[str, str]) -> str:
    """Return the mail password, or "". Raises ConfigError for an unset or unusable variable."""
    if not alert.password_env:
        return ""
    if not (value := environ.get(alert.password_env, "")):
        raise ConfigError(
            f"the environment variable {alert.password_env} is not set; alert.password_env names it"
        )
    if not value.isascii():  # smtplib cannot send it, and its error message would show a part of it
        raise ConfigError(
            f"the environment variable {alert.password_env} has characters that are not ASCII"
        )
    return value


def _post(alert: Alert, mail: EmailMessage, secret: str) -> None:
    """Send the mail by TLS, or STARTTLS if offered; without, no password is sent."""
    parts = urlsplit(alert.smtp)
    tls = ssl.create_default_context()
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=SECONDS, context=tls
        )
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    with server:
        server.ehlo()
        local = host in ("localhost", "127.0.0.1", "::1")
        if parts.scheme == "smtp" and server.has_extn("starttls") and not local:
            server.starttls(context=tls)
            server.ehlo()
        elif parts.scheme == "smtp" and secret and not local:
            raise smtplib.SMTPException(
                "the server offers no TLS, and a password is not sent without it"
            )
        if secret:
            server.login(unquote(parts.username or alert.mail), secret)
        server.send_message(mail)


class Outage:
    """Alerts about jobs that fail."""

    def __init__(self) -> None:
        self._memory = Memory()
        self._outbox = Outbox()
        self._failures: dict[str, int] = {}  # in a row, by job
        self._errors: dict[str, SyndicatorError] = {}  # by job
        self._sending_lock = asyncio.Lock()  # several jobs may fail at the same time

    async def note_end(
        self,
        settings: Settings,
        error: SyndicatorError | None,
        now: datetime,
        environ: Mapping[str, str],
        *,
        job: str = "",
    ) -> str:
        """Note how a job ended. Alert after it failed twice in a row, and when no job does. Returns
        a fault, or ""."""
        if error is None:
            self._failures.pop(job, None)
            self._errors.pop(job, None)
        else:
            self._failures[job] = self._failures.get(job, 0) + 1
            self._errors[job] = error
            if self._failures[job] < _IN_A_ROW:
                return ""
        lasting = [
            self._errors[name] for name, failures in self._failures.items() if failures >= _IN_A_ROW
        ]
        # It depends on this instance's folder and the time: after a restart in an outage the alert
        # is sent again.
        instance = uuid.uuid5(uuid.NAMESPACE_OID, settings.at(""))
        self._memory, events = follow(self._memory, map(_condition_of, lasting), now, instance)
        if settings.alert.command or settings.alert.mail:
            self._outbox = put(self._outbox, events)
        return await self._send_if_due(settings, now, environ)

    async def _send_if_due(
        self, settings: Settings, now: datetime, environ: Mapping[str, str]
    ) -> str:
        """Send what waits in the outbox; what comes meanwhile stays there. Returns a fault, or
        ""."""
        async with self._sending_lock:
            if not is_due(self._outbox, now):
                return ""
            sent = self._outbox.waiting
            outbox = await send(settings, self._outbox, now, environ)
            later = [event for event in self._outbox.waiting if event not in sent]
            self._outbox = replace(outbox, waiting=(*outbox.waiting, *later))
            return self._outbox.fault


def _condition_of(error: SyndicatorError) -> Condition:
    means, cure = explained(error.reason)
    kind = (
        ConditionReason.CONFIGURATION
        if isinstance(error, ConfigError)
        else ConditionReason.DATABASE
    )
    return plain(kind, reason=means, detail=str(error), cure=cure, code=error.reason)
