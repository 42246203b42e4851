"""Secrets in source addresses: ${NAME} (stored as $%7BNAME%7D) is replaced by the environment's value in requests, and
removed from whatever comes back. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from syndicator.core.urls import redacted

_PLACEHOLDER = re.compile(r"\$(?:\{|%7B)([A-Za-z_][A-Za-z0-9_]*)(?:\}|%7D)", re.I)
# Parameters that private feeds are known to carry their key in.
_TELLING = re.compile(
    r"(.*[_-])?(token|key|auth|apikey|secret|signature|sig|password|passwd|pwd|hash|jwt|bearer|credential|sid)", re.I
)
LEAST = 8  # characters of a value: a shorter one cannot be told from words in the texts it is taken out of

_SAFE = ("", "/", "=", "/=")  # what programs leave as it is when they escape a value


def variables(url: str) -> tuple[str, ...]:
    """The environment variables that `url` names, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(url)))


def names_more(url: str, than: str) -> bool:
    """True if `url` of a redirect names a variable that the operator's `than` does not: it must not get its value."""
    return not set(variables(url)) <= set(variables(than))


def known(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The values of the variables that `url` names, where the environment has one of at least eight characters."""
    if "$" not in url:
        return {}
    found = {name: environ.get(name, "").strip() for name in variables(url)}
    return {name: value for name, value in found.items() if len(value) >= LEAST}


def expand(url: str, values: Mapping[str, str]) -> str:
    """`url` with the values of its placeholders, escaped; a placeholder without a value stays."""
    return _PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe="") if match[1] in values else match[0], url)


def masked(text: str, values: Mapping[str, str]) -> str:
    """`text` with placeholders where values stand, escaped or not."""
    for found, placeholder in spellings(values):
        text = text.replace(found, placeholder)
    return text


def masked_bytes(data: bytes, values: Mapping[str, str]) -> bytes:
    """The same for bytes in UTF-8 or another superset of ASCII."""
    for found, placeholder in spellings(values):
        data = data.replace(found.encode(), placeholder.encode())
    return data


def spellings(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the values are written as, each with the placeholder that stands for it: the longest first."""
    found = {
        spelling: f"$%7B{name}%7D"
        for name, value in values.items()
        for spelling in (value, *(quote(value, safe=safe) for safe in _SAFE))
        if len(value) >= LEAST
    }
    return sorted(found.items(), key=lambda pair: -len(pair[0]))


def published(url: str, names: Collection[str]) -> str:
    """`url` for subscribers: parameters with a placeholder of `names` removed, the path cut at one."""

    def secret(part: str) -> int | None:
        return next((found.start() for found in _PLACEHOLDER.finditer(part) if found[1] in names), None)

    if secret(url) is None:
        return url
    parts = urlsplit(url)
    start = secret(parts.path)
    path = parts.path if start is None else parts.path[: parts.path.rfind("/", 0, start) + 1]
    query = "&".join(pair for pair in parts.query.split("&") if secret(pair) is None)
    fragment = parts.fragment if secret(parts.fragment) is None else ""
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def telling(url: str) -> tuple[str, ...]:
    """The parameters of `url` that look as if their value were a secret and no placeholder."""
    pairs = (pair.partition("=") for pair in urlsplit(url).query.split("&"))
    return tuple(
        unquote(name)
        for name, _, value in pairs
        if value and _TELLING.fullmatch(unquote(name)) and not _PLACEHOLDER.search(value)
    )


def with_placeholder(url: str, parameter: str, variable: str) -> str:
    """`url` with a placeholder as the value of `parameter`."""
    parts = urlsplit(url)
    pairs = [
        f"{name}=${{{variable}}}" if unquote(name) == parameter else f"{name}{equals}{value}"
        for name, equals, value in (pair.partition("=") for pair in parts.query.split("&"))
    ]
    return urlunsplit(parts._replace(query="&".join(pairs)))


def shown(url: str) -> str:
    """`url` for somebody who may not know its secrets: without password, a placeholder for each value that looks so."""
    for parameter in telling(url):
        url = with_placeholder(url, parameter, parameter.upper())
    return redacted(url)
