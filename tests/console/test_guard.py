"""Attacks on the console over real connections are refused."""

from __future__ import annotations

import re
import socket
import stat
from itertools import product
from pathlib import Path

import pytest

from syndicator.console import security
from syndicator.console.security import (
    ALL_FREE,
    Throttle,
    is_for_us,
    is_from_us,
    list_allowed_hosts,
)
from syndicator.core.errors import ConfigError, UsageError
from tests.console.conftest import PASSWORD, Browser, RunningConsole
from tests.console.test_today import find_article

PATHS_BEHIND_LOGIN = ("/", "/add", "/changes", "/jobs/1", "/pictures/x.webp")


@pytest.mark.parametrize("path", PATHS_BEHIND_LOGIN)
def test_nothing_is_shown_to_who_is_not_logged_in(
    running_console: RunningConsole, path: str
) -> None:
    """Without a login each page answers with a redirect to the login and no content."""
    answer = Browser(running_console.port).get(path)

    assert answer.status == 303
    assert answer.body == ""
    assert answer.headers["location"].startswith("/login")


def test_every_answer_has_the_headers_that_browsers_obey(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Pages, files and errors have the security headers; pages must not be cached."""
    for path in ("/", "/login", "/static/console.css", "/nowhere"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_pages_have_nothing_inline_and_nothing_of_others(browser: Browser) -> None:
    """Pages have no inline style or script and load nothing from other hosts."""
    for path in ("/", "/add", "/changes", "/login"):
        body = browser.get(path).body
        assert "<style" not in body
        assert " style=" not in body
        assert " onclick" not in body
        assert "<script>" not in body
        for foreign in (
            'src="http',
            'src="//',
            'action="http',
            '<link rel="stylesheet" href="http',
        ):
            assert foreign not in body


def test_a_name_that_was_made_to_lead_here_gets_nothing(
    running_console: RunningConsole, browser: Browser
) -> None:
    """DNS rebinding: a request whose Host header is not a name of the console is refused with 421,
    before and after a login; with localhost it is answered."""
    for host in (
        "evil.example",
        f"evil.example:{running_console.port}",
        "",
        "127.0.0.1.evil.example",
        "user@localhost",
    ):
        assert browser.get("/", Host=host).status == 421
        assert browser.get("/login", Host=host).status == 421
    assert browser.get("/", Host=f"localhost:{running_console.port}").status == 200


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1:8081", True),
        ("[::1]:8081", True),
        ("CONSOLE.example.org", True),
        ("example.org", False),
        ("[", False),
        ("LOCALHOST:1", True),
        ("localhost.", False),
        ("[::1", False),
        ("localhost@example.org", False),
        ("127.1", False),
    ],
)
def test_which_names_are_ours(host: str, allowed: bool) -> None:
    """A console that listens on 0.0.0.0 and is configured with one host name answers to local
    addresses and to that name only, at any port and in any case."""
    allowed_hosts = list_allowed_hosts("0.0.0.0", ["console.example.org"])
    assert is_for_us(host, allowed_hosts) == allowed


@pytest.mark.parametrize(
    ("origin", "fetch_site", "is_ours"),
    [
        (None, None, True),
        ("http://127.0.0.1:8081", "same-origin", True),
        ("http://127.0.0.1:9999", None, False),
        ("null", None, False),
        (None, "cross-site", False),
        (None, "same-site", False),
        ("http://[", None, False),
        ("http://localhost:8081", None, False),
    ],
)
def test_which_senders_are_ours(origin: str | None, fetch_site: str | None, is_ours: bool) -> None:
    """A request is ours if its Origin is the console's own address (its Host header) and
    Sec-Fetch-Site is same-origin; a missing header is no objection."""
    host_header = "127.0.0.1:8081"
    assert is_from_us(host_header, origin, fetch_site) is is_ours


def test_a_form_of_another_site_changes_nothing(
    running_console: RunningConsole, browser: Browser
) -> None:
    """The form that stops the visits of a source (`/operations/rest`) changes nothing (CSRF)
    without the session's own token, from another site, or by another method: no job is queued."""
    path = "/operations/rest"
    form = {"key": "holt"}
    own_token = browser.get("/").token
    form_with_token = form | {"token": own_token}
    token_of_another_session = running_console.browser().get("/").token
    job_count = len(running_console.queue.recent(500))

    assert browser.ask("POST", path, form).status == 403  # no token
    assert browser.ask("POST", path, form | {"token": "x" * 43}).status == 403
    assert browser.ask("POST", path, form | {"token": token_of_another_session}).status == 403

    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert browser.ask("POST", path, form_with_token, **headers).status == 403

    # GET only shows the form
    assert browser.get(f"{path}?key=holt&token={own_token}").status == 200
    assert browser.ask("PUT", path, form_with_token).status == 405
    assert browser.ask("POST", path, None, Content_Type="application/json").status == 413
    assert len(running_console.queue.recent(500)) == job_count


def test_the_cookie_is_for_this_site_and_no_script(running_console: RunningConsole) -> None:
    """Session cookies, before and after the login, are HttpOnly and SameSite=Strict, and for this
    host only. Logging out from the console's own address ends the session: the front page leads to
    the login again."""
    browser = Browser(running_console.port)
    for answer in (browser.get("/login"), browser.log_in()):
        cookie_header = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie_header
        assert "samesite=strict" in cookie_header
        assert "domain" not in cookie_header

    token = browser.get("/").token
    own_address = f"http://127.0.0.1:{running_console.port}"
    logout_answer = browser.ask("POST", "/logout", {"token": token}, Origin=own_address)

    assert logout_answer.status == 303
    assert browser.get("/").status == 303


def test_an_id_that_was_known_before_the_login_is_worth_nothing(
    running_console: RunningConsole,
) -> None:
    """Session fixation: a session id planted before the login, or chosen by somebody else, is
    replaced by the login and gives no access."""
    # the login page gives a cookie, which the attacker knows
    victim = Browser(running_console.port)
    victim.get("/login")
    planted_cookies = dict(victim.cookies)

    assert victim.log_in().status == 303
    assert victim.cookies != planted_cookies

    attacker = Browser(running_console.port, dict(planted_cookies))

    assert attacker.get("/").status == 303  # sent to the login

    # the same cookie names, with an id that the console never gave
    victim_with_chosen_id = Browser(
        running_console.port, dict.fromkeys(planted_cookies, "chosen-by-somebody-else")
    )

    assert victim_with_chosen_id.log_in().status == 303
    assert "chosen-by-somebody-else" not in victim_with_chosen_id.cookies.values()


def test_a_session_ends_where_it_was_ended(running_console: RunningConsole) -> None:
    """After a logout the cookies of the session do not work any more: who sends them is led to the
    login."""
    browser = running_console.browser()
    kept_cookies = dict(browser.cookies)

    assert browser.post("/logout").status == 303

    answer = Browser(running_console.port, kept_cookies).get("/")

    assert (answer.status, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize(
    ("pauses", "lasts"),
    [
        ([4 * 3600.0], True),
        ([4 * 3600.0 + 1], False),
        ([3 * 3600.0] * 8, True),  # a request every three hours, for a day
        ([3 * 3600.0] * 8 + [1.0], False),  # and a second later
    ],
)
def test_a_session_lasts_four_idle_hours_and_a_day(pauses: list[float], lasts: bool) -> None:
    """`pauses`: seconds between requests. A session ends after a pause of more than four hours,
    or a day after it began. `find` is what each request asks."""
    now = 0.0
    sessions = security.Sessions(lambda: now)
    session = sessions.begin("operator")
    found_session: security.Session | None = session

    for pause in pauses:
        now += pause
        found_session = sessions.find(session.id)

    assert (found_session is not None) == lasts  # after the last request


def test_a_session_ends_with_the_password_that_it_began_with(
    running_console: RunningConsole,
) -> None:
    """A session ends when its user's password is changed or the file of passwords is deleted;
    it does not come back with the old password. Another user's change does not matter."""
    path = security.find_passwords_file(running_console.settings.state_dir)
    passwords_before = path.read_bytes()
    try:
        # `browser` is logged in as "operator"; 303 sends to the login
        browser = running_console.browser()

        security.set_password(path, "ann", "another password")
        assert browser.get("/").status == 200

        security.set_password(path, "operator", "a new password")
        assert browser.get("/").status == 303

        path.write_bytes(passwords_before)
        assert browser.get("/").status == 303  # the session does not come back

        browser = running_console.browser()
        path.unlink()
        assert browser.get("/").status == 303
    finally:
        security.set_password(path, "operator", PASSWORD)
        path.write_bytes(passwords_before)


def test_a_stranger_is_not_told_what_is_wrong(running_console: RunningConsole) -> None:
    """If the file of passwords may be read by others, the login fails with 503. The cure (chmod) is
    logged and not shown to the visitor."""
    path = security.find_passwords_file(running_console.settings.state_dir)
    logged_lines: list[str] = []
    tell_before = running_console.console.tell
    try:
        running_console.console.tell = logged_lines.append  # `tell` writes a line of the log
        path.chmod(0o644)
        answer = Browser(running_console.port).log_in()
    finally:
        path.chmod(0o600)
        running_console.console.tell = tell_before
        running_console.console.throttle.forget_failures("127.0.0.1")

    assert answer.status == 503
    assert "chmod" not in answer.body
    assert "token" not in answer.body
    assert any("chmod 600" in line for line in logged_lines)


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/a%00.webp",
        "/pictures/" + "a" * 300 + ".webp",
        "/articles?filter=all&page=" + "9" * 30,
        "/articles?page=-1",
        "/articles?page=" + "9" * 5000,
        "/sources?page=" + "9" * 5000,
        "/sources?page=0",
        "/sources/holt/mend?page=" + "9" * 5000,
        "/articles/%00",
        "/changes/" + "9" * 5000,
        "/changes/-1",
        "/add?job=%00",
        "/jobs/%00",
        "/articles?q=%00&source=%00",
        "/tags?query=" + "(" * 900,
        "/sources/%00",
        "/login?next=%00",
        "/articles?page=%C2%B2",
        "/?job=" + "9" * 5000,
    ],
)
def test_nothing_that_an_address_says_fails(browser: Browser, path: str) -> None:
    """No hostile address (huge numbers, NUL bytes, a regular expression) causes a server error."""
    assert browser.get(path).status in (200, 303, 400, 404)


def test_a_number_that_is_none_is_refused(
    running_console: RunningConsole, browser: Browser
) -> None:
    """Huge, negative or malformed numbers in forms are refused, and so is an Origin header that is
    no address; they cause no server error."""
    for number in ("9" * 5000, "-1", "\u00b2", "1e3", ""):
        # `number` of the change to undo: the job that the form queues fails
        undo_answer = browser.post("/operations/undo", {"number": number})
        job = running_console.wait_for_job(undo_answer.job)
        assert job.status == "failed"
        assert "there is no change" in job.said

        # `number` of the part of a page to point at
        assert browser.post("/sources/holt/mend/point", {"id": "", "number": number}).status == 404

    assert browser.post("/operations/rest", {"key": "holt"}, Origin="http://[").status == 403


def test_right_passwords_cost_nobody_a_wait() -> None:
    """However often somebody logs in with the right password, nobody waits. After `ALL_FREE` wrong
    passwords from as many addresses, an address that never tried waits, too."""
    throttle = Throttle(lambda: 0.0)  # the clock stands still
    for _ in range(3 * ALL_FREE):
        assert throttle.get_wait_seconds("a") == 0
        throttle.count_failure("a")  # a try is counted before the password is checked,
        throttle.forget_failures("a")  # and forgotten as the password was right

    for number in range(ALL_FREE):
        throttle.count_failure(f"address {number}")

    assert throttle.get_wait_seconds("b") > 0


def test_who_guesses_has_to_wait(running_console: RunningConsole) -> None:
    """After five wrong passwords (403) every login from that address must wait (429), even with the
    right password. Once its failures are forgotten it may log in."""
    address = "127.0.0.1"
    guesser = Browser(running_console.port)
    codes = [guesser.log_in(f"wrong {number}").status for number in range(7)]

    assert codes == [403] * 5 + [429] * 2

    refused = guesser.log_in()  # with the right password

    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert running_console.console.throttle.get_wait_seconds(address) > 0

    running_console.console.throttle.forget_failures(address)

    assert guesser.log_in().status == 303


def test_no_header_makes_a_guesser_another_client(running_console: RunningConsole) -> None:
    """After five wrong passwords a client must wait (429), and forged address headers do not make
    it another client."""
    guesser = Browser(running_console.port)
    token = guesser.get("/login").token
    codes = []
    for number in range(8):
        form = {"token": token, "name": "operator", "password": f"wrong {number}"}
        address = f"192.0.2.{number}"  # another one each time
        forged = {"X_Forwarded_For": address, "Forwarded": f"for={address}", "X_Real_IP": address}
        codes.append(guesser.ask("POST", "/login", form, **forged).status)
    running_console.console.throttle.forget_failures("127.0.0.1")  # for the next tests

    assert codes == [403] * 5 + [429] * 3  # five wrong passwords, then three that must wait


def test_two_host_names_are_none(running_console: RunningConsole) -> None:
    """A request with two Host headers is refused with 421."""
    with socket.create_connection(("127.0.0.1", running_console.port), timeout=20) as client:
        client.sendall(
            b"GET /login HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection:"
            b" close\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 421 ")


def test_who_is_not_logged_in_sends_no_large_form(running_console: RunningConsole) -> None:
    """A form of somebody not logged in that announces 100,000 bytes is answered before they are
    sent: the login refuses it (413), any other path leads to the login (303)."""
    stranger = Browser(running_console.port)
    token = stranger.get("/login").token
    large = {"Content_Length": "100000", "Content_Type": "application/x-www-form-urlencoded"}
    login_answer = stranger.ask("POST", "/login", None, **large)
    answer_with_token = stranger.ask(
        "POST", "/operations/look", {"token": token}, Content_Length="100000"
    )
    answer_without_cookie = Browser(running_console.port).ask(
        "POST", "/operations/look", None, **large
    )

    assert login_answer.status == 413
    assert answer_with_token.status == 303
    assert answer_without_cookie.status == 303


def test_after_a_login_one_stays_on_the_console(running_console: RunningConsole) -> None:
    """`next` in the login form, where to go after the login, cannot lead to another site or add a
    header: what is no path of the console leads to its front page."""
    for target in (
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
    ):
        browser = Browser(running_console.port)
        form = {
            "token": browser.get("/login").token,
            "name": "operator",
            "password": PASSWORD,
            "next": target,
        }
        answer = browser.ask("POST", "/login", form)
        assert (answer.status, answer.headers["location"]) == (303, "/"), target


@pytest.mark.slow
def test_no_form_fails_the_console(running_console: RunningConsole, browser: Browser) -> None:
    """Hostile values in any form field cause no server error, neither in the answer nor in the job
    that the form queues ("our bug" is what an unforeseen error says)."""
    article, _ = find_article(running_console, "A seven-watt summariser")
    fields_by_path = {
        "/add": ("look", "take"),
        f"/articles/{article.id}": ("title", "cover", "body", "stamp"),
        "/operations/try-rules": ("key", "select", "next"),
        "/sources/holt/mend/point": ("id", "number"),
        "/operations/add-tag": ("then", "name", "aliases"),
        "/operations/set-tags": ("id", "tags", "seen", "category", "next"),
        "/operations/undo": ("number", "next"),
        "/jobs/x/cancel": ("next",),
        f"/jobs/{'0' * 20}-00000000/cancel": ("next",),
        "/nowhere": ("x",),
    }
    hostile_values = ("", "\0", "9" * 5000, "//[")
    token = browser.get("/").token
    for path, fields in fields_by_path.items():
        headers = {"HX-Request": "1"} if "cancel" in path else {}  # as the page's script asks
        for field, value in product(fields, hostile_values):
            # "then": "plan" asks for a preview, unless `then` itself is the hostile field
            form = {"token": token, "then": "plan", field: value}
            assert browser.ask("POST", path, form, **headers).status < 500, (path, field)

    assert Browser(running_console.port).get("/login?next=//%5B").status == 200

    for job in running_console.queue.recent(500):
        assert "our bug" not in running_console.wait_for_job(job.id).said, job


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2Fserver.py",
        "/static/%2e%2e/server.py",
        "/static/__init__.py",
        "/pictures/../../config/syndicator.toml",
        "/pictures/..%2F..%2Fstate%2Fsyndicator.db",
        "/pictures//etc/passwd",
        "/pictures/..%2F..%2Fstate%2Fx.webp",
        "/jobs/..%2F..%2Fpasswords",
        "/jobs/passwords/events",
    ],
)
def test_no_path_leads_out(browser: Browser, path: str) -> None:
    """No encoded or relative path serves a file outside of the console's own."""
    answer = browser.get(path)

    assert answer.status == 404
    assert "scrypt" not in answer.body
    assert "import" not in answer.body


def test_a_form_that_is_too_large_is_not_read(browser: Browser) -> None:
    """A form over three megabytes or with 13,000 fields is refused with 413; one with 10,000 ticked
    boxes is taken."""
    large_form = {"opml": "x" * 3_100_000}
    form_with_ticked_boxes = {"look": "", "take": [str(number) for number in range(10_000)]}
    form_with_many_fields = {f"f{number}": "" for number in range(13_000)}

    assert browser.post("/operations/look", large_form).status == 413
    assert browser.post("/add", form_with_ticked_boxes).status == 303
    assert browser.post("/operations/look", form_with_many_fields).status == 413


@pytest.mark.parametrize("path_prefix", ["", "/news/console"])
def test_behind_a_proxy_all_links_stay_under_its_path(
    running_console: RunningConsole, browser: Browser, path_prefix: str
) -> None:
    """With X-Forwarded-Prefix, all links and redirects start with the prefix, whether the proxy
    strips it from the path (`path_prefix` is empty) or not."""
    proxy_header = {"X_Forwarded_Prefix": "/news/console"}
    stranger = Browser(running_console.port)  # not logged in
    for visitor, path in (
        (browser, "/"),
        (browser, "/articles?filter=all"),
        (browser, "/sources"),
        (browser, "/sources/holt"),
        (browser, "/sources/holt/mend"),
        (browser, "/tags"),
        (stranger, "/login"),
    ):
        page = visitor.get(path_prefix + path, **proxy_header)
        links = re.findall(r'(?:href|src|action|formaction|hx-get|hx-post)="(/[^"]*)"', page.body)
        assert page.status == 200, path
        assert links, path
        assert all(link.startswith("/news/console/") for link in links), path

    form_answer = browser.post(
        f"{path_prefix}/operations/rest", {"key": "nobody", "next": "/sources"}, **proxy_header
    )
    stranger_answer = Browser(running_console.port).get(f"{path_prefix}/", **proxy_header)

    assert form_answer.headers["location"].startswith("/news/console/sources?job=")
    assert stranger_answer.headers["location"] == "/news/console/login"


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/a b", '/"><script>', "/a\\b", "javascript:x", "/a//b", "/a?b"]
)
def test_no_prefix_leads_elsewhere(browser: Browser, prefix: str) -> None:
    """An X-Forwarded-Prefix that is no plain path is ignored, so that no link leads to another
    site."""
    answer = browser.get("/", X_Forwarded_Prefix=prefix)

    assert answer.status == 200
    assert "evil" not in answer.body
    assert 'href="/articles"' in answer.body


# -- the file of passwords


def test_only_this_account_reads_the_passwords(running_console: RunningConsole) -> None:
    """The passwords file has mode 0600 and contains no password in clear."""
    path = security.find_passwords_file(running_console.settings.state_dir)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """Only the right name with the right password is accepted; if others may read the file, it is
    not used at all."""
    path = security.find_passwords_file(tmp_path)
    security.set_password(path, "ann", "long enough it is")
    passwords = security.read_passwords(path)

    assert security.check_password(passwords, "ann", "long enough it is")
    assert not security.check_password(passwords, "ann", "long enough it isn't")
    assert not security.check_password(passwords, "bob", "long enough it is")

    path.chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 600"):
        security.read_passwords(path)


def test_a_password_has_ten_characters(tmp_path: Path) -> None:
    """A password has at least ten characters, and a user name no line break."""
    with pytest.raises(UsageError, match="10 characters"):
        security.set_password(security.find_passwords_file(tmp_path), "ann", "short")
    with pytest.raises(UsageError, match="no name"):
        security.set_password(security.find_passwords_file(tmp_path), "a\nb", "long enough it is")
