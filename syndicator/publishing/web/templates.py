"""Render the templates of pages with Jinja; templates of the operator replace ours.

The operator's templates run in a sandbox. No other module imports Jinja."""

import os
import sys
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicator.publishing.page_design import TEMPLATES, Look

# Placeholder in rendered list items for the path to the web root, which differs between pages. It
# is a NUL, since article texts never have one (`text.remove_illegal`).
ROOT: Final = "\0"
# Errors that an operator's template may raise.
_TEMPLATE_ERRORS: Final = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
)


class Templates:
    """The templates of one build. `look`: templates and styles of the operator, None for ours;
    `faults`: by name of an operator's template, its error; after an error our template is used
    instead."""

    def __init__(self, look: Look | None = None) -> None:
        self.look = look or Look()
        self.faults: dict[str, str] = {}
        self._sandboxed = _make_sandbox(self.look) if self.look.templates else None

    def render(self, template: str, **values: Any) -> bytes:
        """Return a page in UTF-8. If the operator has a template of this name, use it; if it raises
        an error, add the error to `faults` and use our template from then on. `template`: file name
        of the template; `values`: its variables."""
        if self._sandboxed is not None and template not in self.faults:
            try:
                return _render_template(self._sandboxed, template, values)
            except _TEMPLATE_ERRORS as error:
                self.faults[template] = _describe_error(error)
        return _render_template(_load_our_templates(), template, values)


def _render_template(
    environment: jinja2.Environment, template: str, values: dict[str, Any]
) -> bytes:
    return environment.get_template(template).render(**values).encode("utf-8")


def _describe_error(error: Exception) -> str:
    """Return the message of an error that a template raised. If the file and line of the template
    are known, they stand before it: "templates/feed.html, line 3: ..."."""
    name = getattr(error, "name", None)
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:  # Jinja puts the lines of templates into the traceback
        file_name = trace.tb_frame.f_code.co_filename
        if file_name.endswith(".html"):
            _, _, name = file_name.rpartition("/")
            line = trace.tb_lineno
        trace = trace.tb_next
    message = str(error) or type(error).__name__
    if not name or not line:
        return message
    return f"{TEMPLATES}/{name}, line {line}: {message}"


class _Compiled(jinja2.BytecodeCache):
    """Cache of our compiled templates, since compiling them takes 0.1 s. It uses files in the
    __pycache__ of the package. Jinja calls the public methods; a bucket stands for a template."""

    def _path(self, bucket: Any) -> Path:
        """Return the path of the file in which a compiled template is cached."""
        return Path(cache_from_source(str(files("syndicator.publishing") / f"{bucket.key}.html")))

    def get_source_checksum(self, source: str) -> str:
        """Return a hash of a template, of Jinja's version and of our options: if it changes, the
        template is compiled again."""
        return super().get_source_checksum(f"{jinja2.__version__} {_get_options()} {source}")

    def load_bytecode(self, bucket: Any) -> None:
        """Load a compiled template into `bucket`, if it is cached and up to date."""
        with suppress(OSError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)  # ignores bytecode with another checksum or version

    def dump_bytecode(self, bucket: Any) -> None:
        """Write a compiled template to a file beside our templates, so that later runs need not
        compile it. Do nothing if the folder cannot be written. `bucket`: from Jinja, holds the
        compiled template."""
        if sys.dont_write_bytecode:
            return
        path = self._path(bucket)
        with suppress(OSError):  # the package may be in a read-only folder
            path.parent.mkdir(parents=True, exist_ok=True)
            # another process must never read half a file: write a new one, then rename it
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            temporary.write_bytes(bucket.bytecode_to_string())
            temporary.replace(path)


@cache
def _load_our_templates() -> jinja2.Environment:
    """Return the Jinja environment of our own templates, which are trusted."""
    loader = jinja2.PackageLoader("syndicator.publishing")
    return jinja2.Environment(
        loader=loader, bytecode_cache=_Compiled(), auto_reload=False, **_get_options()
    )


def _make_sandbox(look: Look) -> jinja2.Environment:
    """Return a Jinja environment in which the operator's templates replace ours of the same name.
    It is a sandbox: templates cannot reach Python's internals or change the values that they
    get."""
    operator_templates = {
        name: (text, f"{TEMPLATES}/{name}", None) for name, text in look.templates.items()
    }
    operator_loader = jinja2.FunctionLoader(operator_templates.get)
    our_loader = jinja2.PackageLoader("syndicator.publishing")
    loader = jinja2.ChoiceLoader([operator_loader, our_loader])
    return ImmutableSandboxedEnvironment(loader=loader, auto_reload=False, **_get_options())


def _get_options() -> dict[str, Any]:
    """Return the options that the Jinja environments of our templates and of the operator's have in
    common: values are escaped as HTML, and an unknown variable is an error."""
    return {
        "autoescape": True,
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
