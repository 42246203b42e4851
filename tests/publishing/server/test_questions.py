"""What questions may cost, whoever asks."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

from syndicator.publishing.server.files import Answer
from syndicator.publishing.server.questions import Questions


class Slow:
    """Answers, each once `go_on` is set; counts how many are made at once."""

    def __init__(self, size: int = 10) -> None:
        self.go_on, self.size = threading.Event(), size
        self.asked: Counter[str] = Counter()
        self.busy = self.most = 0
        self.stamp = 1
        self.questions = Questions(
            version=lambda: (self.stamp, 1, 1), spelled=lambda name: (200, ""), ask=self.ask, base=""
        )

    def ask(self, name: str) -> tuple[int, str, bytes]:
        self.busy += 1
        self.most = max(self.most, self.busy)
        self.go_on.wait(30)
        self.asked[name] += 1
        self.busy -= 1
        return 200, "", name.encode() * self.size

    async def answers(self, names: list[str]) -> list[Answer]:
        """The answers to requests that come at once; the first ones are made when all others have been answered."""
        tasks = [asyncio.create_task(self.questions.answer(name, {})) for name in names]
        for _ in range(5):  # each task begins, and waits for the thread or the room
            await asyncio.sleep(0)
        self.go_on.set()
        return await asyncio.gather(*tasks)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(int(status) for status, _, _ in answers)


def test_one_answer_is_made_at_a_time_and_few_may_wait() -> None:
    slow = Slow()
    answers = asyncio.run(slow.answers([f"q/words.word{number}.atom" for number in range(100)]))
    assert statuses(answers) == {200: 16, 503: 84}
    assert (slow.most, len(slow.asked)) == (1, 16)
    refused = next(dict(head) for status, head, _ in answers if status == 503)
    assert refused[b"retry-after"] == b"60"
    assert slow.questions.waiting == 0


def test_the_same_question_of_many_is_answered_once() -> None:
    slow = Slow()
    assert statuses(asyncio.run(slow.answers(["q/tag.ai.atom"] * 10))) == {200: 10}
    assert slow.asked == {"q/tag.ai.atom": 1}
    slow.stamp = 2
    asyncio.run(slow.answers(["q/tag.ai.atom"]))
    assert slow.asked == {"q/tag.ai.atom": 2}, "another version of the search"


def test_what_is_kept_is_bounded() -> None:
    slow = Slow(size=100_000)
    slow.go_on.set()

    async def many() -> None:
        for number in range(40):
            await slow.questions.answer(f"q/words.word{number:02}.atom", {})

    asyncio.run(many())
    assert slow.questions.bodies._bytes <= 16 << 20
    assert len(slow.questions.bodies._held) < 10
