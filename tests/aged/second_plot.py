"""What the made-up sites that the second instance follows published in the spring of 2026."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.aged.stories import Plot, Site

# Stories that the digest announces as well; the copy of a story in "pier" is no relay: it has a
# page of its own.
RELAYED = (
    ("ferry", 2),
    ("ferry", 5),
    ("loft", 3),
    ("hafen", 1),
    ("minato", 2),
    ("gazette", 2),
    ("solo", 0),
)

SECOND = Plot(
    start=datetime(2026, 3, 2, 12, tzinfo=UTC),
    end=datetime(2026, 5, 29, 12, tzinfo=UTC),
    seed="second ",
    sites=(
        Site(
            key="ferry",
            title="Ferry Times",
            feed="rss",
            tags=("Rope", "Tides", "Radio"),
            days=(*range(0, 88, 10),),
        ),
        Site(
            key="loft",
            title="The Sail Loft",
            feed="atom",
            tags=("Timber", "Rope"),
            days=(*range(1, 88, 12),),
            moved=30,
        ),
        Site(
            key="lamp",
            title="Lamp Room",
            feed="json",
            tags=("Glaze", "Sails"),
            days=(*range(2, 88, 14),),
            moved=60,
        ),
        Site(
            key="quay",
            title="Quayside",
            feed="rss",
            tags=("Tides", "Sails", "Bridges"),
            days=(*range(3, 88, 13),),
        ),
        Site(
            key="wave",
            title="Short Wave",
            feed="rss",
            tags=("Radio", "Tides"),
            days=(-14, -12, -10, 14, 36, 58),
            audio=True,
        ),
        Site(
            key="pier",
            title="Pier Review",
            feed="atom",
            tags=("Clay", "Rope"),
            days=(11, 26, 38, 51),
        ),
        Site(
            key="rook",
            title="Rook Lane",
            feed="rss",
            tags=("Timber", "Clay"),
            days=(-1, 5),
            gone=10,
        ),
        Site(key="kiln", title="Kiln handbook", feed="page", tags=("Glaze", "Clay"), days=(-30,)),
        Site(
            key="hafen",
            title="Hafenblatt",
            feed="rss",
            tags=("Seil", "Gezeiten"),
            days=(5, 23, 41, 77),
            language="de",
        ),
        Site(
            key="moulin",
            title="Le Moulin",
            feed="atom",
            tags=("Bois", "Ponts"),
            days=(7, 26, 50, 78),
            language="fr",
        ),
        Site(
            key="minato",
            title="港だより",
            feed="rss",
            tags=("ロープ", "潮汐"),
            days=(6, 20, 47, 79),
            language="ja",
        ),
        Site(
            key="almanac",
            title="Bridge Almanac",
            feed="list",
            tags=("Bridges", "Clay"),
            days=(-20, -16, -12, -8, 10, 34, 62),
            relaid=40,
        ),
        Site(
            key="gazette",
            title="Valley Gazette",
            feed="rss",
            tags=("Bridges", "Timber"),
            days=(8, 27, 46, 74),
            at="http://burner.example/gazette",
            linked=True,
        ),
        Site(
            key="parish",
            title="Parish Letter",
            feed="rss",
            tags=("Clay", "Sails"),
            days=(12, 43, 71),
            at="http://letters.example/parish",
        ),
        Site(
            key="wire",
            title="Mountain Wire",
            feed="rss",
            tags=("Radio", "Timber"),
            days=(15, 53),
            at="http://press.example/wire",
        ),
        Site(key="solo", title="Nobody's Weekly", feed="none", tags=("Sails", "Rope"), days=(31,)),
        Site(key="digest", title="The Digest", feed="rss", relays=RELAYED),
    ),
    copies={
        ("pier", 0): ("ferry", 1),
        ("pier", 1): ("loft", 2),
        ("pier", 2): ("loft", 3),
        ("pier", 3): ("ferry", 5),
    },
    named=frozenset({("pier", 2)}),
    short=frozenset({("ferry", 1), ("loft", 4)}),
    revised=frozenset({("loft", 1), ("ferry", 3), ("hafen", 1), ("lamp", 3), ("quay", 2)}),
    readdressed=frozenset({("ferry", 8), ("quay", 5)}),
    broken={("quay", 6): 404, ("loft", 7): 503},
    closed=("ferry", 7),
    wall=("moulin", 3),
    pictured=frozenset({("ferry", 0), ("loft", 1), ("lamp", 2), ("minato", 2)}),
    drawn=True,
    renumbered=("loft", 45),
)
