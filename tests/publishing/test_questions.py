"""Addresses of searches as feeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey
from syndicator.publishing.paths import file_name, parse_stem
from syndicator.publishing.queries import SavedQuery, load_queries
from syndicator.publishing.questions import Question, QuestionError, parse_question
from syndicator.searching.language import parse_query

LONGEST = 200


@pytest.mark.parametrize(
    ("address", "normal_address"),
    [
        (
            "q/words.gpu/lang.en/not.tag.finance/tag.privacy/tag.ai",
            "q/tag.ai/tag.privacy/not.tag.finance/lang.en/words.gpu",
        ),
        ("q/tag.C++/tag.Künstliche Intelligenz", "q/tag.c-plus-plus/tag.kunstliche-intelligenz"),
        ("q/lang.EN-GB", "q/lang.en"),
        ("q/source.example.com/category.AI", "q/category.ai/source.example.com"),
        ("q/words.Node.js/words.TCP-IP", "q/words.ip-js-node-tcp"),
        ("q/words.人工知能 の ＡＩ", "q/words.ai-の-人工知能"),
        ("q/not.words.b2-a1", "q/not.words.a1-b2"),
    ],
)
def test_a_question_has_one_address(address: str, normal_address: str) -> None:
    """Differently written addresses of one question (`address`) are normalised to one address
    (`normal_address`): order of parts, case, spelling of tags, order of words."""
    assert parse_question(address).stem == normal_address
    assert parse_question(normal_address) == parse_question(address)


@given(st.text(max_size=300))
def test_every_question_has_one_bounded_address(text: str) -> None:
    """Any text as a question gives one address, of at most 12 bounded parts, which is read back as
    the same question, or is refused."""
    for address in (f"q/words.{text}", f"q/tag.{text}/not.source.{text}", f"q/{text}"):
        try:
            question = parse_question(address)
        except QuestionError as error:
            assert str(error)
            continue
        assert parse_question(question.stem) == question
        assert len(question.required) + len(question.excluded) <= 12
        assert all(len(part.encode()) <= LONGEST for part in question.stem.split("/"))
        parse_query(question.query)  # raises no error


def test_its_title_has_the_names_of_its_feeds() -> None:
    """The title of a question has the names of its tags instead of their slugs."""
    names = {FeedKey("tag", "ai"): "AI", FeedKey("tag", "finance"): "Finance"}
    assert (
        parse_question("q/tag.ai/words.gpu/not.tag.finance").title(names) == "AI, gpu, not Finance"
    )


def test_moved_feeds_redirect() -> None:
    """A question that names renamed tags is rewritten to their new names, both among required and
    among excluded tags."""
    moves = {
        FeedKey("tag", "ai"): FeedKey("tag", "machines"),
        FeedKey("tag", "zoo"): FeedKey("tag", "animals"),
    }
    question = parse_question("q/tag.ai/tag.cars/not.tag.zoo")

    assert question.replace_moved_feeds(moves) == Question(
        required=(("tag", "cars"), ("tag", "machines")), excluded=(("tag", "animals"),)
    )


def test_a_saved_question_has_its_own_address_as_a_path() -> None:
    """A saved question is published at its own address, below q/, not below queries/."""
    saved = SavedQuery(slug="q/tag.ai/words.gpu", query='tag:"ai"')
    assert file_name(saved.key, "atom") == "q/tag.ai/words.gpu.atom"
    assert parse_stem("q/tag.ai/words.gpu") == saved.key


def test_a_saved_question_is_written_in_its_right_spelling_without_a_query(tmp_path: Path) -> None:
    """A saved question in feeds.toml has its normal address as slug and no `query`, since the
    address says it; anything else is an error."""
    file = tmp_path / "feeds.toml"
    file.write_text('[[feed]]\nslug = "q/tag.ai"\n')
    (saved,) = load_queries(file)

    assert saved.query == '(tag:"ai")'
    assert saved.title == "", "its title is made at each build, of the names that tags then have"

    for wrong in (
        'slug = "q/tag.AI"',  # not the normal address
        'slug = "q/tag.ai"\nquery = "AI"',  # a query beside the address
        'slug = "q/color.red"',  # no such field
        'slug = "q/"',  # no question
    ):
        file.write_text(f"[[feed]]\n{wrong}\n")
        with pytest.raises(ConfigError, match=r"\[\[feed\]\] 1"):
            load_queries(file)


def test_a_question_has_few_names_and_words() -> None:
    """A question may have 12 names and words; one with 13 is refused, to bound the cost of a
    search."""
    thirteen_words = [f"word{number}" for number in range(13)]
    twelve_words = thirteen_words[:12]

    assert len(parse_question(f"q/words.{'-'.join(twelve_words)}").required) == 12
    with pytest.raises(QuestionError, match="at most 12 names and words"):
        parse_question(f"q/words.{'-'.join(thirteen_words)}")
