"""Templates of the pages, the operator's before ours. The one importer of Jinja."""

from functools import cache
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicator.publishing.look import TEMPLATES, Look

# Stands in a story for the way to the web root, which differs from page to page; no text of an article has a NUL in it
# (`text.legal`).
ROOT: Final = "\0"


class Templates:
    """The templates of one build. `faults`: what is wrong with templates of the operator's, by template that was to be
    rendered: ours are taken for it then, all of them, so that its parts fit together."""

    def __init__(self, look: Look | None = None) -> None:
        self.look = look or Look()
        self.faults: dict[str, str] = {}
        self._theirs = _theirs(self.look) if self.look.templates else None

    def render(self, template: str, **values: Any) -> bytes:
        """A template with its values, in UTF-8."""
        if self._theirs is not None and template not in self.faults:
            try:
                return _rendered(self._theirs, template, values)
            except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
                self.faults[template] = _said(error)
        return _rendered(_ours(), template, values)


def _rendered(environment: Environment, template: str, values: dict[str, Any]) -> bytes:
    return environment.get_template(template).render(**values).encode("utf-8")


def _said(error: Exception) -> str:
    """Where and what: "templates/feed.html, line 3: …"."""
    name, line = getattr(error, "name", None), getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:  # an error while rendering: Jinja puts the lines of templates into the traceback
        if trace.tb_frame.f_code.co_filename.endswith(".html"):
            name, line = trace.tb_frame.f_code.co_filename.rpartition("/")[2], trace.tb_lineno
        trace = trace.tb_next
    where = f"{TEMPLATES}/{name}, line {line}: " if name and line else ""
    return f"{where}{str(error) or type(error).__name__}"


@cache
def _ours() -> Environment:
    return Environment(loader=PackageLoader("syndicator.publishing"), auto_reload=False, **_options())


def _theirs(look: Look) -> Environment:
    """The operator's templates over ours. They may read what they are given and call nothing that changes it."""
    ours = PackageLoader("syndicator.publishing")
    theirs = {name: (text, f"{TEMPLATES}/{name}", None) for name, text in look.templates.items()}
    loader = ChoiceLoader([FunctionLoader(theirs.get), ours])
    return ImmutableSandboxedEnvironment(loader=loader, auto_reload=False, **_options())


def _options() -> dict[str, Any]:
    return {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
