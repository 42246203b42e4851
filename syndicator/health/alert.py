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
    is_message_due,
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
    """Send all events in the outbox in one message: by the alert command and by mail, as far as the
    settings name them. Return the outbox to store in its place. It is empty if all went well. If
    one way fails, it keeps all events and says why. `environ`: environment variables."""
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
    """Send a mail through the mail server that the settings `alert` name. `to`: the addresses of
    the receivers; `text`: its content; `environ`: environment variables, one of which may have the
    password of the server. Return the fault in words, "" if the mail was sent."""
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
    """Return the address of the mail server without user and password, such as
    smtp://mail.example:587."""
    parts = urlsplit(alert.smtp)
    server = f"{parts.scheme}://{parts.hostname}"
    if parts.port:
        server += f":{parts.port}"
    return server


async def _run_in_thread(work: Callable[[], None]) -> None:
    """Call `work` in a thread of its own and wait until it returns. If `work` raises one of
    `_SENDING_ERRORS`, raise it here. The thread does not keep the process alive."""
    loop = asyncio.get_running_loop()
    is_finished: asyncio.Future[None] = loop.create_future()

    def finish(error: Exception | None) -> None:
        """The event loop calls this after the thread has called `work`."""
        if is_finished.done():  # cancelled: nobody waits any more
            return
        if error:
            is_finished.set_exception(error)
        else:
            is_finished.set_result(None)

    def run_thread() -> None:
        """The whole work of the thread."""
        raised: Exception | None = None
        try:
            work()
        except _SENDING_ERRORS as error:
            raised = error
        with suppress(RuntimeError):  # the event loop has ended meanwhile
            loop.call_soon_threadsafe(finish, raised)

    # `asyncio.to_thread` would keep the process alive until the mail server answers
    threading.Thread(target=run_thread, daemon=True).start()
    await is_finished


def make_document(site: Site, events: Sequence[Event], now: datetime) -> dict[str, Any]:
    """Return the JSON object that the operator's alert command gets on stdin: title and address of
    the site, the time, and the events, each with a headline."""
    described: list[dict[str, Any]] = []
    for event, title in zip(events, iterate_headlines(events), strict=True):
        described.append({"title": title, **asdict(event)})
    return {"site": site.title, "url": site.url, "at": now, "events": described}


async def _run_command(
    command: Sequence[str], document: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, str]:
    """Run the operator's command for at most SECONDS, with `document` as JSON on stdin. When it
    ends, all processes that it started are killed. Return two texts: the fault ("" for none), and
    what the command printed. `environ`: environment variables of the command."""
    body = json.dumps(document, default=lambda moment: moment.isoformat()).encode()
    program = command[0]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environ),
            start_new_session=True,  # a process group of its own, which can be killed at once
        )
    except (OSError, ValueError) as error:
        explanation = getattr(error, "strerror", None) or error  # without the path of an OSError
        return f"{program}: {explanation}", ""
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
    """Return the subject and the text of a mail about `events`. The subject has the headline of the
    first event and the number of the others; the text has a paragraph for each event."""
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
    """Return the password of the mail server from the environment variable that the setting
    `password_env` names; "" if it names none. Raises ConfigError if the variable is empty or has
    characters that cannot be sent."""
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
    """Send a mail through the server that `alert.smtp` names. The connection is encrypted if the
    address begins with "smtps:" or the server offers STARTTLS. A password is sent only over an
    encrypted connection or to this machine. `secret`: the password, "" for none. Raises OSError,
    SMTPException or ValueError."""
    parts = urlsplit(alert.smtp)
    tls = ssl.create_default_context()
    host = parts.hostname or "localhost"
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        port = parts.port or _SMTPS_PORT
        server = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=tls)
    else:
        port = parts.port or _SMTP_PORT
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    with server:
        server.ehlo()
        is_encrypted = parts.scheme != "smtp"
        is_insecure = not is_encrypted and host not in _THIS_MACHINE
        if is_insecure and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()  # RFC 3207: ask again after STARTTLS
        elif is_insecure and secret:
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
        """Note how the job named `job` ended, and send an alert that is due. `error`: why the job
        failed, None if it succeeded. The operator is told when a job has failed twice in a row, and
        again when no job fails any more. Return why the alert could not be sent, "" if nothing went
        wrong."""
        if error is None:
            self._failures.pop(job, None)
            self._errors.pop(job, None)
        else:
            self._failures[job] = self._failures.get(job, 0) + 1
            self._errors[job] = error
            if self._failures[job] < _FAILED_RUNS_TO_ALERT:
                return ""

        conditions: list[Condition] = []
        for failing_job, failures in self._failures.items():
            if failures >= _FAILED_RUNS_TO_ALERT:
                conditions.append(_make_failed_run_condition(self._errors[failing_job]))
        # The real id of the instance may be unreadable during an outage: make one from its folder.
        # Ids of events contain the time, too: a restart in an outage sends the alert again.
        instance = uuid.uuid5(uuid.NAMESPACE_OID, settings.at(""))
        self._memory, events = update_episodes(self._memory, conditions, now, instance)
        if settings.alert.command or settings.alert.mail:
            self._outbox = add_to_outbox(self._outbox, events)
        return await self._send_if_due(settings, now, environ)

    async def _send_if_due(
        self, settings: Settings, now: datetime, environ: Mapping[str, str]
    ) -> str:
        """Send the events in the outbox if a message is due. Return why the message could not be
        sent, "" if nothing went wrong."""
        async with self._sending_lock:
            if not is_message_due(self._outbox, now):
                return ""
            in_message = self._outbox.waiting
            new_outbox = await send_alert(settings, self._outbox, now, environ)
            # other jobs may have added events during the sending: they wait for the next message
            added = [event for event in self._outbox.waiting if event not in in_message]
            self._outbox = replace(new_outbox, waiting=(*new_outbox.waiting, *added))
            return self._outbox.fault


def _make_failed_run_condition(error: SyndicatorError) -> Condition:
    """Return the condition (a fault with its cure, as the operator reads it) of an instance whose
    jobs fail with `error`."""
    reason, cure = explain_reason(error.reason)
    kind = ConditionReason.DATABASE
    if isinstance(error, ConfigError):
        kind = ConditionReason.CONFIGURATION
    return make_condition(kind, reason=reason, detail=str(error), cure=cure, code=error.reason)
