"""Read the environment of our systemd units, so that typed commands have the database's password,
too."""

from pathlib import Path
from urllib.parse import urlsplit

UNIT_ENVIRONMENT = Path("/etc/syndicator/environment")  # units that `init` writes name this file
STORE_VARIABLE = "SYNDICATOR_STORE__URL"


def read_unit_variable(name: str, file: Path) -> str:
    """Return the value of the variable `name` in `file`, the file with the environment variables of
    the systemd units. Return "" if the variable is not set or the file cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:  # missing, or for root alone: the refusal of the server names the file
        return ""
    return parse_variable(name, text)


def parse_variable(name: str, text: str) -> str:
    """Return the value of the variable `name` in `text`, the content of an environment file of
    systemd, with lines such as NAME="value" (systemd.exec(5)). Quotes around the value are removed.
    If the variable is set several times, return its last value; if it is not set, "". Pure."""
    value = ""
    for line in text.splitlines():
        key, equals, written_value = line.strip().partition("=")
        if equals and key == name:
            value = written_value.strip()
    for quote in ("'", '"'):
        is_quoted = len(value) > 1 and value.startswith(quote) and value.endswith(quote)
        if is_quoted:
            return value.removeprefix(quote).removesuffix(quote)
    return value


def is_same_server(url: str, unit_url: str) -> bool:
    """Return True if two addresses of a database differ only in the password, which `url` lacks and
    `unit_url`, the address in the systemd units, has. Pure."""
    unit = urlsplit(unit_url)
    if not unit.password:
        return False
    account, _, server = unit.netloc.rpartition("@")
    user = account.partition(":")[0]
    # `unit_url` without its password
    return unit._replace(netloc=f"{user}@{server}").geturl() == url
