"""Which parts of a title are not the article's: the site's name at either end, sections behind bars. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicator.core import text, urls

LONGEST = 300  # characters; longer is text, not a title
EDGE = " \t|–—-·•:»«~/,_¶#§🔗"
# quotation marks that open and close: no separators. French ones stand apart from the words within, German ones do not.
_QUOTED = re.compile(r"«[^«»|]{1,120}»|»(?=\S)[^«»|]{1,120}(?<=\S)«|‹[^‹›|]{1,120}›")
_MASK = str.maketrans("«»‹›", "\ue000\ue001\ue002\ue003")
_UNMASK = str.maketrans("\ue000\ue001\ue002\ue003", "«»‹›")
_HARD = re.compile(r"\s*[|»«¦｜]\s*|\s+::+\s*|::+\s+|\s+[•·›>]\s+")  # between a title and its sections
_SOFT = re.compile(r"\s+[–—-]{1,2}\s+|\s+[~/@]\s+|\s+:\s+")  # may stand within a title too
_COLON = re.compile(r":\s+|：")  # only a site's exact name is cut there
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][^_]*_")
_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_NO_WORDS = frozenset({"html", "htm", "php", "aspx", "index", "article", "articles", "story", "news", "default"})
_SENTENCE = re.compile(r"[.!?]\s+(?=[^\W\d_])")
_MOST_SENTENCES = 4  # more are a text
_DATED = re.compile(r"^\d{1,2}([./])\d{1,2}\1(?:19|20)\d\d\s*[-–—|:]\s+(?=\S)")
_FEW = 6  # words; the name of a site is not longer
_LEAST_LABEL = 4  # letters of a host's label that names the site
_LABEL_SHARE = 0.75  # share of a text that it must be for the text to be the site's name
_LEAST_NAME = 3  # letters above which a site's name is looked for in a section, and a word of a URL counts


class SiteTitle:
    """Cuts titles of one page. `whole` is the document's title: a site's name that equals it is none."""

    def __init__(self, url: str, sitenames: Sequence[str], suffix: str | None = None, *, whole: str = "") -> None:
        domain = urls.domain(url).removeprefix("www.")  # stays where the registrable domain is unknown
        self.label = key(domain.split(".")[0])
        stated = [name for name in sitenames if key(name) != key(whole) or urls.is_root(url)]
        self.names = {key(name) for name in (*stated, domain.split(".")[0], domain, urls.host(url))} - {""}
        self.domain = domain
        self.slug = _slug(url)
        self.suffix = (suffix or "").strip()

    def sane(self, title: str) -> bool:
        """True when `title` can be the title of an article: some letters, not too many, not the site's name."""
        if not 1 < len(title) <= LONGEST or len(_SENTENCE.findall(title)) >= _MOST_SENTENCES:
            return False
        return bool(_WORD.search(title)) and not self.is_name(title)

    def is_name(self, value: str) -> bool:
        """True when `value` names the site: by its name, its host, or little more than the host's label."""
        own = key(value)
        if own in self.names:
            return True
        return len(self.label) >= _LEAST_LABEL and self.label in own and len(self.label) >= _LABEL_SHARE * len(own)

    def bare(self, title: str) -> str:
        """`title` without the site's name at either end."""
        return unmasked(self._bare(undated(masked(visible(title)[:2_000]).strip(EDGE))))

    def _bare(self, title: str) -> str:
        if self.suffix and title.endswith(self.suffix):
            title = title.removesuffix(self.suffix).rstrip(EDGE)
        for _ in range(3):
            shorter = self._shorter(title)
            if shorter == title:
                break
            title = shorter
        return title

    def main_part(self, title: str, *, hard_only: bool = False, least: int = 2) -> str:
        """The part of `title` between separators that has most words of the URL, else the longest.

        Dashes and colons separate only where that makes `least` parts or more.
        """
        title = masked(title)
        for pattern, enough in ((_HARD, 2),) if hard_only else ((_HARD, 2), (_SOFT, least)):
            pieces = [piece for piece in (piece.strip(EDGE) for piece in pattern.split(title)[:12]) if piece]
            if len(pieces) >= enough:
                title = max(pieces, key=lambda piece: (len(self.slug & set(words(piece))), len(piece)))
        return unmasked(title)

    def first_part(self, title: str) -> str:
        """What stands before the first separator."""
        return unmasked(_SOFT.split(_HARD.split(masked(title), 1)[0], 1)[0].strip(EDGE))

    def _shorter(self, title: str) -> str:
        cuts = sorted((*_HARD.finditer(title), *_SOFT.finditer(title)), key=lambda found: found.start())
        if cuts and self._is_section(title[cuts[-1].end() :]):
            return title[: cuts[-1].start()].rstrip(EDGE) or title
        if cuts and self.is_name(title[: cuts[0].start()]):
            return title[cuts[0].end() :].lstrip(EDGE) or title
        colon = _COLON.search(title)
        if colon and key(title[: colon.start()]) in self.names:
            return title[colon.end() :].lstrip(EDGE) or title
        if "." in self.domain and title.casefold().startswith(self.domain + " "):
            return title[len(self.domain) :].lstrip(EDGE) or title
        if _CJK.match(title):
            return title.split("_", 1)[0].rstrip(EDGE)
        return title

    def _is_section(self, part: str) -> bool:
        """True for a site's name, or a few words with it in them."""
        own = key(part)
        if not own or self.is_name(part):
            return True
        return len(words(part)) <= _FEW and any(len(name) > _LEAST_NAME and name in own for name in self.names)


def undated(title: str) -> str:
    """`title` without the day that some sites put before it."""
    return _DATED.sub("", title)


def masked(title: str) -> str:
    """`title` with its pairs of « and » as characters that are neither separators nor stripped."""
    return _QUOTED.sub(lambda found: found[0].translate(_MASK), title) if "»" in title or "›" in title else title


def unmasked(title: str) -> str:
    """`title` as it was before `masked`."""
    return title.translate(_UNMASK)


def trimmed(title: str) -> str:
    """`title` without separators at its ends."""
    return unmasked(masked(title).strip(EDGE))


def key(name: str) -> str:
    """`name` by its letters and digits alone."""
    return "".join(_WORD.findall(name.casefold()))


def words(value: str) -> list[str]:
    """The words of a title in lower case."""
    return _WORD.findall(value.casefold())[:60]


def visible(value: str) -> str:
    """`value` as one line without invisible characters."""
    return text.line(_INVISIBLE.sub("", value))


def _slug(url: str) -> set[str]:
    """The words of the last part of the URL's path that has some."""
    path = re.sub(r"%[0-9A-Fa-f]{2}", " ", url.partition("://")[2].partition("/")[2].partition("?")[0])
    parts = [set(_WORD.findall(part.replace("_", " ").casefold())) - _NO_WORDS for part in path.split("/")[:20]]
    return next(
        (part for part in reversed(parts) if any(len(word) > _LEAST_NAME and word.isalpha() for word in part)), set()
    )
