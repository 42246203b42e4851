"""What the outlets of the instance with merged stories publish, hour by hour: reports of made-up
events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.aged.web import Answer
from tests.stories.hard_pairs import CASES

BEGIN = datetime(2026, 11, 20, 8, tzinfo=UTC)
OUTLETS = ("bank", "herald", "post", "wire")
_OWN = (
    "Our reporter was there from the morning on and spoke with a dozen people in the street and in"
    " their kitchens."
)


@dataclass(frozen=True, kw_only=True)
class Report:
    hour: int
    outlet: str
    name: str  # of its page
    case: int
    kind: str  # report, same, third: on one event; other: on another one

    @property
    def url(self) -> str:
        return f"http://{self.outlet}.example/{self.name}"

    @property
    def title(self) -> str:
        if self.kind == "third":
            return f"{CASES[self.case]['same']['title']}, {self.outlet} reports"
        return str(CASES[self.case][self.kind]["title"])

    @property
    def sentences(self) -> list[str]:
        case = CASES[self.case]
        if self.kind == "third":  # half of two reports, which is a copy of neither
            halves = (
                case["report"]["text"].strip().split(". ")[::2],
                case["same"]["text"].strip().split(". ")[1::2],
            )
            return [*halves[0], *halves[1], _OWN]
        return str(case[self.kind]["text"]).strip().split(". ")


# Stories that are published merged: the lead alone first, then with others; all at once; with a
# withdrawn lead; with a lead that nobody knew at first. Others stand alone.
PLOT = (
    Report(hour=0, outlet="bank", name="strike", case=0, kind="report"),
    Report(hour=0, outlet="post", name="jets", case=0, kind="other"),
    Report(hour=1, outlet="post", name="strike", case=0, kind="same"),
    Report(hour=2, outlet="herald", name="strike", case=0, kind="third"),
    Report(hour=2, outlet="bank", name="scooters", case=1, kind="report"),
    Report(hour=2, outlet="post", name="scooters", case=1, kind="same"),
    Report(hour=24, outlet="bank", name="quake", case=4, kind="report"),
    Report(hour=24, outlet="post", name="quake", case=4, kind="same"),
    Report(hour=24, outlet="herald", name="quake", case=4, kind="third"),
    Report(hour=30, outlet="herald", name="dart", case=1, kind="other"),
    Report(hour=48, outlet="wire", name="scooters", case=1, kind="third"),
    Report(hour=50, outlet="bank", name="cannery", case=2, kind="report"),
)
# New when a test visits the sites, whenever that is, so without a date: a story that begins, and
# one alone.
NEW = (
    Report(hour=72, outlet="wire", name="telvane", case=3, kind="report"),
    Report(hour=72, outlet="post", name="telvane", case=3, kind="same"),
    Report(hour=72, outlet="herald", name="fine", case=2, kind="other"),
)


def list_reports(hours: int) -> list[Report]:
    """What has been published by then."""
    return [report for report in (*PLOT, *NEW) if report.hour <= hours]


def make_site_answers(told: Sequence[Report]) -> Mapping[str, Answer]:
    """What the sites answer."""
    results: dict[str, Answer] = {}
    for outlet in OUTLETS:
        items = ""
        for report in told:
            if report.outlet == outlet:
                date = format_datetime(BEGIN + timedelta(hours=report.hour))
                dated = f"<pubDate>{date}</pubDate>" if report in PLOT else ""
                items += (
                    f"<item><title>{escape(report.title)}</title><link>{report.url}</link>{dated}"
                )
                items += f"<guid>{report.url}</guid></item>"
                results[report.url] = Answer(body=_page(report))
        head = f"<title>{outlet.title()}</title><link>http://{outlet}.example/</link><description>News</description>"
        body = f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'
        results[f"http://{outlet}.example/feed"] = Answer(body=body, type="application/rss+xml")
    return results


def _page(report: Report) -> str:
    parts = "".join(f"<p>{escape(part.rstrip('.'))}.</p>" for part in report.sentences)
    title = escape(report.title)
    return (
        f'<html lang="en"><title>{title}</title><article><h1>{title}</h1>{parts}</article></html>'
    )
