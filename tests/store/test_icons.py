"""Which sources have an icon, which wait for one, and which are published."""

from __future__ import annotations

from datetime import timedelta

from syndicator.core.ports.subscriptions import IconRow
from syndicator.store.engine import Store
from tests.store.conftest import NOW, make_article, make_stamp, record_article

NAME = "pictures/00.webp"
OTHER_NAME = "pictures/01.webp"
LATER = NOW + timedelta(days=30)


def make_icon_row(name: str = NAME, source: str = "one") -> IconRow:
    return IconRow(source_key=source, name=name, next_try=LATER)


def test_the_icon_of_a_source_is_due_once_it_has_an_article(store: Store) -> None:
    """An icon is due for each source with a published article: "one" has one, the only article of
    "two" is held back."""
    assert store.icons.due(NOW) == []

    record_article(store, 1, source_key="one")
    record_article(store, 2, source_key="two")
    record_article(store, 2, source_key="two", hold=True)  # the same article

    assert store.icons.due(NOW) == [IconRow(source_key="one", next_try=NOW)]


def test_an_icon_is_due_again_when_it_is_time(store: Store) -> None:
    """An icon is due again at its stored time for the next try (LATER), and not a second before."""
    record_article(store, 1, source_key="one")
    store.icons.save(IconRow(source_key="one", next_try=LATER, name=NAME, tries=2))

    assert store.icons.due(LATER - timedelta(seconds=1)) == []
    assert store.icons.due(LATER) == [IconRow(source_key="one", next_try=LATER, name=NAME, tries=2)]


def test_icons_are_shown_while_a_feed_has_articles_of_their_source(store: Store) -> None:
    """Only sources with published articles show their icon. If its last article is held back, the
    icon is not shown, but its file is kept."""
    record_article(store, 1, source_key="one")
    store.icons.save(make_icon_row())
    store.icons.save(make_icon_row(OTHER_NAME, source="gone"))

    assert store.icons.shown() == {"one": NAME}
    assert store.icons.names() == {NAME, OTHER_NAME}  # the files to keep

    record_article(store, 1, source_key="one", hold=True)

    assert store.icons.shown() == {}


def test_an_icon_whose_file_is_lost_is_due_again(store: Store) -> None:
    """An icon whose next try is in a month is due now if its file is lost, and no longer shown; a
    lost file of another icon changes nothing."""
    record_article(store, 1, source_key="one")
    store.icons.save(make_icon_row())
    store.icons.requeue_lost({OTHER_NAME})

    assert store.icons.due(NOW) == []

    store.icons.requeue_lost({NAME})

    assert [row.source_key for row in store.icons.due(NOW)] == ["one"]
    assert store.icons.shown() == {}


def test_a_rebuilt_database_keeps_icons(store: Store) -> None:
    """A reindex keeps the known icons, since articles do not contain them."""
    record_article(store, 1, source_key="one")
    store.icons.save(make_icon_row())
    store.reindex([(make_article(1, source_key="one"), make_stamp(1))])

    assert store.icons.shown() == {"one": NAME}
