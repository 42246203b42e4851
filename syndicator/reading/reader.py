"""Read a page into the draft of an article; compare what an operator's rules change. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from syndicator.configuration.page_rules import matched
from syndicator.core import text
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading import no_article
from syndicator.reading.body import body as bodies
from syndicator.reading.body.doubt import describe_doubt, is_list
from syndicator.reading.html.document import parse
from syndicator.reading.metadata.metadata import read_metadata
from syndicator.reading.next_page import next_page

FIELDS = ("title", "author", "date", "cover")
_SELECTORS = ("select", "remove", *FIELDS)


def matches(tree: Any, rules: Rules) -> Mapping[str, int]:
    """Return the matches of each selector by name, such as `select "div.text"`. Raises RulesError
    for invalid CSS."""
    return {
        f'{rule} "{selector}"': sum(
            rule != "select" or any(part.strip() for part in element.itertext())
            for element in matched(tree, selector)
        )
        for rule in _SELECTORS
        for selector in getattr(rules, rule)
    }


def read(
    html: bytes,
    url: str | None,
    *,
    entry: Entry | None = None,
    rules: Rules | None = None,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
    claimed: bool = True,
) -> Draft:
    """Return the article on the page of `url` (None: a saved page). `entry`: from its feed;
    `rules`: the operator's; `repeated`: digests of the blocks, title ends and pictures that
    articles of the host share; `claimed`: somebody says that the page is an article, else one that
    is rather a list is refused. Dates more than a day after `now` do not count. Raises
    NotAnArticle, RulesError for invalid CSS."""
    rules = rules or Rules()
    document = parse(html, url or "", headers)
    # lxml makes an element's Python object anew at each visit unless someone holds it
    alive = list(islice(document.tree.iter(), 100_000))
    used = matches(document.tree, rules)
    following = next_page(document, url or "")
    meta = read_metadata(document, entry=entry, rules=rules, now=now, repeated=repeated)
    body = bodies.read_body(document, meta, entry=entry, rules=rules, repeated=repeated)
    from_page = body.trace.get("from") == "page"
    kind = (
        no_article.find_kind(document, meta.title, body.blocks, body.everything)
        if from_page
        else None
    )
    is_judged = body.typed is not None and not body.trace.get("select")
    if is_judged and kind in (None, "empty"):
        is_refused = is_list(
            body.listing,
            body.likely,
            letters=body.letters,
            claimed=claimed,
            announced=entry is not None,
            declared=no_article.is_declared(document),
        )
        kind = "listing" if is_refused else kind
    if kind or not body.markdown.strip():
        empty = kind in (None, "empty")
        raise NotAnArticle(
            kind or "empty", f"{body.letters} letters of text", meta.alternate if empty else None
        )
    del alive
    doubt = body.trace.get("doubt")
    if is_judged and not doubt:
        doubt = describe_doubt(body.listing, body.likely)
    more = {
        "type": body.typed and body.typed.trace(),
        "next_page": following and following.trace(),
        "rules": used,
    }
    trace = {**meta.trace, "body": {**body.trace, **({"doubt": doubt} if doubt else {})}}
    trace |= {name: each for name, each in more.items() if each}
    partial = from_page and no_article.is_partial(document, body.blocks, body.everything)
    digests = (*body.digests, *meta.blocks) if body.digests else ()
    return replace(meta, body=body.markdown, partial=partial, blocks=digests, trace=trace)


def kind_of(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> str | None:
    """Return the kind of a page that is no article, None for an article. Nobody says that it is
    one. Called in the worker process."""
    try:
        read(html, url, headers=headers, claimed=False)
    except NotAnArticle as refusal:
        return refusal.kind
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The effect of rules on a page. `score`: share of words in common with its text without these
    rules, 0 (no article) to 1."""

    matches: Mapping[str, int]  # by selector, as in `select "div.text"`
    before: int  # characters of the text without the rules
    after: int  # and with them
    score: float
    draft: Draft | None  # as it is read with them
    kind: str = ""  # of page that it is with them, where it is no article: a reasons.PageReason


def tried(
    html: bytes,
    url: str,
    rules: Rules,
    before: Rules = Rules(),
    *,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Trial:
    """Read the page with `rules` and with the rules `before`, and compare. Raises RulesError for
    invalid CSS."""

    def draft(by: Rules) -> tuple[Draft | None, str]:
        try:
            return read(html, url, rules=by, repeated=repeated, headers=headers, now=now), ""
        except NotAnArticle as refusal:
            return None, refusal.kind

    used = matches(parse(html, url, headers).tree, rules)
    (old, _), (new, kind) = draft(before), draft(rules)
    texts = [text.plain(each.body) if each else "" for each in (old, new)]
    words = [Counter(text.words(each)) for each in texts]
    aimed = not rules.select or any(
        number for rule, number in used.items() if rule.startswith("select ")
    )
    score = (
        2 * (words[0] & words[1]).total() / max(words[0].total() + words[1].total(), 1)
        if aimed
        else 0.0
    )
    return Trial(
        matches=used, before=len(texts[0]), after=len(texts[1]), score=score, draft=new, kind=kind
    )
