"""Sites behind a login are read with cookies; an expired session is reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.archive import make_opened_instance
from syndicator.core.model import Source
from syndicator.core.reasons import ConditionReason
from syndicator.filing.sessions import is_login_address
from syndicator.health.conditions import Condition
from syndicator.health.observing import examine
from tests.logins import (
    EARLIER,
    LEAD,
    LOGIN_FORM,
    PAYWALL,
    TOKEN,
    Asked,
    Reader,
    Reply,
    Site,
    cookie_line,
    make_story_page,
    make_tls,
    resolve_names,
    serve_site,
)

ENTRIES = 4


def if_known(asked: Asked, wall: Reply, name: str = "session", value: str = TOKEN) -> Reply:
    """The story for a reader with the session, else the wall."""
    if asked.cookies.get(name) == value:
        return Reply(make_story_page(f"The old bridge {asked.path}"))
    return wall


REFUSED = Reply(b"<title>No</title>", status=401)
FORBIDDEN = Reply(b"<title>No</title>", status=403)
FORM = Reply(LOGIN_FORM.encode())
PAY = Reply(PAYWALL.encode())


def by_redirect(asked: Asked) -> Reply:
    if asked.path.startswith("/account/login"):
        return Reply(make_story_page("Welcome to our readers"))  # no form: scripts draw it
    return if_known(asked, Reply(status=302, headers=[("Location", "/account/login?back=1")]))


def by_path(asked: Asked) -> Reply:
    if asked.path == "/feed":
        assert not asked.cookies
    return if_known(asked, REFUSED)


@dataclass(frozen=True)
class Case:
    """A kind of login. `answer`: what the site answers; `good`, `bad`: lines of the cookie file
    with a session that holds, and with one that ended."""

    answer: Callable[[Asked], Reply]
    good: str
    bad: str
    name: str = ""
    stories: tuple[str, ...] = ("/story",)
    open_feed: bool = True


HOST = "127.0.0.1"
OLD = cookie_line(HOST, value="one-that-nobody-knows")
CASES = {
    "a cookie, and a wall with 401": Case(
        lambda asked: if_known(asked, REFUSED), cookie_line(HOST), OLD
    ),
    "a wall with 403": Case(lambda asked: if_known(asked, FORBIDDEN), cookie_line(HOST), OLD),
    "a wall with 200 that is a form": Case(
        lambda asked: if_known(asked, FORM), cookie_line(HOST), OLD
    ),
    "a wall with 200 that is a paywall": Case(
        lambda asked: if_known(asked, PAY), cookie_line(HOST), OLD
    ),
    "a wall with 200 below the beginning of the article": Case(
        lambda asked: if_known(asked, Reply(LEAD.encode())), cookie_line(HOST), OLD
    ),
    "a wall by redirect to a page of scripts": Case(by_redirect, cookie_line(HOST), OLD),
    "a cookie of the parent domain": Case(
        lambda asked: if_known(asked, REFUSED),
        cookie_line(".review.example", subdomains=True),
        cookie_line("review.example"),
        name="www.review.example",
    ),
    "a cookie of a path": Case(
        by_path,
        cookie_line(HOST, path="/members"),
        cookie_line(HOST, path="/mem"),
        stories=("/members/story",),
    ),
    "a cookie that has expired in the file": Case(
        lambda asked: if_known(asked, REFUSED),
        cookie_line(HOST),
        cookie_line(HOST, expires=EARLIER),
    ),
    "a cookie without an end": Case(
        lambda asked: if_known(asked, REFUSED),
        cookie_line(HOST, expires=0),
        cookie_line(HOST, expires=0, value="one-that-nobody-knows"),
    ),
    "a secure cookie, and http": Case(
        lambda asked: if_known(asked, REFUSED),
        cookie_line(HOST),
        cookie_line(HOST, secure=True),
    ),
    "a feed behind the login": Case(
        lambda asked: Reply(status=401), cookie_line(HOST), OLD, open_feed=False
    ),
}


def list_ended_sessions(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> list[Condition]:
    with reader.open_app(monkeypatch) as app:
        conditions = examine(make_opened_instance(app.archive, app.configuration)).conditions
    return [
        condition for condition in conditions if condition.kind == ConditionReason.SESSION_ENDED
    ]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_site_is_read_or_its_session_reported_and_read_once_it_is_renewed(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each kind of login (`case`): with the cookies of an ended session nothing is filed and
    the operator is told the cure. After the operator exports good cookies, the article is filed
    and nothing is reported."""
    site = Site(case.answer, stories=case.stories, open_feed=case.open_feed)

    # a feed behind the login is answered for a reader with the session only
    if not case.open_feed:

        def answer(asked: Asked) -> Reply:
            if asked.path == "/feed" and TOKEN in asked.cookies.values():
                return site.render_feed()
            return if_known(asked, REFUSED)

        site.answer = answer
    resolve_names(monkeypatch, {case.name: "127.0.0.1"} if case.name else {})
    with serve_site(site, name=case.name):
        reader = Reader(tmp_path, site, [case.bad])
        reader.visit_source(monkeypatch)

        assert reader.read_articles() == []

        (condition,) = list_ended_sessions(reader, monkeypatch)

        assert condition.reason == "the session of review ended"
        assert condition.cure == "export its cookies again"
        assert condition.needs_you

        reader.now += timedelta(minutes=1)
        reader.export_cookies([case.good])
        reader.visit_source(monkeypatch, due=True)

        assert len(reader.read_articles()) == 1
        assert list_ended_sessions(reader, monkeypatch) == []


def test_a_secure_cookie_goes_over_tls_and_may_be_renewed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS a secure cookie is sent, and the article is filed. The secure cookie that the site
    sets in its answer is stored in the file of renewed cookies."""
    tls = make_tls(tmp_path, monkeypatch)
    renewed = ("Set-Cookie", "session=renewed-over-tls; Path=/; Secure")

    def answer(asked: Asked) -> Reply:
        if asked.cookies.get("session") == TOKEN:
            return Reply(make_story_page(), headers=[renewed])
        return REFUSED

    with serve_site(Site(answer), tls=tls) as site:
        reader = Reader(tmp_path, site, [cookie_line(HOST, secure=True)])
        reader.visit_source(monkeypatch)

        assert len(reader.read_articles()) == 1
        assert list_ended_sessions(reader, monkeypatch) == []
    assert "TRUE\t0\tsession\trenewed-over-tls" in reader.renewed_file.read_text()


def test_entries_wait_in_place_of_being_filed_as_walls_and_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session ended: all 12 entries wait without losing a try; only the few pages that are read
    at once (`ENTRIES`) are requested, and none again within the hour. With good cookies all 12 are
    filed."""
    stories = [f"/story-{number}" for number in range(12)]
    site = Site(lambda asked: if_known(asked, REFUSED), stories=stories)
    with serve_site(site):
        reader = Reader(tmp_path, site, [OLD])
        reader.visit_source(monkeypatch)
        pages = [asked for asked in site.asked if asked.path.startswith("/story")]

        assert len(pages) <= ENTRIES

        with reader.open_app(monkeypatch) as app:
            counts = app.archive.store.status.counts()

            assert counts.pending == 12
            assert counts.refused == 0

            rows = app.archive.store.visits.pending("review", reader.now + timedelta(days=1))

            assert {(row.reason, row.tries) for row in rows} == {("session-ended", 0)}
        (condition,) = list_ended_sessions(reader, monkeypatch)

        assert condition.count == 12

        reader.now += timedelta(minutes=59)
        reader.visit_source(monkeypatch)

        pages_after = [asked for asked in site.asked if asked.path.startswith("/story")]

        assert len(pages_after) == len(pages)

        reader.export_cookies([cookie_line(HOST)])
        reader.visit_source(monkeypatch, due=True)

        assert len(reader.read_articles()) == 12


def test_without_cookies_a_wall_is_a_wall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source without cookies that answers 401 is refused like any page, and no session is
    reported as ended."""
    site = Site(lambda asked: REFUSED)
    with serve_site(site):
        reader = Reader(tmp_path, site, [OLD])

        # take the line `cookies` out of the source's table
        text = (reader.config / "sources.toml").read_text()
        (reader.config / "sources.toml").write_text(
            "\n".join(line for line in text.splitlines() if "cookies" not in line)
        )
        outcome = reader.visit_source(monkeypatch)

        assert outcome is not None
        assert [problem.reason for problem in outcome.skipped] == ["http-401"]

        with reader.open_app(monkeypatch) as app:
            assert app.archive.store.status.counts().refused == 1


def test_a_renewed_cookie_is_kept_beside_the_file_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site renews its cookie with each page: the new one is stored in a separate file, which only
    its owner may read, and used for the next page; the operator's file stays as it is. Cookies
    that the operator exports later count before the renewed ones."""
    valid = [TOKEN]  # the sessions that the site gave out; the last one is valid

    def rotate(asked: Asked) -> Reply:
        """Each page renews the session; the one before is worth nothing any more."""
        if asked.cookies.get("session") != valid[-1]:
            return REFUSED
        valid.append(f"renewed-session-{len(valid)}")
        headers = [
            ("Set-Cookie", "seen=once-or-more; Path=/; Max-Age=600"),
            ("Set-Cookie", f"session={valid[-1]}; Path=/; HttpOnly; Max-Age=86400"),
        ]
        return Reply(make_story_page(f"The bridge {asked.path}"), headers=headers)

    site = Site(rotate)
    with serve_site(site):
        reader = Reader(tmp_path, site, [cookie_line(HOST)])
        before = reader.cookie_file.read_bytes()
        for number in range(3):
            site.stories = (f"/story-{number}",)
            reader.visit_source(monkeypatch)
            reader.now += timedelta(hours=1)

        assert len(valid) == 1 + 3  # each of three visits used and renewed it
        assert list_ended_sessions(reader, monkeypatch) == []
        assert reader.cookie_file.read_bytes() == before
        assert f"session\t{valid[-1]}" in reader.renewed_file.read_text()
        assert reader.renewed_file.stat().st_mode & 0o777 == 0o600

        files = [path.name for path in reader.cookie_file.parent.iterdir()]

        assert not [name for name in files if ".tmp" in name]

        reader.export_cookies([cookie_line(HOST, value="exported-again")])
        valid.append("exported-again")
        site.stories = ("/story-9",)
        reader.visit_source(monkeypatch)

        # the exported session was accepted and renewed
        assert len(valid) == 4 + 2


def test_a_file_that_is_none_is_named_with_its_line_and_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of the cookie file has 4 parts, too few: no request is sent, and the message names
    file, line and cure, and not the secret. With a good file the article is filed."""
    site = Site(lambda asked: if_known(asked, REFUSED))
    with serve_site(site):
        line_of_4_parts = f"{HOST}\tFALSE\t/\tsession={TOKEN}"
        reader = Reader(tmp_path, site, [line_of_4_parts])
        outcome = reader.visit_source(monkeypatch)

        assert site.asked == []
        assert outcome is not None
        assert outcome.reason == "bad-cookies"
        assert f"{reader.cookie_file}, line 2: it has 4 parts" in outcome.detail
        assert "export the cookies again" in outcome.detail
        assert TOKEN not in outcome.detail

        reader.now += timedelta(minutes=1)
        reader.export_cookies([cookie_line(HOST)])
        reader.visit_source(monkeypatch, due=True)

        assert len(reader.read_articles()) == 1


@pytest.mark.parametrize(
    ("asked", "answered", "is_login"),
    [
        ("https://a.example/story", "https://a.example/login?next=/story", True),
        ("https://a.example/story", "https://id.a.example/sign-in", True),
        ("https://a.example/story", "https://a.example/story", False),
        ("https://a.example/story", "https://a.example/blog/login-pages-that-work", False),
        ("https://a.example/login", "https://a.example/login/new", False),
        ("https://a.example/story", "https://a.example/story-2", False),
    ],
)
def test_which_addresses_are_those_of_login_forms(
    asked: str, answered: str, is_login: bool
) -> None:
    """A redirect leads to a login form if its address is a login and the requested one was not."""
    assert is_login_address(asked, answered) is is_login


def test_a_source_without_cookies_has_the_terms_of_before() -> None:
    """A source has no cookies by default."""
    assert Source(key="a", url="https://a.example/").cookies == ""
