"""Put secrets from environment variables into URLs of sources, and mask them in texts. Pure.
The operator writes ${NAME} into a URL. Requests have the value of the variable in its place; in
answers and messages the value is replaced by ${NAME} again."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from syndicator.core.urls import redacted

# ${NAME}, also with escaped braces; group: the name
_PLACEHOLDER = re.compile(r"\$(?:\{|%7B)([A-Za-z_][A-Za-z0-9_]*)(?:\}|%7D)", re.I)
# Names of parameters that have the key in addresses of private feeds.
_TELLING = re.compile(
    r"(.*[_-])?(token|key|auth|apikey|secret|signature|sig|password|passwd|pwd|hash|jwt|bearer|credential|sid)",
    re.I,
)
# characters that a value must have to count as a secret: shorter values could be ordinary words,
# which masking would replace everywhere
LEAST = 8

_UNESCAPED = ("", "/", "=", "/=")  # characters that one program or another leaves unescaped


def variables(url: str) -> tuple[str, ...]:
    """Return the names of the environment variables that `url` contains as ${NAME}, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(url)))


def is_variable(value: str) -> bool:
    """Return True if `value` is the name of an environment variable, written as ${NAME}, and
    nothing else."""
    return _PLACEHOLDER.fullmatch(value) is not None


def names_more(url: str, than: str) -> bool:
    """Return True if `url`, the target of a redirect, contains an environment variable (${NAME})
    that `than`, the URL that the operator wrote, does not contain. The redirect must then not be
    followed: the server would get a secret that is not meant for it."""
    return not set(variables(url)) <= set(variables(than))


def read_known_values(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the environment variables that `url` contains as ${NAME}, by name.
    Values with fewer than LEAST characters are left out, and so are variables that are not set.
    `environ`: the environment variables."""
    if "$" not in url:
        return {}
    values = {name: environ.get(name, "").strip() for name in variables(url)}
    return {name: value for name, value in values.items() if len(value) >= LEAST}


def expand(url: str, values: Mapping[str, str]) -> str:
    """Return `url` with the values of environment variables, escaped, in place of ${NAME}.
    `values`: the values by name; ${NAME} stays if its value is not there."""

    def get_escaped_value(placeholder: re.Match[str]) -> str:
        """Return the escaped value of a variable, or ${NAME} as it is if the value is unknown."""
        name = placeholder[1]
        if name not in values:
            return placeholder[0]
        return quote(values[name], safe="")

    return _PLACEHOLDER.sub(get_escaped_value, url)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return `text`, which is no URL, with the values of environment variables in place of ${NAME}.
    They are not escaped. `values`: the values by name; ${NAME} stays if its value is not there."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def mask_text(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with the name of its variable, written as "$%7BNAME%7D", in place of each
    secret value, also of values that are escaped. `values`: the secret values, by the name of the
    variable."""
    for spelling, placeholder in list_spellings(values):
        text = text.replace(spelling, placeholder)
    return text


def mask_bytes(data: bytes, values: Mapping[str, str]) -> bytes:
    """Return `data` with the name of its variable, written as "$%7BNAME%7D", in place of each
    secret value, also of values that are escaped. `data`: a text in UTF-8, or in another encoding
    that contains ASCII. `values`: the secret values, by the name of the variable."""
    for spelling, placeholder in list_spellings(values):
        data = data.replace(spelling.encode(), placeholder.encode())
    return data


def list_spellings(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each spelling of secret values that a text may contain, plain or escaped, with the
    text to write in its place, "$%7BNAME%7D". The longest spelling comes first: if a shorter one,
    which may be a part of it, were replaced first, the rest would stay. `values`: the secret
    values, by the name of the variable."""
    placeholders: dict[str, str] = {}  # by spelling
    for name, value in values.items():
        if len(value) < LEAST:
            continue
        placeholder = f"$%7B{name}%7D"  # ${NAME} with escaped braces, so that a URL stays valid
        placeholders[value] = placeholder
        for unescaped in _UNESCAPED:
            escaped = quote(value, safe=unescaped)
            placeholders[escaped] = placeholder
    longest_first = sorted(placeholders, key=len, reverse=True)
    return [(spelling, placeholders[spelling]) for spelling in longest_first]


def make_public_url(url: str, names: Collection[str]) -> str:
    """Return `url` as subscribers may see it, without secret variables written as ${NAME}. `names`:
    the names of these variables. Query parameters and a fragment that contain one are removed. The
    path ends before the segment that contains one."""

    def find_secret(part: str) -> int | None:
        """Return where the first of these variables begins in `part`, None if it has none."""
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
        folder, slash, _ = path[:secret_start].rpartition("/")
        path = folder + slash
    public_pairs = [pair for pair in parts.query.split("&") if find_secret(pair) is None]
    query = "&".join(public_pairs)
    fragment = parts.fragment
    if find_secret(fragment) is not None:
        fragment = ""
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def list_secret_parameters(url: str) -> tuple[str, ...]:
    """Return the names of the query parameters of `url` that contain secrets, as their names, such
    as "token", tell. Parameters whose value is ${NAME} already are left out."""
    names = []
    for pair in urlsplit(url).query.split("&"):
        escaped_name, _, value = pair.partition("=")
        name = unquote(escaped_name)
        looks_secret = bool(value) and _TELLING.fullmatch(name) is not None
        if looks_secret and not _PLACEHOLDER.search(value):
            names.append(name)
    return tuple(names)


def set_placeholder(url: str, parameter: str, variable: str) -> str:
    """Return `url` with the name of an environment variable, written as ${NAME}, as the value of a
    query parameter. `parameter`: the name of the parameter. `variable`: the name of the
    variable."""
    parts = urlsplit(url)
    pairs = []
    for pair in parts.query.split("&"):
        name, _, _ = pair.partition("=")
        if unquote(name) == parameter:
            placeholder = f"${{{variable}}}"  # ${NAME}
            pairs.append(f"{name}={placeholder}")
        else:
            pairs.append(pair)
    return urlunsplit(parts._replace(query="&".join(pairs)))


def hide_secrets(url: str) -> str:
    """Return `url` without user name and password, and with ${NAME} in place of the value of each
    query parameter that contains a secret, as its name tells: `?token=abc` becomes
    `?token=${TOKEN}`."""
    for parameter in list_secret_parameters(url):
        url = set_placeholder(url, parameter, parameter.upper())
    return redacted(url)
