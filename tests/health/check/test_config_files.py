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
    """`check` lists, as information, the options of each source that give rights or use variables,
    also in sources.d; harmless options are not listed."""
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "plain"\nurl = "https://plain.example/feed"\ncontent ='
        ' "link"\nspeaks_for = []\n[[source]]\nkey = "a"\nurl ='
        ' "https://a.example/${A_TOKEN}"\nallow = ["127.0.0.0/8"]\nspeaks_for ='
        ' ["b.example"]\ncontent = "full"\n'
    )
    (instance.config / "sources.d").mkdir()
    third_table = (
        '[[source]]\nkey = "c"\nurl = "https://c.example/"\nrobots = "ignore"\nheaders_env = {'
        ' "X-A" = "C_TOKEN" }\n'
    )
    (instance.config / "sources.d/c.toml").write_text(third_table)
    findings = check(instance.config, environ={"A_TOKEN": "long enough", "C_TOKEN": "x"})

    assert {(finding.severity, finding.reason) for finding in findings} == {
        ("info", "source-rights")
    }
    assert [(Path(finding.file).name, finding.line, finding.detail) for finding in findings] == [
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
    """`check` reports an invalid `site.url` as an error with its line."""
    (finding,) = check_config(instance, settings=f'[site]\nurl = "{url}"\n')

    assert finding.severity == "error"
    assert finding.reason == "no-site-url"
    assert finding.line == 2
    assert url in finding.detail


def test_an_alert_that_cannot_be_sent_is_named(instance: Instance) -> None:
    """`check` reports an alert command that does not exist or a mail password that is not set, with
    its line, also if only a digest mails."""
    (alert_finding,) = check_config(instance, settings='[alert]\ncommand = ["/nowhere/tell"]\n')

    assert alert_finding.severity == "error"
    assert alert_finding.reason == "bad-alert"
    assert alert_finding.line == 2
    assert "'/nowhere/tell'" in alert_finding.detail

    (alert_finding,) = check_config(
        instance, settings='[alert]\nmail = "a@b.example"\npassword_env = "MAIL_PASSWORD"\n'
    )

    assert alert_finding.reason == "bad-alert"
    assert alert_finding.line == 3
    assert "MAIL_PASSWORD is not set" in alert_finding.detail

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
    """`check` warns of a digest whose feed (`of`) does not exist, with its line; a digest of a
    source's feed is fine."""
    (finding,) = check_config(
        instance, settings=f'[[digest]]\nname = "big"\n[[digest]]\nname = "small"\nof = "{of}"\n'
    )

    assert finding.severity == "warning"
    assert finding.reason == "unknown-name"
    assert finding.line == 5
    assert of in finding.detail
    assert (
        check_config(
            instance, settings='[[digest]]\nname = "big"\nof = "sources/one"\n', sources=""
        )
        == []
    )


def test_archives_of_a_feed_that_is_none_are_named(instance: Instance) -> None:
    """`check` reports the unknown feed "tags/nowhere" in the list of archives."""
    archives = '["all", "tags", "sources/one", "tags/nowhere"]'
    (finding,) = check_config(instance, settings=f"[publish]\narchives = {archives}\n", sources="")

    assert finding.reason == "unknown-name"
    assert finding.line == 2
    assert "tags/nowhere" in finding.detail


def test_a_hub_that_is_none_is_named(instance: Instance) -> None:
    """`check` reports the hub without a scheme, with its own line in the list."""
    (finding,) = check_config(
        instance, settings='[publish]\nhubs = [\n  "https://hub.example/",\n  "hub.example",\n]\n'
    )

    assert finding.severity == "error"
    assert finding.reason == "bad-hub"
    assert finding.line == 4
    assert "'hub.example'" in finding.detail


def test_a_variable_without_a_value_is_named_with_its_line(instance: Instance) -> None:
    """`check` names the line of each variable that is not set, in a header or an address, except
    for disabled sources."""
    lines = (
        'headers_env = { A = "ONE_1", B = "TWO_2" }\n[[source]]\nkey = "c"\nurl ='
        ' "https://c.example/?t=${THREE_3}"\n'
    )
    findings = check_config(instance, sources=lines, ONE_1="x")

    assert [(finding.reason, finding.line) for finding in findings] == [
        ("unset-variable", 8),
        ("unset-variable", 11),
    ]
    assert "TWO_2" in findings[0].detail
    assert "THREE_3" in findings[1].detail
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
    (finding,) = check_config(instance, sources='every = "15m"\nforce = true\n')

    assert finding.severity == "warning"
    assert finding.reason == "forced"
    assert finding.line == 9

    (finding_alone,) = check_config(instance, sources="force = true\n")

    assert finding_alone.severity == "error"
    assert "remove it" in finding_alone.detail


def test_the_key_of_the_language_model_is_looked_for(instance: Instance) -> None:
    """`check` reports the line of `key_env` if the variable that it names is not set."""
    llm = '[describe.llm]\nurl = "http://127.0.0.1:9/v1"\nmodel = "m"\nkey_env = "MY_KEY"\n'
    (finding,) = check_config(instance, settings=llm)

    assert finding.reason == "no-llm-key"
    assert finding.line == 4
    assert finding.detail.count("syndicator.toml") == 0
    assert check_config(instance, settings=llm, MY_KEY="k") == []


def test_a_file_is_named_once(instance: Instance) -> None:
    """A finding names its file once, whether the file is invalid TOML, has a wrong value or is
    missing."""
    for line in ("[publish", "[publish]\nlimit = 'x'"):
        (finding,) = check_config(instance, settings=line)
        assert f"{finding.what}{finding.detail}".count("syndicator.toml") == 1
    (instance.config / "sources.toml").unlink()
    (finding,) = check(instance.config, environ={})

    assert f"{finding.what}: {finding.detail}".count("sources.toml") == 1


def test_files_of_cookies_are_looked_at(instance: Instance) -> None:
    """`check` reports a cookie file that is missing, readable by others, expired or malformed, and
    never shows the cookie."""
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "a"\nurl = "https://a.example/feed"\ncookies = "cookies/a.txt"\n'
    )
    file = instance.config / "cookies/a.txt"

    def found() -> list[tuple[str, str]]:
        return [
            (finding.severity, finding.reason)
            for finding in check(instance.config, environ={})
            if finding.reason != "source-rights"
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
    (fault,) = (
        finding for finding in check(instance.config, environ={}) if finding.severity == "error"
    )
    assert Path(fault.file).name == "sources.toml"
    assert fault.line == 4
    assert fault.key == "source.cookies"
    assert "a.txt, line 1: it has 1 parts" in fault.detail
    assert "value-of-it" not in fault.detail
