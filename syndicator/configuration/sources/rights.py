"""List the rights of a source that only the operator may give, and the variables that it uses.
Pure."""

import json
from dataclasses import dataclass
from typing import Any, Final

from syndicator.configuration.sources.plain_values import table
from syndicator.core import secrets, urls
from syndicator.core.model import Source

# Options of a source that a list of a stranger must not set: they let it reach private networks,
# get values of variables, write for other sites, lead stories, run scripts, or make us publish or
# ask more than publisher and server permit.
RIGHTS: Final = (
    "allow",
    "browser",
    "content",
    "cookies",
    "force",
    "headers_env",
    "lead",
    "licence",
    "robots",
    "speaks_for",
)
_PUBLISHES_WHOLE: Final = "full"  # the value of `content` that is a right; the others permit less


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the operator gives a source. `rights`: its rights, as lines of sources.toml.
    `variables`: the environment variables whose values the source's server gets."""

    rights: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rights or self.variables)

    def __str__(self) -> str:
        placeholders = [f"${{{name}}}" for name in self.variables]
        return ", ".join((*self.rights, *placeholders))


def list_variables(url: str) -> tuple[str, ...]:
    """Return the names of the environment variables, written as ${NAME}, in a URL. Also find those
    that are hidden by escapes, such as "%24%7BNAME%7D"."""
    try:
        canonical = urls.canonical(url)  # with escapes resolved
    except urls.BadUrl:
        canonical = ""
    return tuple(dict.fromkeys((*secrets.variables(url), *secrets.variables(canonical))))


def list_given(source: Source) -> Given:
    """Return the rights that the operator gave a source, as lines of sources.toml, and the names of
    the environment variables in its address and headers."""
    values = table(source)
    rights = []
    for name in RIGHTS:
        if _is_right(name, values.get(name)):
            rights.append(_format_line(name, values[name]))
    variables = dict.fromkeys((*list_variables(source.url), *source.headers_env.values()))
    return Given(rights=tuple(rights), variables=tuple(variables))


def _is_right(name: str, value: Any) -> bool:
    """Return True if a setting of a source gives it a right. `name`: the key of the setting, one of
    RIGHTS. `value`: its value, None if it is not set."""
    if name == "content":  # only one of its values gives a right
        return bool(value == _PUBLISHES_WHOLE)
    return bool(value)


def _format_line(name: str, value: Any) -> str:
    """Return a setting of a source as a line of sources.toml, such as 'robots = "ignore"'."""
    if name != "headers_env":  # the only one whose value is a table
        return f"{name} = {json.dumps(value, ensure_ascii=False)}"
    headers = [
        f"{json.dumps(header)} = {json.dumps(variable)}" for header, variable in value.items()
    ]
    return f"{name} = {{ {', '.join(headers)} }}"
