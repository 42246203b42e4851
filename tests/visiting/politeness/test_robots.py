"""robots.txt: RFC 9309, failing answers, caching, and the fetcher that obeys it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from syndicator.core.model import Failed, Fetched, FetchResult, NotModified, Request, Source
from syndicator.visiting.politeness.fetcher import PoliteFetcher
from syndicator.visiting.politeness.robots import (
    Robots,
    RobotsVerdict,
    decide_access,
    get_product,
    parse_robots_txt,
)
from syndicator.visiting.politeness.throttle import Throttle
from tests.samples import Samples
from tests.visiting.conftest import NOW
from tests.visiting.simclock import SimClock


class Script:
    """A fetcher that answers from a table; it follows no redirect to another host."""

    def __init__(self, **answers: FetchResult | Exception) -> None:
        self.answers: dict[str, FetchResult] = {}
        self.asked: list[Request] = []
        self.closed = False

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self.answers.get(request.url, Failed(url=request.url, reason="http-404", status=404))

    async def aclose(self) -> None:
        self.closed = True

    def add_page(self, url: str, text: str) -> None:
        self.answers[url] = make_fetched(url, body=text.encode())

    def list_urls(self) -> list[str]:
        return [request.url for request in self.asked]


def make_fetched(
    url: str, *, status: int = 200, moved_to: str | None = None, body: bytes = b"", **headers: str
) -> Fetched:
    return Fetched(
        url=url, final_url=url, status=status, headers=headers, body=body, moved_to=moved_to
    )


class ScriptedCrawler:
    """Robots and a polite fetcher over a script, in simulated time."""

    def __init__(self) -> None:
        self.clock = SimClock()
        self.script = Script()
        self.notes: dict[str, str] = {}
        self.throttle = Throttle(1.0, self.clock.sleep, self.clock)
        self.robots = self.make_robots()
        self.polite = PoliteFetcher(self.script, self.throttle, self.robots)

    def make_robots(self) -> Robots:
        """Return a reader of robots.txt as a new process makes it, with the notes kept so far."""
        fetcher = PoliteFetcher(self.script, self.throttle)
        return Robots(
            fetcher, self.notes.get, self._note, user_agent="Syndicator/1.0 (+me)", clock=self.clock
        )

    def _note(self, key: str, value: str | None, at: datetime) -> None:
        if value is None:
            self.notes.pop(key, None)
        else:
            self.notes[key] = value

    def find_verdict(self, url: str, source: Source | None = None) -> RobotsVerdict:
        return asyncio.run(self.clock.run(self.robots.find_verdict(url, source)))

    def fetch_together(self, *requests: Request) -> list[FetchResult]:
        async def run() -> list[FetchResult]:
            return list(await asyncio.gather(*(self.polite.fetch(request) for request in requests)))

        return asyncio.run(self.clock.run(run()))


ROBOTS = "https://example.org/robots.txt"


def test_samples(samples: Samples) -> None:
    """Our parser of robots.txt decides the sample cases of Google's parser in the same way, except
    that ours escapes addresses itself. A row has a robots.txt, a URL, a user agent and Google's
    verdict."""
    rows = samples.rows("robots")
    wrong = [
        row
        for row in rows
        if decide_access(parse_robots_txt(row["robots"]), row["url"], row["ua"]).allowed
        != row["allowed"]
    ]
    # Google's matcher wants its caller to escape URLs; ours does it itself, as RFC 9309 2.2.2
    # describes
    assert [row for row in wrong if "ツ" not in row["url"]] == []


@pytest.mark.parametrize(
    ("reason", "status", "allowed", "verdict_by"),
    [
        ("http-404", 404, True, "no robots.txt"),
        ("gone", 410, True, "no robots.txt"),
        ("http-403", 403, True, "no robots.txt"),
        ("rate-limited", 429, False, "robots.txt unreachable (rate-limited)"),
        ("http-503", 503, False, "robots.txt unreachable (http-503)"),
        ("dns", None, False, "robots.txt unreachable (dns)"),
        ("timeout", None, False, "robots.txt unreachable (timeout)"),
        ("redirects", None, True, "no robots.txt"),
    ],
)
def test_failures(reason: str, status: int | None, allowed: bool, verdict_by: str) -> None:
    """If robots.txt cannot be fetched, pages are allowed for most 4xx answers and too many
    redirects, and forbidden while the server is overloaded or unreachable (RFC 9309)."""
    crawler = ScriptedCrawler()
    crawler.script.answers[ROBOTS] = Failed(url=ROBOTS, reason=reason, status=status)

    verdict = crawler.find_verdict("https://example.org/a")

    assert verdict.allowed is allowed
    assert verdict.by == verdict_by


def test_rules_and_delay() -> None:
    """The group of robots.txt for our own name counts, not the one for `*`; its Crawl-delay of a
    day is limited to 60 seconds. The file is fetched once, and a byte order mark before it is
    skipped."""
    crawler = ScriptedCrawler()
    crawler.script.add_page(
        ROBOTS,
        "\ufeffUser-agent: syndicator\nDisallow: /no\nCrawl-delay: 86400\n\n"
        "User-agent: *\nDisallow: /",
    )

    verdict = crawler.find_verdict("https://example.org/yes")

    assert verdict.allowed is True
    assert verdict.by == "robots.txt"
    assert verdict.delay == 60.0
    assert crawler.find_verdict("https://example.org/no/way").allowed is False
    assert crawler.script.list_urls() == [ROBOTS]


def test_operator_decides() -> None:
    """If the operator writes `robots = "ignore"`, robots.txt is not even requested."""
    crawler = ScriptedCrawler()
    crawler.script.add_page(ROBOTS, "User-agent: *\nDisallow: /")
    source = Source(key="x", url="https://example.org/", robots="ignore")

    verdict = crawler.find_verdict("https://example.org/a", source)

    assert verdict.allowed is True
    assert verdict.by == "operator"
    assert verdict.delay is None
    assert crawler.script.asked == []


def test_remembered_for_a_day_and_by_the_next_process() -> None:
    """robots.txt is stored and used for a day, also by another process; then it is fetched
    again."""
    crawler = ScriptedCrawler()
    crawler.script.add_page(ROBOTS, "User-agent: *\nDisallow: /no")
    crawler.find_verdict("https://example.org/a")

    # the next process, with the notes of the first
    crawler.robots = crawler.make_robots()
    crawler.clock.now += timedelta(hours=23)

    assert crawler.find_verdict("https://example.org/no").allowed is False
    assert len(crawler.script.asked) == 1

    crawler.clock.now += timedelta(hours=2)
    crawler.find_verdict("https://example.org/no")

    assert len(crawler.script.asked) == 2


def test_the_licence_that_robots_txt_names_comes_with_its_pages_and_is_asked_for_once_a_day() -> (
    None
):
    """The licence file that robots.txt names is fetched once a day. Its first 20,000 characters
    are added to each page's headers, in place of a header that the server sends under this name;
    if it is gone, there is none."""
    crawler = ScriptedCrawler()
    licence = "https://rights.example/rsl.xml"
    pages = ["https://example.org/a", "https://example.org/b"]
    crawler.script.add_page(ROBOTS, f"License: {licence}\nUser-agent: *\nAllow: /")
    crawler.script.add_page(licence, "<rsl/>" + "x" * 100_000)
    for url in pages:
        crawler.script.answers[url] = make_fetched(url, **{"robots.txt-rsl": "a server's own"})

    first, second = crawler.fetch_together(*(Request(url=url) for url in pages))

    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)
    assert len(first.headers["robots.txt-rsl"]) == 20_000
    assert len(second.headers["robots.txt-rsl"]) == 20_000
    assert sorted(crawler.script.list_urls()) == sorted([ROBOTS, licence, *pages])

    # a day later the licence answers 404
    crawler.script.answers.pop(licence)
    crawler.clock.now += timedelta(hours=25)
    (later,) = crawler.fetch_together(Request(url=pages[0]))

    assert isinstance(later, Fetched)
    assert "robots.txt-rsl" not in later.headers
    assert crawler.script.list_urls().count(licence) == 2


def test_an_address_that_was_not_allowed_is_asked_as_soon_as_it_is() -> None:
    """The verdict "blocked-address" on a private address is not remembered: once the operator
    allows the address, robots.txt is fetched at once."""
    crawler = ScriptedCrawler()
    crawler.script.answers[ROBOTS] = Failed(url=ROBOTS, reason="blocked-address")

    assert crawler.find_verdict("https://example.org/a").cause == "blocked-address"

    # as after the operator's `allow`: the address answers
    crawler.script.add_page(ROBOTS, "")

    assert crawler.find_verdict("https://example.org/a").allowed is True


def test_unreachable_is_asked_again_soon() -> None:
    """While robots.txt answers 503 nothing is allowed. Half an hour later it is fetched again
    and allows the page."""
    crawler = ScriptedCrawler()
    crawler.script.answers[ROBOTS] = Failed(url=ROBOTS, reason="http-503", status=503)
    crawler.find_verdict("https://example.org/a")

    # it answers again, but is not asked yet
    crawler.script.add_page(ROBOTS, "")

    assert crawler.find_verdict("https://example.org/a").allowed is False

    crawler.clock.now += timedelta(minutes=31)

    assert crawler.find_verdict("https://example.org/a").allowed is True


@pytest.mark.parametrize(
    "note", ["", "[]", "{}", "null", '["x", "file", ""]', "[1, 2, 3]", '["2026-11-24", "file", ""]']
)
def test_a_broken_note_is_asked_anew(note: str) -> None:
    """A stored robots.txt that cannot be read is ignored, and the file is fetched (it is missing
    here, which allows the page)."""
    crawler = ScriptedCrawler()
    crawler.notes["robots https://example.org"] = note

    assert crawler.find_verdict("https://example.org/a").allowed is True
    assert crawler.script.list_urls() == [ROBOTS]


def test_credentials_of_a_url_reach_neither_note_nor_request() -> None:
    """Credentials in a URL are not stored or sent for robots.txt."""
    crawler = ScriptedCrawler()
    crawler.find_verdict("https://user:secret@example.org/a")
    assert "secret" not in str(crawler.notes) + str(crawler.script.asked)


@pytest.mark.parametrize(
    ("agent", "name"),
    [("Syndicator/1.0 (+x)", "Syndicator"), ("Name Other", "Name"), ("", "*"), ("X", "X")],
)
def test_product(agent: str, name: str) -> None:
    """The name for robots.txt is the first word of the user agent without its version, or `*`."""
    assert get_product(agent) == name


def test_pages_ask_robots_once_and_feeds_are_fetched_whatever_it_says() -> None:
    """robots.txt is fetched once and applies to pages, not to feeds and not where the operator
    ignores it."""
    crawler = ScriptedCrawler()
    crawler.script.add_page(ROBOTS, "User-agent: *\nDisallow: /no\nDisallow: /feed")
    for path in ("a", "b", "feed"):
        crawler.script.add_page(f"https://example.org/{path}", "x")

    page_a, page_b, disallowed, feed, ignoring = crawler.fetch_together(
        Request(url="https://example.org/a"),
        Request(url="https://example.org/b"),
        Request(url="https://example.org/no"),
        Request(url="https://example.org/feed", kind="feed"),
        Request(url="https://example.org/feed", robots="ignore"),
    )

    assert isinstance(page_a, Fetched)
    assert isinstance(page_b, Fetched)
    assert disallowed == Failed(url="https://example.org/no", reason="robots", detail="robots.txt")
    assert isinstance(feed, Fetched)
    assert isinstance(ignoring, Fetched)
    assert crawler.script.list_urls().count(ROBOTS) == 1
    assert crawler.clock.seconds_since_start() >= 4  # five requests to one host, a second apart


@pytest.mark.parametrize(
    ("robots_txt", "setting", "permit", "warned"),
    [
        ("User-agent: *\nDisallow: /feed", "obey", "operator", True),
        ("User-agent: *\nDisallow: /feed", "ignore", "operator", False),
        ("User-agent: *\nDisallow: /no", "obey", "robots.txt", False),
        (None, "obey", "no robots.txt", False),
    ],
)
def test_a_feed_that_robots_disallows_is_fetched_with_a_warning(
    robots_txt: str | None, setting: Literal["obey", "ignore"], permit: str, warned: bool
) -> None:
    """A feed that the operator follows is fetched whatever robots.txt says, and before it. If it
    is disallowed, the operator is its `permit` and the result has a warning, unless the setting is
    `ignore`."""
    crawler = ScriptedCrawler()
    crawler.script.answers["https://example.org/feed"] = make_fetched("https://example.org/feed")
    if robots_txt is not None:
        crawler.script.add_page(ROBOTS, robots_txt)

    (result,) = crawler.fetch_together(
        Request(url="https://example.org/feed", kind="feed", robots=setting)
    )

    assert isinstance(result, Fetched)
    assert result.permit == permit
    assert (result.warning != "") == warned
    assert crawler.script.list_urls()[0] == "https://example.org/feed"


def test_a_robots_txt_that_cannot_be_had_warns_of_nothing() -> None:
    """If robots.txt cannot be fetched (503), a feed is fetched without a warning, as nothing
    forbids it."""
    crawler = ScriptedCrawler()
    crawler.script.answers = {
        "https://example.org/feed": make_fetched("https://example.org/feed"),
        ROBOTS: Failed(url=ROBOTS, reason="http-503", status=503),
    }
    result = crawler.fetch_together(Request(url="https://example.org/feed", kind="feed"))[0]

    assert isinstance(result, Fetched)
    assert result.permit == "robots.txt unreachable (http-503)"
    assert result.warning == ""


def test_pages_say_by_whose_word_they_were_fetched() -> None:
    """The result of a fetch says who permitted it: robots.txt or the operator (`robots =
    "ignore"`)."""
    crawler = ScriptedCrawler()
    crawler.script.add_page(ROBOTS, "User-agent: *\nDisallow: /no")
    for url in ("https://example.org/a", "https://example.org/no"):
        crawler.script.answers[url] = make_fetched(url)

    allowed, disallowed = crawler.fetch_together(
        Request(url="https://example.org/a"),
        Request(url="https://example.org/no", robots="ignore"),
    )

    assert isinstance(allowed, Fetched)
    assert allowed.permit == "robots.txt"
    assert isinstance(disallowed, Fetched)
    assert disallowed.permit == "operator"


def test_after_429_the_whole_host_backs_off_and_after_503_only_the_url() -> None:
    """After 429 further requests to the host fail for 15 minutes at most without being sent,
    although Retry-After is later; after 503 other pages of the host are still fetched."""
    crawler = ScriptedCrawler()
    in_five_hours = NOW + timedelta(hours=5)
    crawler.script.answers = {
        "https://limits.test/1": Failed(
            url="", reason="rate-limited", status=429, retry_after=in_five_hours
        ),
        "https://fails.test/1": Failed(
            url="", reason="http-503", status=503, retry_after=in_five_hours
        ),
        "https://limits.test/2": make_fetched("https://limits.test/2"),
        "https://fails.test/2": make_fetched("https://fails.test/2"),
    }
    crawler.fetch_together(
        Request(url="https://limits.test/1", kind="feed"),
        Request(url="https://fails.test/1", kind="feed"),
    )

    after_429, after_503 = crawler.fetch_together(
        Request(url="https://limits.test/2", kind="feed"),
        Request(url="https://fails.test/2", kind="feed"),
    )

    assert isinstance(after_503, Fetched)
    assert isinstance(after_429, Failed)
    assert after_429.reason == "rate-limited"
    assert after_429.status is None  # no answer: it was not sent
    assert after_429.retry_after is not None
    assert after_429.retry_after - crawler.clock() <= timedelta(minutes=15)

    crawler.clock.now += timedelta(minutes=15)
    (later,) = crawler.fetch_together(Request(url="https://limits.test/2", kind="feed"))

    assert isinstance(later, Fetched)


def test_a_short_back_off_is_waited_for() -> None:
    """A request to a host that must be left alone for 20 seconds waits these 20 seconds and is
    then made."""
    crawler = ScriptedCrawler()
    crawler.script.answers = {"https://a.test/2": make_fetched("https://a.test/2")}
    crawler.throttle.back_off("a.test", crawler.clock() + timedelta(seconds=20))

    (result,) = crawler.fetch_together(
        Request(url="https://a.test/2", kind="feed", robots="ignore")
    )

    assert isinstance(result, Fetched)
    assert crawler.clock.seconds_since_start() == 20


def make_redirect(url: str, target: str, *, permanent: bool = True) -> Fetched:
    status = 301 if permanent else 302
    return make_fetched(url, status=status, moved_to=target if permanent else None, location=target)


def test_a_redirect_to_another_host_waits_for_its_turn_and_asks_its_robots() -> None:
    """A redirect to another host first reads that host's robots.txt, and is sent without the
    headers and private networks of the source."""
    crawler = ScriptedCrawler()
    crawler.script.answers["https://a.test/x"] = make_redirect(
        "https://a.test/x", "https://b.test/y"
    )
    crawler.script.answers["https://b.test/y"] = make_fetched("https://b.test/y", body=b"end")
    request = Request(
        url="https://a.test/x", headers={"Authorization": "secret"}, allow=("10.0.0.0/8",)
    )

    (result,) = crawler.fetch_together(request)

    assert isinstance(result, Fetched)
    assert result.url == "https://a.test/x"
    assert result.final_url == "https://b.test/y"
    assert result.moved_to == "https://b.test/y"  # as the redirect is permanent (301)
    assert crawler.script.list_urls() == [
        "https://a.test/robots.txt",
        "https://a.test/x",
        "https://b.test/robots.txt",
        "https://b.test/y",
    ]
    assert crawler.script.asked[-1].headers == {}
    assert crawler.script.asked[-1].allow == ()


def test_redirect_to_a_host_that_disallows_the_page() -> None:
    """A page that redirects to another host obeys that host's robots.txt."""
    crawler = ScriptedCrawler()
    crawler.script.answers["https://a.test/x"] = make_redirect(
        "https://a.test/x", "https://b.test/y"
    )
    crawler.script.add_page("https://b.test/robots.txt", "User-agent: *\nDisallow: /")

    assert crawler.fetch_together(Request(url="https://a.test/x"))[0] == Failed(
        url="https://a.test/x", reason="robots", detail="robots.txt"
    )


@pytest.mark.parametrize(
    ("a_to_b_permanent", "b_to_c_permanent", "moved_to"),
    [(True, False, "https://b.test/"), (False, True, None)],
)
def test_only_permanent_hops_from_the_start_are_a_move(
    a_to_b_permanent: bool, b_to_c_permanent: bool, moved_to: str | None
) -> None:
    """A feed on host a redirects to b, which redirects to c: the feed has moved only as far as all
    redirects from the start are permanent."""
    crawler = ScriptedCrawler()
    crawler.script.answers = {
        "https://a.test/": make_redirect(
            "https://a.test/", "https://b.test/", permanent=a_to_b_permanent
        ),
        "https://b.test/": make_redirect(
            "https://b.test/", "https://c.test/", permanent=b_to_c_permanent
        ),
        "https://c.test/": NotModified(url="", final_url="https://c.test/", headers={}),
    }

    (result,) = crawler.fetch_together(Request(url="https://a.test/", kind="feed"))

    assert isinstance(result, NotModified)
    assert result.moved_to == moved_to


def test_waiting_for_a_turn_costs_no_deadline() -> None:
    """Five requests to one host, 0.1 s apart, and a redirect of each to another: most wait for
    their turn longer than their deadline of 0.15 s, yet all succeed, since waiting does not
    count."""
    script = Script()
    script.answers = {
        "https://a.test/": make_redirect("https://a.test/", "https://b.test/"),
        "https://b.test/": make_fetched("https://b.test/"),
    }

    async def fetch_five_times() -> list[FetchResult]:
        polite = PoliteFetcher(script, Throttle(0.1, asyncio.sleep, lambda: datetime.now(UTC)))
        requests = [Request(url="https://a.test/", kind="feed", deadline=0.15) for _ in range(5)]
        return list(await asyncio.gather(*(polite.fetch(request) for request in requests)))

    assert all(isinstance(result, Fetched) for result in asyncio.run(fetch_five_times()))
    # what is left of the deadline when a request is sent
    assert min(request.deadline for request in script.asked) > 0.1


def test_circles_across_hosts_end() -> None:
    """Two hosts that redirect to each other end as a failure after at most six requests."""
    crawler = ScriptedCrawler()
    crawler.script.answers = {
        "https://a.test/": make_redirect("https://a.test/", "https://b.test/"),
        "https://b.test/": make_redirect("https://b.test/", "https://a.test/"),
    }
    result = crawler.fetch_together(Request(url="https://a.test/", kind="feed"))[0]

    assert isinstance(result, Failed)
    assert result.reason == "redirects"
    assert len(crawler.script.asked) <= 6


def test_mutual_redirects_do_not_lock_each_other_out() -> None:
    """Four parallel requests to two hosts that redirect to each other all succeed: none waits for
    a turn while it holds the other's."""
    crawler = ScriptedCrawler()
    crawler.script.answers = {
        "https://a.test/1": make_redirect("https://a.test/1", "https://b.test/2"),
        "https://b.test/1": make_redirect("https://b.test/1", "https://a.test/2"),
        "https://a.test/2": make_fetched("https://a.test/2"),
        "https://b.test/2": make_fetched("https://b.test/2"),
    }
    a_to_b = Request(url="https://a.test/1", kind="feed")
    b_to_a = Request(url="https://b.test/1", kind="feed")

    results = crawler.fetch_together(a_to_b, b_to_a, a_to_b, b_to_a)

    assert all(isinstance(result, Fetched) for result in results)


def test_close() -> None:
    """Closing the polite fetcher closes the fetcher that it uses."""
    crawler = ScriptedCrawler()
    asyncio.run(crawler.polite.aclose())
    assert crawler.script.closed


def test_credentials_of_a_url_are_in_no_result() -> None:
    """Whatever the answer, a password in the address is not in the result."""
    crawler = ScriptedCrawler()
    url = "https://user:secret@a.test/"
    for answer in (
        make_redirect(url, "https://b.test/"),
        make_fetched("https://a.test/"),
        NotModified(url=url, final_url="https://a.test/", headers={}),
        Failed(url=url, reason="timeout"),
        Failed(url=url, reason="rate-limited", status=429),
        # after the 429 the host is left alone: this answer is never asked for
        Failed(url=url, reason="never asked"),
    ):
        crawler.script.answers[url] = replace(answer, url="https://a.test/")
        assert "secret" not in str(crawler.fetch_together(Request(url=url, kind="feed")))


def test_a_crawl_delay_spaces_the_pages_of_its_host_up_to_a_minute() -> None:
    """The three pages of a host are requested with its Crawl-delay between them: 7 seconds; or 60,
    the most, instead of an hour."""

    def measure_seconds_for_three_pages(crawl_delay: int) -> float:
        crawler = ScriptedCrawler()
        crawler.script.add_page(ROBOTS, f"User-agent: *\nCrawl-delay: {crawl_delay}")
        pages = [f"https://example.org/{number}" for number in range(3)]
        for url in pages:
            crawler.script.answers[url] = make_fetched(url)
        crawler.fetch_together(*(Request(url=url) for url in pages))
        return crawler.clock.seconds_since_start()

    # two gaps between three pages, and perhaps one after robots.txt
    assert 2 * 7 <= measure_seconds_for_three_pages(crawl_delay=7) <= 3 * 7 + 3
    assert 2 * 60 <= measure_seconds_for_three_pages(crawl_delay=3600) <= 3 * 60 + 3


@pytest.mark.parametrize(
    ("target", "robots_read"),
    [("https://www.a.test/2", []), ("https://b.test/2", ["https://b.test/robots.txt"])],
)
def test_the_operators_word_on_robots_ends_at_the_site(target: str, robots_read: list[str]) -> None:
    """`robots = "ignore"` also holds after a redirect within the site (www), but not on another
    site, whose robots.txt is read."""
    crawler = ScriptedCrawler()
    crawler.script.answers["https://a.test/1"] = make_redirect("https://a.test/1", target)
    crawler.script.add_page(target, "text")

    crawler.fetch_together(Request(url="https://a.test/1", robots="ignore"))

    assert crawler.script.list_urls() == ["https://a.test/1", *robots_read, target]


def test_what_is_remembered_is_looked_through_at_the_first_file_and_after_each_million_characters() -> (  # noqa: E501
    None
):
    """Stored robots.txt files are pruned after the first file and then after each million
    characters: with 400,000 each, after files 1, 4 and 7."""
    crawler = ScriptedCrawler()
    files_stored_when_pruned = list[int]()
    crawler.robots = Robots(
        PoliteFetcher(crawler.script, crawler.throttle),
        crawler.notes.get,
        crawler._note,
        user_agent="Syndicator/1.0",
        clock=crawler.clock,
        prune=lambda prefix, before, most: files_stored_when_pruned.append(len(crawler.notes)),
    )

    for number in range(7):
        crawler.script.add_page(f"https://h{number}.example/robots.txt", "# " + "x" * 400_000)
        crawler.find_verdict(f"https://h{number}.example/a")

    assert files_stored_when_pruned == [1, 4, 7]
