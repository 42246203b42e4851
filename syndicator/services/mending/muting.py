"""The filed articles that `publish.mute` and `publish.keep` leave out since they were edited."""

from __future__ import annotations

from syndicator.configuration.entry_rules import leaves_out
from syndicator.core.model import Article
from syndicator.services.build import read
from syndicator.services.container import App


def muted(app: App) -> tuple[Article, ...]:
    """The published articles that the settings would not have had read, copies included, without those that a hand
    wrote. They are asked about what was read of the page, and the tags and category that we gave."""
    publish, index = app.settings.publish, app.store.index
    if not (publish.mute or publish.keep):
        return ()

    def is_left_out(article: Article) -> bool:
        return leaves_out(publish, article, lambda: read(app, article.id).text)

    copies = index.articles(sorted(index.merged())).values()
    return tuple(one for one in (*index.each(), *copies) if one.digest and is_left_out(one))
