"""Texts for the made-up sites: plain sentences drawn by lot from prose.toml, the same for the same
seed, no two stories alike."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

Words = dict[str, Any]


@cache
def _words(language: str) -> Words:
    words: Words = tomllib.loads(
        Path(__file__).with_name("prose.toml").read_text(encoding="utf-8")
    )[language]
    return words


def make_title(number: int, language: str = "en") -> str:
    """The title of story `number`, which it holds."""
    dice = random.Random(f"title {number}")
    words = _words(language)
    return f"{words['story']} {number}: {_filled(dice, words, dice.choice(words['titles']))}"


def make_paragraphs(
    seed: str, tags: tuple[str, ...], count: int = 3, language: str = "en"
) -> list[str]:
    """So many paragraphs, which name the tags."""
    dice = random.Random(seed)
    words = _words(language)
    results = []
    for number in range(count):
        sentences = [
            _claim(dice, words),
            *(_sentence(dice, words) for _ in range(3)),
            _claim(dice, words),
        ]
        if number < len(tags):
            what = dice.choice(words["what"])
            tag = tags[number]
            sentences.insert(1, words["about"].format(what=what, tag=tag.lower(), Tag=tag))
        results.append(words["between"].join(sentences))
    return results


def _claim(dice: random.Random, words: Words) -> str:
    return _sentence(dice, words, words["claim"].replace("WHY", dice.choice(words["why"])))


def _sentence(dice: random.Random, words: Words, form: str = "") -> str:
    result = _filled(dice, words, form or dice.choice(words["more"]))
    return result[0].upper() + result[1:]


def _filled(dice: random.Random, words: Words, form: str) -> str:
    who, other = dice.sample(words["who"], 2)
    return form.format(
        who=who,
        other=other,
        did=dice.choice(words["did"]),
        what=dice.choice(words["what"]),
        when=dice.choice(words["when"]),
        n=dice.randrange(21, 900),
        m=dice.randrange(3, 20),
        y=dice.randrange(1890, 2030),
    )
