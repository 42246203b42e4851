"""Text that looks like a Hugo shortcode is escaped in files and unchanged when read."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.articles import edits, frontmatter
from syndicator.articles.article_store import FileArticleStore
from syndicator.publishing.render.html import render_markdown
from tests.articles.samples import URL, make_full_article

BODIES = [
    "Write {{< figure >}} or {{% note %}}.",
    "`{{< x >}}` and {{{< y",
    "```\n{{< ref >}}\n```",
    "A {{</* comment */>}}.",
]


@pytest.fixture
def store(tmp_path: Path) -> FileArticleStore:
    return FileArticleStore(tmp_path, durable=False)


@pytest.mark.parametrize("body", BODIES)
def test_no_shortcode_stands_in_a_file_and_its_text_reads_as_it_did(
    store: FileArticleStore, body: str
) -> None:
    """Text that looks like a shortcode is escaped in the file and unchanged when read."""
    stored, stamp, _ = store.put(make_full_article(body=body))
    written_text = (store.root / stamp.path).read_text()
    loaded = store.get(stamp.path)

    assert "{{<" not in written_text.split("\n---\n")[1]
    assert "{{%" not in written_text.split("\n---\n")[1]
    assert stored.body == loaded.body == body
    assert render_markdown(loaded.body, URL) == render_markdown(body, URL)
    assert not edits.hand_edited(loaded)
    assert store.put(loaded)[2] is False


def test_an_old_file_is_not_written_anew_for_them(store: FileArticleStore) -> None:
    """A file of an earlier version, with an unescaped shortcode, counts as unedited and is not
    rewritten just to escape it."""
    _, stamp, _ = store.put(make_full_article(body=BODIES[0], aliases=()))
    path = store.root / stamp.path
    old = frontmatter.dump(
        edits.sign(make_full_article(body=BODIES[0], aliases=())), body=BODIES[0]
    )
    path.write_bytes(old)

    article = store.get(stamp.path)
    assert not edits.hand_edited(article)
    assert store.put(article)[2] is False
    assert path.read_bytes() == old


def test_an_operators_own_shortcodes_stay_as_a_hand_wrote_them(store: FileArticleStore) -> None:
    """A shortcode that the operator adds by hand stays when we write other fields."""
    _, stamp, _ = store.put(make_full_article(body=BODIES[0]))
    path = store.root / stamp.path
    path.write_text(path.read_text() + "\n{{< mine >}}\n")
    before = path.read_text().split("\n---\n")[1]

    article = store.get(stamp.path)
    assert edits.hand_edited(article) == {"body"}
    store.put(make_full_article(body="Another text.", section="Science"))

    assert "section: Science" in path.read_text()
    assert path.read_text().split("\n---\n")[1] == before
