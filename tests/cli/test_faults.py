"""A fault in a configuration file: it is named, and everything that is valid goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.app.read_configuration import configuration
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
def valid(filled: Instance) -> Instance:
    """An instance that has run with a saved query."""
    (filled.config / "feeds.toml").write_text(QUERY)
    assert filled.run("refresh", "--source", "holt").exit_code == 0
    return filled


def list_query_feeds(instance: Instance) -> set[str]:
    return {path.stem for path in (instance.folder / "feeds/public/queries").glob("*.atom")}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_with_a_fault_is_named_and_what_was_valid_counts(valid: Instance, name: str) -> None:
    text, fault = FAULTS[name]
    (valid.config / name).write_text(text)
    assert valid.run("refresh", "--source", "holt").exit_code == 0
    assert list_query_feeds(valid) == {"agents", *(["mr-holt"] if name == "feeds.toml" else [])}
    (wrong,) = (one for one in valid.json("status")["conditions"] if one["kind"] == "configuration")
    assert fault in wrong["detail"] and name in wrong["detail"] and wrong["since"]
    assert valid.run("check").exit_code == 78


def test_a_file_that_cannot_be_read_stops_the_command(
    valid: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_text = Path.read_text

    def denied(path: Path, encoding: str | None = None) -> str:
        if path.name == "taxonomy.toml":
            raise PermissionError(13, "denied", str(path))
        return read_text(path, encoding)

    (valid.config / "taxonomy.toml").write_text("")  # not what its copy has
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(ConfigError, match=r"taxonomy\.toml cannot be read"):
        configuration(valid.config)


def test_a_query_that_was_never_valid_ends_no_feed(valid: Instance) -> None:
    (valid.folder / "feeds/state/valid/feeds.toml").unlink()
    (valid.config / "feeds.toml").write_text("[[feed\n")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        valid.run("build")
    assert list_query_feeds(valid) == {"agents"}


def test_a_query_that_was_taken_out_ends_its_feed_whatever_is_wrong_elsewhere(
    valid: Instance,
) -> None:
    (valid.config / "feeds.toml").write_text("")
    sources = valid.config / "sources.toml"
    sources.write_text(sources.read_text() + "\n[[source]]\nkey = 'one'\n")
    assert valid.run("build").exit_code == 0 and list_query_feeds(valid) == set()


def test_sources_are_added_to_a_file_in_which_another_has_a_fault(
    instance: Instance, tmp_path: Path
) -> None:
    sources = instance.config / "sources.toml"
    sources.write_text(
        sources.read_text()
        + "\n[[source]]\nkey = 'one'\nurl = 'https://one.example/'\nevry = '3h'\n"
    )
    listed = tmp_path / "feeds.opml"
    listed.write_text(
        '<opml version="2.0"><body><outline xmlUrl="https://two.example/feed"/></body></opml>'
    )
    assert instance.json("import", "--no-refresh", str(listed))["added"] == ["two"]
    keys = instance.keys()
    assert "two" in keys and "one" not in keys
    (wrong,) = (
        one for one in instance.json("status")["conditions"] if one["kind"] == "configuration"
    )
    assert "did you mean 'every'" in wrong["detail"]
