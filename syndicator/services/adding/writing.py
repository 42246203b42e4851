"""What was chosen gets its key and what the operator said of it, and its lines in sources.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syndicator import __version__
from syndicator.configuration.sources import registry, remembered
from syndicator.configuration.sources.rules_table import table
from syndicator.configuration.sources.schema import source_of
from syndicator.core import urls
from syndicator.core.errors import UsageError
from syndicator.core.model import ContentMode, Source
from syndicator.services.adding.found import Candidate
from syndicator.services.container import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the operator says of the sources to be added; None and () say nothing."""

    key: str | None = None
    title: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    every: str | None = None
    content: ContentMode | None = None
    backfill: int | None = None
    allow: tuple[str, ...] = ()
    select: tuple[str, ...] = ()


def named(app: App, chosen: Sequence[Candidate], wishes: Wishes) -> list[Candidate]:
    """`chosen` as they would be written, each address once: with a key, and as the operator wishes. What is known
    already stays as it is. Raises UsageError for a wish that cannot be."""
    once: dict[str, Candidate] = {}
    for one in chosen:
        once.setdefault(urls.alias(one.source.url), one)
    new = [one for one in once.values() if not one.known]
    if len(new) > 1 and (wishes.key or wishes.title):
        option = "--key" if wishes.key else "--title"
        raise UsageError(f"{option} names one source, and {len(new)} would be added; add them one by one")
    taken = {*app.sources}
    former, kept = app.beside.former(taken), app.beside.keys()
    found = []
    for one in once.values():
        if not one.known:
            was = (former.get(urls.alias(url)) for url in (one.source.url, one.other) if url)
            own = one.source.key if one.source.key not in taken else ""
            before = next((key for key in was if key and key not in taken), "")
            key = wishes.key or own or before or registry.key_for(one.source.url, taken | kept)
            one = replace(one, source=_wished(app, replace(one.source, key=key), wishes))
            taken.add(key)
        found.append(one)
    return found


def write_sources(app: App, chosen: Sequence[Candidate], known: Mapping[str, Source]) -> list[Source]:
    """Writes the new ones to sources.toml, all or none, and returns them. `known`: what `found.by_address` says. Raises
    as `registry.add_sources` does."""
    new, path = [one.source for one in chosen if not one.known], app.config / "sources.toml"

    def unchanged() -> Mapping[str, Source] | None:
        return known if remembered.stamp(path, __version__) == app.sources_stamp else None

    registry.add_sources(path, new, unchanged)
    return new


def _wished(app: App, source: Source, wishes: Wishes) -> Source:
    said = {
        name: getattr(wishes, name)
        for name in ("title", "category", "every", "content", "backfill", "allow")
        if getattr(wishes, name) not in (None, ())
    }
    said["tags"] = tuple(dict.fromkeys((*source.tags, *wishes.tags)))
    rules = replace(source.rules, select=wishes.select) if wishes.select else source.rules
    made = source_of(table(replace(source, **said, rules=rules)))
    if made.key in app.sources:
        raise UsageError(f"there is a source {made.key!r} already ({app.sources[made.key].url}); give another --key")
    return made
