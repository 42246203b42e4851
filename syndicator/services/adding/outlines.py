"""OPML lists of subscriptions: what they list becomes sources, and what does not is named with its line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from syndicator.configuration.sources.opml import (
    Folders,
    Outline,
    Skipped,
    SubscriptionList,
    followed,
    read_opml,
    write_opml,
)
from syndicator.configuration.sources.schema import source_of
from syndicator.core import secrets
from syndicator.core.errors import MissingError, NotAFeed, UsageError
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.services.adding.found import Candidate, Found, by_address, if_known
from syndicator.services.container import App

# What a list from elsewhere does not decide.
_OPERATORS = frozenset(("allow", "content", "headers_env", "licence", "robots", "speaks_for"))
_KEYLESS = "a"  # stands for the key that is given later, so that the rest can be checked


def is_file(address: str) -> bool:
    """True for the path of a file, and for "-", which is stdin."""
    return address == "-" or Path(address).is_file()


def read_file(address: str) -> SubscriptionList:
    """The subscriptions of the OPML file at the path `address`, or on stdin for "-". Raises MissingError."""
    try:
        data = sys.stdin.buffer.read() if address == "-" else Path(address).read_bytes()
    except OSError as error:
        raise MissingError(f"{address} cannot be read: {error.strerror}; give the path of an OPML file") from error
    return read_list(data, address)


def read_list(data: bytes, where: str) -> SubscriptionList:
    """The subscriptions of an OPML document from `where`. Raises MissingError when it is none."""
    try:
        return read_opml(data)
    except NotAFeed as refusal:
        cure = "export the list from the other reader as OPML"
        raise MissingError(f"{where}: {refusal.detail or refusal}; {cure}") from refusal


def from_elsewhere(listed: SubscriptionList) -> SubscriptionList:
    """`listed`, that somebody else's server sent, without what only the operator gives a source: credentials, private
    networks, rights, and addresses that name a variable of this machine, which their server would be sent. Pure."""
    named = [one for one in listed.outlines if secrets.variables(one.url)]
    why = "its address names a variable of this machine, which its server would be sent; add it by itself"
    return SubscriptionList(
        outlines=tuple(
            replace(one, own={name: value for name, value in one.own.items() if name not in _OPERATORS})
            for one in listed.outlines
            if one not in named
        ),
        skipped=(*listed.skipped, *(Skipped(line=one.line, name=one.title, why=why) for one in named)),
    )


def as_found(app: App, address: str, listed: SubscriptionList, folders: Folders = "category") -> Found:
    """What a list at `address` holds, its folders read as `folders` says. Outlines that cannot be followed are among
    those that are skipped."""
    known, categories = by_address(app), _categories(app)
    candidates: list[Candidate] = []
    skipped = list(listed.skipped)
    for outline in listed.outlines:
        try:
            candidates.append(if_known(known, _candidate(outline, folders, categories)))
        except UsageError as error:
            skipped.append(Skipped(line=outline.line, name=outline.title, why=str(error)))
    return Found(
        address=address,
        candidates=tuple(candidates),
        whole=True,
        listed=listed,
        skipped=tuple(sorted(skipped, key=lambda one: one.line)),
    )


def export(app: App) -> bytes:
    """The sources as OPML."""
    sites = {key: state.site_url for key, state in app.store.visits.states().items()}
    return write_opml(app.settings.site.title, list(app.sources.values()), sites)


def _candidate(outline: Outline, folders: Folders, categories: Mapping[str, str]) -> Candidate:
    """Raises UsageError for an outline of which no source can be made."""
    values = followed(outline, folders, categories)
    source = source_of({"key": _KEYLESS, **values})
    return Candidate(source=source if "key" in values else replace(source, key=""), kind="opml")


def _categories(app: App) -> dict[str, str]:
    path = app.config / "taxonomy.toml"
    return {one.name.casefold(): one.name for one in load_vocabulary(path).category} if path.exists() else {}
