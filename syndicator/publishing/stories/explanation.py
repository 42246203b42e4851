"""Explain a story: what each outlet adds, figures and days, as HTML. Pure.

A story is an event that several outlets report. Each text comes from the reports, as far as their
views publish it. The module also decides which reports an entry shows at a time, and when the
entry changed last."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from itertools import groupby
from typing import Final

from syndicator.core.model import Article
from syndicator.core.ports import Story
from syndicator.publishing.render.head import write_link
from syndicator.publishing.render.view import View, name_outlet
from syndicator.publishing.stories.quotes_and_figures import (
    Account,
    Explanation,
    Quote,
    choose_quotes_and_figures,
    decide_which_are_due,
    find_end_of_hour,
)

# A function that returns the sentences of a text. Arguments: plain text, language.
Split = Callable[[str, str], Sequence[str]]
_MOST_TAGS: Final = 10
_CONFIRMING_OUTLETS: Final = 2  # that report a story before it is believed
_MOST_PARAGRAPHS: Final = 20  # the first ones of a text, which are searched for quotes
_PARAGRAPH: Final = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_MARKUP: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    """A report as the text about a story names it. `id`: of its article; `outlet`: the name of the
    outlet for people."""

    id: str
    outlet: str
    url: str
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The explanation of a story. `reports`: the reports that are shown, first added first;
    `explanation`: its quotes and figures; `latest`: when the last report was added that says
    something new; `tags`: the tags of the lead, then the tags that most outlets have."""

    reports: Sequence[ShownReport]
    explanation: Explanation
    latest: datetime
    tags: Sequence[str]

    @property
    def by_id(self) -> Mapping[str, ShownReport]:
        """The reports by article id."""
        return {report.id: report for report in self.reports}


def select_due_reports(story: Story, now: datetime) -> Story:
    """Return a story with only the reports that its feed entry shows at the time `now`. A new
    report is shown after the hour in which it was added, so that the entry changes once an hour at
    most; see `decide_which_are_due`."""
    times = [article.added or now for _, article in story.reports]
    first_times: dict[str, datetime] = {}  # by outlet
    for (outlet, _), added in zip(story.reports, times, strict=True):
        first_times.setdefault(outlet, added)
    # the second outlet confirmed the story; if there is only one, that counts
    earliest_times = sorted(first_times.values())[:_CONFIRMING_OUTLETS]
    confirmed = earliest_times[-1]
    are_due = decide_which_are_due(times, confirmed, now)
    reports = [report for report, is_due in zip(story.reports, are_due, strict=True) if is_due]
    return Story(name=story.name, reports=tuple(reports))


def explain_story(
    story: Story,
    views: Mapping[str, View],
    lead: str,
    split: Split,
    may_quote: Callable[[Article], bool],
) -> Explained | None:
    """Return what each outlet adds to a story (quotes, figures, tags), None if fewer than two
    outlets have a report that can be shown. `views`: article id -> what may be shown of the
    article; `lead`: the id of the article that stands for the story; `split`: returns the sentences
    of a text; `may_quote`: returns False for an article whose text must not be quoted."""
    shown_reports = [(outlet, article) for outlet, article in story.reports if article.id in views]
    outlets = {outlet for outlet, _ in shown_reports}
    if len(outlets) <= 1:
        return None
    accounts: list[Account] = []
    reports: list[ShownReport] = []
    for outlet, article in shown_reports:
        view = views[article.id]
        sentences: Sequence[str] = ()
        if may_quote(article):
            sentences = _list_sentences(view, split)
        added = article.added or view.published
        accounts.append(Account(article.id, outlet, added, view.title, tuple(sentences)))
        name = name_outlet(outlet, article)
        reports.append(ShownReport(id=view.id, outlet=name, url=view.url, published=view.published))
    explanation = choose_quotes_and_figures(accounts, lead)
    return Explained(
        reports=reports,
        explanation=explanation,
        latest=_find_last_new_report(accounts, explanation),
        tags=_rank_tags(shown_reports, views, lead),
    )


def _rank_tags(
    reports: Sequence[tuple[str, Article]], views: Mapping[str, View], lead: str
) -> list[str]:
    """Return at most ten tags of a story: first the tags of its lead article, then those that most
    outlets use. `reports`: pairs of outlet and article; `views`: article id -> what may be shown of
    the article; `lead`: the id of the lead article."""
    # count outlets, not articles, so that an outlet with many articles does not decide alone
    outlets_by_tag: dict[str, set[str]] = {}
    for outlet, article in reports:
        for tag in views[article.id].tags:
            outlets_by_tag.setdefault(tag, set()).add(outlet)
    most_outlets_first = sorted(
        outlets_by_tag, key=lambda tag: len(outlets_by_tag[tag]), reverse=True
    )
    tags_of_lead = views[lead].tags if lead in views else ()
    distinct_tags = dict.fromkeys([*tags_of_lead, *most_outlets_first])
    return list(distinct_tags)[:_MOST_TAGS]


def _list_sentences(view: View, split: Split) -> Sequence[str]:
    """Return the sentences of an article that are published: those of the first paragraphs of its
    whole text or, if the text is not published, those of its excerpt. `view`: what may be shown of
    the article; `split`: returns the sentences of a text in a language."""
    if not view.html:
        return split(view.summary, view.language)
    texts: list[str] = []
    for paragraph in _PARAGRAPH.findall(view.html)[:_MOST_PARAGRAPHS]:
        words = unescape(_MARKUP.sub("", paragraph)).split()
        texts.append(" ".join(words))
    return split("\n".join(texts), view.language)


def _find_last_new_report(accounts: Sequence[Account], explanation: Explanation) -> datetime:
    """Return when the last report that says something new was added. The first report counts, each
    report that is quoted, and each report with a figure that no earlier report has. `accounts`: all
    reports of the story, first added first; `explanation`: the quotes and figures that were
    chosen."""
    first_report = accounts[0]
    adding_ids = {first_report.id, *(quote.report for quote in explanation.quotes)}
    for group in explanation.figures:
        # go backwards, so that the first report with a figure is the one that stays
        first_reports = {figure.text: figure.report for figure in reversed(group)}
        adding_ids.update(first_reports.values())
    return max(account.at for account in accounts if account.id in adding_ids)


def find_update_time(explained: Explained, began: datetime) -> datetime:
    """Return when the entry of a story changed last. This is the end of the hour in which the last
    report with something new was added; `began`, the time when the story began, if no such report
    was added later."""
    latest = explained.latest.astimezone(UTC)
    if latest <= began:
        return began
    return find_end_of_hour(latest)


def write_html(explained: Explained) -> str:
    """Return the explanation of a story as HTML: which outlet reported first, quotes, figures, and
    which outlets reported on which day."""
    parts = [
        *_write_first(explained.reports),
        *_write_quotes(explained.explanation.quotes, explained.by_id),
        *_write_figures(explained),
        *_write_days(explained.reports),
    ]
    return "".join(parts)


def _write_first(reports: Sequence[ShownReport]) -> Iterator[str]:
    """Yield a paragraph that names the outlet that published the first report."""
    first = min(reports, key=lambda report: (report.published, report.id))
    yield f"<p>First reported by {_write_name(first)}, {_write_time(first.published)}</p>"


def _write_quotes(quotes: Sequence[Quote], by_id: Mapping[str, ShownReport]) -> Iterator[str]:
    """Yield the parts of an HTML list of quotes, each with its outlet and time. Yield nothing if
    there are no quotes. `by_id`: article id -> report."""
    if not quotes:
        return
    yield "<p>What others add:</p><ul>"
    for quote in quotes:
        report = by_id[quote.report]
        sentence = f"“{escape(quote.text, quote=False)}”"
        yield f"<li>{sentence} {_write_name(report)}, {_write_time(report.published)}</li>"
    yield "</ul>"


def _write_figures(explained: Explained) -> Iterator[str]:
    """Yield the parts of an HTML list of figures, numbers that several outlets report. A line has
    all figures on the same subject, each with its outlet and time. Yield nothing if there are no
    figures."""
    if not explained.explanation.figures:
        return
    by_id = explained.by_id
    yield "<p>Figures:</p><ul>"
    for group in explained.explanation.figures:
        figures_of_line = []
        for figure in group:
            report = by_id[figure.report]
            source = f"{_write_name(report)}, {_write_time(report.published)}"
            figures_of_line.append(f"{escape(figure.text, quote=False)} ({source})")
        yield f"<li>{'; '.join(figures_of_line)}</li>"
    yield "</ul>"


def _write_days(reports: Collection[ShownReport]) -> Iterator[str]:
    """Yield an HTML list with a line for each day, which names the outlets that reported on that
    day. Yield nothing if all reports are of the same day."""
    ordered = sorted(reports, key=lambda report: (report.published, report.id))
    lines = [
        f"<li>{day}: {_join_names(reports_of_day)}</li>"
        for day, reports_of_day in groupby(ordered, key=_find_day)
    ]
    if len(lines) > 1:
        yield f"<p>Day by day:</p><ul>{''.join(lines)}</ul>"


def _find_day(report: ShownReport) -> str:
    """Return the UTC day on which a report was published, such as "2026-11-26"."""
    return f"{report.published.astimezone(UTC):%Y-%m-%d}"


def _join_names(reports: Iterable[ShownReport]) -> str:
    """Return the names of the outlets as HTML, each once, linked to its last report."""
    names = {report.outlet: _write_name(report) for report in reports}
    return ", ".join(names.values())


def _write_name(report: ShownReport) -> str:
    """Return the name of the outlet as HTML, linked to the report."""
    return write_link(report.outlet, report.url)


def _write_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
