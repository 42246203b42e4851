"""Answer the requests of the parent process, in the sandbox: thumbnails and icons. Pure."""

import warnings

from syndicator.core.reasons import PictureReason
from syndicator.pictures import icon_squares, resize
from syndicator.pictures.answers import ICON, THUMBNAIL, pack_refusal, pack_thumbnail


def prepare() -> None:
    """Import all modules that a picture may need: no file can be opened later."""
    warnings.simplefilter("ignore")
    for sample in resize.make_samples():
        answer_request(THUMBNAIL + sample)
    for sample in icon_squares.make_samples():
        answer_request(ICON + sample)
    answer_request(THUMBNAIL)


def answer_request(request: bytes) -> bytes:
    """Return the answer to a request (`answers`): a WebP or a refusal."""
    kind = request[:1]
    data = request[1:]
    make = icon_squares.make_icon if kind == ICON else resize.thumbnail
    try:
        return pack_thumbnail(make(data))
    except resize.Refused as refused:
        return pack_refusal(refused.reason)
    except MemoryError:
        return pack_refusal(PictureReason.PIXELS)
    except Exception:  # noqa: BLE001 - decoders raise every kind for broken data
        return pack_refusal(PictureReason.BROKEN)
