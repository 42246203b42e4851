"""Cookie files of the operator, and the cookies that sites renew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.articles import disk
from syndicator.visiting.fetch.cookie_files import CookieFiles, is_secret_value
from syndicator.visiting.fetch.cookies import BadCookies

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = int((NOW + timedelta(days=30)).timestamp())
URL = "https://review.example/story"
FILE = "cookies/review.txt"


class Folder:
    """A folder with a file of one session."""

    def __init__(self, root: Path, value: str = "first-session", *, secure: bool = False) -> None:
        self.root = root
        self.path = root / FILE
        self.path.parent.mkdir()
        self.now = NOW
        self.export_cookie(value, secure=secure)

    def export_cookie(self, value: str, *, secure: bool = False) -> None:
        flag = "TRUE" if secure else "FALSE"
        parts = ("review.example", "FALSE", "/", flag, str(LATER), "session", value)
        self.path.write_text("\t".join(parts) + "\n")

    def open_cookies(self) -> CookieFiles:
        return CookieFiles(self.root, lambda: self.now)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_renewed_cookies_outlast_the_process_and_end_with_the_next_export(folder: Folder) -> None:
    """Cookies that a site renews are stored beside the exported file, until they expire or the
    operator exports the file again."""
    files = folder.open_cookies()
    files.store_renewed(
        FILE, URL, ["session=second-session; Path=/", "other=1; Path=/; Max-Age=60"]
    )

    assert files.header(FILE, URL) == "session=second-session; other=1"
    assert folder.open_cookies().header(FILE, URL) == "session=second-session; other=1"

    folder.now += timedelta(minutes=2)

    assert folder.open_cookies().header(FILE, URL) == "session=second-session"

    folder.export_cookie("third-session-exported")

    assert files.header(FILE, URL) == "session=third-session-exported"
    assert folder.open_cookies().header(FILE, URL) == "session=third-session-exported"


def test_a_deleted_cookie_is_sent_no_more(folder: Folder) -> None:
    """A cookie that the site deletes (Max-Age=0) is not sent again, also by the next process."""
    files = folder.open_cookies()
    files.store_renewed(FILE, URL, ["session=; Path=/; Max-Age=0"])

    assert files.header(FILE, URL) == ""
    assert folder.open_cookies().header(FILE, URL) == ""


def test_an_answer_that_changes_nothing_writes_nothing(folder: Folder) -> None:
    """An answer that repeats a cookie, deletes an unknown one, or sets one for another domain does
    not write a file beside the exported one."""
    files = folder.open_cookies()
    same_end = datetime.fromtimestamp(LATER, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    repeated = f"session=first-session; Path=/; Expires={same_end}"
    deletes_unknown = "nobody=; Max-Age=0"
    for_another_domain = "session=x; Domain=evil.example"

    files.store_renewed(FILE, URL, [repeated, deletes_unknown])
    files.store_renewed(FILE, URL, [for_another_domain])

    assert sorted(path.name for path in folder.path.parent.iterdir()) == ["review.txt"]


def test_an_answer_without_tls_replaces_no_secure_cookie(tmp_path: Path) -> None:
    """An answer over plain HTTP, which anybody could forge, cannot replace a cookie that is marked
    Secure."""
    folder = Folder(tmp_path, secure=True)
    files = folder.open_cookies()
    files.store_renewed(FILE, URL.replace("https", "http"), ["session=of-somebody-else; Path=/"])

    assert files.header(FILE, URL) == "session=first-session"


def test_the_renewed_file_is_for_this_account_alone_and_replaced_at_once(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renewed cookies are stored in a file that only this account can read. If the disk is full,
    the old file stays whole and the process keeps the new cookie."""
    files = folder.open_cookies()
    files.store_renewed(FILE, URL, ["session=second-session; Path=/"])
    renewed = folder.root / f"{FILE}.renewed"
    assert renewed.stat().st_mode & 0o777 == 0o600

    def raise_disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = renewed.read_bytes()
    monkeypatch.setattr(disk.os, "fsync", raise_disk_full)
    files.store_renewed(FILE, URL, ["session=third-session; Path=/"])

    assert renewed.read_bytes() == before
    assert files.header(FILE, URL) == "session=third-session"  # this process goes on with it


def test_a_renewed_file_that_is_broken_does_not_count(folder: Folder) -> None:
    """If the file of renewed cookies is damaged, the exported cookies are used."""
    folder.open_cookies().store_renewed(FILE, URL, ["session=second-session; Path=/"])
    renewed = folder.root / f"{FILE}.renewed"
    renewed.write_bytes(renewed.read_bytes()[:-20] + b"\nhalf a line")

    # of the exported file
    assert folder.open_cookies().header(FILE, URL) == "session=first-session"


def test_a_file_that_is_missing_or_too_large_is_named(folder: Folder) -> None:
    """A cookie file that is missing or larger than 5 MB is an error that names the file."""
    with pytest.raises(BadCookies, match=r"cookies/none.txt: No such file or directory; export"):
        folder.open_cookies().header("cookies/none.txt", URL)
    folder.path.write_bytes(b"#" * 5_000_001)
    with pytest.raises(BadCookies, match=r"review.txt: it has more than 5,000,000 bytes"):
        folder.open_cookies().header(FILE, URL)


def test_all_spellings_of_the_values_of_a_host_are_secrets(folder: Folder) -> None:
    """Each spelling of a cookie value, as decoded, in HTML or in JSON, is a secret to mask, for its
    host only."""
    folder.export_cookie("a%2Fb&c/first-session")
    files = folder.open_cookies()
    files.store_renewed(FILE, URL, ["session=second-value-of-the-session; Path=/"])

    assert files.list_secret_values(FILE, URL) >= {
        "a%2Fb&c/first-session",
        "a/b&c/first-session",
        "a%2Fb&amp;c/first-session",
        "a%2Fb&c\\/first-session",
        "second-value-of-the-session",
    }
    assert files.list_secret_values(FILE, "https://other.example/") == frozenset()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("s3ntinel-of-it", True),
        ("a1b2c3d4", True),
        ("sentinel-of-the-session", True),
        ("12345678901234567890", True),
        ("%7Ba1b2c3d4%7D", True),
        ("a1b2c3", False),
        ("subscriber", False),
        ("dark%20mode", False),
        ("2026-03-10", False),
        ("1773144000", False),
        ("https%3A%2F%2Freview.example%2F2026%2Fstory", False),
    ],
)
def test_words_numbers_and_addresses_stay_in_pages(value: str, expected: bool) -> None:
    """Only cookie values that could be a session secret are masked in stored pages; words, numbers,
    dates and addresses may be part of a text."""
    assert is_secret_value(value) is expected
