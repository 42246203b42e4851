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
_WEB: Final = ("nginx.conf", "Caddyfile")
_FLEET: Final = ("database.sh", "syndicator-worker@.service", "fleet.yaml")
# By way of running: the files for it, and the command that starts it, also after a reboot.
RUNS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "up": ((), "{run}"),
    "systemd": (FILES[:3], "{sudo}systemctl enable --now {root}/deploy/syndicator.service"),
    "cron": (("crontab",), "(crontab -l; cat {root}/deploy/crontab) | crontab -"),
    "docker": (FILES[-3:], "docker compose -f {root}/deploy/compose.yaml up -d --build"),
    "fleet": (
        (*_FLEET, *FILES[-3:-1]),
        "{sudo}cp {root}/deploy/syndicator-worker@.service /etc/systemd/system/ && "
        "{sudo}systemctl enable --now syndicator-worker@1",
    ),
}
_OF_THE_IMAGE: Final = 10001  # account of the image; it gets the folder if root created it
_HOMES: Final = (Path("/home"), Path("/", "root"), Path("/run/user"))
_NGINX_PRIVATE: Final = """
    add_header X-Robots-Tag "noindex, nofollow" always;
    # the path is a secret
    access_log off;
    log_not_found off;"""
_CADDY_PRIVATE: Final = """
\t\t\tX-Robots-Tag "noindex, nofollow\""""
# Paths, hosts and paths of addresses that every file can contain: nginx, Caddy, systemd, cron and
# shells read them.
_HARMLESS: Final = re.compile(r"[^\"'\\`$\x00-\x1f\x7f{};*\[]+")
_HARMLESS_HOST: Final = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+")
_HARMLESS_PREFIX: Final = re.compile(r"[^\s\"'\\`$\x00-\x1f\x7f{};*\[\]()<>|^]*")
# By name of the template: the files that it adds, each with our template for it.
TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {
        ".github/workflows/feeds.yml": "github/feeds.yml",
        ".gitignore": "github/gitignore",
        "README.md": "github/README.md",
        "requirements.txt": "github/requirements.txt",
    }
}


def filled(template: str, **values: str) -> str:
    """Return a template with its `@NAMES@` replaced. Raises KeyError."""
    text = (_FOLDER / template).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda name: values[name[1]], text)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Values for the files. `program`: start command; `url`, `checkout`: or ""; `owner`:
    uid:gid."""

    root: Path
    config: Path
    public: Path
    program: Sequence[str]
    user: str
    url: str = ""
    port: int = 8080
    checkout: str = ""
    owner: tuple[int, int] = (0, 0)
    private: bool = False  # the path of `url` is a secret
    shared: bool = False  # the program itself serves other machines
    runs: str = ""  # a key of RUNS; "": files for all of them
    elsewhere: tuple[Path, ...] = ()  # folders outside `root` that it writes to


def deployment_files(here: Deployment) -> dict[str, str]:
    """Return the files by name. Raises UsageError for a path that some cannot contain."""
    need_harmless_paths(
        (here.root, here.config, here.public, *here.elsewhere, *here.program, here.checkout or "-")
    )
    need_harmless_url(here.url)
    values = {"USER": here.user, "PUBLIC": str(here.public), "CSP": CSP}
    values |= _systemd(here) | _cron(here) | _web(here) | _container(here)
    values["HARDENING"] = filled("deploy/hardening", **values)
    wanted = (*RUNS[here.runs][0], *(() if here.shared else _WEB)) if here.runs else FILES
    return {
        name: filled(f"deploy/{name}", **values) for name in (*FILES, *_FLEET) if name in wanted
    }


def need_harmless_paths(paths: Iterable[Path | str]) -> None:
    """Raise UsageError for a path that some of the files cannot contain."""
    for path in paths:
        if not _HARMLESS.fullmatch(str(path)):
            signs = "quotes, backslashes, braces, $, ;, * and ["
            raise UsageError(
                f"{str(path)!r}: {signs} cannot be written into every file; name another folder"
            )


def need_harmless_url(url: str) -> None:
    """Raise UsageError for an address that is none, or that the files of web servers cannot
    contain."""
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


def _systemd(here: Deployment) -> dict[str, str]:
    escaped = str(here.root).replace("%", "%%")
    seen = (here.root, here.config, Path(here.program[0]), *here.elsewhere)
    at_home = any(path.is_relative_to(home) for path in seen for home in _HOMES)
    return {
        "ROOT": escaped,
        "WRITTEN": " ".join(f'"{path}"' for path in (here.root, *here.elsewhere)).replace(
            "%", "%%"
        ),
        "CONFIG": str(here.config).replace("%", "%%"),
        "PROGRAM": " ".join(f'"{word}"' if " " in word else word for word in here.program).replace(
            "%", "%%"
        ),
        "PROTECT_HOME": "read-only" if at_home else "yes",
    }


def _cron(here: Deployment) -> dict[str, str]:
    words = {"ROOT": str(here.root), "CONFIG": str(here.config)}
    quoted = {f"CRON_{name}": shlex.quote(word) for name, word in words.items()}
    quoted["CRON_PROGRAM"] = shlex.join(here.program)
    quoted["CRON_WHEN"] = "@reboot" if here.shared else "*/15 * * * *"
    quoted["CRON_COMMAND"] = "up" if here.shared else "refresh --max-time 10m"
    return {name: text.replace("%", r"\%") for name, text in quoted.items()}


def _web(here: Deployment) -> dict[str, str]:
    parts = urlsplit(here.url)
    host = parts.hostname or ""
    prefix = parts.path.rstrip("/") + "/"
    # the program knows the secret part alone
    strip = prefix[:-1].rpartition("/")[0] if here.private else prefix[:-1]
    types = {
        f".{name}": f"{feed_format.media_type}; charset=utf-8"
        for name, feed_format in FORMATS.items()
    } | TYPES
    plain = {suffix[1:]: kind.partition(";")[0] for suffix, kind in types.items()}
    with_charset = [kind.partition(";")[0] for kind in types.values() if "charset" in kind]
    xml = [name for name, feed_format in FORMATS.items() if feed_format.xml]
    host = f"[{host}]" if ":" in host else host
    return {
        "HOST": host or "_",
        "CACHE_CONTROL": "private, no-cache" if here.private else "no-cache",
        "IMMUTABLE": "private, " * here.private + IMMUTABLE,
        "NGINX_PRIVATE": _NGINX_PRIVATE * here.private,
        "CADDY_PRIVATE": _CADDY_PRIVATE * here.private,
        "LISTEN": str((parts.scheme == "http" and parts.port) or 80),
        "PREFIX": prefix,
        "STRIP_PATTERN": re.escape(strip),
        "CADDY_STRIP": f"\n\t\t\t\turi strip_prefix {strip}" * bool(strip),
        "PREFIX_BARE": prefix.rstrip("/") or "/",
        "SITE": f"{'http://' * (parts.scheme == 'http')}{host}{f':{parts.port}' * bool(parts.port)}"
        if host
        else ":80",
        "NGINX_TYPES": "\n".join(
            f"{' ' * 12}{kind:<24}  {suffix};" for suffix, kind in plain.items()
        ),
        "NGINX_CHARSET_TYPES": " ".join(
            kind for kind in with_charset if kind not in ("text/html", "application/xml")
        ),
        "PREFIX_PATTERN": re.escape(prefix),
        "FEED_SUFFIXES": "|".join(
            name for name, feed_format in FORMATS.items() if feed_format.subscribed
        ),
        "FOLDERS": "|".join(axis.folder.rstrip("/") for axis in AXES.values() if axis.folder),
        "XML_SUFFIXES": "|".join(xml),
        "XML_TYPES": " ".join(xml),
        "XML_PATHS": " ".join(f"*.{name}" for name in xml),
        "CADDY_TYPES": "\n".join(_caddy_type(suffix[1:], kind) for suffix, kind in types.items()),
    }


def _container(here: Deployment) -> dict[str, str]:
    """Return values for containers, which never run as root."""
    user, group = here.owner if here.owner[0] else (_OF_THE_IMAGE, _OF_THE_IMAGE)
    return {
        "PORT": str(here.port or 8080),
        "BOUND": "" if here.shared else "127.0.0.1:",
        "UID": str(user),
        "GID": str(group),
        "CONTEXT": json.dumps(here.checkout or "/path/of/a/checkout", ensure_ascii=False),
        "DOCKERFILE": json.dumps(str(here.root / "deploy/Dockerfile"), ensure_ascii=False),
    }


def _caddy_type(suffix: str, kind: str) -> str:
    lines = (
        f"@{suffix} path *.{suffix}",
        f"header @{suffix} {{",
        f'\tContent-Type "{kind}"',
        "\tdefer",
        "}",
    )
    return "\n".join("\t\t" + line for line in lines)


def repository_files(template: str, requirement: str) -> dict[str, str]:
    """Return the files of a repository template. Raises UsageError for an unknown one."""
    if template not in TEMPLATES:
        raise UsageError(
            f"--template {template}: no such template; there is {', '.join(TEMPLATES)}"
        )
    return {
        path: filled(name, REQUIREMENT=requirement) for path, name in TEMPLATES[template].items()
    }
