"""Upgrade an instance from before articles had owners.
What a source wrote about other sites stays until the operator sets `speaks_for`."""

from __future__ import annotations

import json

import pytest

from tests.aged.instance import Instance
from tests.aged.lives import FIRST

pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("life", [FIRST], indirect=True)]

OWN = 'url = "http://lantern.example/feed"'
ELSEWHERE = 'url = "http://burner.example/lantern"'
FULL = ("all.json", "sources/lantern.json")


@pytest.fixture
def burner(old_instance: Instance) -> Instance:
    """The instance, one of whose sources has its feed on another site than its articles."""
    replace_in_sources(old_instance, OWN, ELSEWHERE)
    return old_instance


def replace_in_sources(old_instance: Instance, old: str, new: str) -> None:
    path = old_instance.folder / "config/sources.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def list_rights_findings(old_instance: Instance) -> dict[str, str]:
    document = json.loads(old_instance.run_command("check", "--json", leaves=(0, 78)))
    return {
        finding["what"]: finding["detail"]
        for finding in document
        if finding["reason"] == "speaks-for"
    }


def count_whole_entries(old_instance: Instance) -> int:
    """How many entries of the source's feed have their text."""
    items = json.loads((old_instance.public / "sources/lantern.json").read_text())["items"]
    return sum("content_html" in item and len(item["content_html"]) > 800 for item in items)


@pytest.mark.slow
def test_nothing_changes_until_the_operator_answers(burner: Instance) -> None:
    """A source with full texts of another site keeps them, with a question in `check`, until the
    operator answers: `speaks_for = []` ends them, naming the site keeps them."""
    texts = count_whole_entries(burner)
    assert texts > 0
    burner.run_command("build", "--all")
    before = burner.read_published()
    assert count_whole_entries(burner) == texts
    assert 'speaks_for = ["lantern.example"]' in list_rights_findings(burner)["lantern"]

    replace_in_sources(burner, ELSEWHERE, f"{ELSEWHERE}\nspeaks_for = []")
    burner.run_command("build")
    assert count_whole_entries(burner) == 0
    assert list_rights_findings(burner) == {}

    replace_in_sources(burner, "speaks_for = []", 'speaks_for = ["lantern.example"]')
    burner.run_command("build")
    assert count_whole_entries(burner) == texts
    assert list_rights_findings(burner) == {}
    assert [
        name for name in FULL if not has_same_items(burner.read_published()[name], before[name])
    ] == []


def has_same_items(one: bytes, other: bytes) -> bool:
    return json.loads(one)["items"] == json.loads(other)["items"]


def test_who_writes_its_own_articles_is_asked_nothing(old_instance: Instance) -> None:
    """A source whose articles are all on its own site causes no question about `speaks_for`, and
    its rights are recorded."""
    old_instance.run_command("build")

    assert list_rights_findings(old_instance) == {}
    assert "[before]\n" in (old_instance.articles / "rights.toml").read_text()
    assert "lantern" not in (old_instance.articles / "rights.toml").read_text()
