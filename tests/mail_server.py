"""A mail server of our own that answers what a test tells it to: on loopback, with TLS."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.dovecot import write_certificate

CAPABILITIES = "IMAP4rev1 AUTH=PLAIN"
_LINE_END = re.compile(rb"(?<!\r)\n")  # of the test's text: literals have their own
Say = Callable[[bytes], None]
Answer = str | bytes | Callable[[Say], None]


@dataclass(slots=True)
class MailServer:
    """`answers`: to commands, by their first word, or their second one after UID. A text that ends
    in a status (`OK`, `NO ...`) is that of the command. `commands`: what it was told."""

    port: int
    certificate: Path
    answers: Mapping[str, Answer]
    commands: list[str] = field(default_factory=list)

    def serve(self, connection: ssl.SSLSocket) -> None:
        connection.sendall(b"* OK ready\r\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                tag, *words = line.decode("utf-8", "replace").split()
                self.commands.append(" ".join(words))
                name = words[1] if words[0].upper() == "UID" else words[0]
                answer = self.answers.get(name.upper(), "OK")
                if callable(answer):
                    answer(connection.sendall)
                    return
                text = answer if isinstance(answer, bytes) else answer.encode()
                *notices, status = _LINE_END.split(text)
                told = b"".join(b"* " + notice + b"\r\n" for notice in notices)
                connection.sendall(told + tag.encode() + b" " + status + b" done\r\n")


@contextmanager
def running_mail_server(folder: Path, answers: Mapping[str, Answer]) -> Iterator[MailServer]:
    """Serve, a connection at a time, until the block ends."""
    write_certificate(folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    usual: dict[str, Answer] = {
        "CAPABILITY": f"CAPABILITY {CAPABILITIES}\nOK",
        "EXAMINE": "OK [UIDVALIDITY 7] valid\n1 EXISTS\nOK",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = MailServer(listener.getsockname()[1], folder / "cert.pem", {**usual, **answers})

        def accept() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    plain, _ = listener.accept()
                    plain.settimeout(30)
                    with (
                        suppress(OSError),  # the client ended the connection
                        context.wrap_socket(plain, server_side=True) as connection,
                    ):
                        server.serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=30)
