"""Hubs of other projects accept our notifications; their refusals are reported."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syndicator.cli import app, load_commands
from tests.instances import Instance, store_articles
from tests.sending.foreign import ForeignHub, running_flask_websub, running_webubbub

load_commands()
SITE = "https://feeds.example/"
FEEDS = sorted(
    f"{name}.{form}"
    for name in ("all", "sources/one", "sources/two")
    for form in ("atom", "json", "rss")
)


@pytest.fixture(params=["flask-websub", "Webubbub"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForeignHub]:
    folder = tmp_path / "hub"
    folder.mkdir()
    running = running_flask_websub if request.param == "flask-websub" else running_webubbub
    with running(folder) as started:
        yield started


def make_instance(folder: Path, hub: str) -> Instance:
    folder.mkdir()
    instance = Instance(
        folder, settings=f'[site]\nurl = "{SITE}"\n[publish]\ntag_min = 1\nhubs = ["{hub}"]\n'
    )
    with instance.open_app() as app:
        store_articles(app, "A story", "A text that says something.")
        store_articles(app, "Another", "A text that says something else.", source="two")
    return instance


def run_command(instance: Instance, *words: str) -> Any:
    result = CliRunner().invoke(
        app, [*words, "--json", "--config", str(instance.config)], catch_exceptions=False
    )
    return json.loads(result.stdout)


def find_refusals(instance: Instance) -> list[str]:
    return [
        str(found["detail"])
        for found in run_command(instance, "check")
        if found["reason"] == "hub-refuses"
    ]


def list_failing_hub_codes(instance: Instance) -> list[str]:
    return [
        item["code"]
        for item in run_command(instance, "status")["conditions"]
        if item["kind"] == "hub-failing"
    ]


def test_every_changed_feed_is_taken(hub: ForeignHub, tmp_path: Path) -> None:
    """Other people's hubs accept the notice of every changed feed."""
    instance = make_instance(tmp_path / "place", hub.url)
    built = run_command(instance, "build")

    assert built["hubs"] == []
    assert set(FEEDS) <= {str(name) for name in built["written"]}
    assert hub.count_taken() == len(FEEDS)

    if hub.name == "Webubbub":
        assert hub.list_topics() == [f"{SITE}{name}" for name in FEEDS]

    assert list_failing_hub_codes(instance) == []
    assert find_refusals(instance) == []


def test_flask_websub_refuses_a_notice_without_topic(tmp_path: Path) -> None:
    """flask-websub refuses a notice that has `hub.url` without `hub.topic`, so we must send the
    topic."""
    with running_flask_websub(tmp_path) as hub:
        form = urllib.parse.urlencode({"hub.mode": "publish", "hub.url": f"{SITE}all.atom"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(hub.url, form.encode(), timeout=20)
    with refused.value as answer:
        assert answer.code == 400


def test_a_hub_that_takes_no_notices_is_named(tmp_path: Path) -> None:
    """A hub in private mode refuses notices; build, `status` and `check` report it with the HTTP
    status."""
    folder = tmp_path / "hub"
    folder.mkdir()
    with running_flask_websub(folder, mode="private") as hub:
        instance = make_instance(tmp_path / "place", hub.url)
        (failed,) = run_command(instance, "build")["hubs"]

        assert failed["reason"] == "http-400"
        assert list_failing_hub_codes(instance) == ["http-400"]

        (refusal,) = find_refusals(instance)

        assert "http-400" in refusal
        assert hub.count_taken() == 0
