"""The filed articles that `publish.mute` and `publish.keep` leave out since they were edited."""

from __future__ import annotations

from syndicator.configuration.entry_rules import leaves_out
from syndicator.core.model import Article
from syndicator.services.build import read
from syndicator.services.container import App


def muted(app: App) -> tuple[Article, ...]:
    """The published articles that the settings leave out, copies included, without those that a hand wrote."""
    publish, index = app.settings.publish, app.store.index
    if not (publish.mute or publish.keep):
        return ()

    def is_left_out(article: Article) -> bool:
        return leaves_out(publish, article, lambda: read(app, article.id).text)

    copies = index.articles(sorted(index.merged())).values()
    return tuple(one for one in (*index.each(), *copies) if one.digest and is_left_out(one))
