"""A fault in a configuration file is reported, and all valid parts keep working."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.app.read_configuration import read_configuration
from syndicator.core.errors import ConfigError
from tests.cli.conftest import Instance

QUERY = "[[feed]]\nslug = 'agents'\nquery = 'the or a'\n"
OTHER = "[[feed]]\ntitle = 'Mr Holt'\nquery = 'source:holt'\n"
FAULTS = {
    "feeds.toml": (
        QUERY.replace("the or a", "the or (") + OTHER,
        "a term is missing before the end",
    ),
    "taxonomy.toml": ("[[tag]]\nname = 'AI'\nalias = ['KI']\n", "did you mean 'aliases'"),
}


@pytest.fixture
def instance_with_query(visited_instance: Instance) -> Instance:
    """An instance that has run with a saved query."""
    (visited_instance.config / "feeds.toml").write_text(QUERY)
    assert visited_instance.run_command("refresh", "--source", "holt").exit_code == 0
    return visited_instance


def list_query_feeds(instance: Instance) -> set[str]:
    return {path.stem for path in (instance.folder / "feeds/public/queries").glob("*.atom")}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_with_a_fault_is_named_and_what_was_valid_counts(
    instance_with_query: Instance, name: str
) -> None:
    """`refresh`, `build` and `check` exit with 78 for a faulty file, but the last valid query and
    the valid tables of that file stay in use."""
    text, fault = FAULTS[name]
    (instance_with_query.config / name).write_text(text)
    result = instance_with_query.run_command("refresh", "--source", "holt")

    assert result.exit_code == 78
    assert f"{name}:" in result.stdout
    assert fault in result.stdout
    assert instance_with_query.run_command("build").exit_code == 78
    assert list_query_feeds(instance_with_query) == {
        "agents",
        *(["mr-holt"] if name == "feeds.toml" else []),
    }

    (reported_condition,) = (
        condition
        for condition in instance_with_query.run_json("status")["conditions"]
        if condition["kind"] == "configuration"
    )

    assert fault in reported_condition["detail"]
    assert name in reported_condition["detail"]
    assert reported_condition["since"]
    assert instance_with_query.run_command("check").exit_code == 78


def test_a_file_that_cannot_be_read_stops_the_command(
    instance_with_query: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration file without read permission is an error, not a reason to use the last valid
    copy."""
    read_text = Path.read_text

    def denied(path: Path, encoding: str | None = None) -> str:
        if path.name == "taxonomy.toml":
            raise PermissionError(13, "denied", str(path))
        return read_text(path, encoding)

    (instance_with_query.config / "taxonomy.toml").write_text("")  # not what its copy has
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(ConfigError, match=r"taxonomy\.toml cannot be read"):
        read_configuration(instance_with_query.config)


def test_a_query_that_was_never_valid_ends_no_feed(instance_with_query: Instance) -> None:
    """If `feeds.toml` is broken and no valid copy is kept, the build fails and the published query
    feeds stay."""
    (instance_with_query.folder / "feeds/state/valid/feeds.toml").unlink()
    (instance_with_query.config / "feeds.toml").write_text("[[feed\n")

    with pytest.raises(ConfigError, match="is not valid TOML"):
        instance_with_query.run_command("build")
    assert list_query_feeds(instance_with_query) == {"agents"}


def test_a_query_that_was_taken_out_ends_its_feed_whatever_is_wrong_elsewhere(
    instance_with_query: Instance,
) -> None:
    """A removed query ends its feed even if sources.toml has a fault."""
    (instance_with_query.config / "feeds.toml").write_text("")
    sources = instance_with_query.config / "sources.toml"
    sources.write_text(sources.read_text() + "\n[[source]]\nkey = 'one'\n")

    assert instance_with_query.run_command("build").exit_code == 78
    assert list_query_feeds(instance_with_query) == set()


def test_a_setting_that_cannot_mean_what_it_says_is_told(visited_instance: Instance) -> None:
    """Settings that are well-formed but impossible (a language that does not exist, a minimum above
    its maximum) are reported."""
    path = visited_instance.config / "syndicator.toml"
    text = path.read_text().replace("[site]\n", '[site]\nlanguage = "english"\n', 1)
    path.write_text(text.replace("[fetch]\n", '[fetch]\nevery_min = "2d"\n', 1))
    for command in ("build", "check"):
        result = visited_instance.run_command(command)
        assert "site.language: 'english' is no code of a language" in result.stdout
        assert "fetch.every_min: 2d is longer than fetch.every_max, 1d" in result.stdout


def test_what_does_nothing_is_told(instance_with_query: Instance) -> None:
    """Runs and builds print a note, with file and line, for each line without effect: an unknown
    tag in a query, a category without a description, a repeated alias."""
    config = instance_with_query.config
    (config / "feeds.toml").write_text('[[feed]]\nslug = "x"\nquery = "tag:gardning or tag=b"\n')
    (config / "taxonomy.toml").write_text(
        'only = false\n[[category]]\nname = "Wobble"\n'
        '[[tag]]\nname = "a"\naliases = ["c"]\n[[tag]]\nname = "b"\naliases = ["C"]\n'
    )
    for command in (("refresh", "--source", "holt"), ("build",)):
        result = instance_with_query.run_command(*command)
        assert result.exit_code == 0
        notes = [line for line in result.stdout.splitlines() if line.startswith("note: ")]
        assert ["Wobble" in notes[0], "'C'" in notes[1], "gardning" in notes[2]] == [True] * 3
        assert "'tag=b' is searched for as a word; write tag:b" in notes[3]
        assert "taxonomy.toml:2: " in notes[0]
        assert "feeds.toml:3: " in notes[2]


def test_sources_are_added_to_a_file_in_which_another_has_a_fault(
    instance: Instance, tmp_path: Path
) -> None:
    """`import` adds its source; the faulty one stays out and `status` shows its fault."""
    sources = instance.config / "sources.toml"
    sources.write_text(
        sources.read_text()
        + "\n[[source]]\nkey = 'one'\nurl = 'https://one.example/'\nevry = '3h'\n"
    )
    opml_file = tmp_path / "feeds.opml"
    opml_file.write_text(
        '<opml version="2.0"><body><outline xmlUrl="https://two.example/feed"/></body></opml>'
    )

    assert instance.run_json("import", "--no-refresh", str(opml_file))["added"] == ["two"]

    keys = instance.list_keys()

    assert "two" in keys
    assert "one" not in keys

    (wrong,) = (
        condition
        for condition in instance.run_json("status")["conditions"]
        if condition["kind"] == "configuration"
    )

    assert "did you mean 'every'" in wrong["detail"]
