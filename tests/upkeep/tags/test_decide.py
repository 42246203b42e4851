"""Tags and category that the operator sets are kept and learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from syndicator.app.container import App
from syndicator.articles.edits import By, find_writer, may_write
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article
from syndicator.upkeep import editorial
from syndicator.upkeep.tags import learning
from syndicator.upkeep.tags.decide import (
    Confirmed,
    Decision,
    Names,
    confirm_tags,
    plan_decision,
    reject_tags,
    write_decision,
)
from tests.instances import Instance, store_articles
from tests.upkeep.passes.test_describe_all import MODELS, describe_all

URL = "https://one.example/models"


@pytest.fixture
def instance_with_article(instance: Instance) -> Instance:
    with instance.open_app() as app:
        store_articles(app, "Models", MODELS, tags=("LLM", "GPU"), tags_by="matched", category="AI")
    return instance


def decide_tags(
    instance: Instance,
    added: Sequence[str] = (),
    wrong: Sequence[str] = (),
    category: str | None = None,
) -> Article:
    """Confirm the tags of the article and add `added`; or, if `wrong` is given, reject those.
    Set the category if given. Return the written article."""

    def decide(article: Article, names: Names) -> Decision:
        decision = (
            reject_tags(article, names, wrong) if wrong else confirm_tags(article, names, added)
        )
        return Decision(tags=decision.tags, category=category)

    with instance.open_app() as app:
        return write_planned_decision(
            app, plan_decision(app.archive, app.configuration, URL, decide)
        )


def write_planned_decision(app: App, planned: Confirmed) -> Article:
    return write_decision(app.archive, planned.path, planned.before, planned.after)


@pytest.mark.slow
def test_confirmed_tags_stay_and_teach(instance_with_article: Instance) -> None:
    """Confirmed tags, given in any spelling of the taxonomy, outlast a change of the taxonomy, when
    category and excerpt are described anew, and `learn` uses them."""
    assert decide_tags(instance_with_article, ["large language models", "gpu"]).tags == (
        "LLM",
        "GPU",
    )

    article = instance_with_article.load_article("Models")

    assert article.tags_by == "operator"
    assert find_writer(article, "category") == By.MATCHED

    instance_with_article.write_taxonomy('[[tag]]\nname = "weather"\n')

    # the taxonomy has neither LLM nor GPU now; describing changes only these fields
    changed_fields = [
        line.partition(":")[0]
        for planned in describe_all(instance_with_article).articles
        for line in planned.revision.lines
    ]
    assert changed_fields == ["category", "excerpt"]
    assert instance_with_article.load_article("Models").tags == ("LLM", "GPU")

    with instance_with_article.open_app() as app:
        assert learning.learn(app.archive, app.configuration, minimum=1) == learning.Learnt(
            articles=1, tags=2
        )


def test_a_rejected_tag_does_not_come_back(instance_with_article: Instance) -> None:
    """Rejected tags, given by name or alias, stay away when the article, which has LLM and GPU, is
    described again."""
    assert decide_tags(instance_with_article, wrong=["large language model"]).tags == ("GPU",)
    assert decide_tags(instance_with_article, wrong=["GPU"]).tags == ()

    describe_all(instance_with_article)
    article = instance_with_article.load_article("Models")

    assert article.tags == ()
    assert article.tags_by == "operator"


def test_a_confirmed_category_stays_whatever_it_is(instance_with_article: Instance) -> None:
    """A category set by the operator stays when the article, which is about AI, is described again;
    the publisher may not change it either."""
    decide_tags(instance_with_article, category="Weather")
    describe_all(instance_with_article)
    article = instance_with_article.load_article("Models")

    assert article.category == "Weather"
    assert article.category_by == "operator"
    assert not may_write(article, "category", By.PUBLISHER)


def test_a_language_models_category_stays_its_own_when_its_tags_are_confirmed(
    instance_with_article: Instance,
) -> None:
    """Confirming the tags of an article that a language model described does not turn the model's
    category into the operator's."""
    with instance_with_article.open_app() as app:
        store_articles(app, "Models", MODELS, tags=("LLM",), tags_by="llm", category="AI")

    decide_tags(instance_with_article)  # confirms them

    assert find_writer(instance_with_article.load_article("Models"), "category") is By.LLM


def test_a_word_taken_back_leaves_the_file_as_it_was(instance_with_article: Instance) -> None:
    """A decision (the tag GPU is rejected, the category set) is undone by writing the article as it
    was before: the file is the same byte for byte."""
    bytes_before = instance_with_article.find_file("Models").read_bytes()
    before = instance_with_article.load_article("Models")
    after = decide_tags(instance_with_article, wrong=["GPU"], category="Weather")

    assert instance_with_article.find_file("Models").read_bytes() != bytes_before

    with instance_with_article.open_app() as app:
        write_decision(app.archive, app.archive.store.index.path(after.id) or "", after, before)

    assert instance_with_article.find_file("Models").read_bytes() == bytes_before


def test_an_edit_meanwhile_is_the_last_word(instance_with_article: Instance) -> None:
    """A planned decision is refused if the tags were edited since; other edits are kept."""
    with instance_with_article.open_app() as app:
        # the title is edited between plan and writing
        planned = plan_decision(
            app.archive,
            app.configuration,
            URL,
            lambda article, names: confirm_tags(article, names, []),
        )
        instance_with_article.edit_file("Models", "title: Models", "title: Better models")

        assert write_planned_decision(app, planned).title == "Better models"

        # a tag is edited between plan and writing
        planned = plan_decision(
            app.archive,
            app.configuration,
            URL,
            lambda article, names: reject_tags(article, names, ["GPU"]),
        )
        instance_with_article.edit_file("Better models", "- GPU", "- Mine")

        with pytest.raises(UsageError, match="edited meanwhile"):
            write_planned_decision(app, planned)
    assert instance_with_article.load_article("Better models").tags == ("LLM", "Mine")


@pytest.mark.parametrize(
    ("added", "wrong", "message"),
    [
        (["LLN"], [], "no tag 'LLN' in taxonomy.toml, and no article has it .did you mean 'LLM'"),
        (["LLM, GPU"], [], "give each tag as a word of its own"),
        (["--"], [], "a letter or a digit"),
        ([""], [], "a letter or a digit"),
        ([], ["Weather"], "does not have the tag 'Weather'; its tags: LLM, GPU"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    instance_with_article: Instance, added: list[str], wrong: list[str], message: str
) -> None:
    """Adding an unknown or malformed tag to an article, or rejecting one that it does not have, is
    refused with this message and changes nothing."""
    before = instance_with_article.find_file("Models").read_bytes()

    with pytest.raises(UsageError, match=message):
        decide_tags(instance_with_article, added, wrong)

    assert instance_with_article.find_file("Models").read_bytes() == before


def test_a_tag_may_be_named_twice_in_one_rejection(instance_with_article: Instance) -> None:
    """Both tags of an article are rejected, each named more than once: none is left."""
    wrong = ["GPU", "GPU", "LLM", "LLM", "gpu"]
    assert decide_tags(instance_with_article, wrong=wrong).tags == ()


def test_a_tag_that_is_not_there_cannot_be_rejected(instance_with_article: Instance) -> None:
    """Rejecting a tag twice is refused; the message lists the article's tags."""
    decide_tags(instance_with_article, wrong=["GPU"])
    with pytest.raises(UsageError, match="does not have the tag 'GPU'; its tags: LLM"):
        decide_tags(instance_with_article, wrong=["GPU"])


def test_an_empty_taxonomy_takes_any_tag(instance_with_article: Instance) -> None:
    """If the taxonomy lists no tag, any word can be added as one, here to LLM and GPU; "llm" is
    known as LLM."""
    instance_with_article.write_taxonomy("")
    assert decide_tags(instance_with_article, ["Köln 东京", "llm"]).tags == (
        "LLM",
        "GPU",
        "Köln 东京",
    )


def test_a_withdrawn_article_says_how_it_comes_back(instance_with_article: Instance) -> None:
    """Deciding on a withdrawn article names `withdraw --undo`."""
    with instance_with_article.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, URL)
    with pytest.raises(UsageError, match="withdraw --undo"):
        decide_tags(instance_with_article)


def test_a_broken_file_is_named(instance_with_article: Instance) -> None:
    """A decision about an article with a broken file raises ConfigError that names the file."""
    path = instance_with_article.find_file("Models")
    path.write_text("---\ntags: [\n---\n")
    with pytest.raises(ConfigError, match=path.name):
        decide_tags(instance_with_article)


def test_categories_are_those_of_the_taxonomy() -> None:
    """A category is spelt as in the taxonomy, and an unknown one is refused. Without a taxonomy
    any category is taken."""
    from syndicator.describing.taxonomy.vocabulary import CategoryDef, Vocabulary

    names = Names(Vocabulary(category=(CategoryDef(name="AI"), CategoryDef(name="Finance"))))
    assert names.spell_category("finance") == "Finance"
    with pytest.raises(UsageError, match="did you mean 'Finance'"):
        names.spell_category("Finanse")
    with pytest.raises(UsageError, match="it has AI, Finance"):
        names.spell_category("Gardens")
    assert Names(Vocabulary()).spell_category("Gardens") == "Gardens"
