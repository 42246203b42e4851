"""Make thumbnails and icons in the sandboxed process, as the parent process requests. Pure."""

import warnings

from syndicator.core.reasons import PictureReason
from syndicator.pictures import icon_squares, resize
from syndicator.pictures.answers import ICON, THUMBNAIL, pack_refusal, pack_thumbnail


def prepare() -> None:
    """Import all modules that decoding a picture may need, by decoding samples: once the sandbox is
    closed, no file can be opened."""
    warnings.simplefilter("ignore")
    for sample in resize.make_samples():
        answer_request(THUMBNAIL + sample)
    for sample in icon_squares.make_samples():
        answer_request(ICON + sample)
    answer_request(THUMBNAIL)  # an empty picture, for the modules of errors


def answer_request(request: bytes) -> bytes:
    """Return the answer to a request: a WebP or a refusal. `pictures.answers` defines the form of
    both."""
    kind = request[:1]
    data = request[1:]
    make = icon_squares.make_icon if kind == ICON else resize.make_thumbnail
    try:
        return pack_thumbnail(make(data))
    except resize.Refused as refused:
        return pack_refusal(refused.reason)
    except MemoryError:
        return pack_refusal(PictureReason.PIXELS)
    except Exception:  # noqa: BLE001 - decoders raise every kind for broken data
        return pack_refusal(PictureReason.BROKEN)
