"""Write the configuration and files of a new folder (`init`); make an instance private.

Existing files stay as they are."""

import base64
import json
import os
import pwd
import re
import secrets
import shlex
import socket
import subprocess
import sys
import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicator import __version__
from syndicator.configuration.private import PRIVATE, list_secrets
from syndicator.configuration.settings import Publish, load
from syndicator.configuration.toml_edit import set_settings
from syndicator.core.errors import MissingError, UsageError
from syndicator.setup import deploy

_DATA: Final = Path(__file__).resolve().parents[1] / "data"
_PACKAGED: Final = _DATA / "config"  # where a wheel has the files of the repository's `config`
SHIPPED: Final = _PACKAGED if _PACKAGED.is_dir() else _DATA.parents[1] / "config"
FILES: Final = ("syndicator.toml", "sources.toml", "taxonomy.toml", "feeds.toml")
# Sets of sources with their taxonomies, and titles for their feeds.
EXAMPLES: Final[Mapping[str, str]] = {"ai": "AI and technology, by tag"}
_ONLY: Final = "\n# only = true\n"  # in taxonomy.toml; folders of before stay as they are
_ONLY_ADD: Final = "\nonly = false\n"
_DEFAULT_TITLE: Final = '# title = "Syndicator"'
_EVERYWHERE: Final = "0.0.0.0"
_BYTES: Final = 12  # 20 letters and digits, which can be typed on a telephone
# a network for documentation (RFC 5737), reached by the default route
_FAR: Final = ("192.0.2.1", 9)
_AT_HOME: Final = re.compile(r"http://[\d.]+:\d+/?")


@dataclass(frozen=True, slots=True)
class Start:
    """The purpose of a new folder. `example`: a key of EXAMPLES."""

    title: str = ""
    url: str = ""  # address of the feeds
    contact: str = ""
    example: str = ""
    secret_path: str = ""  # for the operator alone
    listen: str = ""  # address and port that `up` listens on


def checked(start: Start) -> Start:
    if start.example and start.example not in EXAMPLES:
        raise UsageError(
            f"--example {start.example}: no such example; there is {', '.join(EXAMPLES)}"
        )
    deploy.need_harmless_url(start.url)
    parts = urlsplit(start.url)
    if start.url and (
        parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment
    ):
        raise UsageError(f"--url {start.url}: write it like https://feeds.example.org/")
    return start


def config_files(start: Start, *, at_home: bool = True) -> dict[str, str]:
    """Return the four files by name. `at_home`: they stay on this machine."""
    shipped = {
        name: _with_schema((SHIPPED / name).read_text(encoding="utf-8"), at_home) for name in FILES
    }
    if not start.example:
        shipped["sources.toml"] = _explanation(shipped["sources.toml"])
        shipped["taxonomy.toml"] = _explanation(shipped["taxonomy.toml"]) + deploy.filled(
            "taxonomy.toml"
        )
    shipped["taxonomy.toml"] = shipped["taxonomy.toml"].replace(_ONLY, _ONLY_ADD, 1)
    title = start.title or EXAMPLES.get(start.example, "")
    settings = {"title": title, "url": start.url, "contact": start.contact}
    settings |= {
        "secret_path": start.secret_path,
        "listen": start.listen,
        "stories": "link",
    }
    return shipped | {"syndicator.toml": _settings(shipped["syndicator.toml"], settings)}


def _with_schema(text: str, at_home: bool) -> str:
    """Adapt the first line, the schema's path for editors; not `at_home`: remove it."""
    named, _, rest = text.partition("\n")
    return (
        f"{named.replace('../syndicator/data/', f'{_DATA}/')}\n{rest}" if at_home else rest.lstrip()
    )


def _explanation(text: str) -> str:
    return re.split(r"(?m)^(?:\[\[|# ---)", text)[0].rstrip() + "\n"


def _settings(text: str, settings: Mapping[str, str]) -> str:
    text = re.sub(r'(?m)^title = "[^"]*"', _DEFAULT_TITLE, text, count=1)
    for name, value in settings.items():
        shown = re.search(rf'(?m)^(?:# )?{name} = (?:"[^"]*"|true) *', text)
        if value and shown:
            # JSON has the escapes of TOML
            quoted = json.dumps(value.replace("\x7f", ""), ensure_ascii=False)
            line = f"{name} = {quoted} "
            text = text[: shown.start()] + line.ljust(len(shown[0])) + text[shown.end() :]
    return text


def checkout() -> Path | None:
    """Return the checkout that this program runs from, or None."""
    folder = _DATA.parents[1]
    return (
        folder if (folder / "run").is_file() and (folder / "requirements.lock").is_file() else None
    )


def words() -> tuple[str, ...]:
    """Return the command that starts the program."""
    if folder := checkout():
        return (str(folder / "run"),)
    script = Path(sys.executable).parent / "syndicator"
    return (str(script),) if script.is_file() else (sys.executable, "-m", "syndicator")


def config_for_shell(root: Path, config: Path) -> str:
    """Return the path of `config` for a script in `root`, relative to `$here` if possible."""
    if config.resolve().is_relative_to(root.resolve()):
        return f'"$here"/{shlex.quote(str(config.resolve().relative_to(root.resolve())))}'
    return shlex.quote(str(config.resolve()))


def account() -> str:
    """Return the account that will run the service; for root a new one."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name if number else "syndicator"
    except KeyError:
        return str(number)


def requirement() -> str:
    """Return this program's pip requirement: the pushed commit, else the file of this release."""
    folder = checkout()
    remote = _git(folder, "remote", "get-url", "origin") if folder else ""
    parts = urlsplit(re.sub(r"^(?:ssh://)?git@([\w.-]+)[:/]", r"https://\1/", remote))
    if parts.scheme != "https" or not parts.hostname:
        return f"./syndicator-{__version__}-py3-none-any.whl"
    there = _git(folder, "branch", "--remotes", "--contains", "HEAD")
    commit = f"@{_git(folder, 'rev-parse', 'HEAD')}" if there else ""
    return f"syndicator @ git+https://{parts.hostname}{parts.path}{commit}"


def _git(folder: Path | None, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode().rstrip("=").lower()


def home_address() -> str:
    """Return the IPv4 address of this machine in its network, or "". Sends nothing."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_FAR)
        return str(probe.getsockname()[0])
    return ""


def for_me(start: Start) -> Start:
    """Return `start` for a private instance, on the home network unless it has an address."""
    start = replace(start, secret_path=new_secret())
    address = "" if start.url else home_address()
    port = Publish().port
    return (
        replace(start, url=f"http://{address}:{port}/", listen=f"{_EVERYWHERE}:{port}")
        if address
        else start
    )


def share(config: Path, port: int | None = None) -> None:
    """Make the instance private, on the home network at `port`. Raises UsageError if public,
    MissingError offline."""
    # late: `init` must not load the schema of sources
    from syndicator.configuration.sources.registry import put_text

    settings = load(config)
    url = settings.site.url
    secret = settings.publish.secret_path
    port = port or settings.publish.port
    if url and not _AT_HOME.fullmatch(url):
        if secret:
            return  # a web server answers at that address
        raise UsageError(
            f"this folder is published at {url}; make another for yourself: init --for me ../mine"
        )
    if not (address := home_address()):
        raise MissingError(
            "this machine is in no network; connect it, or name an address with --host"
        )
    wanted = {
        "site": {"url": f"http://{address}:{port}/"},
        "publish": {"listen": f"{_EVERYWHERE}:{port}", "secret_path": secret or new_secret()},
    }
    path = config / "syndicator.toml"
    before = path.read_text(encoding="utf-8") if path.exists() else None
    put_text(path, set_settings(before or "", wanted), seen=before, is_private=True)


def write_folder(
    root: Path,
    start: Start | None = None,
    *,
    config: Path | None = None,
    template: str = "",
    runs: str = "",
) -> list[Path]:
    """Make `root` a working folder, or with `template` a publishing repository. Returns the written
    files. Raises UsageError."""
    if root.resolve() == checkout():
        own = f"{root.resolve()} is the program's own folder, whose files an upgrade changes"
        raise UsageError(f"{own}; name one of your own, for example: init ../feeds")
    checked(start or Start())
    config = config or root / "config"
    need_folders(root, config)
    if template:
        files = deploy.repository_files(template, requirement())
        return write_config(config, start, at_home=False) + write_missing(root, files)
    deploy.need_harmless_paths((root.resolve(), config.resolve()))  # before anything is written
    written = write_config(config, start)
    script = deploy.filled(
        "run", PROGRAM=shlex.join(words()), CONFIG=config_for_shell(root, config)
    )
    deployment = deploy.deployment_files(_deployment(root, config, runs))
    return written + write_missing(
        root, {"run": script} | {f"deploy/{name}": deployment[name] for name in deployment}
    )


def need_folders(*paths: Path) -> None:
    """Raise UsageError if one of `paths`, or a folder that it should be in, is a file."""
    for path in paths:
        for each in (path, *path.parents):
            if each.exists() and not each.is_dir():
                raise UsageError(f"{each} is a file; name a folder, for example: init ../feeds")


def next_command(root: Path, runs: str, config: Path | None = None) -> str:
    """Return the command that starts the program, also after a reboot. `config`: its configuration,
    else in `root`. Raises UsageError."""
    if runs and runs not in deploy.RUNS:
        raise UsageError(f"--run {runs}: say {', '.join(deploy.RUNS)}")
    folder = root.resolve()
    user = account()
    as_root = not os.getuid()
    quoted = shlex.quote(str(folder))
    run = shlex.quote(f"{folder}/run")
    command = deploy.RUNS[runs or "up"][1].format(
        root=quoted, run=run, sudo="" if as_root else "sudo "
    )
    if not as_root or runs not in ("systemd", "fleet"):
        return command
    adding = f"useradd --system --home-dir {quoted} --shell /usr/sbin/nologin {user}"
    owned = quoted
    if config is not None and not config.resolve().is_relative_to(folder):
        owned += f" {shlex.quote(str(config.resolve()))}"
    return f"{adding} && chown -R {user} {owned} && {command}"


def _deployment(root: Path, config: Path, runs: str) -> deploy.Deployment:
    settings = load(config)
    written = [path.resolve() for path in settings.folders]
    return deploy.Deployment(
        root=root.resolve(),
        config=config.resolve(),
        public=(settings.public_dir or root / "feeds/public").resolve(),
        program=words(),
        user=account(),
        elsewhere=tuple(path for path in written if not path.is_relative_to(root.resolve())),
        url=settings.site.url and settings.base_url,
        private=bool(settings.publish.secret_path),
        shared=bool(settings.publish.secret_path) and settings.publish.host == "0.0.0.0",
        runs=runs,
        port=settings.publish.port,
        checkout=str(checkout() or ""),
        owner=(os.getuid(), os.getgid()),
    )


def write_config(config: Path, start: Start | None = None, *, at_home: bool = True) -> list[Path]:
    """Write the files that `config` lacks and return them. One with a secret is for this account
    alone."""
    files = config_files(checked(start or Start()), at_home=at_home)
    secret = frozenset(name for name, text in files.items() if list_secrets(tomllib.loads(text)))
    return write_missing(config, files, private=secret)


def write_missing(
    folder: Path, files: Mapping[str, str], private: Collection[str] = ()
) -> list[Path]:
    """Write those of `files` that `folder` lacks, and return them. `private`: those that only this
    account may read."""

    def open_private(path: str, flags: int) -> int:
        return os.open(path, flags, PRIVATE)

    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(
                path, "x", encoding="utf-8", opener=open_private if name in private else None
            ) as file:
                file.write(text)
        except FileExistsError:
            continue
        if text.startswith("#!"):
            path.chmod(0o755)
        written.append(path)
    return written
