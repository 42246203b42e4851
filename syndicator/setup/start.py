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
# A new taxonomy.toml has the second line in place of the first. Files of earlier versions, which
# have neither, keep the default.
_ONLY: Final = "\n# only = true\n"
_ONLY_ADD: Final = "\nonly = false\n"
_DEFAULT_TITLE: Final = '# title = "Syndicator"'
_ALL_INTERFACES: Final = "0.0.0.0"
_ROOT_USER: Final = 0
_GIT_SECONDS: Final = 10
_EXECUTABLE: Final = 0o755
_SECRET_BYTES: Final = 12  # 20 letters and digits, which can be typed on a telephone
# An address that no machine has (RFC 5737) and that the default route leads to; port 9 discards.
_FAR_ADDRESS: Final = ("192.0.2.1", 9)
_HOME_ADDRESS: Final = re.compile(r"http://[\d.]+:\d+/?")


@dataclass(frozen=True, slots=True)
class Start:
    """What the operator says about a new folder; "" for what was not said. `url`: the address at
    which the feeds will be. `example`: a key of EXAMPLES. `secret_path`: the secret part of that
    address, if only the operator reads the feeds. `listen`: the address and port that `up` listens
    on."""

    title: str = ""
    url: str = ""  # address of the feeds
    contact: str = ""
    example: str = ""
    secret_path: str = ""  # for the operator alone
    listen: str = ""  # address and port that `up` listens on


def check_start(start: Start) -> Start:
    """Return `start`, the wishes for a new instance, if they are valid. Raises UsageError if it has
    an unknown example or an address that is not valid."""
    if start.example and start.example not in EXAMPLES:
        raise UsageError(
            f"--example {start.example}: no such example; there is {', '.join(EXAMPLES)}"
        )
    deploy.need_harmless_url(start.url)
    if start.url:
        parts = urlsplit(start.url)
        is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        if not is_web_address or parts.query or parts.fragment:
            raise UsageError(f"--url {start.url}: write it like https://feeds.example.org/")
    return start


def make_config_files(start: Start, *, at_home: bool = True) -> dict[str, str]:
    """Return the texts of the configuration files of a new instance, by name. `start`: the wishes
    for it. `at_home`: the files stay on this machine, so their first line names the path of their
    schema on this machine, which editors use."""
    files = {}
    for name in FILES:
        text_in_package = (SHIPPED / name).read_text(encoding="utf-8")
        files[name] = _adapt_schema(text_in_package, at_home=at_home)

    # the files of this package are those of an example: without it, cut its sources and tags
    if not start.example:
        files["sources.toml"] = _cut_tables(files["sources.toml"])
        files["taxonomy.toml"] = _cut_tables(files["taxonomy.toml"])
        files["taxonomy.toml"] += deploy.fill_template("taxonomy.toml")
    files["taxonomy.toml"] = files["taxonomy.toml"].replace(_ONLY, _ONLY_ADD, 1)

    settings = {
        "title": start.title or EXAMPLES.get(start.example, ""),
        "url": start.url,
        "contact": start.contact,
        "secret_path": start.secret_path,
        "listen": start.listen,
        "stories": "link",
    }
    files["syndicator.toml"] = _write_settings(files["syndicator.toml"], settings)
    return files


def _adapt_schema(text: str, *, at_home: bool) -> str:
    """Return the text of a configuration file with another first line. That line names the file of
    a schema, which editors use. `at_home`: the file stays on this machine, so the line gets the
    schema's path on this machine; otherwise the line is removed."""
    first_line, _, rest = text.partition("\n")
    if not at_home:
        return rest.lstrip()
    return f"{first_line.replace('../syndicator/data/', f'{_DATA}/')}\n{rest}"


def _cut_tables(text: str) -> str:
    """Return the beginning of a shipped file, which explains it. The tables after it are cut
    off."""
    return re.split(r"(?m)^(?:\[\[|# ---)", text)[0].rstrip() + "\n"


def _write_settings(text: str, settings: Mapping[str, str]) -> str:
    """Return the text of a syndicator.toml with these settings. `text`: the file of this package.
    `settings`: values by name. Each replaces the line that the file has for it, which may be a
    comment. Empty values, and settings without such a line, are left out."""
    # without a title in `settings`, the file must not keep the title of the example
    new_text = re.sub(r'(?m)^title = "[^"]*"', _DEFAULT_TITLE, text, count=1)
    for name, value in settings.items():
        old_line = re.search(rf'(?m)^(?:# )?{name} = (?:"[^"]*"|true) *', new_text)
        if not value or not old_line:
            continue
        # JSON has the escapes of TOML, but TOML forbids the character DEL
        quoted = json.dumps(value.replace("\x7f", ""), ensure_ascii=False)
        # as long as before, so that the comment after it stays in its column
        line = f"{name} = {quoted} ".ljust(len(old_line[0]))
        above = new_text[: old_line.start()]
        below = new_text[old_line.end() :]
        new_text = above + line + below
    return new_text


def find_checkout() -> Path | None:
    """Return the folder of the git repository from which this program runs; None if the program was
    installed by pip."""
    folder = _DATA.parents[1]
    is_checkout = (folder / "run").is_file() and (folder / "requirements.lock").is_file()
    return folder if is_checkout else None


def get_start_command() -> tuple[str, ...]:
    """Return the command that starts this program, as a list of words: the script of its repository
    or of its installation, else a call of Python."""
    folder = find_checkout()
    if folder:
        return (str(folder / "run"),)
    script = Path(sys.executable).parent / "syndicator"  # pip writes it beside Python
    if script.is_file():
        return (str(script),)
    return (sys.executable, "-m", "syndicator")


def quote_config_path(root: Path, config: Path) -> str:
    """Return the path of `config`, quoted for a shell script in the folder `root`. If `config` is
    in that folder, the path begins with `$here`, which the script sets to its own folder."""
    path = config.resolve()
    folder = root.resolve()
    if path.is_relative_to(folder):
        return f'"$here"/{shlex.quote(str(path.relative_to(folder)))}'
    return shlex.quote(str(path))


def name_account() -> str:
    """Return the name of the user account that will run the service. It is that of the present
    user, or the user's number if it has no name. For root it is "syndicator", the name of an
    account that has yet to be made."""
    user = os.getuid()
    if user == _ROOT_USER:
        return "syndicator"
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def make_requirement() -> str:
    """Return the requirement by which pip installs this program: the address of its repository,
    with the present commit if that was pushed. If the repository is not known, return the name of
    the wheel, the file of this release."""
    folder = find_checkout()
    remote = _run_git(folder, "remote", "get-url", "origin") if folder else ""
    # an address for pushing, such as git@host:path, has an https address, too
    https_address = re.sub(r"^(?:ssh://)?git@([\w.-]+)[:/]", r"https://\1/", remote)
    parts = urlsplit(https_address)
    if parts.scheme != "https" or not parts.hostname:
        return f"./syndicator-{__version__}-py3-none-any.whl"
    repository = f"syndicator @ git+https://{parts.hostname}{parts.path}"
    is_pushed = bool(_run_git(folder, "branch", "--remotes", "--contains", "HEAD"))
    if not is_pushed:
        return repository
    return f"{repository}@{_run_git(folder, 'rev-parse', 'HEAD')}"


def _run_git(folder: Path | None, *words: str) -> str:
    """Run a git command, and return its output without spaces around it; "" if the command fails.
    `words`: the words after "git". `folder`: where it runs; None for the current folder."""
    try:
        process = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, timeout=_GIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout.strip() if process.returncode == 0 else ""


def make_secret() -> str:
    """Return a random secret of 20 small letters and digits, which can be typed on a telephone."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=").lower()


def find_home_address() -> str:
    """Return the IPv4 address of this machine in its network; "" if it is in no network."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # this sends nothing: connecting a UDP socket only chooses our address for the route
        probe.connect(_FAR_ADDRESS)
        address, _ = probe.getsockname()
        return str(address)
    return ""


def make_private(start: Start) -> Start:
    """Return `start`, the wishes for a new instance, changed so that only the operator can read its
    feeds: with a new secret path. If it has no address, it gets one at which devices in the same
    network can reach this machine, if there is a network."""
    private = replace(start, secret_path=make_secret())
    if start.url:
        return private
    address = find_home_address()
    if not address:
        return private
    port = Publish().port
    return replace(private, url=f"http://{address}:{port}/", listen=f"{_ALL_INTERFACES}:{port}")


def share_at_home(config: Path, port: int | None = None) -> None:
    """Change the settings of an instance so that its feeds have a secret path, and devices in the
    same network can reach them. An instance that is private behind a web server stays as it is.
    `config`: the configuration folder. `port`: the port to serve on; None for the present one.
    Raises UsageError if the instance is published on the web, and MissingError if this machine is
    in no network."""
    # imported only here, because `init` must not load the schema of sources
    from syndicator.configuration.sources.registry import replace_text

    settings = load(config)
    url = settings.site.url
    secret_path = settings.publish.secret_path
    served_port = port or settings.publish.port
    is_on_web = url and not _HOME_ADDRESS.fullmatch(url)
    if is_on_web:
        if secret_path:
            return  # a web server answers at that address
        raise UsageError(
            f"this folder is published at {url}; make another for yourself: init --for me ../mine"
        )
    address = find_home_address()
    if not address:
        raise MissingError(
            "this machine is in no network; connect it, or name an address with --host"
        )

    new_settings = {
        "site": {"url": f"http://{address}:{served_port}/"},
        "publish": {
            "listen": f"{_ALL_INTERFACES}:{served_port}",
            "secret_path": secret_path or make_secret(),
        },
    }
    path = config / "syndicator.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else None
    replace_text(path, set_settings(text or "", new_settings), expected=text, is_private=True)


def write_folder(
    root: Path,
    start: Start | None = None,
    *,
    config: Path | None = None,
    template: str = "",
    runs: str = "",
) -> list[Path]:
    """Write the files of a new instance in the folder `root`, and return the paths of those that
    were written. Existing files stay as they are.

    `start`: the wishes for the instance; None for none. `config`: the configuration folder; None
    for `root`/config. `template`: the name of a template; then the files are those of a repository
    that publishes feeds without a server. `runs`: how the program will run, a key of `deploy.RUNS`;
    "" for the files of all ways. Raises UsageError if the folder, an address or a name is not
    possible."""
    if root.resolve() == find_checkout():
        raise UsageError(
            f"{root.resolve()} is the program's own folder, whose files an upgrade changes; name"
            " one of your own, for example: init ../feeds"
        )
    check_start(start or Start())
    config = config or root / "config"
    need_folders(root, config)
    if template:
        files = deploy.fill_repository_files(template, make_requirement())
        return write_config(config, start, at_home=False) + write_missing(root, files)

    deploy.need_harmless_paths((root.resolve(), config.resolve()))  # before anything is written
    written = write_config(config, start)
    script = deploy.fill_template(
        "run", PROGRAM=shlex.join(get_start_command()), CONFIG=quote_config_path(root, config)
    )
    files = {"run": script}
    deployment = _describe_deployment(root, config, runs)
    for name, text in deploy.fill_deployment_files(deployment).items():
        files[f"deploy/{name}"] = text
    return written + write_missing(root, files)


def need_folders(*paths: Path) -> None:
    """Raise UsageError if one of `paths`, or one of the folders that it is in, is a file instead of
    a folder. Paths that do not exist are accepted."""
    for path in paths:
        for folder in (path, *path.parents):
            if folder.exists() and not folder.is_dir():
                raise UsageError(f"{folder} is a file; name a folder, for example: init ../feeds")


def make_next_command(root: Path, runs: str, config: Path | None = None) -> str:
    """Return the shell command that starts the new instance in the folder `root`, now and after
    each reboot. If root sets up a service, the command first makes the account that runs it.
    `runs`: how the program will run, a key of `deploy.RUNS` or ""; any other value raises
    UsageError. `config`: the configuration folder; None if it is in `root`."""
    if runs and runs not in deploy.RUNS:
        raise UsageError(f"--run {runs}: say {', '.join(deploy.RUNS)}")
    folder = root.resolve()
    is_root = os.getuid() == _ROOT_USER
    quoted_folder = shlex.quote(str(folder))
    _, command_format = deploy.RUNS[runs or "up"]
    command = command_format.format(
        root=quoted_folder,
        run=shlex.quote(f"{folder}/run"),
        sudo="" if is_root else "sudo ",
    )
    is_service = runs in ("systemd", "fleet")
    if not is_root or not is_service:
        return command

    # root: make an account for the service, and give the folders to it
    user = name_account()
    owned_folders = quoted_folder
    if config is not None and not config.resolve().is_relative_to(folder):
        owned_folders += f" {shlex.quote(str(config.resolve()))}"
    add_user = f"useradd --system --home-dir {quoted_folder} --shell /usr/sbin/nologin {user}"
    return f"{add_user} && chown -R {user} {owned_folders} && {command}"


def _describe_deployment(root: Path, config: Path, runs: str) -> deploy.Deployment:
    """Return a description of the instance in the folder `root` for its deployment files: its
    folders, its address, and how it runs. `config`: its configuration folder, with the settings.
    `runs`: how the program will run, a key of `deploy.RUNS` or ""."""
    settings = load(config)
    folder = root.resolve()
    public = settings.public_dir or root / "feeds/public"
    written_folders = [path.resolve() for path in settings.folders]
    folders_elsewhere = [path for path in written_folders if not path.is_relative_to(folder)]
    is_private = bool(settings.publish.secret_path)
    serves_other_machines = is_private and settings.publish.host == _ALL_INTERFACES
    return deploy.Deployment(
        root=folder,
        config=config.resolve(),
        public=public.resolve(),
        program=get_start_command(),
        user=name_account(),
        elsewhere=tuple(folders_elsewhere),
        url=settings.base_url if settings.site.url else "",
        private=is_private,
        shared=serves_other_machines,
        runs=runs,
        port=settings.publish.port,
        checkout=str(find_checkout() or ""),
        owner=(os.getuid(), os.getgid()),
    )


def write_config(config: Path, start: Start | None = None, *, at_home: bool = True) -> list[Path]:
    """Write the configuration files that the folder `config` lacks, and return their paths. A file
    with a secret is made so that only this user account may read it. `start`: the wishes for the
    instance; None for none. `at_home`: the files stay on this machine, so their first line names
    the path of their schema on this machine."""
    files = make_config_files(check_start(start or Start()), at_home=at_home)
    names_with_secrets = [name for name, text in files.items() if list_secrets(tomllib.loads(text))]
    return write_missing(config, files, private=names_with_secrets)


def write_missing(
    folder: Path, files: Mapping[str, str], private: Collection[str] = ()
) -> list[Path]:
    """Write the files that `folder` lacks, and return their paths. `files`: the texts of the files,
    by name. Scripts become executable. `private`: the names of files that only this user account
    may read."""

    def open_private(path: str, flags: int) -> int:
        """Open a new file that only this user account may read. `open` calls this."""
        return os.open(path, flags, PRIVATE)

    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        opener = open_private if name in private else None
        try:
            with open(path, "x", encoding="utf-8", opener=opener) as file:
                file.write(text)
        except FileExistsError:  # the mode "x" writes only new files
            continue
        is_script = text.startswith("#!")
        if is_script:
            path.chmod(_EXECUTABLE)
        written.append(path)
    return written
