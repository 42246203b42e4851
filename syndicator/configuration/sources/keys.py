"""A short name for a URL, to be the key of its source. Pure."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from syndicator.core import urls

# Words in a URL that say what is served, not whose it is.
_SERVING = frozenset(
    re.findall(
        r"\w+",
        """www feed feeds rss rss2 rdf atom xml json index videos category categories topic topics tag tags section
        sections all everything latest alternate default html htm php aspx en us""",
    )
)
_SHORT = {"artificial-intelligence": "ai", "machine-learning": "ml", "ai-artificial-intelligence": "ai"}
# Names that many sites share: the word beside them in the host name says whose it is.
_COMMON = frozenset({"blog", "blogs", "news", "medium", "substack", "github", "gitlab", "wordpress", "blogspot"})
_LONGEST = 40  # characters; sources.toml allows 60, a number may follow


def key_for(url: str, taken: Collection[str] = ()) -> str:
    """A short readable key for `url` that is not in `taken`: "techcrunch-ai" for TechCrunch's AI category."""
    words = _site_words(url) + _path_words(url)
    base = _short("-".join(dict.fromkeys(word for word in words if word))) or "source"
    if re.fullmatch(r"con|prn|aux|nul|(com|lpt)[0-9]", base):
        base += "-feed"  # Windows keeps these names for devices
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def _short(name: str) -> str:
    """At most 40 characters, cut between two words where that is possible."""
    if len(name) <= _LONGEST:
        return name
    return name[: _LONGEST + 1].rsplit("-", 1)[0][:_LONGEST].strip("-")


def _site_words(url: str) -> list[str]:
    host = urls.host(url).split(":")[0]
    site = urls.domain(url)
    if host == site and re.fullmatch(r"[\d.]+", host):
        return [host.replace(".", "-")]
    name, _, ending = site.partition(".")
    before = [part for part in host.removesuffix(site).strip(".").split(".") if part and _slug(part) not in _SERVING]
    if name in _COMMON:
        return [_slug(before[-1])] if before else [name, _slug(ending)]
    return [_slug(name), *(_slug(part) for part in before)]


def _path_words(url: str) -> list[str]:
    parts = urlsplit(url)
    words = [_SHORT.get(_slug(word), _slug(word)) for word in parts.path.split("/")]
    words = [re.sub(r"-(xml|rss|atom|json|rdf|html|php)$", "", word) for word in words]
    words = [word for word in words if word and word not in _SERVING and not word.isdigit()]
    if not words and parts.query:
        words = [_slug(pair.partition("=")[2]) for pair in parts.query.split("&")][:1]
    return words[-2:]


def _slug(word: str) -> str:
    with contextlib.suppress(UnicodeError):
        word = word.encode().decode("idna") if word.startswith("xn--") else word
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
