"""Decode a foreign picture and resize it to a WebP thumbnail, in the sandbox. Pure.

A 1200 x 630 photograph takes 8.5 ms of CPU as JPEG, 23 ms as PNG or
WebP (tests/bench/bench_pictures.py)."""

import io
from collections.abc import Iterator, Sequence
from typing import Final

from PIL import ExifTags, Image, UnidentifiedImageError

from syndicator.core.reasons import PictureReason
from syndicator.pictures.answers import MOST_BYTES, MOST_SIDE

# decoders of others are never tried, whatever the bytes say they are
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
# what scaling by a whole number brings from MOST_SIDE to here is not resized: no loss seen
_ENOUGH: Final = 576
_LEAST: Final = (160, 90)  # below it a picture is an icon or counts visitors
# width by height; of what is wider, and of what is higher than wide, a part is shown
_WIDEST: Final = 3.0
_MOST_PIXELS: Final = 20_000_000  # 80 MB as RGBA; cameras make more, web pages do not
_MOST_PIXELS_JPEG: Final = 50_000_000  # scaled while it is decoded
# a lower one where the picture is so full of noise that it gets too large
_QUALITIES: Final = (72, 40, 10)
# of WebP's 0 to 6: 4 % larger than 4, the default, and 8 ms quicker (bench_pictures.py)
_METHOD: Final = 2
_WHITE: Final = (255, 255, 255)
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF 2.3, 4.6.4 A: orientation
_SIDEWAYS: Final = tuple(_TURNS[number] for number in (5, 6, 7, 8))


class Refused(Exception):
    """A picture without a thumbnail. `reason`: why."""

    def __init__(self, reason: PictureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def make_samples() -> Iterator[bytes]:
    """Yield a picture of each format, to load its modules."""
    small = Image.new("RGB", _LEAST)
    for picture_format in FORMATS:
        out = io.BytesIO()
        small.save(out, picture_format)
        yield out.getvalue()


def thumbnail(data: bytes) -> bytes:
    """Return a WebP of the first frame: upright, on white, cut to 1:1 to 3:1. Raises Refused and
    Pillow's errors."""
    image = open_image(data, FORMATS)
    check_pixels(image)
    if max(image.size) < _LEAST[0] or min(image.size) < _LEAST[1]:
        raise Refused(PictureReason.SMALL)
    turn = _find_turn(image)
    _draft(image, sideways=turn in _SIDEWAYS)
    image.load()
    upright = image if turn is None else image.transpose(turn)
    return encode_webp(_small(upright), _QUALITIES)


def open_image(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """Return the picture with its header read. Raises Refused for other formats and for bombs."""
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError as error:
        raise Refused(PictureReason.FORMAT) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(PictureReason.PIXELS) from error


def check_pixels(image: Image.Image) -> None:
    """Raise Refused if a picture is too large to be decoded."""
    most = _MOST_PIXELS_JPEG if image.format in ("JPEG", "MPO") else _MOST_PIXELS
    if image.width * image.height > most:
        raise Refused(PictureReason.PIXELS)


def _find_turn(image: Image.Image) -> Image.Transpose | None:
    """Return how to turn a picture upright, by its EXIF data; None if it is."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a stranger's TIFF structure: whatever it breaks, the pixels are fine
        return None


def _draft(image: Image.Image, *, sideways: bool) -> None:
    """Decode a JPEG at 1/2, 1/4 or 1/8 if the shown part stays large enough; leave other formats
    unchanged."""
    width, height = image.size
    left, _, right, _ = _cut(height, width) if sideways else _cut(width, height)
    share = _ENOUGH / (right - left)
    image.draft("RGB", (max(1, int(width * share)), max(1, int(height * share))))


def _small(image: Image.Image) -> Image.Image:
    """Return the image in RGB and its final size. Transparency is blended after scaling."""
    plain = convert_to_plain(image)
    box = _cut(*plain.size)
    halves = int((box[2] - box[0]) / _ENOUGH)
    if halves > 1:  # whole pixels become one: a fifth of what resizing all of them costs
        plain = plain.reduce(halves, (round(box[0]), round(box[1]), round(box[2]), round(box[3])))
        box = (0, 0, *plain.size)
    width = min(MOST_SIDE, round(box[2] - box[0]))
    height = max(1, min(MOST_SIDE, round((box[3] - box[1]) * width / (box[2] - box[0]))))
    if (width, height) != plain.size:
        plain = plain.resize((width, height), Image.Resampling.BICUBIC, box=box)
    if plain.mode == "RGB":
        return plain
    white = Image.new("RGB", plain.size, _WHITE)
    white.paste(plain, mask=plain.getchannel("A"))
    return white


def convert_to_plain(image: Image.Image) -> Image.Image:
    """Return the image in RGB or, if it is transparent somewhere, RGBA."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # 16 bit grey: converting would cut it at 255
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _cut(width: int, height: int) -> tuple[float, float, float, float]:
    """Return the shown part (left, top, right, bottom): of a wide picture the middle, of a high one
    the upper part."""
    if width > _WIDEST * height:
        wide = _WIDEST * height
        left = (width - wide) / 2
        return (left, 0, left + wide, height)
    if height > width:
        top = (height - width) / 3
        return (0, top, width, top + width)
    return (0, 0, width, height)


def encode_webp(image: Image.Image, qualities: Sequence[int]) -> bytes:
    """Encode as WebP without ICC profile, EXIF and XMP, which Pillow would copy. `qualities`: the
    first one that is not too large is taken."""
    for quality in qualities:
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=_METHOD, icc_profile=b"", exif=b"", xmp=b"")
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise Refused(PictureReason.PIXELS)
