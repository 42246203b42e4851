"""Packages stay within their rows of tests/style.toml, and new commits keep to the rules of CONTRIBUTING.md."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests import commit_rules, style
from tests.commit_rules import Commit, NoHistory
from tests.style import Tables

MODULE = '''"""What is where."""

# a comment
import os


def read(found: str, *, name: str = "") -> str:
    """Read a file, whatever it is."""
    given = f"{name}: {os.sep} {found}"
    return given
'''
LINES = 10  # of MODULE
TOKENS = 25  # 2 of the import, 18 of the signature, 5 of the body: the f-string is 1
NAMES = 10  # 8 names, 2 arguments; vague: found twice, given twice
RULE = "tests/test_style.py"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "migrations"  # the name of a folder around the checkout does not matter
    write(
        root,
        {
            "syndicator/__init__.py": "",
            "syndicator/articles/__init__.py": "a = 1\n",
            "syndicator/articles/read.py": MODULE,
            "syndicator/articles/files/write.py": MODULE + "\n" * 6,
            "syndicator/articles/migrations/first.py": MODULE,
            "syndicator/py.typed": "",
            "syndicator/data/template.toml": "",
            "syndicator/reading/page.py": "b = 1\nc = 2\n",
            "docs/articles.md": "An article is a file.\n",
            "README.md": "Read docs.\n",
            "CHANGELOG.md": "# Changes\n\n## Unreleased\n\nTwo words.\n\n### Added\n\n## 1.0\n\nMore words.\n",
            "tests/style.toml": "",
        },
    )
    return root


# figures


def test_no_figure_is_above_its_row() -> None:
    today, rows = style.figures(style.ROOT), style.read_rows(style.ROOT)
    assert not style.above(today, rows) and not style.without_figure(today, rows), style.report(today, rows)


def test_figures_of_a_package(tree: Path) -> None:
    assert style.figures(tree)["articles"] == {
        "lines": 2 * LINES + 6 + 1,
        "modules": 2,
        "median": LINES + 3,
        "tokens": 2 * TOKENS + 3,
        "vague": round(100 * 8 / (2 * NAMES + 1), 2),
        "words": 2 * (3 + 6),
        "what": 50.0,
        "where": 50.0,
        "starts": 2,
    }


def test_figures_of_the_whole(tree: Path) -> None:
    (tree / "syndicator/moved/__pycache__").mkdir(parents=True)  # no entry: nothing but bytecode
    tables = style.figures(tree)
    assert list(tables) == ["whole", "articles", "reading"]  # a folder without modules is an entry, but no package
    assert tables["whole"] == {"entries": 3, "modules": 2, "docs": 7, "unreleased": 4, "long": 0.0}


def test_a_long_function_has_over_20_lines(tree: Path) -> None:
    write(tree, {"syndicator/articles/long.py": "".join(f"def f{n}():\n" + "    pass\n" * n for n in (19, 20))})
    assert style.figures(tree)["whole"]["long"] == 25.0  # 1 of 4


@pytest.mark.parametrize("name", sorted(style.VAGUE))
def test_each_vague_name_counts(name: str) -> None:
    assert style.count(f"{name} = 1\nlambda {name}: 2\ndef {name}(): x.{name}\n")["vague"] == 2


@pytest.mark.parametrize("word", ["What", "Whether", "Of", "Where", "That", "Those", "How", "Who"])
def test_each_indirect_start_of_a_docstring_counts(word: str) -> None:
    assert style.count(f'"""\n{word} it is."""')["starts"] == 1
    assert style.count(f'"""{word}ever it is, {word}."""')["starts"] == 0


def test_words_of_docstrings_are_whole_words_in_any_case() -> None:
    count = style.count('class A:\n    """Say what WHERE."""\n    async def b(): "Whatever, nowhere."\n')
    assert (count["what"], count["where"], count["docstrings"], count["words"]) == (1, 1, 2, 5)


def test_nested_f_strings_are_one_token() -> None:
    assert style.count_tokens("""a = f"{f'{b!r:>{c}}'} {d}" f'e'\n""") == 4


# rows


@pytest.mark.parametrize("table", ["whole", "articles"])
def test_a_figure_above_its_row_fails(tree: Path, table: str) -> None:
    today = style.figures(tree)
    assert style.above(today, today) == []
    for name, value in today[table].items():
        rows = today | {table: today[table] | {name: value - 0.01}}
        assert style.above(today, rows) == [f"{table}.{name} is {value:g}: above its row of {value - 0.01:g}"]


def test_a_figure_without_a_row_fails_and_a_row_without_a_figure() -> None:
    today, rows = {"a": {"lines": 0}}, {"a": {"words": 5}, "b": {"lines": 6}}
    assert style.above(today, rows) == ["a.lines is 0: it has no row"]
    assert style.without_figure(today, rows) == ["a.words", "b.lines"]
    assert "a.words has a row but no figure" in style.report(today, rows)


def test_a_report_names_rows_to_lower_by_more_than_5_percent() -> None:
    today = {"a": {"lines": 94, "words": 95, "median": 90, "tokens": 101, "starts": 0, "what": 0}}
    rows = {"a": {"lines": 100, "words": 100, "median": 170, "tokens": 100, "starts": 0, "what": 4}}
    assert style.report(today, rows).splitlines() == [
        "a.tokens is 101: above its row of 100",
        "Lower with `python -m tests.style --lower`:",
        "a.lines is 94: 6.0 % below its row of 100",
        "a.what is 0: 100.0 % below its row of 4",
    ]
    assert style.report(rows, rows) == ""


def test_lower_never_raises_a_row() -> None:
    today: Tables = {"a": {"lines": 9, "words": 9.25, "median": 90}, "new": {"lines": 3, "median": 171}}
    rows = {"a": {"lines": 8, "words": 10, "median": 180}, "gone": {"lines": 1}}
    lowered = {"a": {"lines": 8, "words": 9.25, "median": 170}, "new": {"lines": 3, "median": 171}}
    assert style.lowered(today, rows) == lowered


def test_the_command_sets_lowers_and_compares(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert style.main([], tree) == 1  # no rows yet
    assert style.main(["--set"], tree) == 0
    first = style.read_rows(tree)
    assert first["articles"]["lines"] == 27 and first["articles"]["median"] == 170

    write(tree, {"syndicator/articles/read.py": MODULE + MODULE, "README.md": ""})
    assert style.main(["--lower"], tree) == 1
    lowered = {"whole": first["whole"] | {"docs": 5}, "articles": first["articles"] | {"what": 40, "where": 40}}
    assert style.read_rows(tree) == first | lowered
    assert "articles.lines is 37: above its row of 27" in capsys.readouterr().out

    assert style.main(["--set"], tree) == 0
    assert style.read_rows(tree)["articles"]["lines"] == 37
    assert "37/37" in capsys.readouterr().out

    shutil.rmtree(tree / "syndicator/articles")
    assert style.main([], tree) == 1  # rows without figures
    assert style.main(["--raise"], tree) == 2
    assert list(style.read_rows(tree)) == ["whole", "articles", "reading"]


# commits


def test_new_commits_keep_to_the_rules() -> None:
    try:
        commits = commit_rules.new_commits(style.ROOT)
    except NoHistory as error:
        pytest.skip(str(error))
    assert [fault for commit in commits for fault in commit_rules.faults(commit)] == []


def commit(subject: str, *paths: str, loosened: Sequence[str] = ()) -> Commit:
    return Commit(id="0" * 40, subject=subject, paths=paths, loosened=tuple(loosened))


@pytest.mark.parametrize(
    "subject",
    [
        *(f"{kind}: add a row" for kind in commit_rules.TYPES),
        "fix(reading): count blocks",
        "docs(docs/console, cli): re-measure JSON Feed",
        "fix: add " + "x" * 63,
    ],
)
def test_a_subject_of_the_form_passes(subject: str) -> None:
    assert commit_rules.faults(commit(subject)) == []


@pytest.mark.parametrize(
    "subject",
    [
        "A comment keeps to the width of a line",
        "feature: add a row",
        "Fix: add a row",
        "fix(Reading): add a row",
        "fix(): add a row",
        "fix : add a row",
        "fix:add a row",
        "fix: Add a row",
        "fix: add",
        "fix: add ",
        "fix: add " + "x" * 64,
    ],
)
def test_a_subject_of_another_form_fails(subject: str) -> None:
    assert [fault.partition(": write")[0] for fault in commit_rules.faults(commit(subject))] == [
        f"000000000 {subject!r}"
    ]


@pytest.mark.parametrize(
    ("path", "before", "after", "names"),
    [
        ("tests/test_limits.py", "LIMITS = {'a b': 1, 'c': 2_000}", "LIMITS = {'a b': 2, 'c': 1}", ["LIMITS.a b"]),
        ("tests/test_limits.py", "LIMITS = {'a': 1}", "LIMITS = {'b': 1}", ["LIMITS.a"]),
        ("tests/test_limits.py", "LIMITS = {'a': 1}", None, ["LIMITS.a"]),
        ("tests/test_limits.py", None, "LIMITS = {'a': 1}", []),
        ("tests/test_limits.py", "BLOCK = 1\nROOT = Path()", "BLOCK = 2\nROOT = Path()", []),
        ("tests/style.toml", "[a]\nlines = 1\nwhat = 1.5", "[a]\nlines = 1\nwhat = 1.51", ["a.what"]),
        ("tests/style.toml", "[a]\nlines = 2\n[b]\nlines = 1", "[a]\nlines = 1", []),
        ("tests/gate/data/x.toml", "[own]\nf1 = 0.9\ntitle = 1", "[own]\nf1 = 0.8\ntitle = 1", ["own.f1"]),
        ("tests/gate/data/x.toml", "[own]\nf1 = 0.9", "[own]\nf1 = 0.91\nx = 1", []),
        ("tests/gate/data/x.toml", "[a.at_most]\nx = 0.1", "[a.at_most]\nx = 0.2", ["a.at_most.x"]),
        ("tests/gate/data/x.toml", "[a.at_most]\nx = 0.2", "[a.at_most]\nx = 0.1", []),
        ("tests/gate/data/x.toml", "[floors]\na = 1\n[[item]]\nn = 2", "[floors]\na = 1\n[[item]]\nn = 1", []),
        ("tests/gate/x.py", "A_FLOORS: dict = {'a': (1, 2)}", "A_FLOORS: dict = {'a': (1, 1.9)}", ["A_FLOORS.a.1"]),
        ("tests/gate/x.py", "LEAST_BAD = 0.4\nSEEDS = 10", "LEAST_BAD = 0.3\nSEEDS = 9", ["LEAST_BAD"]),
        ("tests/gate/x.py", "SEEDS = 10", "SEEDS = 11", []),
        ("tests/gate/x.py", "MOST_BAD = 0.3", "MOST_BAD = 0.4", ["MOST_BAD"]),
    ],
)
def test_a_limit_is_loosened(path: str, before: str | None, after: str | None, names: Sequence[str]) -> None:
    assert commit_rules.loosened(path, before, after) == [f"{path} {name}" for name in names]


def test_looser_limits_have_a_commit_of_their_own() -> None:
    paths = ["tests/test_limits.py", "tests/style.toml", "tests/gate/data/x.toml", "docs/reasons.md", "CHANGELOG.md"]
    assert commit_rules.faults(commit("limits: raise lines", *paths, loosened=["a"])) == []
    assert commit_rules.faults(commit("feat: add a page", *paths, "syndicator/a.py")) == []

    (fault,) = commit_rules.faults(commit("feat(limits): raise lines", *paths, loosened=["a", "b"]))
    assert "loosens a, b; begin the subject with `limits:`" in fault
    (fault,) = commit_rules.faults(commit("limits: raise lines", *paths, "syndicator/a.md", "a.py", loosened=["a"]))
    assert "loosens a; change syndicator/a.md, a.py in another commit" in fault


# history


def git(root: Path, *words: str) -> None:
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@garden.example", "-c", "init.defaultBranch=main")
    commit_rules.git(root, *name, *words)


def add(root: Path, subject: str, files: dict[str, str]) -> None:
    write(root, files)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", subject)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Two commits after the one that adds the rule, two before it, one beside it on a branch, and a merge."""
    root = tmp_path / "checkout"
    root.mkdir()
    git(root, "init", "-q")
    add(root, "Earliest", {"tests/test_limits.py": "LIMITS = {'a': 1}"})
    add(root, "Before", {"tests/test_limits.py": "LIMITS = {'a': 2}"})
    git(root, "checkout", "-q", "-b", "branch")
    add(root, "Beside", {"other": ""})
    git(root, "checkout", "-q", "main")
    add(root, "The rule", {RULE: "", "tests/style.toml": "[a]\nlines = 1\n", "tests/gate/data/x.toml": "f1 = 2"})
    git(root, "tag", "rule")
    add(root, "feat: first", {"tests/style.toml": "[a]\r\nlines = 2\r\n", "tests/gate/data/x.toml": "f1 = 1"})
    git(root, "merge", "-q", "-m", "Merge", "branch")
    add(root, "limits: second", {"tests/test_limits.py": "LIMITS = {'a': 3}", "tests/gate/page.html": "<p>"})
    return root


def test_commits_after_the_rule_are_compared_with_their_parents(history: Path) -> None:
    commits = commit_rules.new_commits(history)
    assert [(commit.subject, commit.loosened) for commit in commits] == [
        ("limits: second", ("tests/test_limits.py LIMITS.a",)),
        ("feat: first", ("tests/gate/data/x.toml f1", "tests/style.toml a.lines")),
    ]
    assert commits[1].paths == ("tests/gate/data/x.toml", "tests/style.toml")


def test_the_rule_applies_from_the_next_commit_on(history: Path) -> None:
    git(history, "reset", "-q", "--hard", "rule")
    assert commit_rules.new_commits(history) == []


def test_commits_stay_checked_if_the_rule_is_removed_for_a_while(history: Path) -> None:
    git(history, "rm", "-q", RULE)
    add(history, "chore: remove", {})
    add(history, "chore: restore", {RULE: ""})
    assert len(commit_rules.new_commits(history)) == 4


def test_a_moved_limit_counts_as_removed(history: Path) -> None:
    git(history, "mv", "tests/test_limits.py", "tests/limits.py")
    add(history, "refactor: move limits", {})
    assert commit_rules.new_commits(history)[0].loosened == ("tests/test_limits.py LIMITS.a",)


def test_the_newest_commits_are_checked(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_rules, "NEWEST", 1)
    assert [commit.subject for commit in commit_rules.new_commits(history)] == ["limits: second"]


def test_a_hook_reads_this_repository(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(history.parent / "other"))
    assert len(commit_rules.new_commits(history)) == 2


def test_a_shallow_clone_is_checked_as_far_as_it_goes(history: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{history}", "two")
    assert [commit.subject for commit in commit_rules.new_commits(tmp_path / "two")] == ["limits: second"]
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{history}", "single")
    with pytest.raises(NoHistory, match="too shallow"):
        commit_rules.new_commits(tmp_path / "single")


def without_git_folder(root: Path) -> None:
    shutil.rmtree(root / ".git")


def with_broken_repository(root: Path) -> None:
    (root / ".git/HEAD").unlink()


def without_rule(root: Path) -> None:
    git(root, "checkout", "-q", "branch")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without_git_folder, "no .git"),
        (with_broken_repository, "not a git repository"),
        (without_rule, "no commit has added"),
    ],
)
def test_a_checkout_without_history_has_a_reason(history: Path, change: Callable[[Path], None], reason: str) -> None:
    change(history)
    with pytest.raises(NoHistory, match=reason):
        commit_rules.new_commits(history)


def test_a_machine_without_git_has_a_reason(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoHistory, match="git cannot be started"):
        commit_rules.new_commits(history)
