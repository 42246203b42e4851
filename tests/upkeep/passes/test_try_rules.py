"""Try rules on saved pages, and save them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.cli.operations import apply
from syndicator.core.errors import UsageError
from syndicator.core.model import Rules
from syndicator.operations.operation import need_operation
from syndicator.runs import refresh
from syndicator.upkeep.passes.try_rules import count_matched, find_mean_score, try_rules
from tests.faults.instance import InProcess
from tests.instances import Instance
from tests.upkeep.passes.test_reread import SETTINGS, visit_once


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    made = Instance(tmp_path, settings=SETTINGS)
    asyncio.run(visit_once(made))
    return made


def test_rules_are_tried_on_the_newest_kept_pages_scored_and_saved(instance: Instance) -> None:
    """Trying rules shows their effect on saved pages and changes nothing until saved."""
    before = instance.read_digests("articles")
    rules = Rules(remove=(".promo",))
    with instance.open_app() as app:
        promo = try_rules(app.archive, app.configuration, "daily", rules, limit=2)

        assert len(promo) == 2
        assert {page.trial.matches['remove ".promo"'] for page in promo if page.trial} == {1}
        assert count_matched(promo) == {'remove ".promo"': 2}
        assert count_matched(
            try_rules(app.archive, app.configuration, "daily", Rules(select=(".none",)))
        ) == {'select ".none"': 0}
        assert count_matched(()) == {}
        assert 0.5 < find_mean_score(promo) < 1
        assert (
            find_mean_score([*promo, *(replace(page, trial=None) for page in promo)])
            == find_mean_score(promo) / 2
        )
        assert find_mean_score(()) == 0
        with pytest.raises(UsageError, match="no source 'nobody'"):
            try_rules(app.archive, app.configuration, "nobody", rules)

        apply(app, need_operation("save-rules"), {"key": "daily", "remove": rules.remove})

    assert instance.read_digests("articles") == before

    with instance.open_app() as app:
        assert app.configuration.sources["daily"].rules == rules
