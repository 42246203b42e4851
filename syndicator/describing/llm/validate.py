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
from syndicator.describing.llm.aligned import Accepted, Refusal, shorten
from syndicator.describing.resources import read_toml
from syndicator.describing.summary.excerpt import (
    OPENS,
    find_opener,
    is_next_sentence,
    join_sentences,
    score_openers,
)
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


def remove_invisible(value: str) -> str:
    """Return `value` in the Unicode form NFC, without invisible characters. White space other than
    line feeds is replaced by spaces."""
    if value.isascii() and value.replace("\n", "").isprintable():
        return value
    spaced = re.sub(r"[^\S\n]", " ", unicodedata.normalize("NFC", value))
    visible = (
        letter
        for letter in spaced
        if letter == "\n" or unicodedata.category(letter) not in _INVISIBLE
    )
    return _BLANK.sub("", "".join(visible))


def remove_injections(text: str) -> str:
    """Return `text` without the lines that give instructions to a model (prompt injection). If such
    a line ends in a colon, the next line that is not blank is removed, too."""
    lines: list[str] = []
    is_announced = False  # the last removed line ended in a colon
    for text_line in text.split("\n"):
        is_blank = not text_line.strip()
        if is_blank:
            lines.append(text_line)
            continue
        if is_announced or _load_injections().search(text_line):
            is_announced = text_line.rstrip().endswith(":")
        else:
            lines.append(text_line)
    return "\n".join(lines)


def prepare_material(article: Article) -> Material:
    """Return the title, text and language of `article` as a model may see them: without invisible
    characters and instructions to the model. `add_choices` adds the sentences, categories and tags
    from which the model chooses."""
    text = remove_injections(remove_invisible(article.text[:MOST]))
    declared = _language.parse_primary(article.language)
    return Material(title=line(remove_invisible(article.title)), text=text, language=declared)


def add_choices(question: Material, taxonomy: Taxonomy, *, write: bool = False) -> Material:
    """Return `question` with the sentences, categories and tags from which the model chooses.
    `taxonomy`: the operator's categories and tags. `write`: let the model write the excerpt in its
    own words, if this is supported for the language of the article."""
    code = question.language or _language.detect(question.text, None)
    may_write = write and bool(aligned.get_writing_instruction(code))
    names, tags = taxonomy.list_choices(question.title, question.text)
    description_by_name = {}
    for category in taxonomy.vocabulary.category:
        description_by_name[category.name] = category.description
    categories = [(name, description_by_name[name]) for name in names[:MOST_CATEGORIES]]
    return replace(
        question,
        write=may_write,
        sentences=_list_sentences(question, code),
        categories=tuple(categories),
        tags=tags[:MOST_TAGS],
    )


def _list_sentences(question: Material, code: str | None) -> tuple[Choosable, ...]:
    """Return the sentences that an excerpt may contain, in the order of the text. Each one has a
    flag if it may be the first of an excerpt, and a flag if it directly follows the sentence before
    it. `code`: the language of the text, None if unknown."""
    candidates = find_opener(question.title, question.text, code)
    odds = score_openers(candidates).tolist() if candidates.sentences else []
    least_odds = min(OPENS, max(odds, default=0.0))  # the best one may always open
    choosable = []
    previous = None
    for sentence, sentence_odds in zip(candidates.sentences, odds, strict=True):
        choosable.append(
            Choosable(
                text=sentence.text,
                opens=sentence_odds >= least_odds,
                follows=previous is not None and is_next_sentence(previous, sentence),
            )
        )
        previous = sentence
    return tuple(choosable)


def make_cache_key(plan: str, question: Material) -> str:
    """Return the key under which the answer to `question` is cached: the SHA-256 of all texts that
    the model gets. `plan`: a name for the model and the prompt (see `prompt.name_prompt`)."""
    lists = json.dumps([question.write, question.sentences, question.categories, question.tags])
    parts = (plan, question.title, question.language or "", question.text, lists)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


@lru_cache(maxsize=1)
def _load_injections() -> re.Pattern[str]:
    patterns = read_toml("prompt_injections.toml")["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def check_answer(content: str, question: Material) -> Accepted | Refusal:
    """Check an answer of a model. Return its excerpt, category and tags if they are valid, else a
    refusal with the first fault. `content`: the text of the answer. `question`: the question that
    the model got."""
    answer = _parse_answer(content)
    if isinstance(answer, Refusal):
        return answer

    # the types of the values
    category = answer.get("category") or ""
    tags = answer.get("tags") or []
    are_texts = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
    if not isinstance(category, str) or not are_texts:
        return Refusal(reason="shape", detail="category has to be a text, tags a list of texts")
    # the excerpt, which the model wrote or whose sentences it chose
    if question.write:
        excerpt = _check_written(answer.get("excerpt"), question)
    else:
        excerpt = _join_chosen(answer.get("sentences"), question)
    if isinstance(excerpt, Refusal):
        return excerpt

    # the category and the tags, which must be among those of the question
    categories = [name for name, _ in question.categories]
    fault = _check_listed(category, categories, "category")
    if fault is not None:
        return fault
    spelled_tags = []
    for tag in tags:
        fault = _check_listed(tag, question.tags, "tag")
        if fault is not None:
            return fault
        if _clean_line(tag):
            spelled_tags.append(_find_spelling(tag, question.tags))
    return Accepted(
        excerpt=excerpt,
        category=_find_spelling(category, categories),
        tags=tuple(dict.fromkeys(spelled_tags))[: prompt.MOST_TAGS],
    )


def _parse_answer(content: str) -> dict[str, Any] | Refusal:
    """Return the JSON object in `content`, the text of a model's answer; a refusal if there is
    none. The model's thoughts before the object and a code fence around it are ignored."""
    if len(content) > LONGEST:
        return Refusal(reason="huge", detail=f"{len(content)} characters")
    text = _THOUGHT.sub("", content)
    fenced = _FENCED.match(text)
    if fenced:
        text = fenced[1]
    text = text.strip()
    if not text:
        return Refusal(reason="empty", detail="the model answered nothing")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Refusal(reason="not-json", detail=shorten(text))
    if not isinstance(value, dict):
        return Refusal(reason="shape", detail="the answer is no JSON object")
    return value


def _join_chosen(numbers: Any, question: Material) -> str | Refusal:
    """Return the excerpt that consists of the sentences that a model chose, or a refusal if the
    choice is not valid. `numbers`: the choice, which was not checked yet: a list with the numbers
    of sentences, counted from 1."""
    are_numbers = isinstance(numbers, list) and all(type(number) is int for number in numbers)
    if not are_numbers:
        return Refusal(reason="shape", detail="sentences have to be a list of numbers")
    if not numbers:
        return Refusal(reason="empty", detail="the model chose no sentence")
    most = prompt.count_visible_sentences(question)
    for number in numbers:
        if not 1 <= number <= most:
            detail = f"{shorten(str(number))} is none of the {most} sentences"
            return Refusal(reason="sentences", detail=detail)

    # begin with the first chosen sentence that may open an excerpt
    indices = sorted({number - 1 for number in numbers})
    openers = [index for index in indices if question.sentences[index].opens]
    if not openers:
        return Refusal(reason="loose", detail=shorten(question.sentences[indices[0]].text))
    first = openers[0]

    # add the chosen sentences that follow it directly, while the excerpt is not too long
    texts = [question.sentences[first].text]
    for index in range(first + 1, first + excerpt_rules.SENTENCES):
        if index not in indices:
            break
        sentence = question.sentences[index]
        longer_excerpt = join_sentences([*texts, sentence.text])
        if not sentence.follows or excerpt_rules.is_too_long(longer_excerpt):
            break
        texts.append(sentence.text)
    return join_sentences(texts)


def _check_written(value: Any, question: Material) -> str | Refusal:
    """Return the excerpt `value` that a model wrote in its own words, or a refusal with its first
    fault."""
    if not isinstance(value, str):
        return Refusal(reason="shape", detail="excerpt has to be a text")
    excerpt = _clean_line(value)
    return aligned.find_fault(excerpt, question) or excerpt


def _check_listed(name: str, names: Iterable[str], reason: str) -> Refusal | None:
    """Return None if `name` is among `names` or empty, else a refusal. `reason`: the reason in the
    refusal."""
    cleaned = _clean_line(name)
    if not cleaned or _find_spelling(name, names):
        return None
    return Refusal(reason=reason, detail=f"nothing in the article speaks for {shorten(cleaned)}")


def _find_spelling(name: str, names: Iterable[str]) -> str:
    """Return `name` as `names` spells it, which may differ in capitals and hyphens; "" if it is not
    among them."""
    folded = fold(_clean_line(name))
    for listed in names:
        if fold(listed) == folded:
            return listed
    return ""


def _clean_line(value: str) -> str:
    """Return a model's text as one line of visible characters."""
    return line(remove_invisible(value.encode("utf-8", "replace").decode()))
