"""Refer to a function by name, so that only the process that calls it loads its module."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)  # no slots: calling Lazy[...] sets an attribute
class Lazy(Generic[P, T]):
    """A module-level function by its name, "package.module:function". Its module is only imported
    in the process that calls it."""

    name: str

    def load(self) -> Callable[P, T]:
        """Import the module and return the function. Raises ImportError or AttributeError if there
        is none."""
        module, _, function = self.name.partition(":")
        return cast(Callable[P, T], getattr(importlib.import_module(module), function))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.load()(*args, **kwargs)


def lazy_names(modules: Mapping[str, str]) -> dict[str, Lazy[..., Any]]:
    """Return function name -> Lazy, an object that imports the function when it is called.
    `modules`: module -> names of its functions, such as `{"core.urls": "host alias"}` for two
    functions of `syndicator.core.urls`."""
    functions: dict[str, Lazy[..., Any]] = {}
    for module, names in modules.items():
        for name in names.split():
            functions[name] = Lazy(f"syndicator.{module}:{name}")
    return functions
