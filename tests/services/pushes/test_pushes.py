"""From a feed that names its hub to the article on disk, over loopback: every case of websub.rocks' subscriber part."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.pushes.up import following
from tests.services.pushes.web import until

pytestmark = pytest.mark.anyio

# case of websub.rocks -> how its topic is made here
CASES = {
    100: {},
    101: {"form": "page"},
    102: {"form": "atom"},
    103: {},
    104: {"form": "atom"},
    200: {},
    201: {},
    202: {},
    203: {"method": "sha1"},
    204: {"method": "sha512"},
    300: {"method": "sha384"},
    301: {},
    302: {},
}


async def test_what_a_hub_pushes_is_published_without_a_wait(tmp_path: Path) -> None:
    async with following(tmp_path) as (up, web):
        urls = [web.topic(case, **made) for case, made in CASES.items()]
        refused = web.topic(205)
        up.follow([*urls, refused])
        await up.schedule()
        topics = {web.at(url).case: web.at(url) for url in [*urls, refused]}
        assert {case: topic.errors for case, topic in topics.items() if topic.errors} == {}
        assert {case: topic.verified for case, topic in topics.items()} == {case: [200] for case in CASES} | {
            205: [404]
        }
        stored = up.subscriptions()
        assert {key for key, one in stored.items() if one.expires is None} == {f"s{len(CASES)}"}
        assert len({one.token for one in stored.values()} | {one.secret for one in stored.values()}) == 2 * len(stored)

        answers = {web.at(url).case: (await web.publish(url, f"swan{web.at(url).case}")).status_code for url in urls}
        assert answers == {case: 403 if case in (301, 302) else 202 for case in CASES}
        good = [case for case in CASES if case not in (301, 302, 101)]
        await until(lambda: all(f"swan{case}" in up.published() for case in good))
        assert "swan301" not in up.published() and "swan302" not in up.published()
        assert topics[300].polls == 1  # nobody had to ask
