"""Prepare the text that a language model may see; check its untrusted answer. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from syndicator.core.model import Article
from syndicator.core.ports import Choosable, Material
from syndicator.core.text import line
from syndicator.describing.llm import aligned, prompt
from syndicator.describing.llm.aligned import Accepted, Refusal, short
from syndicator.describing.resources import read_toml
from syndicator.describing.summary.excerpt import OPENS, find_opener, follows, joined, opener_scores
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import fold
from syndicator.describing.text import language as _language
from syndicator.describing.text import sentences as excerpt_rules

LEAST = 200  # least columns of a text to excerpt
MOST_CATEGORIES = 5
MOST_TAGS = 12  # choices; small models do not read longer lists
MOST = 200_000  # characters of a text: 30,000 words
# Unicode categories of invisible characters, and letters that are blank
# (Default_Ignorable_Code_Point, blank braille).
_INVISIBLE = frozenset(("Cf", "Cc", "Co", "Cs", "Cn"))
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
LONGEST: Final = 20_000  # characters of an answer; a usual one has a hundred
_THOUGHT: Final = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCED: Final = re.compile(r"^\s*```[a-zA-Z]*[ \t]*\n(.*?)\n?\s*```\s*$", re.DOTALL)


def visible(value: str) -> str:
    """Return `value` in NFC without invisible characters. White space becomes a space, except line
    feeds."""
    if value.isascii() and value.replace("\n", "").isprintable():
        return value
    spaced = re.sub(r"[^\S\n]", " ", unicodedata.normalize("NFC", value))
    seen = (
        letter
        for letter in spaced
        if letter == "\n" or unicodedata.category(letter) not in _INVISIBLE
    )
    return _BLANK.sub("", "".join(seen))


def without_injections(text: str) -> str:
    """Remove lines with instructions to a model (prompt injection), and the line after one that
    ends in a colon."""
    lines: list[str] = []
    announced = False
    for row in text.split("\n"):
        injected = bool(row.strip()) and (announced or bool(_injections().search(row)))
        announced = (injected and row.rstrip().endswith(":")) or (announced and not row.strip())
        if not injected:
            lines.append(row)
    return "\n".join(lines)


def material(article: Article) -> Material:
    """Return title, text and language of `article` as a model sees them, without choices."""
    text = without_injections(visible(article.text[:MOST]))
    declared = _language.primary(article.language)
    return Material(title=line(visible(article.title)), text=text, language=declared)


def choices(asked: Material, taxonomy: Taxonomy, *, write: bool = False) -> Material:
    """Add the model's choices to `asked`. `write`: own words, if the language supports it. Loads
    vectors (0.2 s)."""
    code = asked.language or _language.detect(asked.text, None)
    candidate = find_opener(asked.title, asked.text, code)
    before = (None, *candidate.sentences)
    odds = opener_scores(candidate).tolist() if candidate.sentences else []
    bar = min(OPENS, max(odds, default=0.0))  # the best one may always open
    sentences = tuple(
        Choosable(
            text=sentence.text,
            opens=chance >= bar,
            follows=last is not None and follows(last, sentence),
        )
        for last, sentence, chance in zip(before, candidate.sentences, odds, strict=False)
    )
    about = {category.name: category.description for category in taxonomy.vocabulary.category}
    categories, tags = taxonomy.supported(asked.title, asked.text)
    offered = tuple((name, about[name]) for name in categories[:MOST_CATEGORIES])
    write = write and bool(aligned.line_for(code))
    return replace(
        asked, write=write, sentences=sentences, categories=offered, tags=tags[:MOST_TAGS]
    )


def key(plan: str, asked: Material) -> str:
    """Return the cache key of an answer: SHA-256 of `plan` (from `prompt.plan`) and all that the
    model sees."""
    lists = json.dumps([asked.write, asked.sentences, asked.categories, asked.tags])
    parts = (plan, asked.title, asked.language or "", asked.text, lists)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


@lru_cache(maxsize=1)
def _injections() -> re.Pattern[str]:
    patterns = read_toml("prompt_injections.toml")["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def judge(content: str, asked: Material) -> Accepted | Refusal:
    """Parse and check the answer `content`; return its values or the first fault."""
    answer = _parsed(content)
    if isinstance(answer, Refusal):
        return answer
    categories = [name for name, _ in asked.categories]
    category = answer.get("category") or ""
    tags = answer.get("tags") or []
    if (
        not isinstance(category, str)
        or not isinstance(tags, list)
        or not all(isinstance(tag, str) for tag in tags)
    ):
        return Refusal(reason="shape", detail="category has to be a text, tags a list of texts")
    excerpt = (
        _written(answer.get("excerpt"), asked)
        if asked.write
        else _chosen(answer.get("sentences"), asked)
    )
    if isinstance(excerpt, Refusal):
        return excerpt
    return (
        _unlisted(category, categories, "category")
        or next((fault for tag in tags if (fault := _unlisted(tag, asked.tags, "tag"))), None)
        or Accepted(
            excerpt=excerpt,
            category=_spelled(category, categories),
            tags=tuple(dict.fromkeys(_spelled(tag, asked.tags) for tag in tags if _line(tag)))[
                : prompt.MOST_TAGS
            ],
        )
    )


def _parsed(content: str) -> dict[str, Any] | Refusal:
    if len(content) > LONGEST:
        return Refusal(reason="huge", detail=f"{len(content)} characters")
    bare = _THOUGHT.sub("", content)
    fenced = _FENCED.match(bare)
    bare = (fenced[1] if fenced else bare).strip()
    if not bare:
        return Refusal(reason="empty", detail="the model answered nothing")
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        return Refusal(reason="not-json", detail=short(bare))
    return (
        value
        if isinstance(value, dict)
        else Refusal(reason="shape", detail="the answer is no JSON object")
    )


def _chosen(numbers: Any, asked: Material) -> str | Refusal:
    """Return the first chosen sentence that may open, and chosen ones that directly follow it."""
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        return Refusal(reason="shape", detail="sentences have to be a list of numbers")
    if not numbers:
        return Refusal(reason="empty", detail="the model chose no sentence")
    most = prompt.shown(asked)
    strange = next((number for number in numbers if not 1 <= number <= most), None)
    if strange is not None:
        return Refusal(
            reason="sentences", detail=f"{short(str(strange))} is none of the {most} sentences"
        )
    places = sorted({number - 1 for number in numbers})
    start = next((place for place in places if asked.sentences[place].opens), None)
    if start is None:
        return Refusal(reason="loose", detail=short(asked.sentences[places[0]].text))
    taken = [asked.sentences[start].text]
    for place in range(start + 1, start + excerpt_rules.SENTENCES):
        if place not in places or not asked.sentences[place].follows:
            break
        if excerpt_rules.too_long(joined([*taken, asked.sentences[place].text])):
            break
        taken.append(asked.sentences[place].text)
    return joined(taken)


def _written(value: Any, asked: Material) -> str | Refusal:
    if not isinstance(value, str):
        return Refusal(reason="shape", detail="excerpt has to be a text")
    excerpt = _line(value)
    return aligned.fault(excerpt, asked) or excerpt


def _unlisted(name: str, names: Iterable[str], what: str) -> Refusal | None:
    if not _line(name) or _spelled(name, names):
        return None
    return Refusal(reason=what, detail=f"nothing in the article speaks for {short(_line(name))}")


def _spelled(name: str, names: Iterable[str]) -> str:
    folded = fold(_line(name))
    return next((listed for listed in names if fold(listed) == folded), "")


def _line(value: str) -> str:
    return line(visible(value.encode("utf-8", "replace").decode()))
