"""Parse addresses of mailboxes: a folder of a mail server (RFC 5092) or a local Maildir. Pure."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from syndicator.core import secrets, urls

IMAPS_PORT: Final = 993  # RFC 8314
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_LARGEST_PORT = 65535
_CURE = 'write "imaps://name:${MAIL_PASSWORD}@host/INBOX" or "maildir:/path/of/the/folder"'


class BadMailbox(ValueError):
    """The text is no address of a mailbox. The message has the cure, but not the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox: the `folder` of the mail server `host`, or, if `host` is "", the Maildir with the
    path `folder`. `user`: may be an environment variable, written as ${NAME}. `password`: always is
    one."""

    folder: str
    host: str = ""
    port: int = IMAPS_PORT
    user: str = ""
    password: str = ""


def parse_mailbox(url: str) -> Mailbox:
    """Return the mailbox at the address `url`, which is like
    "imaps://name:${MAIL_PASSWORD}@host/INBOX" or "maildir:/path". Raises BadMailbox if it is not,
    also if it has a password in place of the name of a variable."""
    scheme, _, rest = url.strip().partition(":")
    if scheme.lower() == "maildir":
        path = rest.removeprefix("//")
        if not path.startswith("/"):
            raise BadMailbox(f"has no whole path; {_CURE}")
        return Mailbox(folder=path.rstrip("/") or "/")
    if not urls.is_mailbox(url) or not rest.startswith("//"):
        raise BadMailbox(f"is no mailbox; {_CURE}")

    authority, _, path = rest.removeprefix("//").partition("/")
    login, _, server = authority.rpartition("@")  # without an @ the login is empty
    user, colon, password = login.partition(":")
    if not user or not colon:
        raise BadMailbox(f"names no user or password; {_CURE}")
    if not secrets.is_variable(password):
        raise BadMailbox(f"contains a password; put it in an environment variable: {_CURE}")
    host, port = _split_server(server)
    if not secrets.is_variable(user):  # the value of a variable is no part of the URL: no escapes
        user = unquote(user)
    return Mailbox(
        folder=unquote(path).strip("/") or "INBOX",
        host=host,
        port=port,
        user=user,
        password=password,
    )


def _split_server(server: str) -> tuple[str, int]:
    """Return the host, in lower case, and the port of a mail server. `server`: a text such as
    "mail.example:993" or "[2001:db8::1]"; without a port, it is 993. Raises BadMailbox if the host
    or the port is not valid."""
    host, colon, port = server.rpartition(":")
    if not colon or server.endswith("]"):  # the colons of an IPv6 address begin no port
        host = server
        port = str(IMAPS_PORT)
    if not _HOST.fullmatch(host):
        raise BadMailbox(f"has no host; {_CURE}")
    if not port.isdigit() or not 0 < int(port) <= _LARGEST_PORT:
        raise BadMailbox(f"has a port that is none; {_CURE}")
    return host.strip("[]").lower(), int(port)
