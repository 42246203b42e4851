"""Make the square icon of a source from a foreign picture, in the sandbox. Pure."""

import io
from collections.abc import Iterator
from typing import Final

from PIL import Image

from syndicator.core.reasons import PictureReason
from syndicator.pictures.answers import ICON_SIDE
from syndicator.pictures.resize import (
    FORMATS,
    Refused,
    check_pixels,
    convert_to_plain,
    encode_webp,
    open_image,
)

_FORMATS: Final = (*FORMATS, "ICO")
_LEAST_SIDE: Final = 16  # pixels: below it a picture counts visitors
_WIDEST: Final = 2.0  # width by height, or the reverse: a wider one is a banner
_QUALITY: Final = 90  # lines are sharper than in photographs; an icon has some 1,500 bytes
_LIGHT: Final = 225  # of 255: an icon without anything darker is made for dark pages
_LIGHT_GROUND: Final = (255, 255, 255)
_DARK_GROUND: Final = (36, 41, 48)


def make_samples() -> Iterator[bytes]:
    """Yield a picture of each further format, to load its modules."""
    image = Image.new("RGBA", (ICON_SIDE, ICON_SIDE))
    for bitmap_format in ("png", "bmp"):
        out = io.BytesIO()
        image.save(out, "ICO", bitmap_format=bitmap_format)
        yield out.getvalue()


def make_icon(data: bytes) -> bytes:
    """Return a WebP of 64 x 64 pixels of the first frame, whole, on white or, if the picture is all
    light, on dark ground. Raises Refused and Pillow's errors."""
    image = open_image(data, _FORMATS)
    _check_size(image)  # of an ICO file the picture inside, which is loaded
    image.load()
    square = _fit_square(convert_to_plain(image).convert("RGBA"))
    icon = _lay_on_ground(square)
    if len(set(_list_greys(icon))) == 1:
        raise Refused(PictureReason.NO_ICON)
    return encode_webp(icon, (_QUALITY,))


def _check_size(image: Image.Image) -> None:
    """Raise Refused if a picture is too large, too small or too long for an icon."""
    check_pixels(image)
    shorter = min(image.size)
    longer = max(image.size)
    if shorter < _LEAST_SIDE:
        raise Refused(PictureReason.SMALL)
    if longer > _WIDEST * shorter:
        raise Refused(PictureReason.NO_ICON)


def _fit_square(image: Image.Image) -> Image.Image:
    """Return the whole image, scaled into the middle of a transparent square."""
    scale = ICON_SIDE / max(image.size)
    width = max(1, round(image.width * scale))
    height = max(1, round(image.height * scale))
    scaled = image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    square = Image.new("RGBA", (ICON_SIDE, ICON_SIDE))
    square.paste(scaled, ((ICON_SIDE - width) // 2, (ICON_SIDE - height) // 2))
    return square


def _lay_on_ground(image: Image.Image) -> Image.Image:
    """Return the image without transparency, on a ground on which it is seen."""
    on_white = _flatten(image, _LIGHT_GROUND)
    if min(_list_greys(on_white)) < _LIGHT:
        return on_white
    return _flatten(image, _DARK_GROUND)


def _list_greys(image: Image.Image) -> bytes:
    """Return how light each pixel is, from 0 to 255."""
    return image.convert("L").tobytes()


def _flatten(image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    flat = Image.new("RGB", image.size, ground)
    flat.paste(image, mask=image.getchannel("A"))
    return flat
