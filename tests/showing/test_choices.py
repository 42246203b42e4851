"""The categories and tags that a form offers."""

from __future__ import annotations

from syndicator.health.observing import open_read_only
from syndicator.showing.choices import MOST_TAGS, Choices, list_choices
from tests.instances import Instance, store_articles


def read_choices(instance: Instance) -> Choices:
    with open_read_only(instance.config) as opened:
        return list_choices(opened)


def store_categories_and_tags(instance: Instance) -> None:
    with instance.open_app(create=True) as app:
        store_articles(app, "One", "text", category="Long reads", tags=("gpu", "Rust", "Zig"))
        store_articles(app, "Two", "text", category="uncategorised", tags=("Zig",))


def test_names_of_the_taxonomy_come_first_then_those_that_articles_have(instance: Instance) -> None:
    """Names of taxonomy.toml come first, then those of articles by number of uses."""
    store_categories_and_tags(instance)
    choices = read_choices(instance)

    assert choices.categories == ("AI",)
    assert choices.is_closed
    assert choices.tags == ("LLM", "GPU", "Zig", "Rust")  # the most used first; no name twice


def test_choices_are_not_empty_without_a_taxonomy(instance: Instance) -> None:
    """With an empty taxonomy, forms offer the categories and tags that articles have, but not
    "uncategorised"."""
    instance.write_taxonomy("")
    store_categories_and_tags(instance)
    choices = read_choices(instance)

    assert choices.categories == ("Long reads",)  # "uncategorised" is none
    assert not choices.is_closed
    assert choices.tags == ("Zig", "gpu", "Rust")


def test_before_the_first_run_only_the_taxonomy_is_offered(instance: Instance) -> None:
    """Without articles, forms offer the taxonomy; its categories are the only ones allowed."""
    assert read_choices(instance) == Choices(
        categories=("AI",), tags=("LLM", "GPU"), is_closed=True
    )


def test_no_more_tags_are_offered_than_a_form_can_show(instance: Instance) -> None:
    """Forms offer at most MOST_TAGS tags of articles, beside the two of the taxonomy."""
    tags = tuple(f"tag {number}" for number in range(MOST_TAGS + 5))
    with instance.open_app(create=True) as app:
        store_articles(app, "One", "text", tags=tags)
    assert len(read_choices(instance).tags) == MOST_TAGS + 2
