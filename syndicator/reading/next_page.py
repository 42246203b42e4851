"""Find the link to the next page of an article that spans several pages. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from syndicator.core import text, urls
from syndicator.core.errors import NotAnArticle
from syndicator.reading.html.document import Document, parse
from syndicator.reading.paging import MOST_NUMBER, read_page_number

_MOST_LINKS = 3_000  # links, and texts that may say "page 1 of 3", that are looked at
_LONGEST_ROW = 150  # characters of a row of page numbers
_LONGEST_ADDRESS = 2_000
_LONGEST_LABEL = 30
_LONGEST_TITLE = 100
_MOST_TEXTS = 10  # pieces of text in a link that are read
_MOST_ROW_TEXTS = 100  # pieces of text in a row of page numbers
_MOST_ABOVE = 3  # elements around a link that may be a row of page numbers
# signs that a link leads to the next page, as `show --trace` names them
REL = "rel"  # rel="next"
WORDS = "words"  # the link says "next page"
NUMBERS = "numbers"  # the link is in a row of page numbers
COUNT = "count"  # the page says "page 1 of 3"
# the whole text of a link to the next page
_NEXT_LABEL: Final = re.compile(
    r"[\W_]*(?:(?:go to |view |read )?(?:the )?next(?: page)?|continue(?: reading| to next page)?|"
    r"page suivante|suivante?|(?:zur )?nächsten? seite|weiter(?:lesen)?|weiter auf seite \d+|"
    r"página siguiente|siguiente|próxima(?: página)?|pagina successiva|volgende(?: pagina)?|"
    r"nästa(?: sida)?|następna(?: strona)?|следующая(?: страница)?|далее|"
    r"次(?:の)?ページ(?:へ)?|次へ|下一?[页頁]|다음(?: 페이지)?)[\W_]*",
    re.IGNORECASE,
)
_PAGE_WORD: Final = r"(?:page|pagina|página|seite|sida|side|strona|страница|ページ|页|頁)"
_PAGE_COUNT: Final = re.compile(
    rf"\b{_PAGE_WORD}\s*(\d{{1,2}})\s*(?:of|von|de|di|sur|av|van|z|из|/)\s*(\d{{1,2}})\b|"
    rf"[(（]\s*(\d{{1,2}})\s*/\s*(\d{{1,2}})\s*(?:ページ|页|頁)?\s*[)）]|(\d{{1,2}})\s*/\s*(\d{{1,2}})\s*ページ",
    re.IGNORECASE,
)


class NextPage(NamedTuple):
    """The address of an article's next page, and the signs by which its link was recognised."""

    url: str
    signs: tuple[str, ...]  # REL, WORDS, NUMBERS, COUNT, in alphabetical order

    def trace(self) -> dict[str, str]:
        """Return the address and the signs as `show --trace` prints them."""
        return {"url": self.url, "from": ", ".join(self.signs)}


def find_next_page(document: Document, first: str, number: int = 1) -> NextPage | None:
    """Return the next page of an article, None if there is none. `document`: a page of the article;
    `first`: the address of its first page; `number`: the number of `document`, from 1.

    A link leads to the next page if its address is that of the article with the next number, and if
    it has another sign, such as the label "next". If the address, such as "/story-2", may be that
    of another story, the link must be in a row of page numbers; or the page must say "page 1 of 3",
    and the link must have another sign, too."""
    if number >= MOST_NUMBER or not first:
        return None
    next_number = number + 1
    # by address of the link
    signs_of: dict[str, set[str]] = defaultdict(set)
    is_sure: dict[str, bool] = {}  # the address can be no other story's
    for url, element in _list_links_with_number(document, next_number):
        page = read_page_number(url, first)
        if page and page.number == next_number:
            signs_of[url].update(_find_signs(element, number))
            is_sure[url] = page.sure
    if not signs_of:
        return None
    has_count = _states_count(document, number)
    for url, signs in signs_of.items():
        if has_count:
            signs.add(COUNT)
        has_other_sign = COUNT in signs and len(signs) > 1
        is_proven = is_sure[url] or NUMBERS in signs or has_other_sign
        if signs and is_proven:
            return NextPage(url, tuple(sorted(signs)))
    return None


def find_next_address(
    html: bytes, url: str, headers: Mapping[str, str], first: str, number: int
) -> str | None:
    """Return the address of the next page of an article, None if there is none or if `html` is not
    HTML. `html`, `headers`: the answer of the server for `url`, a page of the article; `number`:
    the number of this page; `first`: the address of the first page. Called in the worker
    process."""
    try:
        following = find_next_page(parse(html, url, headers), first, number)
    except NotAnArticle:
        return None
    return following.url if following else None


def _list_links_with_number(document: Document, number: int) -> Iterator[tuple[str, Any]]:
    """Yield each link whose address contains `number`, as (absolute address without fragment,
    element). Link elements without rel are left out."""
    digits = str(number)
    find_number = re.compile(rf"(?<!\d){number}(?!\d)").search  # "2", but not in "12"
    for element in islice(document.tree.iter("a", "link"), _MOST_LINKS):
        href = element.get("href", "")
        if digits not in href:  # a fast way to exclude most links
            continue
        reference = href[:_LONGEST_ADDRESS].strip()
        if not find_number(reference):
            continue
        if element.tag == "link" and not element.get("rel"):
            continue
        address = urls.absolute(document.base_url, text.remove_illegal(reference))
        if address:
            yield address.partition("#")[0], element


def _find_signs(element: Any, number: int) -> Iterator[str]:
    """Yield the signs that the link `element` leads to the next page of an article. REL: its
    attribute rel says so. WORDS: its label is "next" or the like. NUMBERS: it is in a row of page
    numbers. `number`: the number of the page on which the link is."""
    if "next" in (element.get("rel") or "").lower().split():
        yield REL
    if element.tag != "a":
        return
    label_text = "".join(islice(element.itertext(), _MOST_TEXTS))
    label = " ".join(label_text.split())[:_LONGEST_LABEL]
    title = (element.get("title") or element.get("aria-label") or "-")[:_LONGEST_TITLE]
    if _NEXT_LABEL.fullmatch(label) or _NEXT_LABEL.fullmatch(title):
        yield WORDS
    if label == str(number + 1) and _is_in_row_of_numbers(element, number):
        yield NUMBERS


def _is_in_row_of_numbers(element: Any, number: int) -> bool:
    """Return True if the link `element` is in a row of page numbers such as "1 2 3 next": one of
    the three elements around it contains `number`, the number of this page, and at least half of
    the words in it are numbers."""
    row = element
    for _ in range(_MOST_ABOVE):
        row = row.getparent()
        if row is None:
            return False
        words = " ".join(islice(row.itertext(), _MOST_ROW_TEXTS)).split()
        if sum(map(len, words)) > _LONGEST_ROW:
            return False
        if str(number) in words:
            # a sentence may have numbers in it, too
            return 2 * sum(word.isdecimal() for word in words) >= len(words)
    return False


def _states_count(document: Document, number: int) -> bool:
    """Return True if a text such as "page 1 of 3" states that the page has this `number` and that
    it is not the last one."""
    elements = document.tree.iter("a", "div", "em", "li", "p", "small", "span", "strong", "td")
    for element in islice(elements, _MOST_LINKS):
        line = " ".join((element.text or "").split())
        if not 0 < len(line) <= _LONGEST_ROW:
            continue
        match = _PAGE_COUNT.search(line)
        if match:
            stated_number, stated_count = [int(digits) for digits in match.groups() if digits]
            if stated_number == number < stated_count:
                return True
    return False
