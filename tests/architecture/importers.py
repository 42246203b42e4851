"""A contract for import-linter: every third-party package is imported by the modules listed for it,
and by no other."""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ImportersContract(Contract):
    """`packages`: a line each, `package: importer importer ...`; an importer is a module or a
    package with all in it.

    A package that is imported and has no line breaks the contract, and so does a line that nothing
    imports any more. The standard library is free. Imports under TYPE_CHECKING and inside functions
    count.
    """

    type_name = "importers"
    packages = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        lines = (line.partition(":") for line in self.packages)  # type: ignore[attr-defined]
        listed = {name.strip(): tuple(importers.split()) for name, _, importers in lines}
        faults = []
        for package in sorted(_third_party(graph)):
            for importer in sorted(graph.find_modules_that_directly_import(package)):
                if not any(
                    importer == place or importer.startswith(f"{place}.")
                    for place in listed.get(package, ())
                ):
                    faults.append(f"{importer} imports {package}")
        unused = [
            f"{package} is listed and nobody imports it"
            for package in sorted(listed.keys() - _third_party(graph))
        ]
        return ContractCheck(kept=not (faults or unused), metadata={"faults": [*faults, *unused]})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for fault in check.metadata["faults"]:
            output.print_error(fault)


def _third_party(graph: ImportGraph) -> set[str]:
    external = {module for module in graph.modules if graph.is_module_squashed(module)}
    return {module for module in external if module.split(".")[0] not in sys.stdlib_module_names}
