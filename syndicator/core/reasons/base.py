"""A reason code with its sentence and cure: the base of those in `reasons`."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A code with the sentence that explains it and its cure; `cure` is empty where there is nothing to do."""

    means: str
    cure: str

    def __new__(cls, code: str, means: str, cure: str = "") -> Reason:
        member = str.__new__(cls, code)
        member._value_ = code
        member.means, member.cure = means, cure
        return member
