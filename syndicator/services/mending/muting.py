"""Filed articles that edited settings `publish.mute` and `publish.keep` leave out."""

from __future__ import annotations

from syndicator.configuration.entry_rules import leaves_out
from syndicator.core.model import Article
from syndicator.services.build import read
from syndicator.services.container import App


def muted(app: App) -> tuple[Article, ...]:
    """Return the published articles, copies included, that the settings leave out, except hand-written ones."""
    publish, index = app.settings.publish, app.store.index
    if not (publish.mute or publish.keep):
        return ()

    def is_left_out(article: Article) -> bool:
        return leaves_out(publish, article, lambda: read(app, article.id).text)

    copies = index.articles(sorted(index.merged())).values()
    return tuple(article for article in (*index.each(), *copies) if article.digest and is_left_out(article))
