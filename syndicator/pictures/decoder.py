"""Ask a sandboxed process for the thumbnail of a picture, or an icon; explain why it made none."""

from typing import Final

from syndicator.core.reasons import PictureReason
from syndicator.pictures.answers import (
    ICON,
    ICON_SIDE,
    MOST_ANSWER_BYTES,
    THUMBNAIL,
    Thumbnail,
    parse_answer,
)
from syndicator.processes.child import ChildFailed, Failure, Limits
from syndicator.processes.lazy import Lazy
from syndicator.processes.sandbox import Sandbox

# Limits of the sandboxed process for one picture.
SECONDS: Final = 2.0  # of CPU time, 200 times as much as usual
WALL_SECONDS: Final = 20.0  # the machine may be busy
# Memory: 30 MB for the interpreter and Pillow, and the decoded data of 50 megapixels of JPEG, or of
# 20 megapixels of RGBA and a copy.
MEGABYTES: Final = 430
_MOST_CALLS: Final = (
    500  # pictures, after which a new process is used, since decoders may leak memory
)
_ANSWER_FUNCTION: Final = Lazy[[bytes], bytes]("syndicator.pictures.requests:answer_request")
_PREPARE_FUNCTION: Final = Lazy[[], None]("syndicator.pictures.requests:prepare")
_NOT_SHUT_OFF: Final = (
    "the process that decodes pictures could not be shut off from network and files here"
)


class PictureRefused(Exception):
    """No copy of a picture could be made. `reason`: why; `detail`: more about it, or ""; `final`:
    another try would give the same result."""

    def __init__(self, reason: PictureReason, detail: str = "", *, final: bool = True) -> None:
        super().__init__(detail or reason.means)
        self.reason = reason
        self.detail = detail
        self.final = final


class Decoder:
    """Makes thumbnails and icons in a sandbox, one after the other. Close it."""

    def __init__(self) -> None:
        limits = Limits(
            seconds=SECONDS,
            wall_seconds=WALL_SECONDS,
            megabytes=MEGABYTES,
            most_answer_bytes=MOST_ANSWER_BYTES,
            most_calls=_MOST_CALLS,
        )
        self._sandbox: Sandbox[Thumbnail | PictureReason] = Sandbox(
            function=_ANSWER_FUNCTION, prepare=_PREPARE_FUNCTION, limits=limits, parse=parse_answer
        )

    async def make_thumbnail(self, data: bytes) -> Thumbnail:
        """Return the thumbnail of a picture. `data`: the bytes of the picture. Raises
        PictureRefused. If the call is cancelled, the sandboxed process is killed."""
        return await self._call_sandbox(THUMBNAIL + data)

    async def make_icon(self, data: bytes) -> Thumbnail:
        """Return a square icon made from the picture with the bytes `data`. Raises PictureRefused.
        If the call is cancelled, the sandboxed process is killed."""
        icon = await self._call_sandbox(ICON + data)
        if (icon.width, icon.height) != (ICON_SIDE, ICON_SIDE):
            raise PictureRefused(PictureReason.CRASHED, "an icon of another size")
        return icon

    async def _call_sandbox(self, request: bytes) -> Thumbnail:
        """Send a request to the sandboxed process and return the picture in its answer. Raises
        PictureRefused."""
        try:
            answer = await self._sandbox.call(request)
        except ChildFailed as error:
            raise _explain_failure(error) from error
        if isinstance(answer, PictureReason):
            raise PictureRefused(answer)
        return answer

    def close(self) -> None:
        """End the sandboxed process."""
        self._sandbox.close()


def _explain_failure(error: ChildFailed) -> PictureRefused:
    """Return the refusal of a picture, with the reason why the sandboxed process failed to decode
    it. If the picture is the likely cause, as when it took too much CPU time, the refusal is final:
    it is not tried again."""
    match error.failure:
        case Failure.CPU:
            return PictureRefused(PictureReason.HUNG, "it took more CPU than a picture may")
        case Failure.WALL_TIME:
            detail = f"no answer within {WALL_SECONDS:g} s"
            return PictureRefused(PictureReason.HUNG, detail, final=False)
        case Failure.MEMORY:
            return PictureRefused(PictureReason.PIXELS)
        case Failure.INVALID:
            return PictureRefused(PictureReason.CRASHED, error.detail)
        case Failure.NOT_SHUT_OFF:
            return PictureRefused(PictureReason.NOT_SHUT_OFF, _NOT_SHUT_OFF, final=False)
        case Failure.ENDED:
            return PictureRefused(PictureReason.CRASHED, error.detail, final=False)
