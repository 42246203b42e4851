"""Search requests use limited time and memory, even with many clients."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

from syndicator.publishing.server.files import Answer
from syndicator.publishing.server.questions import MadeAnswer, Questions

ANN = "192.0.2.1"
BEN = "2001:db8::1"


class SlowSearch:
    """Answers, each once `go_on` is set; counts how many are made at once."""

    def __init__(self, size: int = 10) -> None:
        self.go_on = threading.Event()
        self.size = size
        self.asked: Counter[str] = Counter()
        self.order: list[str] = []
        self.busy = self.most = 0
        self.stamp = 1
        self.questions = Questions(
            version=lambda: (self.stamp, 1, 1),
            check_name=lambda name: (200, ""),
            ask=self.ask,
            base="",
        )

    def ask(self, name: str) -> MadeAnswer:
        self.order.append(name)
        self.busy += 1
        self.most = max(self.most, self.busy)
        self.go_on.wait(30)
        self.asked[name] += 1
        self.busy -= 1
        return MadeAnswer(200, body=name.encode() * self.size)

    async def collect_answers(
        self, names: list[str], hosts: list[str] | None = None
    ) -> list[Answer]:
        """The answers to requests that come at once; the first ones are made when all others have
        been answered."""
        asked = zip(names, hosts or [ANN] * len(names), strict=True)
        tasks = [asyncio.create_task(self.questions.answer(name, host, {})) for name, host in asked]
        for _ in range(5):  # each task begins, and waits for the thread or the room
            await asyncio.sleep(0)
        self.go_on.set()
        return await asyncio.gather(*tasks)


def count_statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(int(status) for status, _, _ in answers)


def make_questions(count: int, word: str = "word") -> list[str]:
    return [f"q/words.{word}{number}.atom" for number in range(count)]


def test_the_script_that_pages_look_for_is_there_once_questions_are_answered() -> None:
    """q/answers.js tells the pages that this server answers questions; it is served without a
    search (`order` is empty)."""
    slow_search = SlowSearch()
    status, head, body = asyncio.run(slow_search.questions.answer("q/answers.js", ANN, {}))

    assert status == 200
    assert body == b"syndicator.isAnswered = true;\n"
    assert slow_search.order == []
    assert dict(head)[b"content-type"].startswith(b"text/javascript")


def test_one_answer_is_made_at_a_time_and_few_may_wait() -> None:
    """Of 100 simultaneous searches of one client, one is made at a time and 32 wait; the other 67
    get 503 with Retry-After."""
    slow_search = SlowSearch()
    answers = asyncio.run(slow_search.collect_answers(make_questions(100)))

    assert count_statuses(answers) == {200: 33, 503: 67}
    assert slow_search.most == 1  # searches that ran at the same time
    assert len(slow_search.asked) == 33

    headers_of_a_refusal = next(dict(headers) for status, headers, _ in answers if status == 503)

    assert headers_of_a_refusal[b"retry-after"] == b"60"
    assert len(slow_search.questions.waiting) == 0


def test_a_client_that_asks_very_much_waits_for_itself() -> None:
    """One client may have 32 searches waiting beside the one being answered; more get 503. Clients
    take turns, so two of another client (one IPv6 network) are answered early."""
    slow_search = SlowSearch()
    names = [*make_questions(40, "ann"), *make_questions(2, "ben")]
    hosts = [*[ANN] * 40, BEN, "2001:db8::2"]  # the last two are in one network
    answers = asyncio.run(slow_search.collect_answers(names, hosts))

    assert count_statuses(answers[:40]) == {200: 33, 503: 7}
    assert count_statuses(answers[40:]) == {200: 2}

    # the first search of ann begins before the others come; then they take turns
    clients = [name.removeprefix("q/words.")[:3] for name in slow_search.order]

    assert clients[:5] == ["ann", "ann", "ben", "ann", "ben"]


def test_all_clients_together_have_so_many_places() -> None:
    """All clients together may have 128 searches waiting beside the one being answered; the other
    71 of 200 get 503."""
    slow_search = SlowSearch()
    clients = [f"192.0.2.{number}" for number in range(200)]  # each asks once
    answers = asyncio.run(slow_search.collect_answers(make_questions(200), clients))

    assert count_statuses(answers) == {200: 129, 503: 71}


def test_a_cached_answer_needs_no_turn() -> None:
    """A cached answer is returned at once, also while 100 other searches wait for the one that is
    being answered."""
    slow_search = SlowSearch()
    slow_search.go_on.set()

    async def ask() -> list[Answer]:
        first = await slow_search.questions.answer("q/tag.ai.atom", ANN, {})

        # from now on searches stand still
        slow_search.go_on.clear()
        others = [
            asyncio.create_task(slow_search.questions.answer(name, ANN, {}))
            for name in make_questions(100)
        ]
        while len(slow_search.order) < 2:  # noqa: ASYNC110 - a thread
            await asyncio.sleep(0)
        again = await slow_search.questions.answer("q/tag.ai.atom", ANN, {})
        slow_search.go_on.set()
        await asyncio.gather(*others)
        return [first, again]

    assert count_statuses(asyncio.run(ask())) == {200: 2}


def test_a_client_that_is_gone_leaves_its_place_and_its_turn() -> None:
    """Requests that are cancelled, one while it is searched and two while they wait, leave the
    queue, and the next client is served. `order` lists the searches that were begun."""
    slow_search = SlowSearch()

    async def ask() -> Answer:
        tasks = [
            asyncio.create_task(slow_search.questions.answer(name, ANN, {}))
            for name in make_questions(3)
        ]
        while not slow_search.order:  # noqa: ASYNC110 - a thread
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert len(slow_search.questions.waiting) == 0
        slow_search.go_on.set()
        return await slow_search.questions.answer("q/tag.ai.atom", BEN, {})

    assert asyncio.run(ask())[0] == 200
    assert slow_search.order == ["q/words.word0.atom", "q/tag.ai.atom"]


def test_a_client_that_leaves_as_its_turn_comes_gives_it_away() -> None:
    """If a waiting search (word1) is cancelled in the moment its turn begins, the turn passes on:
    the next search is answered. `order` lists the searches that were begun."""
    slow_search = SlowSearch()

    async def ask() -> Answer:
        first, second = (
            asyncio.create_task(slow_search.questions.answer(name, ANN, {}))
            for name in make_questions(2)
        )
        await asyncio.sleep(0)
        slow_search.go_on.set()
        await first
        while not slow_search.questions.is_busy:  # noqa: ASYNC110 - the turn of the second begins, which does not know it yet
            await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        async with asyncio.timeout(20):
            return await slow_search.questions.answer("q/tag.ai.atom", BEN, {})

    assert asyncio.run(ask())[0] == 200
    assert slow_search.order == ["q/words.word0.atom", "q/tag.ai.atom"]


def test_the_same_question_of_many_is_answered_once() -> None:
    """Ten simultaneous requests for one search cost one search; its answer is reused until the
    search index changes (`stamp`)."""
    slow_search = SlowSearch()

    answers = asyncio.run(slow_search.collect_answers(["q/tag.ai.atom"] * 10))

    assert count_statuses(answers) == {200: 10}
    assert slow_search.asked == {"q/tag.ai.atom": 1}  # how often each was searched

    slow_search.stamp = 2  # the search index has changed
    asyncio.run(slow_search.collect_answers(["q/tag.ai.atom"]))

    assert slow_search.asked == {"q/tag.ai.atom": 2}


def test_cached_answers_are_bounded() -> None:
    """The cache of answers holds at most 16 MiB: of 40 answers of about 2 MB (the name, 19 bytes,
    100,000 times) fewer than ten stay."""
    slow_search = SlowSearch(size=100_000)
    slow_search.go_on.set()  # searches are answered at once

    async def ask_40_questions() -> None:
        for number in range(40):
            await slow_search.questions.answer(f"q/words.word{number:02}.atom", ANN, {})

    asyncio.run(ask_40_questions())
    assert slow_search.questions.bodies._bytes <= 16 << 20
    assert len(slow_search.questions.bodies._cached) < 10
