"""Proposals have support."""

from __future__ import annotations

from syndicator.describing.taxonomy.suggest import suggest
from syndicator.describing.taxonomy.vocabulary import Vocabulary


def test_proposals_need_support_and_are_new() -> None:
    text = "We tried a large language model (LLM) at Acme Labs and the LLM was quick, said Acme Labs."
    past = [("Title", text, ["web scraping", "news"])] * 3 + [("Title", "Nothing here.", ["rare"])]
    found = {p.name: p for p in suggest(past, Vocabulary())}
    assert found["web scraping"].support == 3
    assert found["LLM"].aliases == ("large language model",)
    assert "Acme Labs" in found
    assert "rare" not in found
    assert "news" not in found
