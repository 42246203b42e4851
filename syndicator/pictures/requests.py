"""Make thumbnails and icons in the sandboxed process, as the parent process requests. Pure."""

import warnings

from syndicator.core.reasons import PictureReason
from syndicator.pictures import icon_squares, resize
from syndicator.pictures.answers import ICON, THUMBNAIL, pack_refusal, pack_thumbnail


def prepare() -> None:
    """Load all modules that the decoding of a picture may need, by decoding samples: when the
    sandbox has been closed, no file can be opened any more."""
    warnings.simplefilter("ignore")
    for sample in resize.make_samples():
        answer_request(THUMBNAIL + sample)
    for sample in icon_squares.make_samples():
        answer_request(ICON + sample)
    answer_request(THUMBNAIL)  # an empty picture, for the modules of errors


def answer_request(request: bytes) -> bytes:
    """Return the answer to a request: a picture as WebP, or a refusal, packed as in
    `pictures.answers`. `request`: a byte that says what to make (ICON or THUMBNAIL), then the bytes
    of the picture to make it from."""
    kind = request[:1]
    data = request[1:]
    make_webp = icon_squares.make_icon if kind == ICON else resize.make_thumbnail
    try:
        return pack_thumbnail(make_webp(data))
    except resize.Refused as refused:
        return pack_refusal(refused.reason)
    except MemoryError:
        return pack_refusal(PictureReason.PIXELS)
    except Exception:  # noqa: BLE001 - decoders raise every kind for broken data
        return pack_refusal(PictureReason.BROKEN)
