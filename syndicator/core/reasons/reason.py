"""The type of a reason code: a text with a meaning and a cure."""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """A code with `means`, a sentence that explains it, and `cure`, "" if there is nothing to
    do."""

    means: str
    cure: str

    def __new__(cls, code: str, means: str, cure: str = "") -> Self:
        """Make a member that equals its `code`, from a line such as NAME = code, means, cure."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.means = means
        member.cure = cure
        return member
