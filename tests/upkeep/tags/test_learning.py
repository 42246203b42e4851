"""Learn from confirmed articles, and propose names."""

from __future__ import annotations

from collections import Counter

import pytest

from syndicator.cli.operations import apply
from syndicator.core.errors import UsageError
from syndicator.core.model import Article
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary
from syndicator.operations.operation import need_operation
from syndicator.runs.refresh import remake
from syndicator.upkeep import editorial, reconcile, reindex
from syndicator.upkeep.learn import Post, find_cache_path, limit_tagged_posts, select_confirmed_tags
from syndicator.upkeep.tags import learning
from tests.instances import Instance, store_articles
from tests.upkeep.passes.test_describe_all import MODELS


def make_article(
    tags_by: str, tags: tuple[str, ...] = ("LLM",), keywords: tuple[str, ...] = ()
) -> Article:
    url = "https://x.example/a"
    return Article(
        id="a",
        url=url,
        title="T",
        body="A large language model.",
        tags=tags,
        tags_by=tags_by,
        keywords=keywords,
    )


@pytest.mark.parametrize(
    ("article", "taught"),
    [
        (make_article("operator", ("LLM", "Mine")), ("LLM", "Mine")),
        (make_article("publisher", ("LLM", "GPU"), ("large language model", "Offers")), ("LLM",)),
        (make_article("publisher", ("GPU",), ("Offers",)), None),
        (make_article("publisher", ("GPU",), ("GPU",)), None),  # nothing in title or text says so
        (make_article("matched"), None),
        (make_article("llm"), None),
        (make_article("llm", ("GPU", "LLM"), ("large language model",)), ("LLM",)),
        (make_article("operator", ()), None),
    ],
)
def test_only_what_a_person_stood_behind_is_learnt_from(
    article: Article, taught: tuple[str, ...] | None
) -> None:
    """Only tags set by the operator, or stated by the publisher in its keywords and supported by
    the text, are learnt from; matched and model tags are not. The text of each article is "A large
    language model.", an alias of LLM."""
    taxonomy = Taxonomy(
        Vocabulary(tag=(TagDef(name="LLM", aliases=("large language model",)), TagDef(name="GPU")))
    )
    selected = select_confirmed_tags([article], taxonomy)
    assert [tags for _, (_, _, tags) in selected] == [taught or ()]


@pytest.mark.parametrize(
    ("counts", "taught"),
    [
        (
            {"flood": 200, "a": 40, "b": 40, "c": 40, "d": 40},
            {"flood": 40, "a": 40, "b": 40, "c": 40, "d": 40},
        ),
        (
            {"flood": 200, "a": 90, "b": 90, "c": 90, "d": 90, "e": 90},
            {"flood": 112} | dict.fromkeys("abcde", 90),
        ),
        (
            {"flood": 200, "a": 5, "b": 5, "c": 5, "d": 5, "e": 5},
            {"flood": 30} | dict.fromkeys("abcde", 5),
        ),
        ({"flood": 200, "a": 50}, {"flood": 50, "a": 50}),
        ({"flood": 200, "a": 5}, {"flood": 30, "a": 5}),
        ({"one": 200}, {"one": 200}),
        ({"one": 200, "": 300}, {"one": 200, "": 300}),  # the operator's own tags
        ({}, {}),
    ],
)
def test_a_source_teaches_at_most_a_fifth(counts: dict[str, int], taught: dict[str, int]) -> None:
    """Tags are learnt from at most a fifth of articles of one source, or as many as the second
    largest if sources are few; 30 are always allowed. The newest count. `counts` has the number of
    tagged articles by source, `taught` how many of them are learnt from."""
    past: list[tuple[str, Post]] = [
        (key, (key, f"{n}", ("T",))) for key, count in counts.items() for n in range(count)
    ]

    # all articles are returned, also one without a tag; the others of the flood lose theirs
    learnt = limit_tagged_posts([*past, ("flood", ("flood", "no tag", ()))])

    assert [text for _, text, _ in learnt][:-1] == [text for _, (_, text, _) in past]
    assert Counter(key for key, _, tags in learnt if tags) == taught

    newest = [text for key, text, tags in learnt if tags and key == "flood"]

    assert newest == [f"{n}" for n in range(counts.get("flood", 0))][-len(newest) :]


def test_learning_counts_hand_edits_and_forgets_what_is_no_more(instance: Instance) -> None:
    """Learning needs several confirmed articles by default, here one (`minimum=1`). It uses tags of
    the publisher and edits by hand. A purge deletes the cache, which has texts; with no confirmed
    article left, what was learnt is deleted, too."""
    with instance.open_app() as app:
        store_articles(app, "Ours", MODELS, tags=("LLM",), tags_by="matched")
        store_articles(app, "Theirs", MODELS, tags=("LLM",), tags_by="publisher", keywords=("LLM",))

        # only "Theirs" is confirmed, and one article is too few
        assert learning.learn(app.archive, app.configuration) == learning.Learnt(articles=1, tags=0)
        assert not (app.configuration.settings.state_dir / "learnt.npz").exists()
        assert reindex.reindex(app.archive, app.configuration).unlearnt
        assert learning.learn(app.archive, app.configuration, minimum=1) == learning.Learnt(
            articles=1, tags=1
        )
        assert (app.configuration.settings.state_dir / "learnt.npz").exists()

    # the operator edits the tags of "Ours", which confirms them
    instance.edit_file("Ours", "- LLM", "- Weather")
    with instance.open_app() as app:
        assert not reindex.reindex(app.archive, app.configuration).unlearnt
        assert learning.learn(app.archive, app.configuration, minimum=1).articles == 2
        assert find_cache_path(app.configuration.settings.state_dir / "learnt.npz").exists()

        editorial.withdraw(app.archive, app.configuration, "https://one.example/ours", purge=True)

        # the cache, which has texts, is gone
        assert not find_cache_path(app.configuration.settings.state_dir / "learnt.npz").exists()

        editorial.withdraw(app.archive, app.configuration, "https://one.example/theirs")

        assert learning.learn(app.archive, app.configuration) == learning.Learnt(articles=0, tags=0)
        assert not (app.configuration.settings.state_dir / "learnt.npz").exists()


def test_categories_are_learnt_from_those_that_an_operator_stands_behind(
    instance: Instance,
) -> None:
    """Of three articles only the two whose category the operator set, by a command ("Said") or in
    the file ("Edited"), are learnt from."""
    with instance.open_app() as app:
        store_articles(app, "Ours", MODELS, category="AI")
        store_articles(app, "Said", MODELS, category="AI", category_by="operator")
        store_articles(app, "Edited", MODELS, category="Gardens")
    instance.edit_file("Edited", "category: Gardens", "category: AI")
    with instance.open_app() as app:
        reconcile.update_from_files(app.archive, app.configuration)
        assert learning.learn(app.archive, app.configuration).filed == 2


def test_suggestions_come_from_the_shelf(instance: Instance) -> None:
    """Tags are suggested from keywords of stored articles, with the number of articles; "LLM" is
    not suggested, as the taxonomy has it already."""
    with instance.open_app() as app:
        for number in range(3):
            store_articles(
                app, f"Number {number}", "Text on robotics.", keywords=("Robotics", "LLM")
            )
        suggestions = learning.suggest(app.archive, app.configuration)
    assert [(suggestion.name.casefold(), suggestion.support) for suggestion in suggestions] == [
        ("robotics", 3)
    ]


def test_groups_come_from_the_shelf_and_one_is_taken_as_a_category(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups of articles on one subject are suggested, here four on ferries and four on bakeries,
    if there are enough articles. A chosen group is added to the taxonomy as a category, once: the
    same name is refused."""
    with instance.open_app() as app:
        for number in range(4):
            store_articles(
                app,
                f"A ferry {number}",
                f"The ferry {number} left the harbour. A harbour has a ferry.",
            )
            store_articles(
                app, f"A bakery {number}", f"The bakery sells bread {number}. Bread is of a bakery."
            )

        assert learning.suggest_groups(app.archive) == []  # too few articles

        monkeypatch.setattr(learning, "LEAST_GROUPED", 8)
        groups = learning.suggest_groups(app.archive)

    assert sorted(group.support for group in groups) == [4, 4]

    before = (instance.config / "taxonomy.toml").read_text()
    chosen = {"name": "Ferries", "description": "Ferries: harbours", "stamp": ""}
    with instance.open_app() as app:
        apply(app, need_operation("save-category"), chosen)
        with pytest.raises(UsageError, match="already"):
            apply(app, need_operation("save-category"), {**chosen, "name": "ferries"})

    assert (instance.config / "taxonomy.toml").read_text().startswith(before.rstrip())
    assert (
        Taxonomy.from_toml(instance.config / "taxonomy.toml").vocabulary.category[-1].name
        == "Ferries"
    )


def test_a_lost_database_is_made_again_with_what_was_learnt(instance: Instance) -> None:
    """A run that makes the database again (`remake`) also learns again from the articles."""
    with instance.open_app() as app:
        for number in range(learning.LEAST):
            store_articles(
                app,
                f"Theirs {number}",
                MODELS,
                tags=("LLM",),
                tags_by="publisher",
                keywords=("LLM",),
            )
        remake(app)
        assert (app.configuration.settings.state_dir / "learnt.npz").exists()
