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


def read_known_values(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return by name the values of variables in `url` that are set and have LEAST characters or
    more."""
    if "$" not in url:
        return {}
    values = {name: environ.get(name, "").strip() for name in variables(url)}
    return {name: value for name, value in values.items() if len(value) >= LEAST}


def expand(url: str, values: Mapping[str, str]) -> str:
    """Return `url` with the escaped values of its placeholders; placeholders without value stay."""

    def get_escaped_value(placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        if name not in values:
            return placeholder[0]
        return quote(values[name], safe="")

    return _PLACEHOLDER.sub(get_escaped_value, url)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return `text`, no address, with the values of its placeholders as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def mask_text(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each value, also if escaped, replaced by its placeholder."""
    for spelling, placeholder in spellings(values):
        text = text.replace(spelling, placeholder)
    return text


def mask_bytes(data: bytes, values: Mapping[str, str]) -> bytes:
    """Return `data` (UTF-8 or another superset of ASCII) masked like `masked`."""
    for spelling, placeholder in spellings(values):
        data = data.replace(spelling.encode(), placeholder.encode())
    return data


def spellings(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (spelling, placeholder) for each way to write the values, longest first."""
    placeholders: dict[str, str] = {}
    for name, value in values.items():
        if len(value) < LEAST:
            continue
        placeholder = f"$%7B{name}%7D"
        placeholders[value] = placeholder
        for safe in _SAFE:
            placeholders[quote(value, safe=safe)] = placeholder
    return sorted(placeholders.items(), key=lambda pair: -len(pair[0]))


def make_public_url(url: str, names: Collection[str]) -> str:
    """Return `url` for subscribers: no parameters with placeholders of `names`, the path cut before
    one."""

    def find_secret(part: str) -> int | None:
        for match in _PLACEHOLDER.finditer(part):
            if match[1] in names:
                return match.start()
        return None

    if find_secret(url) is None:
        return url
    parts = urlsplit(url)
    path = parts.path
    secret_start = find_secret(path)
    if secret_start is not None:
        path = path[: path.rfind("/", 0, secret_start) + 1]
    pairs = [pair for pair in parts.query.split("&") if find_secret(pair) is None]
    fragment = parts.fragment if find_secret(parts.fragment) is None else ""
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(pairs), fragment))


def list_secret_parameters(url: str) -> tuple[str, ...]:
    """Return the parameters of `url` that look like a secret, except placeholders."""
    names = []
    for pair in urlsplit(url).query.split("&"):
        escaped_name, _, value = pair.partition("=")
        name = unquote(escaped_name)
        looks_secret = bool(value) and _TELLING.fullmatch(name) is not None
        if looks_secret and not _PLACEHOLDER.search(value):
            names.append(name)
    return tuple(names)


def with_placeholder(url: str, parameter: str, variable: str) -> str:
    """Return `url` with a placeholder as the value of `parameter`."""
    parts = urlsplit(url)
    pairs = []
    for pair in parts.query.split("&"):
        name, _, _ = pair.partition("=")
        if unquote(name) == parameter:
            pairs.append(f"{name}=${{{variable}}}")
        else:
            pairs.append(pair)
    return urlunsplit(parts._replace(query="&".join(pairs)))


def hide_secrets(url: str) -> str:
    """Return `url` without its secrets: no password, a placeholder for each parameter that looks
    secret."""
    for parameter in list_secret_parameters(url):
        url = with_placeholder(url, parameter, parameter.upper())
    return redacted(url)
