"""Sixty mails of twelve newsletters: title, date, sender and excerpt are right.
Nothing that is published is private or reports that the mail was read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syndicator.core.model import Article
from syndicator.runs import refresh
from tests.faults.instance import InProcess
from tests.filing.kinds.post import NOW, MailInstance
from tests.mails import deliver_to_maildir
from tests.newsletters import NEWSLETTERS, PERSONAL, Issue, make_issues

LEAST_RIGHT = 57  # of 60


def keep_letters(text: str) -> str:
    return re.sub(r"\W+", "", text)


def find_faults(issue: Issue, article: Article | None) -> list[str]:
    """Return the faults in the article of a mail."""
    if article is None:
        return ["no article"]
    faults = []
    if article.title != issue.title:
        faults.append(f"title {article.title!r}")
    if article.author != issue.sender:
        faults.append(f"sender {article.author!r}")
    if article.published != issue.sent:
        faults.append(f"date {article.published}")
    sentences = re.split(r"(?<=[.!?。])\s*", article.excerpt.rstrip("…. ") + ".")
    pieces = [keep_letters(sentence) for sentence in sentences if keep_letters(sentence)]
    if not pieces or not all(piece in keep_letters(issue.text) for piece in pieces):
        faults.append(f"excerpt {article.excerpt!r}")
    return faults


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_mails_of_twelve_newsletters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of sixty sample mails at least `LEAST_RIGHT` become articles with the expected values, and
    none publishes or stores personal data."""
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    post = MailInstance(tmp_path)
    post.configure(*(newsletter.table for newsletter in NEWSLETTERS))
    issues = make_issues(NOW)
    for number, issue in enumerate(issues):
        deliver_to_maildir(post.box, f"{number}.host", issue.raw, issue.sent)
    outcomes = post.visit_sources()

    assert [outcome.skipped for outcome in outcomes.values() if outcome.skipped] == []

    articles = {(each.source_key, each.title): each for each in post.load_articles()}
    faults = {
        f"{issue.key}: {issue.title}": found
        for issue in issues
        if (found := find_faults(issue, articles.get((issue.key, issue.title))))
    }
    print(f"{len(issues) - len(faults)} of {len(issues)} right: {faults}")

    assert len(issues) - len(faults) >= LEAST_RIGHT, faults

    published = post.read_published().lower()
    stored = "".join(path.read_text() for path in post.list_article_files()).lower()
    for secret in PERSONAL:
        assert secret not in published, secret
        assert secret not in stored, secret
    for issue in issues:
        article = articles[issue.key, issue.title]
        assert keep_letters(issue.text)[:60] in keep_letters(article.body), issue.key
