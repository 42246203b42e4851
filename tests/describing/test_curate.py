"""Proposals have support; renaming and merging keep comments and old spellings."""

from __future__ import annotations

import tomllib

import pytest

from syndicator.describing.curate import merge, rename, suggest
from syndicator.describing.vocabulary import Vocabulary
from syndicator.errors import UsageError

FILE = """# my words
[[tag]]
name = "A.I." # as we wrote it
aliases = ["artificial intelligence"]

[[tag]]
name = "machine intelligence"
"""


def tags(text: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads(text)["tag"]
    return found


def test_a_rename_keeps_the_old_spelling_and_the_comments() -> None:
    text = rename(FILE, "a.i.", "AI")
    assert tags(text)[0] == {"name": "AI", "aliases": ["artificial intelligence", "A.I."]}
    assert text.startswith("# my words")


def test_a_rename_to_an_alias_drops_the_alias() -> None:
    assert tags(rename(FILE, "A.I.", "artificial intelligence"))[0]["aliases"] == ["A.I."]


def test_a_merge_leaves_one_tag_with_all_spellings() -> None:
    assert tags(merge(FILE, "machine intelligence", "A.I.")) == [
        {"name": "A.I.", "aliases": ["artificial intelligence", "machine intelligence"]}
    ]


@pytest.mark.parametrize(("old", "new"), [("nothing", "AI"), ("A.I.", "machine intelligence")])
def test_a_rename_that_cannot_be_says_why(old: str, new: str) -> None:
    with pytest.raises(UsageError, match=r"no tag|merge"):
        rename(FILE, old, new)


def test_a_merge_with_itself_or_a_slip_says_so() -> None:
    with pytest.raises(UsageError, match="same tag"):
        merge(FILE, "A.I.", "A.I.")
    with pytest.raises(UsageError, match="did you mean 'machine intelligence'"):
        merge(FILE, "A.I.", "machine inteligence")


def test_proposals_need_support_and_are_new() -> None:
    text = "We tried a large language model (LLM) at Acme Labs and the LLM was quick, said Acme Labs."
    past = [("Title", text, ["web scraping"])] * 3 + [("Title", "Nothing here.", ["rare"])]
    found = {p.name: p for p in suggest(past, Vocabulary())}
    assert found["web scraping"].support == 3
    assert found["LLM"].aliases == ("large language model",)
    assert "Acme Labs" in found
    assert "rare" not in found
