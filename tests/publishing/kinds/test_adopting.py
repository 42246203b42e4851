"""A new database learns which files are published already."""

from __future__ import annotations

from syndicator.core.model import FeedKey
from syndicator.core.ports import FeedRow
from syndicator.publishing.kinds.adopting import adopt_unknown_files
from syndicator.publishing.kinds.targets import ARTICLES, SEARCH
from tests.publishing.memory import MemoryOutlet

AI = FeedKey("tag", "ai")
ID = "abcdefghijklmnopqrstuvwxyz"
OURS = {
    "tags/ai.atom": (AI, "tags/ai"),
    "tags/ai.html": (AI, "tags/ai"),
    "archive/tags/ai/2026-03.atom": (AI, "archive/tags/ai/2026-03.atom"),
    "archive/tags/ai/2026-03.01.json": (AI, "archive/tags/ai/2026-03.01.atom"),
    "archive/tags/ai/2026.html": (AI, "archive/tags/ai/2026.html"),
    "archive/tags/ai/2026-03-09.html": (AI, "archive/tags/ai/2026-03-09.html"),
    f"articles/{ID}.html": (ARTICLES, f"articles/{ID}.html"),
    "search/index.js": (SEARCH, "search/index.js"),
    "search/2026-03.32.t0.js": (SEARCH, "search/2026-03.32.t0.js"),
}
THEIRS = (
    "tags/ai-notes.txt",
    "tags/bees.atom",  # of a feed that the instance never had
    "archive/tags/ai/2026-03.zip",
    "archive/tags/ai/notes.html",
    "articles/about.html",
    "search/mine.js",
    "google1234.html",
)


def test_files_that_builds_have_named_are_out_of_date_and_all_others_unknown() -> None:
    """If the table of published files is lost, files with names of our feeds (OURS) are recorded
    again, without a fingerprint, so that they are made anew; other files (THEIRS) are ignored."""
    outlet = MemoryOutlet()
    outlet.files |= dict.fromkeys([*OURS, *THEIRS], b"")
    row = FeedRow(key=AI, name="AI", first_slug="ai", published=True)
    files_by_name = {file.name: file for file in adopt_unknown_files([row], outlet)}

    assert {name: (file.owner, file.target) for name, file in files_by_name.items()} == OURS
    assert {(file.made_of, file.sha256) for file in files_by_name.values()} == {("", "")}
