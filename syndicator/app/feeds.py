"""List the feeds that an instance publishes, by its configuration and its articles."""

from collections.abc import Collection, Sequence
from pathlib import Path

from syndicator.app.read_configuration import Configuration
from syndicator.core.axes import QUERY
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.describing.taxonomy.vocabulary import Vocabulary
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.publishing.selection.published import (
    has_ended,
)


def plan_feed_specs(
    configuration: Configuration,
    taxonomy: Vocabulary,
    rows: Sequence[FeedRow],
    archived: Collection[FeedKey] = (),
) -> list[FeedSpec]:
    """Return all feeds to publish, in the order of `plan_feeds`.

    `taxonomy`: the categories and tags of taxonomy.toml. `rows`: the feeds in the database.
    `archived`: feeds that have archives (pages of older entries). Raises ConfigError if feeds.toml
    has faults and the feed of a query would end, perhaps because of them."""
    specs = plan_feeds(
        rows,
        settings=configuration.settings,
        sources=list(configuration.sources.values()),
        queries=configuration.queries,
        categories={category.name: category.description for category in taxonomy.category},
        tags={tag.name: tag.description for tag in taxonomy.tag},
        archived=archived,
    )
    query_faults = [
        fault for fault in configuration.faults if Path(fault.file).name == "feeds.toml"
    ]
    if not query_faults:
        return specs
    # the feed of a query that cannot be read is not planned, but it must not end
    planned = {spec.key for spec in specs}
    for row in rows:
        is_of_query = row.key.axis == QUERY
        if is_of_query and has_ended(row, planned, configuration.settings.publish):
            raise ConfigError.of(query_faults)
    return specs
