"""Choose the picture of an article; `choose_first_valid` chooses among candidates of any field.

Pictures are stated by og:image, JSON-LD and Twitter's metas; else large figures of the text are
taken."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from syndicator.core import text, urls
from syndicator.core.model import Entry
from syndicator.core.urls import explain_unsafe_link
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document, list_articles

T = TypeVar("T")
_MOST_TRACED = 12  # candidates in the trace
# Names of files that are no pictures of a subject: drawings and icons by their format, and files
# whose whole name says that they are placeholders. A part of a name says nothing:
# `pixel-9-pro-review.jpg`. Pictures that many articles share are recognised by host_memory.py.
_NEVER_NAME = re.compile(
    r"\.(?:svg|ico)$|^(?:logo|avatar|blank|spacer|placeholder|default|no-?image|og)\.\w{3,4}$",
    re.I,
)
# addresses of pictures that belong to software, advertising or users
_NEVER_PLACE = re.compile(
    r"/wp-includes/|/plugins/|//(?:[\w.]+\.)?gravatar\.com/|/ads/|//(?:pixel|stats|ad)\.|/emoji/|[{}]{2}",
    re.I,
)
# types of JSON-LD objects whose picture is a logo or a portrait
_PUBLISHER_TYPES = frozenset({"Organization", "NewsMediaOrganization", "Person", "WebSite"})
_MOST_LOGOS = 60  # declared logos that are compared
# "300x200" in an address
_SIZE_IN_ADDRESS = re.compile(r"(?<!\d)(\d{2,4})x(\d{2,4})(?!\d)")
_FIRST_METAS = ("og:image:secure_url", "og:image", "og:image:url")
_LATER_METAS = (
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
    "sailthru.image.full",
    "thumbnail",
    "thumbnailurl",
    "image",
)
# attributes of an img with its address, those of lazy loading before src
_ADDRESS_ATTRIBUTES = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-file",
    "data-large-file",
    "data-hi-res-src",
    "data-full-src",
    "data-url",
    "src",
)
_PLACEHOLDER = re.compile(
    r"data:|.*(?:blank|spacer|pixel|placeholder|transparent|1x1|lazy)[\w-]{0,20}\.(?:gif|png|jpe?g|svg)",
    re.I,
)
_SRCSET_ATTRIBUTES = ("data-srcset", "data-lazy-srcset", "srcset")
_ASIDE_NAME = re.compile(
    r"related|sidebar|author|avatar|comment|logo|share|social|newsletter|promo|teaser|recommend|\bad(?:s|vert)?\b|nav|menu|footer|masthead|badge|bio\b",
    re.I,
)
_ASIDE_TAGS = frozenset({"nav", "footer", "aside", "header", "form"})
_ARTICLE_NAME = re.compile(
    r"article|content|entry|post|story|body|hero|lead|featured|main|figure", re.I
)
# CSS pixels from which an image is large enough for a cover
_LEAST_WIDTH = 200
_LEAST_HEIGHT = 120
_LONGEST_URL = 2_000  # characters of an address
_LONGEST_REFERENCE = 4_000  # characters of a reference before it is resolved
_MOST_IMAGES = 150  # images of the page that are looked at
_MOST_META_VALUES = 3  # values of a meta
_MOST_ARTICLES = 2  # JSON-LD objects whose pictures count
_MOST_PICTURES = 2  # pictures of each of these objects
_MOST_SRCSET = 20_000  # characters
_ATTRIBUTES = 300  # characters of class, id and itemprop that are searched
_PIXELS = re.compile(r"\s*(\d{1,5})(?:px)?\s*$")
# keys of a JSON-LD picture that hold its address
_ADDRESS_KEYS = ("url", "contentUrl", "@id")
_MOST_ABOVE = 25  # elements around an image by which it is or is not part of the article
_SRCSET_CANDIDATE = re.compile(r"(?<!\S)(\S{1,2000})\s+(\d{1,5}(?:\.\d{1,3})?)[wx](?:\s*,|\s*$)")


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """The chosen value of a field of an article, and the candidates for it."""

    value: T | None  # None if no candidate is valid
    candidate: str = ""  # the name of the place that states the value, "" if there is none
    considered: tuple[tuple[str, str], ...] = ()  # (place, value) of the candidates looked at

    def __bool__(self) -> bool:
        """Return True if there is a value."""
        return self.value is not None

    def trace(self) -> Mapping[str, Any]:
        """Return how the value was chosen, as the command `show --trace` prints it. "from": the
        name of the place that states the value. "candidates": the values that were examined, as
        "place: value"."""
        return {
            "from": self.candidate,
            "candidates": [f"{name}: {value}" for name, value in self.considered],
        }


def choose_first_valid(
    candidates: Iterable[tuple[str, T | None]], is_valid: Callable[[T], bool]
) -> Choice[T]:
    """Choose the first of `candidates` for which `is_valid(value)` is True. The value of the choice
    is None if there is none. `candidates`: pairs (name of the place that states the value, value).
    Values that are None or "" are skipped. The iterator is read no further than to the chosen
    candidate."""
    considered: list[tuple[str, str]] = []  # for the trace
    for place, value in candidates:
        if value is None or value == "":
            continue
        if len(considered) < _MOST_TRACED:
            considered.append((place, str(value)[:200]))
        if is_valid(value):
            return Choice(value, candidate=place, considered=tuple(considered))
    return Choice(None, candidate="", considered=tuple(considered))


def choose_cover(
    document: Document, entry: Entry | None, *, may_be: Callable[[str], bool] = bool
) -> Choice[str]:
    """Choose the picture of the article; the value is its absolute address, None if there is no
    picture. Logos and portraits are left out: those that their address or the page calls so. Left
    out, too, is each address for which `may_be` returns False. `entry`: the feed's entry for the
    page, None if there is none."""
    logos = _list_declared_logos(document)

    def is_possible(url: str) -> bool:
        return is_picture(url) and urls.alias(url) not in logos and may_be(url)

    return choose_first_valid(_list_addresses(document, entry), is_possible)


def _list_addresses(document: Document, entry: Entry | None) -> Iterator[tuple[str, str | None]]:
    """Yield each possible picture, the likeliest first, as (name of the place that states it,
    absolute address). The address is None if it is invalid."""
    for place, reference in _list_candidates(document, entry):
        yield place, resolve_picture(document, reference)


def _list_declared_logos(document: Document) -> frozenset[str]:
    """Return the addresses of pictures that the page declares to be icons, logos or portraits.
    Addresses are in the form of `urls.alias`, in which different spellings are equal. Link elements
    declare icons; JSON-LD declares logos, and the pictures of companies, people and sites."""
    references: list[str] = []
    for link in document.tree.iter("link"):
        if "icon" in (link.get("rel") or "").lower():
            references.append(link.get("href") or "")
    for item in document.jsonld:
        references += jsonld.list_texts(item.get("logo"), *_ADDRESS_KEYS)
        is_publisher = not _PUBLISHER_TYPES.isdisjoint(jsonld.list_types(item))
        if is_publisher:
            references += jsonld.list_texts(item.get("image"), *_ADDRESS_KEYS)
        for role in ("publisher", "author"):
            for company_or_person in _list_objects(item.get(role)):
                references += jsonld.list_texts(company_or_person.get("logo"), *_ADDRESS_KEYS)
                references += jsonld.list_texts(company_or_person.get("image"), *_ADDRESS_KEYS)
    addresses = [resolve_picture(document, value) for value in references[:_MOST_LOGOS]]
    return frozenset(urls.alias(address) for address in addresses if address)


def _list_objects(value: Any) -> list[jsonld.Object]:
    """Return the objects in a JSON-LD value: the value itself or the items of a list. Anything else
    is left out."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def is_picture(url: str) -> bool:
    """Return True if the picture at `url` may show the subject of an article. Return False if its
    address is that of a logo, a portrait, a drawing or a placeholder, or is longer than 2,000
    characters."""
    if len(url) > _LONGEST_URL:
        return False
    path = url.partition("?")[0].partition("#")[0]
    file_name = unquote(path.rstrip("/").rsplit("/", 1)[-1])
    if _NEVER_NAME.search(file_name):
        return False
    return not _NEVER_PLACE.search(path)


def _list_candidates(document: Document, entry: Entry | None) -> Iterator[tuple[str, str]]:
    """Yield each picture that the page or the feed's `entry` states, the most reliable place first,
    as (name of the place, address as written). The address is "" if the place has none."""
    yield from _list_metas(document, _FIRST_METAS, most_values=_MOST_META_VALUES)
    for item in list_articles(document)[:_MOST_ARTICLES]:
        for pictures in (item.get("image"), item.get("thumbnailUrl")):
            for address in islice(jsonld.list_texts(pictures, *_ADDRESS_KEYS), _MOST_PICTURES):
                yield "json-ld", address
    yield from _list_metas(document, _LATER_METAS, most_values=1)
    for link in document.tree.iter("link"):
        if link.get("rel") == "image_src":
            yield "image_src", link.get("href") or ""
    if entry is not None:
        yield "entry", entry.image
    for image in islice(document.tree.iter("img"), _MOST_IMAGES):
        if _is_large(image) and _is_of_article(image):
            yield "figure", read_image_address(image)


def _list_metas(
    document: Document, names: Iterable[str], *, most_values: int
) -> Iterator[tuple[str, str]]:
    """Yield the values of the page's metas with these `names`, as (name of the meta, value). Of
    each meta, at most `most_values` are yielded."""
    for name in names:
        for value in document.metas.get(name, ())[:most_values]:
            yield name, value


def resolve_picture(document: Document, value: str) -> str | None:
    """Return the absolute address of a picture on the page. `value`: the address as the page writes
    it. Return None if it cannot be used: if it is empty or longer than 4,000 characters, contains
    the picture itself ("data:"), or leads from a public page to a private network."""
    reference = text.remove_illegal(value).strip()
    if not reference or len(reference) > _LONGEST_REFERENCE:
        return None
    if reference.lower().startswith(("data:", "blob:", "javascript:")):
        return None
    address = urls.absolute(document.base_url, reference)
    if not address or explain_unsafe_link(address, document.url):  # refused: on a private network
        return None
    return address


def read_image_address(element: Any) -> str:
    """Return the address of the picture in an img element, as written: the largest of its srcset,
    else that for lazy loading, else src. Return "" if it has none, or only that of a placeholder,
    which stands for the picture until a script has loaded it."""
    for name in _SRCSET_ATTRIBUTES:
        largest = find_largest(element.get(name) or "")
        if largest:
            return largest
    for name in _ADDRESS_ATTRIBUTES:
        address = element.get(name) or ""
        if address and not _PLACEHOLDER.match(address):
            return address
    return ""


def find_largest(srcset: str) -> str:
    """Return the address of the largest image in `srcset`, an attribute of img such as
    "small.jpg 320w, large.jpg 640w". Return "" if it has no address with a size. Syntax: WHATWG
    HTML 4.8.4.2.1."""
    largest_address = ""
    largest_size = -1.0
    for address, size in _SRCSET_CANDIDATE.findall(srcset[:_MOST_SRCSET]):
        if float(size) > largest_size:
            largest_address = address
            largest_size = float(size)
    return largest_address.lstrip(",")


def _is_large(element: Any) -> bool:
    """Return True if the img `element` is large enough for a cover: at least 200 pixels wide and
    120 high, as its attributes or else its address say. An image of unknown size is large enough,
    except a GIF of unknown width, which is often a drawing."""
    width = _read_pixels(element.get("width"))
    height = _read_pixels(element.get("height"))
    address = read_image_address(element)
    size = _SIZE_IN_ADDRESS.search(address)
    if size and width is None and height is None:
        width = int(size[1])
        height = int(size[2])
    if width is None and ".gif" in address.lower():
        return False
    if width is not None and width < _LEAST_WIDTH:
        return False
    return height is None or height >= _LEAST_HEIGHT


def _read_pixels(value: str | None) -> int | None:
    """Return the number of pixels in a width or height such as "640" or "640px"; None for anything
    else."""
    number = _PIXELS.match(value or "")
    return int(number[1]) if number else None


def _is_of_article(image: Any) -> bool:
    """Return True if the img element `image` belongs to an article: it is in an article, a figure
    or the like, and in no menu, sidebar or other aside."""
    is_within_article = False
    for depth, holder in enumerate(image.iterancestors()):  # from the inside to the outside
        if depth > _MOST_ABOVE or holder.tag in ("body", "html"):
            break
        attributes = [holder.get(name) or "" for name in ("class", "id", "itemprop")]
        names = " ".join(attributes)[:_ATTRIBUTES]
        is_article = holder.tag in ("article", "main")

        # the header of an article is no aside, but that of a page is
        has_headline = False
        is_article_header = False
        if holder.tag == "header":
            has_headline = next(holder.iter("h1"), None) is not None
            is_article_header = has_headline or holder.getparent().tag in ("article", "main")

        # A tag such as nav counts at any distance from the image; a class such as "sidebar" only
        # between the image and the article.
        if holder.tag in _ASIDE_TAGS and not is_article_header:
            return False
        if not is_within_article and not is_article and _ASIDE_NAME.search(names):
            return False
        if has_headline or is_article or holder.tag == "figure" or _ARTICLE_NAME.search(names):
            is_within_article = True
    return is_within_article
