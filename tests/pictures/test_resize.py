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
    """A picture of 1200 x 630 pixels in each format becomes an RGB WebP that is 576 to 640 pixels
    wide and has the same proportions."""
    webp = open_webp(
        make_thumbnail(
            sample_pictures.encode_image(sample_pictures.make_gradient((1200, 630)), format)
        )
    )

    assert webp.format == "WEBP"
    assert webp.mode == "RGB"
    assert 576 <= webp.width <= 640
    assert webp.width / webp.height == pytest.approx(1200 / 630, rel=0.01)


@pytest.mark.parametrize("format", ["BMP", "TIFF", "PPM", "ICO", "TGA", "PCX"])
def test_no_other_decoder_is_tried(format: str) -> None:
    """Pictures in other formats are refused, as each decoder more is a way to attack."""
    picture = sample_pictures.encode_image(sample_pictures.make_gradient(), format)
    with pytest.raises(Refused) as refused:
        make_thumbnail(picture)

    assert refused.value.reason == PictureReason.FORMAT


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%!PS-Adobe-3.0 EPSF"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Data that are no picture (nothing, SVG, HTML, PostScript) raise Refused."""
    with pytest.raises(Refused):
        make_thumbnail(data)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((600, 5000), (600, 600)),  # a long column is cut to what is near its top
        ((3000, 400), (600, 200)),  # a banner is cut to its middle, and scaled
        ((300, 200), (300, 200)),  # a small picture is not enlarged
        ((640, 360), (640, 360)),  # the largest width stays
    ],
)
def test_the_size_on_the_page_is_bounded_both_ways(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """A thumbnail is cropped if too long or too wide, and is never enlarged."""
    picture = sample_pictures.encode_image(sample_pictures.make_gradient(size), "PNG")
    thumbnail = open_webp(make_thumbnail(picture))

    assert thumbnail.size == expected


def test_a_large_jpeg_is_scaled_as_it_is_decoded() -> None:
    """A large JPEG is decoded at half its size. A banner of 3000 x 150 pixels is not: only its
    middle is shown, 450 pixels wide, in full size."""
    large = open_webp(make_thumbnail(sample_pictures.make_jpeg((1200, 630))))

    assert large.size == (600, 315)

    banner = open_webp(make_thumbnail(sample_pictures.make_jpeg((3000, 150))))

    assert banner.width == 450


@pytest.mark.parametrize("size", [(1, 1), (159, 89), (400, 60)])
def test_icons_and_counters_are_refused(size: tuple[int, int]) -> None:
    """Pictures too small or flat for a cover, such as tracking pixels, are refused."""
    picture = sample_pictures.encode_image(sample_pictures.make_gradient(size), "PNG")
    with pytest.raises(Refused) as refused:
        make_thumbnail(picture)

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
    """EXIF, colour profile, comment and trailing bytes of a picture are not in its thumbnail, which
    is a WebP of a single chunk: its header (20 bytes) and its pixels."""
    image_description = 0x010E  # a field of EXIF
    exif = Image.Exif()
    exif[image_description] = "taken at home by a person with a name"
    secret = sample_pictures.make_jpeg(
        exif=exif, icc_profile=b"profile" * 50, comment=b"comment", dpi=(72, 72)
    )
    webp = make_thumbnail(secret + b"PK\x03\x04<script>alert(1)</script>")

    (chunk_length,) = struct.unpack("<I", webp[16:20])

    assert webp[12:16] == b"VP8 "
    assert len(webp) == 20 + chunk_length, "the chunk goes to the end"

    for word in (b"home", b"profile", b"comment", b"script", b"EXIF", b"ICCP", b"PK"):
        assert word not in webp


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_it_was_held(orientation: int) -> None:
    """A picture is turned and mirrored as its EXIF orientation says: the corner that was its first,
    dark, is where that orientation puts it, and from 5 on height and width change places."""
    webp = open_webp(make_thumbnail(sample_pictures.make_turned_jpeg(orientation, (800, 400))))

    # 800 x 400 is scaled; 400 x 800 is cut to a square
    assert webp.size == ((640, 320) if orientation < 5 else (400, 400))

    right, bottom = webp.width - 1, webp.height - 1
    brightness = {
        "top left": sum(webp.getpixel((0, 0))),
        "top right": sum(webp.getpixel((right, 0))),
        "bottom left": sum(webp.getpixel((0, bottom))),
        "bottom right": sum(webp.getpixel((right, bottom))),
    }
    darkest_corner = min(brightness, key=lambda corner: brightness[corner])
    expected_corners = {
        1: "top left",
        2: "top right",
        3: "bottom right",
        4: "bottom left",
        5: "top left",
        6: "top right",
        7: "bottom right",
        8: "bottom left",
    }

    assert darkest_corner == expected_corners[orientation]


def test_broken_exif_costs_nothing() -> None:
    """A picture with invalid EXIF data is used without turning it: 600 is its width unturned."""
    turned_jpeg = sample_pictures.make_turned_jpeg(6)
    with_broken_exif = turned_jpeg.replace(b"MM\x00*", b"MM\x00\xff")  # the first bytes of EXIF

    assert open_webp(make_thumbnail(with_broken_exif)).width == 600


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    """The thumbnail of an animation is its first frame, which is red here."""
    red = (255, 0, 0)
    thumbnail = open_webp(make_thumbnail(sample_pictures.make_animation()))

    assert is_near_colour(thumbnail.getpixel((200, 150)), red)


def test_what_is_transparent_is_white() -> None:
    """Transparent parts (here the left half) become white, and the others keep their colour."""
    white, blue = (255, 255, 255), (0, 0, 255)
    webp = open_webp(make_thumbnail(sample_pictures.make_half_transparent_png()))

    assert is_near_colour(webp.getpixel((50, 150)), white)  # on the left
    assert is_near_colour(webp.getpixel((350, 150)), blue)  # on the right


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
    grey_image = Image.new("I;16", (400, 300), 32_768)
    webp = open_webp(make_thumbnail(sample_pictures.encode_image(grey_image, "PNG")))

    assert is_near_colour(webp.getpixel((200, 150)), (128, 128, 128))


def test_noise_is_coarser_rather_than_larger() -> None:
    """A picture that compresses badly gets a lower quality, so that it stays under the size
    limit."""
    noise = Image.frombytes("RGB", (640, 640), os.urandom(640 * 640 * 3))
    assert len(make_thumbnail(sample_pictures.encode_image(noise, "PNG"))) <= answers.MOST_BYTES


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_picture_that_is_cut_off_is_broken(format: str, share: float) -> None:
    """A picture of which only a share is left is refused as broken or as of no known format; the
    decoder's answer is one byte, the reason."""
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    whole_image = sample_pictures.encode_image(noise, format)
    answer = answer_picture(whole_image[: int(len(whole_image) * share)])

    assert len(answer) == 1
    assert parse_answer(answer) in (PictureReason.BROKEN, PictureReason.FORMAT)


@pytest.mark.slow
@settings(max_examples=150)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_whatever_is_broken_gives_an_answer(format: str, data: st.DataObject) -> None:
    """A picture in which one to eight bytes are replaced at random always gets an answer, and the
    decoder does not raise."""
    whole = bytearray(
        sample_pictures.encode_image(sample_pictures.make_gradient((200, 120)), format)
    )
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert parse_answer(answer_picture(bytes(whole))) is not None
