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
    """Rules are tried on the two newest saved pages of the source: how often each selector matches,
    and a mean score of the texts, to which a page without a text contributes 0. An unknown source
    is refused. Saving the rules writes them to the configuration and changes no article."""
    before = instance.read_digests("articles")
    rules = Rules(remove=(".promo",))
    with instance.open_app() as app:
        pages = try_rules(app.archive, app.configuration, "daily", rules, limit=2)

        assert len(pages) == 2
        assert {page.trial.matches['remove ".promo"'] for page in pages if page.trial} == {1}
        assert count_matched(pages) == {'remove ".promo"': 2}
        assert count_matched(
            try_rules(app.archive, app.configuration, "daily", Rules(select=(".none",)))
        ) == {'select ".none"': 0}
        assert count_matched(()) == {}
        assert 0.5 < find_mean_score(pages) < 1

        # as many pages without a text
        failed_pages = [replace(page, trial=None) for page in pages]
        assert find_mean_score([*pages, *failed_pages]) == find_mean_score(pages) / 2
        assert find_mean_score(()) == 0
        with pytest.raises(UsageError, match="no source 'nobody'"):
            try_rules(app.archive, app.configuration, "nobody", rules)

        apply(app, need_operation("save-rules"), {"key": "daily", "remove": rules.remove})

    assert instance.read_digests("articles") == before

    with instance.open_app() as app:
        assert app.configuration.sources["daily"].rules == rules
