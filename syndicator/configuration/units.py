"""The environment of systemd units, where typed commands find the database's password, too."""

from pathlib import Path
from urllib.parse import urlsplit

UNIT_ENVIRONMENT = Path("/etc/syndicator/environment")  # as the units that `init` writes name it
STORE_VARIABLE = "SYNDICATOR_STORE__URL"


def read_unit_variable(name: str, file: Path) -> str:
    """Return the value of a variable of the units; "" if they have none, or we may not read it."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:  # missing, or for root alone: the refusal of the server names the file
        return ""
    return parse_variable(name, text)


def parse_variable(name: str, text: str) -> str:
    """Return the value of a variable in an environment file (systemd.exec(5)), "" without one.
    Pure."""
    value = ""
    for line in text.splitlines():
        key, sign, rest = line.strip().partition("=")
        if sign and key == name:
            value = rest.strip()
    quote = value[:1]
    is_quoted = len(value) > 1 and quote in ("'", '"') and value.endswith(quote)
    return value[1:-1] if is_quoted else value


def is_same_server(url: str, unit_url: str) -> bool:
    """True if `unit_url` is `url` with a password: the same account, server and database. Pure."""
    unit = urlsplit(unit_url)
    if not unit.password:
        return False
    account, _, server = unit.netloc.rpartition("@")
    user = account.partition(":")[0]
    return unit._replace(netloc=f"{user}@{server}").geturl() == url
