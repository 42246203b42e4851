"""How fresh feeds are, as recorded by builds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from syndicator.core.model import SourceState, VisitTimes
from syndicator.health import freshness
from syndicator.health.freshness import Freshness, Samples
from tests.instances import NOW, Instance, store_articles

MINUTE = timedelta(minutes=1)


def test_a_build_notes_what_was_published_since_its_source_is_followed(instance: Instance) -> None:
    """Freshness counts only "New", published five minutes (300 seconds) before its build; old,
    undated, day-only and future articles do not count."""
    instance.build()
    with instance.open_app() as app:
        state = SourceState(
            key="one",
            url="https://one.example/feed",
            visits=VisitTimes(first_visit=NOW - timedelta(days=1)),
        )
        app.archive.store.visits.save_states([state])
        for title, minutes in (("New", 5), ("Old", -3000), ("Ahead", 600)):
            store_articles(
                app, title, "A text.", published=NOW + minutes * MINUTE, added=NOW + 9 * MINUTE
            )
        store_articles(app, "Undated", "A text.", published=None, added=NOW + 9 * MINUTE)
        store_articles(app, "Day", "A text.", published=NOW.replace(hour=0), added=NOW + 9 * MINUTE)
    instance.now = NOW + 10 * MINUTE
    instance.build()
    instance.now = NOW + 20 * MINUTE
    instance.build()
    with instance.open_app() as app:
        assert freshness.read_freshness(app.archive.store).seconds == (300,)


def test_the_two_numbers_are_those_of_the_middle_and_of_nineteen_in_twenty() -> None:
    """Freshness is the median and the 95th percentile of the delays; without samples there is
    none."""
    assert freshness.measure_freshness(Samples()) is None

    measured = freshness.measure_freshness(replace(Samples(), seconds=tuple(range(1, 101))))

    assert measured == Freshness(articles=100, median=51, p95=96)
    assert freshness.measure_freshness(Samples(seconds=(7,))) == Freshness(
        articles=1, median=7, p95=7
    )
