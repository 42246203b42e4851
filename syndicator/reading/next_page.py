"""Find the link to the next page of an article that spans several pages. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from syndicator.core import text, urls
from syndicator.core.errors import NotAnArticle
from syndicator.reading.html.document import Document, parse
from syndicator.reading.paging import MOST_NUMBER, numbered

_MOST_LINKS = 3_000
_LONGEST_ROW = 150  # links looked at; characters of a row of page numbers
# What a link to the next page says, whole.
_NEXT: Final = re.compile(
    r"[\W_]*(?:(?:go to |view |read )?(?:the )?next(?: page)?|continue(?: reading| to next page)?|"
    r"page suivante|suivante?|(?:zur )?nächsten? seite|weiter(?:lesen)?|weiter auf seite \d+|"
    r"página siguiente|siguiente|próxima(?: página)?|pagina successiva|volgende(?: pagina)?|"
    r"nästa(?: sida)?|następna(?: strona)?|следующая(?: страница)?|далее|"
    r"次(?:の)?ページ(?:へ)?|次へ|下一?[页頁]|다음(?: 페이지)?)[\W_]*",
    re.IGNORECASE,
)
_PAGE: Final = r"(?:page|pagina|página|seite|sida|side|strona|страница|ページ|页|頁)"
_COUNT: Final = re.compile(
    rf"\b{_PAGE}\s*(\d{{1,2}})\s*(?:of|von|de|di|sur|av|van|z|из|/)\s*(\d{{1,2}})\b|"
    rf"[(（]\s*(\d{{1,2}})\s*/\s*(\d{{1,2}})\s*(?:ページ|页|頁)?\s*[)）]|(\d{{1,2}})\s*/\s*(\d{{1,2}})\s*ページ",
    re.IGNORECASE,
)


class NextPage(NamedTuple):
    """The next page's address and the evidence for it: "rel", "words", "numbers", "count"."""

    url: str
    because: tuple[str, ...]

    def trace(self) -> dict[str, str]:
        """Return address and signs for `show --trace`."""
        return {"url": self.url, "from": ", ".join(self.because)}


def next_page(document: Document, first: str, number: int = 1) -> NextPage | None:
    """Return the page after page `number` of the article that begins at `first`, or None. Its link
    has the article's address with the next number, and other evidence; for "/story-2" a list of
    page numbers or "1 of 3"."""
    if number >= MOST_NUMBER or not first:
        return None
    signs_of: dict[str, set[str]] = defaultdict(set)
    for url, element in _links(document, number + 1):
        shape = numbered(url, first)
        if shape and shape.number == number + 1:
            signs_of[url].update(_says(element, number))
    counted = _is_counted(document, number) if signs_of else False
    for url, signs in signs_of.items():
        signs.update({"count"} if counted else ())
        shape = numbered(url, first)
        sure = bool(shape and shape.sure)
        if signs and (sure or "numbers" in signs or ("count" in signs and len(signs) > 1)):
            return NextPage(url, tuple(sorted(signs)))
    return None


def address_of_next(
    html: bytes, url: str, headers: Mapping[str, str], first: str, number: int
) -> str | None:
    """Return the address of the page after page `number`, None if it is the last. `html`: the
    answer of `url`. Called in the worker process."""
    try:
        following = next_page(parse(html, url, headers), first, number)
    except NotAnArticle:
        return None
    return following.url if following else None


def _links(document: Document, number: int) -> Iterator[tuple[str, Any]]:
    digits = str(number)
    # spares resolving the hundreds that lead elsewhere
    has_it = re.compile(rf"(?<!\d){number}(?!\d)").search
    for element in islice(document.tree.iter("a", "link"), _MOST_LINKS):
        href = element.get("href", "")
        if digits not in href:
            continue
        href = href[:2_000].strip()
        if has_it(href) and (element.tag == "a" or element.get("rel")):
            address = urls.absolute(document.base_url, text.legal(href))
            if address:
                yield address.partition("#")[0], element


def _says(element: Any, number: int) -> Iterator[str]:
    if "next" in (element.get("rel") or "").lower().split():
        yield "rel"
    if element.tag != "a":
        return
    label = " ".join("".join(islice(element.itertext(), 10)).split())[:30]
    if _NEXT.fullmatch(label) or _NEXT.fullmatch(
        (element.get("title") or element.get("aria-label") or "-")[:100]
    ):
        yield "words"
    if label == str(number + 1) and _in_a_row(element, number):
        yield "numbers"


def _in_a_row(element: Any, number: int) -> bool:
    row = element
    for _ in range(3):
        row = row.getparent()
        if row is None:
            return False
        words = " ".join(islice(row.itertext(), 100)).split()
        if sum(map(len, words)) > _LONGEST_ROW:
            return False
        if str(number) in words:
            # and not a sentence with numbers in it
            return 2 * sum(word.isdecimal() for word in words) >= len(words)
    return False


def _is_counted(document: Document, number: int) -> bool:
    for element in islice(
        document.tree.iter("a", "div", "em", "li", "p", "small", "span", "strong", "td"),
        _MOST_LINKS,
    ):
        own = " ".join((element.text or "").split())
        count = _COUNT.search(own) if 0 < len(own) <= _LONGEST_ROW else None
        if count:
            at, of = [int(digits) for digits in count.groups() if digits]
            if at == number < of:
                return True
    return False
