"""Import a folder of articles that another site generator wrote: articles and feeds result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syndicator.adding.import_articles import Imported, find_markdown_files, import_files
from syndicator.articles.article_store import FileArticleStore
from syndicator.core.errors import UsageError
from syndicator.core.model import make_article_id
from syndicator.upkeep import editorial, pruning
from tests.articles.samples import make_full_article
from tests.articles.wild import store_wild_articles
from tests.instances import Instance

OURS = """\
---
title: The bridge
date: '2026-02-11'
tags: [Ai]
source: https://other.example/bridge
---

It is new.



And long.
"""
JEKYLL = (
    "---\ntitle: Bees\ncategories: [Gardens]\nimage: /bee.jpg\n---\n\nThe bees came back on"
    " Monday.\n"
)
HUGO = """\
+++
title = "Roof"
date = 2025-03-04T10:00:00+01:00
tags = ["roofs"]
+++

The roof has {{< figure >}} a garden.
"""
DRAFT = "---\ntitle: Later\ndraft: true\n---\nSoon.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "blog"
    for name, text in {
        "posts/bridge.md": OURS,
        "_posts/2026-01-05-bees.markdown": JEKYLL,
        "posts/roof.md": HUGO,
        "posts/later.md": DRAFT,
        "posts/readme.md": "No frontmatter.\n",
        ".git/x.md": OURS,
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    return made


def import_folder(instance: Instance, folder: Path, *, dry_run: bool = False) -> Imported:
    """Import all Markdown files of `folder` into the instance, and return what became of them."""
    with instance.open_app() as app:
        return import_files(
            app.archive, app.configuration, find_markdown_files(folder), dry_run=dry_run
        )


@pytest.fixture
def site(tmp_path: Path) -> Instance:
    (tmp_path / "instance").mkdir()
    return Instance(
        tmp_path / "instance",
        settings='[site]\nurl = "https://me.example/"\n[publish]\ntag_min = 1\n',
    )


def test_articles_and_feeds_at_once_and_nothing_twice(site: Instance, folder: Path) -> None:
    """An import stores the three articles of a folder, whose next build publishes them, and reports
    drafts, problems and oddities; a second import adds nothing."""
    first = import_folder(site, folder)

    # where no source is given, the address is that of the file on our site
    assert sorted(article.url for article in first.articles) == [
        "https://me.example/_posts/2026-01-05-bees",
        "https://me.example/posts/roof",
        "https://other.example/bridge",
    ]
    assert [Path(name).name for name in first.drafts] == ["later.md"]
    # it has no frontmatter
    assert {Path(problem.what).name: problem.reason for problem in first.problems} == {
        "readme.md": "bad-article-file"
    }
    # the tag "Ai" and the blank lines of bridge.md
    assert {oddity.reason for oddity in first.oddities} == {"tag-casing", "blank-runs"}

    site.build()
    published_items = json.loads(site.read_published("all.json"))["items"]

    assert sorted(item["title"] for item in published_items) == ["Bees", "Roof", "The bridge"]
    assert "roofs" in site.read_published("tags/roofs.json")

    second = import_folder(site, folder)

    assert second.articles == []
    assert len(second.known) == 3


def test_a_dry_run_writes_nothing(site: Instance, folder: Path) -> None:
    """A dry run reports the three articles that an import would store, and stores none."""
    assert len(import_folder(site, folder, dry_run=True).articles) == 3
    assert list((site.folder / "feeds/articles").rglob("*.md")) == []


def test_a_hand_edit_outlives_another_import(site: Instance, folder: Path) -> None:
    """If an imported article was edited by hand, importing its folder again keeps the edit."""
    import_folder(site, folder)
    (path,) = (site.folder / "feeds/articles").rglob("bees-*.md")
    path.write_text(path.read_text().replace("on Monday", "on Tuesday"))

    import_folder(site, folder)

    assert "Tuesday" in path.read_text()


def test_without_a_site_an_address_is_asked_for(tmp_path: Path, folder: Path) -> None:
    """Without `site.url`, only files with an address of their own are imported; for others the
    problem says to set it."""
    (tmp_path / "instance").mkdir()
    imported_files = import_folder(Instance(tmp_path / "instance"), folder)

    assert [article.url for article in imported_files.articles] == ["https://other.example/bridge"]

    bees = next(problem for problem in imported_files.problems if "bees" in problem.what)

    assert "set site.url" in bees.detail


def test_a_folder_without_articles_is_named(site: Instance, tmp_path: Path) -> None:
    """Importing a folder without Markdown files is an error that says which endings are
    expected."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no file ends in"):
        import_folder(site, tmp_path / "empty")


def write_file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


HEAD = b"---\ntitle: %s\ndate: '2026-02-11'\nsource: https://o.example/%s\n---\n\n%s\n"
NO_ARTICLES = {
    "nothing in it": b"",
    "binary": bytes(range(256)),
    "utf-16": (HEAD % (b"x", b"x", b"x")).decode().encode("utf-16"),
    "latin-1": HEAD % (b"x", b"x", b"caf\xe9"),
    "nul": HEAD % (b"x\0y", b"x", b"x"),
    "a list for a title": b"---\ntitle: [A, B]\ndate: 2026-01-01\n---\nText.\n",
    "no such day": b"---\ntitle: A\ndate: 2026-02-31\n---\nText.\n",
    "no keys": b"---\n- a\n---\nText.\n",
    "nested without end": b"---\ntitle: " + b"[" * 20_000 + b"\n---\nText.\n",
    "code": b'---\ntitle: !!python/object/apply:os.system ["id"]\ndate: 2026-01-01\n---\nText.\n',
    "no address": b"---\ntitle: A\ndate: 2026-01-01\nsource: 'https://'\n---\nText.\n",
}


def test_what_is_no_article_is_told_of_and_the_rest_comes(site: Instance, tmp_path: Path) -> None:
    """Files that are no articles (by the name of their fault) are each reported; links to
    themselves and folders are passed over. The good file is imported, and builds."""
    for name, data in NO_ARTICLES.items():
        write_file(tmp_path / "odd", f"{name}.md", data)
    write_file(tmp_path / "odd", "good.md", HEAD % (b"Good", b"good", b"Text."))
    (tmp_path / "odd/loop").symlink_to(tmp_path / "odd")
    (tmp_path / "odd/self.md").symlink_to("self.md")
    (tmp_path / "odd/folder.md").mkdir()

    imported_files = import_folder(site, tmp_path / "odd")

    assert [article.title for article in imported_files.articles] == ["Good"]
    assert {Path(problem.what).stem for problem in imported_files.problems} == NO_ARTICLES.keys()
    assert site.build().held == ()


def test_marks_of_windows_are_no_text(site: Instance, tmp_path: Path) -> None:
    """Byte order marks and Windows line ends are not part of imported texts, with YAML and with
    TOML frontmatter."""
    with_yaml = (HEAD % (b"A", b"a", b"One.\n\nTwo.")).replace(b"\n", b"\r\n")
    with_toml = b'+++\r\ntitle = "T"\r\ndate = 2026-01-01\r\n+++\r\n\r\nText.\r\n'
    write_file(tmp_path / "odd", "a.md", b"\xef\xbb\xbf" + with_yaml)
    write_file(tmp_path / "odd", "t.md", b"\xef\xbb\xbf" + with_toml)

    articles = import_folder(site, tmp_path / "odd").articles

    assert {article.title: article.body for article in articles} == {
        "A": "One.\n\nTwo.",
        "T": "Text.",
    }


def test_of_two_files_with_one_address_the_first_counts(site: Instance, tmp_path: Path) -> None:
    """Of two files with the same address only the first is imported; the second counts as
    known."""
    # HEAD takes title, last part of the address and body
    write_file(tmp_path / "odd", "a.md", HEAD % (b"Same", b"same", b"first"))
    write_file(tmp_path / "odd", "b.md", HEAD % (b"Same", b"same", b"second"))

    imported_files = import_folder(site, tmp_path / "odd")

    assert [article.body for article in imported_files.articles] == ["first"]
    assert len(imported_files.known) == 1


def test_the_instances_own_folder_is_known(site: Instance, folder: Path) -> None:
    """Importing the instance's own folders, or one that contains them, recognises its three
    articles and changes nothing."""
    import_folder(site, folder)
    before = site.read_digests("articles")
    for inside in ("feeds/articles", ".", "feeds"):
        imported_files = import_folder(site, site.folder / inside)
        assert imported_files.articles == []
        assert len(imported_files.known) == 3

    assert site.read_digests("articles") == before


def test_what_was_withdrawn_or_pruned_stays_away(site: Instance, folder: Path) -> None:
    """Articles that were withdrawn or pruned are not imported again, from their folder or from the
    instance's own; of the three articles one is left."""
    import_folder(site, folder)
    with site.open_app() as app:
        editorial.withdraw(app.archive, app.configuration, "https://other.example/bridge")
        plan = pruning.plan_pruning(
            app.archive,
            app.configuration.sources,
            pruning.Criteria(named=("https://me.example/posts/roof",)),
        )
        pruning.prune_articles(app.archive, app.configuration.settings, plan)

    for where in (folder, site.folder):
        imported_files = import_folder(site, where)
        assert imported_files.articles == []
        assert len(imported_files.known) == 1
        # files of the folder that are no articles are problems, too
        reasons = {problem.reason for problem in imported_files.problems}
        assert reasons <= {"withdrawn", "pruned", "bad-article-file"}

    assert len(list((site.folder / "feeds/articles").rglob("*.md"))) == 1


@pytest.mark.slow
def test_articles_of_another_instance_come_as_they_are(site: Instance, tmp_path: Path) -> None:
    """Articles of another instance are imported with all their fields and times, but for runs of
    blanks; those on hold stay there, as drafts, and those without a printable title are
    problems."""
    # articles with odd texts in all fields, and one on hold
    first = store_wild_articles(tmp_path / "there")
    store = FileArticleStore(tmp_path / "there", durable=False)
    url = "https://example.org/hold"
    store.put(make_full_article(id=make_article_id(url), url=url, hold=True, hold_reason="flood"))
    imported_files = import_folder(site, tmp_path / "there")
    # a text of unprintable characters is none
    titled = [article for article in first.values() if article.title]

    assert len(imported_files.problems) == len(first) - len(titled)
    assert len(imported_files.drafts) == 1

    new = {article.id: article for article in imported_files.articles}

    assert len(new) == len(titled)

    for one in titled:
        for field in ("title", "excerpt", "author", "category", "tags"):  # runs of blanks are one
            assert join_words(getattr(new[one.id], field)) == join_words(getattr(one, field)), field
        for field in ("url", "cover", "body", "published", "updated"):
            assert getattr(new[one.id], field) == getattr(one, field), field


def join_words(value: object) -> str:
    return " ".join(
        ("|".join(value) if isinstance(value, tuple) else str(value or "")).split()
    ).replace(" |", "|")
