"""Settings: accepted and refused values, their origin, and errors without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.configuration.dropped_settings import DROPPED
from syndicator.configuration.settings import (
    Llm,
    Settings,
    dropped_settings,
    load,
    origins,
    unknown_variables,
)
from syndicator.core.errors import ConfigError
from syndicator.processes import worker
from syndicator.publishing.selection import feeds
from syndicator.upkeep.model import ask
from syndicator.visiting.fetch import client

SECRET = "s3ntinel"


def read_llm_settings(folder: Path, lines: str) -> Llm:
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
def test_valid_settings_of_a_language_model_are_read(tmp_path: Path, lines: str) -> None:
    """Valid lines of `[describe.llm]` are accepted; what they do not name has its default, such as
    500 calls a day."""
    assert read_llm_settings(tmp_path, lines).daily_calls == 500


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
    """A language model on localhost may take 120 seconds, any other 30, unless `seconds` is set."""
    lines = f'url = "{url}"\nmodel = "tiny"'
    assert read_llm_settings(tmp_path, lines).seconds == seconds
    assert read_llm_settings(tmp_path, f"{lines}\nseconds = 5").seconds == 5


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('url = "http://h/v1"', "set model to the name"),
        ('url = "ftp://h/v1"\nmodel = "tiny"', r"describe\.llm\.url: write it like"),
        ('url = "h:11434/v1"\nmodel = "tiny"', r"describe\.llm\.url: write it like"),
        ('url = "http://h:99999/v1"\nmodel = "tiny"', r"describe\.llm\.url: "),
        (
            f'url = "http://u:{SECRET}@h/v1"\nmodel = "tiny"',
            r"describe\.llm\.url: do not write a key into a URL",
        ),
        (
            f'key_env = "sk-{SECRET}"',
            r"describe\.llm\.key_env: write the name of the environment variable",
        ),
        (
            'key_env = "SYNDICATOR_KEY"',
            r"describe\.llm\.key_env: variables that begin with SYNDICATOR_",
        ),
        ("seconds = 0", r"describe\.llm\.seconds: "),
        ('key = "x"', r"unknown key 'describe\.llm\.key'"),
    ],
)
def test_invalid_settings_of_a_language_model_are_refused(
    tmp_path: Path, lines: str, message: str
) -> None:
    """Invalid lines of `[describe.llm]` are refused with a message that names the setting and not
    the SECRET that some of them contain."""
    with pytest.raises(ConfigError, match=message) as refused:
        read_llm_settings(tmp_path, lines)
    assert SECRET not in str(refused.value)


FILE_WITH_PORT_1 = "[publish]\nlisten = '127.0.0.1:1'\n"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """`SYNDICATOR_SECTION__KEY` overrides the file in any case of letters, as text, JSON list or
    boolean; other settings keep their values."""
    (tmp_path / "syndicator.toml").write_text(FILE_WITH_PORT_1)
    environ = {
        "SYNDICATOR_PUBLISH__LISTEN": "[::1]:2",
        "syndicator_publish__hubs": '["https://hub.example/"]',
    }
    publish = load(tmp_path, environ).publish

    assert publish.host == "::1"
    assert publish.port == 2
    assert publish.hubs == ("https://hub.example/",)
    assert publish.limit == 50  # the default

    fetch = load(tmp_path, {"SYNDICATOR_FETCH__ALLOW_LOOPBACK": "true"}).fetch

    assert fetch.allow_loopback is True
    assert load(tmp_path, {}).publish.port == 1  # without the environment, as in the file


def test_a_bad_variable_is_named_and_the_file_is_not(tmp_path: Path) -> None:
    """An invalid value from the environment is reported with the variable, not with the settings
    file: `many` is no address to listen on, and the hubs have to be a JSON list."""
    (tmp_path / "syndicator.toml").write_text(FILE_WITH_PORT_1)
    for name, value in (
        ("SYNDICATOR_PUBLISH__LISTEN", "many"),
        ("SYNDICATOR_PUBLISH__HUBS", "https://hub.example/"),
    ):
        with pytest.raises(ConfigError) as refused:
            load(tmp_path, {name: value})

        assert str(refused.value).startswith(f"environment variable {name}: publish.")
        assert "syndicator.toml" not in str(refused.value)


def test_an_unknown_variable_is_no_error(tmp_path: Path) -> None:
    """Unknown SYNDICATOR_ variables change nothing and are listed with the nearest setting; those
    that Kubernetes sets (`_SERVICE_HOST`) are not listed."""
    environ = {
        "SYNDICATOR_SERVICE_HOST": "10.0.0.1",
        "SYNDICATOR_DESCRIBE__LLM__URI": "x",
        "OTHER": "",
    }

    assert load(tmp_path, environ) == load(tmp_path, {})
    assert unknown_variables(environ) == {
        "SYNDICATOR_DESCRIBE__LLM__URI": "SYNDICATOR_DESCRIBE__LLM__URL"
    }
    assert unknown_variables({"SYNDICATOR_X": "y"}) == {"SYNDICATOR_X": ""}  # like no setting


def test_all_faults_at_once_each_with_its_line(tmp_path: Path) -> None:
    """Five invalid settings are reported together, those of the file with their lines, that of the
    environment without one; the message shows the first and counts the others. In a list of many
    lines, the line is that of the wrong item."""
    lines_of_file = [
        "[publish]",
        "prot = 1",
        "limit = 0",
        "",
        "[fetch]",
        "nat64 = [",
        '  "64:ff9b::/96",',
        '  "10.0.0.0/8",',
        "]",
        'every_min = "soon"',
    ]
    (tmp_path / "syndicator.toml").write_text("\n".join(lines_of_file) + "\n")

    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {"SYNDICATOR_PUBLISH__LISTEN": "x"})

    assert {fault.key: fault.line for fault in refused.value.faults} == {
        "publish.prot": 2,
        "publish.limit": 3,
        "fetch.nat64": 8,
        "fetch.every_min": 10,
        "SYNDICATOR_PUBLISH__LISTEN": None,
    }
    assert "(and 4 more: `syndicator check` lists them)" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[publish]\nlimt = 1", "unknown key 'publish.limt'; did you mean 'limit'?"),
        (
            "[publish]\nroot = 1",
            "unknown key 'publish.root'; there are listen, limit, window_hours, tag_min, mute,"
            " keep, hold, axes, formats, entry_html, extensions, stories, settle, archives,"
            " thumbnails and 4 more",
        ),
        ("[site]\nlimit = 1", "unknown key 'site.limit'; it belongs to [publish]"),
        ("[publish]\nlimit = 'x'", "publish.limit: write a whole number (got 'x')"),
        ("[publish]\nhubs = 'x'", 'publish.hubs: write a list, such as ["a", "b"] (got \'x\')'),
        (
            "publish = 1",
            "publish: write a table: [its name] on a line, and its keys below (got '1')",
        ),
        ("[publish]\ngzip = 'x'", "publish.gzip: write true or false (got 'x')"),
        ("\ufeff[publish]", "has a byte order mark; save it without"),
        ("[llm]\nkey_env = 'X'", "unknown key 'llm'; it belongs to [describe]"),
        (
            "root = '/srv'",
            "unknown key 'root'; there are site, fetch, publish, paths, store, describe, health,"
            " alert, console, webhook, digest",
        ),
        (
            "[describe]\nkey_env = 'X'",
            "unknown key 'describe.key_env'; it belongs to [describe.llm]",
        ),
    ],
)
def test_a_suggestion_is_of_the_table_the_key_stands_in(
    tmp_path: Path, text: str, message: str
) -> None:
    """For an unknown key, the message suggests a similar key of its own table, or names the table
    that has such a key, or the keys that there are; a wrong value is answered with its type."""
    (tmp_path / "syndicator.toml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert str(refused.value).partition(": ")[2] == message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[fetch", 1, "the header lacks a bracket at its end: write [fetch]"),
        ("\n[fetch\npause = 1", 2, "the header lacks a bracket at its end: write [fetch]"),
        (
            "[fetch]\npause = 1\n[fetch\n",
            3,
            "the header lacks a bracket at its end: write [fetch]; [fetch] is on line 1 already:"
            " write these keys below that line, and take this header out",
        ),
        (
            "[site]\n[fetch]\n[ site ] # ours",
            3,
            "[site] is on line 1 already: write these keys below that line, and take this header"
            " out",
        ),
        (
            "[[webhook]]\n[webhook]",
            2,
            "write [[webhook]], with two brackets on each side, as above it",
        ),
        (
            "[site]\ntitle = 'a'\ntitle = 'b'",
            3,
            "the key title is in this section twice: take one of the two out",
        ),
        (
            '[publish]\nformats = ["atom", "rss"\n# why\n\nport = 1',
            2,
            "the list that begins here is not closed: write ] at its end",
        ),
        (
            '[publish]\nhubs = ["a",\n[site]\ntitle = "b"',
            2,
            "the list that begins here is not closed: write ] at its end",
        ),
        (
            '[publish]\nhubs = [\n  "a",\n  b,\n]\nport = 1',
            4,
            "Invalid value, at column 3; texts stand in quotes, and each key on a line of its own",
        ),
        (
            "[site]\ntitle = 'b\nlanguage = 1",
            2,
            "the text that begins here is not closed: write ' at its end",
        ),
        ("[fetch]\nallow_loopback = True # here", 2, "write true, in small letters"),
        (
            "[site]\ntitle = a b",
            2,
            "Invalid value, at column 9; texts stand in quotes, and each key on a line of its own",
        ),
    ],
)
def test_a_fault_of_the_syntax_is_said_with_its_cure(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    """The message for invalid TOML names the line where the mistake begins, and the correction."""
    file = tmp_path / "syndicator.toml"
    file.write_text(text)

    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert str(refused.value) == f"{file}:{line}: is not valid TOML: {message}"


def test_a_key_above_its_table_is_named_with_the_table(tmp_path: Path) -> None:
    """A key outside of any table is reported with the table it belongs to, even if a table name is
    nearer (`pause`, `paths`)."""
    (tmp_path / "syndicator.toml").write_text("pause = 2\n[fetch]\n")
    with pytest.raises(ConfigError, match=r"unknown key 'pause'; it belongs to \[fetch\]"):
        load(tmp_path, {})


def test_where_each_value_comes_from(tmp_path: Path) -> None:
    """`origins` says of each setting where its value comes from: file and line, environment
    variable or default."""
    (tmp_path / "syndicator.toml").write_text(FILE_WITH_PORT_1)
    origin_by_setting = origins(tmp_path, {"SYNDICATOR_SITE__URL": "https://f.example/"})

    assert origin_by_setting["publish.listen"] == f"{tmp_path}/syndicator.toml:2"
    assert origin_by_setting["site.url"] == "environment variable SYNDICATOR_SITE__URL"
    assert origin_by_setting["site.title"] == "default"


@pytest.mark.parametrize("setting", DROPPED, ids=".".join)
def test_a_dropped_setting_is_a_warning_with_its_line(
    tmp_path: Path, setting: tuple[str, ...]
) -> None:
    """A removed setting in file or environment gives a warning with its place and reason; the
    others still count. `setting` is its section and key, DROPPED has the reason."""
    *section, key = setting
    name = ".".join(setting)
    variable = f"SYNDICATOR_{'__'.join(setting)}".upper()
    # two lines, so that the setting is on the third; a digest is a table of a list and has a name
    header = "[[digest]]\nname = 'd'" if section == ["digest"] else f"[{'.'.join(section)}]\n"
    (tmp_path / "syndicator.toml").write_text(f"{header}\n{key} = '7'\n")
    environ = {variable: "7", "SYNDICATOR_SITE__TITLE": "Mine"}

    assert load(tmp_path, environ).site.title == "Mine"
    assert unknown_variables(environ) == {}

    message = f"{name} is no setting any more: {DROPPED[setting]}; "

    assert [str(fault) for fault in dropped_settings(tmp_path, environ)] == [
        f"{tmp_path}/syndicator.toml:3: {message}delete the line",
        f"environment variable {variable}: {message}unset it",
    ]
    assert name not in origins(tmp_path, environ)


@pytest.mark.parametrize(
    "setting",
    [setting for setting in DROPPED if not DROPPED[setting].startswith("write")],
    ids=".".join,
)
def test_a_setting_without_successor_does_not_count(
    tmp_path: Path, setting: tuple[str, ...]
) -> None:
    """A removed setting without a replacement, in the file and in the environment, changes no
    value: all but the title, which the file sets, are defaults."""
    *section, key = setting
    (tmp_path / "syndicator.toml").write_text(
        f"[{'.'.join(section)}]\n{key} = 'x'\n[site]\ntitle = 'Mine'\n"
    )
    loaded = load(tmp_path, {f"SYNDICATOR_{'__'.join(setting)}".upper(): "7"})

    assert loaded.site.title == "Mine"
    assert loaded.model_dump() == Settings(site=loaded.site).model_dump()


OLD_FILE = "[publish]\n{publish}\n[console]\n{console}\n[fetch]\n{fetch}\n"


@pytest.mark.parametrize(
    ("lines", "variables", "publish", "console", "seconds"),
    [
        ({}, {}, "127.0.0.1:8080", "127.0.0.1:8081", 20),
        ({"publish": "port = 81"}, {}, "127.0.0.1:81", "127.0.0.1:8081", 20),
        ({"publish": "host = '::'", "console": "host = ''\nport = 9"}, {}, "[::]:8080", ":9", 20),
        (
            {"publish": "listen = '[::1]:5'"},
            {"PUBLISH__PORT": "6"},
            "[::1]:6",
            "127.0.0.1:8081",
            20,
        ),
        ({"publish": "port = 5"}, {"PUBLISH__HOST": "0.0.0.0"}, "0.0.0.0:5", "127.0.0.1:8081", 20),
        (
            {"publish": "port = 5"},
            {"PUBLISH__LISTEN": "h:6", "PUBLISH__HOST": "x"},
            "h:6",
            "127.0.0.1:8081",
            20,
        ),
        (
            {"publish": "host = 'x'\nlisten = 'h:6'"},
            {"CONSOLE__PORT": "7"},
            "h:6",
            "127.0.0.1:7",
            20,
        ),
        (
            {"fetch": "feed_seconds = 3\npage_seconds = 4"},
            {},
            "127.0.0.1:8080",
            "127.0.0.1:8081",
            4,
        ),
        ({"fetch": "page_seconds = 60"}, {}, "127.0.0.1:8080", "127.0.0.1:8081", 60),
        ({"fetch": "page_seconds = 60\nseconds = 5"}, {}, "127.0.0.1:8080", "127.0.0.1:8081", 5),
        (
            {"fetch": "feed_seconds = 40"},
            {"FETCH__PAGE_SECONDS": "50.5"},
            "127.0.0.1:8080",
            "127.0.0.1:8081",
            50.5,
        ),
    ],
)
def test_parts_of_a_setting_of_earlier_versions_count(
    tmp_path: Path,
    lines: dict[str, str],
    variables: dict[str, str],
    publish: str,
    console: str,
    seconds: float,
) -> None:
    """The former settings host and port still count unless the new `listen` is given, and the
    larger of feed_seconds and page_seconds unless `seconds` is; the environment comes first.
    `lines` stand in the file, by section; `variables` lack their SYNDICATOR_."""
    (tmp_path / "syndicator.toml").write_text(
        OLD_FILE.format(**{"publish": "", "console": "", "fetch": ""} | lines)
    )
    loaded = load(tmp_path, {f"SYNDICATOR_{name}": value for name, value in variables.items()})

    assert loaded.publish.listen == publish
    assert loaded.console.listen == console
    assert loaded.fetch.seconds == seconds


def test_parts_of_earlier_versions_are_named_as_origins_and_in_faults(tmp_path: Path) -> None:
    """A value from a former setting has the line or variable of that setting as its origin, also in
    errors."""
    (tmp_path / "syndicator.toml").write_text(
        "[publish]\nport = 'x'\n[fetch]\nfeed_seconds = 'x'\n"
    )
    origin_by_setting = origins(tmp_path, {"SYNDICATOR_CONSOLE__HOST": "0.0.0.0"})

    assert origin_by_setting["publish.listen"] == f"{tmp_path}/syndicator.toml:2"
    assert origin_by_setting["console.listen"] == "environment variable SYNDICATOR_CONSOLE__HOST"
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {"SYNDICATOR_CONSOLE__PORT": "many"})
    assert [(fault.key, fault.line) for fault in refused.value.faults] == [
        ("fetch.seconds", 4),
        ("publish.listen", 2),
        ("SYNDICATOR_CONSOLE__PORT", None),
    ]


@pytest.mark.parametrize(
    ("lines", "time_of_digest"),
    [
        ("every = 'week'", "mon 07:00"),
        ("every = 'week'\nat = 'wed 08:00'", "wed 08:00"),
        ("every = 'day'\nat = '08:00'", "08:00"),
    ],
)
def test_a_weekly_digest_of_an_earlier_version_stays_weekly(
    tmp_path: Path, lines: str, time_of_digest: str
) -> None:
    """The former `every = 'week'` becomes Monday at 07:00 unless `at` names a time."""
    (tmp_path / "syndicator.toml").write_text(f"[[digest]]\nname = 'd'\n{lines}\n")
    assert [digest.at for digest in load(tmp_path, {}).digest] == [time_of_digest]


@pytest.mark.parametrize(
    "text", ["8080", "localhost", "::1:80", "h:65536", "http://h:80", "h:-1", "h:80/", "a b:80"]
)
def test_an_address_to_listen_on_has_host_and_port(tmp_path: Path, text: str) -> None:
    """An address to listen on without host or port, with a scheme or with an impossible port is
    refused."""
    (tmp_path / "syndicator.toml").write_text(f"[console]\nlisten = '{text}'\n")
    with pytest.raises(ConfigError, match=r"console\.listen: .* is no address to listen on"):
        load(tmp_path, {})


def test_a_file_that_is_wrong_elsewhere_still_says_so(tmp_path: Path) -> None:
    """`fetch.redirects` is a removed setting, `publish.redirects` never was one: the first does not
    hide the fault of the second. In a file that is no valid TOML, or has no such table, no removed
    setting is found, and that is no error."""
    file = tmp_path / "syndicator.toml"
    file.write_text("[fetch]\nredirects = 3\n[publish]\nredirects = 3\n")

    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert [fault.key for fault in refused.value.faults] == ["publish.redirects"]

    file.write_text("[fetch\n")

    assert dropped_settings(tmp_path, {}) == ()

    file.write_text("fetch = 'redirects'\n")

    assert dropped_settings(tmp_path, {}) == ()


def test_the_sentences_say_the_values_that_count() -> None:
    """The messages about removed settings name the values that the code now uses in their place."""
    assert client.DECODED_FACTOR == 2  # "twice" in a message

    values = {
        ("describe", "llm", "concurrency"): ask._AT_ONCE,
        ("fetch", "redirects"): client.MOST_REDIRECTS,
        ("fetch", "worker_seconds"): int(worker.SECONDS),
        ("fetch", "worker_megabytes"): worker.MEGABYTES,
        ("publish", "source_share"): feeds.SHARE,
    }

    assert {setting: DROPPED[setting] for setting in values} == {
        setting: f"it is always {value}" for setting, value in values.items()
    }
    assert f"always {feeds.MOST}," in DROPPED[("publish", "most")]


def test_a_file_that_is_no_utf_8_is_named_with_its_line_and_its_cure(tmp_path: Path) -> None:
    """A settings file in another encoding is an error with its line and an `iconv` command."""
    (tmp_path / "syndicator.toml").write_bytes(b'[site]\ntitle = "Caf\xe9"\n')
    with pytest.raises(ConfigError, match=r"syndicator\.toml:2: is not UTF-8; .*iconv -f "):
        load(tmp_path, {})
