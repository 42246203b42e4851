"""Whether a language model's answer may stand: form, language, facts and lists; nothing of it is trusted. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from syndicator.describing.llm.facts import unknown_name, unknown_number
from syndicator.describing.llm.material import visible
from syndicator.describing.llm.prompt import MOST_TAGS, Lists
from syndicator.describing.taxonomy.vocabulary import fold
from syndicator.describing.text import excerpt_rules, language, sentences
from syndicator.describing.text.language import function_words
from syndicator.ports import Material
from syndicator.text import line

LONGEST: Final = 20_000  # characters of an answer that are looked at; ours has a thousand
SHOWN: Final = 120  # characters of a detail
EVIDENCE: Final = 0.6  # share of an excerpt's content words that must stand in the article, as for a publisher's own
_PREFIX: Final = 5  # characters by which inflected forms of a word agree
_THOUGHT: Final = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCED: Final = re.compile(r"^\s*```[a-zA-Z]*[ \t]*\n(.*?)\n?\s*```\s*$", re.DOTALL)
# An address with a scheme, a path or an @, and a bare host in small letters: "Booking.com" is a name.
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:(?://|[^\s:]+@)|\bwww\.|\S@[\w-]+\.\w|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}/\S"
    r"|(?<![\w.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|ai|co|app|dev|me|xyz|site|online|shop|example|[a-z]{2})\b"
)
_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An answer that passed. `category` "" and no `tags`: the model found none that fits."""

    excerpt: str
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an answer does not stand. `reason`: a code of `excerpt_rules.fault`, or not-json, shape, huge, sentences,
    url, language, number, name, unfounded, category, tag."""

    reason: str
    detail: str = ""


def judge(content: str, asked: Material, lists: Lists) -> Accepted | Refusal:
    """The model's answer `content` about the article `asked`, or the first thing that is wrong with it. `lists`: the
    categories and tags that it may choose from."""
    answer = _parsed(content)
    if isinstance(answer, Refusal):
        return answer
    excerpt, category, tags = answer
    return (
        _form(excerpt, asked)
        or _facts(excerpt, asked)
        or _listed(category, [name for name, _ in lists.categories], "category")
        or next((fault for tag in tags if (fault := _listed(tag, lists.tags, "tag"))), None)
        or Accepted(
            excerpt=excerpt,
            category=_spelled(category, [name for name, _ in lists.categories]),
            tags=tuple(dict.fromkeys(_spelled(tag, lists.tags) for tag in tags if tag))[:MOST_TAGS],
        )
    )


def _parsed(content: str) -> tuple[str, str, tuple[str, ...]] | Refusal:
    """Excerpt, category and tags, each as one line; a code fence or a thought around the JSON is no fault."""
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
        return Refusal(reason="not-json", detail=_short(bare))
    return _fields(value)


def _fields(value: Any) -> tuple[str, str, tuple[str, ...]] | Refusal:
    if not isinstance(value, dict):
        return Refusal(reason="shape", detail="the answer is no JSON object")
    excerpt, category, tags = value.get("excerpt"), value.get("category") or "", value.get("tags") or []
    if not isinstance(excerpt, str) or not isinstance(category, str):
        return Refusal(reason="shape", detail="excerpt and category have to be texts")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return Refusal(reason="shape", detail="tags have to be a list of texts")
    return _line(excerpt), _line(category), tuple(map(_line, tags))


def _line(value: str) -> str:
    return line(visible(value.encode("utf-8", "replace").decode()))


def _form(excerpt: str, asked: Material) -> Refusal | None:
    code = asked.language or language.detect(asked.text, None)
    address = _ADDRESS.search(excerpt)
    if address:
        return Refusal(reason="url", detail=_short(address[0]))
    fault = excerpt_rules.fault(excerpt, asked.title, code)
    if fault:
        return Refusal(reason=fault, detail=_short(excerpt))
    if len(sentences.of_line(excerpt, code)) > excerpt_rules.SENTENCES:
        return Refusal(reason="sentences", detail=_short(excerpt))
    spoken = language.detect(excerpt, code)
    return Refusal(reason="language", detail=f"{spoken} instead of {code}") if spoken != code else None


def _facts(excerpt: str, asked: Material) -> Refusal | None:
    code = asked.language or language.detect(asked.text, None)
    article = f"{asked.title}\n{asked.text}"
    number = unknown_number(excerpt, article, code)
    if number:
        return Refusal(reason="number", detail=f"{number} is not in the article")
    name = unknown_name(excerpt, article, code)
    if name:
        return Refusal(reason="name", detail=f"{name} is not in the article")
    share = evidence(excerpt, article, code)
    if share < EVIDENCE:
        return Refusal(reason="unfounded", detail=f"only {share:.0%} of its words are in the article")
    return None


def evidence(excerpt: str, article: str, code: str | None) -> float:
    """The share of the content words of `excerpt` that `article` has too, in the same or another inflection; of pairs
    of characters in scripts that put no space between words."""
    if len(_UNSPACED.findall(excerpt)) * 3 >= len(excerpt):
        pairs = [a + b for a, b in pairwise(excerpt) if a.isalnum() and b.isalnum()]
        return sum(pair in article for pair in pairs) / len(pairs) if pairs else 0.0
    small = function_words().get(code or "en", frozenset())
    content = [word for word in _WORD.findall(excerpt.casefold()) if word not in small]
    known = {word[:_PREFIX] for word in _WORD.findall(article.casefold())}
    return sum(word[:_PREFIX] in known for word in content) / len(content) if content else 0.0


def _listed(name: str, names: Iterable[str], what: str) -> Refusal | None:
    if not name or _spelled(name, names):
        return None
    return Refusal(reason=what, detail=f"{_short(name)} is none of the taxonomy's")


def _spelled(name: str, names: Iterable[str]) -> str:
    """`name` as the list has it, "" when it has not."""
    return next((known for known in names if fold(known) == fold(name)), "")


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
