"""Make one small WebP of any picture, without its metadata."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from syndicator.core.reasons import PictureReason
from syndicator.pictures import answers
from syndicator.pictures.answers import THUMBNAIL, parse_answer
from syndicator.pictures.requests import answer_request
from syndicator.pictures.resize import Refused, make_thumbnail
from tests.pictures import sample_pictures


def open_webp(webp: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(webp), formats=["WEBP"])
    image.load()
    return image


def answer_picture(data: bytes) -> bytes:
    return answer_request(THUMBNAIL + data)


def is_near_colour(pixel: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 24 for one, other in zip(pixel, expected, strict=True))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_format_becomes_one_plain_webp(format: str) -> None:
    """JPEG, PNG, WebP and GIF become RGB WebP of 576 to 640 pixels in the same proportions."""
    webp = open_webp(
        make_thumbnail(sample_pictures.encode_image(sample_pictures.make_gradient(), format))
    )

    assert webp.format == "WEBP"
    assert webp.mode == "RGB"
    assert 576 <= webp.width <= 640
    assert webp.width / webp.height == pytest.approx(1200 / 630, rel=0.01)


@pytest.mark.parametrize("format", ["BMP", "TIFF", "PPM", "ICO", "TGA", "PCX"])
def test_no_other_decoder_is_tried(format: str) -> None:
    """Other formats are refused, as each decoder more is a way to attack."""
    with pytest.raises(Refused) as refused:
        make_thumbnail(sample_pictures.encode_image(sample_pictures.make_gradient(), format))
    assert refused.value.reason == PictureReason.FORMAT


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%!PS-Adobe-3.0 EPSF"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Other data raise Refused."""
    with pytest.raises(Refused):
        make_thumbnail(data)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((600, 5000), (600, 600)),  # a long column: what is near its top
        ((3000, 400), (600, 200)),  # a banner: its middle
        ((300, 200), (300, 200)),  # never enlarged
        ((640, 360), (640, 360)),
    ],
)
def test_the_size_on_the_page_is_bounded_both_ways(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """A thumbnail is cropped if too long or too wide, and is never enlarged."""
    assert (
        open_webp(
            make_thumbnail(sample_pictures.encode_image(sample_pictures.make_gradient(size), "PNG"))
        ).size
        == expected
    )


def test_a_large_jpeg_is_scaled_as_it_is_decoded() -> None:
    """Large JPEGs are decoded at reduced size; banners keep their middle part."""
    assert open_webp(make_thumbnail(sample_pictures.make_jpeg((1200, 630)))).size == (600, 315)
    assert open_webp(make_thumbnail(sample_pictures.make_jpeg((3000, 150)))).size[0] == 450, (
        "of a banner only the middle is shown, in full size"
    )


@pytest.mark.parametrize("size", [(1, 1), (159, 89), (400, 60)])
def test_icons_and_counters_are_refused(size: tuple[int, int]) -> None:
    """Pictures too small or flat for a cover, such as tracking pixels, are refused."""
    with pytest.raises(Refused) as refused:
        make_thumbnail(sample_pictures.encode_image(sample_pictures.make_gradient(size), "PNG"))
    assert refused.value.reason == PictureReason.SMALL


@pytest.mark.parametrize(
    "make",
    [
        lambda: sample_pictures.stated_png(5000, 4001),
        lambda: sample_pictures.stated_png(60_000, 60_000),
        lambda: sample_pictures.encode_image(Image.new("L", (7100, 7100)), "JPEG"),
        lambda: sample_pictures.encode_image(Image.new("1", (6000, 6000)), "GIF"),
    ],
    ids=["png", "png of 3.6 gigapixels", "jpeg of 50 megapixels", "gif of 36 megapixels"],
)
def test_bombs_are_refused_by_their_header(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture with too many pixels is refused by its header, without being decoded."""
    data = make()
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    assert parse_answer(answer_picture(data)) == PictureReason.PIXELS


def test_nothing_but_pixels_is_left() -> None:
    """EXIF, profile, comment and trailing bytes are removed."""
    exif = Image.Exif()
    exif[0x010E] = "taken at home by a person with a name"
    secret = sample_pictures.make_jpeg(
        exif=exif, icc_profile=b"profile" * 50, comment=b"comment", dpi=(72, 72)
    )
    webp = make_thumbnail(secret + b"PK\x03\x04<script>alert(1)</script>")

    assert webp[12:16] == b"VP8 ", "one chunk"
    assert len(webp) == 20 + struct.unpack("<I", webp[16:20])[0], "that goes to the end"

    for word in (b"home", b"profile", b"comment", b"script", b"EXIF", b"ICCP", b"PK"):
        assert word not in webp


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_it_was_held(orientation: int) -> None:
    """The EXIF orientation is applied."""
    webp = open_webp(make_thumbnail(sample_pictures.make_turned_jpeg(orientation, (800, 400))))

    assert webp.size == ((640, 320) if orientation < 5 else (400, 400))

    dark = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[
        orientation
    ]
    corners = {
        (x, y): sum(webp.getpixel((x * (webp.width - 1), y * (webp.height - 1))))
        for x in (0, 1)
        for y in (0, 1)
    }

    assert min(corners, key=lambda corner: corners[corner]) == dark


def test_broken_exif_costs_nothing() -> None:
    """A picture with invalid EXIF data is used without turning it: 600 is its width unturned."""
    whole_turned_jpeg = sample_pictures.make_turned_jpeg(6)
    assert (
        open_webp(make_thumbnail(whole_turned_jpeg.replace(b"MM\x00*", b"MM\x00\xff"))).width == 600
    )


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    """The thumbnail of an animation is its first frame, which is red here."""
    assert is_near_colour(
        open_webp(make_thumbnail(sample_pictures.make_animation())).getpixel((200, 150)),
        (255, 0, 0),
    )


def test_what_is_transparent_is_white() -> None:
    """Transparent parts (here the left half) become white, and the others keep their colour."""
    webp = open_webp(make_thumbnail(sample_pictures.see_through()))
    assert is_near_colour(webp.getpixel((50, 150)), (255, 255, 255))
    assert is_near_colour(webp.getpixel((350, 150)), (0, 0, 255))


@pytest.mark.parametrize(
    "data",
    [
        sample_pictures.encode_image(
            sample_pictures.make_gradient((320, 200)).convert("CMYK"), "JPEG"
        ),
        sample_pictures.encode_image(
            sample_pictures.make_gradient((320, 200)).convert("LA"), "PNG"
        ),
        sample_pictures.encode_image(sample_pictures.make_gradient((320, 200)).convert("1"), "PNG"),
        sample_pictures.encode_image(
            sample_pictures.make_gradient((320, 200)).convert("RGBA"), "WEBP"
        ),
    ],
    ids=["cmyk", "grey with alpha", "black and white", "webp with alpha"],
)
def test_every_mode_becomes_rgb(data: bytes) -> None:
    """Pictures in other colour modes are converted to RGB."""
    assert open_webp(make_thumbnail(data)).mode == "RGB"


def test_16_bit_grey_keeps_its_greys() -> None:
    """A 16-bit grey keeps its brightness: the middle of 65,536 becomes the middle of 256."""
    webp = open_webp(
        make_thumbnail(sample_pictures.encode_image(Image.new("I;16", (400, 300), 32_768), "PNG"))
    )
    assert is_near_colour(webp.getpixel((200, 150)), (128, 128, 128))


def test_noise_is_coarser_rather_than_larger() -> None:
    """A picture that compresses badly gets a lower quality, so that it stays under the size
    limit."""
    noise = Image.frombytes("RGB", (640, 640), os.urandom(640 * 640 * 3))
    assert len(make_thumbnail(sample_pictures.encode_image(noise, "PNG"))) <= answers.MOST_BYTES


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_picture_that_is_cut_off_is_broken(format: str, share: float) -> None:
    """A truncated picture is refused as broken or of no format, by a one-byte answer."""
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    whole_image = sample_pictures.encode_image(noise, format)
    answer = answer_picture(whole_image[: int(len(whole_image) * share)])

    assert len(answer) == 1
    assert parse_answer(answer) in (PictureReason.BROKEN, PictureReason.FORMAT)


@pytest.mark.slow
@settings(max_examples=150)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_whatever_is_broken_gives_an_answer(format: str, data: st.DataObject) -> None:
    """A picture with random wrong bytes always gets an answer, and the decoder does not raise."""
    whole = bytearray(
        sample_pictures.encode_image(sample_pictures.make_gradient((200, 120)), format)
    )
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert parse_answer(answer_picture(bytes(whole))) is not None
