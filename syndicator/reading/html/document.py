"""Parse a page once into a `Document`: its tree, the metas of its head, its JSON-LD."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from syndicator.core import text, urls
from syndicator.core.errors import NotAnArticle
from syndicator.core.urls import explain_unsafe_link
from syndicator.reading.html import charset, jsonld

_PICTURE_STARTS = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM6", b"\x00\x00\x01\x00")
_BINARY_STARTS = (*_PICTURE_STARTS, b"%PDF", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"OggS", b"ID3")
_OTHER_TYPES = re.compile(
    r"^\s*(image|audio|video|font)/|^\s*application/(pdf|zip|octet-stream|([\w.-]+\+)?json)\b", re.I
)
_HTML_TAG = re.compile(
    r"<\s{0,9}(!doctype|html|head|body|div|p|h1|article|main|section|table|span|title|meta|br|a)\b",
    re.I,
)
_XML_START = re.compile(
    r"^\s*(<\?xml[^>]{0,200}>\s*)?(<!--.{0,500}?-->\s*){0,3}<(rss|feed|rdf:RDF|urlset|sitemapindex|opml|svg)\b",
    re.S,
)
_END_TAG = re.compile(rb"</(?:body|html)\s{0,9}>", re.I)
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\f\r")
# attributes are counted in tags of at least so many characters, and so many of them are kept
_LONG_TAG_LENGTH = 2_000
_MOST_ATTRIBUTES = 200
# the beginning of a page, by which other formats are recognised; characters searched for HTML tags
_START_BYTES = 64
_START_CHARACTERS = 2_000
_SEARCHED_CHARACTERS = 200_000
_LONGEST_VALUE = 20_000  # characters of a meta
_LONGEST_NAME = 100
_ADDRESS_KEYS = ("url", "mainEntityOfPage", "@id")  # of JSON-LD objects
_LANGUAGE_METAS = ("content-language", "language", "dc.language", "og:locale")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_VALUES = 500  # contents of one meta
_MOST_COMPARED = 50  # contents of one meta with which another is compared
_REGION_LENGTH = 2  # letters of a region in a language tag (RFC 5646 2.2.4)
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG_TAG_LENGTH},}}")
_ATTRIBUTE = re.compile(r"""[^\s"'=<>]+(?:\s{0,9}=\s{0,9}(?:"[^"]*"|'[^']*'|[^\s"'>]+))?""")
_MOST_CHARACTERS = (
    12_000_000  # characters that are parsed; the longest real article page seen has 7 million
)
# By default lxml.html chooses the class of an element in Python, each time the element is used.
# With the same class for all elements, lxml chooses it in C, which is faster.
_CLASSES = etree.ElementDefaultClassLookup(
    lxml_html.HtmlElement,
    lxml_html.HtmlComment,
    lxml_html.HtmlProcessingInstruction,
    lxml_html.HtmlEntity,
)
_HEAD_TAGS = {
    "title",
    "meta",
    "link",
    "script",
    "style",
    "base",
    "noscript",
    "template",
    "object",
    "isindex",
}
# characters of paragraphs that noscript elements need before their text may replace the page's
_LEAST_UNSCRIPTED = 200
_LANGUAGE_TAG = re.compile(r"^[a-z]{2,3}([_-][a-z0-9]{2,8}){0,3}$", re.I)
# schema.org types of comments and answers, and class names of comments
_REPLY_TYPES = re.compile(r"/(?:User)?(?:Comments?|Answer)$")
_REPLY_CLASS = re.compile(
    r"(?:^|[\s_-])comments?(?:[\s_-]?(?:list|body|item|wrapper|area)|\s|$)", re.I
)
_MOST_ANCESTORS = 12  # ancestors of an element that are looked at for signs of a comment
_PAGE_TYPES = frozenset(
    {
        "WebPage",
        "ItemPage",
        "Product",
        "VideoObject",
        "FAQPage",
        "QAPage",
        "CollectionPage",
        "MedicalWebPage",
        "Recipe",
    }
)
# schema.org types whose names end like this are articles: NewsArticle, BlogPosting
_ARTICLE_ENDINGS = ("Article", "Posting", "Report", "Review", "CreativeWork")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A parsed page. `tree` is its root element, which others read, too: copy it before you change
    it."""

    url: str
    base_url: str  # what relative references are resolved against
    tree: Any  # lxml.html.HtmlElement
    language: str | None  # BCP 47, as declared
    charset: str  # with which the page was decoded: the name of a codec of Python
    jsonld: tuple[dict[str, Any], ...]  # the objects of all its scripts, see jsonld.read_objects
    # name, property, itemprop or http-equiv in lower case -> contents
    metas: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    size: int = 0  # characters of its HTML source

    def meta(self, *names: str) -> str:
        """Return the content of the page's meta element with the first of `names` that has one, as
        one line; "" if none has. Empty contents do not count."""
        for name in names:
            for value in self.metas.get(name, ()):
                if value:
                    return value
        return ""


def parse(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> Document:
    """Return the parsed page. `html`, `headers`: the body and the headers of the server's answer
    for `url`. Raises NotAnArticle("not-html") if it is no HTML but a feed, JSON, plain text, a
    picture or the like."""
    lower_headers = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = lower_headers.get("content-type", "")
    _refuse_binary(html, content_type)
    content, used_charset = charset.decode(html, content_type)
    content = content[:_MOST_CHARACTERS]
    content = _LONG_TAG.sub(_cut_attributes, content)  # too many attributes take too long to parse
    _refuse_text(content)
    tree = parse_tree(content)
    _open_noscript(tree)
    metas = _read_metas(tree)
    objects = jsonld.read_objects(_list_jsonld_scripts(tree))
    return Document(
        url,
        base_url=_find_base(tree, url),
        tree=tree,
        language=_find_language(tree, metas, objects, lower_headers),
        charset=used_charset,
        jsonld=objects,
        metas=metas,
        headers=lower_headers,
        size=len(content),
    )


def _refuse_binary(html: bytes, content_type: str) -> None:
    """Raise NotAnArticle if a response is empty, if it begins like a picture, a PDF or another
    binary format, or if its content type is such a format or JSON and it does not begin with "<".
    `html`: the bytes of the response; `content_type`: its header, "" for none."""
    start = html[:_START_BYTES].lstrip()
    if not start and not html.strip():
        raise NotAnArticle("not-html", "no bytes")
    if start.startswith(_BINARY_STARTS):
        raise NotAnArticle("not-html", f"starts with {start[:4]!r}")
    if _OTHER_TYPES.match(content_type) and not start.startswith(b"<"):
        raise NotAnArticle("not-html", f"content type {content_type[:100]}")


def _list_jsonld_scripts(tree: Any) -> Iterator[str]:
    """Yield the text of each JSON-LD script of the page `tree`."""
    for script in tree.iter("script"):
        kind = (script.get("type") or "").lower()
        class_name = script.get("class") or ""  # some sites state the type there
        if "ld+json" in kind or "ld+json" in class_name:
            yield script.text or ""


def _find_base(tree: Any, url: str) -> str:
    """Return the address against which the page's relative links are resolved: that of its base
    element. Return `url`, the address of the page, if it has no base element, or if this would lead
    from a public page to a private network."""
    for element in tree.iter("base"):
        href = element.get("href")
        if not href:
            continue
        base = urls.absolute(url, href)
        if not base or explain_unsafe_link(base, url):
            return url
        return base
    return url


def _refuse_text(content: str) -> None:
    """Raise NotAnArticle if `content`, a decoded page, is an XML document such as a feed, if it is
    JSON, or if it has no HTML tag."""
    start = content[:_START_CHARACTERS].lstrip("\ufeff \t\r\n")
    if _XML_START.match(start):
        raise NotAnArticle("not-html", "an XML document")
    begins_like_json = start[:1] in ("{", "[")
    if not _HTML_TAG.search(content[:_SEARCHED_CHARACTERS]):
        detail = "JSON" if begins_like_json else "no HTML tag in it"
        raise NotAnArticle("not-html", detail)
    # JSON whose strings contain HTML
    if begins_like_json and start[1:].lstrip()[:1] in ('"', "{", "["):
        raise NotAnArticle("not-html", "JSON")


def parse_tree(content: str) -> Any:
    """Return the tree of `content`, the HTML of a page or of a part of one, without comments.
    Raises NotAnArticle("not-html") if it has no element."""
    parser = etree.HTMLParser(
        encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        data = content.encode("utf-8", "ignore").translate(None, _CONTROLS)
        tree = lxml_html.document_fromstring(_remove_early_ends(data), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise NotAnArticle("not-html", str(error)[:200]) from error
    _close_head(tree)
    return tree


def _remove_early_ends(data: bytes) -> bytes:
    """Return the source of a page without end tags of html and body, if one of html stands before a
    paragraph. Browsers ignore such end tags and go on with the body (WHATWG HTML 13.2.6.4.22);
    libxml2 does not."""
    last_paragraph = data.rfind(b"<p")
    for end_tag in (b"</html", b"</HTML"):
        if 0 <= data.find(end_tag) < last_paragraph:
            return _END_TAG.sub(b"", data)
    return data


def _close_head(tree: Any) -> None:
    """End the head of a page at the first element that may not be in a head, such as a div. This
    element and all behind it in the head are moved to the start of the body, as browsers do (WHATWG
    HTML 13.2.6.4.4)."""
    first_wrong: Any = None
    for child in tree.iterfind("head/*"):
        if isinstance(child.tag, str) and child.tag not in _HEAD_TAGS:
            first_wrong = child
            break
    if first_wrong is None:
        return
    body = tree.find("body")
    if body is None:
        body = etree.SubElement(tree, "body")
    moved = [first_wrong, *first_wrong.itersiblings()]
    # the text at the start of the body comes after the moved elements: behind the last one
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
    body.text = None
    for index, child in enumerate(moved):
        body.insert(index, child)


def _open_noscript(tree: Any) -> None:
    """Make the content of noscript elements a part of the page, if the article is in them: each
    becomes a div if their paragraphs have more text than all other paragraphs of the page, and at
    least 200 characters. The forum Discourse, for example, has its whole text only in a
    noscript."""
    holders = [element for element in tree.iter("noscript") if element.find(".//p") is not None]
    if not holders:
        return
    inside = 0  # characters of paragraphs
    for holder in holders:
        inside += sum(map(_count_characters, holder.iter("p")))
    if inside < _LEAST_UNSCRIPTED:
        return
    outside = 0
    for paragraph in tree.iter("p"):
        if next(paragraph.iterancestors("noscript"), None) is None:
            outside += _count_characters(paragraph)
    if inside > outside:
        for holder in holders:
            holder.tag = "div"


def _count_characters(element: Any) -> int:
    """Return the number of characters of the text in `element`, each row of white space counted as
    one."""
    return len(text.line("".join(element.itertext())))


def read_text(element: Any, most: int = 1_000) -> str:
    """Return the text in `element`, its first `most` characters, with the white space of the
    source."""
    has_children = len(element) > 0
    if not has_children:
        return (element.text or "")[:most]
    pieces: list[str] = []
    length = 0
    for count, piece in enumerate(element.itertext()):
        pieces.append(piece)
        length += len(piece)
        if length > most or count > most:
            break
    return "".join(pieces)[:most]


def _cut_attributes(tag: re.Match[str]) -> str:
    """Return a start tag of the source with its first 200 attributes only, since the time that
    libxml2 takes for a tag grows with the square of their number. `tag`: a match of the tag."""
    attributes = list(islice(_ATTRIBUTE.finditer(tag[0], 1), _MOST_ATTRIBUTES + 1))
    if len(attributes) <= _MOST_ATTRIBUTES:
        return tag[0]
    return tag[0][: attributes[-1].start()]


def is_in_reply(element: Any) -> bool:
    """Return True if `element` is in a comment or an answer of a reader, as the microdata type or
    the class of one of the 12 nearest elements around it says."""
    for holder in islice(element.iterancestors(), _MOST_ANCESTORS):
        if _REPLY_TYPES.search(holder.get("itemtype") or ""):
            return True
        if _REPLY_CLASS.search(holder.get("class") or ""):
            return True
    return False


def _read_metas(tree: Any) -> dict[str, tuple[str, ...]]:
    """Return the different contents of the page's meta elements, by name in lower case. The name of
    a meta is its attribute name, property, itemprop or http-equiv; a meta with several of these is
    under each. Microdata of readers' comments is left out."""
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        if "itemprop" in element.attrib and is_in_reply(element):
            continue
        stated = element.get("content") or element.get("value") or ""
        value = text.line(stated[:_LONGEST_VALUE])
        for attribute in ("name", "property", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()[:_LONGEST_NAME]
            if not name:
                continue
            values = metas.setdefault(name, [])
            is_new = value not in values[:_MOST_COMPARED]
            if value and is_new and len(values) < _MOST_VALUES:
                values.append(value)
    return {name: tuple(values) for name, values in metas.items()}


def _find_language(
    tree: Any,
    metas: Mapping[str, tuple[str, ...]],
    objects: tuple[jsonld.Object, ...],
    headers: Mapping[str, str],
) -> str | None:
    """Return the language of a page as a language tag such as "en-US", None if it declares none.
    The first valid tag counts, of those on the root element of `tree`, in its `metas`, in its
    JSON-LD `objects` and in the HTTP `headers`."""
    stated_languages: list[Any] = [tree.get("lang"), tree.get(_XML_LANG), tree.get("xml:lang")]
    for name in _LANGUAGE_METAS:
        stated_languages += metas.get(name, ())
    stated_languages += [item.get("inLanguage") for item in objects]
    stated_languages.append(headers.get("content-language"))
    for value in stated_languages:
        if isinstance(value, str) and _LANGUAGE_TAG.match(value.strip()):
            return _spell_language(value)
    return None


def _spell_language(value: str) -> str:
    """Return a language tag in the spelling that RFC 5646 2.1.1 recommends: "EN_us" becomes
    "en-US", "zh-hant" becomes "zh-Hant"."""
    language, *subtags = re.split("[_-]", value.strip())
    parts = [language.lower()]
    for subtag in subtags:
        if len(subtag) == _REGION_LENGTH:
            parts.append(subtag.upper())
        else:
            parts.append(subtag.title())
    return "-".join(parts)


def list_articles(document: Document) -> tuple[jsonld.Object, ...]:
    """Return the page's JSON-LD objects that are articles, or, if there is none, those that are
    about the page itself, such as a WebPage. Articles with the page's own address come first, since
    the others may be teasers of articles to which the page only links."""
    articles = [item for item in document.jsonld if _is_article(item)]
    if not articles:
        return tuple(
            item for item in document.jsonld if not _PAGE_TYPES.isdisjoint(jsonld.list_types(item))
        )
    if len(articles) == 1:
        return tuple(articles)
    page_alias = urls.alias(document.url)  # in the form in which different spellings are equal

    def is_of_other_page(item: jsonld.Object) -> bool:
        return page_alias not in map(urls.alias, _list_addresses(item))

    return tuple(sorted(articles, key=is_of_other_page))  # False sorts before True


def _is_article(item: jsonld.Object) -> bool:
    """Return True if a type of a JSON-LD object is that of an article, such as NewsArticle."""
    return any(name.endswith(_ARTICLE_ENDINGS) for name in jsonld.list_types(item))


def _list_addresses(item: jsonld.Object) -> Iterator[str]:
    """Yield the addresses that a JSON-LD object states for itself, without fragments."""
    for name in _ADDRESS_KEYS:
        for value in jsonld.list_texts(item.get(name), "@id", "url"):
            yield value.partition("#")[0]
