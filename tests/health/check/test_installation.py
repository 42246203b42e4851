"""`check` reports faults of an installation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from syndicator.health.check.installation import check
from syndicator.visiting.drawing import launcher
from tests.instances import SOURCES, Instance, store_articles

ROOT = Path(__file__).resolve().parents[3]


def list_reasons(instance: Instance) -> dict[str, str]:
    return {problem.reason: problem.what for problem in check(instance.config)}


def test_a_folder_that_cannot_be_written_is_named(instance: Instance) -> None:
    """`check` names a folder in which it cannot write its trial file."""
    assert "not-writable" not in list_reasons(instance)

    public = instance.folder / "feeds/public"
    # as good as no right to write: root is let in everywhere
    (public / ".check").mkdir(parents=True)

    assert list_reasons(instance)["not-writable"] == str(public)


@pytest.mark.parametrize("name", ["articles", "state"])
@pytest.mark.parametrize("loop", [True, False])
def test_a_folder_that_is_none_is_one_finding_among_all(
    instance: Instance, name: str, loop: bool
) -> None:
    """A file or a looping link in place of a folder is one error, beside the same error about
    sources.d."""
    path = instance.folder / "feeds" / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(name) if loop else path.write_text("")
    (instance.config / "sources.d").write_text("")
    errors = [
        (finding.what, finding.reason)
        for finding in check(instance.config)
        if finding.severity == "error"
    ]

    assert sorted(errors) == sorted(
        [(str(instance.config / "sources.d"), "bad-config"), (str(path), "not-writable")]
    )
    assert all(
        "it is no folder" in finding.detail
        for finding in check(instance.config)
        if finding.severity == "error"
    )


def test_no_trace_of_the_check_is_left(instance: Instance) -> None:
    """`check` deletes the files with which it tries whether folders can be written."""
    list_reasons(instance)
    assert list(instance.folder.rglob(".check")) == []


def test_sources_that_write_for_others_are_named_until_the_operator_answers(
    instance: Instance,
) -> None:
    """After an upgrade, a source with articles on other sites keeps its right to them and is
    reported until the operator writes `speaks_for`, even as an empty list."""
    with instance.open_app() as app:
        store_articles(app, "Mine", "Text.")
        for site in ("b", "a"):
            store_articles(
                app, f"Theirs {site}", "Text.", url=f"https://www.{site}.example/1", id=site * 26
            )
    (instance.folder / "feeds/articles/rights.toml").unlink()  # an earlier version had none
    (problem,) = (finding for finding in check(instance.config) if finding.reason == "speaks-for")

    assert problem.what == "one"
    assert 'speaks_for = ["a.example", "b.example"]' in problem.detail

    with instance.open_app() as app:
        first_source = app.configuration.sources["one"]

        assert app.archive.rights_of(first_source).owns("https://a.example/2")
        assert not app.archive.rights_of(first_source).owns("https://c.example/2")
        assert not app.archive.rights_of(app.configuration.sources["two"]).owns(
            "https://a.example/2"
        )
    sources = instance.config / "sources.toml"
    for answer in ("[]", '["a.example"]'):
        table_with_answer = f'url = "https://one.example/feed"\nspeaks_for = {answer}\n'
        sources.write_text(SOURCES.replace('url = "https://one.example/feed"\n', table_with_answer))
        assert "speaks-for" not in list_reasons(instance)
        with instance.open_app() as app:
            assert app.archive.rights_of(app.configuration.sources["one"]).owns(
                "https://a.example/2"
            ) is (answer != "[]")
            assert not app.archive.rights_of(app.configuration.sources["one"]).owns(
                "https://b.example/2"
            )


def test_what_comes_after_the_first_start_is_no_right(instance: Instance) -> None:
    """An article on another site that is filed after the first start gives its source no right, so
    there is no `speaks-for` finding."""
    with instance.open_app() as app:
        store_articles(app, "Theirs", "Text.", url="https://a.example/1")
    assert "speaks-for" not in list_reasons(instance)


def test_a_lost_database_leaves_the_rights_as_they_were(instance: Instance) -> None:
    """rights.toml stays as it is after the database was lost, and is made again from the articles
    if it is lost too."""
    with instance.open_app() as app:
        store_articles(app, "Theirs", "Text.", url="https://a.example/1")
    rights = instance.folder / "feeds/articles/rights.toml"
    rights.unlink()
    with instance.open_app():
        before = rights.read_bytes()

    assert b"a.example" in before

    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True):
        assert rights.read_bytes() == before
    rights.unlink()  # articles of an earlier version, restored without a database
    shutil.rmtree(instance.folder / "feeds/state")
    with instance.open_app(create=True):
        assert rights.read_bytes() == before


def resolve_host(host: str, port: int) -> None:
    """A look-up that succeeds."""


def test_the_shipped_configuration_has_no_finding(tmp_path: Path) -> None:
    """The shipped configuration has no finding; with `strict` only site address and contact are
    missing."""
    shutil.copytree(ROOT / "config", tmp_path / "config")

    assert check(tmp_path / "config", environ={}, lookup=resolve_host) == []

    strict_findings = check(tmp_path / "config", environ={}, lookup=resolve_host, strict=True)

    assert [(finding.severity, finding.reason, finding.key) for finding in strict_findings] == [
        ("error", "no-site-url", "site.url"),
        ("error", "no-contact", "site.contact"),
    ]


def test_every_file_is_looked_at_whatever_is_wrong_with_the_others(instance: Instance) -> None:
    """`check` reports the faults of all configuration files at once, though several are invalid."""
    (instance.config / "syndicator.toml").write_text("[publish]\nprot = 1\n")
    (instance.config / "sources.toml").write_text(
        SOURCES.replace('key = "one"', 'key = "One"') + "evry = '1h'\n"
    )
    (instance.config / "feeds.toml").write_text(
        "[[feed]]\nslug = 'x'\nquery = 'a'\n\n[[feed]]\nslug = 'X'\nquery = 'a'"
    )
    instance.write_taxonomy(
        "[[tag]]\nname = 'a'\n\n[[tag]]\nname = 'A'\nalias = ['b']\n[[category]\n"
    )
    (instance.config / "sources.d").mkdir()
    (instance.config / "sources.d/a.toml").write_text("[[source]\n")
    (instance.config / "sources.d/b.toml").write_text(
        '[[source]]\nkey = "B"\nurl = "https://b.example/"\n'
    )
    findings = [
        (Path(finding.file).name, finding.line, finding.key)
        for finding in check(instance.config, environ={})
    ]

    assert findings == [
        ("feeds.toml", 6, "feed.slug"),
        ("a.toml", 1, ""),
        ("b.toml", 2, "source.key"),
        ("sources.toml", 2, "source.key"),
        ("sources.toml", 8, "source.evry"),
        ("syndicator.toml", 2, "publish.prot"),
        ("taxonomy.toml", 7, ""),
    ]


def test_errors_come_first_and_warnings_fail_nothing(instance: Instance) -> None:
    """Findings are sorted by severity: errors, warnings, information; each names file, line and
    key."""
    (instance.config / "sources.toml").write_text(
        SOURCES + 'category = "Ai"\nheaders_env = { A = "UNSET_1" }\n'
    )
    (instance.config / "syndicator.toml").write_text("[fetch]\nredirects = 5\n")
    findings = check(
        instance.config, environ={"SYNDICATOR_SITE__URI": "x", "SYNDICATOR_PUBLISH__MOST": "9"}
    )

    assert [(finding.severity, finding.reason) for finding in findings] == [
        ("error", "unset-variable"),
        ("warning", "unknown-variable"),
        ("warning", "unknown-name"),
        ("warning", "dropped-setting"),
        ("warning", "dropped-setting"),
        ("info", "source-rights"),
    ]
    assert "source 'two': category 'Ai' is not in taxonomy.toml" in findings[2].detail
    assert "'AI'" in findings[2].detail
    assert findings[2].what == f"{instance.config}/sources.toml:8"
    assert findings[3].what == f"{instance.config}/syndicator.toml:2"
    assert findings[3].key == "fetch.redirects"
    assert "publish.most is no setting any more" in findings[4].detail


def test_an_article_of_a_hand_is_looked_at(instance: Instance) -> None:
    """`check` reports mistakes in an article written by hand, and article files that are ignored
    for their name or folder ("passed-over")."""
    folder = instance.folder / "feeds/articles"
    (folder / "2026/03/deep").mkdir(parents=True)
    text = (
        "---\ntitle: T\ndate: 2026-03-01\nsource: https://a.example/{}\ncategory: Ai\ncoverImage:"
        " /a.jpg\n---\n"
    )
    (folder / "mine.md").write_text(text.format(1))
    for name in ("a.markdown", "2026/b.md", "2026/03/deep/c.md", "d.MD", "e.txt"):
        (folder / name).write_text(text.format(name))
    for name in ("README.md", "2026/03/picture.jpg", ".hidden.md", "notes.txt"):
        (folder / name).write_text("x")
    findings = {
        (Path(finding.file).name, finding.line, finding.reason)
        for finding in check(instance.config, environ={})
    }

    assert findings == {
        ("mine.md", 5, "unknown-name"),
        ("mine.md", 6, "bad-cover"),
        ("a.markdown", None, "passed-over"),
        ("b.md", None, "passed-over"),
        ("c.md", None, "passed-over"),
        ("d.MD", None, "passed-over"),
        ("e.txt", None, "passed-over"),
    }


def test_articles_that_we_wrote_are_not_lint(instance: Instance) -> None:
    """`check` has no finding for an article that the program wrote itself."""
    with instance.open_app() as app:
        store_articles(app, "Ours", "Text.", category="Elsewhere", cover="/a.jpg")
    assert check(instance.config, environ={}) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\ntitle: T\ndate: x\nsource: https://a.example/1\n---\n", 3, "date: 'x' is no day"),
        ("---\ntitle: T\nsource: https://a.example/1\n---\n", 1, "date: write the day"),
        ("---\ntitle: A: b\nsource: https://a.example/1\n---\n", 2, "is not valid YAML"),
        ("no frontmatter\n", None, "the first line has to be ---"),
    ],
)
def test_a_broken_article_is_named_once_with_its_line(
    instance: Instance, text: str, line: int | None, message: str
) -> None:
    """`check` reports a broken article file with its line and what to write, and names the file
    once."""
    path = instance.folder / "feeds/articles/mine.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    (finding,) = check(instance.config, environ={})

    assert finding.severity == "error"
    assert finding.reason == "bad-article-file"
    assert finding.line == line
    assert message in finding.detail
    assert f"{finding.what}{finding.detail}".count("mine.md") == 1


@pytest.mark.parametrize("enabled", [True, False])
def test_a_source_that_cannot_be_drawn_here_is_named(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, enabled: bool
) -> None:
    """If the browser is missing, an enabled source that needs it is an error with its line; a
    disabled one is none."""
    monkeypatch.setattr(launcher, "find_obstacle", lambda: "Chromium is missing")

    assert "no-browser" not in list_reasons(instance)

    sources = instance.config / "sources.toml"
    options = f"browser = true\nenabled = {str(enabled).lower()}\n"
    sources.write_text(f"{SOURCES}{options}")
    findings = [
        found_problem
        for found_problem in check(instance.config)
        if found_problem.reason == "no-browser"
    ]

    assert bool(findings) == enabled

    if enabled:
        (finding,) = findings
        assert finding.severity == "error"
        assert finding.line == 8
        assert "two" in finding.what + finding.detail
        assert "Chromium is missing" in finding.detail


def test_a_machine_that_draws_pages_has_no_finding(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a browser installed (no obstacle), a source that needs it has no finding."""
    monkeypatch.setattr(launcher, "find_obstacle", lambda: "")
    (instance.config / "sources.toml").write_text(f"{SOURCES}browser = true\n")
    assert "no-browser" not in list_reasons(instance)
