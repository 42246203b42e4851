"""The files that `init` writes into a new folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from syndicator import Taxonomy
from syndicator.configuration.settings import load
from syndicator.configuration.sources.registry import load_sources
from syndicator.core.errors import UsageError
from syndicator.setup.start import (
    FILES,
    SHIPPED,
    Start,
    check_start,
    make_config_files,
    write_config,
    write_folder,
)
from tests.packaging import ROOT

BODY = "Water them in the morning. Tomato plants like the sun, and pots dry out fast."


def test_a_file_is_no_folder_to_begin_in(tmp_path: Path) -> None:
    """`init` at or below a file fails with a message and leaves the file as it is."""
    (tmp_path / "feeds").write_text("notes")
    for folder in (tmp_path / "feeds", tmp_path / "feeds/mine"):
        with pytest.raises(UsageError, match="feeds is a file; name a folder, for example: init"):
            write_folder(folder)
    assert (tmp_path / "feeds").read_text() == "notes"


def test_a_run_whose_program_is_gone_says_where_to_write_its_new_place(tmp_path: Path) -> None:
    """The script ends with 69 and names the program, itself and the line to change."""
    write_folder(tmp_path)
    run = tmp_path / "run"
    line = next(line for line in run.read_text().splitlines() if line.startswith("set -- "))
    run.write_text(run.read_text().replace(line, 'set -- /nowhere/run "$@"'))
    done = subprocess.run([run, "status"], capture_output=True, text=True, check=False)

    assert done.returncode == 69
    assert done.stderr == (
        "run: /nowhere/run is gone; if the program is elsewhere now, write its place into"
        f" {run}, in the line that begins with: set --\n"
    )


def test_without_an_example_nothing_is_followed_and_every_option_is_explained(
    tmp_path: Path,
) -> None:
    """A new configuration follows nothing and only switches on stories; the files explain every
    option in comments."""
    write_config(tmp_path / "config", Start())

    assert load_sources(tmp_path / "config/sources.toml") == ()
    assert (
        Taxonomy.from_toml(tmp_path / "config/taxonomy.toml").tags(
            "Tomatoes", "Tomatoes like the sun."
        )
        == ()
    )

    new_settings = load(tmp_path / "config", {})
    default_settings = load(tmp_path / "no config", {})
    chosen = {"stories": "link"}  # instances of before stay as they are

    assert new_settings.publish == default_settings.publish.model_copy(update=chosen)
    assert default_settings.publish.stories == "off"
    assert new_settings.model_copy(update={"publish": default_settings.publish}) == default_settings
    assert "remove = []" in (tmp_path / "config/sources.toml").read_text()
    assert "# tag_min" in (tmp_path / "config/syndicator.toml").read_text()


def test_the_first_category_is_written_out_to_be_uncommented(tmp_path: Path) -> None:
    """The commented example in taxonomy.toml works once its comment signs are removed."""
    text = make_config_files(Start())["taxonomy.toml"]
    uncommented = text[text.index("# [[category]]") :].replace("# ", "").replace("#\n", "\n")
    (tmp_path / "taxonomy.toml").write_text(uncommented)

    assert Taxonomy.from_toml(tmp_path / "taxonomy.toml").tags("Tomato plants in pots", BODY) == (
        "tomatoes",
    )


@pytest.mark.parametrize("example", ["", "ai"])
def test_listed_tags_are_added_in_new_folders_only(tmp_path: Path, example: str) -> None:
    """A new folder has `only = false` in its taxonomy; the shipped file lacks the key, so that
    older checkouts behave as before."""
    write_config(tmp_path, Start(example=example))
    assert tomllib.loads((tmp_path / "taxonomy.toml").read_text())["only"] is False
    assert "only" not in tomllib.loads((SHIPPED / "taxonomy.toml").read_text())


def test_answers_are_settings_whatever_they_contain() -> None:
    """Answers with quotes and control characters are written correctly."""
    start = Start('Beds & "Borders" \\ \x1b', "https://feeds.example.org/g/", "me@garden.example")
    site = tomllib.loads(make_config_files(start)["syndicator.toml"])["site"]
    assert site == {"title": start.title, "url": start.url, "contact": start.contact}


def test_answers_win_over_the_edits_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers at the start replace values in the shipped file; what was not asked stays."""
    shutil.copytree(ROOT / "config", tmp_path, dirs_exist_ok=True)
    edited = (tmp_path / "syndicator.toml").read_text()
    for name in ("url", "secret_path", "contact"):
        theirs = f'{name} = "https://theirs.example/{name}"'
        edited, count = re.subn(rf'(?m)^# {name} = "[^"]*"', theirs, edited, count=1)
        assert count == 1
    (tmp_path / "syndicator.toml").write_text(edited)
    monkeypatch.setattr("syndicator.setup.start.SHIPPED", tmp_path)
    start = Start("Mine", "https://feeds.example.org/", secret_path="own")

    document = tomllib.loads(make_config_files(start)["syndicator.toml"])

    assert document["site"]["title"] == start.title
    assert document["site"]["url"] == start.url
    assert document["publish"]["secret_path"] == "own"
    assert document["site"]["contact"] == "https://theirs.example/contact"  # not asked for


def test_a_wheel_gets_each_file_of_the_checkout() -> None:
    """The wheel includes every file of the shipped configuration."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]

    assert included == {f"config/{name}": f"syndicator/data/config/{name}" for name in FILES}
    assert sorted(path.name for path in (ROOT / "config").glob("*.toml")) == sorted(FILES)
    assert SHIPPED == ROOT / "config"


def test_an_example_brings_sources_taxonomy_and_a_title() -> None:
    """`--example ai` copies the shipped sources and taxonomy (not `only`) and has a title, unless
    one is given."""
    files = make_config_files(Start(example="ai"))
    for name in ("sources.toml", "taxonomy.toml"):
        shipped = (SHIPPED / name).read_text().replace("\n# only = true\n", "\nonly = false\n")
        assert files[name].partition("\n")[2] == shipped.partition("\n")[2]

    assert tomllib.loads(files["syndicator.toml"])["site"] == {"title": "AI and technology, by tag"}
    assert tomllib.loads(make_config_files(Start("Mine", example="ai"))["syndicator.toml"])[
        "site"
    ] == {"title": "Mine"}


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (Start(example="gardens"), "--example gardens: no such example; there is ai"),
        (Start(url="feeds.example.org"), "write it like https://"),
        (Start(url="https://feeds.example.org/?a=b"), "write it like https://"),
        (Start(url="https://x.example:99999/"), "Port out of range.*write it like https://"),
        (Start(url="https://x.example:http/"), "write it like https://"),
        (Start(url="https://x.example:0/"), "no port 0"),
        (Start(url="https://[x.example/"), "write it like https://"),
        (Start(url="https://x;y.example/"), "no name of a host"),
        (Start(url="https://x.example/;}"), "cannot be written into the files of web servers"),
    ],
)
def test_what_cannot_be_is_named(start: Start, says: str) -> None:
    """A start with an unknown example or an invalid site address is refused with what to write."""
    with pytest.raises(UsageError, match=says):
        check_start(start)
