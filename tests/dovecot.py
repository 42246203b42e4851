"""A mail server of other people's, dovecot, as a child of the tests: on loopback, with TLS."""

from __future__ import annotations

import grp
import itertools
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
USER = "anna@reader.example"
PASSWORD = "a long p\u00e4ssword"  # with a blank, and what is no ASCII
_NUMBERS = itertools.count()
_SECONDS = 20.0  # until it listens, on a busy machine
_CONF = """
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {server_user}
default_internal_group = {server_group}
default_login_user = {login_user}
first_valid_uid = 0
ssl = required
ssl_server_cert_file = {folder}/cert.pem
ssl_server_key_file = {folder}/key.pem
mail_driver = maildir
mail_path = {folder}/mail
auth_allow_cleartext = no
passdb passwd-file {{
  passwd_file_path = {folder}/users
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/home
  }}
}}
service imap-login {{
  {chroot}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
  inet_listener imap {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """A running server with one mailbox, in `folder`."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        user = USER.replace("@", "%40")
        return f"imaps://{user}:${{MAIL_PASSWORD}}@localhost:{self.port}/INBOX"

    @property
    def allow(self) -> str:
        return f'allow = ["127.0.0.1/32:{self.port}"]\n'

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.pem"

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    def deliver_mail(self, name: str, raw: bytes, received: datetime) -> None:
        """Deliver a mail as the server's own programs do it: no name is used twice."""
        name = f"{next(_NUMBERS):08}.{name}"
        path = self.mail / "tmp" / name
        path.write_bytes(raw)
        os.utime(path, (received.timestamp(), received.timestamp()))
        _own(path)
        path.rename(self.mail / "new" / name)

    def list_names(self, folder: str = "") -> list[str]:
        """The files of the mails in a folder, with their flags."""
        place = self.mail / f".{folder}" if folder else self.mail
        files = (path for part in ("new", "cur") for path in (place / part).glob("*"))
        return sorted(path.name for path in files)

    def empty(self) -> None:
        """Delete all mails. Folders stay."""
        for path in self.mail.rglob("*host*"):
            path.unlink()

    def number_anew(self) -> None:
        """Lose the numbers of the mails: the server gives others, and another UIDVALIDITY."""
        for path in self.mail.glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is the second of it

    def count_connections(self) -> int:
        """How often somebody connected."""
        return (self.folder / "log").read_text().count("imap-login: ")

    def count_logins(self) -> int:
        """How often somebody logged in."""
        return (self.folder / "log").read_text().count("Logged in: user=<")


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a server, and stop it after the block. Skips the test where there is none."""
    if not Path(PROGRAM).exists() or not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
    if not version.startswith("2.4"):
        pytest.skip(
            f"dovecot is not of the version 2.4, for which the tests configure it: {version}"
        )
    with tempfile.TemporaryDirectory(prefix="dovecot-") as temporary_directory:
        folder = Path(temporary_directory)
        folder.chmod(0o755)  # its processes run under several users
        write_certificate(folder, "localhost")
        for part in ("home", "mail", "mail/new", "mail/cur", "mail/tmp"):
            (folder / part).mkdir()
            _own(folder / part)
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}:::::\n", encoding="utf-8")
        port = _free_port()
        (folder / "conf").write_text(_configure(folder, port))
        child = subprocess.Popen([PROGRAM, "-F", "-c", folder / "conf"])
        try:
            _wait_until_it_listens(folder, port, child)
            yield Dovecot(folder=folder, port=port)
        finally:
            child.terminate()
            child.wait(timeout=_SECONDS)


def write_certificate(folder: Path, host: str) -> None:
    """Write key.pem and cert.pem, signed by itself, for `host`."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    names = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    subprocess.run([*command, *files, *names], check=True, capture_output=True)


def _configure(folder: Path, port: int) -> str:
    me = pwd.getpwuid(os.getuid()).pw_name
    is_root = os.getuid() == 0
    nobody = pwd.getpwnam("nobody")
    return _CONF.format(
        folder=folder,
        port=port,
        server_user=me,
        server_group=grp.getgrgid(os.getgid()).gr_name,
        login_user="dovenull" if is_root else me,
        uid=nobody.pw_uid if is_root else os.getuid(),
        gid=nobody.pw_gid if is_root else os.getgid(),
        chroot="" if is_root else "chroot =",
    )


def _own(path: Path) -> None:
    """Give a file to the user as whom the server reads mails: it does not do that as root."""
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_listens(folder: Path, port: int, child: subprocess.Popen[bytes]) -> None:
    context = ssl.create_default_context(cafile=folder / "cert.pem")
    end = time.monotonic() + _SECONDS
    while not _answers(port, context):
        log = folder / "log"
        said = log.read_text() if log.exists() else ""
        assert child.poll() is None and time.monotonic() < end, said
        time.sleep(0.1)
    # the server logs our connection a little later; tests count those of their own
    while "imap-login: " not in (folder / "log").read_text() and time.monotonic() < end:
        time.sleep(0.02)


def _answers(port: int, context: ssl.SSLContext) -> bool:
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=1) as plain,
            context.wrap_socket(plain, server_hostname="localhost"),
        ):
            return True
    except OSError:
        return False
