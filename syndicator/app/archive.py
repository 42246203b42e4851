"""Define the archive of an instance: article files, their rows in the database, and the files
beside them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.app.beside.kept_feeds import Beside
from syndicator.app.places import OpenedInstance
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.rights_toml import RightsFile
from syndicator.articles.beside.withdrawals import KeptAway
from syndicator.core.model import Article, Source
from syndicator.core.ports.articles import ArticleStore, Snapshots
from syndicator.filing.ownership import Rights, limit_settings, load_rights
from syndicator.store.engine import Store
from syndicator.visiting.fetch.cookie_files import CookieFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The articles of an instance with all that is stored about them, and the clock by which
    changes are dated."""

    store: Store
    article_store: ArticleStore
    snapshots: Snapshots  # kept pages
    kept_away: KeptAway  # files of withdrawn articles
    beside: Beside  # feeds and sources that must outlive the database
    rights_file: RightsFile
    clock: Callable[[], datetime]
    cookie_files: CookieFiles  # of sessions at sites
    # by host: `clock` minus the host's clock
    clock_offsets: dict[str, timedelta] = field(default_factory=dict)
    # rows agree with the files: the caller saw to it before several changes
    is_reconciled: bool = False

    @property
    def instance(self) -> uuid.UUID:
        return self.article_store.instance()

    def rights_of(self, source: Source) -> Rights:
        """Return the rights of a source to write articles."""
        return load_rights(self.rights_file, source)


def find_terms(archive: Archive, configuration: Configuration, article: Article) -> Source | None:
    """Return the source of an article, with its settings limited to those that it may have for an
    article at this address. None if the source was removed."""
    source = configuration.sources.get(article.source_key)
    if source is None:
        return None
    private = bool(configuration.settings.publish.secret_path)
    return limit_settings(source, archive.rights_of(source), article.url, private=private)


def make_opened_instance(
    archive: Archive, configuration: Configuration, fault: str = ""
) -> OpenedInstance:
    """Return the instance as commands see it that only read. It is made from its archive (articles
    and database) and its configuration. `fault`: an error in the configuration, in words; "" for
    none."""
    return OpenedInstance(
        config=configuration.folder,
        sources=configuration.sources,
        settings=configuration.settings,
        store=archive.store,
        article_store=archive.article_store,
        now=archive.clock(),
        environ=configuration.environ,
        fault=fault,
    )
