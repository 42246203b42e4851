"""The reasons for an article's fields and state in plain words, a line each, for people. Pure."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from syndicator.core.model import ReadArticle
from syndicator.core.text import count_columns, counted, line

# Places where a page or feed states a field, as `Choice.candidate` names them.
_PLACE_LABELS: Final = {
    "alone": "a line below its heading",
    "author": "the author tag in its head",
    "class": "its byline",
    "entry": "its feed",
    "feed": "its feed",
    "figure": "the first picture of its text",
    "h1": "its heading",
    "heading": "its heading",
    "json-ld": "the data that it gives to search engines",
    "json-ld later": "the data that it gives to search engines",
    "list": "the page that lists it",
    "mark": "its byline",
    "marks": "its byline",
    "opener": "the first lines of its text",
    "other meta": "a tag in its head",
    "page": "its page",
    "shown": "the date beside its heading",
    "title": "the title of its page",
}
# rules by which a block is left out, as the trace names them -> words
_WAY_LABELS: Final = {
    "repeats across articles of this host": "on other pages of the site, too",
    "title or lone heading": "the title, or a lone heading",
}
_BY_SCORE: Final = "score "  # begins the rule of a block that looks unlike the article
_MOST_CUT: Final = 3  # pieces of the page that were left out
_MOST_ROWS: Final = 3  # lines of a reason
_LONGEST_CUT: Final = 42  # columns of a piece that was left out
_LONGEST_VALUE: Final = 44  # columns of the value of a field
_MOST_NAMED: Final = 6
_DATE: Final = "%Y-%m-%d %H:%M %Z"
_LABEL_WIDTH: Final = 12
_LEAST_WIDTH: Final = 20  # of the words, on a very narrow screen


@dataclass(frozen=True, slots=True)
class PlainReason:
    """A line for people: what it is about, and the words."""

    name: str
    words: str


def list_reasons(article: ReadArticle, why: Mapping[str, Any]) -> list[PlainReason]:
    """Return the reasons for the fields and the state of an article in plain words, the most useful
    ones first. `why`: the reasons as `show` finds them, by name of a field or fact, such as
    "tags"."""
    return [
        *_list_state(article, why),
        *_list_fields(article, why),
        *_list_groups(article, why),
        *_list_doubts(why),
        *_list_page(why),
    ]


def _list_state(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield where an article is published: its address, its state, the feeds that have it, the
    articles it is merged with, and its source. `why`: reasons by name of a field or fact."""
    yield PlainReason("address", article.url)
    if "state" in why:
        yield PlainReason("state", why["state"])
    if "on hold" in why:
        yield PlainReason("on hold", why["on hold"])
    elif why.get("feeds"):
        yield PlainReason("in feeds", _name_few(why["feeds"]))
    elif "feeds" in why:  # an empty list: it is filed, and no feed has it
        yield PlainReason("in feeds", "none")
    for name in ("merged into", "stands for", "split from"):
        if name in why:
            yield PlainReason(name, _name_few(_make_list(why[name])))
    yield PlainReason("source", _describe_source(why))


def _describe_source(why: Mapping[str, Any]) -> str:
    """Return in words the source of an article, other sources that announce it, and how its source
    announces it. `why`: reasons by name of a field or fact."""
    source = why.get("source")
    others = [key for key in why.get("announced by", ()) if key != source]
    words = str(source or "none of yours")
    if others:
        words += f"; announced by {_name_few(others)}, too"
    if "entry" in why:
        words += f"; {why['entry']}"
    return words


def _list_fields(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield the title, date, author, excerpt and picture of an article and the length of its text,
    each with the place it comes from. `why`: reasons by name of a field or fact."""
    published = article.published.strftime(_DATE) if article.published else "none"
    yield PlainReason("title", _name_with_origin(article.title or "none", why, "title", "title"))
    yield PlainReason("date", _name_with_origin(published, why, "date", "published"))
    yield PlainReason(
        "author", _name_with_origin(article.author or "none", why, "author", "author")
    )
    if article.excerpt:
        yield PlainReason("excerpt", _describe_origin(why, "excerpt", "") or "of its text")
    yield PlainReason("picture", _describe_picture(article, why))
    length = f"{len(article.body):,} characters"
    yield PlainReason("text", _name_with_origin(length, why, "body", "body"))


def _name_with_origin(value: str, why: Mapping[str, Any], field: str, traced: str) -> str:
    """Return the value of a field and where it comes from: "Ada Lovelace (from its byline)". Return
    the value alone if its origin is not known. `why`: reasons by name of a field or fact. `field`:
    the name of the field in a file. `traced`: the name under which `why` says how the field was
    found on the page."""
    origin = _describe_origin(why, field, traced)
    if not origin or value == "none":
        return value
    return f"{_shorten_words(value, _LONGEST_VALUE)} (from {origin})"


def _describe_origin(why: Mapping[str, Any], field: str, traced: str) -> str:
    """Return in words where a field comes from, "" if that is not known. `why`: reasons by name of
    a field or fact. `field`: the name of the field in a file. `traced`: the name under which `why`
    says how the field was found on the page, "" if there is none."""
    # an origin is in words, such as "the language model", or has a place, such as "its page: h1"
    origin = why.get("origins", {}).get(field, "")
    document, colon, place = origin.partition(": ")
    if colon:
        return _name_place(place) or document
    if origin:
        return str(origin)
    step = why.get(traced)  # for an article that is not filed
    if not isinstance(step, Mapping):
        return ""
    return _name_place(step.get("from") or "")


def _name_place(place: str) -> str:
    """Return in words a place on a page or in a feed, such as "its heading" for "h1". A place for
    which there are no words is returned as it is."""
    if place.startswith("rules."):
        return f"your rule {place.removeprefix('rules.')!r}"
    if place.startswith(("og:", "twitter:", "article:")):
        return f"the tag {place} in its head"
    return _PLACE_LABELS.get(place, place)


def _describe_picture(article: ReadArticle, why: Mapping[str, Any]) -> str:
    """Return in words where the picture of an article comes from (its address if that is not
    known), and the state of our copy of it. Return "none" if the article has no picture. `why`:
    reasons by name of a field or fact."""
    if not article.cover:
        return "none"
    origin = _describe_origin(why, "coverImage", "cover")
    words = f"from {origin}" if origin else article.cover
    state_of_copy = why.get("picture")
    if state_of_copy:
        words += f"; our copy: {state_of_copy}"
    return words


def _list_groups(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield why an article has its tags and its category. `why`: reasons by name of a field or
    fact."""
    reasons = why.get("tags") or {}
    for tag, reason in reasons.items():
        yield PlainReason("tag", f"{tag}: {reason}")
    if not reasons:
        yield PlainReason("tags", "none: no tag of the taxonomy and none of its publisher fits")
    yield PlainReason("category", f"{article.category or 'none'}: {why.get('category', '')}")


def _list_doubts(why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield what may be wrong with the text of an article: a doubt, why it is the text of the feed,
    how many elements the operator's rules select, and what was cut. `why`: reasons by name of a
    field or fact."""
    body = why.get("body")  # how the text was found on the page
    if not isinstance(body, Mapping):
        return
    if body.get("doubt"):
        yield PlainReason("doubt", str(body["doubt"]))
    if body.get("from") == "feed" and body.get("rule"):
        yield PlainReason("text is", f"the feed's, because {body['rule']}")
    for selector, matches in (why.get("rules") or {}).items():
        yield PlainReason("your rule", f"{selector} selects {counted(matches, 'element')}")
    cuts = body.get("cut") or ()
    for cut in cuts[:_MOST_CUT]:
        text = _shorten_words(cut["text"], _LONGEST_CUT)
        yield PlainReason("left out", f"“{text}”: {_describe_cut(cut['rule'])}")
    if len(cuts) > _MOST_CUT:
        others = counted(len(cuts) - _MOST_CUT, "more piece")
        yield PlainReason("left out", f"{others} of the page: --trace lists them")


def _describe_cut(rule: str) -> str:
    """Return in words why a block of the page was left out of the text. `rule`: the name of the
    rule that left it out."""
    if rule.startswith(_BY_SCORE):
        return "unlike the article"
    return _WAY_LABELS.get(rule, rule)


def _list_page(why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield what the publisher permits, whether a copy of the page is kept, the answer of the
    language model, and the time of the next visit. `why`: reasons by name of a field or fact."""
    for name in ("robots", "rights"):
        if why.get(name):
            yield PlainReason(name, _name_few(why[name]))
    if why.get("permitted by"):
        yield PlainReason("robots.txt", f"permitted by {why['permitted by']}")
    if why.get("page"):
        yield PlainReason("its page", str(why["page"]))
    if why.get("llm"):
        yield PlainReason("model", str(why["llm"]))
    if why.get("next visit"):
        yield PlainReason("next visit", _name_visit(why["next visit"]))


def _name_visit(visit: str) -> str:
    """Return the time of a visit as people read it: "2026-12-05 20:51 UTC (why)" for
    "2026-12-05T20:51:33+00:00 (why)". A visit that is due now is returned as it is."""
    moment, bracket, reason = visit.partition(" (")
    if moment == "now":
        return visit
    time = datetime.fromisoformat(moment).astimezone(UTC).strftime(_DATE)
    return f"{time}{bracket}{reason}"


def _make_list(value: str | Iterable[str]) -> list[str]:
    """Return names as a list. `value`: one name, or several."""
    return [value] if isinstance(value, str) else list(value)


def _name_few(names: Sequence[str]) -> str:
    """Return the first six names, separated by commas, and how many more there are."""
    first_names = ", ".join(names[:_MOST_NAMED])
    if len(names) <= _MOST_NAMED:
        return first_names
    return f"{first_names} and {len(names) - _MOST_NAMED} more"


def fit_reasons(reasons: Sequence[PlainReason], *, columns: int, lines: int) -> list[str]:
    """Return the reasons as lines of text for a terminal: at most `lines` lines of at most
    `columns` characters each. A reason takes up to three lines. Its name stands before the first
    one, unless the reason before has the same name. If there is no room for all reasons, the last
    line says how many are missing."""
    width = max(columns - _LABEL_WIDTH, _LEAST_WIDTH)
    printed: list[str] = []
    previous_name = ""
    for number, reason in enumerate(reasons):
        rows = textwrap.wrap(line(reason.words), width, max_lines=_MOST_ROWS, placeholder=" …")
        is_last = number == len(reasons) - 1
        room = lines if is_last else lines - 1  # a line that says how many are missing
        if len(printed) + len(rows) > room:
            missing = counted(len(reasons) - number, "more reason")
            return [*printed, f"{missing}: --trace lists them"]
        label = "" if reason.name == previous_name else reason.name
        for row in rows:
            printed.append(f"{label:<{_LABEL_WIDTH}}{row}")
            label = ""  # for the further lines of the same reason
        previous_name = reason.name
    return printed


def _shorten_words(words: str, columns: int) -> str:
    """Return the words on one line. If they take more than `columns` columns of a terminal, they
    are cut and end with "…"."""
    text = line(words)
    if count_columns(text) <= columns:
        return text
    while count_columns(text) >= columns:  # one column is for the "…"
        text = text[:-1]
    return text.rstrip() + "…"
