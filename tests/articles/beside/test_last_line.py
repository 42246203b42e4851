"""Files beside the articles in which the last line with a key wins."""

from __future__ import annotations

from pathlib import Path

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.tab_lists import FOLDED, LEADS, STORIES, Decided, Folded

A = "a" * 26
B = "b" * 26
ONE = "1" * 26
TWO = "2" * 26


def test_the_last_decision_counts_and_none_ends_those_before(tmp_path: Path) -> None:
    """The last line for an article decides its story; an empty story ends earlier decisions, as for
    B, and is written as "-". `compact` keeps only what counts."""
    files = FileArticleStore(tmp_path)
    STORIES.append(files, [Decided(A, ONE, final=False), Decided(B, ONE, final=False)])
    STORIES.append(files, [Decided(A, TWO, final=True), Decided(B, "", final=True)])

    assert STORIES.read(files) == [Decided(A, TWO, final=True)]

    STORIES.compact(files)

    # after two lines of notes
    lines = (tmp_path / "stories.tsv").read_text().splitlines()
    assert lines[2:] == [f"{A}\t{TWO}\tfinal"]

    STORIES.append(files, [Decided(B, "", final=False)])

    lines = (tmp_path / "stories.tsv").read_text().splitlines()
    assert lines[-1] == f"{B}\t-"


def test_the_last_lead_of_a_story_counts(tmp_path: Path) -> None:
    """If a story has several lines, its last one names the lead article: story ONE was led by A,
    then by B."""
    files = FileArticleStore(tmp_path)

    LEADS.append(files, [(ONE, A), (TWO, A), (ONE, B)])

    assert LEADS.read(files) == [(ONE, B), (TWO, A)]


def test_folded_articles_keep_their_order_and_time(tmp_path: Path) -> None:
    """Articles that were merged into an entry are read back in the order in which they were
    appended, with their time."""
    files = FileArticleStore(tmp_path)
    folded = [Folded(B, ONE, 1_700_000_000), Folded(A, ONE, 1_700_000_000)]
    FOLDED.append(files, folded)

    assert FOLDED.read(files) == folded
