"""Fill in deployment files: systemd, cron, nginx, Caddy, containers, repositories. Pure."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicator.core.axes import AXES
from syndicator.core.errors import UsageError
from syndicator.core.formats import FORMATS, IMMUTABLE, TYPES
from syndicator.publishing.server.files import CSP

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data/init"
FILES: Final = (
    "syndicator.service",
    "syndicator-refresh.service",
    "syndicator-refresh.timer",
    "crontab",
    "nginx.conf",
    "Caddyfile",
    "Dockerfile",
    "Dockerfile.dockerignore",
    "compose.yaml",
)
_WEB_SERVER_FILES: Final = ("nginx.conf", "Caddyfile")
_FLEET_FILES: Final = ("database.sh", "syndicator-worker@.service", "fleet.yaml")
# Way of running -> the files that it needs, and the command that starts it, also after a reboot.
RUNS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "up": ((), "{run}"),
    "systemd": (FILES[:3], "{sudo}systemctl enable --now {root}/deploy/syndicator.service"),
    "cron": (("crontab",), "(crontab -l; cat {root}/deploy/crontab) | crontab -"),
    "docker": (FILES[-3:], "docker compose -f {root}/deploy/compose.yaml up -d --build"),
    "fleet": (
        (*_FLEET_FILES, *FILES[-3:-1]),
        "{sudo}cp {root}/deploy/syndicator-worker@.service /etc/systemd/system/ && "
        "{sudo}systemctl enable --now syndicator-worker@1",
    ),
}
_ID_IN_IMAGE: Final = 10001  # user and group id in the image; owns folders that root created
_ROOT_USER: Final = 0
_USUAL_PORT: Final = 8080
_HOME_FOLDERS: Final = (Path("/home"), Path("/", "root"), Path("/run/user"))
# types to which nginx adds a charset without being told
_TYPES_WITH_CHARSET: Final = ("text/html", "application/xml")
_NGINX_PRIVATE: Final = """
    add_header X-Robots-Tag "noindex, nofollow" always;
    # the path is a secret
    access_log off;
    log_not_found off;"""
_CADDY_PRIVATE: Final = """
\t\t\tX-Robots-Tag "noindex, nofollow\""""
# Paths, hosts and paths of addresses that every file can contain: nginx, Caddy, systemd, cron and
# shells read them.
_HARMLESS_PATH: Final = re.compile(r"[^\"'\\`$\x00-\x1f\x7f{};*\[]+")
_HARMLESS_HOST: Final = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+")
_HARMLESS_PREFIX: Final = re.compile(r"[^\s\"'\\`$\x00-\x1f\x7f{};*\[\]()<>|^]*")
# Name of a repository template -> path of each file that it adds -> our template for that file.
TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {
        ".github/workflows/feeds.yml": "github/feeds.yml",
        ".gitignore": "github/gitignore",
        "README.md": "github/README.md",
        "requirements.txt": "github/requirements.txt",
    }
}


def fill_template(template: str, **values: str) -> str:
    """Return the text of a shipped template in which each name such as `@PORT@` is replaced by its
    value. Raises KeyError if a name has no value."""
    text = (_FOLDER / template).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda placeholder: values[placeholder[1]], text)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where an instance is, and how it runs there. `program`: the command that starts it, as words.
    `user`: the account that runs it. `url`: the address of the feeds, or "". `checkout`: the folder
    of the program's repository, or "". `owner`: the ids of the user and group that own the
    folder."""

    root: Path
    config: Path
    public: Path
    program: Sequence[str]
    user: str
    url: str = ""
    port: int = _USUAL_PORT
    checkout: str = ""
    owner: tuple[int, int] = (0, 0)
    private: bool = False  # the path of `url` is a secret
    shared: bool = False  # the program itself serves other machines
    runs: str = ""  # a key of RUNS; "": files for all of them
    elsewhere: tuple[Path, ...] = ()  # folders outside `root` that it writes to


def fill_deployment_files(deployment: Deployment) -> dict[str, str]:
    """Return the texts of the deployment files, such as systemd units, by name. `deployment`: where
    the instance is and how it runs. Raises UsageError if a path or the address has characters that
    some of the files cannot contain."""
    need_harmless_paths(
        (
            deployment.root,
            deployment.config,
            deployment.public,
            *deployment.elsewhere,
            *deployment.program,
            deployment.checkout or "-",
        )
    )
    need_harmless_url(deployment.url)

    # the values of the placeholders in the templates, by name
    values = {"USER": deployment.user, "PUBLIC": str(deployment.public), "CSP": CSP}
    values |= _list_systemd_values(deployment)
    values |= _list_cron_values(deployment)
    values |= _list_web_values(deployment)
    values |= _list_container_values(deployment)
    values["HARDENING"] = fill_template("deploy/hardening", **values)

    # all files, or only those for the way in which the instance runs
    names: Sequence[str] = FILES
    if deployment.runs:
        files_to_run, _ = RUNS[deployment.runs]
        wanted_files = {*files_to_run}
        if not deployment.shared:
            wanted_files.update(_WEB_SERVER_FILES)
        names = [name for name in (*FILES, *_FLEET_FILES) if name in wanted_files]
    return {name: fill_template(f"deploy/{name}", **values) for name in names}


def need_harmless_paths(paths: Iterable[Path | str]) -> None:
    """Raise UsageError if one of the paths has characters that some of the deployment files cannot
    contain."""
    for path in paths:
        if not _HARMLESS_PATH.fullmatch(str(path)):
            signs = "quotes, backslashes, braces, $, ;, * and ["
            raise UsageError(
                f"{str(path)!r}: {signs} cannot be written into every file; name another folder"
            )


def need_harmless_url(url: str) -> None:
    """Raise UsageError if an address is not valid, or has characters that the files of web servers
    cannot contain. The empty address is accepted."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r}: {error}; write it like https://feeds.example.org/") from error
    if port == 0:
        raise UsageError(f"{url!r}: there is no port 0; write it like https://feeds.example.org/")
    if not _HARMLESS_HOST.fullmatch(parts.hostname or ""):
        raise UsageError(
            f"{url!r}: this is no name of a host; write it like https://feeds.example.org/"
        )
    if not _HARMLESS_PREFIX.fullmatch(parts.path):
        signs = "spaces, quotes, brackets and the signs \\ ` $ ; * < > | ^"
        raise UsageError(
            f"{url!r}: {signs} cannot be written into the files of web servers; use another path"
        )


def _is_below_home(path: Path) -> bool:
    """Return True if a path is in one of the folders that ProtectHome= of systemd hides."""
    return any(path.is_relative_to(home) for home in _HOME_FOLDERS)


def _list_systemd_values(deployment: Deployment) -> dict[str, str]:
    """Return the values of the placeholders in the templates of systemd units, by name. Folders are
    in quotes, and so are words that have spaces. PROTECT_HOME hides the home folders of users from
    the service, unless the instance or the program is in one of them; then it may read them."""
    written_folders = (deployment.root, *deployment.elsewhere)
    executable = Path(deployment.program[0])
    read_paths = (*written_folders, deployment.config, executable)
    is_at_home = any(_is_below_home(path) for path in read_paths)
    quoted_folders = " ".join(f'"{folder}"' for folder in written_folders)
    quoted_program = " ".join(f'"{word}"' if " " in word else word for word in deployment.program)
    return {
        "ROOT": _escape_for_unit(str(deployment.root)),
        "WRITTEN": _escape_for_unit(quoted_folders),
        "CONFIG": _escape_for_unit(str(deployment.config)),
        "PROGRAM": _escape_for_unit(quoted_program),
        "PROTECT_HOME": "read-only" if is_at_home else "yes",
    }


def _escape_for_unit(value: str) -> str:
    """Return a value for a systemd unit. Percent signs are doubled, because a single one begins a
    specifier (systemd.unit(5))."""
    return value.replace("%", "%%")


def _list_cron_values(deployment: Deployment) -> dict[str, str]:
    """Return the values of the placeholders in the template of the crontab, by name. They are
    quoted for the shell, and percent signs are escaped, because cron reads them as line ends. If
    the program itself serves other machines, it starts when the machine boots and keeps running;
    otherwise it runs every 15 minutes."""
    values = {
        "CRON_ROOT": shlex.quote(str(deployment.root)),
        "CRON_CONFIG": shlex.quote(str(deployment.config)),
        "CRON_PROGRAM": shlex.join(deployment.program),
    }
    if deployment.shared:
        values["CRON_WHEN"] = "@reboot"
        values["CRON_COMMAND"] = "up"
    else:
        values["CRON_WHEN"] = "*/15 * * * *"
        values["CRON_COMMAND"] = "refresh --max-time 10m"
    return {name: value.replace("%", r"\%") for name, value in values.items()}


def _list_web_values(deployment: Deployment) -> dict[str, str]:
    """Return the values of the placeholders in the templates for nginx and Caddy, by name. The web
    server removes the path of the address from a request before it asks the program. If the feeds
    are private, the last part of the path is their secret, which the program needs; then only the
    part before it is removed."""
    parts = urlsplit(deployment.url)
    hostname = parts.hostname or ""
    is_ipv6_address = ":" in hostname
    host = f"[{hostname}]" if is_ipv6_address else hostname
    is_http = parts.scheme == "http"

    path = parts.path.rstrip("/")
    prefix = path + "/"
    path_before_secret, _, _ = path.rpartition("/")
    stripped_prefix = path_before_secret if deployment.private else path

    return _list_media_types() | {
        "HOST": host or "_",  # for nginx, "_" stands for any host
        "CACHE_CONTROL": "private, no-cache" if deployment.private else "no-cache",
        "IMMUTABLE": f"private, {IMMUTABLE}" if deployment.private else IMMUTABLE,
        "NGINX_PRIVATE": _NGINX_PRIVATE if deployment.private else "",
        "CADDY_PRIVATE": _CADDY_PRIVATE if deployment.private else "",
        "LISTEN": str(parts.port) if is_http and parts.port else "80",
        "PREFIX": prefix,
        "STRIP_PATTERN": re.escape(stripped_prefix),
        "CADDY_STRIP": f"\n\t\t\t\turi strip_prefix {stripped_prefix}" if stripped_prefix else "",
        "PREFIX_BARE": path or "/",
        "SITE": _name_caddy_site(host, parts.port, is_http=is_http),
        "PREFIX_PATTERN": re.escape(prefix),
        "FOLDERS": "|".join(axis.folder.rstrip("/") for axis in AXES.values() if axis.folder),
    }


def _name_caddy_site(host: str, port: int | None, *, is_http: bool) -> str:
    """Return the address by which a Caddyfile names a site. With `is_http`, "http://" stands before
    the host, because Caddy uses HTTPS otherwise. If `host` is "", the address stands for all hosts,
    over HTTP. `port`: None for the usual one."""
    if not host:
        return ":80"
    scheme = "http://" if is_http else ""
    return f"{scheme}{host}:{port}" if port else f"{scheme}{host}"


def _list_media_types() -> dict[str, str]:
    """Return the values of placeholders in the templates for web servers that depend on the formats
    of published files, by name: lines that give each suffix its media type, lists of media types,
    and lists of suffixes of feeds and of XML files."""
    types_of_feeds = {
        f".{name}": f"{feed_format.media_type}; charset=utf-8"
        for name, feed_format in FORMATS.items()
    }
    types = types_of_feeds | TYPES  # media types by suffix, such as ".xml"

    nginx_lines = []
    caddy_parts = []
    charset_types = []
    for suffix, media_type in types.items():
        bare_type, _, _ = media_type.partition(";")
        extension = suffix.removeprefix(".")
        nginx_lines.append(f"{' ' * 12}{bare_type:<24}  {extension};")
        caddy_parts.append(_format_caddy_type(extension, media_type))
        # nginx adds the charset to some types by itself
        if "charset" in media_type and bare_type not in _TYPES_WITH_CHARSET:
            charset_types.append(bare_type)

    xml_formats = [name for name, feed_format in FORMATS.items() if feed_format.xml]
    subscribed = [name for name, feed_format in FORMATS.items() if feed_format.subscribed]
    return {
        "NGINX_TYPES": "\n".join(nginx_lines),
        "NGINX_CHARSET_TYPES": " ".join(charset_types),
        "FEED_SUFFIXES": "|".join(subscribed),
        "XML_SUFFIXES": "|".join(xml_formats),
        "XML_TYPES": " ".join(xml_formats),
        "XML_PATHS": " ".join(f"*.{name}" for name in xml_formats),
        "CADDY_TYPES": "\n".join(caddy_parts),
    }


def _list_container_values(deployment: Deployment) -> dict[str, str]:
    """Return the values of the placeholders in the templates for containers, by name. The program
    in a container runs under the account that owns the instance. If that is root, it runs under the
    account of the image, because it must never run as root."""
    user, group = deployment.owner
    if user == _ROOT_USER:
        user = _ID_IN_IMAGE
        group = _ID_IN_IMAGE
    return {
        "PORT": str(deployment.port or _USUAL_PORT),
        "BOUND": "" if deployment.shared else "127.0.0.1:",
        "UID": str(user),
        "GID": str(group),
        "CONTEXT": json.dumps(deployment.checkout or "/path/of/a/checkout", ensure_ascii=False),
        "DOCKERFILE": json.dumps(str(deployment.root / "deploy/Dockerfile"), ensure_ascii=False),
    }


def _format_caddy_type(suffix: str, media_type: str) -> str:
    """Return lines for a Caddyfile by which files with a suffix are served with a media type.
    `suffix`: without a dot. `media_type`: such as "image/png"."""
    lines = (
        f"@{suffix} path *.{suffix}",
        f"header @{suffix} {{",
        f'\tContent-Type "{media_type}"',
        "\tdefer",
        "}",
    )
    return "\n".join("\t\t" + line for line in lines)


def fill_repository_files(template: str, requirement: str) -> dict[str, str]:
    """Return the texts of the files for a repository that publishes feeds without a server, by
    path. `template`: such as "github"; any unknown name raises UsageError. `requirement`: the line
    of requirements.txt by which pip installs this program."""
    if template not in TEMPLATES:
        raise UsageError(
            f"--template {template}: no such template; there is {', '.join(TEMPLATES)}"
        )
    return {
        path: fill_template(name, REQUIREMENT=requirement)
        for path, name in TEMPLATES[template].items()
    }
