"""Detect the language of a text by its script, then by function words, then with py3langid.

py3langid is asked last, as it loads in 1 s and takes 100 MB."""

import re
from collections import Counter
from functools import lru_cache
from typing import Any, Final

from syndicator.describing.resources import read_toml

_WORD = re.compile(r"[^\W\d_]+")
_URL = re.compile(r"https?://\S+|\S+@\S+|[#@]\w+")
SAMPLE: Final = 1200  # characters of a text
# Letters of a script, its main language, and the share of letters from which the text is in it.
# Japanese mixes kana with Han, so a little kana is enough.
_SCRIPTS: Final = (
    (re.compile(r"[\u3041-\u30ff]"), "ja", 0.05),
    (re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]"), "ko", 0.3),
    (re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]"), "zh", 0.3),
    (re.compile(r"[\u0e00-\u0e7f]"), "th", 0.3),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), "el", 0.3),
    (re.compile(r"[\u0590-\u05ff]"), "he", 0.3),
)
# Choices.
LEAST: Final = 20  # least letters of a text
SURE: Final = 0.12  # share of function words that decides the language
LEAD: Final = 1.6  # times the runner-up's share
BEHIND: Final = 0.8  # share of the leader's function words that the declared language needs
CERTAIN: Final = 0.7  # least probability of py3langid against the declared language
LIKELY: Final = 0.5  # the same, if none is declared
LONG: Final = 60  # least characters for that
# Codes of spoken varieties in py3langid, with the written language; codes that ISO 639-1 replaced.
_WRITTEN: Final = {"wuu": "zh", "yue": "zh", "nb": "no", "nn": "no"}
_REPLACED: Final = {"iw": "he", "in": "id", "cmn": "zh", "nb": "no", "nn": "no", "eng": "en"}


@lru_cache(maxsize=1)
def load_function_words() -> dict[str, frozenset[str]]:
    """Load the function words by language (data/function_words.toml)."""
    return {
        code: frozenset(words.split()) for code, words in read_toml("function_words.toml").items()
    }


def detect(text: str, declared: str | None) -> str | None:
    """Return the ISO 639-1 code of the language of `text`; None if it cannot be found out.
    `declared`: the language that the publisher states (BCP 47), None without one. It is returned
    unless the text is clearly in another language."""
    declared_code = parse_primary(declared)
    without_addresses = _URL.sub(" ", text[: 2 * SAMPLE])
    sample = without_addresses[:SAMPLE]
    letters = sum(map(len, _WORD.findall(sample)))
    if letters < LEAST:  # too few to detect a language
        return declared_code
    detected = detect_by_script(sample) or detect_by_words(sample, declared_code)
    return detected or _detect_by_model(sample, declared_code)


def parse_primary(declared: str | None) -> str | None:
    """Return the ISO 639-1 code in a language tag: "en" for "en-GB". Former codes are replaced:
    "he" for "iw". None if there is no tag, or if it is malformed."""
    match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", declared or "")
    if match is None:
        return None
    code = match[1].lower()
    return _REPLACED.get(code, code)


def detect_by_script(sample: str) -> str | None:
    """Return the language of a text if only this language uses its script; else None."""
    letters = max(1, sum(map(len, _WORD.findall(sample))))
    for script, code, share in _SCRIPTS:
        if len(script.findall(sample)) >= share * letters:
            return code
    return None


def detect_by_words(sample: str, declared: str | None) -> str | None:
    """Return the language whose function words (such as "the") are frequent in `sample`, and
    clearly more frequent than those of all other languages. None if there is no such language.
    `declared`: the language that the publisher states, None without one; for this one, it is enough
    to be nearly the most frequent."""
    times = Counter(word.casefold() for word in _WORD.findall(sample))
    total = max(1, times.total())
    shares = {}
    for code, function_words in load_function_words().items():
        found = times.keys() & function_words
        shares[code] = sum(map(times.__getitem__, found)) / total
    (best, best_share), (_, second_share) = Counter(shares).most_common(2)
    if declared in shares:
        declared_share = shares[declared]
        if declared_share >= SURE and declared_share >= BEHIND * best_share:
            return declared
    if best_share >= SURE and best_share >= LEAD * second_share:
        return best
    return None


def _detect_by_model(sample: str, declared: str | None) -> str | None:
    """Return the language that the model of py3langid is certain of. If it is not certain, return
    the language that the publisher states (`declared`). Without this, return the language that the
    model finds likely, or else None."""
    code, probability = _load_identifier().classify(sample)
    if probability >= CERTAIN and len(sample) >= LONG:
        return _WRITTEN.get(code, str(code))
    if declared:
        return declared
    return str(code) if probability >= LIKELY else None


@lru_cache(maxsize=1)
def _load_identifier() -> Any:
    """Load py3langid with probabilities that sum to one."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
