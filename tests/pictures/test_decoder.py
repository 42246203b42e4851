"""The process that decodes pictures: its limits, and wrong answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from syndicator.core.reasons import PictureReason
from syndicator.pictures import decoder
from syndicator.pictures.answers import Thumbnail
from syndicator.pictures.decoder import Decoder, PictureRefused
from syndicator.processes.lazy import Lazy
from tests.pictures import sample_pictures

LIARS = "tests.pictures.liars"


def make_thumbnail(decoder: Decoder, data: bytes) -> Thumbnail:
    return asyncio.run(decoder.make_thumbnail(data))


@pytest.fixture(scope="module")
def fresh_decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


def test_a_child_makes_one_thumbnail_after_the_other(fresh_decoder: Decoder) -> None:
    """One decoder process makes two thumbnails: of a JPEG of 1200 x 630 pixels, at half its size,
    and of a PNG of 400 x 300."""
    of_jpeg = make_thumbnail(fresh_decoder, sample_pictures.make_jpeg((1200, 630)))
    of_png = make_thumbnail(fresh_decoder, sample_pictures.make_half_transparent_png())

    assert (of_jpeg.width, of_jpeg.height) == (600, 315)
    assert (of_png.width, of_png.height) == (400, 300)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg/>", PictureReason.FORMAT),
        (sample_pictures.make_jpeg()[:2000], PictureReason.BROKEN),
        (sample_pictures.stated_png(60_000, 60_000), PictureReason.PIXELS),
        (sample_pictures.stated_png(16, 16), PictureReason.SMALL),
    ],
    ids=["another format", "cut off", "3.6 gigapixels", "16 x 16"],
)
def test_what_it_refuses_costs_the_next_one_nothing(
    fresh_decoder: Decoder, data: bytes, reason: PictureReason
) -> None:
    """A picture is refused for a reason, for good (`final`); the same decoder process still makes a
    thumbnail of the next one."""
    with pytest.raises(PictureRefused) as refused:
        make_thumbnail(fresh_decoder, data)
    assert refused.value.reason == reason
    assert refused.value.final is True
    assert make_thumbnail(fresh_decoder, sample_pictures.make_jpeg()).width == 600


def make_lying_decoder(
    monkeypatch: pytest.MonkeyPatch, name: str, *, wall_seconds: float = 60
) -> Decoder:
    """A decoder whose child does what nobody should with a picture."""
    monkeypatch.setattr(decoder, "_ANSWER_FUNCTION", Lazy(f"{LIARS}:{name}"))
    monkeypatch.setattr(decoder, "WALL_SECONDS", wall_seconds)
    return Decoder()


@pytest.mark.parametrize(
    "lie", ["answer_html", "answer_pickle", "answer_jpeg", "answer_webp_with_more_in_it"]
)
def test_a_child_that_was_taken_over_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    """A decoder process that a picture has taken over answers something else than a thumbnail
    (`lie`): the answer is not used, the picture counts as crashed and is not tried again
    (`final`)."""
    decoder = make_lying_decoder(monkeypatch, lie)

    with pytest.raises(PictureRefused) as refused:
        make_thumbnail(decoder, sample_pictures.make_jpeg())
    assert refused.value.reason == PictureReason.CRASHED
    assert refused.value.final is True

    decoder.close()


@pytest.mark.parametrize(
    ("act", "reason", "final", "detail"),
    [
        ("answer_endlessly", PictureReason.CRASHED, False, "the process ended with status"),
        ("crash", PictureReason.CRASHED, False, "the process ended with status -11"),
        ("take_cpu", PictureReason.HUNG, True, "it took more CPU than a picture may"),
        ("take_memory", PictureReason.PIXELS, True, ""),
        ("hang", PictureReason.HUNG, False, "no answer within 2 s"),
    ],
)
def test_how_a_child_ends_is_told(
    monkeypatch: pytest.MonkeyPatch, act: str, reason: PictureReason, final: bool, detail: str
) -> None:
    """The decoder process does something wrong with a picture (`act`): each has a reason and a
    detail for the operator. Only what the picture causes for certain is `final`, not tried
    again."""
    monkeypatch.setattr(decoder, "SECONDS", 0.3)
    lying_decoder = make_lying_decoder(monkeypatch, act, wall_seconds=2 if act == "hang" else 60)

    with pytest.raises(PictureRefused) as refused:
        make_thumbnail(lying_decoder, sample_pictures.make_jpeg())
    assert refused.value.reason == reason
    assert refused.value.final == final
    assert refused.value.detail.startswith(detail)

    lying_decoder.close()


def test_nothing_is_decoded_in_a_process_that_is_not_shut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the sandbox cannot be set up, no picture is decoded; it may be tried again later."""
    monkeypatch.setattr(decoder, "_PREPARE_FUNCTION", Lazy(f"{LIARS}:exit_not_shut_off"))
    failing_decoder = Decoder()

    with pytest.raises(PictureRefused, match="could not be shut off") as refused:
        make_thumbnail(failing_decoder, sample_pictures.make_jpeg())
    assert refused.value.reason == PictureReason.NOT_SHUT_OFF
    assert refused.value.final is False

    failing_decoder.close()


def test_a_picture_has_two_seconds_of_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder process that takes CPU without an end is stopped, and the picture refused, not
    before two seconds."""
    decoder = make_lying_decoder(monkeypatch, "take_cpu")
    began = time.monotonic()

    with pytest.raises(PictureRefused, match="more CPU"):
        make_thumbnail(decoder, sample_pictures.make_jpeg())
    assert time.monotonic() - began >= 2

    decoder.close()


def test_who_gives_up_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder process hangs, for which it has 60 seconds. Cancelling the picture after half a
    second ends the process at once."""
    decoder = make_lying_decoder(monkeypatch, "hang", wall_seconds=60)

    async def measure_seconds_until_cancelled() -> float:
        began = time.monotonic()
        task = asyncio.create_task(decoder.make_thumbnail(sample_pictures.make_jpeg()))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    assert asyncio.run(measure_seconds_until_cancelled()) < 50

    decoder.close()
