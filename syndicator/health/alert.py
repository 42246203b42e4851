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
from syndicator.core.reasons import ConditionReason, explain_reason
from syndicator.core.text import line
from syndicator.health.conditions import Condition, make_condition
from syndicator.health.episodes import (
    Event,
    Memory,
    Outbox,
    add_to_outbox,
    is_due,
    iterate_headlines,
    list_event_lines,
    update_episodes,
)

SECONDS: Final = 30.0  # for a command, and for each step of a mail
_MOST_OUTPUT_CHARACTERS = 2000  # characters of a command's output that are logged
_MOST_SUBJECT_CHARACTERS = 100  # characters of a title in the subject of a mail
_SMTP_PORT: Final = 25  # RFC 5321
_SMTPS_PORT: Final = 465  # RFC 8314
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
# ValueError: a host or a text that cannot be encoded
_SENDING_ERRORS = (OSError, smtplib.SMTPException, ValueError)
_FAILED_RUNS_TO_ALERT = 2  # failed runs: a half-written file is complete at the next one


async def send_alert(
    settings: Settings, outbox: Outbox, now: datetime, environ: Mapping[str, str]
) -> Outbox:
    """Send all waiting events in one message, by the command and by the mail that the settings
    name. Return the outbox to store. If both succeed, it is empty; if one fails, it still has all
    events, and the fault."""
    alert = settings.alert
    site = settings.site
    faults: list[str] = []
    printed = ""
    if alert.command:
        document = make_document(site, outbox.waiting, now)
        command_fault, printed = await _run_command(alert.command, document, environ)
        faults.append(command_fault)
    if alert.mail:
        subject, text = compose_mail(site, outbox.waiting)
        faults.append(await send_mail(alert, [alert.mail], subject, text, now, environ))
    fault = "; ".join(filter(None, faults))
    logger("health").info("alert sent", events=len(outbox.waiting), printed=printed, fault=fault)
    return Outbox(waiting=outbox.waiting if fault else (), last=now, fault=fault)


async def send_mail(
    alert: Alert,
    to: Sequence[str],
    subject: str,
    text: str,
    now: datetime,
    environ: Mapping[str, str],
) -> str:
    """Send a mail through the mail server of `alert`. `to`: its addresses. Return the fault in
    words, "" if the mail was sent."""
    user = unquote(urlsplit(alert.smtp).username or "")
    mail = EmailMessage()
    try:
        mail["Subject"] = subject
        mail["From"] = user if "@" in user else to[0]  # servers want their user's own address there
        mail["To"] = ", ".join(to)
        mail["Date"] = format_datetime(now)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail.set_content(text)
        secret = read_password(alert, environ)
        await _run_in_thread(lambda: _send_mail(alert, mail, secret))
    except (*_SENDING_ERRORS, ConfigError) as error:
        return f"mail to {', '.join(to)} by {_name_server(alert)}: {line(str(error))}"
    return ""


def _name_server(alert: Alert) -> str:
    """Return the address of the mail server without user and password."""
    parts = urlsplit(alert.smtp)
    server = f"{parts.scheme}://{parts.hostname}"
    if parts.port:
        server += f":{parts.port}"
    return server


async def _run_in_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread and wait for it. The thread does not keep the process alive. Raises
    what `work` raises, one of `_SENDING_ERRORS`."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()

    def set_outcome(error: Exception | None) -> None:
        """Runs in the event loop, when the thread has ended."""
        if future.done():
            return
        if error:
            future.set_exception(error)
        else:
            future.set_result(None)

    def run_work() -> None:
        """Runs in the thread."""
        fault: Exception | None = None
        try:
            work()
        except _SENDING_ERRORS as error:
            fault = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(set_outcome, fault)

    threading.Thread(target=run_work, daemon=True).start()
    await future


def make_document(site: Site, events: Sequence[Event], now: datetime) -> dict[str, Any]:
    """Return the JSON document that the operator's alert command gets on stdin."""
    described: list[dict[str, Any]] = []
    for event, title in zip(events, iterate_headlines(events), strict=True):
        described.append({"title": title, **asdict(event)})
    return {"site": site.title, "url": site.url, "at": now, "events": described}


async def _run_command(
    command: Sequence[str], document: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, str]:
    """Run the operator's command for at most SECONDS, with `document` as JSON on stdin. When it
    ends, all its processes are killed. Return two texts: the fault ("" for none), and what the
    command printed."""
    body = json.dumps(document, default=lambda moment: moment.isoformat()).encode()
    program = command[0]
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
        return f"{program}: {getattr(error, 'strerror', None) or error}", ""
    try:
        output, _ = await asyncio.wait_for(process.communicate(body), SECONDS)
    except TimeoutError:
        return f"{program}: no end after {SECONDS:.0f} s", ""
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    printed = output.decode(errors="replace")[:_MOST_OUTPUT_CHARACTERS].strip()
    if not process.returncode:
        return "", printed
    fault = f"{program}: exit code {process.returncode}"
    if printed:
        fault += f": {line(printed)}"
    return fault, printed


def compose_mail(site: Site, events: Sequence[Event]) -> tuple[str, str]:
    """Return subject and text of a mail about `events`. The subject has the headline of the first
    event."""
    headings = [line(title) for title in iterate_headlines(events)]
    subject = f"{line(site.title)}: {headings[0][:_MOST_SUBJECT_CHARACTERS]}"
    if len(headings) > 1:
        subject += f" (and {len(headings) - 1} more)"
    paragraphs: list[str] = []
    for heading, event in zip(headings, events, strict=True):
        details = [f"  {detail}" for detail in list_event_lines(event)]
        paragraphs.append("\n".join([heading, *details]))
    return subject, "\n\n".join(paragraphs) + "\n"


def read_password(alert: Alert, environ: Mapping[str, str]) -> str:
    """Return the password for the mail server, "" if none is needed. Raises ConfigError if the
    environment variable of the password is empty, or has characters that cannot be sent."""
    if not alert.password_env:
        return ""
    secret = environ.get(alert.password_env, "")
    if not secret:
        raise ConfigError(
            f"the environment variable {alert.password_env} is not set; alert.password_env names it"
        )
    if not secret.isascii():  # smtplib cannot send it, and its error would show a part of it
        raise ConfigError(
            f"the environment variable {alert.password_env} has characters that are not ASCII"
        )
    return secret


def _send_mail(alert: Alert, mail: EmailMessage, secret: str) -> None:
    """Send a mail through the server of `alert`. The connection is encrypted if the address says so
    (smtps) or the server offers STARTTLS. Without encryption, no password is sent, except to this
    machine. `secret`: the password, "" for none. Raises OSError, SMTPException or ValueError."""
    parts = urlsplit(alert.smtp)
    tls = ssl.create_default_context()
    host = parts.hostname or "localhost"
    begins_with_tls = parts.scheme == "smtps"
    if begins_with_tls:
        port = parts.port or _SMTPS_PORT
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, parts.port or _SMTP_PORT, timeout=SECONDS)
    with server:
        server.ehlo()
        needs_starttls = parts.scheme == "smtp" and host not in _THIS_MACHINE
        if needs_starttls and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        elif needs_starttls and secret:
            raise smtplib.SMTPException(
                "the server offers no TLS, and a password is not sent without it"
            )
        if secret:
            server.login(unquote(parts.username or alert.mail), secret)
        server.send_message(mail)


class Outage:
    """Alerts about jobs of `up` that fail again and again. The state is only in memory, because the
    database may be what fails."""

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
        """Note how a job ended, and send an alert that is due. `error`: why it failed, None if it
        succeeded. The alert begins when a job has failed twice in a row, and ends when no job fails
        any more. Return why the alert could not be sent, "" if nothing went wrong."""
        if error is None:
            self._failures.pop(job, None)
            self._errors.pop(job, None)
        else:
            self._failures[job] = self._failures.get(job, 0) + 1
            self._errors[job] = error
            if self._failures[job] < _FAILED_RUNS_TO_ALERT:
                return ""
        lasting = [
            self._errors[name]
            for name, failures in self._failures.items()
            if failures >= _FAILED_RUNS_TO_ALERT
        ]
        # It depends on this instance's folder and the time: after a restart in an outage the alert
        # is sent again.
        instance = uuid.uuid5(uuid.NAMESPACE_OID, settings.at(""))
        self._memory, events = update_episodes(
            self._memory, map(_make_failed_run_condition, lasting), now, instance
        )
        if settings.alert.command or settings.alert.mail:
            self._outbox = add_to_outbox(self._outbox, events)
        return await self._send_if_due(settings, now, environ)

    async def _send_if_due(
        self, settings: Settings, now: datetime, environ: Mapping[str, str]
    ) -> str:
        """Send the events in the outbox if a message is due. Events that are added during the
        sending wait for the next message. Return why it could not be sent, "" if nothing went
        wrong."""
        async with self._sending_lock:
            if not is_due(self._outbox, now):
                return ""
            sent = self._outbox.waiting
            outbox = await send_alert(settings, self._outbox, now, environ)
            later = [event for event in self._outbox.waiting if event not in sent]
            self._outbox = replace(outbox, waiting=(*outbox.waiting, *later))
            return self._outbox.fault


def _make_failed_run_condition(error: SyndicatorError) -> Condition:
    """Return the condition of an instance whose jobs fail with `error`."""
    reason, cure = explain_reason(error.reason)
    kind = ConditionReason.DATABASE
    if isinstance(error, ConfigError):
        kind = ConditionReason.CONFIGURATION
    return make_condition(kind, reason=reason, detail=str(error), cure=cure, code=error.reason)
