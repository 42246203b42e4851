"""Load the templates and stylesheets of pages, ours and the operator's, as text.

Imports no template library, which loads slowly."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Final

TEMPLATES: Final = "templates"  # folder with the operator's templates, in the configuration folder
STYLES: Final = "site.css"  # the operator's styles, in the configuration folder
_ASSETS: Final = (
    "feed.css",
    "site.css",
    "site.js",
    "front.js",
    "combine.js",
    "search.js",
    "icon.svg",
    "icon.png",
)


@dataclass(frozen=True)
class Look:
    """The design of pages, as far as the operator changes it. `templates`: text of the operator's
    templates by file name, each in place of ours; `styles`: CSS appended to our stylesheet."""

    templates: Mapping[str, str] = field(default_factory=dict)
    styles: bytes = b""

    @cached_property
    def digest(self) -> str:
        """A fingerprint of all templates and stylesheets, ours and the operator's: 32 hexadecimal
        digits. It changes if one of them does."""
        digest = hashlib.sha256(_hash_our_files().encode())
        for name, text in sorted(self.templates.items()):
            digest.update(f"\n{name}\n{text}".encode("utf-8", "replace"))
        digest.update(self.styles)
        return digest.hexdigest()[:32]

    def assets(self) -> dict[str, bytes]:
        """Return the stylesheets, scripts and icons that are published, bytes by file name."""
        folder = resources.files("syndicator.publishing").joinpath("static")
        files = {name: folder.joinpath(name).read_bytes() for name in _ASSETS}
        return files | {STYLES: files[STYLES] + self.styles}


def load_look(config: Path) -> Look:
    """Return the operator's templates and styles, which change the look of pages. They are read
    from the configuration folder `config`; there may be none. Bytes of templates that are not UTF-8
    are replaced."""
    styles_path = config / STYLES
    templates: dict[str, str] = {}
    for path in sorted((config / TEMPLATES).glob("*.html")):
        templates[path.name] = path.read_text("utf-8", "replace")
    styles = styles_path.read_bytes() if styles_path.is_file() else b""
    return Look(templates=templates, styles=styles)


@cache
def _hash_our_files() -> str:
    """Return one hash of the names and contents of our templates, stylesheets and scripts."""
    parts: list[bytes] = []
    for name in (TEMPLATES, "static"):
        folder = resources.files("syndicator.publishing").joinpath(name)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            parts += (file.name.encode(), file.read_bytes())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
