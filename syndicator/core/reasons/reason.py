"""The type of a reason code: a text with a meaning and a cure."""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """A code with `means`, a sentence that explains it, and `cure`, "" if there is nothing to
    do."""

    means: str
    cure: str

    def __new__(cls, code: str, means: str, cure: str = "") -> Self:
        """Return a member of the enum, made from a line such as `NAME = code, means, cure` in its
        class. It equals the text `code`. `means`: its meaning in words. `cure`: what the operator
        can do, "" for nothing."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.means = means
        member.cure = cure
        return member
