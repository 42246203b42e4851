"""How the pages look: our templates and stylesheet, and what the operator put over them. Imports no template library,
so that a run with nothing to build loads none."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Final

TEMPLATES: Final = "templates"  # folder of the operator's templates, in the folder of the configuration
STYLES: Final = "site.css"  # the operator's styles, beside it
_ASSETS: Final = ("feed.css", "site.css", "site.js", "front.js", "combine.js", "search.js", "icon.svg", "icon.png")


@dataclass(frozen=True)
class Look:
    """What pages are made with besides settings and articles. `templates`: the operator's, by name, as text; `styles`:
    what follows our stylesheet."""

    templates: Mapping[str, str] = field(default_factory=dict)
    styles: bytes = b""

    @cached_property
    def digest(self) -> str:
        """Changes when pages must be made again: with a template or stylesheet of ours or of the operator's."""
        found = hashlib.sha256(_shipped().encode())
        for name, text in sorted(self.templates.items()):
            found.update(f"\n{name}\n{text}".encode("utf-8", "replace"))
        found.update(self.styles)
        return found.hexdigest()[:32]

    def assets(self) -> dict[str, bytes]:
        """Stylesheets, script and icon, by file name."""
        folder = resources.files("syndicator.publishing").joinpath("static")
        made = {name: folder.joinpath(name).read_bytes() for name in _ASSETS}
        return made | {STYLES: made[STYLES] + self.styles}


def look(config: Path) -> Look:
    """The look that the folder of the configuration gives. Bytes that are no UTF-8 are replaced."""
    folder, styles = config / TEMPLATES, config / STYLES
    return Look(
        templates={path.name: path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.html"))},
        styles=styles.read_bytes() if styles.is_file() else b"",
    )


@cache
def _shipped() -> str:
    return hashlib.sha256(b"\n".join(_files())).hexdigest()


def _files() -> Iterator[bytes]:
    for folder in (TEMPLATES, "static"):
        for file in sorted(
            resources.files("syndicator.publishing").joinpath(folder).iterdir(), key=lambda file: file.name
        ):
            yield file.name.encode()
            yield file.read_bytes()
