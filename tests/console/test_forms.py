"""Every form of every page works without JavaScript."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from lxml import html

from syndicator.console.routes.operations import cut_lists
from tests.console.conftest import Browser, RunningConsole
from tests.console.test_today import find_article

LAST = ("/operations/remove-source", "/operations/withdraw", "/logout")  # after which less is there


def list_forms(browser: Browser, path: str) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Method, address and fields of each form of a page, one for each of its buttons."""
    results = []
    answer = browser.get(path)
    assert answer.status == 200, path
    for form in html.fromstring(answer.body).forms:
        if form.get("method") == "dialog":
            continue
        boxes = [
            one
            for one in form.iter("input")
            if one.get("type") == "checkbox" and not one.get("disabled")
        ]
        for box in boxes[:2]:
            box.set("checked", "")
        for button in [*form.iter("button")] or [None]:
            fields: dict[str, list[str]] = {}
            for name, value in form.form_values():
                fields.setdefault(name, []).append(value)
            if button is not None and button.get("name"):
                fields[button.get("name")] = [button.get("value")]
            action = (
                button.get("formaction")
                if button is not None and button.get("formaction")
                else form.get("action")
            )
            results.append((form.method, urlsplit(action).path or path.partition("?")[0], fields))
    return results


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_form_is_sent_without_a_script(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Every form of every page, sent as a browser without JavaScript does, is answered and its job
    ends without a bug of ours."""
    one, _ = find_article(running_console, "A seven-watt summariser")
    asked = {
        "merge-tags": {"old": "LLM", "new": "AI", "then": "plan"},
        "try-category": {"name": "Cities", "description": "streets"},
        "try-query": {"query": "tag:AI", "title": "AI"},
        "suggest-tags": {},
    }
    jobs = [
        running_console.finish_job(browser.post(f"/operations/{name}", form)).id
        for name, form in asked.items()
    ]
    pages = [
        "/",
        "/add",
        "/articles",
        "/articles?filter=all",
        f"/articles/{one.id}",
        "/sources",
        "/sources/holt",
        "/changes",
    ]
    pages += [
        "/sources/launchbeat/mend",
        "/tags?query=tag:AI",
        "/tags?tag=AI",
        *(f"/tags?job={article_id}" for article_id in jobs),
    ]
    pages += ["/operations/hide", "/queries/articles", "/settings"]
    forms = {}
    for path in pages:
        for method, address, fields in list_forms(browser, path):
            forms.setdefault(
                (method, address, *fields.get("act", ()), *fields.get("then", ())), (path, fields)
            )

    assert len(forms) > 30

    for (method, address, *_), (path, fields) in sorted(
        forms.items(), key=lambda one: one[0][1] in LAST
    ):
        if address.endswith("/point"):
            continue  # pointing needs a script
        answer = browser.ask(method, address, fields if method == "POST" else None)
        assert answer.status in (200, 303), (path, address, answer.status)
        if answer.job:
            job = running_console.wait_for_job(answer.job)
            assert "our bug" not in job.said, (path, address, job)
            assert job.ended and job.said, (path, address, job)


def test_a_preview_shows_ten_of_each_list() -> None:
    """A preview cuts lists to ten items and says how many there are; numbers and short lists
    stay."""
    result = {"looked": 30, "articles": [*range(30)], "feeds": [1, 2]}
    assert cut_lists(result) == {
        "looked": 30,
        "articles (10 of 30)": [*range(10)],
        "feeds": [1, 2],
    }
