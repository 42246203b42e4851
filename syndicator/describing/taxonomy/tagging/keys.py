"""When two spellings are one tag: case, hyphens and plurals do not matter. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

# Scripts that put no blank between a Latin name and what follows it: kana, Han, Hangul.
_EAST: Final = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
# A word: "robots.txt" and "amazon.com" are one each, and so no robots and no Amazon; C++ and C# keep their signs. Where
# the script changes a word ends: "OpenAI今日发布" has the name.
WORD: Final = re.compile(rf"[{_EAST}]+|[^\W_{_EAST}]+(?:(?:\.[a-z]{{2,4}})+(?![^\W_{_EAST}]))?(?:[+#]+|(?<=\bC)\+\+)?")
LEAST: Final = 4  # letters from which on a word may have a plural ending: "bus" and "gas" have none


def key(spelling: str) -> tuple[str, ...]:
    """What all spellings of a tag share: its words' stems; "Web-Scraping" and "web scraping" are one."""
    return tuple(stem(word.casefold()) for word in WORD.findall(spelling))


def stem(word: str) -> str:
    """An English word in lower case without its plural ending; words of other scripts come back as they are. A full
    stemmer goes too far for tags: it makes "games" of "gaming" and "vulnerable" of "vulnerabilities"."""
    if len(word) < LEAST or not word.isascii() or word[-1] != "s" or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > LEAST:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes", "zes")) else word[:-1]


def surfaces(counts: dict[tuple[str, ...], dict[str, int]]) -> dict[tuple[str, ...], str]:
    """The commonest spelling of each key; of equals the one with capitals, then the first by the alphabet."""
    return {k: min(forms, key=lambda f: (-forms[f], f == f.casefold(), f)) for k, forms in counts.items()}


def spellings(tags: Iterable[Sequence[str]]) -> dict[tuple[str, ...], dict[str, int]]:
    """Key -> spelling -> times, over the tags of many posts."""
    counts: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for many in tags:
        for tag in many:
            if key(tag):
                counts[key(tag)][tag] += 1
    return counts
