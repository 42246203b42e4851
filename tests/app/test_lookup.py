"""Find the article that an operator names on the command line."""

from __future__ import annotations

from syndicator.app.lookup import find_article_id
from tests.instances import Instance, store_articles


def test_an_article_is_named_by_address_id_or_file(instance: Instance) -> None:
    """An article is found by its address, id or stored file; a copy of the file elsewhere names
    none."""
    with instance.open_app() as app:
        article_id = store_articles(app, "Story", "Text of the story.").id

        assert (
            find_article_id(app.archive, "https://one.example/story")
            == find_article_id(app.archive, article_id)
            == article_id
        )

        path = instance.find_file("Story")

        assert find_article_id(app.archive, str(path)) == article_id

        copy = instance.folder / path.name
        copy.write_bytes(path.read_bytes())

        # of a file elsewhere nobody knows what it is
        assert find_article_id(app.archive, str(copy)) is None
        assert (
            find_article_id(app.archive, "")
            is find_article_id(app.archive, "no")
            is find_article_id(app.archive, "https://two.example/story")
            is None
        )
