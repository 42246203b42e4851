"""Read a folder of a mail server: IMAP (RFC 3501, 9051), always with TLS (RFC 8314).

A mail has a UID in its folder. UIDs grow and are never reused, as long as the folder's UIDVALIDITY
is the same. The folder is opened for reading only, unless filed mails are to be marked or moved."""

import imaplib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from syndicator.configuration.settings import Fetch
from syndicator.core.mailboxes import Mailbox
from syndicator.core.reasons import MailReason
from syndicator.visiting.fetch.transport import check_address, explain_error, make_tls
from syndicator.visiting.mail.folder_names import quote_folder
from syndicator.visiting.mail.imap_connection import BadServer, ImapConnection, Server
from syndicator.visiting.mail.mailbox import ListedMail, MailboxFailed, MailName, refuse_folder

_LONGEST_HEAD: Final = 65_536  # bytes of a mail's headers that are read
_MONTHS: Final = (  # in every locale
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_LONGEST_ANSWER: Final = 200  # characters of what a server says that are shown
_OAUTH: Final = frozenset({"XOAUTH2", "OAUTHBEARER"})  # Google's mechanism, and RFC 7628
_UID = re.compile(r"\bUID (\d+)")
_SIZE = re.compile(r"\bRFC822\.SIZE (\d+)")
_INTERNALDATE = re.compile(r'\bINTERNALDATE "([^"]{1,40})"')
_FAILURES: Final = (OSError, imaplib.IMAP4.error, ValueError, BadServer)
_DATE_FORM: Final = "%d-%b-%Y %H:%M:%S %z"


_SECONDS: Final = 120.0  # of a command: a mail of 10 MB by a slow line
_MOST_BYTES: Final = 50_000_000  # of an answer: the headers of 500 mails have 32 MB at most


def open_folder(
    account: Mailbox, allow: tuple[str, ...], settings: Fetch, largest: int
) -> "ImapFolder":
    """Connect to the mail server of `account`, log in, and return the folder. Raises MailboxFailed
    if this is not possible.

    `account`: the settings of the mailbox, with variables replaced by their values. `allow`: lines
    that permit private addresses. `largest`: the most bytes of a mail that are read."""
    server = Server(
        host=account.host,
        port=account.port,
        # called for each address of the server before a connection
        check=lambda address, port: check_address(settings, address, port, allow),
        tls=make_tls(),
        seconds=_SECONDS,
        most_bytes=_MOST_BYTES,
    )
    try:
        connection = ImapConnection(server)
    except _FAILURES as error:
        raise explain_failure(error) from error
    try:
        return ImapFolder(connection, account, largest)
    except MailboxFailed:
        connection.hang_up()
        raise


class ImapFolder:
    """The folder of `account` on a mail server, as an `OpenMailbox`. `connection`: to the server.
    `largest`: the most bytes of a mail that are read.

    The name of a mail is "UIDVALIDITY:UID". This is its position, too."""

    def __init__(self, connection: ImapConnection, account: Mailbox, largest: int) -> None:
        """Log in to the account. Raises MailboxFailed if the server refuses this or fails.
        `largest`: the most bytes of a mail that are read."""
        self.folder = account.folder
        self.largest = largest
        self._connection = connection
        self._validity = 0  # the folder's UIDVALIDITY; 0 before the folder is opened
        self._is_writable = False
        with _ExplainedErrors(connection):
            _log_in(connection, account)
            connection.capabilities = _ask_capabilities(connection)

    def list_names(self, position: str, since: datetime) -> list[MailName]:
        """Return the names of the mails that came after the mail at `position` ("UIDVALIDITY:UID",
        "" for none) and were delivered on the day of `since` or later. If the server has given all
        mails new numbers meanwhile, its UIDVALIDITY is another one, and `position` is ignored.
        Raises MailboxFailed."""
        with _ExplainedErrors(self._connection):
            self._open_folder(writable=False)
            last_uid = _parse_position(position, self._validity)
            day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            lines = self._send_command("SEARCH", "UID", f"{last_uid + 1}:*", "SINCE", day)
            uids: list[int] = []
            for line in lines:
                if line is not None:  # imaplib returns [None] for no mails
                    uids.extend(int(uid) for uid in line.split())
        uids.sort()
        names = []
        for uid in uids:
            # the range "9:*" always has the last mail, even if its UID is 8 (RFC 3501 6.4.8)
            if uid > last_uid:
                name = f"{self._validity}:{uid}"
                names.append(MailName(name=name, position=name))
        return names

    def read_headers(self, names: Sequence[MailName]) -> list[ListedMail]:
        """Return the headers, sizes and times of the mails `names`, in this order. Mails that were
        deleted meanwhile are left out. Raises MailboxFailed."""
        if not names:
            return []
        with _ExplainedErrors(self._connection):
            self._open_folder(writable=False)
            uids = ",".join(str(uid) for uid in self._parse_uids(names))
            if not uids:
                return []
            requested_items = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{_LONGEST_HEAD}>)"
            answer = self._send_command("FETCH", uids, requested_items)
            mails_by_name = {mail.name.name: mail for mail in self._parse_heads(answer)}
        return [mails_by_name[name.name] for name in names if name.name in mails_by_name]

    def fetch(self, name: MailName) -> bytes:
        """Return the bytes of a mail, but at most the first `largest`. Return b"" if the mail was
        deleted meanwhile. The mail does not become seen by this. Raises MailboxFailed."""
        with _ExplainedErrors(self._connection):
            self._open_folder(writable=False)
            uids = self._parse_uids([name])
            if not uids:
                return b""
            items = f"(UID BODY.PEEK[]<0.{self.largest}>)"
            answer = self._send_command("FETCH", str(uids[0]), items)
            literals = [literal for _, literal in _pair_literals(answer)]
        return literals[0] if literals else b""

    def put_away(self, names: Sequence[MailName], after: str) -> None:
        """Mark the mails `names` as seen. If `after` is "move:FOLDER", also move them to this
        folder. Raises MailboxFailed.

        This error is also raised if the server has no command to move mails (RFC 6851). Mails are
        not copied and deleted instead, as one might be lost."""
        is_moved = after.startswith("move:")
        if is_moved and "MOVE" not in self._connection.capabilities:
            raise refuse_folder("the server cannot move mails (MOVE, RFC 6851)")
        with _ExplainedErrors(self._connection):
            self._open_folder(writable=True)
            uids = ",".join(str(uid) for uid in self._parse_uids(names))
            if not uids:
                return
            self._send_command("STORE", uids, "+FLAGS.SILENT", r"(\Seen)")
            if is_moved:
                self._move(uids, quote_folder(after.removeprefix("move:")))

    def close(self) -> None:
        """Close the connection. Another thread may call this to end a call that waits for an
        answer."""
        self._connection.hang_up()

    def _move(self, uids: str, folder: str) -> None:
        """Move mails to a folder, and create this if it is missing. `uids`: the numbers of the
        mails, such as "7,9". `folder`: the quoted name of the folder. Raises MailboxFailed if the
        server refuses this."""
        status, answer = self._connection.uid("MOVE", uids, folder)
        if status != "OK":
            # if the folder exists, the server refuses this, which does no harm
            self._connection.create(folder)
            status, answer = self._connection.uid("MOVE", uids, folder)
        if status != "OK":
            raise refuse_folder(f"the server did not move mails to {folder}: {_make_line(answer)}")

    def _open_folder(self, *, writable: bool) -> None:
        """Open the folder on the server: if `writable`, for changing its mails, else for reading
        them. Do nothing if it is open in this way already. Raises MailboxFailed if the server
        refuses this, and BadServer if it states no UIDVALIDITY."""
        if self._validity and self._is_writable == writable:
            return
        status, answer = self._connection.select(quote_folder(self.folder), readonly=not writable)
        if status != "OK":
            raise refuse_folder(f"{self.folder}: {_make_line(answer)}")
        _, validity = self._connection.response("UIDVALIDITY")
        if not validity or not validity[0] or not validity[0].isdigit():
            raise BadServer("the server gave no UIDVALIDITY")
        self._validity = int(validity[0])
        self._is_writable = writable

    def _send_command(self, command: str, *arguments: str) -> list[Any]:
        """Send a command that names mails by their UIDs, and return the parts of the answer. Raises
        BadServer if the server refuses the command."""
        status, answer = self._connection.uid(command, *arguments)
        if status != "OK":
            raise BadServer(f"{command} was refused: {_make_line(answer)}")
        return answer

    def _parse_uids(self, names: Sequence[MailName]) -> list[int]:
        """Return the UIDs in the names of mails. A name is left out if its UIDVALIDITY is not the
        present one: the server has given all mails new numbers, so that its UID may be that of
        another mail."""
        uids = []
        for name in names:
            validity, _, uid = name.name.partition(":")
            if int(validity) == self._validity:
                uids.append(int(uid))
        return uids

    def _parse_heads(self, answer: Sequence[Any]) -> Iterator[ListedMail]:
        """Yield a ListedMail for each mail in `answer`, the server's answer to a FETCH of headers.
        Raises BadServer if a UID, size or date is missing in it."""
        for facts, head in _pair_literals(answer):
            uid = _UID.search(facts)
            size = _SIZE.search(facts)
            date = _INTERNALDATE.search(facts)
            if uid is None or size is None or date is None:
                raise BadServer(f"the server left out what was asked: {facts[:_LONGEST_ANSWER]}")
            name = f"{self._validity}:{uid[1]}"
            yield ListedMail(
                name=MailName(name=name, position=name),
                head=head,
                size=int(size[1]),
                received=datetime.strptime(date[1].strip(), _DATE_FORM).astimezone(UTC),
            )


class _ExplainedErrors:
    """Context for one operation of a mailbox. At its begin, the limits of time and bytes are set
    anew. An error of the connection in the block is raised as MailboxFailed."""

    def __init__(self, connection: ImapConnection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.begin()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _FAILURES):
            raise explain_failure(error) from error


def explain_failure(error: Exception) -> MailboxFailed:
    """Return an error of a connection as MailboxFailed, with a reason code and a line for the
    operator."""
    if isinstance(error, TimeoutError):
        return MailboxFailed("timeout", "the mail server did not answer in time")
    if isinstance(error, imaplib.IMAP4.abort):
        return MailboxFailed("disconnected", _make_line([str(error)]))
    if isinstance(error, OSError):
        return MailboxFailed(*explain_error(error))
    return MailboxFailed("protocol", _make_line([str(error)]))


def _log_in(connection: ImapConnection, account: Mailbox) -> None:
    """Log in with the user name and password of `account`. Raise MailboxFailed if the server
    refuses this. The reason is OAUTH if the server offers OAuth instead of a password, else
    LOGIN."""
    mechanisms = {
        name.removeprefix("AUTH=") for name in connection.capabilities if name.startswith("AUTH=")
    }
    offers_oauth = bool(mechanisms & _OAUTH)
    takes_plain = "PLAIN" in mechanisms
    if not takes_plain and "LOGINDISABLED" in connection.capabilities:
        if offers_oauth:
            raise MailboxFailed(MailReason.OAUTH, "the server takes no password")
        raise MailboxFailed(MailReason.LOGIN, f"the server takes only {sorted(mechanisms)}")
    try:
        if takes_plain:
            answer = f"\0{account.user}\0{account.password}".encode()
            connection.authenticate("PLAIN", lambda challenge: answer)
        else:
            connection.login(account.user, account.password)
    except imaplib.IMAP4.abort:  # the connection failed, nothing was refused
        raise
    except imaplib.IMAP4.error as refused:
        reason = MailReason.OAUTH if offers_oauth else MailReason.LOGIN
        raise MailboxFailed(reason, f"the server said: {_make_line(refused.args)}") from refused


def _ask_capabilities(connection: ImapConnection) -> tuple[str, ...]:
    """Return the names of the server's capabilities. Call this after the login, as a server may
    then have more of them."""
    _, answer = connection.capability()
    return tuple(_make_line(answer, longest=10_000).upper().split())


def _parse_position(position: str, validity: int) -> int:
    """Return the UID of the last mail that was read, by the stored `position` ("UIDVALIDITY:UID",
    "" at first). Return 0 if there is none, or if the server has given the mails new numbers since,
    so that its UIDVALIDITY is no longer `validity`."""
    stored, _, uid = position.partition(":")
    if not uid.isdigit() or stored != str(validity):
        return 0
    return int(uid)


def _pair_literals(answer: Sequence[Any]) -> Iterator[tuple[str, bytes]]:
    """Yield two values for each mail in `answer`, imaplib's answer to a FETCH: its facts (UID,
    size, date) as one text, and its literal (bytes, such as its headers).

    For a literal, imaplib returns a pair (text before it, literal), and then the text behind it as
    bytes. Other bytes are messages of the server, such as a changed flag."""
    facts = ""
    literal: bytes | None = None
    for piece in answer:
        if isinstance(piece, tuple):
            if literal is not None:
                yield facts, literal
            facts = piece[0].decode("ascii", "replace")
            literal = piece[1]
        elif piece is not None and literal is not None:
            yield f"{facts} {piece.decode('ascii', 'replace')}", literal
            literal = None
    if literal is not None:
        yield facts, literal


def _make_line(answer: Sequence[Any], *, longest: int = _LONGEST_ANSWER) -> str:
    """Return `answer`, parts of a server's answer, as one line of text with at most `longest`
    characters."""
    texts = []
    for piece in answer:
        if isinstance(piece, bytes):
            texts.append(piece.decode("utf-8", "replace"))
        elif piece is not None:
            texts.append(str(piece))
    line = " ".join(" ".join(texts).split())
    return line[:longest]
