"""Decode a picture of another site and resize it to a WebP thumbnail, in the sandbox. Pure.

A photograph of 1200 x 630 pixels takes 8.5 ms of CPU time as JPEG, 23 ms as PNG or WebP
(tests/bench/bench_pictures.py)."""

import io
from collections.abc import Iterator, Sequence
from typing import Final

from PIL import ExifTags, Image, UnidentifiedImageError

from syndicator.core.reasons import PictureReason
from syndicator.pictures.answers import MOST_BYTES, MOST_SIDE

# Formats that are decoded. Pillow has decoders for many others, which are never tried.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
# A thumbnail of this width is wide enough: if scaling by a whole number leads to a width between
# this and MOST_SIDE, the picture is not resized again. The difference is not seen.
_SUFFICIENT_WIDTH: Final = 576
_LEAST_SIZE: Final = (160, 90)  # pixels: a smaller picture is an icon or a tracking pixel
# Width by height. Of a picture that is wider, or higher than wide, only a part is shown.
_WIDEST_RATIO: Final = 3.0
_MOST_PIXELS: Final = 20_000_000  # 80 MB as RGBA; cameras make more, web pages do not
_MOST_PIXELS_JPEG: Final = 50_000_000  # scaled while it is decoded, which takes less memory
# Qualities of the WebP: the next lower one is used if a noisy picture gets too large.
_QUALITIES: Final = (72, 40, 10)
# WebP's effort, from 0 to 6. With 2, files are 4 % larger than with 4, the default, but made 8 ms
# faster (bench_pictures.py).
_WEBP_METHOD: Final = 2
_WHITE: Final = (255, 255, 255)
_UPRIGHT: Final = 1  # orientation in EXIF data
_TURN_OF_ORIENTATION: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by orientation (EXIF 2.3, 4.6.4 A): how to turn the picture upright
_SIDEWAYS: Final = tuple(_TURN_OF_ORIENTATION[number] for number in (5, 6, 7, 8))


class Refused(Exception):
    """No thumbnail can be made of a picture. `reason`: why."""

    def __init__(self, reason: PictureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def make_samples() -> Iterator[bytes]:
    """Yield a small picture in each format that we accept. Decoding them makes Pillow load the
    modules for these formats."""
    small = Image.new("RGB", _LEAST_SIZE)
    for picture_format in FORMATS:
        out = io.BytesIO()
        small.save(out, picture_format)
        yield out.getvalue()


def make_thumbnail(data: bytes) -> bytes:
    """Return a WebP thumbnail of the first frame of the picture with the bytes `data`: upright, on
    a white background, at least as wide as high and at most three times as wide. Raises Refused if
    no thumbnail can be made, and Pillow's errors."""
    image = open_image(data, FORMATS)
    check_pixels(image)
    least_width, least_height = _LEAST_SIZE
    if max(image.size) < least_width or min(image.size) < least_height:
        raise Refused(PictureReason.SMALL)
    turn = _find_turn(image)
    _decode_smaller(image, sideways=turn in _SIDEWAYS)  # faster than decoding it in full size
    image.load()
    upright = image if turn is None else image.transpose(turn)
    return encode_webp(_resize_image(upright), _QUALITIES)


def open_image(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """Open the picture with the bytes `data`, and read its header only: `load` decodes the pixels.
    Raises Refused if its format is not one of `formats`, or if it has so many pixels that Pillow
    takes it for an attack."""
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError as error:
        raise Refused(PictureReason.FORMAT) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(PictureReason.PIXELS) from error


def check_pixels(image: Image.Image) -> None:
    """Raise Refused if a picture has too many pixels to be decoded in the memory of the process."""
    most = _MOST_PIXELS_JPEG if image.format in ("JPEG", "MPO") else _MOST_PIXELS
    if image.width * image.height > most:
        raise Refused(PictureReason.PIXELS)


def _find_turn(image: Image.Image) -> Image.Transpose | None:
    """Return how to turn a picture upright, as its EXIF data say. Return None if it is upright or
    if its EXIF data are invalid."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT)
        return _TURN_OF_ORIENTATION.get(orientation)
    except Exception:  # noqa: BLE001 - a stranger's TIFF structure: whatever it breaks, the pixels are fine
        return None


def _decode_smaller(image: Image.Image, *, sideways: bool) -> None:
    """Let Pillow decode a JPEG at 1/2, 1/4 or 1/8 of its size, if the part of it that the thumbnail
    shows stays large enough. Other formats are decoded in full size. `sideways`: the picture will
    be turned by 90 degrees, so that its width becomes its height."""
    width, height = image.size
    if sideways:
        left, _, right, _ = _choose_part(height, width)
    else:
        left, _, right, _ = _choose_part(width, height)
    share = _SUFFICIENT_WIDTH / (right - left)
    image.draft("RGB", (max(1, int(width * share)), max(1, int(height * share))))


def _resize_image(image: Image.Image) -> Image.Image:
    """Return the part of an image that a thumbnail shows, in RGB and in the size of the thumbnail.
    Transparent parts become white."""
    plain = convert_to_plain(image)
    left, top, right, bottom = _choose_part(*plain.size)
    factor = int((right - left) / _SUFFICIENT_WIDTH)
    if factor > 1:  # merging whole pixels takes a fifth of the time of resizing
        part = (round(left), round(top), round(right), round(bottom))
        plain = plain.reduce(factor, part)
        left = 0
        top = 0
        right, bottom = plain.size

    width = min(MOST_SIDE, round(right - left))
    scaled_height = round((bottom - top) * width / (right - left))
    height = max(1, min(MOST_SIDE, scaled_height))
    if (width, height) != plain.size:
        box = (left, top, right, bottom)
        plain = plain.resize((width, height), Image.Resampling.BICUBIC, box=box)
    if plain.mode == "RGB":
        return plain
    # transparent parts: only now, because the image has fewer pixels than before
    white = Image.new("RGB", plain.size, _WHITE)
    white.paste(plain, mask=plain.getchannel("A"))
    return white


def convert_to_plain(image: Image.Image) -> Image.Image:
    """Return an image in the mode RGB or, if parts of it may be transparent, in the mode RGBA. The
    image may have any mode of Pillow, such as grey or a palette of colours."""
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    if has_alpha or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # 16 bit grey: converting would cut values at 255
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "RGB":
        return image
    return image.convert("RGB")


def _choose_part(width: int, height: int) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) of the part of a picture that its thumbnail shows, in
    pixels: the middle if the picture is too wide, a square nearer to the top than to the bottom if
    it is higher than wide, otherwise the whole picture."""
    if width > _WIDEST_RATIO * height:
        wide = _WIDEST_RATIO * height
        left = (width - wide) / 2
        return (left, 0, left + wide, height)
    if height > width:
        top = (height - width) / 3
        return (0, top, width, top + width)
    return (0, 0, width, height)


def encode_webp(image: Image.Image, qualities: Sequence[int]) -> bytes:
    """Return an image as the bytes of a WebP file of at most 200 kB. The first of `qualities` (0 to
    100) that gives such a file is used; raises Refused if none does. ICC profile, EXIF and XMP
    data, which Pillow would copy, are left out."""
    for quality in qualities:
        out = io.BytesIO()
        image.save(
            out, "WEBP", quality=quality, method=_WEBP_METHOD, icc_profile=b"", exif=b"", xmp=b""
        )
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise Refused(PictureReason.PIXELS)
