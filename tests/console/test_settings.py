"""The Settings page: explained, validated, written with comments kept, undone."""

from __future__ import annotations

from html import unescape

import pytest
from lxml import html

from syndicator.configuration.settings import load
from syndicator.console.responses import label, name_fields
from syndicator.operations.sources import SETTINGS
from tests.console.conftest import Browser, RunningConsole

NAMES = [f"{section}.{name}" for section, names in SETTINGS.items() for name in names]


def read_form_fields(browser: Browser, address: str = "/settings") -> dict[str, str]:
    """The fields of the form, as the page shows them."""
    (form,) = [
        one for one in html.fromstring(browser.get(address).body).forms if "stamp" in one.fields
    ]
    return {name: form.fields[name] or "" for name in form.fields if name}


def test_an_error_names_the_label_of_its_field() -> None:
    """Messages about a setting get the label of its form field; unknown names stay."""
    message = "config/syndicator.toml:3: publish.limit: write a whole number (got 'many')"
    assert name_fields(message) == (
        "config/syndicator.toml:3: “Entries in a feed” (publish.limit): write a whole number"
        " (got 'many')"
    )
    assert name_fields("site.url, publish.nothing") == "“Address” (site.url), publish.nothing"


def test_each_has_a_name_and_a_sentence(browser: Browser) -> None:
    """Every setting in the form has a written label and one sentence of explanation; booleans and
    choices are drop-downs."""
    tree = html.fromstring(browser.get("/settings").body)
    for name in NAMES:
        assert label(name) != name.capitalize()
        assert label(name) == tree.xpath(f'string(//label[@for="{name}"])')
        about = tree.xpath(f'string(//p[@id="{name}-about"])')
        assert about[:1].isupper() and about.count(". ") == 0 and about.endswith("."), (name, about)

    assert tree.xpath('//select[@name="publish.thumbnails"]/option/text()') == ["Yes", "No"]
    assert tree.xpath('//select[@name="publish.archives"]/option/text()') == [
        *("Yes", "No", "Atom", "Listed")
    ]


def test_what_differs_is_saved_and_taken_back(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The form writes only settings that changed, keeps comments, returns emptied ones to their
    default, and undo restores the file."""
    path = running_console.instance.config / "syndicator.toml"
    ours = "[publish]  # ours\n# limit = 50  # entries\n"
    path.write_text(path.read_text().replace("[publish]\n", ours))
    before = path.read_text()
    fields = read_form_fields(browser)

    assert fields["publish.tag_min"] == "2"
    assert fields["publish.limit"] == "50"

    changed = {
        "publish.tag_min": "4",
        "publish.thumbnails": "false",
        "fetch.pause": "2.5",
        "publish.archives": "atom",
    }
    job = running_console.finish_job(browser.post("/settings", fields | changed))

    assert {*job.said.removeprefix("settings changed: ").split(", ")} == {*changed}

    text = path.read_text()

    assert "tag_min = 4  # twenty-odd" in text
    assert "[publish]  # ours\n# limit = 50  # entries" in text

    publish = load(running_console.instance.config).publish

    assert publish.tag_min == 4
    assert publish.thumbnails is False
    assert publish.archives == "atom"
    assert "thumbnails = false" in text
    assert "title =" in text

    running_console.finish_job(
        browser.post("/settings", read_form_fields(browser) | {"publish.tag_min": " "})
    )

    assert load(running_console.instance.config).publish.tag_min == 3  # empty: the default

    same = running_console.wait_for_job(browser.post("/settings", read_form_fields(browser)).job)

    assert same.status == "done"
    assert same.change is None

    for part in browser.get("/changes").body.split('name="number" value="')[1:3]:
        running_console.finish_job(
            browser.post("/operations/undo", {"number": part.partition('"')[0], "next": "/"})
        )

    assert path.read_text() == before


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("publish.limit", "0", "publish.limit: "),
        ("fetch.every_min", "soon", "is not a duration"),
        ("publish.mute", "tag:", "publish.mute: "),
        ("publish.hold", "no", "publish.hold: "),
        # which only `check` refuses
        ("site.url", "nowhere", "site.url is 'nowhere'; write a whole address"),
    ],
)
def test_what_is_wrong_is_refused_with_its_fault(
    running_console: RunningConsole, browser: Browser, name: str, value: str, fault: str
) -> None:
    """A wrong setting is refused with its fault, nothing is written, and the other fields keep what
    was typed."""
    path = running_console.instance.config / "syndicator.toml"
    before = path.read_text()
    answer = browser.post(
        "/settings", read_form_fields(browser) | {name: value, "site.author": "Ann"}
    )
    job = running_console.wait_for_job(answer.job)

    assert job.status == "failed"
    assert fault in job.said
    assert path.read_text() == before

    body = unescape(browser.get(answer.headers["location"]).body)

    assert name_fields(fault) in body
    assert 'value="Ann"' in body


def test_other_settings_and_old_forms_are_refused(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Settings that are not on the page, such as commands and folders, cannot be changed there;
    neither can a form from before an edit."""
    path = running_console.instance.config / "syndicator.toml"
    refusal_of = {
        "alert.command=sh": "can only be changed in syndicator.toml",
        "paths.state=/tmp": "can only be changed in syndicator.toml",
        "console.host=::": "is no setting",
        "x": "is no setting",
        "publish.limits=3": "is no setting",
    }
    for other, refusal in refusal_of.items():
        job = running_console.wait_for_job(
            browser.post("/operations/change-settings", {"values": other}).job
        )
        assert job.status == "failed"
        assert refusal in job.said

    assert "did you mean 'publish.limit'?" in job.said

    fields = read_form_fields(browser)
    path.write_text(path.read_text() + "# edited\n")
    job = running_console.wait_for_job(
        browser.post("/settings", fields | {"site.title": "Late"}).job
    )

    assert job.status == "failed"
    assert "edited meanwhile" in job.said
    assert "Late" not in path.read_text()


def test_what_was_wrong_before_and_what_a_variable_sets(
    running_console: RunningConsole, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting from the environment is shown and disabled; a fault that was there before does not
    block saving others."""
    path = running_console.instance.config / "syndicator.toml"
    path.write_text(
        path.read_text() + '\n[alert]\nmail = "a@b.example"\npassword_env = "NO_SUCH_PASSWORD"\n'
    )
    monkeypatch.setenv("SYNDICATOR_SITE__TITLE", "Of the environment")
    body = browser.get("/settings").body

    assert "Set by the environment variable SYNDICATOR_SITE__TITLE." in body
    assert 'name="site.title" value="Of the environment"' in body
    assert "disabled" in body

    fields = {
        name: value for name, value in read_form_fields(browser).items() if name != "site.title"
    }
    running_console.finish_job(browser.post("/settings", fields | {"site.rights": "CC BY 4.0"}))

    assert load(running_console.instance.config).site.rights == "CC BY 4.0"
