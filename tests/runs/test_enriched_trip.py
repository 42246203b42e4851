"""Run with a language model: our excerpt is published first, the model's replaces it later."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from syndicator.app.container import open_app
from syndicator.cli import app as cli
from syndicator.cli import load_commands
from syndicator.operations.changes.texts import apply
from syndicator.operations.operation import CancelledJob, need_operation
from syndicator.runs.refresh import RunReport, Wanted, run
from tests import commands
from tests.fakellm import BEHAVIOURS, FakeLlm, Question, Said, answer_honestly, llm
from tests.instances import Instance
from tests.upkeep.model.test_ask import FIRST_SENTENCE, SECOND_SENTENCE, ModelInstance
from tests.world import World, patient_config, world

pytestmark = pytest.mark.slow

__all__ = ["llm", "world"]

load_commands()


def configure_model(config: Path, url: str, more: str = "") -> None:
    path = config / "syndicator.toml"
    path.write_text(
        path.read_text() + f'[describe.llm]\nurl = "{url}"\nmodel = "tiny"\nseconds = 5\n{more}'
    )


def visit_all(config: Path, environ: dict[str, str] | None = None) -> RunReport:
    async def go() -> RunReport:
        with open_app(config, environ=environ or {}) as app:
            return await run(app, Wanted(all=True), stop=asyncio.Event())

    return asyncio.run(go())


def read_entries(public: Path) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in json.loads((public / "all.json").read_text())["items"]}


def _says(item: dict[str, Any]) -> str:
    return str(item.get("summary", ""))


def test_ours_first_then_the_models_and_updated_stays(
    tmp_path: Path, world: World, llm: FakeLlm
) -> None:
    """Entries are published with our excerpt first (`at_first`), later with the model's, under the
    same `updated`; a second run asks nothing."""
    config = tmp_path / "config"
    public = tmp_path / "feeds/public"
    patient_config(config, world)
    configure_model(config, llm.url)
    at_first: dict[str, dict[str, Any]] = {}

    def behave(question: Question) -> Said:
        at_first.update(at_first or read_entries(public))
        return answer_honestly(question)

    llm.behaviour = behave
    report = visit_all(config)

    assert report.llm.calls == len(llm.seen) > 10

    accepted = report.llm.counts["accepted"]

    assert accepted > 5

    afterwards = read_entries(public)

    assert at_first.keys() == afterwards.keys()
    assert {article_id: item.get("date_modified") for article_id, item in at_first.items()} == {
        article_id: item.get("date_modified") for article_id, item in afterwards.items()
    }

    changed_ids = [
        article_id
        for article_id, item in afterwards.items()
        if _says(item) != _says(at_first[article_id])
    ]

    assert len(changed_ids) >= accepted / 2  # where its sentence is ours, too, nothing moves

    second_report = visit_all(config)

    assert second_report.llm.calls == 0
    assert read_entries(public) == afterwards


def test_a_dead_endpoint_holds_nothing_up_and_is_named(
    tmp_path: Path, world: World, llm: FakeLlm
) -> None:
    """If the language model is unreachable, the run asks once, publishes without it, and `status`
    reports the failure."""
    llm.close()
    config = tmp_path / "config"
    patient_config(config, world)
    configure_model(config, llm.url)
    report = visit_all(config)

    assert len(read_entries(tmp_path / "feeds/public")) > 10
    assert report.llm.calls == 1
    assert [problem.reason for problem in report.llm.problems] == ["connect"]

    output = (
        CliRunner().invoke(cli, ["status", "--config", str(config)], catch_exceptions=False).output
    )

    assert "language model: 1 failure in a row, the last connect" in output
    assert "; not asked before" in output


@pytest.fixture
def model_instance(tmp_path: Path, llm: FakeLlm) -> ModelInstance:
    return ModelInstance(tmp_path, llm)


def run_command(instance: Instance, *words: str) -> Result:
    return CliRunner().invoke(
        cli, [*words, "--config", str(instance.config)], catch_exceptions=False
    )


def test_describe_llm_asks_about_the_shelf(model_instance: ModelInstance) -> None:
    """`describe --llm` asks about stored articles; a dry run asks nothing, and undo brings back the
    former excerpt."""
    model_instance.file_articles("Weather", "Climate")
    dry = run_command(model_instance.instance, "describe", "--all", "--llm", "--dry-run")

    assert "the language model would be asked about up to 2 articles" in dry.output
    assert model_instance.llm.seen == []

    output = run_command(model_instance.instance, "describe", "--all", "--llm")

    assert "described: Weather" in output.output
    assert "2 calls; 2 answers accepted" in output.output
    assert SECOND_SENTENCE in model_instance.instance.read_published("all.atom")
    assert FIRST_SENTENCE not in model_instance.instance.read_published("all.atom")

    run_command(model_instance.instance, "change", "undo", "1")

    assert FIRST_SENTENCE in model_instance.instance.read_published("all.atom")
    assert SECOND_SENTENCE not in model_instance.instance.read_published("all.atom")
    assert (
        json.loads(
            run_command(model_instance.instance, "describe", "--all", "--llm", "--json").stdout
        )["llm"]["calls"]
        == 0
    )


def test_a_cancelled_job_asks_no_more(model_instance: ModelInstance) -> None:
    """A cancelled job sends no request to the language model, although two articles wait."""
    model_instance.file_articles("Weather", "Climate")

    def progress(done: int, total: int) -> None:
        raise CancelledJob

    with model_instance.instance.open_app() as app:
        operation = need_operation("ask-model")
        planned = operation.plan(app, {"all": True})
        result, _ = apply(app, operation, {"all": True}, planned, who="ann", progress=progress)

    assert planned.data["waiting"] == 2
    assert result.data["llm"]["calls"] == 0
    assert model_instance.llm.seen == []


def test_describe_llm_names_what_is_refused_and_what_is_missing(
    model_instance: ModelInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`describe --llm`, `status` and `show` give the reason of a refused answer; a dead endpoint
    ends with 69, a missing key with 78."""
    model_instance.file_articles("Weather", "Climate")
    model_instance.llm.behaviour = BEHAVIOURS["lies-in-category"]
    result = run_command(model_instance.instance, "describe", "--all", "--llm")

    assert "category nothing in the article speaks for Horoscopes" in result.output
    assert (
        "category  nothing in the article speaks for Horoscopes"
        in run_command(model_instance.instance, "status").output
    )

    path = str(model_instance.instance.find_file("Weather"))
    output = run_command(model_instance.instance, "show", path, "--trace").output

    assert "llm: refused (category: nothing in the article speaks for Horoscopes)" in output
    assert "Horoscopes" in output

    model_instance.file_articles("Third")
    model_instance.llm.close()

    assert run_command(model_instance.instance, "describe", "--all", "--llm").exit_code == 69

    config = model_instance.instance.config / "syndicator.toml"
    config.write_text(config.read_text() + 'key_env = "MY_MISSING_KEY"\n')
    monkeypatch.delenv("MY_MISSING_KEY", raising=False)
    missing = run_command(model_instance.instance, "describe", "--all", "--llm")

    assert missing.exit_code == 78
    assert "MY_MISSING_KEY is not set; set it" in missing.stderr


def test_describe_llm_wants_an_endpoint(tmp_path: Path) -> None:
    """`describe --llm` fails and names the setting if no language model is configured."""
    from syndicator.core.errors import ConfigError

    with pytest.raises(ConfigError, match=r"describe\.llm\.url is empty"):
        run_command(Instance(tmp_path), "describe", "--all", "--llm")


def test_refresh_publishes_without_the_key_and_says_so(
    tmp_path: Path, world: World, llm: FakeLlm
) -> None:
    """Without the model's key `refresh` publishes our excerpts and reports it."""
    config = tmp_path / "config"
    patient_config(config, world)
    configure_model(config, llm.url, 'key_env = "MY_MISSING_KEY"\n')
    environ = {name: value for name, value in os.environ.items() if name != "MY_MISSING_KEY"}
    done = commands.run_syndicator("refresh", "--config", str(config), environ=environ)

    assert done.returncode == 78
    assert "MY_MISSING_KEY is not set; set it" in done.stderr
    assert len(read_entries(tmp_path / "feeds/public")) > 10
    assert llm.seen == []

    checked = commands.run_syndicator("check", "--config", str(config), environ=environ)

    assert "no-llm-key" in checked.stdout
    assert "MY_MISSING_KEY" in checked.stdout
