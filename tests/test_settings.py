"""The settings: what is accepted, what is refused, where each comes from, and that no error shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.configuration.settings import Llm, Settings, dropped_settings, load, origins, unknown_variables
from syndicator.configuration.toml_files import DROPPED
from syndicator.core.errors import ConfigError
from syndicator.processes import worker
from syndicator.publishing.selection import feeds
from syndicator.visiting.fetch import client

SECRET = "s3ntinel"


def read(folder: Path, lines: str) -> Llm:
    (folder / "syndicator.toml").write_text(f"[describe.llm]\n{lines}\n")
    return load(folder, {}).describe.llm


@pytest.mark.parametrize(
    "lines",
    [
        "",
        'url = "http://127.0.0.1:11434/v1"\nmodel = "tiny"',
        'url = "https://[::1]/v1"\nmodel = "tiny"\nkey_env = "MY_KEY"',
        'model = "tiny"',
    ],
)
def test_taken(tmp_path: Path, lines: str) -> None:
    assert read(tmp_path, lines).daily_calls == 500


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        ("", 30),
        ("https://llm.example/v1", 30),
        ("http://192.168.1.5:11434/v1", 30),
        ("http://localhost.example/v1", 30),
        ("http://localhost:11434/v1", 120),
        ("http://127.0.0.1:11434/v1", 120),
        ("HTTP://LOCALHOST", 120),
        ("http://[::1]:80/v1", 120),
    ],
)
def test_a_model_on_this_machine_gets_more_time(tmp_path: Path, url: str, seconds: float) -> None:
    lines = f'url = "{url}"\nmodel = "tiny"'
    assert read(tmp_path, lines).seconds == seconds
    assert read(tmp_path, f"{lines}\nseconds = 5").seconds == 5


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('url = "http://h/v1"', "set model to the name"),
        ('url = "ftp://h/v1"\nmodel = "tiny"', r"describe\.llm\.url: write it like"),
        ('url = "h:11434/v1"\nmodel = "tiny"', r"describe\.llm\.url: write it like"),
        ('url = "http://h:99999/v1"\nmodel = "tiny"', r"describe\.llm\.url: "),
        (f'url = "http://u:{SECRET}@h/v1"\nmodel = "tiny"', r"describe\.llm\.url: do not write a key into a URL"),
        (f'key_env = "sk-{SECRET}"', r"describe\.llm\.key_env: write the name of the environment variable"),
        ('key_env = "SYNDICATOR_KEY"', r"describe\.llm\.key_env: variables that begin with SYNDICATOR_"),
        ("seconds = 0", r"describe\.llm\.seconds: "),
        ('key = "x"', r"unknown key 'describe\.llm\.key'"),
    ],
)
def test_refused(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as refused:
        read(tmp_path, lines)
    assert SECRET not in str(refused.value)


PORT = "[publish]\nport = 1\n"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(PORT)
    environ = {"SYNDICATOR_PUBLISH__PORT": "2", "syndicator_publish__hubs": '["https://hub.example/"]'}
    found = load(tmp_path, environ).publish
    assert (found.port, found.hubs, found.limit) == (2, ("https://hub.example/",), 50)
    assert load(tmp_path, {"SYNDICATOR_FETCH__ALLOW_LOOPBACK": "true"}).fetch.allow_loopback is True
    assert load(tmp_path, {}).publish.port == 1


def test_a_bad_variable_is_named_and_the_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(PORT)
    for name, said in (("SYNDICATOR_PUBLISH__PORT", "many"), ("SYNDICATOR_PUBLISH__HUBS", "https://hub.example/")):
        with pytest.raises(ConfigError) as refused:
            load(tmp_path, {name: said})
        assert str(refused.value).startswith(f"environment variable {name}: publish.")
        assert "syndicator.toml" not in str(refused.value)


def test_an_unknown_variable_is_no_error(tmp_path: Path) -> None:
    """Kubernetes sets some for a service called syndicator."""
    environ = {"SYNDICATOR_SERVICE_HOST": "10.0.0.1", "SYNDICATOR_DESCRIBE__LLM__URI": "x", "OTHER": ""}
    assert load(tmp_path, environ) == load(tmp_path, {})
    assert unknown_variables(environ) == {"SYNDICATOR_DESCRIBE__LLM__URI": "SYNDICATOR_DESCRIBE__LLM__URL"}
    assert unknown_variables({"SYNDICATOR_X": "y"}) == {"SYNDICATOR_X": ""}


def test_all_faults_at_once_each_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(
        "[publish]\nprot = 1\nlimit = 0\n\n"
        '[fetch]\nnat64 = [\n  "64:ff9b::/96",\n  "10.0.0.0/8",\n]\nevery_min = "soon"\n'
    )
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {"SYNDICATOR_PUBLISH__PORT": "x"})
    faults = {fault.key: fault for fault in refused.value.faults}
    lines = {key: fault.line for key, fault in faults.items()}
    assert lines == {
        "publish.prot": 2, "publish.limit": 3, "fetch.nat64": 8, "fetch.every_min": 10, "SYNDICATOR_PUBLISH__PORT": None
    }  # fmt: skip
    assert "(and 4 more: `syndicator check` lists them)" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[publish]\nprot = 1", "unknown key 'publish.prot'; did you mean 'port'?"),
        ("[publish]\nroot = 1", "unknown key 'publish.root'"),
        ("[site]\nlimit = 1", "unknown key 'site.limit'; it belongs to [publish]"),
        ("[publish]\nport = 'x'", "publish.port: write a whole number (got 'x')"),
        ("[publish]\nhubs = 'x'", 'publish.hubs: write a list, such as ["a", "b"] (got \'x\')'),
        ("publish = 1", "publish: write a table: [its name] on a line, and its keys below (got '1')"),
        ("[publish]\ngzip = 'x'", "publish.gzip: write true or false (got 'x')"),
        ("\ufeff[publish]", "has a byte order mark; save it without"),
        ("[llm]\nkey_env = 'X'", "unknown key 'llm'; it belongs to [describe]"),
        ("root = '/srv'", "unknown key 'root'"),
        ("[describe]\nkey_env = 'X'", "unknown key 'describe.key_env'; it belongs to [describe.llm]"),
    ],
)
def test_a_suggestion_is_of_the_table_the_key_stands_in(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "syndicator.toml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert str(refused.value).partition(": ")[2] == said


def test_where_each_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(PORT)
    found = origins(tmp_path, {"SYNDICATOR_SITE__URL": "https://f.example/"})
    assert found["publish.port"] == f"{tmp_path}/syndicator.toml:2"
    assert found["site.url"] == "environment variable SYNDICATOR_SITE__URL" and found["site.title"] == "default"


@pytest.mark.parametrize("place", DROPPED, ids=".".join)
def test_a_dropped_setting_is_a_warning_with_its_line_and_does_not_count(
    tmp_path: Path, place: tuple[str, str]
) -> None:
    section, key = place
    variable = f"SYNDICATOR_{section}__{key}".upper()
    (tmp_path / "syndicator.toml").write_text(f"# mine\n[{section}]\n{key} = 'x'\n[console]\nport = 1\n")
    environ = {variable: "7", "SYNDICATOR_SITE__TITLE": "Mine"}
    loaded = load(tmp_path, environ)
    assert (loaded.fetch, loaded.publish) == (Settings().fetch, Settings().publish)
    assert (loaded.console.port, loaded.site.title) == (1, "Mine")
    assert unknown_variables(environ) == {}
    message = f"{section}.{key} is no setting any more: {DROPPED[place]}; "
    assert [str(fault) for fault in dropped_settings(tmp_path, environ)] == [
        f"{tmp_path}/syndicator.toml:3: {message}delete the line",
        f"environment variable {variable}: {message}unset it",
    ]
    assert f"{section}.{key}" not in origins(tmp_path, environ)


def test_a_file_that_is_wrong_elsewhere_still_says_so(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text("[fetch]\nredirects = 3\n[publish]\nredirects = 3\n")
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert [fault.key for fault in refused.value.faults] == ["publish.redirects"]
    (tmp_path / "syndicator.toml").write_text("[fetch\n")
    assert dropped_settings(tmp_path, {}) == ()
    (tmp_path / "syndicator.toml").write_text("fetch = 'redirects'\n")
    assert dropped_settings(tmp_path, {}) == ()


def test_the_sentences_say_the_values_that_count() -> None:
    assert client.DECODED == 2
    values = {
        ("fetch", "redirects"): client.MOST_REDIRECTS,
        ("fetch", "worker_seconds"): int(worker.SECONDS),
        ("fetch", "worker_megabytes"): worker.MEGABYTES,
        ("publish", "source_share"): feeds.SHARE,
    }
    assert {place: DROPPED[place] for place in values} == {
        place: f"it is always {value}" for place, value in values.items()
    }
    assert f"always {feeds.MOST}," in DROPPED[("publish", "most")]
