"""Choose the title of a page among headings, <title> and metas; remove the site's name.

A heading that agrees with the <title> or metas (the heads), else the only h1, JSON-LD, or a head.
On 570 of 654 real pages an h1 is the title. Also `survey`: the body's elements and the headline."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree

from syndicator.core import text, urls
from syndicator.core.model import Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, articles, inner
from syndicator.reading.metadata.cover import Choice, first_sane

LONGEST = 300
_MOST_SENTENCES = 4  # characters of a title; sentences of a text
EDGE = " \t|–—-·•:»«~/,_¶#§🔗"
# quotation marks that open and close: no separators. French ones stand apart from the words within,
# German ones do not.
_QUOTED = re.compile(r"«[^«»|]{1,120}»|»(?=\S)[^«»|]{1,120}(?<=\S)«|‹[^‹›|]{1,120}›")
_MASK = str.maketrans("«»‹›", "\ue000\ue001\ue002\ue003")
_UNMASK = str.maketrans("\ue000\ue001\ue002\ue003", "«»‹›")
# between a title and its sections
_HARD = re.compile(r"\s*[|»«¦｜]\s*|\s+::+\s*|::+\s+|\s+[•·›>]\s+")
_SOFT = re.compile(r"\s+[–—-]{1,2}\s+|\s+[~/@]\s+|\s+:\s+")  # may stand within a title too
_COLON = re.compile(r":\s+|：")  # only a site's exact name is cut there
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][^_]*_")
_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_NO_WORDS = frozenset(
    {"html", "htm", "php", "aspx", "index", "article", "articles", "story", "news", "default"}
)
_SENTENCE = re.compile(r"[.!?]\s+(?=[^\W\d_])")
_DATED = re.compile(r"^\d{1,2}([./])\d{1,2}\1(?:19|20)\d\d\s*[-–—|:]\s+(?=\S)")
# words of a section with the site's name; letters that a name or a word of a URL must exceed
_FEW = 6
_LEAST_NAME = 3
# letters of a host's label that names the site; its share of that name
_LEAST_LABEL = 4
_LABEL_SHARE = 0.75


# parts of titles that a host's articles may share, and the question whether they do
BEGINNING = "title beginning"
END = "title end"
IsShared = Callable[[str, str], bool]  # (a kind of part or "title", the text)

_MOST = 200
_LEAST = 4  # headings of a page; characters of a headline without its kicker
_SKIP = frozenset({"script", "style", "button", "sup", "svg", "noscript", "template"})
_HIDDEN = re.compile(
    r"(^|[\s_-])(headerlink|anchor|hash-?link|permalink|sr-only|screen-reader-text|visually-?hidden|badge|"
    r"comments?-count|assistive-text|share|tool-?tips?|tooltip-?text|pop-?over)([\s_-]|$)",
    re.I,
)
# small print above a headline, inside its h1
_KICKER = re.compile(
    r"kicker|overline|topline|roofline|dachzeile|spitzmarke|oberzeile|eyebrow|pre-?title|pre-?head|sub-?title|small|"
    r"supertitle|label|rubri[ck]|category|section(?!-num)|surtitre|antetitulo|occhiello|titleheader|topic|flag",
    re.I,
)
_LOGO = re.compile(
    r"logo|site-?(title|name|header|brand)|brand(?![a-z])|branding|masthead|titlewrapper|menu-title",
    re.I,
)
# F1 of words of an h1 and a head with the same title, and of lower headings or a URL
_AGREES = 0.5
_SAME = 0.85
# words of a URL that spells the title, and of one that counts against an h1
_SPELT = 3
_SLUG_WORDS = 3
# characters of a heading that begins a head; letters of a word that is compared
_LONG_START = 12
_TELLING = 4
# words of an h1 without a head; share of the h1 that a head at its end must be
_LEAST_WORDS = 2
_END_SHARE = 0.4
_QUOTES = tuple("\"'“„«‘")
_TITLE_METAS = (
    "og:title",
    "twitter:title",
    "headline",
    "dc.title",
    "parsely-title",
    "sailthru.title",
)
_AWAY = re.compile(
    r"(?<!has-)(?<!with-)(?<!no-)(?:comment|related|recommend|teaser|sidebar|widget|menu|nav(?:bar|igation)?\b|caption|"
    r"popular|trending|carousel|slider|latest|promo|newsletter|breadcrumb|(?<!post-)(?<!entry-)(?<!article-)footer)",
    re.I,
)
_AWAY_TAGS = frozenset({"footer", "nav", "figure", "figcaption", "blockquote", "select", "form"})
_NO_TEXT = frozenset(
    {"script", "style", "noscript", "template", "svg", "option", "textarea", "head"}
)
# two an element; paragraphs of a page whose shares count
_MOST_EVENTS = 120_000
_LEAST_PARAGRAPHS = 5
# share of a page's paragraphs in an element that is never a sidebar, whatever its class
_HELD = 0.6
_COMMENTS = "comment"  # in names of what may hold most of a page and is not the article


def split_ends(title: str) -> Iterator[tuple[str, str]]:
    """Yield the beginning and the end of `title`, as far as separators part them, with their
    kinds."""
    title = masked(title)
    cuts = sorted((*_HARD.finditer(title), *_SOFT.finditer(title)), key=lambda cut: cut.start())
    if cuts:
        yield BEGINNING, unmasked(title[: cuts[0].start()])
        yield END, unmasked(title[cuts[-1].end() :])


class SiteTitle:
    """Removes the site's name from a page's titles. `whole`: the document's title; a site name
    equal to it is ignored."""

    def __init__(
        self,
        url: str,
        sitenames: Sequence[str],
        suffix: str | None = None,
        *,
        whole: str = "",
        is_shared: IsShared = lambda kind, value: False,
    ) -> None:
        self.is_shared = is_shared
        # stays where the registrable domain is unknown
        domain = urls.domain(url).removeprefix("www.")
        self.label = key(domain.split(".")[0])
        stated = [name for name in sitenames if key(name) != key(whole) or urls.is_root(url)]
        self.names = {
            key(name) for name in (*stated, domain.split(".")[0], domain, urls.host(url))
        } - {""}
        self.domain = domain
        path = re.sub(
            r"%[0-9A-Fa-f]{2}", " ", url.partition("://")[2].partition("/")[2].partition("?")[0]
        )
        parts = [
            set(_WORD.findall(part.replace("_", " ").casefold())) - _NO_WORDS
            for part in path.split("/")[:20]
        ]
        self.slug: set[str] = next(
            (
                part
                for part in reversed(parts)
                if any(len(word) > _LEAST_NAME and word.isalpha() for word in part)
            ),
            set(),
        )
        self.suffix = (suffix or "").strip()

    def sane(self, title: str) -> bool:
        """Return True if `title` can be an article's: it has letters, is not too long, and is not
        the site's name."""
        if not 1 < len(title) <= LONGEST or len(_SENTENCE.findall(title)) >= _MOST_SENTENCES:
            return False
        return bool(_WORD.search(title)) and not self.is_name(title)

    def is_name(self, value: str) -> bool:
        """Return True if `value` is the site's name, its host, or little more than the host's
        label."""
        own = key(value)
        if own in self.names:
            return True
        return (
            len(self.label) >= _LEAST_LABEL
            and self.label in own
            and len(self.label) >= _LABEL_SHARE * len(own)
        )

    def bare(self, title: str) -> str:
        title = _DATED.sub("", masked(visible(title)[:2_000]).strip(EDGE))
        if self.suffix and title.endswith(self.suffix):
            title = title.removesuffix(self.suffix).rstrip(EDGE)
        for _ in range(3):
            shorter = self._shorter(title)
            if shorter == title:
                break
            title = shorter
        return unmasked(title)

    def main_part(self, title: str, *, hard_only: bool = False, least: int = 2) -> str:
        """Return the part of `title` with most words of the URL, else the longest. `least`: parts
        needed to split at dashes."""
        title = masked(title)
        for pattern, enough in ((_HARD, 2),) if hard_only else ((_HARD, 2), (_SOFT, least)):
            pieces = [
                piece
                for piece in (piece.strip(EDGE) for piece in pattern.split(title)[:12])
                if piece
            ]
            if len(pieces) >= enough:
                title = max(
                    pieces, key=lambda piece: (len(self.slug & set(words(piece))), len(piece))
                )
        return unmasked(title)

    def _shorter(self, title: str) -> str:
        cuts = sorted((*_HARD.finditer(title), *_SOFT.finditer(title)), key=lambda cut: cut.start())
        if cuts and self._is_section(title[cuts[-1].end() :]):
            return title[: cuts[-1].start()].rstrip(EDGE) or title
        if cuts and self.is_shared(END, title[cuts[-1].end() :]):
            return title[: cuts[-1].start()].rstrip(EDGE) or title
        if cuts and self.is_shared(BEGINNING, title[: cuts[0].start()]):
            return title[cuts[0].end() :].lstrip(EDGE) or title
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
        own = key(part)
        if not own or self.is_name(part):
            return True
        return len(words(part)) <= _FEW and any(
            len(name) > _LEAST_NAME and name in own for name in self.names
        )


def masked(title: str) -> str:
    """Replace pairs of « and » in `title`, so that they are not taken for separators; see
    `unmasked`."""
    return (
        _QUOTED.sub(lambda pair: pair[0].translate(_MASK), title)
        if "»" in title or "›" in title
        else title
    )


def unmasked(title: str) -> str:
    return title.translate(_UNMASK)


def trimmed(title: str) -> str:
    """Remove separators at the ends of `title`."""
    return unmasked(masked(title).strip(EDGE))


def key(name: str) -> str:
    """Return the letters and digits of `name` in lower case."""
    return "".join(_WORD.findall(name.casefold()))


def words(value: str) -> list[str]:
    return _WORD.findall(value.casefold())[:60]


def visible(value: str) -> str:
    """Return `value` as one line without invisible characters."""
    return text.line(_INVISIBLE.sub("", value))


@dataclass(frozen=True)
class Heading:
    """A heading without kicker. `tag`: h1, h2, h3, or "logo" for the site's name; `pieces`: the
    texts between its tags."""

    tag: str
    pieces: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        return trimmed(visible("".join(self.pieces)))

    def parts(self) -> set[str]:
        """Return the key of each part of the heading that begins and ends at a tag."""
        pieces = self.pieces[:12]
        ends = range(1, len(pieces) + 1)
        return {key("".join(pieces[start:end])) for end in ends for start in range(end)}


def headings(tree: Any) -> list[Heading]:
    """Return the headings of `tree` in order."""
    out: list[Heading] = []
    for element in tree.iter("h1", "h2", "h3"):
        if len(out) >= _MOST:
            break
        tag = "logo" if _is_logo(element) else element.tag
        shown = Heading(tag, tuple(_pieces(element, tag != "logo")))
        if len(shown.text) < _LEAST:  # a kicker alone
            shown = Heading(tag, tuple(_pieces(element, False)))
        if 1 < len(shown.text) <= LONGEST:
            out.append(shown)
    return out


def _is_logo(heading: Any) -> bool:
    marks = [heading, heading.getparent()]
    if any(
        each is not None
        and each.tag not in ("article", "main", "body")
        and _LOGO.search(f"{each.get('class') or ''} {each.get('id') or ''}"[:400])
        for each in marks
    ):
        return True
    link = next(heading.iter("a"), None)
    return link is not None and (
        "home" in (link.get("rel") or "")
        or re.fullmatch(r"(https?://[^/]*)?/?", (link.get("href") or "x").strip()) is not None
    )


def _pieces(heading: Any, without_kicker: bool) -> Iterator[str]:
    skipped: Any = None
    length = 0
    for event, element in etree.iterwalk(heading, events=("start", "end")):
        if event == "start" and skipped is None and element is not heading:
            named = f"{element.tag} {element.get('class') or ''}"[:300]
            kicker = without_kicker and not length and _KICKER.search(named)
            if element.tag in _SKIP or _HIDDEN.search(named) or kicker:
                skipped = element
        if event == "end" and element is skipped:
            skipped = None
        piece = (
            element.text if event == "start" else (element.tail if element is not heading else "")
        )
        if skipped is None and piece and length <= 4 * LONGEST:
            yield piece
            length += len(piece.strip())
        if element.tag in ("br", "div", "p"):
            yield " "


def read(
    document: Document,
    sitename: str,
    entry: Entry | None,
    rules: Rules,
    *,
    is_shared: IsShared = lambda kind, value: False,
) -> Choice[str]:
    """Return the title and the candidate (place on the page) that it comes from, without what
    `is_shared` with other titles of the host."""
    page_headings = headings(document.tree)
    logos = [heading.text for heading in page_headings if heading.tag == "logo"]
    site = SiteTitle(
        document.url,
        (sitename, *logos),
        rules.title_suffix,
        whole=_document_title(document),
        is_shared=is_shared,
    )
    best = first_sane(
        _candidates(document, entry, site, page_headings),
        lambda value: site.sane(value) and not is_shared("title", value),
    )
    # an issue or a product is called like the site, and more
    return best or first_sane(
        ((place, head) for place, head in list_heads(document) if not is_shared("title", head)),
        lambda head: 1 < len(head) <= LONGEST and key(head) not in site.names,
    )


def _candidates(
    document: Document, entry: Entry | None, site: SiteTitle, all_headings: Sequence[Heading]
) -> Iterator[tuple[str, str]]:
    heads = [(candidate, site.bare(value)) for candidate, value in list_heads(document) if value]
    titles = list(dict.fromkeys(value for _, value in heads if site.sane(value)))
    if entry is not None and not entry.listed:
        yield "entry", _whole(site.bare(untag(entry.title)), titles)
    shown = [
        heading for heading in all_headings if heading.tag != "logo" and site.sane(heading.text)
    ]
    best = _best(shown, titles, site)
    if best:
        yield best.tag, _settle(best, titles, site)
    else:
        yield "h1 alone", _alone(shown, titles, site)
    if entry is not None and entry.listed:
        yield "list", _whole(site.bare(untag(entry.title)), titles)
    yield from ((candidate, site.main_part(value, least=3)) for candidate, value in heads)
    yield from (("h1 alone", heading.text) for heading in shown if heading.tag == "h1")


def list_heads(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the titles that the head of the page states, each with its place."""
    for item in articles(document)[:3]:
        yield from (
            ("json-ld", value) for value in jsonld.strings(item.get("headline") or item.get("name"))
        )
    for name in _TITLE_METAS:
        yield name, jsonld.clean(document.meta(name))
    yield "title", _document_title(document)


def _document_title(document: Document) -> str:
    titles = (
        element for element in document.tree.iter("title") if element.getparent().tag != "svg"
    )
    return next((text.line((element.text or "")[:2_000]) for element in titles), "")


def _best(candidates: Sequence[Heading], heads: Sequence[str], site: SiteTitle) -> Heading | None:
    """Return an h1 similar to a head or the URL, else a lower heading nearly equal to a head, else
    an h1 that starts a head."""
    whole = [words(part) for head in heads for part in {head, site.main_part(head)}]
    spelt = [sorted(site.slug)] if len(site.slug) >= _SPELT else []
    for tags, wanted, least in ((("h1",), [*whole, *spelt], _AGREES), (("h2", "h3"), whole, _SAME)):
        scored = [
            (
                max(
                    (_agreement(words(each.text), candidate_words) for candidate_words in wanted),
                    default=0.0,
                ),
                each,
            )
            for each in candidates
            if each.tag in tags
        ]
        score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if score >= least:
            return best
    long = (each for each in candidates if each.tag == "h1" and len(each.text) >= _LONG_START)
    return next((each for each in long if any(head.startswith(each.text) for head in heads)), None)


def _alone(shown: Sequence[Heading], heads: Sequence[str], site: SiteTitle) -> str:
    texts = list(dict.fromkeys(heading.text for heading in shown if heading.tag == "h1"))
    own = set(words(texts[0])) if len(texts) == 1 else set()
    if len(own) < _LEAST_WORDS:
        return ""
    spelt = max((_agreement(sorted(site.slug), words(head)) for head in heads), default=0.0)
    shared = any(len(word) >= _TELLING and word in own for head in heads for word in words(head))
    return (
        texts[0]
        if not heads or (shared and (spelt < _SAME or len(site.slug) < _SLUG_WORDS))
        else ""
    )


def _settle(heading: Heading, heads: Sequence[str], site: SiteTitle) -> str:
    """Return the headline in `heading`: the part that a head repeats, else all but section and
    source."""
    value = _DATED.sub("", heading.text)
    own = key(value)
    parts = set[str]() if any(own in key(head) for head in heads) else heading.parts()
    for head in heads:
        other = key(head)
        if other == own:  # words of two elements may have run together in the heading
            return head if len(words(head)) > len(words(value)) else value
        ends = (
            own.endswith(other)
            and len(words(head)) >= _SLUG_WORDS
            and len(other) >= _END_SHARE * len(own)
        )
        # a meta that its own quotation mark has ended
        quoted = value[len(head) :].lstrip()[:1] in _QUOTES
        if other in parts or ends or (heading.tag != "h1" and own.startswith(other) and not quoted):
            return head
    return site.main_part(value, hard_only=True)


def _whole(title: str, heads: Sequence[str]) -> str:
    start = title.removesuffix("…").removesuffix("...").rstrip()
    if start == title:
        return title
    return next(
        (head for head in heads if head.startswith(start) and len(head) > len(start)), title
    )


def _agreement(ours: Sequence[str], theirs: Sequence[str]) -> float:
    left = set(ours)
    other = set(theirs)
    return 2 * len(left & other) / (len(left) + len(other)) if left and other else 0.0


def untag(value: str) -> str:
    """Return a feed's text field as plain text."""
    return trimmed(re.sub(r"</?[a-zA-Z][^<>]{0,200}>", "", jsonld.clean(value))[: 4 * LONGEST])


_away = lru_cache(512)(_AWAY.search)  # a page repeats its names


class Spot(NamedTuple):
    """An element, the length of the text before it, and the end of this text."""

    element: Any
    at: int
    before: str


@dataclass(frozen=True, slots=True)
class Survey:
    """The body's elements in order. `origin`: position, in characters, of the headline's end;
    `found`: there is a headline."""

    spots: tuple[Spot, ...]
    origin: int
    found: bool


def survey(tree: Any, headline: str) -> Survey:
    """Read the elements of `tree`, and find the heading with `headline` or the first h1."""
    body = next(tree.iter("body"), tree)
    heading = _heading(body, headline)
    around = set(heading.iterancestors()) if heading is not None else set()
    spots: list[Spot] = []
    paragraphs = sum(1 for _ in body.iter("p"))
    origin = length = 0
    last = ""
    away: Any = None
    walk = etree.iterwalk(body, events=("start", "end", "comment"))
    for count, (event, element) in enumerate(walk):
        if count > _MOST_EVENTS:
            break
        if event == "start":
            if (
                element not in around
                and (_is_away(element) or (element.tag == "table" and around))
                and not _holds_most(element, paragraphs)
            ):
                away = element
                walk.skip_subtree()
                continue
            spots.append(Spot(element, length, last))
            piece = element.text
        # the text behind an element, or behind a comment: some systems put one between any two
        # texts
        else:
            if element is away:
                last = ""
            if element is heading:
                origin = length
            piece = element.tail if element is not body else None
        if piece and (stripped := piece.strip()):
            length += len(stripped)
            last = stripped[-80:]
    return Survey(tuple(spots), origin, heading is not None)


def _heading(body: Any, headline: str) -> Any:
    wanted = key(headline)
    elements = list(islice(body.iter("h1", "h2", "h3", "h4"), _MOST))
    return next(
        (element for element in elements if wanted and wanted in key(inner(element))),
        next(
            (element for element in elements if element.tag == "h1" and key(inner(element))), None
        ),
    )


def _is_away(element: Any) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NO_TEXT:
        return True
    if tag == "footer" and element.getparent().tag in ("article", "main"):
        return False
    if tag in _AWAY_TAGS:
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:400]
    return named != " " and tag not in ("body", "main", "article") and _away(named) is not None


def _holds_most(element: Any, paragraphs: int) -> bool:
    """Return True if a div or section has most of the paragraphs, so that it is the article."""
    if element.tag not in ("div", "section") or paragraphs < _LEAST_PARAGRAPHS:
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:400].lower()
    return _COMMENTS not in named and sum(1 for _ in element.iter("p")) >= _HELD * paragraphs
