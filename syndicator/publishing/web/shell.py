"""What every page has round its own part: head, navigation, footer. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from syndicator.configuration.settings import Settings
from syndicator.core import text
from syndicator.publishing import paths
from syndicator.publishing.render.view import language, uri


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as `base.html` shows it. `name`: its file below the web root. `feeds`: what can be subscribed to here, as
    (label, link, address, media type), the recommended one first. `updated`: of its newest story. `kind`: its type in
    schema.org."""

    name: str
    title: str
    site: str
    language: str
    description: str
    root: str
    canonical: str = ""  # "" where the site's address is not known
    image: str = ""
    kind: str = "CollectionPage"
    subject: Mapping[str, Any] | None = None  # what JSON-LD says instead of the page, of the article that it shows
    updated: datetime | None = None
    contact: str = ""
    feeds: list[tuple[str, str, str, str]] = field(default_factory=list)
    archive: bool = False  # True: there are pages of older stories
    indexed: bool = True  # False: search engines are asked to leave it out

    @cached_property
    def facts(self) -> str:
        """JSON-LD (schema.org), as it may stand in a script element."""
        made = json.dumps(self._facts(), ensure_ascii=False)
        return made.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")

    @property
    def facts_hash(self) -> str:
        """The facts for a Content Security Policy. Browsers do not ask, since nothing of it runs; checkers do."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.facts.encode()).digest()).decode()}"

    def _facts(self) -> dict[str, Any]:
        made: dict[str, Any] = {"@context": "https://schema.org", "@type": self.kind}
        if self.subject is not None:
            return made | dict(self.subject)
        made["name"] = self.title
        if self.canonical:
            made["url"] = self.canonical
        if self.description:
            made["description"] = self.description
        if self.kind != "WebSite":
            made["isPartOf"] = {"@type": "WebSite", "name": self.site}
        if self.updated:
            made["dateModified"] = self.updated.isoformat()
        return made | {"inLanguage": self.language}


def page(settings: Settings, name: str, title: str, description: str, **more: Any) -> Page:
    """The shell of the page in the file `name`. `more`: other fields of `Page`."""
    site = settings.site
    address = "" if name == paths.INDEX else name
    shell = {
        "name": name,
        "title": text.line(title),
        "site": text.line(site.title),
        "language": language(site.language) or "en",
        "description": text.line(description),
        "root": "../" * name.count("/"),
        "canonical": settings.base_url + address if site.url else "",
        "contact": contact(site.contact),
    }
    return Page(**(shell | more))


def contact(value: str) -> str:
    """The operator's contact as a link: a mail address or a page; "" where there is none that people can follow."""
    value = value.strip()
    if "@" in value and "/" not in value and not urlsplit(value).scheme:
        return f"mailto:{value}"
    return value if value.lower().startswith("mailto:") else uri(value)
