"""Whether an excerpt in a model's own words may stand: its form, and what it says. Pure."""

from __future__ import annotations

import re
from typing import Final

from syndicator.core.ports import Material
from syndicator.describing.llm import aligned
from syndicator.describing.llm.verdict import Refusal, short
from syndicator.describing.text import excerpt_rules, language, sentences

# An address with a scheme, a path or an @, and a bare host in small letters: "Booking.com" is a name.
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:(?://|[^\s:]+@)|\bwww\.|\S@[\w-]+\.\w|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}/\S"
    r"|(?<![\w.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|ai|co|app|dev|me|xyz|site|online|shop|example|[a-z]{2})\b"
)


def fault(excerpt: str, asked: Material) -> Refusal | None:
    """The first thing that is wrong with `excerpt`, which a model wrote of the article `asked`; None for nothing."""
    code = asked.language or language.detect(asked.text, None)
    address = _ADDRESS.search(excerpt)
    if address:
        return Refusal(reason="url", detail=short(address[0]))
    broken = excerpt_rules.fault(excerpt, asked.title, code)
    if broken or len(sentences.of_line(excerpt, code)) > excerpt_rules.SENTENCES:
        return Refusal(reason=broken or "long", detail=short(excerpt))
    claim = aligned.unfounded(excerpt, asked.text, code or "")
    return Refusal(reason="unfounded", detail=short(claim)) if claim else None
