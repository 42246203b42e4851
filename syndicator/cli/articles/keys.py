"""Keys from a terminal, one by one, without Enter."""

import os
import select
import sys
import termios
import tty

_MOST = 64  # bytes at once: a paste, or the sequence of a function key
_LOOK = 0.5  # seconds between two looks for a signal
_ESCAPE = "\x1b"  # what function keys begin with
_ENDS = ("\x04", "\x00")  # Ctrl-D, and what Linux makes of one that was typed ahead


class Keys:
    """Reads keys from the terminal at `fd`, which is as it was between two of them, so that a program that is stopped
    or killed leaves it usable. What a function key sends is one key, and none of ours."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._typed = ""

    def read(self) -> str:
        """The next key; "" at the end of the input, and for Ctrl-D. Raises KeyboardInterrupt for Ctrl-C."""
        if not self._typed:
            typed = self._chunk().decode("utf-8", "replace")
            self._typed = "?" if typed.startswith(_ESCAPE) else typed
        key, self._typed = self._typed[:1], self._typed[1:]
        return "" if key in _ENDS else key

    def line(self, question: str) -> str:
        """A line that is typed after `question`; "" where nothing is."""
        ahead, ended, self._typed = self._typed.partition("\n")
        print(question + ahead, end="\n" if ended else "", flush=True)
        return (ahead if ended else ahead + sys.stdin.readline()).strip()

    def _chunk(self) -> bytes:
        before = termios.tcgetattr(self._fd)
        try:
            tty.setcbreak(self._fd, termios.TCSADRAIN)
            while not select.select([self._fd], [], [], _LOOK)[0]:
                pass  # a Ctrl-C that came just before a read would wait for the next key
            data = os.read(self._fd, _MOST)
            while data and len(data) < _MOST and select.select([self._fd], [], [], 0)[0]:
                data += os.read(self._fd, 1)
            return data
        except OSError:
            return b""
        finally:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)


def is_terminal() -> bool:
    """True where keys can be read and what they do be seen."""
    return sys.stdin.isatty() and sys.stdout.isatty()
