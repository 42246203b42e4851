"""Estimate with trained weights what a page is: article, forum, listing or other. Pure.

A logistic regression, trained by tools/train/fit_pages.py. The module `no_article` instead finds by
phrases pages that must be refused."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from syndicator import reading
from syndicator.core import urls
from syndicator.reading.html import hints, jsonld
from syndicator.reading.html.blocks import Block
from syndicator.reading.html.document import Document

# All numbers were chosen by hand before the weights were fitted. Who changes one must fit again.
_LINK_SHARE = 0.8  # a block with this share of its text in links is a link
_LEAST_ITEM = 15  # letters of a link that may be an item of a list, not of a menu
_LEAST_PROSE = 80  # letters of a paragraph that counts as prose
_LEAST_LONG = 200  # letters of a long paragraph
_LEAST_SLUG_WORDS = 3  # words in the last segment of an address that spell a title
# class hints whose share of the text is a feature
_HINTS = (
    "comment",
    "code",
    "toc",
    "nav",
    "tags",
    "rating",
    "sidebar",
    "footer",
    "lead",
    "button",
    "title",
    "meta",
)

# What a page declares that it is: the feature, and the schema.org types that declare it.
_TYPES: Mapping[str, tuple[str, ...]] = {
    "ld-article": ("NewsArticle", "BlogPosting", "Article", "Report", "LiveBlogPosting"),
    "ld-manual": ("TechArticle", "APIReference", "HowTo"),
    "ld-forum": ("DiscussionForumPosting", "QAPage", "Question", "Comment"),
    "ld-list": ("CollectionPage", "ItemList", "SearchResultsPage", "Blog", "OfferCatalog"),
    "ld-product": ("Product", "Offer", "AggregateOffer", "ProductGroup", "SoftwareApplication"),
    "ld-service": ("Service", "LocalBusiness", "ProfessionalService", "Organization", "FAQPage"),
    "ld-page": ("WebPage", "WebSite"),
}
_PATHS: Mapping[str, re.Pattern[str]] = {
    "path-forum": re.compile(
        r"forum|/threads?/|/topics?/|/t/|/discussions?/|/questions?/|viewtopic|showthread|/comments/|/d/\d|community"
    ),
    "path-manual": re.compile(
        r"/docs?/|/documentation|/reference|/manual|/handbook|/guide/|/api/|/wiki/|/help/|/tutorial|/man/|readthedocs"
    ),
    "path-list": re.compile(
        r"/(?:tags?|categor(?:y|ies)|topics?|archives?|search|authors?|collections?|catalog|sections?)(?:/|$)|[?&]page="
        r"|/page/\d"
    ),
    "path-shop": re.compile(r"/(?:products?|shop|store|item|dp|p|collections?|buy|pricing)(?:/|$)"),
    "path-service": re.compile(
        r"/(?:services?|solutions?|about|contact|features?|industries|platform|company)(?:/|$)"
    ),
    "path-news": re.compile(
        r"/(?:news|blog|articles?|posts?|story|stories|magazine|press|insights?)/"
    ),
    "path-dated": re.compile(r"/(?:19|20)\d\d(?:/|-)\d\d?"),
}
_HOSTS: Mapping[str, re.Pattern[str]] = {
    "host-forum": re.compile(r"^(?:forums?|community|discuss|discourse|talk|board|answers)\."),
    "host-manual": re.compile(
        r"^(?:docs?|documentation|developers?|wiki|manual|help|learn|api|reference)\."
    ),
    "host-shop": re.compile(r"^(?:shop|store)\."),
}

# for each phrase the letters with which its matches begin, and its pattern
_Phrases = tuple[tuple[str, re.Pattern[str]], ...]
OTHER = "other"
_LEAST_LIKELY = 0.4  # a page whose likeliest type has a lower probability is OTHER
_LEAST_TRACED = 0.05  # the least probability of a type in the trace
_MOST_DEPTH = 6  # segments of an address that count
_MOST_SLUG_WORDS = 8
_SLUG_SEPARATOR = re.compile("[-_.]")
_MOST_ELEMENTS = 30_000  # that are counted
_MOST_CHARACTERS = 60_000  # of text that is searched for words
_NOT_FOUND = -1  # of str.find
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d[.,]\d\d\s?(?:€|EUR|USD|GBP|zł|kr)\b")
# names of software in a page's meta "generator"
_MADE_BY: Mapping[str, re.Pattern[str]] = {
    "made-manual": re.compile(
        r"sphinx|docusaurus|mkdocs|gitbook|hugo-book|vitepress|rustdoc|javadoc|doxygen|mintlify",
        re.I,
    ),
    "made-forum": re.compile(
        r"discourse|xenforo|phpbb|vbulletin|flarum|invision|mybb|vanilla|smf|bbpress|nodebb", re.I
    ),
    "made-shop": re.compile(r"shopify|woocommerce|magento|prestashop|bigcommerce", re.I),
}


def _compile_phrases(phrases: str) -> _Phrases:
    """Return compiled regular expressions that match whole words, each as (letters with which all
    its matches begin, expression). `phrases`: the expressions, such as "likes?", separated by
    "; "."""
    compiled: list[tuple[str, re.Pattern[str]]] = []
    for phrase in phrases.split("; "):
        # the letters before a group or an optional letter begin every match
        start, *_ = re.split(r"\(|.\?", phrase)
        compiled.append((start, re.compile(rf"(?<!\w){phrase}\b")))
    return tuple(compiled)


def _count_phrases(phrases: _Phrases, lower_text: str) -> int:
    """Return how often `phrases` occur in a text, which is given in lower case. `phrases`: regular
    expressions, each with the letters with which all its matches begin."""
    count = 0
    for start, pattern in phrases:
        # to look for the first letters is faster than to search with the expression
        position = lower_text.find(start)
        while position != _NOT_FOUND:
            count += pattern.match(lower_text, position) is not None
            position = lower_text.find(start, position + 1)
    return count


_WORDS: Mapping[str, _Phrases] = {
    "replies": _compile_phrases(
        "reply; replies; quote; posted; joined; originally; wrote; thread; antworten; beiträge;"
        " zitat; likes?"
    ),
    "buying": _compile_phrases(
        "add to (?:cart|bag|basket); buy now; in stock; out of stock; free shipping; checkout; in"
        " den warenkorb"
    ),
    "hiring": _compile_phrases(
        "contact us; get started; request a (?:quote|demo); book a; schedule a; free"
        " (?:quote|consultation|trial); our (?:services|clients|team|experts); why choose; sign up;"
        " learn more"
    ),
    "more": _compile_phrases(
        "read more; load more; view all; see all; next page; older posts; show more; weiterlesen"
    ),
}


def compute_features(document: Document, blocks: Sequence[Block]) -> dict[str, float]:
    """Return the features of a page by name; "bias" is 1 for every page. `blocks`: all blocks of
    the page, whose letters must be counted already."""
    return {
        "bias": 1.0,
        **_measure_blocks(blocks),
        **_read_address(document.url),
        **_read_head(document),
        **_count_elements(document.tree),
        **_count_words(blocks),
    }


def _measure_blocks(blocks: Sequence[Block]) -> dict[str, float]:
    """Return the features that say how much prose, links, headings, images and code a page has, by
    name. `blocks`: all blocks of the page. Shares are from 0 to 1; counts are given as
    log(1 + count)."""
    letters = sum(block.letters for block in blocks) or 1
    texts = [block for block in blocks if block.letters]
    link_texts = [block for block in texts if _is_link(block)]
    other_texts = [block for block in texts if not _is_link(block)]
    features = {"letters": math.log1p(letters)}

    # prose: long paragraphs that are not links
    prose = [block for block in other_texts if block.kind == "p" and block.letters >= _LEAST_PROSE]
    prose_letters = sum(block.letters for block in prose)
    long_prose_count = sum(block.letters >= _LEAST_LONG for block in prose)
    features["prose"] = math.log1p(prose_letters)
    features["prose-share"] = prose_letters / letters
    features["long-prose"] = math.log1p(long_prose_count)
    features["prose-count"] = math.log1p(len(prose))
    features["prose-size"] = math.log1p(prose_letters / max(len(prose), 1))

    # links: some are as long as the title of an item in a list
    length = sum(len(block.text) for block in blocks) or 1
    linked_length = sum(block.linked_length for block in blocks)
    item_link_count = sum(block.letters > _LEAST_ITEM for block in link_texts)
    features["link-share"] = linked_length / length
    features["links"] = math.log1p(len(link_texts))
    features["item-links"] = math.log1p(item_link_count)
    features["link-blocks"] = len(link_texts) / max(len(texts), 1)

    headings = [block for block in texts if block.kind == "h"]
    linked_heading_count = sum(map(_is_link, headings))
    features["heads"] = math.log1p(len(headings))
    features["linked-heads"] = math.log1p(linked_heading_count)
    features["linked-head-share"] = linked_heading_count / max(len(headings), 1)
    features["letters-a-head"] = math.log1p(letters / max(len(headings), 1))

    kind_counts = Counter(block.kind for block in blocks)
    features["images"] = math.log1p(kind_counts["img"])
    features["images-a-prose"] = math.log1p(kind_counts["img"] / max(len(prose), 1))
    features["rows"] = math.log1p(kind_counts["row"])
    features["code"] = math.log1p(kind_counts["code"])
    features["code-share"] = sum(len(block.code) for block in blocks) / letters
    features["terms"] = math.log1p(kind_counts["dt"])

    # many blocks with the same tag, class and nesting are probably items of a list
    look_counts = Counter(
        (block.element.tag, block.element.get("class"), len(block.frames)) for block in other_texts
    )
    features["alike"] = math.log1p(max(look_counts.values(), default=0))

    # hints: words such as "comment" in the classes of the elements around a block, kept as bits
    for name in _HINTS:
        bit = hints.get_bit(name)
        hinted_letters = sum(block.letters for block in texts if block.near_hints & bit)
        features[f"near-{name}"] = hinted_letters / letters
    return features


def _is_link(block: Block) -> bool:
    """Return True if at least 80 % of the text of a block is in links."""
    return block.linked_length >= _LINK_SHARE * len(block.text)


def _read_address(url: str) -> dict[str, float]:
    """Return the features of a page that its address gives, by name. "depth" is the number of
    segments of the path, at most 6, and "slug-words" the number of words in the last one, at most
    8. All others are 1 for yes or 0 for no."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    path_and_query = f"{parts.path}?{parts.query}".lower()
    features: dict[str, float] = {}
    for name, pattern in _PATHS.items():
        features[name] = float(pattern.search(path_and_query) is not None)
    for name, pattern in _HOSTS.items():
        features[name] = float(pattern.search(host) is not None)

    segments = [segment for segment in parts.path.split("/") if segment]
    last_segment = segments[-1] if segments else ""
    words = [word for word in _SLUG_SEPARATOR.split(last_segment) if word.isalpha()]
    has_digit = any(char.isdigit() for char in last_segment)
    features["depth"] = float(min(len(segments), _MOST_DEPTH))
    features["root"] = float(urls.is_root(url))
    features["slug-words"] = float(min(len(words), _MOST_SLUG_WORDS))
    features["slug"] = float(len(words) >= _LEAST_SLUG_WORDS)
    features["number"] = float(has_digit)
    return features


def _read_head(document: Document) -> dict[str, float]:
    """Return the features of a page that JSON-LD and metas give, by name: 1 if they declare the
    feature, such as an author, else 0."""
    types: set[str] = set()
    for item in document.jsonld:
        types.update(jsonld.list_types(item))
    kind = document.meta("og:type").lower()
    software = document.meta("generator")
    if document.meta("discourse_theme_id"):  # themes of Discourse may leave out the generator
        software += " discourse"
    features: dict[str, float] = {}
    for name, stated_types in _TYPES.items():
        features[name] = float(not types.isdisjoint(stated_types))
    features["og-article"] = float(kind in ("article", "news", "blog"))
    features["og-product"] = float("product" in kind)
    features["og-website"] = float(kind == "website")
    published = document.meta("article:published_time", "datepublished", "date")
    features["published"] = float(published != "")
    features["author"] = float(document.meta("author", "article:author") != "")
    for name, rule in _MADE_BY.items():
        features[name] = float(rule.search(software) is not None)
    return features


def _count_elements(tree: Any) -> dict[str, float]:
    """Return how many elements with some tags the page `tree` has: log(1 + number), by names of
    features such as "tag-form"."""
    elements = tree.iter("article", "time", "form", "h1", "nav", "address", "pre", "select", "main")
    counts = Counter(element.tag for element in islice(elements, _MOST_ELEMENTS))
    features: dict[str, float] = {}
    for tag in ("article", "time", "form", "h1", "nav", "pre", "select"):
        features[f"tag-{tag}"] = math.log1p(counts[tag])
    return features


def _count_words(blocks: Sequence[Block]) -> dict[str, float]:
    """Return features that count the prices of a page, and the words that are usual in forums,
    shops, services and lists. Each count gives two features, as log(1 + number): the count itself,
    and ten times the count for each 1,000 characters of text ("-share"). `blocks`: all blocks of
    the page."""
    text = "\n".join(block.text for block in blocks if block.letters)[:_MOST_CHARACTERS]
    thousands = max(len(text), 1_000) / 1_000
    lower_text = text.lower()
    counts = {"prices": len(_PRICE.findall(text))}
    for name, phrases in _WORDS.items():
        counts[name] = _count_phrases(phrases, lower_text)
    features: dict[str, float] = {}
    for name, count in counts.items():
        features[name] = math.log1p(count)
        features[f"{name}-share"] = math.log1p(10 * count / thousands)
    return features


class PageType(NamedTuple):
    """The estimated type of a page."""

    name: str  # the likeliest type, OTHER if none is likely
    probabilities: Mapping[str, float]  # of each type
    values: Mapping[str, float]  # the features of the page by name

    def trace(self) -> Mapping[str, Any]:
        """Return the type as the command `show --trace` prints it. "is": its name. "probabilities":
        those of all types with at least 5 %, the likeliest first."""
        likeliest_first = sorted(self.probabilities.items(), key=lambda pair: -pair[1])
        traced: dict[str, float] = {}
        for name, probability in likeliest_first:
            if probability >= _LEAST_TRACED:
                traced[name] = round(probability, 2)
        return {"is": self.name, "probabilities": traced}


@cache
def load_weights() -> Mapping[str, Mapping[str, float]]:
    """Return the trained weights by type of page, then by feature. A weight is what the feature
    adds to the log odds of the type."""
    table = tomllib.loads(reading.file_text("page_types.toml"))
    weights: dict[str, dict[str, float]] = table["weights"]
    return weights


def find_type(document: Document, blocks: Sequence[Block]) -> PageType:
    """Return the estimated type of a page, such as "article" or "forum", with the probabilities of
    all types. It is OTHER if none is likely. `blocks`: all blocks of the page, whose letters must
    be counted already. Raises ValueError if the weights were trained for other features."""
    values = compute_features(document, blocks)
    probabilities = compute_probabilities(values)
    likeliest = max(probabilities, key=lambda name: probabilities[name])
    is_likely = probabilities[likeliest] >= _LEAST_LIKELY
    return PageType(likeliest if is_likely else OTHER, probabilities, values)


def compute_probabilities(values: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each type of page, by its name; all together are 1 (a softmax).
    `values`: the features of the page by name. Raises ValueError if the weights were trained for
    other features."""
    log_odds: dict[str, float] = {}
    for name, weights in load_weights().items():
        if weights.keys() != values.keys():
            wrong = sorted(weights.keys() ^ values.keys())  # those without a counterpart
            raise ValueError(
                f"data/page_types.toml does not fit the features: {wrong}; run"
                " tools/train/fit_pages.py"
            )
        log_odds[name] = sum(weight * values[feature] for feature, weight in weights.items())
    highest = max(log_odds.values())  # subtracted, so that exp() cannot overflow
    exponentials = {name: math.exp(odds - highest) for name, odds in log_odds.items()}
    total = sum(exponentials.values())
    return {name: exponential / total for name, exponential in exponentials.items()}
