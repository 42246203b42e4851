"""Remove the secrets in sources' addresses from article files, database and kept pages."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import TypeVar

from syndicator.core import secrets
from syndicator.core.errors import ConfigError
from syndicator.core.model import Source
from syndicator.core.ports.articles import ArticleStore, KeptFile, Snapshots
from syndicator.filing.save_article import write_article
from syndicator.store.engine import Store

NOTE = "scrubbed"
_DIGEST_DIGITS = 8
T = TypeVar("T")


def scrub(
    sources: Iterable[Source],
    environ: Mapping[str, str],
    article_store: ArticleStore,
    store: Store,
    snapshots: Snapshots,
    now: datetime,
) -> int:
    """Remove the secrets in the addresses of sources, such as the token of a private feed, from all
    stored data. Return the number of article files that had a secret. A note in the database lists
    the secrets that were removed earlier; these are not searched for again.

    `environ`: environment variables, which have the secrets. `now`: time of the note."""
    # find the secrets that were not removed before
    secret_by_name: dict[str, str] = {}  # by the name of the environment variable
    for source in sources:
        secret_by_name.update(secrets.read_known_values(source.url, environ))
    if not secret_by_name:
        return 0
    scrubbed_digests = set(json.loads(store.visits.note(NOTE) or "[]"))
    new_secrets: dict[str, str] = {}
    for name, secret in secret_by_name.items():
        digest = _compute_digest(article_store, name, secret)
        if digest not in scrubbed_digests:
            new_secrets[name] = secret
    if not new_secrets:
        return 0

    # remove them from the database, the article files, the lists beside them and the kept pages
    store.scrub(secrets.list_spellings(new_secrets))
    changed = 0
    for stamp in list(article_store.walk()):
        if _scrub_article(article_store, store, stamp.path, new_secrets):
            changed += 1
    for file in article_store.beside():
        _scrub_file(file, new_secrets)
    snapshots.scrub(lambda page: secrets.mask_bytes(page, new_secrets) != page)

    for name, secret in new_secrets.items():
        scrubbed_digests.add(_compute_digest(article_store, name, secret))
    store.visits.set_note(NOTE, json.dumps(sorted(scrubbed_digests)), now)
    return changed


def _compute_digest(article_store: ArticleStore, name: str, secret: str) -> str:
    """Return a digest by which a secret is recognised. It is so short that the secret cannot be
    guessed from it. `name`: of the environment variable that has the secret."""
    # another instance of the program has another digest of the same secret
    salted = f"{article_store.instance()}\0{name}\0{secret}"
    return hashlib.sha256(salted.encode()).hexdigest()[:_DIGEST_DIGITS]


def _scrub_article(
    article_store: ArticleStore, store: Store, path: str, values: Mapping[str, str]
) -> bool:
    """Remove secrets from an article file and its database row. Return True if the file had a
    secret. `path`: of the file. `values`: the secrets, by name of their environment variable."""
    data = article_store.read(path)
    if secrets.mask_bytes(data, values) == data:
        return False
    try:
        article = article_store.get(path)
        masked = _mask(article, values)
        write_article(article_store, store.visits, masked, before=article, path=path)
    except ConfigError:  # the file is no article any more, but its bytes are masked below
        pass
    _scrub_file(article_store.file(path), values)
    return True


def _scrub_file(file: KeptFile, values: Mapping[str, str]) -> None:
    """Remove secrets from the bytes of a file. Do nothing if the file is missing. `values`: the
    secrets, by name of their environment variable."""
    file.update(lambda data: None if data is None else secrets.mask_bytes(data, values))


def _mask(value: T, values: Mapping[str, str]) -> T:
    """Return a copy of `value` in which secrets are masked in all texts. If it is a tuple or a
    dataclass, this includes the texts in it. `values`: the secrets, by name of their environment
    variable."""
    masked: object = value
    if isinstance(value, str):
        masked = secrets.mask_text(value, values)
    elif isinstance(value, tuple):
        masked = tuple(_mask(item, values) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changes = {item.name: _mask(getattr(value, item.name), values) for item in fields(value)}
        masked = replace(value, **changes)
    return masked  # type: ignore[return-value]
