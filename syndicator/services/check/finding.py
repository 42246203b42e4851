"""Findings of `check`, as values; names of categories, tags and sources that are nowhere defined."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from syndicator.configuration.entry_rules import And, Expr, Not, Or, Term
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile
from syndicator.core import text
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Problem
from syndicator.core.reasons import CommandReason
from syndicator.publishing.queries import SavedQuery

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault. `what`: the file with line, folder or variable; `file`, `line`, `key`: the same for programs."""

    severity: Severity
    what: str
    reason: str
    detail: str
    file: str = ""
    line: int | None = None
    key: str = ""


def of_fault(fault: Fault, reason: str, severity: Severity = "error") -> Finding:
    found = of_problem(Problem(what=fault.at, reason=reason, detail=fault.message), severity)
    return replace(found, file=fault.file, line=fault.line, key=fault.key)


def of_problem(problem: Problem, severity: Severity = "error") -> Finding:
    return Finding(severity=severity, what=problem.what, reason=problem.reason, detail=problem.detail)


def of_error(what: str, error: ConfigError) -> list[Finding]:
    """All that a configuration error says; `what` names what was read, where the error is about it as a whole."""
    if error.faults:
        return [of_fault(fault, CommandReason.BAD_CONFIG) for fault in error.faults]
    detail = str(error).removeprefix(f"{what}: ").removeprefix(f"{what} ")
    return [Finding(severity="error", what=what, reason=error.reason, detail=detail, file=what)]


def in_order(found: list[Finding]) -> list[Finding]:
    """Errors first; among equals in the order of files and lines, else as they were found."""
    return sorted(found, key=lambda one: (one.severity != "error", one.file, one.line or 0))


CATEGORY, TAG, SOURCE = "category", "tag", "source"  # axes, and the fields of queries
_ANOTHER = "another here"
WHERE = {CATEGORY: "taxonomy.toml", TAG: "taxonomy.toml", SOURCE: "sources.toml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Known names. `aliases`: other spellings of tags; `used`: by axis, names of articles that queries may ask for."""

    categories: Collection[str] = ()
    tags: Collection[str] = ()
    aliases: Mapping[str, str] | None = None
    sources: Collection[str] = ()
    used: Mapping[str, Collection[str]] | None = None

    def of(self, axis: str) -> Collection[str]:
        return {CATEGORY: self.categories, TAG: self.tags, SOURCE: self.sources}[axis]

    def lack(self, axis: str, name: str, same: Callable[[str], str], *, used: bool = False) -> str:
        """What to tell of `name`, "" where it is one of the axis. `same`: what is equal in two spellings of a name;
        `used`: names that articles have count too. Where nothing of the axis is defined, anything goes."""
        known = self.of(axis)
        well = {same(one) for one in (*known, *((self.used or {}).get(axis, ()) if used else ()))}
        if not known or same(name) in well:
            return ""
        aliases = {same(alias): tag for alias, tag in (self.aliases or {}).items()} if axis == TAG else {}
        if alias := aliases.get(same(name)):
            return f"{axis} {name!r} is only another name in {WHERE[axis]}; write {alias!r}"
        return f"{axis} {name!r} is not in {WHERE[axis]}; write it there, or {_ANOTHER}{text.suggestion(name, known)}"


def in_sources(placed: Sequence[Placed], names: Names) -> Iterator[Fault]:
    """Categories and tags of sources that the taxonomy does not have."""
    for one in placed:
        category = one.source.category
        if category and (told := names.lack(CATEGORY, category, str)):
            yield one.fault(told, "category")
        for number, tag in enumerate(one.source.tags):
            # a tag of its own, such as "papers", is an operator's right
            if (told := names.lack(TAG, tag, str)) and not told.endswith(_ANOTHER):
                yield one.fault(told, "tags", number)


def in_queries(file: TomlFile, queries: Sequence[SavedQuery], names: Names) -> Iterator[Fault]:
    """Categories, tags and sources of saved queries that no article can have."""
    for number, query in enumerate(queries):
        asked = list(_terms(query.expr)) if query.expr else []
        if query.feed is not None and query.feed.axis in WHERE:
            asked = [Term(query.feed.axis, query.feed.slug)]
        key = "feed" if query.feed is not None else "query"
        for term in asked:
            same = text.slug if query.feed is not None else lambda name: name.casefold().replace(" ", "-")
            if term.field in WHERE and (told := names.lack(term.field, term.value, same, used=True)):
                yield file.fault(told, "feed", number, key, entry=f"[[feed]] {query.slug!r}")


def _terms(expr: Expr) -> Iterator[Term]:
    if isinstance(expr, Term):
        yield expr
    elif isinstance(expr, Not):
        yield from _terms(expr.inner)
    elif isinstance(expr, And | Or):
        for part in expr.parts:
            yield from _terms(part)
