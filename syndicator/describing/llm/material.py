"""What of an article a language model may see: its text was written by strangers. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from dataclasses import replace
from functools import lru_cache
from importlib import resources

from syndicator.core import text as _text
from syndicator.core.model import Article
from syndicator.core.ports import Choosable, Material
from syndicator.describing.llm import aligned
from syndicator.describing.summary import candidates
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import language as _language
from syndicator.describing.text import openings

LEAST = 200  # columns of text below which an excerpt of it is the text itself
MOST_CATEGORIES, MOST_TAGS = 5, 12  # that a model may choose from: a longer list is not read by a small one
MOST = 200_000  # characters that are looked at: a book of 30,000 words
# Format characters (zero width, soft hyphens, directions, tags), controls, private use, variation selectors, and the
# letters and marks that are blank by definition (Unicode's Default_Ignorable_Code_Point and the blank braille cell).
_INVISIBLE = frozenset(("Cf", "Cc", "Co", "Cs", "Cn"))
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def visible(value: str) -> str:
    """`value` in NFC without characters that a reader does not see; line feeds stay, other white space is a space."""
    if value.isascii() and value.replace("\n", "").isprintable():
        return value
    spaced = re.sub(r"[^\S\n]", " ", unicodedata.normalize("NFC", value))
    kept = "".join(one for one in spaced if one == "\n" or unicodedata.category(one) not in _INVISIBLE)
    return _BLANK.sub("", kept)


def without_injections(text: str) -> str:
    """`text` without the lines that give a machine instructions (prompt injections), and without the line that follows
    one that ends in a colon."""
    kept: list[str] = []
    announced = False
    for line in text.split("\n"):
        injected = bool(line.strip()) and (announced or bool(_injections().search(line)))
        announced = (injected and line.rstrip().endswith(":")) or (announced and not line.strip())
        if not injected:
            kept.append(line)
    return "\n".join(kept)


def material(article: Article) -> Material:
    """The title, the text and the language of `article`, as a model sees them; `choices` adds the rest."""
    text = without_injections(visible(article.text[:MOST]))
    declared = _language.primary(article.language)
    return Material(title=_text.line(visible(article.title)), text=text, language=declared)


def choices(asked: Material, taxonomy: Taxonomy, *, write: bool = False) -> Material:
    """`asked` with what a model may choose from. `write`: it is to write, where the
    language has rules for that. Loads the word vectors on its first call (0.2 s)."""
    code = asked.language or _language.detect(asked.text, None)
    found = candidates.find(asked.title, asked.text, code)
    before = (None, *found.sentences)
    any_alone = any(fault not in openings.LOOSE for fault in found.faults)
    sentences = tuple(
        Choosable(
            text=sentence.text,
            opens=fault not in openings.LOOSE or not any_alone,
            follows=last is not None and last.order >= 0 and sentence.order == last.order + 1,
        )
        for last, sentence, fault in zip(before, found.sentences, found.faults, strict=False)
    )
    about = {one.name: one.description for one in taxonomy.vocabulary.category}
    categories, tags = taxonomy.supported(asked.title, asked.text)
    offered = tuple((name, about[name]) for name in categories[:MOST_CATEGORIES])
    write = write and bool(aligned.line_for(code))
    return replace(asked, write=write, sentences=sentences, categories=offered, tags=tags[:MOST_TAGS])


def key(plan: str, asked: Material) -> str:
    """The key under which an answer is stored: SHA-256 of model and version of the prompt (`plan`) and of all that the
    model sees and may choose, as 64 hexadecimal digits."""
    lists = json.dumps([asked.write, asked.sentences, asked.categories, asked.tags])
    parts = (plan, asked.title, asked.language or "", asked.text, lists)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


@lru_cache(maxsize=1)
def _injections() -> re.Pattern[str]:
    raw = resources.files("syndicator.describing").joinpath("data/prompt_injections.toml").read_text("utf-8")
    return re.compile("|".join(f"(?:{pattern})" for pattern in tomllib.loads(raw)["patterns"]), re.IGNORECASE)
