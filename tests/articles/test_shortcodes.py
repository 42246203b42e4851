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
    """Text that looks like a shortcode is escaped in the file and unchanged when read. The file
    counts as unedited and is not written again."""
    stored, stamp, _ = store.put(make_full_article(body=body))
    loaded = store.get(stamp.path)

    body_in_file = (store.root / stamp.path).read_text().split("\n---\n")[1]
    assert "{{<" not in body_in_file
    assert "{{%" not in body_in_file
    assert stored.body == body
    assert loaded.body == body
    assert render_markdown(loaded.body, URL) == render_markdown(body, URL)
    assert not edits.hand_edited(loaded)
    _, _, written = store.put(loaded)
    assert written is False


def test_an_old_file_is_not_written_anew_for_them(store: FileArticleStore) -> None:
    """A file of an earlier version, with an unescaped shortcode, counts as unedited and is not
    rewritten just to escape it."""
    body = "Write {{< figure >}} or {{% note %}}."
    article = make_full_article(body=body, aliases=())
    _, stamp, _ = store.put(article)
    path = store.root / stamp.path
    # `body` is written as it is, without the escapes
    old_data = frontmatter.dump(edits.sign(article), body=body)
    path.write_bytes(old_data)

    loaded = store.get(stamp.path)
    _, _, written = store.put(loaded)

    assert not edits.hand_edited(loaded)
    assert written is False
    assert path.read_bytes() == old_data


def test_an_operators_own_shortcodes_stay_as_a_hand_wrote_them(store: FileArticleStore) -> None:
    """A body to which the operator adds a shortcode by hand stays as it is when we write other
    fields."""
    _, stamp, _ = store.put(make_full_article(body="Write {{< figure >}} or {{% note %}}."))
    path = store.root / stamp.path
    path.write_text(path.read_text() + "\n{{< mine >}}\n")
    body_before = path.read_text().split("\n---\n")[1]

    assert edits.hand_edited(store.get(stamp.path)) == {"body"}
    store.put(make_full_article(body="Another text.", section="Science"))

    assert "section: Science" in path.read_text()
    assert path.read_text().split("\n---\n")[1] == body_before
