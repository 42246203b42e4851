"""Estimate with trained weights what a page is: article, forum, listing or other. Pure.

A logistic regression of tools/train/fit_pages.py. `no_article` finds pages to refuse by phrases."""

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

# All chosen by hand before the weights were fitted: changing one means to fit again.
# share of a block's text in links that makes it a link; letters of a list's item
_LINKED = 0.8
_ITEM = 15
_PROSE = 80
_LONG = 200  # letters of a paragraph, and of a long one
_SLUG = 3  # words of a URL's last part from which it spells a title
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

# What a page says that it is: the feature, and the ends of the types of schema.org that say so.
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

# letters that each phrase begins with, and its pattern
_Phrases = tuple[tuple[str, re.Pattern[str]], ...]
OTHER = "other"
_LIKELY = 0.4
_SHOWN = 0.05  # least probability of a page's type, and of a type in the trace
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d[.,]\d\d\s?(?:€|EUR|USD|GBP|zł|kr)\b")
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


def _any_of(phrases: str) -> _Phrases:
    return tuple(
        (re.split(r"\(|.\?", each)[0], re.compile(rf"(?<!\w){each}\b"))
        for each in phrases.split("; ")
    )


def _count(phrases: _Phrases, low: str) -> int:
    count = 0
    for start, pattern in phrases:
        at = low.find(start)
        while at >= 0:
            count += pattern.match(low, at) is not None
            at = low.find(start, at + 1)
    return count


_WORDS: Mapping[str, _Phrases] = {
    "replies": _any_of(
        "reply; replies; quote; posted; joined; originally; wrote; thread; antworten; beiträge;"
        " zitat; likes?"
    ),
    "buying": _any_of(
        "add to (?:cart|bag|basket); buy now; in stock; out of stock; free shipping; checkout; in"
        " den warenkorb"
    ),
    "hiring": _any_of(
        "contact us; get started; request a (?:quote|demo); book a; schedule a; free"
        " (?:quote|consultation|trial); our (?:services|clients|team|experts); why choose; sign up;"
        " learn more"
    ),
    "more": _any_of(
        "read more; load more; view all; see all; next page; older posts; show more; weiterlesen"
    ),
}


def features(document: Document, blocks: Sequence[Block]) -> dict[str, float]:
    """Return the features of a page by name. Its `blocks` are measured (`overlap.measure`)."""
    return {
        "bias": 1.0,
        **_of_blocks(blocks),
        **_of_address(document.url),
        **_of_head(document),
        **_of_elements(document.tree),
        **_of_words(blocks),
    }


def _of_blocks(blocks: Sequence[Block]) -> dict[str, float]:
    letters = sum(block.letters for block in blocks) or 1
    texts = [block for block in blocks if block.letters]
    count = len(texts) or 1
    linked = [block for block in texts if _is_link(block)]
    prose = [
        block
        for block in texts
        if block.kind == "p" and block.letters >= _PROSE and not _is_link(block)
    ]
    long = [block for block in prose if block.letters >= _LONG]
    heads = [block for block in texts if block.kind == "h"]
    linked_heads = sum(map(_is_link, heads))
    alike = Counter(
        (b.element.tag, b.element.get("class"), len(b.frames)) for b in texts if not _is_link(b)
    )
    features = {
        "letters": math.log1p(letters),
        "prose": math.log1p(sum(block.letters for block in prose)),
        "prose-share": sum(block.letters for block in prose) / letters,
        "long-prose": math.log1p(len(long)),
        "prose-count": math.log1p(len(prose)),
        "prose-size": math.log1p(sum(block.letters for block in prose) / (len(prose) or 1)),
        "link-share": (
            sum(block.linked for block in blocks) / (sum(len(block.text) for block in blocks) or 1)
        ),
        "links": math.log1p(len(linked)),
        "item-links": math.log1p(sum(block.letters > _ITEM for block in linked)),
        "link-blocks": len(linked) / count,
        "heads": math.log1p(len(heads)),
        "linked-heads": math.log1p(linked_heads),
        "linked-head-share": linked_heads / (len(heads) or 1),
        "letters-a-head": math.log1p(letters / (len(heads) or 1)),
        "images": math.log1p(sum(block.kind == "img" for block in blocks)),
        "images-a-prose": math.log1p(
            sum(block.kind == "img" for block in blocks) / (len(prose) or 1)
        ),
        "rows": math.log1p(sum(block.kind == "row" for block in blocks)),
        "code": math.log1p(sum(block.kind == "code" for block in blocks)),
        "code-share": sum(len(block.code) for block in blocks) / letters,
        "terms": math.log1p(sum(block.kind == "dt" for block in blocks)),
        "alike": math.log1p(max(alike.values(), default=0)),
    }
    for name in _HINTS:
        bit = hints.bit(name)
        features[f"near-{name}"] = (
            sum(block.letters for block in texts if block.near & bit) / letters
        )
    return features


def _is_link(block: Block) -> bool:
    return block.linked >= _LINKED * len(block.text)


def _of_address(url: str) -> dict[str, float]:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}".lower()
    pieces = [piece for piece in parts.path.split("/") if piece]
    last = pieces[-1] if pieces else ""
    words = [word for word in re.split(r"[-_.]", last) if word.isalpha()]
    return {
        **{name: float(bool(rule.search(path))) for name, rule in _PATHS.items()},
        **{
            name: float(bool(rule.search((parts.hostname or "").lower())))
            for name, rule in _HOSTS.items()
        },
        "depth": float(min(len(pieces), 6)),
        "root": float(urls.is_root(url)),
        "slug-words": float(min(len(words), 8)),
        "slug": float(len(words) >= _SLUG),
        "number": float(any(char.isdigit() for char in last)),
    }


def _of_head(document: Document) -> dict[str, float]:
    types = {name for item in document.jsonld for name in jsonld.types(item)}
    kind = document.meta("og:type").lower()
    software = f"{document.meta('generator')} {document.meta('discourse_theme_id') and 'discourse'}"
    return {
        **{name: float(bool(types & set(ends))) for name, ends in _TYPES.items()},
        "og-article": float(kind in ("article", "news", "blog")),
        "og-product": float("product" in kind),
        "og-website": float(kind == "website"),
        "published": float(bool(document.meta("article:published_time", "datepublished", "date"))),
        "author": float(bool(document.meta("author", "article:author"))),
        **{name: float(bool(rule.search(software))) for name, rule in _MADE_BY.items()},
    }


def _of_elements(tree: Any) -> dict[str, float]:
    elements = tree.iter("article", "time", "form", "h1", "nav", "address", "pre", "select", "main")
    counts = Counter(element.tag for element in islice(elements, 30_000))
    counted = ("article", "time", "form", "h1", "nav", "pre", "select")
    return {f"tag-{name}": math.log1p(counts[name]) for name in counted}


def _of_words(blocks: Sequence[Block]) -> dict[str, float]:
    text = "\n".join(block.text for block in blocks if block.letters)[:60_000]
    thousands = max(len(text), 1_000) / 1_000
    low = text.lower()
    counts = {
        "prices": len(_PRICE.findall(text)),
        **{name: _count(phrases, low) for name, phrases in _WORDS.items()},
    }
    return {
        **{name: math.log1p(count) for name, count in counts.items()},
        **{f"{name}-share": math.log1p(10 * count / thousands) for name, count in counts.items()},
    }


class PageType(NamedTuple):
    """The likeliest type of a page, the probability of each, and the features."""

    name: str
    probabilities: Mapping[str, float]
    values: Mapping[str, float]

    def trace(self) -> Mapping[str, Any]:
        """Return the lines of `show --trace`: the type, and the likely ones' probabilities."""
        likely = sorted(self.probabilities.items(), key=lambda pair: -pair[1])
        return {
            "is": self.name,
            "probabilities": {name: round(p, 2) for name, p in likely if p >= _SHOWN},
        }


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """Return the log-odds weights: page type -> feature name -> weight."""
    table: dict[str, dict[str, float]] = tomllib.loads(reading.file_text("page_types.toml"))[
        "weights"
    ]
    return table


def type_of(document: Document, blocks: Sequence[Block]) -> PageType:
    """Return the type of a page with measured `blocks`. Raises ValueError if features and weights
    differ in names."""
    values = features(document, blocks)
    chances = probabilities(values)
    best = max(chances, key=lambda name: chances[name])
    return PageType(best if chances[best] >= _LIKELY else OTHER, chances, values)


def probabilities(values: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each type from the features `values`."""
    odds: dict[str, float] = {}
    for name, fitted in weights().items():
        if fitted.keys() != values.keys():
            wrong = sorted(fitted.keys() ^ values.keys())
            raise ValueError(
                f"data/page_types.toml does not fit the features: {wrong}; run"
                " tools/train/fit_pages.py"
            )
        odds[name] = sum(weight * values[feature] for feature, weight in fitted.items())
    most = max(odds.values())
    parts = {name: math.exp(value - most) for name, value in odds.items()}
    total = sum(parts.values())
    return {name: part / total for name, part in parts.items()}
