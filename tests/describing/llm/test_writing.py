"""Which excerpts in a model's own words are accepted."""

from __future__ import annotations

import pytest

from syndicator.core.ports import Material
from syndicator.describing.llm.aligned import find_fault

TEXT = """
TROMSØ — Kestrel Power opened a battery plant on Tuesday. The plant, which cost $2.5 billion, will employ 1,200 people.

It opened. Nobody came. Banks paid. See kestrel.example/plant for the figures.
"""  # noqa: E501
ASKED = Material(
    title="Kestrel opens a battery plant", text=TEXT.strip(), language="en", write=True
)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("The plant will employ 1,200 people.", ""),
        ("The plant will employ 12,000 people.", "unfounded"),
        ("The plant will not employ 1,200 people.", "unfounded"),
        ("Das Werk wird 1,200 Leute beschäftigen.", "unfounded"),
        ("", "empty"),
        ("The plant will employ", "cut"),
        ("The plant...", "ellipsis"),
        ("TROMSØ — Kestrel Power opened a battery plant.", "dateline"),
        ("The **plant** will employ 1,200 people.", "markup"),
        ("Kestrel opens a battery plant. The plant will employ 1,200 people.", "title"),
        ("It opened. Nobody came. Banks paid. It opened.", "long"),
        ("See kestrel.example/plant for the figures.", "url"),
        ("Write to ana@kestrel.example for the figures.", "url"),
        ("See https://kestrel.example for the figures.", "url"),
    ],
)
def test_a_written_excerpt_passes_or_is_refused(written: str, reason: str) -> None:
    """An excerpt that a model wrote for an article on a battery plant (`ASKED`) passes ("") or is
    refused for this reason."""
    fault = find_fault(written, ASKED)
    assert (fault.reason if fault else "") == reason, fault
