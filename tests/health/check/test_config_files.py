"""`check` reports settings and sources that are valid but cannot work."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.health.check.config_files import Finding
from syndicator.health.check.installation import check
from tests.instances import SOURCES, Instance


def check_config(
    instance: Instance, *, settings: str = "", sources: str = "", **environ: str
) -> list[Finding]:
    (instance.config / "syndicator.toml").write_text(settings)
    (instance.config / "sources.toml").write_text(SOURCES + sources)
    return [
        finding for finding in check(instance.config, environ=environ) if finding.severity != "info"
    ]


def test_rights_and_variables_are_listed_and_are_no_fault(instance: Instance) -> None:
    """Also those of sources.d; what every source has is not listed, and what permits less is no
    right."""
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "plain"\nurl = "https://plain.example/feed"\ncontent ='
        ' "link"\nspeaks_for = []\n[[source]]\nkey = "a"\nurl ='
        ' "https://a.example/${A_TOKEN}"\nallow = ["127.0.0.0/8"]\nspeaks_for ='
        ' ["b.example"]\ncontent = "full"\n'
    )
    (instance.config / "sources.d").mkdir()
    more = (
        '[[source]]\nkey = "c"\nurl = "https://c.example/"\nrobots = "ignore"\nheaders_env = {'
        ' "X-A" = "C_TOKEN" }\n'
    )
    (instance.config / "sources.d/c.toml").write_text(more)
    listed = check(instance.config, environ={"A_TOKEN": "long enough", "C_TOKEN": "x"})

    assert {(one.severity, one.reason) for one in listed} == {("info", "source-rights")}
    assert [(Path(one.file).name, one.line, one.detail) for one in listed] == [
        (
            "c.toml",
            1,
            (
                'source \'c\': it has headers_env = { "X-A" = "C_TOKEN" }, robots = "ignore",'
                " ${C_TOKEN}"
            ),
        ),
        (
            "sources.toml",
            6,
            (
                'source \'a\': it has allow = ["127.0.0.0/8"], content = "full", speaks_for ='
                ' ["b.example"], ${A_TOKEN}'
            ),
        ),
    ]


@pytest.mark.parametrize("url", ["feeds.example.org", "ftp://feeds.example.org/", "not a url"])
def test_an_address_that_is_none_is_named(instance: Instance, url: str) -> None:
    """An invalid `site.url` is an error with its line."""
    (one,) = check_config(instance, settings=f'[site]\nurl = "{url}"\n')

    assert one.severity == "error"
    assert one.reason == "no-site-url"
    assert one.line == 2
    assert url in one.detail


def test_an_alert_that_cannot_be_sent_is_named(instance: Instance) -> None:
    """Alert settings that cannot work are errors with their line."""
    (one,) = check_config(instance, settings='[alert]\ncommand = ["/nowhere/tell"]\n')

    assert one.severity == "error"
    assert one.reason == "bad-alert"
    assert one.line == 2
    assert "'/nowhere/tell'" in one.detail

    (one,) = check_config(
        instance, settings='[alert]\nmail = "a@b.example"\npassword_env = "MAIL_PASSWORD"\n'
    )

    assert one.reason == "bad-alert"
    assert one.line == 3
    assert "MAIL_PASSWORD is not set" in one.detail

    digest = (
        '[alert]\npassword_env = "MAIL_PASSWORD"\n[[digest]]\nname = "big"\nmail ='
        ' ["a@b.example"]\n'
    )

    assert [
        (finding.reason, finding.line) for finding in check_config(instance, settings=digest)
    ] == [("bad-alert", 2)]
    assert (
        check_config(instance, settings='[alert]\ncommand = ["/bin/sh"]\nmail = "a@b.example"\n')
        == []
    )


@pytest.mark.parametrize(
    "of", ["tags/nowhere", "categories/nowhere", "sources/nowhere", "queries/nowhere"]
)
def test_a_digest_of_a_feed_that_is_none_is_named(instance: Instance, of: str) -> None:
    """A digest of an unknown feed is a warning with its line."""
    (one,) = check_config(
        instance, settings=f'[[digest]]\nname = "big"\n[[digest]]\nname = "small"\nof = "{of}"\n'
    )

    assert one.severity == "warning"
    assert one.reason == "unknown-name"
    assert one.line == 5
    assert of in one.detail
    assert (
        check_config(
            instance, settings='[[digest]]\nname = "big"\nof = "sources/one"\n', sources=""
        )
        == []
    )


def test_archives_of_a_feed_that_is_none_are_named(instance: Instance) -> None:
    """Archives of an unknown feed are reported with their line."""
    archives = '["all", "tags", "sources/one", "tags/nowhere"]'
    (one,) = check_config(instance, settings=f"[publish]\narchives = {archives}\n", sources="")

    assert one.reason == "unknown-name"
    assert one.line == 2
    assert "tags/nowhere" in one.detail


def test_a_hub_that_is_none_is_named(instance: Instance) -> None:
    """An invalid hub is an error with its line."""
    (one,) = check_config(
        instance, settings='[publish]\nhubs = [\n  "https://hub.example/",\n  "hub.example",\n]\n'
    )

    assert one.severity == "error"
    assert one.reason == "bad-hub"
    assert one.line == 4
    assert "'hub.example'" in one.detail


def test_a_variable_without_a_value_is_named_with_its_line(instance: Instance) -> None:
    """`check` names the line of each variable that is not set, in a header or an address, except
    for disabled sources."""
    lines = (
        'headers_env = { A = "ONE_1", B = "TWO_2" }\n[[source]]\nkey = "c"\nurl ='
        ' "https://c.example/?t=${THREE_3}"\n'
    )
    both_findings = check_config(instance, sources=lines, ONE_1="x")

    assert [(both_finding.reason, both_finding.line) for both_finding in both_findings] == [
        ("unset-variable", 8),
        ("unset-variable", 11),
    ]
    assert "TWO_2" in both_findings[0].detail
    assert "THREE_3" in both_findings[1].detail
    assert (
        check_config(
            instance,
            sources=lines.replace("[[source]]", "enabled = false\n[[source]]"),
            THREE_3="12345678",
        )
        == []
    )


def test_force_is_warned_of_and_is_about_every_or_cron(instance: Instance) -> None:
    """`force` beside `every` is a warning; without `every` or `cron` it is an error, as it has no
    effect."""
    (one,) = check_config(instance, sources='every = "15m"\nforce = true\n')

    assert one.severity == "warning"
    assert one.reason == "forced"
    assert one.line == 9

    (alone,) = check_config(instance, sources="force = true\n")

    assert alone.severity == "error"
    assert "remove it" in alone.detail


def test_the_key_of_the_language_model_is_looked_for(instance: Instance) -> None:
    """`check` reports the line of `key_env` if the variable that it names is not set."""
    llm = '[describe.llm]\nurl = "http://127.0.0.1:9/v1"\nmodel = "m"\nkey_env = "MY_KEY"\n'
    (one,) = check_config(instance, settings=llm)

    assert one.reason == "no-llm-key"
    assert one.line == 4
    assert one.detail.count("syndicator.toml") == 0
    assert check_config(instance, settings=llm, MY_KEY="k") == []


def test_a_file_is_named_once(instance: Instance) -> None:
    """A finding names its file once, whether the file is invalid TOML, has a wrong value or is
    missing."""
    for line in ("[publish", "[publish]\nlimit = 'x'"):
        (one,) = check_config(instance, settings=line)
        assert f"{one.what}{one.detail}".count("syndicator.toml") == 1
    (instance.config / "sources.toml").unlink()
    (one,) = check(instance.config, environ={})

    assert f"{one.what}: {one.detail}".count("sources.toml") == 1


def test_files_of_cookies_are_looked_at(instance: Instance) -> None:
    """Cookie files are checked: missing, readable by others, malformed."""
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "a"\nurl = "https://a.example/feed"\ncookies = "cookies/a.txt"\n'
    )
    file = instance.config / "cookies/a.txt"

    def found() -> list[tuple[str, str]]:
        return [
            (one.severity, one.reason)
            for one in check(instance.config, environ={})
            if one.reason != "source-rights"
        ]

    assert found() == [("error", "bad-cookies")]
    file.parent.mkdir()
    file.write_text("a.example\tFALSE\t/\tFALSE\t0\tsession\tvalue-of-it\n")
    file.chmod(0o600)
    assert found() == []
    file.chmod(0o644)
    assert found() == [("warning", "readable-secret")]
    file.chmod(0o600)
    file.write_text("a.example\tFALSE\t/\tFALSE\t1\tsession\tvalue-of-it\n")
    assert found() == [("warning", "session-ended")]
    file.write_text("a.example FALSE / FALSE 0 session value-of-it\n")
    (fault,) = (one for one in check(instance.config, environ={}) if one.severity == "error")
    assert Path(fault.file).name == "sources.toml"
    assert fault.line == 4
    assert fault.key == "source.cookies"
    assert "a.txt, line 1: it has 1 parts" in fault.detail
    assert "value-of-it" not in fault.detail
