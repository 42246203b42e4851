"""Rules tried on kept pages, and saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from syndicator.errors import RulesError, UsageError
from syndicator.model import Rules
from syndicator.services.rules.try_out import save, score, try_out
from tests.services.places import Place
from tests.services.test_reread import SETTINGS, visited


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, settings=SETTINGS)
    asyncio.run(visited(made))
    return made


def test_rules_are_tried_on_kept_pages_scored_and_saved(place: Place) -> None:
    before = place.digests("articles")
    with place.app() as app:
        promo, gone = (try_out(app, "daily", Rules(remove=(name,))) for name in (".promo", "body"))
        assert len(promo) == 3 and {one.trial.matches['remove ".promo"'] for one in promo if one.trial} == {1}
        assert 0.5 < score(promo) < 1 and score(gone) == 0 == score(())
        assert len(try_out(app, "daily", Rules(), most=2)) == 2
        with pytest.raises(RulesError):
            try_out(app, "daily", Rules(select=("div[[",)))
        with pytest.raises(UsageError, match="no source 'nobody'"):
            try_out(app, "nobody", Rules())
        assert save(app, "daily", Rules(remove=(".promo",))).rules == Rules(remove=(".promo",))
    assert place.digests("articles") == before
    with place.app() as app:
        assert app.sources["daily"].rules == Rules(remove=(".promo",))
