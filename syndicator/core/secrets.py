"""Put secrets from environment variables into source URLs (${NAME}), and mask them. Pure.
Requests replace ${NAME} by the variable's value, answers are masked."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from syndicator.core.urls import redacted

_PLACEHOLDER = re.compile(r"\$(?:\{|%7B)([A-Za-z_][A-Za-z0-9_]*)(?:\}|%7D)", re.I)
# Parameters in which private feeds have their key.
_TELLING = re.compile(
    r"(.*[_-])?(token|key|auth|apikey|secret|signature|sig|password|passwd|pwd|hash|jwt|bearer|credential|sid)",
    re.I,
)
LEAST = 8  # characters of a value: shorter ones could be ordinary words

_SAFE = ("", "/", "=", "/=")  # characters that programs leave unescaped


def variables(url: str) -> tuple[str, ...]:
    """Return the distinct environment variables in `url`."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(url)))


def is_variable(value: str) -> bool:
    """Return True if `value` is one placeholder and nothing else."""
    return _PLACEHOLDER.fullmatch(value) is not None


def names_more(url: str, than: str) -> bool:
    """Return True if the redirect `url` names a variable that the operator's URL `than` lacks."""
    return not set(variables(url)) <= set(variables(than))


def known(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return by name the values of variables in `url` that are set and have LEAST characters or
    more."""
    if "$" not in url:
        return {}
    values = {name: environ.get(name, "").strip() for name in variables(url)}
    return {name: value for name, value in values.items() if len(value) >= LEAST}


def expand(url: str, values: Mapping[str, str]) -> str:
    """Return `url` with the escaped values of its placeholders; placeholders without value stay."""
    return _PLACEHOLDER.sub(
        lambda match: quote(values[match[1]], safe="") if match[1] in values else match[0], url
    )


def masked(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each value, also if escaped, replaced by its placeholder."""
    for spelling, placeholder in spellings(values):
        text = text.replace(spelling, placeholder)
    return text


def masked_bytes(data: bytes, values: Mapping[str, str]) -> bytes:
    """Return `data` (UTF-8 or another superset of ASCII) masked like `masked`."""
    for spelling, placeholder in spellings(values):
        data = data.replace(spelling.encode(), placeholder.encode())
    return data


def spellings(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (spelling, placeholder) for each way to write the values, longest first."""
    placeholders = {
        spelling: f"$%7B{name}%7D"
        for name, value in values.items()
        for spelling in (value, *(quote(value, safe=safe) for safe in _SAFE))
        if len(value) >= LEAST
    }
    return sorted(placeholders.items(), key=lambda pair: -len(pair[0]))


def published(url: str, names: Collection[str]) -> str:
    """Return `url` for subscribers: no parameters with placeholders of `names`, the path cut before
    one."""

    def secret(part: str) -> int | None:
        return next(
            (match.start() for match in _PLACEHOLDER.finditer(part) if match[1] in names), None
        )

    if secret(url) is None:
        return url
    parts = urlsplit(url)
    start = secret(parts.path)
    path = parts.path if start is None else parts.path[: parts.path.rfind("/", 0, start) + 1]
    query = "&".join(pair for pair in parts.query.split("&") if secret(pair) is None)
    fragment = parts.fragment if secret(parts.fragment) is None else ""
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def telling(url: str) -> tuple[str, ...]:
    """Return the parameters of `url` that look like a secret, except placeholders."""
    pairs = (pair.partition("=") for pair in urlsplit(url).query.split("&"))
    return tuple(
        unquote(name)
        for name, _, value in pairs
        if value and _TELLING.fullmatch(unquote(name)) and not _PLACEHOLDER.search(value)
    )


def with_placeholder(url: str, parameter: str, variable: str) -> str:
    """Return `url` with a placeholder as the value of `parameter`."""
    parts = urlsplit(url)
    pairs = [
        f"{name}=${{{variable}}}" if unquote(name) == parameter else f"{name}{equals}{value}"
        for name, equals, value in (pair.partition("=") for pair in parts.query.split("&"))
    ]
    return urlunsplit(parts._replace(query="&".join(pairs)))


def shown(url: str) -> str:
    """Return `url` without its secrets: no password, a placeholder for each parameter that looks
    secret."""
    for parameter in telling(url):
        url = with_placeholder(url, parameter, parameter.upper())
    return redacted(url)
