"""Derive conditions (such as a failing source or a full disk) from what was observed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicator.configuration.entry_rules import has_collapsed, merge_body_lengths
from syndicator.core.model import Problem, Source, SourceState, VisitTimes
from syndicator.core.reasons import ConditionReason, explain_reason
from syndicator.health.conditions import (
    Condition,
    Disk,
    HeldFeed,
    Observed,
    find_conditions,
    find_silence_start,
)
from syndicator.store.status import OnHold, Waiting
from tests.states import change_state

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GB = 2**30


def make_state(key: str = "one", **fields: object) -> SourceState:
    source_state = SourceState(
        key=key,
        url=f"https://{key}.example/feed",
        visits=VisitTimes(last_visit=NOW - HOUR, last_success=NOW - HOUR),
    )
    return change_state(source_state, **fields)


def find_conditions_of(*states: SourceState, **seen: object) -> tuple[Condition, ...]:
    sources = {state.key: Source(key=state.key, url=state.url) for state in states}
    return find_conditions(Observed(sources=sources, states=states, **seen), NOW)  # type: ignore[arg-type]


def make_held_article(name: str, reason: str = "", added: datetime | None = None) -> OnHold:
    return OnHold(name, f"2026/03/{name}.md", reason, name, "one", added)


def make_publication_times(
    pause: timedelta, last: timedelta, count: int = 10
) -> tuple[datetime, ...]:
    """Publication times with a pause between each two, the last one so long ago."""
    return tuple(NOW - last - pause * place for place in range(count))


def test_a_source_that_is_well_is_no_condition() -> None:
    """A source with daily news and texts of the usual length has no condition."""
    assert (
        find_conditions_of(make_state(recent=make_publication_times(DAY, DAY), bodies=(3000,) * 20))
        == ()
    )


def test_a_failing_source_says_since_when_why_what_to_do_and_what_comes_next() -> None:
    """The condition of a failing source has its start, reason, cure and next try."""
    (condition,) = find_conditions_of(
        make_state(
            reason="http-401",
            detail="HTTP 401",
            failures=4,
            failing_since=NOW - 5 * HOUR,
            last_success=NOW - 6 * HOUR,
            next_due=NOW + HOUR,
        )
    )

    assert condition.kind == ConditionReason.SOURCE_FAILING
    assert condition.subject == "one"
    assert condition.code == "http-401"
    assert condition.since == NOW - 5 * HOUR
    assert condition.last_success == NOW - 6 * HOUR
    assert condition.next_try == NOW + HOUR
    assert "login" in condition.reason
    assert "headers_env" in condition.cure
    assert condition.detail == "HTTP 401"
    assert condition.identity == "source-failing:one"


def test_what_passes_by_itself_needs_nobody_before_it_has_lasted_a_day() -> None:
    """Temporary failures need the operator after a day, permanent ones at once."""

    def need(code: str, since: timedelta) -> bool:
        return find_conditions_of(make_state(reason=code, failing_since=NOW - since))[0].needs_you

    assert [need(code, HOUR) for code in ("dns", "timeout", "http-503", "rate-limited")] == [
        False
    ] * 4
    assert [need(code, DAY) for code in ("dns", "timeout", "http-503", "rate-limited")] == [
        True
    ] * 4
    assert [need(code, HOUR) for code in ("http-404", "not-a-feed-html", "unset-variable")] == [
        True
    ] * 3


def test_a_failure_of_an_earlier_version_is_as_old_as_the_last_success() -> None:
    """Without a stored start, a failure begins at the last success."""
    assert (
        find_conditions_of(make_state(reason="dns", last_success=NOW - 3 * DAY))[0].since
        == NOW - 3 * DAY
    )


def test_a_source_that_is_gone_is_told_as_gone_and_not_as_failing() -> None:
    """A source that answers "gone" has the condition SOURCE_GONE only."""
    (condition,) = find_conditions_of(
        make_state(reason="gone", disabled="gone", gone_since=NOW - 3 * DAY)
    )
    assert condition.kind == ConditionReason.SOURCE_GONE
    assert condition.since == NOW - 3 * DAY


def test_a_move_needs_the_operator_only_where_it_leads_elsewhere() -> None:
    """A feed that moved needs the operator only if it moved to another site."""
    moved = make_state(effective_url="https://one.example/new", moved_at=NOW - DAY)
    (condition,) = find_conditions_of(moved)

    assert condition.kind == ConditionReason.SOURCE_MOVED
    assert condition.since == NOW - DAY
    assert condition.needs_you is False
    assert "https://one.example/new" in condition.detail
    assert find_conditions_of(
        replace(
            moved, redirects=replace(moved.redirects, effective_url="https://else.example/feed")
        )
    )[0].needs_you


def test_a_source_is_silent_after_three_times_its_usual_pause() -> None:
    """A source is silent after more than three times its usual pause, but not within a night, nor
    if too few dates are known."""
    assert find_silence_start(make_publication_times(2 * DAY, 5 * DAY), NOW) is None
    assert find_silence_start(make_publication_times(2 * DAY, 7 * DAY), NOW) == NOW - 7 * DAY
    assert find_silence_start(make_publication_times(HOUR, 10 * HOUR), NOW) is None  # a night
    assert find_silence_start(make_publication_times(HOUR, 4 * DAY), NOW) == NOW - 4 * DAY
    # nothing usual is known
    assert find_silence_start(make_publication_times(DAY, 30 * DAY, count=3), NOW) is None

    (condition,) = find_conditions_of(make_state(recent=make_publication_times(2 * DAY, 7 * DAY)))

    assert condition.kind == ConditionReason.SOURCE_SILENT
    assert condition.since == NOW - 7 * DAY
    assert condition.needs_you is True


def test_a_source_that_was_silent_when_it_was_added_needs_nobody() -> None:
    """Silence needs the operator only if it began (24 days ago) after the source was added."""
    silent = make_state(
        recent=make_publication_times(2 * DAY, 30 * DAY)
    )  # from the 24th day before now on
    needed = [
        find_conditions_of(
            replace(silent, visits=replace(silent.visits, first_visit=NOW - days * DAY))
        )[0].needs_you
        for days in (25, 23)
    ]
    assert needed == [True, False]


def test_a_pause_that_was_made_twice_before_is_no_silence() -> None:
    """A pause of ten days is no silence if the source made pauses of that length twice before."""
    holidays = (
        NOW - 10 * DAY,
        *(NOW - 10 * DAY - days * DAY for days in (1, 2, 14, 15, 16, 29, 30)),
    )
    assert find_silence_start(holidays, NOW) is None


def test_texts_of_a_third_of_their_length_are_a_collapse() -> None:
    """Extraction collapsed if the median of the last five texts is below a third of the usual;
    short or few texts are not judged."""
    assert has_collapsed((900,) * 5 + (3000,) * 10)
    assert has_collapsed((0, 0, 0, 2900, 3000) + (3000,) * 10)  # refused pages
    assert not has_collapsed((1500,) * 5 + (3000,) * 10)
    assert not has_collapsed((900, 900, 3000, 3000, 3000) + (3000,) * 10)
    assert not has_collapsed((0,) * 5 + (3000,) * 4)  # too few to compare with
    assert not has_collapsed((40,) * 5 + (200,) * 10)  # short news

    (condition,) = find_conditions_of(make_state(bodies=(100,) * 5 + (3000,) * 10))

    assert condition.kind == ConditionReason.EXTRACTION_COLLAPSED
    assert "100 characters" in condition.detail


def test_texts_of_the_first_hour_are_not_compared_with_each_other() -> None:
    """Of the first visit only five text lengths are remembered, so that its texts are not compared
    with each other; at most 20 are kept."""
    short_first = (100,) * 5 + (3000,) * 15

    assert has_collapsed(merge_body_lengths(short_first, (), is_first=False))

    first = merge_body_lengths(short_first, (), is_first=True)

    assert first == (100,) * 5
    assert not find_conditions_of(make_state(bodies=first))

    first = merge_body_lengths((3000,) * 20, (), is_first=True)
    later = merge_body_lengths((100,) * 5, first, is_first=False)

    assert later == (100,) * 5 + (3000,) * 5
    assert has_collapsed(later)
    assert len(merge_body_lengths((1,) * 15, (2,) * 15, is_first=False)) == 20


def test_short_texts_of_several_publishers_are_no_collapse() -> None:
    """Sources with articles of several publishers (`mixed`) have no usual length, so short texts
    are no condition."""
    collapsed = make_state(bodies=(100,) * 5 + (3000,) * 10)
    assert find_conditions_of(collapsed)
    assert not find_conditions_of(collapsed, mixed=frozenset({"one"}))


def test_a_source_whose_pages_stand_behind_a_wall_is_named_with_what_can_be_done() -> None:
    """A source is reported as walled if most of at least three recent pages were bot checks or
    paywalls, with a cure for each kind."""
    (condition,) = find_conditions_of(make_state(walls=("bot-check", "bot-check", "", "http-403")))

    assert condition.kind == ConditionReason.SOURCE_WALLED
    assert condition.code == "bot-check"
    assert condition.needs_you is True
    assert condition.detail == "3 of its last 4 pages: a check for robots instead of the article"
    assert "User-Agent" in condition.cure
    assert 'content = "feed"' in condition.cure

    (paid,) = find_conditions_of(
        make_state(walls=("paywall", "http-402", "paywall"), bodies=(0,) * 5 + (3000,) * 10)
    )

    # and not a new layout
    assert "headers_env" in paid.cure
    assert paid.kind == ConditionReason.SOURCE_WALLED

    (lead,) = find_conditions_of(make_state(walls=("partial",) * 5))

    assert not lead.needs_you
    assert "the rest to those who pay" in lead.detail

    for few in (("paywall",) * 2, ("paywall", "paywall", "paywall", "", "", ""), ("",) * 9):
        assert not find_conditions_of(make_state(walls=few))


def test_a_held_feed_names_its_fault_and_when_its_live_file_was_written() -> None:
    """The condition of a held feed has its fault and the time of the live file."""
    fault = "lost 1: Title (https://x.example/a)"
    (condition,) = find_conditions_of(
        held=[
            HeldFeed(
                problem=Problem(what="tag/ai", reason="held", detail=fault),
                stem="tags/ai",
                written=NOW - DAY,
            )
        ]
    )

    assert condition.kind == ConditionReason.FEED_HELD
    assert condition.subject == "tags/ai"
    assert condition.last_success == NOW - DAY
    assert "https://x.example/a" in condition.detail


def test_entries_that_wait_are_one_condition_a_source_and_reason() -> None:
    """Waiting entries give one condition per source and reason."""
    waiting = Waiting(
        source="one", reason="bad-rules", count=3, since=NOW - DAY, example="https://one.example/a"
    )
    (condition,) = find_conditions_of(operator=[waiting])

    assert condition.identity == "entries-wait:one bad-rules"
    assert condition.source == "one"
    assert condition.count == 3
    assert condition.since == NOW - DAY
    assert condition.code == "bad-rules"
    assert "3 entries wait, such as https://one.example/a" in condition.detail


def test_a_flood_stands_in_for_the_warning_of_its_source() -> None:
    """If entries of a source wait because of a flood, that condition is shown instead of the
    source's own warning."""
    flood = Waiting(source="one", reason="flood", count=400, since=NOW - HOUR, next_try=NOW + DAY)
    (condition,) = find_conditions_of(make_state(warning="400 entries wait"), floods=[flood])

    assert condition.kind == ConditionReason.FLOOD
    assert condition.subject == "one"
    assert condition.next_try == NOW + DAY
    assert [
        found_condition.kind
        for found_condition in find_conditions_of(make_state(warning="robots.txt disallows it"))
    ] == [ConditionReason.SOURCE_WARNING]


def test_a_disk_is_nearly_full_by_share_and_size_or_by_its_inodes() -> None:
    """A disk is nearly full if little is free both by share and by size, or if few inodes are
    free."""

    def full(**numbers: int) -> bool:
        return bool(find_conditions_of(disks=[Disk(path="/srv", **numbers)]))

    assert full(free=GB, size=100 * GB)
    assert not full(free=GB, size=10 * GB)  # a tenth
    assert not full(free=10 * GB, size=1000 * GB)  # a hundredth, and a lot
    assert full(free=50 * GB, size=100 * GB, free_inodes=900, inodes=1_000_000)
    # a file system that does not count them
    assert not full(free=50 * GB, size=100 * GB, free_inodes=0, inodes=0)


def test_nobody_visits_when_sources_are_due_for_a_day_and_none_was_visited() -> None:
    """If sources are overdue for over a day and none was visited, the program is reported as not
    running."""
    late_state = make_state(last_visit=NOW - 3 * DAY, next_due=NOW - 2 * DAY)
    (condition,) = find_conditions_of(late_state)

    assert condition.kind == ConditionReason.NOT_RUNNING
    assert condition.since == NOW - 2 * DAY
    assert condition.last_success == NOW - 3 * DAY
    assert find_conditions_of(late_state, make_state("two")) == ()
    assert (
        find_conditions_of(
            replace(late_state, schedule=replace(late_state.schedule, next_due=NOW + DAY))
        )
        == ()
    )


def test_sources_that_are_not_followed_are_left_out() -> None:
    """A disabled or removed source has no condition, although its last visits failed."""
    failing = make_state(reason="http-404")
    off = Source(key="one", url=failing.url, enabled=False)

    assert find_conditions(Observed(sources={"one": off}, states=[failing]), NOW) == ()
    assert find_conditions(Observed(states=[failing]), NOW) == ()


def test_articles_on_hold_name_the_latest_few_and_the_first_of_all() -> None:
    """Articles on hold are one condition: the count, the oldest time, and the three newest files
    with their reasons."""
    articles = [
        make_held_article(str(day), "promotion" * (day == 1), NOW - DAY * day) for day in range(5)
    ]
    (condition,) = find_conditions_of(on_hold=articles)
    files = "2026/03/0.md, 2026/03/1.md (promotion), 2026/03/2.md and 2 more"

    assert condition.count == 5
    assert condition.since == NOW - 4 * DAY
    assert condition.detail == files


def test_what_needs_the_operator_comes_first() -> None:
    """Conditions that need the operator are listed first."""
    conditions = find_conditions_of(
        make_state("a", muted=3, effective_url="https://a.example/new"),
        make_state("b", reason="http-404"),
        make_state("c", unmatched={"select 'div.x'": 10, "remove 'aside'": 2}),
        database="it is damaged",
        outdated=4,
        on_hold=[make_held_article("a"), make_held_article("b")],
        files=[Problem(what="2026/03/x.md", reason="bad-article-file", detail="line 3")],
    )
    assert [condition.kind.value for condition in conditions] == [
        "database",
        "source-failing",
        "selector-unmatched",
        "article-file",
        "articles-on-hold",
        "source-moved",
        "muted",
        "outdated",
    ]
    assert len({condition.identity for condition in conditions}) == len(conditions)


def test_a_file_whose_name_is_no_utf_8_is_named_so_that_it_can_be_written() -> None:
    """A file name that is not UTF-8 is shown with an escape."""
    name = "b\udce4d.md"  # as Python reads the byte E4
    (condition,) = find_conditions_of(
        make_state("a"),
        files=[Problem(what=name, reason="bad-article-file", detail=f"{name}: line 3")],
    )

    assert condition.subject.encode() == b"b\\udce4d.md"
    assert condition.detail.encode() == b"b\\udce4d.md: line 3"


def test_every_code_of_a_visit_is_explained_in_words() -> None:
    """Reason codes, also unknown ones, have an explanation."""
    assert explain_reason("not-a-feed-html") == (
        "the address gives no feed: a web page",
        "`syndicator add` finds the feed of a page",
    )
    assert explain_reason("http-503")[0] == "the server fails (HTTP 503)"
    assert explain_reason("http-418")[0] == "the server refuses the request (HTTP 418)"
    assert explain_reason("no such code") == ("no such code", "")


def test_a_source_that_never_worked_needs_you_although_the_failure_may_pass() -> None:
    """A DNS failure needs the operator if the source never worked (a typing error), but not if it
    did."""
    (never,) = find_conditions_of(
        make_state(reason="dns", last_success=None, failing_since=NOW - HOUR)
    )
    (worked,) = find_conditions_of(make_state(reason="dns", failing_since=NOW - HOUR))

    assert never.needs_you
    assert not worked.needs_you


def test_an_ended_session_is_one_condition_of_its_source() -> None:
    """An ended login session is one condition of its source, whether the feed or the pages noticed
    it or both."""
    waiting = Waiting(
        source="one", reason="session-ended", count=3, since=NOW - DAY, example="https://a.example/"
    )
    (of_entries,) = find_conditions_of(operator=[waiting])
    failing = make_state(reason="session-ended", failing_since=NOW - DAY, detail="HTTP 401")
    (of_feed,) = find_conditions_of(failing, operator=[waiting])
    for condition in (of_entries, of_feed):
        assert condition.identity == "session-ended:one"
        assert condition.source == "one"
        assert condition.since == NOW - DAY
        assert condition.needs_you is True
        assert condition.reason == "the session of one ended"
        assert condition.cure == "export its cookies again"

    assert of_entries.count == 3
    assert of_feed.detail == "HTTP 401"
    assert "3 entries wait" in of_entries.detail
