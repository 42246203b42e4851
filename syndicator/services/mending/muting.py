"""Filed articles that `publish.mute` and `publish.keep`, edited since, would leave out."""

from __future__ import annotations

from syndicator.configuration.entry_rules import leaves_out
from syndicator.core.model import Article
from syndicator.services.build import read
from syndicator.services.container import App


def muted(app: App) -> tuple[Article, ...]:
    """Return the published articles, copies included but not hand-written ones, that these settings leave out."""
    publish, index = app.settings.publish, app.store.index
    if not (publish.mute or publish.keep):
        return ()

    def is_left_out(article: Article) -> bool:
        return leaves_out(publish, article, lambda: read(app, article.id).text)

    copies = index.articles(sorted(index.merged())).values()
    return tuple(article for article in (*index.each(), *copies) if article.digest and is_left_out(article))
