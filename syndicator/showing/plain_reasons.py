"""The reasons for an article's fields and state in plain words, a line each, for people. Pure."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from syndicator.core.model import ReadArticle
from syndicator.core.text import counted, line, width

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
    """Return why an article is as it is, the most useful reasons first. `why`: by name of a field
    or fact, such as "tags", its reason."""
    return [
        *_list_state(article, why),
        *_list_fields(article, why),
        *_list_groups(article, why),
        *_list_doubts(why),
        *_list_page(why),
    ]


def _list_state(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield where the article is published: its address, state, feeds, merges and source."""
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
            yield PlainReason(name, _name_few(_make_list(why[name])))
    yield PlainReason("source", _describe_source(why))


def _describe_source(why: Mapping[str, Any]) -> str:
    """Return the source of the article, other sources that announce it, and how it was
    announced."""
    source = why.get("source")
    others = [key for key in why.get("announced by", ()) if key != source]
    words = str(source or "none of yours")
    if others:
        words += f"; announced by {_name_few(others)}, too"
    if "entry" in why:
        words += f"; {why['entry']}"
    return words


def _list_fields(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield the title, date, author, excerpt, picture and length of the text, with their
    origins."""
    published = article.published.strftime(_DATE) if article.published else "none"
    yield PlainReason("title", _name_with_origin(article.title or "none", why, "title", "title"))
    yield PlainReason("date", _name_with_origin(published, why, "date", "published"))
    yield PlainReason(
        "author", _name_with_origin(article.author or "none", why, "author", "author")
    )
    if article.excerpt:
        yield PlainReason("excerpt", _describe_origin(why, "excerpt", "") or "of its text")
    yield PlainReason("picture", _describe_picture(article, why))
    letters = f"{len(article.body):,} characters"
    yield PlainReason("text", _name_with_origin(letters, why, "body", "body"))


def _name_with_origin(value: str, why: Mapping[str, Any], field: str, traced: str) -> str:
    """Return the value of a field and where it comes from: "Ada Lovelace (from its byline)".
    `field`: its name in the file; `traced`: its name in the trace of a reading."""
    origin = _describe_origin(why, field, traced)
    if not origin or value == "none":
        return value
    return f"{_shorten_words(value, _LONGEST_VALUE)} (from {origin})"


def _describe_origin(why: Mapping[str, Any], field: str, traced: str) -> str:
    """Return where a field comes from, "" if that is not known. `field`: its name in the file;
    `traced`: its name in the trace of a reading, "" if it has none."""
    origin = why.get("origins", {}).get(field, "")
    origin_name, colon, position = origin.partition(": ")
    if colon:
        return _name_place(position) or origin_name
    if origin:
        return str(origin)
    step = why.get(traced)
    if not isinstance(step, Mapping):
        return ""
    return _name_place(step.get("from") or "")


def _name_place(position: str) -> str:
    """Return the place on a page or in a feed in words: "h1" is "its heading". An unknown place
    stays as it is."""
    if position.startswith("rules."):
        return f"your rule {position.removeprefix('rules.')!r}"
    if position.startswith(("og:", "twitter:", "article:")):
        return f"the tag {position} in its head"
    return _PLACE_LABELS.get(position, position)


def _describe_picture(article: ReadArticle, why: Mapping[str, Any]) -> str:
    """Return where the picture comes from, or its address; and the state of the published copy of
    it."""
    if not article.cover:
        return "none"
    origin = _describe_origin(why, "coverImage", "cover")
    words = f"from {origin}" if origin else article.cover
    copy = why.get("picture")
    if copy:
        words += f"; our copy: {copy}"
    return words


def _list_groups(article: ReadArticle, why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield why the article has its tags and its category."""
    reasons = why.get("tags") or {}
    for tag, reason in reasons.items():
        yield PlainReason("tag", f"{tag}: {reason}")
    if not reasons:
        yield PlainReason("tags", "none: no tag of the taxonomy and none of its publisher fits")
    yield PlainReason("category", f"{article.category or 'none'}: {why.get('category', '')}")


def _list_doubts(why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield what may be wrong with the text: a doubt about it, why it is the feed's, matches of the
    operator's rules, and what was left out."""
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
        text = _shorten_words(cut["text"], _LONGEST_CUT)
        yield PlainReason("left out", f"“{text}”: {_describe_cut(cut['rule'])}")
    if len(cuts) > _MOST_CUT:
        others = counted(len(cuts) - _MOST_CUT, "more piece")
        yield PlainReason("left out", f"{others} of the page: --trace lists them")


def _describe_cut(rule: str) -> str:
    """Return in words why a block of the page was left out of the text. `rule`: as in the trace."""
    if rule.startswith(_BY_SCORE):
        return "unlike the article"
    return _WAY_LABELS.get(rule, rule)


def _list_page(why: Mapping[str, Any]) -> Iterator[PlainReason]:
    """Yield what the publisher allows, whether the page is kept, the model's answer and the next
    visit."""
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
    """Return the time of a visit for people: "2026-12-05T20:51:33+00:00 (why)" is "2026-12-05 20:51
    UTC (why)"; "now" stays."""
    moment, bracket, reason = visit.partition(" (")
    if moment == "now":
        return visit
    time = datetime.fromisoformat(moment).astimezone(UTC).strftime(_DATE)
    return f"{time}{bracket}{reason}"


def _make_list(value: str | Iterable[str]) -> list[str]:
    """Return a list of names; one name alone is a list of one."""
    return [value] if isinstance(value, str) else list(value)


def _name_few(names: Sequence[str]) -> str:
    """Return the first six names, and how many more there are."""
    few = ", ".join(names[:_MOST_NAMED])
    if len(names) <= _MOST_NAMED:
        return few
    return f"{few} and {len(names) - _MOST_NAMED} more"


def fit_reasons(reasons: Sequence[PlainReason], *, columns: int, lines: int) -> list[str]:
    """Return the reasons as lines for a terminal: at most `lines` lines of at most `columns`
    characters. A reason has up to three lines. A name that repeats is printed once. If not all
    reasons fit, the last line says how many are missing."""
    width = max(columns - _LABEL_WIDTH, _LEAST_WIDTH)
    printed: list[str] = []
    previous = ""
    for number, reason in enumerate(reasons):
        rows = textwrap.wrap(line(reason.words), width, max_lines=_MOST_ROWS, placeholder=" …")
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


def _shorten_words(words: str, most: int) -> str:
    """Return the words on one line, with "…" at the end if they take more than `width` columns."""
    words = line(words)
    if width(words) <= most:
        return words
    while width(words) >= most:
        words = words[:-1]
    return words.rstrip() + "…"
