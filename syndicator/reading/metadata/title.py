"""Choose the title of a page among headings, <title> and metas; remove the site's name.

"Declared titles" are those in <title>, metas and JSON-LD, which readers do not see on the page. The
title is a heading that agrees with a declared title, else the only h1, else a declared title. On
570 of 654 real pages it is an h1."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from syndicator.core import text, urls
from syndicator.core.model import Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, list_articles
from syndicator.reading.metadata.cover import Choice, choose_first_valid

LONGEST = 300  # characters of a title
_MOST_SENTENCES = 4  # ends of sentences from which a text is no title
_MOST_CHARACTERS = 2_000  # characters of a text that is searched for a title
_MOST_SITE_PARTS = 3  # parts that are removed from a title, one after the other
_MOST_PARTS = 12  # parts of a title between separators, and pieces of a heading
_MOST_PATH_PARTS = 20  # segments of an address
_MOST_WORDS = 60  # words of a text that are compared
_MOST_ARTICLES = 3  # JSON-LD objects whose headline counts
_ATTRIBUTES = 400  # characters of class and id that are searched
# separators and the like, which are removed at the ends of titles
EDGE = " \t|–—-·•:»«~/,_¶#§🔗"
# Pairs of angle quotation marks, whose characters are separators, too. French ones have spaces
# inside, German ones point inwards and have none.
_QUOTED = re.compile(r"«[^«»|]{1,120}»|»(?=\S)[^«»|]{1,120}(?<=\S)«|‹[^‹›|]{1,120}›")
_MASK = str.maketrans("«»‹›", "\ue000\ue001\ue002\ue003")
_UNMASK = str.maketrans("\ue000\ue001\ue002\ue003", "«»‹›")
# between a title and its sections
_HARD_SEPARATOR = re.compile(r"\s*[|»«¦｜]\s*|\s+::+\s*|::+\s+|\s+[•·›>]\s+")
_SOFT_SEPARATOR = re.compile(
    r"\s+[–—-]{1,2}\s+|\s+[~/@]\s+|\s+:\s+"
)  # may stand within a title too
_COLON = re.compile(r":\s+|：")  # only the exact name of a site is removed before a colon
# Chinese, Japanese and Korean sites write "title_section_site"
_CJK_SITE_SUFFIX = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][^_]*_")
_WORD = re.compile(r"\w+")
_PERCENT_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_HTML_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_HOME_ADDRESS = re.compile(r"(https?://[^/]*)?/?")
LOGO_TAG = "logo"  # stands for the tag of a heading that is the site's name
_INVISIBLE_CHARACTERS = re.compile("[\u00ad\u200b\u2060\ufeff]")
_GENERIC_WORDS = frozenset(
    {"html", "htm", "php", "aspx", "index", "article", "articles", "story", "news", "default"}
)
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[^\W\d_])")
_DATE_PREFIX = re.compile(r"^\d{1,2}([./])\d{1,2}\1(?:19|20)\d\d\s*[-–—|:]\s+(?=\S)")
_MOST_SECTION_WORDS = 6  # words of a part such as "Sport at Example News"
_LEAST_NAME = 3  # the name of a site in a part, or a word of an address, has more letters than this
# A text is the site's name if the first label of the domain ("example") is in it and is this share
# of it. The label must have so many letters.
_LEAST_LABEL = 4
_LABEL_SHARE = 0.75


# kinds of parts of titles that the articles of a host may share
BEGINNING = "title beginning"
END = "title end"
# Called with BEGINNING, END or "title", and a text: True if articles of the host share this text.
IsShared = Callable[[str, str], bool]

_MOST_HEADINGS = 200  # headings of a page
_LEAST_HEADLINE = 4  # characters of a headline without its kicker
_SKIPPED_TAGS = frozenset({"script", "style", "button", "sup", "svg", "noscript", "template"})
_HIDDEN_CLASS = re.compile(
    r"(^|[\s_-])(headerlink|anchor|hash-?link|permalink|sr-only|screen-reader-text|visually-?hidden|badge|"
    r"comments?-count|assistive-text|share|tool-?tips?|tooltip-?text|pop-?over)([\s_-]|$)",
    re.I,
)
# kickers: small print above a headline, inside its h1
_KICKER_CLASS = re.compile(
    r"kicker|overline|topline|roofline|dachzeile|spitzmarke|oberzeile|eyebrow|pre-?title|pre-?head|sub-?title|small|"
    r"supertitle|label|rubri[ck]|category|section(?!-num)|surtitre|antetitulo|occhiello|titleheader|topic|flag",
    re.I,
)
_LOGO_CLASS = re.compile(
    r"logo|site-?(title|name|header|brand)|brand(?![a-z])|branding|masthead|titlewrapper|menu-title",
    re.I,
)
# Similarity (F1 of the words) of an h1 and a declared title, or the words of the address, that are
# the same title; and of a lower heading and a declared title.
_SIMILAR = 0.5
_NEARLY_EQUAL = 0.85
_LEAST_SLUG_WORDS = 3  # words of an address that may spell the title
_SLUG_WORDS = 3  # words of an address that counts against an h1, and of a title at an h1's end
_LONG_START = 12  # characters of a heading with which a declared title may begin
_LEAST_COMPARED = 4  # letters of a word that a heading and a declared title have in common
_LEAST_WORDS = 2  # words of an h1 that is the title without a similar declared title
_END_SHARE = 0.4  # share of an h1 that a declared title at its end makes up
_OPENING_QUOTES = tuple("\"'“„«‘")
_TITLE_METAS = (
    "og:title",
    "twitter:title",
    "headline",
    "dc.title",
    "parsely-title",
    "sailthru.title",
)


def split_ends(title: str) -> Iterator[tuple[str, str]]:
    """Yield the two parts of `title` that may name the site, as (BEGINNING, text before the first
    separator) and (END, text after the last separator). "News | A story - Example" gives "News" and
    "Example". A title without separators gives nothing."""
    masked_title = mask_quotes(title)
    separators = _find_separators(masked_title)
    if separators:
        text_before_first = masked_title[: separators[0].start()]
        text_after_last = masked_title[separators[-1].end() :]
        yield BEGINNING, unmask_quotes(text_before_first)
        yield END, unmask_quotes(text_after_last)


def _find_separators(title: str) -> list[re.Match[str]]:
    """Return all separators in a title, such as " | " and " - ", as matches in the order of the
    title."""
    separators = (*_HARD_SEPARATOR.finditer(title), *_SOFT_SEPARATOR.finditer(title))
    return sorted(separators, key=lambda separator: separator.start())


class SiteTitle:
    """Removes the site's name and its sections from titles of a page.

    `url`: the address of the page. `sitenames`: the names of the site as the page states them.
    `suffix`: an ending that the operator wants removed, None for none. `document_title`: the text
    of the page's title element. A stated name equal to it is ignored, because some pages state the
    title of the article as the site's name; on the home page it counts. `is_shared` says whether
    other pages of the host have a part of a title, too."""

    def __init__(
        self,
        url: str,
        sitenames: Sequence[str],
        suffix: str | None = None,
        *,
        document_title: str = "",
        is_shared: IsShared = lambda kind, value: False,
    ) -> None:
        """Collect the names of the site. `url`: the address of the page; `sitenames`: names of the
        site that the page states; `suffix`: the operator's, at the end of titles; `document_title`:
        the page's title element. `is_shared`: says if other pages of the host have a title, or a
        part of one, too."""
        self.is_shared = is_shared
        # a host such as "localhost" has no registrable domain, and keeps its "www."
        self.domain = urls.domain(url).removeprefix("www.")
        domain_label = self.domain.split(".")[0]
        self.label = make_key(domain_label)  # "example" for example.org
        # keys: the letters and digits of names in lower case
        keys = {make_key(name) for name in (domain_label, self.domain, urls.host(url))}
        title_key = make_key(document_title)
        for name in sitenames:
            key = make_key(name)
            # a stated name that is the whole title of an inner page is not the site's
            if key != title_key or urls.is_root(url):
                keys.add(key)
        self.names = keys - {""}  # keys of all names of the site
        self.slug_words = _find_slug_words(url)  # words of the address that may spell the title
        self.suffix = (suffix or "").strip()

    def may_be_title(self, title: str) -> bool:
        """Return True if `title` may be that of an article. It must have 2 to 300 characters,
        letters or digits among them, and at most four sentences, and must not be a name of the
        site."""
        if not 1 < len(title) <= LONGEST:
            return False
        if len(_SENTENCE_END.findall(title)) >= _MOST_SENTENCES:
            return False
        return bool(_WORD.search(title)) and not self.is_site_name(title)

    def is_site_name(self, value: str) -> bool:
        """Return True if `value` is a name of the site or its host, or little more than the first
        label of the domain: for example.org, "The Example" is the site's name, and "Example News"
        is not."""
        value_key = make_key(value)
        if value_key in self.names:
            return True
        if len(self.label) < _LEAST_LABEL or self.label not in value_key:
            return False
        return len(self.label) >= _LABEL_SHARE * len(value_key)

    def remove_site_name(self, title: str) -> str:
        """Return `title` as one line without the date at its start, the suffix that the operator
        has set, and the names of the site and its sections at both ends (at most three)."""
        line = mask_quotes(clean_line(title)[:_MOST_CHARACTERS]).strip(EDGE)
        remaining = _DATE_PREFIX.sub("", line)
        if self.suffix and remaining.endswith(self.suffix):
            remaining = remaining.removesuffix(self.suffix).rstrip(EDGE)
        for _ in range(_MOST_SITE_PARTS):
            shorter = self._remove_site_part(remaining)
            if shorter == remaining:
                break
            remaining = shorter
        return unmask_quotes(remaining)

    def find_main_part(self, title: str, *, hard_only: bool = False, least_soft: int = 2) -> str:
        """Return the main part of `title`: the one that has most words of the page's address; of
        equal ones the longest.

        The title is first split at signs such as "|", which do not stand within titles. Its main
        part is then split again at signs such as dashes, which may stand within titles: only if
        this gives at least `least_soft` parts. `hard_only`: do not split it again."""
        main_part = self._find_main_piece(mask_quotes(title), _HARD_SEPARATOR, least_pieces=2)
        if not hard_only:
            main_part = self._find_main_piece(main_part, _SOFT_SEPARATOR, least_pieces=least_soft)
        return unmask_quotes(main_part)

    def _find_main_piece(self, title: str, separator: re.Pattern[str], least_pieces: int) -> str:
        """Split `title` at each `separator`. Return the piece that has most words of the page's
        address; of equal ones the longest. Return `title` itself if there are fewer pieces than
        `least_pieces`."""
        stripped_pieces = [piece.strip(EDGE) for piece in separator.split(title)[:_MOST_PARTS]]
        pieces = [piece for piece in stripped_pieces if piece]
        if len(pieces) < least_pieces:
            return title

        def rate_piece(piece: str) -> tuple[int, int]:
            words_of_address = self.slug_words & set(split_words(piece))
            return len(words_of_address), len(piece)

        return max(pieces, key=rate_piece)

    def _remove_site_part(self, title: str) -> str:
        """Return `title` without one part at its beginning or end that is the name of the site or
        of a section, or that other titles of the host share. Return `title` itself if it has no
        such part, or consists of it."""
        separators = _find_separators(title)
        if separators:
            first = separators[0]
            last = separators[-1]
            text_before_first = title[: first.start()]
            text_after_last = title[last.end() :]
            # "Title - Sport at Example News"
            if self._is_section(text_after_last) or self.is_shared(END, text_after_last):
                return title[: last.start()].rstrip(EDGE) or title
            # "Example News | Title"
            if self.is_shared(BEGINNING, text_before_first) or self.is_site_name(text_before_first):
                return title[first.end() :].lstrip(EDGE) or title

        # "Example News: Title"
        colon = _COLON.search(title)
        if colon and make_key(title[: colon.start()]) in self.names:
            return title[colon.end() :].lstrip(EDGE) or title
        # "example.org Title"
        begins_with_domain = title.casefold().startswith(self.domain + " ")
        if "." in self.domain and begins_with_domain:
            return title[len(self.domain) :].lstrip(EDGE) or title
        # "title_section_site"
        if _CJK_SITE_SUFFIX.match(title):
            return title.split("_", 1)[0].rstrip(EDGE)
        return title

    def _is_section(self, part: str) -> bool:
        """Return True if `part`, the end of a title, is the name of the site or of a section: at
        most six words that contain the site's name, such as "Sport at Example". Return True, too,
        if it has no letters or digits."""
        part_key = make_key(part)
        if not part_key or self.is_site_name(part):
            return True
        if len(split_words(part)) > _MOST_SECTION_WORDS:
            return False
        return any(len(name) > _LEAST_NAME and name in part_key for name in self.names)


def _find_slug_words(url: str) -> set[str]:
    """Return the words of an address that may spell the title of the page, in lower case: those of
    the last segment of its path that has a word of at least four letters. Words such as "index" and
    "html" do not count. Return an empty set if no segment has such a word."""
    after_scheme = url.partition("://")[2]
    after_host = after_scheme.partition("/")[2]
    path = after_host.partition("?")[0]
    segments = _PERCENT_ESCAPE.sub(" ", path).split("/")
    for segment in reversed(segments[:_MOST_PATH_PARTS]):
        words = set(_WORD.findall(segment.replace("_", " ").casefold())) - _GENERIC_WORDS
        if any(len(word) > _LEAST_NAME and word.isalpha() for word in words):
            return words
    return set()


def mask_quotes(title: str) -> str:
    """Return `title` with private characters in place of the marks « and » around a quotation. The
    marks are also separators, and a title must not be split at a quotation. `unmask_quotes` puts
    the marks back."""
    if "»" not in title and "›" not in title:
        return title
    return _QUOTED.sub(lambda pair: pair[0].translate(_MASK), title)


def unmask_quotes(title: str) -> str:
    """Put back the quotation marks that `mask_quotes` replaced."""
    return title.translate(_UNMASK)


def trim_separators(title: str) -> str:
    """Remove separators at the ends of `title`."""
    return unmask_quotes(mask_quotes(title).strip(EDGE))


def make_key(name: str) -> str:
    """Return the letters and digits of `name` in lower case, to compare names: "The Example!" gives
    "theexample"."""
    return "".join(_WORD.findall(name.casefold()))


def split_words(value: str) -> list[str]:
    """Return the first 60 words of `value` in lower case."""
    return _WORD.findall(value.casefold())[:_MOST_WORDS]


def clean_line(value: str) -> str:
    """Return `value` as one line without invisible characters."""
    return text.line(_INVISIBLE_CHARACTERS.sub("", value))


@dataclass(frozen=True)
class Heading:
    """A heading of a page, without its kicker (small print above it)."""

    tag: str  # h1, h2, h3, or LOGO_TAG for a heading that is the site's name
    pieces: tuple[str, ...]  # the texts between its tags

    @cached_property
    def text(self) -> str:
        """The text of the heading as one line."""
        return trim_separators(clean_line("".join(self.pieces)))

    def list_part_keys(self) -> set[str]:
        """Return each piece of the heading, and each text that several pieces in a row make, as
        letters and digits in lower case. The pieces "One" and "two" give "one", "two" and
        "onetwo"."""
        pieces = self.pieces[:_MOST_PARTS]
        keys: set[str] = set()
        for end in range(1, len(pieces) + 1):
            for start in range(end):
                keys.add(make_key("".join(pieces[start:end])))
        return keys


def find_headings(tree: Any) -> list[Heading]:
    """Return the first 200 h1, h2 and h3 of `tree` whose texts have 2 to 300 characters, in
    order. Small print above a headline is left out."""
    headings: list[Heading] = []
    for element in tree.iter("h1", "h2", "h3"):
        if len(headings) >= _MOST_HEADINGS:
            break
        is_logo = _is_logo(element)
        tag = LOGO_TAG if is_logo else element.tag
        # a kicker is small print above the headline
        heading = Heading(tag, tuple(_read_pieces(element, skip_kicker=not is_logo)))
        if len(heading.text) < _LEAST_HEADLINE:  # what looked like a kicker is the headline
            heading = Heading(tag, tuple(_read_pieces(element, skip_kicker=False)))
        if 1 < len(heading.text) <= LONGEST:
            headings.append(heading)
    return headings


def _is_logo(heading: Any) -> bool:
    """Return True if a heading is the logo of the site, not a headline: its class or id, or that of
    the element around it, says so, or its first link leads to the home page."""
    for element in (heading, heading.getparent()):
        if element is None or element.tag in ("article", "main", "body"):
            continue
        if _LOGO_CLASS.search(join_class_and_id(element)):
            return True
    link = next(heading.iter("a"), None)
    if link is None:
        return False
    if "home" in (link.get("rel") or ""):
        return True
    href = link.get("href")
    if not href:
        return False
    return _HOME_ADDRESS.fullmatch(href.strip()) is not None


def join_class_and_id(element: Any) -> str:
    """Return the class and the id of an element as one text, at most 400 characters; " " if it has
    neither."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"[:_ATTRIBUTES]


def _read_pieces(heading: Any, *, skip_kicker: bool) -> Iterator[str]:
    """Yield the visible texts in a heading, in order, and a space at each line break; at most about
    1,200 characters. `skip_kicker`: leave out the kicker, which is small print above the
    headline."""
    skipped: Any = None  # the outermost element whose content is being left out
    length = 0  # characters so far
    for event, element in etree.iterwalk(heading, events=("start", "end")):
        is_heading_itself = element is heading
        if event == "start":
            piece = element.text
            if skipped is None and not is_heading_itself:
                tag_and_class = f"{element.tag} {element.get('class') or ''}"[:300]
                is_unseen = element.tag in _SKIPPED_TAGS or _HIDDEN_CLASS.search(tag_and_class)
                # a kicker comes before the headline, so only at the start
                may_be_kicker = skip_kicker and length == 0
                is_kicker = may_be_kicker and _KICKER_CLASS.search(tag_and_class)
                if is_unseen or is_kicker:
                    skipped = element
        else:  # the end of an element: the text behind it comes next
            piece = None if is_heading_itself else element.tail
            if element is skipped:
                skipped = None
        if skipped is None and piece and length <= 4 * LONGEST:
            yield piece
            length += len(piece.strip())
        if element.tag in ("br", "div", "p"):
            yield " "


def choose_title(
    document: Document,
    sitename: str,
    entry: Entry | None,
    rules: Rules,
    *,
    is_shared: IsShared = lambda kind, value: False,
) -> Choice[str]:
    """Choose the title of the page, without the name of the site. The value of the choice is None
    if there is no title.

    `sitename`: the name of the site; `entry`: the feed's entry for the page, None if there is none;
    `rules`: the operator's rules for the source. `is_shared(kind, value)` says if other pages of
    the host have the same title, or the same beginning or end of one: such a title is not chosen,
    and such a part is removed."""
    headings = find_headings(document.tree)
    logos = [heading.text for heading in headings if heading.tag == LOGO_TAG]
    site = SiteTitle(
        document.url,
        (sitename, *logos),
        rules.title_suffix,
        document_title=_read_document_title(document),
        is_shared=is_shared,
    )

    def is_title_of_page(value: str) -> bool:
        return site.may_be_title(value) and not is_shared("title", value)

    choice = choose_first_valid(_list_candidates(document, entry, site, headings), is_title_of_page)
    if choice:
        return choice

    # a page about an issue or a product of the site may have a title that looks like the site's
    # name: accept a declared title that is only similar to that name
    unshared: list[tuple[str, str]] = []
    for place, declared_title in list_declared_titles(document):
        if not is_shared("title", declared_title):
            unshared.append((place, declared_title))

    def is_not_exactly_site_name(declared_title: str) -> bool:
        has_length_of_title = 1 < len(declared_title) <= LONGEST
        return has_length_of_title and make_key(declared_title) not in site.names

    return choose_first_valid(unshared, is_not_exactly_site_name)


def _list_candidates(
    document: Document, entry: Entry | None, site: SiteTitle, headings: Sequence[Heading]
) -> Iterator[tuple[str, str]]:
    """Yield each possible title of the page, the most reliable place first, as (name of the place,
    title). The title is "" if the place has none. `entry`: the feed's entry for the page, None if
    there is none; `site`: the names of the site, to remove them; `headings`: the headings of the
    page."""
    cleaned_titles: list[tuple[str, str]] = []  # the declared titles without the site's name
    for place, declared_title in list_declared_titles(document):
        if declared_title:
            cleaned_titles.append((place, site.remove_site_name(declared_title)))
    distinct_titles: dict[str, None] = {}  # used as an ordered set
    for _, cleaned_title in cleaned_titles:
        if site.may_be_title(cleaned_title):
            distinct_titles[cleaned_title] = None
    declared_titles = list(distinct_titles)

    # An entry is from a feed, or read from a page that lists articles ("listed"); the title in such
    # a list is less reliable.
    if entry is not None and not entry.listed:
        entry_title = site.remove_site_name(remove_tags(entry.title))
        yield "entry", _complete_title(entry_title, declared_titles)

    possible_headings = [
        heading
        for heading in headings
        if heading.tag != LOGO_TAG and site.may_be_title(heading.text)
    ]
    best_heading = _find_best_heading(possible_headings, declared_titles, site)
    if best_heading:
        yield best_heading.tag, _find_headline(best_heading, declared_titles, site)
    else:
        yield "h1 alone", _find_only_h1(possible_headings, declared_titles, site)

    if entry is not None and entry.listed:
        listed_title = site.remove_site_name(remove_tags(entry.title))
        yield "list", _complete_title(listed_title, declared_titles)

    for place, cleaned_title in cleaned_titles:
        yield place, site.find_main_part(cleaned_title, least_soft=3)
    for heading in possible_headings:
        if heading.tag == "h1":
            yield "h1 alone", heading.text


def list_declared_titles(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the titles that the page declares in JSON-LD, metas and the title element, as (name of
    the place, title). The title is "" for a meta or a title element that the page lacks."""
    for item in list_articles(document)[:_MOST_ARTICLES]:
        for value in jsonld.list_texts(item.get("headline") or item.get("name")):
            yield "json-ld", value
    for name in _TITLE_METAS:
        yield name, jsonld.clean_text(document.meta(name))
    yield "title", _read_document_title(document)


def _read_document_title(document: Document) -> str:
    """Return the text of the page's title element, "" if it has none. The title of a drawing (svg)
    is not that of the page."""
    for element in document.tree.iter("title"):
        if element.getparent().tag != "svg":
            return text.line((element.text or "")[:_MOST_CHARACTERS])
    return ""


def _find_best_heading(
    headings: Sequence[Heading], declared_titles: Sequence[str], site: SiteTitle
) -> Heading | None:
    """Return the heading that is surely the title of the page, None if none is.

    The first choice is an h1 that is similar to a title in `declared_titles` or to the words of the
    page's address. The second is an h2 or h3 that nearly equals a declared title. The third is an
    h1 of at least 12 characters with which a declared title begins. `site`: has the names of the
    site and the words of the address."""
    declared_words: list[list[str]] = []
    for declared in declared_titles:
        for title in {declared, site.find_main_part(declared)}:
            declared_words.append(split_words(title))
    words_like_h1 = list(declared_words)
    if len(site.slug_words) >= _LEAST_SLUG_WORDS:
        words_like_h1.append(sorted(site.slug_words))

    h1s = [heading for heading in headings if heading.tag == "h1"]
    similar_h1 = _find_most_similar(h1s, words_like_h1, _SIMILAR)
    if similar_h1:
        return similar_h1
    lower_headings = [heading for heading in headings if heading.tag in ("h2", "h3")]
    nearly_equal = _find_most_similar(lower_headings, declared_words, _NEARLY_EQUAL)
    if nearly_equal:
        return nearly_equal
    for h1 in h1s:
        is_long = len(h1.text) >= _LONG_START
        if is_long and any(declared.startswith(h1.text) for declared in declared_titles):
            return h1
    return None


def _find_most_similar(
    headings: Sequence[Heading], word_lists: Sequence[Sequence[str]], least_similarity: float
) -> Heading | None:
    """Return the heading whose words are most similar to one of `word_lists`, the words of other
    titles. Return None if the similarity, from 0 to 1, is below `least_similarity` for all."""
    best: Heading | None = None
    best_similarity = 0.0
    for heading in headings:
        heading_words = split_words(heading.text)
        for other_words in word_lists:
            similarity = _measure_similarity(heading_words, other_words)
            if similarity > best_similarity:
                best = heading
                best_similarity = similarity
    return best if best_similarity >= least_similarity else None


def _find_only_h1(
    headings: Sequence[Heading], declared_titles: Sequence[str], site: SiteTitle
) -> str:
    """Return the text of the only h1 of the page, "" if it is probably not the title.

    It is probably not the title if the page has several different h1, if the h1 is a single word,
    or if it shares no word with `declared_titles`. It is not, too, if the words of the page's
    address, which `site` has, spell a declared title."""
    texts = list(dict.fromkeys(heading.text for heading in headings if heading.tag == "h1"))
    if len(texts) != 1:
        return ""
    h1_words = set(split_words(texts[0]))
    if len(h1_words) < _LEAST_WORDS:
        return ""
    if not declared_titles:
        return texts[0]
    declared_words = [split_words(declared) for declared in declared_titles]
    if not any(_have_common_word(h1_words, other_words) for other_words in declared_words):
        return ""
    if len(site.slug_words) >= _SLUG_WORDS:
        slug_words = sorted(site.slug_words)
        for other_words in declared_words:
            if _measure_similarity(slug_words, other_words) >= _NEARLY_EQUAL:
                return ""
    return texts[0]


def _have_common_word(some_words: set[str], other_words: Sequence[str]) -> bool:
    """Return True if `some_words` and `other_words` have a word of at least four letters in
    common."""
    return any(len(word) >= _LEAST_COMPARED and word in some_words for word in other_words)


def _find_headline(heading: Heading, declared_titles: Sequence[str], site: SiteTitle) -> str:
    """Return the title in a heading, which may also have the names of a section and a source. It is
    the first of `declared_titles` that the heading equals, contains as a part, or has at its start
    or end. If there is none, it is the main part of the heading between separators such as "|"."""
    heading_text = _DATE_PREFIX.sub("", heading.text)
    # keys, the letters and digits in lower case, are compared
    heading_key = make_key(heading_text)
    is_declared = any(heading_key in make_key(declared) for declared in declared_titles)
    part_keys = set[str]() if is_declared else heading.list_part_keys()
    for declared in declared_titles:
        declared_key = make_key(declared)
        if declared_key == heading_key:
            # in the heading, words of two elements may stand together without a space
            has_more_words = len(split_words(declared)) > len(split_words(heading_text))
            return declared if has_more_words else heading_text
        if declared_key in part_keys:
            return declared
        is_long_end = (
            heading_key.endswith(declared_key)
            and len(split_words(declared)) >= _SLUG_WORDS
            and len(declared_key) >= _END_SHARE * len(heading_key)
        )
        if is_long_end:
            return declared
        if heading.tag != "h1" and heading_key.startswith(declared_key):
            # the content of a meta ends at a quotation mark that the site forgot to escape
            rest_of_heading = heading_text[len(declared) :].lstrip()
            is_cut_at_quote = rest_of_heading[:1] in _OPENING_QUOTES
            if not is_cut_at_quote:
                return declared
    return site.find_main_part(heading_text, hard_only=True)


def _complete_title(title: str, declared_titles: Sequence[str]) -> str:
    """Return `title` complete. If it ends with an ellipsis, it was cut off: return the first of
    `declared_titles` that begins with it and is longer, else `title` as it is."""
    start = title.removesuffix("…").removesuffix("...").rstrip()
    if start == title:
        return title
    for declared in declared_titles:
        if declared.startswith(start) and len(declared) > len(start):
            return declared
    return title


def _measure_similarity(words: Sequence[str], other_words: Sequence[str]) -> float:
    """Return how similar two lists of words are, from 0 (no common word) to 1 (the same words), as
    the F1 score. The order and the repetition of words do not matter."""
    distinct = set(words)
    other_distinct = set(other_words)
    if not distinct or not other_distinct:
        return 0.0
    return 2 * len(distinct & other_distinct) / (len(distinct) + len(other_distinct))


def remove_tags(value: str) -> str:
    """Return a text field of a feed, which may be HTML, as plain text on one line."""
    without_tags = _HTML_TAG.sub("", jsonld.clean_text(value))
    return trim_separators(without_tags[: 4 * LONGEST])
