"""Make the square icon of a source from a picture of its site, in the sandbox. Pure."""

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
_LEAST_SIDE: Final = 16  # pixels: smaller pictures are tracking pixels
_WIDEST_RATIO: Final = 2.0  # longer by shorter side: a longer picture is a banner
# Higher than for photographs, since icons have sharp lines. An icon has some 1,500 bytes.
_WEBP_QUALITY: Final = 90
_LIGHT: Final = 225  # of 255: an icon that is nowhere darker was made for dark pages
_LIGHT_GROUND: Final = (255, 255, 255)
_DARK_GROUND: Final = (36, 41, 48)


def make_samples() -> Iterator[bytes]:
    """Yield small pictures in the format ICO, which is allowed for icons only. Decoding them makes
    Pillow load the modules for this format, before the sandbox forbids it to open files."""
    image = Image.new("RGBA", (ICON_SIDE, ICON_SIDE))
    for bitmap_format in ("png", "bmp"):
        out = io.BytesIO()
        image.save(out, "ICO", bitmap_format=bitmap_format)
        yield out.getvalue()


def make_icon(data: bytes) -> bytes:
    """Return a WebP of 64 x 64 pixels that shows the whole first frame of the picture with the
    bytes `data`. The background is white, or dark for a picture that is light everywhere. Raises
    Refused if the picture cannot be an icon, and Pillow's errors."""
    image = open_image(data, _FORMATS)
    _check_size(image)  # an ICO file has several pictures: the one that Pillow will load
    image.load()
    square = _fit_square(convert_to_plain(image).convert("RGBA"))
    icon = _lay_on_ground(square)
    shades = set(_list_greys(icon))
    if len(shades) == 1:  # only the background is visible
        raise Refused(PictureReason.NO_ICON)
    return encode_webp(icon, (_WEBP_QUALITY,))


def _check_size(image: Image.Image) -> None:
    """Raise Refused if a picture has too many pixels, is too small for an icon, or is much wider
    than high or higher than wide."""
    check_pixels(image)
    shorter = min(image.size)
    longer = max(image.size)
    if shorter < _LEAST_SIDE:
        raise Refused(PictureReason.SMALL)
    if longer > _WIDEST_RATIO * shorter:
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
    """Return the image without transparency: on a white background or, if it could hardly be seen
    there, on a dark one."""
    on_white = _flatten(image, _LIGHT_GROUND)
    darkest_grey = min(_list_greys(on_white))
    if darkest_grey < _LIGHT:
        return on_white
    return _flatten(image, _DARK_GROUND)


def _list_greys(image: Image.Image) -> bytes:
    """Return the brightness of each pixel, a byte from 0 (black) to 255 (white)."""
    return image.convert("L").tobytes()


def _flatten(image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    """Return an RGBA image as RGB on a ground of one colour."""
    flat = Image.new("RGB", image.size, ground)
    flat.paste(image, mask=image.getchannel("A"))
    return flat
