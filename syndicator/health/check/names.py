"""Find categories, tags, sources and feeds that the configuration names and that do not exist, and
what does nothing or nothing sensible in it."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings, parse_duration
from syndicator.configuration.toml_files import TomlFile, read_any_toml_file
from syndicator.core import text, urls
from syndicator.core.axes import ALL
from syndicator.core.errors import Fault
from syndicator.core.ports import FeedRow
from syndicator.describing.taxonomy.vocabulary import (
    Vocabulary,
    find_matching_topics,
    fold,
    load_any,
)
from syndicator.publishing import paths
from syndicator.publishing.queries import SavedQuery
from syndicator.searching.language import FIELDS, Term, iterate_terms

if TYPE_CHECKING:
    from syndicator.configuration.sources.schema import Placed

# the form of a code of a language: BCP 47, a language and subtags
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
# operators of other query languages, and what does the same here
_OPERATORS_OF_OTHERS = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not"}
# axes, and the fields of queries
CATEGORY = "category"
TAG = "tag"
SOURCE = "source"
_ANOTHER = "another here"  # ends a message if no name is similar
WHERE = {CATEGORY: "taxonomy.toml", TAG: "taxonomy.toml", SOURCE: "sources.toml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names that are defined, and those that articles use. `aliases`: by other spelling, the
    tag of the taxonomy; `used`: by axis, the names that articles have."""

    categories: Collection[str] = ()
    tags: Collection[str] = ()
    aliases: Mapping[str, str] | None = None
    sources: Collection[str] = ()
    used: Mapping[str, Collection[str]] | None = None

    def explain_invalid(
        self, axis: str, name: str, normalize: Callable[[str], str], *, accept_used: bool = False
    ) -> str:
        """Return why `name` is no valid category, tag or source, "" if it is valid. Valid are names
        that the configuration defines; if it defines none of this kind, all names are valid.

        `axis`: the kind, CATEGORY, TAG or SOURCE. `normalize`: returns the spelling by which names
        are compared. `accept_used`: True if names that articles have are valid, too, but never all
        names."""
        defined = {CATEGORY: self.categories, TAG: self.tags, SOURCE: self.sources}[axis]
        used_names: Collection[str] = ()
        if accept_used and self.used:
            used_names = self.used.get(axis, ())
        valid_spellings = {normalize(valid_name) for valid_name in (*defined, *used_names)}
        spelling = normalize(name)
        if spelling in valid_spellings:
            return ""
        if not defined and not accept_used:  # the operator defines no names of this kind
            return ""
        if not defined:
            return f"no article has the {axis} {name!r}{text.suggest_similar(name, used_names)}"
        if axis == TAG:
            aliases = {normalize(alias): tag for alias, tag in (self.aliases or {}).items()}
            tag = aliases.get(spelling)
            if tag:
                return f"{axis} {name!r} is only another name in {WHERE[axis]}; write {tag!r}"
        return (
            f"{axis} {name!r} is not in {WHERE[axis]}; write it there, or"
            f" {_ANOTHER}{text.suggest_similar(name, defined)}"
        )


def find_unknown_in_sources(placed: Sequence["Placed"], names: Names) -> Iterator[Fault]:
    """Yield a fault for each category of a source that is not in the taxonomy, and for each tag
    that seems to be a misspelt or other name of a tag there. `placed`: the sources, with their
    places in the files. `names`: the names that exist."""
    for entry in placed:
        category = entry.source.category
        if category:
            detail = names.explain_invalid(CATEGORY, category, str)
            if detail:
                yield entry.fault(detail, "category")
        for number, tag in enumerate(entry.source.tags):
            detail = names.explain_invalid(TAG, tag, str)
            # Operators may give a source a tag of its own, such as "papers": then no name is
            # similar, and the message ends with `_ANOTHER`.
            if detail and not detail.endswith(_ANOTHER):
                yield entry.fault(detail, "tags", number)


def find_unknown_in_queries(
    file: TomlFile, queries: Sequence[SavedQuery], names: Names
) -> Iterator[Fault]:
    """Yield a fault for each category, tag and source in a saved query that no article can have.
    `file`: feeds.toml, in which the queries stand. `names`: the names that exist."""
    for number, query in enumerate(queries):
        if query.feed is not None:
            key = "feed"
            normalize: Callable[[str], str] = text.slug
        else:
            key = "query"
            normalize = _normalize_term
        for term in _list_terms(query):
            if term.field not in WHERE:
                continue
            detail = names.explain_invalid(term.field, term.value, normalize, accept_used=True)
            if detail:
                yield file.fault(detail, "feed", number, key, entry=f"[[feed]] {query.slug!r}")


def find_misread_words(file: TomlFile, queries: Sequence[SavedQuery]) -> Iterator[Fault]:
    """Yield a fault for each word of a query that is searched for in texts, but was probably meant
    as something else: a field written with "=", or an operator of another query language. `file`:
    feeds.toml, in which the queries stand."""
    for number, query in enumerate(queries):
        if not query.expr:
            continue
        for term in iterate_terms(query.expr):
            if term.field:  # such as tag:ai, which is not searched for as a word
                continue
            cure = ""
            field, sign, value = term.value.partition("=")
            if sign and field.lower() in FIELDS:
                cure = f"{field.lower()}:{value}"
            elif term.value in _OPERATORS_OF_OTHERS:
                cure = _OPERATORS_OF_OTHERS[term.value]
            if cure:
                message = f"query: {term.value!r} is searched for as a word; write {cure}"
                entry = f"[[feed]] {query.slug!r}"
                yield file.fault(message, "feed", number, "query", entry=entry)


def _list_terms(query: SavedQuery) -> list[Term]:
    """Return the terms (words and fields such as tag:ai) of a saved query. An entry of feeds.toml
    that only describes an existing feed, such as tags/ai, has one term: the tag, category or source
    of this feed."""
    if query.feed is not None and query.feed.axis in WHERE:
        return [Term(query.feed.axis, query.feed.slug)]
    return list(iterate_terms(query.expr)) if query.expr else []


def _normalize_term(name: str) -> str:
    """Return the spelling by which searches compare names: "Open Source" becomes "open-source"."""
    return name.casefold().replace(" ", "-")


def find_useless_definitions(file: TomlFile, taxonomy: Vocabulary) -> Iterator[Fault]:
    """Yield a fault for each category that no article gets because nothing describes it, and for
    each alias that two tags have. `file`: taxonomy.toml."""
    for number, category in enumerate(taxonomy.category):
        is_described = category.description or category.words or category.examples
        if not is_described and not find_matching_topics(category):
            message = (
                f"category {category.name!r} says nothing of what belongs to it, so articles get it"
                " only from their source; write a description"
            )
            yield file.fault(message, "category", number)
    tag_by_alias: dict[str, str] = {}
    for number, tag in enumerate(taxonomy.tag):
        for alias_number, alias in enumerate(tag.aliases):
            first_tag = tag_by_alias.setdefault(fold(alias), tag.name)
            if first_tag != tag.name:
                message = f"alias {alias!r} of {tag.name!r} is one of {first_tag!r}, too; keep one"
                yield file.fault(message, "tag", number, "aliases", alias_number)


def find_odd_settings(file: TomlFile, settings: Settings) -> Iterator[Fault]:
    """Yield a fault for each setting that is valid but cannot mean what it says. `file`:
    syndicator.toml."""
    language = settings.site.language
    if not _LANGUAGE.fullmatch(language):
        message = (
            f"site.language: {language!r} is no code of a language; write one like en or pt-BR"
        )
        yield file.fault(message, "site", "language")
    fetch = settings.fetch
    if parse_duration(fetch.every_min) > parse_duration(fetch.every_max):
        message = (
            f"fetch.every_min: {fetch.every_min} is longer than fetch.every_max, {fetch.every_max};"
            " change one of the two"
        )
        yield file.fault(message, "fetch", "every_min")


def find_remarks(archive: Archive, configuration: Configuration) -> list[Fault]:
    """Return a fault for each part of the configuration that is valid but has no effect, or
    probably not the intended one: settings, definitions that no article can get, and queries for
    names that no article has."""
    settings = configuration.settings
    settings_file = read_any_toml_file(configuration.folder / "syndicator.toml")
    remarks = list(find_odd_settings(settings_file, settings))
    if settings.site.url and urls.host(settings.site.url) == "":
        message = f"site.url: {settings.site.url!r} is no whole address; begin it with https://"
        remarks.append(settings_file.fault(message, "site", "url"))
    return [*remarks, *_find_useless(archive, configuration)]


def _find_useless(archive: Archive, configuration: Configuration) -> list[Fault]:
    """Return a fault for each definition of taxonomy.toml that has no effect, and for each query of
    feeds.toml that asks for a name that no article has."""
    taxonomy_file = read_any_toml_file(configuration.folder / "taxonomy.toml")
    vocabulary = load_any(configuration.taxonomy.toml)
    faults = list(find_useless_definitions(taxonomy_file, vocabulary))
    if configuration.queries:
        names = collect_names(archive, configuration, vocabulary)
        file = read_any_toml_file(configuration.folder / "feeds.toml")
        faults += find_unknown_in_queries(file, configuration.queries, names)
        faults += find_misread_words(file, configuration.queries)
    return faults


def find_unknown_names(
    archive: Archive, configuration: Configuration, names: Names, placed: Sequence["Placed"]
) -> Iterator[Fault]:
    """Yield a fault for each category, tag, source and feed that the configuration mentions but
    that does not exist, and for each definition that has no effect. `names`: the names that exist;
    `placed`: the sources, with their places in the files."""
    yield from find_unknown_in_sources(placed, names)
    yield from _find_useless(archive, configuration)
    yield from _find_unknown_feeds(configuration, _list_stems(archive, configuration))


def _list_feed_rows(archive: Archive) -> list[FeedRow]:
    """Return the rows of the feeds that have articles."""
    return [row for row in archive.store.index.feeds() if not row.dropped]


def collect_names(archive: Archive, configuration: Configuration, taxonomy: Vocabulary) -> Names:
    """Return the names that exist: the categories and tags that the taxonomy defines, the keys of
    sources, and the categories and tags that articles have or get from their source."""
    categories = [category.name for category in taxonomy.category]
    if categories:
        categories.append(configuration.settings.describe.uncategorised)
    aliases: dict[str, str] = {}
    for tag in taxonomy.tag:
        for alias in tag.aliases:
            aliases[alias] = tag.name
    rows = _list_feed_rows(archive)
    used_categories = [row.name for row in rows if row.key.axis == CATEGORY]
    used_tags = [row.name for row in rows if row.key.axis == TAG]
    for source in configuration.sources.values():
        used_categories.append(source.category or "")
        used_tags.extend(source.tags)
    return Names(
        categories=categories,
        tags=[tag.name for tag in taxonomy.tag],
        aliases=aliases,
        sources=list(configuration.sources),
        used={CATEGORY: used_categories, TAG: used_tags},
    )


def _list_stems(archive: Archive, configuration: Configuration) -> set[str]:
    """Return the paths, such as tags/ai, of all feeds that are published now or will be when they
    have articles."""
    taxonomy = load_any(configuration.folder / "taxonomy.toml")
    stems = {paths.get_stem(ALL)}
    stems.update(paths.get_stem(row.key) for row in _list_feed_rows(archive))
    stems.update(paths.get_stem(query.key) for query in configuration.queries)
    stems.update(f"categories/{text.slug(category.name)}" for category in taxonomy.category)
    stems.update(f"sources/{key}" for key in configuration.sources)
    stems.update(f"tags/{text.slug(tag.name)}" for tag in taxonomy.tag)
    return stems


def _find_unknown_feeds(configuration: Configuration, stems: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each path of a feed, such as tags/ai, that `publish.archives` or a digest
    names but that does not exist. `stems`: the paths of all feeds."""
    file = read_any_toml_file(configuration.folder / "syndicator.toml")
    archives = configuration.settings.publish.archives
    archived_names = archives if isinstance(archives, tuple) else ()
    for number, name in enumerate(archived_names):
        is_path = "/" in name
        if is_path and name not in stems:
            detail = f"archives: no feed is called {name!r}; name one of feeds.html by path"
            yield file.fault(detail, "publish", "archives", number)
    for number, digest in enumerate(configuration.settings.digest):
        if digest.of not in stems:
            detail = (
                f"of: no feed is called {digest.of!r}, so the digest stays empty; name one of"
                " feeds.html by path"
            )
            yield file.fault(detail, "digest", number, "of")
