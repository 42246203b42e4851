"""Findings of `check`, as values; undefined names of categories, tags and sources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from syndicator.configuration.entry_rules import Term
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile
from syndicator.core import text
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Problem
from syndicator.core.reasons import CommandReason
from syndicator.publishing.queries import SavedQuery
from syndicator.services.naming import terms

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault. `what`: the file with line, folder or variable; `file`, `line`, `key`: the same for programs."""

    severity: Severity
    what: str
    reason: str
    detail: str
    file: str = ""
    line: int | None = None
    key: str = ""


def of_fault(fault: Fault, reason: str, severity: Severity = "error") -> Finding:
    finding = of_problem(Problem(what=fault.at, reason=reason, detail=fault.message), severity)
    return replace(finding, file=fault.file, line=fault.line, key=fault.key)


def of_problem(problem: Problem, severity: Severity = "error") -> Finding:
    return Finding(severity=severity, what=problem.what, reason=problem.reason, detail=problem.detail)


def in_file(
    file: object, line: int | None, reason: str, detail: str, severity: Severity = "error", key: str = ""
) -> Finding:
    what = f"{file}:{line}" if line else str(file)
    return Finding(severity=severity, what=what, reason=reason, detail=detail, file=str(file), line=line, key=key)


def of_error(what: str, error: ConfigError) -> list[Finding]:
    """Return all faults of a configuration error. `what`: the file or folder that was read."""
    if error.faults:
        return [of_fault(fault, CommandReason.BAD_CONFIG) for fault in error.faults]
    detail = str(error).removeprefix(f"{what}: ").removeprefix(f"{what} ")
    return [in_file(what, None, error.reason, detail)]


CATEGORY, TAG, SOURCE = "category", "tag", "source"  # axes, and the fields of queries
_ANOTHER = "another here"
WHERE = {CATEGORY: "taxonomy.toml", TAG: "taxonomy.toml", SOURCE: "sources.toml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Defined names. `aliases`: tag by other spelling; `used`: by axis, names in articles, valid in queries."""

    categories: Collection[str] = ()
    tags: Collection[str] = ()
    aliases: Mapping[str, str] | None = None
    sources: Collection[str] = ()
    used: Mapping[str, Collection[str]] | None = None

    def lack(self, axis: str, name: str, same: Callable[[str], str], *, used: bool = False) -> str:
        """Return why `name` is invalid, or "". `same`: normalizes spellings; `used`: accept names of articles."""
        defined = {CATEGORY: self.categories, TAG: self.tags, SOURCE: self.sources}[axis]
        valid = {same(each) for each in (*defined, *((self.used or {}).get(axis, ()) if used else ()))}
        if not defined or same(name) in valid:
            return ""
        aliases = {same(alias): tag for alias, tag in (self.aliases or {}).items()} if axis == TAG else {}
        if alias := aliases.get(same(name)):
            return f"{axis} {name!r} is only another name in {WHERE[axis]}; write {alias!r}"
        return f"{axis} {name!r} is not in {WHERE[axis]}; write it there, or {_ANOTHER}{text.suggestion(name, defined)}"


def in_sources(placed: Sequence[Placed], names: Names) -> Iterator[Fault]:
    """Yield categories and tags of sources that the taxonomy lacks."""
    for entry in placed:
        category = entry.source.category
        if category and (detail := names.lack(CATEGORY, category, str)):
            yield entry.fault(detail, "category")
        for number, tag in enumerate(entry.source.tags):
            # operators may give a source a tag that no other source has, such as "papers"
            if (detail := names.lack(TAG, tag, str)) and not detail.endswith(_ANOTHER):
                yield entry.fault(detail, "tags", number)


def in_queries(file: TomlFile, queries: Sequence[SavedQuery], names: Names) -> Iterator[Fault]:
    """Yield categories, tags and sources of saved queries that no article can have."""
    for number, query in enumerate(queries):
        asked = list(terms(query.expr)) if query.expr else []
        if query.feed is not None and query.feed.axis in WHERE:
            asked = [Term(query.feed.axis, query.feed.slug)]
        key = "feed" if query.feed is not None else "query"
        for term in asked:
            same = text.slug if query.feed is not None else lambda name: name.casefold().replace(" ", "-")
            if term.field in WHERE and (detail := names.lack(term.field, term.value, same, used=True)):
                yield file.fault(detail, "feed", number, key, entry=f"[[feed]] {query.slug!r}")
