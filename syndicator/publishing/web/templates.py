"""Templates of the pages. The one importer of Jinja."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

# Stands in a story for the way to the web root, which differs from page to page; no text of an article has a NUL in it
# (`text.legal`).
ROOT: Final = "\0"
_ASSETS: Final = ("feed.css", "site.css", "site.js", "icon.svg")


class Templates:
    """The templates of one build."""

    def render(self, template: str, **values: Any) -> bytes:
        """A template with its values, in UTF-8."""
        return _shipped().get_template(template).render(**values).encode("utf-8")

    def assets(self) -> dict[str, bytes]:
        """Stylesheets, script and icon, by file name."""
        folder = resources.files("syndicator.publishing").joinpath("static")
        return {name: folder.joinpath(name).read_bytes() for name in _ASSETS}


@cache
def _shipped() -> Environment:
    return Environment(
        loader=PackageLoader("syndicator.publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
