"""Whether a language model's answer may stand; nothing of it is trusted. Pure.

It names sentences by their numbers, so that nothing it says can be false: an excerpt is a passage of the article, word
for word; where the operator lets it write, its words have to stand in the article (aligned.py). Category
and tags are among those that our own scores support."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from syndicator.core.ports import Choosable, Material
from syndicator.core.text import line
from syndicator.describing.llm import prompt, writing
from syndicator.describing.llm.material import visible
from syndicator.describing.llm.verdict import Accepted, Refusal, short
from syndicator.describing.summary.excerpt import joined
from syndicator.describing.taxonomy.vocabulary import fold
from syndicator.describing.text import excerpt_rules

LONGEST: Final = 20_000  # characters of an answer that are looked at; ours has a hundred
_THOUGHT: Final = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCED: Final = re.compile(r"^\s*```[a-zA-Z]*[ \t]*\n(.*?)\n?\s*```\s*$", re.DOTALL)


def judge(content: str, asked: Material) -> Accepted | Refusal:
    """What the model's answer `content` says of the article `asked`, or the first thing that is wrong with it."""
    answer = _parsed(content)
    if isinstance(answer, Refusal):
        return answer
    categories = [name for name, _ in asked.categories]
    category, tags = answer.get("category") or "", answer.get("tags") or []
    if not isinstance(category, str) or not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return Refusal(reason="shape", detail="category has to be a text, tags a list of texts")
    excerpt = _written(answer.get("excerpt"), asked) if asked.write else _chosen(answer.get("sentences"), asked)
    if isinstance(excerpt, Refusal):
        return excerpt
    return (
        _unlisted(category, categories, "category")
        or next((fault for tag in tags if (fault := _unlisted(tag, asked.tags, "tag"))), None)
        or Accepted(
            excerpt=excerpt,
            category=_spelled(category, categories),
            tags=tuple(dict.fromkeys(_spelled(tag, asked.tags) for tag in tags if _line(tag)))[: prompt.MOST_TAGS],
        )
    )


def _parsed(content: str) -> dict[str, Any] | Refusal:
    """The JSON object; a code fence or a thought around it is no fault."""
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
    return value if isinstance(value, dict) else Refusal(reason="shape", detail="the answer is no JSON object")


def _chosen(numbers: Any, asked: Material) -> str | Refusal:
    """The passage that `numbers` name: the first of the sentences that may open an excerpt, and those of the chosen
    ones that follow it without a gap, as many as the caps of length allow. Put behind a sentence that it does not
    follow in the article, a sentence may say of one what it says of another."""
    if not isinstance(numbers, list) or not all(type(one) is int for one in numbers):
        return Refusal(reason="shape", detail="sentences have to be a list of numbers")
    if not numbers:
        return Refusal(reason="empty", detail="the model chose no sentence")
    most = prompt.shown(asked)
    strange = next((one for one in numbers if not 1 <= one <= most), None)
    if strange is not None:
        return Refusal(reason="sentences", detail=f"{short(str(strange))} is none of the {most} sentences")
    places = sorted({one - 1 for one in numbers})
    start = next((place for place in places if asked.sentences[place].opens), None)
    if start is None:
        return Refusal(reason="loose", detail=short(asked.sentences[places[0]].text))
    return _passage(start, places, asked.sentences)


def _written(said: Any, asked: Material) -> str | Refusal:
    """What the model wrote, where it passes the gate."""
    if not isinstance(said, str):
        return Refusal(reason="shape", detail="excerpt has to be a text")
    excerpt = _line(said)
    return writing.fault(excerpt, asked) or excerpt


def _passage(start: int, places: Sequence[int], sentences: Sequence[Choosable]) -> str:
    taken = [sentences[start].text]
    for place in range(start + 1, start + excerpt_rules.SENTENCES):
        if place not in places or not sentences[place].follows:
            break
        if excerpt_rules.too_long(joined([*taken, sentences[place].text])):
            break
        taken.append(sentences[place].text)
    return joined(taken)


def _unlisted(name: str, names: Iterable[str], what: str) -> Refusal | None:
    if not _line(name) or _spelled(name, names):
        return None
    return Refusal(reason=what, detail=f"nothing in the article speaks for {short(_line(name))}")


def _spelled(name: str, names: Iterable[str]) -> str:
    """`name` as the list has it, "" when it has not."""
    folded = fold(_line(name))
    return next((known for known in names if fold(known) == folded), "")


def _line(value: str) -> str:
    return line(visible(value.encode("utf-8", "replace").decode()))
