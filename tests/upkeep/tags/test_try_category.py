"""Preview the effect of another description of a category."""

from __future__ import annotations

from syndicator.core.model import Article
from syndicator.upkeep.tags.try_category import categorise_twice
from tests.instances import Instance

FERRY = Article(
    id="a",
    url="https://x.example/a",
    title="The ferry to the island sails again",
    body=(
        "The ferry left the harbour at noon with two hundred passengers. Its captain had waited"
        " nine days for a berth, and the pilots of the port were glad to see the ship go."
    ),
    language="en",
)
SHIPS = "ships: ferries, harbours, captains, ports, passengers at sea"


def test_the_description_decides_and_nothing_is_written(instance: Instance) -> None:
    """A new category "Unit 7" gets an article on a ferry if its description (SHIPS) fits; without a
    description it does not. The trial, which returns the category of each article now and then,
    writes nothing."""
    taxonomy = instance.config / "taxonomy.toml"
    before = taxonomy.read_text()
    with instance.open_app() as app:
        files = app.configuration.taxonomy
        [(article_id, now, described)] = categorise_twice(files, "Unit 7", SHIPS, [FERRY])
        [(_, same, undescribed)] = categorise_twice(files, "Unit 7", "", [FERRY])

    assert article_id == "a"
    assert described == "Unit 7"
    assert undescribed != "Unit 7"
    assert now == same
    assert now != "Unit 7"
    assert taxonomy.read_text() == before
