"""How a name is written: AI, LLM, ChatGPT, iPhone, macOS; an ordinary topic stays as it is or in lower case."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from importlib import resources

from syndicator.describing.vocabulary import fold


@lru_cache(maxsize=1)
def known() -> dict[str, str]:
    """Folded name -> its spelling, from data/names.toml."""
    raw = resources.files("syndicator.describing").joinpath("data/names.toml").read_text("utf-8")
    return {fold(name): name for names in tomllib.loads(raw).values() for name in names}


def canonical(tag: str, text: str = "") -> str:
    """`tag` as it is written: the known spelling, else the form that `text` has most often inside sentences."""
    tag = " ".join(tag.split())
    if fold(tag) in known():
        return known()[fold(tag)]
    return in_text(tag, text) or tag


def in_text(tag: str, text: str) -> str:
    """The commonest form of `tag` in `text` that does not start a sentence, "" when there is none."""
    if not tag or not text:
        return ""
    pattern = r"(?<=[\w,;:)] )(" + re.escape(tag).replace(r"\ ", r"[\s-]") + r")(?!\w)"
    forms = Counter(match[1] for match in re.finditer(pattern, text, re.IGNORECASE))
    return forms.most_common(1)[0][0] if forms else ""
