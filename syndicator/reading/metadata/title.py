"""The title of a page: a heading that agrees with the head, else JSON-LD, else the head without the site's name.

The head of a page (og:title, JSON-LD, `<title>`) is written for machines: it carries the site's name, keywords, or
another wording for search engines. The heading is what readers see. So a heading wins that agrees with any of them,
then an h1 that stands alone. Of 654 real pages with a known title 570 have such an h1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from syndicator.core import text
from syndicator.core.model import Entry, Rules
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document
from syndicator.reading.html.schema_org import articles
from syndicator.reading.metadata.candidates import Choice, first_sane
from syndicator.reading.metadata.headings import Heading, headings
from syndicator.reading.metadata.site_title import EDGE, LONGEST, SiteTitle, key, trimmed, undated, words

_AGREES = 0.5  # F1 of words from which an h1 and a head are taken for the same title
_SAME = 0.85  # the same for headings of lower rank, and for the words of the URL
_SPELT = 3  # words of a URL from which it spells the title
_LONG_START = 12  # characters of a heading from which a head may begin with it
_TELLING = 4  # letters of a word that means something by itself
_LEAST_WORDS = 2  # of an h1 that is believed without a head that agrees
_SLUG_WORDS = 3  # of a URL from which it counts against an h1, and of a head that an h1 may end with
_END_SHARE = 0.4  # share of the h1 that this head must be
_QUOTES = tuple("\"'“„«‘")
_MOST_ARTICLES = 3  # JSON-LD objects that are looked at
_TITLE_METAS = ("og:title", "twitter:title", "headline", "dc.title", "parsely-title", "sailthru.title")


def read(document: Document, sitename: str, entry: Entry | None, rules: Rules) -> Choice[str]:
    """The title, and the candidate it comes from."""
    found = headings(document.tree)
    logos = [heading.text for heading in found if heading.tag == "logo"]
    site = SiteTitle(document.url, (sitename, *logos), rules.title_suffix, whole=_document_title(document))
    choice = first_sane(_candidates(document, entry, site, found), site.sane)
    return choice or _named_like_the_site(document, site, choice)


def _named_like_the_site(document: Document, site: SiteTitle, none: Choice[str]) -> Choice[str]:
    """What the head says where nothing on the page can be a title but what sounds like the site's name: an issue of a
    magazine bears its name. Not that name itself: of a front page it is no title."""
    heads = ((f"{name}, like the site", value) for name, value in _heads(document) if key(value) not in site.names)
    found = first_sane(heads, lambda value: 1 < len(value) <= LONGEST)
    return Choice(found.value, found.candidate, (*none.seen, *found.seen)) if found else none


def _candidates(
    document: Document, entry: Entry | None, site: SiteTitle, all_headings: Sequence[Heading]
) -> Iterator[tuple[str, str]]:
    heads = [(candidate, site.bare(value)) for candidate, value in _heads(document) if value]
    known = list(dict.fromkeys(value for _, value in heads if site.sane(value)))
    if entry is not None and not entry.listed:
        yield "entry", _whole(site.bare(untag(entry.title)), known)
    found = [heading for heading in all_headings if heading.tag != "logo" and site.sane(heading.text)]
    best = _best(found, known, site)
    if best:
        yield best.tag, _settle(best, known, site)
    else:
        yield "h1 alone", _alone(found, known, site)
    if entry is not None and entry.listed:
        yield "list", _whole(site.bare(untag(entry.title)), known)
    yield from ((candidate, site.main_part(value, least=3)) for candidate, value in heads)
    yield from (("h1 alone", heading.text) for heading in found if heading.tag == "h1")


def _heads(document: Document) -> Iterator[tuple[str, str]]:
    for item in articles(document)[:_MOST_ARTICLES]:
        yield from (("json-ld", value) for value in jsonld.strings(item.get("headline") or item.get("name")))
    for name in _TITLE_METAS:
        yield from ((name, value) for value in _stated(document.metas.get(name, ())))
    yield "title", _document_title(document)


def _stated(values: Sequence[str]) -> list[str]:
    """The first of a meta's values, of two with little in it the longer: plugins add one of their own."""
    cleaned = [jsonld.clean(value) for value in values[:2]]
    return [max(cleaned, key=len)] if len(cleaned) > 1 and len(words(cleaned[0])) < _LEAST_WORDS else cleaned[:1]


def _document_title(document: Document) -> str:
    titles = (element for element in document.tree.iter("title") if element.getparent().tag != "svg")
    return next((text.line((element.text or "")[:2_000]) for element in titles), "")


def _best(found: Sequence[Heading], heads: Sequence[str], site: SiteTitle) -> Heading | None:
    """The heading that agrees best with the heads or the URL's words: any h1 that does, else a lower one that is nearly
    the same as a head, else an h1 that a head begins with."""
    whole = [words(part) for head in heads for part in {head, site.main_part(head)}]
    starts = [words(site.first_part(head)) for head in heads]
    spelt = [sorted(site.slug)] if len(site.slug) >= _SPELT else []
    tries = (
        (("h1",), [*whole, *spelt], _AGREES),
        (("h2", "h3"), whole, _SAME),
        (("h1",), starts, _SAME),
    )
    for tags, wanted, least in tries:
        scored = [
            (max((_agreement(words(each.text), known) for known in wanted), default=0.0), each)
            for each in found
            if each.tag in tags
        ]
        score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if score >= least:
            return best
    return next((each for each in found if each.tag == "h1" and _begins(each.text, heads)), None)


def _begins(heading: str, heads: Sequence[str]) -> bool:
    """True when a head begins with `heading`; for scripts that do not separate words too."""
    return len(heading) >= _LONG_START and any(head.startswith(heading) for head in heads)


def _alone(found: Sequence[Heading], heads: Sequence[str], site: SiteTitle) -> str:
    """The only h1 of a page, when it shares a word with the head and the URL does not spell the head."""
    texts = list(dict.fromkeys(heading.text for heading in found if heading.tag == "h1"))
    own = set(words(texts[0])) if len(texts) == 1 else set()
    if len(own) < _LEAST_WORDS:
        return ""
    spelt = max((_agreement(sorted(site.slug), words(head)) for head in heads), default=0.0)
    shared = any(len(word) >= _TELLING and word in own for head in heads for word in words(head))
    return texts[0] if not heads or (shared and (spelt < _SAME or len(site.slug) < _SLUG_WORDS)) else ""


def _settle(heading: Heading, heads: Sequence[str], site: SiteTitle) -> str:
    """The text of `heading` without kicker and section, where the heads leave these out or separate them."""
    value = undated(heading.text)
    for shorter in heading.without_kicker:
        kicker = value.removesuffix(shorter).strip(EDGE)
        if not any(f"{kicker} {shorter}".casefold() in head.casefold() for head in heads):
            value = shorter
    own = key(value)
    for head in heads:
        other = key(head)
        if other == own:  # words of two elements may have run together in the heading
            return head if len(words(head)) > len(words(value)) else value
        if any(key(line) == other for line in heading.first_lines):
            return head  # a subtitle, a source or a count of comments stands behind it in the same heading
        whole_end = own.endswith(other) and len(words(head)) >= _SLUG_WORDS and len(other) >= _END_SHARE * len(own)
        quoted = value[len(head) :].lstrip()[:1] in _QUOTES  # a meta that its own quotation mark has ended
        if whole_end or (heading.tag != "h1" and own.startswith(other) and not quoted):
            return head
    return site.main_part(value, hard_only=True)


def _whole(title: str, heads: Sequence[str]) -> str:
    """`title`, that of a feed; where it was cut short, the head that begins with it."""
    start = title.removesuffix("…").removesuffix("...").rstrip()
    if start == title:
        return title
    return next((head for head in heads if head.startswith(start) and len(head) > len(start)), title)


def _agreement(ours: Sequence[str], theirs: Sequence[str]) -> float:
    one, other = set(ours), set(theirs)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def untag(value: str) -> str:
    """A feed's text field as plain text."""
    return trimmed(re.sub(r"</?[a-zA-Z][^<>]{0,200}>", "", jsonld.clean(value))[: 4 * LONGEST])
