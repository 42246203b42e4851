"""Reason codes: each is listed with a sentence and documented."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.core.errors import NotAnArticle
from syndicator.core.reasons import GROUPS, FetchReason, PageReason, Reason
from tools.reasons import PLACE, document

PACKAGE = Path(__file__).resolve().parents[2] / "syndicator"
ALL = {str(one) for group in GROUPS for one in group}
REFUSALS = {"NotAFeed", "NotAnArticle", "Refusal", "WorkerFailed"}  # called with a code first
_MAY_NAME_ONE = re.compile(
    r"\b(reason|kind|disabled)=|\.reason\b|" + "|".join(f"{name}\\(" for name in REFUSALS)
)


def list_reason_literals(path: Path) -> Iterator[str]:
    """Every string that a module of the package writes, or compares, as a reason."""
    text = path.read_text()
    if not _MAY_NAME_ONE.search(text):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            first = (
                node.args[:1]
                if isinstance(node.func, ast.Name) and node.func.id in REFUSALS
                else []
            )
            named = [
                keyword.value
                for keyword in node.keywords
                if keyword.arg in ("reason", "kind", "disabled")
            ]
            is_reason = [one for one in named if not _is_other_kind(node)]
            yield from _strings([*first, *is_reason])
        elif (
            isinstance(node, ast.Compare)
            and isinstance(node.left, ast.Attribute)
            and node.left.attr == "reason"
        ):
            yield from _strings(node.comparators)


def _is_other_kind(call: ast.Call) -> bool:
    """`kind` is a reason of NotAnArticle alone; other things have kinds of their own."""
    return not (isinstance(call.func, ast.Name) and call.func.id == "NotAnArticle") and any(
        keyword.arg == "kind" for keyword in call.keywords
    )


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value:
                yield inner.value


def test_no_module_uses_a_code_that_is_not_listed() -> None:
    """Every reason code that a module uses is listed in `core.reasons`."""
    used_codes = {
        (path.name, code) for path in PACKAGE.rglob("*.py") for code in list_reason_literals(path)
    }
    assert sorted(f"{name}: {code}" for name, code in used_codes if code not in ALL) == []


def test_the_documentation_lists_what_there_is() -> None:
    """The page of reason codes is up to date."""
    assert PLACE.read_text(encoding="utf-8") == document()  # else: python -m tools.reasons
    for code in ALL:
        assert f"\n`{code}` |" in document()


def test_what_an_address_or_a_page_can_be_refused_for_has_a_cure() -> None:
    """Each reason for which an address or page can be refused says what the operator can do."""
    assert [
        reason.value for group in (FetchReason, PageReason) for reason in group if not reason.cure
    ] == []


@pytest.mark.parametrize("reason", [one for group in GROUPS for one in group], ids=repr)
def test_a_code_is_a_short_word_with_a_sentence(reason: Reason) -> None:
    """Each reason has a code of small letters and hyphens and a sentence without a full stop."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", reason)
    assert reason.means
    assert not reason.means.endswith(".")


def test_codes_are_plain_strings_where_they_are_kept_and_printed() -> None:
    """Reason codes behave as strings in JSON, text, comparison and pickle."""
    assert json.dumps({"reason": FetchReason.DNS}) == '{"reason": "dns"}'
    assert f"{FetchReason.DNS}: x" == "dns: x"
    assert FetchReason("dns") is FetchReason.DNS
    assert pickle.loads(pickle.dumps(PageReason.EMPTY)) is PageReason.EMPTY

    refusal = pickle.loads(pickle.dumps(NotAnArticle(PageReason.EMPTY)))

    assert refusal.kind == "empty"
    assert refusal.reason == "not-an-article-empty"
