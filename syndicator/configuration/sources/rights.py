"""List the rights and environment variables that only the operator gives a source. Pure."""

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
    """What a source was given. `rights`: lines as in sources.toml; `variables`: those whose values
    its server gets."""

    rights: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rights or self.variables)

    def __str__(self) -> str:
        return ", ".join((*self.rights, *(f"${{{name}}}" for name in self.variables)))


def list_variables(url: str) -> tuple[str, ...]:
    """Return the variables in `url`, however they are spelled: also those that only its canonical
    form shows."""
    try:
        canonical = urls.canonical(url)
    except urls.BadUrl:
        canonical = ""
    return tuple(dict.fromkeys((*secrets.variables(url), *secrets.variables(canonical))))


def list_given(source: Source) -> Given:
    """Return the rights of `source`, and the variables in its address and its headers."""
    values = table(source)
    rights = tuple(
        _line(name, values[name]) for name in RIGHTS if _is_right(name, values.get(name))
    )
    variables = dict.fromkeys((*list_variables(source.url), *source.headers_env.values()))
    return Given(rights=rights, variables=tuple(variables))


def _is_right(name: str, value: Any) -> bool:
    if name == "content":
        return bool(value == _PUBLISHES_WHOLE)
    return bool(value)


def _line(name: str, value: Any) -> str:
    if name == "headers_env":
        headers = ", ".join(
            f"{json.dumps(header)} = {json.dumps(variable)}" for header, variable in value.items()
        )
        return f"{name} = {{ {headers} }}"
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
