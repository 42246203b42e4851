"""The reasons for an article's fields and state in plain words, a line each, for people. Pure."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from syndicator.core.model import ReadArticle
from syndicator.core.text import counted, line, width

# Places where a page or feed states a field, as `Choice.candidate` names them.
_PLACES: Final = {
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
_WAYS: Final = {
    "repeats across articles of this host": "on other pages of the site, too",
    "title or lone heading": "the title, or a lone heading",
}
_BY_SCORE: Final = "score "  # begins the rule of a block that looks unlike the article
_MOST_CUT: Final = 3
_MOST_ROWS: Final = 3
_LONGEST_CUT: Final = 42
_LONGEST_VALUE: Final = 44
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
    """Return the most useful reasons first. `why`: as in `Shown`."""
    return [
        *_list_state(article, why),
        *_list_fields(article, why),
        *_list_groups(article, why),
        *_list_doubts(why),
        *_list_page(why),
    ]


def _list_state(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    yield PlainReason("address", article.url)
    if "state" in why:
        yield PlainReason("state", why["state"])
    if "on hold" in why:
        yield PlainReason("on hold", why["on hold"])
    elif why.get("feeds"):
        yield PlainReason("in feeds", _name_few(why["feeds"]))
    elif "feeds" in why:
        yield PlainReason("in feeds", "none")
    for name in ("merged into", "stands for", "split from"):
        if name in why:
            yield PlainReason(name, _name_few(_as_list(why[name])))
    yield PlainReason("source", _describe_source(why))


def _describe_source(why: Mapping[str, Any]) -> str:
    source = why.get("source")
    others = [key for key in why.get("announced by", ()) if key != source]
    words = str(source or "none of yours")
    if others:
        words += f"; announced by {_name_few(others)}, too"
    if "entry" in why:
        words += f"; {why['entry']}"
    return words


def _list_fields(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    published = article.published.strftime(_DATE) if article.published else "none"
    yield PlainReason("title", _with_origin(article.title or "none", why, "title", "title"))
    yield PlainReason("date", _with_origin(published, why, "date", "published"))
    yield PlainReason("author", _with_origin(article.author or "none", why, "author", "author"))
    if article.excerpt:
        yield PlainReason("excerpt", _describe_origin(why, "excerpt", "") or "of its text")
    yield PlainReason("picture", _describe_picture(article, why))
    letters = f"{len(article.body):,} characters"
    yield PlainReason("text", _with_origin(letters, why, "body", "body"))


def _with_origin(value: str, why: Mapping[str, Any], field: str, traced: str) -> str:
    """Return the value of a field and where it is from. `traced`: its name in the trace of a
    reading."""
    origin = _describe_origin(why, field, traced)
    if not origin or value == "none":
        return value
    return f"{_shorten(value, _LONGEST_VALUE)} (from {origin})"


def _describe_origin(why: Mapping[str, Any], field: str, traced: str) -> str:
    """Return where a field is from, or "". `traced`: its name in the trace of a reading."""
    origin = why.get("origins", {}).get(field, "")
    head, colon, place = origin.partition(": ")
    if colon:
        return _name_place(place) or head
    if origin:
        return str(origin)
    step = why.get(traced)
    if not isinstance(step, Mapping):
        return ""
    return _name_place(step.get("from") or "")


def _name_place(place: str) -> str:
    if place.startswith("rules."):
        return f"your rule {place.removeprefix('rules.')!r}"
    if place.startswith(("og:", "twitter:", "article:")):
        return f"the tag {place} in its head"
    return _PLACES.get(place, place)


def _describe_picture(article: ReadArticle, why: Mapping[str, Any]) -> str:
    if not article.cover:
        return "none"
    origin = _describe_origin(why, "coverImage", "cover")
    words = f"from {origin}" if origin else article.cover
    copy = why.get("picture")
    if copy:
        words += f"; our copy: {copy}"
    return words


def _list_groups(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    reasons = why.get("tags") or {}
    for tag, reason in reasons.items():
        yield PlainReason("tag", f"{tag}: {reason}")
    if not reasons:
        yield PlainReason("tags", "none: no tag of the taxonomy and none of its publisher fits")
    yield PlainReason("category", f"{article.category or 'none'}: {why.get('category', '')}")


def _list_doubts(why: Mapping[str, Any]) -> Iterator[PlainReason]:
    body = why.get("body")
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
        text = _shorten(cut["text"], _LONGEST_CUT)
        yield PlainReason("left out", f"“{text}”: {_describe_cut(cut['rule'])}")
    if len(cuts) > _MOST_CUT:
        others = counted(len(cuts) - _MOST_CUT, "more piece")
        yield PlainReason("left out", f"{others} of the page: --trace lists them")


def _describe_cut(rule: str) -> str:
    if rule.startswith(_BY_SCORE):
        return "unlike the article"
    return _WAYS.get(rule, rule)


def _list_page(why: Mapping[str, Any]) -> Iterator[PlainReason]:
    for name in ("robots", "rights"):
        if why.get(name):
            yield PlainReason(name, _name_few(why[name]))
    if why.get("permitted by"):
        yield PlainReason("robots.txt", f"permitted by {why['permitted by']}")
    for key, name in (("page", "its page"), ("llm", "model")):
        if why.get(key):
            yield PlainReason(name, str(why[key]))
    if why.get("next visit"):
        yield PlainReason("next visit", _name_visit(why["next visit"]))


def _name_visit(visit: str) -> str:
    """Return "2026-12-05T20:51:33+00:00 (why)" with a time for people."""
    moment, bracket, reason = visit.partition(" (")
    if moment == "now":
        return visit
    time = datetime.fromisoformat(moment).astimezone(UTC).strftime(_DATE)
    return f"{time}{bracket}{reason}"


def _as_list(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _name_few(names: Sequence[str]) -> str:
    few = ", ".join(names[:_MOST_NAMED])
    if len(names) <= _MOST_NAMED:
        return few
    return f"{few} and {len(names) - _MOST_NAMED} more"


def fit_reasons(reasons: Sequence[PlainReason], *, columns: int, lines: int) -> list[str]:
    """Return the reasons on at most `lines` lines of at most `columns` characters, each on one line
    to three. The last line says how many are missing. A name that repeats is printed once."""
    most = max(columns - _LABEL_WIDTH, _LEAST_WIDTH)
    printed: list[str] = []
    previous = ""
    for number, reason in enumerate(reasons):
        rows = textwrap.wrap(line(reason.words), most, max_lines=_MOST_ROWS, placeholder=" …")
        is_last = number == len(reasons) - 1
        room = lines if is_last else lines - 1  # a line that says how many are missing
        if len(printed) + len(rows) > room:
            missing = counted(len(reasons) - number, "more reason")
            return [*printed, f"{missing}: --trace lists them"]
        label = "" if reason.name == previous else reason.name
        for row in rows:
            printed.append(f"{label:<{_LABEL_WIDTH}}{row}")
            label = ""
        previous = reason.name
    return printed


def _shorten(words: str, most: int) -> str:
    """Return the words on one line of at most `most` columns of a terminal."""
    words = line(words)
    if width(words) <= most:
        return words
    while width(words) >= most:
        words = words[:-1]
    return words.rstrip() + "…"
