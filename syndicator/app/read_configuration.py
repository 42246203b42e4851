"""Read the folder of configuration. If a table of a file is faulty, its last valid version
counts."""

import os
from collections.abc import (
    Callable,
    Mapping,
    Sequence,
)
from contextlib import (
    suppress,
)
from dataclasses import dataclass
from pathlib import Path

from syndicator import __version__
from syndicator.articles import disk
from syndicator.configuration.settings import Settings, dropped_settings, load
from syndicator.configuration.sources import source_cache
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Source
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.publishing.queries import SavedQuery, load_queries, load_valid_queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The checked contents of the configuration folder. Only the taxonomy is not read here; worker
    processes read it."""

    folder: Path
    environ: Mapping[str, str]
    settings: Settings
    sources: Mapping[str, Source]  # by key
    queries: tuple[SavedQuery, ...]
    taxonomy: TaxonomyFiles
    sources_stamp: str = ""  # differs after every edit of the sources; "" if not known
    # the stamp before an edit that only added sources, and how many
    sources_before: tuple[str, int] = ("", 0)
    dropped: tuple[Fault, ...] = ()  # settings of earlier versions that are still set
    # of all files; the last valid content counts in place of faulty tables
    faults: tuple[Fault, ...] = ()
    source_faults: tuple[Fault, ...] = ()  # those of the sources


def join_faults(faults: Sequence[Fault]) -> str:
    """Return the faults as one text, "" if there are none."""
    return str(ConfigError.of(faults)) if faults else ""


def describe_wrong(fault: Fault) -> str:
    """Return a fault of a file as a line for the operator, which also says that the last valid
    version is used."""
    return f"{fault}; what was valid before counts"


def read_configuration(
    config: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    before: Configuration | None = None,
    remember: bool = False,
) -> Configuration:
    """Read the folder of the configuration, `config`. Faults of sources, queries and taxonomy are
    in the result; the last valid version of a faulty part is used. Raises ConfigError if
    syndicator.toml is faulty.

    `before`: an earlier result; sources whose files did not change are taken from it, or from a
    cache on disk. `remember`: True to update this cache and the copies of valid files."""
    need_folder(config)
    settings = load(config, environ)
    earlier: source_cache.Read | None = None  # the sources of `before`
    if before:
        sources = tuple(before.sources.values())
        earlier = source_cache.Read(sources, before.sources_stamp, faults=before.source_faults)
    cache = settings.state_dir / "sources.cache"
    source_files = source_cache.read_sources(
        config / "sources.toml", cache, __version__, earlier=earlier, remember=remember
    )
    queries, query_faults = read_valid_queries(config, settings, remember=remember)
    taxonomy_file, taxonomy_faults = _find_last_valid(
        config / "taxonomy.toml", settings, load_vocabulary, remember=remember
    )
    return Configuration(
        folder=config,
        environ=environ,
        settings=settings,
        sources={source.key: source for source in source_files.sources},
        queries=queries,
        sources_stamp=source_files.stamp,
        sources_before=(source_files.base, source_files.added),
        dropped=dropped_settings(config, environ),
        source_faults=source_files.faults,
        faults=(*source_files.faults, *query_faults, *taxonomy_faults),
        taxonomy=find_taxonomy_files(
            config, settings, taxonomy_file if taxonomy_file.exists() else None
        ),
    )


def read_valid_queries(
    config: Path, settings: Settings, *, remember: bool = False
) -> tuple[tuple[SavedQuery, ...], tuple[Fault, ...]]:
    """Return the entries of feeds.toml (saved queries and settings of feeds), and the faults of the
    file. For a faulty entry, return its last valid version. `config`: folder of the configuration.
    `remember`: True to keep a copy of the file if it is valid."""
    path = config / "feeds.toml"
    valid_path, faults = _find_last_valid(path, settings, load_queries, remember=remember)
    queries = {query.key: query for query in load_queries(valid_path)}
    if faults:
        # `queries` is from an older copy: replace the entries that are valid in the file now
        queries |= {query.key: query for query in load_valid_queries(path)}
    return tuple(queries.values()), faults


def _find_last_valid(
    path: Path, settings: Settings, read: Callable[[Path], object], *, remember: bool
) -> tuple[Path, tuple[Fault, ...]]:
    """Return the path of the file to read, and the faults of the file at `path`. This is `path`
    itself; if the file has faults, the path of a copy of its last valid version, which may not
    exist.

    `read`: reads a file; raises ConfigError if it has faults. `remember`: True to make such a copy
    if the file is valid."""
    copy = settings.state_dir / "valid" / path.name
    if not path.exists():
        return path, ()
    with suppress(OSError):  # no copy yet, or `path` is unreadable, which `read` reports
        is_same_as_copy = path.is_file() and copy.read_bytes() == path.read_bytes()
        if is_same_as_copy:
            return path, ()
    try:
        read(path)
    except ConfigError as error:
        if not error.faults:  # it cannot be read at all
            raise
        return copy, error.faults
    if remember:
        with suppress(OSError):  # an earlier copy stays
            disk.write(copy, path.read_bytes())
    return path, ()


def need_folder(config: Path) -> None:
    """Raise ConfigError if the folder `config` has no sources.toml."""
    if not (config / "sources.toml").exists():
        raise ConfigError(
            f"{config}/sources.toml does not exist; `syndicator init` makes one, --config names"
            " another"
        )


def find_taxonomy_files(
    config: Path, settings: Settings, valid: Path | None = None
) -> TaxonomyFiles:
    """Return the paths of the files that say which tags and categories there are: taxonomy.toml,
    and the file that `syndicator learn` writes. `config`: folder of the configuration. `valid`: a
    file to read in place of taxonomy.toml, None for taxonomy.toml itself."""
    return TaxonomyFiles.of(valid or config / "taxonomy.toml", settings.state_dir / "learnt.npz")
