"""Read and write the messages between a process and its child, and define their kinds.

A message is a kind (one byte), a length and bytes."""

import os
import signal
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

FOR_THE_PARENT: Final = (signal.SIGINT, signal.SIGTERM)  # the parent decides when its children end
NOT_SHUT_OFF: Final = 77  # the exit status of a child that could not be shut off
_HEAD: Final = struct.Struct("<cQ")  # kind and length
_PIECE_BYTES: Final = 1 << 20  # that are read at once


class Grade(StrEnum):
    """The restrictions of a child process."""

    LIMITED = "limited"  # its CPU time and memory are limited
    SHUT_OFF = "shut-off"  # also without network, files and, if possible, the rights of its user


class Kind(bytes, Enum):
    """The meaning of a message. Contents of calls and values are pickled for a limited child; a
    child that is shut off only gets and returns plain bytes, because unpickling can run code."""

    CALL = b"C"
    READY = b"R"  # the function is loaded, the clock of the call starts
    VALUE = b"V"
    ERROR = b"E"  # a pickled SyndicatorError, from a limited child only
    BUG = b"B"  # name and text of any other exception
    MEMORY = b"M"  # the call needs more memory than the child may have


@dataclass(frozen=True, slots=True)
class Message:
    kind: bytes  # a Kind, unless the sender was taken over
    payload: bytes


def write_message(pipe: int, message: Message) -> None:
    """Write a message to a descriptor. Raises OSError."""
    rest = memoryview(_HEAD.pack(message.kind, len(message.payload)) + message.payload)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def read_message(
    pipe: int,
    *,
    most_bytes: int | None = None,
    wait_for_bytes: Callable[[], None] = lambda: None,
) -> Message:
    """Read the next message from the descriptor `pipe` and return it. `most_bytes`: its allowed
    size, None for any; `wait_for_bytes`: called before each read, to wait or to raise an error.
    Raises EOFError if the pipe is closed, OSError, and ValueError if the message is too long."""
    kind, size = _HEAD.unpack(_read_exactly(pipe, _HEAD.size, wait_for_bytes))
    if most_bytes is not None and size > most_bytes:
        raise ValueError(f"a message of {size} bytes")
    return Message(kind, _read_exactly(pipe, size, wait_for_bytes))


def _read_exactly(pipe: int, size: int, wait_for_bytes: Callable[[], None]) -> bytes:
    """Read `size` bytes from the descriptor `pipe` and return them. `wait_for_bytes` is called
    before each read. Raises EOFError if the pipe is closed before the last byte."""
    data = bytearray()
    while len(data) < size:
        wait_for_bytes()
        piece = os.read(pipe, min(size - len(data), _PIECE_BYTES))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
