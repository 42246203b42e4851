"""`check` reports broken templates with their line."""

from __future__ import annotations

from importlib import resources

import pytest

from syndicator.configuration.settings import Settings
from syndicator.health.check.installation import check
from syndicator.publishing.page_design import Look
from syndicator.publishing.web.template_samples import find_template_faults, list_template_names
from tests.instances import Instance


@pytest.mark.parametrize(
    ("name", "text", "severity", "line", "message"),
    [
        ("foter.html", "<footer></footer>", "warning", None, "did you mean footer.html?"),
        ("footer.html", "<footer>\n{% if %}</footer>", "error", 2, "Expected an expression"),
        ("story.html", "<li>\n\n{{ entry.titel }}</li>", "error", 3, "has no attribute 'titel'"),
        ("article.html", "{{ text|safe }}\n{{ contents }}", "error", 2, "'contents' is undefined"),
        (
            "calendar.html",
            "{% if spans %}\n{{ span }}{% endif %}",
            "error",
            2,
            "'span' is undefined",
        ),
        ("404.html", "{% extends 'bse.html' %}", "error", 1, "bse.html"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    instance: Instance, name: str, text: str, severity: str, line: int | None, message: str
) -> None:
    """`check` reports a template of the operator that has an unknown name, does not compile or uses
    an unknown variable, with its line."""
    path = instance.config / "templates" / name
    path.parent.mkdir()
    path.write_text(text)
    (finding,) = check(instance.config, environ={})

    assert finding.severity == severity
    assert finding.reason == "template"
    assert finding.file == str(path)
    assert finding.line == line
    assert message in finding.detail


def test_templates_of_ours_and_parts_that_they_use_are_fine(instance: Instance) -> None:
    """A valid template that includes another file of the operator has no finding."""
    folder = instance.config / "templates"
    folder.mkdir()
    (folder / "footer.html").write_text("<footer>{% include 'imprint.html' %}</footer>")
    (folder / "imprint.html").write_text("<p>{{ page.site }}</p>")

    assert check(instance.config, environ={}) == []


@pytest.mark.slow
def test_each_template_of_ours_is_tried() -> None:
    """All our templates pass the check for overriding templates, and an unknown variable in one is
    found."""
    folder = resources.files("syndicator.publishing").joinpath("templates")
    ours = {name: folder.joinpath(name).read_text() for name in list_template_names()}

    assert find_template_faults(Look(ours), Settings()) == []

    for name, text in ours.items():
        assert (
            find_template_faults(Look({name: text + "{{ unknown }}"}), Settings())
            or "{% extends" in text
            or "macro" in text
        ), name
